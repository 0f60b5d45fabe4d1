"""Checks for the exercises of the chapter `part1/gradient`."""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._check import (
    Counted,
    Draw,
    Formula,
    Mistake,
    Wrong,
    call,
    close,
    exercise,
    parts,
    recognise,
    shown,
    tensor,
)
from diffprog.exercises._loop import (
    DESCENT,
    Fit,
    check_path,
    check_values,
    entries,
    numbers,
    rate_mistakes,
)

__all__ = ["check_compare", "check_loop", "check_updates", "fits"]

PARABOLA = "lambda v0: (({w} * (v0 - {truth})) ** 2).mean()"
NO_PARABOLA = "lambda v0: (1 + ({w} * (v0 - {truth})) ** 2).sqrt().mean()"


@exercise("ex-loop", "Right: each loss and each v0 on the way, for any loss function.")
def check_loop(descend: Callable[..., Any], seed: int) -> None:
    """Check `descend(loss, v0, learning_rate, steps)`: v0, losses, path.

    v0 has shape (1, d), losses (steps + 1,) and path (steps + 1, 1, d).
    """
    for fit in fits(seed):
        loss = Counted("loss", fit.objective)
        result = call(
            descend, DESCENT, loss=loss, v0=fit.start, learning_rate=fit.rate, steps=fit.steps
        )
        v0, losses, path = parts(result, "v0", "losses", "path")
        loss.must_be_called()
        losses, path = entries(losses, "losses"), entries(path, "entries of the path")
        swapped = "losses and path have changed places: the losses come first"
        recognise(losses, [(swapped, fit.path)])
        losses = numbers(losses, "losses")
        check_path(fit, path, "the path of v0", _path_mistakes(fit))
        close(v0, fit.path[-1], "the fitted v0", _v0_mistakes(fit))
        check_values(fit, losses)


def fits(seed: int) -> Iterator[Fit]:
    """Set a loss that is a parabola, as on the page, one that is none, and one that rises."""
    draw = Draw(seed)
    for d, text, rises in ((2, PARABOLA, False), (3, NO_PARABOLA, False), (1, PARABOLA, True)):
        w, truth = draw(0.5, 1.5, d), draw(-4, 4, d)
        loss = Formula(text.format(w=shown(w), truth=shown(truth)))
        start, rate = draw(-3, 3, 1, d, dtype=torch.float64), draw.one(0.12, 0.45, 0.01)
        if rises:  # η·λ = 2.1 to 2.7, past the bound of 2
            rate = round((2.1 + rate) / float(2 * (w**2).max()), 3)
        yield Fit(loss, start, rate, 3 + (seed + d) % 4)


# fmt: off
def _path_mistakes(fit: Fit) -> Iterator[Mistake]:
    yield ("v0 starts from zero: start from the v0 that is handed over",
           fit.but(start=0 * fit.start).path)
    yield from rate_mistakes(fit)
    for name, function in (("root", torch.sqrt), ("logarithm", torch.log),
                           ("square", torch.square)):
        yield (f"you descend the {name} of the loss: take the loss as it is",
               fit.but(objective=lambda v0, f=function: f(fit.objective(v0))).path)


def _v0_mistakes(fit: Fit) -> Iterator[Mistake]:
    path: Tensor = fit.path
    # Where the loss rises that is the first, and who returns the first fails before.
    yield ("the v0 returned is the one with the smallest loss on the way: return the last",
           path[fit.values.argmin()])
    yield ("the v0 returned is still the start value: return the one that was updated", path[0])
    yield ("the v0 returned is one update behind the end of the path", path[-2])
    yield ("the v0 returned has had one update more than the end of the path: `steps` updates are"
           " asked for", fit.but(steps=fit.steps + 1).path[-1])
# fmt: on


# To be mended: fits that begin where the last one ended


@exercise("ex-fair", "Right: each fit starts from zero, in whatever order the rates come.")
def check_compare(compare: Callable[..., Any], seed: int) -> None:
    """Check `compare(loss, rates, steps)`: the loss after `steps` updates from zero, for each rate.

    The two calls have rates that rise, and the same rates in another order.
    """
    draw = Draw(seed)
    w, truth, rates = draw(0.6, 1.4, 2), draw(2, 4, 2), draw(0.1, 0.5, 3, step=0.02).sort().values
    loss = Formula(PARABOLA.format(w=shown(w), truth=shown(truth)))
    for order in ([0, 1, 2], [1, 0, 2]):
        given = [round(rates[i].item(), 2) for i in order]
        counted = Counted("loss", loss)
        got = call(compare, DESCENT, loss=counted, rates=given, steps=3)
        counted.must_be_called()
        if not tensor(got, "the list of losses").ndim:
            raise Wrong("you return one number: return a list, with a loss for each rate")
        got = numbers(got, "losses")
        each = [Fit(loss, torch.zeros(1, 2), rate, 3) for rate in given]
        last = torch.stack([fit.values[-1] for fit in each])
        close(got, last, "the list of losses", _compared(each))


# fmt: off
def _compared(fits: list[Fit]) -> Iterator[Mistake]:
    """Say what can be wrong with a comparison, and the losses that it gives."""
    def every(change: Callable[[Fit], Fit], index: int = -1) -> Tensor:
        return torch.stack([change(fit).values[index] for fit in fits])

    one_after_the_other, start = [], fits[0].start
    for fit in fits:
        on = fit.but(start=start)
        start = on.path[-1]
        one_after_the_other.append(on.values[-1])
    yield ("each fit after the first begins where the fit before it ended. The updates change one"
           " and the same tensor in place: give each fit a copy, start.clone()",
           torch.stack(one_after_the_other))
    yield ("the losses are those before the first update", every(lambda fit: fit, 0))
    yield ("the losses are those before the last update: compute them after it",
           every(lambda fit: fit, -2))
    yield ("there is one update too many in each fit", every(lambda fit: fit.but(steps=4)))
    yield ("the gradients add up within each fit: set v0.grad back to None in each turn",
           every(lambda fit: fit.but(zeroed=0.0)))
    yield ("the fits go the wrong way: is the sign of the update right?",
           every(lambda fit: fit.but(maximize=True)))
    for word, fit in (("first", fits[0]), ("last", fits[-1])):
        yield (f"each fit has the {word} rate: use the rate of the loop",
               fit.values[-1].expand(len(fits)))
    yield ("the losses are sorted, best first: keep the order of the rates",
           every(lambda fit: fit).sort().values)
    yield ("each fit starts from one instead of zero",
           every(lambda fit: fit.but(start=torch.ones(1, 2))))
    yield ("a fit starts from zero, and makes a single update: is the loop over the steps there?",
           every(lambda fit: fit.but(steps=1)))
# fmt: on


# On paper: how many updates a fraction takes


@exercise("ex-updates", "Right: on either side of 1/λ.")
def check_updates(updates: Callable[..., Any], seed: int) -> None:
    """Check `updates(eta, curvature, fraction)`: how many updates multiply the loss by it."""
    draw = Draw(seed)
    negative = (
        "a logarithm of something below zero: above 1/λ the factor of the error, 1 − η·λ, is"
        " negative. Take the factor of the loss, which is its square"
    )
    advice = {
        "math domain error": negative,
        "expected a positive input": negative,
        "must be Tensor": "torch.log takes tensors: for a number of Python, write math.log",
    }
    for low, high in ((0.2, 0.8), (1.2, 1.8)):
        stiffness, curvature = draw.one(low, high, 0.05), draw.one(2, 9)
        given = {
            "eta": round(stiffness / curvature, 3),
            "curvature": curvature,
            "fraction": draw.one(0.01, 0.3, 0.01),
        }
        tensors = {name: torch.tensor(x, dtype=torch.float64) for name, x in given.items()}
        got = call(updates, advice, **tensors)
        mistakes = _update_counts(tensor(got, "the number of updates"), **tensors)
        close(got, _updates(**tensors), "the number of updates", mistakes)


def _updates(eta: Tensor, curvature: Tensor, fraction: Tensor) -> Tensor:
    return fraction.log() / ((1 - eta * curvature) ** 2).log()


# fmt: off
def _update_counts(
    got: Tensor, eta: Tensor, curvature: Tensor, fraction: Tensor
) -> Iterator[Mistake]:
    right, wanted = 1 - eta * curvature, fraction.log()
    n = _updates(eta, curvature, fraction)
    yield ("that many updates multiply the error by the fraction. The loss goes with the square of"
           " the error, so it takes half as many", 2 * n)
    yield ("the square is there twice: the loss goes with the square of the error, and not with its"
           " fourth power", n / 2)
    yield ("the number of updates is NaN: above 1/λ the factor of the error, 1 − η·λ, is below zero"
           " and has no logarithm. Take the factor of the loss, which is its square",
           bool(got.isnan().any() and right < 0))
    for per_update in (2, 1):
        yield ("that holds for small η·λ only, where ln(1 − η·λ) is about −η·λ: take the logarithm"
               " of the factor itself", -wanted / (per_update * eta * curvature))
    yield ("the factor of an update is 1 − η·λ, and not 1 + η·λ",
           wanted / ((1 + eta * curvature) ** 2).log())
    yield ("the factor of an update is 1 − η·λ: the curvature has no part in yours",
           wanted / ((1 - eta) ** 2).log())
    yield ("the factor of an update is 1 − η·λ: the learning rate has no part in yours",
           wanted / ((1 - curvature) ** 2).log())
    yield ("the factor of an update is 1 − η·λ: yours is η·λ, which is what an update takes away",
           wanted / ((eta * curvature) ** 2).log())
    yield ("the factor of an update is 1 − η·λ: in yours the gradient has a 2 more. The curvature"
           " is the second derivative, so it has this 2 already",
           wanted / ((1 - 2 * eta * curvature) ** 2).log())
    yield ("the updates multiply the loss again and again, so that the factor comes to a power:"
           " take logarithms to find it", fraction / right**2)
    yield ("the updates multiply the loss again and again, so that the factor comes to a power:"
           " take logarithms to find it", (1 - fraction) / (1 - right**2))
    yield ("the logarithm of a power is the exponent times the logarithm: divide the logarithms,"
           " and do not subtract them", wanted - (right**2).log())
    for base in (2, 10):
        yield ("the two logarithms have different bases",
               n / torch.tensor(float(base)).log().item())
        yield ("the two logarithms have different bases",
               n * torch.tensor(float(base)).log().item())
    yield ("that many updates take the fraction away: `fraction` is what is left of the loss",
           (1 - fraction).log() / (right**2).log())
    yield "the number of updates is rounded up: leave it as it is", n.ceil()
# fmt: on
