"""The gradient of a function of sums to which several processes add.

Symbols, shapes. r = 1 … P are processes, each with its own events.
    S_r  any shape   sums over the events of process r, such as counts
    S    the same    Σᵣ S_r, the sums over all events
    θ    any shape   parameters, of which each process has a copy
    L    ()          L(S), computed from S by each process for itself

The gradient is
    dL/dθ = Σᵣ (∂L/∂S)·(dS_r/dθ),
so two sums cross the wire: S on the way forward, and dL/dθ on the way back.
∂L/∂S does not, since each process computes it. `all_reduce` stands for the
wire: it returns the sum of what the processes hand in, to each of them.

Source: M. Shoeybi et al., Megatron-LM, arXiv:1909.08053, whose operators g
and f are `total` and `shared`.
"""

# mypy: disable-error-code="no-untyped-call"
# (apply() has no annotations.)

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from diffprog import _args

__all__ = ["in_turns", "shared", "total"]

AllReduce = Callable[[Tensor], Tensor]
Result = TypeVar("Result")


def total(part: Tensor, all_reduce: AllReduce) -> Tensor:
    """S = Σᵣ S_r; on the way back, ∂L/∂S as it is, for S_r."""
    _args.floating("part", part)
    result: Tensor = _Total.apply(part, all_reduce)
    return result


def shared(theta: Tensor, all_reduce: AllReduce) -> Tensor:
    """θ as it is; on the way back, Σᵣ of what arrives in each process."""
    _args.floating("theta", theta)
    result: Tensor = _Shared.apply(theta, all_reduce)
    return result


class _Total(Function):
    @staticmethod
    def forward(_: Any, part: Tensor, all_reduce: AllReduce) -> Tensor:
        return all_reduce(part)

    @staticmethod
    def backward(_: Any, slope: Tensor) -> tuple[Tensor, None]:
        return slope, None


class _Shared(Function):
    @staticmethod
    def forward(ctx: Any, theta: Tensor, all_reduce: AllReduce) -> Tensor:
        ctx.all_reduce = all_reduce
        return theta.clone()

    @staticmethod
    @once_differentiable  # what another process computed has no graph
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, None]:
        return ctx.all_reduce(slope), None


def in_turns(
    program: Callable[[Any, AllReduce], Result], parts: Sequence[Any]
) -> list[Result]:
    """Return program(part, all_reduce) of each part, as P processes would.

    One process plays all of them, in turns. Where `program` asks for a sum
    that is not known yet, it is stopped, and begins again once all parts
    have been asked. So it must do the same each time it runs, and change
    nothing outside.

    Raises:
        ValueError: Some parts ask for another sum, of another shape or not
            at all. Processes would wait for each other forever.
    """
    sums: list[Tensor] = []
    while True:
        ended: list[Result] = []
        asked: list[Tensor] = []
        for part in parts:
            with suppress(_Waits):
                ended.append(program(part, _Wire(iter(sums), asked)))
        if not asked:
            return ended
        shapes = {tuple(x.shape) for x in asked}
        if ended or len(shapes) > 1:
            got = f"{len(asked)} of {len(parts)} parts that ask for a sum"
            want = "all of them, for the same shape"
            raise _args.wrong("program", f"{got} of shape {shapes}", want)
        sums.append(torch.stack(asked).sum(0))


class _Waits(BaseException):  # which no `except Exception` stops
    pass


class _Wire:
    """Hands out the sums that are known, then takes a summand."""

    def __init__(self, known: Iterator[Tensor], asked: list[Tensor]):
        self.known, self.asked = known, asked

    def __call__(self, x: Tensor) -> Tensor:
        for known in self.known:
            return known.clone()
        self.asked.append(x.detach().clone())
        raise _Waits
