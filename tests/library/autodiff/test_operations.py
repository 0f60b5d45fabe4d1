"""Operations counts arithmetic, forward and backward, and admits what it does not know."""

import pytest
import torch

from diffprog.autodiff.operations import Operations


def count(function):
    with Operations() as work:
        function()
    return work


def test_elementwise_counts_results():
    x, y = torch.ones(5, 1), torch.ones(1, 3)
    work = count(lambda: (x * y + 1).sin())
    assert work.by_name == {"mul": 15, "add": 15, "sin": 15}
    assert work.total == 45


def test_a_sum_counts_what_it_reads():
    x = torch.ones(5, 3)
    assert count(lambda: x.sum()).total == count(lambda: x.mean(0)).total == 15


def test_views_copies_and_constants_are_free():
    x = torch.ones(5, 3)
    free = count(lambda: (x.T[1:].reshape(-1), torch.stack([x, x]), x.clone(), torch.zeros(4)))
    assert free.total == 0


def test_the_example_of_the_docstring():
    with Operations() as work:
        torch.ones(3) * 2.0
    assert work.total == 3


def test_constants_of_every_make_are_free():
    x = torch.ones(2)
    free = count(
        lambda: (
            torch.full((3,), 2.0), torch.arange(3), torch.linspace(0, 1, 3), torch.eye(2),
            torch.tensor(5.0), torch.scalar_tensor(5.0), torch.empty(2), torch.empty_like(x),
            torch.ones_like(x), torch.full_like(x, 3.0), x.new_ones(2), x.new_full((2,), 1.0),
            x.new_zeros(2), x.new_tensor([1.0]),
        )
    )  # fmt: skip
    assert free.total == 0


def test_draws_and_running_sums_count_results():
    work = count(lambda: torch.rand(5, 3).cumsum(1))
    assert work.by_name == {"rand": 15, "cumsum": 15}
    assert count(lambda: torch.binomial(torch.ones(4), torch.ones(4))).total == 4


def test_what_is_added_at_places_counts():
    """A total of three numbers is three additions, wherever they go, and so is its transpose."""
    x, owner = torch.ones(3, requires_grad=True), torch.tensor([0, 1, 1])
    assert count(lambda: torch.zeros(2).index_add(0, owner, x)).by_name == {"index_add": 3}
    y = x[owner].sum()
    assert count(y.backward).by_name == {"index_put": 3}


def test_backward_counts():
    x = torch.ones(7, requires_grad=True)
    y = (x * x).sum()
    # gradient times x for each of the two factors, and the sum of the two
    assert count(y.backward).by_name == {"mul": 14, "add": 7}


def test_an_unknown_cost_is_refused():
    x = torch.ones(3, 3)
    with pytest.raises(NotImplementedError, match="mm"):
        count(lambda: x @ x)


def drag(x):
    """The drag of a ball, v·|v|, whose |v| has a slope that is zero for certain."""
    return (x * x.abs()).sum()


def test_second_derivatives_count():
    """v·|v|: two products and two additions of slopes, again and again."""
    x = torch.linspace(0.1, 0.9, 4, dtype=torch.float64).requires_grad_()

    def twice():
        (slope,) = torch.autograd.grad(drag(x), x, create_graph=True)
        torch.autograd.grad(slope.sum(), x)

    once = count(lambda: torch.autograd.grad(drag(x), x)).total
    assert once < count(twice).total < 3 * once


@pytest.mark.parametrize(
    "function",
    [
        drag, lambda x: x.relu().square().sum(), lambda x: (x.sin() * x.exp()).sum(),
        lambda x: torch.where(x > 0.5, x**3, x).sum(), lambda x: x.std(), lambda x: x.norm(),
        lambda x: torch.maximum(x * x, x).sum(), lambda x: x.clamp(0.2).log().mean(),
        lambda x: sum(v * abs(v) for v in x.unbind()), lambda x: torch.hypot(x, 1 + x).sum().sin(),
        lambda x: torch.stack([x, x * x]).sum(0).sqrt().sum(), lambda x: (x.flip(0) * x).sum(),
        lambda x: (x.repeat(2) * x[:1].item()).sum(), lambda x: torch.special.ndtr(x).sum(),
    ],
)  # fmt: skip
@pytest.mark.parametrize("backwards", [True, False])
def test_derivatives_of_every_order_are_counted(function, backwards):
    """Reverse over reverse to the third, and forward over reverse."""
    x = torch.linspace(0.1, 0.9, 4, dtype=torch.float64)

    def reverse():
        y = x.requires_grad_()
        slope = function(y)
        for _ in range(3):
            (slope,) = torch.autograd.grad(
                slope.sum(), y, create_graph=True, materialize_grads=True
            )
            if not slope.requires_grad:
                break

    def forward():
        torch.func.jvp(torch.func.grad(function), (x,), (torch.ones_like(x),))
        torch.func.hessian(function)(x)

    assert count(reverse if backwards else forward).total > count(lambda: function(x)).total
