"""The check of ex-taylor: right answers pass, and each typical mistake is named."""

import pytest
import torch

from diffprog.autodiff import gradient_checks
from diffprog.exercises._check import SEEDS
from diffprog.exercises.backward import check_taylor, problem


def loop(f, gradient, x, direction, steps):
    remainders = []
    for h in steps:
        change = f(x + h * direction) - f(x)
        remainders.append(abs(change - h * torch.dot(direction, gradient)))
    return torch.stack(remainders)


def floats(f, gradient, x, direction, steps):
    slope = float((direction * gradient).sum())
    return [abs(float(f(x + h * direction)) - float(f(x)) - h * slope) for h in steps.tolist()]


def vectorised(f, gradient, x, direction, steps):
    ends = torch.func.vmap(f)(x + steps[:, None] * direction)
    return (ends - f(x) - steps * (direction @ gradient)).abs()


@pytest.mark.parametrize(
    "answer",
    [loop, floats, vectorised, gradient_checks.remainders],
    ids=lambda f: f.__name__,
)
def test_right_answers_pass(answer):
    verdict = check_taylor(answer)
    assert verdict.passed, verdict


def each(remainder):
    """An answer that computes `remainder(f, g, x, v, h)` for each h."""

    def answer(f, gradient, x, direction, steps):
        return torch.stack([remainder(f, gradient, x, direction, h) for h in steps])

    return answer


def in_place(f, gradient, x, direction, steps):
    start, remainders = f(x), []
    for h in steps:
        x += h * direction
        remainders.append((f(x) - start - h * (direction @ gradient)).abs())
    return torch.stack(remainders)


def batch(f, gradient, x, direction, steps):
    return (f(x + steps[:, None] * direction) - f(x) - steps * (direction @ gradient)).abs()


def own_gradient(f, gradient, x, direction, steps):
    return loop(f, torch.func.grad(f)(x), x, direction, steps)


def single(f, gradient, x, direction, steps):
    x, gradient, direction = x.float(), gradient.float(), direction.float()
    return torch.stack(
        [(f(x + h * direction) - f(x) - h * (direction @ gradient)).abs() for h in steps.float()]
    )


def last_only(f, gradient, x, direction, steps):
    for h in steps:
        remainder = (f(x + h * direction) - f(x) - h * (direction @ gradient)).abs()
    return remainder


def without_absolute_value_at_first(f, gradient, x, direction, steps):
    """Right but for the largest step, where the remainder of the right gradient is below zero."""
    first = f(x + steps[0] * direction) - f(x) - steps[0] * (direction @ gradient)
    return torch.cat([first[None], loop(f, gradient, x, direction, steps)[1:]])


def first_right_only(f, gradient, x, direction, steps):
    return loop(f, gradient, x, direction, steps)[:1].expand(len(steps))


MISTAKES = {
    "absolute value": each(lambda f, g, x, v, h: f(x + h * v) - f(x) - h * (v @ g)),
    "is missing": each(lambda f, g, x, v, h: (f(x + h * v) - f(x)).abs()),
    "lacks its factor h": each(lambda f, g, x, v, h: (f(x + h * v) - f(x) - v @ g).abs()),
    "wrong sign": each(lambda f, g, x, v, h: (f(x + h * v) - f(x) + h * (v @ g)).abs()),
    "each entry of x moves": each(lambda f, g, x, v, h: (f(x + h) - f(x) - h * (v @ g)).abs()),
    "sums the gradient": each(lambda f, g, x, v, h: (f(x + h * v) - f(x) - h * g.sum()).abs()),
    "averaged": each(lambda f, g, x, v, h: (f(x + h * v) - f(x) - h * (v * g).mean()).abs()),
    "not summed": each(lambda f, g, x, v, h: (f(x + h * v) - f(x) - h * v * g).abs()),
    "divide by h": each(lambda f, g, x, v, h: (f(x + h * v) - f(x) - h * (v @ g)).abs() / h),
    "start from f(x)": each(
        lambda f, g, x, v, h: (f(x + h * v) - f(x - h * v) - 2 * h * (v @ g)).abs()
    ),
    "square": each(lambda f, g, x, v, h: (f(x + h * v) - f(x) - h * (v @ g)) ** 2),
    "by its length": each(
        lambda f, g, x, v, h: (f(x + h * v / v.norm()) - f(x) - h * (v @ g) / v.norm()).abs()
    ),
    "changes x": in_place,
    "call it once for each h": batch,
    "compute the gradient of f yourself": own_gradient,
    "float32": single,
    "one step only": last_only,
    "largest difference": first_right_only,
    "largest difference is at entry 0": without_absolute_value_at_first,
}


@pytest.mark.parametrize(("telling", "answer"), MISTAKES.items(), ids=list(MISTAKES))
def test_typical_mistakes_are_named(telling, answer):
    verdict = check_taylor(answer)
    assert not verdict.passed
    assert telling in verdict.message


def test_numbers_of_the_page_fail():
    """Remainders of the page's shot, typed in, or computed for the shot whatever f is given."""
    typed = torch.tensor([3.2, 0.8, 0.2, 0.05, 0.0125, 0.003], dtype=torch.float64)
    assert "never calls the `f`" in check_taylor(lambda *arguments: typed).message

    def called(f, gradient, x, direction, steps):
        f(x)
        return typed

    assert not check_taylor(called).passed


@pytest.mark.parametrize("seed", SEEDS)
def test_the_first_remainder_needs_its_absolute_value(seed):
    f, x, v, steps = problem(seed)
    assert f(x + steps[0] * v) - f(x) - steps[0] * (torch.func.grad(f)(x) @ v) < 0
