"""Products with the Hessian are those of the whole Hessian, at a fraction of its cost."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from diffprog.autodiff.curvature import hessian
from diffprog.autodiff.operations import Operations
from diffprog.autodiff.products import hessian_product, largest_eigenvalue
from diffprog.simulator.drag import heights

NUMBERS = st.lists(st.floats(-2, 2), min_size=6, max_size=6)


def quartic(x):
    return (x**4).sum() + (x[0] * x[1]).sum() ** 2


@settings(max_examples=25, deadline=None)
@given(NUMBERS, NUMBERS)
def test_the_product_is_that_of_the_hessian(theta, u):
    theta, u = (torch.tensor(x, dtype=torch.float64).reshape(2, 3) for x in (theta, u))
    wanted = (hessian(quartic, theta) @ u.flatten()).reshape(2, 3)
    torch.testing.assert_close(hessian_product(quartic, theta, u), wanted, rtol=1e-12, atol=1e-12)


def test_power_iteration_finds_the_eigenvalue_of_largest_size():
    values = torch.tensor([-9.0, 4.0, 1.0, 0.0], dtype=torch.float64)
    q, _ = torch.linalg.qr(torch.randn(4, 4, generator=torch.Generator().manual_seed(0)).double())
    h = q @ values.diag() @ q.T
    λ, u = largest_eigenvalue(lambda x: x @ h @ x / 2, torch.zeros(4).double(), 60)
    torch.testing.assert_close(λ, values[0], rtol=1e-12, atol=0)
    torch.testing.assert_close((u @ q[:, 0]).abs(), torch.ones(()).double(), rtol=1e-9, atol=0)


def test_a_product_costs_a_few_runs_where_the_hessian_costs_hundreds():
    """Counted in operations, for 64 pushes: 5.3 runs, and 318 by rows."""
    push = torch.zeros(64, dtype=torch.float64)

    def loss(push):
        return (heights(push, 64)[-1] - 12) ** 2

    with Operations() as run:
        loss(push)
    with Operations() as product:
        hessian_product(loss, push, torch.ones_like(push))
    assert product.total < 8 * run.total


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: hessian_product(quartic, x, x[0]), r"u: got shape \(3,\), want that of theta"),
        (lambda x: largest_eigenvalue(quartic, x, 0), "products: got 0"),
    ],
)
def test_a_mistake_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call(torch.ones(2, 3, dtype=torch.float64))
