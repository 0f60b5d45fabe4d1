"""Checks for the exercises of the chapter `part3/network`.

Symbols, shapes, units. n throws, m flight times.
    t       (n, 1)      times of day
    drift   (n, 2)      Δx0 in m and Δv0 in m/s, what a network makes of t
    flight  one, (m,)   s, times of flight
    x       (n, m)      m, heights
"""

from collections.abc import Callable, Iterator
from itertools import chain, pairwise
from typing import Any

import torch
from torch import Tensor, nn

from diffprog.exercises._check import (
    Draw,
    Formula,
    Mistake,
    Wrong,
    call,
    close,
    exercise,
    parts,
    shown,
    slopes,
    tensor,
    with_graph,
)
from diffprog.pipelines.pipeline import Pipeline, Scale
from diffprog.simulator.pitching import FLIGHT, V0, X0, A, Pitch, drifts, pitch

__all__ = [
    "Known", "check_counts", "check_new_times", "check_pipeline", "check_transfer",
    "height_mistakes",
]  # fmt: skip

OTHERS = (
    "the network gets numbers that are not in t: hand it the times of day as they are, network(t)"
)
NUMPY = "a NumPy array knows no graph: stay with tensors all the way"


class Known(nn.Module):
    """t·weight + bias, (n, 2), with weights that a learner can type."""

    def __init__(self, draw: Draw) -> None:
        super().__init__()
        self.weight = nn.Parameter(draw(-3, 3, 2))
        self.bias = nn.Parameter(draw(-2, 2, 2))
        self.seen: list[Tensor] = []
        self.text = f"lambda t: t * {shown(self.weight)} + {shown(self.bias)}"

    def forward(self, t: Tensor) -> Tensor:
        """Return the drifts at times of day t, (n, 1)."""
        self.seen.append(t.detach())
        return t * self.weight + self.bias


@exercise("ex-pipeline", "Right: the heights, and the gradient of each weight behind them.")
def check_pipeline(predict: Callable[..., Tensor], seed: int) -> None:
    """Check `predict(network, t, flight)`: heights (n, 1), with their graph."""
    draw = Draw(seed)
    for n, flight in ((3, draw.one(2, 2.9)), (1, 4.4)):  # 4.4 s: below the ground
        network, t = Known(draw), draw(0.1, 0.9, n, 1)
        got = call(predict, {"numpy": NUMPY}, network=network, t=t, flight=flight)
        if isinstance(got, tuple | list):
            raise Wrong("return one tensor, the heights, (n, 1)")
        got = with_graph(got, "the height of each throw")
        others = [x for x in network.seen if not torch.isin(x, t).all()]
        drift = network(t).detach()
        mistakes = chain([(OTHERS, bool(others))], height_mistakes(drift, t, flight))
        close(got, pitch(drift, flight), "the height of each throw", mistakes)
        _check_gradient(got, network, t, flight)


# fmt: off
def height_mistakes(drift: Tensor, t: Tensor, flight: float) -> Iterator[Mistake]:
    """Say what can be wrong with the heights, and what it gives."""
    dx0, dv0 = drift[:, :1], drift[:, 1:]
    right = pitch(drift, flight)
    fall = A * flight**2 / 2
    yield ("each throw met the drifts of all the others, and the result is (n, n): take columns,"
           " drift[:, :1] and drift[:, 1:], both (n, 1)",
           X0 + dx0 + (V0 + drift[:, 1]) * flight + fall)
    yield ("each throw met the drifts of all the others, and the result is (n, n): take columns,"
           " drift[:, :1] and drift[:, 1:], both (n, 1)",
           X0 + drift[:, 0] + (V0 + dv0) * flight + fall)
    yield ("the other way round: the first column of the drift is Δx0, the second Δv0",
           pitch(drift.flip(1), flight))
    yield ("that is what the drift adds: the machine's 15 m and 10 m/s, and gravity, are missing",
           dx0 + dv0 * flight)
    yield ("the drift has no part in it: add it to what the machine is set to",
           pitch(0 * drift, flight))
    for rise_time, fall_time in ((t, t), (t, flight), (flight, t)):
        yield ("t is the time of day. The ball rises and falls for `flight` seconds",
               X0 + dx0 + (V0 + dv0) * rise_time + A * fall_time**2 / 2)
    if right.min() < 0:
        yield ("the ball stops at height zero in your function: there is no ground here",
               right.clamp(min=0))
    yield ("the ½ in ½·a·flight² is squared", right - fall / 2)
    yield ("15 and 10 have changed places: the machine is set to 15 m and 10 m/s",
           right + (V0 - X0) * (1 - flight))
    yield ("the drift is a factor in your function: it is added to what the machine is set to",
           X0 * (1 + dx0) + (V0 + dv0) * flight + fall)
    yield ("the drift is a factor in your function: it is added to what the machine is set to",
           X0 * (1 + dx0) + V0 * (1 + dv0) * flight + fall)
    yield ("all throws get the drift of the first: each throw has its own",
           pitch(drift[:1].expand_as(drift), flight))
    yield ("the time of flight is fixed in your function: use `flight`", pitch(drift, FLIGHT))
    yield ("gravity pulls upwards: a is −9.8 m/s²", right - 2 * fall)
    yield ("the machine's 15 m are missing: the drift comes on top of them", right - X0)
    yield ("the machine's 10 m/s are missing: the drift comes on top of them",
           right - V0 * flight)
    yield ("the drifts are the true ones: take those of the network, network(t)",
           pitch(drifts(t), flight))
    yield ("gravity is taken to be 9.81 m/s²: the exercise has 9.8, as the machine",
           right - 0.01 * flight**2 / 2)
    yield ("½·a·flight² lacks its flight²: the flight has no part in it", right - fall + A / 2)
    yield ("the time of flight should be squared in ½·a·flight²", right - fall + A * flight / 2)
    yield ("Δx0 is multiplied by the time of flight: it is in metres already",
           right + dx0 * (flight - 1))
    yield ("that is the velocity at the end: the height is asked for", V0 + dv0 + A * flight)
    yield ("gravity is missing: ½·a·flight² with a = −9.8 m/s²", right - fall)
    yield ("the ½ is missing in ½·a·flight²", right + fall)
    yield ("the drift is subtracted: the machine does what it is set to *plus* the drift",
           pitch(-drift, flight))
    for name, part in (("Δx0", dx0), ("Δv0", dv0 * flight)):
        yield f"{name} is missing: both columns of the drift are needed", right - part
        yield f"{name} is subtracted: the drift comes on top of what is set", right - 2 * part
    yield ("both drifts come from the first column", pitch(drift[:, [0, 0]], flight))
    yield ("the mean drift of all throws is taken: each throw has its own",
           pitch(drift.mean(0, keepdim=True).expand_as(drift), flight))
    yield ("both drifts come from the second column", pitch(drift[:, [1, 1]], flight))
    yield ("Δv0 is added, but not multiplied by the time of flight", right + dv0 * (1 - flight))
    yield ("these are the drifts. Send them through the simulator", drift)
    yield ("each height has lost its axis: (n,), where the observations are (n, 1), so that their"
           " difference would be (n, n). Take columns, drift[:, :1] and drift[:, 1:]", right[:, 0])
# fmt: on


def _check_gradient(got: Tensor, network: nn.Module, t: Tensor, flight: float) -> None:
    """Raise `Wrong` unless a weighted sum of the heights gives each weight its gradient."""
    if not got.requires_grad:
        raise Wrong(
            "the heights are right, but their graph is cut: no gradient reaches the network. Is"
            " there a .detach(), .item(), torch.tensor(…) or torch.no_grad() on the way?"
        )
    names, weights = zip(*network.named_parameters(), strict=True)
    weighting = torch.linspace(-1, 2, len(t))[:, None]
    wanted = torch.autograd.grad((weighting * pitch(network(t), flight)).sum(), weights)
    found = slopes((weighting * got.reshape(len(t), 1)).sum(), weights)
    for name, g, w in zip(names, found, wanted, strict=True):
        if g is None:
            raise Wrong(f"the heights are right, but do not depend on the network's {name}")
        if not torch.allclose(g, w, rtol=1e-3, atol=1e-4):
            raise Wrong(
                "the heights are right, but not their gradient: one of the two drifts is cut off"
                f" from the graph (seen at the network's {name}). Is there a .detach() on the way?"
            )


TRANSFER = {
    "must match": (
        "shapes do not match: t (n, 1) are times of day, for model.latent, and flight (m,) times of"
        " flight, for pitch, which gives heights (n, m) as x"
    )
}


@exercise("ex-transfer", "Right: one error for each flight time, and nothing was trained.")
def check_transfer(transfer: Callable[..., Tensor], seed: int) -> None:
    """Check `transfer(model, t, x, flight)`: mean squared errors, (m,)."""
    draw = Draw(seed)
    network, scale = Known(draw), (draw(0.3, 0.6, 1), draw(0.2, 0.5, 1))
    model = Pipeline(Scale(*scale), network, Pitch([1.0, 3.0]))
    words = f"Scale({', '.join(map(shown, scale))}), {network.text}, Pitch([1.0, 3.0])"
    model.text = f"a Pipeline of {words}"  # type: ignore[assignment]
    t, flight = draw(0.1, 0.9, 3, 1), torch.cat([draw(2.9, 3.9, 1), draw(1.3, 2.3, 1)])
    x = (pitch(drifts(t), flight) + draw(-2, 2, 3, 2)).round(decimals=1)
    got = call(transfer, TRANSFER, model=model, t=t, x=x, flight=flight)
    with torch.no_grad():
        wanted = ((pitch(model.latent(t), flight) - x) ** 2).mean(0)
        mistakes = list(_error_mistakes(model, t, x, flight))
    close(got, wanted, "the error at each flight time", mistakes, rtol=1e-3)


# fmt: off
def _error_mistakes(model: Pipeline, t: Tensor, x: Tensor, flight: Tensor) -> Iterator[Mistake]:
    z = model.latent(t)
    error = pitch(z, flight) - x
    square = error**2

    def mean_square(heights: Tensor) -> Tensor:
        return ((heights - x) ** 2).mean(0)

    yield ("the model's own simulator takes its pictures at the old flight times: take"
           " model.latent(t), and send it through `pitch` with the new ones", mean_square(model(t)))
    yield ("the network got t as it is, and was trained on scaled times: take model.latent(t),"
           " which scales, and not model.network(t)", mean_square(pitch(model.network(t), flight)))
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
    yield ("that is the square of the mean: take the mean of the squares", error.mean(0) ** 2)
    yield ("that is a median: take the mean", square.median(0).values)
    yield ("that is the largest square: take the mean", square.amax(0))
    for heights in (pitch(z), pitch(z, flight[:1])):
        yield ("all columns of x are compared with one flight time: give `pitch` all of them,"
               " pitch(drift, flight)", mean_square(heights))
    yield ("each throw gets the mean drift of all: each has its own",
           mean_square(pitch(z.mean(0, keepdim=True).expand_as(z), flight)))
    yield ("that is the scatter, without what all throws have in common: take the mean of the"
           " squares", error.std(0))
    yield ("you divide by n − 1: that belongs to a scatter about a mean. Take the mean",
           square.sum(0) / (len(t) - 1))
    yield ("the difference is divided by x: the error is in m²", (square / x**2).mean(0))
    for scale in (x.var(0), x.var(0, correction=0)):
        yield ("the error is divided by the variance of x: leave it in m²", square.mean(0) / scale)
    yield ("gravity pulls upwards in your function: `pitch` does it right",
           mean_square(pitch(z, flight) - A * flight**2))
    yield ("the machine's 15 m and 10 m/s are missing: `pitch` adds them",
           mean_square(pitch(z, flight) - X0 - V0 * flight))
    yield ("that is the variance, without what all throws have in common: take the mean of the"
           " squares", error.var(0))
    yield ("that is the variance, without what all throws have in common: take the mean of the"
           " squares", error.var(0, correction=0))
    yield ("those are heights: the mean squared difference to x is asked for",
           pitch(z, flight).mean(0))
    yield ("that is half the mean square: leave the factor ½ away", square.mean(0) / 2)
    yield ("the drift has no part in it: send model.latent(t) through `pitch`",
           mean_square(pitch(0 * z, flight)))
    yield ("the times of day are in another order than the rows of x",
           mean_square(pitch(z.flip(0), flight)))
    yield ("these are squares, throw by throw: take the mean over the throws, axis 0", square)
# fmt: on


# Parameters


SMALL, LARGE = (1, 6, 1), (1, 100, 50, 1)
NAMES = ("mlp(1, 6, 1)", "mlp(1, 100, 50, 1)", "what mlp(1, 100, 50, 2) has more")


@exercise("ex-count", "Right. Now let the next cell count.")
def check_counts(prediction: Callable[[], Any], _: int) -> None:
    """Check `prediction()`: the parameters of two networks, and what a second output adds."""
    guess = call(prediction)
    guess = guess.tolist() if hasattr(guess, "tolist") else guess
    guess = [tensor(one, "a number of parameters") for one in parts(guess, *NAMES)]
    if any(one.numel() != 1 for one in guess):
        raise Wrong("each of the three is one number")
    small, large, more = (float(one) for one in guess)
    for name, widths, n in ((NAMES[0], SMALL, small), (NAMES[1], LARGE, large)):
        _compare(name, n, parameters(widths), _count_mistakes(widths))
    _compare(NAMES[2], more, parameters((50, 2)) - parameters((50, 1)), _more_mistakes())


def _compare(
    name: str, n: float, right: int, mistakes: Iterator[tuple[str, tuple[int, ...]]]
) -> None:
    """Raise `Wrong` unless n is right; a mistake is a sentence and the numbers that it gives."""
    if n == right:
        return
    for sentence, numbers in mistakes:
        if n in numbers:
            raise Wrong(f"{name}: {sentence}")
    raise Wrong(
        f"{name}: it is not {n:g}. Go from layer to layer: a weight for each pair of an input and"
        " an output, and an offset for each output"
    )


def parameters(widths: tuple[int, ...]) -> int:
    """Return the number of weights and offsets of `mlp(*widths)`."""
    return sum((into + 1) * out for into, out in pairwise(widths))


# fmt: off
def _count_mistakes(widths: tuple[int, ...]) -> Iterator[tuple[str, tuple[int, ...]]]:
    layers, right, offsets = list(pairwise(widths)), parameters(widths), sum(widths[1:])
    weights = right - offsets
    yield ("you have counted the weights. Each layer adds a vector, too: one offset for each of its"
           " outputs", (weights,))
    yield ("those are numbers that flow through the network, not its parameters. Each layer has a"
           " matrix and a vector", (sum(widths), sum(widths[1:]), sum(widths[1:-1])))
    yield ("the last layer has an offset for its output, too", (right - widths[-1],))
    yield ("you have the offset of the output, but not those of the units", (weights + widths[-1],))
    yield ("one offset a layer is not enough: each output of a layer has its own",
           (weights + len(layers),))
    yield ("the input is given, not computed: it has no offset", (right + widths[0],))
    yield ("that is one layer. A network has those of all its layers",
           tuple((into + 1) * out for into, out in layers))
    yield ("that is one matrix: add the other layers, and the offsets",
           tuple(into * out for into, out in layers))
    yield ("a unit has one offset, and ReLU has no parameters", (2 * weights, right + offsets))


def _more_mistakes() -> Iterator[tuple[str, tuple[int, ...]]]:
    total = parameters((*LARGE[:-1], 2))
    yield ("the second output needs a weight from each unit before it, and an offset", (1, 2))
    yield ("you have its weights. The second output has an offset, too", (50,))
    yield ("that is the number of all parameters: how many *more* than with one output?",
           (total, total - 1))
    yield ("the second output does need parameters of its own, in the last layer",
           (0, parameters(LARGE)))
    yield ("the last layer gets its numbers from the 50 units before it, not from the 100",
           (100, 101))
    yield ("that is the whole last layer: its first output had half of that already", (102,))
    yield ("the offset belongs to the new output: there is one more of them, not two", (52,))
    yield ("units of other layers see nothing of the second output: only the last layer changes",
           (150, 151))
# fmt: on


# New times


NEW_TIMES = {
    "must match": (
        "shapes do not match: t and x have a row for each throw of the training, new for each new"
        " one. The new ones need no more than two numbers of t and two of x"
    )
}


@exercise("ex-new-times", "Right: what a throw is scaled by no longer depends on the others.")
def check_new_times(predict_new: Callable[..., Any], seed: int) -> None:
    """Check `predict_new(network, t, x, new)`: heights (m, 1) at new times of day."""
    draw = Draw(seed)
    for m, low in ((4, 0.4), (1, 0.85)):  # within the day of training, and beyond it
        curve = f"lambda u: {draw.one(0.3, 0.8):.1f} * u - {draw.one(0.1, 0.3):.1f} * u**2 - 0.4"
        network = Formula(curve)
        t, x = draw(0.1, 0.8, 5, 1, step=0.05), draw(2, 12, 5, 1)
        new = draw(low, 1, m, 1, step=0.01)
        given = {"network": network, "t": t, "x": x, "new": new}
        got = call(predict_new, NEW_TIMES, **given)
        right = _predicted(network, new, t, x)
        mistakes = list(_new_mistakes(network, t, x, new))
        if m == 1 and bool(tensor(got, "the height").isnan().all()):
            raise Wrong(
                "for a single new throw the result is NaN: your scale is made from this one throw,"
                " and divides zero by zero. Take it from the throws of the training"
            )
        close(got, right, "the height at each new time", mistakes)


def _onto(u: Tensor, t: Tensor, low: float = -3, high: float = 3) -> Tensor:
    """Return u, scaled as t would be that goes onto [low, high]."""
    return low + (high - low) * (u - t.min()) / (t.max() - t.min())


def _predicted(network: Callable[[Tensor], Tensor], new: Tensor, t: Tensor, x: Tensor) -> Tensor:
    return x.mean() + x.std() * network(_onto(new, t))


# fmt: off
def _new_mistakes(
    network: Callable[[Tensor], Tensor], t: Tensor, x: Tensor, new: Tensor
) -> Iterator[Mistake]:
    right, out = _predicted(network, new, t, x), network(_onto(new, t))
    both = torch.cat([t, new])
    yield ("the new times are scaled by their own smallest and largest. The network has learnt at"
           " which *scaled* time each swing comes: scale new throws by the two numbers of the"
           " training, those of t", _predicted(network, new, new, x))
    yield ("the scale comes from old and new times together: the network was trained on another"
           " scale, that of t alone. (And what is computed with the data of a test is no longer"
           " tested)", _predicted(network, new, both, x))
    for first, last in ((t.min(), new.max()), (new.min(), t.max())):
        yield ("one end of your scale is not that of the training: both come from t",
               x.mean() + x.std() * network(-3 + 6 * (new - first) / (last - first)))
    yield ("the first and the last throw of t need not be the earliest and the latest: take the"
           " smallest and the largest t",
           x.mean() + x.std() * network(-3 + 6 * (new - t[0]) / (t[-1] - t[0])))
    yield ("your scale is that of a whole day, from 0 to 1. That of the training goes from the"
           " smallest t to the largest", x.mean() + x.std() * network(-3 + 6 * new))
    yield ("the new times reach the network as they are: it was trained on scaled ones",
           x.mean() + x.std() * network(new))
    yield ("the times are scaled by mean and standard deviation: this network was trained on times"
           " from −3 to 3", x.mean() + x.std() * network((new - t.mean()) / t.std()))
    for low, high in ((0, 1), (-1, 1), (0, 6), (-3, 0), (0, 3), (3, -3)):
        yield ("the training took t onto the interval from −3 to 3: the scale of the new times is"
               " another one", x.mean() + x.std() * network(_onto(new, t, low, high)))
    yield ("new times beyond those of the training are moved to its end: they are other throws. Let"
           " the network answer for their own times",
           x.mean() + x.std() * network(_onto(new, t).clamp(-3, 3)))
    yield ("those are heights in units of the training, not metres: multiply by the standard"
           " deviation of x, and add its mean", out)
    yield ("the mean of x is missing: the network predicts by how much a height differs from it",
           x.std() * out)
    yield ("the standard deviation of x is missing: the network predicts in its units",
           x.mean() + out)
    yield ("mean and standard deviation have changed places", x.std() + x.mean() * out)
    yield ("the heights are scaled once more, where they should be taken back to metres",
           (out - x.mean()) / x.std())
    yield ("that is the variance: the heights were divided by the standard deviation",
           x.mean() + x.var() * out)
    yield ("the training divided by x.std(), with n − 1: the scale of the heights is another one",
           x.mean() + x.std(correction=0) * out)
    yield ("the heights go back to metres by the numbers of t: take those of x",
           t.mean() + t.std() * out)
    yield ("the heights go back to metres by their smallest and largest: they were scaled by mean"
           " and standard deviation", x.min() + (x.max() - x.min()) * (out + 3) / 6)
    if len(new) > 1:
        yield ("the predictions are scaled among themselves: the mean of new heights is not that of"
               " the day", x.mean() + x.std() * (out - out.mean()) / out.std())
    yield ("those are the heights of the training: predict them at the new times",
           _predicted(network, t, t, x))
    yield "those are the scaled times: send them through the network", _onto(new, t)
    yield ("the scale of the times is upside down: from t to [−3, 3], not back",
           x.mean() + x.std() * network(t.min() + (t.max() - t.min()) * (new + 3) / 6))
    yield "that is the mean height of the training, for each throw", x.mean() + 0 * right
# fmt: on
