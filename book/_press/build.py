"""The build: execute what changed, fill the output store, let Sphinx write the site."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from .book import Book, Page, PressError
from .execute import Execution, execute_all
from .store import Store, collect

__all__ = ["build"]


def build(book: Book, *, chapter: str | None = None, jobs: int | None = None) -> Path:
    """Build the book, or one chapter alone, and return the page to open.

    Raises PressError where a chapter fails or Sphinx has something to warn of.
    """
    pages = [book.page(chapter)] if chapter else list(book.pages)
    print(f"Executing {len(pages)} pages: only those run whose code or library changed", flush=True)
    executions = execute_all(book, pages, jobs=jobs, report=lambda line: print(line, flush=True))
    Store(book).write(collect(executions), partial=chapter is not None)
    print("Writing pages", flush=True)
    begun = time.perf_counter()
    site = _sphinx(book, pages[0] if chapter else None)
    _table(executions, time.perf_counter() - begun)
    return site / f"{pages[0].docname}.html" if chapter else site / "index.html"


def _sphinx(book: Book, alone: Page | None) -> Path:
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
        overrides["suppress_warnings"] = ["myst.xref_missing", "ref", "numfig", "myst.domains"]
    result = build_sphinx(
        str(book.root),
        str(outdir),
        noconfig=True,
        path_config=str(book.root / "_config.yml"),
        confoverrides=overrides,
        warningiserror=True,
        keep_going=True,
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
    print(f"\n{'chapter':{width}}  {'':8}  seconds")
    for execution in executions:
        state = "executed" if execution.fresh else "cached"
        print(f"{execution.page.name:{width}}  {state:8}  {execution.seconds:7.1f}")
    print(f"{'pages':{width}}  {'written':8}  {writing:7.1f}")
    sys.stdout.flush()
