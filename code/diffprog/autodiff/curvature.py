"""Second derivatives, and the learning rates that they allow.

Symbols, shapes. θ are the parameters, in one tensor of any shape, P numbers
in all.
    H  (P, P)     the Hessian of the loss f, ∂²f/∂θᵢ∂θⱼ, with θ flattened;
                  symmetric
    J  (N, P)     the Jacobian of a model with N outputs, ∂mₙ/∂θⱼ, both
                  flattened
    λ             the eigenvalues of H: the curvature along its principal
                  directions
"""

from collections.abc import Callable

import torch
from torch import Tensor

from diffprog import _args

__all__ = ["condition_number", "hessian", "jacobian", "largest_stable_rate"]


def hessian(loss: Callable[[Tensor], Tensor], theta: Tensor) -> Tensor:
    """H = ∂²f/∂θ², (P, P), for theta of any shape, which is left alone.

    Args:
        loss: Takes theta and returns one number, shape ().
    """
    _args.not_empty("theta", theta)

    def one_number(theta: Tensor) -> Tensor:
        f = loss(theta)
        if not isinstance(f, Tensor) or f.ndim:
            got = _args.described(f)
            raise _args.wrong("loss", got, "one number, shape ()")
        return f

    p = theta.numel()
    h: Tensor = torch.func.hessian(one_number)(theta.clone())
    return h.reshape(p, p)


def jacobian(model: Callable[[Tensor], Tensor], theta: Tensor) -> Tensor:
    """J = ∂m/∂θ, (N, P), for theta and model(theta) of any shapes.

    This is forward mode: P passes through the model, whatever N is.
    """
    _args.not_empty("theta", theta)
    j: Tensor = torch.func.jacfwd(model)(theta.clone())
    return j.reshape(-1, theta.numel())


def largest_stable_rate(hessian: Tensor) -> float:
    """2/λmax: gradient descent converges for learning rates η below it.

    On a quadratic loss, a step multiplies the error along a direction of
    curvature λ by 1 − ηλ.

    Raises:
        ValueError: A direction curves down, so no rate is stable, or no
            direction is curved, so each rate is.
    """
    λ = _eigenvalues(hessian)
    if λ[-1] <= 0:
        why = "no direction is curved, so each learning rate is stable"
        raise _args.refused("hessian", why)
    return 2 / λ[-1].item()


def condition_number(hessian: Tensor) -> float:
    """κ = λmax/λmin, infinite if a direction is flat.

    On a quadratic loss, κ steps of gradient descent make the error in each
    direction e² ≈ 7.4 times smaller, or more, and the loss e⁴ ≈ 55 times:
    at the best constant learning rate, 2/(λmin + λmax). At a smaller one
    they do less along the flattest direction.

    Raises:
        ValueError: A direction curves down.
    """
    λ = _eigenvalues(hessian)
    return (λ[-1] / λ[0]).item() if λ[0] > _rounding(λ) else float("inf")


def _eigenvalues(h: Tensor) -> Tensor:
    """Return the eigenvalues of H, (P,), ascending, none below zero."""
    _args.shapes(hessian=(h, "P P"))
    _args.symmetric("hessian", h)
    λ: Tensor = torch.linalg.eigvalsh(h.detach())
    if λ[0] < -_rounding(λ):
        got = f"an eigenvalue {λ[0].item():.3g}"
        raise _args.wrong("hessian", got, "none below zero")
    return λ


def _rounding(λ: Tensor) -> Tensor:
    """Return how far rounding may take an eigenvalue 0 from zero."""
    return len(λ) * torch.finfo(λ.dtype).eps * λ.abs().max()
