"""The build: execute what changed, fill the output store, let Sphinx write the site."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from . import cache, launch, state
from .book import Book, Page
from .execute import execute_all
from .progress import Progress, table
from .render import render, render_alone
from .store import Store, collect

__all__ = ["build_book", "build_chapter"]


def build_chapter(book: Book, page: Page) -> Path:
    """One chapter alone, to look at while it is written; returns its page.

    Raises PressError where it fails or Sphinx has something to warn of, as `build_book` does.
    """
    (execution,) = execute_all(book, [page], progress=Progress(sys.stdout))
    Store(book).write(collect([execution]), partial=True)
    return render_alone(book, page) / f"{page.docname}.html"


def build_book(book: Book, jobs: int | None = None) -> Path:
    """The whole book, with `jobs` chapters running at a time; returns the page to open."""
    made_from = state.sources(book)
    progress = Progress(sys.stdout)
    progress.say("Executing what changed")
    cache.prune(book)
    executions = execute_all(book, book.pages, jobs=jobs, progress=progress)
    Store(book).write(collect(executions))
    why = state.check_reading(book, made_from)
    progress.say(f"Reading all pages again: {why}" if why else "Writing pages")
    begun = time.perf_counter()
    site = render(book)
    progress.say(table(executions, time.perf_counter() - begun))
    if line := launch.notice(book):
        progress.say(f"\n{line}")
    state.finished(book, made_from)
    return site / "index.html"
