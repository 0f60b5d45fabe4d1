"""Slopes over random branchings: right in the mean, and how much each device saves of the spread.

A tolerance on a mean is four of its standard errors.
"""

import pytest
import torch

from diffprog.relaxations.branching import pathwise_slope, total_slope
from diffprog.simulator.shower import calorimeter, cascade


def many(value, n):
    return torch.full((n,), value, dtype=torch.float64).requires_grad_()


def of(slopes):
    return slopes.mean().item(), slopes.std().item(), 4 * slopes.std().item() / len(slopes) ** 0.5


@pytest.mark.parametrize(("layers", "exact"), [(4, 10.976), (8, 84.3308)])
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("baseline", [False, True])
def test_the_slope_of_a_cascade_is_exact_in_the_mean(layers, exact, causal, baseline):
    """E[N] = (1 + p)^L, with the slope L·(1 + p)^(L − 1)."""
    p = many(0.4, 20_000)
    signal, log_p = cascade(p, 0, layers)
    mean, _, error = of(total_slope(signal, log_p, p, baseline=baseline, causal=causal))
    assert abs(mean - exact) < error


def test_baseline_and_causality_take_spread_away():
    """Of a calorimeter at X = 0.4: 150, 70 and 57 a shower, around 38.9."""
    x = many(0.4, 20_000)
    signal, log_p = calorimeter(x, 1)
    spreads = []
    for devices in ({"baseline": False, "causal": False}, {"causal": False}, {}):
        mean, spread, error = of(total_slope(signal, log_p, x, **devices))
        assert abs(mean - 38.9) < error
        spreads.append(spread)
    # The standard error of these spreads is below 2 %.
    assert spreads == pytest.approx([151, 70, 56], rel=0.06)


def test_autograd_alone_is_wrong_and_certain():
    """Its slope is that of the signal with all decisions held: −3.9, of the wrong sign."""
    x = many(0.4, 20_000)
    mean, spread, error = of(pathwise_slope(calorimeter(x, 1).signal, x))
    assert mean == pytest.approx(-3.9, abs=error + 0.05)
    assert spread < 5


def test_the_mean_of_the_score_is_zero():
    """All probabilities together are one, whatever the parameter is."""
    x = many(0.4, 20_000)
    for log_p in (calorimeter(x, 1).log_p, cascade(x, 1, 6).log_p):
        mean, _, error = of(torch.autograd.grad(log_p.sum(), x)[0])
        assert abs(mean) < error


def test_with_depth_the_spread_of_a_cascade_grows_faster_than_its_slope():
    """From 0.9 of the slope with two layers to twice the slope with twelve, in 20 000 cascades."""
    ratios = []
    for layers in (2, 4, 8, 12):
        p = many(0.4, 20_000)
        _, spread, _ = of(total_slope(*cascade(p, 0, layers), p))
        ratios.append(spread / (layers * 1.4 ** (layers - 1)))
    # With other seeds they differ by up to 8 %, since the tails are heavy.
    assert ratios == pytest.approx([0.94, 1.25, 1.57, 1.96], rel=0.1)


def test_the_total_slope_is_that_of_differences():
    x, h = 0.4, 0.05
    g = torch.Generator().manual_seed(5)
    up, down = (calorimeter(many(x + d, 50_000), g).signal.sum(1) for d in (h, -h))
    error = 4 * (up.var() + down.var()).div(50_000).sqrt().item() / (2 * h)
    at = many(x, 20_000)
    mean, _, own = of(total_slope(*calorimeter(at, 1), at))
    # The curvature of the mean within ±0.05 adds less than the errors.
    assert abs(mean - (up.mean() - down.mean()).item() / (2 * h)) < error + own


@pytest.mark.parametrize(
    ("slope", "end", "signal"), [("pathwise", 0.02, 8.7), ("total", 0.9, 34.4)]
)
def test_two_ascents_end_in_opposite_places(slope, end, signal):
    """64 showers a step, 150 steps of Adam from X = 0.4. The mean signal is largest near 0.9."""
    x = torch.tensor(0.4, dtype=torch.float64, requires_grad=True)
    adam = torch.optim.Adam([x], lr=0.02, maximize=True)
    g = torch.Generator().manual_seed(1)
    for _ in range(150):
        each = many(x.item(), 64)
        shower = calorimeter(each, g)
        slopes = (
            pathwise_slope(shower.signal, each)
            if slope == "pathwise"
            else total_slope(*shower, each)
        )
        x.grad = slopes.mean()
        adam.step()
        with torch.no_grad():
            x.clamp_(min=0.02)
    assert x.item() == pytest.approx(end, abs=0.15)
    seen = calorimeter(many(x.item(), 5000), 3).signal.sum(1).mean()
    assert seen.item() == pytest.approx(signal, rel=0.02)


def test_eight_thicknesses_are_found_with_as_many_showers():
    """The absorbers in front become thick, those behind thin: 35.1, where equal ones give 34.5."""
    x = torch.full((8,), 0.4, dtype=torch.float64, requires_grad=True)
    adam = torch.optim.Adam([x], lr=0.02, maximize=True)
    g, path = torch.Generator().manual_seed(1), []
    for _ in range(150):
        each = x.detach().repeat(64, 1).requires_grad_()
        x.grad = total_slope(*calorimeter(each, g), each).mean(0)
        adam.step()
        path.append(x.detach().clone())
    end = torch.stack(path[-50:]).mean(0)
    assert end[:3].min() > 0.9  # an entry scatters by about 0.1
    assert end[-2:].max() < 0.6
    seen = calorimeter(end.repeat(20_000, 1), 3).signal.sum(1)
    # Four standard errors are 0.3.
    assert seen.mean().item() == pytest.approx(35.1, abs=0.3)


def test_bad_arguments_are_told():
    x = many(0.4, 3)
    signal, log_p = calorimeter(x, 0, layers=2)
    with pytest.raises(ValueError, match="log_p: got shape"):
        total_slope(signal, log_p[:, :1], x)
    with pytest.raises(ValueError, match="signal: got 1, want 2 or more draws"):
        total_slope(signal[:1], log_p[:1], x[:1])
    with pytest.raises(ValueError, match="does not depend on x"):
        pathwise_slope(signal, x.detach())
