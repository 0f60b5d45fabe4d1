"""Second derivatives: what they say about the learning rate.

Symbols, shapes. θ are the parameters, in one tensor of any shape, p numbers
in all.
    H  (…, p, p)  the Hessian of the loss f, ∂²f/∂θᵢ∂θⱼ, with θ flattened;
                  symmetric
    J  (N, p)     the Jacobian of a model with N outputs, ∂mₙ/∂θⱼ, both
                  flattened
    λ             the eigenvalues of H: the curvature along its principal
                  directions
"""

from collections.abc import Callable

import torch
from torch import Tensor

from diffprog import _checks

__all__ = ["condition_number", "hessian", "jacobian", "largest_stable_rate"]


def hessian(loss: Callable[[Tensor], Tensor], theta: Tensor) -> Tensor:
    """H = ∂²f/∂θ², of shape (p, p), for theta of any shape.

    `loss` takes theta and returns one number, shape (). ValueError
    otherwise.
    """
    _checks.floating("theta", theta)

    def one_number(theta: Tensor) -> Tensor:
        f = loss(theta)
        if not isinstance(f, Tensor) or f.ndim:
            raise _checks.wrong(
                "loss", _checks.described(f), "one number, shape ()"
            )
        return f

    p = theta.numel()
    h: Tensor = torch.func.hessian(one_number)(theta)
    return h.reshape(p, p)


def jacobian(model: Callable[[Tensor], Tensor], theta: Tensor) -> Tensor:
    """J = ∂m/∂θ, of shape (N, p), for theta and model(theta) of any shapes.

    In forward mode: p passes through the model, however many outputs it
    has.
    """
    _checks.floating("theta", theta)
    j: Tensor = torch.func.jacfwd(model)(theta)
    return j.reshape(-1, theta.numel())


def largest_stable_rate(hessian: Tensor) -> float:
    """2/λmax: at smaller η, gradient descent on
    a quadratic loss shrinks the error each step.

    The error along a direction of curvature λ is multiplied by 1 − ηλ.
    hessian has shape (p, p). ValueError where no rate is stable (a
    direction that curves down), or each is (no curvature).
    """
    λ = _eigenvalues(hessian)
    if λ[-1] <= 0:
        raise _checks.wrong(
            "hessian", "no curvature at all", "an eigenvalue above zero"
        )
    return 2 / λ[-1].item()


def condition_number(hessian: Tensor) -> float:
    """λmax/λmin: about as many steps does gradient descent need;
    inf for a flat direction.

    hessian has shape (p, p). ValueError for one with a direction that
    curves down.
    """
    λ = _eigenvalues(hessian)
    return (λ[-1] / λ[0]).item() if λ[0] > _rounding(λ) else float("inf")


def _eigenvalues(h: Tensor) -> Tensor:
    """Return the eigenvalues of H, (p,), ascending: none below zero."""
    _checks.square("hessian", h)
    if h.ndim > 2:
        raise _checks.wrong("hessian", f"shape {tuple(h.shape)}", "(p, p)")
    _checks.finite("hessian", h)
    λ: Tensor = torch.linalg.eigvalsh(h.detach())
    if λ[0] < -_rounding(λ):
        raise _checks.wrong(
            "hessian", f"an eigenvalue {λ[0].item():.3g}", "none below zero"
        )
    return λ


def _rounding(λ: Tensor) -> Tensor:
    """Return how far from zero an eigenvalue that is zero may come out."""
    return len(λ) * torch.finfo(λ.dtype).eps * λ.abs().max()
