"""Cuts and counts: hard, and relaxed so that they have a slope.

Symbols, shapes, units. n events, d observables of each; … stands for any
batch of cuts.
    m   (n,), or (n, d)     GeV      masses
    c   (…,), or (…, d)     GeV      cuts, from below
    k   a number            1/GeV    steepness: the soft edge is about 1/k
                                     wide
    sigmoid(x)                       1/(1 + e⁻ˣ)
    e   (bins + 1,)         GeV      edges of a histogram

As k → ∞, the soft cut tends to the hard cut, and to ½ for an event exactly
on a cut. sigmoid(k·(m − c)) is the probability of m + ε ≥ c, where ε is
logistic noise of scale 1/k. So a soft count is the average count of masses
with such noise.
"""

from functools import reduce

import torch
from torch import Tensor

from diffprog import _args, _samples

__all__ = [
    "between", "count", "cut", "soft_count", "soft_cut", "soft_histogram",
]  # fmt: skip


def cut(m: Tensor, c: Tensor) -> Tensor:
    """m ≥ c in each observable, (…, n), boolean: the events that are kept.

    The result has no slope and no graph.

    Raises:
        ValueError: The sample is empty, or a mass or cut is NaN.
    """
    _samples.masses("m", m)
    _samples.cuts("c", c, m)
    if m.ndim == 1:
        return m >= c[..., None]
    # One observable at a time: all() along a short axis takes several times
    # as long.
    each = (
        x >= y[..., None] for x, y in zip(m.T, c.unbind(-1), strict=True)
    )
    kept: Tensor = reduce(torch.logical_and, each)
    return kept


def soft_cut(m: Tensor, c: Tensor, k: float) -> Tensor:
    """Π sigmoid(k·(m − c)), (…, n): the weights, 0 to 1, of the events.

    The product is over the observables. The weights rise in m and fall in
    c. Neither they nor their gradients are NaN, however large k·(m − c) is.
    Only a NaN in m or c gives a NaN, since their values are not checked.
    """
    _args.floating("m", m)
    _samples.shapes("c", c, m)
    k = _args.positive("k", k)
    if m.ndim == 1:
        return torch.sigmoid(k * (m - c[..., None]))
    return torch.sigmoid(k * (m - c[..., None, :])).prod(-1)


def count(m: Tensor, c: Tensor) -> Tensor:
    """Σ over events of `cut`, (…,), int64; scan.scan is for many cuts."""
    return cut(m, c).sum(-1)


def soft_count(m: Tensor, c: Tensor, k: float) -> Tensor:
    """Σ over events of `soft_cut`, (…,).

    For one observable, −∂/∂c is a density in events per GeV, smoothed over
    about 1/k.

    Raises:
        ValueError: The sample is empty or not finite.
    """
    _samples.masses("m", m)
    return soft_cut(m, c, k).sum(-1)


def soft_histogram(m: Tensor, edges: Tensor, k: float) -> Tensor:
    """Σᵢ [sigmoid(k·(mᵢ − eⱼ)) − sigmoid(k·(mᵢ − eⱼ₊₁))], (bins,).

    This is the average histogram of masses, (n,), with logistic noise of
    scale 1/k. Masses that the noise carries beyond the outermost edges are
    lost. It tends to the histogram as k → ∞. Bins far from all masses are
    right to rounding, too, and so are their logarithms.

    Raises:
        ValueError: The edges do not rise, or the sample is empty or not
            finite.

    Source:
        N. Simpson, L. Heinrich, neos: End-to-end-optimised summary
        statistics for high energy physics, J. Phys. Conf. Ser. 2438 (2023)
        012105, with another kernel.
    """
    _args.shapes(m=(m, "n, one observable"), edges=(edges, "edges"))
    if len(edges) < 2 or not _args.holds(edges.diff() > 0):
        got = _args.described(edges)
        raise _args.wrong("edges", got, "(bins + 1,), rising")
    _samples.masses("m", m)
    k = _args.positive("k", k)
    return between(m, edges, k).sum(0)


def between(x: Tensor, edges: Tensor, k: float) -> Tensor:
    """P(eⱼ ≤ x + ε < eⱼ₊₁), (…, bins), for x, (…,), and rising edges.

    The sigmoids themselves lose the digits of a small probability when they
    are subtracted. Their difference is also a product, with a and b for
    k·(x − e) at the lower and the upper edge:
        sigmoid(a) − sigmoid(b) = sigmoid(a)·sigmoid(−b)·(1 − e^(b − a))
    """
    above = torch.sigmoid(k * (x[..., None] - edges[:-1]))
    below = torch.sigmoid(k * (edges[1:] - x[..., None]))
    return above * below * -torch.expm1(-k * edges.diff())
