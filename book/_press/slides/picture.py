"""`{show} fig-name`: a figure of the book, or its animation, on a slide."""

from __future__ import annotations

import re

from diffprog import _frames
from diffprog.show import FIGURE

from .markup import Context, Directive
from .model import Slide

__all__ = ["show"]

WIDE = 1.35
"""From this ratio of width to height on, a figure stands below the heading, not beside it."""


def show(context: Context, slide: Slide, given: Directive) -> None:
    """Put the figure on the slide."""
    entry = context.entry(given.argument, "figure", "frames")
    data = entry.data[FIGURE]
    if entry.kind == "frames":
        markup = _frames.component(data, entry.name, entry.alt)
    else:
        picture = _frames.picture(data["svg"], entry.name, entry.alt)
        markup = f'<div class="dp-figure">{picture}</div>'
    slide.shown += markup
    slide.entries.append(entry)
    width, height = _size(data["svg"])
    if slide.kind != "title":
        slide.kind = "wide" if width / height >= WIDE else "tall"


def _size(svg: str) -> tuple[float, float]:
    match = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    assert match is not None
    return float(match[1]), float(match[2])
