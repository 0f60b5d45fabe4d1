"""All pages are written if something changed that they share."""

from types import SimpleNamespace
from typing import Any

import pytest
from docutils import nodes

from press.book import Book
from press.edition import Edition, handed_over
from press.pages import outdated
from press.store import Store

PAGES = ["book/end", "book/index", "book/references"]


@pytest.fixture
def env() -> Any:
    """Sphinx's environment of three pages, one of which lists the works cited."""
    cited = SimpleNamespace(bibliographies=[SimpleNamespace(docname="book/references")])
    return SimpleNamespace(
        found_docs=set(PAGES),
        get_domain=lambda name: cited,
        titles={"book/end": nodes.title("", "", nodes.Text("The end"))},
        longtitles={},
        tocs={},
        toc_secnumbers={"book/end": {"": (1,)}},
        toc_fignumbers={"book/end": {"figure": {"fig-a": (1,), "fig-b": (2,)}}},
        toctree_includes={"book/index": ["book/end"]},
        files_to_rebuild={},
        numbered_toctrees={"book/index"},
        domaindata={"std": {"labels": {"here": ("book/end", "here", "Here")}}},
    )


def written(book: Book, env: Any) -> list[str]:
    app: Any = SimpleNamespace(config=SimpleNamespace(root_doc="book/index"))
    with handed_over(Edition(book, [], Store.of(book))):
        return outdated._to_write(app, env)


def test_after_an_edit_of_prose_those_that_always_are(book: Book, env: Any) -> None:
    assert written(book, env) == PAGES
    assert written(book, env) == ["book/index", "book/references"]


def test_the_order_in_which_pages_were_read_does_not_count(book: Book, env: Any) -> None:
    written(book, env)
    numbers = env.toc_fignumbers["book/end"]["figure"]
    env.toc_fignumbers["book/end"]["figure"] = dict(reversed(numbers.items()))
    assert written(book, env) != PAGES


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("titles", {"book/end": nodes.title("", "", nodes.Text("An end"))}),
        ("toc_secnumbers", {"book/end": {"": (2,)}}),
        ("toc_fignumbers", {"book/end": {"figure": {"fig-a": (2,), "fig-b": (1,)}}}),
        ("toctree_includes", {"book/index": ["book/end", "book/references"]}),
        ("toctree_includes", {"book/index": ["book/references", "book/end"]}),
        ("domaindata", {"std": {"labels": {"here": ("book/end", "here", "There")}}}),
    ],
)
def test_all_where_a_title_a_number_or_a_label_is_another(
    book: Book, env: Any, name: str, value: Any
) -> None:
    written(book, env)
    setattr(env, name, value)
    assert written(book, env) == PAGES


def test_all_where_a_deck_has_another_title(book: Book, env: Any) -> None:
    """Each page of a part has a link to the part's deck."""
    deck = book.root / "book/slides/part1.md"
    deck.parent.mkdir()
    for title, pages in (("One", PAGES), ("One", PAGES[1:]), ("Two", PAGES)):
        deck.write_text(f"---\ntitle: {title}\ndescription: A deck.\n---\n\n# A deck\n")
        assert written(book, env) == pages


def test_objects_are_compared_by_what_they_hold() -> None:
    class Kept:
        def __init__(self, text: str) -> None:
            self.text = text

    one, two, other = Kept("a"), Kept("a"), Kept("b")
    assert outdated._plain([one]) == outdated._plain([two]) != outdated._plain([other])
