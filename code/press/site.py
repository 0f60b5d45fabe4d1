"""Sphinx writes the pages, from what the chapters gave, with warnings as errors.

They are written beside the site, which `publish` replaces at the end: a build that fails or is
killed leaves the last good site, and no page of a chapter that is gone stays behind.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from jupyter_book.config import get_final_config
from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util.docutils import docutils_namespace, patch_docutils

from .book import PressError
from .edition import Edition, handed_over

__all__ = ["render", "render_alone"]


def render(edition: Edition, last: Path | None = None) -> Sphinx:
    """Write all pages; return the Sphinx that wrote them, which knows their folder.

    The published site stays as it is. Pages that stay the same come from `last`, the last site,
    where it is whole.
    """
    toc = edition.book.root / "_toc.yml"
    folder = edition.book.build / "sphinx"
    shutil.rmtree(folder / "html", ignore_errors=True)
    if last:
        # Sphinx tells browsers the version of styles that are there, and of those only: none are.
        shutil.copytree(last, folder / "html", ignore=lambda path, names: {"_static"})
    return _sphinx(edition, folder, {"external_toc_path": str(toc), "nitpicky": True})


def render_alone(edition: Edition) -> Sphinx:
    """Write one page alone, in a folder of its own; nothing of before is used."""
    (execution,) = edition.executions
    folder = edition.book.build / "chapter"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    toc = folder / "_toc.yml"
    toc.write_text(f"format: jb-book\nroot: {execution.page.docname}\n", encoding="utf-8")
    # References to the chapters that are left out lead nowhere here.
    suppressed = ["myst", "ref", "numfig", "bibtex"]
    alone: dict[str, object] = {"external_toc_path": str(toc), "suppress_warnings": suppressed}
    return _sphinx(edition, folder, alone)


def _sphinx(edition: Edition, folder: Path, overrides: dict[str, object]) -> Sphinx:
    """Run Sphinx as Jupyter Book does, but let what goes wrong through to the caller."""
    book = edition.book
    for path in (book.root / name for name in book.config.get("bibtex_bibfiles") or ()):
        if path.exists():
            book.text(path)  # where it is not UTF-8, Sphinx would not name the file
    config, _ = get_final_config(
        user_yaml=book.root / "_config.yml",
        cli_config={**overrides, "latex_individualpages": False},
        sourcedir=book.root,
    )
    try:
        with handed_over(edition), patch_docutils(), docutils_namespace():
            app = Sphinx(
                srcdir=book.root,
                confdir=None,
                outdir=folder / "html",
                doctreedir=folder / "doctrees",
                buildername="html",
                confoverrides=config,
                status=None,
                warning=sys.stderr,
                warningiserror=True,
                keep_going=True,
            )
            app.build()
    except SphinxError as error:
        cause = getattr(error, "orig_exc", None)
        if isinstance(cause, OSError):  # such as a full disk, which is no mistake of an author's
            raise cause from error
        if name := getattr(cause, "filename", None):  # of a bibliography
            raise PressError(f"{os.path.relpath(name, book.root)}: {cause}") from error
        raise PressError(str(error)) from error
    if app.statuscode:
        raise PressError("the pages could not be written: see the warnings above")
    return app
