"""Checks for the exercises of the chapter `part3/network`.

Symbols, shapes, units. n throws, m flight times.
    t       (n, 1)      times of day
    drift   (n, 2)      Δx0 in m and Δv0 in m/s, what a network makes of t
    flight  one, (m,)   s, times of flight
    x       (n, m)      m, heights
"""

# mypy: disable-error-code="no-untyped-call"
# (backward() has no annotations.)

from __future__ import annotations

import copy
from collections.abc import Callable

import torch
from torch import Tensor, nn

from diffprog.exercises._check import Wrong, close, exercise, tensor
from diffprog.pipelines.pipeline import Pipeline
from diffprog.simulator.pitching import V0, X0, A, Pitch, drifts, pitch

__all__ = ["check_pipeline", "check_transfer"]


@exercise("5", "right: the heights, and the gradient of each weight behind them.")
def check_pipeline(predict: Callable[..., Tensor], seed: int) -> None:
    """`predict(network, t, flight)` gives heights (n, 1), and lets gradients through."""
    network, random = _network(seed)
    for n, flight in ((6, 2.3 + 0.01 * seed), (1, 1.4)):
        t = torch.rand(n, 1, generator=random)
        drift = network(t).detach()
        try:
            got = predict(network, t.clone(), flight)
        except AttributeError as error:
            if "numpy" not in str(error):
                raise
            raise Wrong("a NumPy array knows no graph: stay with tensors all the way") from error
        if isinstance(got, tuple | list):
            raise Wrong("return one tensor, the heights, (n, 1)")
        # A single throw may hide a mistake by chance, and is there for the shapes.
        typical = _heights(drift, t, flight) if n > 1 else {}
        close(got, pitch(drift, flight), f"the height of {n} throws", typical=typical)
        _check_gradient(got, network, t, flight)


def _network(seed: int) -> tuple[nn.Sequential, torch.Generator]:
    """A small network with known weights, smooth so that all of them have a gradient."""
    random = torch.Generator().manual_seed(seed)
    network = nn.Sequential(nn.Linear(1, 5), nn.Tanh(), nn.Linear(5, 2))
    with torch.no_grad():
        for p in network.parameters():
            p.copy_(torch.randn(p.shape, generator=random))
    return network, random


def _heights(drift: Tensor, t: Tensor, flight: float) -> dict[str, Tensor]:
    """The likely cause, and the heights that it would give."""
    dx0, dv0 = drift[:, :1], drift[:, 1:]
    right = pitch(drift, flight)
    fall = A * flight**2 / 2
    crossed = X0 + dx0 + (V0 + drift[:, 1]) * flight + fall
    return {
        "each throw met the drifts of all the others, and the result is (n, n): take columns,"
        " drift[:, :1] and drift[:, 1:], both (n, 1)": crossed,
        "the other way round: the first column of the drift is Δx0, the second Δv0": pitch(
            drift.flip(1), flight
        ),
        "that is what the drift adds: the machine's 15 m and 10 m/s, and gravity, are missing": (
            dx0 + dv0 * flight
        ),
        "the drift has no part in it: add it to what the machine is set to": pitch(
            0 * drift, flight
        ),
        "t is the time of day. The ball falls for `flight` seconds": (
            X0 + dx0 + (V0 + dv0) * t + A * t**2 / 2
        ),
        "the time of flight is fixed in your function: use `flight`": pitch(drift, 3.0),
        "gravity pulls upwards: a is −9.8 m/s²": right - 2 * fall,
        "gravity is missing: ½·a·T² with a = −9.8 m/s²": right - fall,
        "the ½ is missing in ½·a·T²": right + fall,
        "the drift is subtracted: the machine does what it is set to *plus* the drift": pitch(
            -drift, flight
        ),
        "both drifts come from the first column": pitch(drift[:, [0, 0]], flight),
        "both drifts come from the second column": pitch(drift[:, [1, 1]], flight),
        "Δv0 is added, but not multiplied by the time of flight": pitch(
            torch.cat([dx0, dv0 / flight], 1), flight
        ),
        "these are the drifts. Send them through the simulator": drift,
        "each height has lost its axis: (n,), where the observations are (n, 1), so that their"
        " difference would be (n, n). Take columns, drift[:, :1] and drift[:, 1:]": right[:, 0],
    }


def _check_gradient(got: Tensor, network: nn.Module, t: Tensor, flight: float) -> None:
    """The weighted sum of the heights must give each weight its gradient."""
    if not got.requires_grad:
        raise Wrong(
            "the heights are right, but their graph is cut: no gradient reaches the network. Is"
            " there a .detach(), .item(), torch.tensor(…) or torch.no_grad() on the way?"
        )
    weights = list(network.parameters())
    weighting = torch.linspace(-1, 2, len(t))[:, None]
    wanted = torch.autograd.grad((weighting * pitch(network(t), flight)).sum(), weights)
    found = torch.autograd.grad((weighting * got).sum(), weights, allow_unused=True)
    names = [name for name, _ in network.named_parameters()]
    for name, g, w in zip(names, found, wanted, strict=True):
        if g is None:
            raise Wrong(f"the heights are right, but do not depend on the weights {name}")
        if not torch.allclose(g, w, rtol=1e-3, atol=1e-4):
            raise Wrong(
                "the heights are right, but not their gradient: one of the two drifts is cut off"
                f" from the graph (seen at the weights {name}). Is there a .detach() on the way?"
            )


@exercise("3.1a", "right: one error for each flight time, and nothing was trained.")
def check_transfer(transfer: Callable[..., Tensor], seed: int) -> None:
    """`transfer(model, t, x, flight)` gives the mean squared error at new flight times, (m,)."""
    network, random = _network(seed)
    model = Pipeline(nn.Identity(), network, Pitch([1.0, 3.0]))
    before = copy.deepcopy(model.state_dict())
    t = torch.rand(7, 1, generator=random)
    flight = 1.3 + torch.rand(2, generator=random) + torch.tensor([0.0, 1.6])
    x = pitch(drifts(t), flight) + torch.randn(7, 2, generator=random)
    result = transfer(model, t.clone(), x.clone(), flight.clone())
    after = model.state_dict()
    if any(not torch.equal(before[name], after[name]) for name in before):
        raise Wrong(
            "the model is not what it was: no training, and no new flight times in its simulator"
        )
    got = tensor(result)
    error = pitch(network(t).detach(), flight) - x
    close(got, (error**2).mean(0), "the errors", typical=_errors(model, t, x, flight), rtol=1e-3)


def _errors(model: Pipeline, t: Tensor, x: Tensor, flight: Tensor) -> dict[str, Tensor]:
    """The likely cause, and the errors that it would give."""
    with torch.no_grad():
        error = pitch(model.latent(t), flight) - x
        stale, swapped = model(t) - x, pitch(model.latent(t), flight.flip(0)) - x
        upside = pitch(model.latent(t).flip(1), flight) - x
        known = pitch(drifts(t), flight) - x
    square = error**2
    return {
        "the model's own simulator takes its pictures at the old flight times: take"
        " model.latent(t), and send it through `pitch` with the new ones": (stale**2).mean(0),
        "the flight times are in another order than the columns of x": (swapped**2).mean(0),
        "the drifts are the true ones. Take those that the model infers, model.latent(t)": (
            (known**2).mean(0)
        ),
        "the columns of the drift have changed places": (upside**2).mean(0),
        "that is an error for each throw: take the mean over the throws, axis 0": square.mean(1),
        "that is one number: keep the flight times apart, with .mean(0)": square.mean(),
        "that is a root mean square: leave the square as it is, in m²": square.mean(0).sqrt(),
        "that is a sum over the throws: take the mean": square.sum(0),
        "the differences are not squared: positive and negative ones cancel": error.mean(0),
        "that is the mean of |x̂ − x|: take the square": error.abs().mean(0),
        "these are squares, throw by throw: take the mean over the throws, axis 0": square,
    }
