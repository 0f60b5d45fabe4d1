"""The kinds of things that the book shows by name: figure, frames, source, number, exercise.

Each says here, and nowhere else, in which MIME type a cell gives it, and how it looks on a page, on
a slide and in a notebook. To add one: a MIME type in `diffprog/show.py`, and a class below.
"""

from __future__ import annotations

from html import escape
from typing import Any, ClassVar

from docutils import nodes
from nbformat import NotebookNode

from diffprog import show
from diffprog.figures import slider

__all__ = ["BY_NAME", "EXERCISE", "FIGURE", "FRAMES", "NUMBER", "SOURCE", "Kind", "of_output"]


class Kind:
    """What outputs of a kind have in common; their contents are JSON."""

    name: ClassVar[str]
    """As the output store and error messages call it."""
    mime: ClassVar[str]
    """The MIME type of its content."""
    is_figure: ClassVar[bool] = False
    """Whether it has a number, a caption and alternative text, and decks take it by `{show}`."""
    has_controls: ClassVar[bool] = False
    """Whether buttons stand below it."""
    has_anchor: ClassVar[bool] = True
    """Whether its name is an address on its page."""

    def on_page(self, content: Any, name: str, alt: str) -> list[nodes.Node]:
        """Return the nodes of a page; by default those of the HTML that slides have."""
        return [nodes.raw("", self.on_slide(content, name, alt), format="html")]

    def on_slide(self, content: Any, name: str, alt: str) -> str:
        """Return the HTML of a slide."""
        raise NotImplementedError(f"{self.name}: a directive of decks lays it out")

    def in_notebook(self, output: NotebookNode, content: Any, alt: str) -> bool:
        """Make of a cell's output one that every Jupyter shows; return False to leave it out."""
        return True


class Figure(Kind):
    """A picture: SVG, with a PNG beside it for notebooks."""

    name, mime = "figure", show.FIGURE
    is_figure = True

    def on_slide(self, content: Any, name: str, alt: str) -> str:
        """Return inline SVG, which follows the theme."""
        return f'<div class="dp-figure">{slider.picture(content["svg"], name, alt)}</div>'

    def in_notebook(self, output: NotebookNode, content: Any, alt: str) -> bool:
        """Leave the PNG, with its alternative text."""
        output.data["text/plain"] = alt
        output.metadata["image/png"] = {"alt": alt}
        return True


class Frames(Figure):
    """A picture for each of several values, and a slider that goes through them."""

    name, mime = "frames", show.FRAMES
    has_controls = True

    def on_slide(self, content: Any, name: str, alt: str) -> str:
        """Return the first picture, its controls, and what differs in the others."""
        return slider.component(content, name, alt)

    def in_notebook(self, output: NotebookNode, content: Any, alt: str) -> bool:
        """Add frames that bring their script along."""
        output.data["text/html"] = slider.standalone(content)
        return super().in_notebook(output, content, alt)


class Source(Kind):
    """An excerpt of the library; notebooks have the Markdown that is beside it."""

    name, mime = "source", show.SOURCE
    has_anchor = False

    def on_page(self, content: Any, name: str, alt: str) -> list[nodes.Node]:
        """Return its path and the listing."""
        block = nodes.container("", classes=["dp-source"])
        path = nodes.literal("", content["path"])
        block += nodes.paragraph("", "", path, classes=["dp-source-path"])
        block += nodes.literal_block(content["code"], content["code"], language="python")
        return [block]


class Number(Kind):
    """A number for the prose, where the role `number` puts it; its cell shows nothing."""

    name, mime = "number", show.NUMBER
    has_anchor = False

    def on_page(self, content: Any, name: str, alt: str) -> list[nodes.Node]:
        """Return a comment, because myst-nb wants a node for each output."""
        return [nodes.comment("", "a number for the prose")]

    def on_slide(self, content: Any, name: str, alt: str) -> str:
        """Return its text."""
        return f'<span class="number">{escape(content["text"])}</span>'

    def in_notebook(self, output: NotebookNode, content: Any, alt: str) -> bool:
        """Leave it out."""
        return False


class Exercise(Kind):
    """An exercise, which no cell gives: `pages/exercise.py` and `slides/exercise.py` lay it out."""

    name, mime = "exercise", show.EXERCISE


FIGURE, FRAMES, SOURCE, NUMBER, EXERCISE = Figure(), Frames(), Source(), Number(), Exercise()
BY_NAME: dict[str, Kind] = {k.name: k for k in (FIGURE, FRAMES, SOURCE, NUMBER, EXERCISE)}


def of_output(data: dict[str, Any]) -> Kind | None:
    """Return the kind of a cell's output, a bundle by MIME type; None where it has no name."""
    return next((kind for kind in BY_NAME.values() if kind.mime in data), None)
