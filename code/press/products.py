"""Products beside Sphinx's pages: notebooks, decks, redirects, and a page for what is not found."""

from __future__ import annotations

from html import escape
from pathlib import Path
from posixpath import dirname, relpath
from urllib.parse import urlsplit

from sphinx.application import Sphinx

from . import files, found
from .book import Book, PressError
from .edition import Edition
from .notebooks.write import Pages
from .policy import META
from .slides.write import write_decks
from .solution_guard import check_students

__all__ = ["write_products"]

ICON = "_static/favicon.svg"


def write_products(edition: Edition, app: Sphinx) -> None:
    """Add the products to the site that `app` has written, and check what students get."""
    shown: Pages = vars(app)["shown"]
    site = Path(app.outdir)
    shown.write(edition, site / "notebooks")
    if not edition.alone:
        decks = write_decks(edition, site)
        found.write(edition.book, site, app.env.found_docs, [deck.name for deck in decks])
        _write_redirects(edition.book, site, shown.title)
        _write_not_found(edition.book, site, shown.title)
    check_students(edition, site)


def _write_redirects(book: Book, site: Path, title: str) -> None:
    """Write redirects from the root, and from each page that `moved:` in the settings names."""
    _redirect(site, "index", book.landing.docname, title, book.address)
    moved = book.config.get("moved") or {}
    if not isinstance(moved, dict):
        raise PressError("_config.yml: `moved:` has lines such as `book/old: book/part1/new`")
    pages = {page.docname for page in book.pages}
    for old, new in moved.items():
        if old in pages:
            raise PressError(f"_config.yml: `moved:` names {old}, which is still a page")
        if new not in pages:
            raise PressError(f"_config.yml: `moved:` leads to {new}, which is no page")
        _redirect(site, old, new, title, book.address)


def _redirect(site: Path, old: str, new: str, title: str, address: str = "") -> None:
    """Write a page that forwards, with a link for browsers that do not follow redirects.

    `address` is where the site is published, if that is known.
    """
    to, icon = (relpath(path, dirname(old) or ".") for path in (f"{new}.html", ICON))
    meant = f"{address}{new}.html" if address else to
    title = escape(title)
    text = (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n{META}\n'
        f'<meta http-equiv="refresh" content="0; url={to}">\n'
        f'<link rel="canonical" href="{escape(meant)}">\n'
        f'<link rel="icon" href="{icon}">\n'
        f"<title>{title}</title>\n</head>\n"
        f'<body><p><a href="{to}">{title}</a></p></body>\n'
        "</html>\n"
    )
    files.write(site / f"{old}.html", text)


def _write_not_found(book: Book, site: Path, title: str) -> None:
    """Write the page that hosts show for an address that leads nowhere, however deep it is.

    Its links begin at the root of the site, which is known where the settings name the address.
    """
    root, title = escape(urlsplit(book.address).path or "/"), escape(title)
    text = (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n{META}\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="robots" content="noindex">\n'
        f'<link rel="icon" href="{root}{ICON}">\n'
        f"<title>Page not found: {title}</title>\n"
        "<style>:root{color-scheme:light dark}body{font:1.1rem/1.6 system-ui,sans-serif;"
        "max-width:36rem;margin:4rem auto;padding:0 1rem}</style>\n</head>\n<body>\n"
        "<main>\n<h1>There is no such page</h1>\n"
        "<p>The page may have moved, or its address may have a typing error.</p>\n<ul>\n"
        f'<li><a href="{root}{book.landing.docname}.html">The first page of the book</a></li>\n'
        f'<li><a href="{root}search.html">Search the book</a></li>\n'
        "</ul>\n</main>\n</body>\n</html>\n"
    )
    files.write(site / "404.html", text)
