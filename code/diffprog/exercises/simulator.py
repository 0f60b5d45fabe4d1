"""Check for the exercise of the chapter `part1/simulator`."""

from collections.abc import Callable

import torch
from torch import Tensor

from diffprog.exercises._check import Mistake, call, close, exercise
from diffprog.simulator.ball import position

__all__ = ["check_shapes"]


@exercise("ex-shapes", "Right: also where there are as many times as dimensions.")
def check_shapes(trajectory: Callable[..., Tensor], seed: int) -> None:
    """`trajectory(t, a, v0, x0)`: times (n,), parameters (d,) to (n, d)."""
    random = torch.Generator().manual_seed(seed)
    for n, d in ((7, 2), (2, 2), (1, 3)):
        t = torch.rand(n, generator=random) * 5
        a, v0, x0 = torch.randn(3, d, generator=random)
        wanted = position(t[:, None], a[None], v0[None], x0[None])
        advice = (
            f"{n} times do not broadcast against {d} dimensions: which axis should the times be on,"
            " so that the dimensions have one of their own?"
        )
        given = {"t": t, "a": a, "v0": v0, "x0": x0}
        got = call(trajectory, {"must match": advice}, **given)
        swapped = "time and space have changed places: time is axis 0, space is 1"
        one_axis = (
            "each time met only one dimension: with as many times as dimensions, (n,) and (d,)"
            " match without an error. Give the times an axis of their own"
        )
        mistakes: list[Mistake] = [(swapped, wanted.T)]
        if n == d:
            mistakes += [(one_axis, x0 + v0 * t + a * t**2 / 2)]
        what = f"the trajectory for {n} times in {d} dimensions"
        close(got, wanted, what, mistakes)
