"""Exercises on a page: the goal in a box, the stub, and the solution folded with its output.

An exercise is an `{exercise}` directive, with its goal and hints, and the code cell whose option
`exercise` names it. A `{remark}` directive directly after that cell is moved into the fold. An
exercise that is answered in words has no cell: the remark directly after it is folded alone.
"""

from __future__ import annotations

from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

from ..chapter import EXERCISE_OPTIONS, IN_WORDS, Exercise
from ..translation import N_, _, current, in_english
from .chapter_parts import PartDirective, chapter_of, complain
from .fold import fold

__all__ = ["setup"]

ANSWER = N_("What belongs into the answer")


class exercise(nodes.Admonition, nodes.Element):
    """The box of an exercise."""


class remark(nodes.General, nodes.Element):
    """A remark on the solution of an exercise."""


class ExerciseDirective(PartDirective):
    """`{exercise} title`, with the options of `EXERCISE_OPTIONS`."""

    kind = "exercise"
    option_spec: ClassVar[dict[str, Any]] = EXERCISE_OPTIONS

    def run(self) -> list[nodes.Node]:
        """Return the box, with a title that references show."""
        known = self.part(chapter_of(self.env.docname).exercises)
        box = exercise("", classes=["dp-exercise"])
        self.set_source_info(box)
        title = f"{_('Exercise')} {known.number}: {current().text(known.title)}"
        classes = in_english(known.title)
        box += nodes.title("", title, translatable=False, classes=classes)
        if known.about:
            box += nodes.paragraph("", known.about, classes=["dp-about"], translatable=False)
        self.state.nested_parse(self.content, self.content_offset, box)
        self.add_name(box)
        return [box]


class RemarkDirective(Directive):
    """`{remark}`: an explanation of the solution."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return a container that `Fold` moves into the solution above it."""
        node = remark()
        self.state.nested_parse(self.content, self.content_offset, node)
        return [node]


class IncludedCell(Directive):
    """A `{code-cell}` in an included file, the only kind that Sphinx reads as a directive."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Stop the build."""
        raise self.error("a code cell in an included file is not run: write it in the chapter")


class Fold(SphinxTransform):
    """Show the stub of an exercise's cell; put the cell, its output and the remark under a fold."""

    default_priority = 860  # after Sphinx has noted the labels (850), whose text is set here

    def apply(self, **kwargs: Any) -> None:
        """Rewrite the cells of exercises; make references say "Exercise 1.3a".

        Warns, with file and line, if Sphinx has found other exercises or code cells than
        chapter.py: a notebook could then show a solution.
        """
        chapter = chapter_of(self.env.docname)
        labels: dict[str, tuple[str, str, str]] = self.env.get_domain("std").labels  # type: ignore[attr-defined]
        boxes = {box["names"][0]: box for box in self.document.findall(exercise)}
        for known in chapter.exercises:
            if known.name in boxes:
                box = boxes[known.name]
                label = f"{_('Exercise')} {known.number}"
                labels[known.name] = chapter.page.docname, box["ids"][0], label
                if known.kind in IN_WORDS:
                    self._fold_answer(box, known)
            else:
                complain(chapter, known.line, f"the page shows no exercise {known.name!r}")
        met = set()
        for cell in list(self.document.findall(nodes.container)):
            if cell.get("nb_element") == "cell_code":
                met.add(cell["cell_index"])
                if known_here := chapter.exercise(cell["cell_index"]):
                    self._fold(cell, known_here)
        for index in chapter.shown_cells - met:
            line = chapter.notebook.metadata.source_map[index] + 1
            complain(chapter, line, "the page does not show this code cell")

    def _fold_answer(self, box: exercise, known: Exercise) -> None:
        """Fold the remark after a question that is answered in words."""
        after = box.next_node(descend=False, siblings=True)
        if known.withheld:
            return
        if not isinstance(after, remark):
            message = "say in a {remark} right below this exercise what belongs into the answer"
            complain(chapter_of(self.env.docname), known.line, message)
            return
        folded = fold("", title=_(ANSWER), classes=["dp-fold", "dp-solution", "dp-answer"])
        folded += nodes.container("", *after.children, classes=["dp-remark"])
        after.replace_self(folded)

    def _fold(self, cell: nodes.container, known: Exercise) -> None:
        code = next(iter(cell.findall(nodes.literal_block)))
        open_cell = nodes.container("", classes=["cell", "dp-stub"], cell_index=known.cell)
        open_cell["ids"] = [f"{nodes.make_id(known.name)}-stub"]  # the reader's draft is kept by it
        open_cell += nodes.literal_block(known.stub, known.stub, language="python")
        if known.withheld:
            open_cell["nb_element"] = "cell_code"  # the notebook's cell
            cell.replace_self(open_cell)
            return
        answer = nodes.literal_block(known.solution, known.solution, language="python")
        code.replace_self(answer)
        folded = fold("", title=_("Solution"), classes=["dp-fold", "dp-solution"])
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
    """Write no tags around a remark that follows no exercise."""


def setup(app: Sphinx) -> None:
    """Register directives, nodes and the transform."""
    app.add_node(exercise, html=(_open_box, _close_box))
    app.add_node(remark, html=(_nothing, _nothing))
    app.add_directive("exercise", ExerciseDirective)
    app.add_directive("remark", RemarkDirective)
    app.add_directive("code-cell", IncludedCell, override=True)
    app.add_transform(Fold)
