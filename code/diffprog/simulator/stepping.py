"""Steps through time: a differential equation, solved approximately.

Symbols, shapes, units.
    y  any shape    the state at a time
    f               the rates: dy/dt = f(y), in the shape of y
    h  a number, s  length of a step; below zero it leads back in time
"""

from collections.abc import Callable

import torch
from torch import Tensor

from diffprog import _args

__all__ = ["follow", "rk4"]

Rates = Callable[[Tensor], Tensor]


def rk4(f: Rates, y: Tensor, h: float | Tensor) -> Tensor:
    """y(t + h) ≈ y + h·(k₁ + 2·k₂ + 2·k₃ + k₄)/6, by Runge and Kutta.

    The error of a step is of order h⁵, that of a fixed duration of order
    h⁴.
    """
    k1 = f(y)
    k2 = f(y + h / 2 * k1)
    k3 = f(y + h / 2 * k2)
    k4 = f(y + h * k3)
    return y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def follow(f: Rates, y: Tensor, duration: float, steps: int) -> Tensor:
    """All states, (steps + 1, …), from y on, at times duration/steps apart.

    A duration below zero leads back in time. A gradient goes through each
    step: it is that of this program, not of the equation.
    """
    _args.floating("y", y)
    _args.count("steps", steps)
    states = [y]
    for _ in range(steps):
        states.append(rk4(f, states[-1], duration / steps))
    return torch.stack(states)
