"""`{show} fig-name`: a figure of the book, or its animation, on a slide.

An animation stands at its first frame until it is moved, or at `:start:`, which is the text that
its slider shows at a frame, or `last`. Parts of it wait for steps as `:uncover:` says.
"""

from __future__ import annotations

import math
import re
from typing import Any

from .. import output_kinds
from ..output_kinds import FIGURE
from .markdown import Context, Directive
from .measures import measure
from .slide import Slide
from .steps import uncovered

__all__ = ["drawing", "ratio", "recall", "show", "smallest_text", "style", "text_growth"]


def show(context: Context, slide: Slide, given: Directive) -> None:
    """Put the figure on the slide."""
    entry = context.entry(
        given.argument, *(k for k in output_kinds.BY_NAME.values() if k.is_figure)
    )
    shown = output_kinds.BY_NAME[entry.kind].on_slide(entry.content, entry.name, entry.alt)
    frame = _start(context, given, entry.content.get("texts", []))
    shown = shown.replace('data-start="0"', f'data-start="{frame}"', 1)
    parts = context.option(given, "uncover", "start")
    slide.shown += uncovered(context, slide, shown, entry.name, parts)
    slide.entries.append(entry)
    if slide.layout != "title":
        across = ratio(drawing(entry.content)) >= measure("figure-ratio")
        slide.layout = "across" if across else "beside"


def recall(context: Context, slide: Slide, given: Directive) -> None:
    """Put a figure on the slide that another slide has shown; an animation stands still."""
    figures = (kind for kind in output_kinds.BY_NAME.values() if kind.is_figure)
    entry = context.entry(given.argument, *figures)
    slide.shown += FIGURE.on_slide(entry.content, f"{entry.name}-recalled", entry.alt)
    slide.entries.append(entry)
    slide.layout = "beside"


def _start(context: Context, given: Directive, texts: list[str]) -> int:
    """Return the number of the frame at which the animation stands on arrival."""
    wanted = context.option(given, "start", "uncover")
    if wanted is None:
        return 0
    if wanted == "last" and texts:
        return len(texts) - 1
    if wanted not in texts:
        known = f"{texts[0]} to {texts[-1]}, or last" if texts else "none: it is no animation"
        context.fail(f"{given.argument} has no frame {wanted!r} to start at; its frames: {known}")
    return texts.index(wanted)


def drawing(content: Any) -> str:
    """Return the SVG of a figure as it is drawn for a slide."""
    svg: str = FIGURE.drawn_for_slide(content)["svg"]
    return svg


def style(slide: Slide) -> str:
    """Return the width of the slide's figure, as CSS."""
    return f"--width:{_width(slide):.0f}px" if _drawn(slide) else ""


def smallest_text(slide: Slide) -> float:
    """Return the size of the smallest text in the slide's figure, in pixels; inf without text."""
    if not _drawn(slide):
        return math.inf
    svg = drawing(slide.entries[-1].content)
    return _smallest(svg) * _width(slide) / _size(svg)[0]


def text_growth(svg: str, width: float) -> float:
    """Return how many times the text of a drawing grows at this width, so that it can be read."""
    return max(1.0, measure("figure-text") / (_smallest(svg) * width / _size(svg)[0]))


def _smallest(svg: str) -> float:
    sizes = re.findall(r"font-size:calc\(([\d.]+)px", svg)
    return min(map(float, sizes), default=math.inf)


def _drawn(slide: Slide) -> bool:
    return slide.layout in ("across", "beside", "title") and bool(slide.entries)


def _width(slide: Slide) -> float:
    entry = slide.entries[-1]
    svg = drawing(entry.content)
    room = measure("slide-height") - measure("slide-top") - measure("slide-bottom")
    room -= measure("row-gap") + measure("figure-spare")
    if slide.layout == "title":
        room -= measure("title-height")
    else:
        room -= round(measure("heading-size") * measure("heading-leading"))
    if slide.layout == "across":
        room -= measure("text-above")
    if slide.layout != "title" and output_kinds.BY_NAME[entry.kind].has_controls:
        room -= measure("controls-height")
    return min(_size(svg)[0] * measure("figure-scale"), room * ratio(svg))


def ratio(svg: str) -> float:
    """Return the width of a figure over its height."""
    width, height = _size(svg)
    return width / height


def _size(svg: str) -> tuple[float, float]:
    match = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    assert match is not None
    return float(match[1]), float(match[2])
