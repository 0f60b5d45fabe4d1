"""Checks for the exercises of the chapter `part3/identifiability`.

Symbols, shapes. N observations, p latent quantities, rank r; in float64.
    z  (p,)        where the Jacobian is taken
    J  (N, p)      the Jacobian of the observations
    n  (p, p − r)  null vectors, in columns: J·n = 0
    g  (p,)        ∂x/∂z for one picture; two are the rows of a J, (2, p)
    T  s           when a picture is taken
    A, k, t0       a flash of light: its amplitude, rate (1/s) and delay (s)
    F  (p, p)      Fisher information
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._check import (
    Draw,
    Formula,
    Mistake,
    Wrong,
    call,
    close,
    exercise,
    recognise,
    shown,
    tensor,
)
from diffprog.pipelines.identifiability import null_space
from diffprog.simulator.pitching import pitch

__all__ = [
    "check_best_second", "check_errors", "check_flash", "check_null_vectors", "choices",
    "mistakes",
]  # fmt: skip

SMALL = 1e-8  # more than float64 loses here, less than any mistake makes

# What it means that a mask or an index does not fit Vh, and that nothing comes back.
ADVICE = dict.fromkeys(
    ("same size", "must match", "out of bounds", "mask"),
    "the singular values are as many as min(N, P), the rows of Vh are P: count the singular values"
    " above rounding, and take the rows from there on",
) | {
    "returns None": (
        "your function returns None. Where all is seen there are no null vectors: return a tensor"
        " without columns, shape (P, 0). (Or is the line with `return` missing?)"
    )
}


# Null vectors


@exercise("ex-null-vector", "Right: along your vectors nothing that is observed changes.")
def check_null_vectors(null_vectors: Callable[..., Any], seed: int) -> None:
    """Check `null_vectors(simulator, z)`: orthonormal n, (p, p − r), with J·n = 0.

    Any orthonormal basis of the null space will do.
    """
    for what, simulator, z in _simulators(seed):
        where = f"for {what}"
        got = call(null_vectors, ADVICE, simulator=simulator, z=z)
        n = tensor(got, "the table of null vectors")
        j = torch.func.jacrev(simulator)(z)
        at_zero = torch.func.jacrev(simulator)(torch.zeros_like(z))
        recognise(n, _shape_mistakes(n, where, j, at_zero))
        single = isinstance(got, Tensor) and got.dtype == torch.float32
        recognise(n, _span_mistakes(n, where, j, at_zero, single))


def _simulators(seed: int) -> Iterator[tuple[str, Formula, Tensor]]:
    """Yield a name in words, a simulator of z (p,), and a z."""
    draw = Draw(seed)

    def at(low: float, high: float, p: int) -> Tensor:
        return draw(low, high, p, dtype=torch.float64)

    machine = f"lambda z: pitch(z[None], torch.tensor([{draw.one(1, 4):.1f}]).double())[0]"
    yield "the machine at one flight time", Formula(machine, pitch=pitch), at(-1, 1, 2)

    ball = "lambda z: z[0] * {t}**2 / 2 + z[1] * {t} + z[2]"
    enough = torch.arange(4.0) + draw(0, 0.5, 4)
    for count, times in (("two", draw(0, 5, 2)), ("four", enough)):
        name = f"the ball at {count} times, along one axis"
        yield name, Formula(ball.format(t=shown(times.double()))), at(-3, 3, 3)

    x = draw.one(1, 3)
    weak = f"lambda z: torch.stack([z[0] + z[1], {x:.1f} * z[0] + {x + 3e-3:.3f} * z[1]])"
    yield "two observations that are nearly the same", Formula(weak), at(-1, 1, 2)

    t = "torch.linspace(0, 1, 5, dtype=torch.float64)"
    pulse = f"(1 + z[0]) ** 2 * (1 + z[1]) * torch.exp(-(1 + z[2]) * {t})"
    pulse, z = f"lambda z: {{unit}}{pulse}", at(-0.5, 1, 3)
    name = "a pulse whose light, gain and decay rate have changed"
    yield name, Formula(pulse.format(unit="")), z
    for unit in ("1e-9", "1e-15", "1e9"):
        yield (
            f"{name}, in units of {1 / float(unit):g}",
            Formula(pulse.format(unit=f"{unit} * ")),
            z,
        )

    mixed = f"lambda z: ({shown(draw(-2, 2, 2, 5))} * z).sum(1)"
    yield "two sums of five quantities", Formula(mixed), at(-1, 1, 5)


# fmt: off
def _shape_mistakes(n: Tensor, what: str, j: Tensor, at_zero: Tensor) -> Iterator[Mistake]:
    (N, p), free = j.shape, null_space(j).shape[1]
    yield f"{what} some entries are not finite", not bool(torch.isfinite(n).all())
    yield (f"one vector of shape ({p},): return it as a column, shape ({p}, 1)",
           free == 1 and n.shape == (p,))
    yield ("your vectors are rows: return them as columns, (P, P − rank). Transpose",
           n.shape == (free, p) != (p, free))
    yield ("your vectors have as many entries as there are observations: they come from U, or from"
           " J transposed. Null vectors are changes of the latent quantities: rows of Vh",
           p != N and n.shape == (N, N - p + free))
    yield (f"{what} I got shape {tuple(n.shape)}; it should be {(p, free)}"
           + ("" if free else ": all is seen, so that there are no columns"),
           n.ndim != 2 or len(n) != p)
    if n.shape[1] == free:
        return
    count = n.shape[1]
    found = f"{what} you find {count} null vectors, and there are {free}."
    s = torch.linalg.svdvals(j)
    yield (f"{found} What counts as zero depends on the units of the observations: compare with a"
           " small fraction of the largest singular value, not with a fixed number",
           (free > 0 and bool(s[0] < 1e-6)) or (count < free and bool(s[0] > 1e6)))
    yield (f"{found} You take the Jacobian at another point: this simulator is not linear, take it"
           " at z",
           bool(at_zero.any()) and count == null_space(at_zero).shape[1] and _null(at_zero, n))
    yield (f"{found} Your Jacobian is that of the sum of all observations: each has its own row",
           N > 1 and count == p - 1 and _null(j.sum(0, keepdim=True), n))
    rank, zeros = p - free, min(N, p) - (p - free)
    yield (f"{found} Your vectors are not independent, as the columns of a projector: return as"
           " many as there are independent ones", int(torch.linalg.matrix_rank(n)) < count)
    yield (f"{found} Those are all directions: keep the rows of Vh from the rank on, whose singular"
           " value is zero", count == p)
    yield (f"{found} A singular value that is zero comes out as rounding, some 1e-17 of the"
           " largest: the rank is the number of those above a small fraction of the largest one,"
           " not the number of observations", count == free - zeros < free)
    yield (f"{found} Vh has {p} rows. The first {rank} belong to singular values above rounding,"
           " and all others to the null space, also those without a singular value: does svd return"
           f" all of them (full_matrices=True), and does your slice begin at {rank}?", count < free)
    yield (f"{found} The smallest singular value is {s[-1] / s[0]:.1g} of the largest, far above"
           " rounding, which is some 1e-16 of it: yours is too generous",
           not free and bool(s[-1] < 0.05 * s[0]) and count == 1)
    last = torch.linalg.svd(j).Vh[-count:]
    share = s[p - count] / s[0] if p - count < len(s) else 0
    yield (f"{found} You take a singular value that is {share:.2g} of the largest for zero: is the"
           " threshold too high, or not relative to the largest, or is the number of vectors fixed"
           " in your function?", len(s) > p - count and torch.allclose(
               (last @ n).norm(dim=0), n.norm(dim=0), 1e-6))
    yield (f"{found} Is their number fixed in your function? Count the singular values that are"
           " zero", True)


def _null(j: Tensor, n: Tensor, small: float = SMALL) -> bool:
    """Tell whether J·n = 0, to rounding."""
    scale = torch.linalg.matrix_norm(j, 2) * n.norm().clamp(min=1)
    return bool(((j @ n).abs() <= small * scale).all())


def _span_mistakes(
    n: Tensor, what: str, j: Tensor, at_zero: Tensor, single: bool
) -> Iterator[Mistake]:
    """Say what can be wrong with an n of the right shape."""
    one = torch.eye(n.shape[1]).double()

    def are_one(m: Tensor, atol: float = 1e-6) -> bool:
        return torch.allclose(m, one, atol=atol)

    if not _null(j, n):
        best = torch.linalg.svd(j).Vh[:len(one)] @ n
        yield ("those are the directions that are seen best, the first rows of Vh: singular values"
               " come in descending order, and the null vectors are the last rows",
               are_one(best.abs(), SMALL))
        yield ("you take the Jacobian at another point: this simulator is not linear, take it at z",
               _null(at_zero, n))
        page = torch.tensor([[3.0], [-1.0]]).double() / 10**0.5
        yield ("that is the null vector of this chapter's machine: compute it from the simulator",
               n.shape == page.shape and torch.allclose(n.abs(), page.abs(), atol=1e-3))
        change = f"{what} J times your vectors is not zero but up to {(j @ n).abs().max():.2g}."
        yield (f"{change} Your vectors are in float32, which rounds too much here: stay in float64,"
               " as z is", single and _null(j, n, 1e-5))
        right = torch.linalg.svd(j).Vh
        yield (f"{change} torch.linalg.svd's third result is Vh, whose rows are the vectors: you"
               " take its columns (or your entries have lost their signs)",
               torch.allclose(n.abs(), right[:, -len(one):].abs(), atol=1e-6))
        yield (f"{change} The entries have lost their signs", torch.allclose(
            n.abs(), right[-len(one):].T.abs(), atol=1e-6))
        yield (f"{change} Null vectors are the rows of Vh whose singular value is zero", True)
    yield ("the directions are right, the lengths are not: each vector has length one",
           not are_one(torch.diag(n.norm(dim=0))))
    yield ("your vectors are not at right angles to each other: take rows of Vh",
           not are_one(n.T @ n))
# fmt: on


# Design


@dataclass(frozen=True)
class Choice:
    """What the learner's function is called with."""

    simulator: Formula
    z: Tensor
    first: float
    candidates: list[float]

    def jacobians(self, z: Tensor) -> Tensor:
        """Return J at z for each candidate, (candidates, 2, p)."""
        times = (self.first, *self.candidates)
        g = torch.stack([torch.func.grad(self.simulator)(z, T) for T in times])
        return torch.stack([g[:1].expand(len(g) - 1, -1), g[1:]], dim=1)

    def best(self, score: Callable[[Tensor], Tensor], at: float = 1) -> float:
        """Return the candidate with the largest score of its J at `at`·z."""
        j = self._at_z if at == 1 else self.jacobians(at * self.z)
        return self.candidates[int(score(j).argmax())]

    @cached_property
    def _at_z(self) -> Tensor:
        return self.jacobians(self.z)

    def seen(self, T: float) -> float:
        """Return the observation at T."""
        return self.simulator(self.z, T).item()

    @property
    def right(self) -> float:
        """Return the candidate with the largest det F."""
        return self.best(_determinant)


DESIGN = {
    "index out of range": (
        "the place of the best is past the end of the list of candidates: does it count the first"
        " picture too?"
    )
}


@exercise("ex-design", "Right: your second picture tells most, for whatever simulator.")
def check_best_second(best_second: Callable[..., Any], seed: int) -> None:
    """Check `best_second(simulator, z, first, candidates)`: the one with the largest det F."""
    asked = choices(seed)
    chosen = torch.tensor([_chosen(best_second, choice) for choice in asked])
    wrong = [
        not abs(got - choice.right) <= CLOSE for got, choice in zip(chosen, asked, strict=True)
    ]
    if not any(wrong):
        return
    choice, got = next((c, float(g)) for c, g, w in zip(asked, chosen, wrong, strict=True) if w)
    _chosen(best_second, choice)  # so that the first wrong one is shown
    recognise(chosen, mistakes(asked), rtol=0, atol=CLOSE)
    if not any(abs(got - T) <= CLOSE for T in choice.candidates):
        raise Wrong(f"{got:g} s is none of the candidates: return one")
    raise Wrong(
        f"with a first picture at {choice.first:g} s you choose {got:g} s, but det F is larger at"
        f" {choice.right:g} s"
    )


CLOSE = 1e-5  # s: candidates may have been through float32


def choices(seed: int) -> list[Choice]:
    """Return what is asked; the right answer is never the first candidate.

    That is where mistakes end that choose nothing.
    """
    return [
        replace(choice, candidates=choice.candidates[::-1])
        if choice.right == choice.candidates[0]
        else choice
        for choice in _choices(seed)
    ]


def _choices(seed: int) -> Iterator[Choice]:
    """Yield the machine twice, with early or late as the best, two springs and a pulse."""
    draw = Draw(seed)

    def times(low: float, high: float, n: int = 5) -> list[float]:
        # one in each n-th part, in any order
        width = (high - low) / n
        where = draw(0.2, 0.8, n, step=0.01).double() + torch.randperm(n, generator=draw.random)
        return [round(low + width * x, 2) for x in where.tolist()]

    machine = Formula("lambda z, t: pitch(z[None], t)[0, 0]", pitch=pitch)
    z = draw(-2, 2, 2, dtype=torch.float64)
    yield Choice(machine, z, draw.one(2.8, 3.2), times(0, 4))
    yield Choice(machine, z, draw.one(0.8, 1.2), times(0, 4))

    for ω, phase in ((draw.one(1.5, 2.5), 0.4), (draw.one(0.6, 0.8), 0.9)):
        spring = (
            f"lambda z, t: z[0] * math.cos({ω:.1f} * t) + z[1] / {ω:.1f} * math.sin({ω:.1f} * t)"
        )
        candidates = times(0.5 * phase / ω, 6 / ω, 9)
        yield Choice(Formula(spring, math=math), z, round(phase / ω, 2), candidates)

    pulse = Formula("lambda z, t: z[0] * torch.exp(-z[1] * t)")
    z = torch.tensor([draw.one(2, 4), draw.one(1, 1.5)], dtype=torch.float64)
    yield Choice(pulse, z, draw.one(0.3, 0.5), times(0.6, 3, 7))


def _chosen(best_second: Callable[..., Any], choice: Choice) -> float:
    """Return the candidate that the learner's function returns."""
    given = {name: getattr(choice, name) for name in ("simulator", "z", "first", "candidates")}
    T = call(best_second, DESIGN, **given)
    place = isinstance(T, int) or (hasattr(T, "dtype") and "int" in str(T.dtype))
    if place:
        raise Wrong("that is a place in the list: return the candidate that stands there")
    T = tensor(T, "the time that you choose")
    if T.numel() != 1:
        raise Wrong(f"I got shape {tuple(T.shape)}: return one of the candidates, one number")
    return T.item()


def _determinant(j: Tensor) -> Tensor:
    """Return det F, (candidates,)."""
    d: Tensor = torch.linalg.det(j.mT @ j)
    return d


def _variances(j: Tensor) -> Tensor:
    """Return the variances of the latent quantities for errors of one, (…, p)."""
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
           " largest, of the sum of both pictures' information. (The one to make small is the"
           " determinant of the covariance)",
           by(lambda j: -_determinant(j)))
    yield ("you choose by the trace of F: it is large for one very sensitive picture, even if that"
           " sees again what the first has seen. The determinant is zero then",
           by(lambda j: (j**2).sum((-2, -1))))
    yield ("you choose by the largest eigenvalue of F, what is seen best. The trouble is what is"
           " seen worst, and the determinant has both",
           by(lambda j: torch.linalg.matrix_norm(j, 2)))
    yield ("you choose by the smallest eigenvalue of F: it compares squares of different units, and"
           " in other units the answer may be another. Take the determinant",
           by(lambda j: torch.linalg.svdvals(j)[:, -1]))
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
    yield ("you choose the picture nearest in time to the first: it sees again what the first has"
           " seen", each(lambda c: min(c.candidates, key=lambda T: abs(T - c.first))))
    yield ("you always choose the last of the list, whatever it is",
           each(lambda c: c.candidates[-1]))
    yield ("you always choose the earliest: right on the page, not everywhere",
           each(lambda c: min(c.candidates)))
    yield ("you always choose the latest: ask the simulator", each(lambda c: max(c.candidates)))
    yield ("you always choose the first of the list. Is F singular in your function, whatever the"
           " candidate? Add up the information of both pictures, F = g₁g₁ᵀ + g₂g₂ᵀ",
           each(lambda c: c.candidates[0]))
    yield ("your F is that of the second picture alone, and singular: add the information of the"
           " first", by(lambda j: _determinant(j[:, 1:])))
    yield ("your F has only its diagonal: outer(g, g) has the products of different components too",
           by(lambda j: (j**2).sum(-2).prod(-1)))
    yield ("you take the largest determinant of the gradients with its sign: a large negative one"
           " tells as much", by(torch.linalg.det))
    yield ("the gradients are divided by their lengths: how much a picture tells is in their"
           " length", by(lambda j: _determinant(j / j.norm(dim=-1, keepdim=True))))
    dot = "two pictures tell most where their gradients point in different directions"
    for sign, word in ((1, "largest"), (-1, "smallest")):
        yield (f"you choose by the {word} product of the two gradients: {dot}, and are long",
               by(lambda j, sign=sign: sign * j.prod(-2).sum(-1)))  # type: ignore[misc]
    yield (f"you choose by the product of the two gradients: {dot}, and are long",
           by(lambda j: -j.prod(-2).sum(-1).abs()))
    yield ("you choose the picture whose observation differs most from the first: what counts is"
           " how the observations change with z",
           each(lambda c: max(c.candidates, key=lambda T: abs(c.seen(T) - c.seen(c.first)))))
    yield ("you choose the picture with the largest observation: what counts is how it changes with"
           " z", each(lambda c: max(c.candidates, key=c.seen)))
    yield ("the candidate is taken from a sorted list: take it from the list as it came",
           each(lambda c: sorted(c.candidates)[c.candidates.index(c.right)]))
    for shift, where in ((-1, "before"), (1, "after")):
        yield (f"you return the candidate {where} the best one: does an index count the first"
               " picture too, or leave a candidate out?", each(
                   lambda c, shift=shift: c.candidates[  # type: ignore[misc]
                       (c.candidates.index(c.right) + shift) % len(c.candidates)]))
    yield ("that is a determinant: return the candidate at which it is largest",
           each(lambda c: float(_determinant(c.jacobians(c.z)).max())))
    yield ("you take the derivative at zero: the pulse is not linear, take it at z",
           by(_determinant, 0))
# fmt: on


# A flash


@exercise("ex-flash", "Right: along this direction no sample changes, whenever it is taken.")
def check_flash(null_direction: Callable[..., Any], seed: int) -> None:
    """Check `null_direction(amplitude, delay, rate)`: parallel to (A·k, −1, 0)."""
    draw = Draw(seed)
    A, t0, k = (draw.one(*ends) for ends in ((3, 9), (1.2, 1.9), (0.3, 0.8)))
    numbers = {"amplitude": A, "delay": t0, "rate": k}
    given = {name: torch.tensor(x, dtype=torch.float64) for name, x in numbers.items()}
    got = tensor(call(null_direction, FLASH, **given), "the direction")
    if got.numel() != 3:
        raise Wrong(
            f"I got shape {tuple(got.shape)}: return three numbers, the changes of amplitude, delay"
            " and rate, in this order"
        )
    got = got.flatten()
    if not torch.isfinite(got).all():
        raise Wrong("some entries are not finite")
    if not got.any():
        raise Wrong("zero is no direction: of course nothing changes if you change nothing")
    got = got / got.norm()
    if _along(got, A * k, -1, 0):
        return
    recognise(got, _flash_mistakes(got, A, t0, k))
    change = 100 * (got[0] / A + k * got[1]).abs()  # the rate does not change here
    raise Wrong(
        f"along your direction each sample changes, by {change:.2g} % of itself for a step of"
        " length one (to first order). Write down the relative change of a sample for a small"
        " change of each of the three, and ask for a sum of zero"
    )


FLASH = {
    "must be real number": (
        "math.exp and its like take one number: are you calling them with the three together?"
    )
}


def _along(got: Tensor, *direction: float) -> bool:
    """Tell whether `got`, of length one, has this direction or the opposite one."""
    wanted = torch.tensor(direction, dtype=torch.float64)
    return bool((got @ wanted).abs() > (1 - 1e-9) * wanted.norm())


# fmt: off
def _flash_mistakes(got: Tensor, A: float, t0: float, k: float) -> Iterator[Mistake]:
    def along(*direction: float) -> bool:
        return _along(got, *direction)

    yield ("a larger amplitude makes each sample larger, and so does a later start: at a given time"
           " less of the flash has decayed. If one of the two rises, the other one has to fall",
           along(A * k, 1, 0))
    yield ("amplitude and delay have changed places, or their ratio is upside down: the first"
           " number is the change of the amplitude, in units of the amplitude", along(-1, A * k, 0))
    yield ("the three stand in the order amplitude, delay, rate", along(A * k, 0, -1))
    yield ("the first number is the relative change of the amplitude: multiply it by the amplitude",
           along(k, -1, 0))
    yield ("rate times delay has no unit: a delay that makes up for a change of the amplitude is"
           " one over the rate, not the rate", along(A, -k, 0) or along(1, -k, 0))
    yield ("the change of the amplitude is relative, and 1/rate is a time: the amplitude is"
           " missing, or the rate", along(A, -1, 0) or along(1, -1, 0))
    yield ("that is the direction in which amplitude·exp(rate·delay), the combination that the data"
           " see, changes fastest. Along the null direction it does not change",
           along(1, A * k, 0) or along(1, A * k, A * t0))
    yield ("your amplitude and delay follow a step of one, with exp(rate): the null direction is"
           " that of a *small* change", along(A * (math.exp(k) - 1), -1, 0)
           or along(A * (1 - math.exp(-k)), -1, 0))
    yield ("exp(rate·delay) has no part in it: divide the change of a sample by the sample, and the"
           " exponential is gone", along(A * k * math.exp(k * t0), -1, 0)
           or along(A * k * math.exp(-k * t0), -1, 0) or along(k * math.exp(k * t0), -1, 0))
    yield ("those are the three numbers themselves: asked for is a change of them",
           along(A, t0, k))
    yield ("a change of the amplitude alone changes each sample: something has to make up for it",
           along(1, 0, 0))
    yield ("a change of the delay alone changes each sample: something has to make up for it",
           along(0, 1, 0))
    yield ("if the rate changes, a late sample changes by another factor than an early one. No"
           " change of amplitude and delay makes up for that at all times: its entry is zero",
           bool(got[2].abs() > 1e-6))


# fmt: on


# Error bars


@exercise("ex-both-unknown", "Right: these are the errors if none of the unknowns is known.")
def check_errors(errors: Callable[..., Any], seed: int) -> None:
    """Check `errors(J, sigma)`: the roots of the diagonal of F⁻¹, (p,)."""
    draw = Draw(seed)
    machine = torch.stack([torch.ones(2), draw(1.2, 4, 2)], 1).double()
    for J in (machine, draw(-3, 3, 5, 3, dtype=torch.float64)):
        sigma = draw.one(0.2, 0.8)
        got = call(errors, ERRORS, J=J, sigma=sigma)
        F = J.T @ J / sigma**2
        close(
            got, F.inverse().diagonal().sqrt(), "the error of each unknown",
            _error_mistakes(J, F, sigma),
        )  # fmt: skip


ERRORS = {
    "must match": "shapes do not match: J is (N, P), so that JᵀJ is J.T @ J, (P, P)",
    "size mismatch": "shapes do not match: J is (N, P), so that JᵀJ is J.T @ J, (P, P)",
    "shapes cannot be multiplied": (
        "shapes do not match: J is (N, P), so that JᵀJ is J.T @ J, (P, P)"
    ),
}


# fmt: off
def _error_mistakes(J: Tensor, F: Tensor, sigma: float) -> Iterator[Mistake]:
    C = F.inverse()
    right = C.diagonal().sqrt()
    yield ("that is the error of each unknown *if all others are known*: one over the root of an"
           " entry of F. Nobody knows the others. Invert the whole matrix first, and take its"
           " diagonal then", 1 / F.diagonal().sqrt())
    yield ("that is 1/F, of each entry of its diagonal: invert the whole matrix, take the diagonal,"
           " and then the root", 1 / F.diagonal())
    yield ("those are variances: an error is the root", C.diagonal())
    yield ("those are roots of the information: a large information is a small error. Invert F",
           F.diagonal().sqrt())
    yield "that is the information: invert it, and take the root of the diagonal", F.diagonal()
    yield ("you invert a matrix of roots: the root comes last", F.abs().sqrt().inverse().diagonal())
    yield ("that is the whole covariance matrix: its diagonal has the variances", C)
    yield ("that is the root of each entry of the covariance: take the diagonal", C.sqrt())
    yield ("that is the diagonal, as a matrix: return one error for each unknown",
           torch.diag(right))
    eigenvalues = torch.linalg.eigvalsh(F)
    for order in (eigenvalues, eigenvalues.flip(0)):
        yield ("those are the errors along the axes of the ellipse, the eigenvectors of F, and not"
               " along the axes of the unknowns. Take the diagonal of the inverse",
               1 / order.sqrt())
    yield ("the rows of the covariance are added: covariances belong to pairs of unknowns. Take the"
           " diagonal", C.sum(1).abs().sqrt())
    for factor in (sigma, 1 / sigma, sigma**-0.5):
        yield ("sigma comes in with another power: F = JᵀJ/sigma², so that errors grow like sigma",
               factor * right)
    for n in {len(J), len(J) - J.shape[1]} - {0, 1}:
        yield ("you divide by the number of observations: JᵀJ has added them all up already",
               right / n**0.5)
        yield ("you multiply by the number of observations: JᵀJ has added them all up already",
               right * n**0.5)
    if len(J) == J.shape[1]:
        yield ("F is JᵀJ, unknowns by unknowns: you have J·Jᵀ, observations by observations",
               sigma * (J @ J.T).inverse().diagonal().sqrt())
# fmt: on
