"""Is this gradient right? Answers that use nothing but values of the function.

Symbols, shapes.
    f          takes a tensor of the shape of x, returns one number, shape ()
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


def central_difference(f: Callable[[Tensor], Tensor], x: Tensor, h: float) -> Tensor:
    """∂f/∂xᵢ ≈ (f(x + h·eᵢ) − f(x − h·eᵢ)) / 2h, one entry of x after the other.

    Two evaluations of f an entry. The error is h²/6 times the third derivative, and rounding of
    about ε·|f|/2h. Returns the shape of x. ValueError for integers, and unless h > 0.
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
    f: Callable[[Tensor], Tensor], gradient: Tensor, x: Tensor, direction: Tensor, steps: Tensor
) -> Tensor:
    """|f(x + h·v) − f(x) − h·v·g| for each h: falls as h² for the gradient of f, else as h.

    Source: Farrell, Ham, Funke and Rognes (2013). Returns the shape of steps, (n,).
    """
    start, slope = f(x), (gradient * direction).sum()
    ends = torch.stack([f(x + h * direction) for h in steps])
    return (ends - start - steps * slope).abs()


def order(steps: Tensor, values: Tensor) -> float:
    """The p of values ∝ stepsᵖ: slope of the straight line through log(values) over log(steps).

    Both have shape (n,), above zero, with n ≥ 2. ValueError otherwise.
    """
    for name, positive in {"steps": steps, "values": values}.items():
        _checks.floating(name, positive)
        if positive.ndim != 1 or len(positive) < 2 or not (positive > 0).all():
            raise _checks.wrong(name, _checks.described(positive), "two or more, all above zero")
    x, y = steps.log() - steps.log().mean(), values.log()
    return float((x * y).sum() / (x * x).sum())
