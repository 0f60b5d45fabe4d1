"""Slopes from random draws, or from a trick:
for each, the objective whose gradient it estimates.

Symbols, shapes, units. One observable, one cut.
    c   ()               GeV     the cut
    k   a number         1/GeV   steepness: ε is logistic noise of scale 1/k
    ε   (draws,)         GeV     noise shared by all events of a draw,
                                 `noise`
    f                            an objective as a function of cuts,
                                 (draws,) to (draws,)
    p   (n,)                     σ(k·(m − c)): the probability that an event
                                 is kept
    τ   a number                 temperature of the Gumbel-softmax

    estimator                of the derivative of        bias  needs a slope
    score_function           E[f(c + ε)]                 none  no
    score_function_events    E[Z(s, b)], an ε each event none  no
    reparameterised          E[f(c + ε)]                 none  of f
    gumbel_softmax_count     E[Z(s̃, b̃)], relaxed counts  none  of Z
    straight_through_count   no continuous objective     –     of Z
The first three return one estimate for each draw, so that the spread is
seen beside the mean; the last two return counts, for an objective to be
made of, and differentiated.

Source: S. Mohamed, M. Rosca, M. Figurnov, A. Mnih, Monte Carlo gradient
estimation in machine learning, J. Mach. Learn. Res. 21 (2020) 132.
"""

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from diffprog import _checks, _samples
from diffprog.relaxations.cuts import count, soft_count
from diffprog.relaxations.significance import significance

__all__ = [
    "gumbel_softmax_count",
    "noise",
    "reparameterised",
    "score_function",
    "score_function_events",
    "straight_through_count",
]


def noise(draws: int, k: float, seed: int | Generator) -> Tensor:
    """ε = ln(u/(1 − u))/k, (draws,), in GeV:
    logistic, since P(ε ≤ x) = σ(k·x).

    ValueError for draws < 1 or k ≤ 0.
    """
    _checks.count("draws", draws)
    k = _checks.positive("k", k)
    return _logistic(draws, seed=seed).to(torch.get_default_dtype()) / k


def score_function(
    f: Callable[[Tensor], Tensor],
    c: Tensor,
    k: float,
    eps: Tensor,
    *,
    baseline: bool = True,
) -> Tensor:
    """(f(c + ε) − B)·∂ ln p(c + ε)/∂c, (draws,):
    unbiased for the derivative of E[f(c + ε)].

    f may be hard: it is only evaluated. The density p of c + ε is logistic,
    and its score is k·tanh(k·ε/2). The baseline B of a draw is the mean of
    f over the other draws: independent of this draw, so it adds no bias,
    and near f, so it takes away most of the spread. ValueError for k ≤ 0,
    fewer than 2 draws with a baseline, and shapes that do not match.

    Source: R. J. Williams, Simple statistical gradient-following algorithms
    for connectionist reinforcement learning, Machine Learning 8 (1992) 229.
    """
    _check_draws(c, eps)
    k = _checks.positive("k", k)
    with torch.no_grad():
        value = f(c + eps)
        _check_values(value, eps)
        return (
            (value - _others(value, baseline)) * k * torch.tanh(k * eps / 2)
        )


def score_function_events(
    signal: Tensor,
    background: Tensor,
    c: Tensor,
    k: float,
    draws: int,
    seed: int | Generator,
    *,
    objective: Callable[[Tensor, Tensor], Tensor] = significance,
    baseline: bool = True,
) -> Tensor:
    """(Z(s, b) − B)·∂ ln P(kept)/∂c, (draws,):
    unbiased for the derivative of E[Z(s, b)].

    Here each event has noise of its own, and is kept with probability p:
    kept is 0 or 1, and the score of all events together −k·Σ(kept − p). Its
    variance, k²·Σ p·(1 − p), grows with the events near the cut: nothing to
    use without a baseline. Takes draws·n numbers of memory.
    smoothing.mean_over_events is the objective. ValueError as there, and
    for draws < 1, or < 2 with a baseline.
    """
    _samples.both(signal, background)
    k = _check_cut(c, signal, k)
    _checks.count("draws", draws)
    g = _samples.generator(seed)
    with torch.no_grad():
        kept, score = [], torch.zeros(draws)
        for m in (signal, background):
            p = torch.sigmoid(k * (m - c))
            keep = (
                torch.rand(draws, len(m), generator=g, dtype=p.dtype) < p
            ).to(p.dtype)
            kept.append(keep.sum(-1))
            score = score - k * (keep - p).sum(-1)
        value = objective(*kept)
        return (value - _others(value, baseline)) * score


def reparameterised(
    f: Callable[[Tensor], Tensor], c: Tensor, eps: Tensor
) -> Tensor:
    """∂f(c + ε)/∂c, (draws,): unbiased for the
    derivative of E[f(c + ε)], where f is continuous.

    The noise does not depend on c, so the derivative goes through the mean,
    and through f. On a hard objective it sees steps of slope zero and
    misses the jumps between them: zero, and wrong. ValueError where f has
    no slope at all, and for shapes that do not match.
    """
    _check_draws(c, eps)
    with torch.enable_grad():
        x = (c.detach() + eps).requires_grad_()
        value = f(x)
        _check_values(value, eps)
        if not value.requires_grad:
            raise _checks.wrong(
                "f", "values without a slope: hard counts", "soft ones"
            )
        slope: Tensor = torch.autograd.grad(value.sum(), x)[0]
    return slope


def gumbel_softmax_count(
    m: Tensor,
    c: Tensor,
    k: float,
    tau: float,
    draws: int,
    seed: int | Generator,
) -> Tensor:
    """Σ over events of σ((k·(m − c) + ℓ)/τ),
    (draws,), ℓ standard logistic noise for each event.

    Two Gumbel noises differ by a logistic one, so this is their softmax for
    "kept" and "not kept". Its gradient in c is that of the mean of what is
    made of these relaxed counts, not of hard ones: they become the hard
    counts with noise for each event as τ → 0, and then the spread of the
    gradient grows without bound. Takes draws·n numbers of memory.
    ValueError for a sample that is empty or not finite, several observables
    or cuts, a cut that is NaN, k ≤ 0, τ ≤ 0 and draws < 1.

    Source: E. Jang, S. Gu, B. Poole; C. J. Maddison, A. Mnih, Y. W. Teh;
    both ICLR 2017.
    """
    _samples.masses("m", m)
    k = _check_cut(c, m, k)
    _checks.count("draws", draws)
    tau = _checks.positive("tau", tau)
    ell = _logistic(draws, len(m), seed=seed).to(m.dtype)
    return torch.sigmoid((k * (m - c) + ell) / tau).sum(-1)


def straight_through_count(m: Tensor, c: Tensor, k: float) -> Tensor:
    """`count` in value, `soft_count` in slope, (…,):
    the forward pass is hard, the backward soft.

    Of an objective of these counts it gives the gradient of no continuous
    one: with two cuts, the gradients around a closed path do not add up to
    zero, as those of any such function do. It points about the right way
    where k is small enough for a slope, and large enough to be near. For
    one count alone it is the gradient of `soft_count`. ValueError as in
    `count` and `soft_count`.

    Source: Y. Bengio, N. Léonard, A. Courville, Estimating or propagating
    gradients through stochastic neurons for conditional computation,
    arXiv:1308.3432 (2013).
    """
    soft = soft_count(m, c, k)
    return count(m, c) + (soft - soft.detach())


def _others(value: Tensor, baseline: bool) -> Tensor:
    """Return the mean of the other draws, for each; or zero."""
    if not baseline:
        return torch.zeros_like(value)
    if len(value) < 2:
        raise _checks.wrong(
            "draws", len(value), "2 or more, for a baseline from the others"
        )
    return (value.sum() - value) / (len(value) - 1)


def _logistic(*shape: int, seed: int | Generator) -> Tensor:
    """Return standard logistic noise, from uniform
    numbers in float64: in float32 some are 0."""
    g = _samples.generator(seed)
    p = torch.rand(shape, generator=g, dtype=torch.float64)
    return p.logit(eps=1e-16)


def _check_draws(c: Tensor, eps: Tensor) -> None:
    _checks.floating("c", c)
    _checks.floating("eps", eps)
    if c.ndim:
        raise _checks.wrong(
            "c", f"shape {tuple(c.shape)}", "one cut, shape ()"
        )
    if eps.ndim != 1 or not len(eps):
        raise _checks.wrong("eps", f"shape {tuple(eps.shape)}", "(draws,)")


def _check_values(value: Tensor, eps: Tensor) -> None:
    if not isinstance(value, Tensor) or value.shape != eps.shape:
        raise _checks.wrong(
            "f",
            _checks.described(value),
            f"one value a draw, {tuple(eps.shape)}",
        )


def _check_cut(c: Tensor, m: Tensor, k: float) -> float:
    """Return k, as a float;
    raise ValueError unless c is one cut for masses (n,)."""
    _checks.floating("c", c)
    if m.ndim != 1 or c.ndim:
        got = (
            f"shape {tuple(c.shape)} with masses of shape {tuple(m.shape)}"
        )
        raise _checks.wrong("c", got, "one cut, shape (), with masses (n,)")
    _samples.cuts("c", c, m)
    return _checks.positive("k", k)
