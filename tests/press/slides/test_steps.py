"""What waits for a step, and is uncovered by it."""

import re

import pytest

from diffprog.show import FIGURE, FRAMES
from press.book import PressError
from press.slides.deck import read
from press.slides.html_page import page
from press.slides.slide import words
from press.slides.write import write_decks
from press.store import Store

from .conftest import FRAMES_DATA, edition, entry
from .test_making import slide
from .test_showing import swipe

PARTS = (
    '<svg class="dp-svg" viewBox="0 0 350 210">'
    '<g data-part="panel 1"><text style="font-size:calc(10px*var(--fig-text))">a</text>'
    '<g data-part="E[s] &lt; 1"><path d="M0 0h9"/></g></g>'
    '<g data-part="panel 2"><path d="M0 9h9"/><g data-part="fit"><path d="M0 8h9"/></g></g>'
    '<g data-part="panel 3"><path d="M0 5h9"/><g data-part="fit"><path d="M0 4h9"/></g></g></svg>'
)
SHOW = ":::{show} fig-parts\n:uncover: "


@pytest.fixture
def made(book, deck):
    """`made(text)`: the HTML of a slide; the store has a figure of three panels, and frames."""
    frames = {
        **FRAMES_DATA, "svg": PARTS, "texts": ["0 s", "1 s"], "start": 0, "autoplay": False,
        "slots": [[1, "", ['<g data-part="E[s] &lt; 1"></g>', ""], [0, 1]]],
    }  # fmt: skip
    entries = [
        entry("fig-parts", "figure", {FIGURE: {"svg": PARTS}}),
        entry("fig-moving", "frames", {FRAMES: frames}),
    ]
    Store(book.root / "_build/outputs", entries).write(partial=True)
    return lambda text: page(read(edition(book), deck(slide(text, title="A question?"))))


def covered(html):
    return re.findall(r'data-part="([^"]*)" class="fragment" data-fragment-index="(\d)"', html)


def test_what_is_below_three_plus_signs_waits(made):
    html = made("Now.\n+++\n- one\n- two\n\nSame step.\n\n+++\n- three\n\n$$ x $$")
    assert '<p>Now.</p>\n<ul class="fragment" data-fragment-index="1">' in html
    assert '<p class="fragment" data-fragment-index="1">Same step.</p>' in html
    assert '<ul class="fragment" data-fragment-index="2">\n<li>three</li>' in html
    assert '<div class="formula fragment" data-fragment-index="2">' in html
    assert words('<div class="formula fragment" data-x="2">a b c<!--math--></div>') == 1


def test_an_answer_takes_the_place_of_the_heading_and_not_of_its_address(made):
    html = made("Now.\n+++\n#### The *answer*\n\nThen.")
    assert re.findall(r'<section id="a-question" .*?<h2>(.*?)</h2>', html, re.S) == [
        '<span class="asked fragment fade-out" data-fragment-index="1">A question?</span>'
        '<span class="answer fragment" data-fragment-index="1">The <em>answer</em></span>'
    ]
    assert "<h4" not in html
    assert '<p class="fragment" data-fragment-index="1">Then.</p>' in html


def test_steps_of_text_come_after_those_of_code(made):
    html = made(":::{source} lib.add\ntotal = a\nreturn\n:::\n+++\nAfter.")
    assert re.findall(r"fragment-index=.(\d).[ >]", html) == ["3", "0", "1"]


def test_panels_are_uncovered_in_turn_and_lines_by_their_label(made):
    assert covered(made(f"{SHOW}panels\n:::")) == [("panel 2", "1"), ("panel 3", "2")]
    html = made(f"{SHOW}E[s] < 1 & panel 2 ; fit\n:::")
    assert covered(html) == [("E[s] &lt; 1", "1"), ("panel 2", "1"), ("fit", "2"), ("fit", "2")]


def test_parts_come_with_the_text_below_the_figure(made):
    html = made(f"Now.\n+++\nFirst.\n\n{SHOW}panel 3\n:::\n+++\nSecond.")
    assert '<div class="fragment" data-fragment-index="1"><div class="dp-figure">' in html
    assert covered(html) == [("panel 3", "2")]
    assert '<p class="fragment" data-fragment-index="2">Second.</p>' in html


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{SHOW}panel 4\n:::", "fig-parts has no part 'panel 4' to be uncovered; its parts: E[s]"),
        (f"{SHOW}fit; fit\n:::", "fig-parts has no part 'fit' to be uncovered"),
        (":::{show} fig-line\n:uncover: panels\n:::", "fig-line has no part '' to be uncovered"),
        (":::{show} fig-moving\n:uncover: E[s] < 1\n:::", "is drawn anew in each frame"),
        (":::{show} fig-line\n:cover: x\n:::", "the option :start: or :uncover:, not :cover:"),
        ("+++\n:::{source} lib.add\n:::", "{source} stands above the first +++"),
        ("#### Too early", "a heading has one answer, ####, which stands below +++"),
        ("+++\n#### One\n+++\n#### Two", "a heading has one answer"),
        ("+++\n#### One\n\n#### Two", "a heading has one answer"),
        ("+++\n##### Deep", "a slide's heading is #, ## or ###, and its answer ####"),
    ],
)  # fmt: skip
def test_a_step_that_is_none_stops_the_build(made, text, message):
    with pytest.raises(PressError, match=re.escape(message)):
        made(text)


SLIDES = slide(
    "Now.\n\n:::{show} fig-parts\n:uncover: panel 2; E[s] < 1\n:::\n+++\nThen.\n+++\n#### The end",
    title="What comes?",
) + slide("Words.", title="Next")


@pytest.fixture
def site(book, deck, made):
    head = "---\ntitle: A deck\ndescription: A deck for the tests.\n---\n"
    deck(SLIDES.replace("{notes} 2\n", "{notes} 2\n:chapter: part1/one\n"), head)
    write_decks(edition(book), book.build / "html")
    return book.build / "html/slides/deck.html"


@pytest.fixture
def window(browser, site):
    contexts = []

    def window(query="", **options):
        contexts.append(browser.new_context(viewport={"width": 1280, "height": 720}, **options))
        tab = contexts[-1].new_page()
        tab.goto(f"{site.as_uri()}{query}")
        if options.get("java_script_enabled", True):
            tab.wait_for_function("() => window.Reveal && Reveal.isReady()")
        return tab

    yield window
    for context in contexts:
        context.close()


SEEN = """() => [...document.querySelector('#what-comes').querySelectorAll(
  'h2 > span, .text p, [data-part="panel 1"] > text, [data-part="E[s] < 1"] path,'
  + '[data-part="panel 2"] > path')]
  .filter(e => getComputedStyle(e).visibility === 'visible')
  .map(e => e.textContent.trim() || e.parentNode.dataset.part)"""
PLACES = """() => [...document.querySelectorAll('#what-comes :is(h2, p, svg, g)')]
  .map(e => { const r = e.getBoundingClientRect(); return [r.x, r.y, r.width, r.height]; })"""
STEPS = [
    ["What comes?", "Now.", "a"],
    ["What comes?", "Now.", "Then.", "a", "panel 2"],
    ["The end", "Now.", "Then.", "a", "E[s] < 1", "panel 2"],
]


@pytest.mark.site
def test_steps_uncover_and_cover_again_and_nothing_moves(window):
    """And a screen reader hears of each what the eye sees."""
    tab = window()
    said = "document.querySelector('.aria-status').textContent"
    places = None
    for number, step in enumerate([*STEPS, *STEPS[1::-1]]):
        tab.keyboard.press("ArrowRight" if number < 3 else "ArrowLeft")
        assert sorted(tab.evaluate(SEEN)) == sorted(step)
        assert places in (None, tab.evaluate(PLACES))
        places = tab.evaluate(PLACES)
        heading = tab.locator("#what-comes").get_by_role("heading", name=step[0], exact=True)
        assert heading.count() == 1
        assert tab.locator("#what-comes").get_by_role("img").get_attribute("aria-label") == (
            "A line." if number == 2
            else "A figure that is partly covered; it is described when all of it is shown."
        )  # fmt: skip
        heard = tab.evaluate(f"new Promise(r => requestAnimationFrame(() => r({said})))")
        assert ("Then." in heard) == (number == 1), heard
        assert ("The end" in heard) == (number == 2), heard
    tab.keyboard.press("End")
    tab.keyboard.type("2")
    tab.keyboard.press("Enter")
    assert sorted(tab.evaluate(SEEN)) == sorted(STEPS[0]), "a number leads to its beginning"


@pytest.mark.site
def test_a_swipe_uncovers_the_next_step(window):
    tab = window(has_touch=True)
    tab.keyboard.press("ArrowRight")
    for step in STEPS[1:]:
        swipe(tab, 300, 100)
        assert sorted(tab.evaluate(SEEN)) == sorted(step)
    swipe(tab, 100, 300)
    assert sorted(tab.evaluate(SEEN)) == sorted(STEPS[1])


@pytest.mark.site
@pytest.mark.parametrize("way", ["overview", "print", "print-pdf", "handout", "no script"])
def test_everything_is_uncovered_where_nobody_steps(window, way):
    tab = window("?print-pdf" if way == "print-pdf" else "", java_script_enabled=way != "no script")
    if way == "no script":
        for text in ("The end", "Now.", "Then."):
            assert tab.get_by_text(text, exact=True).is_visible(), text
        assert not tab.get_by_text("What comes?", exact=True).is_visible()
        shown = "path => getComputedStyle(path).visibility"
        assert [path.evaluate(shown) for path in tab.locator("path").all()] == ["visible"] * 5
        return
    if way == "handout":
        tab.goto(tab.url.replace("deck.html", "deck-handout.html"))
    if way == "print-pdf":
        tab.wait_for_selector(".pdf-page #what-comes")
    if way == "overview":
        tab.keyboard.press("o")
        hidden = [part.text_content() for part in tab.locator(".fragment[aria-hidden]").all()]
        assert hidden == ["What comes?"]  # a screen reader gets what is seen
    if way == "print":
        tab.emulate_media(media="print")
    assert sorted(tab.evaluate(SEEN)) == sorted(STEPS[-1])
