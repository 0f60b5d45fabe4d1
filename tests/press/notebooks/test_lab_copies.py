"""`make lab`: the copies of the notebooks are renewed, and a reader's work in them is safe."""

import hashlib
import json
import os
import subprocess
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook, writes

from press.book import Book, PressError
from press.notebooks import lab

from ...conftest import ROOT

ONE = "student/one.ipynb"


@pytest.fixture
def book(tmp_path: Path) -> Book:
    write(tmp_path, "one", "x = 1", "def f(x):\n    raise NotImplementedError")
    write(tmp_path, "two", "y = 2")
    return Book(tmp_path)


def write(root: Path, name: str, *sources: str) -> None:
    """A notebook, as the press writes it."""
    path = root / "_build/html/notebooks/student" / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = [new_code_cell(s, id=f"{name}-{i:03d}") for i, s in enumerate(sources)]
    path.write_text(writes(new_notebook(cells=cells), sort_keys=True) + "\n", encoding="utf-8")


def built(book: Book, name: str = ONE) -> bytes:
    return (book.root / "_build/html/notebooks" / name).read_bytes()


def sources(path: Path) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(path.read_bytes())["cells"]]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def mine(book: Book) -> Path:
    """A copy in which the reader has done the exercise."""
    folder, said = lab.copy(book)
    assert said == []
    edit(folder / ONE, "raise NotImplementedError", "return 2 * x")
    return folder / ONE


ANSWER = "def f(x):\n    return 2 * x"


def test_cells_that_were_not_edited_follow_the_book(book, mine):
    write(book.root, "one", "x = 1.5", "print(x)", "def f(x):\n    raise NotImplementedError")
    write(book.root, "two", "y = 2.5")
    assert lab.copy(book)[1] == []
    assert sources(mine) == ["x = 1.5", "print(x)", ANSWER]
    assert (mine.parent / "two.ipynb").read_bytes() == built(book, "student/two.ipynb")


def test_where_both_changed_a_cell_the_reader_s_stays_and_one_sentence_says_so(book, mine):
    write(book.root, "one", "x = 1", "def f(x):\n    # of any shape\n    raise NotImplementedError")
    (sentence,) = lab.copy(book)[1]
    assert sentence == (
        "notebooks/student/one.ipynb: cell 2 (def f(x):) was changed by you and by the book:"
        " yours stays, the book's is in _build/html/notebooks/student/one.ipynb"
    )
    assert sources(mine) == ["x = 1", ANSWER]
    assert lab.copy(book)[1] == [], "it is said once"
    write(book.root, "one", "x = 7", "def f(x):\n    # of any shape\n    raise NotImplementedError")
    assert lab.copy(book)[1] == []
    assert sources(mine) == ["x = 7", ANSWER]


def test_a_notebook_that_was_deleted_comes_anew(book, mine):
    mine.unlink()
    lab.copy(book)
    assert mine.read_bytes() == built(book)


def test_an_older_copy_that_is_put_back_is_renewed_from_what_it_was(book, mine):
    older = mine.read_bytes()
    write(book.root, "one", "print('new')", "x = 1", "def f(x):\n    raise NotImplementedError")
    lab.copy(book)
    mine.write_bytes(older)
    assert lab.copy(book)[1] == []
    assert sources(mine) == ["print('new')", "x = 1", ANSWER]


@pytest.mark.parametrize(
    "content", ["my work", "[]", '{"cells": [1]}', '{"nbformat": 3}', "\ud800"]
)
def test_what_is_no_notebook_is_left_alone_with_a_sentence(book, mine, content):
    mine.write_bytes(content.encode(errors="surrogatepass"))
    before = mine.read_bytes()
    assert lab.copy(book)[1] == [], "while there is nothing new"
    write(book.root, "one", "x = 2")
    said = [f"notebooks/{ONE}: it cannot be read as a notebook and stays as it is"]
    assert lab.copy(book)[1] == said
    assert mine.read_bytes() == before


def test_half_of_a_pair_of_surrogates_in_an_output_survives(book, mine):
    edit(mine, "return 2 * x", r"return '\\ud83d', '\ud83d'")
    was = sources(mine)[1]
    write(book.root, "one", "x = 3", "def f(x):\n    raise NotImplementedError")
    assert lab.copy(book)[1] == []
    assert sources(mine) == ["x = 3", was]


def test_the_lab_needs_a_built_book(tmp_path):
    with pytest.raises(PressError, match="run `make book` first"):
        lab.copy(Book(tmp_path))


@pytest.mark.parametrize("place", ["one.ipynb", "two.ipynb", ".copied.json"])
def test_a_copy_that_was_stopped_goes_on_and_loses_nothing(book, mine, monkeypatch, place):
    """Stop just before this file is put in place, once in the first run and once in the second."""

    def stopped(source, target):
        if Path(target).name == place:
            raise KeyboardInterrupt
        replace(source, target)

    replace = os.replace
    monkeypatch.setattr(os, "replace", stopped)
    write(book.root, "one", "x = 1", "print(x)", "def f(x):\n    raise NotImplementedError")
    write(book.root, "two", "y = 2.5")
    with pytest.raises(KeyboardInterrupt):
        lab.copy(book)
    monkeypatch.setattr(os, "replace", replace)
    assert lab.copy(book)[1] == []
    assert sources(mine) == ["x = 1", "print(x)", ANSWER]
    assert (mine.parent / "two.ipynb").read_bytes() == built(book, "student/two.ipynb")


@pytest.mark.parametrize("record", ['{"student/one.ip', "[]", '{"student/one.ipynb": [1]}', None])
def test_without_its_record_the_lab_takes_all_for_the_reader_s_work(book, mine, record):
    path = mine.parents[1] / ".copied.json"
    path.unlink() if record is None else path.write_text(record)
    write(book.root, "one", "x = 4")
    kept = [f"notebooks/{ONE}: it is yours and stays; delete it to get the book's new one"]
    assert lab.copy(book)[1] == kept
    assert sources(mine) == ["x = 1", ANSWER]


def test_the_record_of_the_first_edition_has_digests_only(book):
    """A copy with that digest is renewed; an edited copy is renewed only by the next book."""
    folder = book.root / "notebooks"
    digests = {}
    for name in (ONE, "student/two.ipynb"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(built(book, name))
        digests[name] = hashlib.sha256(built(book, name)).hexdigest()
    (folder / ".copied.json").write_text(json.dumps(digests))
    edit(folder / ONE, "raise NotImplementedError", "return 2 * x")
    write(book.root, "two", "y = 2.5")
    assert lab.copy(book)[1] == []
    assert (folder / "student/two.ipynb").read_bytes() == built(book, "student/two.ipynb")
    # The book has not changed this notebook since, so its cells are in the record from now on.
    write(book.root, "one", "x = 1.5", "def f(x):\n    raise NotImplementedError")
    assert lab.copy(book)[1] == []
    assert sources(folder / ONE) == ["x = 1.5", ANSWER]


def test_an_edited_copy_of_the_first_edition_stays_whole(book, mine):
    digests = {ONE: hashlib.sha256(built(book)).hexdigest()}
    (mine.parents[1] / ".copied.json").write_text(json.dumps(digests))
    write(book.root, "one", "x = 1.5", "def f(x):\n    raise NotImplementedError")
    kept = [f"notebooks/{ONE}: it is yours and stays; delete it to get the book's new one"]
    assert lab.copy(book)[1] == kept
    assert sources(mine) == ["x = 1", ANSWER]


@pytest.mark.parametrize("root", [True, False])
def test_the_lab_opens_the_book_s_first_page(book, monkeypatch, root):
    """JupyterLab refuses to run as root, as in many containers, unless an option allows it."""
    commands = []
    monkeypatch.setattr(subprocess, "run", lambda command: commands.append(command) or Done())  # type: ignore[func-returns-value]
    monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000, raising=False)
    assert lab.open_lab(book) == 0
    assert f"--ServerApp.root_dir={book.root / 'notebooks'}" in commands[0]
    assert "--LabApp.default_url=/lab/tree/student/index.ipynb" in commands[0]
    assert ("--allow-root" in commands[0]) == root
    assert (ROOT / "book/index.md").exists(), "and that page there is"


class Done:
    returncode = 0
