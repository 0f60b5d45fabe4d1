"""The checks of the exercises of chapter part2/estimators."""

from typing import Any

import numpy as np
import torch

from diffprog.exercises._check import Check
from diffprog.exercises.estimators import (
    check_baseline,
    check_score,
    check_spread,
    check_straight_through,
)
from diffprog.relaxations.estimators import score_function

from .answers import test_right_answers_pass, test_wrong_answers_are_told_why  # noqa: F401

# Score function: right answers, in different styles.


def as_in_the_chapter(z, c, k, xi):
    value = z(c + xi)
    others = (value.sum() - value) / (len(xi) - 1)
    return (value - others) * k * torch.tanh(k * xi / 2)


def draw_by_draw(z, c, k, xi):
    value = [z(c + e).item() for e in xi]
    found = []
    for i, e in enumerate(xi.tolist()):
        others = value[:i] + value[i + 1 :]
        p = torch.sigmoid(torch.tensor(k * e)).item()
        found.append((value[i] - sum(others) / len(others)) * k * (2 * p - 1))
    return found


def with_the_score_from_autograd(z, c, k, xi):
    c = c.clone().requires_grad_()
    x = (c + xi).detach()
    logsigmoid = torch.nn.functional.logsigmoid
    log_p = logsigmoid(k * (x - c)) + logsigmoid(-k * (x - c))
    value = z(x).double()
    others = (value.sum() - value) / (len(value) - 1)
    score = torch.stack([torch.autograd.grad(p, c, retain_graph=True)[0] for p in log_p])
    return (value - others) * score


def mistaken(
    *,
    at=lambda c, xi: c + xi,
    baseline=lambda v, z, c: (v.sum() - v) / (len(v) - 1),
    score=lambda c, k, xi: k * torch.tanh(k * xi / 2),
    finish=lambda x: x,
):
    def answer(z, c, k, xi):
        value = z(at(c, xi))
        return finish((value - baseline(value, z, c)) * score(c, k, xi))

    return answer


def through_autograd(z, c, k, xi):
    x = (c + xi).requires_grad_()
    return torch.autograd.grad(z(x).sum(), x)[0]


def of_the_page(z, c, k, xi):
    return torch.full_like(xi, -0.00162)


def xi_in_place(z, c, k, xi):
    xi += c
    return as_in_the_chapter(z, 0, k, xi)


def own_noise(z, c, k, xi):
    return as_in_the_chapter(z, c, k, torch.randn(len(xi)) / k)


def by_numpy(z, c, k, xi):
    value, xi = z(c + xi).numpy(), xi.numpy()
    return (value - (value.sum() - value) / (len(xi) - 1)) * k * np.tanh(k * xi / 2)


SCORES = {
    "as in the chapter": as_in_the_chapter,
    "draw by draw": draw_by_draw,
    "the score by autograd": with_the_score_from_autograd,
    "the library": score_function,
    "NumPy": by_numpy,
    "a list": lambda *p: as_in_the_chapter(*p).tolist(),
    "sigmoids": mistaken(score=lambda c, k, xi: k * (2 * torch.sigmoid(k * xi) - 1)),
    "float64": lambda z, c, k, xi: as_in_the_chapter(z, c.double(), k, xi.double()),
}
WRONG_SCORES = {
    "own value in the sum": (
        mistaken(baseline=lambda v, z, c: v.sum() / (len(v) - 1)), "the own one too"),
    "the neighbour": (mistaken(baseline=lambda v, z, c: v.roll(1)), "one other draw"),
    "noise over k": (
        lambda z, c, k, xi: mistaken(at=lambda c, xi: c + xi / k)(z, c, k, xi), "once more"),
    "noise without sign": (mistaken(at=lambda c, xi: c + xi.abs()), "lost its sign"),
    "density": (
        mistaken(score=lambda c, k, xi: k * torch.sigmoid(k * xi) * torch.sigmoid(-k * xi)),
        "is the density"),
    "slope of the tanh": (
        mistaken(score=lambda c, k, xi: k * (1 - torch.tanh(k * xi / 2) ** 2)), "is the density"),
    "logarithm of the density": (
        mistaken(score=lambda c, k, xi: torch.log(
            k * torch.sigmoid(k * xi) * torch.sigmoid(-k * xi))), "logarithm of the density"),
    "standardised": (
        lambda z, c, k, xi: (z(c + xi) - z(c + xi).mean()) / z(c + xi).std()
        * k * torch.tanh(k * xi / 2), "divided by their spread"),
    "antithetic": (
        lambda z, c, k, xi: (z(c + xi) - z(c - xi)) / 2 * k * torch.tanh(k * xi / 2),
        "c − xi"),
    "quotient": (lambda z, c, k, xi: (z(c + xi) - z(c)) / xi, "difference quotient"),
    "sign": (mistaken(finish=lambda x: -x), "wrong sign"),
    "no noise": (mistaken(at=lambda c, xi: c + 0 * xi), "with noise"),
    "no baseline": (mistaken(baseline=lambda v, z, c: 0), "baseline is missing"),
    "no score": (mistaken(score=lambda c, k, xi: 1), "score is missing"),
    "mean of all": (mistaken(baseline=lambda v, z, c: v.mean()), "depends on the draw itself"),
    "z(c)": (mistaken(baseline=lambda v, z, c: z(c)), "baseline is z(c)"),
    "maximum": (mistaken(baseline=lambda v, z, c: v.max()), "or an extreme"),
    "median": (mistaken(baseline=lambda v, z, c: v.median()), "is the median"),
    "sum of others": (mistaken(baseline=lambda v, z, c: v.sum() - v), "not divided"),
    "divided by n": (mistaken(baseline=lambda v, z, c: (v.sum() - v) / len(v)), "divided by n:"),
    "baseline added": (mistaken(baseline=lambda v, z, c: -(v.sum() - v) / (len(v) - 1)), "added"),
    "no k": (mistaken(score=lambda c, k, xi: torch.tanh(k * xi / 2)), "factor k"),
    "k twice": (
        mistaken(score=lambda c, k, xi: k**2 * torch.tanh(k * xi / 2)), "k comes in twice"),
    "no half": (mistaken(score=lambda c, k, xi: k * torch.tanh(k * xi)), "½ is missing"),
    "no k inside": (mistaken(score=lambda c, k, xi: k * torch.tanh(xi / 2)), "k is missing ins"),
    "divided by k": (mistaken(score=lambda c, k, xi: k * torch.tanh(xi / k / 2)), "or divides"),
    "no tanh": (mistaken(score=lambda c, k, xi: k * k * xi / 2), "tanh is missing"),
    "normal": (mistaken(score=lambda c, k, xi: k**2 * xi), "normal noise"),
    "normal, of the same spread": (
        mistaken(score=lambda c, k, xi: 3 * k**2 / np.pi**2 * xi), "normal noise"),
    "sigmoid": (mistaken(score=lambda c, k, xi: k * torch.sigmoid(k * xi)), "a sigmoid stands"),
    "at xi": (mistaken(at=lambda c, xi: xi), "evaluated at xi"),
    "at c − xi": (mistaken(at=lambda c, xi: c - xi), "c − xi"),
    "score of the cut": (
        mistaken(score=lambda c, k, xi: k * torch.tanh(k * (c + xi) / 2)), "noise alone"),
    "mean": (mistaken(finish=lambda x: x.mean()), "one number"),
    "divided by the draws": (mistaken(finish=lambda x: x / len(x)), "divided by the number"),
    "squared": (mistaken(finish=lambda x: x**2), "squared"),
    "doubled": (mistaken(finish=lambda x: 2 * x), "2 times"),
    "sorted": (mistaken(finish=lambda x: x.sort().values), "is sorted"),
    "no last": (mistaken(finish=lambda x: x[:-1]), "lacks its last entry"),
    "a column": (mistaken(finish=lambda x: x[:, None]), "in another shape"),
    "cumulative": (mistaken(finish=lambda x: x.cumsum(0)), "adds up from entry to entry"),
    "rounded": (mistaken(finish=lambda x: x.round()), ""),
    "NaN": (mistaken(finish=lambda x: x / 0 * 0), "NaN"),
    "with the mean": (mistaken(finish=lambda x: (x, x.mean())), "unlike shapes"),
    "xi in place": (xi_in_place, "changes xi"),
    "own noise": (own_noise, "do not draw noise"),
    "z of its own": (lambda z, c, k, xi: as_in_the_chapter(torch.sin, c, k, xi), "never calls"),
    "autograd": (through_autograd, "only evaluates z"),
    "a finite difference": (lambda z, c, k, xi: (z(c + 1 + xi) - z(c - 1 + xi)) / 2, ""),
    "numbers of the page": (of_the_page, "never calls"),
}  # fmt: skip


# Straight through.


class Through(torch.autograd.Function):
    @staticmethod
    def forward(ctx, hard, soft):
        return hard.to(soft.dtype)

    @staticmethod
    def backward(ctx, gradient):
        return None, gradient


def in_place(hard, soft):
    soft.data.copy_(hard)
    return soft


def one_more(hard, soft):
    answer = hard + (soft - soft.detach())
    hard += 1
    return answer


class Dropping(Through):
    @staticmethod
    def backward(ctx, gradient):
        return None, torch.ones_like(gradient)


class ThroughIntegers(Through):
    @staticmethod
    def forward(ctx, hard, soft):
        return hard


def without_graph(hard, soft):
    with torch.no_grad():
        return hard + (soft - soft.detach())


DETOURS = {
    "soft − its value": lambda hard, soft: hard + (soft - soft.detach()),
    "a detached difference": lambda hard, soft: soft + (hard - soft).detach(),
    ".data": lambda hard, soft: hard + soft - soft.data,
    "autograd.Function": Through.apply,
    "float64": lambda hard, soft: hard.double() + (soft - soft.detach()),
    "ratio of itself": lambda hard, soft: (hard + soft) - soft.detach().clone(),
}
WRONG_DETOURS = {
    "round": (lambda hard, soft: soft.round() + hard - soft.detach().round(), "lost in round"),
    "clamped": (
        lambda hard, soft: hard + (soft.clamp(0, 1) - soft.clamp(0, 1).detach()), "lost in clamp"),
    "absolute": (lambda hard, soft: hard + (soft - soft.detach()).abs(), "lost in abs"),
    "a new leaf": (lambda hard, soft: hard.float().requires_grad_(), "soft is not in it"),
    "integers with a slope": (lambda hard, soft: hard.clone().requires_grad_(), "leads back|lead"),
    "gradient dropped": (Dropping.apply, "drops the gradient"),
    "hard": (lambda hard, soft: hard, "integers have no slope"),
    "hard as floats": (lambda hard, soft: hard.float(), "nothing here depends on soft"),
    "a function of integers": (ThroughIntegers.apply, "integers have no slope"),
    "soft": (lambda hard, soft: soft, "that of soft"),
    "sum": (lambda hard, soft: hard + soft, "hard plus soft"),
    "detached sum": (lambda hard, soft: hard.detach() + soft, "hard plus soft"),
    "zero": (lambda hard, soft: soft - soft.detach(), "add hard"),
    "mean": (lambda hard, soft: (hard + soft) / 2, "halfway"),
    "other way round": (lambda hard, soft: soft + (soft - hard).detach(), "taken away"),
    "hard twice": (lambda hard, soft: 2 * hard - soft, "2·hard − soft"),
    "difference": (lambda hard, soft: soft - hard.detach(), "soft minus hard"),
    "hard less soft": (lambda hard, soft: hard - soft.detach(), "hard minus soft"),
    "product": (lambda hard, soft: hard * soft, "product of the two"),
    "larger": (lambda hard, soft: torch.maximum(hard, soft), "larger of the two"),
    "smaller": (lambda hard, soft: torch.minimum(hard, soft), "smaller of the two"),
    "rounded": (lambda hard, soft: soft + (soft.round() - soft).detach(), "soft, rounded"),
    "cancelled": (lambda hard, soft: soft + (hard - soft), "Detach one"),
    "sign": (lambda hard, soft: hard + soft.detach() - soft, "wrong sign"),
    "ratio": (lambda hard, soft: hard * soft / soft.detach(), "hard/soft"),
    "twice": (lambda hard, soft: hard + 2 * (soft - soft.detach()), "twice"),
    "halved": (lambda hard, soft: hard + (soft - soft.detach()) / 2, "halved"),
    "half of the cuts": (
        lambda hard, soft: hard + (soft - soft.detach()) * torch.tensor([1, 1, 0]), ""),
    "the wrong weights": (
        lambda hard, soft: hard + (soft - soft.detach()) * torch.tensor([1, 2, 3]),
        "the slope is not right"),
    "all detached": (lambda hard, soft: hard + (soft - soft).detach(), "graph is lost"),
    "no_grad": (without_graph, "graph is lost"),
    "in place": (in_place, "changes soft"),
    "hard in place": (one_more, "changes hard"),
    "number": (lambda hard, soft: hard.sum().item(), "has no graph"),
    "NumPy": (lambda hard, soft: hard.numpy(), "has no graph"),
    "a list": (lambda hard, soft: list(hard + soft - soft.detach()), "has no graph"),
    "sums": (lambda hard, soft: (hard + soft - soft.detach()).sum(), "keep the cuts apart"),
    "reversed": (lambda hard, soft: (hard + soft - soft.detach()).flip(0), "reverse order"),
    "minus": (lambda hard, soft: -(hard + soft - soft.detach()), "but for its sign"),
    "one more": (lambda hard, soft: hard + 1 + soft - soft.detach(), "+1 off"),
    "no last": (lambda hard, soft: (hard + soft - soft.detach())[:-1], "lacks its last"),
    "constant": (lambda hard, soft: torch.tensor([37.0, 31, 12]), "whatever soft is"),
}  # fmt: skip

# How much one draw scatters: a number.


def say(number):
    """A prediction, as a function without arguments."""
    return lambda: number


SPREADS = {
    "by the rule": say(3.5 * 20 / 3**0.5),
    "what comes out": say(34.7),
    "a tensor": say(torch.tensor([40.0])),
    "an integer": say(30),
    "NumPy": say(np.float64(45)),
}
WRONG_SPREADS = {
    "per GeV": (say(0.0402), "per GeV"),
    "what comes out, per GeV": (say(0.0347), "that is per GeV"),
    "k for the score": (say(3.48 * 20), "k/√3, and not k"),
    "k for the score, per GeV": (say(3.48 * 0.02), "a TeV has a thousand GeV"),
    "the score alone": (say(11.5), "score alone"),
    "k alone": (say(20), "k alone"),
    "k alone, per GeV": (say(0.02), "k alone"),
    "Z alone": (say(3.48), "Z alone"),
    "a third": (say(3.48 * 20 / 3), "take its root"),
    "with a baseline": (say(15.7), "with a baseline"),
    "the error of the mean": (say(40.2 / 20_000**0.5), "error of the mean"),
    "the error of a thousand": (say(40.2 / 1000**0.5), "error of a mean"),
    "the slope": (say(1.62), "slope itself"),
    "much too small": (say(0.5), "too small"),
    "much too large": (say(300), "too large"),
    "zero": (say(0), "above zero"),
    "negative": (say(-35.0), "above zero"),
    "two numbers": (say([35.0, 16.0]), "single number"),
    "a word": (say("much"), "of type str"),
    "nothing": (say(None), "returns None"),
}


# The best of all baselines.


def weighted(value, score):
    return (value * score**2).sum() / (score**2).sum()


def by_search(value, score):
    """The spread is a parabola in the constant, which three values determine."""
    spreads = [(((value - b) * score) ** 2).sum() for b in (-1.0, 0.0, 1.0)]
    low, middle, high = spreads
    return (low - high) / 2 / (low + high - 2 * middle)


BASELINES = {
    "as on the page": weighted,
    "a parabola": by_search,
    "NumPy": lambda value, score: np.average(value.numpy(), weights=score.numpy() ** 2),
    "means": lambda value, score: (value * score * score).mean() / score.square().mean(),
    "a number": lambda value, score: weighted(value, score).item(),
    "least squares": lambda value, score: torch.linalg.lstsq(
        score[:, None], (value * score)[:, None]).solution[0],
    "a covariance": lambda value, score: (
        torch.cov(torch.stack([value * score, score]))[0, 1] / score.var()),
}  # fmt: skip
WRONG_BASELINES = {
    "mean": (lambda v, s: v.mean(), "the good baseline"),
    "median": (lambda v, s: v.median(), "median"),
    "by the score": (lambda v, s: (s * v).sum() / s.sum(), "weighed by its score"),
    "by its size": (lambda v, s: (s.abs() * v).sum() / s.abs().sum(), "size of its score"),
    "a straight line": (lambda v, s: (s * v).sum() / (s**2).sum(), "straight line"),
    "no weights below": (lambda v, s: (s**2 * v).sum(), "missing below the line"),
    "by the draws": (lambda v, s: (s**2 * v).mean(), "number of draws"),
    "the square of the sum": (lambda v, s: (s**2 * v).sum() / s.sum() ** 2, "square of the sum"),
    "upside down": (lambda v, s: 1 / weighted(v, s), "upside down"),
    "values squared": (lambda v, s: weighted(v**2, s), "values are squared"),
    "twice": (lambda v, s: 2 * weighted(v, s), "cancels"),
    "mean of the estimates": (lambda v, s: (s * v).mean(), "mean of the estimates"),
    "sum of the estimates": (lambda v, s: (s * v).sum(), "or their sum"),
    "one over": (lambda v, s: weighted(v, 1 / s), "one over the squared"),
    "centred": (lambda v, s: weighted(v, s - s.mean()), "deviations of the score"),
    "one each": (lambda v, s: v * s**2 / (s**2).sum(), "for each draw"),
    "minus": (lambda v, s: -weighted(v, s), "but for its sign"),
    "nothing": (lambda v, s: None, "returns None"),
}

RIGHT: dict[Check, dict[str, Any]] = {
    check_score: SCORES,
    check_straight_through: DETOURS,
    check_spread: SPREADS,
    check_baseline: BASELINES,
}
WRONG: dict[Check, dict[str, Any]] = {
    check_score: WRONG_SCORES,
    check_straight_through: WRONG_DETOURS,
    check_spread: WRONG_SPREADS,
    check_baseline: WRONG_BASELINES,
}


def test_a_wrong_slope_is_no_sign_that_soft_is_not_used():
    """The value is that of hard, whatever soft is."""
    assert "whatever" not in check_straight_through(WRONG_DETOURS["the wrong weights"][0]).message
