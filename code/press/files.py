"""Files: listing, digests, and writing a file whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

__all__ = ["ASSETS", "FORBIDDEN", "digest", "digests", "files", "write"]

ASSETS = Path(__file__).parents[2] / "book" / "assets"
"""Styles, scripts and pictures of pages and decks."""
FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
"""What systems say where somebody may not write."""


def write(path: Path, content: str | bytes) -> None:
    """Write `content` to `path`; do not touch a file that has this content already.

    A build that is killed at any moment leaves no incomplete file.
    """
    data = content.encode() if isinstance(content, str) else content
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")  # two builds may write it
    try:
        temporary.write_bytes(data)
        os.replace(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)  # leave nothing behind on a full disk
        raise


def files(path: Path) -> Iterator[Path]:
    """Yield `path`, or the files below it, without hidden files and caches."""
    if path.is_file():
        yield path
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(f for f in folders if f != "__pycache__" and not f.startswith("."))
        yield from (Path(folder, name) for name in sorted(names) if not name.startswith("."))


def digests(paths: Iterable[Path]) -> dict[Path, str]:
    """Return the digest of each of these files; leave out files that vanish meanwhile."""
    found = {}
    for path in paths:
        with suppress(FileNotFoundError):  # editors write files that exist for a moment
            found[path] = digest(path.read_bytes())
    return found


def digest(data: bytes) -> str:
    """Return SHA-256 of `data`, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
