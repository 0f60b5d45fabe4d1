"""What the data can tell: which combinations
of the latent quantities are seen, and how well.

Symbols, shapes. N observations with independent errors σ, p latent
quantities; … stands for any batch, for instance of designs.
    J   (…, N, p)   Jacobian of the observations in the latent quantities:
                    curvature.jacobian
    s   (…, k)      its singular values, descending, k = min(N, p)
    n   (p, p − r)  null vectors, in columns: J·n = 0
    F   (…, p, p)   Fisher information: JᵀJ/σ²

To first order, a change δ of the latent quantities changes the observations
by J·δ: along n, not at all, and no fit can tell. For a linear model that is
exact.

Source: G. Cowan, Statistical Data Analysis, Oxford University Press 1998,
section 6.6; T. J. Rothenberg, Identification in parametric models,
Econometrica 39 (1971) 577.
"""

import math

import torch
from torch import Tensor

from diffprog import _checks

__all__ = [
    "cramer_rao",
    "ellipse",
    "fisher_information",
    "null_space",
    "rank",
    "singular_values",
]


def singular_values(jacobian: Tensor) -> Tensor:
    """Return s, (…, min(N, p)), descending:
    what a step of length 1 does to the observations.

    jacobian has shape (…, N, p). ValueError for another shape, and entries
    that are not finite.
    """
    _check(jacobian)
    s: Tensor = torch.linalg.svdvals(jacobian)
    return s


def rank(jacobian: Tensor) -> int:
    """Return how many independent combinations are seen:
    the s above rounding, max(N, p)·ε·s₁.

    jacobian has shape (N, p); errors as in `singular_values`.
    """
    _check(jacobian, batch=False)
    return int(torch.linalg.matrix_rank(jacobian))


def null_space(jacobian: Tensor) -> Tensor:
    """Return n, (p, p − r): orthonormal directions
    with J·n = 0, none, (p, 0), at full rank.

    The largest entry of each is positive. jacobian has shape (N, p); errors
    as in `rank`.
    """
    r = rank(jacobian)
    n: Tensor = torch.linalg.svd(jacobian, full_matrices=True).Vh[r:].T
    largest = (
        n.gather(0, n.abs().argmax(0, keepdim=True)) if n.numel() else n[:1]
    )
    return n * largest.sign()


def fisher_information(jacobian: Tensor, sigma: float | Tensor) -> Tensor:
    """F = Σ over observations of ∇mᵢ ∇mᵢᵀ/σᵢ²,
    (…, p, p): JᵀJ/σ² where all errors are the same.

    jacobian has shape (…, N, p); sigma is one number, or one for each
    observation, (N,), in their units. Information adds up: that of two
    measurements is the sum. ValueError for σ ≤ 0 and as in
    `singular_values`.
    """
    _check(jacobian)
    sigma = torch.as_tensor(sigma, dtype=jacobian.dtype)
    if sigma.ndim and sigma.shape != jacobian.shape[-2:-1]:
        want = f"one number, or ({jacobian.shape[-2]},)"
        raise _checks.wrong("sigma", f"shape {tuple(sigma.shape)}", want)
    _checks.positives("sigma", sigma)
    j = jacobian / (sigma[:, None] if sigma.ndim else sigma)
    return j.mT @ j


def cramer_rao(information: Tensor) -> Tensor:
    """C = F⁻¹, (…, p, p): no unbiased estimate has a smaller covariance.

    information has shape (…, p, p). uncertainty.standard_errors makes
    errors of it. ValueError where F leaves a direction free: its error has
    no bound.
    """
    _checks.definite(
        "information", information, "else the data leave a direction free"
    )
    c: Tensor = torch.linalg.inv(information)
    return c


def ellipse(information: Tensor, points: int = 100) -> Tensor:
    """Return the curve eᵀFe = 1 around zero,
    (points, 2), closed: where Δχ² is 1.

    information has shape (2, 2), for two quantities. Half the extent of the
    curve along an axis is the standard error. ValueError where F leaves a
    direction free: then the curve is two parallel lines.
    """
    if cramer_rao(information).shape != (2, 2):
        raise _checks.wrong(
            "information", f"shape {tuple(information.shape)}", "(2, 2)"
        )
    _checks.count("points", points)
    λ, u = torch.linalg.eigh(information)
    angle = torch.linspace(0, 2 * math.pi, points, dtype=λ.dtype)
    circle = torch.stack([angle.cos(), angle.sin()], dim=1)
    curve: Tensor = circle / λ.sqrt() @ u.T
    return curve


def _check(jacobian: Tensor, *, batch: bool = True) -> None:
    _checks.finite("jacobian", jacobian)
    if (
        jacobian.ndim < 2
        or (jacobian.ndim > 2 and not batch)
        or not jacobian.numel()
    ):
        got = f"shape {tuple(jacobian.shape)}"
        raise _checks.wrong(
            "jacobian", got, "(…, N, p)" if batch else "(N, p)"
        )
