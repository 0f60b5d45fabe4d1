"""The pages, written by Sphinx from the executed chapters, with warnings as errors.

The pages are written beside the last site, which `publish` replaces at the end. A build that fails
or is killed therefore leaves the last site, and no page of a removed chapter stays behind.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util.docutils import docutils_namespace, patch_docutils

from .book import Book, PressError
from .edition import Edition, handed_over
from .jupyter_book_config import sphinx_settings
from .translation import _

__all__ = ["render", "render_alone", "render_epub", "write_messages"]


def render(edition: Edition, last: Path | None = None) -> Sphinx:
    """Write all pages; return the Sphinx that wrote them, which knows their folder.

    The published site is not touched. Unchanged pages are copied from `last`, the last site, if it
    is whole.
    """
    toc = edition.book.root / "_toc.yml"
    folder = edition.book.build / "sphinx"
    shutil.rmtree(folder / "html", ignore_errors=True)
    if last:
        # Sphinx adds versions to the links of styles that exist already, so none may exist.
        shutil.copytree(last, folder / "html", ignore=lambda path, names: {"_static"})
    return _sphinx(edition, folder, {"external_toc_path": str(toc), "nitpicky": True})


def render_alone(edition: Edition) -> Sphinx:
    """Write one page alone, in a folder of its own, which is emptied first."""
    (execution,) = edition.executions
    folder = edition.book.build / "chapter"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    toc = folder / "_toc.yml"
    toc.write_text(f"format: jb-book\nroot: {execution.page.docname}\n", encoding="utf-8")
    # References to the chapters that are left out cannot be resolved.
    suppressed = ["myst", "ref", "numfig", "bibtex"]
    alone: dict[str, object] = {"external_toc_path": str(toc), "suppress_warnings": suppressed}
    return _sphinx(edition, folder, alone)


def render_epub(edition: Edition, settings: dict[str, object]) -> Sphinx:
    """Write the book as an EPUB, in a folder of its own, which is emptied first."""
    folder = edition.book.build / "epub"
    shutil.rmtree(folder, ignore_errors=True)
    toc = {"external_toc_path": str(edition.book.root / "_toc.yml"), "nitpicky": True}
    return _sphinx(edition, folder, {**settings, **toc}, "epub")


def write_messages(edition: Edition) -> Path:
    """Write what there is to translate, as .pot files, and return their folder."""
    folder = edition.book.build / "translation"
    shutil.rmtree(folder, ignore_errors=True)
    toc = str(edition.book.root / "_toc.yml")
    app = _sphinx(edition, folder, {"external_toc_path": toc, "nitpicky": True}, "gettext")
    return Path(app.outdir)


def _language(book: Book, config: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of a translation, which has a file of messages for each page."""
    pages = {"gettext_compact": False}
    if not book.language:
        return pages
    words = {name: _(config[name]) for name in ("nb_code_prompt_show", "nb_code_prompt_hide")}
    formats = {kind: _(text) for kind, text in config["numfig_format"].items()}
    theme = config["html_theme_options"]
    theme |= {"search_bar_text": _(theme["search_bar_text"])}
    settings = {"language": book.language, "locale_dirs": [str(book.locale)]}
    return pages | words | settings | {"numfig_format": formats, "html_theme_options": theme}


def _sphinx(
    edition: Edition, folder: Path, overrides: dict[str, object], builder: str = "html"
) -> Sphinx:
    """Run Sphinx as Jupyter Book does, but pass its errors on to the caller."""
    book = edition.book
    for path in (book.root / name for name in book.config.get("bibtex_bibfiles") or ()):
        if path.exists():
            book.text(path)  # where it is not UTF-8, Sphinx would not name the file
    config = sphinx_settings(book.root, **overrides)
    config["html_baseurl"] = book.address
    config |= _language(book, config)
    try:
        with handed_over(edition), patch_docutils(), docutils_namespace():
            app = Sphinx(
                srcdir=book.root,
                confdir=None,
                outdir=folder / builder,
                doctreedir=folder / "doctrees",
                buildername=builder,
                confoverrides=config,
                status=None,
                warning=sys.stderr,
                warningiserror=True,
                keep_going=True,
            )
            app.build()
    except SphinxError as error:
        cause = getattr(error, "orig_exc", None)
        if isinstance(cause, OSError):  # such as a full disk, which is not an author's mistake
            raise cause from error
        if name := getattr(cause, "filename", None):  # of a bibliography
            raise PressError(f"{os.path.relpath(name, book.root)}: {cause}") from error
        raise PressError(str(error)) from error
    if app.statuscode:
        raise PressError("the pages could not be written: see the warnings above")
    return app
