"""Is this gradient right? Answers that
use nothing but values of the function.

Symbols, shapes.
    f          takes a tensor of the shape of x, returns one number, shape
               ()
    x  (…)     the point
    g  (…)     the gradient that is in question, at x: `gradient`
    v  (…)     a direction
    h  ()      how far to step; (n,) for several: `steps`
"""

from collections.abc import Callable

import torch
from torch import Tensor

from diffprog import _checks

__all__ = ["central_difference", "order", "remainders"]


def central_difference(
    f: Callable[[Tensor], Tensor], x: Tensor, h: float
) -> Tensor:
    """∂f/∂xᵢ ≈ (f(x + h·eᵢ) − f(x − h·eᵢ)) / 2h,
    one entry of x after the other.

    Two evaluations of f an entry. The error is h²/6 times the third
    derivative, and rounding of about ε·|f|/2h. Returns the shape of x.
    ValueError for integers, and unless h > 0.
    """
    _checks.floating("x", x)
    h = _checks.positive("h", h)
    flat = x.detach().flatten()
    gradient = torch.empty_like(flat)
    for i in range(len(flat)):
        ahead, behind = flat.clone(), flat.clone()
        ahead[i] += h
        behind[i] -= h
        gradient[i] = (f(ahead.view_as(x)) - f(behind.view_as(x))) / (2 * h)
    return gradient.view_as(x)


def remainders(
    f: Callable[[Tensor], Tensor],
    gradient: Tensor,
    x: Tensor,
    direction: Tensor,
    steps: Tensor,
) -> Tensor:
    """|f(x + h·v) − f(x) − h·v·g| for each h:
    falls as h² for the gradient of f, else as h.

    Source: Farrell, Ham, Funke and Rognes (2013). Returns the shape of
    steps, (n,). ValueError for integers, and for a gradient or direction of
    another shape than x.
    """
    _check_remainders(gradient, x, direction, steps)
    start, slope = f(x), (gradient * direction).sum()
    ends = torch.stack([f(x + h * direction) for h in steps])
    return (ends - start - steps * slope).abs()


def order(steps: Tensor, values: Tensor) -> float:
    """The p of values ∝ stepsᵖ:
    slope of the straight line through log(values) over log(steps).

    Both have shape (n,), above zero and finite, with two different steps.
    ValueError otherwise.
    """
    _check_powers(steps, values)
    x, y = steps.log() - steps.log().mean(), values.log()
    return float((x * y).sum() / (x * x).sum())


def _check_remainders(
    gradient: Tensor, x: Tensor, direction: Tensor, steps: Tensor
) -> None:
    _checks.floating("x", x)
    _checks.shaped("gradient", gradient, x.shape)
    _checks.shaped("direction", direction, x.shape)
    _checks.floating("steps", steps)
    if steps.ndim != 1 or not len(steps):
        raise _checks.wrong("steps", f"shape {tuple(steps.shape)}", "(n,)")


def _check_powers(steps: Tensor, values: Tensor) -> None:
    for name, x in {"steps": steps, "values": values}.items():
        _checks.finite(name, x)
        if x.ndim != 1 or len(x) < 2 or not (x > 0).all():
            raise _checks.wrong(
                name, _checks.described(x), "two or more, all above zero"
            )
    _checks.shaped("values", values, steps.shape)
    if (steps == steps[0]).all():
        raise _checks.wrong(
            "steps", f"{steps[0].item():.4g} throughout", "two that differ"
        )
