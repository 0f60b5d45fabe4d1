"""The checks of `part3/network`: right answers pass, and a wrong one hears its likely cause."""

import pytest
import torch
from torch import nn
from torch.func import functional_call

from diffprog.exercises._check import SEEDS, Draw
from diffprog.exercises.network import (
    Known,
    check_counts,
    check_new_times,
    check_pipeline,
    check_transfer,
    height_mistakes,
)
from diffprog.pipelines.pipeline import Pipeline, Scale, mean_squared_error, mlp
from diffprog.simulator.ball import position
from diffprog.simulator.pitching import Pitch, drifts, pitch

from .answers import test_right_answers_pass, test_wrong_answers_are_told_why  # noqa: F401

# ex-pipeline, right in different styles.


def as_in_the_chapter(network, t, flight):
    drift = network(t)
    x0 = 15 + drift[:, :1]
    v0 = 10 + drift[:, 1:]
    return x0 + v0 * flight - 9.8 * flight**2 / 2


def by_library(network, t, flight):
    return Pipeline(nn.Identity(), network, Pitch(flight))(t)


def by_position(network, t, flight):
    x0, v0 = (network(t) + torch.tensor([15.0, 10.0])).T
    a = torch.full((1, 1), -9.8)
    return position(torch.full((1, 1), flight), a, v0[:, None], x0[:, None])


def as_a_linear_layer(network, t, flight):
    return network(t) @ torch.tensor([[1.0], [flight]]) + (15 + 10 * flight - 4.9 * flight**2)


def throw_by_throw(network, t, flight):
    rows = [15 + x0 + (10 + v0) * flight - 4.9 * flight**2 for x0, v0 in network(t)]
    return torch.stack(rows)[:, None]


# ex-pipeline, wrong: the solution with one thing changed.


def with_(
    *,
    drift=lambda d: d,
    first=lambda d: d[:, :1],
    second=lambda d: d[:, 1:],
    set_x0=15.0,
    set_v0=10.0,
    a=-9.8,
    half=2.0,
    seconds=lambda t, flight: flight,
    finish=lambda x: x,
):
    def answer(network, t, flight):
        d, T = drift(network(t)), seconds(t, flight)
        return finish(set_x0 + first(d) + (set_v0 + second(d)) * T + a * T**2 / half)

    return answer


def without_graph(network, t, flight):
    with torch.no_grad():
        return as_in_the_chapter(network, t, flight)


def not_multiplied(network, t, flight):
    d = network(t)
    return 15 + 10 * flight + d[:, :1] + d[:, 1:] - 4.9 * flight**2


def numbers_of_the_page(network, t, flight):
    return 0.9 + 0 * network(t)[:, :1]


def without_bias(network, t, flight):
    """The same network, but for a bias whose value is right and whose graph is cut."""
    weights = dict(network.named_parameters())
    weights["bias"] = weights["bias"].detach()
    return as_in_the_chapter(lambda t: functional_call(network, weights, t), t, flight)


def array(network, t, flight):
    return as_in_the_chapter(network, t, flight).detach().numpy()


def trained(network, t, flight):
    as_in_the_chapter(network, t, flight).sum().backward()
    return as_in_the_chapter(network, t, flight)


def shifted(network, t, flight):
    t += 1
    return as_in_the_chapter(network, t - 1, flight)


def finish(f):
    return with_(finish=f)


PIPELINES = {
    "as in the chapter": as_in_the_chapter,
    "the library": by_library,
    "position": by_position,
    "a linear layer": as_a_linear_layer,
    "throw by throw": throw_by_throw,
    "float64": finish(lambda x: x.double()),
}
WRONG_PIPELINES = {
    "rising for t": (lambda n, t, flight: by_library(n, t, flight) + (t - flight) * (
        10 + n(t)[:, 1:]), "t is the time of day"),
    "falling for t": (with_(finish=lambda x: x, seconds=lambda t, flight: t), "t is the time of"),
    "a floor": (with_(finish=lambda x: x.clamp(min=0)), "no ground"),
    "¼": (with_(half=4.0), "½ in ½·a·flight² is squared"),
    "15 and 10": (with_(set_x0=10.0, set_v0=15.0), "15 and 10 have changed places"),
    "a factor": (
        lambda n, t, T: 15 * (1 + n(t)[:, :1]) + 10 * (1 + n(t)[:, 1:]) * T - 4.9 * T**2,
        "is a factor"),
    "the first throw": (lambda n, t, T: by_library(n, t[:1].expand_as(t), T), "of the first"),
    "flight into the network": (
        lambda n, t, T: by_library(n, torch.full_like(t, T), T), "not in t"),
    "scaled times": (lambda n, t, T: by_library(n, t - 0.5, T), "not in t"),
    "the first column flat": (with_(first=lambda d: d[:, 0]), "(n, n)"),
    "columns swapped": (with_(drift=lambda d: d.flip(1)), "the other way round"),
    "drift only": (with_(set_x0=0, set_v0=0, a=0), "and gravity, are missing"),
    "no 15 m": (with_(set_x0=0), "15 m are missing"),
    "no 10 m/s": (with_(set_v0=0), "10 m/s are missing"),
    "drift left out": (with_(drift=lambda d: 0 * d), "no part"),
    "true drifts": (lambda net, t, T: pitch(drifts(t), T) + 0 * net(t)[:, :1], "the true ones"),
    "mean drift": (with_(drift=lambda d: d.mean(0, keepdim=True).expand_as(d)), "mean drift"),
    "time of day": (with_(seconds=lambda t, flight: t), "time of day"),
    "always 3 s": (with_(seconds=lambda t, flight: 3.0), "time of flight is fixed"),
    "gravity upwards": (with_(a=9.8), "upwards"),
    "no gravity": (with_(a=0.0), "gravity is missing"),
    "9.81": (with_(a=-9.81), "9.81"),
    "no ½": (with_(half=1.0), "½ is missing"),
    "no T²": (lambda net, t, T: as_in_the_chapter(net, t, T) + 4.9 * T**2 - 4.9, "lacks its"),
    "T for T²": (lambda net, t, T: as_in_the_chapter(net, t, T) + 4.9 * T**2 - 4.9 * T, "squared"),
    "Δx0 a velocity": (
        lambda net, t, T: as_in_the_chapter(net, t, T) + net(t)[:, :1] * (T - 1), "Δx0 is multip"),
    "velocity": (lambda net, t, T: 10 + net(t)[:, 1:] - 9.8 * T, "that is the velocity"),
    "no Δx0": (with_(first=lambda d: 0 * d[:, :1]), "Δx0 is missing"),
    "no Δv0": (with_(second=lambda d: 0 * d[:, 1:]), "Δv0 is missing"),
    "minus Δx0": (with_(first=lambda d: -d[:, :1]), "Δx0 is subtracted"),
    "minus Δv0": (with_(second=lambda d: -d[:, 1:]), "Δv0 is subtracted"),
    "sign of the drift": (with_(drift=lambda d: -d), "subtracted"),
    "first column twice": (with_(second=lambda d: d[:, :1]), "first column"),
    "second column twice": (with_(first=lambda d: d[:, 1:]), "second column"),
    "Δv0 as a length": (not_multiplied, "not multiplied"),
    "rows": (with_(first=lambda d: d[:, 0], second=lambda d: d[:, 1]), "lost its axis"),
    "rows and columns": (with_(second=lambda d: d[:, 1]), "(n, n)"),
    "detached": (with_(drift=torch.Tensor.detach), "graph is cut"),
    "no_grad": (without_graph, "graph is cut"),
    "half detached": (with_(second=lambda d: d[:, 1:].detach()), "one of the two"),
    "first half detached": (with_(first=lambda d: d[:, :1].detach()), "one of the two"),
    "NumPy": (with_(drift=lambda d: torch.as_tensor(d.detach().numpy())), "graph is cut"),
    "NumPy, with its graph": (with_(drift=lambda d: d.numpy()), "stay with tensors"),
    "NumPy, given a tensor's method": (
        with_(drift=lambda d: d.detach().numpy().detach()), "stay with tensors"),
    "NumPy at the end": (array, "has no graph"),
    "a list at the end": (finish(lambda x: x.tolist()), "return one tensor"),
    "a number at the end": (finish(lambda x: x.sum().item()), "has no graph"),
    "a bias detached": (without_bias, "do not depend on the network's bias"),
    "drifts": (lambda network, t, flight: network(t), "these are the drifts"),
    "two tensors": (lambda network, t, flight: tuple(network(t).T), "one tensor"),
    "averaged": (finish(lambda x: x.mean()), "averaged over"),
    "reversed": (finish(lambda x: x.flip(0)), "reverse order"),
    "a row": (finish(lambda x: x.T), "in another shape"),
    "minus": (finish(lambda x: -x), "but for its sign"),
    "one metre off": (finish(lambda x: x + 1), "+1 off"),
    "gradients left": (trained, "gradients left"),
    "t in place": (shifted, "changes t"),
    "not a number": (finish(lambda x: x * torch.nan), "is NaN"),
    "numbers of the page": (numbers_of_the_page, ""),
}  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
def test_no_mistake_looks_like_the_right_heights(seed):
    draw = Draw(seed)
    net, t, flight = Known(draw), draw(0.1, 0.9, 3, 1), 2.3 + 0.01 * seed
    drift = net(t).detach()
    right = pitch(drift, flight)
    for cause, mistake in height_mistakes(drift, t, flight):
        assert mistake.shape != right.shape or (mistake - right).abs().max() > 1e-2, cause  # type: ignore[operator, union-attr]


def test_the_network_is_the_one_that_the_learner_reads():
    network, t = Known(Draw(0)), torch.tensor([[0.25], [0.5]])
    assert torch.equal(eval(network.text, {"torch": torch})(t), network(t))


# ex-transfer, right in different styles.


def as_in_the_chapter_too(model, t, x, flight):
    return ((pitch(model.latent(t), flight) - x) ** 2).mean(0)


def one_by_one(model, t, x, flight):
    with torch.no_grad():
        z = model.latent(t)
        heights = [pitch(z, T)[:, 0] for T in flight]
        return [((h - x[:, i]) ** 2).mean().item() for i, h in enumerate(heights)]


def by_pipeline(model, t, x, flight):
    moved = Pipeline(model.scale, model.network, Pitch(flight))
    return torch.stack([mean_squared_error(moved(t)[:, i], x[:, i]) for i in range(len(flight))])


def error_of(model, t, x, flight):
    return pitch(model.latent(t), flight) - x


def trained_again(model, t, x, flight):
    adam = torch.optim.Adam(model.parameters(), lr=0.1)
    (error_of(model, t, x, flight) ** 2).mean().backward()
    adam.step()
    return as_in_the_chapter_too(model, t, x, flight)


def moved_in_place(model, t, x, flight):
    model.simulator.flight.copy_(flight)
    return ((model(t) - x) ** 2).mean(0)


def in_double_precision(model, t, x, flight):
    return as_in_the_chapter_too(model.double(), t.double(), x.double(), flight.double())


def gradients_left(model, t, x, flight):
    error = as_in_the_chapter_too(model, t, x, flight)
    error.sum().backward(retain_graph=True)
    return error


def x_in_place(model, t, x, flight):
    x -= pitch(model.latent(t), flight).detach()
    return (x**2).mean(0)


def squares(f):
    """f of the squared errors, (n, m)."""
    return lambda m, t, x, T: f(error_of(m, t, x, T) ** 2)


def seen_through(drift):
    """The right mean of other drifts."""
    return lambda m, t, x, T: ((pitch(drift(m, t), T) - x) ** 2).mean(0)


TRANSFERS = {
    "as in the chapter": as_in_the_chapter_too,
    "one by one": one_by_one,
    "a pipeline": by_pipeline,
    "NumPy": lambda *p: as_in_the_chapter_too(*p).detach().numpy(),
    "the network on scaled times": seen_through(lambda m, t: m.network(m.scale(t))),
    "variance and bias": lambda *p: error_of(*p).var(0, correction=0) + error_of(*p).mean(0) ** 2,
}
WRONG_TRANSFERS = {
    "the old flight": (lambda m, t, x, T: ((pitch(m.latent(t)) - x) ** 2).mean(0), "one flight"),
    "the first flight": (
        lambda m, t, x, T: ((pitch(m.latent(t), T[:1]) - x) ** 2).mean(0), "one flight time"),
    "flights sorted": (
        lambda m, t, x, T: as_in_the_chapter_too(m, t, x, T.sort().values), "another order"),
    "mean drift": (
        seen_through(lambda m, t: m.latent(t).mean(0, keepdim=True).expand(len(t), 2)),
        "the mean drift"),
    "scatter": (lambda *p: error_of(*p).std(0), "the scatter"),
    "relative": (lambda m, t, x, T: (error_of(m, t, x, T) / x).square().mean(0), "divided by x"),
    "share of the variance": (
        lambda m, t, x, T: error_of(m, t, x, T).square().mean(0) / x.var(0), "variance of x"),
    "share of the variance, divided by n": (
        lambda m, t, x, T: error_of(m, t, x, T).square().mean(0) / x.var(0, correction=0),
        "variance of x"),
    "upwards": (
        lambda m, t, x, T: (error_of(m, t, x, T) + 9.8 * T**2).square().mean(0), "upwards"),
    "without its settings": (
        lambda m, t, x, T: (error_of(m, t, x, T) - 15 - 10 * T).square().mean(0), "15 m and 10"),
    "added up": (squares(lambda e: e.mean(0).cumsum(0)), "adds up from entry to entry"),
    "t for flight": (lambda m, t, x, T: as_in_the_chapter_too(m, t, x, t[:, 0]), "do not match"),
    "old flight times": (lambda m, t, x, T: ((m(t) - x) ** 2).mean(0), "old flight times"),
    "not scaled": (seen_through(lambda m, t: m.network(t)), "model.network(t)"),
    "other order": (
        lambda m, t, x, T: (error_of(m, t, x, T.flip(0)) ** 2).mean(0), "another order"),
    "true drifts": (seen_through(lambda m, t: drifts(t)), "true ones"),
    "no drifts": (seen_through(lambda m, t: 0 * m.latent(t)), "no part in it"),
    "columns swapped": (seen_through(lambda m, t: m.latent(t).flip(1)), "columns of the drift"),
    "throws reversed": (seen_through(lambda m, t: m.latent(t).flip(0)), "than the rows of x"),
    "result reversed": (squares(lambda s: s.mean(0).flip(0)), "reverse order"),
    "other axis": (squares(lambda s: s.mean(1)), "axis 0"),
    "one number": (squares(lambda s: s.mean()), "keep the flight times"),
    "root": (squares(lambda s: s.mean(0).sqrt()), "root mean square"),
    "sum": (squares(lambda s: s.sum(0)), "sum over the throws"),
    "no square": (lambda *p: error_of(*p).mean(0), "not squared"),
    "absolute": (lambda *p: error_of(*p).abs().mean(0), "take the square"),
    "square of the mean": (lambda *p: error_of(*p).mean(0) ** 2, "square of the mean"),
    "median": (squares(lambda s: s.median(0).values), "median"),
    "largest": (squares(lambda s: s.amax(0)), "largest square"),
    "variance": (lambda *p: error_of(*p).var(0), "variance"),
    "variance, divided by n": (lambda *p: error_of(*p).var(0, correction=0), "variance"),
    "heights": (lambda m, t, x, T: pitch(m.latent(t), T).mean(0), "those are heights"),
    "half": (squares(lambda s: s.mean(0) / 2), "half the mean square"),
    "n − 1": (squares(lambda s: s.sum(0) / (len(s) - 1)), "divide by n − 1"),
    "no mean": (squares(lambda s: s), "throw by throw"),
    "first only": (squares(lambda s: s.mean(0)[:1]), "lacks its last entry"),
    "a column": (squares(lambda s: s.mean(0)[:, None]), "in another shape"),
    "minus": (squares(lambda s: -s.mean(0)), "but for its sign"),
    "logarithm": (squares(lambda s: s.mean(0).log()), "is the logarithm"),
    "trained": (trained_again, "no training"),
    "moved in place": (moved_in_place, "simulator"),
    "double": (in_double_precision, "no other type of number"),
    "gradients left": (gradients_left, "gradients left"),
    "x in place": (x_in_place, "changes x"),
    "NaN": (squares(lambda s: s.mean(0) * torch.nan), "is NaN at [0]"),
    "a dictionary": (squares(lambda s: dict(enumerate(s))), "of type dict"),
    "numbers of the page": (lambda *_: torch.tensor([0.0015, 0.0024]), ""),
}  # fmt: skip


# ex-count, a prediction: numbers.


def said(*numbers):
    return lambda: numbers


def counted(*widths):
    return sum(w.numel() for w in mlp(*widths).parameters())


def counted_by_torch():
    large, larger = counted(1, 100, 50, 1), counted(1, 100, 50, 2)
    return [counted(1, 6, 1), large, larger - large]


def your_turn():
    raise NotImplementedError("Your turn!")


COUNTS = {
    "a tuple": said(19, 5301, 51),
    "a list": lambda: [6 + 6 + 6 + 1, 200 + 5050 + 51, 50 + 1],
    "tensors": lambda: torch.tensor([19, 5301, 51]),
    "floats": said(19.0, 5301.0, 51.0),
    "counted": counted_by_torch,
}
WRONG_COUNTS = {
    "weights": (said(12, 5301, 51), "mlp(1, 6, 1): you have counted the weights"),
    "weights of the large one": (said(19, 5150, 51), "mlp(1, 100, 50, 1): you have counted the w"),
    "units": (said(6, 5301, 51), "numbers that flow through"),
    "units and output": (said(7, 5301, 51), "numbers that flow through"),
    "all that flows": (said(19, 152, 51), "numbers that flow through"),
    "no last offset": (said(18, 5301, 51), "the last layer has an offset"),
    "no last offset of the large one": (said(19, 5300, 51), "the last layer has an offset"),
    "the last offset only": (said(13, 5301, 51), "not those of the units"),
    "one offset a layer": (said(14, 5301, 51), "one offset a layer"),
    "one offset a layer of the large one": (said(19, 5153, 51), "one offset a layer"),
    "an offset of the input": (said(20, 5301, 51), "the input is given"),
    "one layer": (said(19, 5050, 51), "that is one layer"),
    "the offset of the output only": (said(19, 5151, 51), "not those of the units"),
    "two for each": (said(24, 5301, 51), "a unit has one offset"),
    "a product of all": (said(19, 5000, 51), "that is one matrix"),
    "another number": (said(19, 5310, 51), "it is not 5310"),
    "one more": (said(19, 5301, 1), "a weight from each unit"),
    "fifty": (said(19, 5301, 50), "has an offset, too"),
    "all of the larger": (said(19, 5301, 5352), "how many *more*"),
    "none": (said(19, 5301, 0), "parameters of its own"),
    "a hundred": (said(19, 5301, 100), "not from the 100"),
    "the whole last layer": (said(19, 5301, 102), "half of that already"),
    "two offsets": (said(19, 5301, 52), "one more of them"),
    "both layers": (said(19, 5301, 151), "only the last layer changes"),
    "a wild guess": (said(19, 5301, 500), "it is not 500"),
    "in another order": (said(5301, 19, 51), "mlp(1, 6, 1): it is not 5301"),
    "two numbers": (said(19, 5301), "return three things"),
    "one number": (lambda: 5301, "return three things"),
    "a list in a list": (said(19, [5301, 5352], 51), "one number"),
    "words": (said("19", "5301", "51"), "of type str"),
    "nothing": (lambda: None, "returns None"),
    "an error": (lambda: 1 / 0, "of your cell: ZeroDivisionError"),
    "not yet": (your_turn, "it is your turn"),
}  # fmt: skip


# ex-new-times.


def onto(u, t, low=-3, high=3):
    return low + (high - low) * (u - t.min()) / (t.max() - t.min())


def mended(network, t, x, new):
    low, high = t.min(), t.max()
    return x.mean() + x.std() * network(-3 + 6 * (new - low) / (high - low))


def by_stages(network, t, x, new):
    return Pipeline(
        Scale.onto(t, -3, 3), nn.Sequential(Called(network)), Scale.standard(x).inverse()
    )(new)


class Called(nn.Module):
    def __init__(self, f):
        super().__init__()
        self.f = f

    def forward(self, u):
        return self.f(u)


def throw_by_throw_too(network, t, x, new):
    return [[mended(network, t, x, one[None]).item()] for one in new]


def scaled_by(scaled, back=lambda out, x: x.mean() + x.std() * out):
    """Another scale of the times, or another way back to metres."""
    return lambda network, t, x, new: back(network(scaled(t, new)), x)


def back(f):
    return scaled_by(lambda t, new: onto(new, t), f)


NEW_TIMES = {
    "mended": mended,
    "stages": by_stages,
    "throw by throw": throw_by_throw_too,
    "centre and width": scaled_by(
        lambda t, new: (new - (t.min() + t.max()) / 2) / ((t.max() - t.min()) / 6)),
    "NumPy": lambda *p: mended(*p).numpy(),
}  # fmt: skip
WRONG_NEW_TIMES = {
    "as given": (scaled_by(lambda t, new: onto(new, new)), "by their own smallest and largest"),
    "together": (
        scaled_by(lambda t, new: onto(new, torch.cat([t, new]))), "old and new times together"),
    "its own end": (
        scaled_by(lambda t, new: -3 + 6 * (new - new.min()) / (t.max() - new.min())), "one end"),
    "first and last": (
        scaled_by(lambda t, new: -3 + 6 * (new - t[0]) / (t[-1] - t[0])), "need not be the earl"),
    "a whole day": (scaled_by(lambda t, new: 6 * new - 3), "of a whole day"),
    "not scaled": (scaled_by(lambda t, new: new), "reach the network as they are"),
    "standardised": (
        scaled_by(lambda t, new: (new - t.mean()) / t.std()), "mean and standard deviation"),
    "from 0 to 1": (scaled_by(lambda t, new: onto(new, t, 0, 1)), "from −3 to 3"),
    "from −1 to 1": (scaled_by(lambda t, new: onto(new, t, -1, 1)), "from −3 to 3"),
    "no −3": (scaled_by(lambda t, new: onto(new, t, 0, 6)), "from −3 to 3"),
    "3 for 6": (scaled_by(lambda t, new: onto(new, t, -3, 0)), "from −3 to 3"),
    "reversed": (scaled_by(lambda t, new: onto(new, t, 3, -3)), "from −3 to 3"),
    "clamped": (scaled_by(lambda t, new: onto(new, t).clamp(-3, 3)), "moved to its end"),
    "upside down": (
        scaled_by(lambda t, new: t.min() + (t.max() - t.min()) * (new + 3) / 6), "upside down"),
    "its own, alone": (
        lambda n, t, x, new: mended(n, t if len(new) > 1 else new, x, new), "is NaN"),
    "not back": (back(lambda out, x: out), "not metres"),
    "no mean": (back(lambda out, x: x.std() * out), "the mean of x is missing"),
    "no deviation": (back(lambda out, x: x.mean() + out), "standard deviation of x is missing"),
    "exchanged": (back(lambda out, x: x.std() + x.mean() * out), "have changed places"),
    "scaled again": (back(lambda out, x: (out - x.mean()) / x.std()), "scaled once more"),
    "variance": (back(lambda out, x: x.mean() + x.var() * out), "that is the variance"),
    "n for n − 1": (
        back(lambda out, x: x.mean() + x.std(correction=0) * out), "with n − 1"),
    "by t": (
        lambda n, t, x, new: t.mean() + t.std() * n(onto(new, t)), "by the numbers of t"),
    "by its ends": (
        back(lambda out, x: x.min() + (x.max() - x.min()) * (out + 3) / 6), "by their smallest"),
    "among themselves": (
        back(lambda out, x: x.mean() + x.std() * (out - out.mean()) / out.std()),
        "scaled among themselves"),
    "the training": (lambda n, t, x, new: mended(n, t, x, t), "heights of the training"),
    "scaled times": (lambda n, t, x, new: onto(new, t), "those are the scaled times"),
    "a constant": (back(lambda out, x: x.mean() + 0 * out), "the mean height"),
    "flat": (lambda *p: mended(*p)[:, 0], "in another shape"),
    "not a number": (lambda *p: mended(*p) * torch.nan, "is NaN"),
    "t in place": (
        lambda n, t, x, new: mended(n, t, x, new) + 0 * t.sub_(1).sum(), "changes t"),
    "element by element": (lambda n, t, x, new: n(new - t), "do not match"),
    "nothing": (lambda *_: None, "returns None"),
}  # fmt: skip

RIGHT = {
    check_pipeline: PIPELINES,
    check_transfer: TRANSFERS,
    check_counts: COUNTS,
    check_new_times: NEW_TIMES,
}
WRONG = {
    check_pipeline: WRONG_PIPELINES,
    check_transfer: WRONG_TRANSFERS,
    check_counts: WRONG_COUNTS,
    check_new_times: WRONG_NEW_TIMES,
}
