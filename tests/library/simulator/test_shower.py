"""Showers keep what they must, and their log-probability is that of what was drawn."""

import math

import pytest
import torch
from scipy import stats

from diffprog.simulator.shower import LOSS, SEEN, calorimeter, cascade


def many(value, n):
    return torch.full((n,), value, dtype=torch.float64)


def test_a_cascade_grows_as_its_mean_and_its_variance_say():
    """A Galton–Watson process: mean m = (1 + p)^L, variance m·(m − 1)·(1 − p)/(1 + p)."""
    p, layers, n = 0.4, 6, 40_000
    number = 1 + cascade(many(p, n), 0, layers).signal.sum(1)
    m = (1 + p) ** layers
    variance = m * (m - 1) * (1 - p) / (1 + p)
    assert abs(number.mean() - m) < 4 * math.sqrt(variance / n)
    assert number.var() == pytest.approx(variance, rel=0.06)  # 4 standard errors


def test_the_log_probability_of_a_cascade_is_that_of_its_binomials():
    """Up to the number of orders, which p does not change."""
    p = many(0.3, 50).requires_grad_()
    signal, log_p = cascade(p, 3, 5)
    number = 1 + torch.cat([torch.zeros(50, 1), signal.detach().cumsum(1)[:, :-1]], 1)
    k = signal.detach().numpy()
    orders = torch.tensor(stats.binom.logpmf(k, number.numpy(), 0.5)) + number * math.log(2)
    wanted = torch.tensor(stats.binom.logpmf(k, number.numpy(), 0.3))
    torch.testing.assert_close(log_p.detach() + orders, wanted.double())


def test_a_shower_without_splits_is_one_particle_that_loses_energy():
    """Absorbers of 1e-9 radiation lengths split nothing, and take hardly anything."""
    signal, log_p = calorimeter(many(1e-9, 20), 0, layers=3, energy=0.1)
    lost = 0.1 * torch.exp(torch.tensor(-LOSS * 1e-9, dtype=torch.float64))
    torch.testing.assert_close(
        signal, (1 - torch.exp(-lost / SEEN)).expand(20, 3), rtol=1e-8, atol=0
    )
    assert log_p.abs().max() < 1e-8


def test_the_first_split_has_its_probability():
    """(1 − e^(−X))·E/(E + 0.3) of 10 GeV at X = 0.5: 0.382; a layer of two sees nearly 2."""
    n = 20_000
    signal, log_p = calorimeter(many(0.5, n), 2, layers=1)
    p = (1 - math.exp(-0.5)) * 10 / 10.3
    torch.testing.assert_close(log_p[:, 0].exp().unique(), torch.tensor([p, 1 - p]).double())
    assert (
        abs(torch.isclose(log_p[:, 0].exp(), many(p, n)).double().mean() - p) < 4 * (p / n) ** 0.5
    )
    assert signal.max() <= 2


def test_energy_is_shared_not_made():
    """Where each particle is seen in proportion to its energy, the signal is the energy left."""
    signal, _ = calorimeter(many(0.4, 200), 1, layers=8, energy=1e-3)
    left = 1e-3 * torch.exp(-LOSS * 0.4 * torch.arange(1, 9).double())
    # 1 − e^(−u) is u, up to u/2 = 1 %.
    torch.testing.assert_close(signal, (left / SEEN).expand(200, 8), rtol=0.011, atol=0)


def test_each_shower_has_its_own_thickness_and_slope():
    x = torch.tensor([0.2, 0.9], dtype=torch.float64, requires_grad=True)
    signal = calorimeter(x, 0, energy=0.1).signal
    (slope,) = torch.autograd.grad(signal[0].sum(), x)
    assert slope[0] != 0
    assert slope[1] == 0


def test_each_layer_may_have_its_own_thickness():
    """Equal ones give the same shower, and the slope of one is shared among them."""
    one = torch.tensor([0.4, 0.9], dtype=torch.float64, requires_grad=True)
    each = one.detach()[:, None].repeat(1, 8).requires_grad_()
    ours, wanted = calorimeter(each, 3), calorimeter(one, 3)
    for a, b in zip(ours, wanted, strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=0)
        (shared,) = torch.autograd.grad(a.sum(), each, retain_graph=True)
        (whole,) = torch.autograd.grad(b.sum(), one, retain_graph=True)
        torch.testing.assert_close(shared.sum(1), whole)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: calorimeter(torch.tensor(0.4), 0), "x: got shape"),
        (lambda: calorimeter(torch.tensor([-0.4]), 0), "x: got values"),
        (lambda: calorimeter(torch.ones(3, 7), 0), "x: got shape"),
        (lambda: calorimeter(torch.tensor([0.4]), 0, layers=0), "layers: got 0"),
        (lambda: calorimeter(torch.tensor([0.4]), 0, energy=0.0), "energy: got"),
        (lambda: cascade(torch.tensor([1.0]), 0, 3), "p: got"),
    ],
)
def test_bad_arguments_are_told(call, words):
    with pytest.raises(ValueError, match=words):
        call()
