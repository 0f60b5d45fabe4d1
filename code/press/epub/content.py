"""What stands differently in the EPUB than on a page of the site.

Nothing moves and nothing runs there. Some apps show what is folded, so that solutions stand at the
end of a chapter, which their exercises link.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from posixpath import dirname, join, normpath, relpath
from typing import Any
from urllib.parse import urlsplit

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from .. import edition, files
from ..pages.exercise import exercise
from ..pages.fold import fold
from ..pages.predict import ask, choice, predict, question
from .pictures import picture

__all__ = ["setup"]

PICTURES = "pictures"
"""The folder of the figures."""
ONLINE, MOVES = "in the book online", "a slider goes through all of them"


class ForReading(SphinxPostTransform):
    """Write pictures to files, move solutions, and mend links that leave the book."""

    default_priority = 950  # after references are resolved
    builders = ("epub",)

    def run(self, **kwargs: Any) -> None:
        """Change the page."""
        for raw in list(self.document.findall(nodes.raw)):
            self._draw(raw)
        self._move_solutions()
        for box in list(self.document.findall(predict)):
            _ask(box)
        for code in list(self.document.findall(HideCodeCellNode)):
            code.replace_self(fold("", *code.children, title="The code"))
        for signature in self.document.findall(addnodes.desc_parameterlist):
            signature["multi_line_parameter_list"] = False  # a list without terms is not valid
        for link in list(self.document.findall(nodes.reference)):
            self._mend(link)

    def _draw(self, raw: nodes.raw) -> None:
        """Put a file in place of a picture in HTML."""
        drawn = picture(raw.astext())
        figure = raw.parent
        while figure is not None and not isinstance(figure, nodes.figure):
            figure = figure.parent
        if drawn is None or figure is None:
            return
        page, name = self.env.docname, figure["ids"][0]
        path = f"{PICTURES}/{name}.svg"
        files.write(Path(self.app.outdir) / path, drawn.svg)
        source, alt = relpath(path, dirname(page)), escape(drawn.alt)
        image = nodes.raw("", f'<img src="{source}" alt="{alt}" />', format="html")
        raw.replace_self(nodes.container("", image, classes=["dp-figure"]))
        if 'class="dp-frames"' in raw.astext():
            address = edition.current().book.address
            uri = address and f"{address}{page}.html#{name}"
            where = nodes.reference("", ONLINE, refuri=uri) if uri else nodes.Text(ONLINE)
            words = nodes.Text(" One picture of several: "), where, nodes.Text(f", {MOVES}.")
            next(figure.findall(nodes.caption)).extend(words)

    def _move_solutions(self) -> None:
        """Move what is folded as the solution of an exercise to the end, in their order."""
        top = next(self.document.findall(nodes.section), None)
        title, last, moved = "", "", list[nodes.section]()
        for node in list(self.document.findall()):
            if isinstance(node, exercise):
                title, last = next(node.findall(nodes.title)).astext(), node["ids"][0]
            elif isinstance(node, fold) and "dp-solution" in node["classes"]:
                name = f"{last}-solved"
                away = nodes.reference("", "At the end of the chapter", refid=name, internal=True)
                there = nodes.paragraph("", "Solution: ", away, nodes.Text("."))
                node.parent.replace(node, there)
                back = nodes.reference("", title, refid=last, internal=True)
                box = nodes.section("", nodes.title("", "", back), ids=[name])
                box += node.children
                moved.append(box)
        if moved and top is not None:
            end = nodes.section("", nodes.title("", "Solutions"), *moved, ids=["solutions"])
            top += end
            numbers: dict[str, Any] = self.env.toc_secnumbers.setdefault(self.env.docname, {})
            # Else they would have the number of the page.
            numbers |= {f"#{box['ids'][0]}": None for box in (end, *moved)}

    def _mend(self, link: nodes.reference) -> None:
        """Let a link to another part of the site lead there, or leave its text alone."""
        target = urlsplit(link.get("refuri", ""))
        if target.scheme or not target.path:
            return
        place = normpath(join(dirname(self.env.docname), target.path))
        name = place.removesuffix(".xhtml")
        if name in self.env.found_docs:
            return
        address, place = edition.current().book.address, place.replace(".xhtml", ".html")
        if address:
            link["refuri"] = address + target._replace(path=place).geturl()
        else:
            link.replace_self(nodes.inline("", "", *link.children))


def _ask(box: predict) -> None:
    """Write the possible answers of a prediction as a list, in place of what takes a click."""
    asked = next(box.findall(ask))
    said = [*next(asked.findall(question)).children]
    parts: list[nodes.Node] = [nodes.paragraph("", "", *said, classes=["dp-question"])]
    if options := list(asked.findall(choice)):
        items = (nodes.list_item("", nodes.paragraph("", "", *o.children)) for o in options)
        parts.append(
            nodes.enumerated_list("", *items, enumtype="upperalpha", prefix="", suffix=".")
        )
    asked.replace_self(parts)
    box.replace_self(nodes.container("", *box.children, ids=box["ids"], classes=box["classes"]))


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_post_transform(ForReading)
