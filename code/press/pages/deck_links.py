"""Links from pages to decks: the role `deck`, and a line at the end of each chapter."""

from __future__ import annotations

import html
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

from .. import edition
from ..book import DECKS, PressError
from ..slides.deck import heads

__all__ = ["setup"]


class DeckRole(SphinxRole):
    """``{deck}`part1` ``: a link to the deck in `book/slides/part1.md`, with its title."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link to a deck, and note that the page depends on the deck."""
        try:
            decks = heads(edition.current().book)
        except PressError as error:
            return [], [self.inliner.reporter.error(str(error), line=self.lineno)]
        deck = next((deck for deck in decks if deck.name == self.text), None)
        if deck is None:
            message = f"there is no deck {DECKS}/{self.text}.md"
            return [], [self.inliner.reporter.error(message, line=self.lineno)]
        self.env.note_dependency(f"{DECKS}/{deck.name}.md")
        up = "../" * self.env.docname.count("/")
        target = f"{up}slides/{deck.name}.html"
        return [nodes.reference("", deck.title, refuri=target, internal=True)], []


def _present(
    app: Sphinx,
    pagename: str,
    template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Link a part's deck at the end of each of its pages, unless one chapter is built alone."""
    if doctree is None or edition.current().alone:
        return
    for deck in heads(edition.current().book):
        if deck.part and pagename.startswith(f"book/{deck.part}/"):
            up = "../" * pagename.count("/")
            context["body"] += (
                f'<p class="dp-present"><a href="{up}slides/{deck.name}.html">Present this part</a>'
                f": slides for class, {html.escape(deck.title)}</p>\n"
            )


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_role("deck", DeckRole())
    app.connect("html-page-context", _present)
