"""Addresses: of an exercise's notebook, for QR codes, and of a chapter's slides."""

from __future__ import annotations

from ..book import Page
from ..edition import Edition

__all__ = ["chapter_address", "in_words", "known", "of"]


def known(edition: Edition) -> bool:
    """Return whether exercises have such an address."""
    return bool(edition.repository or edition.book.address)


def of(edition: Edition, page: Page, anchor: str) -> str:
    """Return the address that launches the page's notebook for students.

    If no repository is known, return the address of `anchor` on the published page, or ''.
    """
    if edition.repository:
        return edition.repository.binder(f"student/{page.name}.ipynb")
    base = edition.book.address
    return f"{base}{page.docname}.html#{anchor}" if base else ""


def in_words(edition: Edition) -> str:
    """Return the address of the book, short enough to be typed, or ''."""
    there = edition.book.address or (edition.repository.url if edition.repository else "")
    return there.partition("://")[2].rstrip("/")


def chapter_address(page: Page) -> str:
    """Return the part behind `#` of the address of this chapter's first slide."""
    return f"chapter-{page.name.replace('/', '-')}"
