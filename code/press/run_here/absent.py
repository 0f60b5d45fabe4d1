"""What the page's Python lacks, and what cells that use it cannot do there."""

from __future__ import annotations

import ast
import runpy
from functools import cache
from pathlib import Path

from .in_page.page_kernel import ABSENT

__all__ = ["absent"]

CODE = Path(__file__).parents[2]
FIGURES = "diffprog.figures"
LISTED = runpy.run_path(str(CODE / "engine/python/torch/_absent.py"))["ABSENT"]
"""Names that the engine lists as absent, some of which can be imported, but not used."""


@cache
def absent(module: str) -> str:
    """Return what a cell that uses a module, or a name in it, does in vain, or '' if it is there.

    A module of the library is absent if it imports one that is.
    """
    if _within(module, FIGURES):
        return "draws a figure"
    for root in ABSENT:
        if _within(module, root) and (module in LISTED or not _in_engine(module)):
            return f"uses {module}"
    if _within(module, "diffprog"):
        return next(filter(None, map(absent, _imported(module))), "")
    return ""


def _within(module: str, root: str) -> bool:
    return f"{module}.".startswith(f"{root}.")


def _in_engine(module: str) -> bool:
    """Return whether the engine has this module, or a module that may have the name."""
    *parents, last = module.split(".")
    place = CODE.joinpath("engine", "python", *parents)
    names = (place / f"{last}.py", place / last / "__init__.py", place / "__init__.py",
             place.with_suffix(".py"))  # fmt: skip
    return any(path.is_file() for path in names)


def _imported(module: str) -> set[str]:
    """Return what a module of the library imports when it is imported itself."""
    stem = CODE.joinpath(*module.split("."))
    path = next((p for p in (stem.with_suffix(".py"), stem.parent.with_suffix(".py"))
                 if p.is_file()), None)  # fmt: skip
    if path is None:
        return set()
    found = set()
    for statement in ast.parse(path.read_bytes()).body:
        if isinstance(statement, ast.Import):
            found |= {alias.name for alias in statement.names}
        elif isinstance(statement, ast.ImportFrom) and statement.module:
            found |= {f"{statement.module}.{alias.name}" for alias in statement.names}
    return found - {module}
