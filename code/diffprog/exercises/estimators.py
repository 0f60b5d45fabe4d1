"""Checks for the exercises of the chapter `part2/estimators`.

Symbols, shapes, units.
    c     ()              GeV    the cut
    k     a number        1/GeV  steepness: the noise ε is logistic, of scale 1/k
    ε     (draws,)        GeV    noise
    f     any to the same        a staircase of cuts: hard significance
    hard  (cuts,) int64          hard counts
    soft  (cuts,)                soft counts, which have a slope in the cuts
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._check import Wrong, close, exercise, returned
from diffprog.relaxations.cuts import count, soft_count
from diffprog.relaxations.estimators import noise, score_function
from diffprog.relaxations.significance import significance

__all__ = ["check_score", "check_straight_through"]

# What PyTorch says where someone differentiates the staircase.
NO_SLOPE = ("does not require grad", "not have been used in the graph")


@exercise("2.6a", "right: a slope from values alone, with an honest baseline.")
def check_score(score_slope: Callable[..., Any], seed: int) -> None:
    """`score_slope(f, c, k, eps)` gives one estimate for each draw, (draws,)."""
    random = torch.Generator().manual_seed(seed)
    signal = 900 + 60 * torch.randn(60, generator=random)
    background = 600 + 250 * torch.randn(700, generator=random)

    def f(cuts: Tensor) -> Tensor:
        """Significance of hard counts at each cut: it can be evaluated, and has no slope."""
        return significance(count(signal, cuts), count(background, cuts))

    draws = 9 + seed % 5
    for cut, k in ((840.0, 0.03), (950.0, 0.15)):
        c, eps = torch.tensor(cut), noise(draws, k, random)
        try:
            got = score_slope(f, c.clone(), k, eps.clone())
        except RuntimeError as error:
            if any(symptom in str(error) for symptom in NO_SLOPE):
                raise Wrong(
                    "backward() is asked for the slope of f, and f has none. The score function"
                    " only evaluates f: multiply its values by the score k·tanh(k·ε/2)"
                ) from error
            raise
        wanted = score_function(f, c, k, eps)
        if isinstance(got, Tensor) and not got.ndim:
            raise Wrong(
                "that is one number: return the estimate of each draw, shape (draws,), so that"
                " its spread can be seen. Their mean is taken later"
            )
        close(got, wanted, "the estimate of each draw", typical=_score_mistakes(f, c, k, eps))


def _score_mistakes(
    f: Callable[[Tensor], Tensor], c: Tensor, k: float, eps: Tensor
) -> dict[str, Tensor]:
    """The likely cause, and the estimates that it would give."""
    value, score = f(c + eps), k * torch.tanh(k * eps / 2)
    n = len(eps)
    others = (value.sum() - value) / (n - 1)
    right = (value - others) * score

    def at(cuts: Tensor) -> Tensor:
        moved = f(cuts)
        return (moved - (moved.sum() - moved) / (n - 1)) * score

    return {
        "each estimate has the wrong sign. Noise that lies high has a positive score: if f is"
        " larger there, the cut should go up": -right,
        "all estimates are zero: is f evaluated at c + eps, with noise? Its derivative is zero, but"
        " its values differ": 0 * right,
        "the baseline is missing: take away the mean of f over the other draws": value * score,
        "the baseline is there, and the score is missing: multiply by k·tanh(k·ε/2)": value
        - others,
        "the baseline is the mean of all draws, and depends on the draw itself: that makes the"
        " estimate too small by a factor (n − 1)/n. Leave the draw out": (value - value.mean())
        * score,
        "the baseline is f(c). There is no bias in that, but asked for is the mean of the other"
        " draws, which costs no evaluation": (value - f(c)) * score,
        "the sum over the other draws is not divided by their number, n − 1": (
            value - (value.sum() - value)
        )
        * score,
        "the sum over the other draws is divided by n: there are n − 1 of them": (
            value - (value.sum() - value) / n
        )
        * score,
        "the factor k in front of tanh is missing: the slope is per GeV": right / k,
        "½ is missing inside: it is tanh(k·ε/2)": (value - others) * k * torch.tanh(k * eps),
        "k is missing inside: it is tanh(k·ε/2), of a number without a unit": (value - others)
        * k
        * torch.tanh(eps / 2),
        "f is evaluated at eps: the cut is c + eps": at(eps),
        "f is evaluated at c − eps: the score belongs to c + eps": at(c - eps),
        "the score is taken at c + eps: the noise alone goes into tanh(k·ε/2)": (value - others)
        * k
        * torch.tanh(k * (c + eps) / 2),
    }


@exercise("2.6b", "right: hard on the way forward, soft on the way back.")
def check_straight_through(straight_through: Callable[..., Any], seed: int) -> None:
    """`straight_through(hard, soft)` has the value of `hard` and the slope of `soft`."""
    random = torch.Generator().manual_seed(seed)
    m = 800 + 150 * torch.randn(40 + seed, generator=random)
    c = torch.tensor([650.0, 790, 900], requires_grad=True)
    k = 0.02 + 0.001 * (seed % 7)
    hard, soft = count(m, c), soft_count(m, c, k)
    before = soft.detach().clone()
    (slope,) = torch.autograd.grad(soft.sum(), c, retain_graph=True)

    got = returned(straight_through(hard, soft))
    if not isinstance(got, Tensor):
        raise Wrong(f"return a tensor, with its graph; I got a {type(got).__name__}")
    if not torch.equal(soft.detach(), before):
        raise Wrong("your function changes `soft` itself: make a new tensor instead")
    zero = torch.zeros_like(before)
    values = {
        "the value is that of soft: only the slope should be": before,
        "the value is hard plus soft: take the value of soft away again, without its slope": hard
        + before,
        "the value is zero: add hard": zero,
        "the value is halfway between the two: it should be hard": (hard + before) / 2,
        "the value is 2·soft − hard, or so: which of the two is taken away?": 2 * before - hard,
        "the value is that of soft minus hard: what should be left is hard": before - hard,
        "the value is that of hard minus soft: what should be left is hard": hard - before,
    }
    close(got, hard.to(before.dtype), "the value", typical=values)
    if not got.requires_grad:
        raise Wrong(
            "the value is right, and the graph is lost: nothing here depends on soft with its"
            " slope. Is all of it detached, or only hard returned?"
        )
    (back,) = torch.autograd.grad(got.sum(), c, allow_unused=True)
    slopes = {
        "the slope is zero: soft is added and taken away with its slope. Detach one of them": zero,
        "the slope has the wrong sign: detach the soft that is taken away": -slope,
        "the slope is multiplied by hard/soft: add the difference, where you take a ratio": slope
        * hard
        / before,
        "the slope of soft comes twice": 2 * slope,
    }
    close(zero if back is None else back, slope, "the slope", typical=slopes)
