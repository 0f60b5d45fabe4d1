"""Check for the exercise of the chapter `part2/sharpness`.

Symbols, shapes, units. n events, K steepnesses, one cut for each.
    m     (n,)            GeV      masses, of signal and of background
    k     (K,)            1/GeV    steepness
    c     (K,)            GeV      cuts
    path  (steps + 1, K)  GeV      the cuts before the first update, and after each
    Z     (K,)                     significance s/√b
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._ascent import ascend
from diffprog.exercises._check import Wrong, close, exercise, returned, tensor
from diffprog.relaxations.cuts import count
from diffprog.relaxations.significance import significance

__all__ = ["check_steepness"]


@exercise("6", "right: one loop fits a cut for each steepness, and hard counts judge them.")
def check_steepness(fit_each: Callable[..., Any], seed: int) -> None:
    """`fit_each(signal, background, start, k, steps)` gives (path, Z of the last cuts)."""
    random = torch.Generator().manual_seed(seed)
    for events, number, steps in ((90, 3, 21), (140, 2, 34)):
        centre = 900 + 300 * torch.rand((), generator=random)
        signal = centre + 60 * torch.randn(events, generator=random)
        background = centre - 250 + 250 * torch.randn(10 * events, generator=random)
        start = float(centre) - 70 - 30 * torch.rand((), generator=random).item()
        k = 0.02 + 0.1 * torch.rand(number, generator=random)
        given = signal, background, start, k, steps
        try:
            path, z = _unpacked(fit_each(*given), number, steps)
        except (RuntimeError, TypeError, AttributeError) as error:
            raise _explained(error) from error
        _check_path(path, *given)
        _check_significance(z, path[-1], signal, background, k)


def _check_path(
    path: Tensor, signal: Tensor, background: Tensor, start: float, k: Tensor, steps: int
) -> None:
    if torch.equal(path, path[-1:].expand_as(path)):
        if torch.allclose(path, torch.full_like(path, start)):
            raise Wrong(
                "the cuts never move: does the optimizer hold c, and does each step call"
                " backward() and step()?"
            )
        raise Wrong(
            "all rows of the path are the last one: the optimizer changes c in place, so note a"
            " copy, c.detach().clone()"
        )
    mistakes: dict[str, dict[str, Any]] = {
        "the cuts run away from the best: Adam minimises, so hand it minus the significance.": {
            "maximize": False
        },
        "each gradient still holds all those before it: call zero_grad() in every step.": {
            "zeroed": False
        },
        "the path has the learning rate of Adam's default, or another: it should be 1 GeV.": {
            "rate": 1e-3
        },
        "ten times too slow: the learning rate should be 1 GeV.": {"rate": 0.1},
        "ten times too fast: the learning rate should be 1 GeV.": {"rate": 10.0},
        "each step is as long as the first: is the optimizer made anew inside the loop, so that"
        " it forgets?": {"afresh": True},
        "your soft cut keeps the events below the cut: it is σ(k·(m − c)), not σ(k·(c − m)).": {
            "soft": lambda m, c, k: _soft(m, c, -k)
        },
        "the steepness divides where it should multiply: σ(k·(m − c)).": {
            "soft": lambda m, c, k: _soft(m, c, 1 / k)
        },
        "all cuts follow the sum over all steepnesses, as one cut would: give each steepness a cut"
        " of its own, shape (K,).": {"one": True},
        "the steepnesses share their counts: add up over the events only, axis 0, so that"
        " the counts have shape (K,).": {"z": lambda s, b: s.sum() / b.sum().sqrt()},
        "b stands without its square root: the objective is s/√b.": {"z": lambda s, b: s / b},
    }
    typical = {
        cause: _path(signal, background, start, k, steps, **mistake)
        for cause, mistake in mistakes.items()
    }
    wanted = _path(signal, background, start, k, steps)
    close(path, wanted, "the path of the cuts", typical=typical, rtol=0, atol=0.02)


def _check_significance(
    z: Tensor, c: Tensor, signal: Tensor, background: Tensor, k: Tensor
) -> None:
    hard = significance(count(signal, c), count(background, c))
    s, b = (_soft(m, c, k) for m in (signal, background))
    below = len(signal) - count(signal, c), len(background) - count(background, c)
    typical = {
        "that is the soft significance, what was climbed: judge the cut by hard counts, m ≥ c.": s
        / b.sqrt(),
        "b stands without its square root: the significance is s/√b.": count(signal, c)
        / count(background, c),
        "you count the events below the cut: keep m ≥ c.": significance(*below),
        "the sign is the loss's: give the significance itself.": -hard,
    }
    close(z, hard, "the significance of the last cuts", typical=typical)


def _unpacked(result: Any, number: int, steps: int) -> tuple[Tensor, Tensor]:
    """Path and significance from what the learner returned."""
    if not isinstance(returned(result), tuple | list) or len(result) != 2:
        raise Wrong("return two things: the path of the cuts, and the significance of the last")
    path, z = (torch.as_tensor(tensor(x)).detach().to(torch.float32) for x in result)
    if path.shape == (number,):
        raise Wrong("the path holds the last cuts only: note the cuts before each update too")
    if path.shape in ((steps + 1,), (steps + 1, 1)):
        raise Wrong(
            "one cut follows all steepnesses: give each of them a cut of its own, shape (K,)"
        )
    if path.shape == (steps, number):
        raise Wrong(
            f"the path has {steps} entries for {steps} updates: one before the first, and one after"
            " each, make one more"
        )
    if path.shape == (number, steps + 1):
        raise Wrong("the path lies on its side: steps are axis 0, steepnesses axis 1")
    if path.shape != (steps + 1, number):
        raise Wrong(
            f"the path has shape {tuple(path.shape)}; after {steps} updates of {number} cuts it"
            f" should be ({steps + 1}, {number})"
        )
    if z.shape == (steps + 1, number):
        raise Wrong("the significance of the last cuts is enough: shape (K,)")
    if z.shape != (number,):
        raise Wrong(
            f"the significance has shape {tuple(z.shape)}; it should be ({number},), one for each"
            " steepness: add up over the events, axis 0"
        )
    return path, z


def _explained(error: Exception) -> Exception:
    """What the learner's exception most likely means; itself where that is not known."""
    text = str(error)
    if "scalar outputs" in text:
        return Wrong(
            "backward() wants one number, and you have a loss for each steepness: take their sum."
            " Each cut then gets its own gradient, since no other term depends on it"
        )
    if "must match the size" in text:
        return Wrong(
            "masses (n,) and cuts (K,) do not broadcast: give the events an axis of their own,"
            " signal[:, None], and add up over axis 0"
        )
    if "does not require grad" in text:
        return Wrong(
            "the loss depends on nothing that has a gradient: make c with requires_grad, and count"
            " softly inside the loop, since m >= c has no slope"
        )
    if "backward through the graph a second time" in text:
        return Wrong("one loss serves two steps: compute the counts anew inside the loop")
    if "non-leaf" in text or "leaf Variable" in text:
        return Wrong("c must be a leaf: torch.full_like(k, start).requires_grad_()")
    return error


def _soft(m: Tensor, c: Tensor, k: Tensor) -> Tensor:
    return torch.sigmoid(k * (m[:, None] - c)).sum(0)


def _path(
    signal: Tensor,
    background: Tensor,
    start: float,
    k: Tensor,
    steps: int,
    *,
    rate: float = 1.0,
    one: bool = False,
    soft: Callable[[Tensor, Tensor, Tensor], Tensor] = _soft,
    z: Callable[[Tensor, Tensor], Tensor] = lambda s, b: s / b.sqrt(),
    **mistakes: Any,
) -> Tensor:
    """The path, (steps + 1, K); each keyword plants a mistake, here or in `ascend`."""

    def objective(c: Tensor) -> Tensor:
        return z(soft(signal, c, k), soft(background, c, k)).sum()

    c = torch.full((1,) if one else k.shape, start)
    path, _ = ascend(objective, c, steps, rate, **mistakes)
    return path.expand(-1, len(k))
