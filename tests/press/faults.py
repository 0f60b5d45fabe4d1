"""Script that runs the press with a fault: ``python faults.py <where> build``.

At the named place, the build is killed, the disk is full, or a page is edited. Only tests use this
script; the press itself has no code for faults.
"""

import asyncio
import atexit
import errno
import os
import runpy
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbclient
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.environment import BuildEnvironment

from press import chapter, repository
from press.book import Book


def kill(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def when_replacing(part: str, fault: Callable[[], None], half: bool = False) -> None:
    """Cause a fault when a file whose path contains `part` is to be put in place."""
    replace = os.replace

    def faulty(source: os.PathLike[str], target: os.PathLike[str]) -> None:
        if part in Path(target).as_posix():
            if half:
                os.truncate(source, os.path.getsize(source) // 2)
            fault()
        replace(source, target)

    os.replace = faulty  # type: ignore[assignment]


def at_page(number: int, fault: Callable[[], None]) -> None:
    """Cause a fault when Sphinx is about to write its page of this number, counted from one."""
    write, count = StandaloneHTMLBuilder.write_doc, 0

    def faulty(self: StandaloneHTMLBuilder, *args: Any) -> None:
        nonlocal count
        count += 1
        if count == number:
            fault()
        write(self, *args)

    StandaloneHTMLBuilder.write_doc = faulty  # type: ignore[assignment, method-assign]


def edited_for_a_moment() -> None:
    """Edit a page before Sphinx reads it, and undo the edit afterwards."""
    path = Path("book/two.md")
    before = path.read_text()
    find, check = BuildEnvironment.find_files, BuildEnvironment.check_consistency

    def edited(self: BuildEnvironment, *args: Any) -> None:
        path.write_text(before.replace("Prose", "Fleeting prose"))
        find(self, *args)

    def undone(self: BuildEnvironment) -> None:
        path.write_text(before)
        check(self)

    BuildEnvironment.find_files = edited  # type: ignore[assignment,method-assign]
    BuildEnvironment.check_consistency = undone  # type: ignore[method-assign]


def in_cell() -> None:
    """Kill the build a moment after it has sent a cell to its kernel."""
    poll = nbclient.NotebookClient._async_poll_for_reply

    async def faulty(self: nbclient.NotebookClient, *args: Any) -> object:
        asyncio.get_running_loop().call_later(0.01, kill)
        await asyncio.sleep(1)
        return await poll(self, *args)

    nbclient.NotebookClient._async_poll_for_reply = faulty  # type: ignore[assignment, method-assign]


def counted() -> None:
    """Cause no fault, but print how often chapters were parsed and git was called."""
    calls = {"parses": 0, "git": 0, "books": 0}

    def count(owner: object, name: str, what: str) -> None:
        original = getattr(owner, name)

        def counting(*args: Any, **kwargs: object) -> object:
            calls[what] += 1
            return original(*args, **kwargs)

        setattr(owner, name, counting)

    count(chapter, "read_myst_markdown_notebook", "parses")
    count(repository.subprocess, "run", "git")  # type: ignore[attr-defined]
    count(Book, "__init__", "books")
    atexit.register(lambda: print("calls:", *(f"{n} {what}" for what, n in calls.items())))


WHERE = {
    "counted": counted,
    "mid-cell": in_cell,
    "mid-cache-write": lambda: when_replacing("/executed/", kill, half=True),
    "mid-store-write": lambda: when_replacing("/outputs/", kill, half=True),
    "environment-pickled": lambda: setattr(BuildEnvironment, "check_consistency", kill),
    "mid-page": lambda: at_page(2, kill),
    "mid-deck": lambda: when_replacing("/slides/", kill, half=True),
    "mid-publish": lambda: when_replacing("_build/html", kill),
    "mid-manifest": lambda: when_replacing("manifest.json", kill, half=True),
    "edited-for-a-moment": edited_for_a_moment,
    "full-cache": lambda: when_replacing("/executed/", full),
    "full-store": lambda: when_replacing("/outputs/", full),
    "full-page": lambda: at_page(2, full),
    "full-deck": lambda: when_replacing("/slides/", full),
    "full-manifest": lambda: when_replacing("manifest.json", full),
}

if __name__ == "__main__":
    WHERE[sys.argv.pop(1)]()
    runpy.run_module("press", run_name="__main__")
