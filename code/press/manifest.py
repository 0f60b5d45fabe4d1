"""The manifest of the last build, which says what has to be made again.

A build that succeeds writes `_build/manifest.json`: the digests of its sources, of every file of
the site, the output store and the cache, and of what Sphinx has read. A file that does not match
its digest was changed, damaged, or left by a build that was killed, and is made again.
"""

from __future__ import annotations

import json
import platform
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from . import files, repository
from .book import DECKS, LOCALE, Book
from .cache_key import REQUIREMENTS
from .colophon import STAMP
from .run_here import wheels

__all__ = ["Plan", "finished", "is_current", "lock", "plan", "read", "sources", "touched"]

SOURCES = ("_config.yml", "_toc.yml", "pyproject.toml", "requirements.txt", "CITATION.cff", "book",
           "code")  # fmt: skip
PRESS = Path(__file__).parent
SHOWN_BY = (
    PRESS, files.ASSETS, PRESS.parent / "engine" / "python",
    *(PRESS.parent / "diffprog" / name for name in ("show.py", "messages.py", "figures")),
)  # fmt: skip
"""The sources of the press; if they change, all pages are written anew.

What the engine lacks decides which cells have a button.
"""
OUTPUTS = ("html", "outputs")
KEPT = ("executed",)
READING = ("sphinx",)


def sources(book: Book) -> dict[str, str]:
    """Return the digests of all files from which the book is made, by path."""
    press = files.digests(path for place in SHOWN_BY for path in files.files(place))
    ours = f"{LOCALE}/{book.language}/"
    found = _digests(book.root, SOURCES).items()
    return {n: d for n, d in found if not n.startswith(f"{LOCALE}/") or n.startswith(ours)} | {
        "the press": files.digest(repr(sorted(press.values())).encode()),
        "Python": platform.python_version(),
        "repository": str(repository.find(book)),  # the launch buttons lead there
        wheels.VARIABLE: " ".join(wheel.sha256 for wheel in wheels.named()),
    }


def touched(book: Book) -> dict[Path, tuple[int, int]]:
    """Return when each source was last written, because digests miss an edit that was undone."""
    found = {}
    for path in (path for name in SOURCES for path in files.files(book.root / name)):
        with suppress(FileNotFoundError):
            found[path] = (path.stat().st_mtime_ns, path.stat().st_ctime_ns)
    return found


def is_current(book: Book) -> bool:
    """Return whether sources and results are as the last build left them.

    A site that names its commit since then (`press stamp`) is as it was.
    """
    last = read(book)
    made = {"outputs": OUTPUTS, "kept": KEPT}
    return last.get("sources") == sources(book) and all(
        _unstamped(last.get(name, {})) == _unstamped(_digests(book.build, folders))
        for name, folders in made.items()
    )


def _unstamped(digests: dict[str, str]) -> dict[str, str]:
    return {name: digest for name, digest in digests.items() if name != f"html/{STAMP}"}


@dataclass(frozen=True)
class Plan:
    """What the next build reuses of the last build."""

    why: str
    """Why all pages are read again, or '' if they are not."""
    edited: frozenset[str] = frozenset()
    """The pages whose text changed."""
    site: Path | None = None
    """The last site, from which unchanged pages are copied; None if it is damaged."""


def plan(book: Book, made_from: dict[str, str]) -> Plan:
    """Compare with the last build, and delete what Sphinx has read if it is not reliable.

    Sphinx itself compares modification times, so it misses files that were put back, and it does
    not know the press, its assets, or files that any page may use.
    """
    last, now = read(book), _digests(book.build, READING)
    before = last.get("sources", {})
    changed = {n for n in before.keys() | made_from.keys() if before.get(n) != made_from.get(n)}
    pages = {page.path.relative_to(book.root).as_posix(): page.docname for page in book.pages}
    everywhere = sorted(name for name in changed - pages.keys() if _is_for_all(name))
    why = ""
    if now and last.get("reading") != now:
        why = "the last build did not come to its end, or was damaged"
    elif now and not before:
        why = "files were edited while the last build ran"
    elif now and everywhere:
        why = f"{everywhere[0]} changed"
    for name in READING if why else ():
        shutil.rmtree(book.build / name)
    if why or not now:
        return Plan(why)
    kept = {n: d for n, d in last.get("outputs", {}).items() if n.startswith("html/")}
    whole = kept == _digests(book.build, ("html",))
    edited = frozenset(pages[name] for name in changed & pages.keys())
    return Plan("", edited, book.build / "html" if whole else None)


def _is_for_all(name: str) -> bool:
    """Return whether any page may show this source; chapters and decks concern single pages."""
    if name.startswith("code/"):
        return name in REQUIREMENTS
    return not name.startswith(f"{DECKS}/")


def finished(book: Book, made_from: dict[str, str]) -> None:
    """Write the manifest of a build that succeeded, from sources with these digests.

    `made_from` is empty if sources were edited meanwhile, because it is unknown what was read.
    """
    made = {"outputs": OUTPUTS, "kept": KEPT, "reading": READING}
    digests = {name: _digests(book.build, folders) for name, folders in made.items()}
    content = {"sources": made_from, **digests}
    files.write(_path(book), json.dumps(content, indent=1, sort_keys=True))


def read(book: Book) -> dict[str, Any]:
    """Return the manifest of the last successful build, or {} if none can be read."""
    try:
        content = json.loads(_path(book).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


@contextmanager
def lock(build: Path) -> Iterator[None]:
    """Hold this folder for one build; a second one says that it waits, and waits.

    Where nothing may be written, none can be built, so that nothing is held.
    """
    guard = FileLock(build / ".lock")
    try:
        build.mkdir(parents=True, exist_ok=True)
        guard.acquire(timeout=0)
    except Timeout:
        print("Another build is running in this checkout: waiting for it", flush=True)
        guard.acquire()
    except OSError as error:
        if error.errno not in files.FORBIDDEN:
            raise
    try:
        yield
    finally:
        guard.release()


def _path(book: Book) -> Path:
    return book.build / "manifest.json"


def _digests(root: Path, names: tuple[str, ...]) -> dict[str, str]:
    found = files.digests(path for name in names for path in files.files(root / name))
    return {path.relative_to(root).as_posix(): digest for path, digest in found.items()}
