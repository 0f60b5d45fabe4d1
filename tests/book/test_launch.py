"""The box under a chapter's title, and the page it leads to where no repository is known."""

import re
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse

import pytest

from press.book import Book
from press.pages import launch_buttons
from press.repository import Repository, find

from ..conftest import AXE

ROOT = Path(__file__).parent.parent.parent
CHAPTERS = [
    page.name for page in Book(ROOT).pages if page.number and "{code-cell}" in page.path.read_text()
]
OTHERS = ["start", "card"]
"""Pages without a number and without exercises, with cells to run."""
SIZES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1200, "height": 800}},
    "phone, dark": {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"},
}

pytestmark = pytest.mark.site


def hrefs(html: str) -> list[str]:
    return [unescape(href) for href in re.findall(r'href="([^"]+)"', html)]


@pytest.mark.parametrize("name", [*CHAPTERS, *OTHERS])
def test_each_chapter_has_buttons_to_its_own_notebooks(build, name):
    path = build.html / "book" / f"{name}.html"
    (box,) = re.findall(r'<nav class="dp-launch".*?</nav>', path.read_text(), re.S)
    repository = find(Book(ROOT))
    for kind in ("student",) if name in OTHERS else ("student", "solved"):
        (download,) = [h for h in hrefs(box) if h.endswith(f"notebooks/{kind}/{name}.ipynb")
                       and not h.startswith("http")]  # fmt: skip
        assert (path.parent / download).resolve().is_file()
        if repository:
            assert repository.binder(f"{kind}/{name}.ipynb") in hrefs(box)
    for href in hrefs(box):
        if not href.startswith("http"):
            assert (path.parent / href.partition("#")[0]).exists()


def test_a_page_with_nothing_to_run_has_none(build):
    for name in ("index", "troubles", "glossary", "engine"):
        assert 'class="dp-launch"' not in (build.html / f"book/{name}.html").read_text()


def test_the_buttons_name_notebooks_that_are_on_the_branch(build):
    box = launch_buttons.box("book/part1/x", "part1/x", Repository("https://github.com/ada/book"))
    opened = [h for h in hrefs(box) if h.startswith("https://")]
    binder = [parse_qs(urlparse(h).query)["urlpath"][0] for h in opened if "urlpath" in h]
    colab = [unquote(h).partition("/blob/notebooks/")[2] for h in opened if "/blob/" in h]
    wanted = [f"{kind}/part1/x.ipynb" for kind in ("student", "solved")]
    assert binder == [f"lab/tree/{notebook}" for notebook in wanted]
    assert colab == wanted


def test_without_a_repository_they_lead_to_how_to_set_it(build):
    box = launch_buttons.box("book/part1/x", "part1/x", None)
    assert hrefs(box).count("../../launching.html") == 4
    if find(Book(ROOT)) is None:
        assert "repository:" in (build.html / "launching.html").read_text()
        if "Executing" in build.output:
            assert "set `repository: url` in _config.yml" in build.output


@pytest.mark.parametrize("size", SIZES)
def test_the_box_is_accessible_and_fits(browser, server, size):
    page = browser.new_context(**SIZES[size]).new_page()
    page.goto(f"{server}/book/{CHAPTERS[0]}.html")
    box = page.get_by_role("navigation", name="Notebooks and slides")
    assert box.get_by_role("link", name="Binder exercises").is_visible()
    assert box.get_by_role("link", name="Download solutions").is_visible()
    inside = box.bounding_box()
    assert inside["x"] + inside["width"] <= SIZES[size]["viewport"]["width"]
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run('.dp-launch')")
    assert [violation["id"] for violation in found["violations"]] == []
    page.context.close()
