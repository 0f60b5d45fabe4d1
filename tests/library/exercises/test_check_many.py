"""The check of fit_many_cuts: right answers in several styles pass, wrong ones are named."""

from functools import partial

import numpy as np
import torch

from diffprog.exercises.many import check_many_cuts
from diffprog.relaxations.cut_fit import fit_cuts

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

RIGHT = {
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
WRONG = {check_many_cuts: WRONG_FITS}


def test_right_at_the_end_only_is_not_right():
    def straight(path, values):
        share = torch.linspace(0, 1, len(path))[:, None]
        return path[0] + share * (path[-1] - path[0]), values

    assert not check_many_cuts(changed(straight))
