"""Exercises on a page: the goal in a box, the stub, and the solution folded with its output.

An exercise is an `{exercise}` directive, with its goal and hints, and further down the one code
cell whose option `exercise` names it. A `{remark}` directive after that cell goes into the fold.
"""

from __future__ import annotations

from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive, directives
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from .fold import fold
from .store import solved, stub

__all__ = ["setup"]


LOGGER = logging.getLogger(__name__)


class exercise(nodes.Admonition, nodes.Element):
    """The box of an exercise."""


class remark(nodes.General, nodes.Element):
    """What there is to say once an exercise is solved."""


class ExerciseDirective(SphinxDirective):
    """`{exercise} title`, with options `name` (its id) and `number`."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[dict[str, Any]] = {
        "name": directives.unchanged_required,
        "number": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        """The box, with a title that references show."""
        for option in ("name", "number"):
            if option not in self.options:
                raise self.error(f"an exercise needs the option :{option}:")
        number, title = self.options["number"], self.arguments[0]
        box = exercise("", classes=["dp-exercise"], number=number)
        self.set_source_info(box)
        box += nodes.title("", f"Exercise {number}: {title}")
        self.state.nested_parse(self.content, self.content_offset, box)
        self.add_name(box)
        return [box]


class RemarkDirective(Directive):
    """`{remark}`: why the solution is as it is."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """A container that `Fold` moves into the solution above it."""
        node = remark()
        self.state.nested_parse(self.content, self.content_offset, node)
        return [node]


class Fold(SphinxTransform):
    """Show the stub of an exercise's cell; put the cell, its output and the remark under a fold."""

    default_priority = 860  # after Sphinx has noted the labels (850), whose text is set here

    def apply(self, **kwargs: Any) -> None:
        """Rewrite each cell with the option `exercise`; make references say "Exercise 1".

        An exercise without its cell, and a cell without its exercise, are complained of.
        """
        labels: dict[str, tuple[str, str, str]] = self.env.get_domain("std").labels  # type: ignore[attr-defined]
        boxes: dict[str, exercise] = {}
        found = set()
        for box in self.document.findall(exercise):
            name, number = box["names"][0], box["number"]
            labels[name] = self.env.docname, box["ids"][0], f"Exercise {number}"
            boxes[name] = box
        for cell in list(self.document.findall(nodes.container)):
            named = (cell.attributes.get("cell_metadata") or {}).get("exercise")
            if not named:
                continue
            name = nodes.fully_normalize_name(named)
            found.add(name)
            if name in boxes:
                self._fold(cell, boxes[name][0].astext().removeprefix("Exercise "))
            else:
                LOGGER.warning("no exercise of this page is called %r", named, location=cell)
        for name, box in boxes.items():
            if name not in found:
                message = "no cell solves this exercise: one needs the option `:exercise: %s`"
                LOGGER.warning(message, name, location=box)

    def _fold(self, cell: nodes.container, title: str) -> None:
        code = next(iter(cell.findall(nodes.literal_block)))
        open_cell = nodes.container("", classes=["cell", "dp-stub"])
        source = stub(code.astext(), title)
        open_cell += nodes.literal_block(source, source, language="python")
        answer = solved(code.astext())
        code.replace_self(nodes.literal_block(answer, answer, language="python"))
        folded = fold("", title="Solution", classes=["dp-fold", "dp-solution"])
        parent, place = cell.parent, cell.parent.index(cell)
        after = parent[place + 1] if place + 1 < len(parent) else None
        parent.remove(cell)
        folded += cell
        if isinstance(after, remark):
            parent.remove(after)
            folded += nodes.container("", *after.children, classes=["dp-remark"])
        parent.insert(place, [open_cell, folded])


def _open_box(self: Any, node: exercise) -> None:
    self.visit_admonition(node)


def _close_box(self: Any, node: exercise) -> None:
    self.depart_admonition(node)


def _nothing(self: Any, node: nodes.Element) -> None:
    """A remark that follows no exercise is shown as it is."""


def setup(app: Sphinx) -> None:
    """Register directives, nodes and the transform."""
    app.add_node(exercise, html=(_open_box, _close_box))
    app.add_node(remark, html=(_nothing, _nothing))
    app.add_directive("exercise", ExerciseDirective)
    app.add_directive("remark", RemarkDirective)
    app.add_transform(Fold)
