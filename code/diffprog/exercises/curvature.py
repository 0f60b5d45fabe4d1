"""Checks for the exercises of the chapter `part1/curvature`.

Symbols, shapes. n times, d dimensions of space.
    X  (n, 3)  the design matrix: a row (½t², t, 1) for each time, so that
               positions are X·θ
    θ  (3, d)  the parameters: rows a, v0, x0
    H  (3, 3)  = 2·XᵀX/(n·d), the Hessian of the mean squared error, the
               same for each dimension
"""

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._check import Mistake, Wrong, call, close, exercise, parts, recognise
from diffprog.exercises._loop import DESCENT, Fit, check_values, numbers, update_mistakes
from diffprog.loops.descent import Diverged, gradient_descent
from diffprog.simulator.ball import position

__all__ = ["check_all_parameters", "check_predict"]

NAMES = ("a", "v0", "x0")


@exercise(
    "ex-all-parameters", "Right: all three move, and where the rate is too large they explode."
)
def check_all_parameters(fit_all: Callable[..., Any], seed: int) -> None:
    """`fit_all(t, target, learning_rate, steps)`: (a, v0, x0), losses."""
    random = torch.Generator().manual_seed(seed)
    # Each η·λmax is either side of 2: one fit that shrinks the error, one that explodes.
    for d, steps, stiffness in ((2, 9, 1.2), (3, 6, 3.0)):
        t = torch.rand(8, 1, generator=random) * 4
        truth = 5 * torch.randn(3, 1, d, generator=random)
        target = position(t, *truth)
        x = _design(t)
        rate = stiffness / _curvatures(x, 2 / target.numel())[-1].item()

        def loss(θ: Tensor, x: Tensor = x, target: Tensor = target) -> Tensor:
            return ((x @ θ - target) ** 2).mean()

        fit = Fit(loss, torch.zeros(3, d), rate, steps)
        result = call(fit_all, DESCENT, t=t, target=target, learning_rate=rate, steps=steps)
        both = parts(result, "the tuple (a, v0, x0)", "the list of losses")
        θ = _table(both[0], d)
        losses = numbers(both[1], "losses", torch.float32)
        close(
            θ,
            fit.path[-1],
            "the table of fitted parameters, with rows a, v0, x0,",
            _table_mistakes(fit, θ, target.numel()),
            atol=1e-5 * fit.path[-1].abs().max().item(),
        )
        if len(losses) == steps:  # the one after the last update is a bonus
            losses = torch.cat([losses, fit.values[-1:]])
        check_values(fit, losses)


def _table(parameters: Any, d: int) -> Tensor:
    """The table of parameters, (3, d), from the tuple that we got."""
    rows = parts(parameters, *NAMES)
    for name, p in zip(NAMES, rows, strict=True):
        if not isinstance(p, Tensor):
            raise Wrong(f"{name} is a {type(p).__name__}: return the tensor itself")
        if p.shape != (1, d):
            raise Wrong(
                f"{name} has shape {tuple(p.shape)}; in {d} dimensions it should be (1, {d})"
            )
    return torch.cat(rows).detach()


# fmt: off
def _table_mistakes(fit: Fit, got: Tensor, positions: int) -> Iterator[Mistake]:
    """Say what can be wrong with the fit, and the last θ that it gives."""
    def last(f: Callable[[Tensor], Tensor]) -> Tensor:
        return fit.but(objective=f).path[-1]

    def only(*free: int) -> Tensor:
        """Where the rows of θ whose entry is zero have no gradient."""
        row = torch.tensor(free)[:, None]
        return last(lambda θ: loss(row * θ + (1 - row) * θ.detach()))

    def in_turn() -> Tensor:
        θ = fit.start.clone()
        for _ in range(fit.steps):
            for row in range(3):
                θ[row] -= fit.rate * torch.func.grad(loss)(θ)[row]
        return θ

    loss, right, d = fit.objective, fit.path[-1], fit.start.shape[1]
    moves = "it needs requires_grad and an update as well"
    for sentence, path in update_mistakes(fit):
        yield sentence, path[-1]
    yield ("a, v0 and x0 are equal: `a = v0 = x0 = torch.zeros(…)` makes one tensor with three"
           " names; make three", got[:1].expand_as(got))
    yield ("only v0 moves: a and x0 need their own requires_grad and their own update",
           only(0, 1, 0))
    yield (f"x0 has not moved: {moves}", only(1, 1, 0))
    yield (f"a has not moved: {moves}", only(0, 1, 1))
    yield ("the loss is a sum: the mean over all positions is asked for",
           last(lambda θ: positions * loss(θ)))
    yield ("the loss averages over the times only: take the mean over space too",
           last(lambda θ: d * loss(θ)))
    yield ("a, v0 and x0 are updated one after the other, each with a new loss: one loss and one"
           " backward() serve all three", in_turn())
    yield ("the fit does not start from zero but from one: torch.zeros, not torch.ones",
           fit.but(start=fit.start + 1).path[-1])
    yield ("one update too few: there should be as many as `steps`", fit.path[-2])
    yield ("one update too many: there should be as many as `steps`",
           fit.but(steps=fit.steps + 1).path[-1])
    yield ("the parameters come in another order: return (a, v0, x0), please", right[[0, 2, 1]])
# fmt: on


@exercise("ex-predict", "Right: below your rate the loss shrinks, above it explodes.")
def check_predict(largest_stable_rate: Callable[..., Any], seed: int) -> None:
    """`largest_stable_rate(t)`, times (n, 1), is the η of the bound."""
    random = torch.Generator().manual_seed(seed)
    for n, last in ((6, 2.0), (13, 7.0)):
        t = last * (0.1 + 0.9 * torch.rand(n, 1, generator=random))
        rate = _number(call(largest_stable_rate, t=t))
        got = torch.tensor(rate, dtype=torch.float64)
        recognise(got, _rate_mistakes(t.double()), rtol=1e-3, atol=0)
        truth = 5 * torch.randn(3, 1, 2, generator=random).double()
        below, above = (_grown(t.double(), truth, factor * rate) for factor in (0.99, 1.01))
        times = f"for {n} times up to {last:g} s"
        if below > 1:
            raise Wrong(f"too large: at 0.99 of it descent explodes, {times}")
        if above < 1:
            raise Wrong(f"too small: at 1.01 of it descent is stable, {times}")


# fmt: off
def _rate_mistakes(t: Tensor) -> Iterator[Mistake]:
    x, n = _design(t), len(t)
    λ = _curvatures(x, 1 / n)
    without_half = _curvatures(x * torch.tensor([2, 1, 1]), 1 / n)
    page = torch.linspace(0, 5, 10, dtype=torch.float64)[:, None]
    yield ("that is the rate for the chapter's own times, whatever t is: compute it from t",
           2 / _curvatures(_design(page), 1 / 10)[-1])
    yield ("half of what is stable. The bound is 2/λ; at 1/λ the steepest direction is solved in"
           " one step. Or is your mean over the times only, and not over space as well?", 1 / λ[-1])
    yield ("that is the bound for the flattest direction. The steepest one, with the largest"
           " eigenvalue, is the first to explode", 2 / λ[0])
    yield ("that is an eigenvalue itself: the rate is two divided by it", λ[-1])
    yield ("twice what is stable: the second derivative of a square is two, and so H ="
           " 2·XᵀX/(number of positions)", 4 / λ[-1])
    yield ("the loss is a mean, over n times and two dimensions: your Hessian is that of the sum",
           1 / (n * λ[-1]))
    yield ("the model has ½·a·t²: is the one half missing?", 2 / without_half[-1])
    yield ("that is the bound for v0 alone: all three parameters are free here", 2 / (t**2).mean())
    yield ("that comes from the largest entry on the diagonal. The steepest direction is no axis,"
           " and curves more than each of them: take eigenvalues", 2 / (t**4 / 4).mean())
    yield ("that comes from the trace, the sum of all eigenvalues: only the largest one counts",
           2 / λ.sum())
    yield ("that comes from a singular value of the design matrix: its square is needed",
           2 / torch.linalg.svdvals(x)[0])
# fmt: on


def _number(rate: Any) -> float:
    """The rate that the learner returned, as a float."""
    r = torch.as_tensor(rate)
    if r.is_complex():
        raise Wrong("your rate is complex: the Hessian is symmetric, use torch.linalg.eigvalsh")
    if r.numel() != 1:
        raise Wrong(f"your rate has shape {tuple(r.shape)}: one number is asked for")
    if not 0 < r < math.inf:
        raise Wrong(f"your rate is {r.item():g}, not finite and above zero")
    return float(r)


def _grown(t: Tensor, truth: Tensor, rate: float, steps: int = 300) -> float:
    """The loss after the steps of descent, in units of the first."""
    target = position(t, *truth)
    θ = {p: torch.zeros_like(truth[0], requires_grad=True) for p in NAMES}

    def loss() -> Tensor:
        return ((position(t, **θ) - target) ** 2).mean()

    try:
        history = gradient_descent(loss, θ, rate, steps)
    except Diverged:
        return math.inf
    return float(history.loss[-1] / history.loss[0])


def _design(t: Tensor) -> Tensor:
    """X, (n, 3), at times t, (n, 1)."""
    return torch.cat([t**2 / 2, t, torch.ones_like(t)], 1)


def _curvatures(x: Tensor, scale: float) -> Tensor:
    """The eigenvalues of scale·XᵀX, (3,), ascending."""
    λ: Tensor = torch.linalg.eigvalsh(scale * x.T @ x)
    return λ
