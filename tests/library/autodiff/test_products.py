"""Products with the Hessian are those of the whole Hessian, at a fraction of its cost."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from diffprog.autodiff.curvature import hessian
from diffprog.autodiff.operations import Operations
from diffprog.autodiff.products import hessian_product, largest_eigenvalue
from diffprog.pipelines.pipeline import Pipeline, mean_squared_error, mlp
from diffprog.pipelines.pitching_networks import physics
from diffprog.simulator.drag import heights
from diffprog.simulator.pitching import day, drifts, pitch

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


def counted(function):
    with Operations() as work:
        function()
    return work.total


def miss(push):
    return (heights(push, 64)[-1] - 12) ** 2


def test_a_product_costs_a_few_runs_where_the_hessian_costs_hundreds():
    """Counted, for 64 pushes: 5.0 runs, so 318 for 64 products, and 172 if they share the run."""
    push = torch.zeros(64, dtype=torch.float64)
    u = torch.ones_like(push)
    run = counted(lambda: miss(push))
    product = counted(lambda: hessian_product(miss, push, u)) / run
    assert product == pytest.approx(5.0, abs=0.1)
    assert 64 * product == pytest.approx(318, rel=0.01)
    assert counted(lambda: torch.func.hessian(miss)(push)) / run == pytest.approx(172, rel=0.01)


def test_forward_and_reverse_mode_cost_the_same_for_one_output():
    """The same products with the same factors, in the other order: for any number of pushes."""
    for n in (1, 8, 64):
        push = torch.zeros(n, dtype=torch.float64)
        forward = counted(lambda p=push: torch.func.jvp(lambda x: heights(x, 64)[-1], (p,), (p,)))
        push.requires_grad_()
        reverse = counted(lambda p=push: torch.autograd.grad(heights(p, 64)[-1], p))
        shared = 64 - n  # the products of steps that share a push are added on the way back
        assert forward + shared == reverse


@pytest.mark.parametrize(("pushes", "every", "ratio"), [(64, 64, 64.0), (1, 1, 0.05), (64, 1, 3.5)])
def test_columns_against_rows(pushes, every, ratio):
    """64 inputs and one output, one and 64, 64 and 64: forward over reverse."""
    push = torch.zeros(pushes, dtype=torch.float64)
    column = counted(
        lambda: torch.func.jvp(lambda p: torch.stack(heights(p, 64)), (push,), (push,))
    )
    push.requires_grad_()
    outputs = []
    rows = counted(lambda: outputs.extend(heights(push, 64)))
    for z in outputs[every - 1 :: every]:
        rows += counted(lambda z=z: torch.autograd.grad(z, push, retain_graph=True))
    assert pushes * column / rows == pytest.approx(ratio, rel=0.03)


def network_loss(*hidden, updates):
    """The loss of a network in front of the pitching machine as a function of its weights."""
    t = day(dtype=torch.float64)
    x = pitch(drifts(t))
    torch.manual_seed(3)
    model = physics(t, scale_input=True)
    if hidden:
        torch.manual_seed(3)
        model = Pipeline(model.scale, mlp(1, *hidden, 2).to(t), model.simulator)
    adam = torch.optim.Adam(model.parameters(), lr=0.001)
    for _ in range(updates):
        adam.zero_grad()
        mean_squared_error(model(t), x).backward()
        adam.step()
    parts = dict(model.named_parameters())

    def loss(w):
        pieces = w.split([p.numel() for p in parts.values()])
        given = {n: w.view_as(p) for (n, p), w in zip(parts.items(), pieces, strict=True)}
        return mean_squared_error(torch.func.functional_call(model, given, t), x)

    return loss, torch.cat([p.detach().flatten() for p in parts.values()])


def test_fifteen_products_find_the_curvature_of_a_network():
    """Of 5 352 weights after 100 updates: as exact as after 30 products, to 1e-7."""
    loss, w = network_loss(updates=100)
    assert w.shape == (5352,)
    λ, _ = largest_eigenvalue(loss, w, 15)
    assert λ.item() == pytest.approx(largest_eigenvalue(loss, w, 30)[0].item(), rel=1e-7)
    assert λ.item() == pytest.approx(624.29, rel=1e-2)  # the machine's sums have a part in it


def test_of_a_smaller_network_it_is_that_of_the_whole_hessian():
    loss, w = network_loss(10, 8, updates=0)
    λ, _ = largest_eigenvalue(loss, w, 60)
    assert λ.item() == pytest.approx(torch.linalg.eigvalsh(hessian(loss, w))[-1].item(), rel=1e-8)


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
