"""Links from pages to decks: the role `deck`, a chapter's first slide, and its part's deck."""

from __future__ import annotations

import html
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

from .. import edition
from ..book import DECKS, Page, PressError
from ..edition import Edition
from ..slides.deck import heads
from ..slides.launch_address import chapter_address
from ..slides.slide import Deck
from ..translation import _
from .site_only import is_site

__all__ = ["first_slide", "setup"]


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
        target = _address(deck, self.env.docname)
        return [nodes.reference("", deck.title, refuri=target, internal=True)], []


def _present(
    app: Sphinx,
    pagename: str,
    template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Offer a part's deck at the end of each of its pages; not where one chapter is built alone."""
    if doctree is None or not is_site(app):
        return
    for deck in _decks(edition.current(), pagename):
        shown, printed = _("Present this part"), _("To print, or save as PDF:")
        context["body"] += (
            f'<p class="dp-present"><a href="{_address(deck, pagename)}">{shown}</a>'
            f": {_('slides for class')}, {html.escape(deck.title)}. {printed}"
            f' <a href="{_address(deck, pagename)}?print-pdf">{_("slides")}</a>,'
            f' <a href="{_address(deck, pagename, "-handout")}">{_("handout")}</a></p>\n'
        )


def first_slide(edition: Edition, page: Page) -> str:
    """Return the address of the chapter's first slide, seen from its page; empty without a deck."""
    decks = _decks(edition, page.docname)
    return f"{_address(decks[0], page.docname)}#{chapter_address(page)}" if decks else ""


def _decks(edition: Edition, docname: str) -> list[Deck]:
    """Return the decks of the page's part; none if one chapter is built alone, without decks."""
    decks = [] if edition.alone else heads(edition.book)
    return [deck for deck in decks if deck.part and docname.startswith(f"book/{deck.part}/")]


def _address(deck: Deck, docname: str, kind: str = "") -> str:
    return f"{'../' * docname.count('/')}slides/{deck.name}{kind}.html"


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_role("deck", DeckRole())
    app.connect("html-page-context", _present)
