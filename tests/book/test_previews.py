"""Previews on the book's pages: words of the glossary, citations and figures, from everywhere."""

import gzip
import json
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from press.book import Book
from press.pages.previews import DATA

from ..conftest import AXE, ROOT

PAGES = [page.docname for page in Book(ROOT).pages]
TERM = "article p a:has(.std-term)"
CITATION = "article p a.internal[href*='references.html#']"
FIGURE = "article p a[href^='#fig-']"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
TWICE = """() => { const ids = [...document.querySelectorAll("[id]")].map(one => one.id);
    return ids.filter((id, i) => ids.indexOf(id) !== i); }"""

pytestmark = pytest.mark.site


@pytest.fixture(scope="module")
def visit(browser: Any, server: str, build: Any) -> Iterator[Any]:
    """`visit(page, file)`: a page as a new visitor sees it, from the server or from a file."""
    contexts = []

    def visit(name: str, file: bool = False, **options: Any) -> Any:
        contexts.append(browser.new_context(reduced_motion="reduce", **options))
        page = contexts[-1].new_page()
        page.goto(f"{build.html.as_uri() if file else server}/book/{name}.html")
        return page

    yield visit
    for context in contexts:
        context.close()


def focus(page: Any, links: str, number: int = 0) -> Any:
    link = page.locator(links).nth(number)
    link.evaluate("link => link.focus({ focusVisible: true })")
    page.locator(".dp-preview").wait_for(state="visible")
    return link


def description(page: Any, link: Any) -> str:
    """Return what a screen reader is told of a link besides its text."""
    client = page.context.new_cdp_session(page)
    link.evaluate("link => { window.asked = link }")
    found = client.send("Runtime.evaluate", {"expression": "asked"})["result"]["objectId"]
    asked = {"objectId": found, "fetchRelatives": False}
    node = client.send("Accessibility.getPartialAXTree", asked)["nodes"][0]
    return str(node.get("description", {}).get("value", ""))


def known(html: Path) -> dict[str, dict[str, str]]:
    text = (html / DATA).read_text(encoding="utf-8")
    return dict(json.loads(text.removeprefix("window.bookPreviews = ").rstrip(";\n")))


def test_each_word_and_each_figure_on_another_page_has_a_preview(build):
    there, missing = known(build.html), []
    for name in PAGES:
        text = (build.html / f"{name}.html").read_text(encoding="utf-8")
        for link in lxml.html.document_fromstring(text).xpath(
            '//article//a[.//*[contains(@class, "std-term") or contains(@class, "std-numref")]]'
        ):
            address, _, anchor = link.get("href").partition("#")
            page = posixpath.normpath(posixpath.join(posixpath.dirname(name), address))
            if address and anchor not in there.get(page.removesuffix(".html"), {}):
                missing.append((name, link.get("href")))
    assert missing == []


def test_the_data_is_light(build):
    assert len(gzip.compress((build.html / DATA).read_bytes())) < 12 * 1024


@pytest.mark.parametrize("file", [False, True], ids=["server", "file"])
def test_a_word_of_the_glossary_shows_what_it_means(visit, build, file):
    page = visit("part1/backward", file)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    link = focus(page, TERM)
    term = link.get_attribute("href").rpartition("#")[2]
    definition = lxml.html.fragment_fromstring(
        known(build.html)["book/glossary"][term], create_parent="div"
    )
    said = page.locator(".dp-preview").inner_text()
    assert said.split("\n")[0] == definition.find("dt").text_content()
    assert definition.find("dd").text_content().split()[:5] == said.split("\n", 1)[1].split()[:5]
    assert re.fullmatch(r"[^\n]+\n+[^\n]+[.:)]", said), "the name of a chapter is left out"
    page.keyboard.press("Escape")
    focus(page, TERM, 1)
    assert [url.partition("/_static/")[2].partition("?")[0] for url in asked] == ["previews.js"]


def test_what_a_screen_reader_is_told_is_said_once(visit):
    page = visit("part1/backward")
    link = focus(page, TERM)
    told = description(page, link)
    assert told.split() == page.locator(".dp-preview").inner_text().split()
    page.keyboard.press("Escape")
    assert description(page, link) == ""
    link = focus(page, CITATION)
    assert description(page, link) == page.locator(".dp-preview").inner_text()
    link = focus(page, FIGURE)
    caption = page.locator(".dp-preview figcaption").inner_text()
    assert description(page, link).split() == caption.split()


def test_a_formula_in_a_definition_is_told_once(visit, build):
    """As MathML, without the LaTeX beside it, and without what only draws it."""
    page = visit("glossary")
    page.evaluate("""() => {
        const formula = document.querySelector("dl.glossary dd .katex").closest("dd");
        const link = document.createElement("a"), p = document.createElement("p");
        link.href = "#" + formula.previousElementSibling.id;
        link.className = "internal asked";
        link.append("a word");
        p.append(link);
        document.querySelector("article.bd-article").prepend(p);
    }""")
    link = focus(page, "a.asked")
    assert "\\" not in description(page, link)
    assert page.locator(".dp-preview annotation").first.is_hidden()


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_axe_finds_nothing_in_an_open_box(visit, theme, width):
    page = visit("part1/backward", color_scheme=theme, viewport={"width": width, "height": 800})
    for links in (TERM, CITATION, FIGURE):
        focus(page, links)
        assert page.evaluate(TWICE) == []
        at = page.locator(".dp-preview").bounding_box()
        assert at["x"] >= 0
        assert at["x"] + at["width"] <= width
    page.evaluate(AXE.read_text())
    axe = "rules => axe.run('.dp-preview', {runOnly: rules})"
    violations = page.evaluate(axe, RULES)["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:120]) for v in violations] == []


def test_an_animation_is_shown_as_it_stands_and_without_its_slider(visit):
    page = visit("part1/backward")
    slider = page.locator("#fig-graph input[type=range]")
    slider.focus()
    page.keyboard.press("Home")
    focus(page, "article a[href='#fig-graph']")
    box = page.locator(".dp-preview")
    assert (
        box.locator("svg.dp-svg text").all_text_contents()
        == page.locator("#fig-graph svg.dp-svg text").all_text_contents()
    )
    assert box.locator("input, button, script").count() == 0
    assert page.locator("#fig-graph input[type=range]").count() == 1


def test_a_figure_of_another_page_comes_with_its_picture(visit):
    page = visit("troubles")
    focus(page, "article a:has(.std-numref)")
    box = page.locator(".dp-preview")
    assert box.locator("figcaption").inner_text().startswith("Figure 1.2.2")
    assert box.locator("svg.dp-svg path").count() > 0
    paper = box.evaluate("box => getComputedStyle(box).backgroundColor")
    assert paper == page.evaluate("getComputedStyle(document.body).backgroundColor")
