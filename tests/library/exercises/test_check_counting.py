"""The checks of `part2/counting`: right answers pass, and a wrong one hears its likely cause."""

import math

import numpy as np
import torch

from diffprog.exercises._check import SEEDS
from diffprog.exercises.counting import (
    check_control_region,
    check_safe_significance,
    check_scan,
)
from diffprog.relaxations import scan, significance
from diffprog.simulator import masses

from .answers import test_right_answers_pass, test_wrong_answers_are_told_why  # noqa: F401


def kept(m, c):
    return (m[:, None] >= c).sum(0)


# ex-scan


def by_broadcast(signal, background, cuts):
    z = kept(signal, cuts) / kept(background, cuts).sqrt()
    return z, cuts[z.argmax()]


def by_loop(signal, background, cuts):
    z = [(signal >= c).sum().item() / (background >= c).sum().item() ** 0.5 for c in cuts]
    return torch.tensor(z), cuts[z.index(max(z))].item()


def by_library(signal, background, cuts):
    z = significance.significance(scan.scan(signal, cuts), scan.scan(background, cuts))
    return z, scan.best(z, cuts)[1]


def by_rows_of_cuts(signal, background, cuts):
    s, b = ((cuts[:, None] <= m).float().sum(-1) for m in (signal, background))
    z = (s**2 / b).sqrt()
    return [z, cuts[z == z.max()][:1]]


def by_searching(signal, background, cuts):
    s, b = (len(m) - torch.searchsorted(m.sort().values, cuts) for m in (signal, background))
    return s / b**0.5, cuts[(s / b**0.5).argmax()]


def by_numpy(signal, background, cuts):
    s, b = ((m.numpy()[:, None] >= cuts.numpy()).sum(0) for m in (signal, background))
    z = s / np.sqrt(b)
    return z, cuts.numpy()[z.argmax()]


RIGHT_SCANS = {
    "broadcast": by_broadcast,
    "loop": by_loop,
    "library": by_library,
    "rows of cuts": by_rows_of_cuts,
    "searchsorted": by_searching,
    "NumPy": by_numpy,
    "lists": lambda *p: [x.tolist() for x in by_broadcast(*p)],
    "float64": lambda *p: by_broadcast(*(x.double() for x in p)),
}


def scored(score):
    """An answer that is wrong in its significance only."""

    def answer(signal, background, cuts):
        z = score(signal, background, cuts)
        return z, cuts[z.argmax()]

    return answer


def picked(pick):
    """An answer that is wrong in its best cut only."""

    def answer(signal, background, cuts):
        z = by_broadcast(signal, background, cuts)[0]
        return z, pick(z, cuts)

    return answer


def careful(score):
    """An answer that differs from a right one only where shapes do not tell."""
    return scored(lambda s, b, c: (score if len(s) == len(b) == len(c) else scored_right)(s, b, c))


def scored_right(signal, background, cuts):
    return by_broadcast(signal, background, cuts)[0]


def kept_signal(signal, background, cuts):
    return kept(signal, cuts).float()


def signal_sorted_in_place(signal, background, cuts):
    signal.copy_(signal.sort().values)
    return by_broadcast(signal, background, cuts)


def mass_above(m, c):
    return (m[:, None] * (m[:, None] >= c)).sum(0)


def masses_summed(signal, background, cuts):
    return mass_above(signal, cuts) / kept(background, cuts).sqrt(), cuts[0]


def masses_of_both_summed(signal, background, cuts):
    return mass_above(signal, cuts) / mass_above(background, cuts).sqrt(), cuts[0]


def soft_counts(signal, background, cuts):
    s, b = (torch.sigmoid(m[:, None] - cuts).sum(0) for m in (signal, background))
    return s / b.sqrt(), cuts[0]


WRONG_SCANS = {
    "z sorted": (scored(lambda *p: scored_right(*p).sort().values), "are sorted"),
    "z sorted, falling": (
        scored(lambda *p: scored_right(*p).sort(descending=True).values),
        "are sorted",
    ),
    "rejected signal": (
        lambda signal, background, cuts: (
            (len(signal) - kept(signal, cuts)) / kept(background, cuts).sqrt(),
            cuts[0],
        ),
        "count what it keeps",
    ),
    "masses summed": (masses_summed, "masses are added up"),
    "masses of both summed": (masses_of_both_summed, "masses are added up"),
    "soft": (soft_counts, "counts are soft"),
    "the background cut short": (
        lambda signal, background, cuts: by_broadcast(signal, background[: len(signal)], cuts),
        "take all of it",
    ),
    "most signal": (
        lambda signal, background, cuts: (
            by_broadcast(signal, background, cuts)[0],
            cuts[kept(signal, cuts).argmax()],
        ),
        "the most signal|sorted list|smallest of the cuts",
    ),
    "whole GeV": (lambda *p: (by_broadcast(*p)[0], int(by_broadcast(*p)[1])), "none of the cuts"),
    "above, not from": (
        scored(lambda s, b, c: (s[:, None] > c).sum(0) / (b[:, None] > c).sum(0).sqrt()),
        "exactly on the cut",
    ),
    "below": (
        scored(lambda s, b, c: (s[:, None] < c).sum(0) / (b[:, None] < c).sum(0).sqrt()),
        "below the cut",
    ),
    "up to": (
        scored(lambda s, b, c: (s[:, None] <= c).sum(0) / (b[:, None] <= c).sum(0).sqrt()),
        "up to the cut",
    ),
    "no root": (scored(lambda s, b, c: kept(s, c) / kept(b, c)), "s/b"),
    "root of all": (scored(lambda s, b, c: (kept(s, c) / kept(b, c)).sqrt()), "√(s/b)"),
    "s + b": (
        scored(lambda s, b, c: kept(s, c) / (kept(s, c) + kept(b, c)).sqrt()),
        "s/√(s + b)",
    ),
    "background uncut": (scored(lambda s, b, c: kept(s, c) / len(b) ** 0.5), "not cut"),
    "changed places": (scored(lambda s, b, c: kept(b, c) / kept(s, c).sqrt()), "changed places"),
    "mean": (
        scored(
            lambda s, b, c: (
                (s[:, None] >= c).float().mean(0) / (b[:, None] >= c).float().mean(0).sqrt()
            )
        ),
        "not the mean",
    ),
    "all events": (
        scored(lambda s, b, c: kept(torch.cat([s, b]), c) / kept(b, c).sqrt()),
        "counted together",
    ),
    "sorted": (scored(lambda s, b, c: scored_right(s, b, c.sort().values)), "order"),
    "no axis": (scored(lambda s, b, c: (s >= c).sum() / (b >= c).sum().sqrt()), "of their own"),
    "no axis, in a square": (
        careful(lambda s, b, c: ((s >= c).sum() / (b >= c).sum().sqrt()).expand(len(c))),
        "only one cut",
    ),
    "wrong axis": (
        scored(lambda s, b, c: (s[:, None] >= c).sum(1) / (b[:, None] >= c).sum(1).sqrt()),
        "over the cuts",
    ),
    "wrong axis, in a square": (
        careful(lambda s, b, c: (s[:, None] >= c).sum(1) / (b[:, None] >= c).sum(1).sqrt()),
        "over the cuts",
    ),
    "all axes": (
        lambda s, b, c: ((s[:, None] >= c).sum() / (b[:, None] >= c).sum().sqrt(), c[0]),
        "one number",
    ),
    "√s/b": (scored(lambda s, b, c: kept(s, c).sqrt() / kept(b, c)), "√s/b"),
    "s/b²": (scored(lambda s, b, c: kept(s, c) / kept(b, c) ** 2), "s/b²"),
    "s": (scored(kept_signal), "s alone"),
    "the background twice": (
        scored(lambda s, b, c: scored_right(b, b, c)),
        "both counts are those of the background",
    ),
    "the signal twice": (
        scored(lambda s, b, c: (lambda n: n / n.sqrt())(kept(s, c) + 1e-9)),
        "both counts are those of the signal",
    ),
    "s − b": (scored(lambda s, b, c: (kept(s, c) - kept(b, c)).float()), "s − b"),
    "b + 1": (scored(lambda s, b, c: kept(s, c) / (kept(b, c) + 1).sqrt()), "one is added to b"),
    "signal uncut": (scored(lambda s, b, c: len(s) / kept(b, c).sqrt()), "signal is not cut"),
    "signal above": (
        scored(lambda s, b, c: (s[:, None] > c).sum(0) / kept(b, c).sqrt()),
        "exactly on the cut",
    ),
    "own cuts": (
        scored(lambda s, b, c: scored_right(s, b, torch.linspace(500, 1500, len(c)))),
        "of your own",
    ),
    "unsorted search": (
        scored(
            lambda s, b, c: (
                (len(s) - torch.searchsorted(s, c)) / (len(b) - torch.searchsorted(b, c)).sqrt()
            )
        ),
        "want sorted masses",
    ),
    "cut in place": (signal_sorted_in_place, "changes signal"),
    "largest cut": (picked(lambda z, c: c.max()), "largest of the cuts"),
    "smallest cut": (picked(lambda z, c: c.min()), "smallest of the cuts"),
    "doubled": (scored(lambda s, b, c: 2 * scored_right(s, b, c)), "2 times"),
    "minus": (lambda s, b, c: (-scored_right(s, b, c), by_broadcast(s, b, c)[1]), "its sign"),
    "reversed": (scored(lambda s, b, c: scored_right(s, b, c).flip(0)), "reverse order"),
    "no last": (lambda s, b, c: (scored_right(s, b, c)[:-1], c[0]), "lacks its last entry"),
    "zeros": (scored(lambda s, b, c: 0 * c), "zero everywhere"),
    "three things": (lambda *p: (*by_broadcast(*p), 1), "two things"),
    "a string": (lambda *p: ("z", "c"), "of type str"),
    "index": (picked(lambda z, c: z.argmax()), "place of the best cut"),
    "the value": (picked(lambda z, c: z.max()), "largest significance"),
    "minimised": (picked(lambda z, c: c[z.argmin()]), "worst cut"),
    "from a sorted list": (picked(lambda z, c: c.sort().values[z.argmax()]), "sorted list"),
    "the last": (picked(lambda z, c: c[z.argsort()[-2]]), "is not the best"),
    "no cut": (picked(lambda z, c: 1027.45), "none of the cuts"),
    "all cuts": (picked(lambda z, c: c), "one cut is asked for"),
    "only z": (lambda *x: by_broadcast(*x)[0], "return two things"),
    "swapped": (lambda *x: by_broadcast(*x)[::-1], "swapped"),
}


# ex-safe-significance


def by_where(s, b):
    return torch.where(b == 0, 0, s / torch.where(b == 0, 1, b).sqrt())


def by_nan_to_num(s, b):
    return torch.nan_to_num(s / b.sqrt(), nan=0, posinf=0)


def by_index(s, b):
    z = torch.zeros(b.shape)
    z[b > 0] = s[b > 0] / b[b > 0].sqrt()
    return z


def by_elements(s, b):
    z = [
        x / y**0.5 if y else 0.0
        for x, y in zip(s.flatten().tolist(), b.flatten().tolist(), strict=True)
    ]
    return torch.tensor(z, dtype=torch.float64).reshape(s.shape)


RIGHT_SAFE = {
    "where": by_where,
    "nan_to_num": by_nan_to_num,
    "index": by_index,
    "elements": by_elements,
    "the library": significance.significance,
    "NumPy": lambda s, b: np.where(b == 0, 0, s / np.sqrt(np.where(b == 0, 1, b))),
    "a list": lambda s, b: by_where(s, b).tolist(),
    "masked_fill": lambda s, b: (s / b.sqrt()).masked_fill(b == 0, 0),
}


def in_place(s, b):
    b[b == 0] = 1
    return s / b.sqrt()


def zeros_of_counts(s, b):
    z = torch.zeros_like(b)
    z[b > 0] = s[b > 0] / b[b > 0].sqrt()
    return z


WRONG_SAFE = {
    "branches swapped": (
        lambda s, b: torch.where(b == 0, s / b.where(b > 0, 1).sqrt(), 0),
        "changed places",
    ),
    "one for none": (
        lambda s, b: torch.where(b == 0, 1, s / b.where(b > 0, 1).sqrt()),
        "yours is 1:",
    ),
    "a little is none": (lambda s, b: torch.where(b < 1e-3, 0, by_where(s, b)), "not none"),
    "much signal is none": (
        lambda s, b: torch.where(s > b, 0, by_where(s, b)),
        "more signal than background",
    ),
    "an `if`": (lambda s, b: by_where(s, b) if b > 0 else 0, "decides entry by entry"),
    "whole zeros": (zeros_of_counts, "takes no fractions"),
    "unsafe": (lambda s, b: s / b.sqrt(), "NaN wins"),
    "only NaN": (lambda s, b: torch.nan_to_num(s / b.sqrt(), 0, posinf=torch.inf), "infinity"),
    "largest float": (lambda s, b: torch.nan_to_num(s / b.sqrt()), "posinf=0"),
    "epsilon": (lambda s, b: s / (b + 1e-9).sqrt(), "prize"),
    "clamped": (lambda s, b: s / b.clamp(min=1).sqrt(), "whatever s is"),
    "one more": (lambda s, b: s / (b + 1).sqrt(), "prize"),
    "below one": (lambda s, b: by_where(s, b).where(b >= 1, 0), "is some background, not none"),
    "no root": (lambda s, b: torch.nan_to_num(s / b, 0, posinf=0), "s/b"),
    "s + b": (lambda s, b: torch.nan_to_num(s / (s + b).sqrt(), 0).where(b > 0, 0), "s/√(s + b)"),
    "zeros": (lambda s, b: torch.zeros(s.shape), "zero everywhere"),
    "minus one": (lambda s, b: by_where(s, b).where(b > 0, -1), "below zero"),
    "dropped": (lambda s, b: s[b > 0] / b[b > 0].sqrt(), "keeps its place"),
    "in place": (in_place, "changes b"),
    "clamped, and zero": (
        lambda s, b: (s / b.clamp(min=1).sqrt()).where(b > 0, 0),
        "counts may be fractions",
    ),
    "clamped low, and zero": (
        lambda s, b: (s / b.clamp(min=0.01).sqrt()).where(b > 0, 0),
        "counts may be fractions",
    ),
    "below 0.01": (lambda s, b: by_where(s, b).where(b >= 0.01, 0), "1e-06 is some background"),
    "cut off": (lambda s, b: by_where(s, b.long()), "cut off to whole numbers"),
    "s for nothing": (lambda s, b: s / b.where(b > 0, 1).sqrt(), "whatever s is"),
    "one more, and zero": (lambda s, b: (s / (b + 1).sqrt()).where(b > 0, 0), "added to b also"),
    "swapped": (lambda s, b: by_where(b, s), "changed places"),
    "√s/b": (lambda s, b: torch.nan_to_num(s.sqrt() / b, 0, posinf=0), "root is of b"),
    "√(s/b)": (lambda s, b: torch.nan_to_num((s / b).sqrt(), 0, posinf=0), "root is of b only"),
    "whole numbers": (lambda s, b: by_where(s, b).long(), "rounded to whole numbers"),
    "squared": (lambda s, b: by_where(s, b) ** 2, "is the square of"),
    "minus": (lambda s, b: -by_where(s, b), "but for its sign"),
    "flat": (lambda s, b: by_where(s, b).flatten(), "keeps its place"),
    "summed": (lambda s, b: by_where(s, b).sum(), "keeps its place"),
    "a tuple": (lambda s, b: (by_where(s, b), b), "keeps its place"),
    "a string": (lambda s, b: "0", "of type str"),
    "s in place": (lambda s, b: by_where(s.clamp_(min=1), b), "changes s, which"),
    "wrong factor": (lambda s, b: 2 * by_where(s, b), "2 times"),
}


# ex-control-region


def observed_scatter(s, b, ratio):
    return ((s + b) / b + (1 + s / (2 * b)) ** 2 / ratio).sqrt()


def by_autograd(s, b, ratio):
    n, m = (x.clone().requires_grad_() for x in (s + b, ratio * b))
    estimate = m / ratio
    slopes = torch.autograd.grad((n - estimate) / estimate.sqrt(), [n, m])
    return (slopes[0] ** 2 * n + slopes[1] ** 2 * m) ** 0.5


RIGHT_SCATTER = {
    "the formula": observed_scatter,
    "Python's numbers": lambda s, b, ratio: math.sqrt(
        1 + float(s) / float(b) + (float(b) + float(s) / 2) ** 2 / (float(b) ** 2 * float(ratio))
    ),
    "two derivatives": lambda s, b, ratio: torch.sqrt(
        (s + b) * (1 / b.sqrt()) ** 2 + b / ratio * (-1 / b.sqrt() - s / (2 * b**1.5)) ** 2
    ),
    "autograd": by_autograd,
    "NumPy": lambda s, b, ratio: np.hypot(
        np.sqrt(1 + s.numpy() / b.numpy()), (1 + s.numpy() / b.numpy() / 2) / ratio.numpy() ** 0.5
    ),
    "shape (1,)": lambda s, b, ratio: observed_scatter(s, b, ratio)[None],
}


def variance(f):
    """The root of what f(count, both, s/b, ratio) makes of the parts of the variance."""
    return lambda s, b, ratio: f((s + b) / b, 1 + s / (2 * b), s / b, ratio) ** 0.5


WRONG_SCATTER = {
    "b known": (variance(lambda n, e, x, r: n), "estimate of b scatters as well"),
    "count known": (variance(lambda n, e, x, r: e**2 / r), "the selection scatters as well"),
    "no signal in the count": (variance(lambda n, e, x, r: 1 + e**2 / r), "holds the signal, too"),
    "no background in it": (variance(lambda n, e, x, r: x + e**2 / r), "the background, too"),
    "numerator only": (variance(lambda n, e, x, r: n + 1 / r), "under the root of Z"),
    "root only": (variance(lambda n, e, x, r: n + (x / 2) ** 2 / r), "in the numerator of Z"),
    "a sign": (variance(lambda n, e, x, r: n + (1 - x / 2) ** 2 / r), "have one sign"),
    "squares of the parts": (
        variance(lambda n, e, x, r: n + (1 + (x / 2) ** 2) / r), "hold the same estimate"),
    "no half": (variance(lambda n, e, x, r: n + (1 + x) ** 2 / r), "root is missing in your deriv"),
    "times the ratio": (variance(lambda n, e, x, r: n + e**2 * r), "divide by the ratio"),
    "ratio squared": (variance(lambda n, e, x, r: n + e**2 / r**2), "and that is its variance"),
    "no ratio": (variance(lambda n, e, x, r: n + e**2), "over the ratio: its variance is b/ratio"),
    "in events": (
        lambda s, b, ratio: (s + b + b * (1 + s / (2 * b)) ** 2 / ratio).sqrt(), "still want 1/√b"),
    "deviations added": (
        lambda s, b, ratio: (1 + s / b).sqrt() + (1 + s / (2 * b)) / ratio.sqrt(),
        "added the standard deviations"),
    "subtracted": (variance(lambda n, e, x, r: abs(n - e**2 / r)), "whatever the signs"),
    "variance": (lambda s, b, ratio: observed_scatter(s, b, ratio) ** 2, "that is the variance"),
    "variance, b known": (lambda s, b, ratio: 1 + s / b, "And it is a variance"),
    "Z": (lambda s, b, ratio: s / b.sqrt(), "Z itself"),
    "minus": (lambda *p: -observed_scatter(*p), "sign"),
    "about one": (lambda s, b, ratio: 1.15, "the same whatever s is"),
    "two": (lambda s, b, ratio: (1 + s / b, 1 / ratio), "return one number"),
}  # fmt: skip


RIGHT = {
    check_scan: RIGHT_SCANS,
    check_safe_significance: RIGHT_SAFE,
    check_control_region: RIGHT_SCATTER,
}
WRONG = {
    check_scan: WRONG_SCANS,
    check_safe_significance: WRONG_SAFE,
    check_control_region: WRONG_SCATTER,
}


def test_numbers_of_the_page_fail():
    s, b = masses.one_mass(3)
    cuts = torch.linspace(500, 1500, 25)
    z, best = by_broadcast(s, b, cuts)
    assert not check_scan(lambda *_: (z, best))
    assert not check_scan(lambda *_: (12.6588, 1027.45))


def test_numbers_copied_from_one_case_fail():
    random = torch.Generator().manual_seed(SEEDS[0])
    s, b = torch.randint(1, 30, (2, 12), generator=random)
    assert not check_safe_significance(lambda *_: by_where(s, b))


def test_other_errors_of_torch_are_shown():
    def broken(*_):
        raise RuntimeError("out of luck")

    assert "out of luck" in check_scan(broken).message


def test_the_scatter_of_an_experiment_is_that_of_many_experiments():
    s, b, ratio = 400.0, 4000.0, 2.0
    random = torch.Generator().manual_seed(1)
    n, m = (
        torch.poisson(torch.full((20_000,), mean, dtype=torch.float64), generator=random)
        for mean in (s + b, ratio * b)
    )
    z = (n - m / ratio) / (m / ratio).sqrt()
    wanted = observed_scatter(*map(torch.tensor, (s, b, ratio)))
    assert abs(z.std() / wanted - 1) < 4 / 40_000**0.5
