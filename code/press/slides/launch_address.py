"""Where an exercise is launched, or at least read: for QR codes, which need a whole address."""

from __future__ import annotations

from ..book import Page
from ..edition import Edition

__all__ = ["known", "of"]


def known(edition: Edition) -> bool:
    """Say whether there is anything to lead to."""
    return bool(edition.repository or edition.book.address)


def of(edition: Edition, page: Page, anchor: str) -> str:
    """Return the address that launches the page's notebook for students.

    Without a known repository, return that of the anchor on the published page, or nothing.
    """
    if edition.repository:
        return edition.repository.binder(f"student/{page.name}.ipynb")
    base = edition.book.address
    return f"{base}{page.docname}.html#{anchor}" if base else ""
