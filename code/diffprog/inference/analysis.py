"""From events to the templates of a binned likelihood.

Symbols, shapes, units. n events of d observables; B bins, K shifts.
    m       (n, d)       GeV   masses
    score   m ↦ (n,)           what the histogram is of, such as a network
    e       (B − 1,)           edges between the bins; the outermost bins
                               have no outer edge, so no event is lost
    k       a number           steepness of soft edges; None for hard ones
    shift   (K, d)       GeV   by which a nuisance at +1 moves the masses of
                               the background
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from diffprog import _args, _samples
from diffprog.inference.binned import Templates
from diffprog.relaxations.cuts import between

__all__ = ["histogram", "templates"]

Score = Callable[[Tensor], Tensor]


def histogram(x: Tensor, edges: Tensor, k: float | None = None) -> Tensor:
    """Return how many of x, (n,), are in each bin, (B,).

    With k, each is spread by logistic noise of scale 1/k, so that the
    counts have a slope by x. They add up to n all the same.
    """
    _args.shapes(x=(x, "n"), edges=(edges, "edges"))
    if not _args.holds(edges.diff() > 0):
        got = _args.described(edges)
        raise _args.wrong("edges", got, "(B − 1,), rising")
    if k is None:
        bins = torch.bucketize(x.detach().contiguous(), edges, right=True)
        return torch.bincount(bins, minlength=len(edges) + 1).to(x.dtype)
    end = x.new_tensor([math.inf])
    k = _args.positive("k", k)
    return between(x, torch.cat([-end, edges.to(x), end]), k).sum(0)


def templates(
    score: Score,
    signal: Tensor,
    background: Tensor,
    edges: Tensor,
    *,
    shift: Tensor,
    events: tuple[float, float],
    norm: float = 0.1,
    k: float | None = None,
) -> Templates:
    """Return the histograms of the score, for nuisances at 0 and ±1.

    The first nuisance changes the number of background events by ±norm, the
    others shift its masses.

    Args:
        signal, background: Simulated masses, of any numbers of events.
        events: How many events of signal and background are expected.

    Raises:
        ValueError: A sample is empty or not finite, or a shape is wrong.
    """
    _samples.both(signal, background)
    _args.shapes(
        signal=(signal, "n d"), background=(background, "N d"),
        shift=(shift, "K d"),
    )  # fmt: skip
    norm = _args.positive("norm", norm)

    def counts(m: Tensor, expected: float) -> Tensor:
        return histogram(score(m), edges, k) * (expected / len(m))

    s = counts(signal, events[0])
    b = counts(background, events[1])
    up = [counts(background + d, events[1]) for d in shift]
    down = [counts(background - d, events[1]) for d in shift]
    return Templates(
        s,
        b,
        torch.stack([(1 + norm) * b, *up]),
        torch.stack([(1 - norm) * b, *down]),
    )
