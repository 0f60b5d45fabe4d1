"""Real builds of small books: which chapters run again, and that every page is up to date."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import rarely
from .small import ROOT, Small

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of clean builds."""
    return tmp_path_factory.mktemp("clean")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """A book that was built once from nothing; each edit below is made on top of the last."""
    small = Small(tmp_path_factory.mktemp("small"))
    small.create()
    assert set(small.good_build().executed) == {"one", "two", "three"}
    return small


def remove(small: Small) -> None:
    small.edit("_toc.yml", "      - file: book/three\n", "")
    (small.root / "book/three.md").unlink()


def image(small: Small) -> None:
    (small.root / "book/dot.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    small.edit("book/two.md", "two, which", "two, ![A dot](dot.svg) which")


def no_image(small: Small) -> None:
    if "![A dot]" not in (small.root / "book/two.md").read_text():
        image(small)
        small.good_build()
    small.edit("book/two.md", "![A dot](dot.svg)", "")


EDITS: dict[str, tuple[Callable[[Small], object], dict[str, str]]] = {
    "cell": (lambda s: s.edit("book/three.md", "x = 3", "x = 33"), {"three": "its cells changed"}),
    "number in another chapter": (
        lambda s: s.edit("book/one.md", "alone.ONE", "alone.ONE + 10"),
        {"one": "its cells changed"},
    ),
    "slide": (
        lambda s: s.edit("book/slides/deck.md", "Chapter one found", "The first chapter found"),
        {},
    ),
    "title": (lambda s: s.edit("book/two.md", "# Chapter two", "# Second chapter"), {}),
    "caption": (lambda s: s.edit("book/one.md", "A line.", "A straight line."), {}),
    "alternative text": (lambda s: s.edit("book/one.md", "A line that", "A thin line that"), {}),
    "library file of one": (
        lambda s: s.edit("code/toylib/alone.py", "TWO - 1", "TWO - 0.5"),
        {"one": "alone.py changed"},
    ),
    "library file of two": (
        lambda s: s.edit("code/toylib/both.py", "2", "4"),
        {"one": "both.py changed", "two": "both.py changed"},
    ),
    "library file of none": (lambda s: s.edit("code/toylib/unused.py", "3", "4"), {}),
    "requirements": (
        lambda s: s.edit("requirements.txt", "2.13.0", "2.13.1"),
        dict.fromkeys(("one", "two", "three"), "requirements.txt changed"),
    ),
    "image": (image, {}),
    "image that goes": (no_image, {}),
    "theme": (lambda s: s.configure(search_bar_text="Find"), {}),
    "bibliography": (lambda s: (s.root / "book/references.bib").write_text("% none\n"), {}),
    "order of chapters": (
        lambda s: s.edit(
            "_toc.yml", "book/one\n      - file: book/two", "book/two\n      - file: book/one"
        ),
        {},
    ),
    "removed chapter": (remove, {}),
}


ALIKE = {"cell", "alternative text", "library file of one", "image"}
"""Edits for `make test-all` only, since another one is almost the same."""
EXECUTED_AGAIN = {"library file of none", "removed chapter"}
"""Edits after which the clean build runs all chapters, instead of using their cached outputs.

They are enough: after each edit the test asserts which chapters run, and an output that is stale
stays stale until one of these comparisons.
"""


@pytest.mark.parametrize("kind", [rarely(it) if it in ALIKE else it for it in EDITS])
def test_an_edit_executes_what_depends_on_it_and_no_page_is_stale(built, elsewhere, kind):
    edit, expected = EDITS[kind]
    edit(built)
    assert built.good_build().executed == expected
    built.assert_clean(elsewhere, executed=kind not in EXECUTED_AGAIN)


def test_a_deck_shows_what_the_chapters_give_now(built, elsewhere):
    assert "1234" not in built.deck()
    library = built.root / "code/toylib/both.py"
    before = library.read_text()  # as other tests have left it
    library.write_text("TWO = 1234\n")
    built.good_build()
    assert "1234" in built.deck()
    assert "1234" in built.page("two")
    library.write_text(before)
    built.good_build()


def test_of_a_removed_chapter_nothing_is_left(built):
    left = [path.name for path in (built.root / "_build").rglob("*three*")]
    assert left == []


def test_a_file_put_back_with_its_old_time_is_noticed(built, elsewhere):
    path = built.root / "book/two.md"
    before = path.stat()
    built.edit("book/two.md", "which says", "which states")
    os.utime(path, (before.st_atime, before.st_mtime - 1000))
    assert built.good_build().executed == {}
    assert "which states" in built.page("two")
    built.assert_clean(elsewhere, executed=True)


def test_a_fresh_clone_with_the_cache_put_back_executes_nothing(built, tmp_path):
    clone = Small(tmp_path / "clone")
    shutil.copytree(
        built.root, clone.root, ignore=shutil.ignore_patterns("_build"), copy_function=shutil.copy
    )
    cache = "_build/executed"
    shutil.copytree(built.root / cache, clone.root / cache, copy_function=shutil.copy)
    assert clone.good_build().executed == {}
    assert clone.outputs == built.outputs


def test_jupyter_book_alone_gives_the_same_site(built, tmp_path):
    plain = Small(tmp_path / "plain")
    shutil.copytree(built.root, plain.root, ignore=shutil.ignore_patterns("_build"))
    paths = str(ROOT / "code")
    subprocess.run(
        [Path(sys.executable).with_name("jupyter-book"), "build", ".", "-W", "--keep-going"],
        cwd=plain.root,
        env=os.environ | {"PYTHONPATH": paths},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    assert plain.outputs == built.outputs


DAMAGES: dict[str, tuple[Callable[[Path], object], bool]] = {
    "truncated execution": (lambda b: truncate(next(b.glob("executed/one-*.json"))), True),
    "altered execution": (lambda b: alter(next(b.glob("executed/one-*.json"))), True),
    "missing executions": (lambda b: shutil.rmtree(b / "executed"), True),
    "truncated store": (lambda b: truncate(b / "outputs/n-one.json"), False),
    "missing store": (lambda b: shutil.rmtree(b / "outputs"), False),
    "truncated page": (lambda b: truncate(b / "html/book/one.html"), False),
    "missing site": (lambda b: shutil.rmtree(b / "html"), False),
    "truncated environment": (
        lambda b: noticed(b / "sphinx/doctrees/environment.pickle"), False,
    ),
    "truncated doctree": (
        lambda b: noticed(b / "sphinx/doctrees/book/one.doctree"), False,
    ),
    "corrupt manifest": (lambda b: (b / "manifest.json").write_text("[1"), False),
    "no build at all": (lambda b: shutil.rmtree(b), True),
}  # fmt: skip


DAMAGED_ALIKE = {
    *("altered execution", "missing executions", "missing store", "missing site"),
    "truncated doctree",
}
"""Damages for `make test-all` only."""


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def alter(path: Path) -> None:
    path.write_text(path.read_text().replace("vnd.diffprog", "vnd.diffprok"))


def noticed(read: Path) -> None:
    """Truncate what Sphinx has read, and edit a page, because Sphinx must run to notice."""
    truncate(read)
    path = read.parents[2 if read.suffix == ".pickle" else 3].parent / "book/two.md"
    path.write_text(path.read_text() + "\nMore.\n")


@pytest.fixture
def tidy(built: Small) -> Small:
    """The book after a build that succeeded."""
    built.good_build()
    return built


@pytest.mark.parametrize("kind", [rarely(it) if it in DAMAGED_ALIKE else it for it in DAMAGES])
def test_what_is_damaged_is_made_again(tidy, elsewhere, kind):
    damage, executes = DAMAGES[kind]
    damage(tidy.root / "_build")
    result = tidy.build()
    assert result.code == 0, result.output + result.errors
    assert "Traceback" not in result.errors
    assert bool(result.executed) == executes
    assert set(result.executed.values()) <= {"its cache was damaged", "not run before"}
    tidy.assert_clean(elsewhere, executed=not executes)
