"""Where a node stands in the source, also where its directive did not note a line."""

from __future__ import annotations

import re
from itertools import takewhile
from pathlib import Path

from docutils import nodes
from docutils.utils import get_source_line

__all__ = ["directive", "place"]

_DIRECTIVE = re.compile(r"[ >*+\-\d.]*(?::{3,}|`{3,}|~{3,}) *(\{[^}\s]+\})")


def place(node: nodes.Element) -> nodes.Element:
    """Return a node with file and line, as Sphinx's logger takes it.

    A node without a line has the line of the first directive below all blocks before it, because
    sphinx-design replaces nodes by others that have none.
    """
    page = node.document
    assert page is not None
    found = nodes.comment()
    found.source, found.line = node.source or page["source"], node.line
    if node.line == 0:  # an argument of a directive, which has the line itself
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
    """Return the directive on the line of a place, as in `{tab-set}`; empty where there is none."""
    match = _DIRECTIVE.match(("", *_lines(at))[at.line or 0])
    return match[1] if match else ""


def _lines(at: nodes.Element) -> list[str]:
    return Path(str(at.source)).read_text(encoding="utf-8").splitlines()
