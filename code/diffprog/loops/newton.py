"""Newton's method on exact Hessians, for many fits at once.

Symbols, shapes. … stands for any batch of fits, for instance one to each
toy (simulated experiment), and P for the parameters of one of them.
    θ    (…, P)      the parameters
    f    (…,)        the loss
    g    (…, P)      its gradient
    H    (…, P, P)   its Hessian
    |H|  (…, P, P)   the matrix with H's directions and the sizes of its
                     eigenvalues, so that −|H|⁻¹·g leads downhill where the
                     loss curves down, too

Sources: J. Nocedal, S. J. Wright, Numerical Optimization, 2nd ed., Springer
2006, section 3.4; for the distance, F. James, M. Roos, Minuit, Comput.
Phys. Commun. 10 (1975) 343.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.func import grad_and_value, hessian, vmap

from diffprog import _args

__all__ = ["Minimum", "newton"]


class Minimum(NamedTuple):
    """Where a fit has ended.

    Attributes:
        theta: θ, (…, P).
        loss: f, (…,).
        hessian: H, (…, P, P).
        distance: ½·gᵀ|H|⁻¹g, (…,): by how much the loss would still fall if
            it were a parabola.
        steps: The number of steps that were taken.
    """

    theta: Tensor
    loss: Tensor
    hessian: Tensor
    distance: Tensor
    steps: int

    def found(self, tolerance: float = 1e-8) -> Tensor:
        """Whether the distance is below the tolerance, (…,), boolean."""
        return self.distance < tolerance


def newton(
    loss: Callable[..., Tensor],
    theta: Tensor,
    *data: Tensor,
    steps: int = 50,
    tolerance: float = 1e-12,
) -> Minimum:
    """θ ← θ − t·|H|⁻¹·g, until the distance is below the tolerance.

    t is the first of 1, ½, ¼, … with which the loss falls. A direction
    without curvature is left alone.

    Args:
        loss: Takes the parameters of one fit, (P,), and its data, and
            returns one number, (). Where it is infinite or NaN, no step
            ends.
        theta: Where the search starts, (…, P).
        data: Tensors with the axes … first.
        steps: The largest number of steps. Ask `found` which fits have
            ended.

    Raises:
        ValueError: The loss is not finite at the start, or the shapes do
            not belong together.
    """
    _args.shapes(theta=(theta, "… P"))
    _args.precise("theta", theta)
    _args.not_empty("theta", theta)
    _args.count("steps", steps)
    batch = theta.shape[:-1]
    for i, x in enumerate(data):
        if x.shape[: len(batch)] != batch:
            got = f"shape {tuple(x.shape)}"
            want = f"the axes of the fits first, {tuple(batch)}"
            raise _args.wrong(f"data[{i}]", got, want)
    alone, slopes, curvatures = loss, grad_and_value(loss), hessian(loss)
    for _ in batch:
        alone, slopes, curvatures = map(vmap, (alone, slopes, curvatures))

    theta = theta.detach().contiguous()
    for step in range(steps + 1):
        g, f = slopes(theta, *data)
        if not step:
            _args.finite("loss", f)
        h = curvatures(theta, *data)
        move, distance = _downhill(h, g)
        if step == steps or bool((distance < tolerance).all()):
            break
        t = torch.ones_like(f)
        for _ in range(30):
            fell = alone(theta + t[..., None] * move, *data) <= f
            if fell.all():
                break
            t = torch.where(fell, t, t / 2)
        theta = theta + torch.where(fell, t, 0)[..., None] * move
    return Minimum(theta, f, h, distance, step)


def _downhill(h: Tensor, g: Tensor) -> tuple[Tensor, Tensor]:
    """−|H|⁻¹·g, and ½·gᵀ|H|⁻¹g."""
    λ, v = torch.linalg.eigh(h)
    size = λ.abs()
    rounding = λ.shape[-1] * torch.finfo(λ.dtype).eps
    flat = size <= rounding * size.amax(-1, keepdim=True)
    along = (v.mT @ g[..., None])[..., 0]
    scaled = torch.where(flat, 0, along / size)
    return -(v @ scaled[..., None])[..., 0], (along * scaled).sum(-1) / 2
