"""The run of one chapter, cell by cell, in a fresh kernel, which ends with the build.

A failing cell, a traceback, standard error or a memory address is an error, with its line and cell.
"""

from __future__ import annotations

import atexit
import os
import re
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from ..book import Book, PressError
from ..chapter import Chapter
from ..kernel_settings import environment
from ..self_contained import requested_by_output
from .prefork import Prefork
from .streams import merged, uncoloured, warning

__all__ = ["connect", "error_line", "run", "set_up"]

WIDGET = "application/vnd.jupyter.widget-view+json"
TIMEOUT = 600  # seconds per cell

_LONGEST_SOCKET = 90  # bytes: systems allow 103 or 107, and Jupyter adds the number of the socket

_ADDRESS = re.compile(r"\bat 0x[0-9a-f]{6,}")
_LINE = re.compile(r"Cell In\[\d+\], line (\d+)")


class _ThisPython(KernelSpecManager):
    """The kernel of the Python that builds; an installed `python3` may be another Python."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="Python 3", language="python")


async def run(
    book: Book, chapter: Chapter, notebook: NotebookNode, prefork: Prefork | None = None
) -> list[float]:
    """Fill in the outputs of `notebook`, and return the seconds that each cell took.

    The kernel runs in an empty folder, with this book's library and without the user's own
    settings. If there is a `prefork`, the kernel is forked from it.

    Raises PressError, with the line and the cell, if a cell fails or its output is refused.
    """
    begun: dict[int, float] = {}
    took: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        work, own = Path(folder, "work"), {"IPYTHONDIR": str(Path(folder, "settings"))}
        work.mkdir()
        client = NotebookClient(
            notebook,
            timeout=TIMEOUT,
            kernel_name="python3",
            shutdown_kernel="immediate",
            resources={"metadata": {"path": str(work)}},
            on_cell_execute=lambda cell, cell_index: begun.update(
                {cell_index: time.perf_counter()}
            ),
            on_cell_executed=lambda cell, cell_index, execute_reply: took.append(
                time.perf_counter() - begun[cell_index]
            ),
        )
        manager = client.create_kernel_manager()
        set_up(manager, Path(folder, "kernel"), prefork)
        try:
            await client.async_execute(env=environment(book) | own)
        except CellExecutionError as error:
            message = f"{error.ename}: {uncoloured(error.evalue)}"
            raise _failure(notebook, chapter, message) from error
        except (CellTimeoutError, DeadKernelError) as error:
            place = chapter.place(max(begun, default=0))
            raise PressError(f"{place}: {str(error).splitlines()[0]}") from error
        finally:
            # An interrupted start leaves this handler behind, and it would fail at Python's exit.
            atexit.unregister(client._cleanup_kernel)
            _end(manager)
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            cell.outputs = merged(cell.outputs)
            for output in cell.outputs:
                _accept(output, chapter.place(index))
    return took


def set_up(manager: KernelManager, socket: Path, prefork: Prefork | None) -> None:
    """Let `manager` start the kernel of this Python, forked from `prefork` if there is one.

    The kernel listens at files `<socket>-<number>`, if possible.
    """
    manager.kernel_spec_manager = _ThisPython()
    connect(manager, socket)
    if prefork:
        manager.provisioner = prefork.provisioner(manager)


def connect(manager: KernelManager, socket: Path) -> None:
    """Let a kernel that is not started yet listen at files `<socket>-<number>`, if possible.

    A TCP port is chosen before the kernel takes it, and another kernel may take it in between.
    """
    if sys.platform != "win32" and len(os.fsencode(socket)) <= _LONGEST_SOCKET:
        manager.transport, manager.ip = "ipc", str(socket)


def _end(manager: KernelManager) -> None:
    """Kill the kernel if it is alive: Ctrl-C may have come while it started or shut down."""
    process = getattr(manager.provisioner, "process", None)
    if process is not None and process.poll() is None:
        process.kill()


def _accept(output: NotebookNode, place: str) -> None:
    """Raise PressError for an output that must not reach a page.

    That is a traceback, standard error, a memory address, a widget, or a request to another host.
    """
    if output.output_type == "error":
        raise PressError(f"{place}: shows the traceback of an error: catch it and print its text")
    if output.output_type == "stream" and output.name == "stderr":
        raise PressError(f"{place}: wrote to standard error: {warning(output.text)}")
    text = output.get("text", "") or str(output.get("data", {}).get("text/plain", ""))
    if _ADDRESS.search(text):
        raise PressError(f"{place}: shows a memory address: {text.strip()[:80]}")
    data = output.get("data", {})
    if WIDGET in data:
        raise PressError(
            f"{place}: shows a widget, which needs a running kernel: use figures.frames, whose"
            " slider works on a page"
        )
    if address := requested_by_output(data):
        raise PressError(
            f"{place}: its output loads {address}, but a page asks no third party, and no file of"
            " a cell is kept: put what is loaded into the output"
        )
    output.pop("execution_count", None)


def error_line(error: Mapping[str, Any]) -> int:
    """Return the line of the cell at which this error arose, or 0 where its traceback has none."""
    found = _LINE.findall(uncoloured("\n".join(error["traceback"])))
    return int((found or ["0"])[0])


def _failure(notebook: NotebookNode, chapter: Chapter, message: str) -> PressError:
    for index, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                return PressError(f"{chapter.place(index, error_line(output))}: {message}")
    return PressError(f"{chapter.page.docname}.md: {message}")
