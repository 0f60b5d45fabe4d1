"""Gauss–Newton: least squares by a sequence of linear fits.

Symbols, shapes.
    θ  any shape, p numbers   the parameters
    r  (N,)                   the residuals: model minus data, each in units
                              of its error if known
    J  (N, p)                 their Jacobian ∂r/∂θ

Source: J. Nocedal, S. J. Wright, Numerical Optimization, 2nd ed., Springer
2006, section 10.3.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from diffprog import _checks
from diffprog.loops.history import History, Recorder

__all__ = ["gauss_newton", "linearised"]


def gauss_newton(
    residuals: Callable[[Tensor], Tensor], theta: Tensor, steps: int
) -> History:
    """θ ← θ − (JᵀJ)⁻¹Jᵀr, so many steps;
    one is enough where r is linear in θ.

    `residuals` takes theta and returns (N,); theta has any shape and is
    left as it is. The history has the parameter "theta" and, as loss, the
    mean of r². An evaluation is one r with its J, which costs p passes
    forward. Where J leaves a direction free, the shortest step is taken.
    Diverged once the loss is not finite; ValueError for integers, residuals
    of another shape, and where J is not finite.
    """
    _checks.floating("theta", theta)
    _checks.count("steps", steps)
    theta = theta.detach().clone()
    recorder = Recorder({"theta": theta}, steps)
    for step in range(steps):
        r, j = linearised(residuals, theta)
        recorder.record(step, (r**2).mean())
        _checks.finite("the Jacobian of residuals", j)
        # lstsq solves the same equations without squaring the condition
        # number of J.
        step = torch.linalg.lstsq(j, r[:, None]).solution
        theta -= step.reshape(theta.shape)
    recorder.record(steps, (residuals(theta) ** 2).mean())
    return recorder.history()


def linearised(
    residuals: Callable[[Tensor], Tensor], theta: Tensor
) -> tuple[Tensor, Tensor]:
    """Return r, (N,), and J, (N, p),
    from one pass over the residuals in forward mode."""

    def twice(theta: Tensor) -> tuple[Tensor, Tensor]:
        r = residuals(theta)
        if r.ndim != 1:
            raise _checks.wrong(
                "residuals",
                f"shape {tuple(r.shape)}",
                "(N,): .flatten() them",
            )
        return r, r

    j, r = torch.func.jacfwd(twice, has_aux=True)(theta)
    return r, j.reshape(len(r), -1)
