"""Derivatives of a root, whatever found it.

Symbols, shapes.
    x  any shape, N numbers  the root: F(x, θ) = 0
    F  the shape of x        the equations
    θ  any shapes            the parameters
    J  (N, N)                ∂F/∂x at the root

The root moves with the parameters so that F stays zero:
    dF = J·dx + (∂F/∂θ)·dθ = 0,   so   dx/dθ = −J⁻¹·∂F/∂θ.

Source: M. Blondel et al., Efficient and modular implicit differentiation,
NeurIPS 2022.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from diffprog import _args
from diffprog.autodiff.curvature import jacobian

__all__ = ["root"]


def root(
    equations: Callable[..., Tensor], x: Tensor, *theta: Tensor
) -> Tensor:
    """x − J⁻¹·F(x, θ): the root x, with dx/dθ = −J⁻¹·∂F/∂θ attached.

    This is one step of Newton's method with J held fixed. It leaves a root
    where it is, up to rounding, and F(x, θ) is the only path to θ. So how x
    was found saves nothing, and backward() solves one linear system, of Jᵀ.
    Second derivatives are not right, since J does not move.

    Args:
        equations: F; takes x and θ, and returns the shape of x.
        x: A root. An error of x makes an error of the same order in the
            derivative.
        theta: The parameters, which F takes after x.

    Raises:
        ValueError: F(x, θ) has another shape than x, F or J is not finite,
            or J is singular, where a root does not move smoothly.
    """
    _args.precise("x", x)
    _args.not_empty("x", x)
    x = x.detach()
    f = equations(x, *theta)
    _args.same_shape(x=x, equations=f)
    _args.finite("equations", f)
    fixed = [z.detach() for z in theta]
    j = jacobian(lambda x: equations(x, *fixed), x)
    _args.finite("the derivative of equations by x", j)
    try:
        step: Tensor = torch.linalg.solve(j, f.reshape(-1))
    except RuntimeError:  # torch.linalg.LinAlgError
        why = "their derivative by x is singular at this root"
        raise _args.refused("equations", why) from None
    return x - step.reshape(x.shape)
