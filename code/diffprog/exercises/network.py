"""Checks for the exercises of the chapter `part3/network`.

Symbols, shapes, units. n throws, m flight times.
    t       (n, 1)      times of day
    drift   (n, 2)      Δx0 in m and Δv0 in m/s, what a network makes of t
    flight  one, (m,)   s, times of flight
    x       (n, m)      m, heights
"""

import copy
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from diffprog.exercises._check import Mistake, Wrong, call, close, exercise
from diffprog.pipelines.pipeline import Pipeline
from diffprog.simulator.pitching import V0, X0, A, Pitch, drifts, pitch

__all__ = ["check_pipeline", "check_transfer", "height_mistakes", "known_network"]

NUMPY = "a NumPy array knows no graph: stay with tensors all the way"


@exercise("ex-pipeline", "Right: the heights, and the gradient of each weight behind them.")
def check_pipeline(predict: Callable[..., Tensor], seed: int) -> None:
    """`predict(network, t, flight)`: heights (n, 1), with their graph."""
    network, random = known_network(seed)
    for n, flight in ((6, 2.3 + 0.01 * seed), (1, 1.4)):
        t = torch.rand(n, 1, generator=random)
        given = {"network": network, "t": t, "flight": flight}
        got = call(predict, {"numpy": NUMPY}, **given)
        if isinstance(got, tuple | list):
            raise Wrong("return one tensor, the heights, (n, 1)")
        if not isinstance(got, Tensor):
            raise Wrong(f"I got a {type(got).__name__}: {NUMPY}")
        drift = network(t).detach()
        what, mistakes = f"the height of {n} throws", height_mistakes
        close(got, pitch(drift, flight), what, mistakes(drift, t, flight))
        _check_gradient(got, network, t, flight)


def known_network(seed: int) -> tuple[nn.Sequential, torch.Generator]:
    """A network with known weights, smooth: all have a gradient."""
    random = torch.Generator().manual_seed(seed)
    network = nn.Sequential(nn.Linear(1, 5), nn.Tanh(), nn.Linear(5, 2))
    with torch.no_grad():
        for p in network.parameters():
            p.copy_(torch.randn(p.shape, generator=random))
    return network, random


# fmt: off
def height_mistakes(drift: Tensor, t: Tensor, flight: float) -> Iterator[Mistake]:
    """Say what can be wrong with the heights, and what it gives."""
    dx0, dv0 = drift[:, :1], drift[:, 1:]
    right = pitch(drift, flight)
    fall = A * flight**2 / 2
    yield ("each throw met the drifts of all the others, and the result is (n, n): take columns,"
           " drift[:, :1] and drift[:, 1:], both (n, 1)",
           X0 + dx0 + (V0 + drift[:, 1]) * flight + fall)
    yield ("the other way round: the first column of the drift is Δx0, the second Δv0",
           pitch(drift.flip(1), flight))
    yield ("that is what the drift adds: the machine's 15 m and 10 m/s, and gravity, are missing",
           dx0 + dv0 * flight)
    yield ("the drift has no part in it: add it to what the machine is set to",
           pitch(0 * drift, flight))
    yield ("t is the time of day. The ball falls for `flight` seconds",
           X0 + dx0 + (V0 + dv0) * t + A * t**2 / 2)
    yield ("the time of flight is fixed in your function: use `flight`", pitch(drift, 3.0))
    yield ("gravity pulls upwards: a is −9.8 m/s²", right - 2 * fall)
    yield ("gravity is missing: ½·a·T² with a = −9.8 m/s²", right - fall)
    yield ("the ½ is missing in ½·a·T²", right + fall)
    yield ("the drift is subtracted: the machine does what it is set to *plus* the drift",
           pitch(-drift, flight))
    yield ("both drifts come from the first column", pitch(drift[:, [0, 0]], flight))
    yield ("both drifts come from the second column", pitch(drift[:, [1, 1]], flight))
    yield ("Δv0 is added, but not multiplied by the time of flight", right + dv0 * (1 - flight))
    yield ("these are the drifts. Send them through the simulator", drift)
    yield ("each height has lost its axis: (n,), where the observations are (n, 1), so that their"
           " difference would be (n, n). Take columns, drift[:, :1] and drift[:, 1:]", right[:, 0])
# fmt: on


def _check_gradient(got: Tensor, network: nn.Module, t: Tensor, flight: float) -> None:
    """A weighted sum of the heights must give each weight its gradient."""
    if not got.requires_grad:
        raise Wrong(
            "the heights are right, but their graph is cut: no gradient reaches the network. Is"
            " there a .detach(), .item(), torch.tensor(…) or torch.no_grad() on the way?"
        )
    names, weights = zip(*network.named_parameters(), strict=True)
    weighting = torch.linspace(-1, 2, len(t))[:, None]
    wanted = torch.autograd.grad((weighting * pitch(network(t), flight)).sum(), weights)
    found = torch.autograd.grad((weighting * got).sum(), weights, allow_unused=True)
    for name, g, w in zip(names, found, wanted, strict=True):
        if g is None:
            raise Wrong(f"the heights are right, but do not depend on the weights {name}")
        if not torch.allclose(g, w, rtol=1e-3, atol=1e-4):
            raise Wrong(
                "the heights are right, but not their gradient: one of the two drifts is cut off"
                f" from the graph (seen at the weights {name}). Is there a .detach() on the way?"
            )


@exercise("ex-transfer", "Right: one error for each flight time, and nothing was trained.")
def check_transfer(transfer: Callable[..., Tensor], seed: int) -> None:
    """`transfer(model, t, x, flight)`: mean squared errors, (m,)."""
    network, random = known_network(seed)
    model = Pipeline(nn.Identity(), network, Pitch([1.0, 3.0]))
    before = copy.deepcopy(model.state_dict())
    t = torch.rand(7, 1, generator=random)
    flight = 1.3 + torch.rand(2, generator=random) + torch.tensor([0.0, 1.6])
    x = pitch(drifts(t), flight) + torch.randn(7, 2, generator=random)
    got = call(transfer, model=model, t=t, x=x, flight=flight)
    after = model.state_dict()
    if any(not torch.equal(before[name], after[name]) for name in before):
        raise Wrong(
            "the model is not what it was: no training, and no new flight times in its simulator"
        )
    with torch.no_grad():
        wanted = ((pitch(network(t), flight) - x) ** 2).mean(0)
        mistakes = list(_error_mistakes(model, t, x, flight))
    close(got, wanted, "the errors", mistakes, rtol=1e-3)


# fmt: off
def _error_mistakes(model: Pipeline, t: Tensor, x: Tensor, flight: Tensor) -> Iterator[Mistake]:
    z = model.latent(t)
    error = pitch(z, flight) - x
    square = error**2

    def mean_square(heights: Tensor) -> Tensor:
        return ((heights - x) ** 2).mean(0)

    yield ("the model's own simulator takes its pictures at the old flight times: take"
           " model.latent(t), and send it through `pitch` with the new ones", mean_square(model(t)))
    yield ("the flight times are in another order than the columns of x",
           mean_square(pitch(z, flight.flip(0))))
    yield ("the drifts are the true ones. Take those that the model infers, model.latent(t)",
           mean_square(pitch(drifts(t), flight)))
    yield ("the columns of the drift have changed places", mean_square(pitch(z.flip(1), flight)))
    yield ("that is an error for each throw: take the mean over the throws, axis 0", square.mean(1))
    yield ("that is one number: keep the flight times apart, with .mean(0)", square.mean())
    yield ("that is a root mean square: leave the square as it is, in m²", square.mean(0).sqrt())
    yield ("that is a sum over the throws: take the mean", square.sum(0))
    yield ("the differences are not squared: positive and negative ones cancel", error.mean(0))
    yield ("that is the mean of |x̂ − x|: take the square", error.abs().mean(0))
    yield ("these are squares, throw by throw: take the mean over the throws, axis 0", square)
