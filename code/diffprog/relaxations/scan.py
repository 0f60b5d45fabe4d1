"""Counts for many cuts at once, exactly, and the best of them.

Symbols, shapes, units. n events, g cuts.
    m     (n,), or (n, d)   GeV   masses
    c     (g,)              GeV   cuts, in any order
    z     (g,), (g, h), …         an objective on that grid of cuts

To compare each mass with each cut takes n·g comparisons, and nine bytes for
each: one for the answer, and eight while torch adds up the answers. In
sorted masses, those below a cut are those before its place. To sort takes
about n·log₂n comparisons, and to find a place log₂n. Sorting is done by
NumPy on the CPU; the counts come back to the device of m.
"""

import math

import numpy as np
import torch
from torch import Tensor

from diffprog import _args, _samples
from diffprog.relaxations.cuts import count

__all__ = ["best", "scan", "scan_grid", "scan_windows"]


def scan(m: Tensor, c: Tensor) -> Tensor:
    """Return the number of masses ≥ each cut, (g,), int64, by sorting.

    These are the integers of `cuts.count`, for one observable.

    Raises:
        ValueError: The sample is empty, or a mass or cut is NaN.
    """
    _check(m, c=c)
    if not _args.plain(m, c):  # NumPy takes no part in transforms
        return count(m, c)
    # NumPy sorts 32-bit numbers many times faster than torch.sort, which
    # also makes an index.
    ordered = np.sort(m.detach().cpu().numpy())
    below = np.searchsorted(ordered, c.detach().cpu().numpy(), side="left")
    return len(m) - torch.from_numpy(below).to(m.device)


def scan_windows(m: Tensor, low: Tensor, high: Tensor) -> Tensor:
    """Return the number of masses with low ≤ m < high, (g, h), int64.

    It is 0 where high ≤ low.

    Args:
        low, high: Cuts, (g,) and (h,).
    """
    _check(m, low=low, high=high)
    return (scan(m, low)[:, None] - scan(m, high)).clamp(min=0)


def scan_grid(m: Tensor, *cuts: Tensor) -> Tensor:
    """Return the number of events that pass each combination of cuts.

    Each event is put into the cell of the grid between the highest cuts
    that it passes. A combination keeps the events of its cell and of all
    cells above.

    Args:
        m: Masses, (n, d).
        cuts: For each observable its cuts, (g,), (h,), …, rising.

    Returns:
        Counts, (g, h, …), int64.

    Raises:
        ValueError: The sample is empty, or a mass or cut is NaN.
    """
    _check_grid(m, cuts)
    shape = [len(c) + 1 for c in cuts]
    cell = m.new_zeros(len(m), dtype=torch.int64)
    for x, c in zip(m.T, cuts, strict=True):
        # Place 0 is below the first cut.
        place = torch.searchsorted(
            c.detach().contiguous(), x.detach().contiguous(), right=True
        )
        cell = cell * (len(c) + 1) + place
    kept = cell.new_zeros(math.prod(shape))
    kept = kept.scatter_add(0, cell, torch.ones_like(cell)).reshape(shape)
    for axis, size in enumerate(shape):
        above = kept.flip(axis).cumsum(axis).flip(axis)
        kept = above.narrow(axis, 1, size - 1)
    return kept


def best(z: Tensor, *cuts: Tensor) -> tuple[Tensor, ...]:
    """Return the highest z, the first of several, and its cut of each axis.

    Raises:
        ValueError: A z is not finite (a NaN would be the highest).

    Example:
        >>> z, low, high = best(objective_on_grid, lows, highs)
    """
    lengths = tuple(len(c) for c in cuts)
    if z.shape != lengths or not z.numel():
        want = f"the lengths of the cuts, {lengths}, not empty"
        raise _args.wrong("z", f"shape {tuple(z.shape)}", want)
    if not _args.are_finite(z):
        got = "values that are NaN or infinite"
        raise _args.wrong("z", got, "finite numbers")
    where = torch.unravel_index(z.argmax(), z.shape)
    return z[where], *(c[i] for c, i in zip(cuts, where, strict=True))


def _check(m: Tensor, **cuts: Tensor) -> None:
    _samples.masses("m", m)
    _args.shapes(m=(m, "n, one observable: see scan_grid"))
    for name, c in cuts.items():
        _args.shapes(**{name: (c, "g")})
        _samples.cuts(name, c, m)


def _check_grid(m: Tensor, cuts: tuple[Tensor, ...]) -> None:
    _samples.masses("m", m)
    want = f"n {len(cuts)}, an observable for each of the cuts"
    _args.shapes(m=(m, want))
    for c in cuts:
        _args.shapes(cuts=(c, "g"))
        _samples.cuts("cuts", c, m[:, 0])
        if not _args.holds(c.diff() > 0):
            raise _args.wrong("cuts", _args.described(c), "rising cuts")
