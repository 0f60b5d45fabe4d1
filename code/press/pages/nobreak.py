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
        for text in list(self.document.findall(nodes.Text)):
            _keep_unit(text)


def _keep_mark(formula: nodes.math) -> None:
    behind = formula.next_node(descend=False, siblings=True)
    if not isinstance(behind, nodes.Text) or not (mark := _MARK.match(behind)):
        return
    behind.parent.replace(behind, nodes.Text(behind[mark.end() :]))
    box = nodes.inline("", classes=["dp-together"])
    formula.replace_self(box)
    box += [formula, nodes.Text(mark.group())]


def _keep_unit(text: nodes.Text) -> None:
    if isinstance(text.parent, _AS_IT_IS):
        return
    kept = _SPACE.sub("\u00a0", text)
    siblings = text.parent.children
    at = next(i for i, node in enumerate(siblings) if node is text)
    if at and "dp-number" in getattr(siblings[at - 1], "attributes", {}).get("classes", ()):
        kept = _SPACE_AT_START.sub("\u00a0", kept)
    if kept != text:
        siblings[at] = replaced = nodes.Text(kept)
        replaced.parent = text.parent


def setup(app: Sphinx) -> None:
    """Register the transform."""
    app.add_post_transform(KeepTogether)
