"""Schedules of a course, counted from the decks: half a day, two days, or a term of weekly hours.

All minutes are those of the notes and the tasks. A session begins with a slide that needs nothing
from the last minute: no solution, and no answer to a question, is cut off from it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..chapter import Chapter
from ..slides.plan import planned, units
from ..slides.slide import Deck, Slide, plain

__all__ = ["chapters", "schedules", "sessions"]

SESSION, HOUR = 90, 45  # minutes without a break, and of a weekly hour
BREAK = 15  # minutes
START = 9 * 60  # minutes after midnight


def schedules(decks: Sequence[Deck]) -> str:
    """Return the schedules of a course on the decks of the parts, in their order."""
    parts = [deck for deck in decks if deck.part]
    whole = [cut for deck in parts for cut in sessions(deck, SESSION)]
    hours = [cut for deck in parts for cut in sessions(deck, HOUR)]
    half = math.ceil(len(whole) / 2)
    # The longest plan of the first part, and the shortest one of each other part.
    plans = [
        (deck, (deck.plans or (deck.minutes,))[0 if deck is parts[0] else -1]) for deck in parts
    ]
    short = [planned(deck, minutes) for deck, minutes in plans]
    links = [f"{deck.name}.html?minutes={minutes:g}" for deck, minutes in plans]
    blocks = [
        [f"HALF A DAY: {', '.join(links)}", *_day(short)],
        ["TWO DAYS, the first", *_day(whole[:half]), *_home("afternoon", whole, range(half))],
        [
            "TWO DAYS, the second",
            *_day(whole[half:]),
            *_home("afternoon", whole, range(half, len(whole))),
        ],
        ["A TERM, an hour a week", *_weeks(hours)],
    ]
    return "\n\n".join("\n".join(block) for block in blocks)


def sessions(deck: Deck, longest: float) -> list[Deck]:
    """Cut a deck into sessions of at most `longest` minutes, of about the same length."""
    count = math.ceil(deck.minutes / longest)
    share = deck.minutes / count
    cuts: list[list[Slide]] = [[]]
    for unit in units(deck.slides, _together):
        before, more = _minutes(cuts[-1]), _minutes(unit)
        full = len(cuts) < count and abs(before - share) <= abs(before + more - share)
        if cuts[-1] and (before + more > longest or full):
            cuts.append([])
        cuts[-1] += unit
    return [replace(deck, slides=cut) for cut in cuts]


def _together(before: Slide, slide: Slide) -> bool:
    """Keep a solution with its task, and a question with the next slide."""
    return slide.level == 3 or before.layout == "predict"


def _minutes(slides: Iterable[Slide]) -> float:
    return sum(slide.minutes for slide in slides)


def _day(cuts: Sequence[Deck]) -> list[str]:
    lines, now = list[str](), float(START)
    for number, cut in enumerate(cuts, 1):
        end = now + cut.minutes
        lines.append(f"{_clock(now)}–{_clock(end)}  {_line(cut)}")
        if number < len(cuts):
            lines.append(f"{_clock(end)}–{_clock(end + BREAK)}  break")
            end += BREAK
        now = end
    return lines


def _clock(minutes: float) -> str:
    hours, rest = divmod(round(minutes), 60)
    return f"{hours:2}:{rest:02}"


def _weeks(cuts: Sequence[Deck]) -> list[str]:
    lines = list[str]()
    for number, cut in enumerate(cuts):
        lines.append(f"week {number + 1:2}  {_line(cut)}")
        lines += _home("        at home", cuts, range(number, number + 1))
    return lines


def _home(when: str, cuts: Sequence[Deck], now: range) -> list[str]:
    """Return a line with the exercises that have no slide, if there are any.

    They are those of the chapters that the sessions `now` have finished.
    """
    shown = {entry.name for cut in cuts for slide in cut.slides for entry in slide.entries}
    later = [chapter for cut in cuts[now.stop :] for chapter in chapters(cut)]
    done = [chapter for number in now for chapter in chapters(cuts[number])]
    home = [
        f"{exercise.label} ({exercise.minutes:g} min)"
        for place, chapter in enumerate(done)
        if chapter not in later + done[:place]
        for exercise in chapter.exercises
        if exercise.name not in shown
    ]
    return [f"{when}: {'; '.join(home)}"] if home else []


def chapters(deck: Deck) -> list[Chapter]:
    """Return the numbered chapters on the slides of a deck, in their order."""
    found: list[Chapter] = []
    for slide in deck.slides:
        if slide.chapter and "." in slide.chapter.page.number and slide.chapter not in found:
            found.append(slide.chapter)
    return found


def _line(cut: Deck) -> str:
    first, last = (plain(slide.heading) for slide in (cut.slides[0], cut.slides[-1]))
    return f"{cut.name}, {cut.facts}: “{first}” to “{last}”"
