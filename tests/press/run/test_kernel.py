"""One real kernel for all tests of a run; outputs are judged without a kernel."""

import asyncio
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from nbformat.v4 import new_output

from press.book import Book, PressError
from press.chapter import Chapter, code_cells
from press.kernel_settings import environment
from press.run.kernel import _accept, _failure, run
from press.run.prefork import prefork

CELLS = (
    "import os, sys\nfrom toylib import low\nprint(os.environ['DIFFPROG_BUILD'], os.listdir())",
    "low.ONE, hash('a'), [n for n in os.environ if n == 'PYTHONWARNINGS']",
    "import time\ntime.sleep(0.02)",
    "\nx = 1\n\nundefined + x",
    "print('not run')",
)


@pytest.fixture
def notebook(book: Book, write, monkeypatch, tmp_path_factory):
    """What a chapter gave, the message of the cell that failed, and the chapter.

    Whoever builds has a library and a kernel of the same names elsewhere.
    """
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    for name, text in {
        "toylib/__init__.py": "",
        "toylib/low.py": "ONE = 2\n",
        "kernels/python3/kernel.json": '{"argv": ["no-such-program"], "display_name": "Python 3"}',
    }.items():
        (elsewhere / name).parent.mkdir(parents=True, exist_ok=True)
        (elsewhere / name).write_text(text)
    monkeypatch.setenv("PYTHONPATH", str(elsewhere))
    monkeypatch.setenv("JUPYTER_PATH", str(elsewhere))
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "0")
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    write("part1/one", *CELLS)
    chapter = Chapter.read(book, book.page("part1/one"))
    notebook = chapter.copy()
    with ThreadPoolExecutor(1) as pool:  # other tests' browser uses this thread's loop
        future = pool.submit(asyncio.run, run(book, chapter, notebook))
        with pytest.raises(PressError) as caught:
            future.result()
    return [cell.outputs for cell in code_cells(notebook)], str(caught.value), chapter


def test_a_chapter_runs_as_builds_do_until_a_cell_fails(notebook):
    outputs, message, chapter = notebook
    assert outputs[0][0].text == "1 []\n", "in an empty folder, told that it is a build"
    same = hash_of_a()
    assert outputs[1][0].data["text/plain"] == f"(1, {same}, [])"
    line = chapter.text.splitlines().index("undefined + x") + 1
    assert message == (
        f"book/part1/one.md:{line}: cell 4: NameError: name 'undefined' is not defined"
    )
    assert outputs[4] == []


def hash_of_a() -> int:
    """Return the hash of "a" in a Python with PYTHONHASHSEED=0."""
    command = [sys.executable, "-S", "-c", "print(hash('a'))"]
    return int(subprocess.check_output(command, env={"PYTHONHASHSEED": "0"}))


def test_the_line_is_that_of_the_cell_where_the_error_came_from_elsewhere(book, write):
    """As of input(), which the kernel refuses far below."""
    write("part1/one", "a = 1\n\nb = input()")
    chapter = Chapter.read(book, book.page("part1/one"))
    notebook = chapter.copy()
    traceback = [
        "\x1b[0;36mCell\x1b[0;32m In[1], line 3\x1b[0m\n----> 3 b = input()",
        "File ipykernel/kernelbase.py:1281, in Kernel.raw_input(self, prompt)",
        "Cell In[1], line 1, in inner()",
    ]
    error = new_output("error", ename="E", evalue="no input", traceback=traceback)
    code_cells(notebook)[0].outputs = [error]
    line = chapter.text.splitlines().index("b = input()") + 1
    failure = _failure(notebook, chapter, "no input")
    assert str(failure) == f"book/part1/one.md:{line}: cell 1: no input"


@pytest.mark.skipif(sys.platform != "linux", reason="kernels start by themselves")
def test_a_kernel_is_forked_and_where_there_is_nothing_to_fork_from_it_is_not(book):
    env, folder = environment(book), str(book.root)
    with prefork([], env) as warm:
        assert warm is not None
        kernel = warm.fork(["-f", f"{folder}/connection.json"], env, folder)
        assert kernel is not None
        kernel.kill()
        warm.close()
        assert warm.fork([], env, folder) is None


@pytest.mark.parametrize(
    ("output", "message"),
    [
        (new_output("error", ename="E", evalue="e", traceback=[]), "shows the traceback"),
        (new_output("stream", name="stderr", text="a\ncareless\n"), "error: careless$"),
        (new_output("stream", text="<object at 0x7f0000000000>"), "shows a memory address: <ob"),
        (
            new_output("execute_result", {"text/plain": "<A at 0x7f0000000000>"}),
            "shows a memory address: <A",
        ),
    ],
)
def test_what_must_not_reach_a_page_is_refused_with_its_place(output, message):
    with pytest.raises(PressError, match=rf"^one\.md:7: cell 1: .*{message}"):
        _accept(output, "one.md:7: cell 1")


@pytest.mark.parametrize(
    "output",
    [
        new_output("stream", text="meet at 0x12"),
        new_output("execute_result", {"text/plain": "1"}, execution_count=3),
        new_output("display_data", {"text/html": "<b>at 0x7f0000000000</b>"}),
    ],
)
def test_other_outputs_are_taken_without_their_count(output):
    _accept(output, "one.md:7")
    assert "execution_count" not in output


def test_what_may_bring_in_other_packages_is_left_out(book, monkeypatch):
    for name in ("PYTHONPATH", "PYTHONWARNINGS", "JUPYTER_PATH", "IPYTHONDIR"):
        monkeypatch.setenv(name, "/elsewhere")
    monkeypatch.setenv("LANG", "C.UTF-8")
    found = environment(book)
    assert "/elsewhere" not in found.values()
    assert found["PYTHONPATH"] == str(book.code)
    assert found["LANG"] == "C.UTF-8"
    assert (found["PYTHONHASHSEED"], found["OMP_NUM_THREADS"]) == ("0", "1")
