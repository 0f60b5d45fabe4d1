"""Check for the exercise of the chapter `part2/step`.

Symbols, shapes, units. k updates give k + 1 entries.
    path    (k + 1,)  GeV  the cut before each update, and after the last
    values  (k + 1,)       the soft significance s/√b at each of them
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._ascent import ascend, entries, history_mistakes, loop_mistakes, two_results
from diffprog.exercises._check import Wrong, close, exercise
from diffprog.relaxations.cuts import soft_count

__all__ = ["check_soft_fit"]

# What PyTorch says, and what it means in this loop.
ADVICE = {
    "does not require grad": (
        "the significance depends on nothing that requires a gradient. Is the cut a tensor with"
        " requires_grad=True, and are the counts soft? A comparison, `>=`, ends the graph"
    ),
    "can't optimize a non-leaf": (
        "Adam wants the cut itself, not the result of a computation:"
        " torch.tensor(start, requires_grad=True)"
    ),
    "backward through the graph a second time": (
        "the same significance is sent backward twice, and its graph is used up: compute it anew,"
        " from the new cut, in each turn of the loop"
    ),
    "call numpy() on tensor that requires grad": (
        "write down numbers, c.item() and z.item(), instead of tensors that have a graph"
    ),
}


NEAR = 0.02  # GeV: more than float32 loses in some ten steps, less than any mistake makes


@dataclass(frozen=True)
class Problem:
    """What the learner's function is called with."""

    signal: Tensor
    background: Tensor
    start: float
    k: float
    steps: int
    rate: float


@exercise("4", "right: uphill, soft, and each entry of the history in its place.")
def check_soft_fit(fit_cut: Callable[..., Any], seed: int) -> None:
    """`fit_cut(signal, background, start, k, steps, learning_rate)` gives (path, values)."""
    for problem in _problems(seed):
        path, values = _run(fit_cut, problem)
        if abs(len(path) - problem.steps) > 2 and len(path) > 1:
            raise Wrong(
                f"{len(path)} cuts for {problem.steps} updates: is the number of updates fixed in"
                " your function? Use the argument steps"
            )
        if not torch.isfinite(path).all():
            raise Wrong(
                "the cut becomes NaN: 1/(1 + torch.exp(-x)) overflows for masses far below the cut,"
                " and its gradient is zero times infinity. Use torch.sigmoid. (Or is there a root"
                " of each event's share, before the sum?)"
            )
        wanted, wanted_values = _climb(problem)
        typical = _path_mistakes(problem)
        close(path, wanted, "the path of the cut", typical=typical, rtol=0, atol=NEAR)
        mistakes = _value_mistakes(problem, wanted, wanted_values)
        close(values, wanted_values, "the history of significances", typical=mistakes, rtol=1e-4)


def _problems(seed: int) -> Iterator[Problem]:
    """A soft cut that climbs from below, and a sharp one from above, with masses far below it."""
    random = torch.Generator().manual_seed(seed)
    for start, k, rate in ((960.0, 0.2, 7.0), (1120.0, 0.4, 3.0)):
        signal = 1100 + 60 * torch.randn(80, generator=random)
        background = 700 + 300 * torch.randn(600, generator=random)
        yield Problem(signal, background, start, k, 11 + seed % 4, rate)


def _run(fit_cut: Callable[..., Any], p: Problem) -> tuple[Tensor, Tensor]:
    """Call the learner's function; what goes wrong inside becomes `Wrong` where it is typical."""
    samples = p.signal.clone(), p.background.clone()
    result = two_results(fit_cut, (*samples, p.start, p.k, p.steps, p.rate), ADVICE)
    path, values = (_numbers(x, what) for x, what in zip(result, ("cuts", "values"), strict=True))
    return path, values


def _numbers(history: Any, what: str) -> Tensor:
    """One tensor of a history of numbers or tensors; entries of shape (1,) will do."""
    each = entries(history, what, torch.float32)
    if any(x.numel() != 1 for x in each):
        shape = tuple(each[0].shape)
        raise Wrong(
            f"an entry of the {what} has shape {shape}: it should be one number. Are the"
            " soft cuts summed over the events?"
        )
    return torch.stack([x.reshape(()) for x in each])


def _climb(
    p: Problem,
    *,
    z: Callable[[Tensor, Tensor], Tensor] = lambda s, b: s / b.sqrt(),
    below: bool = False,
    **mistakes: Any,
) -> tuple[Tensor, Tensor]:
    """Path and values of the fit, both (steps + 1,); each keyword plants a mistake."""

    def objective(c: Tensor) -> Tensor:
        s, b = (soft_count(m, c, p.k) for m in (p.signal, p.background))
        return z(len(p.signal) - s, len(p.background) - b) if below else z(s, b)

    return ascend(objective, torch.tensor(p.start), p.steps, p.rate, **mistakes)


def _path_mistakes(p: Problem) -> dict[str, Tensor]:
    """The likely cause, and the path that it would give."""

    def path(**mistake: Any) -> Tensor:
        return _climb(p, **mistake)[0]

    right, longer = path(), _climb(replace(p, steps=p.steps + 1))[0]
    changed = {
        "the learning rate is fixed in your function: use learning_rate": replace(p, rate=1.0),
        "the steepness is fixed in your function: use the argument k": replace(p, k=10.0),
        "the fit does not begin at `start`: is 500 fixed in your function?": replace(
            p, start=500.0
        ),
        "the cut is divided by k where it should be multiplied: k is in 1/GeV, so that k·(m − c)"
        " has no unit": replace(p, k=1 / p.k),
    }
    elsewhere = {cause: _climb(problem)[0] for cause, problem in changed.items()}
    return {
        "the cut never moves: is adam.step() there, and backward() before it?": right[:1]
        + 0 * right,
        **loop_mistakes(path),
        "your soft cut keeps the events below: is it σ(k·(m − c)), and not σ(k·(c − m))?": path(
            below=True
        ),
        "you maximise s/b: the significance is s/√b": path(z=lambda s, b: s / b),
        "you maximise s/√(s + b): here it is s/√b": path(z=lambda s, b: s / (s + b).sqrt()),
        "you maximise s alone: the significance is s/√b": path(z=lambda s, _: s),
        "you maximise s − b: the significance is s/√b": path(z=lambda s, b: s - b),
        **elsewhere,
        "all cuts in the list are the last one: Adam changes the tensor in place. Write down"
        " c.item(), a number": right[-1:] + 0 * right,
        "the first cut, before any update, is missing": right[1:],
        "the last cut, after all updates, is missing: write it down once more": right[:-1],
        "each cut is noted after its update: note it before": longer[1:],
        "there is one update too many: `steps` updates make steps + 1 entries": longer,
        "only the last cut is there: return the whole path, steps + 1 cuts": right[-1:],
    }


def _value_mistakes(p: Problem, path: Tensor, values: Tensor) -> dict[str, Tensor]:
    """The likely cause, and the history of significances that it would give."""
    ratio = math.sqrt(len(p.background)) / len(p.signal)
    s, b = (torch.stack([(m >= c).sum() for c in path]) for m in (p.signal, p.background))
    return {
        **history_mistakes(values),
        "s and b are means over the events: the counts are sums": ratio * values,
        "the values come from hard counts: asked for is the soft significance, which Adam climbs": (
            s / b.sqrt()
        ),
        "each significance is that after its update: write it down before the cut moves": (
            torch.cat([values[1:], values[-1:]])
        ),
        "all significances are the first one: compute it anew in each turn": values[:1]
        + 0 * values,
        "the second list holds the cuts again: it should hold the significances": path,
    }
