"""Tags of cells, as authors write them: one tag may stand without brackets, as mystmd takes it."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt

__all__ = ["listed"]

_ONE = re.compile(r"^(:?tags: *)([\w-]+|\"[\w-]+\"|'[\w-]+') *$", re.M)


def listed(text: str) -> str:
    """Return a chapter whose cells have lists of tags: `remove-input` becomes `[remove-input]`.

    Lines keep their numbers, and a cell that is only shown, in a longer fence, stays as it is.
    """
    if not _ONE.search(text):
        return text
    lines = text.split("\n")
    for token in MarkdownIt("commonmark").parse(text):
        if token.type == "fence" and token.level == 0 and token.info.startswith("{code-cell}"):
            first, _ = token.map or [0, 0]
            for i in _options(token.content.split("\n")):
                lines[first + 1 + i] = _ONE.sub(r"\1[\2]", lines[first + 1 + i])
    return "\n".join(lines)


def _options(body: list[str]) -> range:
    """Return the lines of a cell that hold its options."""
    if body[0].strip() == "---":
        return range(1, next((i for i, line in enumerate(body) if i and line[:3] == "---"), 1))
    return range(next((i for i, line in enumerate(body) if line[:1] != ":"), len(body)))
