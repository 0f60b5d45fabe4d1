"""A ball that bounces off the ground, along one line.

Symbols, shapes, units. Shapes broadcast, where several balls may start.
    x0  …    m     height at the start, above the ground
    v0  …    m/s   velocity at the start, upwards
    k   …    1/s²  stiffness of the ground
    e   ()         restitution: an impact turns the velocity v into −e·v
"""

import torch
from torch import Tensor

from diffprog import _args
from diffprog.simulator.drag import G

__all__ = ["by_impacts", "by_steps", "on_a_spring"]


def by_impacts(
    x0: Tensor, v0: Tensor, duration: float, e: float = 0.8
) -> Tensor:
    """Return the height after a duration, in s, from impact to impact.

    The time to the next impact, (v + √(v² + 2·g·x))/g, has a derivative.
    So value and gradient are those of the motion itself.

    Raises:
        ValueError: The ball starts on the ground or below, or within the
            duration comes to rest or bounces more than 1000 times.
    """
    _args.shapes(x0=(x0, ", one height"), v0=(v0, ", one velocity"))
    x, v, bounces = x0, v0, 0
    left = x0.new_tensor(_check(x0, v0, duration, e))
    while (fall := (v + (v * v + 2 * G * x).sqrt()) / G) <= left:
        if (bounces := bounces + 1) > 1000:
            why = "the ball comes to rest within it, or bounces 1000 times"
            raise _args.refused("duration", why)
        x, v, left = 0 * x, -e * (v - G * fall), left - fall
    return x + v * left - G * left * left / 2


def by_steps(
    x0: Tensor, v0: Tensor, duration: float, steps: int, e: float = 0.8
) -> Tensor:
    """Return the heights after a duration, in s, in equal steps.

    A step which ends below the ground turns the velocity over. A height
    converges with the number of steps to that of `by_impacts`. Its gradient
    does not, because the number of the step in which the ball turns over is
    a whole number, which has no derivative.
    """
    dt = _check(x0, v0, duration, e) / steps
    _args.count("steps", steps)
    x, v = x0, v0
    for _ in range(steps):
        v = v - G * dt
        x = x + v * dt
        down = (x < 0) & (v < 0)
        if down.any():
            v = torch.where(down, -e * v, v)
    return x


def on_a_spring(
    x0: Tensor, v0: Tensor, duration: float, steps: int, k: Tensor
) -> Tensor:
    """Return the heights after a duration, in s, on springy ground.

    Below the ground the ball is accelerated by −k·x, so that it bounces
    with e = 1 in the limit of a stiff ground.
    """
    dt = _check(x0, v0, duration, 1.0) / steps
    _args.count("steps", steps)
    _args.broadcast(x0=x0, v0=v0, k=k)
    _args.positives("k", k)
    x, v = x0, v0
    for _ in range(steps):
        v = v + (k * torch.relu(-x) - G) * dt
        x = x + v * dt
    return x


def _check(x0: Tensor, v0: Tensor, duration: float, e: float) -> float:
    _args.broadcast(x0=x0, v0=v0)
    if not _args.holds(x0 > 0):
        got = f"{_args.values(x0).min().item():.3g} m"
        raise _args.wrong("x0", got, "above the ground")
    if not 0 <= _args.not_negative("e", e) <= 1:
        raise _args.wrong("e", f"{e}", "from 0 to 1")
    return _args.positive("duration", duration)
