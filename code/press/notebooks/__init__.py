"""Notebooks derived from the chapters: one with stubs for students, one solved."""

from pathlib import Path

from ..book import Book, PressError

KINDS = ("student", "solved")


def built(book: Book) -> Path:
    """Return the folder of the built notebooks; raise PressError where there is none."""
    folder = book.build / "html" / "notebooks"
    if not folder.exists():
        raise PressError("the book is not built: run `make book` first")
    return folder
