"""Cuts and counts, hard, and relaxed so that they have a slope.

Symbols, shapes, units. n events, d observables of each; … stands for any
batch of cuts.
    m   (n,), or (n, d)     GeV      masses
    c   (…,), or (…, d)     GeV      cuts, from below
    k   a number            1/GeV    steepness: the soft edge is some 1/k
                                     wide
    σ                                the sigmoid, σ(x) = 1/(1 + e⁻ˣ)
    e   (bins + 1,)         GeV      edges of a histogram

What is soft has the limit k → ∞: an event off each cut gets what is hard,
one exactly on a cut half of it. σ(k·(m − c)) is the probability of
m + ε ≥ c, where ε is logistic noise of scale 1/k; so a soft count is the
count of masses with such noise, on average.
"""

from functools import reduce

import torch
from torch import Tensor

from diffprog import _checks, _samples

__all__ = ["count", "cut", "soft_count", "soft_cut", "soft_histogram"]


def cut(m: Tensor, c: Tensor) -> Tensor:
    """m ≥ c, in each observable: which events are kept,
    as booleans, (…, n). No slope, no graph.

    ValueError for an empty sample, masses or cuts that are NaN, and shapes
    that do not match.
    """
    _samples.masses("m", m)
    _samples.cuts("c", c, m)
    if m.ndim == 1:
        return m >= c[..., None]
    # One observable after the other: all() along a short axis takes several
    # times as long.
    each = (
        x >= y[..., None] for x, y in zip(m.T, c.unbind(-1), strict=True)
    )
    kept: Tensor = reduce(torch.logical_and, each)
    return kept


def soft_cut(m: Tensor, c: Tensor, k: float) -> Tensor:
    """σ(k·(m − c)), and the product over the observables:
    how far events are kept, (…, n).

    Values in [0, 1], rising in m, and falling in c. Neither they nor their
    gradients are NaN, however large k·(m − c). ValueError unless k is a
    number above zero, and for shapes that do not match; the values of m and
    c are not looked at: a NaN gives a NaN.
    """
    _checks.floating("m", m)
    _samples.shapes("c", c, m)
    k = _checks.positive("k", k)
    if m.ndim == 1:
        return torch.sigmoid(k * (m - c[..., None]))
    return torch.sigmoid(k * (m - c[..., None, :])).prod(-1)


def count(m: Tensor, c: Tensor) -> Tensor:
    """Σ over events of `cut`, (…,), int64.
    For very many cuts see scan.scan. Errors as in `cut`."""
    return cut(m, c).sum(-1)


def soft_count(m: Tensor, c: Tensor, k: float) -> Tensor:
    """Σ over events of `soft_cut`, (…,).
    For one observable, minus its slope in c is a density:

    the events per GeV at c, smoothed over some 1/k. Errors as in
    `soft_cut`, and ValueError for a sample that is empty or not finite.
    """
    _samples.masses("m", m)
    return soft_cut(m, c, k).sum(-1)


def soft_histogram(m: Tensor, edges: Tensor, k: float) -> Tensor:
    """Σ over events of σ(k·(m − eⱼ)) − σ(k·(m − eⱼ₊₁)),
    for each bin j: (bins,).

    The histogram of masses with logistic noise of scale 1/k, on average:
    its gradient in m is that of this average. What the noise carries beyond
    the outermost edges is lost. Tends to the histogram as k → ∞. ValueError
    for edges that do not rise, and as in `soft_count`.

    Source: N. Simpson, L. Heinrich, neos: End-to-end-optimised summary
    statistics for high energy physics, J. Phys. Conf. Ser. 2438 (2023)
    012105, with another kernel.
    """
    _checks.floating("m", m)
    if m.ndim != 1:
        raise _checks.wrong(
            "m", f"shape {tuple(m.shape)}", "(n,), one observable"
        )
    _checks.floating("edges", edges)
    if edges.ndim != 1 or len(edges) < 2 or not (edges.diff() > 0).all():
        raise _checks.wrong(
            "edges", _checks.described(edges), "(bins + 1,), rising"
        )
    return -soft_count(m, edges, k).diff()
