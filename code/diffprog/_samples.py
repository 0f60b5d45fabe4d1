"""Samples: checks of masses and cuts, which look
at values too, and where random numbers start."""

import math

import torch
from torch import Generator, Tensor

from diffprog import _checks

__all__ = ["both", "cuts", "generator", "masses", "shapes"]


def masses(name: str, m: Tensor) -> None:
    """Raise ValueError unless m is (n,) or (n, d),
    floating, not empty, and finite throughout."""
    _checks.floating(name, m)
    if m.ndim not in (1, 2):
        raise _checks.wrong(
            name,
            f"shape {tuple(m.shape)}",
            "(n,), or (n, d) for d observables",
        )
    if not m.numel():
        raise _checks.wrong(
            name,
            f"an empty sample of shape {tuple(m.shape)}",
            "one event or more",
        )
    # One pass: a sum is finite only where each term is.
    if not math.isfinite(m.detach().sum(dtype=torch.float64).item()):
        raise _checks.wrong(
            name,
            "masses that are NaN or infinite",
            "finite numbers, in GeV",
        )


def shapes(name: str, c: Tensor, m: Tensor) -> None:
    """Raise ValueError unless c holds cuts for
    masses of the shape of m: (…,), or (…, d)."""
    _checks.floating(name, c)
    if m.ndim == 2 and (not c.ndim or c.shape[-1] != m.shape[1]):
        d = m.shape[1]
        raise _checks.wrong(
            name,
            f"shape {tuple(c.shape)}",
            f"(…, {d}), a cut for each observable",
        )


def cuts(name: str, c: Tensor, m: Tensor) -> None:
    """Raise ValueError unless `shapes` allows c,
    and no cut is NaN; −∞ and ∞ are cuts."""
    shapes(name, c, m)
    if c.isnan().any():
        raise _checks.wrong(name, "a cut that is NaN", "numbers, in GeV")


def both(signal: Tensor, background: Tensor) -> None:
    """Raise ValueError unless both are samples, of the same observables."""
    masses("signal", signal)
    masses("background", background)
    if signal.shape[1:] != background.shape[1:]:
        got = (
            f"shape {tuple(background.shape)} "
            f"with a signal of shape {tuple(signal.shape)}"
        )
        raise _checks.wrong(
            "background", got, "the same observables in both"
        )


def generator(seed: int | Generator) -> Generator:
    """Return the generator as it is, to move on;
    for a number a new one, with that seed."""
    return (
        seed
        if isinstance(seed, Generator)
        else Generator().manual_seed(seed)
    )
