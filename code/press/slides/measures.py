"""The measures of a slide, which only the style sheet of the decks states.

They are the custom properties in the first `:root` of `book/assets/slides/deck.css`.
"""

from __future__ import annotations

import re
from functools import cache

from ..book import PressError
from ..files import ASSETS

__all__ = ["measure"]

STYLE = ASSETS / "slides" / "deck.css"

_ROOT = re.compile(r":root \{(.*?)\}", re.S)
_PROPERTY = re.compile(r"--([\w-]+): *([\d.]+)(?:px)?;")


def measure(name: str) -> float:
    """Return a measure such as `slide-width`; lengths are in pixels of a slide.

    Raises PressError if the style sheet does not state it as a number.
    """
    found = _stated(STYLE.read_text(encoding="utf-8"))
    if name not in found:
        raise PressError(f"{STYLE.name}: state --{name} in :root, as a number or in px")
    return found[name]


@cache
def _stated(css: str) -> dict[str, float]:
    match = _ROOT.search(css)
    return {name: float(value) for name, value in _PROPERTY.findall(match[1] if match else "")}
