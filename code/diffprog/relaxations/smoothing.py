"""Three ways to smooth an objective of hard counts, each exact.

Symbols, shapes, units. One observable.
    m   (n,)     GeV     masses, of signal and of background
    c   (…,)     GeV     a cut
    k   a number 1/GeV   steepness
    ε            GeV     logistic noise of scale 1/k: P(ε ≤ x) = σ(k·x), and
                         density k·σ·(1 − σ)
    Z                    objective of two counts, s and b

With noise the counts are random: s = Σ [m ≥ c + ε]. Their means are the
soft counts, whether all events share one ε (noise on the cut) or each has
its own (noise on the masses). But Z is not linear, so these three
objectives differ, in their slopes and maxima, too:
    from_mean_counts   Z(E[s], E[b])   what a fit with soft cuts climbs
    mean_over_cuts     E[Z(s, b)]      one ε for all events
    mean_over_events   E[Z(s, b)]      one ε for each event
All tend to Z of the hard counts as k → ∞. Autograd gives their exact
slopes, up to rounding.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from diffprog import _args, _samples
from diffprog.relaxations.cuts import between, soft_count
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

    Several observables are allowed, with c of shape (…, d).
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
    """E[Z(s(c + ε), b(c + ε))], (…,): the hard objective, smoothed.

    Between two neighbouring masses Z is constant. So this is the sum of the
    values of Z, each times the probability that c + ε lies there.
    """
    k = _check(signal, background, c, k)
    m = torch.cat([signal, background]).detach().sort().values
    z = objective(scan(signal, m).to(m), scan(background, m).to(m))
    below_all = torch.sigmoid(k * (m[0] - c)) * z[0]
    nothing = m.new_zeros(())
    above_all = torch.sigmoid(k * (c - m[-1])) * objective(nothing, nothing)
    return below_all + (between(c, m, k) * z[1:]).sum(-1) + above_all


def mean_over_events(
    signal: Tensor,
    background: Tensor,
    c: Tensor,
    k: float,
    objective: Objective = significance,
) -> Tensor:
    """Σᵢⱼ P(s = i)·P(b = j)·Z(i, j), (): E[Z(s, b)] with an ε each event.

    c is one cut, (). The memory grows with the square of the number of
    events within about 30/k of the cut. So this is for samples of about a
    thousand events, or for sharp cuts.
    """
    k = _check(signal, background, c, k)
    _args.shapes(c=(c, ", one cut"))
    s, p_s = _distribution(torch.sigmoid(k * (signal - c)))
    b, p_b = _distribution(torch.sigmoid(k * (background - c)))
    return (p_s @ objective(s[:, None], b) @ p_b).to(c.dtype)


def _distribution(p: Tensor) -> tuple[Tensor, Tensor]:
    """Return the possible numbers of events kept, and their probabilities.

    Event i is kept with probability pᵢ. The characteristic function of the
    number is the product of the events' functions. A discrete Fourier
    transform inverts it.
    """
    tiny = 1e-12
    sure = (p >= 1 - tiny).sum()
    p = p[(p > tiny) & (p < 1 - tiny)].to(torch.float64)
    more = torch.arange(len(p) + 1, dtype=p.dtype, device=p.device)
    ω = torch.exp(-2j * torch.pi * more / len(more))
    each = torch.fft.ifft((1 + p * (ω[:, None] - 1)).prod(-1)).real
    return sure + more, each


def _check(
    signal: Tensor, background: Tensor, c: Tensor, k: float
) -> float:
    """Return k as a float; raise ValueError unless all are 1-D."""
    _samples.both(signal, background)
    _args.shapes(signal=(signal, "n, one observable"))
    _samples.cuts("c", c, signal)
    return _args.positive("k", k)
