"""A ball that is slowed by the air.

Symbols, shapes, units. The drag is quadratic in the velocity.
    y      (…, 4)    m, m/s   state: x, z (height), and their velocities
    k      any       1/m      drag: acceleration −k·|v|·v
    theta  any       rad      angle of launch above the ground
    v      any       m/s      speed of launch
    push   (n,)      m/s²     accelerations by pushes upwards, one after the
                              other
"""

from typing import Any

import torch
from torch import Tensor

from diffprog import _args
from diffprog.simulator.stepping import rk4

__all__ = ["G", "heights", "landing", "launch", "rates"]

G = 9.8  # m/s², acceleration of free fall


def launch(theta: Tensor, v: Tensor) -> Tensor:
    """y = (0, 0, v·cos θ, v·sin θ), (…, 4): the state at the launch."""
    _args.broadcast(theta=theta, v=v)
    x, z = v * torch.cos(theta), v * torch.sin(theta)
    return torch.stack([0 * x, 0 * z, x, z], -1)


def rates(y: Tensor, k: Tensor) -> Tensor:
    """dy/dt = (v, −k·|v|·v + g), (…, 4), with |v| the speed."""
    _args.shapes(y=(y, "… 4"), k=(k, "…"))
    v = y[..., 2:]
    a = -k[..., None] * v.norm(dim=-1, keepdim=True) * v
    down = y.new_tensor([0.0, -G])
    return torch.cat([v.expand_as(a), a + down], -1)


def landing(theta: Tensor, v: Tensor, k: Tensor, h: float = 0.01) -> Tensor:
    """x, (): where one shot comes back to the ground, z = 0.

    The shot is followed in steps of h, in s. The time of the impact within
    the last step, s*, is the root of z(s). It depends on the parameters,
    too, so a last step of Newton's method carries its derivative:
        ds* = −dz/ż.

    Raises:
        ValueError: The shot does not go up, or an argument is not one
            finite number.
    """
    h = _args.positive("h", h)
    for name, x in {"theta": theta, "v": v, "k": k}.items():
        _args.shapes(**{name: (x, ", one shot")})
        _args.finite(name, x)
    y = launch(theta, v)
    if not y[3] > 0:
        got = f"an upward velocity of {y[3].item():.3g} m/s"
        raise _args.wrong("theta", got, "one above zero")

    def f(y: Tensor) -> Tensor:
        return rates(y, k)

    after = rk4(f, y, h)
    while after[1] > 0:
        y, after = after, rk4(f, after, h)
    s = (h * y[1] / (y[1] - after[1])).detach()
    for _ in range(3):  # z is nearly a straight line within a step
        s = s.detach()
        after = rk4(f, y, s)
        s = s - after[1] / after[3].detach()
    return rk4(f, y, s)[0]


def heights(
    push: Tensor, steps: int, dt: float = 0.1, drag: float = 0.02
) -> list[Tensor]:
    """Return the heights, in m, after each of `steps` steps.

        v ← v + (push − g − drag·v·|v|)·dt,    z ← z + v·dt,

    from z = 10 m and v = 10 m/s on. Each push lasts for steps/n steps. The
    heights are a list, so that what follows the operations of one number
    after the other, as a tape does, can follow them.
    """
    _args.shapes(push=(push, "n"))
    n = push.shape[0]
    if steps % n:
        got = f"{steps} for {n} pushes"
        raise _args.wrong("steps", got, "a multiple of their number")
    z: Any = 10.0
    v: Any = 10.0
    out: list[Tensor] = []
    parts = push.unbind()
    for i in range(steps):
        now = parts[i * n // steps]
        v = v + (now - G - drag * v * abs(v)) * dt
        z = z + v * dt
        out.append(z)
    return out
