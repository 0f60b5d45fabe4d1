"""The graph behind `backward()`: its nodes,
their order, and what flows through them.

Symbols. L is the number at the end; a bar is its derivative, ȳ = ∂L/∂y. A
node stands for one operation y = f(x₁, x₂, …) that ran forward. Called with
ȳ it gives the vector-Jacobian products ȳ·∂f/∂xᵢ; `node.next_functions` says
where each goes. The node of a leaf holds the tensor itself,
`node.variable`.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import Node

from diffprog import _checks

__all__ = ["nodes", "products"]


def nodes(result: Tensor) -> list[Node]:
    """All nodes behind `result`, from its own to the leaves:
    each after all that it feeds.

    ValueError for a tensor that no operation on a leaf gave.
    """
    if result.grad_fn is None:
        raise _checks.wrong(
            "result",
            "a tensor with no graph",
            "one computed from a parameter",
        )
    order: list[Node] = []
    seen: set[Node] = set()
    stack = [(result.grad_fn, False)]
    while stack:
        node, done = stack.pop()
        if done:  # all that it depends on is in `order`
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack += [
                (s, False) for s, _ in node.next_functions if s is not None
            ]
    return order[::-1]


def products(node: Node, gradient: Tensor) -> list[tuple[Node, Tensor]]:
    """(source, ȳ·∂f/∂x) for each input x of
    the node that needs one; nothing for a leaf.

    `gradient` is ȳ, of the shape of the node's output. ValueError for a
    node with several outputs, as of `unbind`, whether it is this one or one
    that an input comes from.
    """
    if hasattr(node, "variable"):
        return []
    sources = [source for source, _ in node.next_functions]
    for n in (node, *sources):
        # The metadata of its "inputs" are those of the gradients it takes:
        # one for each output.
        if n is not None and len(n._input_metadata) > 1:
            raise _checks.wrong(
                "node",
                f"several outputs of {n.name()}",
                "one output a node",
            )
    call: Any = node
    with torch.no_grad():
        given = call(gradient)
    parts = given if isinstance(given, tuple) else (given,)
    return [
        (s, part)
        for s, part in zip(sources, parts, strict=True)
        if s is not None
    ]
