"""Sphinx's numbers and addresses are compared with those of decks, exercises and notebooks."""

from types import SimpleNamespace
from typing import Any

import pytest

from press.book import Book
from press.chapter import read_all
from press.edition import Edition, handed_over
from press.pages import agreement
from press.run.cache import Execution
from press.store import Store, collect

from ..conftest import ADD

NUMBERS = {"part1/index": [1], "part1/one": [1, 1], "part1/two": (1, 2)}
LABELS = {"ex-add": ("book/part1/one", "ex-add")}


@pytest.fixture
def complaints(book: Book, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What is said where Sphinx has these numbers and labels."""
    book.page("part1/one").path.write_text(ADD)
    executions = [Execution(c, c.copy(), c.page.path, 0.0) for c in read_all(book)]
    said: list[tuple[Any, str]] = []

    def warning(message: str, location: Any) -> None:
        said.append((location, message))

    monkeypatch.setattr(agreement, "LOGGER", SimpleNamespace(warning=warning))

    def complaints(
        numbers: dict[str, Any] = NUMBERS, labels: dict[str, Any] = LABELS, alone: bool = False
    ) -> list[tuple[Any, str]]:
        titles = {
            page.docname: {"secnumber": numbers[page.name]} if page.name in numbers else {}
            for page in book.pages
        }
        domain = SimpleNamespace(anonlabels=labels)
        env: Any = SimpleNamespace(titles=titles, get_domain=lambda name: domain)
        store = Store(book.build, collect(executions))
        with handed_over(Edition(book, executions, store, alone=alone)):
            agreement._check(SimpleNamespace(), env)  # type: ignore[arg-type]
        return said

    return complaints


def test_nothing_is_said_where_both_agree(complaints: Any) -> None:
    assert complaints() == []


@pytest.mark.parametrize("number", [[1, 2], ["I", 1], None, [1, 1, 1]])
def test_a_page_that_sphinx_counts_otherwise_is_named(complaints: Any, number: Any) -> None:
    ((place, message),) = complaints(NUMBERS | {"part1/one": number})
    assert place == "book/part1/one"
    assert "exercises and slides have '1.1': in _toc.yml, number parts by" in message


def test_a_chapter_built_alone_has_no_numbers_to_compare(complaints: Any) -> None:
    assert complaints({}, alone=True) == []


@pytest.mark.parametrize("label", [("book/part1/one", "id1"), ("book/part1/two", "ex-add"), None])
def test_an_address_that_is_another_s_is_named_with_its_line(complaints: Any, label: Any) -> None:
    ((place, message),) = complaints(labels={"ex-add": label} if label else {})
    assert place == ("book/part1/one", 12), "where its code begins"
    assert message.startswith("ex-add has the address #")
