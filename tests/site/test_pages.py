"""Every page in a real browser: nothing fails, nothing is asked of others, nothing overflows."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlparse

import pytest
from _press.book import Book

ROOT = Path(__file__).parent.parent.parent
PAGES = [page.docname for page in Book(ROOT).pages]
COMPRESSED = {".html", ".css", ".js", ".svg", ".json"}

pytestmark = pytest.mark.site


class Visit:
    """A page as opened, with what it asked for and complained of."""

    def __init__(self, browser, address: str, **options) -> None:
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console",
            lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None,
        )
        self.page.on("requestfailed", lambda r: self.complaints.append(f"failed: {r.url}"))
        self.page.on("response", self._response)
        self.page.on("request", lambda r: self.requests.append(r.url))
        self.page.goto(address)
        self.page.wait_for_load_state("networkidle")

    def _response(self, response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status}: {response.url}")


@pytest.fixture
def visit(browser, server) -> Iterator:
    """Open a page by name; closed at the end."""
    opened: list[Visit] = []

    def visit(docname: str, **options) -> Visit:
        opened.append(Visit(browser, f"{server}/{docname}.html", **options))
        return opened[-1]

    yield visit
    for one in opened:
        one.context.close()


@pytest.mark.parametrize("docname", [*PAGES, "search", "index"])
def test_no_error_no_failed_and_no_outside_request(visit, server, docname):
    seen = visit(docname)
    assert seen.complaints == []
    assert [url for url in seen.requests if not url.startswith((server, "data:"))] == []


@pytest.mark.parametrize("docname", PAGES)
def test_opened_from_a_file_it_works_the_same(browser, build, docname):
    seen = Visit(browser, (build.html / f"{docname}.html").as_uri())
    assert seen.complaints == []
    assert [url for url in seen.requests if not url.startswith(("file:", "data:"))] == []
    seen.context.close()


@pytest.mark.parametrize("docname", PAGES)
def test_nothing_is_wider_than_a_phone(visit, docname):
    page = visit(docname, viewport={"width": 360, "height": 740}).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    # What scrolls inside its own box (code, wide formulas) may be wider than the box.
    wide = page.evaluate(
        """() => [...document.querySelectorAll("article *")].filter(e => {
            const box = e.getBoundingClientRect();
            if (box.width === 0 || box.right <= 361) return false;
            for (let p = e.parentElement; p; p = p.parentElement)
                if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(p).overflowX))
                    return false;
            return true;
        }).map(e => e.tagName + "." + e.className).slice(0, 5)"""
    )
    assert wide == []


@pytest.mark.parametrize("docname", PAGES)
def test_a_first_visit_weighs_at_most_250_kib_compressed(visit, server, build, docname):
    total = 0
    for url in set(visit(docname).requests):
        path = build.html / urlparse(url).path.lstrip("/")
        if url.startswith(server) and path.is_file():
            data = path.read_bytes()
            total += len(gzip.compress(data)) if path.suffix in COMPRESSED else len(data)
    assert total <= 250 * 1024


def luminance(colour: str) -> float:
    channels = [int(c) / 255 for c in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("docname", PAGES)
def test_figures_are_legible_in_both_themes(visit, docname, theme):
    """Text 4.5 to 1 and marks 3 to 1 against the page (WCAG 2.1, 1.4.3 and 1.4.11)."""
    page = visit(docname, color_scheme=theme).page
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (luminance(paper) > 0.5) == (theme == "light")
    texts = page.evaluate(
        """() => [...new Set([...document.querySelectorAll("svg.dp-svg text")]
            .map(e => getComputedStyle(e).fill))]"""
    )
    assert all(contrast(text, paper) >= 4.5 for text in texts), texts
    marks = page.evaluate(
        """() => [...new Set([...document.querySelectorAll("svg.dp-svg path, svg.dp-svg use")]
            .filter(e => !/--fig-(grid|paper)/.test(e.getAttribute("style")) && !e.closest("defs"))
            .flatMap(e => [getComputedStyle(e).stroke, getComputedStyle(e).fill])
            .filter(c => c.startsWith("rgb(")))]"""
    )
    assert all(contrast(mark, paper) >= 3 for mark in marks), marks


@pytest.mark.parametrize("docname", PAGES)
def test_text_in_figures_is_not_tiny_on_a_phone(visit, docname):
    page = visit(docname, viewport={"width": 360, "height": 740}).page
    sizes = page.evaluate(
        """() => [...document.querySelectorAll("svg.dp-svg")].filter(s => s.getScreenCTM())
            .flatMap(s => [...s.querySelectorAll("text")].map(t =>
                parseFloat(getComputedStyle(t.querySelector("tspan") || t).fontSize)
                * s.getScreenCTM().a))"""
    )
    assert all(size >= 8.5 for size in sizes), min(sizes)


@pytest.mark.parametrize("docname", PAGES)
def test_figures_have_a_name_for_who_cannot_see_them(visit, docname):
    page = visit(docname).page
    for svg in page.locator("svg.dp-svg").all():
        assert svg.get_attribute("role") == "img"
        assert len(svg.get_attribute("aria-label") or "") > 40


@pytest.mark.parametrize("docname", PAGES)
def test_ids_are_unique(visit, docname):
    ids = visit(docname).page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert sorted(i for i in set(ids) if ids.count(i) > 1) == []


@pytest.mark.parametrize("docname", PAGES)
def test_a_page_has_a_description_and_a_card(visit, build, docname):
    page = visit(docname).page
    description = page.locator('meta[name="description"]').get_attribute("content")
    assert 40 <= len(description) <= 160
    card = page.locator('meta[property="og:image"]').get_attribute("content")
    path = (build.html / docname).parent / card
    assert path.read_bytes()[16:24] == (1200).to_bytes(4, "big") + (630).to_bytes(4, "big")
    assert page.locator('link[rel="icon"]').count() == 1


def test_math_is_rendered_before_it_is_read(build):
    for docname in PAGES:
        text = (build.html / f"{docname}.html").read_text()
        assert 'class="katex-error"' not in text
        assert "mathjax" not in text.lower()


def test_the_root_leads_to_the_landing_page(visit):
    page = visit("index").page
    page.wait_for_url("**/book/index.html")
    assert page.locator("h1").inner_text().startswith("Differentiable programming")


def test_search_finds_a_chapter(visit):
    page = visit("search").page
    page.goto(page.url + "?q=broadcast")
    page.wait_for_selector("ul.search li a")
    assert "simulator.html" in page.content()
