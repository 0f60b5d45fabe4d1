"""Checks for the exercises of the chapter `part5/shower`.

Symbols, shapes. n showers, L layers.
    x       (n,)    the parameter; each shower has its own
    signal  (n, L)  W of each layer
    log_p   (n, L)  ln p of the decisions that were taken in each layer
    later   (n, L)  the sum of the signals from a layer on
    p       (n,)    probability that a particle splits
    number  (n,)    particles of a layer
    split   (n,)    those of them that split
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._check import (
    Advice,
    Draw,
    Formula,
    Mistake,
    Wrong,
    call,
    close,
    exercise,
    shown,
    slopes,
    tensor,
    with_graph,
)

__all__ = ["check_branching", "check_no_split", "check_one_split"]

# The slope of a program that branches

SIGNAL = "torch.sin(x[:, None] * torch.tensor({a})) + torch.tensor({b})"
LOG_P = "-torch.exp(-x[:, None]) * torch.tensor({c})"
LOST: Advice = {
    "does not require grad": "a tensor inside your function has no graph: x must require a"
    " gradient before you call `simulate`, and log_p must not be detached",
    "can be implicitly created only for scalar": "a gradient starts from a single number: sum over"
    " the showers and the layers first. A shower depends on its own x only, so the gradient of"
    " the sum has one slope for each",
    "unused": "the tensor x that you differentiate by is not the one that you gave to `simulate`",
    "not have been used in the graph": "the tensor x that you differentiate by is not the one that"
    " you gave to `simulate`",
    "second time": "the graph is gone after the first way back: retain_graph=True keeps it, or"
    " send both parts back together, as their sum",
}


class Simulate:
    """A program for signals and log-probabilities, which counts how often it is called."""

    def __init__(self, a: Tensor, b: Tensor, c: Tensor) -> None:
        signal = SIGNAL.format(a=shown(a.tolist()), b=shown(b.tolist()))
        self.f: Callable[[Tensor], Any] = Formula(
            f"lambda x: ({signal}, {LOG_P.format(c=shown(c.tolist()))})"
        )
        self.text, self.calls = self.f.text, 0

    def __call__(self, x: Tensor) -> tuple[Tensor, Tensor]:
        self.calls += 1
        signal, log_p = self.f(x)
        return signal, log_p


@exercise("ex-branching", "Right: the slope of the mean, jumps included, with little scatter.")
def check_branching(branching_slopes: Callable[..., Any], seed: int) -> None:
    """Check `branching_slopes(simulate, x)`: an estimate for each shower, (n,)."""
    draw = Draw(seed)
    for n, layers in ((4, 3), (3, 4)):
        a, b = draw(0.5, 2, layers, dtype=torch.float64), draw(1, 9, n, layers)
        simulate = Simulate(a, b, draw(0.2, 3, n, layers))
        x = draw(0.2, 1.5, n, dtype=torch.float64)
        got = call(branching_slopes, LOST, simulate=simulate, x=x)
        if simulate.calls != 1:
            often = "never" if not simulate.calls else f"{simulate.calls} times"
            raise Wrong(
                f"your function calls `simulate` {often}: call it once, as a second call of a"
                " random program is another shower"
            )
        p = x.clone().requires_grad_()
        close(got, _estimate(simulate, p), "the estimate of each shower", _slips(simulate, p))


def _slope(y: Tensor, x: Tensor) -> Tensor:
    return torch.autograd.grad(y, x, retain_graph=True)[0]


def _later(signal: Tensor) -> Tensor:
    return signal.flip(1).cumsum(1).flip(1)


def _less_others(later: Tensor) -> Tensor:
    return later - (later.sum(0) - later) / (len(later) - 1)


def _estimate(simulate: Simulate, x: Tensor) -> Tensor:
    signal, log_p = simulate(x)
    weight = _less_others(_later(signal.detach()))
    return _slope(signal.sum() + (weight * log_p).sum(), x)


# fmt: off
def _slips(simulate: Simulate, x: Tensor) -> Iterator[Mistake]:
    signal, log_p = simulate(x)
    w = signal.detach()
    later, n = _later(w), len(x)
    path = _slope(signal.sum(), x)

    def score(weight: Tensor) -> Tensor:
        return _slope((weight * log_p).sum(), x)

    right = score(_less_others(later))
    yield ("that is one number: return the estimate of each shower, shape (n,). Their mean is"
           " taken later", ())
    yield ("that is what autograd gives by itself: the part of the decisions is missing", path)
    yield ("the part of the decisions is there, and the slope of the signals is missing", right)
    yield ("the part of the decisions has the wrong sign: add it", path - right)
    yield ("that is the score alone: each ln p is to be weighed with the signals from its layer on",
           score(torch.ones_like(w)))
    yield ("the score is not weighed: multiply each ln p with the signals from its layer on, less"
           " those of the others", path + score(torch.ones_like(w)))
    yield ("the baseline is missing: subtract the mean of the other showers",
           path + score(later))
    every = w.sum(1, keepdim=True).expand_as(w)
    yield ("each ln p is weighed with the whole signal: leave out the layers in front, and then"
           " subtract the mean of the others", path + score(every))
    yield ("each ln p is weighed with the whole signal: leave out the layers in front of the"
           " decision", path + score(_less_others(every)))
    yield ("the baseline is the mean of all showers, and depends on the shower itself: leave the"
           " shower out", path + score(later - later.mean(0)))
    yield ("the sum over the other showers is not divided by their number, n − 1",
           path + score(later - (later.sum(0) - later)))
    yield ("the sum over the other showers is divided by n: there are n − 1 of them",
           path + score(later - (later.sum(0) - later) / n))
    yield ("the sum over the other showers contains the shower itself: subtract its own value",
           path + score(later - later.sum(0) / (n - 1)))
    yield ("the baseline is added: subtract it", path + score(2 * later - _less_others(later)))
    mean = (later.sum() - later.sum(1, keepdim=True)) / (n - 1) / later.shape[1]
    for one in (mean, later.mean(), later.mean(1, keepdim=True)):
        yield ("the baseline is one number for all layers: each layer has its own, the mean over"
               " the other showers, axis 0", path + score(later - one))
    yield ("the signals are added up from the first layer to the decision: the sum goes from the"
           " layer of the decision to the last", path + score(_less_others(w.cumsum(1))))
    yield ("the sum begins behind the layer of the decision: this layer's signal depends on the"
           " decision, too", path + score(_less_others(later - w)))
    yield ("each ln p is weighed with the signal of its layer alone: the layers behind depend on"
           " the decision as well", path + score(_less_others(w)))
    yield ("the layers run from the last to the first: is there a second flip(1)?",
           path + score(_less_others(w.flip(1).cumsum(1))))
    yield ("the sum runs over showers: the layers are axis 1",
           path + score(_less_others(w.flip(0).cumsum(0).flip(0))))
    through = _less_others(_later(signal))
    yield ("the gradient goes through the weights, too: they are numbers, so take them from"
           " signal.detach()", _slope(signal.sum() + (through * log_p).sum(), x))
    yield ("the gradient goes through the weights, too: they are numbers, so take them from"
           " signal.detach()", _slope((through * log_p).sum(), x))
    yield ("the gradient goes through the baseline, too: it is a number, so take it from"
           " signal.detach()",
           _slope(signal.sum() + ((later + through - _later(signal)) * log_p).sum(), x))
    odds = log_p.exp()
    yield ("the slope is that of the probability, not of its logarithm",
           path + _slope((_less_others(later) * odds).sum(), x))
    yield ("each estimate is divided by the number of showers: their mean is taken later",
           (path + right) / n)
    yield ("the part of the decisions is divided by the number of showers: their mean is taken"
           " later", path + right / n)
    yield ("the part of the decisions is averaged over the layers: the sum is asked for",
           path + right / w.shape[1])
    yield ("the slope of the signals is in the result twice", 2 * path + right)
# fmt: on


# To be mended: the particles that did not split


@exercise("ex-no-split", "Right: to stay whole is a decision, too.")
def check_no_split(log_probability: Callable[..., Any], seed: int) -> None:
    """Check `log_probability(p, number, split)`: its slope in p, (n,)."""
    draw = Draw(seed)
    p = draw(0.1, 0.8, 4, dtype=torch.float64).requires_grad_()
    number = draw(4, 9, 4, step=1, dtype=torch.float64)
    split = torch.stack([draw(1, n - 1, step=1, dtype=torch.float64) for n in number.tolist()])
    got = call(log_probability, p=p, number=number, split=split)
    got = with_graph(got, "the log-probability")
    if got.shape != p.shape:
        raise Wrong(
            f"the log-probability has shape {tuple(got.shape)}: return one for each shower, (n,)"
        )
    if not got.requires_grad:
        raise Wrong("no path leads back from the log-probability to p")
    (found,) = slopes(got.sum(), [p])
    if found is None:
        raise Wrong("no path leads back from the log-probability to p")
    with torch.no_grad():
        whole = number - split
        right = split / p - whole / (1 - p)
        what = "the slope of the log-probability in p"
        close(found, right, what, _undecided(p, number, split), rtol=1e-8, derived=True)


# fmt: off
def _undecided(p: Tensor, number: Tensor, split: Tensor) -> Iterator[Mistake]:
    whole = number - split
    yield ("only the particles that have split are in it: those that have not are decisions, too",
           split / p)
    yield ("only the particles that have not split are in it", -whole / (1 - p))
    yield ("the particles that have not split count with the wrong sign: their ln(1 − p) is added",
           split / p + whole / (1 - p))
    yield ("that many particles have not split: number − split, not number",
           split / p - number / (1 - p))
    yield ("all particles stand with the split ones: ln p belongs to those that have split",
           number / p - whole / (1 - p))
    yield ("p and 1 − p are exchanged", whole / p - split / (1 - p))
    yield ("a particle that stays whole has the probability 1 − p, not p",
           number / p)
    yield ("the particles that stay whole are counted once for all: each of them is a decision",
           split / p - 1 / (1 - p))
    up, down = p**(split - 1), (1 - p)**(whole - 1)
    yield ("that is the slope of the probability: return its logarithm",
           split * up * (1 - p)**whole - whole * p**split * down)
    yield ("the probabilities of the two kinds are added: they multiply, so their logarithms add"
           " up", (split * up - whole * down) / (p**split + (1 - p)**whole))
    yield ("the logarithm is that of the mean number: ln p is weighed with the number that was"
           " drawn", number * (p.log() - (1 - p).log()))
# fmt: on


# On paper: the scatter of one decision


@exercise("ex-one-split", "Right: it grows as 1/√p for a rare split.")
def check_one_split(spread: Callable[..., Any], seed: int) -> None:
    """Check `spread(p, yes, no, baseline)`: a standard deviation."""
    draw = Draw(seed)
    for _ in range(2):
        p, yes = draw.one(0.05, 0.45, 0.05), draw.one(5, 9)
        no, baseline = draw.one(1, 3), draw.one(0.3, 0.9)
        got = call(spread, p=p, yes=yes, no=no, baseline=baseline)
        close(tensor(got, "the spread"), _number(_scatter(p, yes, no, baseline)), "the spread",
              _scatters(p, yes, no, baseline))  # fmt: skip
    # The estimate may be the same for both outcomes, or fall with p.
    still = _scatter(0.25, 5.0, 1.0, 4.0)
    got = call(spread, p=0.25, yes=5.0, no=1.0, baseline=4.0)
    close(tensor(got, "the spread"), _number(still), "the spread")
    got = tensor(call(spread, p=0.5, yes=1.0, no=2.0, baseline=6.0), "the spread")
    negative = ("a spread is never negative: take the absolute value", bool((got < 0).all()))
    close(got, _number(_scatter(0.5, 1.0, 2.0, 6.0)), "the spread", [negative])


def _number(x: float) -> Tensor:
    return torch.tensor(x, dtype=torch.float64)


def _scatter(p: float, yes: float, no: float, baseline: float) -> float:
    return float(abs((1 - p) * (yes - baseline) + p * (no - baseline)) / (p * (1 - p)) ** 0.5)


# fmt: off
def _scatters(p: float, yes: float, no: float, b: float) -> Iterator[Mistake]:
    split, whole = (yes - b) / p, -(no - b) / (1 - p)
    right, square = _scatter(p, yes, no, b), p * split**2 + (1 - p) * whole**2
    q = p * (1 - p)
    for sentence, wrong in {
        "that is the variance: its root is asked for": right**2,
        "that is the mean square: subtract the square of the mean, and take the root": square,
        "that is the root mean square: subtract the square of the mean before you take the root":
            square**0.5,
        "that is the mean of the estimate, not its spread": yes - no,
        "that is the spread of the signal: multiply it by the derivative of ln p, and take the"
        " spread of the product": q**0.5 * abs(yes - no),
        "the derivative of ln(1 − p) is −1/(1 − p): the sign is missing":
            q**0.5 * abs(split + whole),
        "the baseline is missing": _scatter(p, yes, no, 0.0),
        "the baseline is added: subtract it": _scatter(p, yes, no, -b),
        "the baseline is subtracted from one of the two signals only":
            q**0.5 * abs(split + no / (1 - p)),
        "the baseline is subtracted from one of the two signals only, that with a split missing":
            q**0.5 * abs(yes / p - whole),
        "p and 1 − p are exchanged: the one with a split is taken with probability p":
            abs(p * (yes - b) + (1 - p) * (no - b)) / q**0.5,
        "the score is left out: the derivative of ln p is 1/p, and that of ln(1 − p) is −1/(1 − p)":
            q**0.5 * abs((yes - b) + (no - b)),
        "the difference between the two values is not yet the spread: times √(p(1 − p))":
            abs(split - whole),
        "the difference is multiplied by p(1 − p), and not by its root": q * abs(split - whole),
        "that is the spread of the score: multiply the score by the signal less the baseline":
            1 / q**0.5,
        "that is the spread for two outcomes of equal probability: weigh their squares with p and"
        " 1 − p": abs(split - whole) / 2,
    }.items():
        yield sentence, _number(wrong)
# fmt: on
