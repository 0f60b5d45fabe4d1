"""Checks for the exercises of the chapter `part1/curvature`.

Symbols, shapes. n times, d dimensions of space.
    X  (n, 3)  the design matrix: a row (½t², t, 1) for each time, so that positions are X·θ
    θ  (3, d)  the parameters: rows a, v0, x0
    H  (3, 3)  = 2·XᵀX/(n·d), the Hessian of the mean squared error, the same for each dimension
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._check import Wrong, close, exercise, returned
from diffprog.loops.descent import Diverged, gradient_descent
from diffprog.simulator.ball import position

__all__ = ["check_all_parameters", "check_predict"]

NAMES = ("a", "v0", "x0")


@exercise("2", "right: all three move, and where the rate is too large they explode.")
def check_all_parameters(fit_all: Callable[..., Any], seed: int) -> None:
    """`fit_all(t, target, learning_rate, steps)` gives ((a, v0, x0), losses)."""
    random = torch.Generator().manual_seed(seed)
    # Each of η·λmax is either side of 2: one fit that shrinks the error, one that explodes.
    for d, steps, stiffness in ((2, 9, 1.2), (3, 6, 3.0)):
        t = torch.rand(8, 1, generator=random) * 4
        truth = 5 * torch.randn(3, 1, d, generator=random)
        target = position(t, *truth)
        rate = stiffness / _curvatures(_design(t), 2 / target.numel())[-1].item()
        try:
            result = fit_all(t, target, rate, steps)
        except (RuntimeError, TypeError, AttributeError) as error:
            raise _explained(error) from error
        θ, losses = _unpacked(result, d)
        _check_fit(θ, losses, t, target, rate, steps)


def _check_fit(
    θ: Tensor, losses: Tensor, t: Tensor, target: Tensor, rate: float, steps: int
) -> None:
    wanted, wanted_losses = _descent(t, target, rate, steps)
    n, d = target.shape
    if torch.equal(θ, torch.zeros_like(θ)):
        raise Wrong(
            "the parameters are all zero still: `p = p - …` in a loop over them makes a new tensor"
            " and leaves the parameter as it was; write `p -= …`, under torch.no_grad()"
        )
    if torch.equal(θ, θ[:1].expand_as(θ)):
        raise Wrong(
            "a, v0 and x0 are equal: `a = v0 = x0 = torch.zeros(…)` makes one tensor with three"
            " names; make three"
        )
    mistakes: dict[str, dict[str, Any]] = {
        "the parameters run away from the data: is the sign of the update right?": {"sign": 1},
        "each gradient still holds all those before it: set p.grad back to None, or to zero, after"
        " each update, for each of the three.": {"keep": 1.0},
        "only v0 moves: a and x0 need their own requires_grad and their own update.": {
            "free": (0, 1, 0)
        },
        "x0 has not moved: it needs requires_grad and an update as well.": {"free": (1, 1, 0)},
        "a has not moved: it needs requires_grad and an update as well.": {"free": (0, 1, 1)},
        "the loss is a sum: the mean over all positions is asked for.": {"scale": n * d},
        "the loss averages over the times only: take the mean over space too.": {"scale": d},
        "a, v0 and x0 are updated one after the other, each with a new loss: one loss and one"
        " backward() serve all three.": {"in_turn": True},
        "the fit does not start from zero but from one: torch.zeros, not torch.ones.": {
            "start": 1.0
        },
        "one update too few: there should be as many as `steps`.": {"extra": -1},
        "one update too many: there should be as many as `steps`.": {"extra": 1},
    }
    typical = {
        cause: _descent(t, target, rate, steps, **mistake)[0] for cause, mistake in mistakes.items()
    }
    typical["the parameters come in another order: return (a, v0, x0), please."] = wanted[[0, 2, 1]]
    close(
        θ,
        wanted,
        "the table of fitted parameters, with rows a, v0, x0,",
        typical=typical,
        atol=1e-5 * wanted.abs().max().item(),
    )
    if len(losses) == steps and torch.allclose(losses, wanted_losses[1:], rtol=1e-4):
        raise Wrong(
            "the first loss is missing, the one before any update: compute the loss, note it, and"
            " then update"
        )
    if len(losses) not in (steps, steps + 1):
        raise Wrong(
            f"{len(losses)} losses for {steps} updates: note one before each"
            " update, and one after the last"
        )
    close(losses, wanted_losses[: len(losses)], "the history of losses")


def _unpacked(result: Any, d: int) -> tuple[Tensor, Tensor]:
    """The table of parameters, (3, d), and the losses, from what the learner returned."""
    try:
        parameters, losses = returned(result)
        a, v0, x0 = parameters
    except (TypeError, ValueError):
        raise Wrong("return two things: the tuple (a, v0, x0), and the list of losses") from None
    for name, p in zip(NAMES, (a, v0, x0), strict=True):
        if not isinstance(p, Tensor):
            raise Wrong(f"{name} is a {type(p).__name__}: return the tensor itself")
        if p.shape != (1, d):
            raise Wrong(
                f"{name} has shape {tuple(p.shape)}; in {d} dimensions it should be (1, {d})"
            )
    history = [x.detach() if isinstance(x, Tensor) else torch.as_tensor(x) for x in losses]
    if any(x.ndim for x in history):
        raise Wrong("each entry of the history should be one number: did you take the mean?")
    return torch.cat([a, v0, x0]).detach(), torch.tensor([float(x) for x in history])


def _explained(error: Exception) -> Exception:
    """What the learner's exception most likely means; itself where that is not known."""
    text = str(error)
    if "leaf Variable" in text:
        return Wrong("autograd follows the update itself: put it under `with torch.no_grad():`")
    if "NoneType" in text:
        return Wrong(
            "a gradient is None: does each of a, v0 and x0 have requires_grad=True, and does the"
            " update change it in place (`p -= …`) instead of making a new tensor?"
        )
    if "does not require grad" in text:
        return Wrong(
            "the loss depends on nothing that requires a gradient. Has each parameter"
            " requires_grad=True, and is it changed in place (`p -= …`)? `p = p - …` under"
            " torch.no_grad() makes a new tensor without it"
        )
    if "backward through the graph a second time" in text:
        return Wrong("one loss serves two steps: compute the loss anew inside the loop")
    return error


@exercise("1.4a", "right: below your rate the loss shrinks, above it explodes.")
def check_predict(largest_stable_rate: Callable[[Tensor], Any], seed: int) -> None:
    """`largest_stable_rate(t)`, with times (n, 1), is the η where descent turns unstable."""
    random = torch.Generator().manual_seed(seed)
    for n, last in ((6, 2.0), (13, 7.0)):
        t = last * (0.1 + 0.9 * torch.rand(n, 1, generator=random))
        rate = _number(largest_stable_rate(t))
        for cause, mistake in _wrong_rates(t).items():
            if abs(rate / mistake - 1) < 1e-3:
                raise Wrong(cause)
        truth = 5 * torch.randn(3, 1, 2, generator=random, dtype=torch.float64)
        below, above = (_grown(t.double(), truth, factor * rate) for factor in (0.99, 1.01))
        if below > 1:
            raise Wrong(
                f"too large: at 0.99 of it descent explodes, for {n} times up to {last:g} s"
            )
        if above < 1:
            raise Wrong(
                f"too small: at 1.01 of it descent is stable, for {n} times up to {last:g} s"
            )


def _wrong_rates(t: Tensor) -> dict[str, float]:
    """Typical mistakes: the likely cause, and the rate that it would give."""
    t = t.double()
    x, n = _design(t), len(t)
    λ = _curvatures(x, 1 / n)
    without_half = _curvatures(torch.cat([t**2, t, torch.ones_like(t)], 1), 1 / n)
    page = torch.linspace(0, 5, 10, dtype=torch.float64)[:, None]
    rates = [
        (
            2 / _curvatures(_design(page), 1 / 10)[-1],
            "that is the rate for the chapter's own times, whatever t is: compute it from t.",
        ),
        (
            1 / λ[-1],
            "half of what is stable. The bound is 2/λ; at 1/λ the steepest direction is solved in"
            " one step. Or is your mean over the times only, and not over space as well?",
        ),
        (
            2 / λ[0],
            "that is the bound for the flattest direction. The steepest one, with the largest"
            " eigenvalue, is the first to explode.",
        ),
        (λ[-1], "that is an eigenvalue itself: the rate is two divided by it."),
        (
            4 / λ[-1],
            "twice what is stable: the second derivative of a square is two, and so"
            " H = 2·XᵀX/(number of positions).",
        ),
        (
            1 / (n * λ[-1]),
            "the loss is a mean, over n times and two dimensions: your Hessian is that of the sum.",
        ),
        (2 / without_half[-1], "the model has ½·a·t²: is the one half missing?"),
        (2 / (t**2).mean(), "that is the bound for v0 alone: all three parameters are free here."),
        (
            2 / (t**4 / 4).mean(),
            "that comes from the largest entry on the diagonal. The steepest direction is no axis,"
            " and curves more than each of them: take eigenvalues.",
        ),
        (
            2 / λ.sum(),
            "that comes from the trace, the sum of all eigenvalues: only the largest one counts.",
        ),
        (
            2 / torch.linalg.svdvals(x)[0],
            "that comes from a singular value of the design matrix: its square is needed.",
        ),
    ]
    return {cause: float(rate) for rate, cause in rates}


def _number(rate: Any) -> float:
    """The rate that the learner returned, as a float."""
    if isinstance(returned(rate), Tensor) and rate.is_complex():
        raise Wrong("your rate is complex: the Hessian is symmetric, use torch.linalg.eigvalsh")
    if isinstance(rate, Tensor) and rate.numel() != 1:
        raise Wrong(f"your rate has shape {tuple(rate.shape)}: one number is asked for")
    value = float(rate)
    if not 0 < value < float("inf"):
        raise Wrong(f"your rate is {value:g}: it should be a finite number above zero")
    return value


def _grown(t: Tensor, truth: Tensor, rate: float, steps: int = 300) -> float:
    """The loss after so many steps of descent from zero, in units of the loss before."""
    target = position(t, *truth)
    θ = {name: torch.zeros_like(truth[0], requires_grad=True) for name in NAMES}

    def loss() -> Tensor:
        return ((position(t, **θ) - target) ** 2).mean()

    try:
        history = gradient_descent(loss, θ, rate, steps)
    except Diverged:
        return float("inf")
    return float(history.loss[-1] / history.loss[0])


def _design(t: Tensor) -> Tensor:
    """X, (n, 3), at times t, (n, 1)."""
    return torch.cat([t**2 / 2, t, torch.ones_like(t)], 1)


def _curvatures(x: Tensor, scale: float) -> Tensor:
    """The eigenvalues of scale·XᵀX, (3,), ascending."""
    λ: Tensor = torch.linalg.eigvalsh(scale * x.T @ x)
    return λ


def _descent(
    t: Tensor,
    target: Tensor,
    rate: float,
    steps: int,
    *,
    sign: int = -1,
    keep: float = 0.0,
    free: tuple[int, int, int] = (1, 1, 1),
    in_turn: bool = False,
    scale: float = 1.0,
    start: float = 0.0,
    extra: int = 0,
) -> tuple[Tensor, Tensor]:
    """θ, (3, d), after the steps, and the losses, (steps + 1,); each keyword plants a mistake."""
    x = _design(t)
    θ = torch.full((3, target.shape[1]), start)
    g, losses = torch.zeros_like(θ), []
    moved = torch.tensor(free)[:, None]
    for _ in range(steps + extra):
        losses.append(((x @ θ - target) ** 2).mean())
        for row in range(3) if in_turn else [slice(None)]:
            gradient = 2 * scale / target.numel() * x.T @ (x @ θ - target)
            g = keep * g + gradient
            θ[row] += sign * rate * (g * moved)[row]
    losses.append(((x @ θ - target) ** 2).mean())
    return θ, torch.stack(losses)
