"""relaxations.cuts: cuts and counts, hard and soft."""

import decimal
import math
from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from diffprog.relaxations.cuts import between, count, cut, soft_count, soft_cut, soft_histogram
from diffprog.relaxations.significance import significance
from diffprog.simulator.masses import BACKGROUND, density, one_mass

few = settings(max_examples=40, deadline=None)

Count = Callable[[Tensor, Tensor], Tensor]

masses = st.lists(st.floats(-1e3, 3e3, width=32), min_size=1, max_size=40)
cuts = st.floats(-1e3, 3e3, width=32)
steepness = st.floats(1e-3, 10)


@few
@given(masses, st.lists(cuts, min_size=1, max_size=5))
def test_counts_are_what_numpy_counts(m: list[float], c: list[float]) -> None:
    wanted = [(np.array(m, np.float32) >= x).sum() for x in np.array(c, np.float32)]
    assert count(torch.tensor(m), torch.tensor(c)).tolist() == wanted


@few
@given(masses, st.lists(cuts, min_size=2, max_size=6, unique=True))
def test_differences_of_counts_are_numpys_histogram(m: list[float], e: list[float]) -> None:
    edges = np.append(np.sort(np.array(e, np.float32)), np.float32(1e9))
    wanted, _ = np.histogram(np.array(m, np.float32), edges)
    assert (-count(torch.tensor(m), torch.tensor(edges)).diff()).tolist() == wanted.tolist()


@few
@given(masses, cuts, steepness)
def test_soft_values_lie_between_none_and_all(m: list[float], c: float, k: float) -> None:
    kept = soft_cut(torch.tensor(m), torch.tensor(c), k)
    assert ((kept >= 0) & (kept <= 1)).all()


@few
@given(masses, st.lists(cuts, min_size=2, max_size=8), steepness)
def test_counts_fall_as_the_cut_rises(m: list[float], c: list[float], k: float) -> None:
    x, rising = torch.tensor(m, dtype=torch.float64), torch.tensor(sorted(c), dtype=torch.float64)
    assert (count(x, rising).diff() <= 0).all()
    assert (soft_count(x, rising, k).diff() <= 1e-12 * len(m)).all()


@few
@given(masses, cuts, steepness, st.randoms(use_true_random=False))
def test_the_order_of_events_does_not_matter(
    m: list[float], c: float, k: float, random: object
) -> None:
    shuffled = list(m)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    x, y = (torch.tensor(v, dtype=torch.float64) for v in (m, shuffled))
    at = torch.tensor(c, dtype=torch.float64)
    assert count(x, at) == count(y, at)
    assert torch.allclose(soft_count(x, at, k), soft_count(y, at, k), rtol=1e-12)


@few
@given(masses, cuts)
def test_sharp_soft_counts_are_the_hard_ones(m: list[float], c: float) -> None:
    x, at = torch.tensor(m, dtype=torch.float64), torch.tensor(c, dtype=torch.float64)
    x = x[(x - at).abs() > 1e-3]
    if len(x):
        assert torch.allclose(soft_count(x, at, 1e6), count(x, at).double())
    on = at.repeat(7)  # an event exactly on the cut counts one half
    assert soft_count(on, at, 1e6) == 3.5
    assert count(on, at) == 7


@few
@given(st.integers(1, 6), st.integers(1, 3), st.integers(0, 2**31), steepness)
def test_many_observables_are_a_product_of_one(n: int, d: int, seed: int, k: float) -> None:
    g = torch.Generator().manual_seed(seed)
    m = 2000 * torch.rand(n, d, generator=g, dtype=torch.float64)
    c = 2000 * torch.rand(4, d, generator=g, dtype=torch.float64)
    each = torch.stack([soft_cut(m[:, j], c[:, j], k) for j in range(d)])
    assert torch.allclose(soft_cut(m, c, k), each.prod(0), rtol=1e-12)
    hard = torch.stack([cut(m[:, j], c[:, j]) for j in range(d)])
    assert torch.equal(cut(m, c), hard.all(0))
    assert torch.equal(count(m, c[0]), count(m, c)[0])


def test_shapes() -> None:
    one, many = torch.zeros(7), torch.zeros(7, 3)
    for batch in ((), (5,), (2, 5)):
        assert cut(one, torch.zeros(batch)).shape == (*batch, 7)
        assert soft_cut(one, torch.zeros(batch), 1).shape == (*batch, 7)
        assert cut(many, torch.zeros(*batch, 3)).shape == (*batch, 7)
        assert soft_cut(many, torch.zeros(*batch, 3), 1).shape == (*batch, 7)
        assert count(many, torch.zeros(*batch, 3)).shape == batch
        assert soft_count(many, torch.zeros(*batch, 3), 1).shape == batch
    assert cut(one, torch.tensor(0.0)).dtype == torch.bool
    assert count(one, torch.tensor(0.0)).dtype == torch.int64
    assert not cut(one, torch.tensor(0.0, requires_grad=True)).requires_grad


def test_infinite_cuts_keep_all_or_none() -> None:
    m = torch.tensor([1.0, 2.0])
    for keep in (count, lambda m, c: soft_count(m, c, 1.0)):
        ends = torch.tensor([-math.inf, math.inf], requires_grad=True)
        kept = keep(m, ends)
        assert kept.tolist() == [2, 0]
        if kept.requires_grad:
            (slope,) = torch.autograd.grad(kept.sum(), ends)
            assert slope.tolist() == [0, 0]


@few
@given(
    st.lists(st.floats(-2e3, 2e3), min_size=1, max_size=5),
    st.lists(st.floats(-2e3, 2e3), min_size=2, max_size=2),
    st.floats(1e-3, 0.1),
)
def test_slopes_are_the_analytic_ones(m: list[float], c: list[float], k: float) -> None:
    x = torch.tensor(m, dtype=torch.float64)
    at = torch.tensor(c, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(soft_count(x, at, k).sum(), at)
    p = soft_cut(x, at.detach(), k)
    assert torch.allclose(slope, -(k * p * (1 - p)).sum(-1), rtol=1e-10, atol=1e-300)


def test_gradcheck_in_masses_and_cuts_to_second_order() -> None:
    g = torch.Generator().manual_seed(0)
    for shape in ((5,), (5, 3)):
        m = torch.randn(shape, generator=g, dtype=torch.float64, requires_grad=True)
        c = torch.randn((2, *shape[1:]), generator=g, dtype=torch.float64, requires_grad=True)
        assert torch.autograd.gradcheck(lambda m, c: soft_count(m, c, 2.0), (m, c))
        assert torch.autograd.gradgradcheck(lambda m, c: soft_count(m, c, 2.0), (m, c))
    m = torch.randn(5, generator=g, dtype=torch.float64, requires_grad=True)
    e = torch.tensor([-2.0, 0, 1], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda m, e: soft_histogram(m, e, 2.0), (m, e))


def test_no_nan_however_large_the_argument() -> None:
    for dtype in (torch.float32, torch.float64):
        exponents = torch.linspace(-6, 6, 121, dtype=dtype)
        x = torch.cat([-(10**exponents).flip(0), torch.zeros(1, dtype=dtype), 10**exponents])
        for k in (1.0, 1e-3, 10.0):
            for many in (False, True):
                # k·(m − c) runs from −1e6 to 1e6
                m = (x / k)[:, None].expand(-1, 3) if many else x / k
                c = torch.zeros(3 if many else (), dtype=dtype, requires_grad=True)
                kept = soft_cut(m, c, k)
                assert torch.isfinite(kept).all()
                (slope,) = torch.autograd.grad(kept.sum(), c)
                assert torch.isfinite(slope).all()
                assert kept[0] == 0
                assert kept[-1] == 1


def test_sigmoid_by_hand_gives_nan_where_ours_does_not() -> None:
    x = torch.tensor(-1000.0, requires_grad=True)
    (by_hand,) = torch.autograd.grad(1 / (1 + torch.exp(-x)), x)
    assert by_hand.isnan()
    (ours,) = torch.autograd.grad(soft_cut(torch.zeros(1), -x, 1.0).sum(), x)
    assert ours == 0
    y = torch.tensor(0.0, requires_grad=True)
    (trapped,) = torch.autograd.grad(torch.where(y > 0, y.sqrt(), 0.0), y)
    assert trapped.isnan()


def test_the_slope_is_the_density_smoothed() -> None:
    """Noise of variance π²/3k² on the masses gives f + π²/6k²·f″ + …, f the population's density.

    The next term, 7π⁴/360k⁴·f⁗, is 1e-3 of f at k = 0.03: little beside the error of the mean.
    """
    c = torch.tensor([600.0, 800.0, 1000.0], dtype=torch.float64)
    z = (c - BACKGROUND.centres) / BACKGROUND.spreads
    for k in (0.03, 0.1):
        slopes = []
        for seed in range(20):
            at = c.clone().requires_grad_()
            kept = soft_count(one_mass(seed)[1].double(), at, k)
            slopes.append(torch.autograd.grad(kept.sum(), at)[0])
        ratio = -torch.stack(slopes) / density(BACKGROUND, c)
        wanted = 1 + math.pi**2 / (6 * k**2) * (z**2 - 1) / BACKGROUND.spreads**2
        pull = (ratio.mean(0) - wanted) / (ratio.std(0) / math.sqrt(20))
        assert pull.abs().max() < 4


def test_few_events_carry_the_gradient_of_a_sharp_cut() -> None:
    for k, events in ((10.0, 12), (1.0, 113)):
        c = torch.tensor(500.0)
        weight = torch.cat([p * (1 - p) for p in (soft_cut(m, c, k) for m in one_mass(3))])
        share = weight.sort(descending=True).values.cumsum(0) / weight.sum()
        assert int((share < 0.99).sum()) + 1 == events


def test_soft_significance_follows_the_exact_one() -> None:
    s, b = one_mass(3)
    c = torch.linspace(500, 1200, 351)
    exact = significance(count(s, c), count(b, c))
    soft = significance(soft_count(s, c, 10.0), soft_count(b, c, 10.0))
    assert (soft - exact).abs().max() < 0.06
    assert (soft - exact).abs().mean() < 0.005


@few
@given(masses, st.lists(cuts, min_size=2, max_size=6, unique=True))
def test_soft_histogram_becomes_numpys(m: list[float], e: list[float]) -> None:
    edges = np.sort(np.array(e))
    x = np.array(m)
    x = x[(np.abs(x[:, None] - edges) > 1e-2).all(1)]
    if len(x) and (np.diff(edges) > 0).all():
        wanted, _ = np.histogram(x, edges)
        got = soft_histogram(torch.tensor(x), torch.tensor(edges), 1e5)
        assert np.allclose(got.numpy(), wanted)


def test_soft_histogram_is_the_histogram_of_noisy_masses_on_average() -> None:
    m = one_mass(3)[0][:50].double()
    edges = torch.linspace(950, 1250, 7, dtype=torch.float64)
    k, draws = 0.05, 4000
    g = torch.Generator().manual_seed(1)
    ε = torch.rand(draws, len(m), generator=g, dtype=torch.float64).logit() / k
    noisy = torch.stack([torch.histc(x, 6, 950, 1250) for x in m + ε])
    pull = (noisy.mean(0) - soft_histogram(m, edges, k)) / (noisy.std(0) / math.sqrt(draws))
    assert pull.abs().max() < 4


def test_soft_histogram_loses_only_what_the_noise_carries_out() -> None:
    m = torch.tensor([100.0, 500.0, 900.0])
    edges = torch.linspace(0, 1000, 11)
    assert soft_histogram(m, edges, 1.0).sum().item() == pytest.approx(3)
    assert soft_histogram(m, edges, 0.01).sum().item() < 2.6


@pytest.mark.parametrize("f", [count, lambda m, c: soft_count(m, c, 1.0)])
def test_bad_samples_are_refused(f: Count) -> None:
    c = torch.tensor(0.0)
    with pytest.raises(ValueError, match=r"^m: "):
        f(torch.zeros(0), c)
    for bad in (math.nan, math.inf, -math.inf):
        with pytest.raises(ValueError, match=r"^m: "):
            f(torch.tensor([1.0, bad]), c)
    with pytest.raises(ValueError, match=r"^m: "):
        f(torch.tensor([math.inf, -math.inf]), c)
    with pytest.raises(ValueError, match=r"^m: "):
        f(torch.tensor([1, 2]), c)
    with pytest.raises(ValueError, match=r"^m: "):
        f(torch.zeros(2, 2, 2), c)
    with pytest.raises(ValueError, match=r"^c: "):
        f(torch.zeros(4, 2), torch.zeros(3))
    with pytest.raises(ValueError, match=r"^c: "):
        f(torch.zeros(4, 2), c)
    with pytest.raises(ValueError, match=r"^c: "):
        f(torch.zeros(4), 5.0)  # type: ignore[arg-type]


def test_nan_is_an_error_in_a_hard_cut_and_a_nan_in_a_soft_one() -> None:
    with pytest.raises(ValueError, match=r"^c: "):
        count(torch.zeros(3), torch.tensor(math.nan))
    assert soft_cut(torch.tensor([math.nan]), torch.tensor(0.0), 1.0).isnan().all()
    assert soft_count(torch.zeros(3), torch.tensor(math.nan), 1.0).isnan()


@pytest.mark.parametrize(
    "k", [0.0, -1.0, math.nan, math.inf, 1e39, "steep", "2", torch.tensor([1.0, 2])]
)
def test_bad_steepness_is_refused(k: float) -> None:
    for f in (soft_cut, soft_count):
        with pytest.raises(ValueError, match=r"^k: "):
            f(torch.zeros(3), torch.tensor(0.0), k)
    with pytest.raises(ValueError, match=r"^k: "):
        soft_histogram(torch.zeros(3), torch.tensor([0.0, 1.0]), k)


def test_steepness_is_a_number_that_no_gradient_reaches() -> None:
    m, c = torch.tensor([1.0, 2]), torch.tensor(1.5)
    assert torch.equal(soft_cut(m, c, torch.tensor(0.5)), soft_cut(m, c, 0.5))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^k: "):
        soft_cut(m, c, torch.tensor(0.5, requires_grad=True))  # type: ignore[arg-type]


def test_bad_edges_are_refused() -> None:
    m = torch.zeros(3)
    for edges in (torch.tensor([1.0, 0.0]), torch.tensor([0.0]), torch.zeros(2, 2)):
        with pytest.raises(ValueError, match=r"^edges: "):
            soft_histogram(m, edges, 1.0)
    with pytest.raises(ValueError, match=r"^edges: "):
        soft_histogram(m, torch.tensor([0, 1]), 1.0)
    with pytest.raises(ValueError, match=r"^m: "):
        soft_histogram([1.0, 2.0], torch.tensor([0.0, 1.0]), 1.0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^m: "):
        soft_histogram(torch.zeros(3, 2), torch.tensor([0.0, 1.0]), 1.0)
    for bad in (torch.zeros(0), torch.tensor([0.5, math.nan]), torch.tensor([0.5, math.inf])):
        with pytest.raises(ValueError, match=r"^m: "):
            soft_histogram(bad, torch.tensor([0.0, 1.0]), 1.0)


def test_works_under_transforms() -> None:
    m = torch.linspace(0, 1, 5, dtype=torch.float64)

    def f(c: Tensor) -> Tensor:
        return soft_cut(m, c, 3.0).sum(-1)

    c = torch.tensor(0.4, dtype=torch.float64)
    h = torch.func.hessian(f)(c)
    assert torch.allclose(torch.func.vmap(f)(c[None]), f(c))
    p = soft_cut(m, c, 3.0)
    assert torch.allclose(h, (9 * p * (1 - p) * (1 - 2 * p)).sum())


def test_a_soft_histogram_keeps_its_tails() -> None:
    """Sums of all events lose what is 1e-7 of them: bins of 0.002 and 0.012 events came out as 0
    and 0.008, and their logarithms, which a likelihood needs, as −∞.
    """
    m = 50 * torch.randn(100_000, generator=torch.Generator().manual_seed(0)) + 1000
    edges = torch.linspace(600, 1000, 41)
    m.requires_grad_()
    h = soft_histogram(m, edges, 0.2)
    wanted = soft_histogram(m.detach().double(), edges.double(), 0.2)
    # 6e-8 for each event, and sums of 1e5 of one sign by halves
    torch.testing.assert_close(h.detach().double(), wanted, rtol=2e-6, atol=0)
    assert wanted[0] < 1e-14
    h.log().sum().backward()
    assert m.grad is not None
    assert m.grad.isfinite().all()
    assert m.grad.abs().max() > 0


@few
@given(st.floats(-50, 50), st.floats(-50, 50), st.floats(1e-6, 100))
def test_a_probability_between_edges_is_right_however_small(
    x: float, e: float, width: float
) -> None:
    """σ(a) − σ(b) with a − b = width, against the same in 50 digits."""
    edges = torch.tensor([e, e + width], dtype=torch.float64)
    got = between(torch.tensor(x, dtype=torch.float64), edges, 1.0).item()
    with decimal.localcontext(prec=50):
        low, high = (1 / (1 + (Decimal(v) - Decimal(x)).exp()) for v in edges.tolist())
        wanted = float(low - high)
    # x − e near zero, and the width, are known to 1e-14, which is 1e-8 of the smallest width
    assert got == pytest.approx(wanted, rel=1e-7)


def test_the_outermost_bins_may_be_open() -> None:
    m = torch.tensor([0.0, 1.0, 5.0], dtype=torch.float64)
    edges = torch.tensor([-math.inf, 1.0, math.inf], dtype=torch.float64, requires_grad=True)
    h = soft_histogram(m, edges, 2.0)
    wanted = soft_count(m, torch.tensor(1.0, dtype=torch.float64), 2.0)
    torch.testing.assert_close(h[1], wanted)
    torch.testing.assert_close(h.sum().item(), 3.0)
    (slope,) = torch.autograd.grad(h[1], edges)
    assert slope.isfinite().all()
