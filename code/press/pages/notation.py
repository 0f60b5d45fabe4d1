"""The directive `notation`: the symbols that the chapters introduce, as a table."""

from __future__ import annotations

import os
from collections.abc import Sequence

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from .. import edition
from ..notation import Symbol, symbols
from ..translation import N_, _, current
from .table import table

__all__ = ["setup"]

SCRIPTS = ("latin", "greek", "other")
HEAD = (N_("Symbol"), N_("Meaning"), N_("From"))


def _script(argument: str) -> str:
    return directives.choice(argument, SCRIPTS)


class NotationDirective(SphinxDirective):
    """`{notation} greek`: a table of the Greek letters; likewise `latin`, and `other` for signs."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table, and note that the page depends on every chapter."""
        script = _script(self.arguments[0])
        found = list[Symbol]()
        self.titles = dict[str, str]()
        for execution in edition.current().executions:
            page = execution.page
            self.env.note_dependency(os.path.relpath(page.path, self.env.srcdir))
            title = current().text(execution.chapter.title)
            self.titles[page.docname] = f"{page.number} {title}".strip()
            found += [s for s in symbols(execution.chapter) if s.script == script]
        found.sort(key=lambda symbol: symbol.order)
        if not found:
            return [nodes.paragraph("", _("No chapter introduces one."))]
        return [table(tuple(map(_, HEAD)), map(self.row, found), classes=["dp-notation"])]

    def row(self, symbol: Symbol) -> tuple[Sequence[nodes.Node], ...]:
        """Return symbol, meaning, and a link to the chapter."""
        words, *_messages = self.state.inline_text(current().text(symbol.meaning), self.lineno)
        page = symbol.page.docname
        link = pending_xref(
            "", nodes.inline("", self.titles[page]), refdomain="std", reftype="doc",
            reftarget=f"/{page}", refexplicit=True, refwarn=True, refdoc=self.env.docname,
        )  # fmt: skip
        return [nodes.math("", symbol.latex)], words, [link]


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("notation", NotationDirective)
