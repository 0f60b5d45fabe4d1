"""Checks for the exercises of the chapter `part4/chaos`.

Symbols, shapes, units. The rotor is kicked once in each period.
    kick    a number or ()  rad    strength of the kicks
    angles  (n,)            rad    measured angles, one after each kick
    μ, σ    numbers                middle and standard deviation of the starts
    ξ       (draws,)               standard normal noise, xi in the code
    g, v    (draws,)               slopes and values of f at the starts μ + σ·ξ
"""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._check import (
    Counted,
    Draw,
    Formula,
    Mistake,
    Wrong,
    call,
    close,
    exercise,
    parts,
    slopes,
    tensor,
    with_graph,
)

__all__ = ["check_forced", "check_rms", "check_spreads"]

# Two spreads of a few draws


@exercise("ex-horizon", "Right: two spreads, of one slope.")
def check_spreads(spreads: Callable[..., Any], seed: int) -> None:
    """Check `spreads(f, mu, sigma, xi)`: of the pathwise gradient, and of the score function."""
    draw = Draw(seed)
    for a, draws in ((2.7, 6), (3.3, 5)):
        f = Counted("f", Formula(f"lambda x: torch.sin({a} * x) + x**2 / 4"))
        given: dict[str, Any] = {
            "mu": draw.one(1, 2),
            "sigma": draw.one(0.2, 0.6),
            "xi": draw(-2, 2, draws, dtype=torch.float64),
        }
        got = call(spreads, NO_GRADIENT, f=f, **given)
        f.must_be_called()
        got = got.tolist() if hasattr(got, "tolist") else got
        names = ("the spread of the pathwise gradient", "the spread of the score function")
        path, score = (tensor(x, n) for x, n in zip(parts(got, *names), names, strict=True))
        if path.numel() == 1 and path.isnan():
            raise Wrong(
                "the spread of the pathwise gradient is NaN. Is it that of a single number? With"
                " one mu for all draws you get the sum of their slopes: differentiate with respect"
                " to the start of each draw"
            )
        start = (given["mu"] + given["sigma"] * given["xi"]).requires_grad_()
        value = f(start)
        (g,) = torch.autograd.grad(value.sum(), start)
        weight = given["xi"] / given["sigma"]
        from_values = _less_mean(value.detach()) * weight
        more = draws / (draws - 1)  # the mean of the other draws as the baseline
        right = [_spreads(g), _spreads(from_values) + _spreads(more * from_values)]
        if _one_of(path, right[1]) and _one_of(score, right[0]):
            raise Wrong(
                "the two spreads are right, in another order: first that of the pathwise gradient"
            )
        for x, wanted, name, mistakes in (
            (path, right[0], names[0], _paths(f, g, value.detach(), **given)),
            (score, right[1], names[1], _scores(f, g, value.detach(), **given)),
        ):
            if not _one_of(x, wanted):
                close(x, wanted[0], name, mistakes)


# What PyTorch says where somebody differentiates what has no graph, or more than one number.
NO_GRADIENT = {
    "implicitly created only for scalar": "f gives a value for each draw, and backward() wants one"
    " number: differentiate their sum",
    "does not require grad": "nothing requires a gradient: make the starts, mu + sigma·xi, require"
    " one before you call f",
    "can't call numpy": "a tensor with a graph is made an array of NumPy: stay with tensors",
    "not have been used in the graph": "f is called with something else than the tensor that is"
    " differentiated: make the starts once, and hand them to f",
}


def _less_mean(x: Tensor) -> Tensor:
    return x - x.mean()


def _spreads(x: Tensor) -> list[Tensor]:
    """Return both standard deviations: divided by n − 1, and by n."""
    return [x.std(), x.std(correction=0)]


def _one_of(x: Tensor, wanted: Sequence[Tensor]) -> bool:
    return x.numel() == 1 and any(torch.allclose(x.reshape(()), w, 1e-4, 1e-6) for w in wanted)


# fmt: off
def _of_any(x: Tensor, what: str) -> Iterator[Mistake]:
    """Yield what else than a standard deviation may be made of the draws x."""
    yield f"that is {what} of each draw: return the standard deviation over draws", (len(x),)
    for variance in (x.var(), x.var(correction=0)):
        yield f"that is the variance of {what}: the spread is its root", variance
    for error in _spreads(x):
        yield (f"that is the error of the mean of {what}: the spread is that of one draw, without"
               " the root of the number of draws", error / len(x) ** 0.5)
    yield f"that is the mean of {what} over draws: the spread is their standard deviation", x.mean()
    yield (f"that is the root mean square of {what}: a standard deviation is about the mean",
           x.pow(2).mean().sqrt())
    yield f"that is the mean size of {what}: the standard deviation is asked for", x.abs().mean()
    yield f"that is the largest of {what}: the standard deviation is asked for", x.abs().amax()
    yield f"that is the range of {what}: the standard deviation is asked for", x.amax() - x.amin()


def _paths(
    f: Callable[[Tensor], Tensor], g: Tensor, v: Tensor, mu: float, sigma: float, xi: Tensor
) -> Iterator[Mistake]:
    yield from _of_any(g, "the pathwise gradient")
    for spread in _spreads(g):
        yield ("that is the slope in xi: the slope in mu has no factor sigma", sigma * spread)
        yield ("each slope is divided by the number of draws, since you differentiate the mean:"
               " differentiate the sum, so that each draw keeps its slope", spread / len(xi))
        yield "the pathwise gradient has no factor 1/sigma: f is differentiated", spread / sigma
    for spread in _spreads(v):
        yield "that is the spread of the values of f: differentiate them", spread
    for what, x in {
        "f is differentiated at mu + xi: the starts are mu + sigma·xi": mu + xi,
        "f is differentiated at sigma·xi: the starts are mu + sigma·xi": sigma * xi,
        "f is differentiated at xi: the starts are mu + sigma·xi": xi,
        "the starts are mu − sigma·xi: take mu + sigma·xi": mu - sigma * xi,
        "f is differentiated at mu + xi/sigma: the starts are mu + sigma·xi": mu + xi / sigma,
    }.items():
        x = x.clone().requires_grad_()
        (slope,) = torch.autograd.grad(f(x).sum(), x)
        yield from ((what, spread) for spread in _spreads(slope))
    yield ("all draws have the same slope: f is differentiated at one start, or the sum of all"
           " slopes is taken. Differentiate at the start of each draw", 0 * g.std())


def _scores(
    f: Callable[[Tensor], Tensor], g: Tensor, v: Tensor, mu: float, sigma: float, xi: Tensor
) -> Iterator[Mistake]:
    less = _less_mean(v)
    yield from _of_any(less * xi / sigma, "the estimate from values")
    here = f(torch.tensor(mu, dtype=torch.float64))
    others = {
        "the baseline is missing: take the mean value away": v * xi / sigma,
        "the factor 1/sigma is missing: the score of a draw is xi/sigma": less * xi,
        "there is a sigma too many: xi has no unit yet, and the score is xi/sigma":
            less * xi / sigma**2,
        "sigma multiplies: the score is xi/sigma, so that narrow noise has a large score":
            less * xi * sigma,
        "the score is missing: multiply by xi/sigma": less,
        "xi is missing in the score: it is xi/sigma": less / sigma,
        "the start stands in the score: the score is how far the start lies from mu, over sigma²":
            less * (mu + sigma * xi) / sigma,
        "the start stands in the score, over sigma²: take its distance from mu":
            less * (mu + sigma * xi) / sigma**2,
        "that is the score of logistic noise: this noise is normal, with the score xi/sigma":
            less * torch.tanh(xi / (2 * sigma)) / sigma,
        "the baseline is added: take it away": (v + v.mean()) * xi / sigma,
        "the baseline is f(mu). There is no bias in that, but asked for is the mean value":
            (v - here) * xi / sigma,
        "the baseline is the median: the mean value is asked for": (v - v.median()) * xi / sigma,
        "the sum of the values is the baseline: take their mean": (v - v.sum()) * xi / sigma,
        "the slope of f stands where its value should: the score function needs values only":
            g * xi / sigma,
        "that is the spread of the pathwise gradient once more": g,
        "the values are divided by their spread, too: take the mean away, and no more":
            less / v.std() * xi / sigma,
        "the score is squared: it is xi/sigma": less * (xi / sigma) ** 2,
        "f is evaluated at mu + xi: the starts are mu + sigma·xi":
            _less_mean(f(mu + xi)) * xi / sigma,
        "f is evaluated at sigma·xi: the starts are mu + sigma·xi":
            _less_mean(f(sigma * xi)) * xi / sigma,
        "f is evaluated at xi: the starts are mu + sigma·xi": _less_mean(f(xi)) * xi / sigma,
    }
    for what, x in others.items():
        yield from ((what, spread) for spread in _spreads(x.detach()))
# fmt: on


# On paper: the root mean square of one factor


@exercise("ex-rms", "Right: the root mean square of 2 + kick·cos α.")
def check_rms(rms_factor: Callable[..., Any], seed: int) -> None:
    """Check `rms_factor(kick)`: √(4 + kick²/2)."""
    draw = Draw(seed)
    for low, high in ((3, 9), (0.5, 1.8)):
        kick = draw.one(low, high)
        advice = {"must be Tensor": "kick is a number, and torch.sqrt takes tensors: use ** 0.5"}
        got = call(rms_factor, advice, kick=kick)
        wanted = torch.tensor(math.sqrt(4 + kick**2 / 2)).double()
        close(got, wanted, "the factor", _rms_mistakes(kick))


# fmt: off
def _rms_mistakes(kick: float) -> Iterator[Mistake]:
    for sentence, results in {
        "the root is missing: that is the factor of the mean square": (4 + kick**2 / 2,),
        "the mean of cos² over a whole turn is one half, and yours is one":
            (math.sqrt(4 + kick**2), 2 + kick),
        "the mean of cos² over a whole turn is one half, and yours is a quarter":
            (math.sqrt(4 + kick**2 / 4),),
        "the mean of the cosine itself is zero: there is no mixed term":
            (math.sqrt(4 + kick**2 / 2 + 4 * kick), math.sqrt(4 + kick**2 / 2 + 2 * kick),
             math.sqrt(4 + kick**2 / 2 + 4 * kick / math.sqrt(2)), 2 + kick / math.sqrt(2)),
        "the 2 is left out: square the sum, 2 + kick·cos α": (kick / math.sqrt(2),),
        "the 2 is not squared: square the whole sum": (math.sqrt(2 + kick**2 / 2),),
        "the kick is not squared: square the whole sum": (math.sqrt(4 + kick / 2),),
        "that is the typical factor, the exponential of a mean logarithm: average the square":
            (kick / 2, abs(math.log(kick / 2))),
        "that is the mean of the factor, in which the cosine averages to zero: average its square":
            (2.0,),
        "that is the standard deviation of the factor, without its mean: √(mean² + variance) is"
        " asked for": (kick / math.sqrt(2),),
        "the half of the mean of cos² divides the 4 as well": (math.sqrt((4 + kick**2) / 2),),
        "that is the growth of the logarithm: return the factor itself":
            (math.log(4 + kick**2 / 2) / 2,),
        "that is the mean size of kick·cos α, added to 2: average the square":
            (2 + 2 * kick / math.pi, 2 * kick / math.pi),
        "the term −Δα of the kick before is in it: the estimate leaves this term out":
            (math.sqrt(5 + kick**2 / 2), math.sqrt(3 + kick**2 / 2)),
    }.items():
        for result in results:
            yield sentence, torch.tensor(result, dtype=torch.float64)
# fmt: on


# To be mended: a free run where each prediction should begin at the data


@exercise("ex-forcing", "Right: each prediction begins at measured angles.")
def check_forced(forced: Callable[..., Any], seed: int) -> None:
    """Check `forced(kick, angles)`: the mean of 1 − cos of errors one kick ahead."""
    draw = Draw(seed)
    for n in (5, 6):
        kick = torch.tensor(draw.one(2, 5), dtype=torch.float64, requires_grad=True)
        angles = draw(-3, 3, n, dtype=torch.float64)
        got = with_graph(call(forced, kick=kick, angles=angles), "the loss")
        x, turn = angles[1:-1], angles[1:-1].diff(prepend=angles[:1])
        wanted = _mean(x + turn + kick * x.sin(), angles)
        close(got, wanted, "the loss", _forced_mistakes(kick.detach(), angles))
        if not got.requires_grad:
            raise Wrong(
                "the loss is right, but depends on nothing that requires a gradient: is kick made"
                " a plain number, or detached?"
            )
        (slope,) = slopes(got.sum(), [kick])
        if slope is None:
            raise Wrong("the loss is right, but no path leads from it back to kick")
        (right,) = torch.autograd.grad(wanted, kick)
        close(slope, right, "the derivative of the loss with respect to kick", derived=True)


def _mean(predicted: Tensor, angles: Tensor) -> Tensor:
    return (1 - torch.cos(predicted - angles[2:])).mean()


# fmt: off
def _forced_mistakes(kick: Tensor, angles: Tensor) -> Iterator[Mistake]:
    def follow(angle: bool, turn: bool) -> Tensor:
        """Run with the angle, or the turn, from the data in each period."""
        x, t, out = angles[1], angles[1] - angles[0], []
        for before, now in pairwise(angles[:-1]):
            t = (now - before if turn else t) + kick * (now if angle else x).sin()
            x = (now if angle else x) + t
            out.append(x)
        return torch.stack(out)

    before, now = angles[:-2], angles[1:-1]
    turn, push = now - before, kick * now.sin()
    right = now + turn + push
    n = len(now)
    yield ("the loss still runs freely from the first two angles: the prediction has to use the"
           " measured `now` and `before` of its own turn of the loop",
           _mean(follow(False, False), angles))
    yield ("the angle is measured, but the turn runs on from kick to kick: the turn before a kick"
           " is now − before", _mean(follow(True, False), angles))
    yield ("the turn is measured, but the angle runs on from the last prediction: begin at `now`",
           _mean(follow(False, True), angles))
    t, x, out = angles[1] - angles[0], angles[1], []
    for after in angles[2:]:
        t = t + kick * x.sin()
        out.append(x + t)
        x = after
    yield ("the angle is measured, but the turn runs on from kick to kick: the turn before a kick"
           " is now − before", _mean(torch.stack(out), angles))
    for sentence, predicted in {
        "the turn has the wrong sign: it is now − before": now - turn + push,
        "the turn before the kick is left out: the rotor turns by now − before, and by what the"
        " kick adds": now + push,
        "the kick is left out": now + turn,
        "the kick is that of the angle before: it depends on `now`, the angle at the kick":
            now + turn + kick * before.sin(),
        "the prediction begins at `before`: it begins at `now`": before + turn + push,
        "the kick has the wrong sign": now + turn - push,
        "the turn is that of the first two angles in each prediction: it is now − before":
            now + angles[1] - angles[0] + push,
        "the kick pushes by its strength, whatever the angle: multiply by sin(now)":
            now + turn + kick,
        "a cosine stands where the sine should": now + turn + kick * now.cos(),
        "the turn is taken to be the measured `after` − `now`: that is what is to be predicted":
            angles[2:] + push,
        "the prediction is the measured angle itself: `after` must not be used for it": angles[2:],
    }.items():
        yield sentence, _mean(predicted, angles)
    cosines = 1 - torch.cos(right - angles[2:])
    yield "that is the sum of the errors: divide by their number", cosines.sum()
    yield ("the sum is divided by the number of angles: there are two predictions fewer",
           cosines.sum() / (n + 2))
    yield "the sum is divided by one prediction too many", cosines.sum() / (n + 1)
    yield "that is the last error alone: average all of them", cosines[-1]
    yield ("those are squares: 1 − cos does not care for whole turns",
           ((right - angles[2:]) ** 2).mean())
    yield ("those are halves of squares: 1 − cos does not care for whole turns",
           ((right - angles[2:]) ** 2).mean() / 2)
    yield "the cosine itself is averaged: the loss is 1 − cos", 1 - cosines.mean()
    yield ("the prediction is compared with `now`: compare it with `after`",
           (1 - torch.cos(right - now)).mean())
# fmt: on
