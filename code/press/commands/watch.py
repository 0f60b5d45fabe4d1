"""Rebuild on save, and reload the browser: ``make watch``.

livereload serves the site, on this machine only, and puts its script into pages as they are sent:
nothing of it stands in the site itself.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from threading import Thread

from livereload import Server
from livereload.handlers import LiveReloadHandler

from .. import manifest
from ..book import Book, PressError

__all__ = ["watch"]

HOST = "127.0.0.1"
PATIENCE = 0.5  # seconds between two looks at the sources, which take a few milliseconds


def watch(book: Book, port: int) -> None:
    """Build whenever a source was written since the last build began, until interrupted.

    Raises PressError where `port` cannot be used.
    """
    try:
        socket.create_server((HOST, port)).close()
    except OSError as error:
        raise PressError(
            f"port {port} cannot be used ({error.strerror}): end what uses it, or choose another, "
            "`.venv/bin/python -m press watch --port 8001`"
        ) from error
    Thread(target=_build_on_save, args=(book,), daemon=True).start()
    server = Server()
    server.watch(str(book.build / "manifest.json"))  # a build that succeeds writes it last
    LiveReloadHandler.DEFAULT_RELOAD_TIME = 0  # two builds within seconds are two reloads
    server.serve(port, host=HOST, root=str(book.build / "html"))


def _build_on_save(book: Book) -> None:
    built = None
    while True:
        now = manifest.touched(book)
        if now != built:
            built = now
            # A process of its own: it runs the press and the library as they are now.
            if subprocess.run([sys.executable, "-m", "press", "build"], cwd=book.root).returncode:
                print("Waiting for the next save", flush=True)
        time.sleep(PATIENCE)
