"""pipelines.learned_cut: a plane, a network, and the objective of the other cuts."""

import math
from functools import partial
from typing import Any

import pytest
import torch

from diffprog.pipelines.learned_cut import LearnedCut, fit_learned_cut
from diffprog.relaxations.cut_fit import fit_cuts
from diffprog.relaxations.cuts import count
from diffprog.relaxations.significance import asimov, significance
from diffprog.show import NUMBER
from diffprog.simulator.masses import one_mass, ten_masses, two_masses

SIGNAL, BACKGROUND = two_masses()
FRESH = two_masses(4)


def value(model: LearnedCut, signal: torch.Tensor, background: torch.Tensor) -> float:
    return significance(model.count(signal), model.count(background)).item()


@pytest.mark.slow
def test_a_network_beats_the_rectangle_and_a_plane_does_not() -> None:
    """Fitted on one sample, judged on another: the signal is a blob, not beyond a plane.

    Over four seeds the plane has 0.69 of the rectangle, the network 1.13 or more. An event of
    signal more or less is 0.06 of 23.
    """
    c = fit_cuts(
        SIGNAL, BACKGROUND, torch.tensor([500.0, 500.0]), 0.1, steps=100, learning_rate=20.0
    ).last["c"]
    rectangle = significance(*(count(m, c) for m in FRESH)).item()
    plane = LearnedCut(BACKGROUND, seed=0)
    fit_learned_cut(plane, SIGNAL, BACKGROUND, steps=400, learning_rate=0.05)
    network = LearnedCut(BACKGROUND, (16,), seed=0)
    fit_learned_cut(network, SIGNAL, BACKGROUND, steps=400, learning_rate=0.05)
    assert value(plane, *FRESH) < 0.75 * rectangle < rectangle < value(network, *FRESH) / 1.05


def test_one_observable_on_one_side_is_the_cut() -> None:
    s, b = one_mass()
    plane = LearnedCut(b[:, None], seed=0)
    history = fit_learned_cut(plane, s[:, None], b[:, None], steps=500, learning_rate=0.05)
    m = torch.linspace(500, 1500, 10_001)[:, None]
    kept = (plane(m) >= 0).flatten()
    assert (kept.int().diff() >= 0).all()
    edge = m[kept.int().argmax()].item()
    # The soft cut of the steepness that it has learned, but for what is left of the way: less than
    # the 8 GeV by which the best cut differs from sample to sample, and 1e-3 of the objective.
    k = (plane.layers[0].weight / plane.scale.width).item()  # type: ignore[arg-type,operator]
    soft = fit_cuts(s, b, torch.tensor(1000.0), k, steps=300)
    assert edge == pytest.approx(soft.last["c"].item(), abs=8)
    assert history.loss[-1].item() == pytest.approx(soft.loss[-1].item(), rel=1e-3)
    # Sharpened, it does better than what was climbed.
    assert value(plane, s[:, None], b[:, None]) > -history.loss[-1]


@pytest.mark.slow
def test_a_network_can_learn_its_sample_by_heart() -> None:
    objective = partial(asimov, uncertainty=0.05)
    s, b = ten_masses()
    network = LearnedCut(b, (16,), seed=0)
    fit_learned_cut(network, s, b, objective=objective, steps=300, learning_rate=0.03)
    train, fresh = (
        objective(network.count(signal), network.count(background)).item()
        for signal, background in ((s, b), ten_masses(4))
    )
    # 1.5 to 1.7 times as much over four seeds; from one fresh sample to the next it spreads by 4 %.
    assert train > 1.4 * fresh
    assert network.count(b) > 50  # over four seeds 108 or more: some of it is as the signal


def test_the_loss_falls_and_the_history_is_of_all_weights() -> None:
    model = LearnedCut(BACKGROUND, (4,), seed=1)
    history = fit_learned_cut(model, SIGNAL, BACKGROUND, steps=50)
    assert len(history) == 51
    assert history.loss[-1] < history.loss[0]
    assert {n: tuple(p.shape[1:]) for n, p in history.parameters.items()} == {
        "layers.0.weight": (4, 2),
        "layers.0.bias": (4,),
        "layers.2.weight": (1, 4),
        "layers.2.bias": (1,),
    }


def test_a_fit_takes_300_steps_unless_told_otherwise() -> None:
    s, b = SIGNAL[:5], BACKGROUND[:5]
    assert len(fit_learned_cut(LearnedCut(b, seed=0), s, b)) == 301  # and the start


def test_counts() -> None:
    model = LearnedCut(BACKGROUND, seed=0)
    weight = {"weight": torch.tensor([[1.0, 0.0]]), "bias": torch.zeros(1)}
    model.layers[0].load_state_dict(weight)
    centre = BACKGROUND[:, 0].mean()
    k = 1 / BACKGROUND[:, 0].std()
    for m in (SIGNAL, BACKGROUND):
        assert model.count(m) == (m[:, 0] >= centre).sum()
        soft = torch.sigmoid(k * (m[:, 0] - centre)).sum()
        assert model.soft_count(m).item() == pytest.approx(soft.item(), rel=1e-5)  # float32
    assert not model.count(SIGNAL).requires_grad
    assert model.count(BACKGROUND.mean(0)[None]) == 1, "an event on the plane, at t = 0, is kept"


def test_the_seed_makes_the_weights_and_the_global_state_is_left_alone() -> None:
    before = torch.get_rng_state()
    one, same, other = (LearnedCut(BACKGROUND, (3,), seed=s) for s in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(one(SIGNAL), same(SIGNAL))
    assert not torch.equal(one(SIGNAL), other(SIGNAL))


def test_masses_are_standardised_by_the_background() -> None:
    scale = LearnedCut(BACKGROUND, seed=0).scale
    assert torch.equal(scale.centre, BACKGROUND.mean(0))
    assert torch.equal(scale.width, BACKGROUND.std(0))


def test_the_precision_is_that_of_the_background() -> None:
    s, b = SIGNAL.double(), BACKGROUND.double()
    model = LearnedCut(b, (3,), seed=1)
    assert fit_learned_cut(model, s, b, steps=2).loss.dtype == torch.float64
    start = LearnedCut(b, (3,), seed=1)(s).float()
    # Seven digits, of masses that are up to ten widths off.
    torch.testing.assert_close(
        start, LearnedCut(BACKGROUND, (3,), seed=1)(SIGNAL), rtol=0, atol=1e-5
    )


def test_a_model_takes_the_masses_it_knows() -> None:
    """One column would broadcast to two without a word."""
    model, one = LearnedCut(BACKGROUND, seed=0), SIGNAL[:, :1]
    for f in (model, model.count, model.soft_count):
        for m in (one, SIGNAL[:, 0], SIGNAL.double()):
            with pytest.raises(ValueError, match=r"^m: "):
                f(m)
    with pytest.raises(ValueError, match=r"^signal: "):
        fit_learned_cut(model, one, BACKGROUND[:, :1])
    with pytest.raises(ValueError, match=r"^background: "):
        fit_learned_cut(model, SIGNAL, BACKGROUND.double())


def test_bad_input_is_refused() -> None:
    model = LearnedCut(BACKGROUND, seed=0)
    with pytest.raises(ValueError, match=r"^signal: "):
        fit_learned_cut(model, SIGNAL[:0], BACKGROUND)
    with pytest.raises(ValueError, match=r"^background: "):
        fit_learned_cut(model, SIGNAL, BACKGROUND * math.nan)
    with pytest.raises(ValueError, match=r"^background: "):
        fit_learned_cut(model, SIGNAL, BACKGROUND[:, 0])
    with pytest.raises(ValueError, match=r"^learning_rate: "):
        fit_learned_cut(model, SIGNAL, BACKGROUND, learning_rate=-1)
    with pytest.raises(ValueError, match=r"^steps: "):
        fit_learned_cut(model, SIGNAL, BACKGROUND, steps=0)
    with pytest.raises(ValueError, match=r"^m: "):
        model.count(SIGNAL[:0])
    with pytest.raises(ValueError, match=r"^background: "):
        LearnedCut(torch.rand(5), seed=0)
    with pytest.raises(ValueError, match=r"^background: "):
        LearnedCut(torch.rand(1, 2), seed=0)
    constant = torch.stack([BACKGROUND[:, 0], torch.full((10_000,), 0.1)], dim=1)
    with pytest.raises(ValueError, match=r"^background: "):
        LearnedCut(constant, seed=0)
    with pytest.raises(ValueError, match=r"^background: "):
        LearnedCut(BACKGROUND * math.inf, seed=0)
    with pytest.raises(ValueError, match=r"^hidden: "):
        LearnedCut(BACKGROUND, (0,), seed=0)


@pytest.mark.site
def test_a_sample_flatters_a_free_choice_more_than_a_right_form(entries: Any) -> None:
    """Chapter 2.5, and not by the number of parameters: the score with squares has 21."""

    def of_page(name: str) -> float:
        return float(entries[f"many-{name}"].data[NUMBER]["value"])

    flattered = [of_page(f"flattered-{name}") for name in ("square", "rectangle", "network")]
    assert flattered[0] < of_page("square-ten-spread")
    assert flattered[0] < flattered[1] / 3 < flattered[2] / 15
    assert of_page("rectangle-parameters") < of_page("square-ten-parameters")
