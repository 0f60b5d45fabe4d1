"""loops.ensembles: many trainings at once, and each as if it were alone."""

import copy
import math
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from inspect import signature
from itertools import count
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from diffprog.loops.ensembles import seeded, train_together
from diffprog.loops.history import Diverged
from diffprog.loops.training import train
from diffprog.pipelines import pitching_networks
from diffprog.pipelines.pipeline import Pipeline, Scale, mean_squared_error, mlp
from diffprog.simulator.pitching import Pitch, day, drifts, pitch

t = day()
x = pitch(drifts(t))


def physics() -> Any:
    return pitching_networks.physics(t)


def direct() -> Pipeline:
    return pitching_networks.direct(t, x, scale_input=True)


def loss(model: nn.Module) -> Tensor:
    return mean_squared_error(model(t), x)


# Starts


def test_a_seed_gives_the_weights_that_torch_gives_after_it() -> None:
    for seed in (0, 3, 23):
        torch.manual_seed(seed)
        expected = nn.Sequential(
            nn.Linear(1, 100), nn.ReLU(), nn.Linear(100, 50), nn.ReLU(), nn.Linear(50, 2)
        )
        ours = seeded(physics, seed).network
        for p, q in zip(ours.parameters(), expected.parameters(), strict=True):
            assert torch.equal(p, q)


def test_a_generator_gives_one_start_after_the_other() -> None:
    random = torch.Generator().manual_seed(3)
    first, second = (seeded(physics, random).network[0].weight for _ in range(2))
    assert torch.equal(first, seeded(physics, 3).network[0].weight)
    assert not torch.equal(first, second)


def test_a_seed_leaves_the_global_random_state_alone() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    seeded(physics, 3)
    assert torch.equal(torch.rand(3), expected)


def test_the_first_loss_is_that_of_each_start() -> None:
    models = [seeded(physics, s) for s in range(3)]
    first = torch.stack([loss(m) for m in models]).detach()
    training = train_together(models, loss, steps=1, progress=False)
    torch.testing.assert_close(training.loss[0], first, rtol=1e-6, atol=0)


# Each run goes as it goes alone.


@pytest.mark.parametrize("build", [physics, direct])
def test_each_run_is_what_it_is_alone(build: Callable[[], Pipeline]) -> None:
    """In float32 the losses agree to 1e-5 over 200 steps; measured, 1e-6."""
    seeds = (0, 3, 5)
    models = [seeded(build, s) for s in seeds]
    together = train_together(
        models, loss, steps=200, look=lambda m: m(t), at=[0, 200], progress=False
    )
    assert together.loss.shape == (201, 3)
    assert together.seen[200].shape == (3, 100, 1)
    assert repr(together).startswith("History of 201 entries of 3 fits: loss ")
    for i, seed in enumerate(seeds):
        model = seeded(build, seed)
        alone = train(model, loss, steps=200, look=lambda m: m(t), at=[0, 200], progress=False)
        torch.testing.assert_close(together.loss[:, i], alone.loss, rtol=1e-5, atol=0)
        for step in (0, 200):
            torch.testing.assert_close(
                together.seen[step][i],
                alone.seen[step],
                rtol=0,
                atol=1e-4,  # m
            )
        for p, q in zip(models[i].parameters(), model.parameters(), strict=True):
            torch.testing.assert_close(p, q, rtol=0, atol=1e-4)


def test_in_float64_it_agrees_to_twelve_digits() -> None:
    t64 = t.double()
    x64 = pitch(drifts(t64))

    def loss(model: nn.Module) -> Tensor:
        return mean_squared_error(model(t64), x64)

    models = [seeded(physics, s).double() for s in range(4)]
    together = train_together(models, loss, steps=200, progress=False)
    for i in (0, 3):
        alone = train(seeded(physics, i).double(), loss, steps=200, progress=False)
        torch.testing.assert_close(together.loss[:, i], alone.loss, rtol=1e-12, atol=0)


def test_who_else_is_there_does_not_matter() -> None:
    first = train_together([seeded(physics, s) for s in (3, 4)], loss, steps=100, progress=False)
    other = train_together([seeded(physics, s) for s in (9, 3)], loss, steps=100, progress=False)
    torch.testing.assert_close(first.loss[:, 0], other.loss[:, 1], rtol=1e-5, atol=0)


def test_the_models_are_left_trained() -> None:
    models = [seeded(physics, s) for s in range(2)]
    training = train_together(models, loss, steps=20, progress=False)
    after = torch.stack([loss(m) for m in models]).detach()
    torch.testing.assert_close(after, training.loss[-1], rtol=1e-5, atol=0)
    again = train_together(models, loss, steps=1, progress=False)
    torch.testing.assert_close(again.loss[0], training.loss[-1], rtol=1e-5, atol=0)


def test_defaults_are_those_of_training_alone() -> None:
    ours, alone = (signature(f).parameters for f in (train_together, train))
    shared = ours.keys() & alone.keys() - {"loss"}
    assert {name: ours[name].default for name in shared} == {
        name: alone[name].default for name in shared
    }
    assert [ours[name].default for name in ("steps", "learning_rate")] == [4000, 1e-3]
    assert ours["progress"].default is True


@pytest.mark.parametrize(("off", "taken"), [(5e-4, True), (2e-3, False)])
def test_models_count_as_alike_within_what_sums_in_another_order_may_give(
    off: float, taken: bool
) -> None:
    """The first loss of all together may be off by 1e-3, for large sums in float32."""
    calls = count()

    def rounded(model: nn.Module) -> Tensor:
        return loss(model) * (1 + off * (next(calls) == 0))  # all together come first

    models = [seeded(physics, s) for s in range(2)]
    with nullcontext() if taken else pytest.raises(ValueError, match=r"^models\[0\]: "):
        train_together(models, rounded, steps=1, progress=False)


# What may differ between runs


def test_scales_and_flight_times_may_differ() -> None:
    """They are buffers, and each run keeps its own."""
    models = [
        Pipeline(Scale.onto(t, -high, high), seeded(lambda: mlp(1, 8, 2), 0), Pitch(flight))
        for high, flight in [(1.0, 2.0), (3.0, 3.0)]
    ]
    alone = torch.stack([loss(m) for m in models]).detach()
    training = train_together(models, loss, steps=1, progress=False)
    torch.testing.assert_close(training.loss[0], alone)


def test_each_run_may_have_data_of_its_own() -> None:
    targets, weight = torch.stack([x, x + 5]), torch.tensor([1.0, 0.5])

    def weighted(model: nn.Module, x: Tensor, w: Tensor) -> Tensor:
        return w * mean_squared_error(model(t), x)

    models = [seeded(physics, 0), seeded(physics, 0)]
    training = train_together(models, weighted, each=[targets, weight], steps=30, progress=False)
    for i in range(2):
        alone = train(
            seeded(physics, 0),
            partial(weighted, x=targets[i], w=weight[i]),
            steps=30,
            progress=False,
        )
        torch.testing.assert_close(training.loss[:, i], alone.loss, rtol=1e-5, atol=0)


def test_a_loss_may_use_any_method_of_the_model() -> None:
    models = [seeded(physics, s) for s in range(2)]
    training = train_together(models, lambda m: (m.latent(t) ** 2).mean(), steps=5, progress=False)
    assert (training.loss[-1] < training.loss[0]).all()


def test_tied_weights_stay_tied() -> None:
    """A weight that two layers share has two places in the model."""

    def tied() -> nn.Sequential:
        model = nn.Sequential(nn.Linear(1, 8), nn.Linear(8, 8), nn.Linear(8, 8), nn.Linear(8, 1))
        model[2].weight = model[1].weight
        return model

    models = [seeded(tied, s) for s in range(2)]
    together = train_together(models, loss, steps=20, progress=False)
    assert models[1][1].weight is models[1][2].weight
    for i in range(2):
        alone = train(seeded(tied, i), loss, steps=20, progress=False)
        torch.testing.assert_close(together.loss[:, i], alone.loss, rtol=1e-5, atol=0)


def test_an_error_in_the_loss_leaves_the_model_whole() -> None:
    models = [seeded(physics, s) for s in range(2)]
    expected = [w.clone() for w in models[0].state_dict().values()]
    with pytest.raises(RuntimeError):
        train_together(models, lambda m: m(torch.ones(3, 7)).sum(), progress=False)
    for w, kept in zip(models[0].state_dict().values(), expected, strict=True):
        assert torch.equal(w, kept)


def test_weights_that_need_no_gradient_stay() -> None:
    models = [seeded(physics, s) for s in range(2)]
    for m in models:
        m.network[0].requires_grad_(False)
    frozen = models[1].network[0].weight.clone()
    train_together(models, loss, steps=3, progress=False)
    assert torch.equal(models[1].network[0].weight, frozen)


# Errors


def test_what_differs_and_is_no_buffer_is_found() -> None:
    """All runs share the code of models[0], and so a plain function with its flight time."""
    network = seeded(lambda: mlp(1, 8, 2), 0)
    models = [
        Pipeline(nn.Identity(), copy.deepcopy(network), partial(pitch, flight=f))
        for f in (2.0, 3.0)
    ]
    message = r"^models\[1\]: got a loss of .*, but .* with the weights of it in models\[0\], want"
    with pytest.raises(ValueError, match=message):
        train_together(models, loss, progress=False)


def test_bad_models_are_named() -> None:
    with pytest.raises(ValueError, match=r"^models: "):
        train_together([], loss)
    with pytest.raises(ValueError, match=r"^models\[1\]: "):
        train_together([seeded(physics, 0), seeded(direct, 0)], loss)
    with pytest.raises(ValueError, match=r"^models\[1\]: "):
        train_together([seeded(physics, 0), 3], loss)
    for change, what in {
        lambda m: m.network.__setitem__(1, nn.Tanh()): "classes of stages",
        lambda m: m.eval(): r"stages in eval\(\)",
        lambda m: m.network[0].weight.requires_grad_(False): "frozen parameters",
    }.items():
        other = seeded(physics, 1)
        change(other)
        with pytest.raises(ValueError, match=rf"^models\[1\]: got other {what} "):
            train_together([seeded(physics, 0), other], loss)
    one = seeded(physics, 0)
    with pytest.raises(ValueError, match=r"^models\[1\] is models\[0\]: pass each model once"):
        train_together([one, one], loss)
    with pytest.raises(ValueError, match=r"^model: "):
        train_together([one.requires_grad_(False)], loss)


def test_bad_data_and_losses_are_named() -> None:
    models = [seeded(physics, s) for s in range(2)]
    with pytest.raises(ValueError, match=r"^each: "):
        train_together(models, lambda m, x: loss(m), each=[3])  # type: ignore[list-item]
    with pytest.raises(ValueError, match=r"^each: "):
        train_together(models, lambda m, x: loss(m), each=[torch.zeros(3)])
    with pytest.raises(ValueError, match=r"^loss: "):
        train_together(models, lambda m: m(t))
    with pytest.raises(ValueError, match=r"^steps: "):
        train_together(models, loss, steps=0)


def test_one_that_diverges_stops_all_and_the_models_keep_what_they_had() -> None:
    models = [seeded(physics, s) for s in range(2)]
    factor = torch.tensor([1.0, math.nan])
    with pytest.raises(Diverged, match=r"^the loss of fit 1 is nan at the start values"):
        train_together(models, lambda m, f: f * loss(m), each=[factor], steps=5, progress=False)
    for i, m in enumerate(models):
        expected = seeded(physics, i)
        for p, q in zip(m.parameters(), expected.parameters(), strict=True):
            assert torch.equal(p, q)
