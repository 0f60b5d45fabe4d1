"""Checks for the exercises of the chapter `part3/identifiability`.

Symbols, shapes. N observations, p latent quantities, rank r; in float64.
    z  (p,)        where the Jacobian is taken
    J  (N, p)      the Jacobian of the observations
    n  (p, p − r)  null vectors, in columns: J·n = 0
    g  (p,)        ∂x/∂z for one picture; two are the rows of a J, (2, p)
    T  s           when a picture is taken
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._check import Mistake, Wrong, call, exercise, recognise
from diffprog.pipelines.identifiability import null_space
from diffprog.simulator.ball import position
from diffprog.simulator.pitching import pitch

__all__ = ["check_best_second", "check_null_vectors", "choices", "mistakes"]

Simulator = Callable[..., Tensor]

SMALL = 1e-8  # more than float64 loses here, less than any mistake makes

# What it means that a mask or an index does not fit Vh.
ROWS = dict.fromkeys(
    ("same size", "must match", "out of bounds", "mask"),
    "the singular values are as many as min(N, p), the rows of Vh are p: count the singular values"
    " above rounding, and take the rows from there on",
)


# Null vectors


@exercise("ex-null-vector", "Right: along your vectors nothing that is observed changes.")
def check_null_vectors(null_vectors: Callable[..., Any], seed: int) -> None:
    """`null_vectors(simulator, z)`: orthonormal n, (p, p − r), J·n = 0.

    Any orthonormal basis of the null space will do.
    """
    for what, simulator, z in _simulators(seed):
        n = call(null_vectors, ROWS, simulator=simulator, z=z)
        if not isinstance(n, Tensor):
            raise Wrong(f"I got a {type(n).__name__}: return one tensor, (p, p − r)")
        n = n.detach().double()
        j = torch.func.jacrev(simulator)(z)
        recognise(n, _shape_mistakes(n, f"for {what}", j))
        at_zero = torch.func.jacrev(simulator)(torch.zeros_like(z))
        recognise(n, _span_mistakes(n, f"for {what}", j, at_zero))


def _simulators(seed: int) -> Iterator[tuple[str, Simulator, Tensor]]:
    """A name in words, a simulator of z (p,), and a z."""
    random = torch.Generator().manual_seed(seed)

    def uniform(low: float, high: float, *n: int) -> Tensor:
        r = torch.rand(*n, generator=random, dtype=torch.float64)
        return low + (high - low) * r

    flight = uniform(1, 4, 1)
    machine: Simulator = lambda z: pitch(z[None], flight)[0]  # noqa: E731
    yield "the machine at one flight time", machine, uniform(-1, 1, 2)

    few = uniform(0, 5, 2, 1)
    enough = torch.arange(4).double()[:, None] + uniform(0, 0.5, 4, 1)
    for count, times in (("two", few), ("four", enough)):
        what = f"the ball at {count} times, along one axis"
        yield what, partial(_ball, times), uniform(-3, 3, 3)

    gain_and_light = uniform(0.5, 2, 3)
    for unit, size in (("", 1.0), (", in gigavolts,", 1e-9)):
        what = f"light, gain and decay rate of a pulse{unit}"
        yield what, partial(_light, size), gain_and_light

    mixed = torch.randn(2, 5, generator=random, dtype=torch.float64)
    yield "two sums of five quantities", mixed.mv, uniform(-1, 1, 5)


def _ball(t: Tensor, z: Tensor) -> Tensor:
    return position(t, *z.view(3, 1, 1))[:, 0]


def _light(unit: float, z: Tensor) -> Tensor:
    t = torch.linspace(0, 1, 5, dtype=torch.float64)
    return unit * z[0] * z[1] * torch.exp(-z[2] * t)


# fmt: off
def _shape_mistakes(n: Tensor, what: str, j: Tensor) -> Iterator[Mistake]:
    (N, p), free = j.shape, null_space(j).shape[1]
    yield (f"one vector of shape ({p},): return it as a column, shape ({p}, 1)",
           free == 1 and n.shape == (p,))
    yield ("your vectors are rows: return them as columns, (p, p − r). Transpose",
           n.shape == (free, p) != (p, free))
    yield ("your vectors have as many entries as there are observations: they come from U, or from"
           " J transposed. Null vectors are changes of the latent quantities: rows of Vh",
           p != N and n.shape == (N, N - p + free))
    yield (f"{what} I got shape {tuple(n.shape)}; it should be {(p, free)}",
           n.ndim != 2 or len(n) != p)
    found = f"{what} you find {n.shape[1]} null vectors, and there are {free}."
    yield (f"{found} A singular value that is zero comes out as rounding, some 1e-17: compare with"
           " a small fraction of the largest one. And where there are fewer observations than"
           " quantities, Vh has rows without a singular value: all of them belong to the null space"
           " (full_matrices=True)", n.shape[1] < free)
    yield (f"{found} What counts as zero depends on the units of the observations: compare with a"
           " small fraction of the largest singular value, not with a fixed number",
           n.shape[1] > free)
    yield (f"{what} some entries are not finite", not bool(torch.isfinite(n).all()))


def _span_mistakes(n: Tensor, what: str, j: Tensor, at_zero: Tensor) -> Iterator[Mistake]:
    """Mistakes in n of the right shape."""
    one = torch.eye(n.shape[1]).double()

    def are_null(j: Tensor) -> bool:
        scale = torch.linalg.matrix_norm(j, 2) * n.norm().clamp(min=1)
        return bool(((j @ n).abs() <= SMALL * scale).all())

    def are_one(m: Tensor, atol: float = 1e-6) -> bool:
        return torch.allclose(m, one, atol=atol)
    if not are_null(j):
        best = torch.linalg.svd(j).Vh[:len(one)] @ n
        yield ("those are the directions that are seen best, the first rows of Vh: singular values"
               " come in descending order, and the null vectors are the last rows",
               are_one(best.abs(), SMALL))
        yield ("you take the Jacobian at zero: this simulator is not linear, take it at z",
               are_null(at_zero))
        yield (f"{what} J·n is not zero but up to {(j @ n).abs().max():.2g}. Is torch.linalg.svd's"
               " third result Vh, whose rows are the vectors, and not V?", True)
    yield ("the directions are right, the lengths are not: each vector has length one",
           not are_one(torch.diag(n.norm(dim=0))))
    yield ("your vectors are not at right angles to each other: take rows of Vh",
           not are_one(n.T @ n))
# fmt: on


# Design


@dataclass(frozen=True)
class Choice:
    """What the learner's function is called with."""

    simulator: Simulator
    z: Tensor
    first: float
    candidates: list[float]

    def jacobians(self, z: Tensor) -> Tensor:
        """J at z for each candidate, (candidates, 2, p)."""
        times = (self.first, *self.candidates)
        g = torch.stack([torch.func.grad(self.simulator)(z, T) for T in times])
        return torch.stack([g[:1].expand(len(g) - 1, -1), g[1:]], dim=1)

    def best(self, score: Callable[[Tensor], Tensor], at: float = 1) -> float:
        """The candidate with the largest score of its J at `at`·z."""
        return self.candidates[int(score(self.jacobians(at * self.z)).argmax())]

    @property
    def right(self) -> float:
        """The candidate with the largest det F."""
        return self.best(_determinant)


@exercise("ex-design", "Right: your second picture tells most, for whatever simulator.")
def check_best_second(best_second: Callable[..., Any], seed: int) -> None:
    """`best_second(simulator, z, first, candidates)`: the largest det F."""
    asked = choices(seed)
    chosen = torch.tensor([_chosen(best_second, choice) for choice in asked])
    right = torch.tensor([choice.right for choice in asked])
    if torch.allclose(chosen, right, rtol=0, atol=CLOSE):
        return
    recognise(chosen, mistakes(asked), rtol=0, atol=CLOSE)
    for choice, got in zip(asked, chosen.tolist(), strict=True):
        if all(abs(got - T) > CLOSE for T in choice.candidates):
            raise Wrong(f"{got:g} s is none of the candidates: return one")
        if abs(got - choice.right) > CLOSE:
            raise Wrong(
                f"with a first picture at {choice.first:.2f} s you choose {got:.2f} s, but det F is"
                f" larger at {choice.right:.2f} s"
            )


CLOSE = 1e-5  # s: candidates may have been through float32


def choices(seed: int) -> list[Choice]:
    """What is asked, and the right answer is never the first candidate.

    That is where mistakes end that choose nothing.
    """
    return [
        replace(choice, candidates=choice.candidates[::-1])
        if choice.right == choice.candidates[0]
        else choice
        for choice in _choices(seed)
    ]


def _choices(seed: int) -> Iterator[Choice]:
    """The machine, twice: early or late is best. Two springs. A pulse."""
    random = torch.Generator().manual_seed(seed)

    def uniform(low: float, high: float) -> float:
        return low + (high - low) * torch.rand((), generator=random).item()

    def times(low: float, high: float, n: int = 9) -> list[float]:
        order = torch.randperm(n, generator=random).tolist()
        width = (high - low) / n
        return [low + width * (i + uniform(0.2, 0.8)) for i in order]

    def machine(z: Tensor, T: float) -> Tensor:
        return pitch(z[None], T)[0, 0]

    z = torch.randn(2, generator=random, dtype=torch.float64)
    yield Choice(machine, z, uniform(2.8, 3.2), times(0, 4))
    yield Choice(machine, z, uniform(0.8, 1.2), times(0, 4))

    def spring(z: Tensor, T: float, ω: float) -> Tensor:
        return z[0] * math.cos(ω * T) + z[1] / ω * math.sin(ω * T)

    for ω, phase in ((uniform(1.5, 2.5), 0.4), (uniform(0.6, 0.8), 0.9)):
        candidates = times(0.5 * phase / ω, 6 / ω, 15)
        yield Choice(partial(spring, ω=ω), z, phase / ω, candidates)

    def pulse(z: Tensor, T: float) -> Tensor:
        return z[0] * torch.exp(-z[1] * T)

    z = torch.tensor([uniform(2, 4), uniform(1, 1.5)], dtype=torch.float64)
    yield Choice(pulse, z, uniform(0.3, 0.5), times(0.6, 3))


def _chosen(best_second: Callable[..., Any], choice: Choice) -> float:
    """The candidate that the learner's function returns."""
    T = call(best_second, **vars(choice))
    if isinstance(T, int) or (isinstance(T, Tensor) and not T.is_floating_point()):
        raise Wrong("that is a place in the list: return the candidate that stands there")
    if isinstance(T, Tensor) and T.numel() != 1:
        raise Wrong(f"I got shape {tuple(T.shape)}: return one of the candidates, one number")
    return float(T)


def _determinant(j: Tensor) -> Tensor:
    """det F, (candidates,)."""
    d: Tensor = torch.linalg.det(j.mT @ j)
    return d


def _variances(j: Tensor) -> Tensor:
    """The variances of the latent quantities for errors of one, (…, p)."""
    v: Tensor = torch.linalg.inv(j.mT @ j).diagonal(dim1=-2, dim2=-1)
    return v


# fmt: off
def mistakes(asked: list[Choice]) -> Iterator[Mistake]:
    """Say how one can choose wrongly, and what is chosen so."""
    def each(choose: Callable[[Choice], float]) -> Tensor:
        return torch.tensor([choose(choice) for choice in asked])

    def by(score: Callable[[Tensor], Tensor], at: float = 1) -> Tensor:
        return each(lambda c: c.best(score, at))
    both = "alone: the determinant has both"
    yield ("you choose the smallest determinant of F, the picture that tells least: take the"
           " largest. (The one to make small is the determinant of the covariance)",
           by(lambda j: -_determinant(j)))
    yield ("you choose by the trace of F: it is large for one very sensitive picture, even if that"
           " sees again what the first has seen. The determinant is zero then",
           by(lambda j: (j**2).sum((-2, -1))))
    yield ("you choose by the largest eigenvalue of F, what is seen best. The trouble is what is"
           " seen worst, and the determinant has both",
           by(lambda j: torch.linalg.matrix_norm(j, 2)))
    yield (f"you choose by the error of the first latent quantity {both}",
           by(lambda j: -_variances(j)[:, 0]))
    yield (f"you choose by the error of the second latent quantity {both}",
           by(lambda j: -_variances(j)[:, 1]))
    yield ("you choose by the sum of the variances: it adds squares of different units, and in"
           " other units the answer may be another. Take the determinant",
           by(lambda j: -_variances(j).sum(-1)))
    yield ("you choose by the condition number: it depends on the units of the latent quantities."
           " Take the determinant of F", by(lambda j: -torch.linalg.cond(j)))
    def far(c: Choice) -> float:
        return max(c.candidates, key=lambda T: abs(T - c.first))
    yield ("you choose the picture farthest in time from the first. That is right for the machine"
           " only: ask the simulator", each(far))
    yield ("you always choose the earliest: right on the page, not everywhere",
           each(lambda c: min(c.candidates)))
    yield ("you always choose the latest: ask the simulator", each(lambda c: max(c.candidates)))
    yield ("you always choose the first of the list. Is F singular in your function, whatever the"
           " candidate? Add up the information of both pictures, F = g₁g₁ᵀ + g₂g₂ᵀ",
           each(lambda c: c.candidates[0]))
    yield ("your F is that of the second picture alone, and singular: add the information of the"
           " first", by(lambda j: _determinant(j[:, 1:])))
    yield ("that is a determinant: return the candidate at which it is largest",
           each(lambda c: float(_determinant(c.jacobians(c.z)).max())))
    yield ("you take the derivative at zero: the pulse is not linear, take it at z",
           by(_determinant, 0))
