"""`{show} fig-name`: a figure of the book, or its animation, on a slide."""

from __future__ import annotations

import re

from .. import kinds
from .markup import Context, Directive
from .model import Slide

__all__ = ["LARGEST", "enlarged", "show", "style"]

WIDE = 1.35
"""From this ratio of width to height on, a figure stands below the heading, not beside it."""
ROOM, BESIDE_HEADING, HEADING, CONTROLS = 596, 620, 74, 52
"""Heights on a slide of 720: between the margins, the same for a figure with no heading above it,
of a line of the heading, of the controls."""
WIDEST, BESIDE, TITLE = 770, 660, 560
LINE = 50
"""Characters on a line of the heading."""
SMALLEST, LARGEST = 17.0, 1.32
"""Text in figures: at least so many pixels, for which it may grow by that factor."""


def show(context: Context, slide: Slide, given: Directive) -> None:
    """Put the figure on the slide."""
    entry = context.entry(given.argument, *(k for k in kinds.BY_NAME.values() if k.is_figure))
    slide.shown += kinds.BY_NAME[entry.kind].on_slide(entry.content, entry.name, entry.alt)
    slide.entries.append(entry)
    if slide.layout != "title":
        slide.layout = "wide" if ratio(entry.content["svg"]) >= WIDE else "tall"


def style(slide: Slide) -> str:
    """How wide its figure is drawn, and by how much its text is enlarged to be read from afar."""
    if not _drawn(slide):
        return ""
    return f"--width:{_width(slide):.0f}px;--fig-text:{enlarged(slide):.3f}"


def enlarged(slide: Slide) -> float:
    """How many times the text of its figure grows; 1 where there is none."""
    if not _drawn(slide):
        return 1.0
    svg = slide.entries[-1].content["svg"]
    sizes = [float(size) for size in re.findall(r"font-size:calc\(([\d.]+)px", svg)]
    return max(1.0, SMALLEST / (min(sizes) * _width(slide) / _size(svg)[0]))


def _drawn(slide: Slide) -> bool:
    return slide.layout in ("wide", "tall", "title") and bool(slide.entries)


def _width(slide: Slide) -> float:
    entry = slide.entries[-1]
    svg = entry.content["svg"]
    below = CONTROLS if kinds.BY_NAME[entry.kind].has_controls else 0
    if slide.layout == "wide":
        lines = -(-len(re.sub(r"<[^>]+>", "", slide.heading)) // LINE)
        return min(WIDEST, (ROOM - HEADING * lines - below) * ratio(svg))
    widest = TITLE if slide.layout == "title" else BESIDE
    return min(widest, (BESIDE_HEADING - below) * ratio(svg))


def ratio(svg: str) -> float:
    """Width over height."""
    width, height = _size(svg)
    return width / height


def _size(svg: str) -> tuple[float, float]:
    match = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    assert match is not None
    return float(match[1]), float(match[2])
