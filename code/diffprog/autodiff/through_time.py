"""Gradients of what a motion ends with, back through its time.

Symbols, shapes. θ are the parameters, in one tensor of any shape.
    y    any shape     the state: yₙ₊₁ = step(yₙ, θ), or dy/dt = f(y, θ)
    bar  that of y     ȳ, the gradient of the loss by the state at the end
                       (or at an earlier time, where it is called the
                       adjoint)

`backward_through_steps` gives the gradient of a program of steps, exact up
to rounding; `backward_in_time` that of the differential equation, up to the
error of its own steps. The two differ while the steps are long.

Sources: A. Griewank, A. Walther, Evaluating Derivatives, 2nd ed., SIAM
2008, chapter 12 (checkpoints); R. T. Q. Chen et al., Neural ordinary
differential equations, NeurIPS 2018 (the adjoint).
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from diffprog import _args
from diffprog.simulator.stepping import rk4

__all__ = [
    "Gradients", "backward_in_time", "backward_through_steps",
]  # fmt: skip

Function = Callable[[Tensor, Tensor], Tensor]


class Gradients(NamedTuple):
    """The gradients of the loss.

    Attributes:
        start: By the state at the start, in its shape.
        theta: By the parameters, in their shape.
    """

    start: Tensor
    theta: Tensor


def backward_through_steps(
    step: Function,
    y: Tensor,
    theta: Tensor,
    bar: Tensor,
    steps: int,
    *,
    at_once: int | None = None,
    parts: int = 2,
) -> Gradients:
    """Return the gradients of ȳ·y_N, where y_N = step(… step(y, θ) …, θ).

    Up to `at_once` steps are recorded in one graph: all of them, if it is
    None. A longer stretch is cut into `parts`. Only the states at their
    starts are kept, and the parts are worked off from the last to the
    first, each cut again in the same way. So fewer numbers are kept, and
    steps are computed more often:
        at_once=None              N steps recorded        1 run
        at_once=√N, parts=√N      √N states, √N steps     2 runs
        at_once=1, parts=2        log₂N states, 1 step    1 + ½·log₂N runs
    """
    _args.same_shape(y=y, bar=bar)
    _args.floating("theta", theta)
    _args.count("steps", steps)
    at_once = steps if at_once is None else at_once
    _args.count("at_once", at_once)
    if not isinstance(parts, int) or parts < 2:
        raise _args.wrong("parts", _args.described(parts), "2 or more")
    if steps <= at_once:
        y, theta = (x.detach().requires_grad_() for x in (y, theta))
        end = _run(step, y, theta, steps)
        return Gradients(
            *torch.autograd.grad(
                end,
                (y, theta),
                bar,
                allow_unused=True,
                materialize_grads=True,
            )
        )
    parts = min(parts, steps)
    lengths = [(steps + i) // parts for i in range(parts)]
    starts = [y]
    with torch.no_grad():
        for length in lengths[:-1]:
            starts.append(_run(step, starts[-1], theta, length))
    by_theta = torch.zeros_like(theta)
    for length in reversed(lengths):
        bar, more = backward_through_steps(
            step, starts.pop(), theta, bar, length,
            at_once=at_once, parts=parts,
        )  # fmt: skip
        by_theta = by_theta + more
    return Gradients(bar, by_theta)


def backward_in_time(
    f: Function,
    y: Tensor,
    theta: Tensor,
    bar: Tensor,
    duration: float,
    steps: int,
) -> tuple[Gradients, Tensor]:
    """Return the gradients of ȳ·y(T), where dy/dt = f(y, θ), and y(0).

    The adjoint is solved back in time by the method of Runge and Kutta,
    together with the state, of which only the end is known:
        dy/dt = f,   dȳ/dt = −ȳ·∂f/∂y,   θ̄ = ∫ ȳ·∂f/∂θ dt.
    No state is kept. But where a motion loses what it began with, as by
    friction, y comes back wrong: compare y(0) with the true start.

    Args:
        y: The state at the end, y(T).
        duration: T, in s.
    """
    _args.same_shape(y=y, bar=bar)
    _args.floating("theta", theta)
    _args.count("steps", steps)
    duration = _args.positive("duration", duration)
    n = y.numel()

    def rates(s: Tensor) -> Tensor:
        now, bar = s[:n].reshape(y.shape), s[n : 2 * n].reshape(y.shape)
        dy, products = torch.func.vjp(f, now, theta.detach())[:2]
        by_y, by_theta = products(bar)
        parts = (dy, -by_y, -by_theta)
        return torch.cat([part.reshape(-1) for part in parts])

    start = (y.detach(), bar, torch.zeros_like(theta))
    s = torch.cat([part.reshape(-1) for part in start])
    for _ in range(steps):
        s = rk4(rates, s, -duration / steps)
    by_start, by_theta = s[n : 2 * n], s[2 * n :]
    gradients = Gradients(
        by_start.reshape(y.shape), by_theta.reshape(theta.shape)
    )
    return gradients, s[:n].reshape(y.shape)


def _run(step: Function, y: Tensor, theta: Tensor, steps: int) -> Tensor:
    for _ in range(steps):
        y = step(y, theta)
    return y
