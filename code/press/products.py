"""What stands beside Sphinx's pages: notebooks, decks, and the way from the root of the site."""

from __future__ import annotations

from pathlib import Path

from .edition import Edition
from .guard import check_students
from .notebooks.write import Pages
from .pages.redirect import redirect
from .slides.write import write_decks

__all__ = ["write_products"]


def write_products(edition: Edition, shown: Pages, site: Path) -> None:
    """Fill `site`, whose pages Sphinx has `shown`; no solution may be in what students get."""
    shown.write(edition, site / "notebooks")
    if not edition.alone:
        write_decks(edition, site)
        redirect(site, edition.book.landing.docname, shown.title)
    check_students(edition, site)
