"""What a chapter's outputs depend on, and what they do not."""

from pathlib import Path

import pytest

from _press import fresh
from _press.book import PressError
from _press.chapter import closure, inputs, key, parse, read

CELL = "```{code-cell} ipython3\n:tags: [hide-input]\n\nfrom toylib import high\nhigh.TWO\n```\n"
TEXT = f"---\ndescription: A.\n---\n\n# Title\n\nProse.\n\n{CELL}"


def names(paths: set[Path]) -> set[str]:
    return {path.name for path in paths}


def test_closure_follows_imports_through_the_library(book):
    assert names(closure(["from toylib import high"], book.code)) == {
        "__init__.py",
        "high.py",
        "low.py",
    }
    assert names(closure(["import toylib.low as low"], book.code)) == {"__init__.py", "low.py"}
    assert names(closure(["from toylib.other import ONE"], book.code)) == {
        "__init__.py",
        "other.py",
        "low.py",
    }


def test_closure_ignores_other_packages_and_magics(book):
    assert closure(["import numpy as np", "%timeit 1", "!ls"], book.code) == set()


@pytest.mark.parametrize(
    "edited",
    [
        TEXT.replace("Prose.", "Other prose."),
        TEXT.replace("hide-input", "remove-input"),
        TEXT.replace("description: A.", "description: B."),
        TEXT.replace("# Title", "# Another title"),
    ],
)
def test_prose_and_options_are_not_in_the_key(book, edited):
    assert edited != TEXT
    assert key(inputs(parse(edited), book.root)) == key(inputs(parse(TEXT), book.root))


def test_code_is_in_the_key(book):
    edited = parse(TEXT.replace("high.TWO", "high.TWO + 1"))
    assert key(inputs(edited, book.root)) != key(inputs(parse(TEXT), book.root))


@pytest.mark.parametrize(("name", "counts"), [("high", True), ("low", True), ("other", False)])
def test_library_files_count_where_they_are_imported(book, name, counts):
    before = key(inputs(parse(TEXT), book.root))
    path = book.code / "toylib" / f"{name}.py"
    path.write_text(path.read_text() + "# edited\n")
    assert (key(inputs(parse(TEXT), book.root)) != before) == counts


def test_the_locked_versions_are_in_the_key(book):
    before = key(inputs(parse(TEXT), book.root))
    (book.root / "requirements.txt").write_text("torch==2.13.0\n")
    assert key(inputs(parse(TEXT), book.root)) != before


def test_when_versions_change_all_pages_are_read_again(book):
    """What they are rendered with may have changed, even where nothing is executed."""
    before = fresh._press(book)
    (book.root / "requirements.txt").write_text("torch==2.13.0\n")
    assert fresh._press(book) != before


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("description: A.", "description: A: b", r"^book/part1/one\.md: Notebook metadata: .+"),
        (":tags: [hide-input]", ":tags: [hide", r"^book/part1/one\.md: Code cell 1 at line 9 .+"),
        ("hide-input", "raises-exception", r"^book/part1/one\.md:10: .+ raises-exception away"),
        ("hide-input", "skip-execution", r"^book/part1/one\.md:10: .+ skip-execution away"),
    ],
)
def test_what_cannot_be_read_is_one_sentence_with_its_place(book, old, new, message):
    page = book.page("part1/one")
    assert old in TEXT
    page.path.write_text(TEXT.replace(old, new))
    with pytest.raises(PressError, match=message) as caught:
        read(page)
    assert "\n" not in str(caught.value)
