"""Lines of code that are longer than a line on paper, broken with a mark.

Left to itself, a browser breaks a line without a sign, and it then reads as two lines of Python.
"""

from __future__ import annotations

from typing import Any

from lxml.html import builder as E

__all__ = ["WIDTH", "break_lines"]

WIDTH = 80
"""How many characters fit into a line of code; paper.css has the size of its type."""
EARLIEST = 50
"""Where a line may be broken at the earliest to keep a word whole."""
MARK = "dp-wrap"
"""The class of the mark, which paper.css draws."""


def break_lines(listing: Any, width: int = WIDTH) -> None:
    """Put a mark into each line of an element `pre` where it has to be broken."""
    at = 0
    places = set()
    for line in listing.text_content().split("\n"):
        places |= {at + place for place in _places(line, width)}
        at += len(line) + 1
    if places:
        _insert(listing, places, 0)


def _places(line: str, width: int) -> list[int]:
    """Return where a line is broken: after a blank if there is one, else where the line is full."""
    places, begin, room = [], 0, width
    while len(line) - begin > room:
        blank = line.rfind(" ", begin + EARLIEST, begin + room)
        begin = blank + 1 if blank >= 0 else begin + room
        places.append(begin)
        room = width - 2  # the mark takes two characters
    return places


def _insert(element: Any, places: set[int], at: int) -> int:
    """Insert marks into the text of an element that begins at `at`, and return where it ends."""
    text, element.text = element.text or "", None
    children = list(element)
    at = _pieces(element, 0, text, places, at)
    for child in children:
        at = _insert(child, places, at)
        tail, child.tail = child.tail or "", None
        at = _pieces(element, element.index(child) + 1, tail, places, at)
    return at


def _pieces(parent: Any, index: int, text: str, places: set[int], at: int) -> int:
    """Put a text before the child with this index of its parent, with marks in it."""
    cuts = sorted(place - at for place in places if at <= place < at + len(text))
    begin = 0
    for cut in [*cuts, len(text)]:
        piece = text[begin:cut]
        if index:
            parent[index - 1].tail = (parent[index - 1].tail or "") + piece
        else:
            parent.text = (parent.text or "") + piece
        if cut < len(text):
            parent.insert(index, E.SPAN({"class": MARK}))
            index += 1
        begin = cut
    return at + len(text)
