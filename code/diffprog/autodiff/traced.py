"""Numbers that notice what is done with them.

A `Traced` stands where a function expects a tensor. Its operators, and the
functions of torch that get it, look up the rule of the operation, compute
on plain arrays, and hand the result and its products to `_result`, which
each mode of autodiff defines in its own way. So both modes differentiate
any function whose operations have rules, as it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor

from diffprog import _args
from diffprog.autodiff.rules import Array, Product, rules

__all__ = ["Inputs", "Traced", "array"]

# The inputs of an operation that carry a derivative, with their products.
Inputs = list[tuple[Any, Product]]


Operator = Callable[..., Any]


def _operator(name: str) -> Operator:
    return lambda x, *other: _apply(name, x, *other)


def _operators(name: str) -> tuple[Operator, Operator]:
    """Return x ∘ z, and z ∘ x for a z that does not know of x."""
    return _operator(name), lambda x, z: _apply(name, z, x)


class Traced:
    """An array: a constant, or in a subclass with a derivative on the way.

    Attributes:
        xp: The array module, NumPy or torch.
        value: The array.
    """

    dtype = torch.float64  # what functions ask a tensor for
    device = torch.device("cpu")
    is_meta = False
    derived = False  # whether it carries a derivative

    def __init__(self, xp: Any, value: Array) -> None:
        self.xp = xp
        self.value = value

    def _result(self, name: str, y: Array, inputs: Inputs) -> Any:
        """Return the result y of an operation, which has this name."""
        raise NotImplementedError

    @classmethod
    def __torch_function__(
        cls,
        function: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        options: dict[str, Any] | None = None,
    ) -> Any:
        """Apply the rule of a function of torch, such as torch.sin."""
        return _apply(function.__name__, *args, **(options or {}))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in rules(self.xp):
            raise AttributeError(f"no rule is written for {name!r}")
        return partial(_apply, name, self)  # a method, such as x.sum()

    @property
    def shape(self) -> tuple[int, ...]:
        """The size along each axis."""
        return tuple(self.value.shape)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    def is_floating_point(self) -> bool:
        """Return True: a derivative can go through."""
        return True

    def new_tensor(self, data: Any) -> Tensor:
        """Return a constant."""
        return torch.tensor(data, dtype=self.dtype)

    def item(self) -> float:
        """Return the number, which carries no derivative."""
        return float(self.value)

    def unbind(self) -> tuple[Any, ...]:
        """Return the parts along the first axis."""
        return tuple(self[i] for i in range(len(self.value)))

    def __bool__(self) -> bool:
        return bool(self.value)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.unbind())

    __add__, __radd__ = _operators("add")
    __sub__, __rsub__ = _operators("sub")
    __mul__, __rmul__ = _operators("mul")
    __truediv__, __rtruediv__ = _operators("div")
    __pow__, __rpow__ = _operators("pow")
    __matmul__, __rmatmul__ = _operators("matmul")
    __and__, __rand__ = _operators("bitwise_and")
    __or__, __ror__ = _operators("bitwise_or")
    __neg__, __abs__ = _operator("neg"), _operator("abs")
    __invert__, __getitem__ = _operator("bitwise_not"), _operator("getitem")
    __lt__, __le__ = _operator("lt"), _operator("le")
    __gt__, __ge__ = _operator("gt"), _operator("ge")
    __eq__ = _operator("eq")
    __hash__ = object.__hash__


def _apply(name: str, *args: Any, **options: Any) -> Any:
    """Compute an operation by its rule."""
    traced = next((x for x in args if isinstance(x, Traced)), None)
    rule = rules(traced.xp).get(name) if traced is not None else None
    if traced is None or rule is None:
        raise _args.refused(name, "no rule is written for this operation")
    y, products = rule(*(_plain(x, traced.xp) for x in args), **options)
    inputs = [
        (x, product)
        for x, product in zip(args, products, strict=False)
        if isinstance(x, Traced) and x.derived and product is not None
    ]
    if not inputs:
        return Traced(traced.xp, y)
    return inputs[0][0]._result(name, y, inputs)


def _plain(x: Any, xp: Any) -> Any:
    if isinstance(x, Traced):
        return x.value
    return xp.asarray(x) if isinstance(x, Tensor) else x


def array(name: str, value: Any, xp: Any) -> Array:
    """Return a new array of the module xp, in float64.

    Raises:
        ValueError: The value is not made of real numbers.
    """
    try:
        x = xp.asarray(value, dtype=xp.float64)
        # A copy, since the value may be changed before the way back.
        return x.clone() if isinstance(x, Tensor) else x.copy()
    except (TypeError, ValueError, RuntimeError):
        raise _args.wrong(
            name, _args.described(value), "real numbers"
        ) from None
