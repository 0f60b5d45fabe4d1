"""A search without gradients, to compare with: differential evolution.

Symbols, shapes. d cuts; P members of the population.
    c   (P, d)   GeV   cuts
    Z   (P,)           hard objective, flat except where it jumps

Needs SciPy, which no other module of the book does.

Source: R. Storn, K. Price, Differential evolution, J. Global Optim.
11 (1997) 341.
"""

# mypy: disable-error-code="import-untyped"
# (SciPy has no annotations.)

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import differential_evolution
from torch import Generator, Tensor

from diffprog import _args
from diffprog.loops.history import History

__all__ = ["search"]


def search(
    objective: Callable[[Tensor], Tensor],
    bounds: Sequence[tuple[float, float]],
    seed: int | Generator,
) -> History:
    """Maximise objective(c), (P, d) → (P,), within bounds on each cut.

    SciPy's defaults: a population of 15·d, which ends after 1000
    generations, or once the spread of its objectives is below 1 % of their
    mean. No gradients polish the end, since there are none.

    Args:
        bounds: d pairs (low, high), in GeV.

    Returns:
        The history of the best cuts so far, "c", with loss −Z: one entry
        for the first population, and one for each generation. An evaluation
        is the objective of one member. All is in torch's default dtype.

    Raises:
        ValueError: A low is not below its high; Z is not finite, or
            not (P,).
    """
    if not len(bounds) or not all(low < high for low, high in bounds):
        raise _args.wrong("bounds", bounds, "pairs (low, high), low < high")
    losses: list[float] = []
    best: list[Tensor] = []
    evaluations: list[int] = []
    count = 0

    def note(loss: float, x: NDArray[np.float64]) -> None:
        losses.append(loss)
        best.append(_tensor(x))
        evaluations.append(count)

    def cost(x: NDArray[np.float64]) -> NDArray[np.float64]:
        nonlocal count
        c = _tensor(x.T)
        z = objective(c)
        if z.shape != (len(c),) or not torch.isfinite(z).all():
            raise _args.wrong(
                "objective",
                _args.described(z),
                f"({len(c)},), all finite",
            )
        loss: NDArray[np.float64] = -z.numpy().astype(np.float64)
        count += len(c)
        if not losses:
            note(loss.min(), x[:, loss.argmin()])
        return loss

    def generation(intermediate_result: Any) -> None:
        note(intermediate_result.fun, intermediate_result.x)

    try:
        differential_evolution(
            cost,
            bounds,
            rng=_numpy_seed(seed),
            polish=False,
            vectorized=True,
            updating="deferred",
            callback=generation,
        )
    except RuntimeError as error:
        # SciPy wraps ours in a sentence of its own.
        if isinstance(error.__cause__, ValueError):
            raise error.__cause__ from None
        raise
    return History(
        _tensor(losses),
        {"c": torch.stack(best)},
        torch.tensor(evaluations),
    )


def _tensor(x: NDArray[np.float64] | list[float]) -> Tensor:
    return torch.tensor(x, dtype=torch.get_default_dtype())


def _numpy_seed(seed: int | Generator) -> int:
    """Return `seed`, or one that it draws: SciPy takes no Generator."""
    if isinstance(seed, Generator):
        return int(torch.randint(2**31, (), generator=seed))
    return seed
