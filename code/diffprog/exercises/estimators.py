"""Checks for the exercises of the chapter `part2/estimators`.

Symbols, shapes, units.
    c     ()              GeV    the cut
    k     a number        1/GeV  steepness: logistic noise ε, of scale 1/k
    ε     (draws,)        GeV    noise
    f     any to the same        a staircase of cuts: hard significance
    hard  (cuts,) int64          hard counts
    soft  (cuts,)                soft counts, which have a slope in the cuts
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._check import Mistake, Wrong, call, close, exercise
from diffprog.relaxations.cuts import count, soft_count
from diffprog.relaxations.estimators import noise, score_function
from diffprog.relaxations.significance import significance

__all__ = ["check_score", "check_straight_through"]

# What PyTorch says where someone differentiates the staircase.
NO_SLOPE = dict.fromkeys(
    ("does not require grad", "not have been used in the graph"),
    "backward() is asked for the slope of f, and f has none. The score function only evaluates f:"
    " multiply its values by the score k·tanh(k·ε/2)",
)


@exercise("ex-score", "Right: a slope from values alone, with an honest baseline.")
def check_score(score_slope: Callable[..., Any], seed: int) -> None:
    """`score_slope(f, c, k, eps)`: an estimate for each draw, (draws,)."""
    random = torch.Generator().manual_seed(seed)
    signal = 900 + 60 * torch.randn(60, generator=random)
    background = 600 + 250 * torch.randn(700, generator=random)

    def f(cuts: Tensor) -> Tensor:
        """Significance of hard counts at each cut: it has no slope."""
        return significance(count(signal, cuts), count(background, cuts))

    draws = 9 + seed % 5
    for cut, k in ((840.0, 0.03), (950.0, 0.15)):
        c, eps = torch.tensor(cut), noise(draws, k, random)
        got = call(score_slope, NO_SLOPE, f=f, c=c, k=k, eps=eps)
        wanted = score_function(f, c, k, eps)
        mistakes = _score_mistakes(f, c, k, eps)
        close(got, wanted, "the estimate of each draw", mistakes)


# fmt: off
def _score_mistakes(
    f: Callable[[Tensor], Tensor], c: Tensor, k: float, eps: Tensor
) -> Iterator[Mistake]:
    def less_others(value: Tensor) -> Tensor:
        return value - (value.sum() - value) / (n - 1)

    n, value, score = len(eps), f(c + eps), k * torch.tanh(k * eps / 2)
    total, less = value.sum(), less_others(value)
    yield ("that is one number: return the estimate of each draw, shape (draws,), so that its"
           " spread can be seen. Their mean is taken later", ())
    yield ("each estimate has the wrong sign. Noise that lies high has a positive score: if f is"
           " larger there, the cut should go up", -less * score)
    yield ("all estimates are zero: is f evaluated at c + eps, with noise? Its derivative is zero,"
           " but its values differ", 0 * score)
    yield ("the baseline is missing: take away the mean of f over the other draws", value * score)
    yield ("the baseline is there, and the score is missing: multiply by k·tanh(k·ε/2)", less)
    yield ("the baseline is the mean of all draws, and depends on the draw itself: that makes the"
           " estimate too small by a factor (n − 1)/n. Leave the draw out",
           (value - value.mean()) * score)
    yield ("the baseline is f(c). There is no bias in that, but asked for is the mean of the other"
           " draws, which costs no evaluation", (value - f(c)) * score)
    yield ("the sum over the other draws is not divided by their number, n − 1",
           (value - (total - value)) * score)
    yield ("the sum over the other draws is divided by n: there are n − 1 of them",
           (value - (total - value) / n) * score)
    yield ("the factor k in front of tanh is missing: the slope is per GeV", less * score / k)
    yield ("½ is missing inside: it is tanh(k·ε/2)", less * k * torch.tanh(k * eps))
    yield ("k is missing inside: it is tanh(k·ε/2), of a number without a unit",
           less * k * torch.tanh(eps / 2))
    yield ("f is evaluated at eps: the cut is c + eps", less_others(f(eps)) * score)
    yield ("f is evaluated at c − eps: the score belongs to c + eps",
           less_others(f(c - eps)) * score)
    yield ("the score is taken at c + eps: the noise alone goes into tanh(k·ε/2)",
           less * k * torch.tanh(k * (c + eps) / 2))
# fmt: on


@exercise("ex-straight-through", "Right: hard on the way forward, soft on the way back.")
def check_straight_through(straight_through: Callable[..., Any], seed: int) -> None:
    """`straight_through(hard, soft)`: value of hard, slope of soft."""
    random = torch.Generator().manual_seed(seed)
    m = 800 + 150 * torch.randn(40 + seed, generator=random)
    c = torch.tensor([650.0, 790, 900], requires_grad=True)
    k = 0.02 + 0.001 * (seed % 7)
    hard, soft = count(m, c), soft_count(m, c, k)
    (slope,) = torch.autograd.grad(soft.sum(), c, retain_graph=True)

    got = call(straight_through, hard=hard, soft=soft)
    if not isinstance(got, Tensor):
        came = type(got).__name__
        raise Wrong(f"return a tensor, with its graph; I got a {came}")
    h, s = hard.to(soft.dtype), soft.detach()
    close(got, h, "the value", _value_mistakes(h, s))
    if not got.requires_grad:
        raise Wrong(
            "the value is right, and the graph is lost: nothing here depends on soft with its"
            " slope. Is all of it detached, or only hard returned?"
        )
    (back,) = torch.autograd.grad(got.sum(), c, allow_unused=True)
    back = 0 * slope if back is None else back
    close(back, slope, "the slope", _slope_mistakes(slope, h / s))


# fmt: off
def _value_mistakes(h: Tensor, s: Tensor) -> Iterator[Mistake]:
    left = "what should be left is hard"
    yield ("the value is that of soft: only the slope should be", s)
    yield ("the value is hard plus soft: take the value of soft away again, without its slope",
           h + s)
    yield ("the value is zero: add hard", 0 * h)
    yield ("the value is halfway between the two: it should be hard", (h + s) / 2)
    yield ("the value is 2·soft − hard, or so: which of the two is taken away?", 2 * s - h)
    yield (f"the value is that of soft minus hard: {left}", s - h)
    yield (f"the value is that of hard minus soft: {left}", h - s)


def _slope_mistakes(slope: Tensor, ratio: Tensor) -> Iterator[Mistake]:
    yield ("the slope is zero: soft is added and taken away with its slope. Detach one of them",
           0 * slope)
    yield ("the slope has the wrong sign: detach the soft that is taken away", -slope)
    yield ("the slope is multiplied by hard/soft: add the difference, where you take a ratio",
           slope * ratio)
    yield ("the slope of soft comes twice", 2 * slope)
