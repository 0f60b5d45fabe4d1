"""The site on a server that sends the policy, and compresses nothing, and in a folder."""

import functools
import http.server
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from press.policy import POLICY as OF_PAGES
from press.run_here.folder import pack

POLICY = OF_PAGES.replace("script-src", "script-src 'wasm-unsafe-eval'")
"""With every file: for Python's worker, too, which compiles WebAssembly."""


@pytest.fixture(scope="module")
def served() -> list[str]:
    """The paths that the server was asked for."""
    return []


@pytest.fixture(scope="module")
def address(build: Any, served: list[str]) -> Iterator[str]:
    """The site's address, on a server that sends the policy with every file."""

    class Strict(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            served.append(self.path)
            super().do_GET()

        def end_headers(self) -> None:
            self.send_header("Content-Security-Policy", POLICY)
            super().end_headers()

    class Server(http.server.ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """Do not complain of a tab that was closed, or a worker that was stopped."""

    handler = functools.partial(Strict, directory=str(build.html))
    with Server(("127.0.0.1", 0), handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_address[1]}/"
        httpd.shutdown()


@pytest.fixture(scope="module")
def folder(build: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The book from its zip."""
    place = tmp_path_factory.mktemp("a folder of a reader")
    with zipfile.ZipFile(pack(build.book)) as archive:
        archive.extractall(place)
    return place / "book"
