"""A drift chamber: what tracks leave on its wires.

Symbols, shapes, units. n tracks, W wires. All parameters of n tracks are in
one tensor p, (4 + W + 2n,), as numbers that are not far from 1:
    ln v          ()     v, mm/µs: how fast electrons drift to the wires
    t₀/100        ()     t₀, µs: the time at which particles pass
    ln(τ/1000)    ()     τ, µs: how long drifting electrons live
    ln G          ()     G: charge of a level track, without loss
    ln gᵢ         (W,)   gᵢ: gain of each channel; the mean of ln gᵢ is 0
    l₀            (n,)   m: distance of each track from the first wire
    l′            (n,)   change of the distance along the wires, m per m
What is measured:
    t  (n, W)   µs       arrival times, with normal errors of 1 µs
    q  (n, W)            charges, with fluctuations of 15 % that have a tail
    s  (c, 2)   µs       first and last time of c tracks that cross the
                         whole gap, from the wires to the cathode
"""

import math
from typing import NamedTuple

import torch
from torch import Generator, Tensor

from diffprog import _args, _samples

__all__ = [
    "GAP",
    "MEAN",
    "SPREAD",
    "WIDTH",
    "Data",
    "chi2",
    "expected",
    "first_guess",
    "generate",
    "nll",
    "truth",
    "wires",
]  # fmt: skip

GAP = 1.0  # m, from the wires to the cathode
LENGTH = 0.95  # m, from the first wire to the last
ERROR = 1.0  # µs, of a time
WIDTH = 0.15  # of a charge, as a part of its most probable value μ
MEAN = 1 + WIDTH * (math.log(2) + 0.5772156649015329)  # of q/μ
SPREAD = WIDTH * math.pi / math.sqrt(2)  # standard deviation of q/μ


class Data(NamedTuple):
    """What is measured.

    Attributes:
        t: Arrival times, (n, W).
        q: Charges, (n, W).
        s: First and last times of the tracks that cross, (c, 2).
    """

    t: Tensor
    q: Tensor
    s: Tensor


def wires(number: int = 20) -> Tensor:
    """x, (W,), in m: where the wires are along the chamber."""
    return torch.linspace(0, LENGTH, number, dtype=torch.float64)


def expected(p: Tensor, number: int = 20) -> tuple[Tensor, Tensor, Tensor]:
    """t = t₀ + l/v, μ = G·g·√(1 + l′²)·e^(−l/(v·τ)), s = (t₀, t₀ + GAP/v).

    The root says how much longer a slanted track is within the reach of a
    wire than a level one.

    Returns:
        t and μ, (n, W), and s, (2,). μ is the most probable charge.
    """
    v, t0, tau, gain, gains, first, slope = _unpack(p, number)
    x = wires(number).to(p)
    drift = (first[:, None] + slope[:, None] * x) / v
    length = torch.sqrt(1 + slope**2)[:, None]
    charge = gain * gains * length * torch.exp(-drift / tau)
    return t0 + drift, charge, torch.stack([t0, t0 + GAP / v])


def nll(p: Tensor, t: Tensor, q: Tensor, s: Tensor) -> Tensor:
    """−ln L, up to a constant: normal times, and charges after Moyal.

    Moyal's density of ξ = (q − μ)/(0.15·μ) is e^(−(ξ + e^(−ξ))/2)/√2π.
    A further term holds the mean of ln gᵢ at 0, as G has the common gain.

    Source: J. E. Moyal, Theory of ionization fluctuations, Phil. Mag. 46
    (1955) 263.
    """
    _measured(p, t, q, s)
    arrival, μ, ends = expected(p, t.shape[1])
    ξ = (q - μ) / (WIDTH * μ)
    charges = (μ.log() + (ξ + torch.exp(-ξ)) / 2).sum()
    return _times(p, arrival, ends, t, s) + charges


def chi2(
    p: Tensor, t: Tensor, q: Tensor, s: Tensor, weights: Tensor
) -> Tensor:
    """Half of χ²: times as in `nll`, and Σ (q − MEAN·μ)²·w/2 for charges.

    Args:
        weights: w, (n, W), the inverse variance of each charge. The fit is
            biased if w depends on p: pass numbers, such as 1/(SPREAD·μ)²
            with the μ of a fit before this one.
    """
    _measured(p, t, q, s)
    arrival, μ, ends = expected(p, t.shape[1])
    charges = ((q - MEAN * μ) ** 2 * weights).sum() / 2
    return _times(p, arrival, ends, t, s) + charges


def truth(tracks: int, crossing: int, seed: int | Generator) -> Tensor:
    """Draw p, with v = 1.6 mm/µs, t₀ = 12 µs, τ = 1.5 ms and gains of ±5 %.

    Args:
        crossing: How many of the tracks cross the whole gap.
    """
    _args.count("tracks", tracks)
    g = _samples.generator(seed)

    def uniform() -> float:
        return torch.rand((), generator=g).item()

    lines = [(0.02, 0.96 / LENGTH)] * crossing
    while len(lines) < tracks:
        first = 0.1 + 0.8 * uniform()
        slope = 0.4 * torch.randn((), generator=g).item()
        if 0 < first + slope * LENGTH < GAP:
            lines.append((first, slope))
    gains = 0.05 * torch.randn(20, generator=g, dtype=torch.float64)
    head = [math.log(1.6), 0.12, math.log(1.5), 0.0]
    return torch.cat(
        [
            torch.tensor(head, dtype=torch.float64),
            gains - gains.mean(),
            torch.tensor(lines, dtype=torch.float64).T.reshape(-1),
        ]
    )


def generate(p: Tensor, crossing: int, seed: int | Generator) -> Data:
    """Draw the times and charges of one experiment."""
    g = _samples.generator(seed)
    t, μ, ends = expected(p)

    def normal(*shape: int) -> Tensor:
        # float64 on the CPU: a seed gives the same numbers everywhere.
        return torch.randn(shape, generator=g, dtype=torch.float64).to(p)

    ξ = -torch.log(normal(*μ.shape) ** 2)  # −ln of a squared normal: Moyal
    return Data(
        t + ERROR * normal(*t.shape),
        μ * (1 + WIDTH * ξ),
        ends + ERROR * normal(crossing, 2),
    )


def first_guess(t: Tensor, speed: float = 1.5) -> Tensor:
    """Return a p to start from: a straight line through each track's times.

    The other parameters are t₀ = 0, τ = 1 ms, G = 0.8, and equal gains.

    Args:
        speed: v, in mm/µs.
    """
    _args.precise("t", t)
    _args.shapes(t=(t, "n W"))
    x = wires(t.shape[1]).to(t)
    lever = torch.stack([torch.ones_like(x), x], 1)
    first, slope = torch.linalg.lstsq(lever, t.T).solution * speed * 1e-3
    head = t.new_tensor([math.log(speed), 0.0, 0.0, math.log(0.8)])
    return torch.cat([head, torch.zeros_like(x), first, slope])


def _unpack(p: Tensor, number: int) -> tuple[Tensor, ...]:
    tracks = (len(p) - 4 - number) // 2
    if p.ndim != 1 or tracks < 1 or len(p) != 4 + number + 2 * tracks:
        want = f"(4 + {number} + 2n,) for n tracks"
        raise _args.wrong("p", f"shape {tuple(p.shape)}", want)
    v, t0 = p[0].exp() * 1e-3, p[1] * 100  # m/µs, µs
    tau, gain = p[2].exp() * 1000, p[3].exp()
    gains, first = p[4 : 4 + number].exp(), p[4 + number :][:tracks]
    return v, t0, tau, gain, gains, first, p[4 + number + tracks :]


def _measured(p: Tensor, t: Tensor, q: Tensor, s: Tensor) -> None:
    _args.precise("p", p)  # a pull may be large, and its square too large
    _args.shapes(t=(t, "n W"), q=(q, "n W"))
    if s.shape != (0, 2):  # no track may cross
        _args.shapes(s=(s, "c 2"))


def _times(
    p: Tensor, arrival: Tensor, ends: Tensor, t: Tensor, s: Tensor
) -> Tensor:
    pulls = ((t - arrival) ** 2).sum() + ((s - ends) ** 2).sum()
    gauge = 1e4 * p[4 : 4 + t.shape[1]].mean() ** 2
    return pulls / (2 * ERROR**2) + gauge / 2
