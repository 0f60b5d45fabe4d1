"""The checks of `part3/network`: right answers pass, and a wrong one hears its likely cause."""

import pytest
import torch
from torch import nn
from torch.func import functional_call

from diffprog.exercises._check import SEEDS
from diffprog.exercises.network import (
    check_pipeline,
    check_transfer,
    height_mistakes,
    known_network,
)
from diffprog.pipelines.pipeline import Pipeline, mean_squared_error
from diffprog.simulator.ball import position
from diffprog.simulator.pitching import Pitch, drifts, pitch

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


@pytest.mark.parametrize(
    "answer", [as_in_the_chapter, by_library, by_position, as_a_linear_layer, throw_by_throw]
)
def test_right_pipelines_pass(answer):
    verdict = check_pipeline(answer)
    assert verdict.passed, verdict


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
    weights["0.bias"] = weights["0.bias"].detach()
    return as_in_the_chapter(lambda t: functional_call(network, weights, t), t, flight)


def array(network, t, flight):
    return as_in_the_chapter(network, t, flight).detach().numpy()


WRONG_PIPELINES = [
    ("columns swapped", with_(drift=lambda d: d.flip(1)), "the other way round"),
    ("drift only", with_(set_x0=0, set_v0=0, a=0), "are missing"),
    ("drift left out", with_(drift=lambda d: 0 * d), "no part"),
    ("time of day", with_(seconds=lambda t, flight: t), "time of day"),
    ("always 3 s", with_(seconds=lambda t, flight: 3.0), "fixed"),
    ("gravity upwards", with_(a=9.8), "upwards"),
    ("no gravity", with_(a=0.0), "gravity is missing"),
    ("no ½", with_(half=1.0), "½"),
    ("sign of the drift", with_(drift=lambda d: -d), "subtracted"),
    ("first column twice", with_(second=lambda d: d[:, :1]), "first column"),
    ("second column twice", with_(first=lambda d: d[:, 1:]), "second column"),
    ("Δv0 as a length", not_multiplied, "not multiplied"),
    ("rows", with_(first=lambda d: d[:, 0], second=lambda d: d[:, 1]), "lost its axis"),
    ("rows and columns", with_(second=lambda d: d[:, 1]), "(n, n)"),
    ("detached", with_(drift=torch.Tensor.detach), "graph is cut"),
    ("no_grad", without_graph, "graph is cut"),
    ("half detached", with_(second=lambda d: d[:, 1:].detach()), "one of the two"),
    ("NumPy", with_(drift=lambda d: torch.as_tensor(d.detach().numpy())), "graph is cut"),
    ("NumPy, with its graph", with_(drift=lambda d: d.numpy()), "stay with tensors"),
    (
        "NumPy, given a tensor's method",
        with_(drift=lambda d: d.detach().numpy().detach()),
        "stay with tensors",
    ),
    ("NumPy at the end", array, "stay with tensors"),
    ("a bias detached", without_bias, "do not depend on the weights 0.bias"),
    ("drifts", lambda network, t, flight: network(t), "these are the drifts"),
    ("two tensors", lambda network, t, flight: tuple(network(t).T), "one tensor"),
    ("not a number", with_(finish=lambda x: x * torch.nan), "NaN"),
    ("numbers of the page", numbers_of_the_page, "not right"),
]


@pytest.mark.parametrize(
    ("answer", "word"), [w[1:] for w in WRONG_PIPELINES], ids=[w[0] for w in WRONG_PIPELINES]
)
def test_wrong_pipelines_hear_the_likely_cause(answer, word):
    verdict = check_pipeline(answer)
    assert not verdict.passed
    assert word in verdict.message


@pytest.mark.parametrize("seed", SEEDS)
def test_no_mistake_looks_like_the_right_heights(seed):
    net, random = known_network(seed)
    t, flight = torch.rand(6, 1, generator=random), 2.3 + 0.01 * seed
    drift = net(t).detach()
    right = pitch(drift, flight)
    for cause, mistake in height_mistakes(drift, t, flight):
        assert mistake.shape != right.shape or (mistake - right).abs().max() > 1e-2, cause  # type: ignore[operator, union-attr]


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


@pytest.mark.parametrize("answer", [as_in_the_chapter_too, one_by_one, by_pipeline])
def test_right_transfers_pass(answer):
    verdict = check_transfer(answer)
    assert verdict.passed, verdict


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


WRONG_TRANSFERS = [
    ("old flight times", lambda m, t, x, f: ((m(t) - x) ** 2).mean(0), "old flight times"),
    ("other order", lambda m, t, x, f: (error_of(m, t, x, f.flip(0)) ** 2).mean(0), "order"),
    ("true drifts", lambda m, t, x, f: ((pitch(drifts(t), f) - x) ** 2).mean(0), "true ones"),
    ("columns swapped", lambda m, t, x, f: ((pitch(m.latent(t).flip(1), f) - x) ** 2).mean(0),
        "changed places"),
    ("other axis", lambda m, t, x, f: (error_of(m, t, x, f) ** 2).mean(1), "axis 0"),
    ("one number", lambda m, t, x, f: (error_of(m, t, x, f) ** 2).mean(), "keep the flight times"),
    ("root", lambda m, t, x, f: (error_of(m, t, x, f) ** 2).mean(0).sqrt(), "root mean square"),
    ("sum", lambda m, t, x, f: (error_of(m, t, x, f) ** 2).sum(0), "sum over the throws"),
    ("no square", lambda m, t, x, f: error_of(m, t, x, f).mean(0), "not squared"),
    ("absolute", lambda m, t, x, f: error_of(m, t, x, f).abs().mean(0), "take the square"),
    ("no mean", lambda m, t, x, f: error_of(m, t, x, f) ** 2, "throw by throw"),
    ("trained", trained_again, "no training"),
    ("moved in place", moved_in_place, "no new flight times"),
    ("numbers of the page", lambda *_: torch.tensor([0.0015, 0.0024]), "not right"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "word"), [w[1:] for w in WRONG_TRANSFERS], ids=[w[0] for w in WRONG_TRANSFERS]
)
def test_wrong_transfers_hear_the_likely_cause(answer, word):
    verdict = check_transfer(answer)
    assert not verdict.passed
    assert word in verdict.message
