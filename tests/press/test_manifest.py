"""What is known of the sources and of the last build, and one build at a time."""

import json
import shutil
import threading

import pytest
from filelock import FileLock

from press import files, manifest
from press.book import Book


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
def built(book: Book) -> Book:
    """A book with a site, a store, a cache and what Sphinx has read, as a build leaves them."""
    for name in ("html/a.html", "outputs/n.json", "executed/one-1.json", "sphinx/env"):
        files.write(book.build / name, name)
    manifest.finished(book, manifest.sources(book))
    return book


def test_a_finished_build_is_current(built: Book) -> None:
    assert manifest.is_current(built)
    assert set(manifest.read(built)) == {"sources", "outputs", "kept", "reading"}
    assert set(manifest.sources(built)) >= {
        *("_config.yml", "_toc.yml", "book/end.md", "code/toylib/low.py"),
        *("Python", "repository"),
    }
    assert not any(name.startswith("_build") for name in manifest.sources(built))


@pytest.mark.parametrize(
    "name",
    [
        *("_toc.yml", "book/end.md", "book/new.md", "code/toylib/low.py"),
        *("_build/html/a.html", "_build/outputs/n.json", "_build/executed/one-1.json"),
        "_build/html/stray.html",
    ],
)
def test_after_any_change_it_is_not(built: Book, name: str) -> None:
    files.write(built.root / name, "Other words")
    assert not manifest.is_current(built)


def test_before_the_first_build_and_without_a_good_record_nothing_is_current(
    book: Book, built: Book
) -> None:
    for text in ("", "[1]", '{"sources": '):
        (book.build / "manifest.json").write_text(text)
        assert manifest.read(book) == {}
        assert not manifest.is_current(book)
    (book.build / "manifest.json").unlink()
    assert not manifest.is_current(book)


def reading(book: Book) -> bool:
    return (book.build / "sphinx").exists()


def test_what_sphinx_has_read_is_kept_where_it_can_be_trusted(built: Book) -> None:
    files.write(built.root / "book/end.md", "Other words")
    assert manifest.check_reading(built, manifest.sources(built)) == ""
    assert reading(built)


def test_what_a_build_left_that_did_not_end_is_read_again(built: Book) -> None:
    files.write(built.build / "sphinx/env", "half")
    assert "did not come to its end" in manifest.check_reading(built, manifest.sources(built))
    assert not reading(built)


def test_with_other_contents_all_is_read_again(built: Book) -> None:
    toc = built.root / "_toc.yml"
    toc.write_text(toc.read_text().replace("book/part1/one", "book/part1/two"))
    assert manifest.check_reading(built, manifest.sources(built)) == "the contents changed"
    assert not reading(built)


def test_where_files_were_edited_meanwhile_all_is_read_again(built: Book) -> None:
    manifest.finished(built, {})
    assert not manifest.is_current(built)
    why = manifest.check_reading(built, manifest.sources(built))
    assert why == "files were edited while the last build ran"
    assert not reading(built)


def test_where_nothing_was_read_there_is_nothing_to_say(built: Book) -> None:
    shutil.rmtree(built.build / "sphinx")
    assert manifest.check_reading(built, manifest.sources(built)) == ""


def test_a_record_is_the_same_whatever_the_order(built: Book) -> None:
    path = built.build / "manifest.json"
    text = path.read_text()
    assert text == json.dumps(json.loads(text), indent=1, sort_keys=True)


def test_a_second_build_says_that_it_waits_and_waits(
    book: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    inside = threading.Event()

    def build() -> None:
        with manifest.lock(book):
            inside.set()

    with manifest.lock(book):
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
    with pytest.raises(KeyboardInterrupt), manifest.lock(book):
        raise KeyboardInterrupt
    with manifest.lock(book):
        assert capsys.readouterr().out == ""
