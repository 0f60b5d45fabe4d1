"""Check for the exercise of the chapter `part2/sharpness`.

Symbols, shapes, units. n events, K steepnesses, one cut for each.
    m     (n,)            GeV    masses, of signal and of background
    k     (K,)            1/GeV  steepness
    c     (K,)            GeV    cuts
    path  (steps + 1, K)  GeV    the cuts before each update, and at the end
    Z     (K,)                   significance s/√b
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._check import (
    Draw,
    Mistake,
    call,
    close,
    exercise,
    parts,
    recognise,
    tensor,
)
from diffprog.exercises._cuts import NEAR, CutProblem, cut_mistakes, must_be_finite
from diffprog.exercises._loop import ASCENT, check_path, entries
from diffprog.relaxations.cuts import count
from diffprog.relaxations.significance import significance

__all__ = ["check_steepness", "problems"]

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
