"""Check for the exercise of the chapter `part2/step`."""

from collections.abc import Callable, Iterator
from typing import Any

from diffprog.exercises._check import Draw, exercise
from diffprog.exercises._cuts import CutProblem, check_cut_fit

__all__ = ["check_soft_fit", "problems"]


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
