"""What the page's Python lacks, and what cells that use it cannot do there."""

from __future__ import annotations

import ast
import runpy
from functools import cache
from pathlib import Path

from .in_page.page_kernel import ABSENT

__all__ = ["UNDRAWN", "absent", "draws"]

CODE = Path(__file__).parents[2]
FIGURES = "diffprog.figures"
_LISTS = runpy.run_path(str(CODE / "engine/python/torch/_absent.py"))
LISTED, REFUSED = _LISTS["ABSENT"], _LISTS["REFUSED"]
"""Names that the engine lists as absent, and those that can be imported, but not used."""
UNDRAWN = runpy.run_path(str(CODE / "engine/python/pictures/_names.py"))["ABSENT"]
"""Methods of Matplotlib's axes that figures in the page lack."""


@cache
def absent(module: str) -> str:
    """Return what a cell that uses a module, or a name in it, does in vain, or '' if it is there.

    A module of the library is absent if it imports one that is, and a function or class of it if it
    uses a name that is, or a function or class of its module that does.
    """
    if draws(module):
        return ""
    for root in ABSENT:
        if _within(module, root) and (
            module in LISTED or module in REFUSED or not _in_engine(module)
        ):
            return f"uses {module}"
    if _within(module, "diffprog"):
        return next(filter(None, map(absent, _imported(module))), "") or _of_function(module)
    return ""


def draws(module: str) -> bool:
    """Return whether this is `diffprog.figures` or a name in it, which the page draws by itself."""
    path = CODE.joinpath(*module.split(".")).with_suffix(".py")
    return _within(module, FIGURES) and not path.is_file()


def _of_function(name: str) -> str:
    """Return what a function or class of the library uses that is listed as absent, or ''."""
    *parents, wanted = name.split(".")
    path = CODE.joinpath(*parents).with_suffix(".py")
    if not path.is_file():
        return ""
    body = ast.parse(path.read_bytes()).body
    defined = ast.FunctionDef | ast.ClassDef
    functions = {node.name: node for node in body if isinstance(node, defined)}
    seen, left = set[str](), [wanted]
    while left:
        if (one := left.pop()) in functions and one not in seen:
            seen.add(one)
            for node in ast.walk(functions[one]):
                if isinstance(node, ast.Attribute) and ast.unparse(node) in LISTED:
                    return f"uses {ast.unparse(node)}"
                if isinstance(node, ast.Name):
                    left.append(node.id)
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
