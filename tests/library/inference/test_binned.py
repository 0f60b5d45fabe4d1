"""The binned likelihood is pyhf's, its fits are Minuit's, and its error bars keep their promise."""

import math

import pyhf
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from iminuit import Minuit

from diffprog.autodiff.implicit import root
from diffprog.inference import binned
from diffprog.inference.binned import Templates


def double(*x):
    return torch.tensor(x, dtype=torch.float64)


S, B = double(5.0, 10, 30, 20, 8), double(500.0, 300, 100, 40, 6)
UP = B + double([50, 30, 10, 4, 0.6], [-20, 10, 20, 5, 1])
DOWN = B - double([50, 30, 10, 4, 0.6], [-15, 12, 10, 6, 2])
MODEL = Templates(S, B, UP, DOWN)
N, Y = double(512, 297, 141, 57, 15), double(0.3, -0.1)


def histfactory(t):
    """The same model in pyhf: code 4p is its way to interpolate histograms."""
    shapes = [
        {
            "name": f"nuisance{k}",
            "type": "histosys",
            "data": {"hi_data": up.tolist(), "lo_data": down.tolist()},
        }
        for k, (up, down) in enumerate(zip(t.up, t.down, strict=True))
    ]
    mu = {"name": "mu", "type": "normfactor", "data": None}
    signal = {"name": "signal", "data": t.signal.tolist(), "modifiers": [mu]}
    background = {"name": "background", "data": t.background.tolist(), "modifiers": shapes}
    channel = {"name": "channel", "samples": [signal, background]}
    # Its schema is checked by a function that jsonschema is about to remove.
    return pyhf.Model({"channels": [channel]}, poi_name="mu", validate=False)


PYHF = histfactory(MODEL)


def theirs(mu, nu, n=N, y=Y):
    pars = [0.0] * 3
    pars[PYHF.config.par_slice("mu").start] = mu
    for k, value in enumerate(nu):
        pars[PYHF.config.par_slice(f"nuisance{k}").start] = value
    order = [int(name.removeprefix("nuisance")) for name in PYHF.config.auxdata_order]
    return PYHF.logpdf(pars, n.tolist() + [y[k].item() for k in order])[0]


@settings(max_examples=50, deadline=None)
@given(st.floats(0, 4), st.lists(st.floats(-3, 3), min_size=2, max_size=2))
def test_the_likelihood_is_that_of_pyhf(mu, nu):
    ours = binned.nll(MODEL, double(mu), double(*nu), N, Y)
    if not torch.isfinite(ours):  # where a bin expects less than nothing pyhf has no number
        assert not math.isfinite(theirs(mu, nu))
        return
    assert -ours.item() == pytest.approx(theirs(mu, nu), rel=1e-10)


def test_the_fit_is_that_of_minuit_with_its_errors():
    found = binned.fit(MODEL, N, Y)

    def loss(mu, first, second):
        return binned.nll(MODEL, double(mu), double(first, second), N, Y).item()

    minuit = Minuit(loss, 1, 0, 0)
    minuit.errordef, minuit.tol, minuit.strategy = 0.5, 1e-6, 2
    minuit.migrad()
    minuit.hesse()
    assert found.theta.tolist() == pytest.approx(list(minuit.values), abs=1e-5)
    assert found.loss.item() == pytest.approx(minuit.fval, abs=1e-8)
    errors = torch.linalg.inv(found.hessian).diagonal().sqrt()
    # Minuit takes its second derivatives by differences.
    assert errors.tolist() == pytest.approx(list(minuit.errors), rel=1e-3)


def test_the_gradient_is_zero_where_the_fit_ends():
    found = binned.fit(MODEL, N, Y)
    gradient = torch.func.grad(lambda x: binned.nll(MODEL, x[0], x[1:], N, Y))(found.theta)
    assert gradient.abs().max() < 1e-5  # in units of the errors, of 0.3 to 0.5


def test_a_profile_is_the_best_fit_with_the_strength_held():
    best = binned.fit(MODEL, N, Y)
    held = binned.profile(MODEL, best.theta[0], N, Y)
    torch.testing.assert_close(held.theta, best.theta[1:], rtol=0, atol=1e-6)
    off = binned.profile(
        MODEL, best.theta[0] + double(-0.5, 0, 0.5), N.expand(3, 5), Y.expand(3, 2)
    ).loss
    assert off[0] > off[1] < off[2]


def test_interpolation_meets_the_templates_and_joins_smoothly():
    for k, sign, wanted in [(0, 1, UP[0]), (1, 1, UP[1]), (0, -1, DOWN[0]), (1, -1, DOWN[1])]:
        nu = torch.zeros(2).double()
        nu[k] = sign
        torch.testing.assert_close(binned.expected(MODEL, double(0.0)[0], nu), wanted)

    def at(x):
        return binned.expected(MODEL, double(0.0)[0], torch.stack([0 * x, x]))

    first = torch.func.jacfwd(at)
    second = torch.func.jacfwd(first)
    for edge in (-1.0, 1.0):
        for f in (at, first, second):
            below, above = (f(double(edge + d)[0]) for d in (-1e-9, 1e-9))
            torch.testing.assert_close(below, above, rtol=1e-6, atol=1e-5)


def test_the_information_is_the_hessian_of_asimov_data():
    n, a = binned.asimov(MODEL)
    h = torch.func.hessian(lambda x: binned.nll(MODEL, x[0], x[1:], n, a))(double(1.0, 0, 0))
    # Code 4p is curved at 0, which a factor n - r in front of the curvature removes.
    torch.testing.assert_close(binned.information(MODEL), h, rtol=1e-10, atol=1e-12)


def test_the_uncertainty_without_nuisances_is_that_of_counts():
    none = Templates(S, B, B.expand(1, 5), B.expand(1, 5))
    torch.testing.assert_close(
        binned.sigma_mu(none), 1 / (S**2 / (S + B)).sum().sqrt(), rtol=1e-12, atol=0
    )
    assert binned.sigma_mu(MODEL) > binned.sigma_mu(none)


def test_the_uncertainty_has_the_slope_of_its_differences():
    assert torch.autograd.gradcheck(
        lambda s, b: binned.sigma_mu(Templates(s, b, UP, DOWN)),
        (S.clone().requires_grad_(), B.clone().requires_grad_()),
    )


def test_a_gradient_goes_through_the_fit():
    """dμ̂/dn by the implicit function of a root, against fits of moved data."""
    n = N.clone().requires_grad_()

    def equations(theta, n):
        return torch.func.grad(lambda x: binned.nll(MODEL, x[0], x[1:], n, Y))(theta)

    theta = root(equations, binned.fit(MODEL, N, Y).theta, n)
    (slope,) = torch.autograd.grad(theta[0], n)
    h = 0.01
    moved = N + h * torch.eye(5).double()
    back = N - h * torch.eye(5).double()
    fits = [binned.fit(MODEL, x, Y.expand(5, 2)).theta[:, 0] for x in (moved, back)]
    # Differences of 0.01 events, with fits that end within 1e-6.
    torch.testing.assert_close(slope, (fits[0] - fits[1]) / (2 * h), rtol=1e-3, atol=2e-5)


def test_toys_scatter_as_predicted_and_their_bars_cover():
    """1 000 fits: the scatter has a standard error of 2.2 %, the coverage one of 1.5 %.

    Where counts are as few as six, the error is not quite that of a parabola.
    """
    n, a = binned.toys(MODEL, 1000, 3)
    found = binned.fit(MODEL, n, a)
    assert found.found().all()
    errors = torch.linalg.inv(found.hessian)[:, 0, 0].sqrt()
    mu = found.theta[:, 0]
    assert abs(mu.mean() - 1) < 4 * mu.std() / 1000**0.5
    assert mu.std().item() == pytest.approx(binned.sigma_mu(MODEL).item(), rel=0.08)
    assert ((mu - 1).abs() < errors).double().mean().item() == pytest.approx(0.683, abs=0.045)


def test_toys_fluctuate_as_poisson_and_gauss_do():
    n, a = binned.toys(MODEL, 20_000, 0, mu=2.0)
    r = 2 * S + B
    assert ((n.mean(0) - r).abs() < 4 * (r / 20_000).sqrt()).all()
    torch.testing.assert_close(n.var(0), r, rtol=0.05, atol=0)
    assert a.mean(0).abs().max() < 4 / 20_000**0.5


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: binned.fit(MODEL, N[:4], Y), "n: got shape"),
        (lambda: binned.fit(MODEL, -N, Y), "n: got counts below zero"),
        (lambda: binned.fit(MODEL, N, Y[:1]), "y: got shape"),
        (lambda: binned.expected(MODEL, double(1.0)[0], Y[:1]), "nu: got shape"),
        (lambda: binned.expected(Templates(S, B[:3], UP, DOWN), double(1.0)[0], Y), "background"),
        (lambda: binned.toys(MODEL, 0, 0), "experiments: got 0"),
        (lambda: binned.information(Templates(S, -B, -UP, -DOWN)), "expected counts"),
    ],
)
def test_bad_arguments_are_told(call, words):
    with pytest.raises(ValueError, match=words):
        call()
