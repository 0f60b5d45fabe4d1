"""What is known of the sources."""

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
