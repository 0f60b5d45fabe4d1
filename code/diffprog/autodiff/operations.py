"""Work, counted in operations on single numbers.

Unlike seconds, the count is the same on every machine. An elementwise
operation (+, ·, sin, …) counts one for each number of its result, a sum or
mean one for each number it reads, and a draw one for each random number.
Views, copies and constants count nothing.
"""

# mypy: disable-error-code="no-untyped-call"
# (TorchDispatchMode has no annotations.)

from collections import Counter
from functools import cache
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

__all__ = ["Operations"]

FREE = {
    "arange", "cat", "clone", "copy_", "empty", "empty_like",
    "empty_strided", "eye", "fill_", "flip", "full", "full_like", "gather",
    "index", "index_select", "is_same_size", "lift_fresh", "linspace",
    "masked_fill", "masked_fill_", "new_empty", "new_empty_strided",
    "new_full", "new_ones", "new_zeros", "ones", "ones_like", "repeat",
    "roll", "scalar_tensor", "select_backward", "slice_backward", "stack",
    "zero_", "zeros", "zeros_like", "_efficientzerotensor",
    "_has_same_storage_numel", "_local_scalar_dense",
    "_new_zeros_with_same_feature_meta", "_to_copy", "_unsafe_view",
}  # fmt: skip

MADE = {"binomial", "cumsum", "rand", "randn"}  # one for each number made
ADDED = {"index_add": 3, "index_put": 2}  # the argument that is added


class Operations(TorchDispatchMode):
    """Count the operations in a `with` block, those of derivatives too.

    Derivatives may be of any order, backwards and forwards.

    Attributes:
        by_name: Maps the name of a torch operation to its count.

    Raises:
        NotImplementedError: An operation has a cost that is not known here,
            such as a matrix product.

    Example:
        >>> with Operations() as work:
        ...     torch.ones(3) * 2.0
        >>> work.total
        3
    """

    def __init__(self) -> None:
        super().__init__()
        self.by_name: Counter[str] = Counter()

    @property
    def total(self) -> int:
        """The number of all operations so far."""
        return self.by_name.total()

    def __torch_dispatch__(
        self,
        func: Any,
        types: Any,
        args: Any = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        name, counted = _cost(func)
        if counted is not None:
            numbers = result if counted == "made" else args[counted]
            self.by_name[name] += numbers.numel()
        return result


@cache
def _cost(func: Any) -> tuple[str, str | int | None]:
    """Return the operation's name, and which numbers count, if any.

    These are those "made", or those of an argument, by its place.
    """
    name = func._schema.name.removeprefix("aten::")
    # Where a slope is zero for certain, torch works out only the shape of a
    # result, by an operation of prims on the meta device.
    if func.is_view or name in FREE or func.namespace == "prims":
        return name, None
    if torch.Tag.pointwise in func.tags or name in MADE:
        return name, "made"
    if torch.Tag.reduction in func.tags:
        return name, 0
    if name in ADDED:
        return name, ADDED[name]
    raise NotImplementedError(
        f"Operations: the cost of {name} is not known"
    )
