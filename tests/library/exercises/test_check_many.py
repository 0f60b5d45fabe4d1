"""The checks of `part2/many`: right answers in several styles pass, wrong ones are named."""

from functools import partial
from typing import Any

import numpy as np
import torch

from diffprog.exercises._check import Check
from diffprog.exercises.many import (
    check_coupling,
    check_held_out,
    check_many_cuts,
    check_stop_early,
)
from diffprog.relaxations.cut_fit import fit_cuts
from diffprog.relaxations.cuts import count
from diffprog.relaxations.scan import best, scan_grid
from diffprog.relaxations.significance import significance

from .answers import test_right_answers_pass, test_wrong_answers_are_told_why  # noqa: F401


def product(m, c, k):
    return torch.sigmoid(k * (m - c)).prod(1).sum()


def answer(
    *,
    keep=product,
    z=lambda s, b: s / b.sqrt(),
    sign=-1,
    zeroed=True,
    optimizer=torch.optim.Adam,
    afresh=False,
    note=lambda c: c.detach().clone(),
    value=lambda z: z.item(),
    more=0,
    clone=True,
    backward=True,
):
    """The solution of the page, and each keyword a way to go wrong."""

    def fit_many_cuts(signal, background, start, k, steps, learning_rate):
        c = (start.clone() if clone else start).requires_grad_()
        adam = optimizer([c], lr=learning_rate)
        path, values = [], []
        for step in range(steps + more + 1):
            now = z(keep(signal, c, k), keep(background, c, k))
            path.append(note(c))
            values.append(value(now))
            if step < steps + more and backward:
                if afresh:
                    adam = optimizer([c], lr=learning_rate)
                if zeroed:
                    adam.zero_grad()
                (sign * now).backward()
                adam.step()
        return path, values

    return fit_many_cuts


def changed(f):
    """The right result, spoilt by f(path, values)."""

    def fit_many_cuts(*arguments):
        path, values = answer()(*arguments)
        return f(torch.stack(path), torch.tensor(values))

    return fit_many_cuts


def with_the_library(signal, background, start, k, steps, learning_rate):
    found = fit_cuts(signal, background, start, k, steps=steps, learning_rate=learning_rate)
    return found.parameters["c"], -found.loss


def with_log_sigmoids(signal, background, start, k, steps, learning_rate):
    """A sum of logarithms, lists of numbers, double precision, and maximize=True."""
    c = start.tolist()
    c = torch.tensor(c, dtype=torch.float64, requires_grad=True)
    adam = torch.optim.Adam([c], lr=learning_rate, maximize=True)

    def z():
        s, b = (
            torch.nn.functional.logsigmoid(k * (m.double() - c)).sum(-1).exp().sum()
            for m in (signal, background)
        )
        return s / b**0.5

    path, values = [c.tolist()], [z().item()]
    for _ in range(steps):
        adam.zero_grad()
        z().backward()
        adam.step()
        path.append(c.tolist())
        values.append(z().item())
    return path, values


def one_cut_after_the_other(signal, background, start, k, steps, learning_rate):
    """A tensor for each cut, and the product written as a loop; values of shape (1,)."""
    cuts = [c.clone().requires_grad_() for c in start]
    adam = torch.optim.Adam(cuts, lr=learning_rate)
    path, values = [], []
    for step in range(steps + 1):
        kept = []
        for m in (signal, background):
            w = torch.ones(len(m))
            for j, c in enumerate(cuts):
                w = w * torch.sigmoid(k * (m[:, j] - c))
            kept.append(w.sum())
        z = kept[0] / kept[1].sqrt()
        path.append([c.item() for c in cuts])
        values.append(z.detach()[None])
        if step < steps:
            adam.zero_grad()
            (-z).backward()
            adam.step()
    return path, values


def weights(f):
    return answer(keep=lambda m, c, k: f(torch.sigmoid(k * (m - c))))


def given(f):
    """The right answer to other arguments."""
    names = ("signal", "background", "start", "k", "steps", "learning_rate")
    return lambda *p: answer()(**f(dict(zip(names, p, strict=True))))


weights_by_hand = answer(keep=lambda m, c, k: (1 / (1 + torch.exp(-k * (m - c)))).prod(1).sum())


def signal_zeroed(signal, *rest):
    found = answer()(signal, *rest)
    signal.zero_()
    return found


def hard_values(signal, background, *rest):
    path, _ = answer()(signal, background, *rest)
    s, b = (torch.stack([(m >= c).all(1).sum() for c in path]) for m in (signal, background))
    return path, s / b.sqrt()


WRONG_FITS = {
    "s and b swapped": (answer(z=lambda s, b: b / s.sqrt()), "each other's place"),
    "any of the cuts, as one": (
        answer(keep=lambda m, c, k: torch.sigmoid(k * (m - c)).amax(1).sum()),
        "goes the other way|passes any"),
    "default rate": (
        answer(optimizer=lambda c, lr: torch.optim.Adam(c)), "and nothing else"),
    "downhill": (answer(sign=1), "downhill"),
    "sum of weights": (weights(lambda w: w.sum()), "multiplied"),
    "mean of weights": (weights(lambda w: w.mean(1).sum()), "averaged over its observables"),
    "smallest weight": (weights(lambda w: w.amin(1).sum()), "smallest"),
    "product of counts": (weights(lambda w: w.sum(0).prod()), "multiply the counts"),
    "product of means": (weights(lambda w: len(w) * w.mean(0).prod()), "independent"),
    "any cut": (weights(lambda w: (1 - (1 - w).prod(1)).sum()), "any of the cuts"),
    "a plane": (answer(keep=lambda m, c, k: torch.sigmoid(k * (m - c).sum(1)).sum()),
        "a plane, not a corner"),
    "one cut only": (weights(lambda w: w[:, 0].sum()), "only the first observable"),
    "product over events": (weights(lambda w: w.prod(0).sum()), "product is over the events"),
    "no sum": (weights(lambda w: w.prod(1).mean(0, keepdim=True)), "means over the events"),
    "two numbers": (
        answer(keep=lambda m, c, k: torch.sigmoid(k * (m - c)).sum(0), value=lambda z: z.detach()),
        "not one number"),
    "below": (answer(keep=lambda m, c, k: torch.sigmoid(k * (c - m)).prod(1).sum()),
        "keeps the events below"),
    "divided by k": (answer(keep=lambda m, c, k: product(m, c, 1 / k)), "divided by k"),
    "k fixed": (answer(keep=lambda m, c, k: product(m, c, 1.0)), "steepness is fixed"),
    "hard counts": (answer(keep=lambda m, c, k: (m >= c).all(1).sum().float()),
        "requires a gradient"),
    "not zeroed": (answer(zeroed=False), "add up"),
    "afresh": (answer(afresh=True), "made anew"),
    "sgd": (answer(optimizer=torch.optim.SGD), "plain gradient ascent"),
    "s over b": (answer(z=lambda s, b: s / b), "s/b"),
    "s alone": (answer(z=lambda s, b: s), "s alone"),
    "no update": (answer(backward=False), "nothing ever moves"),
    "aliases": (answer(note=lambda c: c.detach()), "in place"),
    "aliases, and an update behind the last note": (
        lambda *p: [x[:-1] for x in answer(more=1, note=lambda c: c.detach())(*p)], "in place"),
    "start moved": (answer(clone=False), "clone"),
    "minus": (answer(value=lambda z: -z.item()), "minus the significance"),
    "one too many": (answer(more=1), "one update too many"),
    "one too few": (answer(more=-1), "last entry"),
    "no first": (changed(lambda p, v: (p[1:], v)), "first entry"),
    "no last value": (changed(lambda p, v: (p, v[:-1])), "after the last update is missing"),
    "end only": (changed(lambda p, v: (p[-1], v)), "only the last entry"),
    "last value only": (changed(lambda p, v: (p, v[-1:])), "only the last significance"),
    "transposed": (changed(lambda p, v: (p.T, v)), "on its side"),
    "not a pair": (changed(lambda p, v: p), "two things"),
    "numbers of the page": (lambda *_: ([[500.0, 500.0], [1027.2, 854.6]], [5.8, 24.0]),
        "the path has 2 entries"),
    "product of the second axis": (weights(lambda w: w[:, :2].prod(1).sum()), "number two"),
    "AdamW": (answer(optimizer=torch.optim.AdamW), "that is AdamW"),
    "RMSprop": (answer(optimizer=torch.optim.RMSprop), "that is RMSprop"),
    "other betas": (
        answer(optimizer=partial(torch.optim.Adam, betas=(0.5, 0.9))), "update 2 is not"),
    "rate fixed": (given(lambda p: {**p, "learning_rate": 10.0}), "rate is fixed"),
    "another rate": (given(lambda p: {**p, "learning_rate": 2.5}), "times what it should be"),
    "start fixed": (given(lambda p: {**p, "start": 0 * p["start"] + 500}), "500 fixed"),
    "from the mean start": (
        given(lambda p: {**p, "start": p["start"].mean().expand_as(p["start"])}),
        "begin at the st"),
    "steps fixed": (given(lambda p: {**p, "steps": 20}), "argument steps"),
    "shifted": (given(lambda p: {**p, "signal": p["signal"] + 1}), ""),
    "logarithm": (answer(z=lambda s, b: (s / b.sqrt()).log()), "the logarithm of s/√b"),
    "inverse": (answer(z=lambda s, b: -b.sqrt() / s), "one over"),
    "square": (answer(z=lambda s, b: s**2 / b), "the square of s/√b"),
    "the background twice": (
        given(lambda p: {**p, "signal": p["background"]}), "both counts from the background"),
    "the signal twice": (
        given(lambda p: {**p, "background": p["signal"]}), "both counts from the signal"),
    "background detached": (answer(z=lambda s, b: s / b.detach().sqrt()), "does not see the backg"),
    "signal detached": (answer(z=lambda s, b: s.detach() / b.sqrt()), "does not see the signal"),
    "s plus b": (answer(z=lambda s, b: s / (s + b).sqrt()), "s/√(s + b)"),
    "by hand": (weights_by_hand, "Use torch.sigmoid"),
    "tanh": (answer(keep=lambda m, c, k: torch.tanh(k * (m - c)).prod(1).sum()), ""),
    "tanh, scaled": (answer(keep=lambda m, c, k: ((1 + torch.tanh(k * (m - c))) / 2).prod(1).sum()),
        "twice as steep"),
    "signal in place": (signal_zeroed, "changes signal"),
    "swapped": (changed(lambda p, v: (v, p)), "changed places"),
    "hard values": (hard_values, "hard counts"),
    "a dictionary": (changed(lambda p, v: {"path": p}), "two things"),
    "a string": (changed(lambda p, v: ("cuts", v)), "of type str"),
    "values doubled": (changed(lambda p, v: (p, 2 * v)), "2 times"),
    "last value twice": (changed(lambda p, v: (p, torch.cat([v, v[-1:]]))), "note one before"),
    "last cut twice": (changed(lambda p, v: (torch.cat([p, p[-1:]]), v)), "the path has"),
    "return in the loop": (changed(lambda p, v: (p[:1], v[:1])), "stand inside the loop"),
    "first cut only": (changed(lambda p, v: (p[:, 0], v)), ""),
    "first value always": (changed(lambda p, v: (p, v[:1].expand(len(v)))), "are the first one"),
}  # fmt: skip

RIGHT: dict[Check, dict[str, Any]] = {
    check_many_cuts: {
        "as on the page": answer(),
        "the library": with_the_library,
        "log-sigmoids, maximised": with_log_sigmoids,
        "one cut after the other": one_cut_after_the_other,
        "NumPy": changed(lambda p, v: (p.numpy(), v.numpy())),
        "lists of arrays": changed(lambda p, v: ([np.array(c) for c in p], v.tolist())),
        "values of shape (1,)": changed(lambda p, v: (p, v[:, None])),
        "double": given(lambda p: {**p, "start": p["start"].double()}),
    }
}
WRONG: dict[Check, dict[str, Any]] = {check_many_cuts: WRONG_FITS}


# One half chooses, the other one judges.


def held_out(
    *,
    choose=slice(0, None, 2),
    judge=slice(1, None, 2),
    scale_s=2.0,
    scale_b=2.0,
    finish=lambda cuts, value: (cuts, value),
):
    def best_corner(signal, background, grid):
        s, b = (scan_grid(m[choose], grid, grid) for m in (signal, background))
        _, *corner = best(significance(s, b), grid, grid)
        cuts = torch.stack(corner)
        s = scale_s * count(signal[judge], cuts)
        b = scale_b * count(background[judge], cuts)
        return finish(cuts, significance(s, b))

    return best_corner


def as_given(signal, background, grid):
    s, b = scan_grid(signal, grid, grid), scan_grid(background, grid, grid)
    value, *cuts = best(significance(s, b), grid, grid)
    return torch.stack(cuts), value


def by_loops(signal, background, grid):
    """Lists and numbers, and √2 where the counts are doubled."""
    found = []
    for x in grid.tolist():
        for y in grid.tolist():
            s, b = (
                ((m[::2, 0] >= x) & (m[::2, 1] >= y)).sum().item() for m in (signal, background)
            )
            found.append((s / b**0.5 if b else 0.0, x, y))
    _, x, y = max(found)
    s, b = (((m[1::2, 0] >= x) & (m[1::2, 1] >= y)).sum().item() for m in (signal, background))
    return [x, y], (2 / b) ** 0.5 * s


def first_half(signal, background, grid):
    signal, background = (torch.stack([*m.chunk(2)], 1).flatten(0, 1) for m in (signal, background))
    return held_out()(signal, background, grid)


RIGHT[check_held_out] = {
    "as on the page": held_out(),
    "loops": by_loops,
    "root of two": held_out(scale_s=2**0.5, scale_b=1),
    "the cuts as a list": held_out(finish=lambda cuts, value: (cuts.tolist(), value.item())),
    "NumPy": held_out(finish=lambda cuts, value: (cuts.numpy(), value.numpy())),
}
WRONG[check_held_out] = {
    "as given": (as_given, "of all events: choose"),
    "chosen on all": (held_out(choose=slice(None)), "of all events: choose"),
    "not scaled": (held_out(scale_s=1, scale_b=1), "a half of the events"),
    "only the signal": (held_out(scale_b=1), "twice the s/√b"),
    "only the background": (held_out(scale_s=1), "only the background"),
    "judged by all": (
        held_out(judge=slice(None), scale_s=1, scale_b=1), "all events judge it"),
    "judged by the same": (held_out(judge=slice(0, None, 2)), "same events judge"),
    "the best value of the half": (
        held_out(judge=slice(0, None, 2), scale_s=1, scale_b=1), "same events judge"),
    "the halves swapped": (
        held_out(choose=slice(1, None, 2), judge=slice(0, None, 2)), "which are to judge"),
    "the first half": (first_half, "the first half|which are to judge"),
    "swapped": (held_out(finish=lambda cuts, value: (value, cuts)), "changed places"),
    "the value alone": (held_out(finish=lambda cuts, value: value), "return two things"),
    "the corner alone": (held_out(finish=lambda cuts, value: cuts), ""),
    "three things": (held_out(finish=lambda cuts, value: (*cuts, value)), "return two things"),
    "cuts reversed": (
        held_out(finish=lambda cuts, value: (cuts.flip(0), value)), "reverse order"),
    "a word": (held_out(finish=lambda cuts, value: (cuts, "much")), "of type str"),
    "squared": (held_out(finish=lambda cuts, value: (cuts, value**2)), "square of|same events"),
    "nothing": (lambda signal, background, grid: None, "returns None"),
}  # fmt: skip


# How a cut feels another.


def coupled(b, b1, b2, δ):
    return -(δ**2) * b1 * b2 / (2 * b * (1 + δ**2 * b) ** 2)


def by_autograd(b, b1, b2, δ):
    """The mixed derivative of ln Z for a product of two exponentials."""
    c1, c2 = (torch.zeros((), dtype=torch.float64, requires_grad=True) for _ in "12")
    kept = b * torch.exp(b1 / b * c1) * torch.exp(b2 / b * c2)
    log_z = -torch.log(kept + (δ * kept) ** 2) / 2
    (first,) = torch.autograd.grad(log_z, c1, create_graph=True)
    return torch.autograd.grad(first, c2)[0]


RIGHT[check_coupling] = {
    "as on the page": coupled,
    "autograd": by_autograd,
    "a number": lambda b, b1, b2, δ: coupled(float(b), float(b1), float(b2), δ),
    "in two parts": lambda b, b1, b2, δ: -(δ**2) / 2 * (
        b1 * b2 / b / (1 + δ**2 * b) - δ**2 * b1 * b2 / (1 + δ**2 * b) ** 2),
    "of the variance": lambda b, b1, b2, δ: -b * b1 * b2 * (δ / (b + (δ * b) ** 2)) ** 2 / 2,
}  # fmt: skip
WRONG[check_coupling] = {
    "sign": (lambda b, b1, b2, δ: -coupled(b, b1, b2, δ), "sign is wrong"),
    "no half": (lambda b, b1, b2, δ: 2 * coupled(b, b1, b2, δ), "½ of the root"),
    "no slope below": (
        lambda b, b1, b2, δ: -(δ**2) * b1 * b2 / (2 * b * (1 + δ**2 * b)), "and not the 1 + δ²·b"),
    "no slope above": (
        lambda b, b1, b2, δ: δ**4 * b1 * b2 / 2 / (1 + δ**2 * b) ** 2, "and not b₁ above"),
    "parts added": (
        lambda b, b1, b2, δ: -(δ**2) * b1 * b2 / 2
        * (1 / b / (1 + δ**2 * b) + δ**2 / (1 + δ**2 * b) ** 2), "are added"),
    "δ for δ²": (
        lambda b, b1, b2, δ: -δ * b1 * b2 / (2 * b * (1 + δ * b) ** 2), "δ stands where δ²"),
    "no δ²": (lambda b, b1, b2, δ: coupled(b, b1, b2, δ) / δ**2, "factor δ² is missing"),
    "no b": (lambda b, b1, b2, δ: coupled(b, b1, b2, δ) * b, "factor b below"),
    "b twice": (lambda b, b1, b2, δ: coupled(b, b1, b2, δ) / b, "comes twice"),
    "the square inside": (
        lambda b, b1, b2, δ: -(δ**2) * b1 * b2 / (2 * b * (1 + (δ**2 * b) ** 2)), "not squared"),
    "zero": (lambda b, b1, b2, δ: 0 * b, "known exactly"),
    "first derivative": (
        lambda b, b1, b2, δ: -b1 * (1 + 2 * δ**2 * b) / 2 / (b + (δ * b) ** 2), "first derivative"),
    "first derivative, of the last term": (
        lambda b, b1, b2, δ: -(δ**2) * b1 / 2 / (1 + δ**2 * b), "first derivative"),
    "no second derivative of b": (
        lambda b, b1, b2, δ: -(δ**2) * b1 * b2 / (b + (δ * b) ** 2)
        + b1 * b2 * (1 + 2 * δ**2 * b) ** 2 / 2 / (b + (δ * b) ** 2) ** 2, "is not zero"),
    "slopes added": (
        lambda b, b1, b2, δ: coupled(b, b1, b2, δ) / (b1 * b2) * (b1 + b2), "slopes are added"),
    "upside down": (lambda b, b1, b2, δ: 1 / coupled(b, b1, b2, δ), "upside down"),
    "nothing": (lambda b, b1, b2, δ: None, "returns None"),
}  # fmt: skip


# Stop early.


def stopping(
    *,
    optimizer=torch.optim.Adam,
    objective=lambda train, validate, θ: train(θ),
    judge=lambda train, validate, θ: validate(θ),
    copy=lambda θ: θ.detach().clone(),
    clone=True,
    zeroed=True,
    first=0,
    late=False,
    patience=99,
    sign=1,
    rate=None,
    finish=lambda θ, value: (θ, value),
):
    """The solution of the page, and each keyword a way to go wrong."""

    def stop_early(train, validate, start, steps, learning_rate):
        θ = (start.clone() if clone else start).requires_grad_()
        adam = optimizer([θ], lr=rate or learning_rate, maximize=sign > 0)
        best_θ, best_value, waited = θ.detach().clone(), float("-inf"), 0
        for step in range(steps + 1):
            value = judge(train, validate, θ).item()
            if step < steps:
                if zeroed:
                    adam.zero_grad()
                slope = objective(train, validate, θ)
                slope.backward()
                if late:
                    adam.step()
            waited += 1
            if step >= first and value > best_value:
                best_θ, best_value, waited = copy(θ), value, 0
            if step < steps and not late:
                adam.step()
            if waited >= patience:
                break
        return finish(best_θ, best_value)

    return stop_early


def from_the_history(train, validate, start, steps, learning_rate):
    """All steps are written down first; minus the objective is minimised."""
    θ = start.detach().clone().requires_grad_()
    adam = torch.optim.Adam([θ], lr=learning_rate)
    path = [θ.detach().clone()]
    for _ in range(steps):
        adam.zero_grad()
        (-train(θ)).backward()
        adam.step()
        path.append(θ.detach().clone())
    values = torch.stack([validate(x) for x in path])
    return path[values.argmax()].tolist(), values.max()


def with_another(value):
    """The right parameters, and a value that `value` makes of them."""

    def stop_early(train, validate, *rest):
        θ, best_value = stopping()(train, validate, *rest)
        return θ, value(train, validate, θ, best_value)

    return stop_early


RIGHT[check_stop_early] = {
    "as on the page": stopping(),
    "from the history": from_the_history,
    "NumPy": stopping(finish=lambda θ, value: (θ.numpy(), np.float64(value))),
    "a patience of six": stopping(patience=6),
    "with its graph": stopping(finish=lambda θ, value: (θ.requires_grad_(), torch.tensor(value))),
}
WRONG[check_stop_early] = {
    "another name": (stopping(copy=lambda θ: θ.detach()), "keep a copy"),
    "the last": (
        stopping(judge=lambda train, validate, θ: train(θ)), "parameters of the last step"),
    "validated before, copied after": (stopping(late=True), "the step after the best one"),
    "the first fall": (stopping(patience=1), "falls for the first time"),
    "not the start": (stopping(first=1), "belong to the candidates"),
    "smallest": (
        stopping(judge=lambda train, validate, θ: -validate(θ)), "smallest|last step"),
    "climbs validate": (
        stopping(objective=lambda train, validate, θ: validate(θ)), "you climb `validate`"),
    "climbs both": (
        stopping(objective=lambda train, validate, θ: train(θ) + validate(θ)),
        "you climb the sum|goes the other way|Adam's first"),
    "downhill": (stopping(sign=-1), "downhill"),
    "not zeroed": (stopping(zeroed=False), "add up"),
    "plain ascent": (stopping(optimizer=torch.optim.SGD), "plain gradient ascent"),
    "a rate of its own": (stopping(rate=0.1), "learning rate is fixed"),
    "value of train": (
        with_another(lambda train, validate, θ, value: train(θ)), "value is that of `train`"),
    "less than the value": (
        with_another(lambda train, validate, θ, value: value - 1), ""),
    "the whole history": (
        with_another(lambda train, validate, θ, value: [value] * 10), "whole history"),
    "minus": (stopping(finish=lambda θ, value: (θ, -value)), "but for its sign"),
    "swapped": (stopping(finish=lambda θ, value: (value, θ)), "changed places"),
    "parameters alone": (stopping(finish=lambda θ, value: θ.sum()), "return two things"),
    "start moved": (stopping(clone=False), "changes start"),
    "no leaf": (
        stopping(objective=lambda train, validate, θ: train(θ.detach())), "requires a gradient"),
    "nothing": (lambda *p: None, "returns None"),
}  # fmt: skip


def test_right_at_the_end_only_is_not_right():
    def straight(path, values):
        share = torch.linspace(0, 1, len(path))[:, None]
        return path[0] + share * (path[-1] - path[0]), values

    assert not check_many_cuts(changed(straight))
