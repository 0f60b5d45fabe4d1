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

from diffprog.exercises._check import Mistake, call, close, exercise, parts
from diffprog.exercises._cuts import CutProblem, cut_mistakes
from diffprog.exercises._loop import ASCENT, check_path, entries
from diffprog.relaxations.cuts import count
from diffprog.relaxations.significance import significance

__all__ = ["check_steepness"]

# fmt: off
ADVICE = ASCENT | {
    "scalar outputs":
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
    """`fit_each(signal, background, start, k, steps)` gives (path, Z)."""
    random = torch.Generator().manual_seed(seed)
    for events, number, steps in ((90, 3, 21), (140, 2, 34)):
        centre = 900 + 300 * torch.rand((), generator=random)
        signal = centre + 60 * torch.randn(events, generator=random)
        background = centre - 250 + 250 * torch.randn(10 * events, generator=random)
        start = (centre - 70 - 30 * torch.rand((), generator=random)).item()
        k = 0.02 + 0.1 * torch.rand(number, generator=random)
        both = call(
            fit_each, ADVICE, signal=signal, background=background, start=start, k=k, steps=steps
        )
        what, last = "the path of the cuts", "the significance of the last cuts"
        path, z = parts(both, what, last)
        path = entries(path, "cuts", torch.float64)
        p = CutProblem(signal, background, torch.full_like(k, start), k, steps, 1.0)
        check_path(p.fit(_each), path, what, _path_mistakes(p), rtol=0, atol=0.02)
        c = path[-1].float()
        hard = significance(count(signal, c), count(background, c))
        close(z, hard, last, _last_mistakes(p, c))


def _each(m: Tensor, c: Tensor, k: Tensor) -> Tensor:
    return torch.sigmoid(k * (m[:, None] - c)).sum(0)


# fmt: off
def _path_mistakes(p: CutProblem) -> Iterator[Mistake]:
    one = p.but(start=p.start[:1]).fit(_each).path
    ten = {10.0: "ten times too fast", 0.1: "ten times too slow",
           1e-3: "that is the learning rate of Adam's default, or another"}
    for rate, what in ten.items():
        yield (f"{what}: the learning rate should be 1 GeV",
               p.but(learning_rate=rate).fit(_each).path)
    own = "give each steepness a cut of its own, shape (K,)"
    yield (f"all cuts follow the sum over all steepnesses, as one cut would: {own}",
           one.expand(-1, len(p.k)))
    for shape in (one.shape, one.shape[:1]):
        yield (f"one cut follows all steepnesses: {own}", shape)
    yield ("the steepnesses share their counts: add up over the events only, axis 0, so that the"
           " counts have shape (K,)", p.fit(_each, lambda s, b: s.sum() / b.sum().sqrt()).path)
    yield from cut_mistakes(p, _each)


def _last_mistakes(p: CutProblem, c: Tensor) -> Iterator[Mistake]:
    s, b = (count(m, c) for m in (p.signal, p.background))
    soft_s, soft_b = (_each(m, c, p.k) for m in (p.signal, p.background))
    yield ("that is the soft significance, what was climbed: judge the cut by hard counts, m ≥ c",
           soft_s / soft_b.sqrt())
    yield ("b stands without its square root: the significance is s/√b", s / b)
    yield ("you count the events below the cut: keep m ≥ c",
           significance(len(p.signal) - s, len(p.background) - b))
    yield ("the sign is the loss's: give the significance itself", -significance(s, b))
    yield ("the significance of the last cuts is enough: shape (K,)", (p.steps + 1, len(c)))
    yield ("the significance is one number; it should be one for each steepness: add up over the"
           " events, axis 0", ())
