"""The manifest of sources and of the last build, and the lock for one build at a time."""

import json
import shutil
import threading

import pytest
from filelock import FileLock

from press import files, manifest
from press.book import Book
from press.cache_key import imports, library_files
from press.colophon import STAMP


@pytest.fixture
def built(book: Book) -> Book:
    """A book that was built, according to its manifest."""
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
    (built.root / name).write_text(
        "title: Another book\n" if name == "_config.yml" else "# other\n"
    )
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


@pytest.fixture
def made(book: Book) -> Book:
    """A book with a site, a store, a cache and what Sphinx has read, as a build leaves them."""
    for name in ("html/a.html", "outputs/n.json", "executed/one-1.json", "sphinx/env"):
        files.write(book.build / name, name)
    manifest.finished(book, manifest.sources(book))
    return book


def test_a_finished_build_is_current(made: Book) -> None:
    assert manifest.is_current(made)
    assert set(manifest.read(made)) == {"sources", "outputs", "kept", "reading"}
    assert set(manifest.sources(made)) >= {
        *("_config.yml", "_toc.yml", "book/end.md", "code/toylib/low.py"),
        *("Python", "repository"),
    }
    assert not any(name.startswith("_build") for name in manifest.sources(made))


def test_a_site_that_names_its_commit_is_current(made: Book) -> None:
    files.write(made.build / "html" / STAMP, "// a commit")
    assert manifest.is_current(made)


@pytest.mark.parametrize(
    "name",
    [
        *("_toc.yml", "book/end.md", "book/new.md", "code/toylib/low.py"),
        *("_build/html/a.html", "_build/outputs/n.json", "_build/executed/one-1.json"),
        "_build/html/stray.html",
    ],
)
def test_after_any_change_it_is_not(made: Book, name: str) -> None:
    files.write(made.root / name, "Other words")
    assert not manifest.is_current(made)


def test_before_the_first_build_and_without_a_good_record_nothing_is_current(
    book: Book, made: Book
) -> None:
    for text in ("", "[1]", '{"sources": '):
        (book.build / "manifest.json").write_text(text)
        assert manifest.read(book) == {}
        assert not manifest.is_current(book)
    (book.build / "manifest.json").unlink()
    assert not manifest.is_current(book)


def reading(book: Book) -> bool:
    return (book.build / "sphinx").exists()


def test_what_sphinx_has_read_is_kept_where_it_can_be_trusted(made: Book) -> None:
    files.write(made.root / "book/end.md", "Other words")
    assert plan(made).why == ""
    assert reading(made)


def test_what_a_build_left_that_did_not_end_is_read_again(made: Book) -> None:
    files.write(made.build / "sphinx/env", "half")
    assert "did not come to its end" in plan(made).why
    assert not reading(made)


def test_with_other_contents_all_is_read_again(made: Book) -> None:
    toc = made.root / "_toc.yml"
    toc.write_text(toc.read_text().replace("          - file: book/part1/one\n", ""))
    assert plan(made).why == "_toc.yml changed"
    assert not reading(made)


def test_where_files_were_edited_meanwhile_all_is_read_again(made: Book) -> None:
    manifest.finished(made, {})
    assert not manifest.is_current(made)
    why = plan(made).why
    assert why == "files were edited while the last build ran"
    assert not reading(made)


def test_where_nothing_was_read_there_is_nothing_to_say(made: Book) -> None:
    shutil.rmtree(made.build / "sphinx")
    assert plan(made).why == ""


def test_a_record_is_the_same_whatever_the_order(made: Book) -> None:
    path = made.build / "manifest.json"
    text = path.read_text()
    assert text == json.dumps(json.loads(text), indent=1, sort_keys=True)


def test_a_second_build_says_that_it_waits_and_waits(
    book: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    inside = threading.Event()

    def build() -> None:
        with manifest.lock(book.build):
            inside.set()

    with manifest.lock(book.build):
        second = threading.Thread(target=build)
        second.start()
        assert not inside.wait(0.3)
        assert "Another build is running in this checkout: waiting" in capsys.readouterr().out
    second.join(10)
    assert inside.is_set()
    assert FileLock(book.build / ".lock").acquire(timeout=0), "and it is free again"


def test_a_build_that_is_alone_says_nothing_of_it(
    book: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(KeyboardInterrupt), manifest.lock(book.build):
        raise KeyboardInterrupt
    with manifest.lock(book.build):
        assert capsys.readouterr().out == ""
