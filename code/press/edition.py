"""The edition: the executed chapters of a book, on which all later steps of a build work.

Sphinx sets its extension up by itself, so the build hands the edition over in this module.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from . import repository, translation
from .book import Book, Page, PressError
from .chapter import Chapter, read_all
from .repository import Repository
from .run import cache
from .run.cache import Execution
from .run.pool import execute_all
from .run.progress import Progress
from .run_here.cells import cells
from .store import Store, collect, translated
from .translation import Translation
from .withheld import NOTE, withheld

__all__ = ["Edition", "current", "exists", "handed_over"]


@dataclass(frozen=True)
class Edition:
    """The chapters of a book, read once, with their outputs."""

    book: Book
    executions: Sequence[Execution]
    """The executions of all pages in reading order, or of the one page that is built alone."""
    store: Store
    repository: Repository | None = None
    alone: bool = False
    """Whether one chapter is built alone."""
    edited: frozenset[str] = frozenset()
    """The pages whose text changed since the last build, by their Sphinx names."""

    @classmethod
    def make(
        cls,
        book: Book,
        *,
        only: str | None = None,
        jobs: int | None = None,
        progress: Progress | None = None,
    ) -> Edition:
        """Read all pages, or `only` one; run the chapters that changed; fill the store.

        The edition for a class has no solutions from here on.
        """
        translation.use(Translation.of(book))
        chapters = [Chapter.read(book, book.page(only))] if only else read_all(book)
        if not only:
            cache.prune(book)
        executions = execute_all(book, chapters, jobs=jobs, progress=progress)
        if book.for_class:
            notes = {book.landing: NOTE}
            executions = [withheld(found, notes.get(found.page, "")) for found in executions]
        entries = map(translated, collect(executions))
        store = Store(book.build / "outputs", entries)
        store.write(partial=bool(only))
        return cls(book, executions, store, repository.find(book), bool(only))

    def execution(self, docname: str) -> Execution | None:
        """Return the execution of the page with this Sphinx name, or None if there is none."""
        return next((e for e in self.executions if e.page.docname == docname), None)

    def chapter(self, page: Page) -> Chapter:
        """Return the chapter of this page; raise KeyError if another chapter is built alone."""
        return {e.page: e.chapter for e in self.executions}[page]

    def runs_in_page(self, page: Page, index: int) -> bool:
        """Return whether a deck can run the cell with this index, which is not an exercise's.

        A figure that the page draws again would not have the size of the slide.
        """
        found = (cell for cell in cells(self.chapter(page)) if cell.index == index)
        return any(not (cell.reason or cell.exercise or cell.draws) for cell in found)

    def outputs_of(self, text: str) -> NotebookNode:
        """Return the executed notebook of the page with this text; myst-nb passes only the text."""
        for execution in self.executions:
            if execution.chapter.text == text:
                return deepcopy(execution.notebook)
        raise PressError("a page has changed since the chapters were executed: build again")


_EDITION: ContextVar[Edition] = ContextVar("edition")


@contextmanager
def handed_over(edition: Edition) -> Iterator[None]:
    """Make `edition` the current edition while the block runs."""
    token = _EDITION.set(edition)
    try:
        yield
    finally:
        _EDITION.reset(token)


def exists() -> bool:
    """Return whether an edition was handed over."""
    return _EDITION.get(None) is not None


def current(make_of: Path | None = None) -> Edition:
    """Return the edition that was handed over, or else make one of the book in `make_of`."""
    try:
        return _EDITION.get()
    except LookupError:
        if make_of is None:
            raise
        _EDITION.set(Edition.make(Book(make_of)))
        return _EDITION.get()
