"""Check for the exercise of the chapter `part1/optimizers`."""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._check import Mistake, call, close, exercise

__all__ = ["check_rescale"]


@exercise("ex-rescale", "Right, for any times and any unit.")
def check_rescale(rescaled_condition_number: Callable[..., Any], seed: int) -> None:
    """`rescaled_condition_number(t, unit)`: λmax/λmin, t in `unit` s."""
    random = torch.Generator().manual_seed(seed)
    for low in (0.3, 1.7):  # shorter than a second, and longer
        n = int(torch.randint(5, 15, (), generator=random))
        t = torch.rand(n, generator=random, dtype=torch.float64)
        t = 6 * t.sort().values
        unit = low + 0.4 * torch.rand((), generator=random).item()
        got = call(rescaled_condition_number, t=t, unit=unit)
        wanted = _ratio(_columns(t / unit))
        what = f"the condition number for {n} times in units of {unit:.2f} s"
        close(got, wanted, what, _mistakes(t, unit), rtol=5e-3)


def _columns(u: Tensor, half: float = 0.5) -> Tensor:
    """∂x/∂(a, v0, x0) at times u, (n, 3)."""
    return torch.stack([half * u**2, u, torch.ones_like(u)], 1)


def _ratio(j: Tensor) -> Tensor:
    λ: Tensor = torch.linalg.eigvalsh(j.T @ j)
    return λ[-1] / λ[0]


# fmt: off
def _mistakes(t: Tensor, unit: float) -> Iterator[Mistake]:
    right = _columns(t / unit)
    once = _columns(t) / torch.tensor([unit, unit, 1.0], dtype=t.dtype)
    yield ("this is the condition number in seconds: the unit has not reached the times. (To divide"
           " the whole Hessian by a number leaves the ratio as it is.)", _ratio(_columns(t)))
    yield ("the times were multiplied by the unit: 6 s are 3 in units of 2 s, so divide",
           _ratio(_columns(t * unit)))
    yield ("this is upside down: the largest eigenvalue goes on top, the smallest below",
           1 / _ratio(right))
    yield ("this is the condition number of the Jacobian J; the Hessian is JᵀJ times a number, and"
           " has its square", _ratio(right).sqrt())
    yield ("the ratio is squared once too often: the singular values of the Hessian are its"
           " eigenvalues already", _ratio(right) ** 2)
    yield ("the column of a has lost its factor one half: x = x0 + v0·u + ½·a·u²",
           _ratio(_columns(t / unit, half=1.0)))
    yield ("the column of a was divided by the unit once: a is in metres per unit of time squared,"
           " so the unit comes in twice", _ratio(once))
    yield ("this is the largest eigenvalue alone: divide it by the smallest",
           torch.linalg.eigvalsh(2 / len(t) * right.T @ right)[-1])
