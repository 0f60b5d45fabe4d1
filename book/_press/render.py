"""Sphinx writes the site, from what the chapters gave, with warnings as errors.

All is written beside the site, which is replaced at the end: a build that fails or is killed
leaves the last good site, and no page of a chapter that is gone stays behind.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from jupyter_book.config import get_final_config
from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util.docutils import docutils_namespace, patch_docutils

from .book import Book, Page, PressError
from .publish import publish

__all__ = ["render", "render_alone"]


def render(book: Book) -> None:
    """The whole site."""
    folder = book.build / "sphinx"
    _sphinx(book, folder, {"external_toc_path": str(book.root / "_toc.yml"), "nitpicky": True})
    publish(book, folder / "html")


def render_alone(book: Book, page: Page) -> Path:
    """One page alone, in a folder of its own, which is returned; nothing of before is used."""
    folder = book.build / "chapter"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    toc = folder / "_toc.yml"
    toc.write_text(f"format: jb-book\nroot: {page.docname}\n", encoding="utf-8")
    # References to the chapters that are left out lead nowhere here.
    suppressed = ["myst", "ref", "numfig", "bibtex"]
    alone = {"external_toc_path": str(toc), "suppress_warnings": suppressed, "press_alone": True}
    _sphinx(book, folder, alone)
    return folder / "html"


def _sphinx(book: Book, folder: Path, overrides: dict[str, object]) -> None:
    """Run Sphinx as Jupyter Book does, but let what goes wrong through to the caller."""
    config, _ = get_final_config(
        user_yaml=book.root / "_config.yml",
        cli_config={**overrides, "press_executed": True, "latex_individualpages": False},
        sourcedir=book.root,
    )
    shutil.rmtree(folder / "html", ignore_errors=True)
    try:
        with patch_docutils(), docutils_namespace():
            app = Sphinx(
                srcdir=book.root,
                confdir=None,
                outdir=folder / "html",
                doctreedir=folder / ".doctrees",
                buildername="html",
                confoverrides=config,
                status=None,
                warning=sys.stderr,
                warningiserror=True,
                keep_going=True,
            )
            # A title or a number may stand on any page: all are written, from what is read already.
            app.build(force_all=True)
    except SphinxError as error:
        cause = getattr(error, "orig_exc", None)
        if isinstance(cause, OSError):  # such as a full disk, which is no mistake of an author's
            raise cause from error
        raise PressError(str(error)) from error
    if app.statuscode:
        raise PressError("the pages could not be written: see the warnings above")
