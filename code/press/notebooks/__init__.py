"""Notebooks derived from the chapters: from each, one with stubs for students, and one solved."""

from pathlib import Path

from ..book import Book, PressError

KINDS = ("student", "solved")


def built(book: Book) -> Path:
    """Return the folder of the built notebooks; raise PressError if there is none."""
    folder = book.build / "html" / "notebooks"
    if not folder.exists():
        raise PressError("the book is not built: run `make book` first")
    return folder
