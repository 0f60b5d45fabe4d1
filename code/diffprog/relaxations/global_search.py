"""A search without gradients, to compare with:
differential evolution on the hard objective.

Symbols, shapes. d cuts; P members of the population.
    c   (P, d)   GeV   cuts
    Z   (P,)           objective: hard, so flat wherever it has a slope

Needs SciPy, which no other module of the book does.

Source: R. Storn, K. Price, Differential evolution, J. Global Optim.
11 (1997) 341.
"""

# mypy: disable-error-code="import-untyped"
# (SciPy has no annotations.)

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import differential_evolution
from torch import Tensor

from diffprog import _checks

__all__ = ["Search", "search"]


@dataclass(frozen=True)
class Search:
    """The best cuts found, (d,), in GeV,
    their objective, and how many cuts were evaluated."""

    cuts: Tensor
    objective: float
    evaluations: int


def search(
    objective: Callable[[Tensor], Tensor],
    bounds: Sequence[tuple[float, float]],
    seed: int,
) -> Search:
    """Maximise an objective of cuts,
    (P, d) to (P,), within bounds: d pairs, in GeV.

    With SciPy's defaults: a population of 15·d, which ends after 1000
    generations, or once the spread of its objectives is below 1 % of their
    mean. No polish by gradients at the end, since there are none.
    ValueError for bounds that do not rise, and for an objective that is not
    finite or not of shape (P,).
    """
    if not len(bounds) or not all(low < high for low, high in bounds):
        raise _checks.wrong(
            "bounds", bounds, "pairs (low, high), low < high"
        )
    evaluations = 0

    def cost(x: NDArray[np.float64]) -> NDArray[np.float64]:
        nonlocal evaluations
        c = torch.from_numpy(np.ascontiguousarray(x.T)).to(
            torch.get_default_dtype()
        )
        evaluations += len(c)
        z = objective(c)
        if z.shape != (len(c),) or not torch.isfinite(z).all():
            raise _checks.wrong(
                "objective",
                _checks.described(z),
                f"({len(c)},), all finite",
            )
        return -z.numpy().astype(np.float64)

    try:
        found = differential_evolution(
            cost,
            bounds,
            rng=seed,
            polish=False,
            vectorized=True,
            updating="deferred",
        )
    except RuntimeError as error:
        if isinstance(
            error.__cause__, ValueError
        ):  # SciPy wraps ours in a sentence of its own
            raise error.__cause__ from None
        raise
    cuts = torch.from_numpy(found.x).to(torch.get_default_dtype())
    return Search(cuts, -float(found.fun), evaluations)
