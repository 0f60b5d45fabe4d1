"""Checks for the exercises of the chapter `part1/optimizers`."""

import math
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any, NamedTuple

import torch
from torch import Tensor

from diffprog.exercises._check import (
    Counted,
    Draw,
    Formula,
    Mistake,
    call,
    close,
    exercise,
    parts,
    shown,
    tensor,
)
from diffprog.exercises._loop import DESCENT, Fit, entries, path_mistakes

__all__ = ["check_adam", "check_keep_best", "check_rescale", "check_velocity"]

WIDE = (
    "an eigenvalue of your matrix is zero, but for rounding: JᵀJ is 3 × 3, with J of shape (n, 3),"
    " a row for each time. J·Jᵀ is n × n, of rank 3 (or the unit is far from that in the argument)"
)
NEAR = "close, but not equal: is all of it in float64, as t is? float32 rounds too much here"


@exercise("ex-rescale", "Right, for any times and any unit.")
def check_rescale(rescaled_condition_number: Callable[..., Any], seed: int) -> None:
    """Check `rescaled_condition_number(t, unit)`: λmax/λmin, t in units of `unit` seconds."""
    draw = Draw(seed)
    for low in (0.3, 1.7):  # shorter than a second, and longer
        t = draw(0, 6, 4 + seed % 3, dtype=torch.float64).sort().values
        unit = draw.one(low, low + 0.4, 0.02)
        got = call(rescaled_condition_number, t=t, unit=unit)
        what = f"the condition number for {len(t)} times in units of {unit:.2f} s"
        got = tensor(got, what)
        wide = got.numel() == 1 and 1e13 < abs(got.item()) < math.inf
        right = _ratio(_columns(t / unit))
        near = got.numel() == 1 and math.isclose(got.item(), right.item(), rel_tol=0.1)
        mistakes = chain([(WIDE, wide)], _mistakes(t, unit), [(NEAR, near)])
        close(got, right, what, mistakes, rtol=1e-3, atol=0)


def _columns(u: Tensor, half: float = 0.5) -> Tensor:
    """Return ∂x/∂(a, v0, x0) at times u, (n, 3)."""
    return torch.stack([half * u**2, u, torch.ones_like(u)], 1)


def _ratio(j: Tensor) -> Tensor:
    λ: Tensor = torch.linalg.eigvalsh(j.T @ j)
    return λ[-1] / λ[0]


# fmt: off
def _mistakes(t: Tensor, unit: float) -> Iterator[Mistake]:
    right = _columns(t / unit)
    h = right.T @ right
    λ = torch.linalg.eigvalsh(h)
    once = _columns(t) / torch.tensor([unit, unit, 1.0], dtype=t.dtype)
    yield ("this is the condition number in seconds: the unit has not reached the times. (To divide"
           " the whole Hessian by a number leaves the ratio as it is.)", _ratio(_columns(t)))
    yield ("the times were multiplied by the unit: 6 s are 3 in units of 2 s, so divide",
           _ratio(_columns(t * unit)))
    yield ("the times are divided by the square of the unit, or twice: once is enough",
           _ratio(_columns(t / unit**2)))
    yield ("the unit is subtracted from the times: divide", _ratio(_columns(t - unit)))
    for fixed in (0.5, 2.0, 2.5, 3.0, 5.0):
        yield ("the unit is fixed in your function: use the argument unit",
               _ratio(_columns(t / fixed)))
    for times, what in ((t - t.mean(), "their mean"), (t - t[0], "the first of them")):
        yield (f"the times are counted from {what}: take them as they come",
               _ratio(_columns(times / unit)))
    yield ("the times are divided by the longest of them: divide by the unit alone",
           _ratio(_columns(t / t.max())))
    yield ("the times are divided by the longest of them too: divide by the unit alone",
           _ratio(_columns(t / t.max() / unit)))
    for column, name in ((1, "v0"), (0, "a")):
        lost = torch.ones(3, dtype=t.dtype)
        lost[column] = unit ** (2 - column)
        yield (f"the unit has not reached the column of {name}: all three columns are made of"
               " the times in the new unit, t/unit", _ratio(right * lost))
    yield ("the column of x0 is divided by the unit: x0 is a position, its column is 1",
           _ratio(right / torch.tensor([1, 1, unit], dtype=t.dtype)))
    yield ("your columns are t³/6, t²/2 and t: the derivatives of x0 + v0·t + ½·a·t² are ½·t², t"
           " and 1", _ratio(right * (t / unit)[:, None] / torch.tensor([3, 2, 1])))
    yield ("the columns of J are divided by their lengths: that is another Hessian",
           _ratio(right / right.norm(dim=0)))
    yield ("this is the sum of the eigenvalues over the smallest: the largest over the smallest is"
           " asked for", λ.sum() / λ[0])
    yield ("this is the condition number of the Jacobian J; the Hessian is JᵀJ times a number, and"
           " has its square", _ratio(right).sqrt())
    yield ("the ratio is squared once too often: the singular values of the Hessian are its"
           " eigenvalues already", _ratio(right) ** 2)
    yield ("the column of a has lost its factor one half: x = x0 + v0·t + ½·a·t²",
           _ratio(_columns(t / unit, half=1.0)))
    yield ("the column of a was divided by the unit once: a is in metres per unit of time squared,"
           " so the unit comes in twice", _ratio(once))
    for missing, columns in (("x0", [0, 1]), ("v0", [0, 2]), ("a", [1, 2])):
        yield (f"{missing} is missing: the Hessian is that of (a, v0, x0), 3 × 3",
               _ratio(right[:, columns]))
    for scale in (1, 2, 2 / len(t), 1 / len(t)):
        for name, some in (("largest", λ[-1]), ("smallest", λ[0])):
            yield (f"this is the {name} eigenvalue, divided by no other: the ratio of the largest"
                   " and the smallest is asked for", scale * some)
        yield ("this is the determinant: the ratio of the largest and the smallest eigenvalue is"
               " asked for", scale**3 * λ.prod())
    yield ("the ratio is that of neighbours: the largest eigenvalue over the smallest is asked for",
           λ[-1] / λ[1])
    yield ("the ratio is that of neighbours: the largest eigenvalue over the smallest is asked for",
           λ[1] / λ[0])
    yield ("this is a ratio of entries on the diagonal: take eigenvalues",
           h.diagonal().max() / h.diagonal().min())
    yield "all three eigenvalues are there: return the ratio of the largest and the smallest", (3,)


@exercise("ex-slope", "Right: the sum of all gradients so far, each weakened by friction.")
def check_velocity(velocity: Callable[..., Any], seed: int) -> None:
    """Check `velocity(gradient, learning_rate, momentum, n)`: u after n steps from rest."""
    draw = Draw(seed)
    plain = {"must be Tensor": "you are given plain numbers: leave torch's functions away"}
    for n, sign in ((3, 1), (4 + seed % 3, -1)):
        given = {
            "gradient": sign * draw.one(1.5, 4),
            "learning_rate": draw.one(0.12, 0.4, 0.02),
            "momentum": draw.one(0.55, 0.85, 0.05),
            "n": n,
        }
        got = call(velocity, plain, **given)
        G, η, β, _ = (torch.tensor(x, dtype=torch.float64) for x in given.values())
        wanted = -η * G * (1 - β**n) / (1 - β)
        close(got, wanted, "the velocity", _velocity_mistakes(G, η, β, n))


# fmt: off
def _velocity_mistakes(G: Tensor, η: Tensor, β: Tensor, n: int) -> Iterator[Mistake]:
    total = (1 - β**n) / (1 - β)
    if G < 0:
        yield ("the gradient's sign has got lost: a negative slope sends the ball the other way",
               -η * G.abs() * total)
    yield "the ball rolls uphill: each step changes u by minus η times the gradient", η * G * total
    yield "the learning rate is missing: each step changes u by −η times the gradient", -G * total
    yield "the gradient is missing: each one comes in as −η times the gradient", -η * total
    yield ("that is the velocity after very many steps, when it no longer grows: n steps from rest"
           " have not reached it yet", -η * G / (1 - β))
    yield ("that is the velocity after n − 1 steps: the first step has a full −η·G already",
           -η * G * (1 - β**(n - 1)) / (1 - β))
    yield ("that is the velocity after n + 1 steps: there are n gradients, the last of them with"
           " the factor 1", -η * G * (1 - β**(n + 1)) / (1 - β))
    yield ("the first of n gradients is kept n − 1 times: your sum begins with β, and not with 1",
           -η * G * β * total)
    yield ("the factor 1 − β is not there in the heavy ball: u ← β·u − η·G. (Adam's running means"
           " have it)", -η * G * (1 - β**n))
    yield ("there is no friction in that: each step keeps only the share β of the velocity",
           -η * G * n)
    yield "that is the last gradient alone: u keeps a part of all those before it", -η * G
    for k in (n - 1, n):
        yield "that is what is left of the first gradient: add those that came later", -η * G * β**k
    yield ("that is how far the ball has come in all n steps: its velocity is asked for",
           -η * G * sum((1 - β**k) / (1 - β) for k in range(1, n + 1)))
    yield ("β is multiplied by n: each step multiplies by β, which gives a power",
           -η * G * (1 - β * n) / (1 - β))
    yield "1 − β and β are in each other's place: β is what is kept", -η * G * (1 - (1 - β)**n) / β
    yield ("the sum of 1, β, β², … has 1 − β below, and not 1 + β",
           -η * G * (1 - β**n) / (1 + β))
    yield ("the sum is upside down: (1 − βⁿ)/(1 − β)", -η * G * (1 - β) / (1 - β**n))
# fmt: on


@exercise("ex-adam", "Right: step for step as torch.optim.Adam.")
def check_adam(adam_path: Callable[..., Any], seed: int) -> None:
    """Check `adam_path(loss, theta, learning_rate, steps)`: the parameters, steps + 1 of them."""
    for fit in _adam_fits(seed):
        loss = Counted("loss", fit.objective)
        got = call(
            adam_path, DESCENT,
            loss=loss, theta=fit.start, learning_rate=fit.rate, steps=fit.steps,
        )  # fmt: skip
        loss.must_be_called()
        path = entries(got, "entries of the path")
        mistakes = chain(_adam_mistakes(fit), _first_wrong(fit, path), path_mistakes(fit, path))
        close(path, fit.path, "the path", mistakes, rtol=1e-5, atol=1e-7)


def _adam_fits(seed: int) -> Iterator[Fit]:
    """Set a parabola, a loss that is none, and a parabola so flat that ε counts."""
    draw = Draw(seed)
    parabola = "lambda theta: (({w} * (theta - {goal})) ** 2).mean()"
    no_parabola = "lambda theta: (1 + ({w} * (theta - {goal})) ** 2).sqrt().mean()"
    for shape, text, scale in (((2,), parabola, 1.0), ((3, 2), no_parabola, 1.0),
                               ((2,), parabola, 1e-4)):  # fmt: skip
        w, goal = draw(0.5, 2.5, *shape, dtype=torch.float64), draw(-4, 4, *shape)
        loss = Formula(text.format(w=shown(scale * w), goal=shown(goal)))
        start, rate = draw(-3, 3, *shape, dtype=torch.float64), draw.one(0.6, 2.4)
        yield Fit(loss, start, rate, 5 + (seed + len(shape)) % 3, torch.optim.Adam)


class _At(NamedTuple):
    """What Adam makes step number i of: the means of the gradient, and of its square."""

    m: Tensor
    v: Tensor
    i: int

    def M(self, later: int = 0) -> Tensor:
        """⟨G⟩/(1 − β₁ⁱ)."""
        return self.m / (1 - 0.9 ** (self.i + later))

    def root(self, later: int = 0) -> Tensor:
        """√(⟨G²⟩/(1 − β₂ⁱ))."""
        return (self.v / (1 - 0.999 ** (self.i + later))).sqrt()


def _by_hand(
    fit: Fit,
    step: Callable[[_At], Tensor],
    *,
    β1: float = 0.9,
    β2: float = 0.999,
    now1: float | None = None,
    now2: float | None = None,
    square: Callable[[Tensor], Tensor] = torch.square,
    add_up: bool = False,
    still: bool = False,
) -> Tensor:
    """Return Adam's path with a step of our own; `now1` and `now2` stand for 1 − β."""
    θ, path = fit.start, [fit.start]
    sums, m, v = torch.zeros_like(θ), torch.zeros_like(θ), torch.zeros_like(θ)
    for i in range(1, fit.steps + 1):
        at = (fit.start if still else θ).clone().requires_grad_()
        (G,) = torch.autograd.grad(fit.objective(at), at)
        sums = sums + G
        G = sums if add_up else G
        m = β1 * m + (1 - β1 if now1 is None else now1) * G
        v = β2 * v + (1 - β2 if now2 is None else now2) * square(G)
        θ = θ - fit.rate * step(_At(m, v, i))
        path.append(θ)
    return torch.stack(path)


# fmt: off
def _adam_mistakes(fit: Fit) -> Iterator[Mistake]:
    ε = 1e-8

    def right(s: _At, later: int = 0) -> Tensor:
        return s.M(later) / (s.root(later) + ε)

    def path(step: Callable[[_At], Tensor], **changes: Any) -> Tensor:
        return _by_hand(fit, step, **changes)

    yield ("nothing ever moves: is there an update in each turn of the loop, and is its result"
           " kept?", fit.path[:1].expand_as(fit.path))
    yield ("the fit goes uphill: the step is subtracted, θ − η·(…)",
           path(lambda s: -right(s)))
    yield ("neither mean is divided by its 1 − βⁱ, which makes up for the start at zero",
           path(lambda s: s.m / (s.v.sqrt() + ε)))
    yield ("⟨G⟩ is not divided by 1 − β₁ⁱ: it starts at zero too, and is too small at first",
           path(lambda s: s.m / (s.root() + ε)))
    yield ("⟨G²⟩ is not divided by 1 − β₂ⁱ: it starts at zero too, and is too small at first",
           path(lambda s: s.M() / (s.v.sqrt() + ε)))
    yield ("⟨G²⟩ is divided by 1 − β₂ⁱ after the root: divide it first, and take the root then",
           path(lambda s: s.M() / (s.v.sqrt() / (1 - 0.999**s.i) + ε)))
    yield ("the i in 1 − βⁱ begins with zero, and 1 − β⁰ is zero: the first step is number one",
           path(lambda s: right(s, -1) if s.i > 1 else s.m * math.nan))
    yield ("the i in 1 − βⁱ is one too large: the first step is number one",
           path(lambda s: right(s, 1)))
    yield ("the i in 1 − βⁱ is one in each step: it is the number of the step",
           path(lambda s: right(s, 1 - s.i)))
    yield ("both denominators have the same β: 1 − β₁ⁱ belongs to ⟨G⟩, and 1 − β₂ⁱ to ⟨G²⟩",
           path(lambda s: s.M() / ((s.v / (1 - 0.9**s.i)).sqrt() + ε)))
    yield ("the corrected means are multiplied by 1 − βⁱ: divide",
           path(lambda s: s.m * (1 - 0.9**s.i) / ((s.v * (1 - 0.999**s.i)).sqrt() + ε)))
    yield ("the root is missing: the step is divided by √⟨G²⟩",
           path(lambda s: s.M() / (s.root() ** 2 + ε)))
    yield ("ε stands within the root: it is added after the root is taken",
           path(lambda s: s.M() / (s.root() ** 2 + ε).sqrt()))
    yield ("ε is missing. It counts where gradients are as small as these",
           path(lambda s: s.M() / s.root()))
    yield ("ε is subtracted, or has another size: it is +1e-8",
           path(lambda s: s.M() / (s.root() - ε)))
    def with_epsilon(other: float) -> Tensor:
        return path(lambda s: s.M() / (s.root() + other))

    for other in (1e-6, 1e-7, 1e-10, 1e-12):
        yield (f"ε is {other:g} in your function: the default is 1e-8",
               with_epsilon(other))
    yield ("the second mean is that of |G|: it is the mean of G²",
           path(right, square=torch.abs))
    yield ("the second mean is that of G, without the square: it is the mean of G²",
           path(right, square=lambda G: G))
    for β1 in (0.9, 0.0):
        yield ("each component moves by the learning rate in each step, and only its sign changes:"
               " you divide by the size of ⟨G⟩, or of G. ⟨G²⟩ is the mean of the squares, not the"
               " square of the mean, and both means remember all gradients so far",
               path(lambda s: s.m / (s.m.abs() + ε), β1=β1))
    yield ("β₁ and β₂ have changed places: 0.9 belongs to ⟨G⟩, and 0.999 to ⟨G²⟩",
           path(lambda s: s.m / (1 - 0.999**s.i) / ((s.v / (1 - 0.9**s.i)).sqrt() + ε),
                β1=0.999, β2=0.9))
    yield ("the second mean has 0.99 for β₂: the default is 0.999",
           path(lambda s: s.M() / ((s.v / (1 - 0.99**s.i)).sqrt() + ε), β2=0.99))
    yield ("the new gradient enters the two means with the factor one: it is 1 − β₁ and 1 − β₂",
           path(right, now1=1.0, now2=1.0))
    yield ("the new gradient enters ⟨G⟩ with the factor one: it is 1 − β₁", path(right, now1=1.0))
    yield ("the new square enters ⟨G²⟩ with the factor one: it is 1 − β₂", path(right, now2=1.0))
    yield ("in each mean the old value has the factor β, and the new one 1 − β: you have them the"
           " other way round",
           path(right, β1=0.1, β2=0.001, now1=0.9, now2=0.999))
    yield ("there is no mean of G in that, only one of G²: that is RMSprop",
           path(lambda s: s.m / (s.root() + ε), β1=0.0))
    yield ("that is plain gradient descent: Adam divides by √⟨G²⟩",
           path(lambda s: s.m, β1=0.0))
    yield ("that is descent with a mean of G alone: Adam divides by √⟨G²⟩",
           path(lambda s: s.M()))
    yield ("that is descent with a mean of G alone: Adam divides by √⟨G²⟩", path(lambda s: s.m))
    yield ("the gradient is always that of the start: compute it anew in each turn of the loop",
           path(right, still=True))
    yield ("the gradients add up from one step to the next: call zero_grad(), or set .grad to None,"
           " in each turn of the loop", path(right, add_up=True))
    yield ("the step has the length of the gradient once too often: multiply by ⟨G⟩ once",
           path(lambda s: s.m * right(s)))
    yield ("that is AdamW, which also pulls the parameters towards zero",
           fit.but(optimizer=torch.optim.AdamW).path)
    for rate in (0.001, 0.01, 0.1, 1.0):
        yield ("the learning rate is fixed in your function: use the argument learning_rate",
               fit.but(rate=rate).path)
    for factor in (0.5, 2.0):
        yield (f"each step is {factor:g} times as long as it should be",
               fit.but(rate=factor * fit.rate).path)
    yield "the path starts from zero: start from theta", fit.but(start=0 * fit.start).path
# fmt: on


def _first_wrong(fit: Fit, got: Tensor) -> Iterator[Mistake]:
    """Say which step is the first wrong one, or how much too long the first is."""
    if got.shape != fit.path.shape or not torch.allclose(got[0], fit.path[0]):
        return
    right = [torch.allclose(a, b, 1e-5, 1e-7) for a, b in zip(got, fit.path, strict=True)]
    if False in right[2:] and all(right[:2]):
        k = right.index(False)
        yield (
            f"the first {f'{k - 1} steps are' if k > 2 else 'step is'} right, and step {k} is not:"
            " do both means remember, each with its β, and is i the number of the step?",
            not (got[1:] == got[-1]).all(),
        )
    first, wanted = (path[1] - path[0] for path in (got, fit.path))
    ratio = ((first * wanted).sum() / (wanted**2).sum()).item()
    yield (
        f"the first step is {ratio:.4g} times as long as it should be. It is the learning rate in"
        " each component, whatever the gradient (but for ε)",
        torch.allclose(first, ratio * wanted, 1e-3, 1e-6) and abs(ratio) > 1e-6,
    )


@exercise("ex-keep-best", "Right: these parameters have the lowest loss, and they stay.")
def check_keep_best(keep_best: Callable[..., Any], seed: int) -> None:
    """Check `keep_best(loss, theta, learning_rate, steps)`: the best parameters, their loss."""
    for fit in _swings(seed):
        loss = Counted("loss", fit.objective)
        got = call(
            keep_best, DESCENT,
            loss=loss, theta=fit.start, learning_rate=fit.rate, steps=fit.steps,
        )  # fmt: skip
        best, lowest = parts(got, "the best parameters", "their loss")
        loss.must_be_called()
        k = int(fit.values[:-1].argmin())
        close(best, fit.path[k], "the best parameters", _best_mistakes(fit, k))
        close(lowest, fit.values[k], "the lowest loss", _lowest_mistakes(fit, k))


def _swings(seed: int) -> Iterator[Fit]:
    """Set fits that reach the minimum half-way, and swing through it."""
    draw = Draw(seed)
    for d, steps in ((1, 9), (2, 11)):
        goal = draw(-4, 4, d, dtype=torch.float64)
        rate = draw.one(0.6, 1.4)
        w = draw(0.5, 1.5, d)
        loss = Formula(f"lambda theta: (({shown(w)} * (theta - {shown(goal)})) ** 2).mean()")
        start = (goal + rate * draw(2.2, 4.2, d, dtype=torch.float64)).round(decimals=2)
        yield Fit(loss, start, rate, steps, torch.optim.Adam)


# fmt: off
def _best_mistakes(fit: Fit, k: int) -> Iterator[Mistake]:
    yield ("they are the last parameters, after all steps. theta.detach() shares its numbers with"
           " theta, and the optimizer changes these in place: store a copy, theta.detach().clone()",
           fit.path[-1])
    yield ("they are one step too late: the loss was computed before optimizer.step(), and belongs"
           " to the parameters before it. Compare and store first, then step", fit.path[k + 1])
    yield "they are one step too early", fit.path[k - 1]
    yield ("they are the start: does `if` compare with the lowest loss so far, and is `best` stored"
           " anew each time?", fit.path[0])
    yield "they are those before the last step: is the comparison with the lowest loss there?", (
        fit.path[-2])
    yield ("they are those with the largest loss: the lowest is asked for",
           fit.path[int(fit.values[:-1].argmax())])
    yield "all parameters of the way are there: return the best of them", fit.path.shape
    yield "all parameters of the way are there: return the best of them", fit.path[:-1].shape
    yield "those are losses, or one number: return the parameters first", (
        () if fit.start.numel() > 1 else fit.path.shape)


def _lowest_mistakes(fit: Fit, k: int) -> Iterator[Mistake]:
    yield "that is the loss of the last parameters: return the lowest", fit.values[-1]
    yield "that is the loss before the last step: return the lowest", fit.values[-2]
    yield "that is the first loss: return the lowest", fit.values[0]
    yield "that is the largest loss: return the lowest", fit.values[:-1].max()
    yield "that is the loss one step later: it belongs to other parameters", fit.values[k + 1]
    yield "it is infinite, as at the start: store the loss together with the parameters", (
        torch.tensor(math.inf))
# fmt: on
