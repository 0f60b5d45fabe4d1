"""Sums over processes have the gradient of the sums, and so has every function of them."""

import pytest
import torch
from torch import nn

from diffprog.loops.reduction import in_turns, shared, total

X = torch.linspace(-2, 3, 12, dtype=torch.float64)


def loss(sums):
    return sums[0] / sums[1].sqrt() + sums.prod()


def sums(x, theta):
    return torch.stack([(x * theta[0]).sigmoid().sum(), ((x - theta[1]) ** 2).sum()])


def program(theta, wire_back=shared):
    def of_part(x, all_reduce):
        own = theta.clone().requires_grad_()
        value = loss(total(sums(x, wire_back(own, all_reduce)), all_reduce))
        (gradient,) = torch.autograd.grad(value, own)
        return value.detach(), gradient

    return of_part


@pytest.mark.parametrize("processes", [1, 2, 3, 5])
def test_each_process_gets_the_gradient_of_the_whole(processes):
    theta = torch.tensor([0.7, 0.2], dtype=torch.float64, requires_grad=True)
    value = loss(sums(X, theta))
    (gradient,) = torch.autograd.grad(value, theta)
    results = in_turns(program(theta.detach()), X.tensor_split(processes))
    assert len(results) == processes
    for got in results:
        torch.testing.assert_close(got, (value.detach(), gradient), rtol=1e-13, atol=0)


def test_without_the_sum_on_the_way_back_each_has_its_share():
    theta = torch.tensor([0.7, 0.2], dtype=torch.float64)
    parts = X.tensor_split(3)
    (_, whole), *_ = in_turns(program(theta), parts)
    shares = [g for _, g in in_turns(program(theta, lambda own, _: own), parts)]
    assert not any(torch.allclose(share, whole, 0.1) for share in shares)
    torch.testing.assert_close(torch.stack(shares).sum(0), whole, rtol=1e-13, atol=0)


def test_a_mean_over_events_needs_none_of_it():
    """The mean of the gradients of equal parts is the gradient."""
    model = nn.Linear(1, 1, dtype=torch.float64)

    def gradient(x):
        (found,) = torch.autograd.grad(((model(x[:, None]) - 1) ** 2).mean(), model.weight)
        return found

    each = torch.stack([gradient(x) for x in X.tensor_split(4)])
    torch.testing.assert_close(each.mean(0), gradient(X), rtol=1e-14, atol=0)


def test_parts_that_would_wait_forever_are_told():
    def one_asks(x, all_reduce):
        return all_reduce(x) if x > 1 else x

    with pytest.raises(ValueError, match="1 of 2 parts that ask for a sum"):
        in_turns(one_asks, list(torch.tensor([1.0, 2.0])))
    with pytest.raises(ValueError, match="want all of them, for the same shape"):
        in_turns(lambda x, wire: wire(x), torch.arange(3.0).tensor_split(2))


def test_the_sum_that_is_handed_out_is_a_copy():
    def program(x, wire):
        y = wire(x)
        y += 1
        return wire(y)

    assert in_turns(program, list(torch.tensor([1.0, 2.0]))) == [8.0, 8.0]
