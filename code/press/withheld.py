"""The edition for a class: what the press makes of a chapter once its solutions are withheld.

Solutions, their outputs and the remarks on them are removed here, right after the execution. No
later step of a build has them, so that none can show them. Lines keep their numbers.
"""

from __future__ import annotations

import re
from dataclasses import replace
from textwrap import dedent

from nbformat import NotebookNode

from .chapter import Chapter
from .run.cache import Execution

__all__ = ["NOTE", "withheld", "without_solutions"]

_SECTION = re.compile(r"^## ", re.M)

NOTE = dedent("""
    ## The edition for a class

    The exercises have no solutions here, on pages, in notebooks and on slides. A check compares
    your answer with the right result, so the library that you import can compute that result. You
    are asked for the way to it, in a function of your own.

    """)
"""A section of the first page."""


def withheld(execution: Execution, note: str = "") -> Execution:
    """Return an execution without solutions; `note` is a section of the page, above the others."""
    old = execution.chapter
    chapter = without_solutions(old, note)
    notebook = chapter.copy()
    for new, executed in zip(notebook.cells, execution.notebook.cells, strict=True):
        if new.cell_type == "code":
            new.outputs, new.execution_count = executed.outputs, executed.execution_count
    for exercise in chapter.exercises:
        if exercise.cell >= 0:
            notebook.cells[exercise.cell].outputs = []
    return replace(execution, chapter=chapter, notebook=notebook)


def without_solutions(chapter: Chapter, note: str = "") -> Chapter:
    """Return a chapter with stubs for solutions, and without the remarks on them."""
    lines, notebook = chapter.text.splitlines(), chapter.copy()
    begins: list[int] = notebook.metadata.source_map
    for box in chapter.remarks:
        index = max(i for i, begin in enumerate(begins) if begin <= box.start)
        _put(notebook, lines, index, [(number, "") for number in box])
    for exercise in chapter.exercises:
        if exercise.cell >= 0:
            first, stub = begins[exercise.cell], exercise.stub.split("\n")
            length = len(notebook.cells[exercise.cell].source.split("\n"))
            stub += [""] * (length - len(stub))
            _put(notebook, lines, exercise.cell, list(enumerate(stub, first)))
            notebook.cells[exercise.cell].source = exercise.stub
    for cell in notebook.cells if note else ():
        if found := _SECTION.search(cell.source) if cell.cell_type == "markdown" else None:
            cell.source = cell.source[: found.start()] + note + cell.source[found.start() :]
            break
    exercises = tuple(
        replace(exercise, solution="", secret=(), withheld=True) for exercise in chapter.exercises
    )
    text = "\n".join([*lines, ""])
    return replace(chapter, text=text, notebook=notebook, exercises=exercises, remarks=())


def _put(notebook: NotebookNode, lines: list[str], index: int, new: list[tuple[int, str]]) -> None:
    """Replace lines of the text, of which the numbers are given, in the cell of this index, too."""
    cell, first = notebook.cells[index], notebook.metadata.source_map[index]
    source = cell.source.split("\n")
    for number, line in new:
        source[number - first] = lines[number] = line
    cell.source = "\n".join(source)
