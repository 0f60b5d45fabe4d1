"""`{show} fig-name`: a figure of the book, or its animation, on a slide.

An animation stands at its first frame until it is moved, or at `:start:`, which is the text that
its slider shows at a frame, or `last`. Parts of it wait for steps as `:uncover:` says.
"""

from __future__ import annotations

import math
import re

from .. import output_kinds
from .markdown import Context, Directive
from .measures import measure
from .slide import Slide
from .steps import uncovered

__all__ = ["enlarged", "ratio", "show", "style", "text_growth"]


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
        slide.layout = "wide" if ratio(entry.content["svg"]) >= measure("figure-ratio") else "tall"


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


def style(slide: Slide) -> str:
    """Return the width of the slide's figure, and the factor by which its text grows, as CSS."""
    if not _drawn(slide):
        return ""
    return f"--width:{_width(slide):.0f}px;--fig-text:{enlarged(slide):.3f}"


def enlarged(slide: Slide) -> float:
    """Return the factor by which the text of the slide's figure grows; 1 without a figure."""
    if not _drawn(slide):
        return 1.0
    return text_growth(slide.entries[-1].content["svg"], _width(slide))


def text_growth(svg: str, width: float) -> float:
    """Return how many times the text of a drawing grows at this width, so that it can be read."""
    sizes = [float(size) for size in re.findall(r"font-size:calc\(([\d.]+)px", svg)]
    smallest = min(sizes, default=math.inf) * width / _size(svg)[0]
    return max(1.0, measure("figure-text") / smallest)


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
        headings = (re.sub(r"<[^>]+>", "", text) for text in (slide.heading, slide.answer))
        characters = max(map(len, headings))
        line = measure("heading-size") * measure("heading-leading") + measure("row-gap")
        room -= round(line) * math.ceil(characters / measure("heading-characters"))
    else:
        widest = measure("figure-title" if slide.layout == "title" else "figure-beside")
        room += measure("row-gap")  # there is no heading above it
    return min(widest, room * ratio(svg))


def ratio(svg: str) -> float:
    """Return the width of a figure over its height."""
    width, height = _size(svg)
    return width / height


def _size(svg: str) -> tuple[float, float]:
    match = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    assert match is not None
    return float(match[1]), float(match[2])
