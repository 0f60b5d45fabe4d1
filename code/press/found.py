"""How the book is found: the heads of pages and decks, the list of all addresses, robots.txt.

Other sites and search engines need whole addresses. They are written where `html: baseurl` in the
settings says where the book is published, and are left out where it does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from xml.sax.saxutils import escape as in_xml

from . import files
from .book import Book

__all__ = ["CARDS", "SIZE", "canonical", "card", "tags", "write"]

CARDS = "_static/cards"
"""The folder of the cards that other sites show of pages."""
SIZE = (1200, 630)
"""The pixels of a card, as networks ask for."""
SITEMAP = "sitemap.xml"


def canonical(book: Book, path: str) -> str:
    """Return the link to where a file is published, or '' if that is not known."""
    address = escape(book.address + path)
    return f'<link rel="canonical" href="{address}">' if book.address else ""


def card(docname: str) -> str:
    """Return the path of the card of a page."""
    return f"{CARDS}/{docname.replace('/', '.')}.png"


def tags(book: Book, path: str, *, title: str, description: str, site: str, picture: str) -> str:
    """Return the tags from which others make a preview of a file of the site.

    `site` is the name of the site, and `picture` the path of a card. A file that begins the book
    stands for the site, and others are articles.
    """
    kind = "website" if path == f"{book.landing.docname}.html" else "article"
    properties = {
        "og:type": kind,
        "og:title": title,
        "og:description": description,
        "og:site_name": site,
    }
    if book.address:
        properties |= {
            "og:url": book.address + path,
            "og:image": book.address + picture,
            "og:image:width": str(SIZE[0]),
            "og:image:height": str(SIZE[1]),
            "og:image:alt": f"{title}: {description}",
        }
    lines = [f'<meta name="description" content="{escape(description)}">']
    lines += [f'<meta property="{k}" content="{escape(v)}">' for k, v in properties.items()]
    shape = "summary_large_image" if book.address else "summary"
    return "\n".join([*lines, f'<meta name="twitter:card" content="{shape}">'])


def write(book: Book, site: Path, pages: Iterable[str], decks: Sequence[str]) -> None:
    """Write the list of addresses, with robots.txt that leads to it, if the address is known.

    The pages stand in reading order. No date is in it: the build does not know when the content of
    a page changed, and a date of the build would be wrong.
    """
    if not book.address:
        return
    places = {page.docname: place for place, page in enumerate(book.pages)}
    ordered = sorted(pages, key=lambda name: (places.get(name, len(places)), name))
    listed = [*ordered, *(f"slides/{name}" for name in decks)]
    addresses = (in_xml(f"{book.address}{name}.html") for name in listed)
    lines = "\n".join(f"<url><loc>{address}</loc></url>" for address in addresses)
    files.write(
        site / SITEMAP,
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{lines}\n</urlset>\n',
    )
    allowed = "User-agent: *\nDisallow:\n"
    files.write(site / "robots.txt", f"{allowed}\nSitemap: {book.address}{SITEMAP}\n")
