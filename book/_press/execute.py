"""Chapters are executed here, before Sphinx starts: those that changed, all cores, longest first.

Each runs in a kernel of its own, a process that ends with this one.
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from .book import Book, Page, PressError
from .cache import Execution, cached, keep, last, why
from .chapter import code_cells, inputs, parse

__all__ = ["execute_all"]

ENVIRONMENT = {
    "DIFFPROG_BUILD": "1",
    # One numeric thread a chapter: chapters that run side by side do not fight for cores, and sums
    # are added in the same order on every machine.
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "MPLBACKEND": "agg",
}
TIMEOUT = 600  # seconds a cell

_ADDRESS = re.compile(r"\bat 0x[0-9a-f]{6,}")
_LINE = re.compile(r"Cell In\[\d+\], line (\d+)")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


def execute_all(
    book: Book,
    pages: Iterable[Page],
    *,
    jobs: int | None = None,
    report: Callable[[str], None] = lambda line: None,
) -> list[Execution]:
    """Execute those of `pages` that are not in the cache, `jobs` at a time, longest first.

    All are run even where one fails, so that the others' results are kept. Raises PressError that
    names chapter, line and exception of each failure.
    """
    found = {page: cached(book, page) for page in pages}
    stale = sorted(
        (page for page, execution in found.items() if execution is None),
        key=lambda page: _expected(book, page),
        reverse=True,
    )
    errors = []
    with ThreadPoolExecutor(max_workers=max(1, jobs or os.cpu_count() or 1)) as pool:
        futures = {pool.submit(_execute, book, page, report): page for page in stale}
        for future in as_completed(futures):
            try:
                found[futures[future]] = future.result()
            except PressError as error:
                errors.append(str(error))
                report(f"  ✗ {futures[future].name}")
    if errors:
        raise PressError("\n".join(errors))
    return [execution for execution in found.values() if execution is not None]


def _expected(book: Book, page: Page) -> float:
    """Seconds that `page` took last; where that is not known, its length stands in."""
    kept = last(book, page)
    return float(sum(kept["seconds"])) if kept else page.path.stat().st_size / 1000


def _execute(book: Book, page: Page, report: Callable[[str], None]) -> Execution:
    """Run one chapter in a fresh kernel and an empty folder."""
    reason = why(book, page)
    notebook = parse(page.path.read_text(encoding="utf-8"))
    found = inputs(notebook, book.root)
    seconds: list[float] = []
    begun = time.perf_counter()
    if code_cells(notebook):
        report(f"  ▸ {page.name} ({reason})")
        _run(notebook, page, seconds)
        report(f"  ✓ {page.name} ({time.perf_counter() - begun:.1f} s)")
    keep(book, page, notebook, found, seconds)
    execution = cached(book, page)
    if execution is None:
        raise PressError(f"{page.docname}.md, or what it imports, changed while it ran")
    return replace(execution, seconds=time.perf_counter() - begun, reason=reason)


def _run(notebook: NotebookNode, page: Page, seconds: list[float]) -> None:
    times: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            timeout=TIMEOUT,
            kernel_name="python3",
            resources={"metadata": {"path": folder}},
            on_cell_execute=lambda cell, cell_index: times.update(
                {cell_index: time.perf_counter()}
            ),
            on_cell_executed=lambda cell, cell_index, execute_reply: seconds.append(
                time.perf_counter() - times[cell_index]
            ),
        )
        try:
            # A loop of its own, closed at the end: `client.execute` would leave one behind.
            asyncio.run(client.async_execute(env=os.environ | ENVIRONMENT))
        except CellExecutionError as error:
            raise _failure(
                notebook, page, f"{error.ename}: {_ANSI.sub('', error.evalue)}"
            ) from error
        except (CellTimeoutError, DeadKernelError) as error:
            last = max(times, default=0)
            raise PressError(
                f"{_place(notebook, page, last)}: {str(error).splitlines()[0]}"
            ) from error
    for index, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            _accept(output, _place(notebook, page, index))


def _accept(output: NotebookNode, place: str) -> None:
    """Refuse what must not reach a page: standard error, and the address in a default repr."""
    if output.output_type == "stream" and output.name == "stderr":
        raise PressError(
            f"{place}: wrote to standard error: {output.text.strip().splitlines()[-1]}"
        )
    text = output.get("text", "") or str(output.get("data", {}).get("text/plain", ""))
    if _ADDRESS.search(text):
        raise PressError(f"{place}: shows a memory address: {text.strip()[:80]}")
    output.pop("execution_count", None)


def _failure(notebook: NotebookNode, page: Page, message: str) -> PressError:
    for index, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                lines = _LINE.findall(_ANSI.sub("", "\n".join(output.traceback)))
                return PressError(
                    f"{_place(notebook, page, index, int((lines or ['0'])[0]))}: {message}"
                )
    return PressError(f"{page.docname}.md: {message}")


def _place(notebook: NotebookNode, page: Page, index: int, line: int = 0) -> str:
    """File, line and cell, as editors understand them; `line` is counted in the cell from one."""
    text = page.path.read_text(encoding="utf-8").splitlines()
    begin = notebook.metadata.source_map[index]
    source = notebook.cells[index].source.splitlines()
    # The cell's options stand between its fence and its code: find where the code begins.
    while source and begin < len(text) and text[begin] != source[0]:
        begin += 1
    count = [i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"].index(
        index
    ) + 1
    return f"{page.docname}.md:{begin + max(line, 1)}: cell {count}"
