"""Check for the exercise of the chapter `part2/many`.

Symbols, shapes, units. n events, d observables; k updates give k + 1 entries.
    path    (k + 1, d)  GeV  the cuts before each update, and after the last
    values  (k + 1,)         the soft significance s/√b at each of them
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._ascent import ascend, entries, history_mistakes, loop_mistakes, two_results
from diffprog.exercises._check import Wrong, close, exercise

__all__ = ["check_many_cuts"]

Keep = Callable[[Tensor, Tensor, float], Tensor]

# What PyTorch says, and what it means in this loop.
ADVICE = {
    "does not require grad": (
        "the significance depends on nothing that requires a gradient. Are the cuts a copy of start"
        " with requires_grad_(), and are the counts soft? A comparison, `>=`, ends the graph."
    ),
    "can't optimize a non-leaf": (
        "Adam wants the cuts themselves, not the result of a computation:"
        " start.clone().requires_grad_()"
    ),
    "backward through the graph a second time": (
        "the same significance is sent backward twice, and its graph is used up: compute it anew,"
        " from the new cuts, in each turn of the loop."
    ),
    "can be implicitly created only for scalar": (
        "what you send backward is not one number: the product is over the observables, and the sum"
        " over the events leaves one count."
    ),
}


@dataclass(frozen=True)
class Problem:
    """What the learner's function is called with."""

    signal: Tensor
    background: Tensor
    start: Tensor
    k: float
    steps: int
    rate: float


@exercise("7", "right: one weight for each event, whatever the number of cuts.")
def check_many_cuts(fit_many_cuts: Callable[..., Any], seed: int) -> None:
    """`fit_many_cuts(signal, background, start, k, steps, learning_rate)` gives (path, values)."""
    for problem in _problems(seed):
        path, values = _run(fit_many_cuts, problem)
        wanted, wanted_values = _climb(problem)
        _counts(values, problem)
        mistakes = _path_mistakes(problem)
        close(path, wanted, "the path of the cuts", typical=mistakes, rtol=0, atol=0.005)
        mistakes = _value_mistakes(problem, wanted, wanted_values)
        close(values, wanted_values, "the history of significances", typical=mistakes, rtol=3e-4)


def _problems(seed: int) -> Iterator[Problem]:
    """Two observables with soft cuts, and three with sharper ones; the cuts have far to go."""
    random = torch.Generator().manual_seed(seed)
    for d, k, rate in ((2, 0.02, 6.0), (3, 0.05, 4.0)):
        signal = 1050 + 60 * torch.randn(70, d, generator=random)
        background = 750 + 250 * torch.randn(500, d, generator=random)
        start = 640 + 80 * torch.rand(d, generator=random)
        yield Problem(signal, background, start, k, 9 + seed % 5, rate)


def _run(fit_many_cuts: Callable[..., Any], p: Problem) -> tuple[Tensor, Tensor]:
    """Call the learner's function; what goes wrong inside becomes `Wrong` where it is typical."""
    start = p.start.clone()
    samples = p.signal.clone(), p.background.clone()
    result = two_results(fit_many_cuts, (*samples, start, p.k, p.steps, p.rate), ADVICE)
    path, values = (_stacked(x, what) for x, what in zip(result, ("cuts", "values"), strict=True))
    if not torch.equal(start, p.start):
        raise Wrong("the tensor start was changed: Adam moves its argument, so give it a clone.")
    return path, values


def _stacked(history: Any, what: str) -> Tensor:
    """Make one tensor, float64, of a history of numbers, lists or tensors."""
    stacked = torch.stack(entries(history, what, torch.float64))
    if what == "values" and stacked.ndim == 2 and stacked.shape[1] == 1:
        return stacked[:, 0]
    return stacked


def _product(m: Tensor, c: Tensor, k: float) -> Tensor:
    """The soft count: weights multiplied over the observables, summed over the events."""
    return torch.sigmoid(k * (m - c)).prod(1).sum()


def _climb(
    p: Problem,
    *,
    keep: Keep = _product,
    z: Callable[[Tensor, Tensor], Tensor] = lambda s, b: s / b.sqrt(),
    **mistakes: Any,
) -> tuple[Tensor, Tensor]:
    """Path and values of the fit, (steps + 1, d) and (steps + 1,); a keyword plants a mistake."""
    signal, background = p.signal.double(), p.background.double()

    def objective(c: Tensor) -> Tensor:
        return z(keep(signal, c, p.k), keep(background, c, p.k))

    return ascend(objective, p.start.double(), p.steps, p.rate, **mistakes)


# What else one may do with a table of weights, (n, d), and why it is wrong.
COUNTS: dict[str, Keep] = {
    "the weights of an event are added over its observables. An event must pass all cuts, so that"
    " they are multiplied.": lambda m, c, k: torch.sigmoid(k * (m - c)).sum(),
    "the weights of an event are averaged over its observables. An event must pass all cuts, so"
    " that they are multiplied.": lambda m, c, k: torch.sigmoid(k * (m - c)).mean(1).sum(),
    "an event gets the smallest of its weights. That is a relaxation as well, but asked for is the"
    " product.": lambda m, c, k: torch.sigmoid(k * (m - c)).amin(1).sum(),
    "you count for each cut, and multiply the counts. Multiply the weights of each event, and"
    " then sum over the events.": lambda m, c, k: torch.sigmoid(k * (m - c)).sum(0).prod(),
    "you average for each cut, and multiply the averages: right only if the observables are"
    " independent. Multiply the weights of each event first.": lambda m, c, k: (
        len(m) * torch.sigmoid(k * (m - c)).mean(0).prod()
    ),
    "an event is kept if it passes any of the cuts: it has to pass all.": lambda m, c, k: (
        1 - (1 - torch.sigmoid(k * (m - c))).prod(1)
    ).sum(),
    "one sigmoid of the summed distances is a plane, not a corner: a sigmoid for each observable,"
    " and their product.": lambda m, c, k: torch.sigmoid(k * (m - c).sum(1)).sum(),
    "only the first observable is cut on: multiply over all of them.": lambda m, c, k: (
        torch.sigmoid(k * (m - c))[:, 0].sum()
    ),
    "your soft cuts keep the events below: is it σ(k·(m − c)), and not σ(k·(c − m))?": (
        lambda m, c, k: torch.sigmoid(k * (c - m)).prod(1).sum()
    ),
    "the distance is divided by k where it should be multiplied: k is in 1/GeV, so that k·(m − c)"
    " has no unit.": lambda m, c, k: _product(m, c, 1 / k),
    "the steepness is fixed in your function: use the argument k.": lambda m, c, _: _product(
        m, c, 1.0
    ),
}


def _counts(values: Tensor, p: Problem) -> None:
    """Raise `Wrong` where the first value, of cuts that nobody has moved, tells a wrong count.

    Adam does not feel a factor in its objective, so that sums and averages have the same path.
    """
    if not values.numel():
        return
    first = values.flatten()[0]
    m = p.signal.double(), p.background.double()
    for cause, keep in COUNTS.items():
        s, b = (keep(x, p.start.double(), p.k) for x in m)
        if torch.isclose(first, s / b.sqrt(), rtol=1e-5):
            raise Wrong(cause)


def _path_mistakes(p: Problem) -> dict[str, Tensor]:
    """The likely cause, and the path that it would give."""

    def path(**mistake: Any) -> Tensor:
        return _climb(p, **mistake)[0]

    right, longer = path(), _climb(replace(p, steps=p.steps + 1))[0]
    rate = _climb(replace(p, rate=1.0))[0]
    start = _climb(replace(p, start=torch.full_like(p.start, 500.0)))[0]
    return {
        **loop_mistakes(path),
        "you maximise s/b: the significance is s/√b.": path(z=lambda s, b: s / b),
        "you maximise s alone: the significance is s/√b.": path(z=lambda s, _: s),
        "the learning rate is fixed in your function: use learning_rate.": rate,
        "the fit does not begin at `start`: is 500 fixed in your function?": start,
        "the cuts never move: is adam.step() there, and backward() before it?": right[:1]
        + 0 * right,
        "all entries of the path are the last one: Adam changes the tensor in place. Write down a"
        " copy, c.detach().clone().": right[-1:] + 0 * right,
        "the first cuts, before any update, are missing.": right[1:],
        "the last cuts, after all updates, are missing: write them down once more.": right[:-1],
        "each entry is noted after its update: note it before.": longer[1:],
        "there is one update too many: `steps` updates make steps + 1 entries.": longer,
        "only the last cuts are there: return the whole path, steps + 1 entries.": right[-1],
        "axis 0 of the path should be the step, axis 1 the cut: yours is the other way"
        " round.": right.T,
    }


def _value_mistakes(p: Problem, path: Tensor, values: Tensor) -> dict[str, Tensor]:
    """The likely cause, and the history of significances that it would give."""
    signal, background = p.signal.double(), p.background.double()
    s, b = (torch.stack([(m >= c).all(1).sum() for c in path]) for m in (signal, background))
    return {
        **history_mistakes(values),
        "s and b are means over the events: the counts are sums.": values
        * len(background) ** 0.5
        / len(signal),
        "the values come from hard counts: asked for is the soft significance, which Adam"
        " climbs.": s / b.sqrt(),
    }
