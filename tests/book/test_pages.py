"""Every page in a real browser: nothing fails, nothing is asked of others, nothing overflows."""

import gzip
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlparse

import pytest
from matplotlib.image import imread

from press import found
from press.book import Book
from press.pages.joined import STYLE

ROOT = Path(__file__).parent.parent.parent
PAGES = [page.docname for page in Book(ROOT).pages]
COMPRESSED = {".html", ".css", ".js", ".svg", ".json"}
PHONE = {"width": 360, "height": 740}

pytestmark = pytest.mark.site

# What is measured on a page, once, for all tests that ask about it. Texts and marks of figures give
# their colours; what scrolls inside its own box (code, wide formulas) may be wider than the screen.
FACTS = """() => {
    const all = selector => [...document.querySelectorAll(selector)];
    const scrolls = e => e && (["auto", "scroll", "hidden", "clip"]
        .includes(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
    const ids = all("[id]").map(e => e.id);
    const marks = all("svg.dp-svg path, svg.dp-svg use").filter(e => !e.closest("defs")
        && !/--fig-(grid|paper)/.test(e.getAttribute("style")));
    const meta = name => document.querySelector(`meta[${name}]`)?.content;
    return {
        paper: getComputedStyle(document.body).backgroundColor,
        width: document.documentElement.scrollWidth,
        wide: all("article *").filter(e => e.getBoundingClientRect().width > 0
            && e.getBoundingClientRect().right > innerWidth + 1 && !scrolls(e.parentElement))
            .map(e => e.tagName + "." + e.className).slice(0, 5),
        texts: [...new Set(all("svg.dp-svg text").map(e => getComputedStyle(e).fill))],
        marks: [...new Set(marks.map(e => getComputedStyle(e))
            .flatMap(s => [s.stroke, s.fillOpacity === "0" ? "none" : s.fill])
            .filter(c => c.startsWith("rgb(")))],
        sizes: all("svg.dp-svg").filter(s => s.getScreenCTM()).flatMap(s =>
            [...s.querySelectorAll("text")].map(t => s.getScreenCTM().a
                * parseFloat(getComputedStyle(t.querySelector("tspan") || t).fontSize))),
        figures: all("svg.dp-svg").map(s => [s.getAttribute("role"), s.getAttribute("aria-label")]),
        twice: ids.filter((id, i) => ids.indexOf(id) !== i),
        description: meta('name="description"'),
        blocking: performance.getEntriesByType("resource")
            .filter(entry => entry.renderBlockingStatus === "blocking").map(entry => entry.name),
        icons: all('link[rel="icon"]').length,
    };
}"""


@pytest.fixture(scope="session")
def facts(browser, server, build) -> Callable[..., dict[str, Any]]:
    """`facts(docname)`: a page as a new visitor sees it, measured once.

    With `on_phone`, it is opened from a file, on a phone in the dark.
    """
    known: dict[tuple[str, bool], dict[str, Any]] = {}

    def opened(address: str, **options: Any) -> tuple[Any, dict[str, Any]]:
        context = browser.new_context(**options)
        context.set_default_timeout(120_000)  # where all cores are busy, four pages take long
        page = context.new_page()
        complaints: list[str] = []
        requests: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None,
        )
        page.on("requestfailed", lambda r: complaints.append(f"failed: {r.url}"))
        page.on("response", lambda r: complaints.append(r.url) if r.status >= 400 else None)
        page.on("request", lambda r: requests.append(r.url))
        page.goto(address)
        return page, {"complaints": complaints, "requests": requests}

    def measure(names: Sequence[str], on_phone: bool) -> None:
        """Measure some pages, which wait for their last request together."""
        where = build.html.as_uri() if on_phone else server
        options = {"viewport": PHONE, "color_scheme": "dark"} if on_phone else {}
        pages = {name: opened(f"{where}/{name}.html", **options) for name in names}
        for name, (page, heard) in pages.items():
            page.wait_for_load_state("networkidle")
            known[name, on_phone] = page.evaluate(FACTS) | heard
            page.context.close()

    def facts(docname: str, on_phone: bool = False) -> dict[str, Any]:
        if (docname, on_phone) not in known:
            first = (*PAGES, "search").index(docname)
            measure((*PAGES, "search")[first : first + 4], on_phone)
        return known[docname, on_phone]

    return facts


def outside(requests: list[str], *inside: str) -> list[str]:
    return [url for url in requests if not url.startswith((*inside, "data:"))]


@pytest.mark.parametrize("docname", [*PAGES, "search"])
def test_no_error_no_failed_and_no_outside_request(facts, server, docname):
    assert facts(docname)["complaints"] == []
    assert outside(facts(docname)["requests"], server) == []


@pytest.mark.parametrize("docname", PAGES)
def test_opened_from_a_file_it_works_the_same(facts, docname):
    seen = facts(docname, on_phone=True)
    assert seen["complaints"] == []
    assert outside(seen["requests"], "file:") == []


@pytest.mark.parametrize("docname", PAGES)
def test_nothing_is_wider_than_a_phone(facts, docname):
    seen = facts(docname, on_phone=True)
    assert seen["width"] <= PHONE["width"]
    assert seen["wide"] == []


@pytest.mark.parametrize("docname", PAGES)
def test_text_in_figures_is_not_tiny_on_a_phone(facts, docname):
    """9 px, the size of small print on a phone."""
    assert all(size >= 9 for size in facts(docname, on_phone=True)["sizes"])


def weight(build: Any, address: str) -> int:
    """Return the bytes of one file of the site as a server sends it."""
    path = build.html / urlparse(address).path.lstrip("/")
    data = path.read_bytes()
    return len(gzip.compress(data)) if path.suffix in COMPRESSED else len(data)


def first_visit(build: Any, server: str, requests: list[str]) -> int:
    """Return the bytes of a first visit."""
    return sum(weight(build, url) for url in set(requests) if url.startswith(server))


@pytest.mark.parametrize("docname", PAGES)
def test_a_first_visit_is_at_most_148_kib_compressed_in_12_requests(facts, server, build, docname):
    requests = facts(docname)["requests"]
    assert first_visit(build, server, requests) <= 148 * 1024
    assert len(requests) <= 12


def test_half_of_the_pages_weigh_little(facts, server, build):
    """The first visit, and a second page, for which all but the page itself is kept."""
    first = [first_visit(build, server, facts(docname)["requests"]) for docname in PAGES]
    assert median(first) <= 115 * 1024
    assert median(weight(build, f"/{docname}.html") for docname in PAGES) <= 45 * 1024


@pytest.mark.parametrize("docname", [*PAGES, "search"])
def test_only_the_style_sheet_keeps_the_first_paint_waiting(facts, docname):
    assert [url.rpartition("/")[2].partition("?")[0] for url in facts(docname)["blocking"]] == [
        STYLE
    ]


def luminance(colour: str) -> float:
    channels = [int(c) / 255 for c in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("docname", PAGES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_figures_are_legible_in_both_themes(facts, docname, theme):
    """Text 4.5 to 1 and marks 3 to 1 against the page (WCAG 2.1, 1.4.3 and 1.4.11)."""
    seen = facts(docname, on_phone=theme == "dark")
    assert (luminance(seen["paper"]) > 0.5) == (theme == "light")
    assert [text for text in seen["texts"] if contrast(text, seen["paper"]) < 4.5] == []
    assert [mark for mark in seen["marks"] if contrast(mark, seen["paper"]) < 3] == []


@pytest.mark.parametrize("docname", PAGES)
def test_figures_have_a_name_for_who_cannot_see_them(facts, docname):
    for role, name in facts(docname)["figures"]:
        assert role == "img"
        assert len(name or "") > 40


@pytest.mark.parametrize("docname", PAGES)
def test_ids_are_unique(facts, docname):
    assert facts(docname)["twice"] == []


@pytest.mark.parametrize("docname", PAGES)
def test_a_page_has_a_description_a_card_and_an_icon(facts, build, docname):
    seen = facts(docname)
    assert 40 <= len(seen["description"]) <= 160
    path = build.html / found.card(docname)
    assert path.read_bytes()[16:24] == (1200).to_bytes(4, "big") + (630).to_bytes(4, "big")
    assert seen["icons"] == 1


def test_math_is_rendered_before_it_is_read(build):
    for docname in PAGES:
        text = (build.html / f"{docname}.html").read_text()
        assert "katex-error" not in text
        assert not re.search(r"<script[^>]*mathjax", text, re.I)


def test_the_root_leads_to_the_landing_page(browser, server):
    page = browser.new_page()
    page.goto(f"{server}/index.html")
    page.wait_for_url("**/book/index.html")
    assert page.locator("article h1").inner_text().startswith("Differentiable programming")
    page.close()


def test_the_landing_page_fits_one_screen_with_something_to_do(browser, server):
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{server}/book/index.html")
    for shown in (".lead", "#fig-learn-to-throw figcaption", ".dp-begin a"):
        box = page.locator(shown).first.bounding_box()
        assert box["y"] + box["height"] <= 800, shown
    page.locator(".dp-begin a").first.click()
    page.get_by_role("button", name="Run").first.wait_for()
    page.close()


def test_the_card_prints_on_one_sheet(browser, server):
    page = browser.new_page()
    page.goto(f"{server}/book/card.html")
    sheets = page.pdf(format="A4", margin=dict.fromkeys(("top", "bottom", "left", "right"), "1cm"))
    assert len(re.findall(rb"/Type\s*/Page\b", sheets)) == 1
    page.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_figure_can_be_taken_away_in_the_colours_of_paper(browser, server, theme, tmp_path):
    context = browser.new_context(color_scheme=theme)
    page = context.new_page()
    page.goto(f"{server}/book/part1/backward.html")
    figure = page.locator("#fig-cost")
    saved = {}
    for kind in ("SVG", "PNG"):
        with page.expect_download() as download:
            figure.get_by_role("button", name=kind).click()
        assert download.value.suggested_filename == f"fig-cost.{kind.lower()}"
        saved[kind] = tmp_path / kind
        download.value.save_as(saved[kind])
    svg = saved["SVG"].read_text()
    assert 'xmlns="http://www.w3.org/2000/svg"' in svg
    assert "var(" not in svg
    assert "fill:#24292e" in svg
    pixels = imread(saved["PNG"])
    height, width = pixels.shape[:2]
    assert (width, height) == (4 * 403, 4 * 252)
    assert (pixels[0, 0, :3] == 1).all()
    assert pixels.min() < 0.3, "it is not blank"
    code = page.locator(".cell", has=figure).locator(".cell_input")
    assert not code.is_visible()
    figure.get_by_role("button", name="Code").click()
    assert code.is_visible()
    assert (
        page.evaluate("root => root.dataset.theme", page.locator("html").element_handle()) == theme
    )
    context.close()
