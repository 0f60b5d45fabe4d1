"""The commands: their calls, their output and their exit codes."""

import errno
from pathlib import Path

import pytest

import press.build
from press import manifest
from press.book import PressError
from press.commands import cli
from press.notebooks import lab
from press.paper import printed
from press.slides import pdf
from press.slides.slide import Deck, Slide


@pytest.fixture
def calls(book, monkeypatch):
    """The calls that commands make, which here do nothing."""
    calls = []

    def noted(name, gives):
        def call(*arguments):
            calls.append((name, *arguments[1:]))
            return gives

        return call

    slides = [Slide("A", 1, 1, minutes=1.5), Slide("B", 2, 2, minutes=2)]
    deck = Deck(Path("deck.md"), "A deck", "", "", "blue", {}, slides)
    page = book.build / "chapter/html/book/part1/one.html"
    pdfs = [book.build / "pdf/deck.pdf"]
    for module, name, gives in (
        (press.build, "build_book", None),
        (press.build, "build_chapter", page),
        (press.build, "build_decks", [deck]),
        (pdf, "print_decks", pdfs),
        (pdf, "print_handouts", pdfs),
        (printed, "print_book", book.build / "book.pdf"),
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
    said = capsys.readouterr().out
    assert said.startswith("_build/html/slides/deck.html  2 slides, 3.5 min\n\ndeck ")
    assert run(monkeypatch, "slides", "--pdf") == 0
    assert [name for name, *_ in calls[1:]] == ["build_decks", "print_decks"]
    assert capsys.readouterr().out.startswith("_build/pdf/deck.pdf  2 slides, 3.5 min\n")
    assert run(monkeypatch, "slides", "--handout") == 0
    assert calls[-1][0] == "print_handouts"


@pytest.mark.parametrize("current", [True, False])
def test_the_book_is_printed_after_it_is_built(calls, monkeypatch, capsys, current):
    monkeypatch.setattr(manifest, "is_current", lambda book: current)
    assert run(monkeypatch, "pdf") == 0
    assert [name for name, *_ in calls] == [*["build_book"] * (not current), "print_book"]
    assert capsys.readouterr().out.endswith("_build/book.pdf\n")


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
        (
            PermissionError(errno.EACCES, "Permission denied", "/a/_build/html"),
            1,
            "/a/_build/html: Permission denied: copy the book to a folder of your own\n",
        ),
        (OSError(errno.EROFS, "Read-only file system", "/a"), 1, "/a: Read-only file system: copy"),
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
        raise OSError(errno.EIO, "no")

    monkeypatch.setattr(press.build, "build_book", fails)
    with pytest.raises(OSError, match="no"):
        run(monkeypatch, "build")


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM, errno.EROFS])
def test_where_nothing_may_be_written_a_finished_book_is_as_good(
    calls, monkeypatch, capsys, number
):
    def fails(*_, **__):
        raise OSError(number, "no")

    monkeypatch.setattr("press.manifest.FileLock.acquire", fails)
    monkeypatch.setattr(manifest, "is_current", lambda book: True)
    assert run(monkeypatch, "build") == 0
    assert capsys.readouterr().out.startswith("Nothing has changed")


@pytest.mark.parametrize("jobs", ["-3", "0", "two", "1.5", "", " "])
def test_a_number_of_jobs_that_is_none_is_one_line(calls, monkeypatch, capsys, jobs):
    monkeypatch.setenv("JOBS", jobs)
    if not jobs:
        assert run(monkeypatch, "build") == 0
        return
    with pytest.raises(SystemExit):
        run(monkeypatch, "build")
    assert f"--jobs: give a whole number from 1 to 999, not {jobs!r}\n" in capsys.readouterr().err
    assert calls == []


@pytest.mark.parametrize("port", ["99999", "0", "-1", "http"])
def test_a_port_that_is_none_is_one_line(calls, monkeypatch, capsys, port):
    with pytest.raises(SystemExit):
        run(monkeypatch, "watch", "--port", port)
    assert f"give a whole number from 1 to 65535, not {port!r}\n" in capsys.readouterr().err


@pytest.mark.parametrize("git", [True, False])
def test_without_a_commit_nothing_is_built_twice(calls, monkeypatch, capsys, git):
    """As in a copy of the book that was downloaded as a zip."""
    if not git:
        monkeypatch.setenv("PATH", "/nowhere")
    assert run(monkeypatch, "check-reproducible") == 1
    said = capsys.readouterr().err
    assert said.startswith("the last commit is built, but ")
    assert ("no program git" in said) == (not git)


def test_a_site_that_a_kill_took_away_is_put_back_first(calls, book, monkeypatch):
    (book.build / "old").mkdir(parents=True)
    run(monkeypatch, "build")
    assert (book.build / "html").is_dir()
