"""The check of the chapter `part1/optimizers` tells right answers from typical wrong ones."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from diffprog.autodiff import curvature
from diffprog.exercises.optimizers import check_rescale
from diffprog.simulator import ball


def columns(u: Tensor, half: float = 0.5) -> Tensor:
    return torch.stack([half * u**2, u, torch.ones_like(u)], 1)


def ratio(h: Tensor) -> Tensor:
    λ = torch.linalg.eigvalsh(h)
    return λ[-1] / λ[0]


def by_eigenvalues(t: Tensor, unit: float) -> Tensor:
    j = columns(t / unit)
    return ratio(2 / len(t) * j.T @ j)


def by_singular_values(t: Tensor, unit: float) -> float:
    s = torch.linalg.svdvals(columns(t / unit))
    return float((s[0] / s[-1]) ** 2)


def by_scaling_the_hessian(t: Tensor, unit: float) -> float:
    d = torch.tensor([unit**-2, unit**-1, 1.0], dtype=t.dtype)
    j = columns(t)
    return curvature.condition_number(d[:, None] * (j.T @ j) * d)


def by_autograd(t: Tensor, unit: float) -> float:
    u = (t / unit)[:, None]

    def loss(theta: Tensor) -> Tensor:
        return (ball.position(u, *theta.reshape(3, 1, 1)) ** 2).mean()

    h = torch.autograd.functional.hessian(loss, t.new_zeros(3))
    return curvature.condition_number(h)


@pytest.mark.parametrize(
    "answer", [by_eigenvalues, by_singular_values, by_scaling_the_hessian, by_autograd]
)
def test_right_answers_pass(answer: Callable[..., Any]) -> None:
    verdict = check_rescale(answer)
    assert verdict.passed, verdict.message


def squared(j: Tensor) -> Tensor:
    return j.T @ j


WRONG: list[tuple[str, Callable[[Tensor, float], Any]]] = [
    ("in seconds", lambda t, unit: ratio(squared(columns(t)))),
    ("in seconds", lambda t, unit: ratio(squared(columns(t)) / unit**2)),
    ("multiplied", lambda t, unit: ratio(squared(columns(t * unit)))),
    ("upside down", lambda t, unit: 1 / ratio(squared(columns(t / unit)))),
    ("Jacobian", lambda t, unit: torch.linalg.cond(columns(t / unit))),
    ("too often", lambda t, unit: torch.linalg.cond(squared(columns(t / unit))) ** 2),
    ("one half", lambda t, unit: ratio(squared(columns(t / unit, 1.0)))),
    ("twice", lambda t, unit: ratio(squared(columns(t) / torch.tensor([unit, unit, 1.0])))),
    ("alone", lambda t, unit: torch.linalg.eigvalsh(2 / len(t) * squared(columns(t / unit)))[-1]),
    ("shape", lambda t, unit: torch.linalg.eigvalsh(squared(columns(t / unit)))),
    ("line", lambda t, unit: ratio(squared(torch.stack([t**2, t, 1.0])))),  # type: ignore[list-item]
]


@pytest.mark.parametrize(("word", "answer"), WRONG)
def test_wrong_answers_are_named(word: str, answer: Callable[..., Any]) -> None:
    verdict = check_rescale(answer)
    assert not verdict.passed
    assert word in verdict.message


@pytest.mark.parametrize("number", [501.3, 190.5, 7.0])
def test_numbers_of_the_page_do_not_pass(number: float) -> None:
    assert not check_rescale(lambda t, unit: number).passed
