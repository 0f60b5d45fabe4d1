"""Fixtures of all tests: the built book, a browser; and the order in which processes run tests."""

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
from filelock import FileLock

from press import katex
from press.book import Book
from press.edition import Edition
from press.store import Entry, Store

ROOT = Path(__file__).parent.parent
os.environ.pop("TORCH_WHEELS", None)  # what is tested is the engine; one module sets it
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
    """Use one thread: with samples as small as ours, threads mostly wait for each other."""
    torch.set_num_threads(1)


LONGEST = (
    "press/notebooks/test_runs.py",
    "press/test_rebuild.py",
    "press/test_interrupted.py",
    "press/slides/test_showing.py",
    "library/grade/test_grade.py",
    "library/test_every_function.py",
    "press/slides/test_decks.py",
    "engine/test_agreement.py",
    "book/test_accessible.py",
    "book/test_pages.py",
    "book/test_paper.py",
    "book/test_style.py",
)
"""The modules that take half a minute or more, the longest first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put long modules first: none is still running when all other processes have ended.

    With `--dist loadfile`, one process runs all tests of a module, and makes their fixtures once.
    """
    place = {ROOT / "tests" / name: number for number, name in enumerate(LONGEST)}
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda it: (place.get(it.path, len(place)), it.path not in slow))


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory, worker_id: str, testrun_uid: str) -> Build:
    """The book, built as by `make book`: unchanged chapters come from the cache.

    The first process that needs the book builds it, and all others wait, because a second build
    could replace the site while a browser reads it.
    """
    if worker_id == "master":  # the only process
        return Build(Book(ROOT), _built())
    output = tmp_path_factory.getbasetemp().parent / f"build-{testrun_uid}.txt"
    with FileLock(f"{output}.lock"):
        if not output.exists():
            output.write_text(_built())
        return Build(Book(ROOT), output.read_text())


def _built() -> str:
    """Build the book, and return the output of the build."""
    run = subprocess.run(
        [sys.executable, "-m", "press", "build"],
        cwd=ROOT,
        env=os.environ | {"PYTHONWARNINGS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    return run.stdout + run.stderr


@pytest.fixture(scope="session")
def edition(build: Build) -> Edition:
    """The edition of the build: every chapter with its outputs, from the cache."""
    return Edition.make(build.book)


@pytest.fixture(scope="session")
def entries(build: Build) -> dict[str, Entry]:
    """All entries of the output store, by name."""
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
