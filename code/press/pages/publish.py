"""A site takes the place of the one before, and a kill in between loses neither.

Two folders cannot change places in one step everywhere: for a moment there is no site. A build that
is killed just then leaves the last one beside it, and the next build begins by putting it back.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ..book import Book

__all__ = ["publish", "restore"]


def publish(book: Book, new: Path) -> None:
    """Make the folder `new` the book's site."""
    site, old = _places(book)
    shutil.rmtree(old, ignore_errors=True)
    if site.exists():
        os.replace(site, old)
    os.replace(new, site)
    shutil.rmtree(old, ignore_errors=True)


def restore(book: Book) -> None:
    """Put the last site back where a build was killed between taking it away and the new one."""
    site, old = _places(book)
    if old.exists() and not site.exists():
        os.replace(old, site)


def _places(book: Book) -> tuple[Path, Path]:
    return book.build / "html", book.build / "old"
