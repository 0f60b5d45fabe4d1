"""Every name of PyTorch that the book uses is in the page's engine, or listed as absent."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator

import torch

from press.book import Book
from press.chapter import Chapter, code_cells

from .conftest import ROOT

MODULES = {"torch": "torch", "nn": "torch.nn", "optim": "torch.optim", "F": "torch.nn.functional"}
"""The names that modules go by in the book."""

OTHERS = (str, list, dict, tuple, slice, type)
"""Whose attributes say nothing about tensors, as `index`."""


def names(source: str) -> Iterator[str]:
    """Yield the names of PyTorch in some code, with their modules, and attributes as `Tensor.x`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "torch":
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Attribute):
            first, *rest = ast.unparse(node).split(".")
            if first in MODULES and all(part.isidentifier() for part in rest):
                yield ".".join([MODULES[first], *rest])
            elif hasattr(torch.Tensor, node.attr) and not any(
                hasattr(t, node.attr) for t in OTHERS
            ):
                yield f"torch.Tensor.{node.attr}"


def exists(name: str) -> bool:
    """Tell whether PyTorch has the name: `torch.pi.foo` is none."""
    module, _, last = name.rpartition(".")
    try:
        thing = importlib.import_module(module)
    except ImportError:
        return exists(module) and exists_on(module, last)
    return hasattr(thing, last)


def exists_on(owner: str, last: str) -> bool:
    module, _, name = owner.rpartition(".")
    return hasattr(getattr(importlib.import_module(module), name), last)


def sources() -> Iterator[tuple[str, str]]:
    """Yield place and code of the library as the page has it, and of the cells of all chapters."""
    for path in sorted((ROOT / "code/diffprog").rglob("*.py")):
        if not {"figures", "grade"} & set(path.parts):
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
    book = Book(ROOT)
    for page in book.pages:
        chapter = Chapter.read(book, page)
        for cell, code in zip(code_cells(chapter.notebook), chapter.code, strict=True):
            if not cell.source.startswith("%%"):
                yield page.docname, code


def used() -> dict[str, str]:
    """Return the names that the book uses, each with a place."""
    found: dict[str, str] = {}
    for place, code in sources():
        for name in names(code):
            found.setdefault(name, place)
    return {name: place for name, place in sorted(found.items()) if exists(name)}


def test_names_that_the_book_uses_are_there_or_listed(engine):
    book = used()
    assert len(book) > 150
    engine.run("""
import importlib
from torch._absent import ABSENT

def there(name):
    module, _, last = name.rpartition(".")
    try:
        owner = importlib.import_module(module)
    except ImportError:
        outer, _, inner = module.rpartition(".")
        owner = getattr(importlib.import_module(outer), inner, None)
    return hasattr(owner, last)
""")
    missing = engine.value(f"[n for n in {list(book)!r} if n not in ABSENT and not there(n)]")
    assert not missing, {name: book[name] for name in missing}


def test_what_is_listed_as_absent_is_not_there_and_says_where_it_is(engine):
    engine.run("from torch._absent import ABSENT")
    for name in engine.value("[name for name in ABSENT if name.startswith('torch.')]"):
        module = name.rpartition(".")[0]
        said = engine.run(f"""
try:
    import {module}
    {name}
except (AttributeError, ImportError) as error:
    print(error)
""")
        assert "not in the page's engine" in said, name
