"""The check of ex-shapes names what is wrong, and takes every right answer."""

import pytest
import torch

from diffprog.exercises._check import SEEDS
from diffprog.exercises.simulator import check_shapes

RIGHT = {
    "a new axis": lambda t, a, v0, x0: x0 + v0 * t[:, None] + a * t[:, None] ** 2 / 2,
    "outer products": lambda t, a, v0, x0: x0 + torch.outer(t, v0) + torch.outer(t**2, a) / 2,
    "a loop": lambda t, a, v0, x0: torch.stack([x0 + v0 * s + a * s**2 / 2 for s in t]),
    "einsum": lambda t, a, v0, x0: (
        x0 + torch.einsum("n,d->nd", t, v0) + torch.einsum("n,d->nd", t**2, a) / 2
    ),
}

WRONG = {
    "the colleague's line": (lambda t, a, v0, x0: x0 + v0 * t + a * t**2 / 2, "do not broadcast"),
    "axes swapped": (lambda t, a, v0, x0: RIGHT["a loop"](t, a, v0, x0).T, "changed places"),
    "no factor ½": (lambda t, a, v0, x0: x0 + v0 * t[:, None] + a * t[:, None] ** 2, "not right"),
    "a batch too many": (lambda t, a, v0, x0: RIGHT["a loop"](t, a, v0, x0)[None], "has shape"),
    "one dimension": (lambda t, a, v0, x0: RIGHT["a loop"](t, a, v0, x0)[:, :1], "has shape"),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_answers_pass(name):
    assert check_shapes(RIGHT[name]).passed


@pytest.mark.parametrize("name", WRONG)
def test_wrong_answers_are_told_why(name):
    answer, words = WRONG[name]
    verdict = check_shapes(answer)
    assert not verdict.passed
    assert words in verdict.message


def test_a_square_case_is_among_the_checks():
    """With as many times as dimensions the broken line runs, silently wrong."""

    def careful(t, a, v0, x0):
        return x0 + v0 * t + a * t**2 / 2 if len(t) == len(a) else RIGHT["a loop"](t, a, v0, x0)

    assert "axis of their own" in check_shapes(careful).message


def test_numbers_copied_from_one_case_fail():
    random = torch.Generator().manual_seed(SEEDS[0])
    t = torch.rand(7, generator=random) * 5
    first = RIGHT["a loop"](t, *torch.randn(3, 2, generator=random))
    assert not check_shapes(lambda t, a, v0, x0: first).passed
