"""relaxations.significance: objectives, and what they say where there is no background."""

import math
from collections.abc import Callable
from functools import partial

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from diffprog.relaxations.significance import NO_BACKGROUND, asimov, significance

few = settings(max_examples=40, deadline=None)

OBJECTIVES = [significance, asimov, partial(asimov, uncertainty=0.1)]

counts = st.floats(1e-3, 1e6)
uncertainties = st.floats(0, 1)


def double(x: float) -> Tensor:
    return torch.tensor(x, dtype=torch.float64)


def textbook(s: float, b: float, uncertainty: float) -> float:
    """The formula of the paper, as printed."""
    if not uncertainty:
        return math.sqrt(2 * ((s + b) * math.log(1 + s / b) - s))
    v = (uncertainty * b) ** 2
    first = (s + b) * math.log((s + b) * (b + v) / (b**2 + (s + b) * v))
    return math.sqrt(2 * (first - b**2 / v * math.log1p(v * s / (b * (b + v)))))


def test_values_of_the_curriculum() -> None:
    s, b = double(5), double(0.1)
    assert significance(s, b).item() == pytest.approx(15.81, abs=0.005)
    assert asimov(s, b).item() == pytest.approx(5.487, abs=0.0005)
    s, b = torch.tensor(475), torch.tensor(1408)
    assert significance(s, b).item() == pytest.approx(12.6588, abs=5e-5)
    assert asimov(s, b).item() == pytest.approx(12.03, abs=0.005)


@few
@given(st.floats(0.1, 1e4), st.floats(0.1, 1e4), st.one_of(st.just(0.0), st.floats(0.01, 1)))
def test_asimov_is_the_formula_of_the_paper(s: float, b: float, uncertainty: float) -> None:
    if s / b < 0.01:  # there the formula itself loses its digits
        s = 0.01 * b
    wanted = textbook(s, b, uncertainty)
    assert asimov(double(s), double(b), uncertainty).item() == pytest.approx(wanted, rel=1e-6)


def test_the_printed_formula_loses_its_digits_in_float32() -> None:
    """Which of them depends on the order of operations, so here are two. Exact: 0.070693."""

    def printed(s: Tensor, b: Tensor, v: Tensor, *, log1p: bool) -> float:
        x = v * s / (b * (b + v))
        second = b**2 / v * (torch.log1p(x) if log1p else torch.log(1 + x))
        first = (s + b) * torch.log((s + b) * (b + v) / (b**2 + (s + b) * v))
        return (2 * (first - second)).sqrt().item()

    s, b, v = torch.tensor(10.0), torch.tensor(1e4), torch.tensor(1e4)
    wrong = [abs(printed(s, b, v, log1p=way) / 0.070693 - 1) for way in (False, True)]
    assert max(wrong) > 0.01
    assert asimov(s, b, 0.01).item() == pytest.approx(0.070693, rel=1e-5)


@few
@given(counts, uncertainties)
def test_asimov_tends_to_the_simple_formula_for_little_signal(b: float, δ: float) -> None:
    for relative in (1e-3, 1e-5, 1e-8):
        s = double(relative * b)
        simple = s / (b + (δ * b) ** 2) ** 0.5
        assert asimov(s, double(b), δ).item() == pytest.approx(simple.item(), rel=2 * relative)


@few
@given(counts, counts)
def test_a_tiny_uncertainty_changes_little(s: float, b: float) -> None:
    without, with_it = asimov(double(s), double(b)), asimov(double(s), double(b), 1e-9)
    assert with_it.item() == pytest.approx(without.item(), rel=1e-6)


@few
@given(counts, counts, uncertainties, uncertainties)
def test_asimov_falls_with_uncertainty_and_stays_below_the_simple_one(
    s: float, b: float, δ1: float, δ2: float
) -> None:
    low, high = sorted((δ1, δ2))
    z = [asimov(double(s), double(b), δ).item() for δ in (0.0, low, high)]
    assert z[2] <= z[1] * (1 + 1e-9) <= z[0] * (1 + 1e-9) ** 2
    assert z[0] <= significance(double(s), double(b)).item() * (1 + 1e-9)


@few
@given(counts, counts, st.floats(1.001, 10), uncertainties)
def test_more_signal_is_better_and_more_background_worse(
    s: float, b: float, factor: float, δ: float
) -> None:
    for f in (significance, partial(asimov, uncertainty=δ)):
        z = f(double(s), double(b))
        assert f(double(s * factor), double(b)) > z
        assert f(double(s), double(b * factor)) < z


@few
@given(counts, counts, uncertainties)
def test_float32_agrees_with_float64(s: float, b: float, δ: float) -> None:
    """D(z) off its series, from |z| = 0.05, is a difference of ones that leaves 0.025 or more: its
    rounding, 6e-8, is 2.4e-6 of it. 3e-6 is the worst of a million pairs.
    """
    z = asimov(double(s), double(b), δ).item()
    assert asimov(torch.tensor(s), torch.tensor(b), δ).item() == pytest.approx(z, rel=1e-5)


@pytest.mark.parametrize("f", OBJECTIVES)
def test_gradcheck(f: Callable[..., Tensor]) -> None:
    s = torch.tensor([0.5, 3.0, 40.0, 0.01], dtype=torch.float64, requires_grad=True)
    b = torch.tensor([0.2, 7.0, 30.0, 9.0], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(f, (s, b))
    assert torch.autograd.gradgradcheck(f, (s, b))


@pytest.mark.parametrize("f", OBJECTIVES)
def test_no_background_is_worth_nothing_and_never_wins(f: Callable[..., Tensor]) -> None:
    b = torch.tensor([100.0, 0.0, 50.0, 0.0, NO_BACKGROUND / 2])
    s = torch.tensor([10.0, 10.0, 9.0, 0.0, 500.0])
    z = f(s, b)
    assert z[[1, 3, 4]].tolist() == [0, 0, 0]
    assert torch.isfinite(z).all()
    assert z.argmax() == 2
    whole = f(torch.tensor([10, 10, 0]), torch.tensor([100, 0, 0]))  # integers
    assert whole[1:].tolist() == [0, 0]
    assert whole.dtype == torch.float32


@pytest.mark.parametrize("f", OBJECTIVES)
def test_values_and_slopes_are_finite_everywhere(f: Callable[..., Tensor]) -> None:
    """In float32, from nothing at all to a million events."""
    e = torch.tensor([0.0, 1e-38, 1e-30, 1e-20, 1e-13, 1.1e-12, 1e-9, 1e-6, 1e-3, 1, 500, 1e6])
    s = e[:, None].clone().requires_grad_()
    b = e.clone().requires_grad_()
    z = f(s, b)
    assert torch.isfinite(z).all()
    for slope in torch.autograd.grad(z.sum(), (s, b)):
        assert torch.isfinite(slope).all()
    assert (z >= 0).all()
    assert torch.isfinite(asimov(torch.tensor(1e6), e, 10.0)).all()


@pytest.mark.parametrize("f", OBJECTIVES)
def test_the_slope_at_no_signal_is_that_of_the_simple_formula(f: Callable[..., Tensor]) -> None:
    s = torch.zeros((), dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(f(s, double(25)), s)
    v = (0.1 * 25) ** 2 if isinstance(f, partial) else 0
    assert slope.item() == pytest.approx(1 / math.sqrt(25 + v))


@pytest.mark.parametrize("f", OBJECTIVES)
def test_a_nan_stays_visible(f: Callable[..., Tensor]) -> None:
    assert f(torch.tensor(math.nan), torch.tensor(1.0)).isnan()
    assert f(torch.tensor(1.0), torch.tensor(math.nan)).isnan()
    assert f(torch.tensor(math.nan), torch.tensor(0.0)).isnan()  # even where nothing else counts


@pytest.mark.parametrize("f", OBJECTIVES)
def test_negative_background_counts_as_none(f: Callable[..., Tensor]) -> None:
    assert f(torch.tensor([5.0, 5]), torch.tensor([-1.0, 0])).tolist() == [0, 0]


@pytest.mark.parametrize("f", OBJECTIVES)
def test_bad_counts_are_refused(f: Callable[..., Tensor]) -> None:
    one = torch.ones(3)
    with pytest.raises(ValueError, match=r"^s: "):
        f(5, one)
    with pytest.raises(ValueError, match=r"^b: "):
        f(one, one > 0)
    with pytest.raises(ValueError, match=r"^b: "):
        f(one, one + 1j)
    with pytest.raises(ValueError, match=r"^b: "):
        f(one, torch.ones(2))


@pytest.mark.parametrize("δ", [-0.1, math.nan, math.inf, None, "a", torch.tensor([0.1, 0.2])])
def test_bad_uncertainty_is_refused(δ: float) -> None:
    with pytest.raises(ValueError, match=r"^uncertainty: "):
        asimov(torch.ones(1), torch.ones(1), δ)
