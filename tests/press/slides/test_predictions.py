"""Predictions on slides: a question, a step that uncovers the answer, and the minutes."""

import pytest

from diffprog.show import PREDICTION
from press.book import PressError
from press.slides.deck import read
from press.slides.deck_rules import check
from press.slides.html_page import handout, page
from press.store import Store

from .conftest import edition, entry

NOTES = "**Say** " + "word " * 45
LINE = f":::{{notes}} 1\n{NOTES}\n:::"
DATA = {
    "question": "Is it {number}`n-steps`?",
    "options": ["Yes.", "It is *more*."],
    "unit": "",
    "reason": "Because.\n\nReally.",
    "minutes": 2.5,
    "answer": "",
    "right": 2,
}


def slide(given, notes=f":::{{notes}}\n{NOTES}\n:::"):
    return f"\n## About {given}\n\n:::{given}\n:::\n\n{notes}\n"


@pytest.fixture
def made(book, deck):
    """`made(slide, **data)`: the deck with a prediction that has these data."""

    def made(text, **data):
        found = entry("predict-a", "prediction", {PREDICTION: DATA | data})
        Store(book.root / "_build/outputs", [found]).write(partial=True)
        return read(edition(book), deck(text))

    return made


def test_a_step_uncovers_the_answer_and_the_reason(made):
    deck = made(slide("{predict} predict-a"))
    html = page(deck)
    asked, _, came = html.partition('<div class="came fragment">')
    assert '<p class="question">Is it <span class="number">7 389</span>?</p>' in asked
    assert '<ol type="A"><li>Yes.</li><li class=right>It is <em>more</em>.</li></ol>' in asked
    assert came.startswith('<div class="result">B</div><p>Because.</p>\n<p>Really.</p>')
    assert "decide with your neighbour: 2.5 min" in html
    assert 'href="../book/part1/one.html#predict-a"' in html


def test_a_handout_has_the_answer_at_its_end(made):
    html = handout(made(slide("{predict} predict-a")))
    answers = html.partition('<h1 class="part">Answers</h1>')[2]
    heading = "<p>About {predict} predict-a</p>"
    assert f'<li value="2">{heading}<div class="result">B</div><p>Because.</p>' in answers


def test_the_body_shortens_the_reason_and_a_number_has_its_unit(made):
    html = page(made(slide("{predict} predict-a\nShort."), options=[], answer="12", unit="GeV"))
    assert '<div class="result">12 GeV</div><p>Short.</p>' in html
    assert "Because" not in html
    assert "Write your number down." in html


def test_it_is_a_task_of_as_many_minutes_as_its_chapter_says(book, made):
    deck = made(slide("{predict} predict-a") + slide("{show} fig-line", LINE))
    check(edition(book), deck)
    assert (deck.minutes, deck.task_minutes, deck.longest_stretch) == (5.5, 2.5, 2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (slide("{predict} n-steps"), "'n-steps' is of the kind number, not prediction"),
        (slide("{predict} predict-a", f":::{{notes}} 2\n{NOTES}\n:::"), "of predict-a stand in"),
        (
            f"\n## A point\n\n:::{{notes}} 2\n{NOTES}\n:::\n\n:::{{predict}} predict-a\n:::\n",
            "below",
        ),
        (
            slide("{predict} predict-a\n" + "word " * 41),
            "42 words of answer and reason: say",
        ),
    ],
)
def test_what_cannot_be_shown_stops_the_build(book, made, text, message):
    with pytest.raises(PressError, match=message):
        check(edition(book), made(text))
