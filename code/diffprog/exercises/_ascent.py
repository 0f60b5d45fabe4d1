"""The loop that the exercises on cuts ask for, and what can be wrong with its history.

Symbols, shapes, units. k updates give k + 1 entries.
    path    (k + 1, …)  GeV  the cut or cuts before each update, and after the last
    values  (k + 1,)         the objective at each of them
"""

# mypy: disable-error-code="no-untyped-call"
# (backward() has no annotations.)

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._check import Wrong, returned

__all__ = ["ascend", "entries", "history_mistakes", "loop_mistakes", "two_results"]


def ascend(
    objective: Callable[[Tensor], Tensor],
    start: Tensor,
    steps: int,
    rate: float,
    *,
    optimizer: Callable[..., torch.optim.Optimizer] = torch.optim.Adam,
    maximize: bool = True,
    zeroed: bool = True,
    afresh: bool = False,
) -> tuple[Tensor, Tensor]:
    """Path and values of a fit by Adam, uphill; each keyword plants a mistake."""
    c = start.clone().requires_grad_()
    climber = optimizer([c], lr=rate, maximize=maximize)
    path, values = [], []
    for step in range(steps + 1):
        value = objective(c)
        path.append(c.detach().clone())
        values.append(value.detach())
        if step == steps:
            break
        if zeroed:
            climber.zero_grad()
        if afresh:
            climber = optimizer([c], lr=rate, maximize=maximize)
        value.backward()
        climber.step()
    return torch.stack(path), torch.stack(values)


def loop_mistakes(path: Callable[..., Tensor]) -> dict[str, Tensor]:
    """The likely cause, and the path that it would give; `path` takes the keywords of `ascend`."""
    return {
        "downhill. Adam minimises, and you want the maximum: what is the loss?": path(
            maximize=False
        ),
        "the gradients add up from one update to the next: zero them, adam.zero_grad(), in each"
        " turn": path(zeroed=False),
        "that is plain gradient ascent: torch.optim.Adam is asked for": path(
            optimizer=torch.optim.SGD
        ),
        "Adam is made anew in each turn, and forgets what it has learnt: make it once, before the"
        " loop": path(afresh=True),
    }


def history_mistakes(values: Tensor) -> dict[str, Tensor]:
    """The likely cause, and the history of significances that it would give."""
    return {
        "the values are minus the significance: that is the loss. Write down s/√b itself": -values,
        "the first significance, before any update, is missing": values[1:],
        "the last significance is missing: compute it once more, after the last update": values[
            :-1
        ],
        "the last significance is older than the last cut: compute it again after the loop": (
            torch.cat([values[:-1], values[-2:-1]])
        ),
        "only the last significance is there: return all steps + 1 of them": values[-1:],
    }


def two_results(
    function: Callable[..., Any], arguments: tuple[Any, ...], advice: dict[str, str]
) -> list[Any]:
    """Call the learner's function; what goes wrong inside becomes `Wrong` where it is typical.

    `advice` is by what PyTorch says.
    """
    try:
        result = returned(function(*arguments))
    except (RuntimeError, ValueError) as error:
        for symptom, meaning in advice.items():
            if symptom in str(error):
                raise Wrong(meaning) from error
        raise
    if not (isinstance(result, tuple | list) and len(result) == 2):
        raise Wrong("return two things, in this order: the cuts, and the soft significances")
    return list(result)


def entries(history: Any, what: str, dtype: torch.dtype) -> list[Tensor]:
    """Return the entries of a history of numbers, lists or tensors: `what` says of which."""
    if not isinstance(history, tuple | list | Tensor):
        came = type(history).__name__
        raise Wrong(f"the {what} are a {came}: return a list, or a tensor, of steps + 1 entries")
    each = [torch.as_tensor(x, dtype=dtype).detach() for x in history]
    if not each:
        raise Wrong(f"the {what} are empty: write down an entry in each turn of the loop")
    return each
