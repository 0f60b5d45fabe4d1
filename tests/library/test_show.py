"""Source is shown as imported; numbers are formatted as in print."""

import inspect
from typing import Any

import numpy as np
import pytest
import torch

from diffprog import show
from diffprog.simulator import ball


def test_source_is_what_is_imported(monkeypatch):
    monkeypatch.setenv("DIFFPROG_BUILD", "1")
    bundle = show.source(ball.position)._repr_mimebundle_()
    assert bundle[show.SOURCE]["code"].strip() == inspect.getsource(ball.position).strip()
    assert bundle[show.SOURCE]["path"] == "code/diffprog/simulator/ball.py"
    assert bundle[show.SOURCE]["name"] == "diffprog.simulator.ball.position"
    assert "```python" in bundle["text/markdown"]


def test_outside_a_build_no_type_of_ours_is_shown(monkeypatch):
    monkeypatch.delenv("DIFFPROG_BUILD", raising=False)
    assert show.SOURCE not in show.source(ball.position)._repr_mimebundle_()


def test_several_functions_are_shown_together():
    source = show.source(ball.position, ball.position_numpy)
    assert source.code.index("def position(") < source.code.index("def position_numpy(")


def test_what_has_no_source_is_refused():
    with pytest.raises(TypeError):
        show.source(len)


def test_what_a_cell_defines_is_refused_in_a_sentence(monkeypatch):
    """The module of a cell, __main__ of a kernel, has no file."""
    for objects in ((test_what_has_no_source_is_refused,), ()):
        monkeypatch.setitem(globals(), "__file__", None)
        with pytest.raises(TypeError, match="want functions, classes or a module of the library"):
            show.source(*objects)


@pytest.mark.parametrize(
    ("value", "spec", "text"),
    [
        (3.62e-8, ".1e", "3.6 × 10⁻⁸"),
        (1e5, ".0e", "10⁵"),
        (-62.5, ".1f", "−62.5"),
        (10000, ",", "10\u202f000"),
        (0.683, ".1%", "68.3%"),
        (20, "", "20"),
    ],
)
def test_numbers_look_as_in_print(value, spec, text):
    assert show.formatted(value, spec) == text


@pytest.mark.parametrize("value", [np.float32(2.5), torch.tensor(2.5), 2.5])
def test_a_number_reaches_the_prose_from_any_scalar(value, monkeypatch):
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    monkeypatch.setenv("DIFFPROG_BUILD", "1")
    show.number("half-five", value, ".2f")
    assert shown[0][show.NUMBER] == {"name": "half-five", "text": "2.50", "value": 2.5}
    monkeypatch.delenv("DIFFPROG_BUILD")
    show.number("half-five", value)
    assert len(shown) == 1


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (float("nan"), ValueError, "^loss: nan is no number for the prose$"),
        (np.float32("inf"), ValueError, "^loss: inf is"),
        (torch.tensor(float("-inf")), ValueError, "^loss: -inf is"),
        (None, TypeError, "^loss: want a number, got NoneType: None$"),
        ("7", TypeError, "^loss: want a number, got str: 7$"),
        (1 + 2j, TypeError, "^loss: want a number, got complex"),
        ([1.0], TypeError, "^loss: want a number, got list"),
    ],
)
def test_what_is_no_number_is_refused_by_its_name(value, error, message, monkeypatch):
    """Jupyter's messages are JSON, which has no NaN: it would only warn of it."""
    monkeypatch.setenv("DIFFPROG_BUILD", "1")
    with pytest.raises(error, match=message):
        show.number("loss", value)


def test_of_a_number_nine_digits_are_kept(monkeypatch):
    """The last bits of a sum depend on where its numbers lie in memory."""
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    monkeypatch.setenv("DIFFPROG_BUILD", "1")
    for value in (2 / 3, 2 / 3 + 2e-16, 10**12 + 1):
        show.number("n", value)
    kept = [data[show.NUMBER]["value"] for data in shown]
    assert kept == [0.666666667, 0.666666667, 10**12 + 1], "and all of a whole number"


def test_an_answer_says_which_condition_holds(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    monkeypatch.delenv("DIFFPROG_BUILD", raising=False)
    show.answer("predict-a", False)
    assert shown == [], "outside a build it does nothing"
    monkeypatch.setenv("DIFFPROG_BUILD", "1")
    show.answer("predict-a", torch.tensor(1.0) > 2, torch.tensor(1.0) < 2)
    assert shown[0][show.PREDICTION] == {"name": "predict-a", "right": 2, "options": 2}
    for right in ((True, True), (False, False)):
        with pytest.raises(ValueError, match="predict-a: of 2 options, want one that is right"):
            show.answer("predict-a", *right)
