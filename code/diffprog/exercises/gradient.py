"""Check for the exercise of the chapter `part1/gradient`."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._check import Counted, Mistake, call, close, exercise, parts
from diffprog.exercises._loop import DESCENT, Fit, check_path, check_values, entries, numbers
from diffprog.simulator.ball import position

__all__ = ["check_loop", "fits"]

Loss = Callable[[Tensor], Tensor]


@exercise("ex-loop", "Right: each loss and each v0 on the way, for any loss function.")
def check_loop(descend: Callable[..., Any], seed: int) -> None:
    """`descend(loss, v0, learning_rate, steps)` returns v0, losses, path.

    v0 has shape (1, d), losses (steps + 1,) and path (steps + 1, 1, d).
    """
    for fit in fits(seed):
        loss = Counted("loss", fit.objective)
        result = call(
            descend, DESCENT, loss=loss, v0=fit.start, learning_rate=fit.rate, steps=fit.steps
        )
        v0, losses, path = parts(result, "v0", "losses", "path")
        loss.must_be_called()
        losses = numbers(losses, "losses", torch.float64)
        path = entries(path, "entries of the path", torch.float64)
        check_path(fit, path, "the path of v0", _path_mistakes(fit))
        close(v0, fit.path[-1], "the fitted v0", _v0_mistakes(fit.path))
        check_values(fit, losses)


def fits(seed: int) -> Iterator[Fit]:
    """A fit as on the page, and one of a loss that is no parabola."""
    random = torch.Generator().manual_seed(seed)
    for d, mean in ((2, _mean_of_squares), (3, _mean_of_roots)):
        t = 1 + torch.randn(8, 1, generator=random).double().abs()
        a, x0, truth, start = 3 * torch.randn(4, 1, d, generator=random, dtype=torch.float64)
        residual = partial(_residual, t, a, x0, position(t, a, truth, x0))
        # 0.3 over the curvature of the mean square
        rate = 0.15 * d / (t**2).mean().item()
        yield Fit(partial(mean, residual), start, rate, 3 + (seed + d) % 4)


def _residual(t: Tensor, a: Tensor, x0: Tensor, target: Tensor, v0: Tensor) -> Tensor:
    return position(t, a, v0, x0) - target


def _mean_of_squares(residual: Loss, v0: Tensor) -> Tensor:
    return (residual(v0) ** 2).mean()


def _mean_of_roots(residual: Loss, v0: Tensor) -> Tensor:
    return (1 + residual(v0) ** 2).sqrt().mean()


# fmt: off
def _path_mistakes(fit: Fit) -> Iterator[Mistake]:
    yield ("v0 starts from zero: start from the v0 that is handed over",
           fit.but(start=0 * fit.start).path)
    yield ("the learning rate is fixed in your function: use learning_rate", fit.but(rate=0.1).path)


def _v0_mistakes(path: Tensor) -> Iterator[Mistake]:
    yield ("the v0 returned is still the start value: return the one that was updated", path[0])
    yield ("the v0 returned is one update behind the end of the path", path[-2])
