"""What is known of the sources."""

from _press import state, whole
from _press.book import Book


def test_an_edit_that_is_taken_back_is_noticed(book: Book) -> None:
    path = book.root / "book/end.md"
    before, text = state.touched(book), path.read_text()
    assert state.touched(book) == before
    path.write_text("Other words")
    path.write_text(text)
    assert state.touched(book) != before


def test_a_file_that_vanishes_is_passed_over(book: Book) -> None:
    paths = [book.root / "_toc.yml", book.root / "book/4913"]
    assert list(whole.digests(paths)) == paths[:1]
