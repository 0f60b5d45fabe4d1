"""`{show} fig-name`: a figure of the book, or its animation, on a slide."""

from __future__ import annotations

import math
import re

from .. import output_kinds
from .markdown import Context, Directive
from .slide import Slide
from .theme import measure

__all__ = ["enlarged", "show", "style"]


def show(context: Context, slide: Slide, given: Directive) -> None:
    """Put the figure on the slide."""
    entry = context.entry(
        given.argument, *(k for k in output_kinds.BY_NAME.values() if k.is_figure)
    )
    slide.shown += output_kinds.BY_NAME[entry.kind].on_slide(entry.content, entry.name, entry.alt)
    slide.entries.append(entry)
    if slide.layout != "title":
        slide.layout = "wide" if ratio(entry.content["svg"]) >= measure("figure-ratio") else "tall"


def style(slide: Slide) -> str:
    """Return how wide its figure is drawn, and how much its text is enlarged, as CSS."""
    if not _drawn(slide):
        return ""
    return f"--width:{_width(slide):.0f}px;--fig-text:{enlarged(slide):.3f}"


def enlarged(slide: Slide) -> float:
    """Return how many times the text of its figure grows; 1 where there is none."""
    svg = slide.entries[-1].content["svg"] if _drawn(slide) else ""
    sizes = [float(size) for size in re.findall(r"font-size:calc\(([\d.]+)px", svg)]
    if not sizes:
        return 1.0
    return max(1.0, measure("figure-text") / (min(sizes) * _width(slide) / _size(svg)[0]))


def _drawn(slide: Slide) -> bool:
    return slide.layout in ("wide", "tall", "title") and bool(slide.entries)


def _width(slide: Slide) -> float:
    entry = slide.entries[-1]
    svg = entry.content["svg"]
    room = measure("slide-height") - measure("slide-top") - measure("slide-bottom")
    room -= measure("figure-spare")
    if output_kinds.BY_NAME[entry.kind].has_controls:
        room -= measure("controls-height")
    if slide.layout == "wide":
        widest = measure("figure-below")
        characters = len(re.sub(r"<[^>]+>", "", slide.heading))
        line = measure("heading-size") * measure("heading-leading") + measure("row-gap")
        room -= round(line) * math.ceil(characters / measure("heading-characters"))
    else:
        widest = measure("figure-title" if slide.layout == "title" else "figure-beside")
        room += measure("row-gap")  # no heading is above it
    return min(widest, room * ratio(svg))


def ratio(svg: str) -> float:
    """Return width over height."""
    width, height = _size(svg)
    return width / height


def _size(svg: str) -> tuple[float, float]:
    match = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    assert match is not None
    return float(match[1]), float(match[2])
