"""Toy masses of signal and background, and their expected counts.

Symbols, shapes, units.
    m    (n,), or (n, d)   GeV      masses of n events: one, or d
                                    independent observables of each
    c    (…,), or (…, d)   GeV      a cut, or one for each observable
    μ, σ (d,)                       mean and width in the toy's own units:
                                    m = 1000·N(μ, σ) + 500
The normal distribution has a tail below zero, where no mass can be: a flaw
of these toys, not of the method.
"""

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from diffprog import _args, _samples

__all__ = [
    "BACKGROUND", "SIGNAL", "TEN_BACKGROUND", "TEN_SIGNAL",
    "TWO_BACKGROUND", "TWO_SIGNAL", "Process", "density", "draw",
    "expected_count", "one_mass", "ten_masses", "two_masses",
]  # fmt: skip


@dataclass(frozen=True)
class Process:
    """Events whose observables j are distributed as 1000·N(μⱼ, σⱼ) + 500.

    Attributes:
        events: The number of events.
        means: μ, finite, one for each observable; kept as floats.
        widths: σ, above zero, one for each mean; kept as floats.
    """

    events: int
    means: tuple[float, ...]
    widths: tuple[float, ...]

    def __post_init__(self) -> None:
        _args.count("events", self.events)
        if not self.means or len(self.means) != len(self.widths):
            got = f"{len(self.means)} with {len(self.widths)} widths"
            raise _args.wrong("means", got, "one or more, each with width")
        means = tuple(float(μ) for μ in self.means)
        if not all(map(math.isfinite, means)):
            raise _args.wrong("means", means, "finite numbers")
        widths = tuple(_args.positive("widths", σ) for σ in self.widths)
        # A frozen dataclass can be set only this way.
        object.__setattr__(self, "means", means)
        object.__setattr__(self, "widths", widths)

    @property
    def centres(self) -> Tensor:
        """Means of the masses, (d,), in GeV, float64."""
        return 1000 * torch.tensor(self.means, dtype=torch.float64) + 500

    @property
    def spreads(self) -> Tensor:
        """Standard deviations of the masses, (d,), in GeV, float64."""
        return 1000 * torch.tensor(self.widths, dtype=torch.float64)


SIGNAL = Process(500, (0.6,), (0.05,))
BACKGROUND = Process(10_000, (0.2,), (0.3,))

TWO_SIGNAL = Process(500, (0.6, 0.5), (0.05, 0.1))
TWO_BACKGROUND = Process(10_000, (0.2, 0.1), (0.3, 0.4))

# Ten weak observables: a narrow signal on a broad background, with means so
# close together that no single cut does much. The second background is
# irreducible: it has the distribution of the signal, so any cut,
# rectangular or learned, keeps the same fraction of both: 0.6 background
# events for each of signal are always left.
TEN_SIGNAL = Process(
    500, tuple(0.10 + 0.02 * j for j in range(10)), (0.1,) * 10
)
TEN_BACKGROUND = (
    Process(9_700, (0.2,) * 10, (0.4,) * 10),
    Process(300, TEN_SIGNAL.means, TEN_SIGNAL.widths),
)


def one_mass(seed: int | Generator) -> tuple[Tensor, Tensor]:
    """Draw 500 signal and 10 000 background masses, (500,) and (10000,)."""
    return _toy(SIGNAL, BACKGROUND, seed=seed)


def two_masses(seed: int | Generator) -> tuple[Tensor, Tensor]:
    """Draw events with two observables, (500, 2) and (10000, 2)."""
    return _toy(TWO_SIGNAL, TWO_BACKGROUND, seed=seed)


def ten_masses(seed: int | Generator) -> tuple[Tensor, Tensor]:
    """Draw events with ten weak observables, (500, 10) and (10000, 10)."""
    return _toy(TEN_SIGNAL, *TEN_BACKGROUND, seed=seed)


def draw(process: Process, seed: int | Generator) -> Tensor:
    """Draw the masses of a sample, (n,) or (n, d), in GeV.

    The observables are drawn one after the other.

    Args:
        seed: A generator, which moves on, or the seed of a new one. A seed
            gives the numbers that torch.manual_seed gives, and leaves the
            global state alone.
    """
    g = _samples.generator(seed)
    n = process.events
    m = [
        1000
        * torch.normal(
            torch.full((n,), μ), torch.full((n,), σ), generator=g
        )
        + 500
        for μ, σ in zip(process.means, process.widths, strict=True)
    ]
    return m[0] if len(m) == 1 else torch.stack(m, -1)


def expected_count(process: Process, c: Tensor) -> Tensor:
    """n·Πⱼ P(mⱼ ≥ cⱼ), (…,): the events that a cut keeps on average.

    The count is differentiable in c.
    """
    d = len(process.means)
    _args.shapes(
        c=(c, "…" if d == 1 else f"… {d}, a cut for each observable")
    )
    x = c[..., None] if d == 1 else c
    μ, σ = process.centres.to(c), process.spreads.to(c)
    p: Tensor = torch.special.ndtr((μ - x) / σ).prod(-1)
    return process.events * p


def density(process: Process, m: Tensor) -> Tensor:
    """n·φ((m − μ)/σ)/σ, in events per GeV, in the shape of m.

    This is minus the derivative of `expected_count`, for one observable.
    """
    _args.floating("m", m)
    if len(process.means) != 1:
        got = f"{len(process.means)} observables"
        raise _args.wrong("process", got, "one")
    μ, σ = process.centres[0].to(m), process.spreads[0].to(m)
    z = (m - μ) / σ
    return (
        process.events
        * torch.exp(-(z**2) / 2)
        / (math.sqrt(2 * math.pi) * σ)
    )


def _toy(
    signal: Process, *background: Process, seed: int | Generator
) -> tuple[Tensor, Tensor]:
    g = _samples.generator(seed)
    s, *b = (draw(process, g) for process in (signal, *background))
    return s, torch.cat(b)
