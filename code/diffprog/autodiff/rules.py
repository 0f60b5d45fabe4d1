"""The derivative of each operation, for both modes of autodiff.

Symbols. y = f(x, z, …) is one operation on arrays of an array module xp,
NumPy or torch. Two products with its derivative by an input, ∂y/∂x, carry
derivatives through it:
    push   ẋ ↦ (∂y/∂x)·ẋ   the change of y with x: forward mode
    pull   ȳ ↦ ȳ·(∂y/∂x)   the gradient by x, from that by y: reverse mode
As matrices, push and pull are transposed. If f acts on each number for
itself, ∂y/∂x is diagonal, and both are the same product. For most rules its
factors are in the order in which PyTorch multiplies them.
"""

import math
from collections.abc import Callable
from functools import cache, partial
from typing import Any, NamedTuple

from diffprog import _args

__all__ = ["Product", "Rule", "add_rule", "rules"]

Array = Any
Map = Callable[[Array], Array]


class Product(NamedTuple):
    """The two products with ∂y/∂x."""

    push: Map
    pull: Map


# Takes the inputs and options; returns y, and for each input its product,
# or None if y changes with the input by jumps only.
Rule = Callable[..., tuple[Array, list[Product | None]]]


@cache
def rules(xp: Any) -> dict[str, Rule]:
    """Return the rules of all operations, by the names that torch has."""

    def sigmoid(x: Array) -> Array:
        e = xp.exp(-abs(x))  # exp(−x) would overflow for x ≪ 0
        return xp.where(x < 0, e, xp.ones_like(e)) / (1 + e)

    def inside(x: Array, min: Any, max: Any) -> Array:
        low = x == x if min is None else x >= min
        return low if max is None else low & (x <= max)

    def larger(d: Array, x: Array, z: Array) -> Array:  # a tie is shared
        return xp.where(x > z, d, xp.where(x == z, d / 2, 0.0))

    return {
        "add": _each(
            lambda x, z: x + z,
            lambda d, y, x, z: d,
            lambda d, y, x, z: d,
        ),
        "sub": _each(
            lambda x, z: x - z,
            lambda d, y, x, z: d,
            lambda d, y, x, z: -d,
        ),
        "mul": _each(
            lambda x, z: x * z,
            lambda d, y, x, z: d * z,
            lambda d, y, x, z: d * x,
        ),
        "div": _each(
            lambda x, z: x / z,
            lambda d, y, x, z: d / z,
            lambda d, y, x, z: -d * (y / z),
        ),
        "pow": _each(
            lambda x, n: x**n,
            # x⁰ has the slope 0, at x = 0 too, where x⁻¹ is infinite
            lambda d, y, x, n: d * (n * x ** (n - (n != 0) * 1)),
            lambda d, y, x, n: (
                d * (y * xp.log(xp.asarray(x, dtype=d.dtype)))
            ),
        ),
        "maximum": _each(
            xp.maximum,
            lambda d, y, x, z: larger(d, x, z),
            lambda d, y, x, z: larger(d, z, x),
        ),
        "neg": _each(lambda x: -x, lambda d, y, x: -d),
        "abs": _each(abs, lambda d, y, x: d * xp.sign(x)),
        "exp": _each(xp.exp, lambda d, y, x: d * y),
        "log": _each(xp.log, lambda d, y, x: d / x),
        "log1p": _each(xp.log1p, lambda d, y, x: d / (x + 1)),
        "sqrt": _each(xp.sqrt, lambda d, y, x: d / (2 * y)),
        "sin": _each(xp.sin, lambda d, y, x: d * xp.cos(x)),
        "cos": _each(xp.cos, lambda d, y, x: d * -xp.sin(x)),
        "tanh": _each(xp.tanh, lambda d, y, x: d * (1 - y * y)),
        "sigmoid": _each(sigmoid, lambda d, y, x: d * (1 - y) * y),
        "relu": _each(
            lambda x: xp.clip(x, 0, None),
            lambda d, y, x: xp.where(y > 0, d, 0.0),
        ),
        "clamp": _each(
            lambda x, min=None, max=None: xp.clip(x, min, max),
            lambda d, y, x, min=None, max=None: xp.where(
                inside(x, min, max), d, 0.0
            ),
        ),
        "where": _each(
            xp.where,
            None,
            lambda d, y, c, x, z: xp.where(c, d, 0.0),
            lambda d, y, c, x, z: xp.where(c, 0.0, d),
        ),
        "sum": partial(_sum, xp),
        "mean": partial(_mean, xp),
        "getitem": partial(_getitem, xp),
        "squeeze": _squeeze,
        "matmul": _matmul,
        "lt": _jump(lambda x, z: x < z),
        "le": _jump(lambda x, z: x <= z),
        "gt": _jump(lambda x, z: x > z),
        "ge": _jump(lambda x, z: x >= z),
        "eq": _jump(lambda x, z: x == z),
        "bitwise_and": _jump(lambda x, z: x & z),
        "bitwise_or": _jump(lambda x, z: x | z),
        "bitwise_not": _jump(lambda x: ~x),
        "isnan": _jump(lambda x: x != x),
        "isposinf": _jump(lambda x: x == math.inf),
        "zeros_like": _jump(xp.zeros_like),
    }


def add_rule(xp: Any, name: str, rule: Rule) -> None:
    """Add the rule of an operation of torch, or replace it.

    It holds for all tapes and dual numbers on arrays of the module xp.
    """
    rules(xp)[name] = rule


def _each(f: Callable[..., Array], *slopes: Any) -> Rule:
    """Return the rule of an f that acts on each number for itself.

    Args:
        slopes: One for each input: (d, y, x, z, …) ↦ d·∂y/∂x, or None.
    """

    def rule(*x: Array, **options: Any) -> Any:
        y = f(*x, **options)

        def product(slope: Any) -> Product | None:
            if slope is None:
                return None

            def both(d: Array) -> Array:
                return slope(d, y, *x, **options)

            return Product(both, both)

        return y, [product(slope) for slope in slopes]

    return rule


def _jump(f: Callable[..., Array]) -> Rule:
    """Return the rule of an f that changes by jumps only."""

    def rule(*x: Array) -> Any:
        return f(*x), [None] * len(x)

    return rule


def _sum(xp: Any, x: Array, dim: int | None = None) -> Any:
    shape = list(x.shape)
    for axis in range(x.ndim) if dim is None else [dim]:
        shape[axis] = 1

    def total(d: Array) -> Array:
        return xp.sum(d) if dim is None else xp.sum(d, dim)

    def spread(bar: Array) -> Array:
        return xp.reshape(bar, shape) + xp.zeros_like(x)

    return total(x), [Product(total, spread)]


def _mean(xp: Any, x: Array) -> Any:
    n = math.prod(x.shape)
    total, (product,) = _sum(xp, x)
    push, pull = product
    mean = Product(lambda d: push(d) / n, lambda bar: pull(bar) / n)
    return total / n, [mean]


def _getitem(xp: Any, x: Array, i: Any) -> Any:
    for part in i if isinstance(i, tuple) else (i,):
        # A list of places may name one twice, and scatter would lose it.
        if part not in (None, ...) and not isinstance(part, int | slice):
            got = _args.described(part)
            raise _args.wrong("getitem", got, "whole numbers and slices")

    def scatter(bar: Array) -> Array:
        whole = xp.zeros_like(x)
        whole[i] = bar
        return whole

    return x[i], [Product(lambda d: d[i], scatter)]


def _squeeze(x: Array, dim: int) -> Any:
    shape = x.shape
    product = Product(
        lambda d: d.squeeze(dim), lambda bar: bar.reshape(shape)
    )
    return x.squeeze(dim), [product]


def _matmul(x: Array, w: Array) -> Any:
    if x.ndim != 2 or w.ndim != 2:
        got = f"shapes {tuple(x.shape)} and {tuple(w.shape)}"
        raise _args.wrong("matmul", got, "two matrices")
    return x @ w, [
        Product(lambda d: d @ w, lambda bar: bar @ w.T),
        Product(lambda d: x @ d, lambda bar: x.T @ bar),
    ]
