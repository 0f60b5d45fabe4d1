"""Newton's method finds minima, from afar and for many fits at once, and says where it did not."""

import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize, rosen, rosen_der, rosen_hess

from diffprog.loops.newton import newton


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def double(*x):
    return torch.tensor(x, dtype=torch.float64)


def test_a_parabola_takes_one_step():
    h = double([4.0, 1.0], [1.0, 3.0])
    found = newton(lambda x: x @ h @ x / 2 - x.sum(), double(30.0, -7.0))
    assert found.steps == 1
    torch.testing.assert_close(found.theta, torch.linalg.solve(h, torch.ones(2).double()))
    torch.testing.assert_close(found.hessian, h)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.floats(-3, 3), min_size=4, max_size=4))
def test_it_ends_where_scipy_does_in_a_curved_valley(start):
    found = newton(rosenbrock, double(*start), steps=200)
    wanted = minimize(rosen, start, jac=rosen_der, hess=rosen_hess, method="trust-exact", tol=1e-9)
    assert found.found()
    # The valley has a second minimum near x₀ = −1: both methods end in one of the two.
    assert min(abs(found.loss - wanted.fun), abs(found.loss), abs(found.loss - 3.7014)) < 1e-3
    assert torch.linalg.eigvalsh(found.hessian)[0] > 0


def test_it_walks_downhill_where_the_loss_curves_down():
    """At the start the curvature is −1, and a plain Newton step would climb to the top."""
    found = newton(lambda x: torch.cos(x).sum(), double(0.3))
    torch.testing.assert_close(found.theta, double(torch.pi), rtol=1e-9, atol=0)


def test_many_fits_are_the_fits_one_by_one():
    data = torch.randn(5, 3, 7, generator=torch.Generator().manual_seed(0), dtype=torch.float64)

    def loss(theta, y):
        return (torch.cosh(y - theta[0]) * theta[1].exp() - 7 * theta[1]).sum()

    together = newton(loss, torch.zeros(5, 3, 2).double(), data)
    assert together.found().all()
    for i in range(5):
        alone = newton(loss, torch.zeros(2).double(), data[i, 1])
        # Within the distance at which a fit may end: ½·δᵀHδ < 1e-12, with H about 7.
        torch.testing.assert_close(together.theta[i, 1], alone.theta, rtol=0, atol=1e-6)


def test_a_direction_without_curvature_is_left_alone():
    found = newton(lambda x: (x[0] - 1) ** 2 + 0 * x[1], double(5.0, 42.0))
    torch.testing.assert_close(found.theta, double(1.0, 42.0))


def test_steps_never_end_where_the_loss_is_not_finite():
    """The full step from 8 leads below zero, where the logarithm is NaN."""
    found = newton(lambda x: (x - x.log()).sum(), double(8.0))
    torch.testing.assert_close(found.theta, double(1.0))


def test_a_fit_that_has_not_ended_says_so():
    found = newton(lambda x: torch.cosh(x).sum(), double(9.0), steps=2)
    assert not found.found()
    assert found.steps == 2


@pytest.mark.parametrize(
    ("loss", "theta", "data", "words"),
    [
        (lambda x: x.log().sum(), double(-1.0), (), "loss: got entries that are not finite"),
        (lambda x: x.sum(), torch.tensor(1.0), (), "theta: got shape ()"),
        (lambda x: x.sum(), torch.ones(2), (), None),
        (lambda x, y: x.sum(), torch.ones(3, 2), (torch.ones(2),), "data[0]: got shape (2,)"),
        (lambda x: x.sum(), torch.ones(2, dtype=torch.int64), (), "theta: got"),
    ],
)
def test_bad_arguments_are_told(loss, theta, data, words):
    if words is None:  # a plane has no minimum, and no curvature to go by
        assert newton(loss, theta).theta.tolist() == [1, 1]
        return
    with pytest.raises(ValueError, match=re.escape(words)):
        newton(loss, theta, *data)
