"""Checks for the exercises of the chapter `part4/roots`.

Symbols, shapes.
    x      (n,)    a root of the equations F, or the angle of a shot
    theta  (p,)    the parameters of the equations
    J      (n, n)  ∂F/∂x at the root
    B      (n, p)  ∂F/∂θ there; the wanted slopes are −J⁻¹·B
In `check_at_the_fit`, nu (2,) minimises a loss, with the Hessian H, (2, 2), and depends on c, ().
"""

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._check import (
    Draw,
    Formula,
    Mistake,
    Wrong,
    call,
    close,
    exercise,
    slopes,
    with_graph,
)

__all__ = ["check_aim", "check_at_the_fit", "check_root_slopes"]


# On paper: how the angle of a shot turns with its speed


@exercise("ex-aim", "Right: for low shots and for high ones.")
def check_aim(angle_slope: Callable[..., Any], seed: int) -> None:
    """Check `angle_slope(phi, v)`: dφ/dv for a shot that keeps its range."""
    draw = Draw(seed)
    for low, high in ((0.2, 0.6), (0.95, 1.3)):
        phi = draw(low, high, step=0.05, dtype=torch.float64)
        v = draw(5, 30, step=1, dtype=torch.float64)
        got = call(angle_slope, phi=phi, v=v)
        close(got, -torch.tan(2 * phi) / v, "dφ/dv", _aims(phi, v))


# fmt: off
def _aims(phi: Tensor, v: Tensor) -> Iterator[Mistake]:
    sin, cos, tan = torch.sin(2 * phi), torch.cos(2 * phi), torch.tan(2 * phi)
    by_phi, by_v = 2 * v**2 * cos / 9.8, 2 * v * sin / 9.8
    if cos < 0:  # the sign of a low shot was right
        yield ("it is right for low shots only: for a high shot cos(2φ) is negative, and no root"
               " such as √(1 − sin²) or arcsin knows that", tan / v)
    yield ("the sign is wrong: the change of the range by φ has to cancel the change by v, so that"
           " dφ/dv is minus a ratio", tan / v)
    yield ("the derivative of sin(2φ) with respect to φ is 2·cos(2φ): its 2 is missing",
           -2 * tan / v)
    yield ("the derivative of v² is 2·v: its 2 is missing", -tan / (2 * v))
    yield ("that is dv/dφ: how the speed has to change with the angle. The unknown is φ",
           -v / tan)
    yield ("that is dv/dφ, and without its sign. The unknown is φ", v / tan)
    yield ("the derivative of sin is cos, and sin and cos have changed their places", -1 / tan / v)
    yield ("the angle in the range is 2·φ, and yours is φ", -torch.tan(phi) / v)
    yield ("the angle in the range is 2·φ, and yours is φ", -2 * torch.tan(phi) / v)
    yield ("your result does not depend on v as it should: v² over v is v, and it stands in the"
           " denominator", -tan)
    yield ("your result does not depend on v as it should: it is one over v and not v", -tan * v)
    yield ("your result does not depend on v as it should: it is one over v and not one over v²",
           -tan / v**2)
    for one in (by_v, -by_v):
        yield "that is ∂R/∂v: divide it by ∂R/∂φ", one
    for one in (by_phi, -by_phi):
        yield "that is ∂R/∂φ: it belongs in the denominator, below ∂R/∂v", one
    yield ("the two derivatives of the range are multiplied: their ratio is asked for",
           -by_v * by_phi)
    yield "the answer is in degrees per m/s: leave it in radians", -180 / math.pi * tan / v
    yield ("sin(2φ) is the derivative by v already, but the derivative by φ is a cosine: the ratio"
           " has a tangent", -sin / v)
# fmt: on


# The derivative of a root


@exercise("ex-implicit", "Right: for two unknowns and for three, whatever found them.")
def check_root_slopes(root_slopes: Callable[..., Any], seed: int) -> None:
    """Check `root_slopes(equations, x, theta)`: dx/dθ, (n, p), at a root."""
    for n, p in ((2, 3), (3, 3)):
        equations, x, theta = system(seed, n, p)
        J = torch.func.jacfwd(lambda z, F=equations, t=theta: F(z, t))(x)
        B = torch.func.jacfwd(lambda z, F=equations, x=x: F(x, z))(theta)
        got = call(root_slopes, SHAPES, equations=equations, x=x, theta=theta)
        wanted = -torch.linalg.solve(J, B)
        close(got, wanted, "dx/dθ", _root_slopes(equations, x, theta, J, B))


SHAPES = {
    "Incompatible matrix dimensions": "solve(J, B) takes J, (n, n), first and then B, (n, p): which"
    " of your matrices has which shape?",
    "must be batches of square matrices": "solve(J, B) takes the square matrix J first: the"
    " derivatives of the equations with respect to x",
    "A must be batches": "solve(J, B) takes the square matrix J first: the derivatives of the"
    " equations with respect to x",
}


def system(seed: int, n: int, p: int) -> tuple[Formula, Tensor, Tensor]:
    """Return n equations with p parameters, a root, and the parameters."""
    draw = Draw(seed)
    x = draw(0.5, 1.5, n, dtype=torch.float64)
    theta = draw(0.5, 1.5, p, dtype=torch.float64)
    a, b = draw(0.2, 0.8, n), draw(1.1, 1.9, n)

    def text(i: int, c: float) -> str:
        j, k, m = (i + 1) % n, i % p, (i + 1) % p
        terms = f"{b[i].item():.1f} * x[{i}]**2 - {a[i].item():.1f} * x[{i}] * x[{j}]"
        return f"{terms} + theta[{k}] * x[{j}] - theta[{m}]**2 - {c:.12g}"

    def equations(constants: list[float]) -> Formula:
        rows = ", ".join(text(i, c) for i, c in enumerate(constants))
        return Formula(f"lambda x, theta: torch.stack([{rows}])")

    return equations(equations([0.0] * n)(x, theta).tolist()), x, theta


# fmt: off
def _root_slopes(
    F: Formula, x: Tensor, theta: Tensor, J: Tensor, B: Tensor
) -> Iterator[Mistake]:
    solved = torch.linalg.solve(J, B)
    yield ("the minus sign is missing: J·dx has to cancel what the parameters do, (∂F/∂θ)·dθ",
           solved)
    for sign in (1, -1):
        yield ("you multiply by J: the equation is J·dx = −(∂F/∂θ)·dθ, to be solved for dx",
               sign * J @ B)
        yield ("J has its rows and columns exchanged: a row belongs to an equation",
               sign * torch.linalg.solve(J.T, B))
        yield ("J is not in your result: that is how the equations change with the parameters."
               " Which dx makes up for this change?", sign * B)
        yield ("that is J, the derivatives of the equations with respect to x: solve with it for"
               " the effect of the parameters", sign * J)
        yield ("that is the inverse of J: multiply it by ∂F/∂θ", sign * torch.linalg.inv(J))
        yield ("you use the diagonal of J only: each equation has several unknowns, so solve the"
               " whole system", sign * B / J.diagonal()[:, None])
        yield "you divide by the determinant of J: solve the linear system", sign * B / J.det()
        if J.shape == B.shape:
            yield ("you divide entry by entry: J is a matrix, so solve a linear system",
                   sign * B / J)
            yield ("J⁻¹ stands on the wrong side: solve for each column of ∂F/∂θ",
                   sign * B @ torch.linalg.inv(J))
            yield ("J and ∂F/∂θ have changed their places: that is dθ/dx",
                   sign * torch.linalg.solve(B, J))
    yield ("dx/dθ lies on its side: a row belongs to an unknown, and a column to a parameter, (n,"
           " p)", -solved.T)
    yield ("that is the root itself, which you were given: its derivatives are asked for", x)
    yield "those are the values of the equations, which are zero at the root", F(x, theta)
    eye = torch.eye(len(x), dtype=x.dtype)
    for sign in (1, -1):
        yield ("both of your Jacobians are taken with respect to the same argument: take one by x,"
               " and one by theta", sign * eye)
    at_zero = torch.func.jacfwd(lambda z: F(z, theta))(torch.zeros_like(x))
    if at_zero.det() != 0:
        yield "you take J at x = 0: take it at the root", -torch.linalg.solve(at_zero, B)
    yield ("the columns are added up: each parameter has a column of its own", -solved.sum(1))
# fmt: on


# To be mended: a quantity at the best fit, with the fit held fixed


@exercise("ex-held-fixed", "Right: the quantity, and its derivative with the fit moving along.")
def check_at_the_fit(at_the_fit: Callable[..., Any], seed: int) -> None:
    """Check `at_the_fit(quantity, loss, fit, c)`: the quantity, with its slope in c."""
    draw = Draw(seed)
    quantity, loss, best = _fit(draw)

    def fit(c: Tensor) -> Tensor:
        nu = best(c).detach()
        return nu.clone()

    fit.text = f"lambda c: ({best.text.partition(': ')[2]}).detach()"  # type: ignore[attr-defined]
    c = draw(0.5, 1.5, dtype=torch.float64).requires_grad_()
    got = call(at_the_fit, GRADIENT, quantity=quantity, loss=loss, fit=fit, c=c)
    got = with_graph(got, "the quantity")
    nu, at = fit(c), c.detach()
    wanted = quantity(nu, at)
    close(got, wanted, "the quantity", _quantities(quantity, loss, nu, at))
    if not got.requires_grad:
        raise Wrong(
            "the value is right, but depends on nothing that requires a gradient: no path leads"
            " from it back to c"
        )
    (slope,) = slopes(got.sum(), [c])
    if slope is None:
        raise Wrong("the derivative with respect to c is None: no path leads back to c")
    right, mistakes = _fit_slopes(quantity, loss, nu, at)
    what = "the derivative of the quantity with respect to c"
    close(slope, right, what, mistakes, rtol=1e-6, derived=True)


GRADIENT = {
    "want that of x": "a fit has as many equations as nu has entries: not the loss, but its"
    " gradient with respect to nu is zero, grad(loss)",
    "inside of a function being transformed": "implicit.root differentiates the equations with"
    " torch.func: write them with torch.func, too, as grad(loss)",
    "is singular at this root": "the function of which you take `nu` to be the root does not"
    " determine it: the equations of a fit are the gradient of the loss, grad(loss)",
    "does not require grad": "a tensor inside your function has no graph: fit(c) is without one",
}


def _fit(draw: Draw) -> tuple[Formula, Formula, Formula]:
    """Return a quantity and a loss of nu and c, and where the loss is smallest."""
    a, b = draw(1.1, 2, 2).tolist()
    first, second = f"({a:.1f} * c**2)", f"({b:.1f} * torch.sin(c))"
    u, w = f"(nu[0] - {first})", f"(nu[1] - {second})"
    loss = Formula(f"lambda nu, c: {b:.1f} * {u}**2 + {u} * {w} + 2 * {w}**2 + c**3")
    best = Formula(f"lambda c: torch.stack([{first}, {second}])")
    quantity = Formula(f"lambda nu, c: nu[0] * nu[1] + {a:.1f} * nu[0]**2 + c * nu[1]")
    return quantity, loss, best


# fmt: off
def _quantities(q: Formula, loss: Formula, nu: Tensor, c: Tensor) -> Iterator[Mistake]:
    yield "that is the best nu: return the quantity there, quantity(nu, c)", nu
    yield "that is the loss: return the quantity at its minimum, quantity(nu, c)", loss(nu, c)
    slope, H = torch.func.grad(q)(nu, c), torch.func.hessian(q)(nu, c)
    yield ("nu has moved away from the fit: it is the root of the gradient of the loss, and not of"
           " that of the quantity", q(nu - torch.linalg.solve(H, slope), c))
    yield "nu is zero: take the one that the fit returns", q(0 * nu, c)
    yield "the quantity is twice what it should be", 2 * q(nu, c)


def _fit_slopes(
    q: Formula, loss: Formula, nu: Tensor, c: Tensor
) -> tuple[Tensor, list[Mistake]]:
    """Return the right slope in c, and wrong ones."""
    grad = torch.func.grad
    by_nu, by_c = grad(q)(nu, c), grad(q, argnums=1)(nu, c)
    H = torch.func.hessian(loss)(nu, c)
    mixed = torch.func.jacfwd(grad(loss), argnums=1)(nu, c)
    moves = -torch.linalg.solve(H, mixed)
    return by_nu @ moves + by_c, [
        ("nu is held fixed: the fit moves with c, and the quantity with it, since it is not what"
         " was minimised", by_c),
        ("c acts by way of nu only: the quantity also depends on c directly, so hand it c itself",
         by_nu @ moves),
        ("nu moves the wrong way: the step of Newton's method is subtracted, as in"
         " dν/dc = −H⁻¹·∂(gradient)/∂c", by_c - by_nu @ moves),
        ("you attach the gradient of the loss without its Hessian: divide by it, that is, solve",
         by_c - by_nu @ mixed),
        ("you attach the gradient of the loss with the wrong sign and without its Hessian",
         by_c + by_nu @ mixed),
        ("you multiply by the Hessian: solve with it", by_c - by_nu @ (H @ mixed)),
        ("you use the diagonal of the Hessian only: solve the whole system",
         by_c - by_nu @ (mixed / H.diagonal())),
        ("that is the derivative of the loss: the derivative of the quantity is asked for",
         grad(loss, argnums=1)(nu, c)),
        ("nu moves twice as far as it should", by_c + 2 * by_nu @ moves),
        ("only the first entry of nu moves: both depend on c", by_c + by_nu[0] * moves[0]),
        ("only the last entry of nu moves: both depend on c", by_c + by_nu[1] * moves[1]),
    ]
# fmt: on
