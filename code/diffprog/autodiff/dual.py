"""Forward mode: dual numbers, which carry a derivative along.

Symbols. A dual number stands for x + ẋ·ε with ε² = 0: a value x, and its
change ẋ along one direction of the parameters, the tangent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from diffprog import _args
from diffprog.autodiff.rules import Array
from diffprog.autodiff.traced import Inputs, Traced, array

__all__ = ["Dual", "jvp"]


class Dual(Traced):
    """A value and its tangent, of the same shape."""

    derived = True

    def __init__(self, xp: Any, value: Array, tangent: Array) -> None:
        super().__init__(xp, value)
        self.tangent = tangent

    def _result(self, name: str, y: Array, inputs: Inputs) -> Any:
        tangent = self.xp.zeros_like(y)
        for x, product in inputs:
            tangent = tangent + product.push(x.tangent)
        return Dual(self.xp, y, tangent)


def jvp(
    f: Callable[[Any], Any], x: Any, direction: Any, xp: Any
) -> tuple[Array, Array]:
    """f(x), and (∂f/∂x)·direction: the Jacobian-vector product.

    One pass through f gives the product with one direction, for any number
    of outputs.

    Args:
        f: Takes a Dual and returns one.
        x, direction: Arrays, or lists of numbers, of the same shape.
        xp: The array module that computes, NumPy or torch.
    """
    value = array("x", x, xp)
    tangent = array("direction", direction, xp)
    if value.shape != tangent.shape:
        got = f"shape {tuple(tangent.shape)}"
        raise _args.wrong("direction", got, f"{tuple(value.shape)}, as x")
    y = f(Dual(xp, value, tangent))
    if not isinstance(y, Dual):  # it does not depend on x
        y = y.value if isinstance(y, Traced) else xp.asarray(y)
        return y, xp.zeros_like(y)
    return y.value, y.tangent
