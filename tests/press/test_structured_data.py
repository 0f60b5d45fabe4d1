"""What the book says of itself to machines."""

from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from press import structured_data
from press.book import Book, PressError
from press.chapter import Chapter
from press.structured_data import element, of_page

from .conftest import ADD, ROOT
from .schema_org import described, faults

GOALS = (
    ":::{admonition} You will learn\n:class: dp-goals\n- to use `x`, as *one* may;\n- more.\n:::\n"
)


@pytest.fixture
def said(book: Book):
    """`said(page, settings)`: what a page of the small book says."""
    text = ADD.replace(":name: ex-add", ":name: ex-add\n:minutes: 7.5")
    book.page("part1/one").path.write_text(text.replace("# Page\n", f"# A `p`\n\n{GOALS}", 1))

    def said(docname: str, settings: str = "", address: bool = True) -> Any:
        ours = yaml.safe_load((ROOT / "_config.yml").read_text()) | {"title": "A <book>"}
        ours |= {"author": "Us", "html": {"baseurl": "https://example.org/b"} if address else {}}
        ours |= {"course": {}} | (yaml.safe_load(settings) or {})
        (book.root / "_config.yml").write_text(yaml.safe_dump(ours))
        chapters = [Chapter.read(book, page) for page in book.pages]
        executions = [SimpleNamespace(page=c.page, chapter=c) for c in chapters]
        edition: Any = SimpleNamespace(book=book, executions=executions)
        return of_page(edition, docname, "It says.")

    return said


@pytest.mark.parametrize("address", [True, False])
@pytest.mark.parametrize("name", ["index", "part1/index", "part1/one", "part1/two"])
def test_all_of_it_is_of_schema_org(said, name: str, address: bool) -> None:
    course = "course: {level: intermediate, prerequisites: [Python]}"
    text = element(said(f"book/{name}", course, address))
    (data,) = described(text)
    assert list(faults(data)) == []
    assert ("https://example.org/b/" in text) == address


def test_a_chapter_teaches_and_has_exercises_with_their_time(said) -> None:
    data = said("book/part1/one")
    assert data["@type"] == ["Chapter", "LearningResource"]
    assert (data["name"], data["position"]) == ("A p", "1.1")
    assert data["teaches"] == ["to use x, as one may", "more"]
    assert data["isPartOf"] == {
        "@type": "Book", "name": "A <book>", "@id": "https://example.org/b/book/index.html",
        "url": "https://example.org/b/book/index.html",
    }  # fmt: skip
    (exercise,) = data["hasPart"]
    assert exercise["timeRequired"] == "PT7M30S"
    assert exercise["url"].endswith("one.html#ex-add")
    assert "timeRequired" not in data


def test_the_first_page_is_the_book_and_that_of_a_part_a_course(said) -> None:
    book = said("book/index", "copyright: '2026'")
    assert (book["@type"], book["copyrightYear"]) == ("Book", 2026)
    assert [part["position"] for part in book["hasPart"]] == ["1", "1.1", "1.2"]
    course = said("book/part1/index", "course: {level: advanced, prerequisites: [Python]}")
    assert (course["@type"], course["coursePrerequisites"]) == ("Course", ["Python"])
    assert [part["name"] for part in course["hasPart"]] == ["A p", "part1/two"]
    assert said("book/end") == {}


def test_authors_are_those_of_the_citation(said, book: Book) -> None:
    assert said("book/index")["author"] == {"@type": "Organization", "name": "Us"}
    (book.root / "CITATION.cff").write_text(
        "authors:\n- {given-names: Ann, family-names: Roe, orcid: 'https://orcid.org/0'}\n"
        "- {name: A group, website: 'https://example.org'}\n"
    )
    data = said("book/index")
    assert data["author"] == [
        {"@type": "Person", "name": "Ann Roe", "sameAs": "https://orcid.org/0"},
        {"@type": "Organization", "name": "A group", "url": "https://example.org"},
    ]
    assert list(faults(described(element(data))[0])) == []


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("course: {levels: high}", "has the lines level, prerequisites, and no others"),
        ("course: [high]", "has the lines level"),
        ("course: {prerequisites: Python}", "is a list, not 'Python'"),
        ("course: {level: 3}", "is a text, not 3"),
    ],
)
def test_wrong_settings_are_named(said, settings: str, message: str) -> None:
    with pytest.raises(PressError, match=f"_config.yml: `course:.*{message}"):
        said("book/part1/index", settings)


def test_the_element_ends_where_it_should() -> None:
    text = element({"name": "</script><b>"})
    assert text.count("</script>") == 1
    assert described(text)[0]["name"] == "</script><b>"


def test_faults_are_found() -> None:
    data = {
        "@context": "https://schema.org", "@type": "Book", "pages": 3, "position": True,
        "isPartOf": {"@type": "Person", "name": "x", "@id": "here"}, "author": {"@type": "Boat"},
    }  # fmt: skip
    found = list(faults(data))
    for part in ("no pages", "True is none of", "['Person'] is none of", "no address", "Boat"):
        assert any(part in fault for fault in found), part
    assert structured_data._duration(90) == "PT90M"
