"""The cells of a chapter with the references in each, as a kernel would run them."""

from __future__ import annotations

from collections.abc import Iterator

from ..chapter import Chapter
from .references import Reference, Resolver

__all__ = ["of_cells", "of_chapter"]


def of_cells(chapter: Chapter, resolver: Resolver) -> Iterator[tuple[str, list[Reference]]]:
    """Yield the text of each code cell and its references; of an exercise, the solution's."""
    for index, cell in enumerate(chapter.notebook.cells):
        if cell.cell_type == "code":
            exercise = chapter.exercise(index)
            if exercise and exercise.stub != exercise.solution:
                before = dict(resolver.top)
                yield exercise.stub, resolver.cell(exercise.stub)
                resolver.top.clear()
                resolver.top.update(before)
            text = exercise.solution if exercise else cell.source
            yield text, resolver.cell(text)


def of_chapter(chapter: Chapter, resolver: Resolver) -> dict[str, list[Reference]]:
    """Return the references in each text that a page shows of its cells, by this text."""
    found: dict[str, list[Reference]] = {}
    for text, references in of_cells(chapter, resolver):
        found.setdefault(text, references)
    return found
