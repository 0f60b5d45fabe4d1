"""What the book says of itself to machines, in the terms of schema.org, as JSON-LD.

The first page describes the book, the first page of a part a course, a chapter a resource to learn
from, and a deck its slides. All of it is said in the book too. Exercises and decks state minutes;
a chapter states none, because the time that its readers take has not been measured.

Addresses are whole, so they are left out where `html: baseurl` does not say where the book is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import yaml

from . import found
from .book import Book, Page, PressError
from .chapter import Chapter, Exercise
from .colophon import CC_BY, Colophon
from .edition import Edition

if TYPE_CHECKING:
    from .slides.slide import Deck

__all__ = ["element", "of_deck", "of_page"]

MIT = "https://opensource.org/license/mit"
KEYS = {"level": str, "prerequisites": list}
"""What `course:` in the settings may say."""

Data = dict[str, Any]


def element(data: Data) -> str:
    """Return the element that carries the data; it is no script, so that policies allow it."""
    text = json.dumps({"@context": "https://schema.org"} | data, ensure_ascii=False,
                      separators=(",", ":")).replace("<", "\\u003c")  # fmt: skip
    return f'<script type="application/ld+json">{text}</script>'


def of_page(edition: Edition, docname: str, description: str) -> Data:
    """Return what is said of a page, or {} for a page that is neither the first nor numbered."""
    book = edition.book
    known = {execution.page.docname: execution.chapter for execution in edition.executions}
    if docname not in known:
        return {}
    chapter = known[docname]
    page = chapter.page
    about = {"name": _plain(chapter.title), "description": description}
    where = _at(book, f"{docname}.html")
    chapters = [known[page.docname] for page in book.pages if page.docname in known]
    below = [one for one in chapters if one.page.number.startswith(f"{page.number}.")]
    image = {"image": book.address + found.card(docname)} if book.address else {}
    if page == book.landing:
        top = [one for one in chapters if one.page.number]
        parts = {"hasPart": [_listed(book, one) for one in top]}
        return about | image | _book(book) | parts
    if not page.number:
        return {}
    ours = (
        where | about | image | _shared(book) | {"position": page.number, "isPartOf": _title(book)}
    )
    if below:
        parts = {"hasPart": [_listed(book, one) for one in below]}
        return {"@type": "Course", "provider": ours["author"]} | ours | _prerequisites(book) | parts
    kinds = {"@type": ["Chapter", "LearningResource"], "learningResourceType": "chapter"}
    parts = {"hasPart": [_exercise(book, page, one) for one in chapter.exercises]}
    teaches = {"teaches": [_plain(goal) for goal in chapter.goals]}
    return kinds | ours | {key: value for key, value in (teaches | parts).items() if value}


def of_deck(edition: Edition, deck: Deck) -> Data:
    """Return what is said of a deck, which belongs to the course of its part, or to the book."""
    book = edition.book
    whole = _title(book)
    for execution in edition.executions:
        if deck.part and execution.page.docname == f"book/{deck.part}/index":
            whole = _listed(book, execution.chapter) | {"@type": "Course"}
    return {
        "@type": ["PresentationDigitalDocument", "LearningResource"],
        "name": deck.title,
        "description": deck.description,
        "learningResourceType": "slides",
        "timeRequired": _duration(deck.minutes),
        "isPartOf": whole,
    } | _at(book, f"slides/{deck.name}.html") | _shared(book)  # fmt: skip


def _book(book: Book) -> Data:
    ours, cited = Colophon.of(book), _cited(book)
    said = {
        "bookFormat": "https://schema.org/EBook",
        "learningResourceType": "textbook",
        "bookEdition": ours.version,
        "copyrightYear": int(ours.year) if ours.year.isdigit() else 0,
        "keywords": [str(word) for word in cited.get("keywords") or ()],
    }
    shared = _shared(book) | {"license": [CC_BY, MIT]}
    known = {key: value for key, value in said.items() if value}
    return _title(book) | known | shared | {"copyrightHolder": shared["author"]}


def _title(book: Book) -> Data:
    """Return the book as a part of it names it."""
    named = {"@type": "Book", "name": str(book.config.get("title") or "")}
    return named | _at(book, f"{book.landing.docname}.html")


def _at(book: Book, path: str) -> Data:
    """Return the address by which all pages mean the same thing."""
    address = book.address + path
    return {"@id": address, "url": address} if book.address else {}


def _listed(book: Book, chapter: Chapter) -> Data:
    named = {"@type": "Chapter", "name": _plain(chapter.title), "position": chapter.page.number}
    return named | _at(book, f"{chapter.page.docname}.html")


def _exercise(book: Book, page: Page, exercise: Exercise) -> Data:
    said = {"@type": "LearningResource", "learningResourceType": "exercise"}
    said |= {"name": _plain(exercise.title)}
    time = {"timeRequired": _duration(exercise.minutes)} if exercise.minutes else {}
    return said | time | _at(book, f"{page.docname}.html#{exercise.name}")


def _shared(book: Book) -> Data:
    """Return what holds for each part as for the whole."""
    authors = list(_authors(book))
    said: Data = {
        "author": authors[0] if len(authors) == 1 else authors,
        "license": CC_BY,
        "inLanguage": book.tongue,
        "isAccessibleForFree": True,
    }
    level = _course(book).get("level")
    return said | ({"educationalLevel": level} if level else {})


def _authors(book: Book) -> Iterator[Data]:
    """Yield the authors of CITATION.cff, or else the owner that the settings name."""
    for one in _cited(book).get("authors") or [{"name": Colophon.of(book).owner}]:
        person = " ".join(one[key] for key in ("given-names", "family-names") if key in one)
        said = {"@type": "Person" if person else "Organization", "name": person or one["name"]}
        links = {"url": one.get("website"), "sameAs": one.get("orcid")}
        yield said | {key: value for key, value in links.items() if value}


def _cited(book: Book) -> Data:
    path = book.root / "CITATION.cff"
    cited = yaml.safe_load(book.text(path)) if path.exists() else {}
    return cited if isinstance(cited, dict) else {}


def _prerequisites(book: Book) -> Data:
    needed = _course(book).get("prerequisites")
    return {"coursePrerequisites": needed} if needed else {}


def _course(book: Book) -> Data:
    """Return `course:` of the settings; raise PressError where it is not as documented."""
    said = book.config.get("course") or {}
    if not isinstance(said, dict) or not said.keys() <= KEYS.keys():
        raise PressError(f"_config.yml: `course:` has the lines {', '.join(KEYS)}, and no others")
    for key, value in said.items():
        if not isinstance(value, KEYS[key]):
            wanted = "a list" if KEYS[key] is list else "a text"
            raise PressError(f"_config.yml: `course: {key}:` is {wanted}, not {value!r}")
    return said


def _duration(minutes: float) -> str:
    """Return minutes as ISO 8601 writes them, `PT7M30S`."""
    whole, seconds = divmod(round(60 * minutes), 60)
    return f"PT{whole}M{f'{seconds}S' * bool(seconds)}"


def _plain(markdown: str) -> str:
    """Return the words of a line of Markdown, without the mark at the end of an item of a list."""
    text = re.sub(r"\{\w+\}`([^`<]*?)(?:\s*<[^>]*>)?`|\[([^\]]*)\]\([^)]*\)", r"\1\2", markdown)
    return re.sub(r"[`*$]", "", text).strip().rstrip(";.")
