"""The decks of a build: all of them are read, checked and written."""

from __future__ import annotations

from pathlib import Path

from .. import files
from ..book import PressError
from ..edition import Edition
from . import assets, launch_address
from .deck import heads, read
from .deck_rules import check
from .html_page import handout, page
from .slide import Deck

__all__ = ["write_decks"]


def write_decks(edition: Edition, site: Path) -> list[Deck]:
    """Write every deck into `site`/slides; raise PressError with the faults of all decks."""
    decks, wrong = [], []
    for head in heads(edition.book):
        try:
            deck = read(edition, head.path)
            if not edition.book.language:  # translations may need more words
                check(edition, deck)
            if edition.book.for_class:
                deck.slides = [slide for slide in deck.slides if slide.layout != "solution"]
            decks.append(deck)
        except PressError as error:
            wrong.append(str(error))
    if wrong:
        raise PressError("\n".join(wrong))
    if not decks:
        return []
    folder = site / "slides"
    made = {f"{deck.name}.html": page(deck) for deck in decks}
    made |= {f"{deck.name}-handout.html": handout(deck) for deck in decks}
    assets.copy(folder / "assets", list(made.values()))
    for name, text in made.items():
        files.write(folder / name, text)
    for stale in folder.glob("*.html"):
        if stale.name not in made:
            stale.unlink()
    exercises = any(slide.layout == "exercise" for deck in decks for slide in deck.slides)
    if exercises and not launch_address.known(edition) and not edition.book.for_class:
        print("Slides have no QR codes: set `repository: url` or `html: baseurl` in _config.yml")
    return decks
