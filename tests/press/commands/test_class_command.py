"""`make class-edition`: what it makes, in which order, and what if a file tells a solution."""

import pytest

from press import files, manifest
from press.book import PressError
from press.commands import class_edition
from press.commands.class_edition import make_class_edition

from ..conftest import ADD

SOLVED = ADD.replace("return a + b", "return torch.add(a, b)")


class Made:
    """The calls of the command, and the page that its build writes."""

    def __init__(self):
        self.calls = []
        self.page = "<pre>raise NotImplementedError</pre>"

    def build(self, of, jobs):
        self.calls.append(("build", of.for_class, jobs))
        files.write(of.build / "html/index.html", self.page)

    def key(self, book, chapters, known):
        self.calls.append("key")
        return [book.build / "class-key/solutions.html"]


@pytest.fixture
def made(book, monkeypatch):
    """A command that builds nothing but puts this page into each edition."""
    made = Made()
    monkeypatch.setattr(class_edition, "build_book", made.build)
    monkeypatch.setattr(manifest, "is_current", lambda of: False)
    monkeypatch.setattr(class_edition, "pack", lambda of: files.write(of.build / "book.zip", b""))
    monkeypatch.setattr(class_edition, "assemble", lambda of, to: files.write(to / "README.md", ""))
    monkeypatch.setattr(class_edition, "write_key", made.key)
    book.page("part1/one").path.write_text(SOLVED)
    return made


def test_both_editions_are_built_and_then_the_key(book, made):
    site, key = make_class_edition(book, 2)
    assert site == book.root / "_build/class-edition/html/index.html"
    assert key == book.root / "_build/class-key/solutions.html"
    assert made.calls == [("build", False, 2), ("build", True, 2), "key"]


def test_an_edition_that_tells_a_solution_is_removed(book, made):
    made.page = "<pre>return <span>torch.add(a, b)</span></pre>"
    with pytest.raises(PressError, match=r"html/index\.html: has 'return torch\.add.*' of ex-add"):
        make_class_edition(book)
    assert "key" not in made.calls
    assert [path.name for path in files.files(book.root / "_build/class-edition")] == []
    assert (book.root / "_build/html/index.html").exists(), "the book itself stays"
