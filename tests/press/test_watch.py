"""`make watch`: a save is built, and those who look at the site are told."""

import os
import re
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator

import pytest

from _press.book import PressError
from _press.reproduce import differences
from _press.watch import watch

from .small import ROOT, Small


@pytest.fixture
def watched(tmp_path) -> Iterator[tuple[Small, str]]:
    """A small book, built and watched, and its address."""
    small = Small(tmp_path)
    small.create()
    paths = os.pathsep.join((str(ROOT / "code"), str(ROOT / "book")))
    process = subprocess.Popen(
        [sys.executable, "-m", "_press.watch", "--port", "0"],
        cwd=small.root,
        env=os.environ | {"PYTHONPATH": paths, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    found = re.match(r"Serving (http://127\.0\.0\.1:\d+);", process.stdout.readline())
    assert found is not None
    for line in process.stdout:
        if line.startswith("Open "):
            break
    yield small, found[1]
    process.terminate()
    process.stdout.close()
    process.wait()


def get(address: str) -> str:
    with urllib.request.urlopen(address, timeout=60) as answer:
        return str(answer.read().decode())


@pytest.mark.slow
def test_a_save_is_built_and_the_browser_is_told(watched):
    small, address = watched
    with urllib.request.urlopen(f"{address}/-/builds", timeout=120) as stream:
        small.edit("book/two.md", "Prose of two", "News of two")
        for line in stream:
            # The first build may be told of too, if it ended only now.
            page = get(f"{address}/book/two.html")
            if line.startswith(b"data:") and "News of two" in page:
                break
    assert "EventSource" in page
    assert "EventSource" not in small.page("two"), "nothing of it is left in the site"


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
