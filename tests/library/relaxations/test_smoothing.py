"""relaxations.smoothing: three objectives behind one hard count."""

import math
from collections.abc import Callable
from functools import partial
from itertools import product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from diffprog.relaxations.cuts import count, soft_count
from diffprog.relaxations.scan import best
from diffprog.relaxations.significance import asimov, significance
from diffprog.relaxations.smoothing import from_mean_counts, mean_over_cuts, mean_over_events
from diffprog.simulator.masses import one_mass

few = settings(max_examples=40, deadline=None)

ALL = [from_mean_counts, mean_over_cuts, mean_over_events]

SIGNAL, BACKGROUND = (m.double() for m in one_mass(3))
FEW = SIGNAL[:50], BACKGROUND[:1000]

masses = st.lists(st.floats(-3, 3), min_size=1, max_size=5)


def slope(f: Callable[..., Tensor], c: float) -> float:
    at = torch.tensor(c, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(f(at), at)
    return float(gradient)


@few
@given(masses, masses, st.floats(-3, 3), st.floats(0.1, 10))
def test_they_agree_where_the_objective_is_linear(
    s: list[float], b: list[float], c: float, k: float
) -> None:
    m_s, m_b = (torch.tensor(m, dtype=torch.float64) for m in (s, b))
    at = torch.tensor(c, dtype=torch.float64)
    wanted = soft_count(m_s, at, k) - 2 * soft_count(m_b, at, k) + 7
    for f in ALL:
        got = f(m_s, m_b, at, k, lambda s, b: s - 2 * b + 7)
        assert got.item() == pytest.approx(wanted.item(), abs=1e-9)


@few
@given(masses, masses, st.floats(-3, 3), st.floats(0.1, 10))
def test_noise_for_each_event_against_all_outcomes(
    s: list[float], b: list[float], c: float, k: float
) -> None:
    m = torch.tensor([*s, *b], dtype=torch.float64)
    p = torch.sigmoid(k * (m - c))
    mean = 0.0
    for kept in product((0, 1), repeat=len(m)):
        keep = torch.tensor(kept, dtype=torch.float64)
        z = significance(keep[: len(s)].sum(), keep[len(s) :].sum())
        mean += float((p * keep + (1 - p) * (1 - keep)).prod() * z)
    got = mean_over_events(m[: len(s)], m[len(s) :], torch.tensor(c, dtype=torch.float64), k)
    assert got.item() == pytest.approx(mean, abs=1e-9)


@few
@given(masses, masses, st.floats(-3, 3), st.floats(0.3, 10))
def test_shared_noise_against_an_integral(
    s: list[float], b: list[float], c: float, k: float
) -> None:
    m_s, m_b = (torch.tensor(m, dtype=torch.float64) for m in (s, b))
    u = (torch.arange(20_000, dtype=torch.float64) + 0.5) / 20_000
    moved = c + u.logit() / k
    wanted = significance(count(m_s, moved), count(m_b, moved)).double().mean()
    got = mean_over_cuts(m_s, m_b, torch.tensor(c, dtype=torch.float64), k)
    assert got.item() == pytest.approx(wanted.item(), abs=1e-3 * (1 + len(s)))


@pytest.mark.parametrize("f", ALL)
@pytest.mark.parametrize("objective", [significance, partial(asimov, uncertainty=0.1)])
def test_gradcheck(f: Callable[..., Tensor], objective: Callable[..., Tensor]) -> None:
    s, b = SIGNAL[:6], BACKGROUND[:40]
    c = torch.tensor(900.0, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda c: f(s, b, c, 0.02, objective), c)


@pytest.mark.parametrize("f", ALL)
def test_sharp_noise_leaves_the_hard_objective(f: Callable[..., Tensor]) -> None:
    for c in (700.0, 1000.0, 1100.0):
        at = torch.tensor(c, dtype=torch.float64)
        hard = significance(count(SIGNAL, at), count(BACKGROUND, at))
        assert f(SIGNAL, BACKGROUND, at, 1e3).item() == pytest.approx(hard.item(), rel=1e-4)


@pytest.mark.parametrize("f", ALL)
def test_the_order_of_events_does_not_matter(f: Callable[..., Tensor]) -> None:
    s, b = FEW
    c = torch.tensor(1050.0, dtype=torch.float64)
    assert f(s.flip(0), b.flip(0), c, 0.1).item() == pytest.approx(f(s, b, c, 0.1).item())


def test_batches_of_cuts() -> None:
    c = torch.tensor([[700.0, 1000], [1100, 1300]], dtype=torch.float64)
    for f in (from_mean_counts, mean_over_cuts):
        z = f(*FEW, c, 0.1)
        assert z.shape == (2, 2)
        assert z[1, 0].item() == pytest.approx(f(*FEW, c[1, 0], 0.1).item())


def test_they_are_three_different_objectives() -> None:
    at = torch.tensor(1100.0, dtype=torch.float64)
    z = [f(*FEW, at, 0.1).item() for f in ALL]
    assert z == pytest.approx([3.0722, 3.0307, 3.0731], abs=1e-4)
    slopes = [slope(partial(f, *FEW, k=0.1), 1100) for f in ALL]
    assert slopes == pytest.approx([-0.043817, -0.044582, -0.043816], abs=2e-6)
    # On the whole reference sample, one soft edge wide: the tremble of the cut costs more.
    at = torch.tensor(1000.0, dtype=torch.float64)
    whole = [partial(f, SIGNAL, BACKGROUND, k=0.05) for f in (from_mean_counts, mean_over_cuts)]
    assert [f(at).item() for f in whole] == pytest.approx([11.841, 11.905], abs=5e-4)
    assert [slope(f, 1000) for f in whole] == pytest.approx([0.00993, 0.00819], abs=1e-5)


def test_their_best_cuts_differ_too() -> None:
    c = torch.linspace(1000, 1040, 401, dtype=torch.float64)
    mean, shared = (
        best(f(SIGNAL, BACKGROUND, c, 0.1), c)[1].item() for f in (from_mean_counts, mean_over_cuts)
    )
    assert mean == pytest.approx(1022.2, abs=0.1)
    assert shared == pytest.approx(1021.4, abs=0.1)


def test_no_background_is_worth_nothing_here_too() -> None:
    s, b = (torch.tensor(m, dtype=torch.float64) for m in ([2.0, 3], [-50.0]))
    c = torch.tensor(0.0, dtype=torch.float64)
    for f in ALL:
        assert f(s, b, c, 1.0).item() == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("f", [mean_over_cuts, mean_over_events])
def test_bad_input_is_refused(f: Callable[..., Tensor]) -> None:
    m, c = torch.rand(4), torch.tensor(0.5)
    with pytest.raises(ValueError, match=r"^signal: "):
        f(m[:0], m, c, 1.0)
    with pytest.raises(ValueError, match=r"^background: "):
        f(m, m * math.nan, c, 1.0)
    with pytest.raises(ValueError, match=r"^background: "):
        f(m, m[:, None], c, 1.0)
    with pytest.raises(ValueError, match=r"^signal: "):
        f(m[:, None], m[:, None], c[None], 1.0)
    with pytest.raises(ValueError, match=r"^k: "):
        f(m, m, c, -1.0)
    with pytest.raises(ValueError, match=r"^c: "):
        f(m, m, c * math.nan, 1.0)


def test_mean_counts_are_of_samples_that_belong_together() -> None:
    m, c = torch.rand(4), torch.tensor(0.5)
    with pytest.raises(ValueError, match=r"^signal: "):
        from_mean_counts(m[:0], m, c, 1.0)
    with pytest.raises(ValueError, match=r"^background: "):
        from_mean_counts(m, m[:, None], c, 1.0)


def test_noise_for_each_event_takes_one_cut() -> None:
    with pytest.raises(ValueError, match=r"^c: "):
        mean_over_events(torch.rand(4), torch.rand(4), torch.rand(2), 1.0)


def test_the_probability_that_no_event_is_left_keeps_its_digits() -> None:
    """1 − σ is 0 in float32 where the cut is 20/k below the last event; the truth is 2e-9."""
    m = torch.tensor([1.0, 2.0])
    c = torch.tensor(-18.0, requires_grad=True)
    none_left = mean_over_cuts(m, m, c, 1.0, lambda s, b: (b == 0).to(s))
    assert none_left.item() == pytest.approx(math.exp(-20), rel=1e-5)
    (rise,) = torch.autograd.grad(none_left, c)
    assert rise.item() == pytest.approx(math.exp(-20), rel=1e-5)
    last_left = mean_over_cuts(m, m, c, 1.0, lambda s, b: (b == 1).to(s))
    assert last_left.item() == pytest.approx(math.exp(-19) - math.exp(-20), rel=1e-5)
