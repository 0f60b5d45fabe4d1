"""The last check of what students get: no mistake elsewhere may let a solution through.

It reads the finished files, and does not depend on the code that made them. Each product for
students is registered in `PRODUCTS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat

from .book import PressError
from .chapter import Chapter, Exercise
from .edition import Edition

__all__ = ["PRODUCTS", "StudentText", "check_students"]


@dataclass(frozen=True)
class StudentText:
    """The text of one chapter in one product for students."""

    path: Path
    lines: frozenset[str]
    """Its lines, without the blanks at their ends."""
    stubs: tuple[str, ...]
    """The whole code of each exercise's cell, in reading order."""


def _notebook(site: Path, name: str) -> Iterator[StudentText]:
    """Yield the student notebook of a chapter."""
    path = site / "notebooks" / "student" / f"{name}.ipynb"
    if path.exists():
        cells = nbformat.read(path, as_version=4).cells
        stubs = (c.source for c in cells if "exercise" in c.metadata.get("tags", []))
        yield StudentText(path, _lines("\n".join(c.source for c in cells)), tuple(stubs))


PRODUCTS: list[Callable[[Path, str], Iterator[StudentText]]] = [_notebook]
"""Functions of a site and a chapter's short name, which yield what students get."""


def check_students(edition: Edition, site: Path) -> None:
    """Raise PressError if a product does not have the stubs, or has a line of a solution.

    Such a line may be shown if it also occurs outside of solutions, in the chapter of the exercise
    or in the chapter that shows the line.
    """
    chapters = [execution.chapter for execution in edition.executions]
    open_lines = {chapter.page: _open_lines(chapter) for chapter in chapters}
    secret = {
        (chapter.page, exercise.name): _lines("\n".join(exercise.secret))
        for chapter in chapters
        for exercise in chapter.exercises
    }
    for chapter in chapters:
        for product in PRODUCTS:
            for text in product(site, chapter.page.name):
                where = text.path.relative_to(site)
                wanted = sorted(_coded(chapter), key=lambda exercise: exercise.cell)
                if text.stubs != tuple(exercise.stub for exercise in wanted):
                    raise PressError(f"{where}: the cells of exercises are not their stubs")
                for (page, name), lines in secret.items():
                    told = lines & text.lines - open_lines[page] - open_lines[chapter.page]
                    if told:
                        raise PressError(f"{where}: shows the solution of {name}: {min(told)!r}")


def _open_lines(chapter: Chapter) -> frozenset[str]:
    """Return the lines of a chapter outside of its solutions."""
    lines = chapter.text.splitlines()
    for exercise in _coded(chapter):
        first = chapter.notebook.metadata.source_map[exercise.cell]
        cell = chapter.notebook.cells[exercise.cell].source.splitlines()
        lines[first : first + len(cell)] = [""] * len(cell)
    stubs = "\n".join(exercise.stub for exercise in chapter.exercises)
    return _lines("\n".join([*lines, stubs]))


def _coded(chapter: Chapter) -> list[Exercise]:
    """Return the exercises that have a cell."""
    return [exercise for exercise in chapter.exercises if exercise.cell >= 0]


def _lines(text: str) -> frozenset[str]:
    return frozenset(line.strip() for line in text.splitlines())
