"""Names that Python code takes from before it, gives to what comes after it, or may change.

The page has this module, too: `run_here/runtime.py` puts it there.
"""

from __future__ import annotations

import ast
import builtins
import symtable
from functools import cache

__all__ = ["changed", "given", "late", "taken", "trained"]

EFFECTS = {"append", "backward", "extend", "step", "update", "zero_grad"}
"""Methods that change an object, as those do whose name ends with `_`."""


@cache
def given(text: str) -> frozenset[str]:
    """Return the names that running `text` defines at top level."""
    symbols = _table(text).get_symbols()
    return frozenset(s.get_name() for s in symbols if s.is_assigned() or s.is_imported())


@cache
def taken(text: str) -> frozenset[str]:
    """Return the names that `text` takes from what ran before it."""
    missing: set[str] = set()
    known, whole = {*dir(builtins), "get_ipython"}, given(text)
    for statement in ast.parse(text).body:
        line = ast.unparse(statement)
        own = given(line)
        at_top = {s.get_name() for s in _table(line).get_symbols() if s.is_referenced()}
        if not isinstance(statement, ast.Assign | ast.AugAssign | ast.AnnAssign):
            at_top -= own  # the variables of a loop or with block are its own
        at_top |= _augmented(statement)
        missing |= at_top - known
        missing |= _used(_table(line)) - at_top - known - whole  # in functions, which run later
        known |= own
    return frozenset(missing)


@cache
def late(text: str) -> frozenset[str]:
    """Return the names that functions in `text` look up when they are called."""
    return frozenset().union(*map(_used, _table(text).get_children()))


TRAINED = {"fit": 1, "fit_learned_cut": 0, "gradient_descent": 1, "train": 0}
"""Functions of the library, each with the place of the argument that it changes: what it trains."""


def changed(text: str) -> frozenset[str]:
    """Return the names of what `text` changes: a part of it, by a method, or as a generator."""
    return frozenset().union(*map(_changed, ast.walk(ast.parse(text))))


def trained(text: str) -> frozenset[str]:
    """Return the names of the parameters and networks that `text` trains, outside of functions."""
    found = set[str]()
    for statement in ast.parse(text).body:
        if not isinstance(statement, ast.FunctionDef | ast.ClassDef):
            for node in ast.walk(statement):
                if isinstance(node, ast.Call):
                    place = TRAINED.get(ast.unparse(node.func).split(".")[-1], len(node.args))
                    for given in node.args[place : place + 1]:
                        values = given.values if isinstance(given, ast.Dict) else [given]
                        found |= {one.id for one in values if isinstance(one, ast.Name)}
    return frozenset(found)


def _changed(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
        return _names(node.value)
    if isinstance(node, ast.keyword) and node.arg == "generator":
        return _names(node.value)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        name = node.func.attr
        if name in EFFECTS or (name.endswith("_") and not name.endswith("__")):
            return _names(node.func.value)
    return set()


def _names(node: ast.AST) -> set[str]:
    """Return the name `a` of `a.b[c]`, and all names of an expression that is not of this kind."""
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _augmented(node: ast.AST) -> set[str]:
    """Return the names that a statement updates, also within a block, as in `with …: x -= 1`."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        return set()
    own = {node.target.id} if isinstance(node, ast.AugAssign) and isinstance(
        node.target, ast.Name) else set[str]()  # fmt: skip
    return own.union(*map(_augmented, ast.iter_child_nodes(node)))


def _table(text: str) -> symtable.SymbolTable:
    return symtable.symtable(text, "cell", "exec")


def _used(table: symtable.SymbolTable) -> set[str]:
    """Return the names that a piece of code, or a function in it, looks up at top level."""
    names = {s.get_name() for s in table.get_symbols() if s.is_referenced()
             and (s.is_global() or table.get_type() == "module")}  # fmt: skip
    return names.union(*(_used(child) for child in table.get_children()))
