"""Check for the exercise of the chapter `part1/gradient`."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._check import Wrong, close, exercise, tensor
from diffprog.simulator.ball import position

__all__ = ["check_loop"]

Loss = Callable[[Tensor], Tensor]

# What PyTorch says, and what it means in this loop.
ADVICE = {
    "a leaf Variable that requires grad": (
        "PyTorch refuses to change v0 while it records: put the update, and nothing else, under"
        " `with torch.no_grad():`"
    ),
    "does not require grad and does not have a grad_fn": (
        "after an update v0 has lost its requires_grad: `v0 = v0 - …` makes a new tensor. Change"
        " the old one in place, with `v0 -= …`"
    ),
    "backward through the graph a second time": (
        "the same loss is sent backward twice, and its graph is used up: compute the loss anew,"
        " from the new v0, in each turn of the loop"
    ),
}


@exercise("1", "right: each loss and each v0 on the way, for any loss function.")
def check_loop(descend: Callable[..., Any], seed: int) -> None:
    """`descend(loss, v0, learning_rate, steps)` returns v0, losses, path.

    v0 has shape (1, d), losses (steps + 1,) and path (steps + 1, 1, d).
    """
    for loss, start, rate, steps in _problems(seed):
        v0, losses, path = _run(descend, loss, start, rate, steps)
        wanted_path = _path(loss, start, rate, steps)
        wanted_losses = torch.stack([loss(v) for v in wanted_path])
        close(path, wanted_path, "the path of v0", typical=_path_mistakes(loss, start, rate, steps))
        close(v0, wanted_path[-1], "the fitted v0", typical=_v0_mistakes(wanted_path))
        close(losses, wanted_losses, "the history of losses", typical=_loss_mistakes(wanted_losses))


def _problems(seed: int) -> Iterator[tuple[Loss, Tensor, float, int]]:
    """Loss, start, η and number of updates: a fit as on the page, and one that is no parabola."""
    random = torch.Generator().manual_seed(seed)
    for d, mean in ((2, _mean_of_squares), (3, _mean_of_roots)):
        t = 1 + torch.randn(8, 1, generator=random, dtype=torch.float64).abs()
        a, x0, truth, start = 3 * torch.randn(4, 1, d, generator=random, dtype=torch.float64)
        target = position(t, a, truth, x0)
        residual = partial(_residual, t, a, x0, target)
        rate = 0.15 * d / (t**2).mean().item()  # 0.3 over the curvature of the mean square
        yield partial(mean, residual), start, rate, 3 + (seed + d) % 4


def _residual(t: Tensor, a: Tensor, x0: Tensor, target: Tensor, v0: Tensor) -> Tensor:
    return position(t, a, v0, x0) - target


def _mean_of_squares(residual: Loss, v0: Tensor) -> Tensor:
    return (residual(v0) ** 2).mean()


def _mean_of_roots(residual: Loss, v0: Tensor) -> Tensor:
    return (1 + residual(v0) ** 2).sqrt().mean()


def _run(
    descend: Callable[..., Any], loss: Loss, start: Tensor, rate: float, steps: int
) -> tuple[Any, Any, Any]:
    """Call the learner's function; what goes wrong inside becomes `Wrong` where it is typical."""
    calls = 0

    def counted(v0: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        return loss(v0)

    given = start.clone()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # reading .grad of a tensor that is no leaf
            result = descend(counted, given, rate, steps)
    except RuntimeError as error:
        for symptom, advice in ADVICE.items():
            if symptom in str(error):
                raise Wrong(advice) from error
        raise
    except TypeError as error:
        if "NoneType" not in str(error):
            raise
        raise Wrong(
            "v0.grad is None at the first update: call backward() on the loss before you use it"
            if calls < 2
            else "v0.grad is None after the first update: `v0 = v0 - …` makes a new tensor, which"
            " keeps no gradient. Change the old one in place, `v0 -= …`, under torch.no_grad()"
        ) from error
    if not (isinstance(result, tuple | list) and len(result) == 3):
        raise Wrong("return three things, in this order: v0, losses, path")
    if not calls:
        raise Wrong("your function never calls the `loss` that it is given: use that, and no other")
    if not torch.equal(given.detach(), start):
        raise Wrong("the v0 handed to your function has changed: work on the stub's copy of it")
    v0, losses, path = result
    return v0, _stacked(losses, "losses"), _stacked(path, "path")


def _stacked(history: Any, what: str) -> Any:
    """One tensor for a list of numbers or tensors."""
    if isinstance(history, tuple | list) and not history:
        raise Wrong(f"{what} is empty: write down an entry in each turn of the loop")
    return tensor(history)


def _path(loss: Loss, start: Tensor, rate: float, steps: int, *, zeroed: bool = True) -> Tensor:
    """θ ← θ − η ∇f(θ), or minus η times the sum of all gradients so far: (steps + 1, *shape)."""
    slope = torch.func.grad(loss)
    v0, total = start, torch.zeros_like(start)
    path = [v0]
    for _ in range(steps):
        total = slope(v0) + (0 if zeroed else total)
        v0 = v0 - rate * total
        path.append(v0)
    return torch.stack(path)


def _path_mistakes(loss: Loss, start: Tensor, rate: float, steps: int) -> dict[str, Tensor]:
    def path(start: Tensor = start, rate: float = rate, steps: int = steps) -> Tensor:
        return _path(loss, start, rate, steps)

    right, longer = path(), path(steps=steps + 1)
    return {
        "v0 moves the wrong way: is the sign of the update right?": path(rate=-rate),
        "the gradients add up from one update to the next: set v0.grad to None after the"
        " update": _path(loss, start, rate, steps, zeroed=False),
        "all entries of the path are the last v0: a tensor that is changed in place stays the"
        " same tensor. Write down a copy, v0.detach().clone()": right[-1:].expand_as(right),
        "v0 starts from zero: start from the v0 that is handed over": path(start=0 * start),
        "v0 never moves: is the update there, and is it v0 that it changes?": start + 0 * right,
        "the learning rate is fixed in your function: use learning_rate": path(rate=0.1),
        "the number of updates is fixed in your function: use the argument steps": path(steps=10),
        "the first v0, before any update, is missing from the path": right[1:],
        "the last v0, after all updates, is missing from the path: write it down once more,"
        " behind the loop": right[:-1],
        "each entry of the path is v0 after its update: write it down before": longer[1:],
        "there is one update too many: `steps` updates make steps + 1 entries": longer,
    }


def _v0_mistakes(path: Tensor) -> dict[str, Tensor]:
    return {
        "the v0 returned is still the start value: return the one that was updated": path[0],
        "the v0 returned is one update behind the end of the path": path[-2],
    }


def _loss_mistakes(losses: Tensor) -> dict[str, Tensor]:
    first, last = losses[:1], losses[-1:]
    return {
        "the loss after the last update is missing: compute it again behind the loop": losses[:-1],
        "the first loss, before any update, is missing from the history": losses[1:],
        "each loss is that after its update: write it down before v0 changes": torch.cat(
            [losses[1:], last]
        ),
        "the last loss is older than the last v0: compute it again behind the loop": torch.cat(
            [losses[:-1], losses[-2:-1]]
        ),
        "all losses are the last one: write down each as it comes": last.expand_as(losses),
        "all losses are the first one: compute the loss anew in each turn": first.expand_as(losses),
    }
