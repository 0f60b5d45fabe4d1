"""Style, fonts and theme: what was left out is needed nowhere, shown by pictures."""

from collections.abc import Iterator
from io import BytesIO
from itertools import product
from typing import Any
from urllib.parse import urlparse

import pytest
from matplotlib.image import imread

from press.pages.auto_theme import with_auto
from press.pages.joined import STYLE, WHOLE

pytestmark = pytest.mark.site

DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
TALL = 4000  # pixels of a page in one picture: browsers paint no more than 16384 at once
OPEN_FOLDS = "document.querySelectorAll('article details').forEach(fold => { fold.open = true; })"
PAGES = ["book/index", "book/part1/gradient", "book/references"]
OTHERS = ["book/start", "book/part1/index", "book/part2/objective", "book/part3/identifiability",
          "book/troubles", "book/card", "book/glossary", "book/notation", "book/engine", "search",
          "launching"]  # fmt: skip


def pictures(page: Any) -> Iterator[tuple[str, bytes]]:
    """Yield what the reader sees: the page with all folds open, its contents, menu and search."""
    still: dict[str, Any] = {"animations": "disabled"}
    page.evaluate("document.fonts.ready")
    for button in (".primary-toggle", ".secondary-toggle"):
        if page.locator(button).first.is_visible():
            page.locator(button).first.click()
            yield button, page.screenshot(**still)
            if page.locator("dialog[open]").count():
                page.keyboard.press("Escape")
    if page.locator(".search-button__button").first.is_visible():
        page.locator(".search-button__button").first.click()
        page.mouse.move(0, 0)
        yield "search", page.screenshot(**still)
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
    page.evaluate(OPEN_FOLDS)
    height = page.evaluate("document.documentElement.scrollHeight")
    for top in range(0, height, TALL):
        box = {"x": 0, "y": top, "width": page.viewport_size["width"]}
        clip = box | {"height": min(TALL, height - top)}
        yield f"{top} px", page.screenshot(full_page=True, clip=clip, **still)
    page.emulate_media(media="print")
    yield "print", page.screenshot(**still)


def same(one: bytes, other: bytes) -> bool:
    """Return whether two pictures are equal, but for corners that are not always smoothed alike."""
    if one == other:
        return True
    first, second = (imread(BytesIO(picture)) for picture in (one, other))
    return first.shape == second.shape and (abs(first - second) > 0.1).any(axis=2).sum() < 100


def sampled() -> Iterator[Any]:
    """Yield all pages in all modes; all but two modes of each of PAGES are for once a day."""
    themes, viewports = ("light", "dark"), {"desktop": DESKTOP, "phone": PHONE}
    for place, docname in enumerate([*PAGES, *OTHERS]):
        for number, (theme, kind) in enumerate([*product(themes, viewports)]):
            now = docname in PAGES and number in ((0, 3), (1, 2))[place % 2]
            yield pytest.param(
                *(docname, theme, viewports[kind]),
                id=f"{docname}-{theme}-{kind}",
                marks=() if now else pytest.mark.exhaustive,
            )


@pytest.mark.parametrize(("docname", "theme", "viewport"), list(sampled()))
def test_pages_look_as_with_all_rules(browser, server, build, docname, theme, viewport):
    whole_css = (build.book.build / "sphinx" / "doctrees" / WHOLE).read_text(encoding="utf-8")
    seen, css = [], with_auto(whole_css)
    for whole in (False, True):
        context = browser.new_context(
            color_scheme=theme, viewport=viewport, reduced_motion="reduce"
        )
        page = context.new_page()
        if whole:
            page.route(
                f"**/{STYLE}*", lambda route: route.fulfill(body=css, content_type="text/css")
            )
        page.goto(f"{server}/{docname}.html?q=gradient")  # for the page of search
        page.wait_for_load_state("networkidle")
        seen.append(dict(pictures(page)))
        context.close()
    assert seen[0].keys() == seen[1].keys()
    assert [name for name, picture in seen[0].items() if not same(picture, seen[1][name])] == []


COLOURS = """() => [["body", "backgroundColor"], ["article p", "color"], ["article p a", "color"],
    [".cell_input", "backgroundColor"], [".highlight .kn", "color"], ["svg.dp-svg text", "fill"]]
    .map(([selector, name]) => getComputedStyle(document.querySelector(selector))[name])"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_are_right_before_and_without_scripts(browser, server, theme):
    seen = []
    for scripts in (True, False):
        context = browser.new_context(color_scheme=theme, java_script_enabled=scripts)
        page = context.new_page()
        page.goto(f"{server}/book/part1/gradient.html")
        page.wait_for_load_state("networkidle")
        seen.append(page.evaluate(COLOURS))
        context.close()
    assert seen[0] == seen[1]


@pytest.mark.parametrize("chosen", ["light", "dark", "auto"])
def test_what_the_reader_chose_holds_from_the_first_paint_on(browser, server, chosen):
    context = browser.new_context(color_scheme="dark", viewport=DESKTOP)
    page = context.new_page()
    page.goto(f"{server}/book/index.html")
    while page.evaluate("document.documentElement.dataset.mode") != chosen:
        page.locator(".theme-switch-button").first.click()
    page.route("**/site.js*", lambda route: route.abort())
    page.goto(f"{server}/book/part1/gradient.html")
    shown = page.evaluate("document.documentElement.dataset.theme")
    assert shown == ("dark" if chosen == "auto" else chosen)
    context.close()


def test_the_contents_mark_the_section_that_is_read(browser, server):
    page = browser.new_page(viewport=DESKTOP, reduced_motion="reduce")
    page.goto(f"{server}/book/part1/gradient.html")
    marked = page.locator(".page-toc a.nav-link.active")
    for name in ("ten-updates", "how-large-a-step", "one-update-by-hand"):
        page.evaluate("id => document.getElementById(id).scrollIntoView()", name)
        page.locator(f".page-toc a.active[href='#{name}']").wait_for()
        assert marked.count() == 1
    page.close()


def test_a_click_copies_the_code_of_a_cell(browser, server):
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{server}/book/part1/gradient.html")
    cell = page.locator("div.cell_input", has=page.locator("button.copybtn")).first
    cell.hover()
    cell.locator("button.copybtn").click()
    page.locator("button.copybtn.success").wait_for()
    assert (
        page.evaluate("navigator.clipboard.readText()") == cell.locator("pre").inner_text().rstrip()
    )
    context.close()


@pytest.mark.parametrize("part", [1, 2, 3])
def test_the_fonts_of_a_deck_weigh_at_most_90_kib(browser, server, build, part):
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlparse(request.url).path))
    page.goto(f"{server}/slides/part{part}.html?print-pdf")  # all slides at once
    page.wait_for_function("() => document.querySelectorAll('.pdf-page').length > 20")
    page.evaluate("document.fonts.ready")
    page.close()
    fonts = {path for path in asked if path.endswith((".woff2", ".ttf"))}
    assert sum((build.html / path.lstrip("/")).stat().st_size for path in fonts) <= 90 * 1024
    assert {path.rpartition("/")[2] for path in fonts} >= {"InterVariable.woff2"}


def test_a_phone_without_scripts_leads_to_all_chapters(browser, server):
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server}/book/part1/gradient.html")
    link = page.locator("#pst-primary-sidebar a[href$='backward.html']").first
    assert link.is_visible()
    assert page.locator(".primary-toggle, .search-button").locator("visible=true").count() == 0
    link.click()
    page.wait_for_url("**/backward.html")
    context.close()


SHIFTS = """() => new Promise(done => {
    let total = 0;
    new PerformanceObserver(list => list.getEntries().forEach(entry => { total += entry.value; }))
        .observe({ type: "layout-shift", buffered: true });
    setTimeout(() => done(total), 200);
})"""


@pytest.mark.parametrize("docname", PAGES)
def test_nothing_moves_when_fonts_and_scripts_have_come(browser, server, docname):
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    link = context.new_cdp_session(page)
    slow = {"offline": False, "latency": 100, "downloadThroughput": 4e5, "uploadThroughput": 1e5}
    link.send("Network.enable")
    link.send("Network.emulateNetworkConditions", slow)
    page.goto(f"{server}/{docname}.html")
    page.wait_for_load_state("networkidle")
    assert page.evaluate(SHIFTS) <= 0.02
    context.close()
