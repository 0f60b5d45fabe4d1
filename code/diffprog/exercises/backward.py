"""Check for the exercise of the chapter `part1/backward`.

Symbols, shapes. f takes a point, p = SIZE numbers, and returns one number.
    x  (p,)  the point              v  (p,)  a direction
    g  (p,)  the gradient, given    h  (n,)  how far to step: `steps`
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._check import Wrong, close, exercise, tensor

__all__ = ["check_taylor"]

SIZE = 4

Function = Callable[[Tensor], Tensor]


@exercise("1.3a", "right: for a right gradient, and for a wrong one.")
def check_taylor(taylor_remainders: Callable[..., Any], seed: int) -> None:
    """`taylor_remainders(f, gradient, x, direction, steps)` is |f(x + hv) − f(x) − h v·g|."""
    f, x, v, steps = _problem(seed)
    right = torch.func.grad(f)(x)
    for g in (right, right * torch.tensor([1.0, 0.5, -1.0, 2.0]).to(right)):
        watched = _Watched(f)
        arguments = [given.clone() for given in (g, x, v, steps)]
        got = tensor(taylor_remainders(watched, *arguments), torch.float64)
        if not torch.equal(arguments[1], x):
            raise Wrong(
                "your function changes x: `x += …` writes into the caller's tensor, so that the"
                " next step starts where the last one ended. Make a new one, `x + …`."
            )
        if not watched.calls:
            raise Wrong("your function never calls f: the remainders come from the f it is given")
        wanted = _remainders(f, g, x, v, steps)
        typical = {
            cause: mistake
            for cause, mistake in _typical(f, g, x, v, steps, right).items()
            if mistake.shape != wanted.shape or not torch.allclose(mistake, wanted, rtol=1e-3)
        }
        if _rounded(got, wanted):
            raise Wrong(
                "the large steps are right, the small ones lost in rounding: does something turn"
                " float64 into float32?"
            )
        close(got, wanted, "the remainder", typical=typical, atol=1e-12)


def _problem(seed: int) -> tuple[Function, Tensor, Tensor, Tensor]:
    """A smooth function, a point, a direction, and steps that halve.

    At the largest step the remainder of the right gradient is below zero, to need its absolute
    value.
    """
    random = torch.Generator().manual_seed(seed)
    a = torch.randn(3, SIZE, generator=random, dtype=torch.float64)
    x, v = torch.randn(2, SIZE, generator=random, dtype=torch.float64)
    largest = 0.2 + 0.2 * torch.rand(1, generator=random, dtype=torch.float64)

    def smooth(x: Tensor) -> Tensor:
        return (a.to(x.dtype) @ x).sin().sum() + (x**4).sum() / 10 + x.exp().mean()

    slope = torch.func.grad(smooth)(x) @ v
    sign = -torch.sign(smooth(x + largest * v) - smooth(x) - largest * slope).item()
    return lambda x: sign * smooth(x), x, v, largest / 2 ** torch.arange(6, dtype=torch.float64)


class _Watched:
    """The same f, which counts its calls and wants one point at a time."""

    def __init__(self, f: Function) -> None:
        self.f, self.calls = f, 0

    def __call__(self, x: Tensor) -> Tensor:
        self.calls += 1
        if x.shape != (SIZE,):
            raise Wrong(
                f"f takes one point, of shape ({SIZE},), and you call it with shape"
                f" {tuple(x.shape)}: call it once for each h."
            )
        return self.f(x)


def _rounded(got: Any, wanted: Tensor) -> bool:
    """Whether `got` is right where the remainder is large, and only near it where it is small."""
    if not isinstance(got, Tensor) or got.shape != wanted.shape:
        return False
    error = (got.detach() - wanted).abs()
    near, right = error < 1e-5, error <= 1e-4 * wanted
    return bool(near.all() and right[0] and not right.all())


def _remainders(f: Function, g: Tensor, x: Tensor, v: Tensor, steps: Tensor) -> Tensor:
    return torch.stack([(f(x + h * v) - f(x) - h * (v @ g)).abs() for h in steps])


def _typical(
    f: Function, g: Tensor, x: Tensor, v: Tensor, steps: Tensor, right: Tensor
) -> dict[str, Tensor]:
    """Mistakes that people make, by what to say about them."""
    start, slope, wanted = f(x), v @ g, _remainders(f, g, x, v, steps)
    step_by_step: dict[str, Function] = {
        "the absolute value is missing: a remainder below zero has no logarithm.": (
            lambda h: f(x + h * v) - start - h * slope
        ),
        "the linear term h v·g is missing: what is left falls as h for any gradient.": (
            lambda h: (f(x + h * v) - start).abs()
        ),
        "the linear term lacks its factor h: it must shrink with the step.": (
            lambda h: (f(x + h * v) - start - slope).abs()
        ),
        "the linear term has the wrong sign: f(x + hv) is about f(x) plus h v·g.": (
            lambda h: (f(x + h * v) - start + h * slope).abs()
        ),
        "each entry of x moves by h: the step is h times the direction.": (
            lambda h: (f(x + h) - start - h * slope).abs()
        ),
        "the linear term sums the gradient: it wants the product with the direction, v·g.": (
            lambda h: (f(x + h * v) - start - h * g.sum()).abs()
        ),
        "the products of v and g are averaged: a scalar product is their sum.": (
            lambda h: (f(x + h * v) - start - h * (v * g).mean()).abs()
        ),
        "the products of v and g are not summed: v·g is one number, and each h has one"
        " remainder.": (lambda h: (f(x + h * v) - start - h * v * g).abs()),
        "you start from f(x − hv): start from f(x).": (
            lambda h: (f(x + h * v) - f(x - h * v) - 2 * h * slope).abs()
        ),
    }
    mistakes = {
        cause: torch.stack([remainder(h) for h in steps])
        for cause, remainder in step_by_step.items()
    }
    return mistakes | {
        "you divide by h: that is the error of a finite difference, which falls one order"
        " slower. Leave the remainder as it is.": wanted / steps,
        "you square the remainder: take its absolute value.": wanted**2,
        "you divide the direction by its length: take it as it is given.": (
            _remainders(f, g, x, v / v.norm(), steps)
        ),
        "this is one step only: return one remainder for each h.": wanted[-1],
        "you compute the gradient of f yourself: test the one that is given, right or wrong.": (
            _remainders(f, right, x, v, steps)
        ),
    }
