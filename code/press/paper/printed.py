"""The PDF of the book, which a browser prints: with tags, bookmarks, and links between chapters.

The browser prints twice. It cannot write the number of a page into a link to it, so the numbers are
read from the first PDF. Both have the same pages, because the links have room for any number.
"""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import Any

from ..book import Book, PressError
from ..colophon import Colophon
from .compact import compact
from .one_page import commit, write

__all__ = ["print_book"]

FILL = """numbers => {
  for (const link of document.querySelectorAll("a.dp-page"))
    link.textContent = numbers[decodeURIComponent(link.hash.slice(1))];
}"""
"""Write the numbers of pages into the links to them."""


def print_book(book: Book) -> Path:
    """Print the built book to `_build/book.pdf`; what was built must be the whole book."""
    from playwright.sync_api import Error, sync_playwright

    from ..setup.browser import launch

    site, path = book.build / "html", book.build / "book.pdf"
    source = book.build / "paper" / "book.html"
    write(book, site, source)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page()
        page.set_default_timeout(0)  # a slow machine may take minutes
        try:
            page.goto(source.as_uri())
            page.evaluate("document.fonts.ready.then(() => 0)")
            page.evaluate(FILL, _numbers(_printed(page)))
            printed = _printed(page, tagged=True, outline=True)
        except Error as error:
            raise PressError(f"the book could not be printed: {error.message}") from error
        producer = f"Chromium {browser.version}"
        browser.close()
    temporary = path.with_suffix(".part")
    temporary.write_bytes(compact(printed, _about(book, site) | {"Producer": producer}))
    os.replace(temporary, path)
    return path


def _printed(page: Any, **options: bool) -> bytes:
    made: bytes = page.pdf(prefer_css_page_size=True, print_background=True, **options)
    return made


def _numbers(pdf: bytes) -> dict[str, int]:
    """Return on which page each place is to which a link leads."""
    from pypdf import PdfReader

    reader = PdfReader(BytesIO(pdf))
    return {
        name.removeprefix("/"): (reader.get_destination_page_number(place) or 0) + 1
        for name, place in reader.named_destinations.items()
    }


def _about(book: Book, site: Path) -> dict[str, str]:
    """Return what the PDF says of itself.

    Its date is that of the commit, if the site names one, and else begins the year of the edition,
    so that the same edition always gives the same file.
    """
    ours, (_, day) = Colophon.of(book), commit(site)
    date = f"D:{day.replace('-', '') or f'{ours.year}0101'}000000Z"
    return {
        "Title": str(book.config["title"]),
        "Author": ours.owner,
        "Subject": f"{ours.edition}. {ours.rights}. CC BY 4.0",
        "CreationDate": date,
        "ModDate": date,
    }
