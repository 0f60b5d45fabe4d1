"""What the executed chapters gave, kept by the key of what it depends on.

One file an execution, `_build/executed/<chapter>-<key>.json`, written whole or not at all: the
outputs in the order of the chapter's code cells, the seconds that each took, the digests of the
inputs, and a digest of all this. A file that does not match its digest is as good as none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from .book import Book, Page, PressError
from .chapter import code_cells, inputs, key, parse, read
from .whole import digest, write

__all__ = ["Execution", "cached", "executed", "keep", "last", "prune", "why"]


@dataclass(frozen=True)
class Execution:
    """What a chapter's code cells gave."""

    page: Page
    notebook: NotebookNode
    path: Path
    seconds: float
    reason: str = ""
    """Why it ran in this build; empty where it was found in the cache."""


def cached(book: Book, page: Page) -> Execution | None:
    """The kept execution of `page` as it stands now, or None; without cells, it gives nothing."""
    notebook = read(page)
    if not code_cells(notebook):
        return Execution(page, notebook, page.path, 0.0)
    path = _path(book, page, key(inputs(notebook, book.root)))
    kept = _read(path)
    if kept is None or not _fill(notebook, kept["outputs"]):
        return None
    return Execution(page, notebook, path, sum(kept["seconds"]))


def executed(book: Book, text: str) -> NotebookNode:
    """The chapter with this text, with its outputs; raises PressError where it has not been run."""
    notebook = parse(text)
    if not code_cells(notebook):
        return notebook
    wanted = key(inputs(notebook, book.root))
    for path in _folder(book).glob(f"*-{wanted[:20]}.json"):
        kept = _read(path)
        if kept is not None and _fill(notebook, kept["outputs"]):
            return notebook
    raise PressError("a page has changed since the chapters were executed: build again")


def keep(
    book: Book, page: Page, notebook: NotebookNode, found: dict[str, str], seconds: list[float]
) -> None:
    """Write what `page` gave from the inputs `found`, whole, then drop what it gave before."""
    path = _path(book, page, key(found))
    outputs = [cell.outputs for cell in code_cells(notebook)]
    content = {"outputs": outputs, "seconds": seconds, "inputs": found}
    write(path, _dump({**content, "digest": digest(_dump(content).encode())}))
    for old in _files(book, page):
        if old != path:
            old.unlink()


def last(book: Book, page: Page) -> dict[str, Any] | None:
    """What was kept of `page` last, whatever has changed since; None where nothing can be read."""
    return next((kept for path in _files(book, page) if (kept := _read(path))), None)


def why(book: Book, page: Page) -> str:
    """Why `page` has to run: what differs from the inputs of its last execution."""
    kept = last(book, page)
    if kept is None:
        return "not run before" if not _files(book, page) else "its cache was damaged"
    now = inputs(read(page), book.root)
    before = kept["inputs"]
    changed = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    names = [name.rpartition("/")[2] for name in changed]
    if len(names) > 3:
        names[2:] = [f"{len(names) - 2} more"]
    return f"{', '.join(names)} changed" if names else "its cache was damaged"


def prune(book: Book) -> None:
    """Drop what pages gave that are no longer in the book, and what was not written whole."""
    wanted = {path for page in book.pages for path in _files(book, page)}
    for path in _folder(book).glob("*"):
        if path not in wanted:
            path.unlink()


def _folder(book: Book) -> Path:
    return book.build / "executed"


def _stem(page: Page) -> str:
    return page.name.replace("/", ".")


def _path(book: Book, page: Page, wanted: str) -> Path:
    return _folder(book) / f"{_stem(page)}-{wanted[:20]}.json"


def _files(book: Book, page: Page) -> list[Path]:
    """What is kept of `page`; a name like `one` must not find the files of `one-more`."""
    return sorted(
        path
        for path in _folder(book).glob(f"{_stem(page)}-*.json")
        if path.stem.rpartition("-")[0] == _stem(page)
    )


def _read(path: Path) -> dict[str, Any] | None:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        stated = kept.pop("digest")
        return kept if stated == digest(_dump(kept).encode()) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _dump(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True)


def _fill(notebook: NotebookNode, outputs: Iterable[list[Any]]) -> bool:
    """Put the kept outputs into `notebook`; False where they are not those of its cells."""
    try:
        for count, (cell, given) in enumerate(zip(code_cells(notebook), outputs, strict=True), 1):
            cell.outputs = [nbformat.from_dict(output) for output in given]
            cell.execution_count = count
    except (ValueError, TypeError):
        return False
    return True
