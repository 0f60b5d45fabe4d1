"""The replacement of the last site by a new one; a kill in between loses neither.

Not every system can swap two folders in one step, so for a moment there is no site. If a build is
killed at that moment, the last site is still in another folder, and the next build puts it back.
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
    """Put the last site back if a build was killed before it put the new site in its place."""
    site, old = _places(book)
    if old.exists() and not site.exists():
        os.replace(old, site)


def _places(book: Book) -> tuple[Path, Path]:
    return book.build / "html", book.build / "old"
