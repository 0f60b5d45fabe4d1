"""Fits of soft cuts, and what can be wrong with them.

Symbols, shapes, units. n events, d observables.
    m     (n,), or (n, d)  GeV    masses, of signal and of background
    c     (), or (d,)      GeV    the cut, or the cuts
    k                      1/GeV  steepness
    s, b                          soft counts, and Z = s/√b
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Self

import torch
from torch import Tensor

from diffprog.exercises._check import Mistake
from diffprog.exercises._loop import Fit

__all__ = ["CutProblem", "cut_mistakes", "soft", "value_mistakes"]

Count = Callable[[Tensor, Tensor, Any], Tensor]


def soft(m: Tensor, c: Tensor, k: Any) -> Tensor:
    """Σ Π σ(k·(m − c)): product over observables, sum over events."""
    weights = torch.sigmoid(k * (m - c))
    return weights.prod(-1).sum() if m.ndim > 1 else weights.sum()


@dataclass(frozen=True)
class CutProblem:
    """The arguments of the learner's function, and what it should do."""

    signal: Tensor
    background: Tensor
    start: Any
    k: Any
    steps: int
    learning_rate: float

    def fit(
        self,
        count: Count = soft,
        z: Callable[[Tensor, Tensor], Tensor] = lambda s, b: s / b.sqrt(),
        dtype: torch.dtype = torch.float64,
    ) -> Fit:
        """Maximise z of the counts with Adam."""
        signal, background = self.signal.to(dtype), self.background.to(dtype)

        def objective(c: Tensor) -> Tensor:
            s, b = (count(m, c, self.k) for m in (signal, background))
            return z(s, b).sum()

        start, rate = torch.as_tensor(self.start).to(dtype), self.learning_rate
        return Fit(objective, start, rate, self.steps, torch.optim.Adam, maximize=True)

    def but(self, **changes: Any) -> Self:
        """Return the same problem with something changed."""
        return replace(self, **changes)


# fmt: off
def cut_mistakes(p: CutProblem, count: Count = soft) -> Iterator[Mistake]:
    """Say what can be wrong with a soft cut, and the path that it gives."""
    # Where the sigmoid is too steep, float32 goes another way than float64.
    for dtype in (torch.float64, torch.float32):
        def path(k: Any, dtype: torch.dtype = dtype) -> Tensor:
            return p.but(k=k).fit(count, dtype=dtype).path
        yield ("your soft cut keeps the events below: is it σ(k·(m − c)), and not σ(k·(c − m))?",
               path(-p.k))
        yield ("the distance is divided by k where it should be multiplied: k is in 1/GeV, so that"
               " k·(m − c) has no unit", path(1 / p.k))
        for k in (1.0, 10.0):
            yield ("the steepness is fixed in your function: use the argument k", path(k))
    yield ("the fit does not begin at `start`: is 500 fixed in your function?",
           p.but(start=0 * p.start + 500).fit(count).path)
    yield ("the learning rate is fixed in your function: use learning_rate",
           p.but(learning_rate=1.0).fit(count).path)
    for other, z in {
        "s/b": lambda s, b: s / b,
        "s/√(s + b)": lambda s, b: s / (s + b).sqrt(),
        "s alone": lambda s, _: s,
        "s − b": lambda s, b: s - b,
    }.items():
        yield (f"you maximise {other}: the significance is s/√b", p.fit(count, z).path)


def value_mistakes(p: CutProblem) -> Iterator[Mistake]:
    """Say what can be wrong with the significances along the path."""
    path, z = p.fit().path, p.fit().values
    yield ("s and b are means over the events: the counts are sums",
           z * len(p.background) ** 0.5 / len(p.signal))
    s, b = (torch.stack([(m >= c).reshape(len(m), -1).all(1).sum()
                         for c in path]) for m in (p.signal, p.background))
    yield ("the values come from hard counts: asked for is the soft significance, which Adam"
           " climbs", s / b.sqrt())
    yield ("the second list holds the cuts again: it should hold the significances", path)
