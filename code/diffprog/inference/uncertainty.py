"""How sure a least-squares fit is:
covariances, and experiments in bulk that test them.

Symbols, shapes. p parameters, flattened; N numbers measured, each with the
same error σ; … stands for any batch of fits, for instance toys (simulated
experiments) along axis 0.
    H  (…, p, p)  the Hessian of the mean squared error over the N numbers
    C  (…, p, p)  the covariance of the fitted parameters
    X  (N, p)     the Jacobian of a linear model, mₙ = Σⱼ Xₙⱼ·θⱼ
    θ, θ̂  (…, p)  the parameters, true and fitted
    χ²            Σ (y − m)²/σ², which is −2 ln(likelihood) up to a constant
    Δχ²           χ² minus the smallest it can be

Source: G. Cowan, Statistical Data Analysis, Oxford University Press 1998,
chapters 7 and 9.
"""

import torch
from torch import Tensor

from diffprog import _checks, _samples

__all__ = [
    "correlation",
    "covariance",
    "coverage",
    "delta_chi2",
    "fitted_sigma",
    "linear_fits",
    "region_content",
    "standard_errors",
    "toys",
]


def covariance(hessian: Tensor, sigma: float | Tensor, n: int) -> Tensor:
    """C = (2σ²/N)·H⁻¹, since the mean squared
    error is (σ²/N)·χ², and C⁻¹ = ½ ∂²χ²/∂θ².

    hessian has shape (…, p, p); sigma is one number above zero, or one for
    each fit of the batch, (…,), in the units of the data; n is N.
    ValueError where a direction has no curvature or curves down: the data
    say nothing about it.
    """
    why = "else the data leave a direction free, or this is no minimum"
    _checks.definite("hessian", hessian, why)
    _checks.count("n", n)
    sigma = torch.as_tensor(sigma, dtype=hessian.dtype)
    _checks.positives("sigma", sigma)
    _checks.broadcast(hessian=hessian.shape[:-2], sigma=sigma.shape)
    c: Tensor = (
        2 * sigma[..., None, None] ** 2 / n * torch.linalg.inv(hessian)
    )
    return c


def standard_errors(covariance: Tensor) -> Tensor:
    """√Cⱼⱼ, (…, p), in the units of the parameters;
    covariance has shape (…, p, p)."""
    _checks.square("covariance", covariance)
    return covariance.diagonal(dim1=-2, dim2=-1).sqrt()


def correlation(covariance: Tensor) -> Tensor:
    """Cᵢⱼ/√(Cᵢᵢ·Cⱼⱼ), (…, p, p), between −1 and 1;
    covariance has shape (…, p, p)."""
    s = standard_errors(covariance)
    return covariance / (s[..., :, None] * s[..., None, :])


def fitted_sigma(residuals: Tensor, parameters: int) -> Tensor:
    """√(Σ r²/(N − p)): σ from the residuals of a fit of p parameters.

    residuals has shape (…, N), in the units of the data; returns (…,). The
    fit follows the noise in p of N directions, hence N − p; parameters=0
    gives the biased value. ValueError for N ≤ p, integers in residuals, and
    residuals of shape ().
    """
    _checks.floating("residuals", residuals)
    if not residuals.ndim:
        raise _checks.wrong("residuals", "shape ()", "(…, N)")
    if parameters != 0:
        _checks.count("parameters", parameters)
    free = residuals.shape[-1] - parameters
    if free < 1:
        raise _checks.wrong(
            "parameters",
            parameters,
            f"fewer than the {residuals.shape[-1]} data",
        )
    return ((residuals**2).sum(-1) / free).sqrt()


def toys(
    model: Tensor, sigma: float, n: int, seed: int | torch.Generator
) -> Tensor:
    """y = m + σ·ε, n times, ε normal and independent:
    n simulated measurements.

    model is what is measured on average, of any shape; returns (n, *shape),
    in the same units. ValueError for integers, σ ≤ 0 or n < 1.
    """
    _checks.floating("model", model)
    sigma = _checks.positive("sigma", sigma)
    _checks.count("n", n)
    g = _samples.generator(seed)
    noise = torch.randn(n, *model.shape, generator=g, dtype=model.dtype)
    return model + sigma * noise


def linear_fits(x: Tensor, data: Tensor) -> Tensor:
    """θ̂ = (XᵀX)⁻¹Xᵀy for each of the data sets at once.

    x is X, (N, p); data has shape (toys, N), or (N,). Returns (toys, p),
    or (p,). ValueError for other shapes, numbers that are not finite, and
    data of another precision than X.
    """
    _checks.finite("x", x)
    _checks.finite("data", data)
    if x.ndim != 2 or not x.numel():
        raise _checks.wrong("x", f"shape {tuple(x.shape)}", "(N, p)")
    if data.ndim not in (1, 2) or data.shape[-1] != x.shape[0]:
        shapes = (
            f"shape {tuple(data.shape)} with X of shape {tuple(x.shape)}"
        )
        raise _checks.wrong(
            "data", shapes, "(toys, N), or (N,), with X of shape (N, p)"
        )
    if data.dtype != x.dtype:
        raise _checks.wrong(
            "data",
            _checks.described(data),
            f"the precision of X, {x.dtype}",
        )
    y = data.reshape(-1, len(x)).T
    fits: Tensor = torch.linalg.lstsq(x, y).solution.T
    return fits.reshape(*data.shape[:-1], x.shape[1])


def coverage(estimate: Tensor, error: Tensor, truth: Tensor) -> Tensor:
    """Return the fraction of toys, along axis 0, in which |θ̂ − θ| < error.

    estimate has shape (toys, …); error and truth broadcast to it. Returns
    the other axes, (…). ValueError for integers, no toys, and shapes that
    do not broadcast.
    """
    for name, x in {
        "estimate": estimate,
        "error": error,
        "truth": truth,
    }.items():
        _checks.floating(name, x)
    if not estimate.ndim or not len(estimate):
        raise _checks.wrong(
            "estimate",
            f"shape {tuple(estimate.shape)}",
            "(toys, …), toys > 0",
        )
    _checks.broadcast(
        estimate=estimate.shape, error=error.shape, truth=truth.shape
    )
    return ((estimate - truth).abs() < error).to(estimate.dtype).mean(0)


def delta_chi2(
    estimate: Tensor, truth: Tensor, covariance: Tensor
) -> Tensor:
    """Δχ² = (θ̂ − θ)ᵀ C⁻¹ (θ̂ − θ), (…,):
    how far off in units of the errors, all in one.

    estimate has shape (…, p), truth (p,), or (…, p), covariance (p, p),
    or (…, p, p). To ask about a few of the parameters, pick their entries
    of all three. ValueError for other shapes, integers, and where C has no
    inverse.
    """
    _checks.definite(
        "covariance",
        covariance,
        "else the errors of some combination are zero",
    )
    for name, x in {"estimate": estimate, "truth": truth}.items():
        _checks.floating(name, x)
        if x.shape[-1:] != covariance.shape[-1:]:
            want = f"(…, {covariance.shape[-1]}), as the covariance has it"
            raise _checks.wrong(name, f"shape {tuple(x.shape)}", want)
    d = (estimate - truth)[..., None]
    distance: Tensor = d.mT @ torch.linalg.solve(covariance, d)
    return distance[..., 0, 0]


def region_content(delta: float, parameters: int) -> float:
    """P(Δχ² < delta) for so many parameters jointly:
    γ(p/2, delta/2)/Γ(p/2).

    0.683, 0.393, 0.199 for Δχ² < 1 with one, two, three parameters.
    ValueError for delta ≤ 0 or parameters < 1.
    """
    _checks.count("parameters", parameters)
    half = (
        torch.tensor(
            [parameters, _checks.positive("delta", delta)],
            dtype=torch.float64,
        )
        / 2
    )
    return float(torch.special.gammainc(half[0], half[1]))
