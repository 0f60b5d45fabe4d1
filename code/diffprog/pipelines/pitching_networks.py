"""The networks of Part 3 around the pitching machine, and their inputs.

Symbols, shapes, units. n throws; see `simulator.pitching` and
`pipelines.pipeline`.
    t            (n, 1)      days     times of day
    (t, flight)  (n·m, 2)    days, s  a row for each throw and flight time:
                                      `throws`
    x            (n, m)      m        the observations
    points       (n, 1)               weights of throws whose drift is
                                      measured, too
    theta        (4,), (6,)           coefficients of the structural prior

All networks have two hidden layers, of 100 and 50 units, with ReLU. A stage
that does nothing is a scale with centre 0 and width 1, so that fits with
different scaling can be trained together.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from diffprog import _args
from diffprog.pipelines.pipeline import Pipeline, Scale, mlp
from diffprog.simulator.pitching import FLIGHT, Pitch, pitch

__all__ = [
    "direct", "drift_scale", "even_points", "physics", "structured_drift",
    "throws",
]  # fmt: skip

HIDDEN = (100, 50)


def direct(
    t: Tensor,
    x: Tensor,
    *,
    scale_input: bool = False,
    scale_target: bool = False,
) -> Pipeline:
    """t → x by a network alone, from the columns of t to those of x.

    Args:
        scale_input: Take each column of t onto [−3, 3].
        scale_target: Predict (x − mean)/standard deviation.
    """
    return Pipeline(
        Scale.onto(t, -3, 3) if scale_input else _nothing(t),
        mlp(t.shape[1], *HIDDEN, x.shape[1]),
        (Scale.standard(x) if scale_target else _nothing(x)).inverse(),
    ).to(t)


def physics(
    t: Tensor,
    flight: float | Sequence[float] | Tensor = FLIGHT,
    *,
    scale_input: bool = False,
    scale_drifts: Scale | None = None,
) -> Pipeline:
    """t → (Δx0, Δv0) by a network, → x by the simulator.

    Args:
        flight: One flight time, or several, (m,), in s.
        scale_input: Take t onto [−3, 3].
        scale_drifts: Predict the drifts in this scale, as `drift_scale(x)`.
    """
    network = mlp(t.shape[1], *HIDDEN, 2)
    network.append((scale_drifts or _nothing(t.new_zeros(1, 2))).inverse())
    return Pipeline(
        Scale.onto(t, -3, 3) if scale_input else _nothing(t),
        network,
        Pitch(flight),
    ).to(t)


def drift_scale(x: Tensor) -> Scale:
    """Guess the scale of the drifts from heights x, (n, 1), at 3 s.

    Δx0 = offset/2 + ζ₁·σ/√2 and 3·Δv0 = offset/2 + ζ₂·σ/√2, where offset
    is the mean of the heights minus the height without drift. Each drift
    takes half of it. (ζ₁, ζ₂) of size one move the heights by their
    standard deviation σ.
    """
    _args.columns("x", x)
    offset = x.mean() - pitch(x.new_zeros(1, 2))[0]
    to_drifts = x.new_tensor([1, 1 / FLIGHT])  # FLIGHT·Δv0 is a height
    return Scale(to_drifts * offset / 2, to_drifts * x.std() / 2**0.5)


def throws(t: Tensor, flight: Sequence[float]) -> Tensor:
    """Return all pairs (t, flight), (n·m, 2), as x.flatten() has them."""
    _args.shapes(t=(t, "n 1"))
    n, m = len(t), len(flight)
    times = t.new_tensor(flight)
    return torch.stack(
        [t.expand(n, m).flatten(), times.expand(n, m).flatten()], dim=1
    )


def even_points(
    n: int,
    points: int,
    *,
    dtype: torch.dtype | None = None,
    device: torch.device | str | None = None,
) -> Tensor:
    """Return weights, (n, 1): 1/points at evenly spread throws, else 0.

    The first and the last throw are among the 2 ≤ points ≤ n.
    """
    if not (isinstance(points, int) and 2 <= points <= n):
        want = f"a whole number from 2 to {n}"
        raise _args.wrong("points", points, want)
    weights = torch.zeros(n, 1, dtype=dtype, device=device)
    weights[torch.linspace(0, n - 1, points).round().long()] = 1 / points
    return weights


def structured_drift(t: Tensor, theta: Tensor) -> Tensor:
    """Δx0 = A₁·sin 20t + A₂·cos 20t and Δv0 = B₁·t + B₂·t², (n, 2).

    This is a structural prior: the form of the drifts, in m and m/s, is
    known from elsewhere.

    Args:
        t: Times of day, (n, 1).
        theta: A₁, A₂, B₁, B₂, (4,), or (6,) with two more numbers, which
            are added to Δx0 and to Δv0.
    """
    _args.shapes(t=(t, "n 1"), theta=(theta, "coefficients"))
    if len(theta) not in (4, 6):
        want = "(4,), or (6,) with two constants"
        raise _args.wrong("theta", f"shape {tuple(theta.shape)}", want)
    x0 = theta[0] * torch.sin(20 * t) + theta[1] * torch.cos(20 * t)
    v0 = theta[2] * t + theta[3] * t**2
    z = torch.cat([x0, v0], dim=-1)
    return z if len(theta) == 4 else z + theta[4:]


def _nothing(x: Tensor) -> Scale:
    """Return the scale that does not change x, (n, i)."""
    return Scale(x.new_zeros(x.shape[1]), x.new_ones(x.shape[1]))
