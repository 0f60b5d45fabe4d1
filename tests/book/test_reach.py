"""Everything is reached by the keyboard and by a finger, and read at any size, spacing and colours.

A push looks at a page of each kind, and once a day all pages are seen. `reach.js` says what is
wrong with an element. tests/book/test_accessible.py has the rules of axe.
"""

from typing import Any

import pytest

from press.book import Book
from press.slides.deck import heads

from ..conftest import ROOT

KINDS = ["book/index", "book/part1/gradient", "book/notation", "search"]
REST = sorted({page.docname for page in Book(ROOT).pages} - set(KINDS))
DECKS = [deck.name for deck in heads(Book(ROOT))]
REACH = ROOT / "tests/book/reach.js"
WIDE, PHONE, ZOOMED = (1280, 900), (390, 844), (320, 640)
"""Windows; the last one is that of a wide one at 400 per cent."""
SPACED = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
                word-spacing: 0.16em !important }
            p { margin-bottom: 2em !important }"""
"""What readers may set by criterion 1.4.12 of WCAG."""
FOCUS = "document.activeElement"

pytestmark = [pytest.mark.site, pytest.mark.slow]
each_page = pytest.mark.parametrize(
    "docname", [*KINDS, *(pytest.param(name, marks=pytest.mark.exhaustive) for name in REST)]
)
each_deck = pytest.mark.parametrize(
    "name",
    [
        DECKS[1],
        *(pytest.param(name, marks=pytest.mark.exhaustive) for name in DECKS if name != DECKS[1]),
    ],
)


@pytest.fixture
def visit(browser, server):
    """`visit(address, window, …)` opens a page, with `reach` in it."""
    contexts = []

    def visit(address: str, window: tuple[int, int] = WIDE, **options: Any) -> Any:
        width, height = window
        context = browser.new_context(
            viewport={"width": width, "height": height},
            reduced_motion="reduce",
            has_touch=width < 1000,
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{server}/{address}")
        page.wait_for_timeout(500)  # what scrolls is found 0.4 s after the page is there
        page.evaluate(REACH.read_text())
        return page

    yield visit
    for context in contexts:
        context.close()


def unfold(page: Any) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")


def here(page: Any) -> str:
    """Return what has the focus, in words."""
    return page.evaluate(f"reach.says({FOCUS})")


@each_page
@pytest.mark.parametrize("window", [WIDE, PHONE])
def test_what_takes_the_focus_is_seen_and_has_a_ring(visit, docname, window):
    page = visit(f"{docname}.html", window)
    unfold(page)
    page.keyboard.press("Tab")  # a browser shows the focus to who uses the keyboard
    assert page.evaluate("reach.stops()")["complaints"] == []


@each_page
def test_controls_are_as_large_as_a_finger(visit, docname):
    page = visit(f"{docname}.html", PHONE)
    unfold(page)
    assert page.evaluate("reach.small()") == []
    for toggle in (".primary-toggle", ".secondary-toggle"):
        if page.locator(toggle).last.is_visible():
            page.locator(toggle).last.click()
            assert page.evaluate("reach.small(document.querySelector('dialog[open]'))") == []
            page.keyboard.press("Escape")


@each_page
def test_zoomed_or_spaced_out_nothing_is_cut(visit, docname):
    page = visit(f"{docname}.html", ZOOMED)
    unfold(page)
    assert page.evaluate("reach.cut()") == []
    page.add_style_tag(content=SPACED)
    assert page.evaluate("reach.cut()") == []
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    assert page.evaluate("reach.cut()") == []


@each_page
def test_in_forced_colours_buttons_have_frames_and_the_focus_its_ring(visit, docname):
    page = visit(f"{docname}.html", forced_colors="active")
    assert page.evaluate("reach.bare()") == []
    page.keyboard.press("Tab")
    assert page.evaluate("reach.stops()")["complaints"] == []


MORE = pytest.mark.exhaustive


@pytest.mark.parametrize(
    ("docname", "window"),
    [
        ("book/part1/index", WIDE),
        ("book/part1/simulator", PHONE),
        *(
            pytest.param(name, size, marks=MORE)
            for name in [*KINDS, *REST]
            for size in (WIDE, PHONE)
        ),
    ],
)
def test_tab_goes_through_the_page_and_out_of_it(visit, docname, window):
    """It stops where it can be seen, once at each control, and nothing holds it."""
    page = visit(f"{docname}.html", window)
    page.keyboard.press("Tab")
    stops = page.evaluate("reach.stops()")["count"]
    page.reload()
    page.evaluate(REACH.read_text())
    seen: list[int] = []
    complaints: list[str] = []
    while len(seen) <= stops:
        page.keyboard.press("Tab")
        place = page.evaluate("reach.stop()")
        if not place:
            break
        if place in seen[-1:]:  # it was not ready for Escape yet, and Tab has indented its line
            page.keyboard.press("Escape")
            continue
        seen.append(place)
        complaints += page.evaluate(f"reach.wrong({FOCUS})")
        if page.evaluate(f"{FOCUS}.matches('textarea')"):
            page.keyboard.press("Escape")  # as the line below the cell says
    assert complaints == []
    assert len(seen) == len(set(seen)) == stops


@pytest.mark.parametrize("toggle", [".primary-toggle", ".secondary-toggle", "button.search-button"])
@pytest.mark.parametrize("by", ["key", "finger"])
def test_escape_closes_and_gives_the_focus_back(visit, toggle, by):
    page = visit("book/part1/gradient.html", PHONE)
    button = page.locator(toggle).locator("visible=true").first
    said = "button => ['aria-expanded', 'aria-haspopup'].map(name => button.getAttribute(name))"
    if toggle != "button.search-button":
        assert button.evaluate(said) == ["false", "dialog"]
        assert page.locator(f"#{button.get_attribute('aria-controls')}").count() == 1
    button.focus()
    if by == "key":
        page.keyboard.press("Enter")
    else:
        button.tap()
    page.locator("dialog[open]").wait_for()
    for _ in range(3):
        page.keyboard.press("Tab")
    assert page.evaluate(f"Boolean({FOCUS}.closest('dialog[open]'))")
    page.keyboard.press("Escape")
    page.locator("dialog[open]").wait_for(state="detached")
    assert button.evaluate(f"button => button === {FOCUS}")


def test_the_button_of_the_chapters_says_whether_they_are_there(visit):
    page = visit("book/part1/gradient.html")
    button = page.locator(".primary-toggle")
    assert button.get_attribute("aria-controls") == "pst-primary-sidebar"
    for expanded in ("true", "false"):
        assert button.get_attribute("aria-expanded") == expanded
        assert page.locator("#pst-primary-sidebar").is_visible() == (expanded == "true")
        button.focus()
        page.keyboard.press("Enter")
        page.wait_for_timeout(50)
        assert button.evaluate(f"button => button === {FOCUS}")
    assert button.get_attribute("aria-expanded") == "true"


def test_whoever_wants_less_motion_sees_folds_open_at_once(visit):
    page = visit("book/part1/gradient.html")
    unfold(page)
    inside = page.locator("div.cell details.hide[open] > summary + *").first
    assert inside.evaluate("e => getComputedStyle(e).animationName") == "none"
    page.emulate_media(reduced_motion="no-preference")
    assert inside.evaluate("e => getComputedStyle(e).animationName") != "none"


def slides(page: Any) -> Any:
    """Go from slide to slide, with all their steps."""
    page.wait_for_function("() => window.Reveal && Reveal.isReady()")
    for number in range(page.evaluate("Reveal.getTotalSlides()")):
        page.evaluate(
            "number => { const at = Reveal.getIndices(Reveal.getSlides()[number]);"
            " Reveal.slide(at.h, at.v, 99) }",
            number,
        )
        yield number


@each_deck
def test_the_keyboard_and_a_finger_reach_what_is_on_a_slide(visit, name):
    """On a phone, held across and upright; and with the reader's own colours."""
    page = visit(f"slides/{name}.html", (844, 390))
    page.keyboard.press("Shift")
    for number in slides(page):
        stops = page.evaluate("reach.stops(Reveal.getCurrentSlide())")
        small = page.evaluate("reach.small(Reveal.getCurrentSlide())")
        assert (number, stops["complaints"], small) == (number, [], [])
    page = visit(f"slides/{name}.html", PHONE)
    assert page.evaluate("reach.small()") == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("reach.cut()") == []


@each_deck
def test_in_forced_colours_a_deck_shows_its_buttons_its_steps_and_the_focus(visit, name):
    page = visit(f"slides/{name}.html", forced_colors="active")
    page.keyboard.press("Shift")
    lit = 0
    for _ in slides(page):
        assert page.evaluate("reach.bare()") == []
        assert page.evaluate("reach.stops(Reveal.getCurrentSlide())")["complaints"] == []
        for line in page.locator("section.present section.present .line.lit").all():
            assert line.evaluate("line => getComputedStyle(line).outlineStyle") == "solid"
            lit += 1
    assert lit


def test_the_list_of_keys_gives_the_focus_back(visit):
    page = visit(f"slides/{DECKS[1]}.html")  # code on a slide would take the key
    page.wait_for_function("() => window.Reveal && Reveal.isReady()")
    page.keyboard.press("Tab")
    before = here(page)
    page.keyboard.press("?")
    assert page.locator("dialog.help").evaluate("dialog => dialog.open")
    page.keyboard.press("Escape")
    assert not page.locator("dialog.help").evaluate("dialog => dialog.open")
    assert here(page) == before != ""
