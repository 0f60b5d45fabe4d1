"""Decks and handouts as PDF, printed by a browser in the light colours.

Of a deck, each slide is a page. Of its handout, a sheet of A4 has two slides with their notes.
"""

from __future__ import annotations

import os
from pathlib import Path

from ..book import Book, PressError
from .slide import Deck

__all__ = ["print_decks", "print_handouts"]


def print_decks(book: Book, decks: list[Deck]) -> list[Path]:
    """Print each deck that is built to a PDF in `_build/pdf`."""
    return _print(book, {deck.name: len(deck.slides) for deck in decks}, "?print-pdf")


def print_handouts(book: Book, decks: list[Deck]) -> list[Path]:
    """Print the handout of each deck that is built to a PDF in `_build/pdf`."""
    return _print(book, {f"{deck.name}-handout": 0 for deck in decks})


def _print(book: Book, pages: dict[str, int], query: str = "") -> list[Path]:
    """Print files of `_build/html/slides`, once reveal.js has made this number of pages of each."""
    from playwright.sync_api import Error, sync_playwright

    from ..setup.browser import launch

    folder = book.build / "pdf"
    folder.mkdir(exist_ok=True)
    paths = [folder / f"{name}.pdf" for name in pages]
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for (name, number), path in zip(pages.items(), paths, strict=True):
            page = browser.new_page()
            source = book.build / "html" / "slides" / f"{name}.html"
            try:
                page.goto(f"{source.as_uri()}{query}")
                page.wait_for_function(
                    "n => document.querySelectorAll('.pdf-page').length === n", arg=number
                )
                page.evaluate("document.fonts.ready.then(() => 0)")
                temporary = path.with_suffix(".part")
                page.pdf(path=temporary, prefer_css_page_size=True, print_background=True)
                os.replace(temporary, path)
            except Error as error:
                raise PressError(f"{name} could not be printed: {error.message}") from error
            page.close()
        browser.close()
    return paths
