"""The outputs of executed chapters, kept under a key of all that the outputs depend on.

Each execution is one file, `_build/executed/<chapter>-<key>.json`, written whole or not at all. It
holds the outputs in the order of the chapter's code cells, the seconds that each cell took, the
digests of the inputs, and a digest of all this. A file that does not match its digest is ignored.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from ..book import Book, Page
from ..cache_key import key
from ..chapter import Chapter, code_cells
from ..files import digest, write

__all__ = ["Execution", "cached", "keep", "last", "prune", "why"]


@dataclass(frozen=True)
class Execution:
    """A chapter with the outputs of its code cells."""

    chapter: Chapter
    notebook: NotebookNode
    """The chapter's cells with their outputs."""
    path: Path
    seconds: float
    reason: str = ""
    """Why the chapter ran in this build; empty if its outputs come from the cache."""

    @property
    def page(self) -> Page:
        """The chapter's page."""
        return self.chapter.page


def cached(book: Book, chapter: Chapter) -> Execution | None:
    """Return the cached execution of `chapter`, or None; a page without code always has one."""
    notebook = chapter.copy()
    if not chapter.code:
        return Execution(chapter, notebook, chapter.page.path, 0.0)
    path = _path(book, chapter)
    kept = _read(path)
    if kept is None or not _fill(notebook, kept["outputs"]):
        return None
    return Execution(chapter, notebook, path, sum(kept["seconds"]))


def keep(
    book: Book, chapter: Chapter, notebook: NotebookNode, seconds: list[float], reason: str
) -> Execution:
    """Write the outputs of `chapter` into the cache, then delete its older outputs."""
    path = _path(book, chapter)
    outputs = [cell.outputs for cell in code_cells(notebook)]
    content = {"outputs": outputs, "seconds": seconds, "inputs": chapter.inputs}
    write(path, _dump({**content, "digest": digest(_dump(content).encode())}))
    for old in _files(book, chapter.page):
        if old != path:
            old.unlink()
    filled = chapter.copy()
    _fill(filled, outputs)
    return Execution(chapter, filled, path, sum(seconds), reason)


def last(book: Book, page: Page) -> dict[str, Any] | None:
    """Return the last cached content for `page`, even if it is out of date, or None."""
    return next((kept for path in _files(book, page) if (kept := _read(path))), None)


def why(book: Book, chapter: Chapter) -> str:
    """Return why `chapter` has to run: the inputs that differ from its last execution."""
    kept = last(book, chapter.page)
    if kept is None:
        return "not run before" if not _files(book, chapter.page) else "its cache was damaged"
    before, now = kept["inputs"], chapter.inputs
    changed = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    names = [name.rpartition("/")[2] for name in changed]
    if len(names) > 3:
        names[2:] = [f"{len(names) - 2} more"]
    return f"{', '.join(names)} changed" if names else "its cache was damaged"


def prune(book: Book) -> None:
    """Delete files of pages that are no longer in the book, and incomplete files."""
    wanted = {path for page in book.pages for path in _files(book, page)}
    for path in _folder(book).glob("*"):
        if path not in wanted:
            path.unlink()


def _folder(book: Book) -> Path:
    return book.executed


def _stem(page: Page) -> str:
    return page.name.replace("/", ".")


def _path(book: Book, chapter: Chapter) -> Path:
    return _folder(book) / f"{_stem(chapter.page)}-{key(chapter.inputs)[:20]}.json"


def _files(book: Book, page: Page) -> list[Path]:
    """Return the cached files of `page`; the page `one` must not find those of `one-more`."""
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
    """Put cached outputs into the cells of `notebook`; return False if they do not fit."""
    try:
        for count, (cell, given) in enumerate(zip(code_cells(notebook), outputs, strict=True), 1):
            cell.outputs = [nbformat.from_dict(output) for output in given]
            cell.execution_count = count
    except (ValueError, TypeError):
        return False
    return True
