"""Plans: a deck within fewer minutes than all of its slides take.

The notes of a slide may have the option `:optional: 1`, or a larger number. A plan leaves slides
out, those with the smallest number first and the last of them before the others, until the rest
fits. Slides with ### go with the slide before them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace

from .figure import smallest_text
from .slide import Deck, Slide

__all__ = ["minutes_over", "planned", "plans_of", "table", "units"]


def planned(deck: Deck, minutes: float) -> Deck:
    """Return the deck with the slides of its plan of `minutes`."""
    return replace(deck, slides=_kept(deck, minutes), plans=())


def table(decks: Iterable[Deck]) -> str:
    """Return what a teacher plans by, with a line for each deck and for each of its plans."""
    lines = [
        "deck           slides   min   tasks   longest without   code and output   figure text"
    ]
    for whole in decks:
        plans = {f"{whole.name}, {m:g} min": planned(whole, m) for m in whole.plans}
        for name, deck in {whole.name: whole, **plans}.items():
            smallest = min(map(smallest_text, deck.slides), default=math.inf)
            text = f" {smallest:10.0f} px" if math.isfinite(smallest) else ""
            lines.append(
                f"{name:13} {len(deck.slides):7} {deck.minutes:5g} {deck.task_minutes:4g} min"
                f" {deck.longest_stretch:13g} min {deck.code_slides:10} slides{text}"
            )
    return "\n".join(lines)


def plans_of(deck: Deck, slide: Slide) -> list[float]:
    """Return the plans of the deck that have this slide."""
    return [m for m in deck.plans if any(kept is slide for kept in _kept(deck, m))]


def minutes_over(deck: Deck, minutes: float) -> float:
    """Return by how many minutes the plan is too short for the slides that are not optional."""
    return max(0.0, planned(deck, minutes).minutes - minutes)


def _kept(deck: Deck, minutes: float) -> list[Slide]:
    whole = units(deck.slides, lambda before, slide: slide.level == 3)
    free = minutes - sum(slide.minutes for unit in whole for slide in unit if not unit[0].optional)
    optional = sorted((unit for unit in whole if unit[0].optional), key=lambda u: -u[0].optional)
    kept = {id(unit): not unit[0].optional for unit in whole}
    for unit in optional:
        free -= sum(slide.minutes for slide in unit)
        if free < 0:
            break
        kept[id(unit)] = True
    slides = [slide for unit in whole if kept[id(unit)] for slide in unit]
    told = {id(slide.chapter) for slide in slides if not slide.is_framing}
    return [slide for slide in slides if slide.layout != "agenda" or id(slide.chapter) in told]


def units(slides: Iterable[Slide], joined: Callable[[Slide, Slide], bool]) -> list[list[Slide]]:
    """Return the slides in groups: one that is `joined` to the slide before it stays with it."""
    groups: list[list[Slide]] = []
    for slide in slides:
        if groups and joined(groups[-1][-1], slide):
            groups[-1].append(slide)
        else:
            groups.append([slide])
    return groups
