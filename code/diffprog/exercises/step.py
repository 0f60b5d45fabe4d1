"""Checks for the exercises of the chapter `part2/step`.

Symbols, shapes, units.
    m     (n,)  GeV    masses
    k           1/GeV  steepness
    p     (n,)         weights of the events, between 0 and 1
    μ, w        GeV    centre and half width of a window
    φ                  slope of a weight, as a fraction of the largest, k/4
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._check import (
    Draw,
    Mistake,
    Wrong,
    call,
    close,
    exercise,
    recognise,
    slopes,
    tensor,
    with_graph,
)
from diffprog.exercises._cuts import CutProblem, check_cut_fit

__all__ = ["check_reach", "check_soft_fit", "check_window", "problems"]


@exercise("ex-soft-fit", "Right: uphill, soft, and each entry of the history in its place.")
def check_soft_fit(fit_cut: Callable[..., Any], seed: int) -> None:
    """Check `fit_cut(signal, background, start, k, steps, learning_rate)`: (path, values)."""
    for p in problems(seed):
        check_cut_fit(fit_cut, p)


def problems(seed: int) -> Iterator[CutProblem]:
    """Set a cut that climbs from below, and a sharper one that starts above."""
    draw = Draw(seed)
    for start, k, rate in ((993.05, 0.4, 1.5), (1008.05, 0.7, 0.8)):
        signal, background = 1000 + draw(0, 9, 5), 1000 + draw(-9, 8, 8)
        background[0] = 100  # e^(k·(c − m)) overflows for it
        yield CutProblem(signal, background, start, k, 4 + seed % 4, rate)


@exercise("ex-reach", "Right: some widths 1/k, and hardly more for a much smaller fraction.")
def check_reach(reach: Callable[..., Any], seed: int) -> None:
    """Check `reach(k, fraction)`: a distance from the cut, in GeV."""
    draw = Draw(seed)
    for low, high in ((0.3, 0.9), (0.02, 0.2)):
        k = draw(0.2, 4, step=0.1, dtype=torch.float64)
        fraction = draw(low, high, step=0.01, dtype=torch.float64)
        got = tensor(call(reach, k=k, fraction=fraction), "the distance")
        if got.numel() != 1:
            raise Wrong("return one number: the tent has two flanks, and both are as far away")
        root = (1 - fraction).sqrt()
        wanted = torch.log((1 + root) / (1 - root)) / k
        close(got, wanted, "the distance", _reach_mistakes(got, k, fraction))


# fmt: off
def _reach_mistakes(got: Tensor, k: Tensor, φ: Tensor) -> Iterator[Mistake]:
    root = (1 - φ).sqrt()
    right = torch.log((1 + root) / (1 - root)) / k
    narrow = torch.log((1 + (1 - 4 * φ).sqrt()) / (1 - (1 - 4 * φ).sqrt()))
    of_largest = ("the fraction is one of the largest slope, k/4, and not of k: solve"
                  " p·(1 − p) = fraction/4")
    yield of_largest, narrow / k
    yield (f"NaN comes out for the fraction {φ.item():g}: is there 1 − 4·fraction under your root?"
           f" If so, {of_largest}", bool(got.isnan().all()))
    for sign in (1, -1):
        yield ("there the weight p is that fraction, or has lost it. Asked for is where the slope,"
               " k·p·(1 − p), is that fraction of its largest value",
               sign * torch.log(φ / (1 - φ)) / k)
        yield ("there the weight p is half of that fraction: asked for is the slope, k·p·(1 − p)",
               sign * torch.log(φ / (2 - φ)) / k)
        yield ("that is the tail, e^(−k·distance), which holds far from the cut only: solve"
               " p·(1 − p) = fraction/4 for p", -sign * φ.log() / k)
        yield ("that is the tail, k·e^(−k·distance), which holds far from the cut only: solve"
               " p·(1 − p) = fraction/4 for p", sign * (4 / φ).log() / k)
    yield "that lies below the cut, where x is negative: a distance is positive", -right
    yield ("that is the width from flank to flank: the distance from the cut is half of it",
           2 * right)
    yield ("that is half of the distance: x is ln(p/(1 − p))", right / 2)
    yield "that is k times the distance, a number without unit: divide by k", right * k
    yield "k is in 1/GeV, so that a distance in GeV is divided by k: you multiply", right * k**2
    yield "that is the weight p at this place: the distance is ln(p/(1 − p))/k", (1 + root) / 2
    yield "that is the weight p at this place: the distance is ln(p/(1 − p))/k", (1 - root) / 2
    yield ("that is p/(1 − p), which is e^(k·distance): take its logarithm",
           (1 + root) / (1 - root))
    yield ("at this distance the slope has lost that fraction: asked for is where that fraction is"
           " left", torch.log((1 + φ.sqrt()) / (1 - φ.sqrt())) / k)
    yield ("that is where the bump of a normal distribution has fallen to that fraction: the bump"
           " of a sigmoid is k·p·(1 − p)", (-2 * φ.log()).sqrt() / k)
    yield "take the natural logarithm, not that to base 10", right / torch.tensor(10.0).log()
    yield "take the natural logarithm, not that to base 2", right / torch.tensor(2.0).log()
# fmt: on


@exercise("ex-window", "Right: the same count, and a slope that an optimizer can follow.")
def check_window(window_count: Callable[..., Any], seed: int) -> None:
    """Check `window_count(m, centre, half_width, k)`: a soft count, and its slopes."""
    draw = Draw(seed)
    for steep in (0.1, 0.4):
        m = 1000 + draw(-60, 60, 6, step=2)
        centre = m[0].clone().requires_grad_()  # an event stands exactly on it
        m[1] = 2500  # e^(k·(|m − μ| − w)) overflows for it
        m[2:4] = m[0] + torch.tensor([13.0, -8.0])
        half_width = draw(10, 30, step=1).requires_grad_()
        k = round(steep + draw.one(0, 0.1, step=0.01), 2)
        given = {"m": m, "centre": centre, "half_width": half_width, "k": k}
        got = with_graph(call(window_count, **given), "the count")
        with torch.enable_grad():
            p = torch.sigmoid(k * (half_width - (m - centre).abs()))
        wanted = slopes(p.sum(), [centre, half_width])
        close(got, p.sum(), "the count", _window_mistakes(got, m, centre, half_width, k))
        if not got.requires_grad:
            raise Wrong(
                "the count is right, and has no graph: stay with tensors, without detach(), item()"
                " and no_grad()"
            )
        found = slopes(got.sum(), [centre, half_width])
        for name, slope, right in zip(("centre", "half_width"), found, wanted, strict=True):
            if slope is None:
                raise Wrong(
                    f"the count is right, but no gradient reaches the {name}: is it detached?"
                )
            what = f"the count is right, but its slope with respect to the {name}"
            recognise(slope, _slope_mistakes(name, slope, found))
            close(slope, right, what, derived=True, rtol=1e-3)  # type: ignore[arg-type]


# fmt: off
def _window_mistakes(
    got: Tensor, m: Tensor, μ: Tensor, w: Tensor, k: float
) -> Iterator[Mistake]:
    d = (m - μ).abs()
    p = torch.sigmoid(k * (w - d))
    yield ("one number is asked for, the sum of the weights", p.shape)
    yield "those are the events outside of the window: mind the sign in the sigmoid",\
        torch.sigmoid(k * (d - w)).sum()
    if not got.requires_grad:
        yield "that is a hard count, which has no slope: keep the sigmoid", (d <= w).sum()
    yield "that is the mean of the weights: a count is their sum", p.mean()
    yield ("the sign of m − centre makes a difference: the distance is |m − centre|",
           torch.sigmoid(k * (w - (m - μ))).sum())
    yield ("the sign of m − centre makes a difference: the distance is |m − centre|",
           torch.sigmoid(k * (w + (m - μ))).sum())
    yield ("squares are compared: without a root the soft edge has another width, and the count is"
           " another", torch.sigmoid(k * (w**2 - d**2)).sum())
    yield ("the squared distance is compared with the half width",
           torch.sigmoid(k * (w - d**2)).sum())
    yield ("the half width is taken for the full width", torch.sigmoid(k * (w / 2 - d)).sum())
    yield ("the distance is divided by k where it should be multiplied",
           torch.sigmoid((w - d) / k).sum())
    yield ("the event on the centre is left out: it is in the window, and counts nearly as one",
           p[d > 0].sum())
    yield ("far events, and the event on the centre, are left out: they are to be counted as"
           " before", p[(d > 0) & (d < 500)].sum())
    low, high = torch.sigmoid(k * (m - μ + w)), torch.sigmoid(k * (μ + w - m))
    yield ("that is a product of two soft edges, another window where it is only some 1/k wide:"
           " leave the count as it was", (low * high).sum())
    yield ("that is a difference of two soft edges, another window where it is only some 1/k wide:"
           " leave the count as it was", (low + high - 1).sum())
    for e in (1e-2, 0.1, 1.0):
        yield (f"with {e:g} added below the root the count is another: make the number much"
               " smaller, or do without the root", torch.sigmoid(k * (w - (d**2 + e).sqrt())).sum())


def _slope_mistakes(name: str, slope: Tensor, both: list[Tensor | None]) -> Iterator[Mistake]:
    everywhere = all(s is None or not s.isfinite().all() for s in both)
    yield (f"the count is right, but its slope with respect to the {name} is still NaN: for an"
           " event far outside, the exponential is infinite, and its slope meets a zero",
           everywhere and not bool(slope.isfinite().all()))
    yield (f"the count is right, but its slope with respect to the {name} is still NaN: for the"
           " event exactly on the centre, the root has an infinite slope, which meets a zero",
           not bool(slope.isfinite().all()))
    yield (f"the count is right, but its slope with respect to the {name} is zero: is there a"
           " comparison, or a rounding, or are NaN replaced in the gradient?", 0 * slope)
# fmt: on
