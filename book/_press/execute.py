"""Chapters run here, before Sphinx starts: those that changed, on all cores, longest first."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace

from .book import Book, Page, PressError
from .cache import Execution, cached, keep, last, why
from .chapter import inputs, outside, read
from .kernel import run, settings
from .progress import Progress
from .warm import MODULES, Nursery, nursery

__all__ = ["execute_all"]


def execute_all(
    book: Book, pages: Iterable[Page], *, jobs: int | None = None, progress: Progress | None = None
) -> list[Execution]:
    """Execute those of `pages` that are not in the cache, `jobs` at a time, longest first.

    All are run even where one fails, so that the others' results are kept. Raises PressError that
    names chapter, line, cell and exception of each failure.
    """
    found = {page: cached(book, page) for page in pages}
    stale = [page for page, execution in found.items() if execution is None]
    stale.sort(key=lambda page: _expected(book, page), reverse=True)
    if stale:
        work = _execute_stale(book, stale, jobs or _cores(), progress or Progress(None))
        found |= dict(zip(stale, _beside(work), strict=True))
    return [execution for execution in found.values() if execution is not None]


def _cores() -> int:
    """The cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on macOS and Windows
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _expected(book: Book, page: Page) -> float:
    """Seconds that `page` took last; where that is not known, its length stands in."""
    kept = last(book, page)
    return float(sum(kept["seconds"])) if kept else page.path.stat().st_size / 1000


async def _execute_stale(
    book: Book, pages: Sequence[Page], jobs: int, progress: Progress
) -> list[Execution]:
    """Execute `pages` in this order, `jobs` at a time, in kernels that this one process feeds."""
    free = asyncio.Semaphore(jobs)
    progress.total = len(pages)

    async def one(page: Page, warm: Nursery | None) -> Execution:
        async with free:
            return await _execute(book, page, progress, warm)

    clock = asyncio.create_task(_tick(progress))
    try:
        with _nursery(book, pages, jobs) as warm:
            runs = [one(page, warm) for page in pages]
            results = await asyncio.gather(*runs, return_exceptions=True)
    finally:
        clock.cancel()
    failures = [result for result in results if isinstance(result, BaseException)]
    for failure in failures:
        if not isinstance(failure, PressError):
            raise failure
    if failures:
        raise PressError("\n".join(map(str, failures)))
    return [result for result in results if isinstance(result, Execution)]


async def _tick(progress: Progress) -> None:
    while True:
        progress.tick()
        await asyncio.sleep(0.5)


def _nursery(
    book: Book, pages: Sequence[Page], jobs: int
) -> AbstractContextManager[Nursery | None]:
    """Where kernels start warm, if that pays: some worker has more than one chapter to run."""
    if len(pages) <= jobs:
        return nullcontext()
    used = {name for page in pages for name in outside(read(page), book.root)}
    return nursery([name for name in MODULES if name.partition(".")[0] in used], settings(book))


async def _execute(book: Book, page: Page, progress: Progress, warm: Nursery | None) -> Execution:
    """Run one chapter, and keep what it gave."""
    reason = why(book, page)
    notebook = read(page)
    found = inputs(notebook, book.root)
    begun = time.perf_counter()
    with progress.running(page.name, reason):
        keep(book, page, notebook, found, await run(book, page, notebook, warm))
    execution = cached(book, page)
    if execution is None:
        raise PressError(f"{page.docname}.md, or what it imports, changed while it ran")
    return replace(execution, seconds=time.perf_counter() - begun, reason=reason)


def _beside(work: Coroutine[None, None, list[Execution]]) -> list[Execution]:
    """Run `work` beside the main thread, which Ctrl-C interrupts, and which then cancels it.

    In the main thread each kernel's client would take Ctrl-C for itself, and end its kernel only.
    """
    started: Future[Callable[[], object]] = Future()

    async def main() -> list[Execution]:
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task is not None
        started.set_result(lambda: loop.call_soon_threadsafe(task.cancel))
        return await work

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(asyncio.run, main())
        try:
            return future.result()
        except KeyboardInterrupt:
            with suppress(RuntimeError):  # it has ended by itself, and its loop is closed
                started.result()()
            raise
