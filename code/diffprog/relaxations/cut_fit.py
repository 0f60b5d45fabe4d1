"""Cuts fitted by gradient ascent on soft counts, from one start or many.

Symbols, shapes, units.
    m   (n,), or (n, d)   GeV      masses
    c   (…,), or (…, d)   GeV      cuts; … are the starts, which do not
                                   touch each other
    k   (steps,)          1/GeV    steepness, one for each step
    Z   (…,)                       objective, of soft counts
    η                     GeV      learning rate: for Adam, about the length
                                   of a step
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from diffprog import _args, _samples
from diffprog.loops.descent import descend
from diffprog.loops.history import History, Recorder
from diffprog.relaxations.cuts import soft_count
from diffprog.relaxations.significance import significance

__all__ = ["annealed", "fit_cuts", "local_count"]


def annealed(first: float, last: float, steps: int) -> Tensor:
    """Return steepnesses (steps,) that change by the same factor each step.

    Raises:
        ValueError: first ≤ 0 or last ≤ 0.
    """
    _args.count("steps", steps)
    ends = _args.positive("first", first), _args.positive("last", last)
    return torch.logspace(math.log10(ends[0]), math.log10(ends[1]), steps)


def fit_cuts(
    signal: Tensor,
    background: Tensor,
    start: Tensor,
    steepness: float | Tensor,
    *,
    objective: Callable[[Tensor, Tensor], Tensor] = significance,
    steps: int = 2000,
    learning_rate: float = 1.0,
) -> History:
    """Maximise objective(soft counts) by Adam, from each start on its own.

    The value of the last cuts themselves comes from hard counts, better
    those of a fresh sample.

    Args:
        start: The first c, which is left alone.
        steepness: One k for all steps, or one for each, as from `annealed`.

    Returns:
        The history of the parameter "c", whose loss is −Z, of soft counts.

    Raises:
        Diverged: An objective is not finite.
        ValueError: A sample is empty or not finite, or they are not of the
            same observables; a start is not finite; k ≤ 0 or η ≤ 0.
    """
    _samples.both(signal, background)
    _samples.shapes("start", start, signal)
    _args.finite("start", start)
    if not start.numel():
        raise _args.wrong(
            "start", f"shape {tuple(start.shape)}", "one start or more"
        )
    _args.count("steps", steps)
    schedule = iter(_steepnesses(steepness, steps))
    signal, background = signal.detach(), background.detach()
    if signal.ndim == 1:  # what local_count needs
        signal, background = signal.sort().values, background.sort().values
    counted = local_count if signal.ndim == 1 else soft_count
    c = start.detach().clone().requires_grad_()

    def loss() -> Tensor:  # Adam asks once a step
        k = next(schedule)
        return -objective(counted(signal, c, k), counted(background, c, k))

    adam = torch.optim.Adam(
        [c], lr=_args.positive("learning_rate", learning_rate)
    )
    cuts = {"c": c}
    recorder = Recorder(cuts, steps)
    return descend(loss, cuts, adam, steps, recorder, progress=False)


def local_count(m: Tensor, c: Tensor, k: float) -> Tensor:
    """`cuts.soft_count` of sorted masses m, (n,), close to each cut c only.

    Masses above c + 18/k count as one, as they do in float32. Those below
    c − 30/k would give less than 1e-13 each, and count as zero. With sharp
    cuts little work is left.
    """
    n = len(m)
    m, at = m.contiguous(), c.detach().contiguous()  # searchsorted warns
    first = torch.searchsorted(m.detach(), at - 30 / k)
    after = torch.searchsorted(m.detach(), at + 18 / k)
    # All windows have one width, so that they make one tensor.
    widths = _args.values(after - first)
    known = widths.numel() and not widths.is_meta
    width = int(widths.max()) if known else n
    first = first.clamp(max=n - width)
    near = m.unfold(0, width, 1)[first]
    above = n - width - first
    return torch.sigmoid(k * (near - c[..., None])).sum(-1) + above


def _steepnesses(k: float | Tensor, steps: int) -> list[float]:
    """Return k for each step, and once more for the loss at the end."""
    if isinstance(k, Tensor) and k.ndim:
        if k.requires_grad:
            why = "no gradient reaches it, so pass steepness.detach()"
            raise _args.refused("steepness", why)
        if k.shape != (steps,):
            raise _args.wrong(
                "steepness",
                f"shape {tuple(k.shape)}",
                f"({steps},), one a step",
            )
        each = k.tolist()
    else:
        each = [k] * steps
    each = [_args.positive("steepness", value) for value in each]
    return [*each, each[-1]]
