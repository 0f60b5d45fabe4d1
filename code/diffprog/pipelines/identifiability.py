"""Identifiability: which latent quantities the data determine.

Symbols, shapes. N observations with independent errors σ, P latent
quantities; … stands for any batch, for instance of designs.
    J      (…, N, P)  Jacobian of the observations in the latent quantities:
                      curvature.jacobian
    S      (…, q)     its singular values, descending; q = min(N, P)
    rank              the number of singular values that are not zero
    null   (P, free)  null vectors, in columns: J·null = 0; free = P − rank
    F      (…, P, P)  Fisher information: JᵀJ/σ²

To first order, a change Δz of the latent quantities changes the
observations by J·Δz. A change along a null vector does not change them, so
no fit can find it. For a linear model this is exact.

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
    """Return S, (…, q), descending, of a Jacobian (…, N, P).

    They are the changes of the observations for steps of length 1 along the
    singular vectors.
    """
    _check(jacobian, "… N P")
    values: Tensor = torch.linalg.svdvals(jacobian)
    return values


def rank(jacobian: Tensor) -> int:
    """Count the singular values above rounding, which is max(N, P)·eps·S₁.

    This is the number of independent combinations that a Jacobian (N, P)
    determines.
    """
    _check(jacobian, "N P")
    return int(torch.linalg.matrix_rank(jacobian))


def null_space(jacobian: Tensor) -> Tensor:
    """Return orthonormal null vectors, J·null = 0, for J of (N, P).

    They are the columns of a matrix (P, P − rank), which has no columns at
    full rank. The largest entry of each is positive.
    """
    seen = rank(jacobian)
    Vh = torch.linalg.svd(jacobian, full_matrices=True).Vh
    null: Tensor = Vh[seen:].T
    if seen == len(Vh):
        return null
    largest = null.gather(0, null.abs().argmax(0, keepdim=True))
    return null * largest.sign()


def fisher_information(jacobian: Tensor, sigma: float | Tensor) -> Tensor:
    """F = Σ over observations of ∇mᵢ ∇mᵢᵀ/σᵢ², (…, P, P).

    This is JᵀJ/σ² where all errors are the same. Information adds up: that
    of two measurements is the sum of both.

    Args:
        jacobian: J, (…, N, P), with rows ∇mᵢ.
        sigma: σ, one number or one for each observation, (N,), in the units
            of the observations.
    """
    _check(jacobian, "… N P")
    sigma = torch.as_tensor(
        sigma, dtype=jacobian.dtype, device=jacobian.device
    )
    if sigma.ndim:
        _args.shapes(
            jacobian=(jacobian, "… N P"), sigma=(sigma, "N, or ()")
        )
    _args.positives("sigma", sigma)
    j = jacobian / (sigma[:, None] if sigma.ndim else sigma)
    return j.mT @ j


def cramer_rao(information: Tensor) -> Tensor:
    """C = F⁻¹, (…, P, P): no unbiased estimate has a smaller covariance.

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
