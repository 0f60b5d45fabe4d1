"""The run of all chapters that changed: on all cores, longest first, before Sphinx starts."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace

from ..book import Book, PressError
from ..cache_key import imported_packages
from ..chapter import Chapter
from ..kernel_settings import environment
from .cache import Execution, cached, keep, last, why
from .kernel import run
from .prefork import MODULES, Prefork, prefork
from .progress import Progress

__all__ = ["execute_all"]


def execute_all(
    book: Book,
    chapters: Iterable[Chapter],
    *,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> list[Execution]:
    """Return the executions of `chapters`; run those that are not cached, `jobs` at a time.

    If one chapter fails, the others still run, so that their outputs are cached. Raises PressError
    with the chapter, line, cell and exception of each failure.
    """
    chapters = list(chapters)
    found = [cached(book, chapter) for chapter in chapters]
    stale = [c for c, execution in zip(chapters, found, strict=True) if execution is None]
    stale.sort(key=lambda chapter: _expected(book, chapter), reverse=True)
    if stale:
        work = _execute_stale(book, stale, jobs or _cores(), progress or Progress(None))
        done = {execution.page: execution for execution in _beside(work)}
        found = [e or done[c.page] for c, e in zip(chapters, found, strict=True)]
    return [execution for execution in found if execution is not None]


def _cores() -> int:
    """Count the cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on macOS and Windows
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _expected(book: Book, chapter: Chapter) -> float:
    """Return the seconds that `chapter` took last, or a guess from its length."""
    kept = last(book, chapter.page)
    return float(sum(kept["seconds"])) if kept else len(chapter.text) / 1000


async def _execute_stale(
    book: Book, chapters: Sequence[Chapter], jobs: int, progress: Progress
) -> list[Execution]:
    """Execute `chapters` in this order, `jobs` at a time."""
    free = asyncio.Semaphore(jobs)
    progress.total = len(chapters)

    async def one(chapter: Chapter, warm: Prefork | None) -> Execution:
        async with free:
            return await _execute(book, chapter, progress, warm)

    clock = asyncio.create_task(_tick(progress))
    try:
        with _prefork(book, chapters, jobs) as warm:
            runs = [one(chapter, warm) for chapter in chapters]
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


def _prefork(
    book: Book, chapters: Sequence[Chapter], jobs: int
) -> AbstractContextManager[Prefork | None]:
    """Start the process that kernels are forked from, if it pays: for more chapters than jobs."""
    if len(chapters) <= jobs:
        return nullcontext()
    used = imported_packages((cell for c in chapters for cell in c.code), book.code)
    modules = [name for name in MODULES if name.partition(".")[0] in used]
    return prefork(modules, environment(book))


async def _execute(
    book: Book, chapter: Chapter, progress: Progress, warm: Prefork | None
) -> Execution:
    """Run one chapter, and cache its outputs."""
    reason, notebook = why(book, chapter), chapter.copy()
    begun = time.perf_counter()
    with progress.running(chapter.page.name, reason):
        seconds = await run(book, chapter, notebook, warm)
        if not chapter.is_current(book):
            name = f"{chapter.page.docname}.md"
            raise PressError(f"{name}, or what it imports, changed while it ran: build again")
        execution = keep(book, chapter, notebook, seconds, reason)
    return replace(execution, seconds=time.perf_counter() - begun)


def _beside(work: Coroutine[None, None, list[Execution]]) -> list[Execution]:
    """Run `work` in a second thread, so that the main thread can cancel it on Ctrl-C.

    In the main thread each kernel's client would catch Ctrl-C itself, and end only its own kernel.
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
            with suppress(RuntimeError):  # `work` has just ended, and its loop is closed
                started.result()()
            raise
