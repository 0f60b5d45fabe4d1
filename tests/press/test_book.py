"""Pages and numbers come from `_toc.yml`."""

import pytest

from press.book import Book, PressError


def test_pages_are_numbered_as_sphinx_numbers_them(book):
    assert [(page.name, page.number) for page in book.pages] == [
        ("index", ""),
        ("part1/index", "1"),
        ("part1/one", "1.1"),
        ("part1/two", "1.2"),
        ("end", ""),
    ]


def test_a_page_is_found_by_its_short_and_its_full_name(book):
    assert book.page("part1/two") == book.page("book/part1/two.md")


def test_an_unknown_chapter_is_answered_with_those_there_are(book):
    with pytest.raises(PressError, match=r"no chapter 'part1/three'.*part1/one, part1/two"):
        book.page("part1/three")


def test_a_listed_page_that_is_missing_is_named(book):
    (book.root / "book/end.md").unlink()
    with pytest.raises(PressError, match=r"lists book/end, but .*end\.md does not exist"):
        _ = Book(book.root).pages


@pytest.mark.parametrize("text", ["root: [", "- root", "parts: [1]", ""])
def test_a_broken_contents_file_is_one_sentence(book, text):
    (book.root / "_toc.yml").write_text(text)
    with pytest.raises(PressError, match=r"_toc\.yml cannot be read: .+"):
        _ = Book(book.root).pages


def test_broken_settings_are_one_sentence_with_their_line(book):
    (book.root / "_config.yml").unlink()
    with pytest.raises(PressError, match=r"^_config\.yml cannot be read: No such file"):
        _ = book.config
    (book.root / "_config.yml").write_text("title: A book\nlogo: a: b\n")
    with pytest.raises(PressError, match=r"^_config\.yml cannot be read: line 2: .+not allowed"):
        _ = book.config


def test_the_address_of_the_site_is_read_from_one_place(book):
    path = book.root / "_config.yml"
    path.write_text("html:\n")
    assert book.address == ""
    for end in ("", "/"):
        path.write_text(f"html: {{baseurl: 'https://example.org/book{end}'}}")
        assert book.address == "https://example.org/book/"
