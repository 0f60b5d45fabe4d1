"""Figures as files of SVG, in the colours of a light page and on white, whatever the app's theme.

Reading apps have themes of their own, which the variables in our SVG do not follow.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import cache

from diffprog.figures.animation import asset

__all__ = ["Picture", "picture"]

_SVG = re.compile(r'<svg role="img" aria-label="([^"]*)" (.*?</svg>)', re.S)
_VARIABLE = re.compile(r"var\((--fig-[\w-]+)\)")
_SIZE = re.compile(r"calc\(([\d.]+px)\*1\)")
_BOX = re.compile(r'viewBox="([^"]+)"[^>]*>')
_IDS = re.compile(r'(?:(?<=id=")|(?<=\(#)|(?<=href="#))[^")]*:(?=\w)')


@dataclass(frozen=True)
class Picture:
    """A picture, and the text that says what it shows."""

    svg: str
    alt: str


def picture(markup: str) -> Picture | None:
    """Return the picture in the HTML of a figure, or the first one of several frames, if any."""
    found = _SVG.search(markup)
    if found is None:
        return None
    svg = _VARIABLE.sub(lambda name: _light()[name[1]], found[2])
    svg = re.sub(r' (?:class="dp-svg"|data-part="[^"]*")', "", _SIZE.sub(r"\1", svg))
    # The names of files keep pictures apart; a colon is not allowed in an id of XML.
    svg = _IDS.sub("part-", svg)
    left, top, width, height = _BOX.search(svg)[1].split()  # type: ignore[index]
    paper = f'<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="#fff"/>'
    svg = _BOX.sub(lambda start: f"{start[0]}{paper}", svg, count=1)
    start = '<svg xmlns="http://www.w3.org/2000/svg" font-family="sans-serif"'
    style = ' stroke-linejoin="round" stroke-linecap="butt"'
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n{start}{style} {svg}\n'
    return Picture(text, html.unescape(found[1]))


@cache
def _light() -> dict[str, str]:
    """Return the value of each variable on a light page."""
    root = asset("figures.css").partition(":root {")[2].partition("}")[0]
    return dict(re.findall(r"(--fig-[\w-]+): ([^;]+);", root))
