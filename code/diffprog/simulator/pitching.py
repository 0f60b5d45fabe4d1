"""A pitching machine whose settings drift during the day:
the forward model of Part 3.

It throws balls straight up, and where each one is after some seconds is
measured. What it was set to is known; how far the settings have drifted is
not, and is seen only through the throw.

Symbols, shapes, units. One space dimension, height above ground; n throws
of a day, m flight times; … stands for any batch, for instance seeds.
    t        (n, 1)      days   time of day of a throw, from 0 to 1
    drift    (…, n, 2)   m, m/s Δx0 and Δv0 at each throw: the latent
                         quantities, in this order
    flight   (m,)        s      flight times T at which each ball is
                                measured
    x        (…, n, m)   m      positions: the observations
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from diffprog import _checks
from diffprog.simulator.ball import position

__all__ = [
    "FLIGHT",
    "V0",
    "X0",
    "A",
    "Pitch",
    "day",
    "drifts",
    "pitch",
    "rms",
]

A = -9.8  # m/s², acceleration of free fall
V0 = 10.0  # m/s, what the machine is set to
X0 = 15.0  # m, what the machine is set to
FLIGHT = 3.0  # s, when the camera takes its picture


def day(n: int = 100) -> Tensor:
    """Return the times of n throws spread
    evenly over a day, (n, 1), from 0 to 1."""
    _checks.count("n", n)
    return torch.linspace(0, 1, n)[:, None]


def drifts(t: Tensor) -> Tensor:
    """Δx0 = 2·sin(20·t) and Δv0 = 5·t², in m and m/s:
    the truth, which no fit is shown.

    t has shape (…, n, 1), in days. Returns (…, n, 2). ValueError for
    another shape, and integers.
    """
    _checks.times("t", t)
    return torch.cat([2 * torch.sin(20 * t), 5 * t**2], dim=-1)


def pitch(
    drift: Tensor, flight: float | Sequence[float] | Tensor = FLIGHT
) -> Tensor:
    """x = (x0 + Δx0) + (v0 + Δv0)·T + ½·a·T²
    for each throw and each flight time T.

    drift has shape (…, n, 2), in m and m/s; flight is one number, or
    several, (m,), in s. Returns the positions, (…, n, m), in m. Linear in
    the drift. ValueError for other shapes, and integers.
    """
    _checks.floating("drift", drift)
    if drift.ndim < 2 or drift.shape[-1] != 2:
        want = "(…, n, 2), a row of Δx0 and Δv0 for a throw"
        raise _checks.wrong("drift", f"shape {tuple(drift.shape)}", want)
    a = torch.tensor([[A]], dtype=drift.dtype)
    # Each throw is a batch of its own, with its own conditions; all have
    # the same flight times.
    x0, v0 = X0 + drift[..., :1, None], V0 + drift[..., 1:, None]
    return position(
        _flight(flight, drift.dtype)[:, None], a, v0, x0
    ).squeeze(-1)


class Pitch(nn.Module):
    """`pitch` at fixed flight times, as the last
    stage of a pipeline: drift (…, n, 2) to (…, n, m).

    The flight times, (m,), in s, are no parameters. ValueError as in
    `pitch`.
    """

    def __init__(
        self, flight: float | Sequence[float] | Tensor = FLIGHT
    ) -> None:
        super().__init__()
        self.flight: Tensor
        self.register_buffer(
            "flight", _flight(flight, torch.get_default_dtype())
        )

    def forward(self, drift: Tensor) -> Tensor:
        """x, (…, n, m), in m."""
        return pitch(drift, self.flight)


def rms(error: Tensor) -> Tensor:
    """√(mean of error²) over the throws, axis −2:
    (…, n, 2) gives (…, 2), in m and m/s."""
    return (error**2).mean(-2).sqrt()


def _flight(
    flight: float | Sequence[float] | Tensor, dtype: torch.dtype
) -> Tensor:
    """Return the flight times as (m,)."""
    times = torch.as_tensor(flight, dtype=dtype)
    if times.ndim > 1 or not times.numel():
        raise _checks.wrong(
            "flight",
            f"shape {tuple(times.shape)}",
            "one flight time, or (m,)",
        )
    return times.reshape(-1)
