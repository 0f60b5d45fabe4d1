"""What a cell prints: joined into one piece, and searched for warnings.

nbclient and myst-nb can join the pieces too, but in a time that grows with the square of the
longest line: minutes for a hundred thousand numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from nbformat import NotebookNode

__all__ = ["merged", "uncoloured", "warning"]

LONGEST = 300  # characters of a warning that are shown

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_WARNING = re.compile(r"^\S.*?:\d+: (\w+: .*?)(?=\n  |\Z)", re.M | re.S)


def uncoloured(text: str) -> str:
    """Return `text` without the codes by which a terminal colours it."""
    return _COLOURS.sub("", text)


def merged(outputs: Iterable[NotebookNode]) -> list[NotebookNode]:
    """Return the outputs of a cell, with each stream in one piece, where its first piece stood.

    The kernel cuts standard output and standard error into pieces that depend on timing.
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
    """Return the end of `line`, behind the last carriage return, which hides the text before."""
    return line[line.rfind("\r", 0, len(line) - 1) + 1 :]


def warning(text: str) -> str:
    """Return the last warning in this standard error, or else the last line."""
    found = _WARNING.findall(text.strip())
    return " ".join((found or text.strip().splitlines())[-1].split())[:LONGEST]
