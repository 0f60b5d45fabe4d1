"""Footnotes without a note, and notes without a mark in the text, of which MyST says nothing."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from docutils.utils import get_source_line
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from .. import edition

__all__ = ["setup"]

LOGGER = logging.getLogger(__name__)

_MARK = re.compile(r"\[\^([^\]\s]+)\]")
_FIXED = nodes.literal, nodes.literal_block, nodes.math, nodes.math_block, nodes.raw, nodes.comment


class Footnotes(SphinxTransform):
    """Complain, with file and line, of each."""

    default_priority = 860  # after docutils has resolved footnotes (620)

    def apply(self, **kwargs: Any) -> None:
        """Look at the words that MyST has left, and at the notes that it has taken."""
        for text in self.document.findall(nodes.Text):
            for mark in _MARK.findall(text) if not isinstance(text.parent, _FIXED) else ():
                _, line = get_source_line(text.parent)
                message = f"no footnote [^{mark}]: stands on this page"
                LOGGER.warning(message, location=(self.env.docname, line))
        found = edition.current().execution(self.env.docname)
        taken = {name for note in self.document.findall(nodes.footnote) for name in note["names"]}
        for name, line in found.chapter.footnotes if found else ():
            if name not in taken:
                message = f"nothing refers to the footnote [^{name}]"
                LOGGER.warning(message, location=(self.env.docname, line))


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_transform(Footnotes)
