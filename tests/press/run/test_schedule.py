"""Which chapters run, in what order, and what the build prints, without a kernel."""

import asyncio
import io
from contextlib import nullcontext

import pytest
from nbformat.v4 import new_output

from press.book import PressError
from press.chapter import Chapter, code_cells, read_all
from press.edition import Edition, current, exists, handed_over
from press.run import pool
from press.run.cache import cached
from press.run.pool import execute_all
from press.run.progress import Progress, table


class Kernels:
    """A stand-in for kernels: a cell's output is its source, and a cell can say that it fails."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.warm: list[bool] = []
        self.together = self.most = 0
        self.during = lambda: None

    async def run(self, book, chapter, notebook, warm):
        self.ran.append(chapter.page.name)
        self.warm.append(warm is not None)
        self.together += 1
        self.most = max(self.most, self.together)
        await asyncio.sleep(0)
        self.during()
        self.together -= 1
        for cell in code_cells(notebook):
            if "fail" in cell.source:
                raise PressError(f"{chapter.page.name} fails")
            if "break" in cell.source:
                raise RuntimeError("broken")
            cell.outputs = [new_output("stream", text=cell.source)]
        return [1.0 for _ in code_cells(notebook)]


@pytest.fixture
def kernels(monkeypatch):
    found = Kernels()
    monkeypatch.setattr(pool, "run", found.run)
    return found


def test_only_what_changed_runs_again(book, write, kernels):
    write("part1/one", "1")
    write("part1/two", "2")
    first = execute_all(book, read_all(book), jobs=2)
    assert [e.page for e in first] == list(book.pages)
    assert [e.reason for e in first] == ["", "", "not run before", "not run before", ""]
    write("part1/one", "1", prose="Better prose.")
    write("part1/two", "22")
    kernels.ran.clear()
    second = execute_all(book, read_all(book), jobs=2)
    assert kernels.ran == ["part1/two"]
    assert [e.page.name for e in second if e.reason] == ["part1/two"]
    assert code_cells(second[3].notebook)[0].outputs[0].text == "22"
    assert code_cells(second[2].notebook)[0].outputs[0].text == "1"


def test_the_longest_runs_first_by_its_seconds_or_by_its_text(book, write, kernels):
    write("index", "0")
    write("part1/one", "1")
    write("part1/two", "2", prose="word " * 1000)
    execute_all(book, read_all(book), jobs=1)
    assert kernels.ran[0] == "part1/two"
    kernels.ran.clear()
    write("index", *("0" * 9))  # took one second; the other has five thousand letters
    write("part1/one", "11")
    write("part1/two", "22", prose="word " * 1000)
    write("part1/index", "3", prose="word " * 1000)
    execute_all(book, read_all(book), jobs=1)
    assert kernels.ran[0] == "part1/index"


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_as_many_run_at_a_time_as_there_are_jobs(book, write, kernels, monkeypatch, jobs):
    monkeypatch.setattr(pool, "_prefork", lambda *_: nullcontext())
    for name in ("index", "part1/one", "part1/two"):
        write(name, "1")
    execute_all(book, read_all(book), jobs=jobs)
    assert kernels.most == jobs


def test_kernels_start_warm_where_some_worker_has_more_than_one(book, write, monkeypatch):
    asked = []
    monkeypatch.setattr(pool, "prefork", lambda modules, env: asked.append(modules))
    chapters = []
    for name in ("part1/one", "part1/two"):
        write(name, "import numpy as np\nimport matplotlib.pyplot")
        chapters.append(Chapter.read(book, book.page(name)))
    pool._prefork(book, chapters, 2)
    assert asked == []
    pool._prefork(book, chapters, 1)
    assert asked == [["numpy", "matplotlib.figure"]]


def test_all_are_run_where_one_fails_and_what_they_gave_is_kept(book, write, kernels):
    write("index", "fail")
    write("part1/one", "1")
    write("part1/two", "fail")
    with pytest.raises(PressError) as caught:
        execute_all(book, read_all(book), jobs=1)
    assert sorted(str(caught.value).splitlines()) == ["index fails", "part1/two fails"]
    kept = [cached(book, chapter) is not None for chapter in read_all(book)]
    assert kept == [False, True, True, False, True]


def test_a_fault_of_the_press_is_not_taken_for_an_author_s(book, write, kernels):
    write("part1/one", "break")
    write("part1/two", "fail")
    with pytest.raises(RuntimeError, match="broken"):
        execute_all(book, read_all(book), jobs=1)


@pytest.mark.parametrize("edited", ["book/part1/one.md", "code/toylib/low.py"])
def test_what_changed_while_it_ran_is_not_kept(book, write, kernels, edited):
    write("part1/one", "from toylib import low")
    path = book.root / edited
    kernels.during = lambda: path.write_text(path.read_text() + "\n# Edited\n")
    with pytest.raises(PressError, match=r"^book/part1/one\.md, or what it imports, changed while"):
        execute_all(book, read_all(book), jobs=1)


# What is said of it -----------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_lines_say_what_runs_and_how_it_ended(book, write, kernels):
    write("part1/one", "1")
    write("part1/two", "fail")
    stream = io.StringIO()
    progress = Progress(stream)
    with pytest.raises(PressError):
        execute_all(book, read_all(book), jobs=1, progress=progress)
    said = stream.getvalue().splitlines()
    assert "  ▸ part1/one (not run before)" in said
    assert "  ✓ part1/one (0.0 s)" in said
    assert "  ✗ part1/two (0.0 s)" in said
    assert (progress.done, progress.total, progress.begun) == (2, 2, {})


def test_on_a_terminal_a_line_changes(monkeypatch):
    monkeypatch.setattr("shutil.get_terminal_size", lambda: type("", (), {"columns": 41}))
    stream = Terminal()
    progress = Progress(stream)
    progress.total = 3
    with progress.running("part1/one", "not run before"):
        progress.tick()
    said = stream.getvalue()
    line = "\r\x1b[K" + "  0 of 3 done; running: part1/one 0 s"[:40]
    assert line in said
    assert said.startswith("\r\x1b[K  ▸ part1/one")


def test_elsewhere_no_line_changes_and_silence_is_silent():
    stream = io.StringIO()
    Progress(stream).tick()
    assert stream.getvalue() == ""
    Progress(None).say("Nobody listens")


def test_the_table_has_a_line_for_each_chapter(book, write, kernels):
    write("part1/one", "1", "1")
    write("part1/two", "2")
    write("end", "3")
    execute_all(book, read_all(book)[:3], jobs=1)
    lines = table(execute_all(book, read_all(book), jobs=1), 1.25).splitlines()
    assert lines == [
        "",
        "chapter    seconds",
        "part1/one      2.0  cached",
        "part1/two      0.0  executed: not run before",
        "end            0.0  executed: not run before",
        "pages          1.2  written",
    ]


# The edition ------------------------------------------------------------------------------------


def test_an_edition_holds_every_page_or_one(book, write, kernels):
    write("part1/one", "1")
    whole, one = Edition.make(book), Edition.make(book, only="part1/one")
    assert (whole.alone, one.alone) == (False, True)
    assert [e.page for e in whole.executions] == list(book.pages)
    assert [e.page.name for e in one.executions] == ["part1/one"]
    assert one.execution("book/part1/one") is one.executions[0]
    assert one.execution("book/part1/two") is None
    assert one.chapter(book.page("part1/one")) is one.executions[0].chapter
    with pytest.raises(KeyError):
        one.chapter(book.page("end"))


def test_a_page_gets_its_outputs_by_its_text(book, write, kernels):
    write("part1/one", "1")
    edition = Edition.make(book)
    text = book.page("part1/one").path.read_text()
    notebook = edition.outputs_of(text)
    assert code_cells(notebook)[0].outputs[0].text == "1"
    notebook.cells.clear()
    assert edition.outputs_of(text).cells, "each time a copy"
    with pytest.raises(PressError, match="build again"):
        edition.outputs_of(f"{text}More.")


def test_what_is_kept_of_other_pages_stays_where_one_is_built(book, write, kernels):
    write("part1/one", "1")
    write("part1/two", "2")
    Edition.make(book)
    folder = book.build / "executed"
    (folder / "gone-abc.json").write_text("{}")
    Edition.make(book, only="part1/one")
    assert len(list(folder.iterdir())) == 3
    Edition.make(book)
    assert len(list(folder.iterdir())) == 2


def test_sphinx_finds_the_edition_that_was_handed_over(book):
    edition = Edition.make(book)
    assert not exists()
    with pytest.raises(LookupError):
        current()
    with handed_over(edition):
        assert exists()
        assert current(make_of=book.root) is edition
    assert not exists()
