"""The check of ex-taylor: right answers pass, and each typical mistake is named."""

import pytest
import torch

from diffprog.autodiff import gradient_checks
from diffprog.exercises._check import SEEDS
from diffprog.exercises.backward import check_taylor, problem

from .answers import test_right_answers_pass, test_wrong_answers_are_told_why  # noqa: F401


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


def scaled(factor):
    """The right remainders times `factor(f, x, h)`."""
    return lambda f, g, x, v, h: factor(f, x, h) * loop(f, g, x, v, h)


RIGHT = {
    check_taylor: {
        "a loop": loop,
        "floats": floats,
        "vmap": vectorised,
        "the library": gradient_checks.remainders,
        "NumPy": lambda *p: loop(*p).numpy(),
        "a list of tensors": lambda *p: list(loop(*p)),
        "entries of shape (1,)": lambda f, g, x, v, h: (f(x), loop(f, g, x, v, h).numpy()[:])[1],
        "einsum": each(
            lambda f, g, x, v, h: (f(x + h * v) - f(x) - torch.einsum("p,p,->", g, v, h)).abs()
        ),
    }
}
WRONG = {
    check_taylor: {
        "linear term halved": (
            each(lambda f, g, x, v, h: (f(x + h * v) - f(x) - h * v @ g / 2).abs()), "is halved"),
        "h²": (each(lambda f, g, x, v, h: (f(x + h * v) - f(x) - h**2 * v @ g).abs()), "has h²"),
        "backwards, one sign": (
            each(lambda f, g, x, v, h: (f(x - h * v) - f(x) - h * v @ g).abs()), "goes backwards"),
        "lengths": (
            each(lambda f, g, x, v, h: (f(x + h * v) - f(x) - h * v.norm() * g.norm()).abs()),
            "the product of the lengths"),
        "length of the gradient": (
            each(lambda f, g, x, v, h: (f(x + h * v) - f(x) - h * g.norm()).abs()),
            "the length of the gradient"),
        "two sums": (
            each(lambda f, g, x, v, h: (f(x + h * v) - f(x) - h * v.sum() * g.sum()).abs()),
            "each for itself"),
        "first components": (
            each(lambda f, g, x, v, h: (f(x + h * v) - f(x) - h * v[0] * g[0]).abs()),
            "only the first components"),
        "unit gradient": (
            each(lambda f, g, x, v, h: (f(x + h * v) - f(x) - h * v @ g / g.norm()).abs()),
            "divide the gradient by its length"),
        "second order": (
            each(lambda f, g, x, v, h: (f(x + h * v) - f(x) - h * v @ g
                 - h**2 / 2 * v @ torch.func.hessian(f)(x) @ v).abs()), "second order is taken"),
        "from zero": (
            each(lambda f, g, x, v, h: (f(h * v) - f(x) - h * v @ g).abs()), "step from zero"),
        "gradient at the end": (
            each(lambda f, g, x, v, h: (f(x + h * v) - f(x)
                 - h * v @ torch.func.grad(f)(x + h * v)).abs()), "at the end of each step"),
        "moving on": (lambda f, g, x, *p: in_place(f, g, x.clone(), *p), "moves on"),
        "orders": (lambda *p: (loop(*p)[:-1] / loop(*p)[1:]).log2(), "logarithms of the ratios"),
        "no absolute value": (
            each(lambda f, g, x, v, h: f(x + h * v) - f(x) - h * (v @ g)), "absolute value"),
        "no linear term": (
            each(lambda f, g, x, v, h: (f(x + h * v) - f(x)).abs()),
            "linear term h·direction·gradient is missing"),
        "no f(x)": (
            each(lambda f, g, x, v, h: (f(x + h * v) - h * (v @ g)).abs()), "f(x) is missing"),
        "no h": (
            each(lambda f, g, x, v, h: (f(x + h * v) - f(x) - v @ g).abs()), "lacks its factor h"),
        "plus": (
            each(lambda f, g, x, v, h: (f(x + h * v) - f(x) + h * (v @ g)).abs()), "wrong sign"),
        "each entry": (
            each(lambda f, g, x, v, h: (f(x + h) - f(x) - h * (v @ g)).abs()),
            "each entry of x moves"),
        "no direction": (
            each(lambda f, g, x, v, h: (f(x + h) - f(x) - h * g.sum()).abs()),
            "direction has no part"),
        "backwards": (
            each(lambda f, g, x, v, h: (f(x - h * v) - f(x) + h * (v @ g)).abs()),
            "goes backwards"),
        "along the gradient": (
            each(lambda f, g, x, v, h: (f(x + h * g) - f(x) - h * (g @ g)).abs()),
            "along the gradient"),
        "along the gradient only once": (
            each(lambda f, g, x, v, h: (f(x + h * g) - f(x) - h * (v @ g)).abs()),
            "along the gradient"),
        "sum of the gradient": (
            each(lambda f, g, x, v, h: (f(x + h * v) - f(x) - h * g.sum()).abs()),
            "sums the gradient"),
        "mean": (
            each(lambda f, g, x, v, h: (f(x + h * v) - f(x) - h * (v * g).mean()).abs()),
            "averaged"),
        "no sum": (
            each(lambda f, g, x, v, h: (f(x + h * v) - f(x) - h * v * g).abs()), "not summed"),
        "divided by h": (scaled(lambda f, x, h: 1 / h), "divide by h:"),
        "divided by h²": (scaled(lambda f, x, h: 1 / h**2), "divide by h²"),
        "relative": (scaled(lambda f, x, h: 1 / f(x).abs()), "divide by f(x)"),
        "logarithm": (lambda *p: loop(*p).log(), "is the logarithm of"),
        "logarithm, base 10": (lambda *p: loop(*p).log10(), "to base 10"),
        "central": (
            each(lambda f, g, x, v, h: ((f(x + h * v) - f(x - h * v)) / 2 - h * (v @ g)).abs()),
            "central difference"),
        "central, doubled": (
            each(lambda f, g, x, v, h: (f(x + h * v) - f(x - h * v) - 2 * h * (v @ g)).abs()),
            "central difference"),
        "square": (lambda *p: loop(*p) ** 2, "is the square of"),
        "unit direction": (lambda f, g, x, v, h: loop(f, g, x, v / v.norm(), h), "by its length"),
        "x in place": (in_place, "changes x"),
        "all at once": (batch, "call it once for each h"),
        "own gradient": (own_gradient, "compute the gradient of f yourself"),
        "float32": (single, "float32"),
        "last only": (last_only, "one step only"),
        "first only": (first_right_only, ""),
        "right but for the first": (without_absolute_value_at_first, ""),
        "reversed": (lambda *p: loop(*p).flip(0), "reverse order"),
        "steps reversed": (lambda f, g, x, v, h: loop(f, g, x, v, h.flip(0)), "reverse order"),
        "cumulative": (lambda *p: loop(*p).cumsum(0), "add up from step to step"),
        "half": (lambda *p: loop(*p) / 2, "0.5 times"),
        "minus": (lambda *p: -loop(*p), "absolute value"),
        "sum": (lambda *p: loop(*p).sum(), "summed over"),
        "mean of all": (lambda *p: loop(*p).mean(), "averaged over"),
        "largest": (lambda *p: loop(*p).max(), ""),
        "no first": (lambda *p: loop(*p)[1:], "lacks its first entry"),
        "no last": (lambda *p: loop(*p)[:-1], "lacks its last entry"),
        "a column": (lambda *p: loop(*p)[:, None], "in another shape"),
        "own steps": (lambda f, g, x, v, h: loop(f, g, x, v, 10.0 ** -torch.arange(len(h))), ""),
        "with its steps": (lambda f, g, x, v, h: (h, loop(f, g, x, v, h)), ""),
        "another function": (
            lambda f, g, x, v, h: loop(torch.sum, g, x, v, h), "never calls the `f`"),
        "zeros": (lambda f, g, x, v, h: 0 * h * f(x), "zero everywhere"),
    }
}  # fmt: skip


def test_numbers_of_the_page_fail():
    """Remainders of the page's shot, typed in, or computed for the shot whatever f is given."""
    typed = torch.tensor([3.2, 0.8, 0.2, 0.05, 0.0125, 0.003], dtype=torch.float64)
    assert "never calls the `f`" in check_taylor(lambda *arguments: typed).message

    def called(f, gradient, x, direction, steps):
        f(x)
        return typed

    assert not check_taylor(called)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_first_remainder_needs_its_absolute_value(seed):
    f, x, v, steps = problem(seed)
    assert f(x + steps[0] * v) - f(x) - steps[0] * (torch.func.grad(f)(x) @ v) < 0
