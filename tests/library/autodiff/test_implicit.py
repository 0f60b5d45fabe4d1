"""The derivative of a root is that of the solution, whatever found the root."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from diffprog.autodiff import implicit
from diffprog.simulator import kepler


def number(value, **options):
    return torch.tensor(value, dtype=torch.float64, **options)


def kepler_slope(E, e):
    """dE/de = sin E/(1 − e·cos E), by hand."""
    return math.sin(E) / (1 - e * math.cos(E))


@settings(max_examples=30, deadline=None)
@given(e=st.floats(0, 0.95), M=st.floats(0.01, 6))
def test_the_slope_of_keplers_equation_is_exact_for_every_solver(e, M):
    """Bisection has no slope of its own; its root is as good as any."""
    e_, M_ = number(e, requires_grad=True), number(M)
    for found in (kepler.newton(e_, M_, 30), kepler.bisection(e_, M_)):
        E = implicit.root(lambda E, e: kepler.equation(E, e, M_), found, e_)
        (slope,) = torch.autograd.grad(E, e_)
        assert math.isclose(slope.item(), kepler_slope(E.item(), e), rel_tol=1e-10, abs_tol=1e-10)


def test_fixed_point_bisection_and_root_as_in_the_chapter():
    """e = 0.9, M = 0.01: what forty iterations are off, unrolled and by the implicit formula."""
    e, M = number(0.9, requires_grad=True), number(0.01)
    truth = kepler.newton(e, M, 50).item()
    exact = kepler_slope(truth, 0.9)
    assert round(truth, 4) == 0.0986
    assert round(exact, 4) == 0.9429
    E = kepler.fixed_point(e, M, 40)
    (unrolled,) = torch.autograd.grad(E, e)
    attached = implicit.root(lambda E, e: kepler.equation(E, e, M), E, e)
    (implied,) = torch.autograd.grad(attached, e)
    assert abs(E.item() - truth) == pytest.approx(1.1e-3, rel=0.05)
    assert abs(unrolled.item() / exact - 1) == pytest.approx(0.062, rel=0.05)
    assert abs(implied.item() / exact - 1) == pytest.approx(0.010, rel=0.05)
    halved = kepler.bisection(e, M)
    assert abs(halved.item() - truth) < 1e-15
    assert torch.autograd.grad(halved, e)[0] == 0, "comparisons pass nothing on"


def test_several_equations_with_several_parameters():
    """A circle cut by a line: the slopes by finite differences of the solution."""

    def equations(x, radius, slope):
        return torch.stack([x @ x - radius**2, x[1] - slope[0] * x[0] - slope[1]])

    def solved(radius, slope):
        a, b, c = 1 + slope[0] ** 2, 2 * slope[0] * slope[1], slope[1] ** 2 - radius**2
        x = (-b + (b * b - 4 * a * c).sqrt()) / (2 * a)
        return torch.stack([x, slope[0] * x + slope[1]])

    radius, slope = number(2.0), number([0.5, 0.3])
    x = solved(radius, slope)

    def attached(radius, slope):
        return implicit.root(equations, x, radius, slope)

    found = torch.autograd.functional.jacobian(attached, (radius, slope))
    wanted = torch.autograd.functional.jacobian(solved, (radius, slope))
    for got, want in zip(found, wanted, strict=True):
        torch.testing.assert_close(got, want, rtol=1e-13, atol=1e-13)
    torch.testing.assert_close(attached(radius, slope), x, rtol=0, atol=1e-15)


def test_how_the_root_was_found_saves_nothing():
    e, M = number(0.9, requires_grad=True), number(0.01)
    saved = []

    def save(x):
        saved.append(x.numel())
        return x

    with torch.autograd.graph.saved_tensors_hooks(save, lambda x: x):
        with torch.no_grad():
            E = kepler.newton(e, M, 50)
        implicit.root(lambda E, e: kepler.equation(E, e, M), E, e)
    assert sum(saved) < 10


@pytest.mark.parametrize(
    ("equations", "message"),
    [
        (lambda x, t: x * t * 0 + torch.log(t - 1), "equations: got entries that are not finite"),
        (lambda x, t: (x - t).sum(), r"equations: got shape \(\), want that of x, \(2,\)"),
        (lambda x, t: (x - t) ** 2, "equations: their derivative by x is singular at this root"),
    ],
)
def test_a_mistake_is_named(equations, message):
    x = number([1.0, 1.0])
    with pytest.raises(ValueError, match=message):
        implicit.root(equations, x, number([1.0, 1.0], requires_grad=True))
