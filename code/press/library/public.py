"""The public names of the library, read from its files: nothing is imported.

A module is public unless it, or a folder it is in, begins with `_`, belongs to the checks of
exercises or to grading, or lies in a folder that offers its names itself, as `figures` does.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from .. import files

__all__ = ["LIBRARY", "Library", "Module", "library"]

LIBRARY = "diffprog"
FOR_TEACHERS = {"exercises", "grade"}
"""Folders without a page: what they have says how solutions are judged."""


@dataclass(frozen=True)
class Module:
    """A module of the library: what it offers, and what its annotations say."""

    name: str
    path: Path
    offers: tuple[str, ...]
    """The names in its `__all__`."""
    imported: Mapping[str, str]
    """What its imports bind, with full names."""
    results: Mapping[str, str] = field(default_factory=dict)
    """Its functions, and `Class.member`, with the full name of the type that they have, or ''."""
    classes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Library:
    """All public modules, by name."""

    modules: Mapping[str, Module]

    def canonical(self, name: str) -> str:
        """Return the name of what `name` means, where it is defined, or '' if it is not public.

        `name` is a module, what a module offers, or a member of a class.
        """
        if name in self.modules or not name:
            return name
        module, _, own = name.rpartition(".")
        if module not in self.modules:
            owner = self.canonical(module)
            return f"{owner}.{own}" if self._is_member(owner, own) else ""
        here = self.modules[module]
        if own not in here.offers:
            return ""
        origin = here.imported.get(own, "")
        return (origin != name and origin and self.canonical(origin)) or name

    def is_class(self, name: str) -> bool:
        """Return whether this canonical name is that of a class."""
        module, _, own = name.rpartition(".")
        return module in self.modules and own in self.modules[module].classes

    def result(self, name: str) -> str:
        """Return the full name of what a function gives, or a member is; '' if that is unknown."""
        module, own = self._split(name)
        return self.modules[module].results.get(own, "") if module else ""

    def entries(self) -> Iterator[str]:
        """Yield the canonical names that have an entry: what modules offer, without repetition."""
        for name, module in self.modules.items():
            for own in module.offers:
                if self.canonical(f"{name}.{own}") == f"{name}.{own}":
                    yield f"{name}.{own}"

    def _is_member(self, owner: str, own: str) -> bool:
        module, name = self._split(owner)
        return bool(module) and f"{name}.{own}" in self.modules[module].results

    def _split(self, name: str) -> tuple[str, str]:
        """Return the module of a name, and the rest of it."""
        module, rest = name, ""
        while module and module not in self.modules:
            module, _, last = module.rpartition(".")
            rest = f"{last}.{rest}" if rest else last
        return module, rest


@cache
def library(code: Path) -> Library:
    """Return the library in this source root."""
    found = {}
    root = code / LIBRARY
    for path in sorted(p for p in files.files(root) if p.suffix == ".py"):
        parts = list(path.relative_to(code).with_suffix("").parts)
        if parts[-1] == "__init__":
            parts.pop()
        hidden = any(part.startswith("_") or part in FOR_TEACHERS for part in parts)
        if not hidden and ".".join(parts[:-1]) not in found:
            module = _read(".".join(parts), path)
            if module.offers:
                found[module.name] = module
    return Library(found)


def _read(name: str, path: Path) -> Module:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                imported[alias.asname or top] = alias.name if alias.asname else top
    offers: tuple[str, ...] = ()
    results: dict[str, str] = {}
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    own = {node.name: f"{name}.{node.name}" for node in classes}
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            offers = tuple(ast.literal_eval(node.value))
        if isinstance(node, ast.FunctionDef):
            results[node.name] = _type(node.returns, imported | own)
    for node in classes:
        for member in node.body:
            if isinstance(member, ast.FunctionDef) and not member.name.startswith("_"):
                results[f"{node.name}.{member.name}"] = _type(member.returns, imported | own)
            elif isinstance(member, ast.AnnAssign):
                kind = _type(member.annotation, imported | own)
                results[f"{node.name}.{ast.unparse(member.target)}"] = kind
    return Module(name, path, offers, imported, results, frozenset(own))


def _type(annotation: ast.expr | None, known: Mapping[str, str]) -> str:
    """Return the full name of a class that stands alone as an annotation, or ''."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = ast.parse(annotation.value, mode="eval").body
    return known.get(annotation.id, "") if isinstance(annotation, ast.Name) else ""
