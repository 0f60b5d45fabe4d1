"""Check for the exercise of the chapter `part5/shower`."""

from collections.abc import Callable

import torch
from torch import Tensor

from diffprog.exercises._check import Counted, Draw, Formula, Mistake, call, close, exercise

__all__ = ["check_slope"]


@exercise("ex-shower", "Right: for a function that you had not seen.")
def check_slope(slope: Callable[..., Tensor], seed: int) -> None:
    """Check `slope(f, x)`: the derivatives of f at numbers x, (n,)."""
    x = Draw(seed)(-2, 2, 4, dtype=torch.float64)
    f = Counted("f", Formula("lambda x: x**3 + torch.sin(x)"))
    got = call(slope, f=f, x=x)
    f.must_be_called()
    mistakes: list[Mistake] = [
        ("those are the values of f: its slope is asked for", f(x)),
        ("that is one slope for all numbers: return one for each", ()),
    ]
    close(got, 3 * x**2 + torch.cos(x), "the slope", mistakes)
