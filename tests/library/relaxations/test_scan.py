"""relaxations.scan: exact counts for many cuts, and the best of them."""

import math
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from diffprog.relaxations.cuts import count
from diffprog.relaxations.scan import best, scan, scan_grid, scan_windows
from diffprog.relaxations.significance import asimov, significance
from diffprog.simulator.masses import BACKGROUND, SIGNAL, expected_count, one_mass, two_masses

few = settings(max_examples=40, deadline=None)

CUTS = torch.linspace(500, 1500, 10_000)

# Few distinct values, so that masses and cuts are often equal.
values = st.one_of(st.integers(-3, 3).map(float), st.floats(-1e3, 1e3, width=32))
numbers = st.lists(values, min_size=1, max_size=40)


@few
@given(numbers, numbers)
def test_sorting_gives_the_integers_of_the_comparisons(m: list[float], c: list[float]) -> None:
    got = scan(torch.tensor(m), torch.tensor(c))
    assert got.dtype == torch.int64
    assert torch.equal(got, count(torch.tensor(m), torch.tensor(c)))
    assert got.tolist() == [sum(x >= y for x in m) for y in c]


@few
@given(numbers, numbers, st.permutations(range(4)))
def test_mixed_precision_and_order(m: list[float], c: list[float], order: list[int]) -> None:
    x, at = torch.tensor(m), torch.tensor(c, dtype=torch.float64) + 1e-9
    assert torch.equal(scan(x, at), count(x, at))
    four = torch.tensor([*c, 0.0, 1, 2])[:4]
    assert torch.equal(scan(x, four)[order], scan(x, four[order]))


def test_the_reference_sample_at_ten_thousand_cuts() -> None:
    for m in one_mass(3):
        few = CUTS[::10]
        assert torch.equal(scan(m, few), count(m, few))
        assert torch.equal(scan(m, CUTS)[::10], scan(m, few))
        wanted, _ = np.histogram(m.numpy(), np.append(few.numpy(), np.float32(1e9)))
        assert (-scan(m, torch.cat([few, torch.tensor([1e9])])).diff()).tolist() == wanted.tolist()


def test_values_of_the_curriculum() -> None:
    s, b = one_mass(3)
    first = significance(count(s, torch.tensor(500.0)), count(b, torch.tensor(500.0)))
    assert first.item() == pytest.approx(5.786, abs=5e-4)
    z, c = best(significance(scan(s, CUTS), scan(b, CUTS)), CUTS)
    assert z.item() == pytest.approx(12.6588, abs=5e-5)
    assert c.item() == pytest.approx(1027.45, abs=0.005)
    for δ, highest, at in ((0.0, 12.03, 1027.45), (0.05, 5.52, 1035.25), (0.1, 3.03, 1046.85)):
        z, c = best(asimov(scan(s, CUTS), scan(b, CUTS), δ), CUTS)
        assert z.item() == pytest.approx(highest, abs=0.005)
        assert c.item() == pytest.approx(at, abs=0.01)


def test_spread_of_the_best_cut_over_fresh_draws() -> None:
    found = []
    for seed in range(200):
        s, b = one_mass(seed)
        found.append(torch.stack(best(significance(scan(s, CUTS), scan(b, CUTS)), CUTS)))
    mean, std = torch.stack(found).mean(0), torch.stack(found).std(0)
    assert mean.tolist() == pytest.approx([12.60, 1025.3], abs=0.05)
    assert std.tolist() == pytest.approx([0.21, 8.07], abs=0.02)
    # The best of a sample flatters: the population has less at its own optimum.
    c = torch.linspace(1000, 1050, 501)
    assert mean[0] > (expected_count(SIGNAL, c) / expected_count(BACKGROUND, c).sqrt()).max() + 0.05


def test_a_window_does_better_than_a_cut() -> None:
    s, b = one_mass(3)
    low, high = torch.linspace(950, 1100, 1501), torch.linspace(1100, 1300, 2001)
    z = significance(scan_windows(s, low, high), scan_windows(b, low, high))
    few = scan_windows(b, low, high) < 20
    z, *window = best(z.where(~few, 0), low, high)
    assert z.item() == pytest.approx(15.17, abs=0.005)
    assert [c.item() for c in window] == pytest.approx([1035.5, 1175.4], abs=0.05)
    # Of all windows: each edge at an event, and just above one.
    m = torch.cat([s, b])
    m = m[(m > 950) & (m < 1300)].sort().values
    above = torch.nextafter(m, torch.tensor(math.inf))
    kept_s, kept_b = scan_windows(s, m, above), scan_windows(b, m, above)
    assert significance(kept_s, kept_b)[kept_b >= 20].max().item() == pytest.approx(
        15.18, abs=0.005
    )
    # And in the population.
    low, high = torch.linspace(950, 1100, 301).double(), torch.linspace(1101, 1300, 399).double()
    of_s, of_b = (
        expected_count(p, low)[:, None] - expected_count(p, high) for p in (SIGNAL, BACKGROUND)
    )
    z, *window = best(of_s / of_b.sqrt(), low, high)
    assert z.item() == pytest.approx(15.29, abs=0.005)
    assert [c.item() for c in window] == pytest.approx([1040.3, 1182.5], abs=0.6)


@few
@given(numbers, numbers, numbers)
def test_windows_are_differences(m: list[float], low: list[float], high: list[float]) -> None:
    got = scan_windows(torch.tensor(m), torch.tensor(low), torch.tensor(high))
    assert got.tolist() == [[sum(a <= x < z for x in m) for z in high] for a in low]


@few
@given(
    st.lists(st.tuples(values, values, values), min_size=1, max_size=20),
    st.lists(st.lists(values, min_size=1, max_size=4, unique=True), min_size=3, max_size=3),
)
def test_grid_is_the_broadcast(m: list[tuple[float, ...]], cuts: list[list[float]]) -> None:
    x, axes = torch.tensor(m), [torch.tensor(sorted(c)) for c in cuts]
    each = torch.tensor(list(product(*[c.tolist() for c in axes])))
    assert torch.equal(scan_grid(x, *axes).flatten(), count(x, each))


def test_grid_of_two_masses_finds_the_scans_best() -> None:
    s, b = two_masses(3)
    c = torch.linspace(500, 1500, 501)
    kept_s, kept_b = scan_grid(s, c, c), scan_grid(b, c, c)
    assert kept_s[0, 0] == count(s, torch.tensor([500.0, 500]))
    z, c1, c2 = best(significance(kept_s, kept_b), c, c)
    assert [z.item(), c1.item(), c2.item()] == pytest.approx([24.08, 1028, 856], abs=0.01)
    one = scan_grid(s[:, :1], c)
    assert torch.equal(one, scan(s[:, 0].contiguous(), c))


def test_best() -> None:
    c = torch.tensor([1.0, 2, 3])
    assert [x.item() for x in best(torch.tensor([1.0, 5, 5]), c)] == [5, 2]
    z = torch.tensor([[1.0, 2], [4, 3], [0, 0]])
    assert [x.item() for x in best(z, c, c[:2])] == [4, 2, 1]
    assert best(torch.tensor([1, 7, 3]), c)[0] == 7


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_nothing_that_is_not_finite_wins(bad: float) -> None:
    with pytest.raises(ValueError, match=r"^z: "):
        best(torch.tensor([1.0, bad]), torch.tensor([1.0, 2]))


def test_bad_grids_of_values_are_refused() -> None:
    c = torch.zeros(2)
    for z, cuts in ((torch.zeros(3), (c,)), (torch.zeros(2, 2), (c,)), (torch.zeros(0), (c[:0],))):
        with pytest.raises(ValueError, match=r"^z: "):
            best(z, *cuts)


def test_bad_input_is_refused() -> None:
    m, c = torch.zeros(3), torch.zeros(2)
    with pytest.raises(ValueError, match=r"^m: "):
        scan(torch.zeros(0), c)
    with pytest.raises(ValueError, match=r"^m: "):
        scan(torch.tensor([math.nan]), c)
    with pytest.raises(ValueError, match=r"^c: "):
        scan(m, torch.tensor([math.nan]))
    with pytest.raises(ValueError, match=r"^m: "):
        scan(m[:, None], c)
    with pytest.raises(ValueError, match=r"^c: "):
        scan(m, torch.tensor(1.0))
    with pytest.raises(ValueError, match=r"^c: "):
        scan(m, torch.tensor([1]))


def test_bad_grids_are_refused() -> None:
    m, c = torch.zeros(3, 2), torch.zeros(1)
    with pytest.raises(ValueError, match=r"^m: "):
        scan_grid(m, c)
    with pytest.raises(ValueError, match=r"^m: "):
        scan_grid(m[:, 0], c)
    for bad in (torch.tensor([1.0, 1]), torch.tensor([2.0, 1]), torch.zeros(0), torch.zeros(1, 1)):
        with pytest.raises(ValueError, match=r"^cuts: "):
            scan_grid(m, c, bad)
    with pytest.raises(ValueError, match=r"^cuts: "):
        scan_grid(m, c, torch.tensor([math.nan]))


def test_bad_windows_are_refused() -> None:
    m, c = torch.zeros(3), torch.zeros(1)
    for name, cuts in {"low": (c * math.nan, c), "high": (c, c * math.nan)}.items():
        with pytest.raises(ValueError, match=rf"^{name}: "):
            scan_windows(m, *cuts)
    with pytest.raises(ValueError, match=r"^high: "):
        scan_windows(m, c, c[0])


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_refused_as_in_count(dtype: torch.dtype) -> None:
    """NumPy has no bfloat16, and neither type counts beyond 65504."""
    m, c = torch.zeros(3), torch.zeros(2)
    for f in (scan, count):
        with pytest.raises(ValueError, match=r"^m: .*float16"):
            f(m.to(dtype), c)
        with pytest.raises(ValueError, match=r"^c: .*float16"):
            f(m, c.to(dtype))
