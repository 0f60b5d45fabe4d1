"""Conversion of inline text into Markdown: words, formulas, links, images and authors' HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.util import logging

from ..self_contained import embedded, requested, without_comments
from .source_place import place

__all__ = ["Inline", "code", "marked"]

LOGGER = logging.getLogger(__name__)

_SPECIAL = re.compile(r"([\\`*\[\]$<|]|(?<!\w)_|_(?!\w))")


class Inline(nodes.NodeVisitor):
    """A visitor whose methods return the Markdown of a node, including its children.

    `link(uri, text)` returns the Markdown of a reference. `numbers` maps ids to numbers as the
    page shows them, such as "Figure 1.2". Paths of images are relative to `root`.
    """

    def __init__(
        self,
        document: nodes.document,
        root: Path,
        link: Callable[[str, str], str],
        numbers: Mapping[str, str],
    ) -> None:
        super().__init__(document)
        self.root, self.link, self.numbers = root, link, numbers

    def write(self, node: nodes.Node) -> str:
        """Write one node, without empty lines at its ends."""
        return str(self.dispatch_visit(node))

    def inside(self, node: nodes.Element) -> str:
        """Write the content of `node`."""
        return "".join(map(self.write, node.children))

    def text(self, node: nodes.Element) -> str:
        """Write the content of `node` on one line."""
        return re.sub(r"[ \n]+", " ", self.inside(node)).strip(" ")

    def visit_Text(self, node: nodes.Text) -> str:
        """Write words, and escape the characters that Markdown would read as marks."""
        return _SPECIAL.sub(r"\\\1", node.astext())

    def visit_math(self, node: nodes.Element) -> str:
        """Write an inline formula."""
        return f"${node.astext().strip()}$"

    def visit_literal(self, node: nodes.Element) -> str:
        """Write inline code."""
        return code(node.astext())

    def visit_strong(self, node: nodes.Element) -> str:
        """Write bold words."""
        return marked("**", self.inside(node))

    def visit_emphasis(self, node: nodes.Element) -> str:
        """Write words in italics."""
        return marked("*", self.inside(node))

    def visit_reference(self, node: nodes.Element) -> str:
        """Write a link, or only its text, as `self.link` decides."""
        uri = node.get("refuri") or "#" + node.get("refid", "")
        return self.link(uri, self.inside(node))

    visit_literal_strong = visit_strong
    visit_literal_emphasis = visit_emphasis
    visit_number_reference = visit_reference

    def visit_download_reference(self, node: nodes.Element) -> str:
        """Write a link to a file that the site offers."""
        file = f"/_downloads/{node['filename']}" if "filename" in node else "#"
        return self.link(file, self.inside(node))

    def visit_superscript(self, node: nodes.Element) -> str:
        """Write a superscript."""
        return f"<sup>{self.inside(node)}</sup>"

    visit_footnote_reference = visit_superscript

    def visit_subscript(self, node: nodes.Element) -> str:
        """Write a subscript."""
        return f"<sub>{self.inside(node)}</sub>"

    def visit_abbreviation(self, node: nodes.Element) -> str:
        """Write an abbreviation, which shows its full form under the mouse."""
        title = escape(node.get("explanation", ""))
        return f'<abbr title="{title}">{self.inside(node)}</abbr>' if title else self.inside(node)

    def visit_image(self, node: nodes.Element) -> str:
        """Write an image with its content embedded, because a notebook is a single file."""
        source = embedded(node["uri"], self.root)
        if not source:
            _refuse_request(f'<img src="{node["uri"]}">', node)
            return ""  # Sphinx reports a file that is missing
        given = {
            "alt": node.get("alt", ""),
            "width": node.get("width"),
            "height": node.get("height"),
        }
        known = "".join(f' {name}="{escape(v)}"' for name, v in given.items() if v is not None)
        return f'<img{known} src="{source}">'

    def visit_raw(self, node: nodes.Element) -> str:
        """Write HTML as the author wrote it, without comments."""
        if "html" not in node.get("format", ""):
            return ""
        html = node.astext()
        _refuse_request(html, node)
        return without_comments(html).strip()


def marked(mark: str, text: str) -> str:
    """Return `text` between two marks, as in `**text**`; blank text gets no marks."""
    return f"{mark}{text.strip()}{mark}" if text.strip() else text


def code(text: str) -> str:
    """Return `text` as inline code."""
    fence = "`"
    while fence in text:
        fence += "`"
    space = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{fence}{space}{text}{space}{fence}"


def _refuse_request(html: str, node: nodes.Element) -> None:
    if address := requested(html):
        message = "%s would be loaded from another host: put the file beside the chapter"
        LOGGER.warning(message, address, location=place(node))
