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


TOP = "format: jb-book\nroot: book/index\n"
ONE, TWO = "  - file: book/part1/one\n", "  - file: book/part1/two\n"
TREE = f"{TOP}parts:\n- numbered: {{}}\n  chapters:\n{ONE}    sections:\n  {TWO}"
ARTICLE = f"format: jb-article\nroot: book/index\n{{}}sections:\n{ONE}{TWO}"
FORMS = {
    "options": (f"{TOP}options:\n  numbered: true\nchapters:\n{ONE}{TWO}", "1 2"),
    "defaults": (f"{TOP}defaults:\n  numbered: 2\nparts:\n- chapters:\n{ONE}{TWO}", "1 2"),
    "no numbers": (f"{TOP}chapters:\n{ONE}{TWO}", "- -"),
    "numbered: false": (TREE.format("false"), "- -"),
    "numbered: 0": (TREE.format(0), "- -"),
    "one level": (TREE.format(1), "1 -"),
    "two levels": (TREE.format(2), "1 1.1"),
    "all levels": (TREE.format("true"), "1 1.1"),
    "two parts": (
        f"{TOP}parts:\n- numbered: 1\n  chapters:\n{ONE}- numbered: 1\n  chapters:\n{TWO}", "1 2"
    ),
    "an unnumbered part": (
        f"{TOP}parts:\n- chapters:\n{ONE}- numbered: 1\n  chapters:\n{TWO}", "- 1"
    ),
    "numbered below": (
        f"{TOP}chapters:\n{ONE}    options: {{numbered: true}}\n    sections:\n  {TWO}", "- 1"
    ),
    "an article": (ARTICLE.format(""), "- -"),
    "a numbered article": (ARTICLE.format("options: {numbered: 1}\n"), "1 2"),
    "no format": (f"root: book/index\nsubtrees:\n- numbered: 1\n  entries:\n{ONE}{TWO}", "1 2"),
    "a link": (
        f"{TOP}options: {{numbered: 1}}\nchapters:\n{ONE}  - url: https://e.org/a\n{TWO}", "1 2"
    ),
    "an ending": (f"{TOP}chapters:\n{ONE}{TWO}".replace("one\n", "one.md\n"), "- -"),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_contents_that_jupyter_book_takes_is_read(book, form):
    text, numbers = FORMS[form]
    (book.root / "_toc.yml").write_text(text)
    found = [(page.name, page.number or "-") for page in Book(book.root).pages]
    assert found == [("index", "-"), *zip(("part1/one", "part1/two"), numbers.split(), strict=True)]


def test_a_page_is_found_by_its_short_and_its_full_name(book):
    assert book.page("part1/two") == book.page("book/part1/two.md")


def test_an_unknown_chapter_is_answered_with_those_there_are(book):
    with pytest.raises(PressError, match=r"no chapter 'part1/three'.*part1/one, part1/two"):
        book.page("part1/three")


def test_a_listed_page_that_is_missing_is_named(book):
    (book.root / "book/end.md").unlink()
    with pytest.raises(PressError, match=r"lists book/end, but .*end\.md does not exist"):
        _ = Book(book.root).pages


@pytest.mark.parametrize(
    "text",
    [
        *("root: [", "- root", "parts: [1]", "", "root: 5", "chapters: []", "hello"),
        f"{TOP}chapter:\n{ONE}",
        f"{TOP}chapters:\n{ONE}    sections:\n",
        f"{TOP}parts:\n- numbered: please\n  chapters:\n{ONE}",
        f"{TOP}defaults: [1]\nchapters:\n{ONE}",
        f"format: jb-sonnet\nroot: book/index\nchapters:\n{ONE}",
    ],
)
def test_a_broken_contents_file_is_one_sentence(book, text):
    (book.root / "_toc.yml").write_text(text)
    with pytest.raises(PressError, match=r"_toc\.yml cannot be read: .+"):
        _ = Book(book.root).pages


def test_a_pattern_of_pages_is_refused_for_its_order(book):
    (book.root / "_toc.yml").write_text(f"{TOP}chapters:\n  - glob: book/part1/*\n")
    with pytest.raises(PressError, match=r"^_toc\.yml: `glob: book/part1/\*`: list each page"):
        _ = Book(book.root).pages


@pytest.mark.parametrize(
    "data", [b"root: gr\xf6\xdfe\n", "root: a".encode("utf-16"), b"title: \x80\n"]
)
@pytest.mark.parametrize("name", ["_toc.yml", "_config.yml"])
def test_settings_that_are_not_utf_8_are_named(book, name, data):
    (book.root / name).write_bytes(data)
    fresh = Book(book.root)
    with pytest.raises(PressError, match=rf"^{name}: is not UTF-8 \(.+\): save it as UTF-8$"):
        _ = (fresh.pages, fresh.config)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no settings"),
        ("- a\n", "holds no settings"),
        ("repository: https://e.org/a/b\n", "below `repository:` stand settings"),
        ("html: yes\n", "below `html:` stand settings"),
        ("parse: [colon_fence]\n", "below `parse:` stand settings"),
        ("sphinx: config\n", "below `sphinx:` stand settings"),
    ],
)
def test_settings_of_another_form_are_one_sentence(book, text, message):
    (book.root / "_config.yml").write_text(text)
    with pytest.raises(PressError, match=rf"^_config\.yml:? {message}"):
        _ = book.config


def test_broken_settings_are_one_sentence_with_their_line(book):
    (book.root / "_config.yml").unlink()
    with pytest.raises(PressError, match=r"^_config\.yml cannot be read: No such file"):
        _ = book.config
    (book.root / "_config.yml").write_text("title: A book\nlogo: a: b\n")
    with pytest.raises(PressError, match=r"^_config\.yml cannot be read: line 2: .+not allowed"):
        _ = book.config


@pytest.mark.parametrize("base", ["example.org/book", "//example.org", "https://", "book", "5"])
def test_an_address_of_the_site_that_is_none_is_one_sentence(book, base):
    """QR codes and cards would lead nowhere."""
    (book.root / "_config.yml").write_text(f"html: {{baseurl: '{base}'}}")
    with pytest.raises(PressError, match=r"^_config\.yml: `html: baseurl: .*` is no address"):
        _ = book.address


def test_the_address_of_the_site_is_read_from_one_place(book):
    path = book.root / "_config.yml"
    path.write_text("html:\n")
    assert book.address == ""
    for end in ("", "/"):
        path.write_text(f"html: {{baseurl: 'https://example.org/book{end}'}}")
        assert book.address == "https://example.org/book/"
