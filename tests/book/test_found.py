"""What search engines and other sites are told of the book, whose address is not known here."""

from typing import Any

import pytest

from press.book import Book

from ..conftest import ROOT
from ..press.schema_org import described, faults

BOOK = Book(ROOT)
NUMBERED = [page for page in BOOK.pages if page.number]
PARTS = [page for page in NUMBERED if "." not in page.number]
CHAPTERS = [page for page in NUMBERED if "." in page.number]
DECKS = sorted(path.stem for path in (ROOT / "book/slides").glob("*.md"))


@pytest.fixture(scope="module")
def said(build: Any):
    """What a file of the site says of itself to machines, in terms of schema.org."""

    def said(name: str) -> Any:
        (data,) = described((build.html / f"{name}.html").read_text(encoding="utf-8"))
        assert list(faults(dict(data))) == []
        return data

    return said


def test_the_first_page_describes_the_book(said):
    book = said(BOOK.landing.docname)
    assert book["@type"] == "Book"
    assert book["name"] == BOOK.config["title"]
    assert book["educationalLevel"] == "intermediate"
    assert {"author", "license", "inLanguage", "bookEdition", "keywords"} <= book.keys()
    assert [part["position"] for part in book["hasPart"]] == [page.number for page in NUMBERED]


@pytest.mark.parametrize("page", PARTS, ids=lambda page: page.name)
def test_a_part_is_a_course(said, page):
    course = said(page.docname)
    assert course["@type"] == "Course"
    assert {"provider", "description", "coursePrerequisites"} <= course.keys()
    assert all(part["position"].startswith(f"{page.number}.") for part in course["hasPart"])


@pytest.mark.parametrize("page", CHAPTERS, ids=lambda page: page.name)
def test_a_chapter_says_what_it_teaches_and_how_long_its_exercises_take(said, page):
    chapter = said(page.docname)
    assert "LearningResource" in chapter["@type"]
    assert len(chapter["teaches"]) == 3
    assert not any(mark in goal for goal in chapter["teaches"] for mark in "`*{$")
    assert chapter["hasPart"]
    assert any("timeRequired" in exercise for exercise in chapter["hasPart"])


@pytest.mark.parametrize("name", DECKS)
def test_a_deck_says_how_long_it_takes(said, name):
    deck = said(f"slides/{name}")
    assert deck["timeRequired"].startswith("PT")
    assert deck["isPartOf"]["@type"] == ("Book" if name == "book" else "Course")


def test_no_address_is_made_up(build):
    """Other sites need whole addresses, and the settings do not state where the book is."""
    for name in (*(page.docname for page in BOOK.pages), *(f"slides/{name}" for name in DECKS)):
        text = (build.html / f"{name}.html").read_text(encoding="utf-8")
        head = text.partition("</head>")[0]
        assert "og:image" not in head
        assert "og:url" not in head
        assert 'rel="canonical"' not in head
        assert 'name="description"' in head
        assert 'property="og:title"' in head
    assert not (build.html / "sitemap.xml").exists()
    assert not (build.html / "robots.txt").exists()
