"""Chapters that really run, in kernels of their own."""

import json
import sys

import pytest

from press.book import Book, PressError
from press.chapter import Chapter
from press.edition import Edition
from press.run.cache import Execution, cached
from press.run.pool import execute_all

pytestmark = pytest.mark.slow


def read(book: Book, *names: str) -> list[Chapter]:
    pages = [book.page(name) for name in names] or book.pages
    return [Chapter.read(book, page) for page in pages]


def execute(book: Book, *names: str) -> list[Execution]:
    return execute_all(book, read(book, *names))


def test_only_what_changed_runs_again(book, write):
    write("part1/one", "1 + 1")
    write("part1/two", "2 + 2")
    first = execute(book)
    assert [e.reason for e in first] == ["", "", "not run before", "not run before", ""]
    write("part1/one", "1 + 1", prose="Better prose.")
    write("part1/two", "2 + 3")
    second = execute(book)
    assert [e.page.name for e in second if e.reason] == ["part1/two"]
    (two,) = read(book, "part1/two")
    kept = cached(book, two)
    assert kept is not None
    assert kept.notebook.cells[1].outputs[0].data["text/plain"] == "5"
    names = sorted(path.name for path in (book.build / "executed").iterdir())
    assert len(names) == 2, "what the old cells gave is dropped"


def test_a_failing_cell_is_named_and_the_other_chapters_are_kept(book, write):
    write("part1/one", "x = 1", "y = 2\n\nundefined + y")
    write("part1/two", "2 + 2")
    with pytest.raises(PressError) as caught:
        execute(book)
    text = (book.root / "book/part1/one.md").read_text().splitlines()
    line = text.index("undefined + y") + 1
    assert f"book/part1/one.md:{line}: cell 2: NameError" in str(caught.value)
    one, two = read(book, "part1/one", "part1/two")
    assert cached(book, two) is not None
    assert cached(book, one) is None


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("import sys\nprint('careless', file=sys.stderr)", "wrote to standard error: careless"),
        ("import warnings\nwarnings.warn('mind')", "standard error: UserWarning: mind"),
        ("object()", "shows a memory address"),
        (
            "try:\n    1 / 0\nexcept ZeroDivisionError:\n    get_ipython().showtraceback()",
            "shows the traceback of an error",
        ),
    ],
)
def test_what_must_not_reach_a_page_stops_the_build(book, write, cell, message):
    write("part1/one", cell)
    with pytest.raises(PressError, match=message):
        execute(book, "part1/one")


@pytest.mark.skipif(sys.platform == "win32", reason="has no sockets that are files")
def test_kernels_do_not_compete_for_ports(book, write):
    write("part1/one", "from ipykernel.connect import get_connection_info\nget_connection_info()")
    (execution,) = execute(book, "part1/one")
    assert '"transport": "ipc"' in execution.notebook.cells[1].outputs[0].data["text/plain"]


def test_a_damaged_cache_is_computed_again(book, write):
    write("part1/one", "6 * 7")
    (execution,) = execute(book, "part1/one")
    whole = execution.path.read_text()
    for damage in (whole[: len(whole) // 2], "[]", json.dumps({"outputs": [], "seconds": []}), ""):
        execution.path.write_text(damage)
        assert cached(book, execution.chapter) is None, damage
        (again,) = execute(book, "part1/one")
        assert again.reason == "its cache was damaged"
        assert execution.path.read_text() != damage


def test_a_page_that_was_not_executed_is_refused(book, write):
    write("part1/one", "1")
    edition = Edition.make(book)
    path = book.root / "book/part1/one.md"
    assert edition.outputs_of(path.read_text()).cells[1].outputs
    with pytest.raises(PressError, match="build again"):
        edition.outputs_of(path.read_text() + "More.")


def test_cells_run_as_builds_do_in_an_empty_folder(book, write):
    write("part1/one", "import os\nprint(os.environ['DIFFPROG_BUILD'], os.listdir())")
    (execution,) = execute(book, "part1/one")
    assert execution.notebook.cells[1].outputs[0].text == "1 []\n"


def test_the_settings_of_whoever_builds_do_not_count(book, write, tmp_path, monkeypatch):
    settings = tmp_path / "home/.config/matplotlib/matplotlibrc"
    settings.parent.mkdir(parents=True)
    settings.write_text("font.size: 33\n")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("XDG_CONFIG_HOME", "MPLCONFIGDIR", "MATPLOTLIBRC"):
        monkeypatch.delenv(name, raising=False)
    for name in ("one", "two"):  # more than jobs, so that kernels are forked
        write(f"part1/{name}", "import matplotlib\nprint(matplotlib.rcParams['font.size'])")
    for execution in execute_all(book, read(book), jobs=1):
        for cell in execution.notebook.cells[1:]:
            assert cell.outputs[0].text == "10.0\n"
