"""The one rule for names of outputs, which are parts of files' names, addresses and ids."""

from __future__ import annotations

import re

from .book import PressError

__all__ = ["check_name"]

LONGEST = 100  # characters; file systems take 255 bytes, and more is added to a name

_NAME = re.compile(r"\w[\w.-]*")


def check_name(name: str, place: str) -> None:
    """Raise PressError, with the place, for a name that cannot be used everywhere."""
    if not _NAME.fullmatch(name) or len(name) > LONGEST:
        raise PressError(
            f"{place}: {name[:LONGEST]!r} cannot be a name: begin with a letter or digit, and go on"
            f" with letters, digits, -, _ and full stops, at most {LONGEST} in all"
        )
