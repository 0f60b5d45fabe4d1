"""The build: execute what changed, fill the output store, let Sphinx write the site."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from . import cache, state
from .book import Book, Page, PressError
from .cache import Execution
from .execute import execute_all
from .slides.write import write_decks
from .store import Store, collect

__all__ = ["build_book", "build_chapter"]


def build_chapter(book: Book, page: Page) -> Path:
    """One chapter alone, to look at while it is written; returns its page.

    Raises PressError where it fails or Sphinx has something to warn of, as `build_book` does.
    """
    (execution,) = execute_all(book, [page], report=_say)
    Store(book).write(collect([execution]), partial=True)
    return _sphinx(book, alone=page) / f"{page.docname}.html"


def build_book(book: Book, jobs: int | None = None) -> Path:
    """The whole book, with `jobs` chapters running at a time; returns the page to open."""
    made_from = state.sources(book)
    if not state.start(book):
        _say("The last build did not come to its end: writing all pages again")
        shutil.rmtree(book.build / ".doctrees", ignore_errors=True)
        shutil.rmtree(book.build / "html", ignore_errors=True)
    _say("Executing what changed")
    cache.prune(book)
    executions = execute_all(book, book.pages, jobs=jobs, report=_say)
    Store(book).write(collect(executions))
    _say("Writing pages")
    begun = time.perf_counter()
    site = _sphinx(book)
    write_decks(book, site)
    _table(executions, time.perf_counter() - begun)
    state.finished(book, made_from)
    return site / "index.html"


def _say(line: str) -> None:
    print(line, flush=True)


def _sphinx(book: Book, alone: Page | None = None) -> Path:
    """Run Jupyter Book as its command line does, with warnings as errors."""
    from jupyter_book.sphinx import build_sphinx

    outdir = book.build / "html"
    overrides = {
        "external_toc_path": str(book.root / "_toc.yml"),
        "latex_individualpages": False,
        "nitpicky": True,
    }
    if alone is not None:
        outdir = book.build / "chapter" / "html"
        outdir.mkdir(parents=True, exist_ok=True)
        toc = outdir.parent / "_toc.yml"
        toc.write_text(f"format: jb-book\nroot: {alone.docname}\n", encoding="utf-8")
        # References to the chapters that are left out lead nowhere here.
        overrides |= {"external_toc_path": str(toc), "nitpicky": False}
        overrides["suppress_warnings"] = ["myst", "ref", "numfig", "bibtex"]
    result = build_sphinx(
        str(book.root),
        str(outdir),
        noconfig=True,
        path_config=str(book.root / "_config.yml"),
        confoverrides=overrides,
        warningiserror=True,
        keep_going=True,
        # A title or a number may stand on any page: all are written, from what is read already.
        force_all=True,
        quiet=True,
    )
    if result:
        raise PressError("the pages could not be written: see the warnings above")
    if alone is None:
        _redirect(outdir, book.pages[0].docname)
    return outdir


def _redirect(site: Path, docname: str) -> None:
    """The site's root leads to the landing page, with a link for who does not follow redirects."""
    title = "Differentiable Programming with PyTorch"
    (site / "index.html").write_text(
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="refresh" content="0; url={docname}.html">\n'
        f'<link rel="canonical" href="{docname}.html">\n'
        '<link rel="icon" href="_static/favicon.svg">\n'
        f"<title>{title}</title>\n</head>\n"
        f'<body><p><a href="{docname}.html">{title}</a></p></body>\n'
        "</html>\n",
        encoding="utf-8",
    )


def _table(executions: Sequence[Execution], writing: float) -> None:
    width = max(len(execution.page.name) for execution in executions)
    print(f"\n{'chapter':{width}}  seconds")
    for execution in executions:
        state = f"executed: {execution.reason}" if execution.reason else "cached"
        print(f"{execution.page.name:{width}}  {execution.seconds:7.1f}  {state}")
    print(f"{'pages':{width}}  {writing:7.1f}  written")
    sys.stdout.flush()
