"""Notes that ask the room need a slide on which the answer waits."""

import pytest

from press.book import PressError
from press.slides.asking import asked
from press.slides.deck import read
from press.slides.deck_rules import check

from .conftest import edition
from .test_making import LINE, NOTES, slide

ASKING = [
    "Before you show it, ask for bets: does it diverge?",
    "Point at grad_fn. Then ask which way it goes.",
    "At each step ask the room for the next number.",
    "Let the room vote: would you publish this?",
    "Show the claim first, and wait for somebody to laugh.",
    "Cover the lower panel with your hand.",
    "Collect guesses, and write the number on the board.",
    "First the loss: 3 square metres.",
    "Stop here. Predict where the dots will lie.",
]
TELLING = [
    "Before you fit, ask the Jacobian of your simulator.",
    "Nobody had computed L before choosing.",
    "Of every gradient ask first: of what?",
    "The check asks about a spring too.",
    "Predicted before it was run: a sum of three powers.",
    "The first two rows are sound.",
    "The guess is a ball without any velocity.",
    "All events that a cut covers, and their hands-on use.",
    "The book shows failures first and explains them.",
]


@pytest.mark.parametrize("notes", ASKING)
def test_notes_that_ask_need_a_slide_on_which_the_answer_waits(book, deck, notes):
    filler = f"{NOTES}.\n{notes}"
    with pytest.raises(PressError, match=r"deck\.md:23: the notes say '.+', and the slide shows"):
        check(edition(book), read(edition(book), deck(slide(LINE, filler))))
    check(edition(book), read(edition(book), deck(slide(f"{LINE}\n+++\nA word.", filler))))


@pytest.mark.parametrize("notes", TELLING)
def test_notes_that_tell_need_no_step(notes):
    assert list(asked(notes)) == []


def test_a_task_and_an_animation_at_its_first_frame_wait_too(book, frames, deck):
    notes = NOTES + ". Ask who knows."
    ways = {":::{show} fig-ball\n:::": True, ":::{show} fig-ball\n:start: last\n:::": False,
            ":::{exercise} ex-add\n:done: you are.\n:::": True, ":::{solution} ex-add\n:::": True,
            "Words.": False}  # fmt: skip
    for text, waits in ways.items():
        found = read(edition(book), deck(slide(text, notes))).slides[1]
        assert found.asked[0][1] == "Ask who"
        assert found.waits is waits, text
