"""A binned likelihood with nuisance parameters.

Symbols, shapes. B bins, K nuisance parameters; … stands for any batch of
experiments.
    n         (…, B)   counts, observed
    y         (…, K)   measurements of the nuisances elsewhere, each with
                       error 1: y ~ N(ν, 1)
    μ         (…,)     strength of the signal, 1 as predicted
    ν         (…, K)   nuisance parameters, in units of their errors
    s, b      (B,)     signal and background as predicted, in events
    up, down  (K, B)   the background with one nuisance moved by ±1
    r         (…, B)   expected counts, μ·s + b + Σ over i of Δbᵢ(νᵢ)
Δbᵢ is 0, up − b and down − b at νᵢ = 0, 1 and −1. It is a straight line
beyond ±1, and between them a polynomial that joins with its first two
derivatives: code 4p of pyhf.

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


def expected(t: Templates, mu: Tensor, nu: Tensor) -> Tensor:
    """r = μ·s + b + Σ Δbᵢ(νᵢ), (…, B)."""
    _check(t)
    _args.shapes(
        nu=(nu, f"… {t.nuisances}, one for each template"),
        mu=(mu, "…"),
    )
    ν = nu[..., None]
    above, below = t.up - t.background, t.background - t.down
    half = (above + below) / 2
    bend = (above - below) / 16
    inside = ν * (half + ν * bend * (15 - ν**2 * (10 - 3 * ν**2)))
    outside = torch.where(ν > 0, ν * above, ν * below)
    Δb = torch.where(ν.abs() < 1, inside, outside)
    return mu[..., None] * t.signal + t.background + Δb.sum(-2)


def nll(
    t: Templates, mu: Tensor, nu: Tensor, n: Tensor, y: Tensor
) -> Tensor:
    """−ln L(μ, ν), (…,), of Poisson counts n and Gaussian y.

    −ln L = Σ (r − n·ln r + ln n!) + Σ ((y − ν)² + ln 2π)/2

    n may be fractions, as Asimov data are: n! is Γ(n + 1). Where a bin
    expects no count, or less, it is infinite.
    """
    _data(t, n, y)
    r = expected(t, mu, nu)
    possible = r > 0
    safe = torch.where(possible, r, 1.0)  # a NaN would reach the gradient
    poisson = r - torch.xlogy(n, safe) + torch.lgamma(n + 1)
    gauss = ((y - nu) ** 2 + math.log(2 * math.pi)) / 2
    return torch.where(possible, poisson, math.inf).sum(-1) + gauss.sum(-1)


def asimov(
    t: Templates, mu: float = 1.0, nu: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """n = r(μ, ν) and y = ν: data in which nothing fluctuates."""
    where = t.signal.new_tensor(mu)
    at = t.signal.new_zeros(t.nuisances) if nu is None else nu
    return expected(t, where, at), at


def toys(
    t: Templates,
    experiments: int,
    seed: int | torch.Generator,
    mu: float = 1.0,
) -> tuple[Tensor, Tensor]:
    """Draw n ~ Poisson(r(μ, 0)) and y ~ N(0, 1), of many experiments."""
    _args.count("experiments", experiments)
    g = _samples.generator(seed)
    r, at = asimov(t, mu)
    # float64 on the CPU: a seed gives the same numbers everywhere.
    mean = r.detach().cpu().double().expand(experiments, -1)
    n = torch.poisson(mean, generator=g)
    y = torch.randn(experiments, len(at), generator=g, dtype=mean.dtype)
    return n.to(r), y.to(r)


def information(
    t: Templates, mu: Tensor | float = 1.0, nu: Tensor | None = None
) -> Tensor:
    """F = Jᵀ·diag(1/r)·J + diag(0, 1, …, 1), (K + 1, K + 1), μ first.

    This is the Fisher information, with J = ∂r/∂(μ, ν). The diagonal of
    ones is the information of y about ν. F is also the Hessian of −ln L
    for Asimov data, and has a gradient with respect to the templates. A
    bin that is empty in all templates has no part in it.
    """
    at = t.signal.new_zeros(t.nuisances) if nu is None else nu
    theta = torch.cat([t.signal.new_tensor([float(mu)]), at])
    r = expected(t, theta[0], theta[1:])
    J = torch.func.jacfwd(lambda x: expected(t, x[0], x[1:]))(theta)
    r = torch.where((r == 0) & (J == 0).all(-1), 1.0, r)
    _args.positives("the expected counts", r)
    of_y = torch.ones_like(theta)
    of_y[0] = 0
    F: Tensor = J.T @ (J / r[:, None]) + torch.diag(of_y)
    return F


def sigma_mu(t: Templates, mu: Tensor | float = 1.0) -> Tensor:
    """σ(μ) = √(F⁻¹)₀₀, (): the expected error of μ, all ν fitted, too."""
    _args.precise("signal", t.signal)
    C: Tensor = torch.linalg.inv(information(t, mu))
    return C[0, 0].sqrt()


def fit(t: Templates, n: Tensor, y: Tensor) -> Minimum:
    """Return the θ = (μ, ν) of the largest likelihood, (…, K + 1).

    The inverse of its Hessian is the covariance of θ. The fit starts from
    μ = 1 and ν = 0.
    """
    _counts(t, n, y)
    one = torch.ones_like(y[..., :1])
    start = torch.cat([one, torch.zeros_like(y)], -1)
    return newton(
        lambda theta, n, y: nll(t, theta[0], theta[1:], n, y), start, n, y
    )


def profile(t: Templates, mu: Tensor, n: Tensor, y: Tensor) -> Minimum:
    """Return the ν of the largest likelihood with μ held, (…, K).

    Args:
        mu: One strength, or one for each experiment, (…,).
    """
    _counts(t, n, y)
    _args.broadcast(n=n[..., 0], mu=mu)
    mu = mu.expand(n.shape[:-1])
    return newton(
        lambda nu, mu, n, y: nll(t, mu, nu, n, y),
        torch.zeros_like(y), mu, n, y,
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


def _data(t: Templates, n: Tensor, y: Tensor) -> None:
    _args.shapes(
        n=(n, f"… {len(t.signal)}, one count for each bin"),
        y=(y, f"… {t.nuisances}, one for each nuisance"),
    )


def _counts(t: Templates, n: Tensor, y: Tensor) -> None:
    _check(t)
    _data(t, n, y)
    if not _args.holds(n >= 0):
        raise _args.wrong("n", "counts below zero or NaN", "0 or more")
