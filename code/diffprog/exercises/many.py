"""Check for the exercise of the chapter `part2/many`.

Symbols, shapes, units. n events, d observables, k updates.
    path    (k + 1, d)  GeV  the cuts before each update, and after the last
    values  (k + 1,)         the soft significance s/√b at each of them
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._check import Mistake, call, exercise, parts, recognise
from diffprog.exercises._cuts import CutProblem, cut_mistakes, value_mistakes
from diffprog.exercises._loop import ASCENT, check_path, check_values, entries, numbers

__all__ = ["check_many_cuts"]

ADVICE = ASCENT | {
    "can be implicitly created only for scalar": (
        "what you send backward is not one number: the product is over the observables, and the sum"
        " over the events leaves one count"
    )
}


@exercise("ex-two-masses", "Right: one weight for each event, whatever the number of cuts.")
def check_many_cuts(fit_many_cuts: Callable[..., Any], seed: int) -> None:
    """`fit_many_cuts(signal, background, start, k, steps, learning_rate)`.

    It gives (path, values).
    """
    for p in _problems(seed):
        result = call(fit_many_cuts, ADVICE, **vars(p))
        path, values = parts(result, "the cuts", "the soft significances")
        path = entries(path, "cuts", torch.float64)
        values = numbers(values, "values", torch.float64)
        # Adam does not feel a factor in its objective: sums and averages
        # have the same path, and only the first value tells them apart.
        recognise(values[0], _count_mistakes(p), rtol=1e-5)
        fit, what = p.fit(), "the path of the cuts"
        check_path(fit, path, what, cut_mistakes(p), rtol=0, atol=0.005)
        check_values(fit, values, value_mistakes(p), rtol=3e-4)


def _problems(seed: int) -> Iterator[CutProblem]:
    """Two observables with soft cuts, and three with sharper ones.

    The cuts have far to go.
    """
    random = torch.Generator().manual_seed(seed)
    for d, k, rate in ((2, 0.02, 6.0), (3, 0.05, 4.0)):
        signal = 1050 + 60 * torch.randn(70, d, generator=random)
        background = 750 + 250 * torch.randn(500, d, generator=random)
        start = 640 + 80 * torch.rand(d, generator=random)
        steps = 9 + seed % 5
        yield CutProblem(signal, background, start, k, steps, rate)


# fmt: off
def _count_mistakes(p: CutProblem) -> Iterator[Mistake]:
    """Say what else one may do with a table of weights w, (n, d).

    The result is the first significance, at cuts that nobody has moved.
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
    yield ("an event is kept if it passes any of the cuts: it has to pass all",
           z(lambda w: (1 - (1 - w).prod(1)).sum()))
    yield ("one sigmoid of the summed distances is a plane, not a corner: a sigmoid for each"
           " observable, and their product", z(lambda w: w.logit().sum(1).sigmoid().sum()))
    yield ("only the first observable is cut on: multiply over all of them",
           z(lambda w: w[:, 0].sum()))
