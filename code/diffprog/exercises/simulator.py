"""Check for the exercise of the chapter `part1/simulator`."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from diffprog.exercises._check import Wrong, close, exercise
from diffprog.simulator.ball import position

__all__ = ["check_shapes"]


@exercise("1.1a", "right: also where the number of times equals the number of dimensions.")
def check_shapes(trajectory: Callable[..., Tensor], seed: int) -> None:
    """`trajectory(t, a, v0, x0)` with times (n,) and parameters (d,) gives positions (n, d)."""
    random = torch.Generator().manual_seed(seed)
    for n, d in ((7, 2), (2, 2), (1, 3)):
        t = torch.rand(n, generator=random) * 5
        a, v0, x0 = torch.randn(3, d, generator=random)
        wanted = position(t[:, None], a[None], v0[None], x0[None])
        try:
            got = trajectory(t, a, v0, x0)
        except RuntimeError as error:
            if "must match" not in str(error):
                raise
            raise Wrong(
                f"{n} times do not broadcast against {d} dimensions: which axis should the times be"
                " on, so that the dimensions have one of their own?"
            ) from error
        typical = {"time and space have changed places: time is axis 0, space axis 1.": wanted.T}
        if n == d:
            typical[
                "each time met only one dimension: with as many times as dimensions, (n,) and (d,)"
                " match without an error. Give the times an axis of their own."
            ] = x0 + v0 * t + a * t**2 / 2
        close(got, wanted, f"the trajectory for {n} times in {d} dimensions", typical=typical)
