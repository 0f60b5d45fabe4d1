"""A binned likelihood with nuisance parameters.

Symbols, shapes. B bins, K nuisance parameters; … stands for any batch of
experiments.
    n         (…, B)   counts, observed
    a         (…, K)   measurements of the nuisances elsewhere, each with
                       error 1: a ~ N(α, 1)
    μ         (…,)     strength of the signal, 1 as predicted
    α         (…, K)   nuisance parameters, in units of their errors
    s, b      (B,)     signal and background as predicted, in events
    up, down  (K, B)   the background with one nuisance moved by ±1
    r         (…, B)   expected counts, μ·s + b + Σ over k of Δₖ(αₖ)
Δₖ is 0, up − b and down − b at αₖ = 0, 1 and −1. It is a straight line
beyond ±1, and between them a polynomial that joins with its first two
derivatives: code 4p of HistFactory.

Source: K. Cranmer et al., HistFactory: A tool for creating statistical
models for use with RooFit and RooStats, CERN-OPEN-2012-016; L. Heinrich,
M. Feickert, G. Stark, K. Cranmer, pyhf: pure-Python implementation of
HistFactory statistical models, JOSS 6 (2021) 2823.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from diffprog import _args, _samples
from diffprog.loops.newton import Minimum, newton

__all__ = [
    "Templates", "asimov", "expected", "fit", "information", "nll",
    "profile", "sigma_mu", "toys",
]  # fmt: skip


class Templates(NamedTuple):
    """The histograms that a model is made of.

    Attributes:
        signal: s, (B,).
        background: b, (B,).
        up, down: (K, B).
    """

    signal: Tensor
    background: Tensor
    up: Tensor
    down: Tensor

    @property
    def nuisances(self) -> int:
        """K."""
        return len(self.up)


def expected(t: Templates, mu: Tensor, alpha: Tensor) -> Tensor:
    """r = μ·s + b + Σ Δₖ(αₖ), (…, B)."""
    _check(t)
    _args.shapes(
        alpha=(alpha, f"… {t.nuisances}, one for each template"),
        mu=(mu, "…"),
    )
    α = alpha[..., None]
    above, below = t.up - t.background, t.background - t.down
    half = (above + below) / 2
    bend = (above - below) / 16
    inside = α * (half + α * bend * (15 - α**2 * (10 - 3 * α**2)))
    outside = torch.where(α > 0, α * above, α * below)
    Δ = torch.where(α.abs() < 1, inside, outside)
    return mu[..., None] * t.signal + t.background + Δ.sum(-2)


def nll(
    t: Templates, mu: Tensor, alpha: Tensor, n: Tensor, a: Tensor
) -> Tensor:
    """−ln L(μ, α), (…,), of Poisson counts n and Gaussian a.

    −ln L = Σ (r − n·ln r + ln n!) + Σ ((a − α)² + ln 2π)/2

    n may be fractions, as Asimov data are: n! is Γ(n + 1). Where a bin
    expects no count, or less, it is infinite.
    """
    _data(t, n, a)
    r = expected(t, mu, alpha)
    possible = r > 0
    safe = torch.where(possible, r, 1.0)  # a NaN would reach the gradient
    poisson = r - torch.xlogy(n, safe) + torch.lgamma(n + 1)
    gauss = ((a - alpha) ** 2 + math.log(2 * math.pi)) / 2
    return torch.where(possible, poisson, math.inf).sum(-1) + gauss.sum(-1)


def asimov(
    t: Templates, mu: float = 1.0, alpha: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """n = r(μ, α) and a = α: data in which nothing fluctuates."""
    where = t.signal.new_tensor(mu)
    at = t.signal.new_zeros(t.nuisances) if alpha is None else alpha
    return expected(t, where, at), at


def toys(
    t: Templates,
    experiments: int,
    seed: int | torch.Generator,
    mu: float = 1.0,
) -> tuple[Tensor, Tensor]:
    """Draw n ~ Poisson(r(μ, 0)) and a ~ N(0, 1), of many experiments."""
    _args.count("experiments", experiments)
    g = _samples.generator(seed)
    r, at = asimov(t, mu)
    # float64 on the CPU: a seed gives the same numbers everywhere.
    mean = r.detach().cpu().double().expand(experiments, -1)
    n = torch.poisson(mean, generator=g)
    a = torch.randn(experiments, len(at), generator=g, dtype=mean.dtype)
    return n.to(r), a.to(r)


def information(
    t: Templates, mu: Tensor | float = 1.0, alpha: Tensor | None = None
) -> Tensor:
    """F = JᵀR⁻¹J + P, (K + 1, K + 1), with μ first: the Fisher information.

    J is ∂r/∂(μ, α), R the diagonal matrix of r, and P has a 1 for each
    nuisance, from its measurement elsewhere. F is the Hessian of −ln L of
    Asimov data, averaged over no toys at all, and has a gradient by the
    templates.
    """
    at = t.signal.new_zeros(t.nuisances) if alpha is None else alpha
    theta = torch.cat([t.signal.new_tensor([float(mu)]), at])
    r = expected(t, theta[0], theta[1:])
    _args.positives("the expected counts", r)
    j = torch.func.jacfwd(lambda x: expected(t, x[0], x[1:]))(theta)
    prior = torch.ones_like(theta)
    prior[0] = 0
    f: Tensor = j.T @ (j / r[:, None]) + torch.diag(prior)
    return f


def sigma_mu(t: Templates, mu: Tensor | float = 1.0) -> Tensor:
    """σ(μ) = √(F⁻¹)₀₀, (): the expected error of μ, with all nuisances."""
    _args.precise("signal", t.signal)
    sigma: Tensor = torch.linalg.inv(information(t, mu))[0, 0].sqrt()
    return sigma


def fit(t: Templates, n: Tensor, a: Tensor) -> Minimum:
    """Return the θ = (μ, α) of the largest likelihood, (…, K + 1).

    The inverse of its Hessian is the covariance of θ. It starts from μ = 1
    and α = 0.
    """
    _counts(t, n, a)
    one = torch.ones_like(a[..., :1])
    start = torch.cat([one, torch.zeros_like(a)], -1)
    return newton(
        lambda theta, n, a: nll(t, theta[0], theta[1:], n, a), start, n, a
    )


def profile(t: Templates, mu: Tensor, n: Tensor, a: Tensor) -> Minimum:
    """Return the α of the largest likelihood with μ held, (…, K).

    Args:
        mu: One strength, or one for each experiment, (…,).
    """
    _counts(t, n, a)
    _args.broadcast(n=n[..., 0], mu=mu)
    mu = mu.expand(n.shape[:-1])
    return newton(
        lambda alpha, mu, n, a: nll(t, mu, alpha, n, a),
        torch.zeros_like(a), mu, n, a,
    )  # fmt: skip


def _check(t: Templates) -> None:
    for name, x in t._asdict().items():
        _args.not_empty(name, x)
    _args.shapes(
        signal=(t.signal, "B"),
        background=(t.background, "B"),
        up=(t.up, "K B"),
        down=(t.down, "K B"),
    )


def _data(t: Templates, n: Tensor, a: Tensor) -> None:
    _args.shapes(
        n=(n, f"… {len(t.signal)}, one count for each bin"),
        a=(a, f"… {t.nuisances}, one for each nuisance"),
    )


def _counts(t: Templates, n: Tensor, a: Tensor) -> None:
    _check(t)
    _data(t, n, a)
    if not _args.holds(n >= 0):
        raise _args.wrong("n", "counts below zero or NaN", "0 or more")
