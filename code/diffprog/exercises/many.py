"""Check for the exercise of the chapter `part2/many`."""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._check import Draw, Mistake, exercise
from diffprog.exercises._cuts import CutProblem, check_cut_fit
from diffprog.exercises._loop import ASCENT

__all__ = ["check_many_cuts", "problems"]

ADVICE = ASCENT | {
    "grad can be implicitly created only for scalar": (
        "what you send backward is not one number: the product is over the observables, and the sum"
        " over the events leaves one count"
    )
}


@exercise("ex-two-masses", "Right: one weight for each event, whatever the number of cuts.")
def check_many_cuts(fit_many_cuts: Callable[..., Any], seed: int) -> None:
    """Check `fit_many_cuts(signal, background, start, k, steps, learning_rate)`: (path, values)."""
    for p in problems(seed):
        check_cut_fit(fit_many_cuts, p, ADVICE, _count_mistakes(p))


def problems(seed: int) -> Iterator[CutProblem]:
    """Set two observables, and three with cuts as steep as on the page."""
    draw = Draw(seed)
    for d, k, rate in ((2, 0.4, 1.5), (3, 1.0, 0.7)):
        signal, background = 1000 + draw(-3, 9, 3, d), 1000 + draw(-5, 8, 5, d)
        if k == 1:
            background[0] = 10 * torch.arange(1.0, d + 1)  # e^(k·(c − m)) overflows for it
        start = 1000.05 + draw(-3, 2, d)  # no cut comes to lie on a mass
        yield CutProblem(signal, background, start, k, 4 + seed % 5, rate)


# fmt: off
def _count_mistakes(p: CutProblem) -> Iterator[Mistake]:
    """Say what else one may do with a table of weights w, (n, d).

    The result is the first significance, at the cuts before any step.
    """
    samples = p.signal.double(), p.background.double()
    weights = [torch.sigmoid(p.k * (m - p.start)) for m in samples]

    def z(count: Callable[[Tensor], Tensor]) -> Tensor:
        s, b = (count(w) for w in weights)
        return s / b.sqrt()

    multiplied = "An event must pass all cuts, so that they are multiplied"
    yield (f"the weights of an event are added over its observables. {multiplied}",
           z(lambda w: w.sum()))
    yield (f"the weights of an event are averaged over its observables. {multiplied}",
           z(lambda w: w.mean(1).sum()))
    yield ("an event gets the smallest of its weights. That is a relaxation as well, but asked for"
           " is the product", z(lambda w: w.amin(1).sum()))
    yield ("you count for each cut, and multiply the counts. Multiply the weights of each event,"
           " and then sum over the events", z(lambda w: w.sum(0).prod()))
    yield ("you average for each cut, and multiply the averages: right only if the observables are"
           " independent. Multiply the weights of each event first",
           z(lambda w: len(w) * w.mean(0).prod()))
    yield ("the product is over the events, axis 0. Multiply over the observables, axis 1, and sum"
           " over the events", z(lambda w: w.prod(0).sum()))
    yield ("an event is kept if it passes any of the cuts: it has to pass all",
           z(lambda w: (1 - (1 - w).prod(1)).sum()))
    yield ("one sigmoid of the summed distances is a plane, not a corner: a sigmoid for each"
           " observable, and their product", z(lambda w: w.logit().sum(1).sigmoid().sum()))
    yield ("only the first observable is cut on: multiply over all of them",
           z(lambda w: w[:, 0].sum()))
    yield ("only the first two observables are cut on: multiply over all of them, without the"
           " number two", z(lambda w: w[:, :2].prod(1).sum()))
