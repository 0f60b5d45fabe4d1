"""Checks for the exercises of the chapter `part2/counting`.

Symbols, shapes, units.
    m, c   (n,), (g,)   GeV   masses, here whole tens so that some lie on a cut; cuts, in any order
    s, b   (g,)               counts of signal and background that are kept
    z      (g,)               significance s/√b
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
    parts,
    recognise,
    tensor,
)

__all__ = [
    "check_control_region", "check_safe_significance", "check_scan",
]  # fmt: skip

BELOW_ROOT = "the background alone belongs under the root here"


@exercise("ex-scan", "Right: each event has met each cut.")
def check_scan(scan_cuts: Callable[..., Any], seed: int) -> None:
    """Check `scan_cuts(signal, background, cuts)`: z (g,), and the best cut."""
    draw = Draw(seed)
    # With as many events as cuts, a forgotten axis makes no error.
    for sizes in ((6, 9, 8), (8, 8, 8)):
        signal, background, cuts = _samples(draw, *sizes)
        result = call(scan_cuts, _advice(*sizes), signal=signal, background=background, cuts=cuts)
        both = "the significance of each cut", "the best cut"
        z, best = parts(result, *both)
        best = tensor(best, both[1])
        if tensor(z, both[0]).numel() == 1 < best.numel():
            raise Wrong(f"return {both[0]} first: here they are swapped")
        wanted = _counts(signal, cuts) / _counts(background, cuts).sqrt()
        close(z, wanted, both[0], _mistakes(tensor(z, both[0]), signal, background, cuts))
        _check_best(best, wanted, signal, cuts)


def _samples(draw: Draw, n_s: int, n_b: int, g: int) -> tuple[Tensor, Tensor, Tensor]:
    """Draw signal, background and cuts, until no two mistakes have the same best cut."""
    signal = 0.5 + draw(900, 1200, n_s, step=10)
    background = 0.5 + draw(750, 1150, n_b, step=10)
    background[0] = 1600  # so that each cut keeps one
    cuts = 0.5 + draw(855, 1145, g, step=10)
    cuts[0], cuts[1] = signal.median(), background[1]  # an event exactly on a cut
    z = _counts(signal, cuts) / _counts(background, cuts).sqrt()
    rising, falling, best = cuts.argsort(), cuts.argsort(descending=True), z.argmax()
    most = _counts(signal, cuts).argmax()
    ends = [*z.argsort()[[-1, -2, 0]], rising[0], rising[-1], rising[best], falling[best]]
    ends += [] if most in (rising[0], z.argmax()) else [most]
    telling = len({int(i) for i in ends}) == len(ends)
    return (signal, background, cuts) if telling else _samples(draw, n_s, n_b, g)


def _counts(m: Tensor, c: Tensor) -> Tensor:
    return (m[:, None] >= c).sum(0)


def _advice(n_s: int, n_b: int, g: int) -> dict[str, str]:
    """Say what it means that two shapes do not match."""
    over_cuts = (
        f"{n_s} signal events meet {n_b} of background: the sum is over the cuts. Sum over the"
        " events, axis 0 of a table (events, cuts)"
    )
    return {
        f"({n_s}) must match the size of tensor b ({n_b})": over_cuts,
        f"({n_b}) must match the size of tensor b ({n_s})": over_cuts,
        "must match": (
            f"events do not broadcast against {g} cuts: give the events an axis of their own, so"
            " that each of them meets each cut"
        ),
    }


# fmt: off
def _mistakes(
    z: Tensor, signal: Tensor, background: Tensor, cuts: Tensor
) -> Iterator[Mistake]:
    s, b = _counts(signal, cuts), _counts(background, cuts)
    on_s, on_b = ((m[:, None] == cuts).sum(0) for m in (signal, background))
    n_s, n_b = len(signal), len(background)
    above = "what is kept lies above, m ≥ c"
    yield ("the significance is one number: it should be one for each cut. Was the sum taken over"
           " all axes, or did each event meet only one cut?", ())
    yield ("an event exactly on the cut is lost: keep m ≥ c, not m > c",
           (s - on_s) / (b - on_b).sqrt())
    for some_s, some_b in ((s - on_s, b), (s, b - on_b)):
        yield ("an event exactly on the cut is lost, of one of the two samples: keep m ≥ c",
               some_s / some_b.sqrt())
    yield (f"those are the events below the cut: {above}", (n_s - s) / (n_b - b).sqrt())
    yield (f"those are the events up to the cut: {above}",
           (n_s - s + on_s) / (n_b - b + on_b).sqrt())
    yield ("that is s/b: the background scatters by its square root, so divide by √b", s / b)
    yield (f"that is s/√(s + b): {BELOW_ROOT}", s / (s + b).sqrt())
    yield ("that is √(s/b): the root is of b only", (s / b).sqrt())
    yield ("that is √s/b: the root is of b, not of s", s.sqrt() / b)
    yield ("that is s/b²: divide by the square root of b", s / b**2)
    yield ("that is s alone: divide by √b", s)
    yield ("that is s − b: divide by √b", s - b)
    yield ("both counts are those of the background: s is counted in the signal", b.sqrt())
    yield ("both counts are those of the signal: b is counted in the background", s.sqrt())
    yield ("the background is not cut: count it with the same cuts as the signal", s / n_b**0.5)
    yield ("signal and background have changed places", b / s.sqrt())
    yield ("the signal is not cut: count it with the same cuts as the background", n_s / b.sqrt())
    yield ("one is added to b: each of my cuts keeps some background", s / (b + 1).sqrt())
    yield ("those are fractions of the events: take the sum over them, not the mean",
           s / n_s / (b / n_b).sqrt())
    yield ("s and b are counted together: the table of the signal has only signal events",
           (s + b) / b.sqrt())
    yield ("the significances are in the order of rising cuts: keep the order that you were given",
           (s / b.sqrt())[cuts.argsort()])
    yield ("the significances are sorted: keep the order of the cuts",
           (s / b.sqrt()).sort().values)
    yield ("the significances are sorted: keep the order of the cuts",
           (s / b.sqrt()).sort(descending=True).values)
    yield ("masses are added up: count the events, each is one",
           (signal[:, None] * (signal[:, None] >= cuts)).sum(0) / b.sqrt())
    yield ("masses are added up: count the events, each is one",
           (signal[:, None] * (signal[:, None] >= cuts)).sum(0)
           / (background[:, None] * (background[:, None] >= cuts)).sum(0).sqrt())
    yield ("the signal is what the cut rejects: count what it keeps", (n_s - s) / b.sqrt())
    yield ("the background is what the cut rejects: count what it keeps", s / (n_b - b).sqrt())
    few = _counts(background[:n_s], cuts)
    yield ("the background has as many events as the signal in your function: take all of it",
           s / few.sqrt())
    yield ("the counts are soft, with a sigmoid: a cut keeps an event or does not",
           torch.sigmoid(signal[:, None] - cuts).sum(0) / b.sqrt())
    yield ("the counts are soft, with a sigmoid: a cut keeps an event or does not",
           torch.sigmoid(signal[:, None] - cuts).sum(0)
           / torch.sigmoid(background[:, None] - cuts).sum(0).sqrt())
    yield ("the significances are those of cuts of your own: use the argument cuts",
           _of_own_cuts(signal, background, len(cuts)))
    if n_s == n_b == len(cuts):
        met = (signal >= cuts).sum() / (background >= cuts).sum().sqrt()
        yield ("each event met only one cut: as many events as cuts match without an error. Give"
               " the events an axis of their own", met.expand(len(cuts)))
        s, b = ((m[:, None] >= cuts).sum(1) for m in (signal, background))
        yield ("the sum is over the cuts: sum over the events, axis 0 of (events, cuts)",
               s / b.sqrt())
    yield ("you find a cut that keeps no background, or less than none, and each of mine keeps one"
           " event at least. (torch.searchsorted and torch.bucketize want sorted masses)",
           not z.isfinite().all())
# fmt: on


def _of_own_cuts(signal: Tensor, background: Tensor, g: int) -> Tensor:
    """Return what equal steps between 500 and 1500 GeV give."""
    c = torch.linspace(500, 1500, g)
    return _counts(signal, c) / _counts(background, c).sqrt()


def _check_best(best: Tensor, z: Tensor, signal: Tensor, cuts: Tensor) -> None:
    if best.numel() != 1:
        raise Wrong(f"the best cut has shape {tuple(best.shape)}: one cut is asked for")
    best = best.reshape(()).to(cuts)
    at = (cuts - best).abs() < 1e-3
    if not at.any() or z[at].max() < z.max() - 1e-5:
        recognise(best, _best_mistakes(float(best), z, signal, cuts, at))


# fmt: off
def _best_mistakes(
    best: float, z: Tensor, signal: Tensor, cuts: Tensor, at: Tensor
) -> Iterator[Mistake]:
    yield ("that is the place of the best cut in the list: return the cut itself, cuts[…]",
           z.argmax())
    yield ("that is the largest significance: return the cut at which it is reached", z.max())
    yield ("that is the worst cut: you took the smallest significance, argmin for argmax",
           cuts[z.argmin()])
    for descending in (False, True):
        yield ("the cut is taken from a sorted list: take it from the cuts as they came",
               cuts.sort(descending=descending).values[z.argmax()])
    yield "that is the cut that keeps the most signal, whatever its significance",\
        cuts[_counts(signal, cuts).argmax()]
    yield "that is the largest of the cuts, whatever its significance", cuts.max()
    yield "that is the smallest of the cuts, whatever its significance", cuts.min()
    yield (f"the best cut, {best:g}, is none of the cuts that I gave you", not bool(at.any()))
    yield (f"the cut {best:g} is not the best: it has {z[at].max():.3f}, and another {z.max():.3f}",
           True)
# fmt: on


@exercise("ex-control-region", "Right: the estimated background acts twice, in the same direction.")
def check_control_region(observed_scatter: Callable[..., Any], seed: int) -> None:
    """Check `observed_scatter(s, b, ratio)`: the standard deviation of Z."""
    draw = Draw(seed)
    for most in (80, 400):
        s, b = (draw(20, n, step=1, dtype=torch.float64) for n in (most, 3 * most))
        ratio = draw(0.5, 6, step=0.5, dtype=torch.float64)
        got = call(observed_scatter, s=s, b=b, ratio=ratio)
        if tensor(got, "the scatter").numel() != 1:
            raise Wrong("return one number, the standard deviation of Z")
        wanted = ((s + b) / b + (1 + s / (2 * b)) ** 2 / ratio).sqrt()
        close(got, wanted, "the scatter", _scatter_mistakes(s, b, ratio))


# fmt: off
def _scatter_mistakes(s: Tensor, b: Tensor, ratio: Tensor) -> Iterator[Mistake]:
    count, both = (s + b) / b, 1 + s / (2 * b)
    # Each is a variance. Where a learner forgets the root, the same sentence follows a hint at it.
    wrong = {
        "the estimate of b scatters as well: its part is missing": count,
        "the count in the selection scatters as well: its part is missing": both**2 / ratio,
        "the count in the selection holds the signal, too: its variance is s + b":
            1 + both**2 / ratio,
        "the count in the selection holds the background, too: its variance is s + b":
            s / b + both**2 / ratio,
        "the estimate of b also stands under the root of Z: differentiate both places":
            count + 1 / ratio,
        "the estimate of b also stands in the numerator of Z: differentiate both places":
            count + (s / (2 * b)) ** 2 / ratio,
        "the two parts of the derivative with respect to the estimate of b have one sign: a larger"
        " estimate lowers the numerator, and it raises the root":
            count + (1 - s / (2 * b)) ** 2 / ratio,
        "the numerator and the root hold the same estimate, so that their parts are not"
        " independent: add the two parts of the derivative first, and then square":
            count + (1 + (s / (2 * b)) ** 2) / ratio,
        "the root is missing in your derivative: that of 1/√b is −1/(2·b·√b)":
            count + (1 + s / b) ** 2 / ratio,
        "a larger control region makes the estimate better: divide by the ratio":
            count + both**2 * ratio,
        "the control region counts ratio·b events on average, and that is its variance. Of the"
        " estimate, the count over the ratio, the variance is b/ratio": count + both**2 / ratio**2,
        "the estimate is the count in the control region over the ratio: its variance is b/ratio":
            count + both**2,
        "both derivatives still want 1/√b: Z is measured in units of it":
            s + b + b * both**2 / ratio,
        "the two errors are independent, so that their squares add: you have added the standard"
        " deviations": (count.sqrt() + both / ratio.sqrt()) ** 2,
        "the two errors are independent, so that their squares add, whatever the signs of the"
        " derivatives": (count - both**2 / ratio).abs(),
    }
    for sentence, variance in wrong.items():
        yield sentence, variance.sqrt()
        yield f"{sentence}. And it is a variance: take its root", variance
    yield ("that is the variance: the standard deviation is its root",
           count + both**2 / ratio)
    yield "that is Z itself: asked for is how much it scatters", s / b.sqrt()
# fmt: on


SAFE = {
    "value of Tensor with more than one value is ambiguous": (
        "`if` wants one answer, and a condition on a tensor has one for each entry:"
        " torch.where(condition, x, y) decides entry by entry"
    ),
    "dtypes match": (
        "counts may come as whole numbers: zeros_like of them holds whole numbers too, and takes no"
        " fractions. Name a dtype, or let torch.where make the table"
    ),
}


@exercise("ex-safe-significance", "Right: where no background is left, there is no prize.")
def check_safe_significance(safe_significance: Callable[..., Any], seed: int) -> None:
    """Check `safe_significance(s, b)`: s/√b, and 0 where b = 0."""
    draw = Draw(seed)
    for shape, dtype in (((6,), torch.int64), ((2, 4), torch.float32)):
        s, b = draw(1, 30, *shape, step=1).to(dtype), draw(2, 60, *shape, step=1).to(dtype)
        # Nothing at all, a signal alone, a background alone; as weights, less than one event.
        s.flatten()[[0, 4]], b.flatten()[[0, 1]] = 0, 0
        if dtype.is_floating_point:
            b.flatten()[[3, 5, 6]] = torch.tensor([0.25, 1e-6, 2.5])
        z = tensor(call(safe_significance, SAFE, s=s, b=b), "the significance")
        if z.shape != s.shape:
            raise Wrong(
                f"z has shape {tuple(z.shape)}, and the counts {tuple(s.shape)}: each entry keeps"
                " its place, also where b = 0"
            )
        wanted = torch.where(b == 0, 0, s / b.where(b > 0, 1).sqrt())
        close(z, wanted, "the significance", _safe_mistakes(z, s, b))


# fmt: off
def _safe_mistakes(z: Tensor, s: Tensor, b: Tensor) -> Iterator[Mistake]:
    none, safe = b == 0, b.where(b > 0, 1)
    yield ("NaN comes out where s and b are both 0, and NaN wins every argmax",
           bool(z.isnan().any()))
    yield ("infinity comes out where b = 0 and s is not: such a cut wins every argmax",
           bool(z.isinf().any()))
    yield ("that is s/b: divide by the square root of b", torch.where(none, 0, s / safe))
    yield (f"that is s/√(s + b): {BELOW_ROOT}",
           torch.where(none, 0, s / (s + b).where(~none, 1).sqrt()))
    yield "zero everywhere: only where b = 0 should it be zero", 0 * z
    yield "that is s/√b, and s where b = 0: it should be 0 there, whatever s is",\
        torch.where(none, s, s / safe.sqrt())
    yield "that is √s/b: the root is of b", torch.where(none, 0, s.sqrt() / safe)
    yield "that is √(s/b): the root is of b only", torch.where(none, 0, (s / safe).sqrt())
    yield ("signal and background have changed places: divide s by √b",
           torch.where(s == 0, 0, b / s.where(s > 0, 1).sqrt()))
    yield "it is rounded to whole numbers: Z is no count", torch.where(
        none, 0, s / safe.sqrt()).trunc()
    prize = z[none].max()
    yield ("infinity has become the largest number there is, and wins as before: tell nan_to_num"
           " posinf=0", bool(prize > 1e30))
    yield ("where b = 0 yours is below zero: it should be 0", bool(z[none].min() < 0))
    yield ("the two values of your torch.where have changed places: it takes the first where the"
           " condition holds", torch.where(none, s / safe.sqrt(), 0))
    yield (f"where b = 0 yours is {prize:.4g}: it should be 0",
           bool((z[none] == prize).all() and prize > 0))
    yield (f"b = 0 gets a prize: with s = {s[none][z[none].argmax()]:g}, yours is {prize:.4g}. It"
           " should be 0, whatever s is. (A small number added to b, or b raised to one, does not"
           " do that.)", bool(prize > 0))
    yield ("zero where there is more signal than background: zero is for b = 0 only",
           torch.where(none | (s > b), 0, s / safe.sqrt()))
    yield ("zero where there is no signal only: it is for b = 0", bool(
        (z[~none] == 0).logical_or(s[~none] == 0).all() and (z[none] != 0).any()))
    for least in (1, 0.5, 0.1, 1e-2, 1e-3, 1e-4, 1e-5):
        yield (f"b = {b[~none].min():g} is some background, not none: zero is for b = 0 only",
               torch.where(b < least, 0, s / safe.sqrt()))
        yield (f"counts may be fractions: b = {b[~none].min():g} is some background, and must not"
               " be raised", torch.where(none, 0, s / b.clamp(min=least).sqrt()))
    yield ("counts may be fractions, and yours are cut off to whole numbers",
           torch.where(b < 1, 0, s / b.trunc().where(b >= 1, 1).sqrt()))
    yield ("something is added to b also where it is not zero", torch.where(
        none, 0, s / (b + 1).sqrt()))
