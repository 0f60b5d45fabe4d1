"""What the outputs of a chapter depend on: its code cells, files of the library, and settings.

Python files are found by their imports. Which other files a module reads is unknown, so all files
in its folder count. If an import cannot be read from the source, all modules below the folder
count. A cell that is not plain Python, such as one with `!ls`, depends on the whole of `code/`.
"""

from __future__ import annotations

import ast
import platform
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from . import kernel_settings
from .files import digest, digests, files

__all__ = ["REQUIREMENTS", "imported_packages", "inputs", "key", "library_files"]

REQUIREMENTS = ("requirements.txt", "code/constraints.txt")
LOOKS = {".css", ".js"}
"""Styles and scripts of pages and notebooks, which no cell's output contains during a build."""

_BY_NAME = {"import_module", "__import__"}
_RUNS_TEXT = {"exec", "eval", "run_module", "run_path"}


def inputs(cells: Sequence[str], root: Path) -> dict[str, str]:
    """Return digests, by name, of all that the outputs of these code cells depend on.

    Prose, captions and the options of cells are not among these inputs.
    """
    found = {"its cells": digest("\0".join(cells).encode())}
    paths = library_files(cells, root / "code") | {root / name for name in REQUIREMENTS}
    for path, content in digests(sorted(path for path in paths if path.exists())).items():
        found[path.relative_to(root).as_posix()] = content
    return found | {"settings": kernel_settings.digest(), "Python": platform.python_version()}


def key(inputs: dict[str, str]) -> str:
    """Return one digest of all inputs."""
    return digest(repr(sorted(inputs.items())).encode())


def library_files(cells: Iterable[str], code: Path) -> set[Path]:
    """Return the files below `code` that running these cells may read."""
    waiting: list[str] = []
    for cell in cells:
        names = imports(cell, "")
        if names is None:
            return {path for path in files(code) if path.suffix not in LOOKS}
        waiting += names
    found: set[Path] = set()
    while waiting:
        for path in _modules(waiting.pop(), code):
            if path not in found:
                found.add(path)
                found.update(_data(path.parent))
                names = imports(path.read_bytes(), _dotted(path.parent, code))
                waiting += _all_below(path.parent, code) if names is None else names
    return found


def imported_packages(cells: Iterable[str], code: Path) -> set[str]:
    """Return the packages that these cells import, directly or through the library."""
    cells = list(cells)
    library = (path for path in library_files(cells, code) if path.suffix == ".py")
    sources = [*cells, *(path.read_bytes() for path in library)]
    return {name.partition(".")[0] for source in sources for name in imports(source, "") or ()}


@cache
def imports(source: str | bytes, package: str) -> tuple[str, ...] | None:
    """Return the dotted names that `source`, in `package`, imports, or None if unknown."""
    try:
        tree = ast.parse(source)  # of bytes, it knows how they are encoded
    except (SyntaxError, ValueError):
        return None
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")
            above = parents[: len(parents) - node.level + 1] if node.level else []
            base = ".".join(filter(None, [*above, node.module or ""]))
            found += (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call):
            function = getattr(node.func, "id", "") or _imported_by(node.func)
            if function in _RUNS_TEXT:
                return None
            if function in _BY_NAME:
                name = node.args[0] if len(node.args) == 1 and not node.keywords else None
                if not isinstance(name, ast.Constant) or not isinstance(name.value, str):
                    return None
                found.append(name.value)
    return tuple(found)


def _imported_by(function: ast.expr) -> str:
    """Return the last name of `importlib.import_module` and the like, or '' for `model.eval`."""
    name = getattr(function, "attr", "")
    return name if name != "eval" else ""


def _modules(name: str, code: Path) -> Iterator[Path]:
    """Yield the files that importing `name` runs: its packages and itself; `a.*` is all of `a`."""
    parts = name.split(".")
    for depth in range(1, len(parts) + 1):
        stem = code.joinpath(*parts[:depth])
        if parts[depth - 1] == "*":
            yield from stem.parent.glob("*.py")
        else:
            yield from (p for p in (stem / "__init__.py", stem.with_suffix(".py")) if p.is_file())


def _data(folder: Path) -> Iterator[Path]:
    """Yield the data files in `folder` and in its subfolders without modules."""
    for path in folder.iterdir():
        if path.name == "__pycache__" or path.name[0] == ".":
            continue
        if path.is_dir() and not any(path.glob("*.py")):
            yield from (p for p in files(path) if p.suffix not in LOOKS)
        elif path.is_file() and path.suffix not in {".py", *LOOKS}:
            yield path


def _all_below(folder: Path, code: Path) -> Iterator[str]:
    """Yield the dotted names of all modules below `folder`."""
    for path in files(folder):
        if path.suffix == ".py":
            yield _dotted(path.parent if path.stem == "__init__" else path.with_suffix(""), code)


def _dotted(path: Path, code: Path) -> str:
    return ".".join(path.relative_to(code).parts)
