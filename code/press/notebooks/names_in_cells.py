"""Which names a cell takes from others, and which it gives: to leave out cells not needed.

A cell of the tag `remove-cell` makes numbers for the prose. A notebook has the numbers in its
text, and needs of such a cell only what a later one takes from it. A cell that is no Python even
after IPython has read it takes everything, and is kept whole.
"""

from __future__ import annotations

import ast
import builtins
import re
import symtable
from functools import cache
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

__all__ = ["given", "needed", "taken"]

EVERYTHING = "*"
"""Stands for every name; no cell gives it."""

_CELL = re.compile(r"\A\s*%%(?:capture|prun|time|timeit)\b.*")
_LINE = re.compile(r"^(\s*(?:[\w, ]+= *)?)%(?:prun|time|timeit) +", re.M)
"""Magics that run what follows them as Python."""


def given(source: str) -> frozenset[str]:
    """Return the names that running `source` defines at top level."""
    text = _python(source)
    return frozenset() if text is None else _given(text)


@cache  # each cell is asked for once for every removed cell before it
def taken(source: str) -> frozenset[str]:
    """Return the names that `source` takes from cells before it."""
    text = _python(source)
    if text is None:
        return frozenset({EVERYTHING})
    missing: set[str] = set()
    known, whole = {*dir(builtins), "get_ipython"}, _given(text)
    for statement in ast.parse(text).body:
        line = ast.unparse(statement)
        own = _given(line)
        at_top = {s.get_name() for s in _table(line).get_symbols() if s.is_referenced()}
        if not isinstance(statement, ast.Assign | ast.AugAssign | ast.AnnAssign):
            at_top -= own  # of a loop or a with block: its own variables
        if isinstance(statement, ast.AugAssign):
            at_top |= own
        missing |= at_top - known
        missing |= _used(_table(line)) - at_top - known - whole  # in functions, which run later
        known |= own
    return frozenset(missing)


def needed(source: str, later: list[str]) -> str:
    """Return what cells after a removed one need of it: its code without numbers, or ''."""
    wanted: frozenset[str] = frozenset()
    for cell in reversed(later):
        wanted = taken(cell) | (wanted - given(cell))
    text = _python(source)
    if text is None:
        return source
    rest = ast.unparse(_WithoutNumbers().visit(ast.parse(text)))
    gives = _given(rest) | _changed(rest)
    return rest if gives & wanted or (gives and EVERYTHING in wanted) else ""


class _WithoutNumbers(ast.NodeTransformer):
    """Drops each `show.number(…)`, and a loop or block in which nothing else happens."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        return None if ast.unparse(node).startswith("show.number(") else node

    def generic_visit(self, node: ast.AST) -> Any:
        super().generic_visit(node)
        if isinstance(node, ast.For | ast.While | ast.If | ast.With) and not node.body:
            if not getattr(node, "orelse", []):
                return None
            node.body = [ast.Pass()]
        return node


def _changed(source: str) -> set[str]:
    """Return the names of containers in which `source` sets an entry."""
    entries = (n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Subscript))
    set_ = (n.value for n in entries if isinstance(n.ctx, ast.Store))
    return {value.id for value in set_ if isinstance(value, ast.Name)}


@cache
def _python(source: str) -> str | None:
    """Return a cell as IPython runs it, with magics as calls; None where that is no Python."""
    plain = _LINE.sub(r"\1", _CELL.sub("", source))
    try:
        text = str(TransformerManager().transform_cell(plain))  # type: ignore[no-untyped-call]
        ast.parse(text)
    except SyntaxError:
        return None
    return text


@cache
def _given(text: str) -> frozenset[str]:
    symbols = _table(text).get_symbols()
    return frozenset(s.get_name() for s in symbols if s.is_assigned() or s.is_imported())


def _table(text: str) -> symtable.SymbolTable:
    return symtable.symtable(text, "cell", "exec")


def _used(table: symtable.SymbolTable) -> set[str]:
    """Return the names that a piece of code, or a function in it, looks up at top level."""
    names = {s.get_name() for s in table.get_symbols() if s.is_referenced()
             and (s.is_global() or table.get_type() == "module")}  # fmt: skip
    return names.union(*(_used(child) for child in table.get_children()))
