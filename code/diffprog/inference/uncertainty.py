"""The uncertainty of a least-squares fit, and simulations that test it.

Symbols, shapes. P parameters, flattened; N numbers measured, each with the
same error σ; … stands for any batch of fits, for instance toys (simulated
experiments) along axis 0.
    H  (…, P, P)  the Hessian of the mean squared error over the N numbers
    C  (…, P, P)  the covariance of the fitted parameters
    X  (N, P)     the Jacobian of a linear model, mₙ = Σⱼ Xₙⱼ·θⱼ
    θ, θ̂  (…, P)  the parameters, true and fitted
    χ²            Σ (y − m)²/σ², which is −2 ln(likelihood) up to a constant
    Δχ²           χ² minus the smallest it can be

Source: G. Cowan, Statistical Data Analysis, Oxford University Press 1998,
chapters 7 and 9.
"""

import torch
from torch import Tensor

from diffprog import _args, _samples

__all__ = [
    "correlation", "covariance", "coverage", "delta_chi2", "fitted_sigma",
    "linear_fits", "region_content", "standard_errors", "toys",
]  # fmt: skip


def covariance(hessian: Tensor, sigma: float | Tensor, n: int) -> Tensor:
    """C = (2σ²/N)·H⁻¹, (…, P, P), for the mean squared error (σ²/N)·χ².

    This follows from C⁻¹ = ½ ∂²χ²/∂θ².

    Args:
        hessian: H, (…, P, P).
        sigma: σ, one number or one for each fit, (…,), in the units of the
            data.
        n: N.

    Raises:
        ValueError: A direction has no curvature, so the data say nothing
            about it, or curves down.
    """
    why = "else the data leave a direction free, or this is no minimum"
    _args.definite("hessian", hessian, why)
    _args.count("n", n)
    sigma = torch.as_tensor(
        sigma, dtype=hessian.dtype, device=hessian.device
    )
    _args.shapes(hessian=(hessian, "… P P"), sigma=(sigma, "…"))
    _args.positives("sigma", sigma)
    c: Tensor = (
        2 * sigma[..., None, None] ** 2 / n * torch.linalg.inv(hessian)
    )
    return c


def standard_errors(covariance: Tensor) -> Tensor:
    """√Cⱼⱼ, (…, P), in the units of the parameters."""
    _args.shapes(covariance=(covariance, "… P P"))
    return covariance.diagonal(dim1=-2, dim2=-1).sqrt()


def correlation(covariance: Tensor) -> Tensor:
    """Cᵢⱼ/√(Cᵢᵢ·Cⱼⱼ), (…, P, P), between −1 and 1."""
    s = standard_errors(covariance)
    return covariance / (s[..., :, None] * s[..., None, :])


def fitted_sigma(residuals: Tensor, parameters: int) -> Tensor:
    """σ̂ = √(Σ r²/(N − P)), (…,), from residuals r, (…, N), of fits.

    The fit follows the noise in P of N directions, hence N − P.
    parameters = 0 gives the biased value.

    Raises:
        ValueError: N ≤ P.
    """
    _args.shapes(residuals=(residuals, "… N"))
    if parameters != 0:
        _args.count("parameters", parameters)
    n = residuals.shape[-1]
    if n <= parameters:
        want = f"fewer than the {n} data"
        raise _args.wrong("parameters", parameters, want)
    return ((residuals**2).sum(-1) / (n - parameters)).sqrt()


def toys(
    model: Tensor, sigma: float, n: int, seed: int | torch.Generator
) -> Tensor:
    """y = m + σ·ε, n times: simulated measurements, (n, *shape of m).

    ε is normal and independent. It is drawn on the CPU, so that a seed
    gives the same numbers on each device.

    Args:
        model: m, the measurements without noise, of any shape.
    """
    _args.floating("model", model)
    sigma = _args.positive("sigma", sigma)
    _args.count("n", n)
    g = _samples.generator(seed)
    ε = torch.randn(n, *model.shape, generator=g, dtype=model.dtype)
    return model + sigma * ε.to(model.device)


def linear_fits(X: Tensor, data: Tensor) -> Tensor:
    """θ̂ = (XᵀX)⁻¹Xᵀy, (…, P), for each data set y of (…, N) at once.

    Where X leaves a direction free, θ̂ is the shortest, on the CPU. On a
    GPU, torch.linalg.lstsq assumes that there is no such direction.
    """
    _args.shapes(X=(X, "N P"), data=(data, "… N"))
    _args.comparable(X=X, data=data)
    y = data.reshape(-1, len(X)).T
    fits: Tensor = torch.linalg.lstsq(X, y).solution.T
    return fits.reshape(*data.shape[:-1], X.shape[1])


def coverage(estimate: Tensor, error: Tensor, truth: Tensor) -> Tensor:
    """Return the fraction of toys in which |θ̂ − θ| < error, (…).

    estimate has shape (toys, …); error and truth broadcast to it. A fit
    that failed is neither a hit nor a miss: leave it out, and count it.

    Raises:
        ValueError: θ̂ or θ is not finite, or an error is NaN or below zero.
            An error may be infinite.
    """
    _args.shapes(estimate=(estimate, "toys …"))
    _args.broadcast(estimate=estimate, error=error, truth=truth)
    _args.finite("estimate", estimate)
    _args.finite("truth", truth)
    if not _args.holds(error >= 0):  # NaN is not, either
        got = "errors that are NaN or below zero"
        raise _args.wrong("error", got, "numbers, 0 or more")
    return ((estimate - truth).abs() < error).to(estimate.dtype).mean(0)


def delta_chi2(
    estimate: Tensor, truth: Tensor, covariance: Tensor
) -> Tensor:
    """Δχ² = (θ̂ − θ)ᵀ C⁻¹ (θ̂ − θ), (…,): the distance in units of errors.

    For some of the parameters, pass only their entries of all three.

    Args:
        estimate, truth: θ̂ and θ, (…, P).
        covariance: C, (…, P, P).

    Raises:
        ValueError: C has no inverse.
    """
    why = "else the errors of some combination are zero"
    _args.definite("covariance", covariance, why)
    _args.shapes(
        covariance=(covariance, "… P P"),
        estimate=(estimate, "… P"),
        truth=(truth, "… P"),
    )
    _args.comparable(covariance=covariance, estimate=estimate, truth=truth)
    d = (estimate - truth)[..., None]
    distance: Tensor = d.mT @ torch.linalg.solve(covariance, d)
    return distance[..., 0, 0]


def region_content(delta: float, parameters: int) -> float:
    """P(Δχ² < delta) = γ(P/2, delta/2)/Γ(P/2) for P parameters together.

    It is 0.683, 0.393, 0.199 for delta = 1 and one, two, three parameters.
    """
    _args.count("parameters", parameters)
    delta = _args.positive("delta", delta)
    p, x = torch.tensor([parameters, delta], dtype=torch.float64) / 2
    return float(torch.special.gammainc(p, x))
