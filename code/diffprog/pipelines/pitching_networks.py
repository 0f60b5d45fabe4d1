"""The networks of Part 3 around the pitching
machine, and what each of them is given.

Symbols, shapes, units. n throws; see `simulator.pitching` and
`pipelines.pipeline`.
    t        (n, 1)      days     times of day
    (t, T)   (n·m, 2)    days, s  a row for each throw and flight time:
                                  `throws`
    x        (n, m)      m        what is observed
    w        (n, 1)               weights of throws whose drift is measured
                                  directly, beside x
    c        (4,), (6,)           coefficients of the structural prior

All networks have two hidden layers, of 100 and 50 units, with ReLU. Stages
that do nothing are scales with centre 0 and width 1, so that fits with
different scaling can be trained together.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from diffprog import _checks
from diffprog.pipelines.pipeline import Pipeline, Scale, mlp
from diffprog.simulator.pitching import FLIGHT, Pitch, pitch

__all__ = [
    "direct",
    "drift_scale",
    "even_points",
    "physics",
    "structured_drift",
    "throws",
]

HIDDEN = (100, 50)


def direct(
    t: Tensor,
    x: Tensor,
    *,
    scale_input: bool = False,
    scale_target: bool = False,
) -> Pipeline:
    """t → x by a network alone: 1-100-50-1,
    or as many inputs and outputs as t and x have columns.

    scale_input takes each column of t onto [−3, 3]; with scale_target, the
    network predicts (x − mean)/standard deviation.
    """
    return Pipeline(
        Scale.onto(t, -3, 3) if scale_input else _nothing(t),
        mlp(t.shape[1], *HIDDEN, x.shape[1]),
        (Scale.standard(x) if scale_target else _nothing(x)).inverse(),
    )


def physics(
    t: Tensor,
    flight: float | Sequence[float] | Tensor = FLIGHT,
    *,
    scale_input: bool = False,
    scale_drifts: Scale | None = None,
) -> Pipeline:
    """t → (Δx0, Δv0) by a network 1-100-50-2,
    → x by the simulator, at the flight times (m,), in s.

    scale_input takes t onto [−3, 3]; with scale_drifts, such as
    `drift_scale(x)`, the network predicts the drifts in that scale.
    """
    network = mlp(t.shape[1], *HIDDEN, 2)
    network.append((scale_drifts or _nothing(t.new_zeros(1, 2))).inverse())
    return Pipeline(
        Scale.onto(t, -3, 3) if scale_input else _nothing(t),
        network,
        Pitch(flight),
    )


def drift_scale(x: Tensor) -> Scale:
    """Return the scale of the drifts that heights x,
    (n, 1), at 3 s, ask for: nobody measures them.

    Δx0 = δ/2 + u·s/√2 and 3·Δv0 = δ/2 + w·s/√2: each drift takes half of
    what the mean height is off by, δ, and (u, w) of size one move the
    heights by one standard deviation s.
    """
    δ = x.mean() - pitch(x.new_zeros(1, 2))[0]
    to_drifts = x.new_tensor([1, 1 / FLIGHT])  # FLIGHT·Δv0 is a height
    return Scale(to_drifts * δ / 2, to_drifts * x.std() / 2**0.5)


def throws(t: Tensor, flight: Sequence[float]) -> Tensor:
    """Return all pairs (t, T), (n·m, 2), throw by throw:
    the order of x, (n, m), flattened.

    ValueError for times t of another shape than (n, 1), and integers.
    """
    _checks.times("t", t)
    n, m = len(t), len(flight)
    times = torch.tensor(flight, dtype=t.dtype)
    return torch.stack(
        [t.expand(n, m).flatten(), times.expand(n, m).flatten()], dim=1
    )


def even_points(n: int, points: int) -> Tensor:
    """Return weights w, (n, 1): 1/points at throws
    evenly spread over the n, both ends in, else 0.

    ValueError unless 2 ≤ points ≤ n.
    """
    if not (isinstance(points, int) and 2 <= points <= n):
        raise _checks.wrong(
            "points", points, f"a whole number from 2 to {n}"
        )
    w = torch.zeros(n, 1)
    w[torch.linspace(0, n - 1, points).round().long()] = 1 / points
    return w


def structured_drift(t: Tensor, c: Tensor) -> Tensor:
    """Δx0 = A·sin 20t + B·cos 20t (+ c_x),
    Δv0 = b₁·t + b₂·t² (+ c_v), (n, 2), in m and m/s.

    A structural prior: what kind of drift it is, known from elsewhere. c
    is (A, B, b₁, b₂), or six numbers with the constants c_x, c_v at the
    end. ValueError for another number of them, for times t of another shape
    than (n, 1), and integers.
    """
    _checks.times("t", t)
    _checks.floating("c", c)
    if c.shape not in ((4,), (6,)):
        raise _checks.wrong(
            "c",
            f"shape {tuple(c.shape)}",
            "(4,), or (6,) with two constants",
        )
    x0 = c[0] * torch.sin(20 * t) + c[1] * torch.cos(20 * t)
    v0 = c[2] * t + c[3] * t**2
    z = torch.cat([x0, v0], dim=-1)
    return z if len(c) == 4 else z + c[4:]


def _nothing(x: Tensor) -> Scale:
    """Return the scale that leaves x, (n, i), as it is."""
    return Scale(x.new_zeros(x.shape[1]), x.new_ones(x.shape[1]))
