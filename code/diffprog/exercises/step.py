"""Check for the exercise of the chapter `part2/step`.

Symbols, shapes, units. k updates give k + 1 entries.
    path    (k + 1,)  GeV  the cut before each update, and after the last
    values  (k + 1,)       the soft significance s/√b at each of them
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch

from diffprog.exercises._check import Wrong, call, exercise, parts
from diffprog.exercises._cuts import CutProblem, cut_mistakes, value_mistakes
from diffprog.exercises._loop import ASCENT, check_path, check_values, numbers

__all__ = ["NEAR", "check_soft_fit", "problems"]

# GeV: more than float32 loses in ten steps, less than any mistake makes
NEAR = 0.02


@exercise("ex-soft-fit", "Right: uphill, soft, and each entry of the history in its place.")
def check_soft_fit(fit_cut: Callable[..., Any], seed: int) -> None:
    """`fit_cut(signal, background, start, k, steps, learning_rate)`.

    It gives (path, values).
    """
    for p in problems(seed):
        result = call(fit_cut, ASCENT, **vars(p))
        path, values = parts(result, "the cuts", "the soft significances")
        path = numbers(path, "cuts", torch.float64)
        values = numbers(values, "values", torch.float64)
        if not torch.isfinite(path).all():
            raise Wrong(
                "the cut becomes NaN: 1/(1 + torch.exp(-x)) overflows for masses far below the cut,"
                " and its gradient is zero times infinity. Use torch.sigmoid. (Or is there a root"
                " of each event's share, before the sum?)"
            )
        fit, what = p.fit(), "the path of the cut"
        check_path(fit, path, what, cut_mistakes(p), rtol=0, atol=NEAR)
        check_values(fit, values, value_mistakes(p))


def problems(seed: int) -> Iterator[CutProblem]:
    """A soft cut that climbs from below, and a sharp one from above.

    The sharp one has masses far below it.
    """
    random = torch.Generator().manual_seed(seed)
    for start, k, rate in ((960.0, 0.2, 7.0), (1120.0, 0.4, 3.0)):
        signal = 1100 + 60 * torch.randn(80, generator=random)
        background = 700 + 300 * torch.randn(600, generator=random)
        steps = 11 + seed % 4
        yield CutProblem(signal, background, start, k, steps, rate)
