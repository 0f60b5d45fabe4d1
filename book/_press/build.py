"""The build: execute what changed, fill the output store, let Sphinx write the site."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from . import cache, launch, state
from .book import Book, Page
from .cache import Execution
from .execute import execute_all
from .progress import Progress, table
from .render import render, render_alone
from .slides.model import Deck
from .slides.write import write_decks
from .store import Store, collect

__all__ = ["build_book", "build_chapter", "build_decks"]


def build_chapter(book: Book, page: Page) -> Path:
    """One chapter alone, to look at while it is written; returns its page.

    Raises PressError where it fails or Sphinx has something to warn of, as `build_book` does.
    """
    (execution,) = execute_all(book, [page], progress=Progress(sys.stdout))
    Store(book).write(collect([execution]), partial=True)
    return render_alone(book, page) / f"{page.docname}.html"


def build_decks(book: Book, jobs: int | None = None) -> list[Deck]:
    """The decks alone, into the site that is there."""
    if not state.is_current(book):
        _execute(book, jobs, Progress(sys.stdout))
    return write_decks(book, book.build / "html")


def build_book(book: Book, jobs: int | None = None) -> None:
    """The whole book, with `jobs` chapters running at a time."""
    touched, made_from = state.touched(book), state.sources(book)
    progress = Progress(sys.stdout)
    executions = _execute(book, jobs, progress)
    why = state.check_reading(book, made_from)
    progress.say(f"Reading all pages again: {why}" if why else "Writing pages")
    begun = time.perf_counter()
    render(book)
    progress.say(table(executions, time.perf_counter() - begun))
    if line := launch.notice(book):
        progress.say(f"\n{line}")
    state.finished(book, made_from if state.touched(book) == touched else {})


def _execute(book: Book, jobs: int | None, progress: Progress) -> list[Execution]:
    """What all chapters gave, in the store."""
    progress.say("Executing what changed")
    cache.prune(book)
    executions = execute_all(book, book.pages, jobs=jobs, progress=progress)
    Store(book).write(collect(executions))
    return executions
