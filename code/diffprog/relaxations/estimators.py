"""Estimates of slopes, from random draws or by relaxed counts.

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
    score_function_normal    E[f(c + ε)], normal ε       none  no
    score_function_events    E[Z(s, b)], an ε each event none  no
    reparameterised          E[f(c + ε)]                 none  of f
    gumbel_softmax_count     E[Z(s̃, b̃)], relaxed counts  none  of Z
    straight_through_count   no continuous objective     –     of Z
The first four return an estimate for each draw, so that the spread shows
beside the mean. The last two return counts: make an objective of them, and
differentiate it. Random numbers are drawn on the CPU, so that a seed gives
the same numbers on each device.

Source: S. Mohamed, M. Rosca, M. Figurnov, A. Mnih, Monte Carlo gradient
estimation in machine learning, J. Mach. Learn. Res. 21 (2020) 132.
"""

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from diffprog import _args, _samples
from diffprog.relaxations.cuts import count, soft_count
from diffprog.relaxations.significance import significance

__all__ = [
    "gumbel_softmax_count", "noise", "reparameterised", "score_function",
    "score_function_events", "score_function_normal",
    "straight_through_count",
]  # fmt: skip


def noise(
    draws: int,
    k: float,
    seed: int | Generator,
    *,
    dtype: torch.dtype | None = None,
    device: torch.device | str | None = None,
) -> Tensor:
    """ε = ln(u/(1 − u))/k, (draws,), in GeV: logistic, P(ε ≤ x) = σ(k·x).

    dtype and device are those of torch.zeros.
    """
    _args.count("draws", draws)
    k = _args.positive("k", k)
    dtype = dtype or torch.get_default_dtype()
    return _logistic(draws, seed=seed).to(device, dtype) / k


def score_function(
    f: Callable[[Tensor], Tensor],
    c: Tensor,
    k: float,
    eps: Tensor,
    *,
    baseline: bool = True,
) -> Tensor:
    """(f(c + ε) − B)·∂ ln p(c + ε)/∂c, (draws,).

    This is unbiased for the derivative of E[f(c + ε)]. f is only evaluated,
    so it may be hard. The density p of c + ε is logistic, and its score is
    k·tanh(k·ε/2). The baseline B of a draw is the mean of f over the other
    draws. It is independent of this draw, so it adds no bias, and near f,
    so it removes most of the spread.

    Raises:
        ValueError: There are fewer than 2 draws with a baseline.

    Source:
        R. J. Williams, Simple statistical gradient-following algorithms for
        connectionist reinforcement learning, Machine Learning 8 (1992) 229.
    """
    _check_draws(c, eps)
    k = _args.positive("k", k)
    c, eps = c.detach(), eps.detach()
    with torch.no_grad():
        value = f(c + eps)
        _check_values(value, eps)
        b = _others(value, baseline)
        return (value - b) * k * torch.tanh(k * eps / 2)


def score_function_normal(
    f: Callable[[Tensor], Tensor], c: Tensor, sigma: float, eps: Tensor
) -> Tensor:
    """(f(c + ε) − B)·ε/sigma², (draws,), for normal noise ε.

    This is unbiased for the derivative of E[f(c + ε)], as `score_function`
    is, with the same baseline B. Only the noise differs: it is normal, of
    standard deviation `sigma`, in the unit of c.

    Raises:
        ValueError: There are fewer than 2 draws.
    """
    _check_draws(c, eps)
    sigma = _args.positive("sigma", sigma)
    c, eps = c.detach(), eps.detach()
    with torch.no_grad():
        value = f(c + eps)
        _check_values(value, eps)
        return (value - _others(value, True)) * eps / sigma**2


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
    """(Z(s, b) − B)·∂ ln P(kept)/∂c, (draws,).

    This is unbiased for the derivative of E[Z(s, b)], the objective
    smoothing.mean_over_events, where each event has its own noise. An event
    is kept (1) with probability p, else not (0), and the score of all
    events is −k·Σ(kept − p). Its variance, k²·Σ p·(1 − p), grows with the
    events near the cut, so use a baseline. It takes memory for draws·n
    numbers.

    Raises:
        ValueError: There are fewer than 2 draws with a baseline.
    """
    _samples.both(signal, background)
    k = _check_cut(c, k, signal=signal)
    _args.count("draws", draws)
    g = _samples.generator(seed)
    with torch.no_grad():
        kept, score = [], signal.new_zeros(draws)
        for m in (signal, background):
            p = torch.sigmoid(k * (m - c).detach())
            u = torch.rand(draws, len(m), generator=g, dtype=p.dtype)
            keep = (u.to(p.device) < p).to(p.dtype)
            kept.append(keep.sum(-1))
            score = score - k * (keep - p).sum(-1)
        value = objective(*kept)
        return (value - _others(value, baseline)) * score


def reparameterised(
    f: Callable[[Tensor], Tensor], c: Tensor, eps: Tensor
) -> Tensor:
    """∂f(c + ε)/∂c, (draws,).

    This is unbiased for the derivative of E[f(c + ε)] if f is continuous:
    the noise does not depend on c, so the derivative may be taken inside
    the mean. For a hard f it is wrong: the slope is zero between the jumps,
    and the jumps are missed.

    Raises:
        ValueError: f has no slope at all.
    """
    _check_draws(c, eps)

    def total(x: Tensor) -> Tensor:
        value = f(x)
        _check_values(value, eps)
        if not value.requires_grad:
            why = "hard counts have no slope, so make f of soft counts"
            raise _args.refused("f", why)
        return value.sum()

    slope: Tensor = torch.func.grad(total)((c + eps).detach())
    return slope.detach()


def gumbel_softmax_count(
    m: Tensor,
    c: Tensor,
    k: float,
    tau: float,
    draws: int,
    seed: int | Generator,
) -> Tensor:
    """Σ over events of σ((k·(m − c) + ℓ)/τ), (draws,).

    ℓ is standard logistic noise for each event. It is the difference of two
    Gumbel noises, so σ is the softmax of "kept" and "not kept". An
    objective of these relaxed counts has an unbiased gradient in c, but of
    its own mean, not of the mean with hard counts. As τ → 0 the counts
    become hard, and the spread of the gradient grows without bound. It
    takes memory for draws·n numbers.

    Source:
        E. Jang, S. Gu, B. Poole; C. J. Maddison, A. Mnih, Y. W. Teh; both
        ICLR 2017.
    """
    _samples.masses("m", m)
    k = _check_cut(c, k, m=m)
    _args.count("draws", draws)
    tau = _args.positive("tau", tau)
    ell = _logistic(draws, len(m), seed=seed).to(m)
    return torch.sigmoid((k * (m - c) + ell) / tau).sum(-1)


def straight_through_count(m: Tensor, c: Tensor, k: float) -> Tensor:
    """`count` in the forward pass, `soft_count` in the backward one, (…,).

    For one count this is the gradient of `soft_count`. For an objective of
    these counts it is the gradient of no function: with two cuts, the
    gradients along a closed path do not add up to zero. Its direction is
    about right if k is small enough for a slope and large enough for soft
    counts near the hard ones.

    Source:
        Y. Bengio, N. Léonard, A. Courville, Estimating or propagating
        gradients through stochastic neurons for conditional computation,
        arXiv:1308.3432 (2013).
    """
    soft = soft_count(m, c, k)
    return count(m, c) + (soft - soft.detach())


def _others(value: Tensor, baseline: bool) -> Tensor:
    """Return for each draw the mean of the others, or 0 for no baseline."""
    if not baseline:
        return torch.zeros_like(value)
    if len(value) < 2:
        want = "2 or more, for a baseline from the others"
        raise _args.wrong("draws", len(value), want)
    return (value.sum() - value) / (len(value) - 1)


def _logistic(*shape: int, seed: int | Generator) -> Tensor:
    """Return standard logistic noise, float64."""
    # In float32, some uniform numbers are 0.
    g = _samples.generator(seed)
    p = torch.rand(shape, generator=g, dtype=torch.float64)
    return p.logit(eps=1e-16)


def _check_draws(c: Tensor, eps: Tensor) -> None:
    _args.shapes(c=(c, ", one cut"), eps=(eps, "draws"))
    _args.precise("c", c)


def _check_values(value: Tensor, eps: Tensor) -> None:
    if not isinstance(value, Tensor) or value.shape != eps.shape:
        want = f"one value a draw, {tuple(eps.shape)}"
        raise _args.wrong("f", _args.described(value), want)


def _check_cut(c: Tensor, k: float, **masses: Tensor) -> float:
    """Return k as a float; raise ValueError unless c is one cut for m."""
    ((name, m),) = masses.items()
    _args.shapes(c=(c, ", one cut"), **{name: (m, "n, one observable")})
    _samples.cuts("c", c, m)
    return _args.positive("k", k)
