"""Which cells of a chapter the page can run, and which earlier cells each of them needs.

A cell with a button runs whole, as the reader may have edited it. Of all other cells, only those
statements run that a cell with a button needs: not the drawing of a figure, and no numbers for the
prose.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from ..cache_key import imports
from ..chapter import REMOVED, Chapter
from ..notebooks.names_in_cells import given, taken
from .absent import absent

__all__ = ["Cell", "cells"]

HIDDEN = {REMOVED, "hide-cell", "hide-input", "remove-input"}
"""Tags of cells whose code the reader does not see at first."""
EFFECTS = {"append", "backward", "extend", "step", "update", "zero_grad"}
"""Methods that change an object, as those do whose name ends with `_`."""


@dataclass(frozen=True)
class Cell:
    """A code cell of a chapter, as the page runs it."""

    index: int
    """Its index among all cells of the chapter."""
    code: str
    """What runs: of an exercise, the stub; of a cell without a button, what others need."""
    needs: tuple[int, ...]
    """The indices of the earlier cells that run before it, in order."""
    reason: str
    """Why it has no button, as in "the cell …"; '' if it has one."""
    exercise: str
    """The name of the exercise that it belongs to, or ''."""
    gives: frozenset[str]
    """The names that it gives to later cells, or changes the objects of."""
    again: bool
    """Whether it needs those cells afresh if it runs again, since it changes what they made."""


def cells(chapter: Chapter) -> list[Cell]:
    """Return the code cells of a chapter, in order."""
    indices = [i for i, cell in enumerate(chapter.notebook.cells) if cell.cell_type == "code"]
    exercises = [chapter.exercise(i) for i in indices]
    sources = tuple(
        exercise.stub if exercise else source
        for exercise, source in zip(exercises, chapter.code, strict=True)
    )
    hidden = tuple(
        bool(HIDDEN & set(chapter.notebook.cells[i].metadata.get("tags", ()))) for i in indices
    )
    solutions = tuple(exercise.solution if exercise else "" for exercise in exercises)
    names = [exercise.name if exercise else "" for exercise in exercises]
    pieces, needs, reasons = _analysed(sources, hidden, solutions)
    return [
        Cell(
            index, piece.code, tuple(indices[i] for i in need), reason, name,
            piece.gives | changed, bool(changed or piece.gives & piece.takes),
        )
        for index, piece, need, reason, name, changed in zip(
            indices, pieces, needs, reasons, names, _changed(pieces), strict=True
        )
    ]  # fmt: skip


@dataclass(frozen=True)
class _Piece:
    """A statement, or a whole cell."""

    cell: int
    code: str
    lacks: str = ""
    """What it uses that the page lacks, or ''."""
    solution: str = ""
    """Of an exercise: its code with the solution, which may take more names than the stub."""

    @cached_property
    def gives(self) -> frozenset[str]:
        return given(self.code)

    @cached_property
    def takes(self) -> frozenset[str]:
        codes = (self.code, self.solution)
        return frozenset().union(*(taken(code) | _augmented(code) for code in codes))

    @cached_property
    def has_effect(self) -> bool:
        """Whether it changes objects that others have made; what is drawn changes none."""
        return not self.lacks and any(map(_changes, ast.walk(ast.parse(self.code))))

    @cached_property
    def fixed(self) -> frozenset[str]:
        """The names of what it imports and defines, which nothing changes."""
        statements = ast.parse(self.code).body
        kinds = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef
        return frozenset().union(*(given(ast.unparse(s)) for s in statements
                                   if isinstance(s, kinds)))  # fmt: skip


def _augmented(code: str) -> frozenset[str]:
    """Return the names of earlier cells that a block updates, as in `with …: x -= 1`."""
    found, known = set[str](), frozenset[str]()
    for statement in ast.parse(code).body:
        targets = (n.target for n in _outside_functions(statement) if isinstance(n, ast.AugAssign))
        found |= {target.id for target in targets if isinstance(target, ast.Name)} - known
        known |= given(ast.unparse(statement))
    return frozenset(found)


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        yield node
        for child in ast.iter_child_nodes(node):
            yield from _outside_functions(child)


def _changes(node: ast.AST) -> bool:
    if isinstance(node, ast.Subscript | ast.Attribute):
        return isinstance(node.ctx, ast.Store)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        name = node.func.attr
        return name in EFFECTS or (name.endswith("_") and not name.endswith("__"))
    return False


@cache
def _analysed(
    sources: tuple[str, ...], hidden: tuple[bool, ...], solutions: tuple[str, ...]
) -> tuple[list[_Piece], list[list[int]], list[str]]:
    """Return what runs of each cell, the numbers of the cells it needs, and its reason."""
    statements = _statements(sources)
    reasons = [
        "" if solution else "does not show its code" if is_hidden else _lacking(pieces)
        for pieces, is_hidden, solution in zip(statements, hidden, solutions, strict=True)
    ]
    while True:  # until no other cell loses its button, whose statements are then looked at alone
        units = [
            pieces if reason else [_Piece(number, sources[number], solution=solutions[number])]
            for number, (pieces, reason) in enumerate(zip(statements, reasons, strict=True))
        ]
        needed = {n: _needed(units, n) for n, reason in enumerate(reasons) if not reason}
        lost = {
            n: lacking
            for n, pieces in needed.items()
            if not solutions[n] and (lacking := _lacking(pieces))
        }
        if not lost:
            break
        for number, lacking in lost.items():
            reasons[number] = f"needs a cell that {lacking}"
    used = {piece for pieces in needed.values() for piece in pieces if not piece.lacks}
    whole = [
        pieces[0] if not reason else _Piece(n, "\n".join(p.code for p in pieces if p in used))
        for n, (pieces, reason) in enumerate(zip(units, reasons, strict=True))
    ]
    each = [[piece] for piece in whole]
    needs = [[] if reason else [piece.cell for piece in _needed(each, number)]
             for number, reason in enumerate(reasons)]  # fmt: skip
    return whole, needs, reasons


def _needed(units: Sequence[Sequence[_Piece]], number: int) -> list[_Piece]:
    """Return the pieces of earlier cells that a cell needs, in order.

    It needs what gives its names, and what changes that for which these names stand.
    """
    before = [piece for pieces in units[:number] for piece in pieces]
    changes = _changed(before)
    wanted, found = set(units[number][0].takes), list[_Piece]()
    for piece, changed in zip(reversed(before), reversed(changes), strict=True):
        if (piece.gives | changed) & wanted:
            found.insert(0, piece)
            wanted = (wanted - piece.gives) | piece.takes
    return found


def _changed(pieces: Sequence[_Piece]) -> list[frozenset[str]]:
    """Return for each piece the names of what it may change: all that was made of what it takes."""
    made_of: dict[str, frozenset[str]] = {}
    found, fixed = [], set[str]()
    for piece in pieces:
        sources = frozenset().union(piece.takes, *(made_of.get(n, ()) for n in piece.takes))
        fixed |= piece.fixed
        found.append(frozenset(sources - fixed if piece.has_effect else ()))
        for name in piece.gives:
            made_of[name] = sources | {name}
    return found


# What the page lacks ------------------------------------------------------------------------------


def _statements(sources: Sequence[str]) -> list[list[_Piece]]:
    """Return the statements of each cell; an import of several names is several statements."""
    lacking: dict[str, str] = {}
    found = []
    for number, source in enumerate(sources):
        try:
            tree = ast.parse(source)
        except SyntaxError:
            found.append([_Piece(number, "pass", "is not plain Python")])
            continue
        pieces = []
        for statement in (one for several in tree.body for one in _split(several)):
            code = ast.get_source_segment(source, statement) or ast.unparse(statement)
            used = {
                node.id
                for node in ast.walk(statement)
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
            }
            used &= lacking.keys()
            pieces.append(_Piece(number, code, lacking[min(used)] if used else ""))
            for name in given(code):
                lacking.pop(name, None)
                if isinstance(statement, ast.Import | ast.ImportFrom):
                    (module,) = imports(code, "") or ("",)
                    if why := absent(module):
                        lacking[name] = why
        found.append(pieces)
    return found


def _split(statement: ast.stmt) -> Iterator[ast.stmt]:
    if isinstance(statement, ast.Import):
        yield from (ast.Import([alias]) for alias in statement.names)
    elif isinstance(statement, ast.ImportFrom):
        names = statement.names
        yield from (ast.ImportFrom(statement.module, [name], statement.level) for name in names)
    else:
        yield statement


def _lacking(pieces: Sequence[_Piece]) -> str:
    return next((piece.lacks for piece in pieces if piece.lacks), "")
