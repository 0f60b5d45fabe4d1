"""Forward models: conditions in, observation out.

Symbols, shapes, units. Time is axis −2, space is axis −1; d spatial
dimensions, n times; … stands for any batch of conditions.
    t      (n, 1)         s       times
    a      (…, 1, d)      m/s²    acceleration, constant
    v0     (…, 1, d)      m/s     velocity at t = 0
    x0     (…, 1, d)      m       position at t = 0
    t_top  (…, 1, d)      s       time at which the velocity is zero: in
                                  height, the time of the top
    θ      any            rad     angle of launch above the ground, `theta`
    v      any            m/s     speed of launch
    g      any            m/s²    acceleration of free fall, above zero
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from diffprog import _args

__all__ = ["position", "position_from_top", "position_numpy", "shot_range"]


def position_numpy(
    t: NDArray[np.floating],
    a: NDArray[np.floating],
    v0: NDArray[np.floating],
    x0: NDArray[np.floating],
) -> NDArray[np.float64]:
    """x(t) = x0 + v0·t + ½·a·t², one time after the other.

    Args:
        t: Times, (n,), in s.
        a, v0, x0: Conditions, (d,), in m/s², m/s and m.

    Returns:
        Positions, (n, d), in m, in float64.
    """
    t, a, v0, x0 = _arrays(t=t, a=a, v0=v0, x0=x0)
    x = np.empty((len(t), len(x0)))
    for i in range(len(t)):
        x[i] = x0 + v0 * t[i] + a * t[i] ** 2 / 2
    return x


def position(t: Tensor, a: Tensor, v0: Tensor, x0: Tensor) -> Tensor:
    """x(t) = x0 + v0·t + ½·a·t², all times at once, by broadcasting.

    Args:
        t: Times, (n, 1), in s.
        a, v0, x0: Conditions, (1, d), or (…, 1, d) for a batch, in m/s²,
            m/s and m.

    Returns:
        Positions, (…, n, d), in m.
    """
    _check_tensors(t, a=a, v0=v0, x0=x0)
    return x0 + v0 * t + a * t**2 / 2


def position_from_top(
    t: Tensor, a: Tensor, t_top: Tensor, x0: Tensor
) -> Tensor:
    """x(t) = x0 − a·t_top·t + ½·a·t², where t_top = −v0/a.

    This is the motion of `position`, with the time of velocity zero as a
    parameter. It is not linear in (a, t_top), and linear in (a, x0) at each
    t_top. Shapes and units are those of `position`.
    """
    _check_tensors(t, a=a, t_top=t_top, x0=x0)
    return position(t, a, -a * t_top, x0)


def shot_range(theta: Tensor, v: Tensor, g: Tensor) -> Tensor:
    """R = v²·sin(2θ)/g, in m: where a shot lands, without drag.

    theta (rad), v (m/s) and g (m/s²) have any shapes that broadcast. At
    θ = 45° the slope dR/dθ is zero and R is largest.
    """
    _args.broadcast(theta=theta, v=v, g=g)
    return v**2 * torch.sin(2 * theta) / g


def _check_tensors(t: Tensor, **conditions: Tensor) -> None:
    _args.shapes(t=(t, "… n 1"))
    _args.broadcast(t=t, **conditions)


def _arrays(**arrays: object) -> list[NDArray[np.float64]]:
    """Convert to float64: t² of a small integer type may overflow."""
    real: dict[str, NDArray[np.float64]] = {}
    for name, x in arrays.items():
        if (
            not isinstance(x, np.ndarray)
            or x.dtype.kind not in "iuf"
            or x.ndim != 1
        ):
            want = "a real NumPy array with one axis"
            raise _args.wrong(name, _args.described(x), want)
        real[name] = x.astype(np.float64)
    for name in ("v0", "x0"):
        if real[name].shape != real["a"].shape:
            want = f"that of a, {real['a'].shape}"
            raise _args.wrong(name, f"shape {real[name].shape}", want)
    return list(real.values())
