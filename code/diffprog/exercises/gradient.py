"""Check for the exercise of the chapter `part1/gradient`."""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._check import (
    Counted,
    Draw,
    Formula,
    Mistake,
    call,
    close,
    exercise,
    parts,
    recognise,
    shown,
)
from diffprog.exercises._loop import (
    DESCENT,
    Fit,
    check_path,
    check_values,
    entries,
    numbers,
    rate_mistakes,
)

__all__ = ["check_loop", "fits"]

PARABOLA = "lambda v0: (({w} * (v0 - {truth})) ** 2).mean()"
NO_PARABOLA = "lambda v0: (1 + ({w} * (v0 - {truth})) ** 2).sqrt().mean()"


@exercise("ex-loop", "Right: each loss and each v0 on the way, for any loss function.")
def check_loop(descend: Callable[..., Any], seed: int) -> None:
    """Check `descend(loss, v0, learning_rate, steps)`: v0, losses, path.

    v0 has shape (1, d), losses (steps + 1,) and path (steps + 1, 1, d).
    """
    for fit in fits(seed):
        loss = Counted("loss", fit.objective)
        result = call(
            descend, DESCENT, loss=loss, v0=fit.start, learning_rate=fit.rate, steps=fit.steps
        )
        v0, losses, path = parts(result, "v0", "losses", "path")
        loss.must_be_called()
        losses, path = entries(losses, "losses"), entries(path, "entries of the path")
        swapped = "losses and path have changed places: the losses come first"
        recognise(losses, [(swapped, fit.path)])
        losses = numbers(losses, "losses")
        check_path(fit, path, "the path of v0", _path_mistakes(fit))
        close(v0, fit.path[-1], "the fitted v0", _v0_mistakes(fit))
        check_values(fit, losses)


def fits(seed: int) -> Iterator[Fit]:
    """Set a loss that is a parabola, as on the page, one that is none, and one that rises."""
    draw = Draw(seed)
    for d, text, rises in ((2, PARABOLA, False), (3, NO_PARABOLA, False), (1, PARABOLA, True)):
        w, truth = draw(0.5, 1.5, d), draw(-4, 4, d)
        loss = Formula(text.format(w=shown(w), truth=shown(truth)))
        start, rate = draw(-3, 3, 1, d, dtype=torch.float64), draw.one(0.12, 0.45, 0.01)
        if rises:  # η·λ = 2.1 to 2.7, past the bound of 2
            rate = round((2.1 + rate) / float(2 * (w**2).max()), 3)
        yield Fit(loss, start, rate, 3 + (seed + d) % 4)


# fmt: off
def _path_mistakes(fit: Fit) -> Iterator[Mistake]:
    yield ("v0 starts from zero: start from the v0 that is handed over",
           fit.but(start=0 * fit.start).path)
    yield from rate_mistakes(fit)
    for name, function in (("root", torch.sqrt), ("logarithm", torch.log),
                           ("square", torch.square)):
        yield (f"you descend the {name} of the loss: take the loss as it is",
               fit.but(objective=lambda v0, f=function: f(fit.objective(v0))).path)


def _v0_mistakes(fit: Fit) -> Iterator[Mistake]:
    path: Tensor = fit.path
    # Where the loss rises that is the first, and who returns the first fails before.
    yield ("the v0 returned is the one with the smallest loss on the way: return the last",
           path[fit.values.argmin()])
    yield ("the v0 returned is still the start value: return the one that was updated", path[0])
    yield ("the v0 returned is one update behind the end of the path", path[-2])
    yield ("the v0 returned has had one update more than the end of the path: `steps` updates are"
           " asked for", fit.but(steps=fit.steps + 1).path[-1])
