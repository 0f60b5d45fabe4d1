"""No rule of axe finds anything, on any page and deck, in any state in which a reader meets them.

All of its rules: those of the Web Content Accessibility Guidelines up to level AAA, its best
practices, and those that it calls experimental. A push looks at every second page in one mode, from
page to page in another one, and at one deck; once a day, each is seen in all modes.
"""

from itertools import product
from typing import Any

import pytest

from press.book import Book
from press.slides.deck import heads

from ..conftest import AXE, ROOT

PAGES = [*(page.docname for page in Book(ROOT).pages), "search", "genindex", "launching"]
DECKS = [deck.name for deck in heads(Book(ROOT))]
WIDE, PHONE = (1280, 900), (390, 844)
MODES = [
    (theme, *mode)
    for mode, theme in product(
        [
            (WIDE, "folds"),
            (PHONE, "menu"),
            (PHONE, "folds"),
            (WIDE, "search"),
            (PHONE, "contents"),
            (PHONE, "search"),
        ],
        ["light", "dark"],
    )
]
"""Theme, window, and what is open."""

RUN = """async () => {
    const rules = axe.getRules().map(rule => rule.ruleId);
    const found = await axe.run({runOnly: {type: "rule", values: rules}, preload: false,
                                 resultTypes: ["violations"]});
    return found.violations.flatMap(violation => violation.nodes.slice(0, 3).map(node =>
        `${violation.id}: ${node.html.slice(0, 160)} ${node.failureSummary}`));
}"""

pytestmark = [pytest.mark.site, pytest.mark.slow]


def sampled(names: list[str]) -> list[Any]:
    """Return all names in all modes; all but one mode of every second are for once a day."""
    return [
        pytest.param(
            name,
            *mode,
            id="-".join([name, mode[0], str(mode[1][0]), mode[2]]),
            marks=() if place % (2 * len(MODES)) == 2 * number else pytest.mark.exhaustive,
        )
        for place, name in enumerate(names)
        for number, mode in enumerate(MODES)
    ]


def found(page: Any) -> list[str]:
    """Return what axe finds on a page as it is now."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE.read_text())
    return page.evaluate(RUN)


@pytest.mark.parametrize(("docname", "theme", "window", "state"), sampled(PAGES))
def test_axe_finds_nothing(browser, server, docname, theme, window, state):
    width, height = window
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=theme,
        reduced_motion="reduce",
        has_touch=width < 600,
    )
    page = context.new_page()
    page.goto(f"{server}/{docname}.html")
    if page.locator("[class*='dp-run-']").count():
        page.locator(".dp-run-bar").first.wait_for(state="attached")
    button = page.locator(".primary-toggle" if state == "menu" else ".secondary-toggle").last
    if state == "search":
        page.keyboard.press("/")
        page.keyboard.type("gradient")
        page.locator(".dp-search-found a").first.wait_for()
    elif state != "folds" and button.is_visible():
        button.click()
        page.locator("dialog[open]").wait_for()
    else:
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        page.wait_for_timeout(600)  # boxes that scroll get their names
    assert found(page) == []
    context.close()


@pytest.mark.exhaustive
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_a_cell_prints_is_accessible(browser, server, theme):
    """An error with a verdict, and a figure."""
    context = browser.new_context(color_scheme=theme, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{server}/book/part1/gradient.html")
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    for box in ("#ex-loop", ".cell:has(.cell_output svg)"):
        page.locator(f"{box} .dp-run-run, {box} ~ * .dp-run-run").first.click()
        page.locator(".dp-run-output").last.wait_for(timeout=120_000)
    page.locator(".dp-run-stop:not([hidden])").first.wait_for(state="detached", timeout=120_000)
    assert found(page) == []
    context.close()


@pytest.mark.parametrize(
    ("name", "theme"),
    [
        pytest.param(*case, marks=() if case == (DECKS[0], "light") else pytest.mark.exhaustive)
        for case in product(DECKS, ["light", "dark"])
    ],
)
def test_axe_finds_nothing_in_a_deck_on_a_phone_in_its_overview_and_its_help(
    browser, build, name, theme
):
    """Each slide by itself: tests/press/slides/test_decks.py."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, color_scheme=theme)
    page = context.new_page()
    page.goto(f"{build.html.as_uri()}/slides/{name}.html#/2/1")
    page.wait_for_function("() => window.Reveal && Reveal.isReady()")
    page.keyboard.press("?")
    complaints = found(page)
    page.keyboard.press("Escape")
    if theme == "dark" or name == DECKS[0]:
        page.keyboard.press("o")
        page.wait_for_function("() => Reveal.isOverview()")
        complaints += found(page)
    context.close()
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=theme)
    page = context.new_page()
    page.goto(f"{build.html.as_uri()}/slides/{name}.html")
    page.wait_for_timeout(300)  # its styles come after the page
    complaints += found(page)
    context.close()
    assert complaints == []
