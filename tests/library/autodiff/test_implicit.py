"""The derivative of a root is that of the solution, whatever found the root."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.func import grad, hessian

from diffprog.autodiff import implicit
from diffprog.simulator import drag, kepler
from diffprog.simulator.masses import BACKGROUND, SIGNAL, expected_count


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


def relative_errors(iterations):
    """Of the value, the unrolled slope, and the implicit one, at e = 0.9 and M = 0.01."""
    e, M = number(0.9, requires_grad=True), number(0.01)
    truth = kepler.newton(e, M, 50).item()
    exact = kepler_slope(truth, 0.9)
    E = kepler.fixed_point(e, M, iterations)
    (unrolled,) = torch.autograd.grad(E, e)
    return (
        E.item() / truth - 1,
        unrolled.item() / exact - 1,
        kepler_slope(E.item(), 0.9) / exact - 1,
    )


def test_twice_the_iterations():
    """At eighty the value is off by 1.4e-5 rad; the slope by 1.3e-3, or 1.3e-4 without the loop."""
    value, unrolled, implied = relative_errors(80)
    assert abs(value) * 0.0986 == pytest.approx(1.4e-5, rel=0.05)
    assert abs(unrolled) == pytest.approx(1.34e-3, rel=0.01)
    assert abs(implied) == pytest.approx(1.26e-4, rel=0.01)


def test_the_unrolled_slope_lags_in_proportion_to_the_iterations():
    """d(Qⁱ)/dθ = i·Qⁱ⁻¹·dQ/dθ: the ratio of the errors grows by Q'/Q·E/E' in each iteration.

    Terms of the next order in the error of E are left out, which is 1 % after 40 iterations.
    """
    E = kepler.newton(number(0.9), number(0.01), 50).item()
    slope = kepler_slope(E, 0.9)
    Q, dQ = 0.9 * math.cos(E), math.cos(E) - 0.9 * math.sin(E) * slope
    ratios = [errors[1] / errors[0] for errors in map(relative_errors, (40, 80))]
    assert (ratios[1] - ratios[0]) / 40 == pytest.approx(dQ / Q * E / slope, rel=0.02)


def test_of_newtons_loop_only_the_last_step_counts():
    """At a root the derivative of a step of Newton's method by its start is zero."""
    e, M = number(0.9, requires_grad=True), number(0.01)
    before = kepler.newton(e, M, 9)
    E = before.detach()
    last = E - kepler.equation(E, e, M) / (1 - e * torch.cos(E))
    (slope,) = torch.autograd.grad(last, e)
    assert slope.item() == pytest.approx(kepler_slope(E.item(), 0.9), rel=1e-14)


@pytest.mark.parametrize(
    ("start", "angle", "slope"), [(0.42, 0.4223, 15.443), (1.0, 0.9989, -22.481)]
)
def test_two_angles_hit_thirty_metres_and_turn_in_opposite_directions(start, angle, slope):
    v, k, phi = number(25.0), number(0.02, requires_grad=True), number(start)

    def miss(phi, k):
        return drag.landing(phi, v, k, 0.1) - 30

    for _ in range(4):
        leaf = phi.clone().requires_grad_()
        far = miss(leaf, k.detach())
        phi = (leaf - far / torch.autograd.grad(far, leaf)[0]).detach()
    attached = implicit.root(miss, phi, k)
    assert attached.item() == pytest.approx(angle, abs=5e-5)
    # Steps of 0.1 s change the fifth digit of the slope.
    assert torch.autograd.grad(attached, k)[0].item() == pytest.approx(slope, abs=1e-3)


def expected(nu, c, signal):
    edges = torch.stack([number(800.0), c, number(1300.0)])
    b = (1 + 0.1 * nu[0]) * expected_count(BACKGROUND, edges - 30 * nu[1])
    return -(b + signal * expected_count(SIGNAL, edges)).diff()


def two_ln_ratio(nu, c):
    n, rate = expected(0 * nu, c, 1), expected(nu, c, 0)
    return (2 * (rate - n + n * torch.log(n / rate)) + nu**2).sum()


def fit(c, steps):
    nu = torch.zeros(2, dtype=torch.float64)
    for _ in range(steps):
        H = hessian(two_ln_ratio)(nu, c)
        nu = nu - torch.linalg.solve(H, grad(two_ln_ratio)(nu, c))
    return nu


def test_at_a_minimum_the_fitted_parameters_may_be_held():
    """The envelope theorem, to eleven digits; what is not minimised needs them to move."""
    c = number(1000.0)
    nu = fit(c, 8)
    held = grad(two_ln_ratio, argnums=1)(nu, c)
    unrolled = grad(lambda c: two_ln_ratio(fit(c, 8), c))(c)
    assert held.item() == pytest.approx(unrolled.item(), rel=1e-11)

    def above(nu, c):
        return expected(nu, c, 0)[1]

    leaf = c.clone().requires_grad_()
    whole = above(implicit.root(grad(two_ln_ratio), nu, leaf), leaf)
    (moved,) = torch.autograd.grad(whole, leaf)
    assert moved.item() == pytest.approx(grad(lambda c: above(fit(c, 8), c))(c).item(), rel=1e-10)
    assert abs(moved / grad(above, argnums=1)(nu, c) - 1) > 0.01


def test_before_the_minimum_the_unrolled_derivative_of_the_value_is_better():
    """With nu held the error is of the first order in that of nu, unrolled of the second."""
    c = number(1000.0)
    right = grad(two_ln_ratio, argnums=1)(fit(c, 8), c)
    held = grad(two_ln_ratio, argnums=1)(fit(c, 3), c) / right - 1
    unrolled = grad(lambda c: two_ln_ratio(fit(c, 3), c))(c) / right - 1
    assert abs(held.item()) == pytest.approx(3.4e-3, rel=0.05)
    assert abs(unrolled.item()) == pytest.approx(1.0e-5, rel=0.1)


def test_second_derivatives_are_not_right():
    """They would be 17.23 here. Kepler's equation is linear in e, and J is held fixed."""
    e, M = number(0.9, requires_grad=True), number(0.01)
    E = implicit.root(lambda E, e: kepler.equation(E, e, M), kepler.newton(e, M), e)
    (slope,) = torch.autograd.grad(E, e, create_graph=True)
    assert not slope.requires_grad


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
        saved.clear()
        kepler.fixed_point(e, M, 40)
        assert sum(saved) == 118
        kepler.fixed_point(e, M, 80)
        assert sum(saved) == 118 + 238


@pytest.mark.parametrize(
    ("equations", "message"),
    [
        (lambda x, t: x * t * 0 + torch.log(t - 1), "equations: got entries that are not finite"),
        (lambda x, t: (x - t).sum(), r"equations: got shape \(\), want that of x, \(2,\)"),
        (lambda x, t: (x - t) ** 2, "equations: their derivative by x is singular at this root"),
        (
            lambda x, t: (x - t).abs().sqrt(),
            "derivative of equations by x: got entries that are not finite",
        ),
    ],
)
def test_a_mistake_is_named(equations, message):
    x = number([1.0, 1.0])
    with pytest.raises(ValueError, match=message):
        implicit.root(equations, x, number([1.0, 1.0], requires_grad=True))
