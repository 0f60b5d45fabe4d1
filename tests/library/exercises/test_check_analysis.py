"""The checks of chapter 5.1 name what is wrong, and take every right answer."""

import torch
from torch.func import grad, hessian

from diffprog.exercises.analysis import check_expected_error, check_profile, check_strength_error
from diffprog.inference import binned

from .answers import test_right_answers_pass, test_wrong_answers_are_told_why  # noqa: F401


def profile(
    steps=10, sign=1.0, over=None, value=lambda nll, mu, nu: nll(mu, nu), end=lambda nu: nu
):
    """Make an answer of its parts."""

    def answer(nll, mu, nu):
        def held(nu):
            return nll(mu if over is None else over(mu), nu)

        for _ in range(steps):
            nu = nu - sign * torch.linalg.solve(hessian(held)(nu), grad(held)(nu))
        return value(nll, mu if over is None else over(mu), nu), end(nu)

    return answer


def by_autograd(nll, mu, nu):
    nu = nu.clone().requires_grad_()
    for _ in range(12):
        (g,) = torch.autograd.grad(nll(mu, nu), nu, create_graph=True)
        rows = [torch.autograd.grad(x, nu, retain_graph=True)[0] for x in g]
        nu = (nu - torch.linalg.inv(torch.stack(rows)) @ g).detach().requires_grad_()
    return nll(mu, nu).item(), nu


def by_lbfgs(nll, mu, nu):
    nu = nu.clone().requires_grad_()
    optimizer = torch.optim.LBFGS(
        [nu], max_iter=200, tolerance_grad=1e-13, tolerance_change=0, line_search_fn="strong_wolfe"
    )

    def closure():
        optimizer.zero_grad()
        loss = nll(mu, nu)
        loss.backward()
        return loss

    optimizer.step(closure)
    return nll(mu, nu), nu.tolist()


def chord(nll, mu, nu):
    h = hessian(lambda x: nll(mu, x))(nu)
    for _ in range(10):
        nu = nu - torch.linalg.solve(h, grad(lambda x: nll(mu, x))(nu))
    return nll(mu, nu), nu


def downhill(nll, mu, nu, rate=1.0):
    for _ in range(10):
        nu = nu - rate * grad(lambda x: nll(mu, x))(nu)
    return nll(mu, nu), nu


def all_free(nll, mu, nu):
    x = torch.cat([mu[None], nu])
    for _ in range(10):
        x = x - torch.linalg.solve(
            hessian(lambda x: nll(x[0], x[1:]))(x), grad(lambda x: nll(x[0], x[1:]))(x)
        )
    return nll(x[0], x[1:]), x[1:]


def rise(nll, mu, nu):
    value, end = profile()(nll, mu, nu)
    return value - nll(mu, nu), end


def start_value(nll, mu, nu):
    return nll(mu, nu), profile()(nll, mu, nu)[1]


def swapped(nll, mu, nu):
    return profile()(nll, mu, nu)[::-1]


def error(
    columns=lambda s, b, up, down: (up - down) / 2,
    r=lambda s, b: s + b,
    ones=lambda k: [0.0] + [1.0] * k,
    weight=lambda r: 1 / r,
    result=lambda F: torch.linalg.inv(F)[0, 0].sqrt(),
):
    """Make an answer of its parts."""

    def answer(s, b, up, down):
        J = torch.stack([s, *columns(s, b, up, down)], 1)
        diagonal = torch.tensor(ones(len(up)), dtype=s.dtype)
        return result(J.T @ (J * weight(r(s, b))[:, None]) + torch.diag(diagonal))

    return answer


def by_elimination(s, b, up, down):
    """Fit the nuisance parameters away, without an inverse of the whole."""
    J, r = (up - down) / 2, s + b
    both = J @ (J / r).T + torch.eye(len(up), dtype=s.dtype)
    with_mu = J @ (s / r)
    left = (s * s / r).sum() - with_mu @ torch.linalg.solve(both, with_mu)
    return left**-0.5


def by_counts(s, b, up, down):
    """The covariance of the counts, with the nuisance parameters as noise."""
    J = (up - down) / 2
    return (s @ torch.linalg.solve(torch.diag(s + b) + J.T @ J, s)) ** -0.5


def by_hessian(s, b, up, down):
    n, J = (s + b).detach(), (up - down) / 2

    def nll(x):
        r = x[0] * s + b + x[1:] @ J
        # The Hessian of Asimov data, whose counts follow the templates.
        return (r - (s + b) * r.log()).sum() + (x[1:] ** 2).sum() / 2

    x = torch.zeros(1 + len(up), dtype=n.dtype)
    x[0] = 1
    return torch.linalg.inv(hessian(nll)(x))[0, 0].sqrt().reshape(1)


RIGHT = {
    check_profile: {
        "newton": profile(),
        "more steps": profile(15),
        "by autograd": by_autograd,
        "lbfgs": by_lbfgs,
        "a list": lambda nll, mu, nu: list(profile()(nll, mu, nu)),
    },
    check_expected_error: {
        "whole matrix": error(),
        "eliminated": by_elimination,
        "counts": by_counts,
        "hessian": by_hessian,
        "the library": lambda s, b, up, down: binned.sigma_mu(binned.Templates(s, b, up, down)),
    },
    check_strength_error: {
        "quadrature": lambda s, b, changes: (s + b + sum(d * d for d in changes)) ** 0.5 / s,
        "a tensor": lambda s, b, changes: (
            (s + b + torch.tensor(changes).double().square().sum()).sqrt() / s
        ),
        "relative": lambda s, b, changes: (
            ((s + b) / s**2 + sum((d / s) ** 2 for d in changes)) ** 0.5
        ),
        "the formula": lambda s, b, changes: error()(
            torch.tensor([s]).double(),
            torch.tensor([b]).double(),
            b + torch.tensor(changes).double()[:, None],
            b - torch.tensor(changes).double()[:, None],
        ),
    },
}
WRONG = {
    check_profile: {
        "held": (lambda nll, mu, nu: (nll(mu, nu), nu), "nothing is fitted"),
        "one step": (profile(1), "the end of 1 step"),
        "two steps": (profile(2), "the end of 2 steps"),
        "uphill": (profile(1, -1.0), "goes uphill"),
        "Hessian of the start": (chord, "near the smallest nll, not at it"),
        "descent": (lambda nll, mu, nu: downhill(nll, mu, nu, 0.01), "that is gradient descent"),
        "shorter": (lambda nll, mu, nu: downhill(nll, mu, nu, 0.001), "that is gradient descent"),
        "diverged": (downhill, "that is gradient descent"),
        "all free": (all_free, "mu has been fitted, too"),
        "mu is one": (profile(over=torch.ones_like), "belongs to mu = 1"),
        "minus": (profile(value=lambda nll, *x: -nll(*x)), "minus the smallest value"),
        "twice": (profile(value=lambda nll, *x: 2 * nll(*x)), "twice as large"),
        "rise": (rise, "rise above the start"),
        "value of the start": (start_value, "the value is that of the start"),
        "swapped": (swapped, "return the value first"),
        "one result": (lambda *x: profile()(*x)[0], "return two things"),
        "three numbers": (profile(end=lambda nu: torch.cat([nu, nu[:1]])), "shape"),
        "sign of nu": (profile(end=lambda nu: -nu), "its sign"),
        "squared": (
            lambda nll, mu, nu: torch.linalg.solve(nu, hessian(lambda x: nll(mu, x))(nu)),
            "the Hessian first",
        ),
        "nothing": (lambda nll, mu, nu: None, "returns None"),
    },
    check_expected_error: {
        "held": (error(result=lambda F: F[0, 0].rsqrt()), "held fixed"),
        "variance": (error(result=lambda F: torch.linalg.inv(F)[0, 0]), "that is the variance"),
        "not inverted": (error(result=lambda F: F[0, 0].sqrt()), "an entry of F itself"),
        "last": (error(result=lambda F: torch.linalg.inv(F)[-1, -1].sqrt()), "first column"),
        "all": (
            error(result=lambda F: torch.linalg.inv(F).diagonal().sqrt()),
            "errors of all parameters",
        ),
        "covariance": (error(result=torch.linalg.inv), "whole covariance matrix"),
        "information": (error(result=lambda F: F), "whole matrix F"),
        "background only": (error(r=lambda s, b: b), "not b alone"),
        "signal only": (error(r=lambda s, b: s), "not s alone"),
        "no half": (error(columns=lambda s, b, up, down: up - down), "the half is missing"),
        "one side": (error(columns=lambda s, b, up, down: up - b), "up − b is right only"),
        "other side": (error(columns=lambda s, b, up, down: b - down), "b − down is right only"),
        "templates": (error(columns=lambda s, b, up, down: up), "templates themselves"),
        "means": (error(columns=lambda s, b, up, down: (up + down) / 2), "means of up and down"),
        "no ones": (error(ones=lambda k: [0.0] + [1e-12] * k), "are missing: ones"),
        "all ones": (error(ones=lambda k: [1.0] * (k + 1)), "measured the strength before"),
        "wrong one": (
            error(ones=lambda k: [1.0] + [1e-12] * k),
            "belongs to the nuisance parameters",
        ),
        "root": (error(weight=lambda r: r.rsqrt()), "not by its root"),
        "square": (error(weight=lambda r: r**-2), "not by its square"),
        "unweighted": (error(weight=torch.ones_like), "the variance one"),
        "multiplied": (error(weight=lambda r: r), "divide by them"),
        "no graph": (error(result=lambda F: torch.linalg.inv(F)[0, 0].sqrt().detach()), "no path"),
        "cut counts": (error(r=lambda s, b: (s + b).detach()), "have lost their graph, which"),
        "cut columns": (
            error(columns=lambda s, b, up, down: ((up - down) / 2).detach()),
            "up is None",
        ),
        "a number": (lambda *x: error()(*x).item(), "has no graph"),
        "not stacked": (
            lambda s, b, up, down: torch.stack([s, (up - down) / 2]),
            "An asterisk unpacks",
        ),
    },
    check_strength_error: {
        "no signal": (
            lambda s, b, changes: (b + sum(d * d for d in changes)) ** 0.5 / s,
            "its variance is s + b",
        ),
        "counting": (lambda s, b, changes: (s + b) ** 0.5 / s, "the changes are missing"),
        "a count": (
            lambda s, b, changes: (s + b + sum(d * d for d in changes)) ** 0.5,
            "the error of the count",
        ),
        "square of the sum": (
            lambda s, b, changes: (s + b + sum(changes) ** 2) ** 0.5 / s,
            "not the square of the sum",
        ),
        "not squared": (
            lambda s, b, changes: (s + b + sum(changes)) ** 0.5 / s,
            "enter by their squares",
        ),
        "variance": (
            lambda s, b, changes: (s + b + sum(d * d for d in changes)) / s**2,
            "that is the variance",
        ),
        "added": (
            lambda s, b, changes: ((s + b) ** 0.5 + sum(d * d for d in changes) ** 0.5) / s,
            "the errors are added",
        ),
        "inverse": (
            lambda s, b, changes: s / (s + b + sum(d * d for d in changes)) ** 0.5,
            "that is the significance",
        ),
        "no counting": (
            lambda s, b, changes: sum(d * d for d in changes) ** 0.5 / s,
            "counting error is missing",
        ),
        "squared count": (
            lambda s, b, changes: ((s + b) ** 2 + sum(d * d for d in changes)) ** 0.5 / s,
            "not its square",
        ),
        "relative": (
            lambda s, b, changes: (s + b + sum((d * b) ** 2 for d in changes)) ** 0.5 / s,
            "no fractions of b",
        ),
        "root of s": (
            lambda s, b, changes: ((s + b + sum(d * d for d in changes)) / s) ** 0.5,
            "not by its root",
        ),
        "by b": (
            lambda s, b, changes: (s + b + sum(d * d for d in changes)) ** 0.5 / b,
            "not by b",
        ),
        "mean": (
            lambda s, b, changes: (
                (s + b + sum(d * d for d in changes) / max(len(changes), 1)) ** 0.5 / s
            ),
            "the mean of the squares",
        ),
    },
}
