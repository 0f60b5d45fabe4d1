"""The graph's order and products give what backward() gives."""

import pytest
import torch

from diffprog.autodiff import graph


def two_steps():
    a, v0, x0 = (torch.tensor(z, dtype=torch.float64, requires_grad=True) for z in (-9.8, 5, 10))
    v1 = v0 + a * 0.4
    x1 = x0 + v0 * 0.4
    x2 = x1 + v1 * 0.4
    return (a, v0, x0), (x2 - 16.432) ** 2


def walk(result):
    gradients = {result.grad_fn: torch.ones_like(result)}
    for node in graph.nodes(result):
        for source, product in graph.products(node, gradients[node]):
            gradients[source] = gradients.get(source, 0) + product
    return {node.variable: g for node, g in gradients.items() if hasattr(node, "variable")}


def test_each_node_comes_after_all_that_it_feeds():
    _, loss = two_steps()
    order = graph.nodes(loss)
    assert order[0] is loss.grad_fn
    assert len(order) == len(set(order)) == 11
    for i, node in enumerate(order):
        for source, _ in node.next_functions:
            assert source is None or source in order[i + 1 :]


def test_products_give_the_gradient_of_backward():
    leaves, loss = two_steps()
    walked = walk(loss)
    loss.backward()
    for leaf in leaves:
        torch.testing.assert_close(walked[leaf], leaf.grad, rtol=0, atol=0)


def test_products_of_arrays():
    x = torch.randn(4, 3, generator=torch.Generator().manual_seed(0), requires_grad=True)
    loss = (x.sin() * x.exp()).mean()
    walked = walk(loss)[x]
    loss.backward()
    torch.testing.assert_close(walked, x.grad)


def test_a_deep_graph():
    x = torch.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(5000):
        y = y * 1.0
    assert len(graph.nodes(y)) == 5001


def test_products_carry_no_graph():
    _, loss = two_steps()
    ((_, product),) = graph.products(loss.grad_fn, torch.ones_like(loss))
    assert not product.requires_grad


def test_nothing_behind_a_leaf():
    with pytest.raises(ValueError, match="no graph"):
        graph.nodes(torch.ones(2, requires_grad=True))


def test_several_outputs_are_refused():
    x = torch.ones(3, requires_grad=True)
    y = sum(x.unbind())
    with pytest.raises(ValueError, match="several outputs of UnbindBackward0"):
        walk(y)


def test_the_first_of_several_outputs_is_refused_too():
    """Its place is 0, as that of an only output is."""
    for several in (2, 3):
        x = torch.ones(several, requires_grad=True)
        first = x.unbind()[0]
        y = first * 2.0
        for node in (y.grad_fn, first.grad_fn):
            with pytest.raises(ValueError, match=r"^node: "):
                graph.products(node, torch.tensor(1.0))  # type: ignore[arg-type]
