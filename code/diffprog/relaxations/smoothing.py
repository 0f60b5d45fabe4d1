"""What "smoothed" means is a choice:
three objectives behind one hard count, each exact.

Symbols, shapes, units. One observable.
    m   (n,)     GeV     masses, of signal and of background
    c   (…,)     GeV     a cut
    k   a number 1/GeV   steepness
    ε            GeV     logistic noise of scale 1/k: P(ε ≤ x) = σ(k·x), and
                         density k·σ·(1 − σ)
    Z                    objective of two counts, s and b

With noise the counts are random: s = Σ [m ≥ c + ε]. Their means are the
soft counts, whether all events share one ε (the cut trembles), or each has
its own (the masses do). But Z is not linear, so these three differ, and so
do their slopes and where they are largest:
    from_mean_counts   Z(E[s], E[b])   what a fit with soft cuts climbs
    mean_over_cuts     E[Z(s, b)]      one ε for all events
    mean_over_events   E[Z(s, b)]      one ε for each event
All tend to Z of the hard counts as k → ∞. Autograd gives their slopes
exactly, up to rounding.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from diffprog import _checks, _samples
from diffprog.relaxations.cuts import soft_count
from diffprog.relaxations.scan import scan
from diffprog.relaxations.significance import significance

__all__ = ["from_mean_counts", "mean_over_cuts", "mean_over_events"]

Objective = Callable[[Tensor, Tensor], Tensor]


def from_mean_counts(
    signal: Tensor,
    background: Tensor,
    c: Tensor,
    k: float,
    objective: Objective = significance,
) -> Tensor:
    """Z(E[s], E[b]), (…,): the objective of the soft counts.

    Also for several observables, with c of shape (…, d). ValueError as in
    `soft_count`, and for samples that are not of the same observables.
    """
    _samples.both(signal, background)
    return objective(soft_count(signal, c, k), soft_count(background, c, k))


def mean_over_cuts(
    signal: Tensor,
    background: Tensor,
    c: Tensor,
    k: float,
    objective: Objective = significance,
) -> Tensor:
    """E[Z(s(c + ε), b(c + ε))], (…,):
    the steps of the hard objective, smoothed.

    Between two neighbouring masses Z is constant. So this is the sum of its
    values, each times the probability that c + ε lies there. ValueError as
    in `from_mean_counts`, for cuts that are NaN, and for several
    observables.
    """
    k = _check(signal, background, c, k)
    m = torch.cat([signal, background]).detach().sort().values
    z = objective(
        scan(signal, m).to(m.dtype), scan(background, m).to(m.dtype)
    )
    below = torch.sigmoid(k * (m - c[..., None]))  # P(c + ε ≤ m)
    p = below.diff(prepend=torch.zeros_like(below[..., :1]))
    nothing = m.new_zeros(())
    # Above all masses nothing is left.
    rest = (1 - below[..., -1]) * objective(nothing, nothing)
    return (p * z).sum(-1) + rest


def mean_over_events(
    signal: Tensor,
    background: Tensor,
    c: Tensor,
    k: float,
    objective: Objective = significance,
) -> Tensor:
    """E[Z(s, b)] with noise of its own for each event, ():
    Σᵢⱼ P(s = i)·P(b = j)·Z(i, j).

    c is one cut, shape (). Takes memory as the square of the number of
    events within some 30/k of the cut: for samples of a thousand, or for
    sharp cuts. ValueError as in `mean_over_cuts`, and for several cuts.
    """
    k = _check(signal, background, c, k)
    if c.ndim:
        raise _checks.wrong(
            "c", f"shape {tuple(c.shape)}", "one cut, shape ()"
        )
    first_s, p_s = _distribution(torch.sigmoid(k * (signal - c)))
    first_b, p_b = _distribution(torch.sigmoid(k * (background - c)))
    s = first_s + torch.arange(len(p_s), dtype=p_s.dtype)
    b = first_b + torch.arange(len(p_b), dtype=p_b.dtype)
    return (p_s @ objective(s[:, None], b) @ p_b).to(c.dtype)


def _distribution(p: Tensor) -> tuple[int, Tensor]:
    """Return the least possible number of events kept,
    and P(that many), P(one more), …

    Each event is kept with its own probability pᵢ. The characteristic
    function of the number is the product of theirs, and a discrete Fourier
    transform takes it back.
    """
    tiny = 1e-12
    sure = int((p >= 1 - tiny).sum())
    p = p[(p > tiny) & (p < 1 - tiny)].to(torch.float64)
    n = len(p) + 1
    ω = torch.exp(-2j * torch.pi * torch.arange(n, dtype=torch.float64) / n)
    return sure, torch.fft.ifft((1 + p * (ω[:, None] - 1)).prod(-1)).real


def _check(
    signal: Tensor, background: Tensor, c: Tensor, k: float
) -> float:
    """Return k, as a float."""
    _samples.both(signal, background)
    if signal.ndim != 1:
        raise _checks.wrong(
            "signal", f"shape {tuple(signal.shape)}", "(n,), one observable"
        )
    _samples.cuts("c", c, signal)
    return _checks.positive("k", k)
