"""The commands: their calls, their output and their exit codes."""

import errno
from types import SimpleNamespace

import pytest

import press.build
from press import manifest
from press.book import PressError
from press.commands import cli
from press.notebooks import lab
from press.slides import pdf


@pytest.fixture
def calls(book, monkeypatch):
    """The calls that commands make, which here do nothing."""
    calls = []

    def noted(name, gives):
        def call(*arguments):
            calls.append((name, *arguments[1:]))
            return gives

        return call

    deck = SimpleNamespace(name="deck", slides=[1, 2], minutes=3.5)
    page = book.build / "chapter/html/book/part1/one.html"
    pdfs = [book.build / "pdf/deck.pdf"]
    for module, name, gives in (
        (press.build, "build_book", None),
        (press.build, "build_chapter", page),
        (press.build, "build_decks", [deck]),
        (pdf, "print_decks", pdfs),
        (lab, "open_lab", 5),
        (cli, "assemble", None),
    ):
        monkeypatch.setattr(module, name, noted(name, gives))
    monkeypatch.setattr("gc.set_threshold", lambda *_: None)
    monkeypatch.chdir(book.root)
    monkeypatch.delenv("JOBS", raising=False)
    return calls


def run(monkeypatch, *arguments):
    monkeypatch.setattr("sys.argv", ["press", *arguments])
    return cli.main()


def test_the_book_is_built_unless_nothing_has_changed(calls, monkeypatch, capsys):
    assert run(monkeypatch, "build", "--jobs", "2") == 0
    assert calls == [("build_book", 2)]
    assert capsys.readouterr().out == "\nOpen _build/html/index.html\n"
    monkeypatch.setattr(manifest, "is_current", lambda book: True)
    assert run(monkeypatch, "build") == 0
    assert len(calls) == 1
    assert capsys.readouterr().out.startswith("Nothing has changed since the last build\n")


def test_a_chapter_is_built_alone_even_if_nothing_has_changed(calls, monkeypatch, capsys):
    monkeypatch.setattr(manifest, "is_current", lambda book: True)
    assert run(monkeypatch, "build", "part1/one") == 0
    assert calls == [("build_chapter", "part1/one")]
    assert capsys.readouterr().out == "\nOpen _build/chapter/html/book/part1/one.html\n"


def test_decks_are_built_and_on_demand_printed(calls, monkeypatch, capsys):
    monkeypatch.setenv("JOBS", "3")
    assert run(monkeypatch, "slides") == 0
    assert calls == [("build_decks", 3)]
    assert capsys.readouterr().out == "_build/html/slides/deck.html  2 slides, 3.5 min\n"
    assert run(monkeypatch, "slides", "--pdf") == 0
    assert [name for name, *_ in calls[1:]] == ["build_decks", "print_decks"]
    assert capsys.readouterr().out == "_build/pdf/deck.pdf  2 slides, 3.5 min\n"


def test_the_lab_ends_as_it_ends_and_the_branch_is_assembled(calls, book, monkeypatch):
    assert run(monkeypatch, "lab") == 5
    assert run(monkeypatch, "notebooks-branch", "there") == 0
    assert [name for name, *_ in calls] == ["open_lab", "assemble"]
    assert not (book.build / ".lock").exists()


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (PressError("a.md:1: mend it"), 1, "a.md:1: mend it\n"),
        (KeyboardInterrupt(), 130, "it was interrupted\n"),
        (OSError(errno.ENOSPC, "full"), 1, "the disk is full: free some space and try again"),
        (OSError(errno.EDQUOT, "full"), 1, "the disk is full: free some space and try again"),
    ],
)
def test_what_goes_wrong_is_a_sentence_and_a_code(calls, monkeypatch, capsys, error, code, said):
    def fails(*_):
        raise error

    monkeypatch.setattr(press.build, "build_book", fails)
    assert run(monkeypatch, "build") == code
    assert capsys.readouterr().err.startswith(f"\nThe book was not built.\n{said}")
    monkeypatch.setattr(cli, "assemble", fails)
    assert run(monkeypatch, "notebooks-branch", "there") == code
    assert capsys.readouterr().err.startswith(said)


def test_another_error_of_the_system_is_not_hidden(calls, monkeypatch):
    def fails(*_):
        raise OSError(errno.EACCES, "no")

    monkeypatch.setattr(press.build, "build_book", fails)
    with pytest.raises(OSError, match="no"):
        run(monkeypatch, "build")


def test_a_site_that_a_kill_took_away_is_put_back_first(calls, book, monkeypatch):
    (book.build / "old").mkdir(parents=True)
    run(monkeypatch, "build")
    assert (book.build / "html").is_dir()
