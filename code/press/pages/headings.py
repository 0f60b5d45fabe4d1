"""The title of a page as the heading of its article, instead of a section within the article."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

__all__ = ["setup"]


def _open(self: Any, node: nodes.section) -> None:
    self.section_level += 1
    self.body.append(self.starttag(node, _tag(node)))


def _close(self: Any, node: nodes.section) -> None:
    self.section_level -= 1
    self.body.append(f"</{_tag(node)}>\n")


def _tag(node: nodes.section) -> str:
    return "div" if isinstance(node.parent, nodes.document) else "section"


def setup(app: Sphinx) -> None:
    """Write sections that way."""
    app.add_node(nodes.section, override=True, html=(_open, _close))
