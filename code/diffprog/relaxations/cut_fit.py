"""Cuts fitted by gradient ascent on soft counts:
one or many, from one start or a batch.

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
from dataclasses import dataclass

import torch
from torch import Tensor

from diffprog import _checks, _samples
from diffprog.loops.descent import fit
from diffprog.relaxations.cuts import soft_count
from diffprog.relaxations.significance import significance

__all__ = ["CutFit", "annealed", "fit_cuts", "local_count"]


@dataclass(frozen=True, eq=False, repr=False)
class CutFit:
    """The path of a fit of k updates:
    k + 1 entries, the first before any update.

    cuts (…[, d]) are the last of path, (k+1, …[, d]), in GeV; objective,
    (k+1, …), is soft: what was climbed; steepness, (k+1,), in 1/GeV, is
    that with which it was computed. The value of the cuts themselves comes
    from hard counts, better on a fresh sample.
    """

    cuts: Tensor
    path: Tensor
    objective: Tensor
    steepness: Tensor

    def __repr__(self) -> str:
        shape = tuple(self.cuts.shape)
        return f"CutFit of {len(self.path)} entries, cuts of shape {shape}"


def annealed(first: float, last: float, steps: int) -> Tensor:
    """Return steepnesses from first to last,
    (steps,), each the same factor from the one before.

    ValueError for values ≤ 0 or steps < 1.
    """
    _checks.count("steps", steps)
    ends = _checks.positive("first", first), _checks.positive("last", last)
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
) -> CutFit:
    """Maximise objective(soft count of signal,
    of background) by Adam, from each start at once.

    start has shape (…,) for masses (n,), and (…, d) for masses (n, d), in
    GeV, and is left as it is. steepness is one number for all steps, or one
    for each, (steps,), as from `annealed`. A start does not see the others:
    Adam treats each number for itself.

    ValueError for samples that are empty, not finite or not of the same
    observables, no start or one that is not finite, k ≤ 0, η ≤ 0 and shapes
    that do not match; Diverged once an objective is not finite.
    """
    _samples.both(signal, background)
    _samples.shapes("start", start, signal)
    _checks.finite("start", start)
    if not start.numel():
        raise _checks.wrong(
            "start", f"shape {tuple(start.shape)}", "one start or more"
        )
    _checks.count("steps", steps)
    k = _steepnesses(steepness, steps)
    if signal.ndim == 1:  # what local_count needs
        signal, background = signal.sort().values, background.sort().values
    counted = local_count if signal.ndim == 1 else soft_count
    c = start.detach().clone().requires_grad_()
    climbed: list[Tensor] = []

    def loss() -> Tensor:
        now = k[len(climbed)]
        z = objective(counted(signal, c, now), counted(background, c, now))
        climbed.append(z.detach())
        return -z.sum()

    adam = torch.optim.Adam(
        [c], lr=_checks.positive("learning_rate", learning_rate)
    )
    path = fit(loss, {"c": c}, adam, steps, progress=False).parameters["c"]
    return CutFit(c.detach(), path, torch.stack(climbed), torch.tensor(k))


def local_count(m: Tensor, c: Tensor, k: float) -> Tensor:
    """`soft_count` of one observable,
    looking only at masses near each cut: (…,).

    m has shape (n,), and is sorted. Masses above c + 18/k count as one, as
    in float32; those below c − 30/k as zero: they would give less than
    1e-13 each. What is between is looked at in windows of one width. With
    sharp cuts this does a small part of the work.
    """
    n = len(m)
    first = torch.searchsorted(m, c.detach() - 30 / k)
    after = torch.searchsorted(m, c.detach() + 18 / k)
    width = int((after - first).max())
    first = first.clamp(max=n - width)
    near = m.unfold(0, width, 1)[first]
    above = n - width - first
    return torch.sigmoid(k * (near - c[..., None])).sum(-1) + above


def _steepnesses(k: float | Tensor, steps: int) -> list[float]:
    """Return one steepness for each step,
    and the last once more, for the objective at the end."""
    if isinstance(k, Tensor) and k.ndim:
        if k.shape != (steps,):
            raise _checks.wrong(
                "steepness",
                f"shape {tuple(k.shape)}",
                f"({steps},), one a step",
            )
        each = k.tolist()
    else:
        each = [k] * steps
    each = [_checks.positive("steepness", value) for value in each]
    return [*each, each[-1]]
