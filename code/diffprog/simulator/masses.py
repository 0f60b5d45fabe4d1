"""Toy masses: a signal on a background,
from a seed, and what is expected of them.

Symbols, shapes, units.
    m    (n,), or (n, d)   GeV      masses of n events: one, or d
                                    independent observables of each
    c    (…,), or (…, d)   GeV      a cut, or one for each observable
    μ, σ (d,)                       mean and width in the toy's own units,
                                    which are TeV above half a TeV:
                                    m = 1000·N(μ, σ) + 500
A normal mass has a tail below zero, which a mass has not: a flaw of these
toys, not of the method.
"""

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from diffprog import _checks, _samples

__all__ = [
    "BACKGROUND",
    "SIGNAL",
    "TEN_BACKGROUND",
    "TEN_SIGNAL",
    "TWO_BACKGROUND",
    "TWO_SIGNAL",
    "Process",
    "density",
    "draw",
    "expected_count",
    "one_mass",
    "ten_masses",
    "two_masses",
]


@dataclass(frozen=True)
class Process:
    """So many events, observable j of each
    distributed as 1000·N(μⱼ, σⱼ) + 500, in GeV.

    Means and widths are kept as floats. ValueError for events < 1, a mean
    that is not finite, a width ≤ 0, or not as many widths as means.
    """

    events: int
    means: tuple[float, ...]
    widths: tuple[float, ...]

    def __post_init__(self) -> None:
        _checks.count("events", self.events)
        if not self.means or len(self.means) != len(self.widths):
            got = f"{len(self.means)} with {len(self.widths)} widths"
            raise _checks.wrong(
                "means", got, "as many as widths, one or more"
            )
        means = tuple(float(μ) for μ in self.means)
        if not all(map(math.isfinite, means)):
            raise _checks.wrong("means", means, "finite numbers")
        object.__setattr__(
            self, "means", means
        )  # the way to set what is frozen
        widths = tuple(_checks.positive("widths", σ) for σ in self.widths)
        object.__setattr__(self, "widths", widths)

    @property
    def centres(self) -> Tensor:
        """Means of the masses, (d,), in GeV."""
        return 1000 * torch.tensor(self.means) + 500

    @property
    def spreads(self) -> Tensor:
        """Standard deviations of the masses, (d,), in GeV."""
        return 1000 * torch.tensor(self.widths)


SIGNAL = Process(500, (0.6,), (0.05,))
BACKGROUND = Process(10_000, (0.2,), (0.3,))

TWO_SIGNAL = Process(500, (0.6, 0.5), (0.05, 0.1))
TWO_BACKGROUND = Process(10_000, (0.2, 0.1), (0.3, 0.4))

# Ten weak observables: narrow on broad, with means close together, so that
# no single cut does much. The second background is irreducible: distributed
# as the signal. It keeps pace with the signal whatever the cut, rectangular
# or learned, so that some hundred events are always left.
TEN_SIGNAL = Process(
    500, tuple(0.10 + 0.02 * j for j in range(10)), (0.1,) * 10
)
TEN_BACKGROUND = (
    Process(9_700, (0.2,) * 10, (0.4,) * 10),
    Process(300, TEN_SIGNAL.means, TEN_SIGNAL.widths),
)


def one_mass(seed: int | Generator = 3) -> tuple[Tensor, Tensor]:
    """Return 500 signal and 10 000 background
    masses in GeV, (500,) and (10000,)."""
    return _toy(SIGNAL, BACKGROUND, seed=seed)


def two_masses(seed: int | Generator = 3) -> tuple[Tensor, Tensor]:
    """Return the masses of events with two observables,
    in GeV, (500, 2) and (10000, 2)."""
    return _toy(TWO_SIGNAL, TWO_BACKGROUND, seed=seed)


def ten_masses(seed: int | Generator = 3) -> tuple[Tensor, Tensor]:
    """Return the masses of events with ten weak observables,
    in GeV, (500, 10) and (10000, 10)."""
    return _toy(TEN_SIGNAL, *TEN_BACKGROUND, seed=seed)


def draw(process: Process, seed: int | Generator) -> Tensor:
    """Return the masses of a sample in GeV, (n,),
    or (n, d): one observable after the other.

    A generator that is handed in moves on; a number starts a new one, which
    gives what torch.manual_seed gives, and leaves the global state alone.
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
    """n·Πⱼ P(mⱼ ≥ cⱼ): how many events a cut
    keeps on average, without drawing any.

    c has shape (…,) for one observable, (…, d) for several; returns (…,).
    Differentiable.
    """
    _checks.floating("c", c)
    x = c[..., None] if len(process.means) == 1 else c
    if not x.ndim or x.shape[-1] != len(process.means):
        want = f"(…, {len(process.means)}), a cut for each observable"
        raise _checks.wrong("c", f"shape {tuple(c.shape)}", want)
    μ, σ = process.centres.to(c.dtype), process.spreads.to(c.dtype)
    p: Tensor = torch.special.ndtr((μ - x) / σ).prod(-1)
    return process.events * p


def density(process: Process, m: Tensor) -> Tensor:
    """n·φ((m − μ)/σ)/σ, in events per GeV:
    minus the derivative of `expected_count`.

    For one observable; m has any shape and precision, and the result the
    same. ValueError for several.
    """
    _checks.floating("m", m)
    if len(process.means) != 1:
        raise _checks.wrong(
            "process", f"{len(process.means)} observables", "one"
        )
    μ, σ = process.centres[0].to(m.dtype), process.spreads[0].to(m.dtype)
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
