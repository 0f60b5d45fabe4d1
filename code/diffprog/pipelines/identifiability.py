"""Identifiability: which latent quantities the data determine.

Symbols, shapes. N observations with independent errors σ, p latent
quantities; … stands for any batch, for instance of designs.
    J   (…, N, p)   Jacobian of the observations in the latent quantities:
                    curvature.jacobian
    s   (…, q)      its singular values, descending; q = min(N, p)
    r               its rank
    v   (p, p − r)  null vectors, in columns: J·v = 0
    F   (…, p, p)   Fisher information: JᵀJ/σ²

To first order, a change δ of the latent quantities changes the observations
by J·δ. A change along v does not change them, so no fit can find it. For a
linear model this is exact.

Source: G. Cowan, Statistical Data Analysis, Oxford University Press 1998,
section 6.6; T. J. Rothenberg, Identification in parametric models,
Econometrica 39 (1971) 577.
"""

import math

import torch
from torch import Tensor

from diffprog import _args

__all__ = [
    "cramer_rao", "ellipse", "fisher_information", "null_space", "rank",
    "singular_values",
]  # fmt: skip


def singular_values(jacobian: Tensor) -> Tensor:
    """Return s, (…, q), descending, of a Jacobian (…, N, p).

    They are the changes of the observations for steps of length 1 along the
    singular vectors.
    """
    _check(jacobian, "… N p")
    s: Tensor = torch.linalg.svdvals(jacobian)
    return s


def rank(jacobian: Tensor) -> int:
    """Return r, the number of s above rounding, max(N, p)·ε·s₁.

    It is the number of independent combinations that a Jacobian (N, p)
    determines.
    """
    _check(jacobian, "N p")
    return int(torch.linalg.matrix_rank(jacobian))


def null_space(jacobian: Tensor) -> Tensor:
    """Return v, (p, p − r), orthonormal, with J·v = 0, for J of (N, p).

    The largest entry of each column is positive. At full rank there are no
    columns.
    """
    r = rank(jacobian)
    v: Tensor = torch.linalg.svd(jacobian, full_matrices=True).Vh[r:].T
    if r == len(v):
        return v
    largest = v.gather(0, v.abs().argmax(0, keepdim=True))
    return v * largest.sign()


def fisher_information(jacobian: Tensor, sigma: float | Tensor) -> Tensor:
    """F = Σ over observations of ∇mᵢ ∇mᵢᵀ/σᵢ², (…, p, p).

    This is JᵀJ/σ² where all errors are the same. Information adds up: that
    of two measurements is the sum of both.

    Args:
        jacobian: J, (…, N, p), with rows ∇mᵢ.
        sigma: σ, one number or one for each observation, (N,), in the units
            of the observations.
    """
    _check(jacobian, "… N p")
    sigma = torch.as_tensor(
        sigma, dtype=jacobian.dtype, device=jacobian.device
    )
    if sigma.ndim:
        _args.shapes(
            jacobian=(jacobian, "… N p"), sigma=(sigma, "N, or ()")
        )
    _args.positives("sigma", sigma)
    j = jacobian / (sigma[:, None] if sigma.ndim else sigma)
    return j.mT @ j


def cramer_rao(information: Tensor) -> Tensor:
    """C = F⁻¹, (…, p, p): no unbiased estimate has a smaller covariance.

    uncertainty.standard_errors(C) gives the errors.

    Raises:
        ValueError: F leaves a direction free, so its error has no bound.
    """
    why = "else the data leave a direction free"
    _args.definite("information", information, why)
    c: Tensor = torch.linalg.inv(information)
    return c


def ellipse(information: Tensor, points: int = 100) -> Tensor:
    """Return the closed curve eᵀFe = 1, (points, 2), where Δχ² is 1.

    Half the extent of the curve along an axis is the standard error.

    Args:
        information: F of two quantities, (2, 2).

    Raises:
        ValueError: F leaves a direction free: the curve would be two
            parallel lines.
    """
    _args.shapes(information=(information, "2 2"))
    cramer_rao(information)
    _args.count("points", points)
    λ, u = torch.linalg.eigh(information)
    angle = torch.linspace(
        0, 2 * math.pi, points, dtype=λ.dtype, device=λ.device
    )
    circle = torch.stack([angle.cos(), angle.sin()], dim=1)
    curve: Tensor = circle / λ.sqrt() @ u.T
    return curve


def _check(jacobian: Tensor, shape: str) -> None:
    _args.shapes(jacobian=(jacobian, shape))
    _args.precise("jacobian", jacobian)
    _args.finite("jacobian", jacobian)
