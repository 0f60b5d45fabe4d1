"""Checks for the exercises of the chapter `part2/sharpness`.

Symbols, shapes, units. n events, K steepnesses, one cut for each.
    m     (n,)            GeV    masses, of signal and of background
    k     (K,)            1/GeV  steepness
    c     (K,)            GeV    cuts
    path  (steps + 1, K)  GeV    the cuts before each update, and at the end
    Z     (K,)                   significance s/√b
    ρ′                    1/GeV² slope of the density of events at the cut, per GeV and GeV
"""

import math
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
    parts,
    recognise,
    tensor,
)
from diffprog.exercises._cuts import NEAR, CutProblem, cut_mistakes, must_be_finite
from diffprog.exercises._loop import ASCENT, check_path, entries, numbers
from diffprog.relaxations.cuts import count
from diffprog.relaxations.significance import significance

__all__ = ["check_anneal", "check_count_bias", "check_steepness", "problems"]

# fmt: off
ADVICE = ASCENT | {
    "grad can be implicitly created only for scalar":
        "backward() wants one number, and you have a loss for each steepness: take their sum. Each"
        " cut then gets its own gradient, since no other term depends on it",
    "must match the size":
        "masses (n,) and cuts (K,) do not broadcast: give the events an axis of their own,"
        " signal[:, None], and add up over axis 0",
    "can't optimize a non-leaf":
        "c must be a leaf: torch.full_like(k, start).requires_grad_()",
}
# fmt: on


@exercise("ex-steepness", "Right: one loop fits a cut for each steepness; hard counts judge.")
def check_steepness(fit_each: Callable[..., Any], seed: int) -> None:
    """Check `fit_each(signal, background, start, k, steps)`: (path, Z)."""
    for p in problems(seed):
        given = {name: x for name, x in vars(p).items() if name != "learning_rate"}
        given["start"] = start = p.start[0].item()
        what, last = "the path of the cuts", "the significance of the last cuts"
        path, z = parts(call(fit_each, ADVICE, **given), what, last)
        path, at_the_end = entries(path, "cuts"), p.fit(_each).path[1:].shape[1:]
        recognise(
            path,
            [
                (
                    "the two have changed places: the path comes first",
                    path.shape == at_the_end and tensor(z, last).ndim == 2,
                )
            ],
        )
        must_be_finite(path)
        check_path(p.fit(_each), path, what, _path_mistakes(p), rtol=0, atol=NEAR)
        c = path[-1].float()
        hard = significance(count(p.signal, c), count(p.background, c))
        close(z, hard, last, _last_mistakes(p, path.float(), start))


def problems(seed: int) -> Iterator[CutProblem]:
    """Set three steepnesses, two, and two whose cuts end exactly on a mass."""
    draw = Draw(seed)
    for number, steps in ((3, 7), (2, 9), (2, 1)):
        p = _problem(draw, number, steps)
        # The first step of Adam is 1 GeV; in float32 near 1000 GeV exactly.
        while steps == 1 and not torch.equal(p.fit(_each).path[-1].float(), p.start + 1):
            p = _problem(draw, number, steps)
        yield p


def _problem(draw: Draw, number: int, steps: int) -> CutProblem:
    signal, background = 1000 + draw(-5, 10, 5), 1000 + draw(-12, 8, 8)
    background[0] = 20  # e^(k·(c − m)) overflows for it
    # A half, and one GeV more is rounded up: who rounds the last cut loses the mass on it.
    k, start = draw(0.2, 0.9, number), 1000.5 + draw(-4, 0, 1, step=2)
    if steps == 1:
        signal[1] = background[1] = start.item() + 1
    background[2] = 1020  # some background is left
    return CutProblem(signal, background, start.expand(number).clone(), k, steps, 1.0)


def _each(m: Tensor, c: Tensor, k: Tensor) -> Tensor:
    return torch.sigmoid(k * (m[:, None] - c)).sum(0)


# fmt: off
def _path_mistakes(p: CutProblem) -> Iterator[Mistake]:
    one = p.but(start=p.start[:1]).fit(_each).path
    for rate in (1e-3, 0.01, 0.1, 10.0):
        yield (f"the learning rate is {rate:g} GeV: it should be 1 GeV",
               p.but(learning_rate=rate).fit(_each).path)
    own = "give each steepness a cut of its own, shape (K,)"
    yield (f"all cuts follow the sum over all steepnesses, as one cut would: {own}",
           one.expand(-1, len(p.k)))
    for shape in (one.shape, one.shape[:1]):
        yield (f"one cut follows all steepnesses: {own}", shape)
    yield ("all cuts have the mean of the steepnesses: give each its own k, shape (K,)",
           p.but(k=p.k.mean().expand(len(p.k))).fit(_each).path)
    yield ("the steepnesses share their counts: add up over the events only, axis 0, so that the"
           " counts have shape (K,)", p.fit(_each, lambda s, b: s.sum() / b.sum().sqrt()).path)
    yield from cut_mistakes(p, _each)


def _last_mistakes(p: CutProblem, path: Tensor, start: float) -> Iterator[Mistake]:
    c, before = path[-1], path[-2]
    s, b = (count(m, c) for m in (p.signal, p.background))
    above_s, above_b = ((m[:, None] > c).sum(0) for m in (p.signal, p.background))
    soft_s, soft_b = (_each(m, c, p.k) for m in (p.signal, p.background))
    first = torch.full_like(c, start)
    yield ("that is the soft significance, what was climbed: judge the cut by hard counts, m ≥ c",
           soft_s / soft_b.sqrt())
    s_before, b_before = (_each(m, before, p.k) for m in (p.signal, p.background))
    yield ("that is the soft significance, and before the last update: judge the last cuts by hard"
           " counts, m ≥ c", s_before / b_before.sqrt())
    yield ("an event exactly on the cut is lost: keep m ≥ c, not m > c, and do not round c",
           significance(above_s, above_b))
    yield ("b stands without its square root: the significance is s/√b", s / b)
    yield "that is s/√(s + b): the significance is s/√b", s / (s + b).sqrt()
    yield ("you count the events below the cut: keep m ≥ c",
           significance(len(p.signal) - s, len(p.background) - b))
    yield ("the sign is the loss's: give the significance itself", -significance(s, b))
    yield ("that is the significance at the start: judge the last cuts",
           significance(count(p.signal, first), count(p.background, first)))
    yield ("s and b are means over the events: the counts are sums",
           s / len(p.signal) / (b / len(p.background)).sqrt())
    yield ("the second is the last cuts: return their significance", c)
    yield ("the significance of the last cuts is enough: shape (K,)", (p.steps + 1, len(c)))
    yield ("the significance is one number; it should be one for each steepness: add up over the"
           " events, axis 0", ())


@exercise("ex-count-bias", "Right: the noise that blurs the edge has a variance of π²/(3k²).")
def check_count_bias(count_bias: Callable[..., Any], seed: int) -> None:
    """Check `count_bias(slope, k)`: events that a soft count has too many."""
    draw = Draw(seed)
    for sign in (-1, 1):
        slope = sign * draw(0.5, 9, step=0.5, dtype=torch.float64)
        k = draw(0.3, 4, step=0.1, dtype=torch.float64)
        got = tensor(call(count_bias, slope=slope, k=k), "the bias")
        if got.numel() != 1:
            raise Wrong("return one number, the bias in events")
        close(got, -(math.pi**2) * slope / (6 * k**2), "the bias", _bias_mistakes(slope, k))


# fmt: off
def _bias_mistakes(slope: Tensor, k: Tensor) -> Iterator[Mistake]:
    half, variance = slope / 2, math.pi**2 / (3 * k**2)
    sign = ("the sign: where the density falls, more events are blurred up across the cut than down"
            " across it, and the soft count is too large. The slope of the count is −ρ")
    wrong = {
        "the one half of the Taylor series is missing": variance * slope,
        "one half too many: it is there once, from the Taylor series": variance * slope / 4,
        "the steepness multiplies, and should divide: the sharper the edge, the smaller the bias":
            math.pi**2 / 3 * k**2 * half,
        "that is proportional to 1/k. The bump is symmetric, so that the linear term vanishes: the"
        " first that is left has the variance, π²/(3k²)": math.pi**2 / (3 * k) * half,
        "that has the standard deviation of the bump, where the quadratic term has its variance":
            variance.sqrt() * half,
        "the bump has the variance π²/(3k²), not 1/k²: it is logistic, not normal": half / k**2,
        "the variance of the bump is π²/(3k²): the root of it is taken, or a square of π is lost":
            math.pi / (3 * k**2) * half,
        "that does not depend on k: the variance of the bump is π²/(3k²)": math.pi**2 / 3 * half,
        "the variance of the bump is π²/(3k²): the 3 is missing": math.pi**2 / k**2 * half,
        "the variance enters once, and you have its square": variance**2 * half,
        "that has 1/k³: k is in the variance of the bump only, as 1/k²": variance / k * half,
    }
    yield sign, variance * half
    for sentence, bias in wrong.items():
        yield sentence, -bias
        yield f"{sentence}. And {sign}", bias
    yield "a soft count is biased wherever the density has a slope: it is not zero", 0 * slope
# fmt: on


# 20 masses of signal and 80 of background, evenly spread over N(1100, 50) and N(700, 300) in GeV
# (the last one is above every start, so that b is never zero): no luck in the draw, and no ripples
# but those of so few events.
_SIGNAL = (
    *(1002, 1028, 1042, 1053, 1062, 1070, 1077, 1084, 1091, 1097),
    *(1103, 1109, 1116, 1123, 1130, 1138, 1147, 1158, 1172, 1198),
)
_BACKGROUND = (
    *(-49, 76, 141, 187, 224, 254, 281, 305, 326, 346, 364, 381, 397, 412, 427, 441, 454, 467, 480),
    *(492, 504, 515, 526, 537, 548, 559, 569, 579, 589, 599, 609, 619, 629, 638, 648, 658, 667),
    *(676, 686, 695, 705, 714, 724, 733, 742, 752, 762, 771, 781, 791, 801, 811, 821, 831, 841),
    *(852, 863, 874, 885, 896, 908, 920, 933, 946, 959, 973, 988, 1003, 1019, 1036, 1054, 1074),
    *(1095, 1119, 1146, 1176, 1213, 1259, 1324, 2400),
)
STEPS = 250
ENOUGH = 0.98  # of the best significance: an edge that stays soft ends below it
LONGEST = 150.0  # GeV, for one update


@exercise("ex-anneal", "Right: soft enough to find the hill, and sharp enough to find its top.")
def check_anneal(fit_from_afar: Callable[..., Any], seed: int) -> None:
    """Check `fit_from_afar(signal, background, start, steps)`: the path of the cut."""
    draw = Draw(seed)
    shift = draw.one(-200, 200, step=10)
    signal, background = (torch.tensor(m) + shift for m in (_SIGNAL, _BACKGROUND))
    starts = [draw.one(1450, 1500, step=10), draw.one(750, 800, step=10)]
    # Above is the harder side. Every other seed also starts below: fits take time in the page.
    for start in starts[: 1 + int(draw.one(0, 1, step=1))]:
        given = {"signal": signal, "background": background, "start": start + shift}
        path = call(fit_from_afar, ADVICE, **given, steps=STEPS)
        if isinstance(path, tuple) and len(path) == 2:
            raise Wrong("return the path alone, one thing: the check counts by itself")
        path = numbers(path, "cuts")
        recognise(path, _walk_mistakes(path, start + shift))
        best = max(_hard(signal, background, c) for c in signal)
        if _hard(signal, background, path[-1]) < ENOUGH * best:
            recognise(path, _end_mistakes(path, signal, background))


def _hard(signal: Tensor, background: Tensor, c: Tensor) -> float:
    """Return s/√b of hard counts."""
    s, b = (count(m, c.to(m)) for m in (signal, background))
    return float(significance(s, b))


# fmt: off
def _walk_mistakes(path: Tensor, start: float) -> Iterator[Mistake]:
    entry = f"an entry before each of the {STEPS} updates, and one after the last"
    yield ("the cut becomes NaN. Is the sigmoid torch.sigmoid? And is there anything that s/√b"
           " cannot take, as a logarithm or a root of a count that is zero?",
           not bool(path.isfinite().all()))
    if len(path) != STEPS + 1:
        yield f"the path has {len(path)} entries, and should have {STEPS + 1}: {entry}", path.shape
    yield ("all entries of the path are the last one: a tensor that is changed in place stays the"
           " same tensor. Write down a number, c.item(), or a copy, c.detach().clone()",
           bool((path == path[0]).all()) and abs(float(path[0]) - start) > 0.01)
    yield (f"the path begins at {float(path[0]):g} GeV, and the start is {start:g} GeV",
           abs(float(path[0]) - start) > 0.01)
    yield (f"the cut does not move from {start:g} GeV: there the edge is so sharp that the slope is"
           " zero, or too small for Adam's ε. Begin softer. (Or is there no step()?)",
           bool(((path - start).abs() < 1).all()))
    jump = float(path.diff().abs().max())
    yield (f"one update moves the cut by {jump:.0f} GeV: that is a search, or a learning rate that"
           " is too large. A fit walks", jump > LONGEST)


def _end_mistakes(path: Tensor, signal: Tensor, background: Tensor) -> Iterator[Mistake]:
    start, end, middle = float(path[0]), float(path[-1]), float(signal.mean())
    last = path[-20:]
    one_way = bool((last.diff() > 0).all() or (last.diff() < 0).all())
    drift, spread, c = float(last.diff().mean()), float(last.std()), f"{end:.0f} GeV"
    yield (f"the cut walks away from the signal, to {c}: Adam minimises, and you want the maximum."
           " (Or does it keep the events below the cut?)",
           abs(end - middle) > abs(start - middle) + 20 and (end - start) * (start - middle) > 0)
    yield (f"the cut has run far below the signal, to {c}: where the edge stays much wider than the"
           " spectrum, all events weigh the same, and the best cut is at minus infinity. Let the"
           " edge become sharper", end < middle - 400 and end < start)
    reason = ("is the learning rate long enough for this distance, and the edge soft for long"
              " enough? A step of Adam is about as long as the learning rate")
    yield (f"the cut is stranded above all the signal, at {c}, where the sharp edge has no slope:"
           f" {reason}", end > float(signal.max()) and abs(drift) < 0.05)
    moved = int(((path - start).abs() > 5).to(torch.uint8).argmax())
    yield (f"the cut stands still for {moved} updates, while the edge is too sharp for the start,"
           " and moves only later. Begin soft: let k grow, not fall", moved > 100)
    yield (f"after all updates the cut is still on its way, at {c}: {reason}",
           one_way and abs(drift) > 0.3)
    yield (f"the cut does not settle: over the last {len(last)} updates it still scatters by"
           f" {spread:.0f} GeV. The learning rate is too large for a sharp edge", spread > 2)
    got, best = (_hard(signal, background, x) for x in (path[-1], signal[1]))
    worth = f"its hard significance is {got:.2f}, and the best cut has {best:.2f}"
    yield (f"the cut ends too low, at {c}: {worth}. If 1/k is not far below the width of the"
           " signal at the end, the edge is still so soft that its optimum is biased: let k grow"
           " further. If it is, a ripple holds the cut: let k grow less, or take longer steps",
           end < float(signal[1]))
    yield (f"the cut ends too high, at {c}: {worth}. Is what you climb s/√b of soft counts? Or is"
           " the learning rate so large that the cut was thrown out?", True)
# fmt: on
