"""relaxations.cut_fit: fits of cuts on soft counts."""

import math
import re
from functools import partial
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from diffprog.loops.descent import Diverged
from diffprog.relaxations.cut_fit import annealed, fit_cuts, local_count
from diffprog.relaxations.cuts import count, soft_count
from diffprog.relaxations.scan import best, scan, scan_grid
from diffprog.relaxations.significance import asimov, significance
from diffprog.relaxations.smoothing import from_mean_counts
from diffprog.show import NUMBER
from diffprog.simulator.masses import BACKGROUND, SIGNAL, expected_count, one_mass, two_masses

few = settings(max_examples=40, deadline=None)

SIGNAL_MASSES, BACKGROUND_MASSES = one_mass(3)


# What the curriculum gives, to half of its last digit. Rounding moves the end of a fit by 1e-4 GeV.
ONE_DIGIT, TWO_DIGITS = 0.05, 0.005


def true(c: Tensor) -> float:
    """The exact significance of a cut on the reference sample."""
    return significance(count(SIGNAL_MASSES, c), count(BACKGROUND_MASSES, c)).item()


@pytest.mark.parametrize(
    ("k", "cut", "significance"),
    [
        pytest.param(0.01, 949.8, 11.04, marks=pytest.mark.slow),
        pytest.param(0.1, 1022.2, 12.59, marks=pytest.mark.slow),
        (1.0, 1026.6, 12.64),
        pytest.param(10.0, 1017.2, 12.59, marks=pytest.mark.slow),
    ],
)
def test_cuts_of_the_curriculum(k: float, cut: float, significance: float) -> None:
    found = fit_cuts(SIGNAL_MASSES, BACKGROUND_MASSES, torch.tensor(500.0), k)
    assert found.last["c"].item() == pytest.approx(cut, abs=ONE_DIGIT)
    assert true(found.last["c"]) == pytest.approx(significance, abs=TWO_DIGITS)


@pytest.mark.slow
def test_too_soft_a_cut_runs_off_to_where_its_objective_is_best() -> None:
    found = fit_cuts(SIGNAL_MASSES, BACKGROUND_MASSES, torch.tensor(500.0), 0.001)
    assert found.last["c"] < -900
    assert (found.parameters["c"][-101:].diff() < -0.3).all()  # still going
    c = torch.linspace(-6000, 1500, 300)
    soft = from_mean_counts(SIGNAL_MASSES, BACKGROUND_MASSES, c, 0.001)
    assert (soft.diff() < 0).all()
    assert soft[0].item() == pytest.approx(5, abs=0.01)  # all events: 500/√10000


@pytest.mark.slow
def test_from_beyond_all_events_sharp_cuts_do_not_move_and_annealing_does() -> None:
    start = torch.tensor(1300.0)
    for k in (1.0, 10.0):
        found = fit_cuts(SIGNAL_MASSES, BACKGROUND_MASSES, start, k, steps=100)
        assert (found.parameters["c"] == 1300).all()
        assert (found.loss > -1e-3).all()
    found = fit_cuts(SIGNAL_MASSES, BACKGROUND_MASSES, start, annealed(0.01, 10, 2000))
    assert true(found.last["c"]) == pytest.approx(12.66, abs=TWO_DIGITS)


def test_differences_among_sharp_cuts_are_below_the_sampling_error() -> None:
    """The population's significance at the cuts fitted with k ≥ 0.1 differs by 0.02."""
    c = torch.tensor([1022.23, 1026.64, 1017.15, 1027.48], dtype=torch.float64)
    z = expected_count(SIGNAL, c) / expected_count(BACKGROUND, c).sqrt()
    assert z.max() - z.min() < 0.02
    assert z.min() > 12.48


def test_what_counts_is_the_learning_rate_times_the_steepness() -> None:
    """Short of the time to get there, and with steps of many widths of the edge."""
    fitted = partial(fit_cuts, SIGNAL_MASSES, BACKGROUND_MASSES, torch.tensor(500.0))
    slow = fitted(1.0, learning_rate=0.1, steps=1000).last["c"].item()
    assert slow < 500 + 0.1 * 1000 * 1.5  # Adam's steps are about η long; half as much to spare
    fast = fitted(1.0, learning_rate=10, steps=500).last["c"].item()
    assert fast == pytest.approx(1026.6, abs=ONE_DIGIT)


def test_histories() -> None:
    start = torch.tensor(500.0)
    found = fit_cuts(SIGNAL_MASSES, BACKGROUND_MASSES, start, 0.1, steps=30)
    assert found.parameters["c"].shape == found.loss.shape == (31,)
    assert found.parameters["c"][0] == 500
    assert found.parameters["c"][-1] == found.last["c"]
    assert start == 500
    assert not found.last["c"].requires_grad
    for i in (0, 17, 30):
        soft = from_mean_counts(SIGNAL_MASSES, BACKGROUND_MASSES, found.parameters["c"][i], 0.1)
        assert found.loss[i].item() == pytest.approx(-soft.item(), rel=1e-5)
    assert re.fullmatch(r"History of 31 entries: loss -\S+ to -\S+; c \(\)", repr(found))


def test_a_batch_of_starts_is_each_start() -> None:
    starts = torch.tensor([[500.0, 800.0], [1100.0, 1300.0]])
    batch = fit_cuts(SIGNAL_MASSES, BACKGROUND_MASSES, starts, 0.3, steps=60)
    assert batch.parameters["c"].shape == (61, 2, 2)
    path = batch.parameters["c"]
    assert batch.loss.shape == (61, 2, 2)
    for i in range(2):
        for j in range(2):
            one = fit_cuts(SIGNAL_MASSES, BACKGROUND_MASSES, starts[i, j], 0.3, steps=60)
            # Other windows, so sums of other order: some roundings, 6e-5 at 1000 GeV, 1e-6 of Z.
            torch.testing.assert_close(path[:, i, j], one.parameters["c"], rtol=0, atol=1e-3)
            torch.testing.assert_close(batch.loss[:, i, j], one.loss, rtol=0, atol=1e-4)


def test_a_batch_with_annealing_ends_in_one_place() -> None:
    starts = torch.linspace(500, 1300, 5)
    k = annealed(0.02, 1, 200)
    found = fit_cuts(SIGNAL_MASSES, BACKGROUND_MASSES, starts, k, steps=200, learning_rate=10.0)
    # At a learning rate of 10 GeV Adam still swings by 0.2 in its last steps; within 0.5 no cut
    # has less than 12.62.
    assert (found.last["c"] - 1026.6).abs().max() < 0.5
    assert all(true(c) > 12.62 for c in found.last["c"])


@pytest.mark.slow
def test_two_cuts_reach_the_grids_best() -> None:
    s, b = two_masses(3)
    fresh_s, fresh_b = two_masses(4)
    found = fit_cuts(s, b, torch.tensor([500.0, 500.0]), 1.0)
    assert found.parameters["c"].shape == (2001, 2)
    assert found.last["c"].tolist() == pytest.approx([1027.2, 854.6], abs=ONE_DIGIT)
    z = significance(count(s, found.last["c"]), count(b, found.last["c"])).item()
    assert z == pytest.approx(24.08, abs=TWO_DIGITS)
    c = torch.linspace(500, 1500, 501)
    # A grid of 2 GeV stands on a tread of the staircase, and so does the fit: an event of signal
    # more or less is 1/√b = 0.06.
    assert z > best(significance(scan_grid(s, c, c), scan_grid(b, c, c)), c, c)[0] - 0.06
    fresh = significance(count(fresh_s, found.last["c"]), count(fresh_b, found.last["c"])).item()
    assert fresh == pytest.approx(23.20, abs=TWO_DIGITS)


def test_a_batch_of_starts_for_two_cuts() -> None:
    s, b = two_masses(3)
    starts = torch.tensor([[500.0, 500.0], [900.0, 700.0], [1000.0, 900.0]])
    found = fit_cuts(s, b, starts, 0.1, steps=80, learning_rate=20.0)
    assert found.parameters["c"].shape == (81, 3, 2)
    assert found.loss.shape == (81, 3)
    # 80 steps of up to 20 GeV: the last ten still swing by some GeV.
    assert (found.last["c"] - torch.tensor([1022.6, 849.6])).abs().max() < 3


def test_any_objective() -> None:
    objective = partial(asimov, uncertainty=0.1)
    k = annealed(0.03, 1, 300)
    found = fit_cuts(
        SIGNAL_MASSES,
        BACKGROUND_MASSES,
        torch.tensor(500.0),
        k,
        objective=objective,
        steps=300,
        learning_rate=10.0,
    )
    grid = torch.linspace(500, 1230, 5000)
    kept = scan(SIGNAL_MASSES, grid), scan(BACKGROUND_MASSES, grid)
    fitted = objective(*(count(m, found.last["c"]) for m in (SIGNAL_MASSES, BACKGROUND_MASSES)))
    # The fit climbs the soft course of a staircase, the scan finds its highest tread: a few steps
    # above, and an event of signal more or less is one of 0.2 %.
    assert fitted > 0.99 * objective(*kept).max()


def test_annealed() -> None:
    k = annealed(0.01, 10, 4)
    assert k.tolist() == pytest.approx([0.01, 0.1, 1, 10])
    assert annealed(2, 5, 1).tolist() == pytest.approx([2])
    for bad in ((0, 1, 2), (1, -1, 2), (1, math.nan, 2)):
        with pytest.raises(ValueError, match=r"^(first|last): "):
            annealed(*bad)
    with pytest.raises(ValueError, match=r"^steps: "):
        annealed(1, 2, 0)


masses = st.lists(st.floats(-1e3, 3e3), min_size=1, max_size=60)


@few
@given(masses, st.lists(st.floats(-3e3, 5e3), min_size=1, max_size=6), st.floats(1e-3, 100))
def test_local_counts_are_soft_counts(m: list[float], c: list[float], k: float) -> None:
    x = torch.tensor(m, dtype=torch.float64).sort().values
    at = torch.tensor(c, dtype=torch.float64, requires_grad=True)
    got, wanted = local_count(x, at, k), soft_count(x, at, k)
    assert torch.allclose(got, wanted, rtol=0, atol=2e-8 * len(m))
    slope, wanted = (torch.autograd.grad(y.sum(), at)[0] for y in (got, wanted))
    assert torch.allclose(slope, wanted, rtol=0, atol=2e-8 * len(m) * k)


def test_local_counts_far_from_all_masses() -> None:
    m = torch.tensor([1.0, 2, 3])
    c = torch.tensor([-1e6, 1e6], requires_grad=True)
    kept = local_count(m, c, 1.0)
    assert kept.tolist() == [3, 0]
    assert torch.autograd.grad(kept.sum(), c)[0].tolist() == [0, 0]
    assert local_count(m, torch.tensor(2.0), 1e6) == 1.5


def test_local_counts_have_checked_gradients() -> None:
    m = torch.linspace(-1, 1, 9, dtype=torch.float64)
    c = torch.tensor([[-0.4, 0.1], [0.3, 2.0]], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda c: local_count(m, c, 7.0), c)


def test_the_order_of_events_does_not_matter() -> None:
    g = torch.Generator().manual_seed(0)
    found = [
        fit_cuts(s, b, torch.tensor(700.0), 0.1, steps=50).parameters["c"]
        for s, b in (
            (SIGNAL_MASSES, BACKGROUND_MASSES),
            (
                SIGNAL_MASSES[torch.randperm(500, generator=g)],
                BACKGROUND_MASSES[torch.randperm(10_000, generator=g)],
            ),
        )
    ]
    assert torch.equal(*found)


def test_the_type_of_the_masses_is_that_of_the_history() -> None:
    s, b = SIGNAL_MASSES.double(), BACKGROUND_MASSES.double()
    found = fit_cuts(s, b, torch.tensor(700.0).double(), annealed(0.1, 1, 3), steps=3)
    assert found.loss.dtype == found.last["c"].dtype == torch.float64


def test_no_background_near_is_no_error() -> None:
    s, b = torch.tensor([5.0, 6, 7]), torch.tensor([-1e6, -1e6])
    found = fit_cuts(s, b, torch.tensor(5.5), 1.0, steps=5)
    assert (found.loss == 0).all()
    assert (found.parameters["c"] == 5.5).all()


def test_an_objective_that_is_not_finite_stops_the_fit() -> None:
    s, b = torch.tensor([5.0, 6, 7]), torch.tensor([-1e6, -1e6])
    start = torch.tensor([-2e6, 5.5])  # the first keeps all background
    with pytest.raises(Diverged, match=r"^the loss of fit 1 is -inf at the start values"):
        fit_cuts(s, b, start, 1.0, objective=lambda s, b: s / b, steps=5)


def test_bad_input_is_refused() -> None:
    one, two = torch.rand(5), torch.rand(5, 2)
    c = torch.tensor(0.5)
    with pytest.raises(ValueError, match=r"^signal: "):
        fit_cuts(one[:0], one, c, 1.0)
    with pytest.raises(ValueError, match=r"^background: "):
        fit_cuts(one, one[:0], c, 1.0)
    with pytest.raises(ValueError, match=r"^background: "):
        fit_cuts(one, torch.tensor([math.nan]), c, 1.0)
    with pytest.raises(ValueError, match=r"^background: "):
        fit_cuts(one, two, c, 1.0)
    with pytest.raises(ValueError, match=r"^start: "):
        fit_cuts(two, two, torch.rand(3), 1.0)
    with pytest.raises(ValueError, match=r"^start: "):
        fit_cuts(one, one, torch.tensor(math.nan), 1.0)
    with pytest.raises(ValueError, match=r"^start: "):
        fit_cuts(one, one, torch.zeros(0), 1.0)
    for k in (0.0, -1.0, math.nan, math.inf, torch.tensor([1.0, -1.0])):
        with pytest.raises(ValueError, match=r"^steepness: "):
            fit_cuts(one, one, c, k, steps=2)
    with pytest.raises(ValueError, match=r"^steepness: "):
        fit_cuts(one, one, c, torch.ones(3), steps=2)
    with pytest.raises(ValueError, match=r"^steepness: "):
        fit_cuts(one, one, c, torch.ones(2, requires_grad=True), steps=2)
    with pytest.raises(ValueError, match=r"^steps: "):
        fit_cuts(one, one, c, 1.0, steps=0)
    with pytest.raises(ValueError, match=r"^learning_rate: "):
        fit_cuts(one, one, c, 1.0, learning_rate=0)


@pytest.mark.site
def test_what_the_pages_conclude_holds(entries: Any) -> None:
    """Of soft and sharp edges, in chapters 2.2 and 2.3."""

    def value(name: str) -> float:
        return float(entries[name].data[NUMBER]["value"])

    # A number that is called a bound is one.
    c = torch.linspace(500, 1500, 10_000)
    masses = SIGNAL_MASSES, BACKGROUND_MASSES
    soft = torch.cat(
        [significance(*(soft_count(m, x, 10.0) for m in masses)) for x in c.split(500)]
    )
    gap = (soft - significance(*(scan(m, c) for m in masses))).abs().max()
    assert value("step-soft-gap") - 0.01 < gap < value("step-soft-gap")
    # Far beyond the range of the cell the ratio is that of means: it does not fall below there.
    for at in (-2e4, 2e4):
        lost = []
        for m in masses:
            p = torch.sigmoid(0.001 * (m.double() - at))
            lost.append((p * (1 - p)).sum() / p.sum())
        assert 2 * lost[0] / lost[1] > 1
    assert value("sharpness-softest-loss") > 1.2

    assert value("sharpness-gain") > 3 * value("sharpness-gain-error")
    assert value("sharpness-soft-spread") < value("sharpness-hard-spread") / 2
    tops = [value(f"sharpness-tops-k{k}") for k in ("1", "0", "p1")]
    assert tops[0] == 1
    assert tops[0] < tops[1] < 5 < 50 < tops[2]
