"""Gauss–Newton: least squares by a sequence of linear fits.

Symbols, shapes.
    θ  any shape, P numbers   the parameters
    r  (N,)                   the residuals: model minus data, each in units
                              of its error if known
    J  (N, P)                 their Jacobian ∂r/∂θ

Source: J. Nocedal, S. J. Wright, Numerical Optimization, 2nd ed., Springer
2006, section 10.3.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from diffprog import _args
from diffprog.loops.history import History, Recorder

__all__ = ["best_step", "gauss_newton", "linearised"]


def gauss_newton(
    residuals: Callable[[Tensor], Tensor], theta: Tensor, steps: int
) -> History:
    """θ ← θ − (JᵀJ)⁻¹Jᵀr, `steps` times, from theta, which is left alone.

    One step is enough where r is linear in θ. Where J leaves a direction
    free, the step is the shortest on the CPU. On a GPU, torch.linalg.lstsq
    assumes that there is no such direction.

    Returns:
        The history of "theta", whose loss is the mean of r². An evaluation
        is one r with its J: P + 1 passes forward, one for r and one for
        each column of J.

    Raises:
        Diverged: The loss is not finite.
        ValueError: J is not finite, or the residuals are not (N,).
    """
    _args.precise("theta", theta)
    _args.not_empty("theta", theta)
    _args.count("steps", steps)
    theta = theta.detach().clone()
    recorder = Recorder({"theta": theta}, steps)
    for step in range(steps):
        r, j = linearised(residuals, theta)
        recorder.record(step, (r**2).mean())
        _args.finite("the Jacobian of residuals", j)
        theta -= best_step(r, j).reshape(theta.shape)
    recorder.record(steps, (residuals(theta.clone()) ** 2).mean())
    return recorder.history()


def best_step(r: Tensor, j: Tensor) -> Tensor:
    """Δθ = (JᵀJ)⁻¹Jᵀr, (P,), which makes Σ (r − J·Δθ)² smallest.

    If several Δθ do, this is the shortest of them on the CPU.
    """
    _args.shapes(j=(j, "N P"), r=(r, "N"))
    _args.comparable(j=j, r=r)
    # lstsq does not square the condition number of J, as JᵀJ would.
    step: Tensor = torch.linalg.lstsq(j, r[:, None]).solution[:, 0]
    return step


def linearised(
    residuals: Callable[[Tensor], Tensor], theta: Tensor
) -> tuple[Tensor, Tensor]:
    """r and J, from one run of the residuals, with P columns beside."""

    def twice(theta: Tensor) -> tuple[Tensor, Tensor]:
        r = residuals(theta)
        if r.ndim != 1:
            raise _args.wrong(
                "residuals",
                f"shape {tuple(r.shape)}",
                "(N,): .flatten() them",
            )
        return r, r

    _args.not_empty("theta", theta)
    j, r = torch.func.jacfwd(twice, has_aux=True)(theta.clone())
    return r, j.reshape(len(r), -1)
