"""What a cell prints: put together in one piece, and read for what went wrong.

nbclient and myst-nb can put it together too, in a time that grows with the square of the longest
line: minutes for a hundred thousand numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from nbformat import NotebookNode

__all__ = ["merged", "warning"]

LONGEST = 300  # characters of a warning that are shown

_WARNING = re.compile(r"^\S.*?:\d+: (\w+: .*?)(?=\n  |\Z)", re.M | re.S)


def merged(outputs: Iterable[NotebookNode]) -> list[NotebookNode]:
    """Return the outputs of a cell, with all that it prints in one stream where it begins.

    How the kernel cuts a stream up is a matter of time. There is one stream of standard output, and
    one of standard error.
    """
    found: list[NotebookNode] = []
    texts: dict[str, list[str]] = {}
    for output in outputs:
        if output.output_type != "stream":
            found.append(output)
            continue
        if output.name not in texts:
            texts[output.name] = []
            found.append(output)
        texts[output.name].append(output.text)
    for output in found:
        if output.output_type == "stream":
            lines = "".join(texts[output.name]).rstrip().split("\n")
            output.text = "".join(f"{_last_written(line)}\n" for line in lines)
    return found


def _last_written(line: str) -> str:
    """Return what stays of a line whose beginning is written over after a carriage return."""
    return line[line.rfind("\r", 0, len(line) - 1) + 1 :]


def warning(text: str) -> str:
    """Return category and text of the last warning on standard error, or else its last line."""
    found = _WARNING.findall(text.strip())
    return " ".join((found or text.strip().splitlines())[-1].split())[:LONGEST]
