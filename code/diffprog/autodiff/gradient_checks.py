"""Check a gradient with nothing but values of the function.

Symbols, shapes.
    f             takes a tensor of the shape of x, returns one number,
                  shape ()
    x    (…)      the point
    h    ()       length of a step; (n,) for several: `steps`
    eps           distance from 1 to the next number of the type of x
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from diffprog import _args

__all__ = ["central_difference", "order", "remainders"]


def central_difference(
    f: Callable[[Tensor], Tensor], x: Tensor, h: float
) -> Tensor:
    """∂f/∂xᵢ ≈ (f(… xᵢ + h …) − f(… xᵢ − h …)) / 2h, in the shape of x.

    This evaluates f twice for each entry of x. The error is h²/6 times the
    third derivative, plus two errors of rounding: about eps·|f|/2h from
    the values of f, and, relative, about eps·|xᵢ|/2h from the step.

    Raises:
        ValueError: h ≤ 0, or h is less than the distance from an entry of x
            to the next number of its precision.
    """
    _args.floating("x", x)
    h = _args.positive("h", h)
    _check_step(h, x)
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
    """|f(x + h·direction) − f(x) − h·direction·gradient| for each h.

    Shape (n,), as `steps`. The remainder falls as h² if `gradient` is the
    gradient of f at x, else as h. A mistake that is orthogonal to the
    direction does not show, so draw the direction at random.

    Source:
        P. E. Farrell, D. A. Ham, S. W. Funke, M. E. Rognes, Automated
        derivation of the adjoint of high-level transient finite element
        programs, SIAM J. Sci. Comput. 35 (2013) C369.
    """
    _args.same_shape(x=x, gradient=gradient, direction=direction)
    _args.shapes(steps=(steps, "n"))
    start, slope = f(x.clone()), (gradient * direction).sum()
    ends = torch.stack([f(x + h * direction) for h in steps])
    return (ends - start - steps * slope).abs()


def order(steps: Tensor, values: Tensor) -> float:
    """Return the slope of log(values) against log(steps), both (n,).

    This is the power of the step with which the values fall.

    Raises:
        ValueError: An entry is not finite or not above zero, or the steps
            are all the same.
    """
    _check_powers(steps, values)
    x, y = steps.log() - steps.log().mean(), values.log()
    return ((x * y).sum() / (x * x).sum()).item()


def _check_step(h: float, x: Tensor) -> None:
    # Python's own arithmetic: `Operations` would count that of torch.
    if x.is_meta:
        return
    largest = max(map(abs, _args.values(x).flatten().tolist()), default=0)
    spacing = torch.finfo(x.dtype).eps * 2 ** (math.frexp(largest)[1] - 1)
    if largest and h < spacing:
        want = f"more than {spacing:.3g}, from an entry of x to the next"
        raise _args.wrong("h", f"a step of {h:.3g}", f"{want} {x.dtype}")


def _check_powers(steps: Tensor, values: Tensor) -> None:
    _args.shapes(steps=(steps, "n"), values=(values, "n"))
    _args.positives("steps", steps)
    _args.positives("values", values)
    if (steps == steps[0]).all():
        raise _args.refused("steps", "all are the same: pass two or more")
