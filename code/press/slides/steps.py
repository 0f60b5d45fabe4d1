"""What waits for a step: all below `+++`, an answer in the heading's place, parts of a figure.

reveal.js uncovers each `.fragment`, in the order of its index; what has the same index comes at
once. The steps of a figure, in `:uncover:`, count from the place where it stands, and so the first
of them comes with what is below the next `+++`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from markdown_it.token import Token

from .markdown import Context
from .slide import Slide

__all__ = ["answered", "numbered", "uncovered", "waiting"]

_PART = re.compile(r'data-part="([^"]*)"')
_FRAGMENT = re.compile(r'class="([^"]*\bfragment\b[^"]*)"(?! data-fragment-index)')


def waiting(tokens: Sequence[Token], step: int) -> list[Token]:
    """Let the paragraphs, lists and formulas among `tokens` wait for this step; 0 is the start."""
    for token in tokens if step else ():
        if token.level == 0 and token.nesting >= 0:
            token.attrJoin("class", "fragment")
            token.attrSet("data-fragment-index", str(step))
    return list(tokens)


def answered(slide: Slide) -> str:
    """Return the HTML of the heading, whose answer, if it has one, takes its place at a step."""
    if not slide.answer:
        return slide.heading
    at = f'data-fragment-index="{slide.answered}"'
    return (
        f'<span class="asked fragment fade-out" {at}>{slide.heading}</span>'
        f'<span class="answer fragment" {at}>{slide.answer}</span>'
    )


def numbered(slide: Slide) -> int:
    """Give the steps of the slide's code the numbers from 0, and return how many there are."""
    count = 0

    def number(match: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return f'{match[0]} data-fragment-index="{count - 1}"'

    slide.shown = _FRAGMENT.sub(number, slide.shown)
    return count


def uncovered(context: Context, slide: Slide, drawn: str, name: str, wanted: str | None) -> str:
    """Return a drawing whose parts wait, as `:uncover:` says: `panel 2; measured & fitted`.

    `panels` stands for all panels after the first, in turn.
    """
    parts = {html.unescape(part): part for part in dict.fromkeys(_PART.findall(drawn))}
    if wanted == "panels":
        panels = [part for part in parts if re.fullmatch(r"panel \d+", part)]
        wanted = ";".join(panels[1:])
    for step, names in enumerate(wanted.split(";") if wanted is not None else (), slide.step + 1):
        for part in map(str.strip, names.split("&")):
            if part not in parts:
                known = ", ".join(sorted(parts)) or "none"
                context.fail(f"{name} has no part {part!r} to be uncovered; its parts: {known}")
            mark = f'data-part="{parts.pop(part)}"'
            if mark.replace('"', '\\"') in drawn:
                context.fail(f"{part!r} of {name} is drawn anew in each frame: uncover its panel")
            drawn = drawn.replace(mark, f'{mark} class="fragment" data-fragment-index="{step}"')
    if slide.step:
        return f'<div class="fragment" data-fragment-index="{slide.step}">{drawn}</div>'
    return drawn
