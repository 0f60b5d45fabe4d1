"""Rebuild on save, and reload the browser: ``make watch``.

The site is served on this machine only. The few words of script that wait for the next build are
put into pages as they are sent; nothing of it stands in the site itself.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Condition, Thread

from . import state
from .book import Book, PressError

__all__ = ["watch"]

PATIENCE = 0.5  # seconds between two looks at the sources, which take a few milliseconds
RELOAD = b'<script>new EventSource("/-/builds").onmessage = () => location.reload()</script>'


class _Builds:
    """How many builds have succeeded, for those who wait for the next."""

    def __init__(self) -> None:
        self.count = 0
        self._changed = Condition()

    def add(self) -> None:
        with self._changed:
            self.count += 1
            self._changed.notify_all()

    def wait(self, seen: int, seconds: float) -> int:
        with self._changed:
            self._changed.wait_for(lambda: self.count > seen, seconds)
            return self.count


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, site: Path, port: int) -> None:
        self.site = str(site)
        self.builds = _Builds()
        super().__init__(("127.0.0.1", port), _Handler)


class _Handler(SimpleHTTPRequestHandler):
    server: _Server

    def __init__(self, request: object, client: object, server: _Server) -> None:
        super().__init__(request, client, server, directory=server.site)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """A page with the script, the stream of builds, or a file as it is."""
        try:
            if self.path == "/-/builds":
                self._stream()
            elif (path := self._page()).suffix == ".html" and path.is_file():
                self._send(path.read_bytes().replace(b"</body>", RELOAD + b"</body>"))
            else:
                super().do_GET()
        except ConnectionError:
            pass  # the reader has left the page

    def end_headers(self) -> None:
        """Nothing of a site that changes is kept by the browser."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Requests are not listed: the terminal shows the builds."""

    def _page(self) -> Path:
        path = Path(self.translate_path(self.path))
        return path / "index.html" if path.is_dir() and self.path.endswith("/") else path

    def _send(self, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        seen = self.server.builds.count
        while True:
            count = self.server.builds.wait(seen, 10)
            self.wfile.write(f"data: {count}\n\n".encode() if count > seen else b":\n\n")
            self.wfile.flush()
            seen = count


def watch(book: Book, port: int) -> None:
    """Build whenever a source was written since the last build began, until interrupted."""
    try:
        server = _Server(book.build / "html", port)
    except OSError as error:
        raise PressError(
            f"port {port} cannot be used ({error.strerror}): end what uses it, or choose another, "
            "`.venv/bin/python -m _press.watch --port 8001`"
        ) from error
    Thread(target=server.serve_forever, daemon=True).start()
    print(f"Serving http://127.0.0.1:{server.server_port}; Ctrl-C ends it", flush=True)
    built = None
    while True:
        now = state.touched(book)
        if now != built:
            built = now
            # A process of its own: it runs the press and the library as they are now.
            if subprocess.run([sys.executable, "-m", "_press", "build"], cwd=book.root).returncode:
                print("Waiting for the next save", flush=True)
            else:
                server.builds.add()
        time.sleep(PATIENCE)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m _press.watch", description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    try:
        watch(Book(Path.cwd()), parser.parse_args().port)
    except PressError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        print()
