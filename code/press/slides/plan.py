"""Plans: a deck within fewer minutes than all of its slides take.

The notes of a slide may have the option `:optional: 1`, or a larger number. A plan leaves slides
out, those with the smallest number first and the last of them before the others, until the rest
fits. Slides with ### go with the slide before them.
"""

from __future__ import annotations

from dataclasses import replace

from .slide import Deck, Slide

__all__ = ["minutes_over", "planned", "plans_of"]


def planned(deck: Deck, minutes: float) -> Deck:
    """Return the deck with the slides of its plan of `minutes`."""
    return replace(deck, slides=_kept(deck, minutes), plans=())


def plans_of(deck: Deck, slide: Slide) -> list[float]:
    """Return the plans of the deck that have this slide."""
    return [m for m in deck.plans if any(kept is slide for kept in _kept(deck, m))]


def minutes_over(deck: Deck, minutes: float) -> float:
    """Return by how many minutes the plan is too short for the slides that are not optional."""
    return max(0.0, planned(deck, minutes).minutes - minutes)


def _kept(deck: Deck, minutes: float) -> list[Slide]:
    units = _units(deck)
    free = minutes - sum(slide.minutes for unit in units for slide in unit if not unit[0].optional)
    optional = sorted((unit for unit in units if unit[0].optional), key=lambda u: -u[0].optional)
    kept = {id(unit): not unit[0].optional for unit in units}
    for unit in optional:
        free -= sum(slide.minutes for slide in unit)
        if free < 0:
            break
        kept[id(unit)] = True
    return [slide for unit in units if kept[id(unit)] for slide in unit]


def _units(deck: Deck) -> list[list[Slide]]:
    units: list[list[Slide]] = []
    for slide in deck.slides:
        if slide.level == 3 and units:
            units[-1].append(slide)
        else:
            units.append([slide])
    return units
