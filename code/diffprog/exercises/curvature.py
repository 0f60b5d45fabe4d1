"""Checks for the exercises of the chapter `part1/curvature`.

Symbols, shapes. n times, d dimensions of space.
    X  (n, 3)  the design matrix: a row (½t², t, 1) for each time, so that positions are X·θ
    θ  (3, d)  the parameters: rows a, v0, x0
    H  (3, 3)  = 2·XᵀX/(n·d), the Hessian of the mean squared error, the same for each dimension
"""

import math
from collections.abc import Callable, Iterator
from itertools import chain, permutations
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._check import (
    Draw,
    Mistake,
    Unnamed,
    Wrong,
    call,
    close,
    exercise,
    parts,
    recognise,
    tensor,
)
from diffprog.exercises._loop import (
    DESCENT,
    Fit,
    check_values,
    nothing_moves,
    numbers,
    rate_mistakes,
    update_mistakes,
)
from diffprog.loops.descent import Diverged, gradient_descent
from diffprog.simulator.ball import position

__all__ = ["check_all_parameters", "check_best_rate", "check_predict"]

NAMES = ("a", "v0", "x0")
BROADCAST = (
    "shapes do not match: the target has a column for each dimension, here {d}, and so has each"
    " parameter, torch.zeros(1, target.shape[1])"
)

PLAIN = {"must be Tensor": "low and high are plain numbers: take math.sqrt, or ** 0.5"}


@exercise(
    "ex-all-parameters", "Right: all three move, and where the rate is too large they explode."
)
def check_all_parameters(fit_all: Callable[..., Any], seed: int) -> None:
    """Check `fit_all(t, target, learning_rate, steps)`: (a, v0, x0), losses."""
    draw = Draw(seed)
    # Each η·λmax is either side of 2: one fit that shrinks the error, one that explodes.
    for d, steps, stiffness in ((2, 5, 1.2), (3, 4, 3.0)):
        t = draw(0.1, 2, 4, 1).sort(0).values
        target = draw(-5, 5, 4, d)
        x = _design(t)
        rate = float(f"{stiffness / _curvatures(x, 2 / target.numel())[-1].item():.3g}")

        def loss(θ: Tensor, x: Tensor = x, target: Tensor = target) -> Tensor:
            return ((x @ θ - target) ** 2).mean()

        fit = Fit(loss, torch.zeros(3, d), rate, steps)
        advice = DESCENT | {"must match": BROADCAST.format(d=d)}
        result = call(fit_all, advice, t=t, target=target, learning_rate=rate, steps=steps)
        fitted, losses = parts(result, "the tuple (a, v0, x0)", "the list of losses")
        θ = _table(fitted, d)
        losses = numbers(losses, "losses")
        try:
            close(
                θ,
                fit.path[-1],
                "the table of fitted parameters, with rows a, v0, x0,",
                _table_mistakes(fit, θ, x, target),
                atol=1e-5 * fit.path[-1].abs().max().item(),
            )
        except Unnamed:
            _check_start(fit_all, fit, t=t, target=target)
            # Again, for the verdict to show this call.
            call(fit_all, advice, t=t, target=target, learning_rate=rate, steps=steps)
            raise
        check_values(fit, losses)


def _check_start(fit_all: Callable[..., Any], fit: Fit, **given: Tensor) -> None:
    """Raise `Wrong` unless a fit with a learning rate of zero ends at zero."""
    fitted, _ = call(fit_all, DESCENT, **given, learning_rate=0.0, steps=fit.steps)
    if _table(fitted, fit.start.shape[1]).any():
        raise Wrong(
            "the fit does not start from zero: with a learning rate of zero it ends where it starts"
        )


def _table(parameters: Any, d: int) -> Tensor:
    """Return the table of parameters, (3, d), of the tuple that we got; each is (1, d) or (d,)."""
    rows = []
    for name, p in zip(NAMES, parts(parameters, *NAMES), strict=True):
        row = tensor(p, name)
        if row.shape not in ((1, d), (d,)):
            raise Wrong(
                f"{name} has shape {tuple(row.shape)}; in {d} dimensions it should be (1, {d})"
            )
        rows.append(row.reshape(d))
    return torch.stack(rows)


# fmt: off
def _table_mistakes(fit: Fit, got: Tensor, x: Tensor, target: Tensor) -> Iterator[Mistake]:
    """Say what can be wrong with the fit, and the last θ that it gives."""
    def last(f: Callable[[Tensor], Tensor]) -> Tensor:
        return fit.but(objective=f).path[-1]

    def rows(*ones: int) -> Tensor:
        return torch.tensor(ones)[:, None]

    def only(free: Tensor) -> Tensor:
        """Fit where the rows of θ whose entry is zero have no gradient."""
        return last(lambda θ: loss(free * θ + (1 - free) * θ.detach()))

    def in_turn() -> Tensor:
        θ = fit.start.clone()
        for _ in range(fit.steps):
            for row in range(3):
                θ[row] -= fit.rate * torch.func.grad(loss)(θ)[row]
        return θ

    loss, right, d = fit.objective, fit.path[-1], fit.start.shape[1]
    moves = "it needs requires_grad and an update as well"
    yield (f"each update is {d} times as long as it should be: is it the learning rate times the"
           " gradient of the mean over all positions, over space too, and not over the times only?",
           last(lambda θ: d * loss(θ)))
    yield nothing_moves(fit), fit.start
    for sentence, path in chain(update_mistakes(fit), rate_mistakes(fit)):
        yield sentence, path[-1]
    yield ("a, v0 and x0 are equal: `a = v0 = x0 = torch.zeros(…)` makes one tensor with three"
           " names; make three", got[:1].expand_as(got))
    for free in ((1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 1, 1), (1, 0, 1), (1, 1, 0)):
        names = [name for name, here in zip(NAMES, free, strict=True) if here]
        if len(names) == 1:
            yield (f"only {names[0]} moves: the two others need their own requires_grad and their"
                   " own update", only(rows(*free)))
        else:
            (still,) = set(NAMES) - set(names)
            yield f"{still} has not moved: {moves}", only(rows(*free))
        yield (f"the gradients add up from one update to the next, but for {' and '.join(names)}:"
               " set the .grad of all three back to None", fit.but(zeroed=rows(*free)).path[-1])
    yield ("the loss is a sum: the mean over all positions is asked for",
           last(lambda θ: target.numel() * loss(θ)))
    yield ("the deviations are absolute values: square them",
           last(lambda θ: (x @ θ - target).abs().mean()))
    yield ("the mean of the target is taken away: fit the positions as they are",
           last(lambda θ: ((x @ θ - target + target.mean(0)) ** 2).mean()))
    yield ("the loss is a root of the mean square: leave the square",
           last(lambda θ: loss(θ).sqrt()))
    yield ("a, v0 and x0 are updated one after the other, each with a new loss: one loss and one"
           " backward() serve all three", in_turn())
    yield ("the fit does not start from zero but from one: torch.zeros, not torch.ones",
           fit.but(start=fit.start + 1).path[-1])
    yield ("the model has ½·a·t²: is the one half missing?",
           last(lambda θ: loss(rows(2, 1, 1) * θ)))
    yield ("each learning rate is a third: the rate is the same for each of the three",
           fit.but(rate=fit.rate / 3).path[-1])
    yield "the parameters are those of the start: return the ones that are updated", fit.path[0]
    yield ("there is one update only: does `return` stand inside the loop?", fit.path[1])
    yield ("one update too few: there should be as many as `steps`", fit.path[-2])
    yield ("one update too many: there should be as many as `steps`",
           fit.but(steps=fit.steps + 1).path[-1])
    for k in (10, 20, 100):
        yield (f"there are {k} updates, whatever is asked for: use the argument steps",
               fit.but(steps=k).path[-1])
    for order in permutations(range(3)):
        names = [NAMES[i] for i in order]
        yield (f"the parameters come in another order, ({', '.join(names)}): return (a, v0, x0)",
               right[list(order)])
# fmt: on


@exercise("ex-predict", "Right: below your rate the loss shrinks, above it explodes.")
def check_predict(largest_stable_rate: Callable[..., Any], seed: int) -> None:
    """Check `largest_stable_rate(t)`, times (n, 1): the η of the bound."""
    draw = Draw(seed)
    # Where times are below zero too, the smallest eigenvalue is some percent of the largest.
    for n, first, last in ((5, -2.4, 2.4), (4, 0.0, 3.0)):
        t = draw(first, last, n, 1)
        if first < 0:
            t[0], t[1] = first, last
        rate = tensor(call(largest_stable_rate, t=t), "your rate")
        if rate.numel() != 1:
            raise Wrong(f"your rate has shape {tuple(rate.shape)}: one number is asked for")
        rate = rate.reshape(())
        bound = 2 / _curvatures(_design(t.double()), 1 / n)[-1]
        if not torch.isclose(rate, bound, rtol=5e-3):
            recognise(rate, _rate_mistakes(t.double()), rtol=1e-3, atol=0)
        if not 0 < rate < math.inf:
            raise Wrong(f"your rate is {rate.item():g}, not finite and above zero")
        truth = draw(-5, 5, 3, 1, 2, dtype=torch.float64)
        below, above = (_grown(t.double(), truth, factor * rate.item()) for factor in (0.99, 1.01))
        times = f". It is {rate / bound:.3g} times the bound"
        if below > 1:
            raise Wrong(f"{rate.item():.4g} is too large: at 0.99 of it descent explodes{times}")
        if above < 1:
            raise Wrong(f"{rate.item():.4g} is too small: at 1.01 of it descent is stable{times}")


# fmt: off
def _rate_mistakes(t: Tensor) -> Iterator[Mistake]:
    x, n = _design(t), len(t)
    h = x.T @ x / n
    λ = torch.linalg.eigvalsh(h)
    half = torch.tensor([2, 1, 1])
    page = torch.linspace(0, 5, 10, dtype=torch.float64)[:, None]
    yield ("that is the rate for the chapter's own times, whatever t is: compute it from t",
           2 / _curvatures(_design(page), 1 / 10)[-1])
    yield ("half of what is stable. The bound is 2/λ; at 1/λ the steepest direction is solved in"
           " one step. Or is your mean over the times only, and not over space as well?", 1 / λ[-1])
    yield ("that is the bound for the flattest direction. The steepest one, with the largest"
           " eigenvalue, is the first to explode", 2 / λ[0])
    yield ("that is the bound for the direction in between. The steepest one, with the largest"
           " eigenvalue, is the first to explode", 2 / λ[1])
    yield ("that is 2/(λmax + λmin), the rate at which descent is fastest. It is stable up to"
           " 2/λmax", 2 / (λ[-1] + λ[0]))
    yield ("that is an eigenvalue itself: the rate is two divided by it", λ[-1])
    yield ("twice what is stable. The bound is 2/λ, and the second derivative of a square is two,"
           " so that H = 2·JᵀJ/N with N measured coordinates", 4 / λ[-1])
    for several in (1 / (2 * n), 1 / n, 2 / n):
        yield ("the loss is a mean, over n times and two dimensions: your Hessian is that of the"
               " sum", 2 * several / λ[-1])
    yield ("the model has ½·a·t²: is the one half missing?",
           2 / _curvatures(x * half, 1 / n)[-1])
    for name, columns in (("a", [1, 2]), ("v0", [0, 2]), ("x0", [0, 1])):
        yield (f"{name} is missing: all three parameters are free here",
               2 / _curvatures(x[:, columns], 1 / n)[-1])
    yield ("that is the bound for v0 alone: all three parameters are free here", 2 / (t**2).mean())
    yield ("that comes from the largest entry on the diagonal. The steepest direction is no axis,"
           " and curves more than each of them: take eigenvalues", 2 / h.diagonal().max())
    if n > 1:
        yield ("you divide by n − 1: the loss is a mean over all n times",
               2 * (n - 1) / n / λ[-1])
    yield ("the times are counted from their mean: take them as they come",
           2 / _curvatures(_design(t - t.mean()), 1 / n)[-1])
    yield ("that comes from the inverse of the Hessian: take the eigenvalues of the Hessian itself",
           2 * λ[0])
    yield ("that comes from the condition number: only the largest eigenvalue counts",
           2 * λ[0] / λ[-1])
    yield ("that comes from the largest sum of a row, which is safe but not the bound: it is never"
           " below the largest eigenvalue. Take that", 2 / h.abs().sum(1).max())
    yield ("that comes from the trace, the sum of all eigenvalues: only the largest one counts",
           2 / λ.sum())
    yield ("that comes from the mean of the eigenvalues: only the largest one counts",
           2 / λ.mean())
    yield ("that comes from the determinant, the product of all eigenvalues: only the largest one"
           " counts", 2 / λ.prod())
    yield ("that comes from the root of the sum of all squares: it is never below the largest"
           " eigenvalue. Take that", 2 / h.norm())
    yield ("that comes from a singular value of the design matrix: its square is needed",
           2 / torch.linalg.svdvals(x)[0])
    yield ("that is two over the square of the largest eigenvalue: leave the square",
           2 / λ[-1] ** 2)
    yield ("that is two over the root of the largest eigenvalue: leave the root", 2 / λ[-1].sqrt())
# fmt: on


@exercise("ex-best-rate", "Right: no other constant rate does better in a long run.")
def check_best_rate(best_rate: Callable[..., Any], seed: int) -> None:
    """Check `best_rate(low, high)`: the rate, and the factor of the slower error per step."""
    draw = Draw(seed)
    for _ in range(2):
        low, high = draw.one(0.2, 1.5), draw.one(2.5, 9)
        got = call(best_rate, PLAIN, low=low, high=high)
        if isinstance(got, Tensor) and got.shape == (2,):
            got = got.tolist()
        rate, factor = parts(got, "the rate", "the factor")
        λ = torch.tensor([low, high], dtype=torch.float64)
        pair = 2 / λ.sum(), (λ[1] - λ[0]) / λ.sum()
        rate, factor = tensor(rate, "the rate"), tensor(factor, "the factor")
        swapped = "the two have changed places: the rate comes first"
        recognise(rate.reshape(-1), [(swapped, pair[1][None])])
        close(rate, pair[0], "the rate", _best_rate_mistakes(*λ))
        close(factor, pair[1], "the factor", _factor_mistakes(*λ))


# fmt: off
def _best_rate_mistakes(low: Tensor, high: Tensor) -> Iterator[Mistake]:
    yield ("that is 1/λmax. It solves the steep direction in one step, and leaves the flat one"
           " slow: a larger rate does better", 1 / high)
    yield ("that is 2/λmax, the bound: there the error of the steep direction keeps its size for"
           " ever", 2 / high)
    yield ("that is 1/λmin: it solves the flat direction in one step, and the steep one explodes",
           1 / low)
    yield "that is 2/λmin: there the steep direction explodes", 2 / low
    yield ("half of what is best. Where the sizes are equal the signs are not: 1 − η·low ="
           " −(1 − η·high)", 1 / (low + high))
    yield ("there is a sign wrong in your equation: 1 − η·low = η·high − 1", 2 / (high - low))
    yield ("there is a sign wrong in your equation: 1 − η·low = η·high − 1", 1 / (high - low))
    yield ("that is one over the geometric mean of the curvatures: take their ordinary mean",
           1 / (low * high).sqrt())
    yield ("that is the mean of 1/low and 1/high: take one over the mean of the curvatures",
           (1 / low + 1 / high) / 2)
    yield "that is the mean of the curvatures: the rate is one over it", (low + high) / 2
    yield ("that is the best rate with momentum: here it is plain descent",
           4 / (low.sqrt() + high.sqrt()) ** 2)
    yield "that is the ratio of the curvatures: the rate comes first", high / low


def _factor_mistakes(low: Tensor, high: Tensor) -> Iterator[Mistake]:
    right = (high - low) / (high + low)
    yield ("that is the factor with its sign, for the steep direction: its size is asked for",
           -right)
    yield ("that is the factor of the loss: the error has its root", right**2)
    yield ("that is the factor at the rate 1/λmax: at the best rate it is smaller",
           1 - low / high)
    yield "that is η·λ of the flat direction: the factor is 1 − η·λ", 1 - right
    yield "that is η·λ of the steep direction: the factor is 1 − η·λ", 1 + right
    yield "that is the ratio of the curvatures, κ: the factor is 1 − η·λ", high / low
    yield "that is 1/κ: the factor is 1 − η·λ", low / high
    yield ("that is the best factor with momentum: here it is plain descent",
           (high.sqrt() - low.sqrt()) / (high.sqrt() + low.sqrt()))
    yield ("that is 1 − 2/κ, which is right only if κ is large: the rate has the sum of both"
           " curvatures", 1 - 2 * low / high)
    yield ("above one the error would grow: the factor is upside down", 1 / right)
# fmt: on


def _grown(t: Tensor, truth: Tensor, rate: float, steps: int = 200) -> float:
    """Return the loss after the steps of descent, in units of the first."""
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
    """Return X, (n, 3), at times t, (n, 1)."""
    return torch.cat([t**2 / 2, t, torch.ones_like(t)], 1)


def _curvatures(x: Tensor, scale: float) -> Tensor:
    """Return the eigenvalues of scale·XᵀX, (3,), ascending."""
    λ: Tensor = torch.linalg.eigvalsh(scale * x.T @ x)
    return λ
