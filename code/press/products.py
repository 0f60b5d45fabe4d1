"""Products beside Sphinx's pages: notebooks, decks, and a redirect at the root of the site."""

from __future__ import annotations

from html import escape
from pathlib import Path

from sphinx.application import Sphinx

from .edition import Edition
from .notebooks.write import Pages
from .slides.write import write_decks
from .solution_guard import check_students

__all__ = ["write_products"]


def write_products(edition: Edition, app: Sphinx) -> None:
    """Add the products to the site that `app` has written, and check what students get."""
    shown: Pages = vars(app)["shown"]
    site = Path(app.outdir)
    shown.write(edition, site / "notebooks")
    if not edition.alone:
        write_decks(edition, site)
        _redirect(site, edition.book.landing.docname, shown.title)
    check_students(edition, site)


def _redirect(site: Path, docname: str, title: str) -> None:
    """Write `index.html`: a redirect, and a link for browsers that do not follow redirects."""
    page, title = f"{docname}.html", escape(title)
    (site / "index.html").write_text(
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="refresh" content="0; url={page}">\n'
        f'<link rel="canonical" href="{page}">\n'
        '<link rel="icon" href="_static/favicon.svg">\n'
        f"<title>{title}</title>\n</head>\n"
        f'<body><p><a href="{page}">{title}</a></p></body>\n'
        "</html>\n",
        encoding="utf-8",
    )
