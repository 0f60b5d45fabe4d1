"""Where a planet is: Kepler's equation.

Symbols, shapes, units. All have any shapes that broadcast.
    E  rad  eccentric anomaly: the angle of the planet, seen from the centre
            of the ellipse, on the circle around it
    e       eccentricity of the ellipse, 0 ≤ e < 1
    M  rad  mean anomaly: 2π times the part of the period that is over, so
            0 ≤ M < 2π
"""

import torch
from torch import Tensor

from diffprog import _args

__all__ = ["bisection", "equation", "fixed_point", "newton"]


def equation(E: Tensor, e: Tensor, M: Tensor) -> Tensor:
    """E − e·sin E − M, in rad: zero where the planet is."""
    return E - e * torch.sin(E) - M


def fixed_point(e: Tensor, M: Tensor, iterations: int) -> Tensor:
    """E ← M + e·sin E, from E = M on.

    The error falls by the factor e·|cos E| in each iteration.
    """
    _check(e, M, iterations)
    E = M
    for _ in range(iterations):
        E = M + e * torch.sin(E)
    return E


def newton(e: Tensor, M: Tensor, iterations: int = 20) -> Tensor:
    """E ← E − (E − e·sin E − M)/(1 − e·cos E), from E = π on."""
    _check(e, M, iterations)
    E = torch.pi + 0 * (e * M)
    for _ in range(iterations):
        E = E - equation(E, e, M) / (1 - e * torch.cos(E))
    return E


def bisection(e: Tensor, M: Tensor, iterations: int = 60) -> Tensor:
    """Halve an interval around E, from (0, 2π), which M is in, too.

    The result has no slope: which half is kept is a comparison.
    """
    _check(e, M, iterations)
    low = 0 * (e * M)
    high = low + 2 * torch.pi
    for _ in range(iterations):
        middle = (low + high) / 2
        above = equation(middle, e, M) > 0
        high = torch.where(above, middle, high)
        low = torch.where(above, low, middle)
    return (low + high) / 2


def _check(e: Tensor, M: Tensor, iterations: int) -> None:
    _args.broadcast(e=e, M=M)
    _args.count("iterations", iterations)
    if not _args.holds((e >= 0) & (e < 1)):
        got = _args.described(e)
        raise _args.wrong("e", got, "an ellipse: 0 ≤ e < 1")
