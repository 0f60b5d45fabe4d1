"""Check for the exercise of the chapter `part1/optimizers`."""

import math
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._check import Draw, Mistake, call, close, exercise, tensor

__all__ = ["check_rescale"]

WIDE = (
    "an eigenvalue of your matrix is zero, but for rounding: JᵀJ is 3 × 3, with J of shape (n, 3),"
    " a row for each time. J·Jᵀ is n × n, of rank 3 (or the unit is far from that in the argument)"
)


@exercise("ex-rescale", "Right, for any times and any unit.")
def check_rescale(rescaled_condition_number: Callable[..., Any], seed: int) -> None:
    """Check `rescaled_condition_number(t, unit)`: λmax/λmin, t in units of `unit` seconds."""
    draw = Draw(seed)
    for low in (0.3, 1.7):  # shorter than a second, and longer
        t = draw(0, 6, 4 + seed % 3, dtype=torch.float64).sort().values
        unit = draw.one(low, low + 0.4, 0.02)
        got = call(rescaled_condition_number, t=t, unit=unit)
        what = f"the condition number for {len(t)} times in units of {unit:.2f} s"
        got = tensor(got, what)
        wide = got.numel() == 1 and 1e13 < abs(got.item()) < math.inf
        mistakes = chain([(WIDE, wide)], _mistakes(t, unit))
        close(got, _ratio(_columns(t / unit)), what, mistakes, rtol=1e-3, atol=0)


def _columns(u: Tensor, half: float = 0.5) -> Tensor:
    """Return ∂x/∂(a, v0, x0) at times u, (n, 3)."""
    return torch.stack([half * u**2, u, torch.ones_like(u)], 1)


def _ratio(j: Tensor) -> Tensor:
    λ: Tensor = torch.linalg.eigvalsh(j.T @ j)
    return λ[-1] / λ[0]


# fmt: off
def _mistakes(t: Tensor, unit: float) -> Iterator[Mistake]:
    right = _columns(t / unit)
    h = right.T @ right
    λ = torch.linalg.eigvalsh(h)
    once = _columns(t) / torch.tensor([unit, unit, 1.0], dtype=t.dtype)
    yield ("this is the condition number in seconds: the unit has not reached the times. (To divide"
           " the whole Hessian by a number leaves the ratio as it is.)", _ratio(_columns(t)))
    yield ("the times were multiplied by the unit: 6 s are 3 in units of 2 s, so divide",
           _ratio(_columns(t * unit)))
    yield ("the times are divided by the square of the unit, or twice: once is enough",
           _ratio(_columns(t / unit**2)))
    yield ("the unit is subtracted from the times: divide", _ratio(_columns(t - unit)))
    for fixed in (0.5, 2.0, 2.5, 3.0, 5.0):
        yield ("the unit is fixed in your function: use the argument unit",
               _ratio(_columns(t / fixed)))
    for times, what in ((t - t.mean(), "their mean"), (t - t[0], "the first of them")):
        yield (f"the times are counted from {what}: take them as they come",
               _ratio(_columns(times / unit)))
    yield ("the times are divided by the longest of them: divide by the unit alone",
           _ratio(_columns(t / t.max())))
    yield ("the times are divided by the longest of them too: divide by the unit alone",
           _ratio(_columns(t / t.max() / unit)))
    for column, name in ((1, "v0"), (0, "a")):
        lost = torch.ones(3, dtype=t.dtype)
        lost[column] = unit ** (2 - column)
        yield (f"the unit has not reached the column of {name}: all three columns are made of"
               " the times in the new unit, t/unit", _ratio(right * lost))
    yield ("the column of x0 is divided by the unit: x0 is a position, its column is 1",
           _ratio(right / torch.tensor([1, 1, unit], dtype=t.dtype)))
    yield ("your columns are t³/6, t²/2 and t: the derivatives of x0 + v0·t + ½·a·t² are ½·t², t"
           " and 1", _ratio(right * (t / unit)[:, None] / torch.tensor([3, 2, 1])))
    yield ("the columns of J are divided by their lengths: that is another Hessian",
           _ratio(right / right.norm(dim=0)))
    yield ("this is the sum of the eigenvalues over the smallest: the largest over the smallest is"
           " asked for", λ.sum() / λ[0])
    yield ("this is the condition number of the Jacobian J; the Hessian is JᵀJ times a number, and"
           " has its square", _ratio(right).sqrt())
    yield ("the ratio is squared once too often: the singular values of the Hessian are its"
           " eigenvalues already", _ratio(right) ** 2)
    yield ("the column of a has lost its factor one half: x = x0 + v0·t + ½·a·t²",
           _ratio(_columns(t / unit, half=1.0)))
    yield ("the column of a was divided by the unit once: a is in metres per unit of time squared,"
           " so the unit comes in twice", _ratio(once))
    for missing, columns in (("x0", [0, 1]), ("v0", [0, 2]), ("a", [1, 2])):
        yield (f"{missing} is missing: the Hessian is that of (a, v0, x0), 3 × 3",
               _ratio(right[:, columns]))
    for scale in (1, 2, 2 / len(t), 1 / len(t)):
        for name, some in (("largest", λ[-1]), ("smallest", λ[0])):
            yield (f"this is the {name} eigenvalue, divided by no other: the ratio of the largest"
                   " and the smallest is asked for", scale * some)
        yield ("this is the determinant: the ratio of the largest and the smallest eigenvalue is"
               " asked for", scale**3 * λ.prod())
    yield ("the ratio is that of neighbours: the largest eigenvalue over the smallest is asked for",
           λ[-1] / λ[1])
    yield ("the ratio is that of neighbours: the largest eigenvalue over the smallest is asked for",
           λ[1] / λ[0])
    yield ("this is a ratio of entries on the diagonal: take eigenvalues",
           h.diagonal().max() / h.diagonal().min())
    yield "all three eigenvalues are there: return the ratio of the largest and the smallest", (3,)
