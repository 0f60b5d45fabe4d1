"""How Sphinx is run, and what becomes of its warnings; a real run is in test_small_book.py."""

import errno
from pathlib import Path
from typing import Any

import pytest
from pybtex.exceptions import PybtexError
from sphinx.errors import ExtensionError

from press import site
from press.book import PressError
from press.chapter import Chapter
from press.edition import Edition, exists
from press.run.cache import Execution
from press.store import Store


class Sphinx:
    """A stand-in for Sphinx that notes how it is run."""

    statuscode = 0
    fails: Exception | None = None
    given: dict[str, Any]

    def __init__(self, **given):
        Sphinx.given = given
        self.outdir = given["outdir"]
        assert exists(), "the edition is handed over before extensions are set up"

    def build(self):
        if self.fails:
            raise self.fails


@pytest.fixture
def edition(book, monkeypatch):
    monkeypatch.setattr(site, "Sphinx", Sphinx)
    monkeypatch.setattr(site, "sphinx_settings", lambda root, **given: given)
    chapters = [Chapter.read(book, page) for page in book.pages]
    executions = [Execution(c, c.copy(), book.root / "none.json", 0.0) for c in chapters]
    return Edition(book, executions, Store.of(book))


def test_pages_that_stay_come_from_the_last_site_but_for_what_is_always_copied(edition):
    last = edition.book.build / "html"
    for name in ("book/end.html", "_static/book.css"):
        (last / name).parent.mkdir(parents=True)
        (last / name).write_text("last")
    there = site.render(edition, last).outdir
    assert [path.name for path in there.rglob("*.*")] == ["end.html"]
    assert (last / "_static/book.css").exists()


def test_every_warning_is_an_error_and_all_are_told(edition):
    stale = edition.book.build / "sphinx/html/stale.html"
    stale.parent.mkdir(parents=True)
    stale.touch()
    assert site.render(edition).outdir == edition.book.build / "sphinx/html"
    assert not stale.exists()
    given = Sphinx.given
    assert (given["warningiserror"], given["keep_going"]) == (True, True)
    assert given["confoverrides"]["nitpicky"] is True
    assert given["doctreedir"].parent == edition.book.build / "sphinx", "kept for the next time"
    assert not exists()


def test_a_page_alone_starts_anew_and_may_refer_to_what_is_not_there(edition, monkeypatch):
    left = edition.book.build / "chapter/left/over"
    left.parent.mkdir(parents=True)
    left.touch()
    one = Edition(edition.book, edition.executions[2:3], edition.store, alone=True)
    assert site.render_alone(one).outdir == edition.book.build / "chapter/html"
    assert not left.exists()
    options = Sphinx.given["confoverrides"]
    assert Path(options["external_toc_path"]).read_text().endswith("root: book/part1/one\n")
    assert "ref" in options["suppress_warnings"]
    assert "nitpicky" not in options


def test_a_bibliography_that_is_not_utf_8_is_named(edition):
    (edition.book.root / "book/references.bib").write_bytes("Größe".encode("latin-1"))
    with pytest.raises(PressError, match=r"^book/references\.bib: is not UTF-8 .*: save it as"):
        site.render(edition)


def test_warnings_stop_the_build(edition, monkeypatch):
    monkeypatch.setattr(Sphinx, "statuscode", 1)
    with pytest.raises(PressError, match="see the warnings above"):
        site.render(edition)


def test_what_sphinx_raises_is_one_sentence_unless_it_is_the_system_s(edition, monkeypatch):
    monkeypatch.setattr(Sphinx, "fails", ExtensionError("a handler failed"))
    with pytest.raises(PressError, match="a handler failed"):
        site.render(edition)
    unclosed = PybtexError("syntax error in line 1", str(edition.book.root / "book/a.bib"))
    monkeypatch.setattr(Sphinx, "fails", ExtensionError("a handler failed", unclosed))
    with pytest.raises(PressError, match=r"^book/a\.bib: syntax error in line 1$"):
        site.render(edition)
    full = OSError(errno.ENOSPC, "full")
    monkeypatch.setattr(Sphinx, "fails", ExtensionError("a handler failed", full))
    with pytest.raises(OSError, match="full") as caught:
        site.render(edition)
    assert caught.value is full
