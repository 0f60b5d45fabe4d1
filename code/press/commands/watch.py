"""Rebuild on save, and reload the browser: ``make watch``.

livereload serves the site, on this machine only. It puts its script into pages as it sends them, so
that the site itself does not contain it, and there the policy of the pages allows such a script.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from threading import Thread
from typing import Any

from livereload import Server
from livereload.handlers import LiveReloadHandler, StaticFileHandler

from .. import manifest
from ..book import Book, PressError
from ..policy import THEME_SOURCE

__all__ = ["watch"]

HOST = "127.0.0.1"
PATIENCE = 0.5  # seconds between two looks at the sources, which take a few milliseconds


def watch(book: Book, port: int) -> None:
    """Build whenever a source was written since the last build began, until interrupted.

    Raises PressError if `port` cannot be used.
    """
    try:
        socket.create_server((HOST, port)).close()
    except OSError as error:
        raise PressError(
            f"port {port} cannot be used ({error.strerror}): end the program that uses it, or"
            " choose another port, as in `.venv/bin/python -m press watch --port 8001`"
        ) from error
    Thread(target=_build_on_save, args=(book,), daemon=True).start()
    server = Server()
    server.SFH = _Files
    server.watch(str(book.build / "manifest.json"))  # a build that succeeds writes it last
    LiveReloadHandler.DEFAULT_RELOAD_TIME = 0  # two builds within seconds need two reloads
    server.serve(port, host=HOST, root=str(book.build / "html"))


class _Files(StaticFileHandler):  # type: ignore[misc]  # livereload has no types
    """The files of the site; pages may have any script in them."""

    @classmethod
    def get_content(cls, *args: Any, **kwargs: Any) -> Iterator[bytes]:
        """Yield the parts of a file, of which the first has the head of a page."""
        source = THEME_SOURCE.encode()
        anything = b"'unsafe-inline'".ljust(len(source))  # so that the length stays as announced
        for part in super().get_content(*args, **kwargs):
            yield part.replace(source, anything)


def _build_on_save(book: Book) -> None:
    built = None
    while True:
        now = manifest.touched(book)
        if now != built:
            built = now
            # A new process runs the press and the library as they are now.
            if subprocess.run([sys.executable, "-m", "press", "build"], cwd=book.root).returncode:
                print("Waiting for the next save", flush=True)
        time.sleep(PATIENCE)
