"""What is known of the sources."""

import shutil

import pytest

from press import files, manifest
from press.book import Book
from press.dependencies import imports, library_files


@pytest.fixture
def built(book: Book) -> Book:
    """A book that was built, as far as the manifest knows."""
    for name in ("html/index.html", "sphinx/environment"):
        (book.build / name).parent.mkdir(parents=True)
        (book.build / name).write_text("made")
    (book.root / "book/slides").mkdir()
    manifest.finished(book, manifest.sources(book))
    return book


def plan(book: Book) -> manifest.Plan:
    return manifest.plan(book, manifest.sources(book))


def test_where_nothing_changed_all_is_kept(built):
    assert plan(built) == manifest.Plan("", frozenset(), built.build / "html")


@pytest.mark.parametrize(
    ("name", "everywhere"),
    [
        ("book/end.md", False),
        ("book/slides/deck.md", False),
        ("code/toylib/low.py", False),
        ("code/constraints.txt", True),
        ("requirements.txt", True),
        ("_config.yml", True),
        ("book/references.bib", True),
        ("book/assets/book.css", True),
    ],
)
def test_what_any_page_may_show_makes_sphinx_read_all_pages(built, name, everywhere):
    (built.root / name).parent.mkdir(exist_ok=True)
    (built.root / name).write_text("# other\n")
    found = plan(built)
    assert found.why == (f"{name} changed" if everywhere else "")
    assert (built.build / "sphinx").exists() != everywhere
    assert found.edited == ({"book/end"} if name == "book/end.md" else frozenset())


def test_another_press_makes_all_pages_anew(built, tmp_path, monkeypatch):
    shutil.copytree(manifest.PRESS / "slides", tmp_path / "press")
    monkeypatch.setattr(manifest, "SHOWN_BY", (tmp_path / "press",))
    manifest.finished(built, manifest.sources(built))
    assert plan(built).why == ""
    (tmp_path / "press/deck.py").write_text("")
    assert plan(built).why == "the press changed"


def test_all_that_the_press_imports_of_the_library_is_part_of_it():
    code = manifest.PRESS.parent
    sources = [path.read_text() for path in manifest.PRESS.rglob("*.py")]
    imported = {name for source in sources for name in imports(source, "") or ()}
    needed = library_files([f"import {n}" for n in imported if n.startswith("diffprog")], code)
    known = {path for place in manifest.SHOWN_BY for path in files.files(place)}
    modules = {path for path in needed - known if path.suffix == ".py"}
    assert modules == {code / "diffprog/__init__.py"}


def test_a_site_that_was_touched_is_not_gone_on_from(built):
    (built.build / "html/index.html").write_text("edited")
    assert plan(built).site is None
    assert plan(built).why == ""


def test_what_was_read_before_the_manifest_is_not_trusted(built):
    (built.build / "sphinx/environment").write_text("later")
    assert plan(built).why == "the last build did not come to its end, or was damaged"


def test_an_edit_that_is_taken_back_is_noticed(book: Book) -> None:
    path = book.root / "book/end.md"
    before, text = manifest.touched(book), path.read_text()
    assert manifest.touched(book) == before
    path.write_text("Other words")
    path.write_text(text)
    assert manifest.touched(book) != before


def test_a_file_that_vanishes_is_passed_over(book: Book) -> None:
    paths = [book.root / "_toc.yml", book.root / "book/4913"]
    assert list(files.digests(paths)) == paths[:1]
