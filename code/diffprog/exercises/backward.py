"""Check for the exercise of the chapter `part1/backward`.

Symbols, shapes. f takes a point, p = SIZE numbers, and returns one number.
    x  (p,)  the point              v  (p,)  the direction
    g  (p,)  the gradient, given    h  (n,)  how far to step: `steps`
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._check import (
    Counted,
    Draw,
    Formula,
    Mistake,
    Wrong,
    call,
    close,
    exercise,
    tensor,
)

__all__ = ["check_taylor", "problem"]

SIZE = 3

Function = Callable[[Tensor], Tensor]


@exercise("ex-taylor", "Right: for a right gradient, and for a wrong one.")
def check_taylor(taylor_remainders: Callable[..., Any], seed: int) -> None:
    """Check `taylor_remainders(f, gradient, x, direction, steps)`.

    It gives |f(x + h·direction) − f(x) − h·direction·gradient| for each h in `steps`.
    """
    f, x, v, steps = problem(seed)
    right = torch.func.grad(f)(x)
    wrong = right * torch.tensor([0.5, -1.0, 2.0]).to(right)
    for g in (right, wrong):
        counted = Counted("f", f)
        counted.f = _one_point(f)
        got = call(taylor_remainders, f=counted, gradient=g, x=x, direction=v, steps=steps)
        got = tensor(got, "the remainder")
        counted.must_be_called()
        wanted = _remainders(f, g, x, v, steps)
        if _rounded(got, wanted):
            raise Wrong(
                "the large steps are right, the small ones lost in rounding: does something turn"
                " float64 into float32?"
            )
        mistakes = _mistakes(f, g, x, v, steps)
        close(got, wanted, "the remainder", mistakes, atol=1e-12)


def problem(seed: int) -> tuple[Formula, Tensor, Tensor, Tensor]:
    """Return a smooth function, a point, a direction, and steps that halve.

    At the largest step the remainder of the right gradient is below zero, to need its absolute
    value.
    """
    draw = Draw(seed)
    a, b = draw(0.5, 2, 2).tolist()
    x, v = draw(-1, 1, 2, SIZE, step=0.05, dtype=torch.float64)
    largest = draw.one(0.2, 0.4, 0.01)
    smooth = (
        f"(torch.sin({a:.1f} * x[0] + {b:.1f} * x[1] - x[2]) + (x**4).sum() / 10 + x.exp().mean())"
    )
    f = Formula(f"lambda x: {smooth}")
    slope = torch.func.grad(f)(x) @ v
    if f(x + largest * v) - f(x) - largest * slope > 0:
        f = Formula(f"lambda x: -{smooth}")
    return f, x, v, largest / 2 ** torch.arange(6, dtype=torch.float64)


def _one_point(f: Function) -> Function:
    def one_point(x: Tensor) -> Tensor:
        if x.shape != (SIZE,):
            raise Wrong(
                f"f takes one point, of shape ({SIZE},), and you call it with shape"
                f" {tuple(x.shape)}: call it once for each h"
            )
        return f(x)

    return one_point


def _rounded(got: Tensor, wanted: Tensor) -> bool:
    """Tell whether `got` is right for large steps, and near for the small."""
    if got.shape != wanted.shape:
        return False
    error = (got - wanted).abs()
    near, right = error < 1e-5, error <= 1e-4 * wanted
    return bool(near.all() and right[0] and not right.all())


def _remainders(f: Function, g: Tensor, x: Tensor, v: Tensor, steps: Tensor) -> Tensor:
    return torch.stack([(f(x + h * v) - f(x) - h * (v @ g)).abs() for h in steps])


# fmt: off
def _mistakes(f: Function, g: Tensor, x: Tensor, v: Tensor, steps: Tensor) -> Iterator[Mistake]:
    def each(remainder: Function) -> Tensor:
        return torch.stack([remainder(h) for h in steps])

    start, slope, wanted = f(x), v @ g, _remainders(f, g, x, v, steps)
    yield ("the absolute value is missing: a remainder below zero has no logarithm",
           each(lambda h: f(x + h * v) - start - h * slope))
    yield ("the linear term h·direction·gradient is missing: what is left falls as h, for any"
           " gradient",
           each(lambda h: (f(x + h * v) - start).abs()))
    yield ("f(x) is missing: what is left does not fall with h",
           each(lambda h: (f(x + h * v) - h * slope).abs()))
    yield ("the linear term lacks its factor h: it must shrink with the step",
           each(lambda h: (f(x + h * v) - start - slope).abs()))
    yield ("the linear term has the wrong sign: f(x + h·direction) is about f(x) plus"
           " h·direction·gradient",
           each(lambda h: (f(x + h * v) - start + h * slope).abs()))
    yield ("each entry of x moves by h: the step is h times the direction",
           each(lambda h: (f(x + h) - start - h * slope).abs()))
    yield ("the direction has no part in it: the step is h times the direction, and the linear term"
           " h·direction·gradient", each(lambda h: (f(x + h) - start - h * g.sum()).abs()))
    yield ("the step goes backwards, to f(x − h·direction): go to f(x + h·direction)",
           each(lambda h: (f(x - h * v) - start + h * slope).abs()))
    yield ("you step along the gradient: the direction is given",
           _remainders(f, g, x, g, steps))
    yield ("you step along the gradient: the direction is given",
           each(lambda h: (f(x + h * g) - start - h * slope).abs()))
    yield ("the linear term sums the gradient: it wants the product direction·gradient",
           each(lambda h: (f(x + h * v) - start - h * g.sum()).abs()))
    yield ("the products of direction and gradient are averaged: a scalar product is their sum",
           each(lambda h: (f(x + h * v) - start - h * slope / SIZE).abs()))
    yield ("the linear term is halved: it is h·direction·gradient",
           each(lambda h: (f(x + h * v) - start - h * slope / 2).abs()))
    yield ("the linear term has h²: it is h·direction·gradient",
           each(lambda h: (f(x + h * v) - start - h**2 * slope).abs()))
    yield ("the step goes backwards, to f(x − h·direction): go to f(x + h·direction)",
           each(lambda h: (f(x - h * v) - start - h * slope).abs()))
    product = "a scalar product is the sum of direction[i]·gradient[i]"
    for what, other in {
        f"the product of the lengths stands for direction·gradient: {product}":
            v.norm() * g.norm(),
        f"the length of the gradient stands for direction·gradient: {product}": g.norm(),
        f"direction and gradient are summed each for itself: {product}": v.sum() * g.sum(),
        "only the first components are multiplied: direction·gradient sums over all": v[0] * g[0],
    }.items():
        yield what, each(lambda h, other=other: (  # type: ignore[misc]
            f(x + h * v) - start - h * other).abs())
    yield ("you divide the gradient by its length: take it as it is given",
           _remainders(f, g / g.norm(), x, v, steps))
    yield ("the second order is taken away too: the remainder is what the linear term leaves",
           each(lambda h: (f(x + h * v) - start - h * slope
                           - h**2 / 2 * v @ torch.func.hessian(f)(x) @ v).abs()))
    yield ("you step from zero, to f(h·direction): start from x",
           each(lambda h: (f(h * v) - start - h * slope).abs()))
    yield ("x moves on from step to step: each h starts from the x that is given", torch.stack(
        [(f(x + total * v) - start - h * slope).abs()
         for h, total in zip(steps, steps.cumsum(0), strict=True)]))
    yield ("you compute the gradient at the end of each step: test the one that is given",
           each(lambda h: (f(x + h * v) - start - h * v @ torch.func.grad(f)(x + h * v)).abs()))
    yield ("those are logarithms of the ratios, the orders: return the remainders themselves",
           (wanted[:-1] / wanted[1:]).log2())
    yield ("the products of direction and gradient are not summed: direction·gradient is one"
           " number, and each h has one remainder",
           each(lambda h: (f(x + h * v) - start - h * v * g).abs()))
    for factor in (1, 0.5):
        yield ("that is a central difference, from f(x − h·direction): start from f(x)",
               each(lambda h, c=factor: c * (  # type: ignore[misc]
                   f(x + h * v) - f(x - h * v) - 2 * h * slope).abs()))
    yield ("you divide by h: that is the error of a finite difference, which falls one order"
           " slower. Leave the remainder as it is", wanted / steps)
    yield ("you divide by h²: leave the remainder as it is", wanted / steps**2)
    yield ("you divide by f(x): leave the remainder as it is", wanted / start.abs())
    yield ("you divide the direction by its length: take it as it is given",
           _remainders(f, g, x, v / v.norm(), steps))
    yield ("the remainders add up from step to step: each h has its own", wanted.cumsum(0))
    yield ("this is one step only: return one remainder for each h", wanted[-1])
    yield ("you compute the gradient of f yourself: test the one that is given, right or wrong",
           _remainders(f, torch.func.grad(f)(x), x, v, steps))
