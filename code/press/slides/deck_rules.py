"""What a deck must have: short slides, long notes, exercises with solutions, the part's figures."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..book import PressError
from ..edition import Edition
from ..output_kinds import BY_NAME
from ..store import Store
from .figure import enlarged
from .slide import Deck, Slide, words
from .theme import measure

__all__ = ["check", "figures"]

MOST_WORDS = 40
SHORTEST_NOTES = 40


def check(edition: Edition, deck: Deck) -> None:
    """Raise PressError with all that is wrong, a line each."""
    where = deck.path.relative_to(edition.book.root)
    wrong = [f"{where}:{line}: {message}" for line, message in _complaints(edition.store, deck)]
    if wrong:
        raise PressError("\n".join(wrong))


def _complaints(store: Store, deck: Deck) -> Iterator[tuple[int, str]]:
    ids: dict[str, int] = {}
    for slide, after in zip(deck.slides, [*deck.slides[1:], None], strict=True):
        yield from ((slide.line, message) for message in _on(slide, after))
        if slide.id in ids:
            yield slide.line, f"the slide of line {ids[slide.id]} has the same heading"
        ids[slide.id] = slide.line
    shown = {entry.name for slide in deck.slides for entry in slide.entries}
    wanted = figures(store, deck.part) if deck.part else set()
    for name in sorted(wanted - shown - deck.left_out.keys()):
        yield 1, f"{name} is neither shown nor left out with a reason"
    for name in sorted(deck.left_out.keys() & shown):
        yield 1, f"{name} is shown, and left out"
    for name in sorted(deck.left_out.keys() - wanted):
        yield 1, f"{name}, which is left out, is no figure of {deck.part or 'a part'}"


def _on(slide: Slide, after: Slide | None) -> Iterator[str]:
    if slide.word_count > MOST_WORDS:
        yield f"{slide.word_count} words on a slide, where {MOST_WORDS} are the most"
    if words(slide.notes) < SHORTEST_NOTES:
        yield f"{words(slide.notes)} words of notes, where {SHORTEST_NOTES} are the least"
    if not 0 < slide.minutes < math.inf:
        yield "the notes do not say how many minutes the slide takes"
    if (growth := enlarged(slide)) > measure("figure-growth"):
        name = slide.entries[-1].name
        yield f"{name} is too high for a slide: its text would have to grow {growth:.2f} times"
    if slide.layout == "exercise":
        below = after is not None and after.level == 3 and after.layout == "solution"
        if not below or after is None or after.entries[-1].name != slide.entries[-1].name:
            yield f"the slide below is not the solution of {slide.entries[-1].name}"


def figures(store: Store, part: str) -> set[str]:
    """Return the figures of the chapters in the folder `part`."""
    entries = (store[name] for name in store if name.startswith("fig-"))
    return {
        entry.name
        for entry in entries
        if BY_NAME[entry.kind].is_figure and entry.chapter.startswith(f"book/{part}/")
    }
