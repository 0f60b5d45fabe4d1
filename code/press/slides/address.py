"""Where an exercise is launched, or at least read: for QR codes, which need a whole address."""

from __future__ import annotations

from ..book import Page
from ..edition import Edition

__all__ = ["known", "of"]


def known(edition: Edition) -> bool:
    """Whether there is anything to lead to."""
    return bool(edition.repository or edition.book.address)


def of(edition: Edition, page: Page, anchor: str) -> str:
    """The address that launches the page's notebook for students; where no repository is known,
    that of a place on the published page; empty where the book has none either.
    """
    if edition.repository:
        return edition.repository.binder(f"student/{page.name}.ipynb")
    base = edition.book.address
    return f"{base}{page.docname}.html#{anchor}" if base else ""
