"""The press as a Sphinx extension: pages get the outputs of the executed chapters.

`make book` executes the chapters before it starts Sphinx, and hands the edition over. A plain
`jupyter-book build .` executes them here, with the same cache, and makes the same site.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import SphinxRole

from . import edition, output_kinds
from .book import PressError
from .library import entries, index, links
from .notebooks import write as notebooks
from .output_kinds import Kind
from .pages import (
    agreement,
    assets,
    colophon,
    deck_links,
    exercise,
    fold,
    footnotes,
    formulas,
    joined,
    launch_buttons,
    nobreak,
    notation,
    outdated,
    predict,
    search,
    social_card,
)
from .products import write_products
from .run_here import buttons

__all__ = ["read", "setup"]


def read(text: str) -> Any:
    """Return the notebook of a page, with outputs; myst-nb reads every page by this function."""
    notebook = edition.current().outputs_of(text)
    # myst-nb and MyST each add one to lines that are counted from zero.
    notebook.metadata.source_map = [line - 1 for line in notebook.metadata.source_map]
    return notebook


class OutputRole(SphinxRole):
    """A role such as ``{number}`name` ``: what a cell gave the prose under this name."""

    def __init__(self, kind: Kind) -> None:
        super().__init__()
        self.kind = kind

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the text of the output, and note that the page depends on the output."""
        store = edition.current().store
        try:
            entry = store[self.text]
        except PressError as error:
            return [], [self.inliner.reporter.error(str(error), line=self.lineno)]
        if entry.kind != self.kind.name:
            message = f"{self.text!r} is a {entry.kind}, not a {self.kind.name}"
            return [], [self.inliner.reporter.error(message, line=self.lineno)]
        self.env.note_dependency(os.path.relpath(store.path(self.text), self.env.srcdir))
        node = nodes.inline if self.kind is output_kinds.NUMBER else nodes.literal
        return [node("", entry.content["text"], classes=[f"dp-{self.kind.name}"])], []


def _configure(app: Sphinx, config: Config) -> None:
    config.nb_custom_formats = {".md": ["press.sphinx_extension.read", {}, False]}


def _hand_text(app: Sphinx, docname: str, source: list[str]) -> None:
    """Give Sphinx the text that the edition has read, even if the file has changed since.

    The page depends on the file with its outputs, so that new outputs make Sphinx read it again.
    """
    found = edition.current().execution(docname)
    if found is None:
        message = "is not in _toc.yml: set `only_build_toc_files: true` in _config.yml"
        raise PressError(f"{docname}.md: {message}")
    source[0] = found.chapter.text
    app.env.note_dependency(os.path.relpath(found.path, app.srcdir))


def _finish(app: Sphinx, error: Exception | None) -> None:
    """Write the products beside Sphinx's pages, if `make book` does not."""
    if error is None and app.builder.format == "html":
        write_products(edition.current(), app)


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the press to Sphinx."""
    handed_over = edition.exists()
    edition.current(make_of=Path(app.srcdir))
    for kind in (output_kinds.NUMBER, output_kinds.MESSAGE):
        app.add_role(kind.name, OutputRole(kind))
    app.connect("config-inited", _configure, priority=100)
    app.connect("source-read", _hand_text, priority=50)  # before others look at the text
    links.setup(app)
    entries.setup(app)
    index.setup(app)
    agreement.setup(app)
    outdated.setup(app)
    exercise.setup(app)
    predict.setup(app)
    fold.setup(app)
    footnotes.setup(app)
    notation.setup(app)
    nobreak.setup(app)
    formulas.setup(app)
    assets.setup(app)
    social_card.setup(app)
    search.setup(app)
    launch_buttons.setup(app)
    notebooks.setup(app)
    deck_links.setup(app)
    colophon.setup(app)
    buttons.setup(app)
    joined.setup(app)
    if not handed_over:
        app.connect("build-finished", _finish)  # last, so that all others see only Sphinx's pages
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
