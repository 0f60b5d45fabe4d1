"""The press as a Sphinx extension: pages are read with what the executed chapters gave.

`make book` executes before it starts Sphinx; a plain `jupyter-book build .` executes here, through
the same keys, and gives the same site.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import SphinxRole

from diffprog.show import NUMBER

from . import card, exercise, fold, fresh, launch, math, page, together
from .book import Book, PressError
from .cache import cached, executed
from .execute import execute_all
from .notebooks import extension as notebooks
from .redirect import redirect
from .slides import link
from .slides.write import write_decks
from .store import Store, collect

__all__ = ["read", "setup"]


def read(text: str, root: str) -> Any:
    """The reader that myst-nb uses for every page: its notebook, with outputs."""
    return executed(Book(Path(root)), text)


class NumberRole(SphinxRole):
    """``{number}`name` ``: the number that a cell gave the prose under this name."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Its text; the page depends on it."""
        store = Store(Book(Path(self.env.srcdir)))
        try:
            entry = store[self.text]
        except PressError as error:
            return [], [self.inliner.reporter.error(str(error), line=self.lineno)]
        if entry.kind != "number":
            message = f"{self.text!r} is a {entry.kind}, not a number"
            return [], [self.inliner.reporter.error(message, line=self.lineno)]
        self.env.note_dependency(os.path.relpath(store.path(self.text), self.env.srcdir))
        return [nodes.inline("", entry.data[NUMBER]["text"], classes=["dp-number"])], []


def _configure(app: Sphinx, config: Config) -> None:
    config.nb_custom_formats = {".md": ["_press.extension.read", {"root": str(app.srcdir)}, False]}


def _execute(app: Sphinx) -> None:
    if not app.config.press_executed:
        book = Book(Path(app.srcdir))
        Store(book).write(collect(execute_all(book, book.pages)))


def _depend(app: Sphinx, docname: str, source: list[str]) -> None:
    """Read the page again when its cells, or the library below them, gave something new."""
    book = Book(Path(app.srcdir))
    found = next((cached(book, p) for p in book.pages if p.docname == docname), None)
    if found is not None:
        app.env.note_dependency(os.path.relpath(found.path, app.srcdir))


def _finish(app: Sphinx, error: Exception | None) -> None:
    """What of the site Sphinx knows nothing of: the decks, and the way from its root."""
    if error is None and app.builder.format == "html" and not app.config.press_alone:
        book, site = Book(Path(app.srcdir)), Path(app.outdir)
        write_decks(book, site)
        redirect(site, book.landing.docname, app.config.html_title)


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the press to Sphinx."""
    app.add_config_value("press_alone", False, "")  # whether one chapter is built, not the book
    app.add_config_value("press_executed", False, "")  # whether the chapters ran before Sphinx
    app.add_role("number", NumberRole())
    app.connect("config-inited", _configure, priority=100)
    app.connect("builder-inited", _execute)
    app.connect("source-read", _depend)
    fresh.setup(app)
    exercise.setup(app)
    fold.setup(app)
    together.setup(app)
    math.setup(app)
    page.setup(app)
    card.setup(app)
    launch.setup(app)
    notebooks.setup(app)
    link.setup(app)
    app.connect("build-finished", _finish)  # after all others, which see Sphinx's pages only
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
