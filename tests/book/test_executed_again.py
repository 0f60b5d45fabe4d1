"""On the book itself: an edit in a library file executes exactly the chapters that run it."""

import shutil
from pathlib import Path

import pytest

from press.book import Book
from press.cache_key import inputs, key
from press.chapter import Chapter

from ..conftest import ROOT

# By hand: which chapters run what is in a file, directly or through another module.
USERS: dict[str, set[str]] = {
    "diffprog/loops/gauss_newton.py": {
        "part1/optimizers", "part1/uncertainty", "part3/identifiability",
    },
    "diffprog/relaxations/cuts.py": {
        "part2/counting", "part2/step", "part2/sharpness", "part2/objective", "part2/many",
        "part2/estimators", "part4/tape", "part4/chaos", "part5/analysis", "part5/machines",
    },
    "diffprog/relaxations/estimators.py": {"part2/estimators", "part4/chaos"},
    "diffprog/simulator/pitching.py": {
        "part3/network", "part3/identifiability", "part4/tape", "part4/modes",
    },
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


BOOK = Book(ROOT)
CODE = {page.name: Chapter.read(BOOK, page).code for page in BOOK.pages}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """What the chapters run, to be edited."""
    root = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "code", root / "code")
    shutil.copy(ROOT / "requirements.txt", root)
    return Book(root)


@pytest.fixture(scope="module")
def before(copy: Book) -> dict[str, str]:
    return keys(copy)


def keys(book: Book) -> dict[str, str]:
    """Chapter → the key of what it gives."""
    return {name: key(inputs(code, book.root)) for name, code in CODE.items()}


@pytest.mark.parametrize("name", USERS)
def test_an_edit_in_a_library_file_executes_exactly_its_chapters(
    copy: Book, before: dict[str, str], name: str
) -> None:
    path = Path(copy.code, name)
    original = path.read_text()
    path.write_text(original + "\n")
    after = keys(copy)
    path.write_text(original)
    assert {chapter for chapter in before if before[chapter] != after[chapter]} == USERS[name]
