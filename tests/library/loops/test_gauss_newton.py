"""loops.gauss_newton."""

import pytest
import torch
from torch import Tensor

from diffprog.autodiff.operations import Operations
from diffprog.loops.descent import Diverged
from diffprog.loops.gauss_newton import gauss_newton, linearised
from diffprog.simulator.ball import position

t = torch.linspace(0, 5, 10)[:, None]
truth = torch.tensor([[[0, -9.8]], [[5.0, 10]], [[0, 10.0]]])


def residuals(theta: Tensor) -> Tensor:
    return (position(t.to(theta), *theta) - position(t.to(theta), *truth.to(theta))).flatten()


@pytest.mark.parametrize(("dtype", "eps"), [(torch.float32, 1e-4), (torch.float64, 1e-12)])
def test_one_step_solves_a_linear_problem(dtype: torch.dtype, eps: float) -> None:
    """eps: rounding of positions near 100 m, times the condition number √501 of J."""
    history = gauss_newton(residuals, torch.zeros(3, 1, 2, dtype=dtype), 1)
    assert history.loss[0].item() == pytest.approx(470.835, abs=1e-3)
    assert history.loss[1] < eps**2
    path = history.parameters["theta"]
    assert path.shape == (2, 3, 1, 2)
    torch.testing.assert_close(path[1], truth.to(dtype), rtol=0, atol=eps)
    assert history.evaluations.tolist() == [0, 1]


def test_the_start_is_left_as_it_is() -> None:
    theta = torch.zeros(3, 1, 2, requires_grad=True)
    history = gauss_newton(residuals, theta, 1)
    assert not theta.any()
    assert theta.grad is None
    assert not history.parameters["theta"].requires_grad


def test_convergence_is_quadratic_where_the_residuals_vanish() -> None:
    """Each step about doubles the number of right digits: e → C·e², here for e^{−kt}."""
    times, k = torch.linspace(0, 2, 8, dtype=torch.float64), torch.tensor(1.5).double()
    history = gauss_newton(lambda q: (-q * times).exp() - (-k * times).exp(), k * 0 + 1.2, 4)
    error = (history.parameters["theta"] - k).abs()
    constants = error[1:4] / error[:3] ** 2
    assert error[3] < 1e-6  # from 0.3: three doublings would reach 1e-4 at once, plus C < 1
    assert constants.max() / constants.min() < 2


def test_a_free_direction_is_left_where_it_was() -> None:
    """Only θ0 + θ1 is seen: the shortest step shares the change equally."""
    history = gauss_newton(lambda q: (q.sum() - 4).reshape(1), torch.tensor([1.0, 0.0]), 1)
    torch.testing.assert_close(history.parameters["theta"][-1], torch.tensor([2.5, 1.5]))


def test_errors() -> None:
    with pytest.raises(ValueError, match=r"^theta: "):
        gauss_newton(residuals, torch.tensor([5]), 1)
    with pytest.raises(ValueError, match=r"^steps: "):
        gauss_newton(residuals, torch.zeros(3, 1, 2), 0)
    with pytest.raises(ValueError, match=r"^residuals: "):
        gauss_newton(lambda theta: theta.expand(2, 2), torch.zeros(2), 1)


def test_a_jacobian_that_is_not_finite_is_named() -> None:
    """√x at zero: the residual is finite, its slope is not."""
    with pytest.raises(ValueError, match=r"^the Jacobian of residuals: "):
        gauss_newton(lambda x: x.sqrt() - 1, torch.tensor([0.0, 1]), 3)


def test_a_loss_that_is_not_finite_stops_it() -> None:
    with pytest.raises(Diverged, match=r"the loss is inf after 1 updates"):
        gauss_newton(lambda q: (q * 100).exp() - 1e5, torch.tensor([0.0]), 5)


def test_residuals_may_change_what_they_are_given() -> None:
    """θ is a copy for each evaluation; the path is that of residuals that leave it alone."""

    def in_place(q: Tensor) -> Tensor:
        r = q.exp() - 2
        q.zero_()
        return r

    start = torch.tensor([0.0, 1.0])
    history = gauss_newton(in_place, start, 3)
    wanted = gauss_newton(lambda q: q.exp() - 2, start, 3)
    assert torch.equal(history.parameters["theta"], wanted.parameters["theta"])
    assert torch.equal(history.loss, wanted.loss)
    assert start.tolist() == [0, 1]


def test_a_step_costs_p_passes_and_one() -> None:
    """A pass of a tangent is that of a value, for a model of products and sums."""
    theta = torch.randn(6, generator=torch.Generator().manual_seed(0))

    def model(q: Tensor) -> Tensor:
        return (q * q).sum() * q + q

    with Operations() as one:
        model(theta)
    with Operations() as work:
        linearised(model, theta)
    # The tangent of a product is two products and their sum.
    assert len(theta) + 1 <= work.total / one.total <= 3 * (len(theta) + 1)
