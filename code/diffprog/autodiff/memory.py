"""Memory, counted in numbers that are kept at the same time.

The way back needs values of the way forward. What the nodes of a graph save
is counted by PyTorch's hooks for it, and what a program keeps for itself by
`Kept.hold`. A tensor that two nodes save is there once, and counts once;
of two views of different sizes, the first that is saved counts.
"""

import weakref
from collections import Counter
from typing import Self

import torch
from torch import Tensor
from torch.autograd.graph import saved_tensors_hooks

__all__ = ["Kept"]


class Kept(saved_tensors_hooks):
    """Count the numbers that are kept in a `with` block.

    Attributes:
        now: How many there are.
        most: How many there were at most.

    Example:
        >>> x = torch.ones(3, requires_grad=True)
        >>> with Kept() as memory:
        ...     y = (x * x).sum()  # the product saves x
        >>> memory.most
        3
    """

    def __init__(self) -> None:
        super().__init__(self.hold, lambda x: x)
        self.now = self.most = 0
        self._holders: Counter[int] = Counter()
        self._numbers: dict[int, int] = {}

    def __enter__(self) -> Self:  # type: ignore[override]
        super().__enter__()
        return self

    def hold(self, x: Tensor) -> Tensor:
        """Return x without its graph; it counts as long as it is there."""
        x = x.detach()  # a new object, also where one tensor is saved twice
        place = torch.Tensor.untyped_storage(x).data_ptr()
        if not self._holders[place]:
            self._numbers[place] = x.numel()
            self.now += x.numel()
            self.most = max(self.most, self.now)
        self._holders[place] += 1
        weakref.finalize(x, self._release, place)
        return x

    def _release(self, place: int) -> None:
        self._holders[place] -= 1
        if not self._holders[place]:
            self.now -= self._numbers[place]
