"""What chapter 3.1 says of luck and scaling: give both sides the same, and nothing is left."""

from typing import Any

import pytest
import torch

from diffprog.loops.ensembles import seeded, train_together
from diffprog.pipelines.pipeline import Pipeline, mean_squared_error
from diffprog.pipelines.pitching_networks import direct, drift_scale, physics
from diffprog.show import NUMBER
from diffprog.simulator.pitching import day, drifts, pitch

t = day()
x = pitch(drifts(t))


def both_scaled() -> Pipeline:
    """Input and drifts scaled, as on the page: from the heights, which the observer has."""
    return physics(t, scale_input=True, scale_drifts=drift_scale(x))


def test_scaled_drifts_have_the_size_that_the_heights_ask_for() -> None:
    """Outputs (u, w) are the height mean + std·(u + w)/√2: that of a standardised target."""
    *_, drift = both_scaled().network.children()
    outputs = torch.randn(100, 2, generator=torch.Generator().manual_seed(0))
    wanted = x.mean() + x.std() * outputs.sum(1, keepdim=True) / 2**0.5
    torch.testing.assert_close(pitch(drift(outputs)), wanted, rtol=1e-5, atol=1e-5)


@pytest.mark.slow
@pytest.mark.exhaustive
def test_with_both_sides_scaled_it_is_a_tie() -> None:
    """Over 24 seeds the medians are 0.0013 alone and 0.0014 through the physics.

    Here, of the twelve that the page does not use. Single ones go from 0.0005 to 0.01.
    """
    median = {}
    for name, build in {
        "direct": lambda: direct(t, x, scale_input=True, scale_target=True),
        "physics": both_scaled,
    }.items():
        models = [seeded(build, seed) for seed in range(12, 24)]
        run = train_together(models, lambda m: mean_squared_error(m(t), x), progress=False)
        median[name] = run.loss[-1].quantile(0.5).item()
    assert 0.0013 / 2 < median["direct"] < 2 * 0.0013
    assert 0.0014 / 2 < median["physics"] < 2 * 0.0014


@pytest.mark.site
def test_what_the_page_concludes_holds(entries: Any) -> None:
    """Luck made most of the triumph; medians of five seeds may move more than those of twelve."""

    def value(name: str) -> float:
        return float(entries[f"network-{name}"].data[NUMBER]["value"])

    assert value("seed-ratio") > 20
    assert 1 < value("luck-left") < 4
    medians = {name: value(f"median-{name}-both-scaled") for name in ("direct", "physics")}
    assert max(medians.values()) < value("median-physics-input-scaled")
    assert 0.0013 / 2.5 < medians["direct"] < 2.5 * 0.0013
    assert 0.0014 / 2.5 < medians["physics"] < 2.5 * 0.0014
    for place in ("between", "beyond"):
        ratio = value(f"transfer-direct-{place}") / value(f"line-{place}-squared")
        assert 1 / 3 < ratio < 3, "what the network alone misses is mostly the parabola"
