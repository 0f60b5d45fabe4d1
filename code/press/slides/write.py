"""The decks of a build: all of them are read, checked and written."""

from __future__ import annotations

from pathlib import Path

from .. import files, found, structured_data
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
            deck.head = _head(edition, deck)
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


def _head(edition: Edition, deck: Deck) -> str:
    """Return the tags of a deck, whose card is that of its part, or of the book."""
    book, path = edition.book, f"slides/{deck.name}.html"
    first = f"book/{deck.part}/index"
    known = any(page.docname == first for page in book.pages)
    tags = found.tags(
        book, path, title=f"{deck.title}: slides", description=deck.description,
        site=str(book.config.get("title") or ""),
        picture=found.card(first if known else book.landing.docname),
    )  # fmt: skip
    data = structured_data.element(structured_data.of_deck(edition, deck))
    return "\n".join(filter(None, (found.canonical(book, path), tags, data)))
