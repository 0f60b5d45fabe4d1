"""Names become files and addresses: which may be used, for outputs, pages and decks."""

from typing import Any

import pytest

from press.book import Book, PressError
from press.names import folded, wrong_name, wrong_path
from press.slides.deck import heads
from press.store import Entry, Store, collect

from .conftest import ADD
from .test_store import cell, execution, number

ENTRY: dict[str, Any] = {
    "kind": "number",
    "chapter": "book/one",
    "number": "",
    "cell": 1,
    "line": 7,
}
FIT_NOWHERE = [
    *("", "a/b", "../../evil", "/a", r"a\b", ".hidden", "..", "-a", "a b", "a%20b", "a#b", "a?b"),
    *("a'b", 'a"b', "a(b)", "a+b", "a&b", "a:b", "a\nb", "a\0b", "a\u0308", "\ud800", "a" * 101),
]
DEVICES = ["con", "NUL", "aux", "com1", "LPT9"]


@pytest.mark.parametrize(
    "name", ["fig-line", "n.a", "n_a", "7", "diffprog.loops.fit", "größe", "console", "a.con"]
)
def test_a_good_name_of_an_output(name):
    assert wrong_name(name) == ""


@pytest.mark.parametrize("name", [*FIT_NOWHERE, *DEVICES, "con.a", "a.", "𝜆" * 26, None, 3, ["a"]])
def test_an_output_s_name_that_would_break_a_file_or_a_page_is_refused_with_its_place(name):
    with pytest.raises(PressError, match=r"^book/one\.md:7: .* cannot be a name"):
        Entry(name=name, data={"text": "1"}, **ENTRY)


@pytest.mark.parametrize("path", ["one", "_one", "One-1", "part1/simulator", "a/b/c", "con-1"])
def test_a_good_path(path):
    assert wrong_path(path) == ""


BAD_PATHS = [*(p for p in FIT_NOWHERE if p != "a/b"), "größe", "v1.2", "a//b", "a/", "a/../b"]


@pytest.mark.parametrize("name", [*BAD_PATHS, *DEVICES, "nul/a", "/".join(["a" * 50] * 4)])
def test_a_path_that_is_no_address_everywhere_is_refused(book, name):
    assert "cannot be" in wrong_path(name)
    toc = book.root / "_toc.yml"
    toc.write_text(f"format: jb-book\nroot: book/index\nchapters:\n- file: {'book/' + name!r}\n")
    with pytest.raises(PressError, match=r"^_toc\.yml.* cannot be|^_toc\.yml: .* is not UTF-8"):
        _ = Book(book.root).pages


@pytest.mark.parametrize("name", ["one", "index", "slides/deck", "../book/end", "book/slides/deck"])
def test_a_page_outside_of_its_folder_is_refused(book, name):
    """The press would not see that it is edited, and its address may be that of another file."""
    toc = book.root / "_toc.yml"
    toc.write_text(f"format: jb-book\nroot: book/index\nchapters:\n  - file: {name}\n")
    with pytest.raises(PressError, match=r"^_toc\.yml: .*(is no page|cannot be the path)"):
        _ = Book(book.root).pages


@pytest.mark.parametrize(
    "names", [("one", "One"), ("a/b", "A/b"), ("one", "one"), ("one", "one.md")]
)
def test_two_pages_that_are_one_file_somewhere_are_refused(book, names):
    entries = "".join(f"  - file: book/{name}\n" for name in names)
    (book.root / "_toc.yml").write_text(f"format: jb-book\nroot: book/index\nchapters:\n{entries}")
    for name in names:
        path = book.root / f"book/{name.removesuffix('.md')}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text("# Page\n")
    with pytest.raises(PressError, match=r"^_toc\.yml.* (each page stands once|used multiple)"):
        _ = Book(book.root).pages


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["my deck"], "'my deck' cannot be"),
        (["a.b"], r"'a\.b' cannot be"),
        (["größe"], "cannot be"),
        (["aux"], "Windows keeps 'aux'"),
        (["Deck", "deck"], r"either case are the same.*see Deck\.md"),
    ],
)
def test_a_deck_s_name_is_checked_alike(book, names, message):
    folder = book.root / "book/slides"
    folder.mkdir()
    for name in names:
        (folder / f"{name}.md").write_text("---\ntitle: A\ndescription: B\n---\n\n# A\n")
    with pytest.raises(PressError, match=rf"^book/slides/{names[-1]}\.md: .*{message}"):
        heads(book)


@pytest.mark.parametrize("other", ["N-One", "n-oNe"])
def test_names_of_outputs_that_differ_by_case_are_refused_with_both_places(book, other):
    """They are one file on macOS and Windows, so that one number would show for both."""
    cells = [cell(book, number("n-one")), cell(book, number(other), name="part1/two")]
    message = rf"two\.md:4: the name '{other}' is taken by book/part1/one\.md:4, which has 'n-one'"
    with pytest.raises(PressError, match=message):
        collect(cells)


def test_an_exercise_s_name_is_checked_too(book):
    with pytest.raises(PressError, match=r"one\.md:\d+: 'ex add' cannot be a name"):
        collect([execution(book, ADD.replace("ex-add", "ex add"))])


@pytest.mark.parametrize("asked", ["N", "../outputs/n", "a/b", "", "n\0", "n" * 300])
def test_only_what_is_called_so_is_found(book, asked):
    Store(book.build, collect([cell(book, number("n"))])).write()
    with pytest.raises(PressError, match="nothing in the book is called"):
        Store(book.build)[asked]


def test_names_that_one_file_can_have_are_the_same():
    assert folded("Größe") == folded("gro\u0308sse")
    assert folded("a-b") != folded("a_b")
