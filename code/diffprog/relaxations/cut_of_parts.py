"""A cut fitted to events that no process has all of, nor all in memory.

Symbols, shapes, units.
    m   (n,)   GeV     masses, which may be mapped from a file
    c   ()     GeV     the cut
    k          1/GeV   steepness
    Z   ()             s/√b of the soft counts of all processes

Run as a program, this is one of the processes:
    torchrun --nproc-per-node 2 -m diffprog.relaxations.cut_of_parts
             SIGNAL BACKGROUND START K STEPS
where SIGNAL and BACKGROUND are files of masses, as by numpy.save.
"""

# mypy: disable-error-code="no-untyped-call"
# (split() has no annotations.)

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from diffprog import _args
from diffprog.loops import descent, processes
from diffprog.loops.history import History
from diffprog.loops.reduction import AllReduce, shared, total
from diffprog.relaxations.cuts import soft_count
from diffprog.relaxations.significance import significance

__all__ = ["BLOCK", "count_by_blocks", "fit_part", "mapped"]

BLOCK = 2**17  # events: 1 MiB in float64, which a cache holds


def mapped(path: str | Path) -> Tensor:
    """Map a file of numpy.save: its numbers are read where they are used.

    Changes of the tensor do not reach the file.
    """
    return torch.from_numpy(np.load(path, mmap_mode="c"))


def count_by_blocks(
    m: Tensor, c: Tensor, k: float, block: int = BLOCK
) -> Tensor:
    """Σ over blocks of `cuts.soft_count`, (), in float64, for one cut.

    No graph is kept. On the way back each block is counted again, with a
    graph of its own: each gradient reads the masses twice.
    """
    _args.count("block", block)
    _args.shapes(c=(c, ", one cut"))
    result: Tensor = _ByBlocks.apply(c.double(), m.split(block), k)
    return result


class _ByBlocks(Function):
    # The sums are changed in place: a small result for each block, kept
    # between the large tensors of the blocks, would fragment the memory.
    @staticmethod
    def forward(
        ctx: Any, c: Tensor, blocks: Sequence[Tensor], k: float
    ) -> Tensor:
        ctx.save_for_backward(c)
        ctx.blocks, ctx.k = blocks, k
        total = torch.zeros_like(c)
        for m in blocks:
            total += soft_count(m, c, k)
        return total

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, None, None]:
        (c,) = ctx.saved_tensors
        total = torch.zeros_like(c)
        for m in ctx.blocks:
            with torch.enable_grad():
                own = c.detach().requires_grad_()
                count = soft_count(m, own, ctx.k)
            total += torch.autograd.grad(count, own)[0]
        return slope * total, None, None


def fit_part(
    signal: Tensor,
    background: Tensor,
    start: float,
    k: float,
    steps: int,
    all_reduce: AllReduce,
    learning_rate: float = 5.0,
) -> History:
    """Maximise Z of all events by Adam, from the events of one process.

    Returns:
        The history of "c", whose loss is −Z: the same in each process.
    """
    c = torch.tensor(start, dtype=torch.float64, requires_grad=True)

    def loss() -> Tensor:
        cut = shared(c, all_reduce)
        own = [count_by_blocks(m, cut, k) for m in (signal, background)]
        s, b = total(torch.stack(own), all_reduce)
        return -significance(s, b)

    adam = torch.optim.Adam([c], lr=learning_rate)
    return descent.fit(loss, {"c": c}, adam, steps, progress=False)


def main(
    signal: str, background: str, start: str, k: str, steps: str
) -> None:
    """Fit as one process of several; one of them prints cut and Z."""
    with processes.connected() as prints:
        s, b = (processes.own(mapped(x)) for x in (signal, background))
        given = float(start), float(k), int(steps)
        found = fit_part(s, b, *given, processes.all_reduce)
        if prints:
            print(found.last["c"].item(), -found.loss[-1].item())


if __name__ == "__main__":
    main(*sys.argv[1:])
