"""Forward models: conditions in, observation out.

Symbols, shapes, units. Time is axis -2, space is axis -1; d spatial
dimensions, n times; … stands for any batch of conditions.
    t      (n, 1)         s       times
    a      (…, 1, d)      m/s²    acceleration, constant
    v0     (…, 1, d)      m/s     velocity at t = 0
    x0     (…, 1, d)      m       position at t = 0
    t_top  (…, 1, d)      s       time at which the velocity is zero: the
                                  top, in height
    θ      any            rad     angle of launch above the ground, `theta`
    v      any            m/s     speed of launch
    g      any            m/s²    acceleration of free fall, above zero
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from diffprog import _checks

__all__ = ["position", "position_from_top", "position_numpy", "shot_range"]


def position_numpy(
    t: NDArray[np.floating],
    a: NDArray[np.floating],
    v0: NDArray[np.floating],
    x0: NDArray[np.floating],
) -> NDArray[np.float64]:
    """x(t) = x0 + v0·t + ½·a·t², one time after the other.

    t has shape (n,), in s; a, v0 and x0 have shape (d,), in m/s², m/s and
    m. Returns the positions, (n, d), in m, in float64. ValueError for
    arguments of another shape or type.
    """
    t, a, v0, x0 = _arrays(t=t, a=a, v0=v0, x0=x0)
    x = np.empty((len(t), len(x0)))
    for i in range(len(t)):
        x[i] = x0 + v0 * t[i] + a * t[i] ** 2 / 2
    return x


def position(t: Tensor, a: Tensor, v0: Tensor, x0: Tensor) -> Tensor:
    """x(t) = x0 + v0·t + ½·a·t², all times at once, by broadcasting.

    t has shape (n, 1), in s; a, v0 and x0 have shape (1, d), or (…, 1, d)
    for a batch, in m/s², m/s and m. Returns the positions, (…, n, d), in m.
    ValueError for integers, for times of shape (n,), and for shapes that do
    not broadcast.
    """
    _check_tensors(t, a=a, v0=v0, x0=x0)
    return x0 + v0 * t + a * t**2 / 2


def position_from_top(
    t: Tensor, a: Tensor, t_top: Tensor, x0: Tensor
) -> Tensor:
    """x(t) = x0 − a·t_top·t + ½·a·t²:
    the velocity v0 + a·t is zero at t_top = −v0/a.

    The motion of `position`, with a question put as a parameter: not linear
    in (a, t_top), and linear in (a, x0) at each t_top. Shapes, units and
    errors as in `position`.
    """
    _check_tensors(t, a=a, t_top=t_top, x0=x0)
    return position(t, a, -a * t_top, x0)


def shot_range(theta: Tensor, v: Tensor, g: Tensor) -> Tensor:
    """R = v²·sin(2θ)/g, on flat ground without drag.

    theta in rad, v in m/s, g in m/s², of any shapes that broadcast. Returns
    the distance at which the shot lands, in m. At θ = 45° the slope dR/dθ
    is zero and R is largest. ValueError for integers, and for shapes that
    do not broadcast.
    """
    for name, x in {"theta": theta, "v": v, "g": g}.items():
        _checks.floating(name, x)
    _checks.broadcast(theta=theta.shape, v=v.shape, g=g.shape)
    return v**2 * torch.sin(2 * theta) / g


def _check_tensors(t: Tensor, **conditions: Tensor) -> None:
    _checks.times("t", t)
    for name, x in conditions.items():
        _checks.floating(name, x)
    _checks.broadcast(
        t=t.shape, **{name: x.shape for name, x in conditions.items()}
    )


def _arrays(**arrays: object) -> list[NDArray[np.float64]]:
    """Return them in float64, in which t² of
    a small integer type does not overflow."""
    real: dict[str, NDArray[np.float64]] = {}
    for name, x in arrays.items():
        if not (
            isinstance(x, np.ndarray)
            and x.dtype.kind in "iuf"
            and x.ndim == 1
        ):
            raise _checks.wrong(
                name,
                _checks.described(x),
                "a real NumPy array with one axis",
            )
        real[name] = x.astype(np.float64)
    for name in ("v0", "x0"):
        if real[name].shape != real["a"].shape:
            want = f"that of a, {real['a'].shape}"
            raise _checks.wrong(name, f"shape {real[name].shape}", want)
    return list(real.values())
