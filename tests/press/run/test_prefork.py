"""Kernels that are forked from the prefork process are like any other."""

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from press.cache_key import imported_packages
from press.chapter import Chapter, code_cells
from press.kernel_settings import environment
from press.run.kernel import run
from press.run.prefork import prefork

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="kernels start by themselves"),
]

CELLS = (
    "import os, sys\nprint(os.getppid())",
    "print('decimal' in sys.modules, 'toylib' in sys.modules, sys.argv[0][-18:], __name__)",
    "print(os.environ['DIFFPROG_BUILD'], os.listdir(), hash('a'), sys.stdin.read())",
    "import random\nfrom toylib import low\nlow.ONE",
    "import subprocess\nsubprocess.run(['true']).returncode",
)


@pytest.fixture
def chapter(book, write):
    write("part1/one", *CELLS)
    return Chapter.read(book, book.page("part1/one"))


def outputs(book, chapter, warm):
    notebook = chapter.copy()
    work = run(book, chapter, notebook, warm)
    with ThreadPoolExecutor(1) as pool:  # other tests' browser uses this thread's loop
        pool.submit(asyncio.run, work).result()
    shown = [cell.outputs[0] for cell in code_cells(notebook)]
    return [out.get("text") or out.data["text/plain"] for out in shown]


def test_a_warm_kernel_is_a_kernel_of_its_own(book, chapter):
    with prefork(["decimal"], environment(book)) as warm:
        one, two = (outputs(book, chapter, warm) for _ in range(2))
        parent = f"{warm._process.pid}\n"  # type: ignore[union-attr]
    cold = outputs(book, chapter, None)
    assert one[0] == two[0] == parent != cold[0]
    assert one[1].startswith("True False")
    assert one[2:] == two[2:] == cold[2:]


def test_where_there_is_nothing_to_fork_from_a_kernel_starts_by_itself(book, chapter):
    with prefork([], environment(book)) as warm:
        warm.close()  # type: ignore[union-attr]
        assert outputs(book, chapter, warm)[3] == "1"


def test_what_a_chapter_imports_from_outside(book, write):
    (book.code / "toylib/low.py").write_text("import fractions\n\nONE = 1\n")
    write("part1/one", "from os.path import join\nfrom toylib import high")
    cells = Chapter.read(book, book.page("part1/one")).code
    assert imported_packages(cells, book.code) == {"os", "toylib", "fractions"}
