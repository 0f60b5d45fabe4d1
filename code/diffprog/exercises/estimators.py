"""Checks for the exercises of the chapter `part2/estimators`.

Symbols, shapes, units.
    c     ()              GeV    the cut
    k     a number        1/GeV  steepness: logistic noise ξ, of scale 1/k
    ξ     (draws,)        GeV    noise, xi in the code
    z     any to the same        a staircase of cuts: a hard count
    hard  (cuts,) int64          hard counts
    value, score (draws,)        Z of each draw, and ∂ ln p/∂c
    soft  (cuts,)                soft counts, which have a slope in the cuts
"""

import math
from collections.abc import Callable, Iterator
from functools import cache
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
    slopes,
    tensor,
    with_graph,
)
from diffprog.relaxations.cuts import count, soft_count
from diffprog.relaxations.estimators import score_function
from diffprog.relaxations.scan import scan
from diffprog.relaxations.significance import significance
from diffprog.simulator import masses

__all__ = ["check_baseline", "check_score", "check_spread", "check_straight_through"]

# What PyTorch says where someone differentiates the staircase.
NO_SLOPE = dict.fromkeys(
    ("does not require grad", "not have been used in the graph"),
    "backward() is asked for the slope of z, and z has none. The score function only evaluates z:"
    " multiply its values by the score k·tanh(k·ξ/2)",
)


@exercise("ex-score", "Right: a slope from values alone, with an honest baseline.")
def check_score(score_slope: Callable[..., Any], seed: int) -> None:
    """Check `score_slope(z, c, k, xi)`: an estimate for each draw, (draws,)."""
    draw = Draw(seed)
    for cut, k, draws, width in ((920.0, 0.03, 5, 17.03), (960.0, 0.15, 4, 3.37)):
        # No multiple of the width is a cut plus a multiple of 0.1: rounding moves no step.
        z = Formula(f"lambda c: (c.detach() / {width}).floor() % 7")
        counted, c = Counted("z", z), torch.tensor(cut)
        values, xi = z(c)[None], torch.zeros(1)
        while not values.min() < z(c) < values.max():  # z(c) is no extreme, which is told apart
            xi = (draw(-2, 2, draws) / k).round(decimals=1)
            values = z(c + xi)
        given: dict[str, Any] = {"c": c, "k": k, "xi": xi}
        got = call(score_slope, NO_SLOPE, z=counted, **given)
        counted.must_be_called()
        once, again = (
            tensor(x, "the estimate") for x in (got, call(score_slope, NO_SLOPE, z=z, **given))
        )
        if once.shape == again.shape and not torch.allclose(once, again, equal_nan=True):
            raise Wrong(
                "the same call gives another result each time: do not draw noise of your own, use"
                " xi"
            )
        wanted = score_function(z, c, k, xi)
        close(got, wanted, "the estimate of each draw", _score_mistakes(z, **given))


# fmt: off
def _score_mistakes(
    z: Callable[[Tensor], Tensor], c: Tensor, k: float, xi: Tensor
) -> Iterator[Mistake]:
    def less_others(value: Tensor) -> Tensor:
        return value - (value.sum() - value) / (n - 1)

    n, value, score = len(xi), z(c + xi), k * torch.tanh(k * xi / 2)
    total, less = value.sum(), less_others(value)
    yield ("that is one number: return the estimate of each draw, shape (draws,), so that its"
           " spread can be seen. Their mean is taken later", ())
    yield ("each estimate has the wrong sign. Noise that lies high has a positive score: if z is"
           " larger there, the cut should go up", -less * score)
    yield ("all estimates are zero: is z evaluated at c + xi, with noise? Its derivative is zero,"
           " but its values differ", 0 * score)
    yield ("each estimate is divided by the number of draws: their mean is taken later",
           less * score / n)
    yield ("the baseline is missing: take away the mean of z over the other draws", value * score)
    yield ("the baseline is there, and the score is missing: multiply by k·tanh(k·ξ/2)", less)
    yield ("the baseline is the mean of all draws, and depends on the draw itself: that makes the"
           " estimate too small by a factor (n − 1)/n. Leave the draw out",
           (value - value.mean()) * score)
    yield ("the baseline is z(c). There is no bias in that, but asked for is the mean of the other"
           " draws, which costs no evaluation", (value - z(c)) * score)
    for one in (value.median(), value.max(), value.min()):
        yield ("the baseline is the median, or an extreme, of all draws: the mean of the others is"
               " asked for", (value - one) * score)
    yield ("the sum over the other draws is not divided by their number, n − 1",
           (value - (total - value)) * score)
    yield ("the sum over the other draws is divided by n: there are n − 1 of them",
           (value - (total - value) / n) * score)
    yield ("the baseline is added: take it away", (2 * value - less) * score)
    yield ("the factor k in front of tanh is missing: the slope is per GeV", less * score / k)
    yield ("k comes in twice in front of tanh", less * score * k)
    yield ("½ is missing inside: it is tanh(k·ξ/2)", less * k * torch.tanh(k * xi))
    for number in (xi, xi / k):
        yield ("k is missing inside, or divides: it is tanh(k·ξ/2), of a number without a unit",
               less * k * torch.tanh(number / 2))
    yield ("the tanh is missing: the score is k·tanh(k·ξ/2)", less * k * k * xi / 2)
    for normal in (k**2, 3 * k**2 / torch.pi**2, 1):
        yield ("that is the score of normal noise, ξ/σ²: this noise is logistic, k·tanh(k·ξ/2)",
               less * normal * xi)
    yield ("a sigmoid stands where the tanh should", less * k * torch.sigmoid(k * xi))
    yield ("z is evaluated at xi: the cut is c + xi", less_others(z(xi)) * score)
    yield ("z is evaluated at c − xi: the score belongs to c + xi",
           less_others(z(c - xi)) * score)
    yield ("the score is taken at c + xi: the noise alone goes into tanh(k·ξ/2)",
           less * k * torch.tanh(k * (c + xi) / 2))
    yield ("the estimate is squared", (less * score) ** 2)
    yield ("the sum over all draws, the own one too, is divided by n − 1: take the own value away"
           " first", (value - total / (n - 1)) * score)
    for i in (1, -1):
        yield ("the baseline is the value of one other draw: the mean of all the others is asked"
               " for", (value - value.roll(i)) * score)
    yield ("the noise is divided by k once more: the cuts are c + xi",
           less_others(z(c + xi / k)) * score)
    yield ("the noise has lost its sign: the cuts are c + xi",
           less_others(z(c + xi.abs())) * score)
    bell = torch.sigmoid(k * xi) * torch.sigmoid(-k * xi)
    for shape in (1 - torch.tanh(k * xi / 2) ** 2, bell):
        yield ("that is the density of the noise, or the slope of the tanh: the score is the"
               " derivative of the logarithm of the density, k·tanh(k·ξ/2)", less * k * shape)
    yield ("that is the logarithm of the density: the score is its derivative, k·tanh(k·ξ/2)",
           less * (k * bell).log())
    yield ("the score has the baseline: take it away from the values of f",
           value * (score - score.mean()))
    for unbiased in (0, 1):
        yield ("the values are divided by their spread: take away the baseline, and nothing more",
               (value - value.mean()) / value.std(correction=unbiased) * score)
    yield ("you take differences of z at c + xi and c − xi: asked for is z(c + xi) less the mean"
           " of the others", (value - z(c - xi)) / 2 * score)
    for width in (xi, 1 / score):
        yield ("that is a difference quotient, (z(c + xi) − z(c))/xi: multiply by the score, and"
               " do not divide by the noise", (value - z(c)) / width)
# fmt: on


THROUGH = {
    "can require gradients": (
        "integers cannot have a gradient, and a new tensor with requires_grad=True does not lead"
        " back to soft: add what has the value zero and the slope of soft"
    )
}


@exercise("ex-straight-through", "Right: hard on the way forward, soft on the way back.")
def check_straight_through(straight_through: Callable[..., Any], seed: int) -> None:
    """Check `straight_through(hard, soft)`: the value of hard, the slope of soft."""
    draw = Draw(seed)
    above = torch.tensor([True])
    while above.all() or not above.any():  # neither of the two is always the larger
        m, k = draw(600, 1000, 9, step=10), draw.one(0.02, 0.04, 0.001)
        c = draw(605, 895, 3, step=10).requires_grad_()
        hard, soft = count(m, c), soft_count(m, c, k)
        above = hard > soft
    # What comes after need not have the slope one.
    after = draw(0.5, 2, 3)
    (slope,) = torch.autograd.grad((after * soft).sum(), c, retain_graph=True)

    got = with_graph(call(straight_through, THROUGH, hard=hard, soft=soft), "your result")
    h, s = hard.to(soft.dtype), soft.detach()
    close(got, h, "the value", _value_mistakes(h, s))
    if not got.is_floating_point():
        raise Wrong(
            "the value is right, and the graph is lost: your result has integers, as hard has, and"
            " integers have no slope. Add what has the value zero and the slope of soft. (A"
            " Function of your own has to return floats, hard.to(soft.dtype))"
        )
    if not got.requires_grad:
        raise Wrong(
            "the value is right, and the graph is lost: nothing here depends on soft with its"
            " slope. Is all of it detached, or only hard returned?"
        )
    (back,) = slopes((after * got).sum(), [c])
    if back is None:
        raise Wrong(
            "the value is right, and it has a graph, but soft is not in it: the gradient never"
            " gets to soft"
        )
    close(back, slope, "the slope", _slope_mistakes(got, soft, slope, after), derived=True)


def _steps(y: Tensor, x: Tensor) -> set[str]:
    """Name the operations between x and y, as in a graph of PyTorch."""
    found, todo = set(), [y.grad_fn]
    while todo:
        node = todo.pop()
        if node is not None and node is not x.grad_fn:
            found.add(node.name().partition("Backward")[0].lower())
            todo += [before for before, _ in node.next_functions]
    return found


# fmt: off
def _value_mistakes(h: Tensor, s: Tensor) -> Iterator[Mistake]:
    left = "what should be left is hard"
    yield ("the value is that of soft: only the slope should be", s)
    yield ("the value is hard plus soft: take the value of soft away again, without its slope",
           h + s)
    yield ("the value is zero: add hard", 0 * h)
    yield ("the value is halfway between the two: it should be hard", (h + s) / 2)
    yield ("the value is 2·soft − hard, or so: which of the two is taken away?", 2 * s - h)
    yield ("the value is 2·hard − soft, or so: which of the two is taken away?", 2 * h - s)
    yield (f"the value is that of soft minus hard: {left}", s - h)
    yield (f"the value is that of hard minus soft: {left}", h - s)
    yield ("the value is the product of the two: it should be hard", h * s)
    yield ("the value is the larger of the two: it should be hard", torch.maximum(h, s))
    yield ("the value is the smaller of the two: it should be hard", torch.minimum(h, s))
    yield ("the value is that of soft, rounded: it should be hard", s.round())
    yield ("that is one number: keep the cuts apart, shape (cuts,)", ())


def _slope_mistakes(
    got: Tensor, soft: Tensor, slope: Tensor, after: Tensor
) -> Iterator[Mistake]:
    h, s = got.detach(), soft.detach()
    flat = _steps(got, soft) & {"round", "floor", "ceil", "trunc", "sign", "sgn", "abs", "where",
                                "clamp", "clampmin", "clampmax", "maximum", "minimum"}
    if flat:
        yield (f"the slope is lost in {' and '.join(sorted(flat))}: soft should get into the result"
               " by a sum, soft less its own value", 0 * slope)
    yield ("the slope is zero: soft is added and taken away with its slope. Detach one of them",
           0 * slope)
    yield ("your backward drops the gradient that comes from behind: return it, times the slope of"
           " this step alone", slope / after)
    yield ("the slope has the wrong sign: detach the soft that is taken away", -slope)
    for ratio in (h / s, s / h):
        yield ("the slope is multiplied by hard/soft: add the difference, where you take a ratio",
               slope * ratio)
    yield ("the slope of soft comes twice", 2 * slope)
    yield ("the slope of soft is halved", slope / 2)


@exercise("ex-spread", "Right, to within a factor of one and a half. Now see what the cell finds.")
def check_spread(spread_of_one_draw: Callable[..., Any], _seed: int) -> None:
    """Check `spread_of_one_draw()`: a prediction of the standard deviation, in 1/TeV."""
    got = tensor(call(spread_of_one_draw), "your prediction")
    if got.numel() != 1:
        raise Wrong("a single number is asked for, in significance per TeV")
    guess, (z, spread, baseline) = float(got), _spreads()
    if not math.isfinite(guess) or guess <= 0:
        raise Wrong("a standard deviation is a number above zero")
    if spread / 1.5 <= guess <= 1.5 * spread:
        return
    k = 0.02
    if math.isclose(guess, z * k / 3**0.5, rel_tol=0.3):
        raise Wrong("that is per GeV, and asked for is the spread per TeV, which is a thousand GeV")
    of_a_mean = "asked for is the spread of a single draw"
    for value, sentence in (
        (z * k, "the score has the root mean square k/√3, and not k"),
        (k / 3**0.5, "that is the score alone: it multiplies Z"),
        (k, "that is k alone: the score has the root mean square k/√3, and it multiplies Z"),
        (z * k / 3, "that has the mean square of 2·p − 1, which is 1/3: take its root"),
        (baseline / 1000, "that is the spread with a baseline: first comes the one without"),
        (z * k / 60_000**0.5, f"that is the error of the mean of all draws: {of_a_mean}"),
        (z * k / 3000**0.5, f"that is the error of a mean of draws: {of_a_mean}"),
        (0.00162, "that is the slope itself: a single draw scatters by far more"),
    ):
        for factor, unit in ((1000, ""), (1, ". (And it is per GeV: a TeV has a thousand GeV)")):
            if math.isclose(guess, factor * value, rel_tol=0.06):
                raise Wrong(sentence + unit)
    if math.isclose(guess, z, rel_tol=0.06):
        raise Wrong("that is Z alone: it is multiplied by the score, of root mean square k/√3")
    size = "small" if guess < spread else "large"
    raise Wrong(
        f"that is too {size}, by more than a factor of one and a half. Multiply a typical Z by a"
        " typical score, in 1/TeV"
    )


@cache
def _spreads() -> tuple[float, float, float]:
    """Return the mean of Z, and the spread without and with a baseline, at the chapter's cut."""
    signal, background = masses.one_mass(seed=3)
    k, p = 0.02, (torch.arange(4000, dtype=torch.float64) + 0.5) / 4000
    c = 1000 + (p / (1 - p)).log() / k
    z = significance(scan(signal[:50].double(), c), scan(background[:1000].double(), c)).double()
    score = 1000 * k * (2 * p - 1)
    return z.mean().item(), (z * score).std().item(), ((z - z.mean()) * score).std().item()


@exercise("ex-baseline", "Right: each draw weighs as much as its score, squared.")
def check_baseline(best_baseline: Callable[..., Any], seed: int) -> None:
    """Check `best_baseline(value, score)`: Σ score²·value/Σ score²."""
    draw = Draw(seed)
    value = draw(1, 6, 7, dtype=torch.float64)
    score = draw(-20, 20, 7, step=0.5, dtype=torch.float64)
    weight = score**2
    got = call(best_baseline, value=value, score=score)
    wanted = (weight * value).sum() / weight.sum()
    off = score - score.mean()  # as a covariance has it: the least spread of these very draws
    own, number = (score * off * value).sum() / (off**2).sum(), tensor(got, "the baseline")
    if number.numel() != 1 or not torch.allclose(number, own.expand_as(number), 1e-4, 1e-6):
        close(got, wanted, "the baseline", _baseline_mistakes(value, score))


# fmt: off
def _baseline_mistakes(value: Tensor, score: Tensor) -> Iterator[Mistake]:
    weight, n = score**2, len(value)
    yield ("that is the mean of the values, the good baseline. The best one weighs the draws",
           value.mean())
    yield "that is the median of the values: derive the constant", value.median()
    yield ("each draw is weighed by its score: squaring the estimate squares the score as well",
           (score * value).sum() / score.sum())
    yield ("each draw is weighed by the size of its score: squaring the estimate squares it",
           (score.abs() * value).sum() / score.abs().sum())
    yield ("that is the slope of a straight line through value against score: what is squared is"
           " (value − constant)·score", (score * value).sum() / weight.sum())
    yield ("the sum of the weights is missing below the line", (weight * value).sum())
    yield ("divide by the sum of the weights, and not by the number of draws",
           (weight * value).mean())
    yield ("below the line stands the square of the sum: it is the sum of the squares",
           (weight * value).sum() / score.sum() ** 2)
    yield "the fraction is upside down", weight.sum() / (weight * value).sum()
    yield ("the values are squared, too: the derivative in the constant leaves value − constant"
           " once", (weight * value**2).sum() / weight.sum())
    yield ("the factor 2 of the derivative cancels", 2 * (weight * value).sum() / weight.sum())
    yield ("that is the mean of the estimates, or their sum: asked for is the constant that is"
           " taken away from the values", (score * value).mean())
    yield ("that is the mean of the estimates, or their sum: asked for is the constant that is"
           " taken away from the values", (score * value).sum())
    yield ("the weights are one over the squared scores: it is the large scores that weigh most",
           (value / weight).sum() / (1 / weight).sum())
    yield ("the weights are the squared deviations of the score from its mean: the mean of the"
           " score is zero only for endlessly many draws, so leave it away",
           ((score - score.mean()) ** 2 * value).sum() / ((score - score.mean()) ** 2).sum())
    yield ("that is a number for each draw: the baseline is a single constant", (n,))
# fmt: on
