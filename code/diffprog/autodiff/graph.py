"""The graph behind `backward()`: nodes, their order, and their products.

Symbols. f is the number at the end; a bar is its derivative, ȳ = ∂f/∂y. A
node stands for one operation of the forward pass, which computes y from
x₁, x₂, …. Called with ȳ, the node returns the vector-Jacobian products
ȳ·∂y/∂xᵢ, and `node.next_functions` lists the nodes that they go to. The
node of a leaf holds the tensor itself, `node.variable`.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import Node

from diffprog import _args

__all__ = ["nodes", "products"]


def nodes(result: Tensor) -> list[Node]:
    """Return all nodes behind `result`, each after all that use its output.

    The first is the node of `result`; the leaves come late.

    Raises:
        ValueError: `result` was not computed from a parameter.
    """
    if result.grad_fn is None:
        why = "it has no graph: compute it from a parameter"
        raise _args.refused("result", why)
    # Depth first, by a stack of our own: a function that calls itself would
    # reach Python's recursion limit after a thousand operations in a row.
    order: list[Node] = []
    seen: set[Node] = set()
    stack = [(result.grad_fn, False)]
    while stack:
        node, done = stack.pop()
        if done:  # all that the node depends on is in `order`
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack += [
                (s, False) for s, _ in node.next_functions if s is not None
            ]
    return order[::-1]


def products(node: Node, gradient: Tensor) -> list[tuple[Node, Tensor]]:
    """Return (node of x, ȳ·∂y/∂x) for each input x that needs a gradient.

    A leaf has no inputs, so its list is empty.

    Args:
        gradient: ȳ, of the shape of the node's output.

    Raises:
        ValueError: This node, or the node of an input, has several outputs,
            as that of `unbind` has.
    """
    if hasattr(node, "variable"):
        return []
    sources = [source for source, _ in node.next_functions]
    for n in (node, *sources):
        # The "inputs" of a node are the gradients that it takes, one for
        # each output of the operation.
        if n is not None and len(n._input_metadata) > 1:
            got = f"several outputs of {n.name()}"
            raise _args.wrong("node", got, "one output a node")
    call: Any = node
    with torch.no_grad():
        given = call(gradient)
    parts = given if isinstance(given, tuple) else (given,)
    return [
        (s, part)
        for s, part in zip(sources, parts, strict=True)
        if s is not None
    ]
