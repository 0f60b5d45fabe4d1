"""No line break between a formula and its punctuation mark, or between a number and its unit.

A browser may break a line after any formula, even before a comma. The chapters have an ordinary
space before a unit.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

__all__ = ["KeepTogether", "setup"]

UNIT = r" (?=(?:[GMkT]?eV|m/s²|m/s|m²|m|s|%)(?![\w/]))"
_SPACE = re.compile(rf"(?<=\d){UNIT}")
_SPACE_AT_START = re.compile(rf"^{UNIT}")
_MARK = re.compile(r"[.,;:!?)]+")
_AS_IT_IS = (nodes.literal, nodes.literal_block, nodes.math, nodes.math_block, nodes.raw)


class KeepTogether(SphinxPostTransform):
    """Put a formula and its punctuation mark into one box, and a no-break space before a unit."""

    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Join formulas first, because this shortens the texts after them."""
        for formula in list(self.document.findall(nodes.math)):
            _keep_mark(formula)
        for parent in list(self.document.findall(nodes.Element)):
            if not isinstance(parent, _AS_IT_IS):
                _keep_units(parent)


def _keep_mark(formula: nodes.math) -> None:
    behind = formula.next_node(descend=False, siblings=True)
    if not isinstance(behind, nodes.Text) or not (mark := _MARK.match(behind)):
        return
    siblings = formula.parent.children
    _put(formula.parent, _place(siblings, behind), behind[mark.end() :])
    box = nodes.inline("", classes=["dp-together"])
    siblings[_place(siblings, formula)] = box
    box.parent = formula.parent
    box += [formula, nodes.Text(mark.group())]


def _keep_units(parent: nodes.Element) -> None:
    for at, text in enumerate(parent.children):
        if not isinstance(text, nodes.Text):
            continue
        kept = _SPACE.sub("\u00a0", text)
        before = parent.children[at - 1] if at else None
        if "dp-number" in getattr(before, "attributes", {}).get("classes", ()):
            kept = _SPACE_AT_START.sub("\u00a0", kept)
        if kept != text:
            _put(parent, at, kept)


def _place(siblings: list[nodes.Node], node: nodes.Node) -> int:
    """Return where a node is; `list.index` would find an equal text before it."""
    return next(i for i, other in enumerate(siblings) if other is node)


def _put(parent: nodes.Element, at: int, text: str) -> None:
    """Put a text in the place of a child."""
    new = nodes.Text(text)
    parent.children[at] = new
    new.parent = parent


def setup(app: Sphinx) -> None:
    """Register the transform."""
    app.add_post_transform(KeepTogether)
