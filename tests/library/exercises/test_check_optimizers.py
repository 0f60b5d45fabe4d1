"""The check of `part1/optimizers`: right answers pass, and a wrong one hears its likely cause."""

import numpy as np
import pytest
import torch

from diffprog.autodiff import curvature
from diffprog.exercises.optimizers import check_rescale
from diffprog.simulator import ball

from .answers import test_right_answers_pass, test_wrong_answers_are_told_why  # noqa: F401


def columns(u, half=0.5):
    return torch.stack([half * u**2, u, torch.ones_like(u)], 1)


def hessian(t, unit):
    """Of the mean squared error, (3, 3)."""
    j = columns(t / unit)
    return 2 / len(t) * j.T @ j


def ratio(h):
    λ = torch.linalg.eigvalsh(h)
    return λ[-1] / λ[0]


def by_eigenvalues(t, unit):
    return ratio(hessian(t, unit))


def by_singular_values(t, unit):
    s = torch.linalg.svdvals(columns(t / unit))
    return float((s[0] / s[-1]) ** 2)


def by_scaling_the_hessian(t, unit):
    d = torch.tensor([unit**-2, unit**-1, 1.0], dtype=t.dtype)
    j = columns(t)
    return curvature.condition_number(d[:, None] * (j.T @ j) * d)


def by_autograd(t, unit):
    u = (t / unit)[:, None]

    def loss(theta):
        return (ball.position(u, *theta.reshape(3, 1, 1)) ** 2).mean()

    return curvature.condition_number(torch.autograd.functional.hessian(loss, t.new_zeros(3)))


def in_place(t, unit):
    t /= unit
    return by_eigenvalues(t, 1)


def with_unit(fixed):
    return lambda t, unit: by_eigenvalues(t, fixed)


def squared(j):
    return j.T @ j


RIGHT = {
    check_rescale: {
        "eigenvalues": by_eigenvalues,
        "singular values": by_singular_values,
        "the Hessian scaled": by_scaling_the_hessian,
        "autograd": by_autograd,
        "shape (1,)": lambda t, unit: by_eigenvalues(t, unit)[None],
        "shape (1, 1)": lambda t, unit: by_eigenvalues(t, unit)[None, None],
        "NumPy": lambda t, unit: np.linalg.cond(hessian(t, unit).numpy()),
        "a list": lambda t, unit: [float(by_eigenvalues(t, unit))],
        "torch.linalg.cond": lambda t, unit: torch.linalg.cond(hessian(t, unit)),
    }
}
WRONG = {
    check_rescale: {
        "from the first": (lambda t, unit: by_eigenvalues(t - t[0], unit), "the first of them"),
        "by the longest": (lambda t, unit: by_eigenvalues(t, t.max()), "the longest of them"),
        "by the longest too": (
            lambda t, unit: by_eigenvalues(t / t.max(), unit), "longest of them too"),
        "a in seconds": (
            lambda t, unit: ratio(squared(columns(t / unit) * torch.tensor([unit**2, 1, 1]))),
            "not reached the column of a"),
        "v0 in seconds": (
            lambda t, unit: ratio(squared(columns(t / unit) * torch.tensor([1, unit, 1]))),
            "not reached the column of v0"),
        "x0 divided": (
            lambda t, unit: ratio(squared(columns(t / unit) / torch.tensor([1, 1, unit]))),
            "column of x0 is divided"),
        "cubes": (
            lambda t, unit: ratio(squared(
                columns(t / unit) * t[:, None] / torch.tensor([3.0, 2.0, 1.0]))), "columns are t³"),
        "unit columns": (
            lambda t, unit: ratio(squared(columns(t / unit) / columns(t / unit).norm(dim=0))),
            "divided by their lengths"),
        "trace": (
            lambda t, unit: hessian(t, unit).trace() / torch.linalg.eigvalsh(hessian(t, unit))[0],
            "sum of the eigenvalues"),
        "J·Jᵀ": (lambda t, unit: ratio(squared(columns(t / unit).T)), "zero, but for rounding"),
        "per cent": (lambda t, unit: 100 * by_eigenvalues(t, unit), "100 times what"),
        "own times": (lambda t, unit: by_eigenvalues(torch.arange(5.0), unit), "whatever t is"),
        "in seconds": (lambda t, unit: by_eigenvalues(t, 1), "in seconds"),
        "the Hessian divided": (lambda t, unit: ratio(hessian(t, 1) / unit**2), "in seconds"),
        "multiplied": (lambda t, unit: by_eigenvalues(t, 1 / unit), "multiplied"),
        "divided twice": (lambda t, unit: by_eigenvalues(t, unit**2), "once is enough"),
        "subtracted": (lambda t, unit: by_eigenvalues(t - unit, 1), "is subtracted"),
        **{
            f"unit fixed to {fixed} s": (with_unit(fixed), "unit is fixed")
            for fixed in (0.5, 2.0, 2.5, 3.0, 5.0)
        },
        "upside down": (lambda t, unit: 1 / by_eigenvalues(t, unit), "upside down"),
        "of the Jacobian": (lambda t, unit: torch.linalg.cond(columns(t / unit)), "Jacobian J;"),
        "squared": (lambda t, unit: by_eigenvalues(t, unit) ** 2, "once too often"),
        "no half": (lambda t, unit: ratio(squared(columns(t / unit, 1.0))), "one half"),
        "once for a": (
            lambda t, unit: ratio(squared(columns(t) / torch.tensor([unit, unit, 1.0]))), "twice"),
        "no x0": (lambda t, unit: ratio(hessian(t, unit)[:2, :2]), "x0 is missing"),
        "no v0": (lambda t, unit: ratio(squared(columns(t / unit)[:, ::2])), "v0 is missing"),
        "no a": (lambda t, unit: ratio(hessian(t, unit)[1:, 1:]), "a is missing"),
        "largest alone": (
            lambda t, unit: torch.linalg.eigvalsh(hessian(t, unit))[-1],
            "largest eigenvalue, divided by no other"),
        "largest of JᵀJ": (
            lambda t, unit: torch.linalg.eigvalsh(squared(columns(t / unit)))[-1],
            "largest eigenvalue, divided by no other"),
        "smallest alone": (
            lambda t, unit: torch.linalg.eigvalsh(hessian(t, unit))[0],
            "smallest eigenvalue, divided by no other"),
        "determinant": (lambda t, unit: hessian(t, unit).det(), "determinant"),
        "neighbours": (
            lambda t, unit: (lambda λ: λ[-1] / λ[1])(torch.linalg.eigvalsh(hessian(t, unit))),
            "neighbours"),
        "diagonal": (
            lambda t, unit: hessian(t, unit).diagonal().max() / hessian(t, unit).diagonal().min(),
            "on the diagonal"),
        "from the mean": (lambda t, unit: by_eigenvalues(t - t.mean(), unit), "from their mean"),
        "all eigenvalues": (lambda t, unit: torch.linalg.eigvalsh(hessian(t, unit)), "all three"),
        "logarithm": (lambda t, unit: by_eigenvalues(t, unit).log10(), "base 10"),
        "natural logarithm": (lambda t, unit: by_eigenvalues(t, unit).log(), "is the logarithm of"),
        "minus": (lambda t, unit: -by_eigenvalues(t, unit), "but for its sign"),
        "with a ridge": (lambda t, unit: ratio(hessian(t, unit) + 0.1 * torch.eye(3)), ""),
        "one more": (lambda t, unit: by_eigenvalues(t, unit) + 1, ""),
        "by the trace": (lambda t, unit: hessian(t, unit).trace(), ""),
        "NaN": (lambda t, unit: torch.nan, "is NaN"),
        "infinite": (lambda t, unit: by_eigenvalues(t, unit) / 0, "is infinite"),
        "zero": (lambda t, unit: 0, "is zero"),
        "t in place": (in_place, "changes t, which"),
        "a line that stops": (lambda t, unit: torch.stack([t**2, t, 1.0]), "your function stops"),  # type: ignore[list-item]
        "a string": (lambda t, unit: "seven", "of type str"),
        "a pair": (lambda t, unit: (1, torch.ones(2)), "unlike shapes"),
        "the Hessian": (hessian, ""),
    }
}  # fmt: skip


@pytest.mark.parametrize("number", [501.3, 190.5, 7.0])
def test_numbers_of_the_page_do_not_pass(number):
    assert not check_rescale(lambda t, unit: number)
