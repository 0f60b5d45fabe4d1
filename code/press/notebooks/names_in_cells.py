"""Names that cells take from earlier cells and give to later ones, to leave out unneeded cells.

A cell with the tag `remove-cell` computes numbers for the prose. A notebook has the numbers in its
text, so it needs from such a cell only the names that later cells take. A cell that is not Python,
even after IPython has transformed it, is assumed to take every name, and is kept whole.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

from .. import names_in_code

__all__ = ["given", "needed", "taken"]

FOR_PROSE = ("show.number(", "show.answer(", "provoke(")
"""Statements that only give something to the prose."""
EVERYTHING = "*"
"""A sign for every name; no cell gives it."""

_CELL = re.compile(r"\A\s*%%(?:capture|prun|time|timeit)\b.*")
_LINE = re.compile(r"^(\s*(?:[\w, ]+= *)?)%(?:prun|time|timeit) +", re.M)
"""Magics that run what follows them as Python."""


def given(source: str) -> frozenset[str]:
    """Return the names that running `source` defines at top level."""
    text = _python(source)
    return frozenset() if text is None else names_in_code.given(text)


def taken(source: str) -> frozenset[str]:
    """Return the names that `source` takes from cells before it."""
    text = _python(source)
    return frozenset({EVERYTHING}) if text is None else names_in_code.taken(text)


def needed(source: str, later: list[str]) -> str:
    """Return the code of a removed cell, without numbers, or '' if no cell of `later` needs it."""
    wanted: frozenset[str] = frozenset()
    for cell in reversed(later):
        wanted = taken(cell) | (wanted - given(cell))
    text = _python(source)
    if text is None:
        return source
    rest = ast.unparse(_WithoutNumbers().visit(ast.parse(text)))
    gives = names_in_code.given(rest) | _changed(rest)
    return rest if gives & wanted or (gives and EVERYTHING in wanted) else ""


class _WithoutNumbers(ast.NodeTransformer):
    """Removal of what is for the prose, and of loops and blocks in which nothing else happens."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        return None if ast.unparse(node).startswith(FOR_PROSE) else node

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
    """Return a cell as IPython runs it, with magics as calls, or None if this is not Python."""
    plain = _LINE.sub(r"\1", _CELL.sub("", source))
    try:
        text = str(TransformerManager().transform_cell(plain))  # type: ignore[no-untyped-call]
        ast.parse(text)
    except SyntaxError:
        return None
    return text
