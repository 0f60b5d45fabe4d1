"""pipelines.identifiability: what the observations tell of the pitching machine and of the ball."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from diffprog.autodiff.curvature import condition_number, hessian, jacobian
from diffprog.inference.uncertainty import correlation, covariance, standard_errors
from diffprog.loops.gauss_newton import gauss_newton
from diffprog.pipelines.identifiability import (
    cramer_rao,
    ellipse,
    fisher_information,
    null_space,
    rank,
    singular_values,
)
from diffprog.pipelines.pitching_networks import structured_drift
from diffprog.simulator.ball import position, position_from_top
from diffprog.simulator.pitching import day, drifts, pitch

few = settings(max_examples=40, deadline=None)

t = day().double()
nothing = torch.zeros(1, 2, dtype=torch.float64)


def of_throw(*flight: float) -> Tensor:
    """∂x/∂(Δx0, Δv0) for one throw seen at these flight times, (m, 2)."""
    return jacobian(lambda z: pitch(z, flight), nothing)


# The pitching machine


def test_one_flight_time_sees_one_combination() -> None:
    """Only Δx0 + 3·Δv0; not a step along (3, −1)."""
    j = of_throw(3)
    assert torch.equal(j, torch.tensor([[1.0, 3.0]]).double())
    assert rank(j) == 1
    torch.testing.assert_close(singular_values(j), torch.tensor([10**0.5]).double())
    n = null_space(j)
    torch.testing.assert_close(n, torch.tensor([[3.0], [-1.0]]).double() / 10**0.5)
    assert (j @ n).abs().max() < 1e-15


def test_the_null_vector_changes_nothing_that_is_observed() -> None:
    """At every throw, and by any amount: the simulator is linear."""
    z = drifts(t)
    n = null_space(of_throw(3))[:, 0]
    amount = torch.linspace(-5, 5, 100).double()[:, None]
    torch.testing.assert_close(pitch(z + amount * n), pitch(z))
    assert (pitch(z + amount * n, 2) - pitch(z, 2)).abs().max() > 1


def test_a_day_leaves_as_many_directions_free_as_there_are_throws() -> None:
    j = jacobian(pitch, drifts(day(20)).double())
    assert j.shape == (20, 40)
    assert rank(j) == 20
    n = null_space(j)
    assert n.shape == (40, 20)
    assert (j @ n).abs().max() < 1e-14
    torch.testing.assert_close(n.T @ n, torch.eye(20).double())


def test_a_second_flight_time_sees_all() -> None:
    """Condition numbers 11, 34 and 223 of JᵀJ, with a second picture at 0, 1 and 2 s."""
    for second, condition in [(0, 11.36), (1, 33.97), (2, 223.0)]:
        j = of_throw(3, second)
        assert rank(j) == 2
        assert null_space(j).shape == (2, 0)
        assert condition_number(j.T @ j) == pytest.approx(condition, rel=1e-3)
        s = singular_values(j)
        assert (s[0] / s[1]).item() ** 2 == pytest.approx(condition, rel=1e-3)
    assert rank(of_throw(3, 3)) == 1


def test_the_errors_of_a_design_are_known_before_any_fit() -> None:
    """With pictures at 3 and T and σ = 1 m: det F = (T − 3)²; at T = 0, Δx0 has the error of x."""
    second = torch.linspace(0, 2.5, 6).double()
    j = torch.stack([of_throw(3, T) for T in second.tolist()])
    f = fisher_information(j, 1.0)
    torch.testing.assert_close(torch.linalg.det(f), (second - 3) ** 2)
    errors = standard_errors(cramer_rao(f))
    torch.testing.assert_close(errors[:, 1], 2**0.5 / (3 - second))
    torch.testing.assert_close(errors[:, 0], (9 + second**2).sqrt() / (3 - second))
    assert (errors.diff(dim=0) > 0).all()  # the best second picture is the first one there is
    assert errors[0].tolist() == pytest.approx([1, 2**0.5 / 3])


def test_a_structural_prior_sees_all_and_constants_in_both_lose_a_rank() -> None:
    for coefficients, expected in [(4, 4), (6, 5)]:
        c = torch.zeros(coefficients, dtype=torch.float64)
        j = jacobian(lambda c: pitch(structured_drift(t, c)), c)
        assert j.shape == (100, coefficients)
        assert rank(j) == expected
    n = null_space(j)
    expected_n = torch.tensor([[0.0, 0, 0, 0, 3, -1]]).double().T / 10**0.5
    torch.testing.assert_close(n, expected_n, atol=1e-12, rtol=0)


def test_a_structural_prior_recovers_the_drifts_exactly() -> None:
    """Linear, so one step of Gauss–Newton: A = 2, B = 0, b₁ = 0, b₂ = 5."""
    x = pitch(drifts(t))
    start = torch.zeros(4, dtype=torch.float64)
    c = gauss_newton(lambda c: (pitch(structured_drift(t, c)) - x).flatten(), start, 1)
    fitted = c.parameters["theta"][-1]
    truth = torch.tensor([2.0, 0, 0, 5]).double()
    torch.testing.assert_close(fitted, truth, atol=1e-12, rtol=0)
    torch.testing.assert_close(structured_drift(t, fitted), drifts(t), atol=1e-12, rtol=0)
    with pytest.raises(ValueError, match=r"^theta: "):
        structured_drift(t, torch.zeros(5))


# The ball of Part 1


def ball(times: Tensor, d: int = 1) -> Tensor:
    theta = torch.zeros(3, 1, d, dtype=torch.float64)
    return jacobian(lambda theta: position(times, *theta), theta)


def test_the_ball_needs_three_times() -> None:
    times = torch.linspace(0, 5, 10, dtype=torch.float64)[:, None]
    assert rank(ball(times)) == 3
    assert rank(ball(times, d=2)) == 6
    assert rank(ball(times[:2])) == 2
    n = null_space(ball(times[[2, 5]]))  # in a, v0, x0: what vanishes at both times
    assert n.shape == (3, 1)
    t1, t2 = times[2].item(), times[5].item()
    expected = torch.tensor([2, -(t1 + t2), t1 * t2]).double()
    cosine = (n[:, 0] @ expected / expected.norm()).abs()
    assert cosine.item() == pytest.approx(1, abs=1e-12)


def test_the_information_of_the_ball_gives_the_errors_of_part_1() -> None:
    """0.141 m/s², 0.366 m/s and 0.393 m for σ = 0.5 m; a and v0 correlated by −0.963."""
    times = torch.linspace(0, 5, 10, dtype=torch.float64)[:, None]
    c = cramer_rao(fisher_information(ball(times), 0.5))
    assert standard_errors(c).tolist() == pytest.approx([0.141, 0.366, 0.393], abs=1e-3)
    assert correlation(c)[0, 1].item() == pytest.approx(-0.963, abs=1e-3)
    h = hessian(lambda theta: (position(times, *theta) ** 2).mean(), torch.zeros(3, 1, 1).double())
    torch.testing.assert_close(c, covariance(h, 0.5, 10))


def test_a_simulator_that_is_not_linear_has_a_rank_at_each_point() -> None:
    """Without acceleration, the time at which the ball is at its top is not seen."""
    times = torch.linspace(0, 5, 10, dtype=torch.float64)[:, None]

    def j(a: float) -> Tensor:
        theta = torch.tensor([a, 1.0, 10.0]).double().view(3, 1, 1)
        return jacobian(lambda theta: position_from_top(times, *theta), theta)

    assert rank(j(-9.8)) == 3
    assert rank(j(0)) == 2
    torch.testing.assert_close(null_space(j(0)), torch.tensor([[0.0], [1], [0]]).double())


# In general

shapes = st.tuples(st.integers(1, 6), st.integers(1, 6), st.integers(0, 2**31))


def random(n: int, p: int, seed: int) -> Tensor:
    return torch.randn(n, p, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@few
@given(shapes, st.integers(1, 3))
def test_rank_and_null_space_share_the_latent_quantities(
    shape: tuple[int, int, int], inner: int
) -> None:
    n, p, seed = shape
    j = random(n, inner, seed) @ random(inner, p, seed + 1)
    r = rank(j)
    null = null_space(j)
    assert r == min(n, p, inner)
    assert null.shape == (p, p - r)
    assert (j @ null).abs().max() < 1e-12 if null.numel() else r == p
    torch.testing.assert_close(null.T @ null, torch.eye(p - r).double())
    for column in null.T:
        assert column[column.abs().argmax()] > 0


def test_information_of_independent_measurements_adds_up() -> None:
    j, sigma = random(5, 3, 0), torch.tensor([0.5, 1, 2, 1, 0.1]).double()
    each = [fisher_information(j[i : i + 1], s) for i, s in enumerate(sigma)]
    torch.testing.assert_close(fisher_information(j, sigma), torch.stack(each).sum(0))
    torch.testing.assert_close(fisher_information(j, 2.0), fisher_information(j, 1.0) / 4)
    batch = torch.stack([j, 2 * j])
    torch.testing.assert_close(
        fisher_information(batch, sigma)[1], 4 * fisher_information(j, sigma)
    )
    assert singular_values(batch).shape == (2, 3)


def test_the_ellipse_has_the_errors_as_half_its_extent() -> None:
    f = fisher_information(of_throw(3, 2), 0.5)
    curve = ellipse(f, points=4001)
    assert curve.shape == (4001, 2)
    torch.testing.assert_close(curve[0], curve[-1])
    torch.testing.assert_close(((curve @ f) * curve).sum(1), torch.ones(4001).double())
    # The points nearest the extreme ones are off by half a step at most, φ = π/4000: 1 − φ²/2.
    extent = standard_errors(cramer_rao(f))
    torch.testing.assert_close(curve.max(0).values, extent, rtol=1e-5, atol=0)


# Errors


def test_what_is_not_seen_has_no_error() -> None:
    f = fisher_information(of_throw(3), 1.0)
    for function in (cramer_rao, ellipse):
        with pytest.raises(ValueError, match=r"^information: "):
            function(f)


@pytest.mark.parametrize("function", [rank, null_space, singular_values])
def test_bad_jacobians_are_named(function: object) -> None:
    assert callable(function)
    with pytest.raises(ValueError, match=r"^jacobian: "):
        function(torch.zeros(3))
    with pytest.raises(ValueError, match=r"^jacobian: "):
        function(torch.zeros(0, 2))
    with pytest.raises(ValueError, match=r"^jacobian: "):
        function(torch.zeros(2, 2).long())
    with pytest.raises(ValueError, match=r"^jacobian: "):
        function(torch.eye(2) * math.nan)
    if function is not singular_values:
        with pytest.raises(ValueError, match=r"^jacobian: "):
            function(torch.zeros(4, 2, 2))


def test_bad_errors_and_informations_are_named() -> None:
    j = torch.eye(2)
    for sigma in (0.0, -1.0, math.inf, math.nan, torch.tensor([1.0, 0.0])):
        with pytest.raises(ValueError, match=r"^sigma: "):
            fisher_information(j, sigma)
    with pytest.raises(ValueError, match=r"^sigma: "):
        fisher_information(j, torch.ones(3))
    with pytest.raises(ValueError, match=r"^information: "):
        cramer_rao(torch.zeros(2, 3))
    with pytest.raises(ValueError, match=r"^information: "):
        ellipse(torch.eye(3))
    with pytest.raises(ValueError, match=r"^points: "):
        ellipse(j, points=0)
