"""The checks of the exercises of chapter part2/estimators."""

import pytest
import torch

from diffprog.exercises.estimators import check_score, check_straight_through
from diffprog.relaxations.estimators import score_function

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


@pytest.mark.parametrize(
    "answer", [as_in_the_chapter, draw_by_draw, with_the_score_from_autograd, score_function]
)
def test_right_scores_pass(answer):
    verdict = check_score(answer)
    assert verdict.passed, verdict


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


WRONG_SCORES = [
    ("sign", mistaken(finish=lambda x: -x), "wrong sign"),
    ("no noise", mistaken(at=lambda c, eps: c + 0 * eps), "with noise"),
    ("no baseline", mistaken(baseline=lambda v, f, c: 0), "baseline is missing"),
    ("no score", mistaken(score=lambda c, k, eps: 1), "score is missing"),
    ("mean of all", mistaken(baseline=lambda v, f, c: v.mean()), "depends on the draw itself"),
    ("f(c)", mistaken(baseline=lambda v, f, c: f(c)), "f(c)"),
    ("sum of others", mistaken(baseline=lambda v, f, c: v.sum() - v), "not divided"),
    ("divided by n", mistaken(baseline=lambda v, f, c: (v.sum() - v) / len(v)), "divided by n"),
    ("no k", mistaken(score=lambda c, k, eps: torch.tanh(k * eps / 2)), "factor k"),
    ("no half", mistaken(score=lambda c, k, eps: k * torch.tanh(k * eps)), "½ is missing"),
    ("no k inside", mistaken(score=lambda c, k, eps: k * torch.tanh(eps / 2)), "k is missing ins"),
    ("at eps", mistaken(at=lambda c, eps: eps), "evaluated at eps"),
    ("at c − eps", mistaken(at=lambda c, eps: c - eps), "c − eps"),
    ("score of the cut", mistaken(score=lambda c, k, eps: k * torch.tanh(k * (c + eps) / 2)),
        "noise alone"),
    ("mean", mistaken(finish=lambda x: x.mean()), "one number"),
    ("autograd", through_autograd, "only evaluates f"),
    ("numbers of the page", of_the_page, "not right"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "word"), [w[1:] for w in WRONG_SCORES], ids=[w[0] for w in WRONG_SCORES]
)
def test_wrong_scores_hear_the_likely_cause(answer, word):
    verdict = check_score(answer)
    assert not verdict.passed
    assert word in verdict.message


# Straight through.


class Through(torch.autograd.Function):
    @staticmethod
    def forward(ctx, hard, soft):
        return hard.to(soft.dtype)

    @staticmethod
    def backward(ctx, gradient):
        return None, gradient


@pytest.mark.parametrize(
    "answer",
    [
        lambda hard, soft: hard + (soft - soft.detach()),
        lambda hard, soft: soft + (hard - soft).detach(),
        lambda hard, soft: hard + soft - soft.data,
        Through.apply,
    ],
)
def test_right_detours_pass(answer):
    verdict = check_straight_through(answer)
    assert verdict.passed, verdict


def in_place(hard, soft):
    soft.data.copy_(hard)
    return soft


def without_graph(hard, soft):
    with torch.no_grad():
        return hard + (soft - soft.detach())


WRONG_DETOURS = [
    ("hard", lambda hard, soft: hard, "graph is lost"),
    ("soft", lambda hard, soft: soft, "that of soft"),
    ("sum", lambda hard, soft: hard + soft, "hard plus soft"),
    ("detached sum", lambda hard, soft: hard.detach() + soft, "hard plus soft"),
    ("zero", lambda hard, soft: soft - soft.detach(), "add hard"),
    ("mean", lambda hard, soft: (hard + soft) / 2, "halfway"),
    ("other way round", lambda hard, soft: soft + (soft - hard).detach(), "taken away"),
    ("difference", lambda hard, soft: soft - hard.detach(), "soft minus hard"),
    ("hard less soft", lambda hard, soft: hard - soft.detach(), "hard minus soft"),
    ("cancelled", lambda hard, soft: soft + (hard - soft), "Detach one"),
    ("sign", lambda hard, soft: hard + soft.detach() - soft, "wrong sign"),
    ("ratio", lambda hard, soft: hard * soft / soft.detach(), "hard/soft"),
    ("twice", lambda hard, soft: hard + 2 * (soft - soft.detach()), "twice"),
    ("all detached", lambda hard, soft: hard + (soft - soft).detach(), "graph is lost"),
    ("no_grad", without_graph, "graph is lost"),
    ("in place", in_place, "changes soft"),
    ("number", lambda hard, soft: hard.sum().item(), "return a tensor"),
    ("constant", lambda hard, soft: torch.tensor([37.0, 31, 12]), "not right"),
]


@pytest.mark.parametrize(
    ("answer", "word"), [w[1:] for w in WRONG_DETOURS], ids=[w[0] for w in WRONG_DETOURS]
)
def test_wrong_detours_hear_the_likely_cause(answer, word):
    verdict = check_straight_through(answer)
    assert not verdict.passed
    assert word in verdict.message
