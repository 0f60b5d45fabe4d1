"""A chapter as a notebook, and the key under which what it computed is kept."""

from __future__ import annotations

import ast
import platform
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path

import nbformat
from myst_nb.core.read import MystMetadataParsingError, read_myst_markdown_notebook
from nbformat import NotebookNode

from .book import Page, PressError
from .tags import listed
from .whole import digest

__all__ = ["LOCKS", "closure", "code_cells", "inputs", "key", "outside", "parse", "read"]

LOCKS = ("requirements.txt", "code/constraints.txt")
REFUSED = {"raises-exception", "skip-execution"}
"""Tags of cells that change what execution gives, of which the key knows nothing."""


def read(page: Page) -> NotebookNode:
    """The notebook of a page; raises PressError where it cannot be read."""
    try:
        notebook = parse(page.path.read_text(encoding="utf-8"))
    except MystMetadataParsingError as error:
        raise PressError(f"{page.docname}.md: {_on_one_line(error)}") from error
    for cell, line in zip(notebook.cells, notebook.metadata.source_map, strict=True):
        if tags := REFUSED.intersection(cell.metadata.get("tags", [])):
            raise PressError(
                f"{page.docname}.md:{line + 1}: take the tag {', '.join(tags)} away: each cell is"
                " run, and an expected error is caught, and its message shown"
            )
    return notebook


def parse(text: str) -> NotebookNode:
    """The notebook that a chapter's MyST Markdown describes, not executed.

    `metadata.source_map` holds the first line of each cell, counted from zero.
    """
    return deepcopy(_parsed(text))  # whoever asks may fill in outputs


@cache
def _parsed(text: str) -> NotebookNode:
    """Parsed once a build: every chapter is asked for several times."""
    notebook = read_myst_markdown_notebook(listed(text), add_source_map=True)
    notebook.metadata.setdefault("kernelspec", {"name": "python3", "display_name": "Python 3"})
    for index, cell in enumerate(notebook.cells):
        cell.id = f"cell-{index}"  # nbformat would draw it at random
    notebook.metadata["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}
    result: NotebookNode = nbformat.from_dict(notebook)
    return result


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Its code cells in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def inputs(notebook: NotebookNode, root: Path) -> dict[str, str]:
    """Digests of all that its outputs depend on: name → digest.

    These are its code cells, the library files that they import (directly or not), the locked
    versions and Python's. Prose, captions and cell options are not among them.
    """
    sources = [cell.source for cell in code_cells(notebook)]
    found = {"its cells": digest("\0".join(sources).encode())}
    files = [*closure(sources, root / "code"), *(root / name for name in LOCKS)]
    for path in sorted(path for path in files if path.exists()):
        found[path.relative_to(root).as_posix()] = digest(path.read_bytes())
    return found | {"Python": platform.python_version()}


def key(inputs: dict[str, str]) -> str:
    """One digest of them all."""
    return digest(repr(sorted(inputs.items())).encode())


def closure(sources: list[str], code: Path) -> set[Path]:
    """The files below `code` that these cells import, directly or through one another."""
    found: set[Path] = set()
    waiting = [name for source in sources for name in _imports(source, "")]
    while waiting:
        name = waiting.pop()
        for path in _files(name, code):
            if path not in found:
                found.add(path)
                package = ".".join(path.relative_to(code).parent.parts)
                waiting += _imports(path.read_text(encoding="utf-8"), package)
    return found


def outside(notebook: NotebookNode, root: Path) -> set[str]:
    """The packages that a chapter imports, directly or through the library."""
    sources = [cell.source for cell in code_cells(notebook)]
    sources += [path.read_text(encoding="utf-8") for path in closure(sources, root / "code")]
    return {name.partition(".")[0] for source in sources for name in _imports(source, "")}


def _on_one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _files(module: str, code: Path) -> Iterator[Path]:
    """What importing `module` reads: the packages on the way to it, and itself."""
    parts = module.split(".")
    for depth in range(1, len(parts) + 1):
        stem = code.joinpath(*parts[:depth])
        for path in (stem / "__init__.py", stem.with_suffix(".py")):
            if path.is_file():
                yield path


@cache
def _imports(source: str, package: str) -> tuple[str, ...]:
    """All dotted names that `source` imports; notebook magics and syntax errors import nothing."""
    lines = (
        "pass" if line.lstrip()[:1] in "%!" and line.strip() else line
        for line in source.splitlines()
    )
    try:
        tree = ast.parse("\n".join(lines))
    except SyntaxError:
        return ()
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join(filter(None, [*(above if node.level else []), node.module or ""]))
            found += (f"{base}.{alias.name}" for alias in node.names)
    return tuple(found)
