"""The slides that the build makes: the agenda at the start of each chapter, and the references.

They take no minutes: the speaker goes on while they are shown.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pybtex.database import BibliographyDataError, Entry, parse_file
from pybtex.exceptions import PybtexError
from pybtex.richtext import Text

from ..book import PressError
from ..chapter import Chapter
from ..edition import Edition
from ..translation import current
from .markdown import Context, render
from .slide import Deck, Slide, labelled

__all__ = ["framed"]


def framed(edition: Edition, deck: Deck) -> Deck:
    """Return the deck with its agenda, if it is of one part, and with its references, if any."""
    context = Context(edition, deck.path)
    if deck.part:
        deck.slides = list(_with_agenda(context, deck.slides))
    if deck.references:
        deck.slides.append(_references(context, deck))
    return deck


def _with_agenda(context: Context, slides: list[Slide]) -> Iterator[Slide]:
    known = {chapter.page.name: chapter for chapter in map(_numbered, slides) if chapter}
    before: Chapter | None = None
    for slide in slides:
        chapter = _numbered(slide)
        if chapter is not None and chapter is not before:
            yield _agenda(context, [*known.values()], chapter, slide.line)
        before = chapter or before
        yield slide


def _numbered(slide: Slide) -> Chapter | None:
    """Return the chapter of a slide, but not the page of a whole part."""
    return slide.chapter if slide.chapter and "." in slide.chapter.page.number else None


def _agenda(context: Context, chapters: list[Chapter], here: Chapter, line: int) -> Slide:
    slide = Slide(_name(here), 2, line, layout="agenda", chapter=here)
    items = []
    for chapter in chapters:
        mark = ' class="here" aria-current="step"' if chapter is here else ""
        items.append(f"<li{mark}>{_name(chapter)}</li>")
    slide.text = f"<ul>{''.join(items)}</ul>"
    goals = "\n".join(f"- {goal}" for goal in here.goals)
    said = f"**Say** In this chapter you will learn:\n\n{goals}"
    slide.notes = labelled(render(said, context))
    return slide


def _name(chapter: Chapter) -> str:
    return html.escape(f"{chapter.page.number} {current().text(chapter.title)}")


def _references(context: Context, deck: Deck) -> Slide:
    last = deck.slides[-1]
    slide = Slide("References", 2, last.line, layout="references", chapter=last.chapter)
    files = context.edition.book.config.get("bibtex_bibfiles") or []
    known = _entries(*(context.edition.book.root / name for name in files))
    items = []
    for key in deck.references:
        if key not in known:
            context.line = 1
            context.fail(f"`references:` has {key!r}, which no bibliography of _config.yml has")
        items.append(f"<li>{_cited(known[key])}</li>")
    slide.text = f"<ul>{''.join(items)}</ul>"
    said = "**If asked** The end of each chapter says more of its sources."
    slide.notes = labelled(render(said, context))
    return slide


@cache
def _entries(*paths: Path) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    for path in paths:
        try:
            entries |= parse_file(str(path)).entries
        except (PybtexError, BibliographyDataError) as error:
            raise PressError(f"{path.name}: {error}") from error
    return entries


def _cited(entry: Entry) -> str:
    """Return authors, year and title as HTML."""
    authors = entry.persons.get("author", [])
    names = [" ".join(map(str, a.rich_prelast_names + a.rich_last_names)) for a in authors]
    shown = names[0] + " and others" if len(names) > 2 else " and ".join(names)
    title = html.escape(str(Text.from_latex(entry.fields["title"])))
    return f"{html.escape(shown)}, {entry.fields['year']}: <em>{title}</em>"
