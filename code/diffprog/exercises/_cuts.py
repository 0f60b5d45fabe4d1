"""Fits of soft cuts, and what can be wrong with them.

Symbols, shapes, units. n events, d observables, k updates.
    m       (n,), or (n, d)          GeV    masses, of signal and of background
    c       (), or (d,)              GeV    the cut, or the cuts
    k                                1/GeV  steepness
    s, b                                    soft counts, and Z = s/√b
    path    (k + 1,), or (k + 1, d)  GeV    c before each update, and after the last
    values  (k + 1,)                        Z at each of them
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Self

import torch
from torch import Tensor

from diffprog.exercises._check import Advice, Mistake, Wrong, call, parts, recognise
from diffprog.exercises._loop import (
    ASCENT,
    Fit,
    check_path,
    check_values,
    entries,
    numbers,
    rate_mistakes,
)

__all__ = ["NEAR", "CutProblem", "check_cut_fit", "cut_mistakes", "must_be_finite", "soft"]

# GeV: more than float32 loses in ten steps near 1000 GeV, less than any mistake makes
NEAR = 0.005

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
        of_background: Count | None = None,
    ) -> Fit:
        """Maximise z of the counts with Adam; the background may be counted in another way."""
        signal, background = self.signal.to(dtype), self.background.to(dtype)

        def objective(c: Tensor) -> Tensor:
            s = count(signal, c, self.k)
            b = (of_background or count)(background, c, self.k)
            return z(s, b).sum()

        start, rate = torch.as_tensor(self.start).to(dtype), self.learning_rate
        return Fit(objective, start, rate, self.steps, torch.optim.Adam, maximize=True)

    def but(self, **changes: Any) -> Self:
        """Return the same problem with something changed."""
        return replace(self, **changes)


def check_cut_fit(
    answer: Callable[..., Any],
    p: CutProblem,
    advice: Advice = ASCENT,
    first: Iterable[Mistake] = (),
) -> None:
    """Raise `Wrong` unless the learner's function returns the cuts, and Z at each of them.

    Adam does not feel a factor in its objective, so that sums and means have the same path: they
    are told apart by the first Z. `first` are other mistakes known by it.
    """
    path, values = parts(call(answer, advice, **vars(p)), "the cuts", "the soft significances")
    fit = p.fit()
    path = numbers(path, "cuts") if fit.path.ndim == 1 else entries(path, "cuts")
    recognise(path, [("the two have changed places: the cuts come first", fit.values)])
    values = numbers(values, "significances")
    begins_right = torch.allclose(values[0], fit.values[0])
    if not begins_right:
        recognise(values[0], first, rtol=1e-5)
    must_be_finite(path, begins_right)
    mistakes = chain(cut_mistakes(p), rate_mistakes(fit))
    check_path(fit, path, "the path of the cuts", mistakes, rtol=0, atol=NEAR)
    check_values(fit, values, _value_mistakes(p))


def must_be_finite(path: Tensor, begins_right: bool = True) -> None:
    """Raise `Wrong` where the path is NaN: where Z begins right, it is its gradient that fails."""
    if path.isfinite().all():
        return
    if not begins_right:
        raise Wrong(
            "the cut becomes NaN, and the significance is wrong before any update. A soft count is"
            " a sum of σ, each between 0 and 1, and never below zero"
        )
    raise Wrong(
        "the cut becomes NaN: 1/(1 + torch.exp(-x)) overflows for masses far below the cut, and"
        " its gradient is zero times infinity. Use torch.sigmoid. (Or is there a root of each"
        " event's share, before the sum?)"
    )


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
        for k in (0.1, 1.0, 10.0):
            yield "the steepness is fixed in your function: use the argument k", path(k)
        yield ("your soft cut is twice as steep as it should be: of a tanh, σ(x) is"
               " (1 + tanh(x/2))/2", path(2 * p.k))
    yield ("the fit does not begin at `start`: is 500 fixed in your function?",
           p.but(start=0 * p.start + 500).fit(count).path)
    for other, z in {
        "s/b": lambda s, b: s / b,
        "s/√(s + b)": lambda s, b: s / (s + b).sqrt(),
        "s alone": lambda s, _: s,
        "s − b": lambda s, b: s - b,
        "√(s/b)": lambda s, b: (s / b).sqrt(),
        "the logarithm of s/√b, or minus one over it": lambda s, b: (s / b.sqrt()).log(),
        "minus one over s/√b": lambda s, b: -b.sqrt() / s,
        "the square of s/√b": lambda s, b: s**2 / b,
        "b/√s, with signal and background in each other's place": lambda s, b: b / s.sqrt(),
        "s·√b": lambda s, b: s * b.sqrt(),
        "s/√(b + 1)": lambda s, b: s / (b + 1).sqrt(),
        "√b, with both counts from the background": lambda _, b: b.sqrt(),
        "√s, with both counts from the signal": lambda s, _: s.sqrt(),
    }.items():
        yield f"you maximise {other}: the significance is s/√b", p.fit(count, z).path
    for name, z in {
        "background": lambda s, b: s / b.detach().sqrt(),
        "signal": lambda s, b: s.detach() / b.sqrt(),
    }.items():
        yield (f"the gradient does not see the {name}: is its count detached, or taken before the"
               " loop?", p.fit(count, z).path)

    def hard(m: Tensor, c: Tensor, k: Any) -> Tensor:
        return count(m, c, 1e9 * torch.ones_like(torch.as_tensor(k)).double()).detach()

    def with_k_of_one(m: Tensor, c: Tensor, k: Any) -> Tensor:
        return count(m, c, torch.ones_like(torch.as_tensor(k)))

    for of_signal, of_background, name, what in (
        (count, hard, "background", "hard"), (hard, count, "signal", "hard"),
        (count, with_k_of_one, "background", "without k"),
        (with_k_of_one, count, "signal", "without k"),
    ):
        yield (f"the {name} is counted {what}: both counts are soft, with the same k",
               p.fit(of_signal, of_background=of_background).path)


def _value_mistakes(p: CutProblem) -> Iterator[Mistake]:
    """Say what can be wrong with the significances along the path."""
    path, z = p.fit().path, p.fit().values
    yield ("s and b are means over the events: the counts are sums",
           z * len(p.background) ** 0.5 / len(p.signal))
    s, b = (torch.stack([(m >= c).reshape(len(m), -1).all(1).sum()
                         for c in path]) for m in (p.signal, p.background))
    yield ("the values come from hard counts: asked for is the soft significance, which Adam"
           " climbs", s / b.sqrt())
    yield ("the second list holds the cuts again: it should hold the significances", path)
