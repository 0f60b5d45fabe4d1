"""autodiff.curvature: Hessians, and what they say about the learning rate."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from diffprog.autodiff.curvature import condition_number, hessian, jacobian, largest_stable_rate
from diffprog.simulator.ball import position

few = settings(max_examples=30, deadline=None)


def ball_hessian(times: Tensor, d: int = 2) -> Tensor:
    """The Hessian of the mean squared error in (a, v0, x0), (3d, 3d)."""
    theta = torch.zeros(3, 1, d, dtype=times.dtype)
    return hessian(lambda theta: (position(times, *theta) ** 2).mean(), theta)


times = torch.linspace(0, 5, 10)[:, None]
times64 = torch.linspace(0, 5, 10, dtype=torch.float64)[:, None]


def test_the_eigenvalues_of_the_ball_are_known() -> None:
    """0.0906, 0.777 and 45.44, once for each axis of space."""
    λ = torch.linalg.eigvalsh(ball_hessian(times))
    expected = torch.tensor([0.09065, 0.7772, 45.444]).repeat_interleave(2)
    torch.testing.assert_close(λ, expected, rtol=1e-4, atol=0)  # four digits are given


def test_rate_and_condition_of_the_ball() -> None:
    h = ball_hessian(times)
    assert largest_stable_rate(h) == pytest.approx(0.04401, abs=1e-5)
    assert condition_number(h) == pytest.approx(501.3, abs=0.1)
    # What the ratios of the diverging losses tend to at a rate of 0.1.
    assert (1 - 0.1 * 2 / largest_stable_rate(h)) ** 2 == pytest.approx(12.5627, abs=1e-3)


def test_hessian_is_the_analytic_one() -> None:
    """The mean squared error over N numbers of a linear model has H = (2/N)·XᵀX."""
    theta = torch.zeros(3, 1, 2, dtype=torch.float64)
    x = jacobian(lambda theta: position(times64, *theta), theta)
    assert x.shape == (20, 6)
    torch.testing.assert_close(ball_hessian(times64), 2 / 20 * x.T @ x)


def test_jacobian_is_the_analytic_one() -> None:
    """∂x/∂(a, v0, x0) = (½t², t, 1) in one dimension."""
    x = jacobian(lambda theta: position(times64, *theta), torch.zeros(3, 1, 1).double())
    torch.testing.assert_close(
        x, torch.cat([times64**2 / 2, times64, torch.ones_like(times64)], dim=1)
    )


@few
@given(st.lists(st.integers(1, 3), max_size=3), st.integers(0, 2**31))
def test_theta_may_have_any_shape(shape: list[int], seed: int) -> None:
    g = torch.Generator().manual_seed(seed)
    p = math.prod(shape)
    a = torch.randn(p, p, generator=g, dtype=torch.float64)
    theta = torch.randn(shape, generator=g, dtype=torch.float64)
    h = hessian(lambda theta: theta.flatten() @ a @ theta.flatten(), theta)
    torch.testing.assert_close(h, a + a.T)


def test_hessian_of_a_batch_by_vmap() -> None:
    theta = torch.tensor([1.0, 2.0])
    h = torch.func.vmap(lambda theta: hessian(lambda x: x**4, theta))(theta)
    torch.testing.assert_close(h, 12 * theta[:, None, None] ** 2)


@few
@given(st.lists(st.floats(0.1, 10), min_size=3, max_size=8, unique=True))
def test_just_below_the_rate_all_shrinks_and_just_above_one_direction_grows(
    ts: list[float],
) -> None:
    """For any times: the error after a step is I − ηH times that before."""
    h = ball_hessian(torch.tensor(ts, dtype=torch.float64)[:, None], d=1)
    rate = largest_stable_rate(h)
    one = torch.eye(3, dtype=torch.float64)
    assert torch.linalg.matrix_norm(one - 0.99 * rate * h, 2) < 1 + 1e-12
    assert torch.linalg.matrix_norm(one - 1.01 * rate * h, 2) > 1.01


def test_rescaling_time_improves_the_condition_if_the_unit_is_chosen_well() -> None:
    """501 in seconds, 190 in units of 2 s, but 821 in units of 5 s, and 7.8 from the middle on."""
    for unit, origin, condition in [(2, 0, 190), (5, 0, 821), (1.5, 2.5, 7.8)]:
        h = ball_hessian((times64 - origin) / unit)
        assert condition_number(h) == pytest.approx(condition, rel=5e-3)


def test_condition_of_an_identity_is_one_and_of_a_flat_direction_infinite() -> None:
    assert condition_number(torch.eye(3)) == 1
    assert condition_number(torch.diag(torch.tensor([1.0, 0]))) == math.inf
    # Two times cannot tell three parameters: in float32 rounding leaves 1e-7 where zero is meant.
    assert condition_number(ball_hessian(torch.tensor([[1.0], [2.0]]), d=1)) == math.inf


def test_a_parameter_more_makes_the_condition_no_better_in_the_same_coordinates() -> None:
    """Cauchy's interlacing; a change of origin goes below that of two parameters, to 7.8."""
    h = ball_hessian(times64, d=1)
    two, three = (torch.linalg.eigvalsh(h[rows][:, rows]) for rows in ([1, 2], [0, 1, 2]))
    assert three[0] <= two[0]
    assert three[-1] >= two[-1]
    assert condition_number(h[1:, 1:]) == pytest.approx(36, abs=1)


def test_products_with_the_hessian_give_its_largest_eigenvalue() -> None:
    """A power iteration: the ratio λ2/λ1 = 0.017 to the power 2k, 1e-14 after five products."""
    gradient = torch.func.grad(lambda theta: (position(times64, *theta) ** 2).mean())
    theta = torch.zeros(3, 1, 2, dtype=torch.float64)
    v = torch.ones_like(theta)
    for _ in range(5):
        hv = torch.func.jvp(gradient, (theta,), (v,))[1]
        λ = (v * hv).sum() / (v * v).sum()
        v = hv / hv.norm()
    torch.testing.assert_close(λ, torch.linalg.eigvalsh(ball_hessian(times64))[-1])


# Errors


def test_integers_and_vectors_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^theta: "):
        hessian(lambda theta: theta.sum(), torch.tensor([5]))
    with pytest.raises(ValueError, match=r"^theta: "):
        jacobian(lambda theta: theta, torch.tensor([5]))
    with pytest.raises(ValueError, match=r"^loss: "):
        hessian(lambda theta: theta**2, torch.zeros(2))
    with pytest.raises(ValueError, match=r"^loss: "):
        hessian(lambda theta: 3.0, torch.zeros(2))  # type: ignore[arg-type, return-value]


@pytest.mark.parametrize("function", [largest_stable_rate, condition_number])
def test_bad_hessians_are_named(function: object) -> None:
    assert callable(function)
    with pytest.raises(ValueError, match=r"^hessian: "):
        function(torch.zeros(2, 3))
    with pytest.raises(ValueError, match=r"^hessian: "):
        function(torch.zeros(4, 2, 2))
    with pytest.raises(ValueError, match=r"^hessian: "):
        function(torch.eye(2).long())
    with pytest.raises(ValueError, match=r"^hessian: "):
        function(torch.eye(2) * math.nan)
    with pytest.raises(ValueError, match=r"^hessian: "):
        function(torch.diag(torch.tensor([1.0, -1])))


def test_no_curvature_has_no_largest_rate() -> None:
    with pytest.raises(ValueError, match=r"^hessian: "):
        largest_stable_rate(torch.zeros(2, 2))
    assert largest_stable_rate(torch.diag(torch.tensor([0.0, 0, 3]))) == pytest.approx(2 / 3)


def test_as_many_steps_as_the_condition_number_make_the_error_7_times_smaller() -> None:
    """((κ − 1)/(κ + 1))^κ is e⁻² but for 1/κ², at the best constant rate; smaller ones do less."""
    h = torch.diag(torch.tensor([1.0, 501.0], dtype=torch.float64))
    steps = round(condition_number(h))
    errors = []
    for rate in (2 / 502, 1.8 / 502, 0.5 / 502):
        error = torch.ones(2, dtype=torch.float64)
        for _ in range(steps):
            error = error - rate * h @ error
        errors.append(error.abs().max().item())
    assert errors[0] == pytest.approx(math.exp(-2), rel=1e-4)
    assert errors[0] < errors[1] < errors[2]


def test_a_small_curvature_has_a_large_rate_and_a_flat_loss_no_condition() -> None:
    assert largest_stable_rate(0.5 * torch.eye(2)) == 4.0
    assert condition_number(torch.zeros(2, 2)) == math.inf
