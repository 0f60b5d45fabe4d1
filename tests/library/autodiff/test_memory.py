"""Kept counts what graphs and states keep, once for each number, as long as they keep it."""

import torch

from diffprog.autodiff.memory import Kept


def parameter(n=3):
    return torch.linspace(1, 2, n, dtype=torch.float64, requires_grad=True)


def test_a_number_that_two_nodes_save_counts_once():
    x = parameter()
    with Kept() as memory:
        y = (x * x).sum() + x.sin().sum()
        assert memory.most == memory.now == 3
    del y


def test_views_of_one_tensor_leave_nothing_behind():
    x = torch.ones(1000, requires_grad=True)
    with Kept() as memory:
        whole, part = x * x, x[:1] * x[:1]
        del whole, part
    assert (memory.now, memory.most) == (0, 1000)


def test_each_value_that_a_node_saves_counts():
    x = parameter()
    with Kept() as memory:
        y = (x.exp() * x).sum()  # exp saves its result, and the product both factors
    assert memory.most == 6
    y.backward()


def test_a_walk_frees_what_was_kept_but_not_the_record_of_the_most():
    x = parameter()
    with Kept() as memory:
        for _ in range(2):
            (x.sin() * x).sum().backward()
            assert memory.now == 0
    assert memory.most == 6


def test_what_a_program_holds_counts_as_long_as_it_is_there():
    memory = Kept()
    states = [memory.hold(torch.ones(2)) for _ in range(3)]
    assert memory.now == 6
    del states[1:]
    assert (memory.now, memory.most) == (2, 6)


def test_what_is_held_has_no_graph():
    assert not Kept().hold(parameter()).requires_grad


def test_the_gradient_is_that_without_hooks():
    x = parameter()
    (wanted,) = torch.autograd.grad((x.sin() * x.exp()).sum(), x)
    with Kept():
        (found,) = torch.autograd.grad((x.sin() * x.exp()).sum(), x)
    assert torch.equal(found, wanted)
