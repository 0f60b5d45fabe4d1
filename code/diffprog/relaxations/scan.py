"""Counts for many cuts at once, exactly, and the best of them.

Symbols, shapes, units. n events, g cuts.
    m     (n,), or (n, d)   GeV   masses
    c     (g,)              GeV   cuts, in any order
    z     (g,), (g, h), …         an objective on that grid of cuts

Comparing each mass with each cut takes n·g comparisons, and nine bytes for
each: one for the answer, and eight while torch adds it up. Sorted once, the
masses below a cut are those before its place: some n·log₂n comparisons to
sort, and log₂n to find each place.
"""

import numpy as np
import torch
from torch import Tensor

from diffprog import _checks, _samples

__all__ = ["best", "scan", "scan_grid", "scan_windows"]


def scan(m: Tensor, c: Tensor) -> Tensor:
    """Return how many masses are ≥ each cut, (g,),
    int64: n less the number below, by sorting.

    The same integers as `cuts.count`. ValueError for an empty sample, NaN,
    and shapes other than (n,) and (g,).
    """
    _check(m, c=c)
    # NumPy sorts numbers of 32 bits many times faster than torch.sort, and
    # makes no index.
    below = np.searchsorted(
        np.sort(m.detach().numpy()), c.detach().numpy(), side="left"
    )
    return len(m) - torch.from_numpy(below)


def scan_windows(m: Tensor, low: Tensor, high: Tensor) -> Tensor:
    """Return how many masses are ≥ low and < high,
    (g, h), int64; 0 where high ≤ low.

    low has shape (g,), high (h,). Errors as in `scan`.
    """
    _check(m, low=low, high=high)
    return (scan(m, low)[:, None] - scan(m, high)).clamp(min=0)


def scan_grid(m: Tensor, *cuts: Tensor) -> Tensor:
    """Return how many events pass each
    combination of cuts, (g, h, …), int64.

    m has shape (n, d); cuts are d tensors, (g,), (h,), …, each rising. Each
    event is put into the cell of the grid between the highest cuts it
    passes; a cell's cut keeps all from there up. ValueError for an empty
    sample, NaN, cuts that do not rise, and not as many as observables.
    """
    _samples.masses("m", m)
    if m.ndim != 2 or len(cuts) != m.shape[1]:
        got = f"shape {tuple(m.shape)} with {len(cuts)} lists of cuts"
        raise _checks.wrong("m", got, "(n, d) with d of them")
    for c in cuts:
        _samples.cuts("cuts", c, m[:, 0])
        if c.ndim != 1 or not len(c) or not (c.diff() > 0).all():
            raise _checks.wrong(
                "cuts", _checks.described(c), "(g,), rising"
            )
    cell = torch.zeros(len(m), dtype=torch.int64)
    for x, c in zip(m.T, cuts, strict=True):
        # Cell 0 is below the first cut: passes none.
        place = torch.searchsorted(c, x.contiguous(), right=True)
        cell = cell * (len(c) + 1) + place
    shape = [len(c) + 1 for c in cuts]
    kept = torch.bincount(cell, minlength=int(np.prod(shape)))
    kept = kept.reshape(shape)
    for axis in range(len(cuts)):
        kept = (
            kept.flip(axis)
            .cumsum(axis)
            .flip(axis)
            .narrow(axis, 1, shape[axis] - 1)
        )
    return kept


def best(z: Tensor, *cuts: Tensor) -> tuple[Tensor, ...]:
    """Return the highest z, and the cut
    there of each axis: z, c = best(z, cuts).

    Of several, the first. ValueError where z is not finite
    throughout (a NaN would win), has no entries, or has not the lengths of
    the cuts.
    """
    if list(z.shape) != [len(c) for c in cuts] or not z.numel():
        lengths = tuple(len(c) for c in cuts)
        raise _checks.wrong(
            "z",
            f"shape {tuple(z.shape)}",
            f"the lengths of the cuts, {lengths}",
        )
    if not torch.isfinite(z).all():
        raise _checks.wrong(
            "z", "values that are NaN or infinite", "finite numbers"
        )
    where = np.unravel_index(int(z.argmax()), z.shape)
    return z[where], *(c[i] for c, i in zip(cuts, where, strict=True))


def _check(m: Tensor, **cuts: Tensor) -> None:
    _samples.masses("m", m)
    if m.ndim != 1:
        raise _checks.wrong(
            "m",
            f"shape {tuple(m.shape)}",
            "(n,), one observable: see scan_grid",
        )
    for name, c in cuts.items():
        _samples.cuts(name, c, m)
        if c.ndim != 1:
            raise _checks.wrong(name, f"shape {tuple(c.shape)}", "(g,)")
