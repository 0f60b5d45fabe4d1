"""A new chapter and its slides build as they are, and its test passes."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from press.book import Book, PressError
from press.commands.new_chapter import begin

from ..small import ROOT, Small

TOC = """\
# The contents.
format: jb-book
root: book/index  # the first page
parts:
  - caption: Chapters
    numbered: 2
    chapters:
      - file: book/part1/index
        sections:
          # one chapter
          - file: book/part1/one
      - file: book/part2/index
  - caption: Appendix
    chapters:
      - file: book/references
"""
LISTED = {
    "part1/tape": """\
          - file: book/part1/one
          - file: book/part1/tape
      - file: book/part2/index
""",
    "part2/tape": """\
      - file: book/part2/index
        sections:
          - file: book/part2/tape
  - caption: Appendix
""",
    "part3/tape": """\
      - file: book/part2/index
      - file: book/part3/index
        sections:
          - file: book/part3/tape
  - caption: Appendix
""",
}


@pytest.fixture
def small(tmp_path: Path) -> Small:
    """A book with two parts, one chapter, one check, and no deck."""
    small = Small(tmp_path)
    for name in ("index", "part1/index", "part1/one", "part2/index", "references"):
        path = tmp_path / "book" / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"---\ndescription: A page.\n---\n\n# Page {name}\n")
    check = "code/diffprog/exercises/simulator.py"
    (tmp_path / check).parent.mkdir(parents=True)
    shutil.copy(ROOT / check, tmp_path / check)
    (tmp_path / "_toc.yml").write_text(TOC)
    return small


@pytest.fixture
def whole(small: Small) -> Small:
    """The same book with all that a build needs, such as the whole library."""
    ignore = shutil.ignore_patterns("__pycache__", ".ruff_cache")
    for name in ("book/assets", "code"):
        shutil.copytree(ROOT / name, small.root / name, ignore=ignore, dirs_exist_ok=True)
    for name in ("book/references.bib", "book/references.md", "_config.yml", "requirements.txt"):
        shutil.copy(ROOT / name, small.root / name)
    shutil.copy(ROOT / "pyproject.toml", small.root)
    return small


def text(small: Small) -> dict[str, bytes]:
    """Return the text of all files of the book and its tests."""
    folders = [small.root / name for name in ("book", "tests", "code/diffprog")]
    paths = [path for folder in folders for path in folder.rglob("*.??*") if path.is_file()]
    return {str(path): path.read_bytes() for path in [*paths, small.root / "_toc.yml"]}


def run(small: Small, *command: str) -> str:
    """Run a tool in the book's folder, with the book's own library, and return its output."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=small.root,
        env=os.environ | {"PYTHONPATH": str(small.root / "code")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_new_chapters_build_and_pass_as_they_are(whole):
    """Begin a chapter in a part without a deck, and one after it, and the same in a new part."""
    said = run(whole, "press", "new-chapter", "part1/soft_edges")
    assert said.splitlines()[:3] == [
        "book/part1/soft_edges.md",
        "code/diffprog/exercises/soft_edges.py",
        "tests/library/exercises/test_check_soft_edges.py",
    ]
    for name in ("part1/kite", "part6/wire"):
        run(whole, "press", "new-chapter", name)
    assert "Replace its text" in run(whole, "press", "new-chapter", "part6/last")
    run(whole, "ruff", "check", "code/diffprog/exercises", "tests")
    run(whole, "ruff", "format", "--check", "code/diffprog/exercises", "tests")
    assert "28 passed" in run(whole, "pytest", "-q", "-p", "no:cacheprovider", "tests")
    assert set(whole.good_build().executed) == {
        *("part1/soft_edges", "part1/kite", "part6/wire", "part6/last"),
    }
    assert (whole.root / "_build/html/slides/part6.html").exists()


@pytest.mark.parametrize("name", LISTED)
def test_the_contents_keep_their_order_and_their_comments(small, name):
    before = set((small.root / "_toc.yml").read_text().splitlines())
    begin(Book(small.root), name)
    after = (small.root / "_toc.yml").read_text()
    assert LISTED[name] in after
    assert before <= set(after.splitlines())
    assert f"book/{name}" in [page.docname for page in Book(small.root).pages]


def test_a_deck_of_the_part_gets_the_slides_at_its_end(small):
    deck = small.root / "book/slides/first.md"
    deck.parent.mkdir()
    head = "---\ntitle: First\ndescription: A deck.\npart: part1\n---\n\n# First\n"
    deck.write_text(head)
    begin(Book(small.root), "part1/tape")
    assert deck.read_text().startswith(head)
    assert ":::{show} fig-tape" in deck.read_text()
    assert [path.name for path in deck.parent.iterdir()] == ["first.md"]


def test_the_chapter_needs_the_one_before(small):
    begin(Book(small.root), "part3/tape")
    assert "**You need** [](../part2/index.md)" in (small.root / "book/part3/tape.md").read_text()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("tape", "give a part and a name, as in part4/tape"),
        ("part1/Tape", "in small letters"),
        ("part1/my tape", "in small letters"),
        ("part1/tape2", "in small letters"),
        ("../tape", "in small letters"),
        ("part1/" + "a" * 40, "at most 40 characters"),
        ("", "give a part and a name"),
        ("part1/random", "'random' has another meaning"),
        ("part1/lambda", "'lambda' has another meaning"),
        ("part1/index", "'index' has another meaning"),
        ("slides/tape", "'slides' has another meaning"),
        ("part1/one", "book/part1/one.md exists already"),
        ("part3/simulator", "code/diffprog/exercises/simulator.py exists already"),
    ],
)
def test_a_name_that_is_taken_or_cannot_be_one_is_refused_and_nothing_written(
    small, name, sentence
):
    before = text(small)
    with pytest.raises(PressError, match=sentence):
        begin(Book(small.root), name)
    assert text(small) == before


def test_contents_of_another_form_are_left_alone(small):
    (small.root / "_toc.yml").write_text("format: jb-book\nroot: book/index\n")
    before = text(small)
    with pytest.raises(PressError, match=r"list book/part4/index, book/part4/tape in it by hand"):
        begin(Book(small.root), "part4/tape")
    assert text(small) == before
