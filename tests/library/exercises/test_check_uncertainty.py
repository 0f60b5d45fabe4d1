"""The check of error_bars: right answers in several styles pass, wrong ones are named."""

import pytest
import torch

from diffprog.autodiff import curvature
from diffprog.exercises.uncertainty import check_error_bars
from diffprog.inference import uncertainty
from diffprog.simulator.ball import position


def mean_square(t, theta):
    """The mean squared error along one axis of space, for data that are zero."""
    a, v0, x0 = theta[:, None, None]
    return (position(t, a, v0, x0) ** 2).mean()


def hessian(t):
    return curvature.hessian(lambda theta: mean_square(t, theta), torch.zeros(3, dtype=t.dtype))


def covariance(t, sigma):
    return 2 * sigma**2 / len(t) * torch.linalg.inv(hessian(t))


def as_on_the_page(t, sigma):
    return covariance(t, sigma).diagonal().sqrt()


def by_the_jacobian(t, sigma):
    """σ·√diag((XᵀX)⁻¹), with no Hessian at all."""
    x = curvature.jacobian(
        lambda theta: position(t, *theta[:, None, None]), torch.ones(3, dtype=t.dtype)
    )
    return sigma * torch.linalg.inv(x.T @ x).diagonal() ** 0.5


def with_both_axes_and_noisy_data(t, sigma):
    """Twice as many measurements, any data: the Hessian does not care."""
    data = torch.randn(len(t), 2, dtype=t.dtype, generator=torch.Generator().manual_seed(0))

    def loss(theta):
        a, v0, x0 = theta.view(3, 1, 2)
        return ((position(t, a, v0, x0) - data) ** 2).mean()

    h = torch.func.hessian(loss)(torch.zeros(6, dtype=t.dtype))
    return uncertainty.standard_errors(uncertainty.covariance(h, sigma, 2 * len(t)))[::2]


def in_single_precision_by_autograd(t, sigma):
    theta = torch.zeros(3)
    h = torch.autograd.functional.hessian(lambda p: mean_square(t.float(), p), theta)
    return torch.sqrt(torch.diag(torch.inverse(len(t) / (2 * sigma**2) * h)))


@pytest.mark.parametrize(
    "answer",
    [
        as_on_the_page,
        by_the_jacobian,
        with_both_axes_and_noisy_data,
        in_single_precision_by_autograd,
    ],
)
def test_right_answers_pass(answer):
    verdict = check_error_bars(answer)
    assert verdict.passed, verdict


PAGE = torch.linspace(0, 5, 10, dtype=torch.float64)[:, None]


WRONG = [
    (lambda t, s: torch.linalg.inv(hessian(t)).diagonal().sqrt(), "raw inverse"),
    (lambda t, s: covariance(t, s).diagonal(), "square root"),
    (lambda t, s: covariance(t, s), "matrix"),
    (lambda t, s: covariance(t, s).sum(0), "largest difference"),
    (lambda t, s: (2 * s**2 / len(t) / hessian(t).diagonal()).sqrt(), "each parameter alone"),
    (lambda t, s: as_on_the_page(t, s) / 2**0.5, "factor 2 is missing"),
    (lambda t, s: as_on_the_page(t, s) * 2**0.5, "too large by √2"),
    (lambda t, s: as_on_the_page(t, s**0.5), "power of one"),
    (lambda t, s: as_on_the_page(t, s) * len(t) ** 0.5, "N is missing"),
    (lambda t, s: as_on_the_page(t, s) * (len(t) / 10) ** 0.5, "do not write it as a number"),
    (lambda t, s: as_on_the_page(t, s) * (len(t) / 20) ** 0.5, "N is 20 only"),
    (lambda t, s: as_on_the_page(t, s) * (len(t) / (len(t) - 3)) ** 0.5, "N − 3"),
    (lambda t, s: as_on_the_page(t, s).flip(0), "order"),
    (lambda t, s: as_on_the_page(t, 0.5), "sigma is not used"),
    (lambda t, s: as_on_the_page(PAGE, s), "t is not used"),
    (lambda t, s: as_on_the_page(t, s).repeat_interleave(2), "both axes"),
    (lambda t, s: as_on_the_page(t, s)[:2], "shape (2,)"),
    (lambda t, s: [0.141, 0.366, 0.393], "times and the noise of this chapter"),
    (lambda t, s: as_on_the_page(PAGE, 0.5), "times and the noise of this chapter"),
]


@pytest.mark.parametrize(("answer", "word"), WRONG)
def test_wrong_answers_are_named(answer, word):
    verdict = check_error_bars(answer)
    assert not verdict.passed
    assert word in verdict.message
