"""Rules for a deck: short slides, long notes, solutions below exercises, the part's figures.

A slide of which the notes ask the room something shows the answer at a later step.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from ..book import PressError
from ..edition import Edition
from ..output_kinds import BY_NAME
from ..store import Store
from .figure import smallest_text
from .measures import measure
from .plan import minutes_over
from .slide import LABELS, Deck, Slide, plain, words

__all__ = ["check", "figures"]

MOST_WORDS = 40
SHORTEST_NOTES = 40


def check(edition: Edition, deck: Deck) -> None:
    """Raise PressError with all that is wrong, one line per fault."""
    where = deck.path.relative_to(edition.book.root)
    wrong = [f"{where}:{line}: {message}" for line, message in _complaints(edition.store, deck)]
    if wrong:
        raise PressError("\n".join(wrong))


def _complaints(store: Store, deck: Deck) -> Iterator[tuple[int, str]]:
    ids: dict[str, int] = {}
    for slide, after in zip(deck.slides, [*deck.slides[1:], None], strict=True):
        yield from ((slide.line, message) for message in _on(slide, after))
        if not slide.waits:
            yield from ((line, _told(words)) for line, words in slide.asked)
        if slide.id in ids:
            yield slide.line, f"the slide of line {ids[slide.id]} has the same heading: change one"
        ids[slide.id] = slide.line
    for minutes in deck.plans:
        if over := minutes_over(deck, minutes):
            yield 1, f"the plan of {minutes:g} min is {over:g} min over: let more be `:optional:`"
    shown = {entry.name for slide in deck.slides for entry in slide.entries}
    wanted = figures(store, deck.part) if deck.part else set()
    for name in sorted(wanted - shown - deck.left_out.keys()):
        yield 1, f"{name} is not on a slide: show it, or say why in left_out"
    for name in sorted(deck.left_out.keys() & shown):
        yield 1, f"{name} is shown, but it is in left_out: remove it there"
    for name in sorted(deck.left_out.keys() - wanted):
        yield 1, f"{name}, in left_out, is not a figure of {deck.part or 'a part'}: remove it there"


def _on(slide: Slide, after: Slide | None) -> Iterator[str]:
    if slide.is_framing:
        return
    if slide.word_count > MOST_WORDS:
        yield f"{slide.word_count} words on a slide: write at most {MOST_WORDS}"
    if words(slide.outcome) > MOST_WORDS:
        yield f"{words(slide.outcome)} words of answer and reason: say them in at most {MOST_WORDS}"
    if words(slide.notes) < SHORTEST_NOTES:
        yield f"{words(slide.notes)} words of notes: write at least {SHORTEST_NOTES}"
    for paragraph in re.findall(r"<p\b.*?</p>", slide.notes, re.S):
        if not paragraph.startswith("<p class="):
            said = " ".join(plain(paragraph).split()[:4])
            labels = ", ".join(f"**{label}**" for label in LABELS)
            yield f"begin each paragraph of the notes with one of {labels}, not with {said!r}"
    if not 0 < slide.minutes < math.inf:
        yield "the notes do not say how many minutes the slide takes, as in {notes} 2"
    if (size := smallest_text(slide)) < (least := measure("figure-text")):
        name = slide.entries[-1].name
        yield f"the text of {name} is {size:.1f} px on a slide: draw it in {least:g} px or more"
    longest = max(len(plain(text)) for text in (slide.heading, slide.answer))
    if slide.layout in ("across", "beside") and longest > measure("heading-characters"):
        yield f"a heading of {longest} characters takes more than a line: shorten it"
    steps = slide.shown.count('class="fragment step"')
    for number in re.findall(r'data-step="(.*?)"', slide.text + slide.shown):
        if number not in map(str, range(1, steps + 1)):
            yield f"\\lit{{{number}}} is no step of this slide, which has {steps} through its code"
    if slide.layout == "exercise":
        below = after is not None and after.level == 3 and after.layout == "solution"
        if not below or after is None or after.entries[-1].name != slide.entries[-1].name:
            yield f"the slide below is not the solution of {slide.entries[-1].name}: add it"


def _told(words: str) -> str:
    return (
        f"the notes say {words!r}, and the slide shows everything at once: let the answer wait"
        " below +++, or by :uncover: in {show}, or let its animation stand at its first frame"
    )


def figures(store: Store, part: str) -> set[str]:
    """Return the figures of the chapters in the folder `part`."""
    entries = (store[name] for name in store if name.startswith("fig-"))
    return {
        entry.name
        for entry in entries
        if BY_NAME[entry.kind].is_figure and entry.chapter.startswith(f"book/{part}/")
    }
