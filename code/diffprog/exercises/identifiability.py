"""Checks for the exercises of the chapter `part3/identifiability`.

Symbols, shapes. N observations, p latent quantities, r the rank; all in float64.
    z  (p,)        where the Jacobian is taken
    J  (N, p)      the Jacobian of the observations
    n  (p, p − r)  null vectors, in columns: J·n = 0
    g  (p,)        ∂x/∂z for one picture; two of them are the rows of a J, (2, p)
    T  s           when a picture is taken
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._check import Wrong, exercise, returned
from diffprog.pipelines.identifiability import null_space
from diffprog.simulator.ball import position
from diffprog.simulator.pitching import pitch

__all__ = ["check_best_second", "check_null_vectors"]

Simulator = Callable[..., Tensor]

SMALL = 1e-8  # more than float64 loses here, less than any mistake makes


# Null vectors


@exercise("3.2a", "right: along your vectors nothing that is observed changes.")
def check_null_vectors(null_vectors: Callable[..., Any], seed: int) -> None:
    """`null_vectors(simulator, z)`, z (p,), gives orthonormal n, (p, p − r), with J·n = 0."""
    for what, simulator, z in _simulators(seed):
        try:
            n = null_vectors(simulator, z.clone())
        except (RuntimeError, IndexError) as error:
            raise _explained(error) from error
        _check_null(n, what, simulator, z)


def _simulators(seed: int) -> Iterator[tuple[str, Simulator, Tensor]]:
    """A name in words, a simulator of z (p,), and a z."""
    random = torch.Generator().manual_seed(seed)

    def uniform(low: float, high: float, *n: int) -> Tensor:
        return low + (high - low) * torch.rand(*n, generator=random, dtype=torch.float64)

    flight = uniform(1, 4, 1)
    yield "the machine at one flight time", lambda z: pitch(z[None], flight)[0], uniform(-1, 1, 2)

    few, enough = uniform(0, 5, 2, 1), torch.arange(4).double()[:, None] + uniform(0, 0.5, 4, 1)
    for count, times in (("two", few), ("four", enough)):
        what = f"the ball at {count} times, along one axis"
        yield what, lambda z, t=times: position(t, *z.view(3, 1, 1))[:, 0], uniform(-3, 3, 3)

    t = torch.linspace(0, 1, 5, dtype=torch.float64)
    gain_and_light = uniform(0.5, 2, 3)
    for unit, size in (("", 1.0), (", in gigavolts,", 1e-9)):
        what = f"light, gain and decay rate of a pulse{unit}"
        yield what, lambda z, u=size: u * z[0] * z[1] * torch.exp(-z[2] * t), gain_and_light

    mixed = torch.randn(2, 5, generator=random, dtype=torch.float64)
    yield "two sums of five quantities", lambda z: mixed @ z, uniform(-1, 1, 5)


def _check_null(n: Any, what: str, simulator: Simulator, z: Tensor) -> None:
    """Raise `Wrong` unless n spans the null space; any orthonormal basis of it will do."""
    if not isinstance(returned(n), Tensor):
        raise Wrong(f"I got a {type(n).__name__}: return one tensor, (p, p − r)")
    n = n.detach().double()
    j = torch.func.jacrev(simulator)(z)
    wanted = null_space(j)
    (p, free), r, observations = wanted.shape, len(z) - wanted.shape[1], len(j)
    if n.shape == (p,) and free == 1:
        raise Wrong(f"one vector of shape ({p},): return it as a column, shape ({p}, 1)")
    if n.shape != wanted.shape and n.shape == (free, p):
        raise Wrong("your vectors are rows: return them as columns, (p, p − r). Transpose")
    if n.shape != wanted.shape and n.shape == (observations, observations - r) and p != len(j):
        raise Wrong(
            "your vectors have as many entries as there are observations: they come from U, or from"
            " J transposed. Null vectors are changes of the latent quantities: rows of Vh"
        )
    if n.ndim != 2 or len(n) != p:
        raise Wrong(f"for {what} I got shape {tuple(n.shape)}; it should be {(p, free)}")
    if n.shape[1] < free:
        raise Wrong(
            f"for {what} you find {n.shape[1]} null vectors, and there are {free}. A singular value"
            " that is zero comes out as rounding, some 1e-17: compare with a small fraction of the"
            " largest one. And where there are fewer observations than quantities, Vh has rows"
            " without a singular value: all of them belong to the null space (full_matrices=True)"
        )
    if n.shape[1] > free:
        raise Wrong(
            f"for {what} you find {n.shape[1]} null vectors, and there are {free}. What counts as"
            " zero depends on the units of the observations: compare with a small fraction of the"
            " largest singular value, not with a fixed number"
        )
    _check_span(n, what, j, wanted, simulator, z)


def _check_span(
    n: Tensor, what: str, j: Tensor, wanted: Tensor, simulator: Simulator, z: Tensor
) -> None:
    """Raise `Wrong` unless the columns of n, of the right shape, are an orthonormal null basis."""
    free = wanted.shape[1]
    if not torch.isfinite(n).all():
        raise Wrong(f"for {what} some entries are not finite")
    scale = torch.linalg.matrix_norm(j, 2) * n.norm().clamp(min=1)
    if free and (j @ n).abs().max() > SMALL * scale:
        vh = torch.linalg.svd(j).Vh
        if torch.allclose((vh[:free] @ n).abs(), torch.eye(free).double(), atol=SMALL):
            raise Wrong(
                "those are the directions that are seen best, the first rows of Vh: singular values"
                " come in descending order, and the null vectors are the last rows"
            )
        elsewhere = torch.func.jacrev(simulator)(torch.zeros_like(z))
        if (elsewhere @ n).abs().max() < SMALL * scale:
            raise Wrong("you take the Jacobian at zero: this simulator is not linear, take it at z")
        largest = (j @ n).abs().max().item()
        raise Wrong(
            f"for {what} J·n is not zero but up to {largest:.2g}. Is torch.linalg.svd's third"
            " result Vh, whose rows are the vectors, and not V?"
        )
    if not torch.allclose(n.norm(dim=0), torch.ones(free).double(), atol=1e-6):
        raise Wrong("the directions are right, the lengths are not: each vector has length one")
    if not torch.allclose(n.T @ n, torch.eye(free).double(), atol=1e-6):
        raise Wrong("your vectors are not at right angles to each other: take rows of Vh")


def _explained(error: Exception) -> Exception:
    """What the learner's exception most likely means; itself where that is not known."""
    text = str(error)
    if any(words in text for words in ("same size", "must match", "out of bounds", "mask")):
        return Wrong(
            "the singular values are as many as min(N, p), the rows of Vh are p: count the singular"
            f" values above rounding, and take the rows from there on ({text})"
        )
    return error


# Design


@dataclass(frozen=True)
class Choice:
    """What the learner's function is called with."""

    simulator: Simulator
    z: Tensor
    first: float
    candidates: list[float]

    def jacobians(self, at: Tensor | None = None) -> Tensor:
        """One J for each candidate, (candidates, 2, p): rows for the first and second picture."""
        z = self.z if at is None else at
        g = torch.stack(
            [torch.func.grad(self.simulator)(z, T) for T in (self.first, *self.candidates)]
        )
        return torch.stack([g[:1].expand(len(g) - 1, -1), g[1:]], dim=1)


@exercise("3.2b", "right: your second picture tells most, for whatever simulator.")
def check_best_second(best_second: Callable[..., Any], seed: int) -> None:
    """`best_second(simulator, z, first, candidates)` is the candidate with the largest det F."""
    choices = [_no_luck(choice) for choice in _choices(seed)]
    chosen = [_chosen(best_second, choice) for choice in choices]
    right = [_by(_determinant, choice) for choice in choices]
    if all(_same(a, b) for a, b in zip(chosen, right, strict=True)):
        return
    for cause, mistake in MISTAKES.items():
        if all(_same(a, mistake(c)) for a, c in zip(chosen, choices, strict=True)):
            raise Wrong(cause)
    for choice, got, wanted in zip(choices, chosen, right, strict=True):
        if not any(_same(got, T) for T in choice.candidates):
            raise Wrong(f"{got:g} s is none of the candidates: return one of them")
        if not _same(got, wanted):
            raise Wrong(
                f"with a first picture at {choice.first:.2f} s you choose {got:.2f} s, but"
                f" det F is larger at {wanted:.2f} s"
            )


def _choices(seed: int) -> Iterator[Choice]:
    """The machine, where an early or a late picture is best; two springs; a pulse that fades."""
    random = torch.Generator().manual_seed(seed)

    def uniform(low: float, high: float) -> float:
        return low + (high - low) * torch.rand((), generator=random).item()

    def times(low: float, high: float, n: int = 9) -> list[float]:
        order = torch.randperm(n, generator=random).tolist()
        return [low + (high - low) * (i + uniform(0.2, 0.8)) / n for i in order]

    def machine(z: Tensor, T: float) -> Tensor:
        return pitch(z[None], T)[0, 0]

    z = torch.randn(2, generator=random, dtype=torch.float64)
    yield Choice(machine, z, uniform(2.8, 3.2), times(0, 4))
    yield Choice(machine, z, uniform(0.8, 1.2), times(0, 4))

    def spring(z: Tensor, T: float, ω: float) -> Tensor:
        return z[0] * math.cos(ω * T) + z[1] / ω * math.sin(ω * T)

    for stiff, phase in ((uniform(1.5, 2.5), 0.4), (uniform(0.6, 0.8), 0.9)):
        swing = partial(spring, ω=stiff)
        yield Choice(swing, z, phase / stiff, times(0.5 * phase / stiff, 6 / stiff, 15))

    def pulse(z: Tensor, T: float) -> Tensor:
        return z[0] * torch.exp(-z[1] * T)

    z = torch.tensor([uniform(2, 4), uniform(1, 1.5)], dtype=torch.float64)
    yield Choice(pulse, z, uniform(0.3, 0.5), times(0.6, 3))


def _no_luck(choice: Choice) -> Choice:
    """Move the right answer away from the first place, where mistakes that choose nothing end."""
    if _same(_by(_determinant, choice), choice.candidates[0]):
        return replace(choice, candidates=choice.candidates[::-1])
    return choice


def _chosen(best_second: Callable[..., Any], choice: Choice) -> float:
    """The candidate that the learner's function returns."""
    given = choice.simulator, choice.z.clone(), choice.first, list(choice.candidates)
    T = returned(best_second(*given))
    if isinstance(T, int) or (isinstance(T, Tensor) and not T.is_floating_point()):
        raise Wrong("that is a place in the list: return the candidate that stands there")
    if isinstance(T, Tensor) and T.numel() != 1:
        raise Wrong(f"I got shape {tuple(T.shape)}: return one of the candidates, one number")
    return float(T)


def _determinant(j: Tensor) -> Tensor:
    d: Tensor = torch.linalg.det(j.mT @ j)
    return d


def _by(score: Callable[[Tensor], Tensor], choice: Choice) -> float:
    """Return the candidate with the largest score of its J."""
    return choice.candidates[int(score(choice.jacobians()).argmax())]


def _variances(j: Tensor) -> Tensor:
    """Return the variances of the latent quantities for errors of one, (candidates, p)."""
    v: Tensor = torch.linalg.inv(j.mT @ j).diagonal(dim1=-2, dim2=-1)
    return v


def _same(a: float, b: float) -> bool:
    return abs(a - b) < 1e-5  # s: candidates may have been through float32


def _scored(score: Callable[[Tensor], Tensor]) -> Callable[[Choice], float]:
    return lambda choice: _by(score, choice)


MISTAKES: dict[str, Callable[[Choice], float]] = {
    "you choose the smallest determinant of F, the picture that tells least: take the largest."
    " (The one to make small is the determinant of the covariance)": _scored(
        lambda j: -_determinant(j)
    ),
    "you choose by the trace of F: it is large for one very sensitive picture, even if that sees"
    " again what the first has seen. The determinant is zero then": _scored(
        lambda j: (j**2).sum((-2, -1))
    ),
    "you choose by the largest eigenvalue of F, what is seen best. The trouble is what is seen"
    " worst, and the determinant has both": _scored(lambda j: torch.linalg.matrix_norm(j, 2)),
    "you choose by the error of the first latent quantity alone: the determinant has both": _scored(
        lambda j: -_variances(j)[:, 0]
    ),
    "you choose by the error of the second latent quantity alone: the determinant has both": (
        _scored(lambda j: -_variances(j)[:, 1])
    ),
    "you choose by the sum of the variances: it adds squares of different units, and in other units"
    " the answer may be another. Take the determinant": _scored(lambda j: -_variances(j).sum(-1)),
    "you choose by the condition number: it depends on the units of the latent quantities. Take"
    " the determinant of F": _scored(lambda j: -torch.linalg.cond(j)),
    "you choose the picture farthest in time from the first. That is right for the machine only:"
    " ask the simulator": lambda c: max(c.candidates, key=lambda T: abs(T - c.first)),
    "you always choose the earliest: right on the page, not everywhere": lambda c: min(
        c.candidates
    ),
    "you always choose the latest: ask the simulator": lambda c: max(c.candidates),
    "you always choose the first of the list. Is F singular in your function, whatever the"
    " candidate? Add up the information of both pictures, F = g₁g₁ᵀ + g₂g₂ᵀ": lambda c: (
        c.candidates[0]
    ),
    "your F is that of the second picture alone, and singular: add the information of the first": (
        _scored(lambda j: _determinant(j[:, 1:]))
    ),
    "that is a determinant: return the candidate at which it is largest": lambda c: float(
        _determinant(c.jacobians()).max()
    ),
    "you take the derivative at zero: the pulse is not linear, take it at z": lambda c: (
        c.candidates[int(_determinant(c.jacobians(torch.zeros_like(c.z))).argmax())]
    ),
}
