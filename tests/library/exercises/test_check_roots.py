"""The checks of `part4/roots`: right answers pass, and each typical mistake is named."""

import math

import pytest
import torch
from torch.func import grad, hessian, jacfwd, jacrev

from diffprog.autodiff import curvature, implicit
from diffprog.exercises._check import SEEDS
from diffprog.exercises.roots import check_aim, check_at_the_fit, check_root_slopes, system

from .answers import test_right_answers_pass, test_wrong_answers_are_told_why  # noqa: F401

# The angle of a shot


def sin(phi):
    return math.sin(2 * phi)


def cos(phi):
    return math.cos(2 * phi)


def by_autograd(phi, v):
    phi, v = phi.clone().requires_grad_(), v.clone().requires_grad_()
    by_phi, by_v = torch.autograd.grad(v**2 * torch.sin(2 * phi) / 9.8, (phi, v))
    return -by_v / by_phi


def by_solution(phi, v):
    """Solve for the angle at two speeds, on the branch of phi."""

    def angle(speed):
        low = math.asin(v.item() ** 2 * sin(phi) / speed**2) / 2
        return low if phi < math.pi / 4 else math.pi / 2 - low

    return (angle(v.item() + 1e-5) - angle(v.item() - 1e-5)) / 2e-5


# The derivative of a root


def jacobians(F, x, theta):
    return jacrev(lambda z: F(z, theta))(x), jacrev(lambda z: F(x, z))(theta)


def of(change):
    """An answer from J and B."""
    return lambda F, x, theta: change(*jacobians(F, x, theta))


def solved(J, B):
    return -torch.linalg.solve(J, B)


def attached(F, x, theta):
    theta = theta.clone().requires_grad_()
    y = implicit.root(F, x, theta)
    return torch.stack([torch.autograd.grad(z, theta, retain_graph=True)[0] for z in y])


def unrolled(F, x, theta):
    def newton(theta):
        z = x + 0.01
        for _ in range(5):
            z = z - torch.linalg.solve(jacfwd(lambda z: F(z, theta))(z), F(z, theta))
        return z

    return jacfwd(newton)(theta)


def differences(F, x, theta):
    columns = []
    for step in 1e-5 * torch.eye(len(theta), dtype=theta.dtype):
        ends = []
        for t in (theta + step, theta - step):
            z = x
            for _ in range(3):
                z = z - torch.linalg.solve(jacfwd(lambda z, t=t: F(z, t))(z), F(z, t))
            ends.append(z)
        columns.append((ends[0] - ends[1]) / 2e-5)
    return torch.stack(columns, 1)


def at_zero(F, x, theta):
    return solved(*(jacobians(F, z, theta)[i] for i, z in enumerate((0 * x, x))))


# A quantity at the best fit


def root(quantity, loss, fit, c):
    return quantity(implicit.root(grad(loss), fit(c), c), c)


def surrogate(quantity, loss, fit, c):
    """Move the fit by hand along its derivative."""
    nu, at = fit(c), c.detach()
    mixed = jacfwd(grad(loss), argnums=1)(nu, at)
    nu = nu - torch.linalg.solve(hessian(loss)(nu, at), mixed) * (c - at)
    return quantity(nu, c)


def last_step(quantity, loss, fit, c):
    """The same, by a step of Newton's method whose Hessian moves along."""
    nu = fit(c)
    return quantity(nu - torch.linalg.inv(hessian(loss)(nu, c)) @ grad(loss)(nu, c), c)


def refitted(quantity, loss, fit, c):
    """Fit anew, from afar, and unroll."""
    nu = torch.zeros(2, dtype=torch.float64)
    for _ in range(3):
        nu = nu - torch.linalg.solve(hessian(loss)(nu, c), grad(loss)(nu, c))
    return quantity(nu, c)


def stepped(step, c_of=lambda c: c):
    """An answer that attaches step(H, gradient) to the fit."""

    def answer(quantity, loss, fit, c):
        nu = fit(c)
        return quantity(nu - step(hessian(loss)(nu, c.detach()), grad(loss)(nu, c)), c_of(c))

    return answer


def by_backward(loss):
    def equations(nu, c):
        nu = nu.requires_grad_()
        return torch.autograd.grad(loss(nu, c), nu, create_graph=True)[0]

    return equations


def one_moves(i):
    def answer(quantity, loss, fit, c):
        nu = list(fit(c))
        nu[i] = implicit.root(grad(loss), fit(c), c)[i]
        return quantity(torch.stack(nu), c)

    return answer


RIGHT = {
    check_aim: {
        "the tangent": lambda phi, v: -torch.tan(2 * phi) / v,
        "math": lambda phi, v: -math.tan(2 * phi) / v,
        "a ratio": lambda phi, v: -torch.sin(2 * phi) / (v * torch.cos(2 * phi)),
        "autograd": by_autograd,
        "differences of the solution": by_solution,
        "shape (1,)": lambda phi, v: (-torch.tan(2 * phi) / v)[None],
    },
    check_root_slopes: {
        "solve": of(solved),
        "the inverse": of(lambda J, B: -torch.linalg.inv(J) @ B),
        "curvature.jacobian": lambda F, x, t: solved(
            curvature.jacobian(lambda z: F(z, t), x), curvature.jacobian(lambda z: F(x, z), t)
        ),
        "implicit.root": attached,
        "Newton, unrolled": unrolled,
        "differences": differences,
        "a list of rows": lambda *a: of(solved)(*a).tolist(),
    },
    check_at_the_fit: {
        "implicit.root": root,
        "by hand": surrogate,
        "a step of Newton's method": last_step,
        "unrolled": refitted,
        "shape (1,)": lambda *a: root(*a)[None],
        "a detached Hessian": stepped(torch.linalg.solve),
    },
}

WRONG = {
    check_aim: {
        "no sign": (lambda p, v: math.tan(2 * p) / v, "minus a ratio"),
        "low shots only": (
            lambda p, v: -sin(p) / (v * math.sqrt(1 - sin(p) ** 2)),
            "right for low shots only",
        ),
        "no 2 below": (lambda p, v: -2 * math.tan(2 * p) / v, "2·cos(2φ)"),
        "no 2 above": (lambda p, v: -math.tan(2 * p) / (2 * v), "v² is 2·v"),
        "upside down": (lambda p, v: -v / math.tan(2 * p), "that is dv/dφ"),
        "upside down, no sign": (lambda p, v: v / math.tan(2 * p), "without its sign"),
        "cotangent": (lambda p, v: -1 / math.tan(2 * p) / v, "changed their places"),
        "of φ": (lambda p, v: -math.tan(p) / v, "and yours is φ"),
        "of φ, twice": (lambda p, v: -2 * math.tan(p) / v, "and yours is φ"),
        "no v": (lambda p, v: -math.tan(2 * p), "v² over v is v"),
        "times v": (lambda p, v: -math.tan(2 * p) * v, "one over v and not v"),
        "v squared": (lambda p, v: -math.tan(2 * p) / v**2, "not one over v²"),
        "by v": (lambda p, v: 2 * v * sin(p) / 9.8, "that is ∂R/∂v"),
        "minus by v": (lambda p, v: -2 * v * sin(p) / 9.8, "that is ∂R/∂v"),
        "by φ": (lambda p, v: 2 * v**2 * cos(p) / 9.8, "in the denominator"),
        "a product": (lambda p, v: -4 * v**3 * sin(p) * cos(p) / 9.8**2, "are multiplied"),
        "degrees": (lambda p, v: -math.degrees(math.tan(2 * p) / v), "in degrees"),
        "a sine": (lambda p, v: -sin(p) / v, "is a cosine"),
        "nothing": (lambda p, v: None, "is the line with `return` missing"),
        "φ is not used": (lambda p, v: -1 / v, ""),
    },
    check_root_slopes: {
        "no sign": (of(lambda J, B: -solved(J, B)), "the minus sign is missing"),
        "a product": (of(lambda J, B: -J @ B), "you multiply by J"),
        "transposed J": (of(lambda J, B: solved(J.T, B)), "rows and columns exchanged"),
        "only B": (of(lambda J, B: B), "J is not in your result"),
        "minus B": (of(lambda J, B: -B), "J is not in your result"),
        "only J": (of(lambda J, B: J), "that is J"),
        "the inverse of J": (of(lambda J, B: torch.linalg.inv(J)), "that is the inverse of J"),
        "the diagonal": (of(lambda J, B: -B / J.diagonal()[:, None]), "diagonal of J only"),
        "the determinant": (of(lambda J, B: -B / torch.det(J)), "determinant"),
        "on its side": (of(lambda J, B: solved(J, B).T), "lies on its side"),
        "the root": (lambda F, x, t: x, "that is the root itself"),
        "Newton's step": (lambda F, x, t: implicit.root(F, x, t), "that is the root itself"),
        "the equations": (lambda F, x, t: F(x, t), "the values of the equations"),
        "one argument": (
            lambda F, x, t: solved(jacobians(F, x, t)[0], jacobians(F, x, t)[0]),
            "with respect to the same argument",
        ),
        "at zero": (at_zero, "take it at the root"),
        "summed": (of(lambda J, B: solved(J, B).sum(1)), "the columns are added up"),
        "twice": (of(lambda J, B: 2 * solved(J, B)), "2 times what it should be"),
        "zero": (of(lambda J, B: 0 * B), "zero everywhere"),
        "exchanged": (
            of(lambda J, B: solved(B, J) if B.shape[0] == B.shape[1] else solved(J, B)),
            "that is dθ/dx",
        ),
        "the wrong side": (
            of(lambda J, B: -B @ torch.linalg.inv(J) if len(B) == 3 else solved(J, B)),
            "on the wrong side",
        ),
        "by entries": (
            of(lambda J, B: -B / J if J.shape == B.shape else solved(J, B)),
            "entry by entry",
        ),
        "wrong order": (of(lambda J, B: -torch.linalg.solve(B, J)), "the square matrix J first"),
        "nothing": (lambda F, x, t: None, "is the line with `return` missing"),
    },
    check_at_the_fit: {
        "held": (lambda q, f, fit, c: q(fit(c).detach(), c), "nu is held fixed"),
        "not attached": (lambda q, f, fit, c: q(fit(c), c), "nu is held fixed"),
        "attached to a copy": (
            lambda q, f, fit, c: q(implicit.root(grad(f), fit(c), c.detach()), c),
            "nu is held fixed",
        ),
        "by nu only": (stepped(torch.linalg.solve, torch.Tensor.detach), "by way of nu only"),
        "the wrong way": (stepped(lambda H, g: -torch.linalg.solve(H, g)), "the wrong way"),
        "no Hessian": (stepped(lambda H, g: g), "without its Hessian"),
        "no Hessian, added": (stepped(lambda H, g: -g), "with the wrong sign and without"),
        "times the Hessian": (stepped(lambda H, g: H @ g), "you multiply by the Hessian"),
        "the diagonal": (stepped(lambda H, g: g / H.diagonal()), "the diagonal of the Hessian"),
        "twice": (stepped(lambda H, g: 2 * torch.linalg.solve(H, g)), "twice as far"),
        "the first": (one_moves(0), "only the first entry"),
        "the last": (one_moves(1), "only the last entry"),
        "the loss": (lambda q, f, fit, c: f(fit(c), c), "that is the loss"),
        "nu": (lambda q, f, fit, c: implicit.root(grad(f), fit(c), c), "that is the best nu"),
        "root of the loss": (
            lambda q, f, fit, c: q(implicit.root(f, fit(c), c), c),
            "not the loss, but its gradient",
        ),
        "root of the slope in c": (
            lambda q, f, fit, c: q(implicit.root(grad(f, argnums=1), fit(c), c), c),
            "with respect to nu is zero",
        ),
        "autograd inside": (
            lambda q, f, fit, c: q(implicit.root(by_backward(f), fit(c), c), c),
            "write them with torch.func",
        ),
        "root of the quantity": (
            lambda q, f, fit, c: q(implicit.root(grad(q), fit(c), c), c),
            "not of that of the quantity",
        ),
        "no graph": (lambda q, f, fit, c: q(fit(c), c).detach(), "no path leads"),
        "a number": (lambda q, f, fit, c: q(fit(c), c).item(), "which has no graph"),
        "zero": (lambda q, f, fit, c: q(0 * fit(c), c), "nu is zero"),
        "nothing": (lambda q, f, fit, c: None, "is the line with `return` missing"),
    },
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("shape", [(2, 3), (3, 3)])
def test_the_equations_have_a_root_that_moves_smoothly(seed, shape):
    equations, x, theta = system(seed, *shape)
    assert equations(x, theta).abs().max() < 1e-11
    J, B = jacobians(equations, x, theta)
    assert torch.linalg.cond(J) < 100
    assert (solved(J, B).abs() > 1e-3).all()
