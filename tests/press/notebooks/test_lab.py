"""A real JupyterLab in a clean home: a student opens a chapter, runs it, and does the exercise."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest

from diffprog.show import EXERCISE
from press.repository import Repository

TOKEN = "book"
CHAPTER = "part1/simulator"
NOTEBOOK = f"student/{CHAPTER}.ipynb"
PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"
MARKED = re.compile(r"^ *### (?:BEGIN|END) SOLUTION\n", re.M)
PLACES = ("JUPYTER_", "XDG_", "IPYTHON", "DIFFPROG_")


@pytest.fixture(scope="module")
def jupyter(build, tmp_path_factory) -> Iterator[str]:
    """The address of a JupyterLab with a copy of the built notebooks, because it saves them."""
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(build.html / "notebooks", home / "notebooks")
    env = {key: value for key, value in os.environ.items() if not key.startswith(PLACES)}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--ServerApp.port={port}", f"--IdentityProvider.token={TOKEN}"]
    command += [f"--ServerApp.root_dir={home / 'notebooks'}", "--expose-app-in-browser"]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(
            command, cwd=home, env=env | {"HOME": str(home)}, stdout=log, stderr=log
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(f"{address}/api?token={TOKEN}", server, home / "log")
            yield address
        finally:
            server.terminate()
            server.wait(30)


def _wait_for(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(address):
                return
        except OSError:
            time.sleep(0.5)
    pytest.fail(log.read_text()[-2000:])


@pytest.fixture(scope="module")
def page(jupyter, browser) -> Iterator:
    """The chapter, opened by the path in Binder's address, and run to its end."""
    binder = Repository("https://github.com/ada/book").binder(NOTEBOOK)
    path = parse_qs(urlparse(binder).query)["urlpath"][0]
    page = browser.new_context(viewport={"width": 1200, "height": 900}).new_page()
    page.set_default_timeout(180_000)
    page.goto(f"{jupyter}/{path}?token={TOKEN}")
    page.locator(f"{PANEL} .jp-Cell").first.wait_for()
    session = "jupyterapp.shell.currentWidget.sessionContext.session"
    page.wait_for_function(f"() => {session}?.kernel?.status === 'idle'")
    page.locator(".lm-MenuBar-item", has_text=re.compile("^Run$")).click()
    page.locator(".lm-Menu-item", has_text=re.compile("^Run All Cells$")).click()
    page.wait_for_function(
        "() => jupyterapp.shell.currentWidget.content.widgets.filter(c => c.model.type === 'code')"
        ".every(c => c.model.executionCount > 0)"
    )
    yield page
    page.context.close()


def go_to(page, condition: str):
    """Scroll to the first cell whose `text` and `tags` fit a condition; return its locator."""
    index = page.evaluate(
        """condition => {
            const content = jupyterapp.shell.currentWidget.content;
            const fits = new Function("text", "tags", "return " + condition);
            const index = content.widgets.findIndex(cell => fits(
                cell.model.sharedModel.getSource(), cell.model.getMetadata("tags") || []));
            content.activeCellIndex = index;
            return content.scrollToItem(index, "start").then(() => index);
        }""",
        condition,
    )
    cell = page.locator(f'{PANEL} .jp-Cell[data-windowed-list-index="{index}"]')
    cell.wait_for()
    return cell


pytestmark = [pytest.mark.site, pytest.mark.slow]


def test_it_opens_as_a_notebook_and_its_text_is_plain(page):
    assert page.title().startswith("simulator")
    title = go_to(page, "text.startsWith('# ')")
    assert title.locator("h1").inner_text().startswith("A simulator you can differentiate")
    assert "{" not in title.inner_text()


def test_a_figure_is_drawn(page):
    cell = go_to(page, "text.includes('figures.figure(')")
    image = cell.locator(".jp-OutputArea img")
    image.wait_for()
    assert image.evaluate("image => image.naturalWidth") > 300


def test_the_slider_of_frames_changes_the_drawing(page):
    cell = go_to(page, "text.includes('figures.frames(')")
    slider = cell.get_by_role("slider", name="time")
    slider.wait_for()
    drawing = cell.locator("svg.dp-svg")
    before = drawing.inner_html()
    slider.fill("40")
    assert cell.locator("output").inner_text() == "4.0 s"
    assert drawing.inner_html() != before
    assert drawing.bounding_box()["width"] > 300


def test_source_is_shown_highlighted(page):
    cell = go_to(page, "text.includes('show.source(')")
    listing = cell.locator(".jp-OutputArea pre")
    assert listing.inner_text().startswith("def ")
    assert listing.locator("span").count() > 5


def test_the_stub_asks_for_its_answer_and_the_answer_passes(page, entries):
    cell = go_to(page, "tags.includes('exercise')")
    output = cell.locator(".jp-OutputArea-output")
    assert "your turn" in output.inner_text()
    solution = MARKED.sub("", entries["ex-shapes"].data[EXERCISE]["solution"])
    cell.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.insert_text(solution)
    page.keyboard.press("Shift+Enter")
    cell.locator(".jp-OutputArea-output", has_text="✓ Right: ").wait_for()
