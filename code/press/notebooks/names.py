"""Which names a cell takes from others, and which it gives: to leave out cells that nobody needs.

A cell of the tag `remove-cell` makes numbers for the prose. A notebook has the numbers in its
text, and needs of such a cell only what a later one takes from it.
"""

from __future__ import annotations

import ast
import builtins
import symtable
from functools import cache
from typing import Any

__all__ = ["given", "needed", "taken"]


@cache
def given(source: str) -> frozenset[str]:
    """The names that running `source` defines at top level."""
    symbols = _table(source).get_symbols()
    return frozenset(s.get_name() for s in symbols if s.is_assigned() or s.is_imported())


@cache  # each cell is asked for once for every removed cell before it
def taken(source: str) -> frozenset[str]:
    """The names that `source` takes from cells before it."""
    missing: set[str] = set()
    known, whole = set(dir(builtins)), given(source)
    for statement in ast.parse(_plain(source)).body:
        text = ast.unparse(statement)
        own = given(text)
        at_top = {s.get_name() for s in _table(text).get_symbols() if s.is_referenced()}
        if not isinstance(statement, ast.Assign | ast.AugAssign | ast.AnnAssign):
            at_top -= own  # of a loop or a with block: its own variables
        if isinstance(statement, ast.AugAssign):
            at_top |= own
        missing |= at_top - known
        missing |= _used(_table(text)) - at_top - known - whole  # in functions, which run later
        known |= own
    return frozenset(missing)


def needed(source: str, later: list[str]) -> str:
    """What to keep of a removed cell for the cells after it: its code without numbers, or ''."""
    wanted: frozenset[str] = frozenset()
    for cell in reversed(later):
        wanted = taken(cell) | (wanted - given(cell))
    rest = ast.unparse(_WithoutNumbers().visit(ast.parse(_plain(source))))
    return rest if (given(rest) | _changed(rest)) & wanted else ""


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
    """The names of containers in which `source` sets an entry."""
    entries = (n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Subscript))
    set_ = (n.value for n in entries if isinstance(n.ctx, ast.Store))
    return {value.id for value in set_ if isinstance(value, ast.Name)}


def _plain(source: str) -> str:
    """`source` without magics."""
    return "\n".join(
        "" if line.lstrip()[:1] in {"%", "!"} else line for line in source.splitlines()
    )


def _table(source: str) -> symtable.SymbolTable:
    return symtable.symtable(_plain(source), "cell", "exec")


def _used(table: symtable.SymbolTable) -> set[str]:
    """Names that a piece of code, or a function in it, looks up at top level."""
    names = {s.get_name() for s in table.get_symbols() if s.is_referenced()
             and (s.is_global() or table.get_type() == "module")}  # fmt: skip
    return names.union(*(_used(child) for child in table.get_children()))
