"""On the book itself: an edit in a library file executes exactly the chapters that run it."""

import shutil
from pathlib import Path

import pytest

from press.book import Book
from press.chapter import Chapter
from press.dependencies import key

from ..conftest import ROOT

# By hand: which chapters run what is in a file, directly or through another module.
USERS: dict[str, set[str]] = {
    "diffprog/loops/gauss_newton.py": {
        "part1/optimizers", "part1/uncertainty", "part3/identifiability",
    },
    "diffprog/relaxations/cuts.py": {
        "part2/step", "part2/sharpness", "part2/objective", "part2/many", "part2/estimators",
    },
    "diffprog/relaxations/estimators.py": {"part2/estimators"},
    "diffprog/simulator/pitching.py": {"part3/network", "part3/identifiability"},
    "diffprog/autodiff/graph.py": {"part1/backward"},
    "diffprog/exercises/simulator.py": {"part1/simulator"},
    "diffprog/exercises/gradient.py": {"part1/gradient"},
    "diffprog/exercises/backward.py": {"part1/backward"},
    "diffprog/exercises/curvature.py": {"part1/curvature"},
    "diffprog/exercises/optimizers.py": {"part1/optimizers"},
    "diffprog/exercises/uncertainty.py": {"part1/uncertainty"},
    "diffprog/inference/profiles.py": {"part1/uncertainty"},
    "diffprog/figures/assets/figures.css": set(),
}  # fmt: skip


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The book's sources, to be edited."""
    root = tmp_path_factory.mktemp("copy")
    for name in ("book", "code"):
        shutil.copytree(ROOT / name, root / name)
    for name in ("_config.yml", "_toc.yml", "requirements.txt"):
        shutil.copy(ROOT / name, root)
    return Book(root)


def keys(book: Book) -> dict[str, str]:
    """Chapter → the key of what it gives."""
    return {page.name: key(Chapter.read(book, page).inputs) for page in book.pages}


@pytest.mark.parametrize("name", USERS)
def test_an_edit_in_a_library_file_executes_exactly_its_chapters(copy: Book, name: str) -> None:
    before, path = keys(copy), Path(copy.code, name)
    original = path.read_text()
    path.write_text(original + "\n")
    after = keys(copy)
    path.write_text(original)
    assert {chapter for chapter in before if before[chapter] != after[chapter]} == USERS[name]
