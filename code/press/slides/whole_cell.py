"""The whole cell that runs where a slide shows, and a reader edits, some of its lines."""

from __future__ import annotations

import ast
import math
import textwrap
from dataclasses import dataclass

__all__ = ["Place", "caught", "whole"]


@dataclass(frozen=True)
class Place:
    """The place of code in its chapter: lines of a cell, from `first` to the one before `last`."""

    cell: int
    first: int = 0
    last: float = math.inf


def whole(source: str, place: Place, code: str) -> str:
    """Return the cell `source` with `code` in place of these lines, as which it is indented.

    Where the cell catches and prints an error of these lines, they run without the `try`, after
    what stands above them, so that the error itself is shown.
    """
    lines = source.split("\n")
    first, last = place.first, int(min(place.last, len(lines)))
    if first <= 0 and last >= len(lines):
        return code
    if caught(source, range(first, last)):
        inside = next(i for i in reversed(range(first)) if lines[i].strip() == "try:")
        above = textwrap.dedent("\n".join(lines[inside + 1 : first]))
        return "\n".join([*lines[:inside], *filter(None, [above]), code])
    indents = (line[: len(line) - len(line.lstrip())] for line in lines[first:last] if line.strip())
    indented = textwrap.indent(code, min(indents, key=len, default=""))
    return "\n".join([*lines[:first], indented, *lines[last:]])


def caught(code: str, chosen: range) -> str:
    """Return the name of the error that these lines raise, if the cell catches and prints it."""
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Try(body=[first, *others], handlers=[handler]):
                last = (others or [first])[-1]
                inside = first.lineno - 1 <= chosen.start and chosen.stop <= (last.end_lineno or 0)
                prints = [ast.unparse(statement) for statement in handler.body]
                if inside and prints == [f"print({handler.name})"] and handler.type is not None:
                    return ast.unparse(handler.type)
    return ""
