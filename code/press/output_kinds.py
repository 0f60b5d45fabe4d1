"""The kinds of outputs that have a name, from figures and numbers to exercises and predictions.

Each class states, here and nowhere else, the MIME type of its outputs, and how they look on a page,
on a slide and in a notebook. A new kind needs a MIME type in `diffprog/show.py`, or in a module of
its own beside it, and a class below.
"""

from __future__ import annotations

from html import escape
from typing import Any, ClassVar

from docutils import nodes
from nbformat import NotebookNode

from diffprog import messages, show
from diffprog.figures import animation

__all__ = [
    "BY_NAME",
    "CELL",
    "EXERCISE",
    "FIGURE",
    "FRAMES",
    "MESSAGE",
    "NUMBER",
    "PREDICTION",
    "SOURCE",
    "Kind",
    "of_output",
]


class Kind:
    """A kind of outputs, whose contents are JSON."""

    name: ClassVar[str]
    """Its name in the output store and in error messages."""
    mime: ClassVar[str]
    """The MIME type of its content."""
    is_figure: ClassVar[bool] = False
    """Whether it has a number, a caption and alternative text, and decks show it by `{show}`."""
    has_controls: ClassVar[bool] = False
    """Whether buttons stand below it."""
    has_anchor: ClassVar[bool] = True
    """Whether its name is an anchor on its page."""

    def on_page(self, content: Any, name: str, alt: str) -> list[nodes.Node]:
        """Return the nodes for a page; by default, the HTML for a slide."""
        return [nodes.raw("", self.on_slide(content, name, alt), format="html")]

    def on_slide(self, content: Any, name: str, alt: str) -> str:
        """Return the HTML for a slide."""
        raise NotImplementedError(f"{self.name}: a directive of decks lays it out")

    def in_notebook(self, output: NotebookNode, content: Any, alt: str) -> bool:
        """Change a cell's output so that every Jupyter shows it, or return False to omit it."""
        return True


class Figure(Kind):
    """A picture: SVG, with a PNG beside it for notebooks."""

    name, mime = "figure", show.FIGURE
    is_figure = True

    def on_slide(self, content: Any, name: str, alt: str) -> str:
        """Return inline SVG, which follows the theme."""
        svg = self.drawn_for_slide(content)["svg"]
        return f'<div class="dp-figure">{animation.picture(svg, name, alt)}</div>'

    def on_page(self, content: Any, name: str, alt: str) -> list[nodes.Node]:
        """Return the same, in the size of a page."""
        shown = self.on_slide({"svg": content["svg"]}, name, alt)
        return [nodes.raw("", shown, format="html")]

    @staticmethod
    def drawn_for_slide(content: Any) -> Any:
        """Return the content with what a slide draws in another size, if anything."""
        return content | content.get("slide", {})

    def in_notebook(self, output: NotebookNode, content: Any, alt: str) -> bool:
        """Keep the PNG, with its alternative text."""
        output.data["text/plain"] = alt
        output.metadata["image/png"] = {"alt": alt}
        return True


class Frames(Figure):
    """A picture for each of several values, and a slider that goes through them."""

    name, mime = "frames", show.FRAMES
    has_controls = True

    def on_page(self, content: Any, name: str, alt: str) -> list[nodes.Node]:
        """Return the first picture, its controls, and what differs in the others."""
        return [nodes.raw("", animation.component(content, name, alt), format="html")]

    def on_slide(self, content: Any, name: str, alt: str) -> str:
        """Return the same, at its first frame, where it waits until the speaker plays it."""
        content = self.drawn_for_slide(content) | {"autoplay": False}
        waiting = animation.component(content, name, alt)
        return waiting.replace('class="dp-frames"', 'class="dp-frames" data-start="0"', 1)

    def in_notebook(self, output: NotebookNode, content: Any, alt: str) -> bool:
        """Add the frames as HTML with their script."""
        output.data["text/html"] = animation.standalone(content)
        return super().in_notebook(output, content, alt)


class Source(Kind):
    """An excerpt of the library; notebooks show the Markdown in the same output."""

    name, mime = "source", show.SOURCE
    has_anchor = False

    def on_page(self, content: Any, name: str, alt: str) -> list[nodes.Node]:
        """Return its path and the listing."""
        block = nodes.container("", classes=["dp-source"])
        path = nodes.literal("", content["path"])
        block += nodes.paragraph("", "", path, classes=["dp-source-path"])
        listing = nodes.literal_block(content["code"], content["code"], language="python")
        # "diffprog.loops.descent.fit", or a module, from the path, which all excerpts have.
        listing["module"] = content["path"].partition("/")[2][:-3].replace("/", ".")
        block += listing
        return [block]


class Unseen(Kind):
    """An output for the prose, of which its cell shows nothing."""

    def on_page(self, content: Any, name: str, alt: str) -> list[nodes.Node]:
        """Return a comment, because myst-nb wants a node for each output."""
        return [nodes.comment("", f"a {self.name} for the prose")]

    def in_notebook(self, output: NotebookNode, content: Any, alt: str) -> bool:
        """Leave the output out."""
        return False


class Number(Unseen):
    """A number for the prose, which the role `number` inserts."""

    name, mime = "number", show.NUMBER
    has_anchor = False

    def on_slide(self, content: Any, name: str, alt: str) -> str:
        """Return its text."""
        return f'<span class="number">{escape(content["text"])}</span>'


class Message(Unseen):
    """What Python said of a mistake, which the role `message` inserts; a notebook shows it, too."""

    name, mime = "message", messages.MESSAGE
    has_anchor = False

    def in_notebook(self, output: NotebookNode, content: Any, alt: str) -> bool:
        """Keep the text."""
        return True


class Prediction(Unseen):
    """A prediction; its cell says which option is right, and `store.py` adds the question.

    pages/predict.py and slides/predict.py lay it out.
    """

    name, mime = "prediction", show.PREDICTION

    def answer(self, content: Any) -> str:
        """Return the right option, as inline Markdown, or the number with its unit."""
        if content["options"]:
            return str(content["options"][content["right"] - 1])
        return f"{content['answer']} {content['unit']}".strip()

    def letter(self, content: Any) -> str:
        """Return the letter by which the room names the right option, or '' for a number."""
        return "ABCD"[content["right"] - 1] if content["options"] else ""


class Exercise(Kind):
    """An exercise: not a cell's output; pages/exercise.py and slides/exercise.py lay it out."""

    name, mime = "exercise", show.EXERCISE


class Cell(Kind):
    """A cell with the option `:name:`, code and outputs: `slides/cell.py` lays it out."""

    name, mime = "cell", "application/vnd.diffprog.cell+json"
    has_anchor = False


FIGURE, FRAMES, SOURCE, NUMBER = Figure(), Frames(), Source(), Number()
EXERCISE, CELL, PREDICTION, MESSAGE = Exercise(), Cell(), Prediction(), Message()
BY_NAME: dict[str, Kind] = {
    kind.name: kind
    for kind in (FIGURE, FRAMES, SOURCE, NUMBER, EXERCISE, CELL, PREDICTION, MESSAGE)
}


def of_output(data: dict[str, Any]) -> Kind | None:
    """Return the kind of a cell's output, a bundle by MIME type, or None if it has no name."""
    return next((kind for kind in BY_NAME.values() if kind.mime in data), None)
