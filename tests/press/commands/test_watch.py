"""`make watch`: a save starts a build, and the browser reloads the page."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from press.book import PressError
from press.commands import watch as watching
from press.commands.check_reproducible import differences
from press.commands.watch import watch

from ..small import ROOT, Small


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def watched(tmp_path) -> Iterator[tuple[Small, str]]:
    """A small book that is built and watched, and the address of its site."""
    small, port = Small(tmp_path), free_port()
    small.create()
    paths = str(ROOT / "code")
    process = subprocess.Popen(
        [sys.executable, "-m", "press", "watch", "--port", str(port)],
        cwd=small.root,
        env=os.environ | {"PYTHONPATH": paths, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        for line in process.stdout:
            assert "was not built" not in line
            if line.startswith("Open "):
                break
        yield small, f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.stdout.close()
        process.wait()


@pytest.mark.slow
@pytest.mark.site
def test_a_save_is_built_and_the_browser_shows_it(watched, browser):
    """Save twice, because the second build may end within seconds of the first."""
    small, address = watched
    page = browser.new_page()
    with page.expect_websocket():
        page.goto(f"{address}/book/two.html")
    for old, new in (("Prose of two", "News of two"), ("News of two", "Words of two")):
        small.edit("book/two.md", old, new)
        page.get_by_text(new).wait_for(timeout=60_000)
    page.close()
    assert "livereload" not in small.page("two"), "nothing of it is left in the site"


def test_the_site_is_served_here_only_and_told_of_each_build(book, monkeypatch):
    calls = []
    server = SimpleNamespace(
        watch=lambda path: calls.append(path), serve=lambda port, **more: calls.append((port, more))
    )
    monkeypatch.setattr(watching, "Server", lambda: server)
    monkeypatch.setattr(watching, "_build_on_save", lambda book: calls.append(book))
    port = free_port()
    watch(book, port)
    options = {"host": "127.0.0.1", "root": str(book.root / "_build/html")}
    assert book in calls
    assert str(book.root / "_build/manifest.json") in calls
    assert (port, options) in calls


def test_a_save_is_one_build_in_a_process_of_its_own(book, monkeypatch):
    class EndedError(Exception):
        pass

    builds, looks = [], iter([None, book.root / "book/end.md", None])

    def wait(seconds):
        path = next(looks, book)
        if path is book:
            raise EndedError
        if path:
            path.write_text("# Other words\n")

    def run(command, cwd):
        builds.append((command[1:], cwd))
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr("time.sleep", wait)
    monkeypatch.setattr("subprocess.run", run)
    with pytest.raises(EndedError):
        watching._build_on_save(book)
    assert builds == [(["-m", "press", "build"], book.root)] * 2, "the first, and one for the save"


def test_a_port_in_use_is_one_sentence(book):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PressError, match=f"port {port} cannot be used .+ --port"):
            watch(book, port)


def test_a_comparison_names_what_differs_and_what_is_in_one_only():
    assert differences({"a": "1", "b": "1", "c": "1"}, {"a": "1", "b": "2", "d": "1"}) == [
        "b", "c", "d",
    ]  # fmt: skip
    assert differences({"a": "1"}, {"a": "1"}) == []
