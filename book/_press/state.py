"""Whether anything is to be done, and whether the last build came to its end.

A finished build leaves `_build/manifest.json`: the digests of what it was made from, and of every
file of the site and the output store. One that was killed leaves the file `_build/unfinished`.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from . import repository
from .book import Book

__all__ = ["finished", "is_current", "lock", "sources", "start"]

SOURCES = ("_config.yml", "_toc.yml", "requirements.txt", "book", "code")
OUTPUTS = ("html", "outputs")


def sources(book: Book) -> dict[str, str]:
    """Digests of all files from which the book is made, by path."""
    files = (path for name in SOURCES for path in _files(book.root / name))
    return _digests(book.root, files) | {
        "Python": platform.python_version(),
        "repository": str(repository.find(book.root)),  # the launch buttons lead there
    }


def is_current(book: Book) -> bool:
    """Whether the site stands as the last build left it, and its sources are the same."""
    if _marker(book).exists():
        return False
    try:
        manifest = json.loads(_manifest(book).read_text(encoding="utf-8"))
        return bool(manifest["sources"] == sources(book) and manifest["outputs"] == _outputs(book))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def start(book: Book) -> bool:
    """Note that a build has begun; whether the one before it came to its end."""
    book.build.mkdir(parents=True, exist_ok=True)
    killed = _marker(book).exists()
    _marker(book).touch()
    return not killed


def finished(book: Book, made_from: dict[str, str]) -> None:
    """Note that a build has succeeded, from sources with these digests."""
    content = {"sources": made_from, "outputs": _outputs(book)}
    temporary = _manifest(book).with_suffix(".part")
    temporary.write_text(json.dumps(content, indent=1, sort_keys=True), encoding="utf-8")
    os.replace(temporary, _manifest(book))
    _marker(book).unlink()


@contextmanager
def lock(book: Book) -> Iterator[None]:
    """Hold the checkout for one build; a second one says that it waits, and waits."""
    book.build.mkdir(parents=True, exist_ok=True)
    guard = FileLock(book.build / ".lock")
    try:
        guard.acquire(timeout=0)
    except Timeout:
        print("Another build is running in this checkout: waiting for it", flush=True)
        guard.acquire()
    try:
        yield
    finally:
        guard.release()


def _manifest(book: Book) -> Path:
    return book.build / "manifest.json"


def _marker(book: Book) -> Path:
    return book.build / "unfinished"


def _outputs(book: Book) -> dict[str, str]:
    return _digests(book.build, (p for name in OUTPUTS for p in _files(book.build / name)))


def _files(path: Path) -> Iterator[Path]:
    """`path`, or the files below it, without caches and hidden ones."""
    if path.is_file():
        yield path
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(f for f in folders if f != "__pycache__" and not f.startswith("."))
        yield from (Path(folder, name) for name in sorted(names) if not name.startswith("."))


def _digests(root: Path, files: Iterator[Path]) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }
