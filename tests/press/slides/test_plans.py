"""Plans: which slides a deck leaves out to fit fewer minutes."""

import re
from pathlib import Path

import pytest

from press.book import PressError
from press.slides.deck import read
from press.slides.deck_rules import check
from press.slides.html_page import page
from press.slides.plan import planned, table
from press.slides.slide import Deck, Slide

from .conftest import HEAD, edition

WORDS = "**Say** " + "word " * 45
PLANS = HEAD.replace("part: part1", "part: part1\nleft_out: {fig-line: not here}\nplans: [4, 7]")


def slide(title, minutes, options=""):
    return f"\n## {title}\n\nSo.\n\n:::{{notes}} {minutes}\n{options}{WORDS}\n:::\n"


@pytest.fixture
def made(book, deck):
    """`made(slides)`: the deck with them after a title of two minutes, and plans of 7 and 4."""
    return lambda text: read(edition(book), deck(text, PLANS))


def headings(deck):
    return [slide.heading for slide in deck.slides]


def test_what_matters_least_is_left_out_first_and_the_order_stays(made):
    deck = made(
        slide("One", 2, ":optional: 1\n")
        + slide("Two", 2, ":optional: 2\n")
        + slide("Three", 2)
        + slide("Four", 1, ":optional: 2\n")
        + slide("Below", 1).replace("## ", "### ")
    )
    assert headings(planned(deck, 99)) == headings(deck)
    assert (
        headings(planned(deck, 9))
        == ["A deck", "Two", "Three", "Four", "Below"]
        != headings(planned(deck, 10))[:5]
    )
    assert headings(planned(deck, 7)) == ["A deck", "Two", "Three"], "the solution goes along"
    assert headings(planned(deck, 4)) == ["A deck", "Three"]
    assert planned(deck, 7).minutes == 6


def test_a_plan_that_does_not_fit_stops_the_build_with_the_minutes(book, made):
    deck = made(slide("One", 3.5) + slide("Two", 1, ":optional: 1\n"))
    message = r"^book/slides/deck\.md:1: the plan of 4 min is 1\.5 min over: let more be `:opt"
    with pytest.raises(PressError, match=message) as caught:
        check(edition(book), deck)
    assert "plan of 7" not in str(caught.value)


def test_title_and_slides_say_to_which_plans_they_belong(made):
    html = page(made(slide("One", 3, ":optional: 1\n") + slide("Two", 2)))
    assert '<section id="one" data-minutes="3" data-plans="7">' in html
    assert '<section id="two" data-minutes="2">' in html
    assert (
        '<p class="facts">7 min. Plans: <a href="?minutes=7">7 min</a>, '
        '<a href="?minutes=4">4 min</a></p>'
    ) in html
    assert re.search(r'data-plan="4" hidden>Plan of 4: 4 min\. <a href="\?">All 7 min</a>', html)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (slide("One", 1, ":optional: 0\n"), ":optional: is 1, for what a plan leaves out first"),
        (slide("One", 1, ":optional: no\n"), "or more, not 'no'"),
        (slide("One", 1) + slide("Two", 1, ":optional: 1\n").replace("## ", "### "), "goes with"),
    ],
)
def test_an_option_that_says_nothing_stops_the_build(made, text, message):
    with pytest.raises(PressError, match=message):
        made(text)


def test_plans_are_minutes(book, deck):
    with pytest.raises(PressError, match=r"deck\.md:1: `plans:` are minutes, as in \[90, 45\]"):
        read(edition(book), deck("", PLANS.replace("[4, 7]", "[short]")))


def test_the_facts_of_a_deck_are_counted():
    layouts = ["title", "predict", "exercise", "solution", "predict"]
    slides = [Slide("A", 2, 1, layout=layout, minutes=2) for layout in layouts]
    deck = Deck(Path("deck.md"), "A deck", "", "", "blue", {}, slides, (45,))
    assert deck.facts == "10 min, 2 questions, 1 exercise"
    assert table([deck]).splitlines()[2].startswith("deck, 45 min ")
