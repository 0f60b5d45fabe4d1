"""The place of a node in the source, even if its directive did not note a line."""

from __future__ import annotations

import re
from itertools import takewhile
from pathlib import Path

from docutils import nodes
from docutils.utils import get_source_line

__all__ = ["directive", "place"]

_DIRECTIVE = re.compile(r"[ >*+\-\d.]*(?::{3,}|`{3,}|~{3,}) *(\{[^}\s]+\})")


def place(node: nodes.Element) -> nodes.Element:
    """Return a node with the file and line of `node`, for Sphinx's logger.

    sphinx-design replaces nodes by nodes without a line. They get the line of the first directive
    below all blocks before them.
    """
    page = node.document
    assert page is not None
    found = nodes.comment()
    found.source, found.line = node.source or page["source"], node.line
    if node.line == 0:  # an argument of a directive: the directive has the line
        found.line = get_source_line(node.parent)[1]
    if node.line is None:
        earlier = takewhile(lambda other: other is not node, page.findall(nodes.Element))
        blocks = (
            e for e in earlier if not isinstance(e, nodes.Inline) and e.source == found.source
        )
        above = max((block.line or 0 for block in blocks), default=0)
        lines = enumerate(_lines(found)[above:], above + 1)
        found.line = next((n for n, text in lines if _DIRECTIVE.match(text)), above)
    return found


def directive(at: nodes.Element) -> str:
    """Return the directive on the line of a place, such as `{tab-set}`, or '' if there is none."""
    match = _DIRECTIVE.match(("", *_lines(at))[at.line or 0])
    return match[1] if match else ""


def _lines(at: nodes.Element) -> list[str]:
    return Path(str(at.source)).read_text(encoding="utf-8").splitlines()
