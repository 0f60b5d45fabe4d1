"""Where an exercise is launched, or at least read: for QR codes, which need a whole address."""

from __future__ import annotations

from .. import repository
from ..book import Book, Page

__all__ = ["known", "of"]


def known(book: Book) -> bool:
    """Whether there is anything to lead to."""
    return bool(repository.find(book.root) or book.address)


def of(book: Book, page: Page, anchor: str) -> str:
    """The address that launches the page's notebook for students; where no repository is known,
    that of a place on the published page; empty where the book has none either.
    """
    if ours := repository.find(book.root):
        return ours.binder(f"student/{page.name}.ipynb")
    return f"{book.address}{page.docname}.html#{anchor}" if book.address else ""
