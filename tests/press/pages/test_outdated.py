"""Pages are read again by what files hold, and all where the press or what it uses changed."""

from types import SimpleNamespace
from typing import Any

import pytest

from press.book import Book
from press.files import write
from press.pages import outdated


@pytest.fixture
def env(book: Book) -> Any:
    """What Sphinx remembers of a book of which all pages were read."""
    env = SimpleNamespace(
        found_docs={page.docname for page in book.pages},
        doc2path=lambda docname: str(book.root / f"{docname}.md"),
    )
    app: Any = SimpleNamespace(env=env)
    for page in book.pages:
        outdated._note(app, page.docname, [page.path.read_text()])
    return env


def found(env: Any) -> list[str]:
    return outdated._outdated(env, env, set(), set(), set())


def test_a_page_is_read_again_where_its_text_is_another(book: Book, env: Any) -> None:
    assert found(env) == []
    page = book.page("part1/two")
    page.path.write_text("# Other words\n")
    assert found(env) == [page.docname]
    env.found_docs.remove(page.docname)
    page.path.unlink()
    assert found(env) == [], "one that is gone is not"


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("_toc.yml", True),
        ("requirements.txt", True),
        ("book/references.bib", True),
        ("book/part1/picture.png", True),
        ("book/end.md", False),
        ("book/slides/deck.md", False),
        ("code/toylib/low.py", False),
    ],
)
def test_what_any_page_may_use_makes_all_be_read_again(book: Book, name: str, counts: bool) -> None:
    write(book.root / name, "" if name.endswith(".png") else "# before\n" + text(book, name))
    before = outdated._press_digest(Book(book.root))
    write(book.root / name, "# after\n" + text(book, name))
    assert (outdated._press_digest(Book(book.root)) != before) == counts


def text(book: Book, name: str) -> str:
    path = book.root / name
    return path.read_text() if path.exists() else ""
