"""Predictions: what is read of them, and answers that the cells do not confirm."""

import nbformat
import pytest

from diffprog.show import NUMBER, PREDICTION
from press.book import PressError
from press.run.cache import Execution
from press.store import collect

CHOICE = """\
# Page

:::{predict} Is `a` larger than $b$?
:name: predict-a

- [ ] Yes,
  by far.
- [x] No.

Because $b$ is larger.

It really is.
:::

```{code-cell} ipython3
1
```
"""
NUMBER_ASKED = """\
# Page

:::{predict} How many?
:name: predict-n
:number: n-events
:unit: events
:minutes: 3

They are few.
:::

```{code-cell} ipython3
1
```
"""


@pytest.fixture
def stored(read, book):
    """`stored(text, data…)`: the entries of a page whose cell has these outputs."""

    def stored(text, *bundles):
        chapter = read(text)
        notebook = chapter.copy()
        notebook.cells[1].outputs = [
            nbformat.v4.new_output("display_data", data=data) for data in bundles
        ]
        return collect([Execution(chapter, notebook, book.root / "none.json", 0.0)])

    return stored


def answer(right, options=2, name="predict-a"):
    return {PREDICTION: {"name": name, "right": right, "options": options}}


N_EVENTS = {NUMBER: {"name": "n-events", "text": "12", "value": 12}}


def test_question_options_mark_and_reason_are_read(read):
    (known,) = read(CHOICE).predictions
    assert (known.name, known.line, known.minutes) == ("predict-a", 3, 2.0)
    assert known.question == "Is `a` larger than $b$?"
    assert known.options == ("Yes, by far.", "No.")
    assert known.right == 2
    assert known.reason == "Because $b$ is larger.\n\nIt really is."


def test_a_number_is_asked_for_with_its_unit(read):
    (known,) = read(NUMBER_ASKED).predictions
    assert (known.options, known.number, known.unit) == ((), "n-events", "events")
    assert (known.minutes, known.reason) == (3.0, "They are few.")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (" Is `a` larger than $b$?", "", r"a prediction needs a question after \{predict\}"),
        (":name: predict-a", "", "a prediction needs the option :name:"),
        ("- [x] No.", "- [ ] No.", r"\[x\] marks one option as right, not 0"),
        ("- [ ] Yes", "- [x] Yes", r"\[x\] marks one option as right, not 2"),
        ("- [x] No.", "- No.", r"option 2 begins with \[ \]"),
        ("- [x] No.", "", "a prediction has two to 4 options, not 1"),
        ("- [x] No.", "- [x] No.\n" + "- [ ] Or.\n" * 3, "two to 4 options, not 5"),
        ("- [ ] Yes,\n  by far.\n- [x] No.", "", "the answer is an option of a list, or the nu"),
        (":name: predict-a", ":name: predict-a\n:number: n", "is an option of a list, or the num"),
        (":name: predict-a", ":name: predict-a\n:unit: m", "is an option of a list, or the num"),
        (":name: predict-a", ":name: predict-a\n:minutes: 0", ":minutes: is a number of minutes"),
        (":name: predict-a", ":name: predict-a\n:minutes: two", "number of minutes, not 'two'"),
        ("Because $b$ is larger.\n\nIt really is.", "", "say below the options, or alone, why"),
    ],
)
def test_what_is_not_right_in_a_prediction_stops_the_build_with_its_line(read, old, new, message):
    assert old in CHOICE
    with pytest.raises(PressError, match=rf"^book/part1/one\.md:3: .*{message}"):
        read(CHOICE.replace(old, new))


def test_a_name_is_given_once_on_a_page(read):
    with pytest.raises(PressError, match=r"one\.md:19: line 3 already has a prediction predict-a"):
        read(CHOICE + CHOICE.partition("# Page\n")[2].partition("```")[0])


def test_the_store_has_the_question_with_the_computed_answer(stored):
    (entry,) = stored(CHOICE, answer(2))
    assert (entry.name, entry.kind, entry.line, entry.cell) == ("predict-a", "prediction", 3, 1)
    assert entry.content["right"] == 2
    assert entry.content["options"] == ["Yes, by far.", "No."]
    _, entry = stored(NUMBER_ASKED, N_EVENTS)
    assert (entry.content["answer"], entry.content["unit"]) == ("12", "events")


@pytest.mark.parametrize(
    ("text", "outputs", "message"),
    [
        (CHOICE, [answer(1)], r"3: \[x\] marks option 2, but the cell finds option 1 right .*:16"),
        (CHOICE, [answer(2, 3)], "3: there are 2 options, but the cell has 3 conditions"),
        (CHOICE, [], r"3: no cell computes which option is right: call `show.answer\("),
        (CHOICE, [answer(2), answer(2, name="b")], "16: no prediction here is called 'b'"),
        (CHOICE, [answer(2), answer(2)], r"16: book/part1/one\.md:16 already answers predict-a"),
        (NUMBER_ASKED, [], "3: no cell of this chapter gives the number 'n-events'"),
    ],
)
def test_an_answer_that_no_cell_confirms_stops_the_build(stored, text, outputs, message):
    with pytest.raises(PressError, match=rf"^book/part1/one\.md:{message}"):
        stored(text, *outputs)
