"""Products with the Hessian, which need no Hessian.

Symbols, shapes. θ are the parameters, in one tensor of any shape, P numbers
in all; H, (P, P), is the Hessian ∂²f/∂θ² of a loss f; u is a direction, of
the shape of θ.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from diffprog import _args

__all__ = ["hessian_product", "largest_eigenvalue"]

Loss = Callable[[Tensor], Tensor]


def hessian_product(loss: Loss, theta: Tensor, u: Tensor) -> Tensor:
    """H·u = ∂/∂t ∇f(θ + t·u) at t = 0, in the shape of θ.

    Forward mode through the gradient: one pass, of a few times the cost of
    f, where H itself needs P of them and P² numbers.
    """
    _args.not_empty("theta", theta)
    _args.same_shape(theta=theta, u=u)
    gradient = torch.func.grad(loss)
    product: Tensor = torch.func.jvp(
        gradient, (theta.clone(),), (u.clone(),)
    )[1]
    return product


def largest_eigenvalue(
    loss: Loss, theta: Tensor, products: int, seed: int = 0
) -> tuple[Tensor, Tensor]:
    """Return λ, the eigenvalue of H of largest size, and its direction.

    Power iteration: u ← H·u/|H·u| from a random direction, `products`
    times, with λ = u·H·u. The error of λ falls by (λ₂/λ)² in each product,
    where λ₂ is the next eigenvalue by size.
    """
    _args.count("products", products)
    g = torch.Generator().manual_seed(seed)
    u = torch.randn(theta.shape, generator=g, dtype=theta.dtype).to(theta)
    for _ in range(products):
        u = u / u.norm()
        hu = hessian_product(loss, theta, u)
        λ, last, u = (u * hu).sum(), u, hu
    return λ, last
