"""Checks for the exercises of the chapter `part5/analysis`.

Symbols, shapes. B bins, K nuisance parameters.
    s, b      (B,)          expected events of signal and background
    up, down  (K, B)        the background with one nuisance at +1, at −1
    J         (B, K + 1)    the derivatives of the expected counts
    F         (K + 1, K + 1)   the Fisher information, the strength first
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._check import (
    Advice,
    Draw,
    Formula,
    Mistake,
    Wrong,
    call,
    close,
    exercise,
    parts,
    recognise,
    slopes,
    tensor,
    with_graph,
)  # fmt: skip

__all__ = ["check_expected_error", "check_profile", "check_strength_error"]


# The profile of a likelihood


@exercise("ex-profile-likelihood", "Right: the nuisance parameters are fitted at each strength.")
def check_profile(profile_at: Callable[..., Any], seed: int) -> None:
    """Check `profile_at(nll, mu, nu)`: the smallest −ln L with mu held, and its nu."""
    model = _Model(Draw(seed))
    mu = Draw(seed)(0.5, 1.5, step=0.1, dtype=torch.float64).reshape(())
    nu = torch.zeros(2, dtype=torch.float64)
    got = call(profile_at, NEWTON, nll=model.nll, mu=mu, nu=nu)
    got = [tensor(x, "a result") for x in parts(got, "the value", "nu")]
    recognise(got[0], [(SWAPPED, (2,))])
    end = model.newton(mu, nu)
    if got[1].shape == end.shape and torch.allclose(got[1], end):
        ends = [
            (f"nu is right, but {text}", value)
            for text, value in (
                ("the value is that of the start: call nll once more", model.nll(mu, nu)),
                ("the value is minus the smallest value: return −ln L itself", -model.nll(mu, end)),
                ("the value is twice as large: return −ln L itself", 2 * model.nll(mu, end)),
                (
                    "the value is the rise above the start: return −ln L itself",
                    model.nll(mu, end) - model.nll(mu, nu),
                ),
            )
        ]
        close(got[0], model.nll(mu, end), "the value", ends, rtol=1e-9)
    near = got[1].shape == end.shape and torch.allclose(got[1], end, rtol=1e-2)
    mistakes = [*model.other_ends(mu, nu), (NEAR, near)]
    close(got[1], end, "nu", mistakes, rtol=1e-6)
    close(got[0], model.nll(mu, end), "the value", rtol=1e-9)


SWAPPED = "the first result has two numbers: return the value first, and then nu"
NEAR = "nu is near the smallest nll, not at it: each step takes the whole Hessian, and a new one"
NEWTON: Advice = {
    "singular": "the Hessian has no inverse: does a step lead uphill, nu + H⁻¹·g?",
    "returned with type": "grad and hessian need a function that returns one number: nll(mu, nu)",
    "at least 2 dimensions": "solve needs the Hessian first, and then the gradient",
    "batches of square matrices": "solve needs the Hessian first, and then the gradient",
    "does not require grad": "a gradient was asked for without a graph: torch.func.grad(f)(nu)"
    " needs no requires_grad",
}  # fmt: skip


class _Model:
    """Three bins with two nuisance parameters, with derivatives on paper: those are fast."""

    def __init__(self, draw: Draw) -> None:
        s, b = draw(5, 30, 3, step=1), draw(80, 200, 3, step=1)
        d, n = draw(-20, 20, 2, 3, step=1), draw(90, 230, 3, step=1)
        self.s, self.b, self.d, self.n = s.double(), b.double(), d.double(), n.double()
        self.nll = Formula(
            "lambda mu, nu: (lambda r: (r - torch.tensor("
            f"{n.tolist()}).double() * torch.log(r)).sum() + (nu**2).sum() / 2)(mu *"
            f" torch.tensor({s.tolist()}).double() + torch.tensor({b.tolist()}).double() + nu @"
            f" torch.tensor({d.tolist()}).double())"
        )

    def derivatives(self, mu: Tensor, nu: Tensor, columns: Tensor) -> tuple[Tensor, Tensor]:
        """Gradient and Hessian along the columns, less those of the measurements."""
        r = mu * self.s + self.b + nu @ self.d
        return columns @ (1 - self.n / r), columns @ torch.diag(self.n / r**2) @ columns.T

    def newton(self, mu: Tensor, nu: Tensor, steps: int = 20, sign: float = 1.0) -> Tensor:
        one = torch.eye(2, dtype=nu.dtype)
        for _ in range(steps):
            g, h = self.derivatives(mu, nu, self.d)
            nu = nu - sign * torch.linalg.solve(h + one, g + nu)
        return nu

    def other_ends(self, mu: Tensor, nu: Tensor) -> Iterator[Mistake]:
        end = self.newton(mu, nu)
        yield "that is the start: the nuisance parameters are held, and nothing is fitted", nu
        yield "that is the end of 1 step of Newton's method: take ten", self.newton(mu, nu, 1)
        yield "that is the end of 2 steps of Newton's method: take ten", self.newton(mu, nu, 2)
        yield "the step goes uphill: nu − H⁻¹·g", self.newton(mu, nu, 1, -1.0)
        for rate in (1.0, 0.1, 0.01, 0.001):
            x = nu
            for _ in range(10):
                x = x - rate * (self.derivatives(mu, x, self.d)[0] + x)
            yield "that is gradient descent: divide by the Hessian, as Newton's method does", x
        yield "mu has been fitted, too: hold it, and fit nu alone", self.all_free(mu, nu)
        one = torch.ones_like(mu)
        yield "it belongs to mu = 1: use the mu that you are given", self.newton(one, nu)
        yield "nu is right but for its sign", -end

    def all_free(self, mu: Tensor, nu: Tensor) -> Tensor:
        x, columns = torch.cat([mu[None], nu]), torch.cat([self.s[None], self.d])
        measured = torch.tensor([0.0, 1, 1], dtype=nu.dtype)
        for _ in range(20):
            g, h = self.derivatives(x[0], x[1:], columns)
            x = x - torch.linalg.solve(h + torch.diag(measured), g + measured * x)
        return x[1:]


# The expected error


@exercise("ex-nuisance", "Right: the value, and its gradients.")
def check_expected_error(expected_error: Callable[..., Any], seed: int) -> None:
    """Check `expected_error(s, b, up, down)`: the error of the strength, ()."""
    draw = Draw(seed)
    for bins, nuisances in ((4, 2), (3, 1)):
        s = draw(2, 30, bins, step=1).double().requires_grad_()
        b = draw(40, 200, bins, step=1).double().requires_grad_()
        change = draw(-30, 30, nuisances, bins, step=1).double()
        back = draw(-30, 30, nuisances, bins, step=1).double()
        up = (b.detach() + change).requires_grad_()
        down = (b.detach() - (change + back) / 2).requires_grad_()
        got = call(expected_error, MATRIX, s=s, b=b, up=up, down=down)
        got = with_graph(got, "the error")
        wanted = _error(s, b, up, down)
        close(got, wanted, "the error", _other_errors(s, b, up, down), rtol=1e-8)
        if not got.requires_grad:
            raise Wrong("the value is right, but no path leads back from it to the templates")
        inputs = {"s": s, "b": b, "up": up, "down": down}
        found = slopes(got.sum(), list(inputs.values()))
        right = torch.autograd.grad(wanted, list(inputs.values()))
        for (name, x), slope, exact in zip(inputs.items(), found, right, strict=True):
            what = f"the gradient with respect to {name}"
            if slope is None:
                raise Wrong(f"{what} is None: a detach(), or a number in the place of a tensor?")
            close(slope, exact, what, _lost(x, inputs), rtol=1e-6, derived=True)


MATRIX: Advice = {
    "singular": "F has no inverse: are the ones of the measurements on its diagonal, all but the"
    " first?",
    "must be the same number of dimensions": "torch.stack takes tensors of one shape: s, and the"
    " rows of (up − down)/2",
    "expects each tensor to be equal size": "torch.stack takes tensors of one shape: s, and the"
    " rows of (up − down)/2. An asterisk unpacks the rows",
}  # fmt: skip


def _error(s: Tensor, b: Tensor, up: Tensor, down: Tensor, **slips: Any) -> Tensor:
    C: Tensor = torch.linalg.inv(_information(s, b, up, down, **slips))
    return C[0, 0].sqrt()


def _information(
    s: Tensor,
    b: Tensor,
    up: Tensor,
    down: Tensor,
    *,
    r: Tensor | None = None,
    columns: Tensor | None = None,
    ones: float = 1.0,
    first: float = 0.0,
    weight: Callable[[Tensor], Tensor] = torch.reciprocal,
) -> Tensor:
    J = torch.stack([s, *((up - down) / 2 if columns is None else columns)], 1)
    diagonal = torch.full_like(J[0], ones)
    diagonal[0] = first
    return J.T @ (J * weight(s + b if r is None else r)[:, None]) + torch.diag(diagonal)


# fmt: off
def _other_errors(s: Tensor, b: Tensor, up: Tensor, down: Tensor) -> Iterator[Mistake]:
    with torch.no_grad():
        F = _information(s, b, up, down)
        C = torch.linalg.inv(F)
        yield from (
            ("that is one over the root of an entry of F: the nuisance parameters are held fixed."
             " Invert F first, and then take the entry", 1 / F[0, 0].sqrt()),
            ("that is the variance: the error is its root", C[0, 0]),
            ("that is an entry of F itself: the error comes from its inverse", F[0, 0].sqrt()),
            ("that is an entry of F itself: the error comes from its inverse", F[0, 0]),
            ("that is the error of the last nuisance parameter: the strength is the first column",
             C[-1, -1].sqrt()),
            ("that are the errors of all parameters: the first one is asked for",
             C.diagonal().sqrt()),
            ("that is the whole covariance matrix: the root of its first entry is asked for", C),
            ("that is the whole matrix F: the root of the first entry of its inverse is asked for",
             F),
            ("the expected count is s + b, and not b alone", _error(s, b, up, down, r=b)),
            ("the expected count is s + b, and not s alone", _error(s, b, up, down, r=s)),
            ("the derivative is half of up − down: the half is missing",
             _error(s, b, up, down, columns=up - down)),
            ("the derivative at zero is (up − down)/2: up − b is right only if both sides are"
             " alike", _error(s, b, up, down, columns=up - b)),
            ("the derivative at zero is (up − down)/2: b − down is right only if both sides are"
             " alike", _error(s, b, up, down, columns=b - down)),
            ("the columns are the templates themselves: take their derivatives, (up − down)/2",
             _error(s, b, up, down, columns=up)),
            ("the columns are means of up and down: take half of the difference",
             _error(s, b, up, down, columns=(up + down) / 2)),
            ("the measurements of the nuisance parameters are missing: ones on the diagonal of F,"
             " for all but the strength", _error(s, b, up, down, ones=1e-12)),
            ("nobody has measured the strength before: its entry on the diagonal gets no one",
             _error(s, b, up, down, first=1.0)),
            ("the one on the diagonal belongs to the nuisance parameters, and not to the strength",
             _error(s, b, up, down, ones=1e-12, first=1.0)),
            ("the variance of a count is the count: divide by s + b, and not by its root",
             _error(s, b, up, down, weight=torch.rsqrt)),
            ("the variance of a count is the count: divide by s + b, and not by its square",
             _error(s, b, up, down, weight=lambda r: r**-2)),
            ("JᵀJ gives each bin the variance one: divide by s + b",
             _error(s, b, up, down, weight=torch.ones_like)),
            ("the rows of J are multiplied by the expected counts: divide by them",
             _error(s, b, up, down, weight=lambda r: r)),
        )
# fmt: on


def _lost(x: Tensor, inputs: dict[str, Tensor]) -> Iterator[Mistake]:
    """Tell which part of the formula lacks its graph."""
    given = {**inputs, "r": inputs["s"] + inputs["b"]}
    for sentence, cut in (
        (
            "the expected counts have lost their graph, which F divides by",
            {"r": given["r"].detach()},
        ),
        (
            "the derivatives of the templates have lost their graph",
            {"columns": ((inputs["up"] - inputs["down"]) / 2).detach()},
        ),
    ):
        value = _error(*inputs.values(), **cut)
        (slope,) = torch.autograd.grad(value, x, allow_unused=True)
        yield sentence, torch.zeros_like(x) if slope is None else slope


# On paper: one bin


@exercise("ex-one-bin", "Right: the error of counting and those of the background, in quadrature.")
def check_strength_error(strength_error: Callable[..., Any], seed: int) -> None:
    """Check `strength_error(s, b, changes)`: the error of the strength from one bin."""
    draw = Draw(seed)
    for nuisances in (1, 3, 0):
        s, b = draw.one(20, 90, 1), draw.one(100, 400, 1)
        changes = draw(5, 60, nuisances, step=1, dtype=torch.float64).tolist()
        got = call(strength_error, s=s, b=b, changes=changes)
        wanted = _one(s, b, sum(d * d for d in changes))
        close(got, wanted, "the error", _other_counts(s, b, changes), rtol=1e-9)


def _one(s: float, b: float, squares: float) -> Tensor:
    return torch.tensor((s + b + squares) ** 0.5 / s, dtype=torch.float64)


# fmt: off
def _other_counts(s: float, b: float, changes: list[float]) -> Iterator[Mistake]:
    squares, total = sum(d * d for d in changes), sum(changes)
    yield from {
        "the count is s + b, with the signal, and not b alone: its variance is s + b":
            _one(s, b - s, squares),
        "that is the error without any nuisance parameter: the changes are missing":
            _one(s, b, 0),
        "that is the error of the count: the strength is a count divided by s":
            _one(s, b, squares) * s,
        "independent errors add in quadrature: the sum of the squares, not the square of the sum":
            _one(s, b, total * total),
        "the changes enter by their squares": _one(s, b, total),
        "that is the variance: the error is its root": _one(s, b, squares) ** 2,
        "the errors are added: their squares add":
            torch.tensor(((s + b) ** 0.5 + squares**0.5) / s, dtype=torch.float64),
        "the errors are added: their squares add, for each of them":
            torch.tensor(((s + b) ** 0.5 + total) / s, dtype=torch.float64),
        "that is the significance: the error is one over it": 1 / _one(s, b, squares),
        "the counting error is missing: the variance of the count is s + b":
            torch.tensor(squares**0.5 / s, dtype=torch.float64),
        "the variance of the count is s + b, not its square":
            torch.tensor(((s + b) ** 2 + squares) ** 0.5 / s, dtype=torch.float64),
        "the changes are events, and no fractions of b: do not multiply them by b":
            _one(s, b, squares * b * b),
        "divide by s, and not by its root": _one(s, b, squares) * s**0.5,
        "divide by s, and not by b": _one(s, b, squares) * s / b,
        "the mean of the squares is taken: they add":
            _one(s, b, squares / max(len(changes), 1)),
    }.items()
# fmt: on
