"""What stands beside Sphinx's pages: notebooks, decks, and the way from the root of the site."""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx

from .edition import Edition
from .guard import check_students
from .notebooks.write import Pages
from .pages.redirect import redirect
from .slides.write import write_decks

__all__ = ["write_products"]


def write_products(edition: Edition, app: Sphinx) -> None:
    """Fill the site whose pages `app` has written; no solution may be in what students get."""
    shown: Pages = vars(app)["shown"]
    site = Path(app.outdir)
    shown.write(edition, site / "notebooks")
    if not edition.alone:
        write_decks(edition, site)
        redirect(site, edition.book.landing.docname, shown.title)
    check_students(edition, site)
