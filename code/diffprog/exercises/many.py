"""Checks for the exercises of the chapter `part2/many`.

Symbols, shapes, units.
    m        (n, 2)          GeV    masses, of signal and of background
    grid     (g,)            GeV    cuts to try, the same on both masses
    b        ()                     background kept, b1 and b2 its slopes in two cuts
    δ        a number               relative uncertainty of b
    θ        (p,)                   parameters, and objectives `train` and `validate` of θ
"""

from collections.abc import Callable, Iterator
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
    parts,
    shown,
    tensor,
)
from diffprog.exercises._cuts import CutProblem, check_cut_fit
from diffprog.exercises._loop import ASCENT, Fit, rate_mistakes, update_mistakes
from diffprog.relaxations.cuts import count
from diffprog.relaxations.scan import scan_grid
from diffprog.relaxations.significance import significance

__all__ = [
    "check_coupling", "check_held_out", "check_many_cuts", "check_stop_early", "problems",
]  # fmt: skip

ADVICE = ASCENT | {
    "grad can be implicitly created only for scalar": (
        "what you send backward is not one number: the product is over the observables, and the sum"
        " over the events leaves one count"
    )
}


@exercise("ex-two-masses", "Right: one weight for each event, whatever the number of cuts.")
def check_many_cuts(fit_many_cuts: Callable[..., Any], seed: int) -> None:
    """Check `fit_many_cuts(signal, background, start, k, steps, learning_rate)`: (path, values)."""
    for p in problems(seed):
        check_cut_fit(fit_many_cuts, p, ADVICE, _count_mistakes(p))


def problems(seed: int) -> Iterator[CutProblem]:
    """Set two observables, and three with cuts as steep as on the page."""
    draw = Draw(seed)
    for d, k, rate in ((2, 0.4, 1.5), (3, 1.0, 0.7)):
        signal, background = 1000 + draw(-3, 9, 3, d), 1000 + draw(-5, 8, 5, d)
        if k == 1:
            background[0] = 10 * torch.arange(1.0, d + 1)  # e^(k·(c − m)) overflows for it
        start = 1000.05 + draw(-3, 2, d)  # no cut comes to lie on a mass
        yield CutProblem(signal, background, start, k, 4 + seed % 5, rate)


# fmt: off
def _count_mistakes(p: CutProblem) -> Iterator[Mistake]:
    """Say what else one may do with a table of weights w, (n, d).

    The result is the first significance, at the cuts before any step.
    """
    samples = p.signal.double(), p.background.double()
    weights = [torch.sigmoid(p.k * (m - p.start)) for m in samples]

    def z(count: Callable[[Tensor], Tensor]) -> Tensor:
        s, b = (count(w) for w in weights)
        return s / b.sqrt()

    multiplied = "An event must pass all cuts, so that they are multiplied"
    yield (f"the weights of an event are added over its observables. {multiplied}",
           z(lambda w: w.sum()))
    yield (f"the weights of an event are averaged over its observables. {multiplied}",
           z(lambda w: w.mean(1).sum()))
    yield ("an event gets the smallest of its weights. That is a relaxation as well, but asked for"
           " is the product", z(lambda w: w.amin(1).sum()))
    yield ("you count for each cut, and multiply the counts. Multiply the weights of each event,"
           " and then sum over the events", z(lambda w: w.sum(0).prod()))
    yield ("you average for each cut, and multiply the averages: right only if the observables are"
           " independent. Multiply the weights of each event first",
           z(lambda w: len(w) * w.mean(0).prod()))
    yield ("the product is over the events, axis 0. Multiply over the observables, axis 1, and sum"
           " over the events", z(lambda w: w.prod(0).sum()))
    yield ("an event is kept if it passes any of the cuts: it has to pass all",
           z(lambda w: (1 - (1 - w).prod(1)).sum()))
    yield ("one sigmoid of the summed distances is a plane, not a corner: a sigmoid for each"
           " observable, and their product", z(lambda w: w.logit().sum(1).sigmoid().sum()))
    yield ("only the first observable is cut on: multiply over all of them",
           z(lambda w: w[:, 0].sum()))
    yield ("only the first two observables are cut on: multiply over all of them, without the"
           " number two", z(lambda w: w[:, :2].prod(1).sum()))
# fmt: on


@exercise("ex-held-out", "Right: one half chooses, and the other half judges.")
def check_held_out(best_corner: Callable[..., Any], seed: int) -> None:
    """Check `best_corner(signal, background, grid)`: chosen on m[::2], judged on m[1::2]."""
    signal, background, grid = _two_halves(seed)
    result = call(best_corner, signal=signal, background=background, grid=grid)
    cuts, value = parts(result, "the cuts", "the s/√b that they are worth")
    cuts, value = tensor(cuts, "the corner"), tensor(value, "the significance")
    if cuts.numel() == 1 and value.numel() == 2:
        raise Wrong("the two have changed places: the cuts come first")
    chosen = [_corner(signal[i::2], background[i::2], grid) for i in (0, 1)]
    everything = _corner(signal, background, grid)
    half = _corner(signal[: len(signal) // 2], background[: len(background) // 2], grid)
    close(cuts, chosen[0], "the corner", [
        ("the corner is the best one of all events: choose on m[::2] alone", everything),
        ("the corner is the best one of the events m[1::2], which are to judge: choose on m[::2]",
         chosen[1]),
        ("the corner is the best one of the first half: choose on every second event, m[::2]",
         half),
    ], atol=1e-3)  # fmt: skip
    close(value, 2**0.5 * _worth(signal[1::2], background[1::2], chosen[0]),
          "the significance", _held_out_mistakes(signal, background, chosen[0]))  # fmt: skip


def _two_halves(seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Draw samples of which each half has another best corner, one alone, and so has the whole."""
    draw, grid = Draw(seed), torch.arange(990.5, 1030, 9)
    while True:
        signal, background = draw(985, 1045, 16, 2, step=1), draw(970, 1040, 24, 2, step=1)
        z = _grid_of(signal[::2], background[::2], grid)
        mine = _first(z, grid)
        whole = _corner(signal, background, grid)
        other = _corner(signal[1::2], background[1::2], grid)
        pairs = (mine, whole), (mine, other), (whole, other)
        alone = (z > 0.999 * z.max()).sum() == 1
        if (
            alone
            and not any(torch.equal(*pair) for pair in pairs)
            and all(count(m[1::2], mine) > 1 for m in (signal, background))
        ):
            return signal, background, grid


def _grid_of(signal: Tensor, background: Tensor, grid: Tensor) -> Tensor:
    return significance(scan_grid(signal, grid, grid), scan_grid(background, grid, grid))


def _first(z: Tensor, grid: Tensor) -> Tensor:
    """Return the corner of the highest z, (2,)."""
    return grid[torch.stack(torch.unravel_index(z.argmax(), z.shape))]


def _corner(signal: Tensor, background: Tensor, grid: Tensor) -> Tensor:
    return _first(_grid_of(signal, background, grid), grid)


def _worth(signal: Tensor, background: Tensor, corner: Tensor) -> Tensor:
    return significance(count(signal, corner), count(background, corner))


# fmt: off
def _held_out_mistakes(signal: Tensor, background: Tensor, corner: Tensor) -> Iterator[Mistake]:
    value = _worth(signal[1::2], background[1::2], corner)
    own = _worth(signal[::2], background[::2], corner)
    scale = "a half has half of the counts. So double both, or multiply the significance by √2"
    yield (f"that is s/√b of a half of the events, and asked for is that of the whole: {scale}",
           value)
    for wrong in (own, 2**0.5 * own, 2 * own):
        yield ("the corner is right, and the same events judge it that have chosen it: count"
               " m[1::2]", wrong)
    yield ("the corner is right, and all events judge it, those too that have chosen it: count"
           " m[1::2]", _worth(signal, background, corner))
    yield (f"that is twice the s/√b of the half: {scale}", 2 * value)
    yield (f"only the background is doubled: {scale}", value / 2**0.5)
    yield ("signal of the half that judges stands over background of the half that chooses",
           2**0.5 * significance(count(signal[1::2], corner), count(background[::2], corner)))
    yield ("signal of the half that chooses stands over background of the half that judges",
           2**0.5 * significance(count(signal[::2], corner), count(background[1::2], corner)))
    yield ("only one of the counts comes from the half that judges: both do",
           significance(2 * count(signal[1::2], corner), count(background, corner)))
    yield ("only one of the counts comes from the half that judges: both do",
           significance(count(signal, corner), 2 * count(background[1::2], corner)))
    for of in (signal, background):
        yield ("that is a count: asked for is s/√b",
               2 * count(of[1::2], corner))
# fmt: on


@exercise("ex-coupling", "Right: one cut gives way where another one is tightened.")
def check_coupling(coupling: Callable[..., Any], seed: int) -> None:
    """Check `coupling(b, b1, b2, δ)`: −δ²·b1·b2/(2·b·(1 + δ²·b)²)."""
    draw = Draw(seed)
    for _ in range(2):
        b, δ = draw(4, 30, step=1, dtype=torch.float64), draw.one(0.2, 0.6, 0.01)
        b1, b2 = draw(-9, -2, 2, dtype=torch.float64)
        got = call(coupling, b=b, b1=b1, b2=b2, δ=δ)
        wanted = -(δ**2) * b1 * b2 / (2 * b * (1 + δ**2 * b) ** 2)
        close(got, wanted, "the mixed derivative", _coupling_mistakes(b, b1, b2, δ))


# fmt: off
def _coupling_mistakes(b: Tensor, b1: Tensor, b2: Tensor, δ: float) -> Iterator[Mistake]:
    x, slopes, v = δ**2 * b, b1 * b2, b + (δ * b) ** 2
    right = -(δ**2) * slopes / (2 * b * (1 + x) ** 2)
    yield ("the sign is wrong. In ln Z the background stands below the line: its logarithm has a"
           " minus", -right)
    yield ("the ½ of the root is missing: ln √x is ½·ln x", 2 * right)
    yield ("you have differentiated b₁ and not the 1 + δ²·b below it: that depends on c₂ as well",
           right * (1 + x))
    yield ("you have differentiated 1 + δ²·b and not b₁ above it: b₁ depends on c₂, since b is a"
           " product, ∂b₁/∂c₂ = b₁·b₂/b", δ**4 * slopes / 2 / (1 + x) ** 2)
    yield ("the two parts of the derivative of b₁/(1 + δ²·b) are added: the second one is"
           " subtracted", -(δ**2) * slopes / 2 * (1 / b / (1 + x) + δ**2 / (1 + x) ** 2))
    yield ("δ stands where δ² should", -δ * slopes / (2 * b * (1 + δ * b) ** 2))
    yield ("the factor δ² is missing", right / δ**2)
    yield ("the factor b below the line is missing: ∂b₁/∂c₂ = b₁·b₂/b", right * b)
    yield ("the factor b below the line comes twice", right / b)
    yield ("the square below the line is missing, or the whole is not squared: it is (1 + δ²·b)²",
           -(δ**2) * slopes / (2 * b * (1 + x**2)))
    yield ("the mixed derivative vanishes for a background known exactly. Here δ is not zero",
           0 * right)
    yield ("that is the first derivative in c₁: differentiate it in c₂ as well",
           -b1 * (1 + 2 * x) / 2 / v)
    yield ("that is the first derivative in c₁: differentiate it in c₂ as well",
           -(δ**2) * b1 / 2 / (1 + x))
    yield ("∂²b/∂c₁∂c₂ is b₁·b₂/b. With b₁·b₂ in its place, the units do not fit",
           -slopes * (1 + 2 * x) / 2 / v - δ**2 * slopes / v + slopes * (1 + 2 * x) ** 2 / 2 / v**2)
    yield ("∂²b/∂c₁∂c₂ is not zero: it is b₁·b₂/b, since b is a product",
           -(δ**2) * slopes / v + slopes * (1 + 2 * x) ** 2 / 2 / v**2)
    yield ("the last term of ln Z is gone, which has 1 + δ²·b: it is the only one that counts",
           -slopes / 2 / b**2)
    yield ("the slopes are added: each differentiation brings one as a factor",
           right / slopes * (b1 + b2))
    yield ("that is the mixed derivative of ln (b + δ²·b²): Z has its root below the line, −½",
           -2 * right)
# fmt: on


@exercise("ex-stop-early", "Right: the best of all steps, and a copy of it.")
def check_stop_early(stop_early: Callable[..., Any], seed: int) -> None:
    """Check `stop_early(train, validate, start, steps, learning_rate)`: (θ, value)."""
    for p in _climbs(seed):
        θ, value = parts(call(stop_early, ASCENT, **p), "the parameters", "the validation value")
        if tensor(θ, "the parameters").numel() == 1 < tensor(value, "the value").numel():
            raise Wrong("the two have changed places: the parameters come first")
        fit = _fit(p)
        values = torch.stack([p["validate"](x) for x in fit.path])
        top = int(values.argmax())
        mistakes = _early_mistakes(p, fit, values, tensor(value, "the value"))
        close(θ, fit.path[top], "the best θ", mistakes, rtol=1e-3, atol=1e-4)
        close(value, values[top], "the validation value", _early_values(fit, values), rtol=1e-3)


def _climbs(seed: int) -> Iterator[dict[str, Any]]:
    """Set validation objectives that are best on the way, best after a dip, and at the start."""
    draw = Draw(seed)
    for far, wave, place in ((0.5, 0.0, "on the way"), (0.6, 3.0, "dip"), (-0.5, 0.0, "start")):
        while True:
            start, goal = draw(-1, 1, 2), draw(4, 6, 2)
            middle = (start + far * (goal - start)).tolist()
            train = Formula(f"lambda θ: -((θ - torch.tensor({shown(goal.tolist())})) ** 2).sum()")
            hill = f"-((θ - torch.tensor({shown(middle)})) ** 2).sum()"
            ripple = f" + {wave} * (4 * θ[0]).cos()" if wave else ""
            validate = Formula(f"lambda θ: {hill}{ripple}")
            p = {"train": train, "validate": validate, "start": start, "steps": 9,
                 "learning_rate": 0.5}  # fmt: skip
            values = torch.stack([validate(x) for x in _fit(p).path])
            top, falls = int(values.argmax()), (values.diff() < 0).nonzero()
            dips = bool(len(falls)) and int(falls[0]) < top
            clear = values.topk(2).values.diff().abs() > 0.05
            if clear and dips == (place == "dip") and (top == 0) == (place == "start") and top < 9:
                break
        yield p


def _fit(p: dict[str, Any]) -> Fit:
    return Fit(p["train"], p["start"], p["learning_rate"], p["steps"], torch.optim.Adam, True)


# fmt: off
def _early_mistakes(
    p: dict[str, Any], fit: Fit, values: Tensor, value: Tensor
) -> Iterator[Mistake]:
    path, top, last = fit.path, int(values.argmax()), len(values) - 1
    if top != last:
        if value.numel() == 1 and torch.allclose(value.flatten()[0], values[top].double(), 1e-3):
            yield ("the value is the best one, and the parameters are those of the last step: Adam"
                   " changes θ in place, so keep a copy, θ.detach().clone()", path[-1])
        yield ("these are the parameters of the last step: return those at which `validate` was"
               " largest", path[-1])
        after = "your parameters belong to the step after the best one: validate and copy the same"
        yield (f"{after} θ, both before the update"
               if top else "your parameters are those after the first update, and the start is the"
               " best: does it belong to the candidates, before any update? (Or do you copy θ"
               " after its update?)", path[top + 1])
    if top:
        yield ("your parameters belong to the step before the best one: validate and copy the same"
               " θ", path[top - 1])
    falls = (values.diff() < 0).nonzero()
    if len(falls) and int(falls[0]) != top:
        first = path[int(falls[0])]
        yield ("you stop where `validate` falls for the first time: it may rise again. Return the"
               " best of all steps", first)
    yield ("these are the parameters at which `validate` is smallest: the objective is to be"
           " large", path[int(values.argmin())])
    yield ("these are the parameters with the best value of `train`: choose by `validate`",
           path[int(fit.values.argmax())])
    for sentence, f in {
        "you climb `validate`: its slope must not be used, or it is a second training sample":
            p["validate"],
        "you climb the sum of both: only `train` has a slope to follow":
            lambda θ: p["train"](θ) + p["validate"](θ),
    }.items():
        yield sentence, _best(fit.but(objective=f).path, p["validate"])
    for sentence, other in (*update_mistakes(fit), *rate_mistakes(fit)):
        yield sentence.replace("the significance", "the objective"), _best(other, p["validate"])


def _best(path: Tensor, validate: Callable[[Tensor], Tensor]) -> Tensor:
    """Return the entry of the path where `validate` is largest."""
    return path[int(torch.stack([validate(x) for x in path]).argmax())]


def _early_values(fit: Fit, values: Tensor) -> Iterator[Mistake]:
    top = int(values.argmax())
    yield ("the parameters are right, and the value is that of `train`: return the one by which"
           " you chose", fit.values[top])
    yield ("the parameters are right, and the value is that of the last step", values[-1])
    yield ("the parameters are right, and the value is the best one of `train`", fit.values.max())
    yield ("the parameters are right, and the second thing is their step: return the value of"
           " `validate`", torch.tensor(float(top)))
    yield ("the parameters are right, and the second thing is the whole history: return the best"
           " value alone", tuple(values.shape))
# fmt: on
