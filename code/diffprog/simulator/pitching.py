"""A pitching machine whose settings drift during the day.

This is the forward model of Part 3. The machine throws balls straight up,
and a camera measures the height of each ball after some seconds. The
settings at the start of the day are known. Their drifts are not, and only
the throws tell about them.

Symbols, shapes, units. One space dimension, height above ground; n throws
of a day, m flight times; … stands for any batch, for instance seeds.
    t        (n, 1)      days   time of day of a throw, from 0 to 1
    drift    (…, n, 2)   m, m/s Δx0 and Δv0 at each throw, in this order:
                                the latent quantities
    flight   (m,)        s      times of flight after which each ball is
                                measured
    x        (…, n, m)   m      positions: the observations
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from diffprog import _args
from diffprog.simulator.ball import position

__all__ = [
    "FLIGHT", "V0", "X0", "A", "Pitch", "day", "drifts", "pitch", "rms",
]  # fmt: skip

A = -9.8  # m/s², acceleration of free fall
V0 = 10.0  # m/s, what the machine is set to
X0 = 15.0  # m, what the machine is set to
FLIGHT = 3.0  # s, when the camera takes its picture


def day(
    n: int = 100,
    *,
    dtype: torch.dtype | None = None,
    device: torch.device | str | None = None,
) -> Tensor:
    """Return the times of n throws spread evenly over a day, (n, 1)."""
    _args.count("n", n)
    return torch.linspace(0, 1, n, dtype=dtype, device=device)[:, None]


def drifts(t: Tensor) -> Tensor:
    """Δx0 = 2·sin(20·t) and Δv0 = 5·t², the truth that no fit is shown."""
    _args.shapes(t=(t, "… n 1"))
    return torch.cat([2 * torch.sin(20 * t), 5 * t**2], dim=-1)


def pitch(
    drift: Tensor, flight: float | Sequence[float] | Tensor = FLIGHT
) -> Tensor:
    """x = (x0 + Δx0) + (v0 + Δv0)·flight + ½·a·flight², for all throws.

    The positions are linear in the drift.

    Args:
        drift: Δx0 and Δv0, (…, n, 2), in m and m/s.
        flight: One flight time, or several, (m,), in s.

    Returns:
        Positions, (…, n, m), in m.
    """
    _args.shapes(drift=(drift, "… n 2, a row of Δx0 and Δv0 for a throw"))
    a, times = drift.new_tensor([[A]]), _flight(flight, drift)[:, None]
    # Each throw is a batch of its own, with its own conditions. All have
    # the same flight times.
    x0, v0 = X0 + drift[..., :1, None], V0 + drift[..., 1:, None]
    return position(times, a, v0, x0).squeeze(-1)


class Pitch(nn.Module):
    """`pitch` at fixed flight times, as the last stage of a pipeline.

    The flight times, (m,), in s, are a buffer, so no fit changes them.
    """

    def __init__(
        self, flight: float | Sequence[float] | Tensor = FLIGHT
    ) -> None:
        super().__init__()
        self.flight: Tensor
        self.register_buffer("flight", _flight(flight, torch.empty(0)))

    def forward(self, drift: Tensor) -> Tensor:
        """x, (…, n, m), in m, for drifts (…, n, 2)."""
        return pitch(drift, self.flight)


def rms(error: Tensor) -> Tensor:
    """√(mean of error²) over the throws, (…, n, 2) → (…, 2)."""
    _args.shapes(error=(error, "… n quantities"))
    return (error**2).mean(-2).sqrt()


def _flight(
    flight: float | Sequence[float] | Tensor, like: Tensor
) -> Tensor:
    """Return the flight times, (m,), in dtype and device of `like`."""
    times = torch.as_tensor(flight, dtype=like.dtype, device=like.device)
    if times.ndim > 1 or not times.numel():
        got = f"shape {tuple(times.shape)}"
        raise _args.wrong("flight", got, "one flight time, or (m,)")
    return times.reshape(-1)
