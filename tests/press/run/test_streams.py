"""A cell's printed output comes in pieces, and is shown in one piece."""

import time

import nbformat
import pytest

from press.run.streams import merged, warning


def printed(*texts: str, name: str = "stdout") -> list[nbformat.NotebookNode]:
    return [nbformat.v4.new_output("stream", name=name, text=text) for text in texts]


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (["one\n", "two\n"], "one\ntwo\n"),
        (["o", "ne"], "one\n"),
        (["10 %\r", "20 %\r30 %\n"], "30 %\n"),
        (["a\r\nb\r\n"], "a\r\nb\n"),
        (["one\n\n\n"], "one\n"),
    ],
)
def test_the_pieces_of_a_stream_are_one(pieces, text):
    (output,) = merged(printed(*pieces))
    assert output.text == text


def test_what_a_cell_displays_keeps_its_place():
    shown = nbformat.v4.new_output("display_data", data={"text/plain": "4"})
    found = merged([*printed("a\n"), shown, *printed("b\n"), *printed("!\n", name="stderr")])
    assert [output.get("text") for output in found] == ["a\nb\n", None, "!\n"]


def test_a_long_line_takes_a_time_that_grows_as_the_line():
    """A regular expression for carriage returns took 20 s for 200 000 characters."""
    begun = time.process_time()
    (output,) = merged(printed("0, " * 1_000_000))
    assert len(output.text) == 3_000_000
    assert time.process_time() - begun < 2, "it takes some milliseconds"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/tmp/1.py:2: UserWarning: careful\n  warnings.warn('careful')\n", "UserWarning: careful"),
        (
            "/a b/session.py:203: UserWarning: It failed:\nnan is no number\n  content = pack(c)\n",
            "UserWarning: It failed: nan is no number",
        ),
        ("a.py:1: AWarning: x\n  f()\nb.py:2: BWarning: y\n  g()\n", "BWarning: y"),
        ("loading\ncareless\n", "careless"),
    ],
)
def test_of_standard_error_the_message_is_shown_not_the_line_of_code(text, said):
    assert warning(text) == said
