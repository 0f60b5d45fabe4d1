"""Decks as PDF: a browser prints each slide on one page, in the light colours."""

from __future__ import annotations

import os
from pathlib import Path

from ..book import Book, PressError
from .slide import Deck

__all__ = ["print_decks"]


def print_decks(book: Book, decks: list[Deck]) -> list[Path]:
    """Print each deck that is built to a PDF in `_build/pdf`."""
    from playwright.sync_api import Error, sync_playwright

    from ..setup.browser import launch

    folder = book.build / "pdf"
    folder.mkdir(exist_ok=True)
    paths = [folder / f"{deck.name}.pdf" for deck in decks]
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for deck, path in zip(decks, paths, strict=True):
            page = browser.new_page()
            source = book.build / "html" / "slides" / f"{deck.name}.html"
            try:
                page.goto(f"{source.as_uri()}?print-pdf")
                page.wait_for_function(
                    "n => document.querySelectorAll('.pdf-page').length === n", arg=len(deck.slides)
                )
                page.evaluate("document.fonts.ready.then(() => 0)")
                temporary = path.with_suffix(".part")
                page.pdf(path=temporary, prefer_css_page_size=True, print_background=True)
                os.replace(temporary, path)
            except Error as error:
                raise PressError(f"{deck.name} could not be printed: {error.message}") from error
            page.close()
        browser.close()
    return paths
