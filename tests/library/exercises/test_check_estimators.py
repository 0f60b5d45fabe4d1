"""The checks of the exercises of chapter part2/estimators."""

import numpy as np
import torch

from diffprog.exercises.estimators import check_score, check_straight_through
from diffprog.relaxations.estimators import score_function

from .answers import test_right_answers_pass, test_wrong_answers_are_told_why  # noqa: F401

# Score function: right answers, in different styles.


def as_in_the_chapter(f, c, k, eps):
    value = f(c + eps)
    others = (value.sum() - value) / (len(eps) - 1)
    return (value - others) * k * torch.tanh(k * eps / 2)


def draw_by_draw(f, c, k, eps):
    value = [f(c + e).item() for e in eps]
    found = []
    for i, e in enumerate(eps.tolist()):
        others = value[:i] + value[i + 1 :]
        p = torch.sigmoid(torch.tensor(k * e)).item()
        found.append((value[i] - sum(others) / len(others)) * k * (2 * p - 1))
    return found


def with_the_score_from_autograd(f, c, k, eps):
    c = c.clone().requires_grad_()
    x = (c + eps).detach()
    logsigmoid = torch.nn.functional.logsigmoid
    log_p = logsigmoid(k * (x - c)) + logsigmoid(-k * (x - c))
    value = f(x).double()
    others = (value.sum() - value) / (len(value) - 1)
    score = torch.stack([torch.autograd.grad(p, c, retain_graph=True)[0] for p in log_p])
    return (value - others) * score


def mistaken(
    *,
    at=lambda c, eps: c + eps,
    baseline=lambda v, f, c: (v.sum() - v) / (len(v) - 1),
    score=lambda c, k, eps: k * torch.tanh(k * eps / 2),
    finish=lambda x: x,
):
    def answer(f, c, k, eps):
        value = f(at(c, eps))
        return finish((value - baseline(value, f, c)) * score(c, k, eps))

    return answer


def through_autograd(f, c, k, eps):
    x = (c + eps).requires_grad_()
    return torch.autograd.grad(f(x).sum(), x)[0]


def of_the_page(f, c, k, eps):
    return torch.full_like(eps, -0.00162)


def eps_in_place(f, c, k, eps):
    eps += c
    return as_in_the_chapter(f, 0, k, eps)


def own_noise(f, c, k, eps):
    return as_in_the_chapter(f, c, k, torch.randn(len(eps)) / k)


def by_numpy(f, c, k, eps):
    value, eps = f(c + eps).numpy(), eps.numpy()
    return (value - (value.sum() - value) / (len(eps) - 1)) * k * np.tanh(k * eps / 2)


SCORES = {
    "as in the chapter": as_in_the_chapter,
    "draw by draw": draw_by_draw,
    "the score by autograd": with_the_score_from_autograd,
    "the library": score_function,
    "NumPy": by_numpy,
    "a list": lambda *p: as_in_the_chapter(*p).tolist(),
    "sigmoids": mistaken(score=lambda c, k, eps: k * (2 * torch.sigmoid(k * eps) - 1)),
    "float64": lambda f, c, k, eps: as_in_the_chapter(f, c.double(), k, eps.double()),
}
WRONG_SCORES = {
    "own value in the sum": (
        mistaken(baseline=lambda v, f, c: v.sum() / (len(v) - 1)), "the own one too"),
    "the neighbour": (mistaken(baseline=lambda v, f, c: v.roll(1)), "one other draw"),
    "noise over k": (
        lambda f, c, k, eps: mistaken(at=lambda c, eps: c + eps / k)(f, c, k, eps), "once more"),
    "noise without sign": (mistaken(at=lambda c, eps: c + eps.abs()), "lost its sign"),
    "density": (
        mistaken(score=lambda c, k, eps: k * torch.sigmoid(k * eps) * torch.sigmoid(-k * eps)),
        "is the density"),
    "slope of the tanh": (
        mistaken(score=lambda c, k, eps: k * (1 - torch.tanh(k * eps / 2) ** 2)), "is the density"),
    "logarithm of the density": (
        mistaken(score=lambda c, k, eps: torch.log(
            k * torch.sigmoid(k * eps) * torch.sigmoid(-k * eps))), "logarithm of the density"),
    "standardised": (
        lambda f, c, k, eps: (f(c + eps) - f(c + eps).mean()) / f(c + eps).std()
        * k * torch.tanh(k * eps / 2), "divided by their spread"),
    "antithetic": (
        lambda f, c, k, eps: (f(c + eps) - f(c - eps)) / 2 * k * torch.tanh(k * eps / 2),
        "c − eps"),
    "quotient": (lambda f, c, k, eps: (f(c + eps) - f(c)) / eps, "difference quotient"),
    "sign": (mistaken(finish=lambda x: -x), "wrong sign"),
    "no noise": (mistaken(at=lambda c, eps: c + 0 * eps), "with noise"),
    "no baseline": (mistaken(baseline=lambda v, f, c: 0), "baseline is missing"),
    "no score": (mistaken(score=lambda c, k, eps: 1), "score is missing"),
    "mean of all": (mistaken(baseline=lambda v, f, c: v.mean()), "depends on the draw itself"),
    "f(c)": (mistaken(baseline=lambda v, f, c: f(c)), "baseline is f(c)"),
    "maximum": (mistaken(baseline=lambda v, f, c: v.max()), "or an extreme"),
    "median": (mistaken(baseline=lambda v, f, c: v.median()), "is the median"),
    "sum of others": (mistaken(baseline=lambda v, f, c: v.sum() - v), "not divided"),
    "divided by n": (mistaken(baseline=lambda v, f, c: (v.sum() - v) / len(v)), "divided by n:"),
    "baseline added": (mistaken(baseline=lambda v, f, c: -(v.sum() - v) / (len(v) - 1)), "added"),
    "no k": (mistaken(score=lambda c, k, eps: torch.tanh(k * eps / 2)), "factor k"),
    "k twice": (
        mistaken(score=lambda c, k, eps: k**2 * torch.tanh(k * eps / 2)), "k comes in twice"),
    "no half": (mistaken(score=lambda c, k, eps: k * torch.tanh(k * eps)), "½ is missing"),
    "no k inside": (mistaken(score=lambda c, k, eps: k * torch.tanh(eps / 2)), "k is missing ins"),
    "divided by k": (mistaken(score=lambda c, k, eps: k * torch.tanh(eps / k / 2)), "or divides"),
    "no tanh": (mistaken(score=lambda c, k, eps: k * k * eps / 2), "tanh is missing"),
    "normal": (mistaken(score=lambda c, k, eps: k**2 * eps), "normal noise"),
    "normal, of the same spread": (
        mistaken(score=lambda c, k, eps: 3 * k**2 / np.pi**2 * eps), "normal noise"),
    "sigmoid": (mistaken(score=lambda c, k, eps: k * torch.sigmoid(k * eps)), "a sigmoid stands"),
    "at eps": (mistaken(at=lambda c, eps: eps), "evaluated at eps"),
    "at c − eps": (mistaken(at=lambda c, eps: c - eps), "c − eps"),
    "score of the cut": (
        mistaken(score=lambda c, k, eps: k * torch.tanh(k * (c + eps) / 2)), "noise alone"),
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
    "eps in place": (eps_in_place, "changes eps"),
    "own noise": (own_noise, "do not draw noise"),
    "f of its own": (lambda f, c, k, eps: as_in_the_chapter(torch.sin, c, k, eps), "never calls"),
    "autograd": (through_autograd, "only evaluates f"),
    "a finite difference": (lambda f, c, k, eps: (f(c + 1 + eps) - f(c - 1 + eps)) / 2, ""),
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

RIGHT = {check_score: SCORES, check_straight_through: DETOURS}
WRONG = {check_score: WRONG_SCORES, check_straight_through: WRONG_DETOURS}


def test_a_wrong_slope_is_no_sign_that_soft_is_not_used():
    """The value is that of hard, whatever soft is."""
    assert "whatever" not in check_straight_through(WRONG_DETOURS["the wrong weights"][0]).message
