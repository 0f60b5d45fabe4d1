"""The checks of `part1/backward`: right answers pass, and each typical mistake is named."""

import math

import pytest
import torch

from diffprog.autodiff import gradient_checks
from diffprog.exercises._check import SEEDS
from diffprog.exercises.backward import (
    check_height,
    check_paths,
    check_segments,
    check_taylor,
    problem,
)

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


# The paths of n steps


def paths(r, dt, n):
    return r * n * (n - 1) * dt**2, 2 * r * n * dt, 2 * r


def walked(r, dt, n):
    """The walk itself, by PyTorch."""
    a, v, x = inputs = [torch.zeros((), dtype=torch.float64, requires_grad=True) for _ in range(3)]
    for _ in range(n):
        x, v = x + v * dt, v + a * dt
    return torch.autograd.grad(x, inputs, torch.tensor(2.0 * r, dtype=torch.float64))


def summed(r, dt, n):
    return 2 * r * dt**2 * sum(range(n)), sum(2 * r * dt for _ in range(n)), r + r


def by_a(change):
    """A wrong derivative with respect to a, from 2·r, dt and n."""
    return lambda r, dt, n: (change(2 * r, dt, n), *paths(r, dt, n)[1:])


def by_v0(change):
    return lambda r, dt, n: (paths(r, dt, n)[0], change(2 * r, dt, n), 2 * r)


def by_x0(change):
    return lambda r, dt, n: (*paths(r, dt, n)[:2], change(r, dt, n))


# The ball with drag


def ball(drag_of=lambda v, drag: drag * v * abs(v), speed=None, end=lambda x: x):
    """The function of the exercise, with the drag, or the speed in it, computed in this way."""

    def height(v0, drag, steps=20):
        x, v, dt = 10.0, v0, 0.05
        for _ in range(steps):
            braking = drag_of(v, drag) if speed is None else drag * v * speed(v)
            v = v + (-9.8 - braking) * dt
            x = x + v * dt
        return end(x)

    return height


def swapped(v0, drag, steps):
    x, v = 10.0, v0
    for _ in range(steps):
        x, v = x + v * 0.05, v + (-9.8 - drag * v * abs(v)) * 0.05
    return x


RIGHT = {
    check_paths: {
        "formulas": paths,
        "by the walk": walked,
        "sums": summed,
        "a list": lambda *p: list(paths(*p)),
        "one tensor": lambda *p: torch.tensor(paths(*p)),
        "tensors": lambda *p: tuple(torch.tensor(x) for x in paths(*p)),
        "of shape (1,)": lambda *p: torch.tensor(paths(*p))[:, None].unbind(),
        "binomials": lambda r, dt, n: (
            2 * r * dt**2 * math.comb(n, 2),
            2 * r * dt * math.comb(n, 1),
            2 * r,
        ),
    },
    check_segments: {
        "a root": lambda n, saved: torch.sqrt(2 * n / saved),
        "a power": lambda n, saved: (n / saved * 2) ** 0.5,
        "math": lambda n, saved: math.sqrt(2 * n / saved),
        "a float": lambda n, saved: (2 * n.item() / saved.item()) ** 0.5,
        "from the fewest": lambda n, saved: torch.sqrt(2 * n * saved) / saved,
    },
    check_height: {
        "abs": ball(),
        "the method": ball(speed=lambda v: v.abs()),
        "a root": ball(speed=lambda v: (v**2) ** 0.5),
        "by the sign": ball(speed=lambda v: v * torch.sign(v)),
        "a choice": ball(speed=lambda v: v if v > 0 else -v),
        "torch.where": ball(speed=lambda v: torch.where(v > 0, v, -v)),
        "a detached sign": ball(speed=lambda v: v * v.detach().sign()),
        "shape (1,)": ball(end=lambda x: x[None]),
    },
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
    },
}
WRONG = {
    check_paths: {
        "in the order of the walk": (lambda *p: paths(*p)[::-1], "in another order"),
        "v0 first": (lambda *p: (paths(*p)[1], paths(*p)[0], paths(*p)[2]), "in another order"),
        "no 2r": (lambda *p: [x / (2 * p[0]) for x in paths(*p)], "factor 2·r of the last node"),
        "2": (lambda *p: [x / p[0] for x in paths(*p)], "yours is 2:"),
        "r": (lambda *p: [x / 2 for x in paths(*p)], "yours is r:"),
        "r²": (lambda *p: [x * p[0] / 2 for x in paths(*p)], "yours is r²"),
        "n + 1": (by_a(lambda f, dt, n: f * n * (n + 1) / 2 * dt**2), "velocity at its start"),
        "½t²": (by_a(lambda f, dt, n: f * (n * dt) ** 2 / 2), "infinitely short steps"),
        "no ½": (by_a(lambda f, dt, n: f * n * (n - 1) * dt**2), "the ½ is missing"),
        "of the first step": (by_a(lambda f, dt, n: f * (n - 1) * dt**2), "first step alone"),
        "n paths": (by_a(lambda f, dt, n: f * n * dt**2), "more than n paths"),
        "n² paths": (by_a(lambda f, dt, n: f * n**2 * dt**2), "n·(n − 1)/2 of them"),
        "one path from a": (by_a(lambda f, dt, n: f * dt**2), "n·(n − 1)/2 of them"),
        "one dt": (by_a(lambda f, dt, n: f * n * (n - 1) / 2 * dt), "two products with dt"),
        "½ dt²": (by_a(lambda f, dt, n: f * n * (n - 1) / 4 * dt**2), "a ½ too many"),
        "one path from v0": (by_v0(lambda f, dt, n: f * dt), "not in one"),
        "a step too few": (by_v0(lambda f, dt, n: f * (n - 1) * dt), "a step is left out"),
        "a step too many": (by_v0(lambda f, dt, n: f * (n + 1) * dt), "not n + 1"),
        "no dt": (by_v0(lambda f, dt, n: f * n), "has a factor dt"),
        "dt²": (by_v0(lambda f, dt, n: f * n * dt**2), "one product with dt only"),
        "dtⁿ": (by_v0(lambda f, dt, n: f * dt**n), "paths are added"),
        "n·(n − 1)/2 for v0": (
            by_v0(lambda f, dt, n: f * n * (n - 1) / 2 * dt), "one for each step"),
        "v0: r": (by_v0(lambda f, dt, n: f / 2 * n * dt), "v0 lacks the 2"),
        "x0: r": (by_x0(lambda r, dt, n: r), "x0 lacks the 2"),
        "n paths from x0": (by_x0(lambda r, dt, n: 2 * r * n), "by one path only"),
        "x0 with dt": (by_x0(lambda r, dt, n: 2 * r * dt), "no dt in it"),
        "two steps": (lambda r, dt, n: paths(r, dt, 2), ""),
        "the sign": (lambda *p: [-x for x in paths(*p)], "sign is wrong"),
        "two numbers": (lambda *p: paths(*p)[:2], "return three things"),
        "nothing": (lambda *p: None, "None"),
    },
    check_segments: {
        "no 2": (lambda n, saved: (n / saved) ** 0.5, "the 2 is missing"),
        "saved left out": (lambda n, saved: (2 * n) ** 0.5, "use the argument saved"),
        "the root of n": (lambda n, saved: n**0.5, "as many steps in a segment"),
        "no root": (lambda n, saved: 2 * n / saved, "the root is missing"),
        "the number of segments": (lambda n, saved: (n * saved / 2) ** 0.5, "number of segments"),
        "the numbers kept": (lambda n, saved: 2 * (2 * n * saved) ** 0.5 + 2, "that are kept"),
        "a product": (lambda n, saved: (2 * n * saved) ** 0.5, "opposite sides"),
        "the 2 below": (lambda n, saved: (n / saved / 2) ** 0.5, "in the wrong place"),
        "4": (lambda n, saved: (4 * n / saved) ** 0.5, "counted twice"),
        "one step": (lambda n, saved: 1.0, "one segment at a time"),
        "the whole flight": (lambda n, saved: n, "one segment at a time"),
        "rounded": (lambda n, saved: ((2 * n / saved) ** 0.5).round(), "is rounded"),
        "as on the page": (lambda n, saved: 32.0, "the same whatever n is"),
        "upside down": (lambda n, saved: (saved / (2 * n)) ** 0.5, "upside down"),
        "the sign": (lambda n, saved: -((2 * n / saved) ** 0.5), "sign is wrong"),
        "of Python": (lambda n, saved: torch.sqrt(2 * n.item() / saved.item()), "takes tensors"),
        "nothing": (lambda n, saved: None, "None"),
    },
    check_height: {
        "as it came": (ball(speed=lambda v: abs(v.item())), "speed |v| for a constant"),
        "detached": (ball(speed=lambda v: v.detach().abs()), "speed |v| for a constant"),
        "a new tensor": (
            ball(speed=lambda v: torch.tensor(abs(v.item()))), "speed |v| for a constant"),
        "data": (ball(speed=lambda v: v.data.abs()), "speed |v| for a constant"),
        "moved to the other factor": (
            ball(lambda v, drag: drag * v.item() * abs(v)), "velocity in |v| only"),
        "both": (ball(lambda v, drag: drag * v.item() * abs(v.item())), "both of its factors"),
        "all of the drag": (
            ball(lambda v, drag: (drag * v * abs(v)).detach()), "or all of it"),
        "drag a number": (ball(lambda v, drag: drag.item() * v * abs(v)), "is None"),
        "a plain height": (ball(end=lambda x: x.item()), "no graph"),
        "a detached height": (ball(end=lambda x: x.detach()), "no path leads back"),
        "a height made anew": (
            ball(end=lambda x: x.detach().requires_grad_()), "no path leads|is None"),
        "a square": (ball(lambda v, drag: drag * v**2), "instead of v·|v|"),
        "linear": (ball(lambda v, drag: drag * v), "the speed once only"),
        "no direction": (ball(lambda v, drag: drag * abs(v)), "on the direction"),
        "no drag": (ball(lambda v, drag: 0 * drag * v), "no drag in your height"),
        "driven": (ball(lambda v, drag: -drag * v * abs(v)), "wrong sign"),
        "the order of the lines": (swapped, "at the start of each step"),
        "steps fixed": (lambda v0, drag, steps: ball()(v0, drag, 20), ""),
        "nothing": (lambda *p: None, "None"),
    },
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
