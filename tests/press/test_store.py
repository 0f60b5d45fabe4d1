"""The output store: names, exercises, and outputs that it refuses."""

import nbformat
import pytest

from diffprog.show import EXERCISE, FIGURE, NUMBER
from press.book import PressError
from press.chapter import Chapter
from press.run.cache import Execution
from press.store import Entry, Store, collect

from .conftest import ADD

ALT = "A line that rises from the lower left to the upper right."
FIGURE_OPTIONS = {"figure": {"name": "fig-line", "caption": "A line."}, "image": {"alt": ALT}}


def execution(
    book, text: str, data: dict | None = None, options: dict | None = None, name="part1/one"
):
    page = book.page(name)
    page.path.write_text(text)
    chapter = Chapter.read(book, page)
    notebook = chapter.copy()
    cell = notebook.cells[1]
    cell.metadata["mystnb"] = nbformat.from_dict(options or {})
    if data is not None:
        cell.outputs = [nbformat.v4.new_output("display_data", data=data)]
    return Execution(chapter, notebook, book.root / "none.json", 0.0)


def cell(book, data, options=None, name="part1/one"):
    return execution(book, "# Page\n\n```{code-cell} ipython3\n1\n```\n", data, options, name)


def number(name):
    return {NUMBER: {"name": name, "text": "1", "value": 1}}


def test_a_figure_has_caption_text_and_bundle(book):
    (entry,) = collect([cell(book, {FIGURE: {"svg": "<svg/>"}}, FIGURE_OPTIONS)])
    assert (entry.name, entry.kind, entry.number) == ("fig-line", "figure", "")
    assert (entry.caption, entry.alt, entry.line) == ("A line.", ALT, 4)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "needs mystnb.figure.name"),
        ({"figure": "fig-line"}, r"^book/part1/one\.md:4: below mystnb stand figure and image"),
        ({"figure": {"name": 5, "caption": "A line."}}, "below these their texts"),
        ({"figure": {"name": "fig-line", "caption": None}}, "below these their texts"),
        ({**FIGURE_OPTIONS, "image": "A line."}, "below these their texts"),
        ({**FIGURE_OPTIONS, "image": {"alt": ["A line."]}}, "below these their texts"),
        ({"figure": {"name": "fig-line"}}, "mystnb.figure.caption"),
        ({"figure": FIGURE_OPTIONS["figure"]}, "needs alternative text"),
        ({**FIGURE_OPTIONS, "image": {"alt": "line.png"}}, "needs alternative text"),
        ({**FIGURE_OPTIONS, "image": {"alt": "x" * 40}}, "in over 40 characters"),
        ({"figure": {"name": "f", "caption": ALT}, "image": {"alt": ALT}}, "not its caption"),
    ],
)
def test_a_figure_without_name_caption_or_real_text_stops_the_build(book, options, message):
    with pytest.raises(PressError, match=message):
        collect([cell(book, {FIGURE: {"svg": "<svg/>"}}, options)])


def test_a_name_given_twice_stops_the_build(book):
    with pytest.raises(
        PressError, match=r"two\.md:4: the name 'n' is taken by book/part1/one\.md:4"
    ):
        collect([cell(book, number("n")), cell(book, number("n"), name="part1/two")])


def test_an_empty_bundle_stops_the_build(book):
    with pytest.raises(PressError, match="the output 'x' is empty"):
        Entry("x", "figure", "book/one", "1", 0, 1, {FIGURE: {}})


def test_an_exercise_is_stored_with_stub_and_solution(book):
    (entry,) = collect([execution(book, ADD)])
    data = entry.data[EXERCISE]
    assert (entry.name, entry.number, data["title"]) == ("ex-add", "1.1a", "Add two numbers")
    assert data["goal"] == "Write `add`."
    assert "return a + b" in data["solution"]
    assert "return a + b" not in data["stub"]
    assert "SOLUTION" not in data["solution"]


def test_the_store_gives_back_what_was_written(book):
    entries = collect([cell(book, number("n"))])
    Store(book.build, entries).write()
    store = Store(book.build)
    assert list(store) == ["n"]
    assert store["n"] == entries[0]
    with pytest.raises(PressError, match="nothing in the book is called 'm'"):
        store["m"]


def test_an_unchanged_entry_is_not_touched_and_a_gone_one_is_removed(book):
    entries = [e for name in ("a", "b") for e in collect([cell(book, number(name))])]
    folder = book.build / "outputs"
    Store(folder, entries).write()
    before = Store(folder).path("a").stat().st_mtime_ns
    Store(folder, entries[:1]).write()
    assert Store(folder).path("a").stat().st_mtime_ns == before
    assert list(Store(folder)) == ["a"]
    Store(folder, entries[1:]).write(partial=True)
    assert list(Store(folder)) == ["a", "b"]
