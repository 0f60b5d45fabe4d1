"""loops.training: Adam, and a look now and then."""

import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.optim import Adam

from diffprog.loops.ensembles import train_together
from diffprog.loops.history import Diverged, History
from diffprog.loops.training import train
from diffprog.pipelines.pipeline import mean_squared_error, mlp

x = torch.linspace(-1, 1, 20)[:, None]


def network() -> nn.Sequential:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return mlp(1, 8, 1)


def loss(model: nn.Module) -> Tensor:
    return mean_squared_error(model(x), x**2)


def run(model: nn.Module, steps: int = 50, **more: Any) -> History:
    return train(model, loss, steps=steps, learning_rate=0.01, progress=False, **more)


def test_it_is_the_loop_that_one_writes_by_hand() -> None:
    by_hand, model = network(), network()
    adam = Adam(by_hand.parameters(), lr=0.01)
    losses = []
    for _ in range(50):
        adam.zero_grad()
        value = loss(by_hand)
        value.backward()
        adam.step()
        losses.append(value.detach())
    training = run(model)
    torch.testing.assert_close(training.loss[:-1], torch.stack(losses))
    for p, q in zip(model.parameters(), by_hand.parameters(), strict=True):
        torch.testing.assert_close(p, q)


def test_k_steps_leave_k_plus_1_losses_free_of_graphs() -> None:
    model = network()
    before = loss(model)
    training = run(model)
    assert training.loss.shape == (51,)
    assert not training.loss.requires_grad
    assert training.loss[0] == before
    assert training.loss[-1] == loss(model)
    assert training.loss[-1] < training.loss[0] / 2
    assert training.seen == {}
    assert training.parameters == {}  # a path of all weights would be large
    assert torch.equal(training.evaluations, torch.arange(51))


def test_a_look_stands_beside_the_loss_of_its_step() -> None:
    model = network()
    first = model(x).detach()
    training = run(model, look=lambda model: model(x), at=[50, 0, 7, 7])
    assert list(training.seen) == [0, 7, 50]
    assert torch.equal(training.seen[0], first)
    assert torch.equal(training.seen[50], model(x).detach())
    for step, seen in training.seen.items():
        assert not seen.requires_grad
        torch.testing.assert_close(mean_squared_error(seen, x**2), training.loss[step])


def test_a_look_at_a_weight_is_a_copy() -> None:
    model = network()
    training = run(model, look=lambda model: model[0].weight, at=[0, 50])
    assert not torch.equal(training.seen[0], training.seen[50])


def test_looking_changes_nothing() -> None:
    plain, looked = network(), network()
    losses = run(plain).loss, run(looked, look=lambda model: model(x), at=range(51)).loss
    assert torch.equal(*losses)


def test_a_second_training_goes_on_from_the_first() -> None:
    model = network()
    first = run(model)
    assert run(model).loss[0] == first.loss[-1]


def test_weights_that_need_no_gradient_stay() -> None:
    model = network()
    first = next(model.parameters()).requires_grad_(False)
    frozen = first.clone()
    run(model)
    assert torch.equal(first, frozen)


def test_settings_of_the_process_are_left_alone() -> None:
    """Threads, and numbers below 1e-38, are as before also while a training runs."""
    tiny, threads = torch.tensor([1e-40]), torch.get_num_threads()
    during: list[tuple[int, bool]] = []

    def look(model: nn.Module) -> Tensor:
        during.append((torch.get_num_threads(), bool(tiny * 1.0 > 0)))
        return torch.zeros(1)

    try:
        torch.set_num_threads(2)
        run(network(), steps=1, look=look, at=[0])
        assert during == [(2, True)]
    finally:
        torch.set_num_threads(threads)


def test_it_says_what_it_is() -> None:
    training = run(network(), steps=3, look=lambda model: model(x), at=[1])
    assert repr(training).startswith("History of 4 entries: loss 0.")
    assert repr(training).endswith("; seen at 1 steps")


def test_what_was_seen_keeps_its_loss_in_a_slice() -> None:
    training = run(network(), look=lambda model: model(x), at=[0, 7, 50])
    late = training[torch.tensor([7, 20, 50])]
    assert list(late.seen) == [0, 2]
    assert torch.equal(late.seen[0], training.seen[7])
    assert list(training[5:].seen) == [2, 45]


def test_progress_is_silent_when_off_and_in_built_pages(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(network(), steps=2)
    monkeypatch.setenv("DIFFPROG_BUILD", "1")
    train(network(), loss, steps=2)
    assert capsys.readouterr() == ("", "")
    monkeypatch.delenv("DIFFPROG_BUILD")
    train(network(), loss, steps=2)
    assert "2/2" in capsys.readouterr().err


# Errors


def test_a_loss_that_is_not_finite_stops_it() -> None:
    with pytest.raises(Diverged, match=r"the loss is nan at the start values, before any update"):
        train(network(), lambda model: loss(model) * math.nan, steps=5, progress=False)


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({"steps": 0}, "steps"),
        ({"learning_rate": 0}, "learning_rate"),
        ({"at": [1]}, "look"),
        ({"look": nn.Identity()}, "at"),
        ({"look": nn.Identity(), "at": [6]}, "at"),
        ({"look": nn.Identity(), "at": [0.5]}, "at"),
    ],
)
def test_bad_arguments_are_named(more: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=rf"^{name}: "):
        train(network(), loss, **({"steps": 5, "progress": False} | more))


@pytest.mark.parametrize("names", [("unused", "used"), ("used", "unused")])
def test_a_layer_that_takes_no_part_is_named_wherever_it_is(names: tuple[str, str]) -> None:
    used = network()
    model = nn.ModuleDict({name: used if name == "used" else nn.Linear(1, 1) for name in names})
    before = [p.clone() for p in used.parameters()]
    with pytest.raises(ValueError, match=r"^unused\.weight: "):
        train(model, lambda _: loss(used), steps=5, progress=False)
    assert all(torch.equal(p, q) for p, q in zip(used.parameters(), before, strict=True))


def test_bad_losses_and_models_are_named() -> None:
    with pytest.raises(ValueError, match=r"^loss: "):
        train(network(), lambda model: model(x) ** 2, progress=False)
    with pytest.raises(ValueError, match=r"^loss: "):
        train(network(), lambda model: loss(model).item(), progress=False)  # type: ignore[arg-type, return-value]
    with pytest.raises(ValueError, match=r"^model: "):
        train(nn.ReLU(), loss, progress=False)


def test_a_model_made_in_inference_mode_is_named() -> None:
    with torch.inference_mode():
        model = nn.Linear(1, 1)

    def loss(model: nn.Linear) -> Tensor:
        return (model(torch.ones(3, 1)) ** 2).mean()

    with pytest.raises(ValueError, match=r"^weight: .*inference_mode"):
        train(model, loss, steps=1, progress=False)
    with pytest.raises(ValueError, match=r"^models\[0\]\.weight: .*inference_mode"):
        train_together([model], loss, steps=1, progress=False)
