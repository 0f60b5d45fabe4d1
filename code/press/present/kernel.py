"""The live kernel of one chapter, in which the code of a reader runs after the chapter's cells.

It starts at first use, as the kernels of a build do. A cell that is not edited gives what
the book shows. A second run of a cell works on what the first one left, as in every notebook.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager

from ..book import Book
from ..chapter import Chapter
from ..kernel_settings import environment
from ..run.kernel import set_up
from ..run.prefork import Prefork
from ..slides.whole_cell import Place, whole

__all__ = ["LiveKernel", "Place", "whole"]

STARTING = 60  # seconds until a kernel has to answer
LOOKING = 0.3  # seconds between two looks whether the kernel is alive

ENDED = "The kernel has ended, and the stored output stays. Run starts a new kernel."
EARLY = {"state": "ended", "text": "Interrupted before the cell ran: the stored output stays."}
NOT_STARTED = "No kernel could be started ({}), and the stored output stays. Run tries again."


class _EndedError(Exception):
    """The kernel ended, or did not start; the text says what to do."""


class LiveKernel:
    """The kernel of a chapter; it is started by the first call of `run`."""

    def __init__(self, book: Book, chapter: Chapter, prefork: Prefork | None = None) -> None:
        self._book, self._chapter, self._prefork = book, chapter, prefork
        self._manager: Any = None
        self._client: AsyncKernelClient | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._turn = asyncio.Lock()
        self._next = 0
        """The index of the first cell that the kernel has not run yet."""
        self._stopped = False

    async def run(self, place: Place, code: str, tell: Callable[[dict[str, Any]], None]) -> None:
        """Run the cell with `code` in place of these lines, after all cells of the chapter before.

        `tell` gets the kernel's own messages, and {"state": …}: preparing with a "text", running,
        and at last done, perhaps with a remark, error, interrupted, or ended with the reason.
        """
        async with self._turn:
            self._stopped = False
            try:
                if stopped := await self._ready(place, tell):
                    tell(stopped)
                    return
                late = place.cell + 1 < self._next
                tell({"state": "running"})
                status = await self._execute(self.whole(place, code), tell)
                if status == "ok":  # else the book's own code runs before later cells
                    self._next = max(self._next, place.cell + 1)
                    tell({"state": "done"} | ({"text": "run after later cells"} if late else {}))
                else:
                    tell({"state": "interrupted" if self._stopped else "error"})
            except _EndedError as error:
                await self._close()
                tell({"state": "ended", "text": str(error)})

    def whole(self, place: Place, code: str) -> str:
        """Return the cell that runs: the chapter's, with `code` in place of these lines."""
        return whole(self._chapter.notebook.cells[place.cell].source, place, code)

    def alt(self, place: Place, code: str) -> str:
        """Return the alternative text of a figure that `code` draws in place of these lines."""
        cell = self._chapter.notebook.cells[place.cell]
        written = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        alt = " ".join(written.split())
        if alt and self.whole(place, code).strip() == cell.source.strip():
            return alt
        return f"A figure that the edited code has drawn. {alt and f'In the book: {alt}'}".strip()

    async def interrupt(self) -> None:
        """Stop the code that runs; the kernel keeps what the code has done."""
        self._stopped = True
        if self._manager and self._client:
            await self._manager.interrupt_kernel()

    async def end(self) -> None:
        """End the kernel, whatever it does; the next call of `run` starts a new one."""
        if self._manager and self._manager.has_kernel:
            await self._manager.provisioner.kill()
        async with self._turn:
            await self._close()

    async def _close(self) -> None:
        manager, client, folder = self._manager, self._client, self._folder
        self._manager = self._client = self._folder = None
        self._next = 0
        if client:
            client.stop_channels()
        if manager and manager.has_kernel:
            with suppress(ProcessLookupError):
                await manager.shutdown_kernel(now=True)
        if folder:
            folder.cleanup()

    async def _ready(
        self, place: Place, tell: Callable[[dict[str, Any]], None]
    ) -> dict[str, Any] | None:
        """Start the kernel, and run what comes before `place`; return what stopped it, if so.

        The chapter's cells may fail after what the reader has run: a fresh kernel runs them again.
        """
        await self._start(tell)
        fresh = self._next == 0
        stopped = await self._prepare(place, tell)
        if fresh or not stopped or self._stopped:
            return stopped
        await self._close()
        await self._start(tell)
        return await self._prepare(place, tell)

    async def _start(self, tell: Callable[[dict[str, Any]], None]) -> None:
        if self._manager and await self._manager.is_alive():
            return
        await self._close()
        tell({"state": "preparing", "text": "starting the kernel"})
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        folder = Path(self._folder.name)
        (folder / "work").mkdir()
        own = {"IPYTHONDIR": str(folder / "settings")}
        self._manager = manager = AsyncKernelManager()
        set_up(manager, folder / "kernel", self._prefork)
        try:
            await manager.start_kernel(env=environment(self._book) | own, cwd=str(folder / "work"))
            client = manager.client()
            client.start_channels()
            await client.wait_for_ready(STARTING)
        except (OSError, RuntimeError) as error:
            raise _EndedError(NOT_STARTED.format(error)) from error
        self._client = client

    async def _prepare(
        self, place: Place, tell: Callable[[dict[str, Any]], None]
    ) -> dict[str, Any] | None:
        """Run the chapter's cells before `place` that did not run yet; return what stopped it."""
        parts = list(self._before(place))
        for number, (cell, source) in enumerate(parts, 1):
            if self._stopped:
                return EARLY
            tell({"state": "preparing", "text": f"cell {number} of {len(parts)} before it"})
            said: list[dict[str, Any]] = []
            status = await self._execute(source, said.append)
            if self._stopped:
                return EARLY
            if status != "ok":
                names = (m["content"]["ename"] for m in said if m["msg_type"] == "error")
                where = self._chapter.place(cell).rpartition(": ")[2].capitalize()
                text = f"{where} of the chapter, which runs before this one, stopped with"
                text += f" {next(names, status)}: the stored output stays."
                return {"state": "ended", "text": text}
            self._next = cell + 1
        return None

    def _before(self, place: Place) -> Iterator[tuple[int, str]]:
        """Yield the cells before `place` that the kernel has not run, with their indices."""
        cells = self._chapter.notebook.cells
        for index in range(self._next, place.cell):
            if cells[index].cell_type == "code":
                yield index, cells[index].source

    async def _execute(self, code: str, tell: Callable[[dict[str, Any]], None]) -> str:
        """Run `code`, and return the kernel's status: ok, error or aborted."""
        client, manager = self._client, self._manager
        assert client is not None
        work = asyncio.ensure_future(
            client.execute_interactive(code, allow_stdin=False, output_hook=tell)
        )
        while not work.done():
            await asyncio.wait({work}, timeout=LOOKING)
            if not work.done() and not (manager.has_kernel and await manager.is_alive()):
                work.cancel()
                raise _EndedError(ENDED)
        reply = work.result()
        return str(reply["content"]["status"])
