"""What tests share: the built book, and a browser."""

import contextlib
import functools
import http.server
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from press import katex
from press.book import Book
from press.store import Entry, Store

ROOT = Path(__file__).parent.parent
AXE = katex.KATEX.parents[1] / "axe-core" / "axe.min.js"


@dataclass(frozen=True)
class Build:
    """A finished build of the book, and what it printed."""

    book: Book
    output: str

    @property
    def html(self) -> Path:
        return self.book.build / "html"


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    """On samples as small as ours, threads spend their time waiting for each other."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def build() -> Build:
    """The book, built as `make book` builds it: what is unchanged comes from the cache."""
    run = subprocess.run(
        [sys.executable, "-m", "press", "build"],
        cwd=ROOT,
        env=os.environ | {"PYTHONWARNINGS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    return Build(Book(ROOT), run.stdout + run.stderr)


@pytest.fixture(scope="session")
def entries(build: Build) -> dict[str, Entry]:
    """The output store, whole."""
    store = Store.of(build.book)
    return {name: store[name] for name in store}


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="session")
def server(build: Build) -> Iterator[str]:
    """The site's address on loopback."""
    handler = functools.partial(_Quiet, directory=str(build.html))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_address[1]}"
        httpd.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """A headless Chromium."""
    from playwright.sync_api import sync_playwright

    from press.setup.browser import launch

    with sync_playwright() as playwright:
        chromium = launch(playwright)
        with contextlib.closing(chromium):
            yield chromium
