"""Which cells of a chapter the page can run, and which statements of earlier cells each needs.

A page that runs a cell first runs what the cell needs, statement by statement: not the drawing of a
figure, no numbers for the prose, and no long fit that only other cells need.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from ..cache_key import imports
from ..chapter import REMOVED, Chapter
from ..names_in_code import changed, given, late, taken, trained
from .absent import UNDRAWN, absent, draws
from .in_page.plan import Part, needed

__all__ = ["Cell", "cells"]

HIDDEN = {REMOVED, "hide-cell", "remove-input"}
"""Tags of cells whose code the reader does not see."""
FOLDED = "hide-input"
"""The tag of cells whose code is in a fold. Only those that draw a figure have a button."""
FIXED = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef
"""Statements that give names to what nothing changes."""


@dataclass(frozen=True)
class Cell:
    """A code cell of a chapter, as the page runs it."""

    index: int
    """Its index among all cells of the chapter."""
    code: str
    """Of an exercise: the stub."""
    parts: tuple[Part, ...]
    """Its statements; an import of several names is several statements."""
    takes: frozenset[str]
    """The names that it takes from earlier cells; of an exercise, those of the solution, too."""
    needs: tuple[Part, ...]
    """The statements of earlier cells that run before it, in order."""
    reason: str
    """Why it has no button, as in "the cell …"; '' if it has one."""
    exercise: str
    """The name of the exercise that it belongs to, or ''."""

    @property
    def draws(self) -> bool:
        """Whether it draws a figure, or defines what does."""
        return any(part.draws for part in self.parts)


def cells(chapter: Chapter) -> list[Cell]:
    """Return the code cells of a chapter, in order."""
    found = []
    for index, cell in enumerate(chapter.notebook.cells):
        if cell.cell_type == "code":
            exercise = chapter.exercise(index)
            tags = set(cell.metadata.get("tags", ()))
            hidden = "hidden" if HIDDEN & tags else FOLDED if FOLDED in tags else ""
            code, more = (exercise.stub, exercise.takes) if exercise else (cell.source, frozenset())
            found.append((index, code, more, hidden, exercise.name if exercise else ""))
    return _analysed(tuple(found))


@cache
def _analysed(written: tuple[tuple[int, str, frozenset[str], str, str], ...]) -> list[Cell]:
    """Return the cells, of which index, code, more names, hiddenness and exercise are known."""
    all_parts = _with_changes(_parts([(index, code) for index, code, *_ in written]))
    found = []
    for index, code, more, hidden, exercise in written:
        own = tuple(part for part in all_parts if part.cell == index)
        takes = frozenset[str]() if _lacking(own) else taken(code) | more
        needs = tuple(needed(takes, [part for part in all_parts if part.cell < index]))
        reason = _lacking(own) or (_lacking(needs) and f"needs a cell that {_lacking(needs)}")
        draws = any(part.draws for part in own)
        if hidden and not (hidden == FOLDED and draws):
            reason = "does not show its code"
        reason = "" if exercise else reason
        found.append(Cell(index, code, own, takes, needs, reason, exercise))
    return found


def _with_changes(parts: Sequence[Part]) -> list[Part]:
    """Return the parts with the names of what each may change, and of all that this is made of.

    What is drawn changes nothing. Of what a statement defines itself, as in a loop, it is not known
    what it stands for: such a statement may change all that it takes.
    """
    made_of: dict[str, frozenset[str]] = {}
    found, fixed = [], set[str]()
    for part in parts:
        sources = part.takes.union(*(made_of.get(name, ()) for name in part.takes))
        if isinstance(ast.parse(part.code).body[0], FIXED):
            fixed |= part.gives
        names = changed(part.code) if not part.draws else frozenset()
        known = names & part.takes
        made = known.union(*(made_of.get(name, ()) for name in known))
        changes = made if names <= part.takes else sources if names else frozenset()
        if part.lacks:  # it cannot run: only what it surely changes is lost to others
            changes = known
        if not part.draws:
            changes |= trained(part.code) & part.takes
        found.append(replace(part, changes=changes - fixed))
        for name in part.gives:
            made_of[name] = sources | {name}
    return found


def _parts(sources: Sequence[tuple[int, str]]) -> list[Part]:
    """Return the statements of cells, of which index and code are given, and what they lack."""
    lacking: dict[str, str] = {}
    drawing = set[str]()
    modules: dict[str, str] = {}
    found = []
    for index, source in sources:
        try:
            body = ast.parse(source).body
        except SyntaxError:
            nothing = frozenset[str]()
            found.append(Part(index, "pass", nothing, nothing, lacks="is not plain Python"))
            continue
        for statement in (one for several in body for one in _split(several)):
            code = ast.get_source_segment(source, statement) or ast.unparse(statement)
            used = {
                node.id
                for node in ast.walk(statement)
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
            }
            without = used & lacking.keys()
            lacks = lacking[min(without)] if without else _of_attributes(statement, modules)
            part = Part(index, code, given(code), taken(code), late(code), lacks=lacks,
                        draws=bool(used & drawing))  # fmt: skip
            found.append(part)
            for name in given(code):
                drawing.discard(name)
                lacking.pop(name, None)
                modules.pop(name, None)
                if isinstance(statement, ast.Import | ast.ImportFrom):
                    (modules[name],) = imports(code, "") or ("",)
                    if why := absent(modules[name]):
                        lacking[name] = why
                    if draws(modules[name]):
                        drawing.add(name)
    return found


def _of_attributes(statement: ast.stmt, modules: dict[str, str]) -> str:
    """Return what the functions of imported modules lack that a statement names, or ''."""
    attributes = [node for node in ast.walk(statement) if isinstance(node, ast.Attribute)]
    for node in attributes:
        if node.attr in UNDRAWN:
            return f"uses {node.attr} of Matplotlib"
    found = (
        absent(f"{modules[node.value.id]}.{node.attr}")
        for node in attributes
        if isinstance(node.value, ast.Name)
        and modules.get(node.value.id, "").startswith("diffprog.")
    )
    return next(filter(None, found), "")


def _split(statement: ast.stmt) -> Iterator[ast.stmt]:
    if isinstance(statement, ast.Import):
        yield from (ast.Import([alias]) for alias in statement.names)
    elif isinstance(statement, ast.ImportFrom):
        names = statement.names
        yield from (ast.ImportFrom(statement.module, [name], statement.level) for name in names)
    else:
        yield statement


def _lacking(parts: Sequence[Part]) -> str:
    return next((part.lacks for part in parts if part.lacks), "")
