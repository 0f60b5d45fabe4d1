"""The search: the section that answers comes first, and one can use it by keyboard and by ear."""

import gzip
import tomllib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from press.pages.search import ASKED

from ..conftest import AXE, ROOT
from .test_glossary import ENTRIES, LINK

pytestmark = pytest.mark.site

FIRST = {
    "requires_grad": "part1/gradient#one-update-by-hand",
    "broadcasting": "part1/simulator#the-same-ball-in-pytorch",
    "learning rate": "part1/gradient#how-large-a-step",
    "Adam": "part1/optimizers#three-that-find-their-own-scale",
    "significance": "part2/counting#keep-what-lies-above-a-cut",
    "straight-through": "part2/estimators#the-straight-through-estimator",
    "Hessian": "part1/curvature#the-number-behind-the-explosion",
    "error bars": "part1/uncertainty#a-thousand-throws",
    "coverage": "part1/uncertainty#does-it-cover",
    "degeneracy": "part3/identifiability#one-number-two-unknowns",
    "Fisher": "part3/identifiability#not-whether-but-how-well",
    "Gumbel": "part2/estimators#in-brief",
    "soft cut": "part2/step#a-step-with-a-slope",
    "zero_grad": "part1/optimizers#the-loop-you-need-not-write",
    "sigmoid": "part2/step#a-step-with-a-slope",
    "condition number": "part1/curvature#predict-then-run",
    "NaN": "part2/step#two-gradients-that-are-not-a-number",
    "how to get gradient through if": "part2/step#a-step-with-a-slope",
    "momentum": "part1/optimizers#a-ball-with-friction",
    "s/√b": "part2/counting#keep-what-lies-above-a-cut",
    # Names, formulas in another form, messages, slips of the keyboard, words with another ending
    "backward()": "part1/backward#the-graph",
    "torch.where": "part2/step#two-gradients-that-are-not-a-number",
    "s / sqrt(b)": "part2/counting#keep-what-lies-above-a-cut",
    "Δχ²": "part1/uncertainty#when-the-valley-is-no-parabola",
    "Boolean value of Tensor": "troubles#pytorch-stops-shapes-and-types",
    "jacobain": "part1/backward#a-vector-times-a-matrix",
    "null vectors": "part3/identifiability#one-number-two-unknowns",
    "kernel dens": "part2/sharpness#the-steepness-is-a-bandwidth",
    "gradcheck": "part1/backward#second-check-gradcheck",
    "overfitting": "part2/many#more-than-is-possible",
}
"""What readers type, and what answers it."""

OF_QUERY = "([list, query]) => document.querySelector(list).dataset.of === query"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ICON_OVER_TEXT = """field => {
    const box = field.getBoundingClientRect();
    const text = box.left + parseFloat(getComputedStyle(field).paddingLeft);
    return [...field.closest("form").querySelectorAll("i, svg, img")].filter(icon => {
        const over = icon.getBoundingClientRect();
        return over.width && over.right > text && over.left < box.right;
    }).length;
}"""


@pytest.fixture(scope="module")
def visit(browser: Any, server: str, build: Any) -> Iterator[Any]:
    """`visit(address, file)`: a page as a new visitor sees it, from the server or from a file."""
    contexts = []

    def visit(address: str, file: bool = False, **options: Any) -> Any:
        contexts.append(browser.new_context(reduced_motion="reduce", **options))
        page = contexts[-1].new_page()
        page.goto(f"{build.html.as_uri() if file else server}/{address}")
        return page

    yield visit
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def asked(visit: Any) -> Callable[[str], list[str]]:
    """The places to which a query leads, typed on one page of the search, which stays open."""
    page = visit("search.html")
    return lambda query: found(page, query, "main")


@pytest.fixture(scope="module")
def at_once(visit: Any) -> Callable[[str], list[str]]:
    """As `asked`, without waiting until somebody has finished typing: for many queries."""
    page = visit("search.html")
    page.locator("main [role=status]").filter(has_text="loaded").wait_for(state="detached")

    def at_once(query: str) -> list[str]:
        page.locator("main [type=search]").fill(query)
        page.keyboard.press("Enter")
        return addresses(page, "main")

    return at_once


def found(page: Any, query: str, where: str) -> list[str]:
    """Type a query where the focus is, and return the places that are found."""
    page.keyboard.press("Control+a")
    page.keyboard.type(query)
    page.wait_for_function(OF_QUERY, arg=[f"{where} .dp-search-found", query])
    return addresses(page, where)


def addresses(page: Any, where: str) -> list[str]:
    links = page.locator(f"{where} .dp-search-found a")
    found = links.evaluate_all("links => links.map(a => a.href)")
    return [address.partition("/book/")[2].replace(".html", "") for address in found]


@pytest.mark.parametrize("query", FIRST)
def test_what_answers_a_query_comes_first(asked, query):
    assert asked(query)[:1] == [FIRST[query]]


def test_the_words_of_readers_lead_to_their_places(at_once):
    table = tomllib.loads((ROOT / ASKED).read_text(encoding="utf-8"))
    wrong = [
        (query, first)
        for place, queries in table.items()
        for query in queries
        if (first := at_once(query)[:1]) != [place]
    ]
    assert wrong == []


def test_a_word_of_the_glossary_leads_to_a_chapter_that_teaches_it(at_once):
    wrong = []
    for word, entry in ENTRIES.items():
        first = at_once(word)[0]
        if first.partition("#")[0] not in LINK.findall(entry):
            wrong.append((word, first))
    assert wrong == []


def test_results_are_places_that_exist(asked, build):
    for place in asked("gradient"):
        page, _, anchor = place.partition("#")
        html = (build.html / f"book/{page}.html").read_text(encoding="utf-8")
        assert not anchor or f'id="{anchor}"' in html, place


def test_excerpts_are_running_text(visit):
    page = visit("search.html?q=gradient")
    page.locator("main .dp-search-found a").first.wait_for()
    for query in ("gradient", "significance s/√b", "learning rate", "cut"):
        page.locator("main [type=search]").focus()
        found(page, query, "main")
        for text in page.locator("main .dp-search-text").all_inner_texts():
            assert "\\" not in text
            assert not any(box in text for box in ("Colab", "Binder", "Contents", "Download"))
            assert len(text) < 240
    page.locator("main [type=search]").focus()
    found(page, "s/√b", "main")
    assert "Z = s/√b says" in page.locator("main .dp-search-text").first.inner_text()


@pytest.mark.parametrize("file", [False, True], ids=["server", "file"])
def test_a_keyboard_finds_a_section_and_comes_back(visit, file):
    page = visit("book/part1/gradient.html", file)
    link = page.locator("article p a").first
    link.focus()
    page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog", name="Search")
    field = dialog.get_by_role("searchbox", name="Search this book")
    places = found(page, "condition number", "dialog")
    assert _focused(page, field)
    assert dialog.get_by_role("status").inner_text() == f"{len(places)} places."
    links = dialog.locator(".dp-search-found a")
    page.keyboard.press("Tab")
    if not _focused(page, links.nth(0)):  # the buttons of the field come before
        page.keyboard.press("Tab")
    assert _focused(page, links.nth(0))
    page.keyboard.press("ArrowDown")
    assert _focused(page, links.nth(1))
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert _focused(page, field)
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert _focused(page, link)
    page.keyboard.press("/")
    assert _focused(page, field)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/book/{places[0].replace('#', '.html#')}")


def test_a_section_of_the_page_itself_is_shown(visit):
    page = visit("book/part1/gradient.html")
    page.keyboard.press("Control+k")
    found(page, "zeroing", "dialog")
    page.keyboard.press("Enter")
    page.wait_for_url("**/gradient.html#the-second-turn")
    assert not page.locator("#pst-search-dialog").is_visible()
    top = page.locator("#the-second-turn").evaluate("one => one.getBoundingClientRect().top")
    assert -1 <= top < 200


def _focused(page: Any, one: Any) -> bool:
    return bool(one.evaluate("one => one === document.activeElement"))


def test_a_button_opens_the_search_and_another_closes_it(visit):
    page = visit("book/part1/gradient.html", viewport={"width": 390, "height": 800})
    button = page.locator(".search-button__button:visible").first
    button.click()
    page.get_by_role("button", name="Close").click()
    assert not page.locator("#pst-search-dialog").is_visible()
    assert _focused(page, button)


def test_the_key_can_be_switched_off(visit):
    page = visit("book/part1/gradient.html")
    page.keyboard.press("/")
    page.get_by_role("status").filter(has_text="loaded").wait_for(state="detached")
    page.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert not page.locator("#pst-search-dialog").is_visible()


def test_the_page_of_the_search_works_alike(visit):
    page = visit("search.html?q=momentum")
    page.locator("main .dp-search-found a").first.wait_for()
    assert page.locator("main [role=status]").inner_text().endswith("places.")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    found(page, "soft cut", "main")
    assert page.url.endswith("?q=soft%20cut")
    page.locator("h1").click()
    page.keyboard.press("Control+k")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    assert found(page, "qwertz", "main") == []
    assert page.locator("main [role=status]").inner_text() == "Nothing found for “qwertz”."


def test_the_search_is_loaded_when_it_is_asked_for(browser, server, build):
    page = browser.new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url.removeprefix(server)))
    page.goto(f"{server}/book/part1/gradient.html")
    page.wait_for_load_state("networkidle")
    assert not [url for url in requests if "/search/" in url]
    requests.clear()
    page.keyboard.press("Control+k")
    found(page, "gradient", "dialog")
    found(page, "gradient descent", "dialog")
    assert requests == ["/_static/search/book.js", "/_static/search/search.js"]
    weight = sum(len(gzip.compress((build.html / url[1:]).read_bytes())) for url in requests)
    assert weight < 320 * 1024  # once, and for all words of five parts
    page.close()


def test_without_scripts_the_page_says_what_helps(visit):
    page = visit("search.html", java_script_enabled=False)
    assert not page.locator("main [type=search]").is_visible()
    for name, address in (("glossary", "book/glossary.html"), ("first page", "book/index.html")):
        assert page.locator("main").get_by_role("link", name=name).get_attribute("href") == address


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("place", "width"), [("dialog", 1280), ("dialog", 390), ("main", 390)])
def test_axe_finds_nothing_in_the_results(visit, place, theme, width):
    page = visit(
        "search.html" if place == "main" else "book/part2/step.html",
        color_scheme=theme,
        viewport={"width": width, "height": 800},
    )
    page.keyboard.press("Control+k")
    found(page, "zero_grad gradient", place)
    field = page.locator(f"{place} [type=search]")
    assert field.evaluate(ICON_OVER_TEXT) == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate(AXE.read_text())
    axe = "([place, rules]) => axe.run(place, {runOnly: rules})"
    violations = page.evaluate(axe, [place, RULES])["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:120]) for v in violations] == []
