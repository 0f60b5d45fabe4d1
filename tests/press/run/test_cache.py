"""Outputs of chapters are cached, found again and deleted; nothing is executed here."""

import json

import pytest
from nbformat.v4 import new_output

from press.book import Book
from press.chapter import Chapter, code_cells
from press.run.cache import Execution, cached, keep, last, prune, why


def read(book: Book, name: str = "part1/one") -> Chapter:
    return Chapter.read(book, book.page(name))


def found(book: Book, name: str = "part1/one") -> Execution:
    execution = cached(book, read(book, name))
    assert execution is not None
    return execution


def kept(book: Book, name: str = "part1/one") -> Execution:
    """Cache one text as the output of each cell of a chapter."""
    chapter = read(book, name)
    notebook = chapter.copy()
    cells = code_cells(notebook)
    for i, cell in enumerate(cells):
        cell.outputs = [new_output("stream", text=f"output {i}")]
    return keep(book, chapter, notebook, [0.25] * len(cells), "asked for")


def texts(execution: Execution) -> list[str]:
    return [cell.outputs[0].text for cell in code_cells(execution.notebook)]


def test_what_was_kept_is_found_with_its_seconds(book, write):
    write("part1/one", "1", "2")
    first = kept(book)
    again = found(book)
    assert (first.reason, again.reason) == ("asked for", "")
    assert texts(first) == texts(again) == ["output 0", "output 1"]
    assert [c.execution_count for c in code_cells(again.notebook)] == [1, 2]
    assert first.seconds == again.seconds == 0.5
    assert again.path.parent == book.root / "_build/executed"
    assert again.path.name.startswith("part1.one-")
    assert again.page == book.page("part1/one")


def test_a_page_without_cells_needs_no_execution(book):
    execution = found(book, "end")
    assert (execution.seconds, execution.reason, execution.path) == (0, "", execution.page.path)


def test_other_cells_are_not_in_the_cache_and_replace_what_was_kept(book, write):
    write("part1/one", "1")
    before = kept(book).path
    write("part1/one", "1 + 1")
    assert cached(book, read(book)) is None
    after = kept(book).path
    assert before != after
    assert list(after.parent.iterdir()) == [after]


def test_a_name_does_not_find_what_a_longer_one_gave(book, write):
    write("part1/one", "1")
    page = book.root / "book/part1/one-more.md"
    page.write_text((book.root / "book/part1/one.md").read_text())
    toc = book.root / "_toc.yml"
    toc.write_text(toc.read_text().replace("book/part1/two", "book/part1/one-more"))
    fresh = Book(book.root)
    more = kept(fresh, "part1/one-more")
    assert last(fresh, fresh.page("part1/one")) is None
    kept(fresh, "part1/one")
    assert more.path.exists()


def test_why_a_chapter_runs(book, write):
    write("part1/one", "from toylib import high")
    assert why(book, read(book)) == "not run before"
    execution = kept(book)
    write("part1/one", "from toylib import high\n1")
    assert why(book, read(book)) == "its cells changed"
    (book.code / "toylib/low.py").write_text("ONE = 3\n")
    assert why(book, read(book)) == "low.py, its cells changed"
    (book.code / "toylib/high.py").write_text("TWO = 3\n")
    assert why(book, read(book)) == "high.py, low.py, its cells changed"
    (book.root / "requirements.txt").write_text("torch==2\n")
    assert why(book, read(book)) == "high.py, low.py, 2 more changed"
    execution.path.write_text("{}")
    assert why(book, read(book)) == "its cache was damaged"


def test_the_last_execution_is_known_whatever_has_changed_since(book, write):
    write("part1/one", "1", "2")
    kept(book)
    write("part1/one", "3")
    known = last(book, book.page("part1/one"))
    assert known is not None
    assert known["seconds"] == [0.25, 0.25]
    assert last(book, book.page("part1/two")) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "",
        lambda text: "[]",
        lambda text: json.dumps({"outputs": [], "seconds": []}),
        lambda text: text.replace("output 0", "output 7"),
        lambda text: text.replace("0.25", "0.26"),
    ],
)
def test_what_is_damaged_is_as_good_as_none(book, write, damage):
    write("part1/one", "1")
    execution = kept(book)
    text = execution.path.read_text()
    assert damage(text) != text
    execution.path.write_text(damage(text))
    assert cached(book, execution.chapter) is None
    assert why(book, execution.chapter) == "its cache was damaged"


def test_what_no_page_of_the_book_gave_is_dropped(book, write):
    write("part1/one", "1")
    execution = kept(book)
    for name in ("gone-abc.json", "part1.one-abc.json.part"):
        (execution.path.parent / name).write_text("{}")
    prune(book)
    assert list(execution.path.parent.iterdir()) == [execution.path]
