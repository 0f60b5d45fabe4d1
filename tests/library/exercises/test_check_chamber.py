"""The check of ex-chamber names what is wrong, and takes every right answer."""

import pytest
import torch

from diffprog.exercises.chamber import check_slope


def by_backward(f, x):
    x = x.clone().requires_grad_()
    f(x).sum().backward()
    return x.grad


RIGHT = {
    check_slope: {
        "backward": by_backward,
        "a function of slopes": lambda f, x: torch.func.vmap(torch.func.grad(f))(x),
        "differences": lambda f, x: (f(x + 1e-6) - f(x - 1e-6)) / 2e-6,
    }
}
WRONG = {
    check_slope: {
        "the values": (lambda f, x: f(x), "values of f"),
        "one slope": (lambda f, x: by_backward(f, x).sum(), "one for each"),
        "another function": (lambda f, x: torch.cos(x), "never calls the `f`"),
        "half of it": (lambda f, x: by_backward(f, x) / 2, "0.5 times"),
    }
}


@pytest.mark.parametrize("right", RIGHT[check_slope].values(), ids=RIGHT[check_slope])
def test_right_answers_pass(right):
    assert check_slope(right)


@pytest.mark.parametrize(("wrong", "words"), WRONG[check_slope].values(), ids=WRONG[check_slope])
def test_wrong_answers_are_told_why(wrong, words):
    verdict = check_slope(wrong)
    assert not verdict
    assert words in verdict.message
