"""Motions in time: against SciPy, exact solutions and finite differences."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from diffprog.autodiff.gradient_checks import central_difference, order
from diffprog.simulator import bounce, drag, kepler, standard_map, stepping


def number(value, **options):
    return torch.tensor(value, dtype=torch.float64, **options)


def slopes(f, *x):
    leaves = [number(z, requires_grad=True) for z in x]
    y = f(*leaves)
    return y.item(), *(g.item() for g in torch.autograd.grad(y, leaves))


# stepping


def test_the_error_of_runge_and_kutta_falls_as_the_fourth_power():
    y = number([1.0, 0.0])  # an oscillator, y'' = −y

    def f(y):
        return torch.stack([y[1], -y[0]])

    exact = number([math.cos(2), -math.sin(2)])
    steps = [10, 20, 40, 80]
    errors = [(stepping.follow(f, y, 2.0, n)[-1] - exact).abs().max() for n in steps]
    assert order(2 / number(steps), torch.stack(errors)) == pytest.approx(4, abs=0.1)


def test_a_negative_duration_leads_back():
    y = number([1.0, 0.0])
    there = stepping.follow(lambda y: torch.stack([y[1], -y[0]]), y, 2.0, 100)
    back = stepping.follow(lambda y: torch.stack([y[1], -y[0]]), there[-1], -2.0, 100)
    assert there.shape == (101, 2)
    torch.testing.assert_close(back[-1], y, rtol=0, atol=1e-8)


# drag


def ball_of_scipy(theta, v, k):
    def f(t, y):
        speed = np.hypot(y[2], y[3])
        return [y[2], y[3], -k * speed * y[2], -k * speed * y[3] - drag.G]

    def ground(t, y):
        return y[1]

    vars(ground).update(terminal=True, direction=-1)
    start = [0, 0, v * np.cos(theta), v * np.sin(theta)]
    return solve_ivp(f, (0, 60), start, events=ground, rtol=1e-11, atol=1e-11).y_events[0][0][0]


@settings(max_examples=12, deadline=None)
@given(theta=st.floats(0.3, 1.3), v=st.floats(5, 40), k=st.floats(0, 0.05))
def test_a_shot_lands_where_scipy_finds_it(theta, v, k):
    x = drag.landing(number(theta), number(v), number(k), 0.02)
    assert x.item() == pytest.approx(ball_of_scipy(theta, v, k), rel=1e-6)


def test_the_slope_of_the_landing_is_that_of_its_values():
    """The time of the impact moves with the parameters, and its slope is part of the result."""
    point = number([0.6, 25.0, 0.02])

    def landed(point):
        return drag.landing(*point)

    (found,) = torch.autograd.grad(landed(leaf := point.clone().requires_grad_()), leaf)
    wanted = central_difference(lambda x: landed(x).detach(), point, 1e-5)
    torch.testing.assert_close(found, wanted, rtol=1e-7, atol=1e-7)


def test_the_angle_that_hits_thirty_metres_turns_with_the_drag():
    """dθ/dk = −(∂R/∂k)/(∂R/∂θ) = 15.443 at k = 0.02/m, for v = 25 m/s."""
    k, target = 0.02, 30.0
    theta = 0.5
    for _ in range(12):
        x, slope, *_ = slopes(drag.landing, theta, 25.0, k)
        theta -= (x - target) / slope
    _, by_theta, _, by_k = slopes(drag.landing, theta, 25.0, k)
    assert -by_k / by_theta == pytest.approx(15.443, abs=5e-4)


def test_a_ball_at_rest_has_a_gradient():
    """Drag is k·|v|·v, whose slope at rest is zero, though that of √ is not."""
    y = torch.zeros(4, dtype=torch.float64)
    jacobian = torch.func.jacrev(drag.rates)(y, number(0.02))
    assert jacobian.tolist() == [[0, 0, 1, 0], [0, 0, 0, 1], [0] * 4, [0] * 4]


def test_without_drag_the_rates_are_those_of_free_fall():
    y = drag.launch(number(0.7), number(10.0))
    assert drag.rates(y, number(0.0)).tolist() == [y[2].item(), y[3].item(), 0, -drag.G]
    flown = stepping.follow(lambda y: drag.rates(y, number(0.0)), y, 1.0, 3)[-1]
    assert flown[1].item() == pytest.approx(y[3].item() - drag.G / 2, rel=1e-14)


def test_heights_follow_pushes_in_blocks():
    one = drag.heights(number([3.0]), 4)
    four = drag.heights(number([3.0] * 4), 4)
    assert [x.item() for x in one] == [x.item() for x in four]


# bounces


@settings(max_examples=8, deadline=None)
@given(x0=st.floats(0.5, 3), v0=st.floats(-2, 2), duration=st.floats(0.2, 1.2))
def test_steps_converge_to_the_motion_from_impact_to_impact(x0, v0, duration):
    exact = bounce.by_impacts(number(x0), number(v0), duration)
    near = bounce.by_steps(number(x0), number(v0), duration, 1000)
    assert near.item() == pytest.approx(exact.item(), abs=0.04)


def test_the_value_converges_and_the_gradient_does_not():
    """From 2 m, e = 0.8, after 1 s, the slopes are 0.2174 and −0.15; by steps 1 and +0.35."""
    value, by_x0, by_v0 = slopes(lambda x, v: bounce.by_impacts(x, v, 1.0), 2.0, 0.0)
    assert by_x0 == pytest.approx(0.2174, abs=5e-5)
    assert by_v0 == pytest.approx(-0.15, abs=0.005)
    for n in (100, 1000):
        stepped, *wrong = slopes(lambda x, v, n=n: bounce.by_steps(x, v, 1.0, n), 2.0, 0.0)
        assert stepped == pytest.approx(value, abs=20 / n)
        assert wrong[0] == pytest.approx(1, abs=1e-12), "at every size of step"
        assert wrong[1] == pytest.approx(0.35, abs=0.05)


def test_the_gradient_from_impact_to_impact_is_that_of_its_values():
    point = number([2.0, 0.3])

    def height(point):
        x0, v0 = point
        return bounce.by_impacts(x0, v0, 1.5)

    (found,) = torch.autograd.grad(height(leaf := point.clone().requires_grad_()), leaf)
    wanted = central_difference(height, point, 1e-6)
    torch.testing.assert_close(found, wanted, rtol=1e-6, atol=1e-6)


def on_springs(k, steps):
    """Slopes by x0 of balls on grounds of stiffness k, (m,)."""
    x = number([2.0] * len(k), requires_grad=True)
    return torch.autograd.grad(bounce.on_a_spring(x, 0 * x, 1.0, steps, k).sum(), x)[0]


def soft_slope(k):
    """The same from the formula: fall, half a turn of an oscillator and more, and rise."""

    def height(x0):
        v, w = (2 * drag.G * x0).sqrt(), k**0.5
        contact = 2 / w * (torch.pi - torch.atan(v * w / drag.G))
        rest = 1 - v / drag.G - contact
        return v * rest - drag.G / 2 * rest**2

    return slopes(height, 2.0)[1]


def test_a_stiff_spring_is_no_cure():
    """The true slope by x0 is +0.13; springs of 1e3 … 1e6/s² give −0.19 … −15.8."""
    truth = slopes(lambda x: bounce.by_impacts(x, number(0.0), 1.0, 1.0), 2.0)[1]
    assert truth == pytest.approx(0.13, abs=0.001)
    found = on_springs(number([1e3, 1e4, 1e5, 1e6]), 20_000).tolist()
    assert found == pytest.approx([-0.19, -0.06, -0.46, -15.8], abs=0.05)


def test_a_spring_counts_steps_and_errs_by_its_stiffness_times_the_step():
    """One step more or less on the ground turns the slope by k·dt, times the 0.36 s that follow.

    The height errs by the step alone, as long as the contact takes many of them.
    """
    k = torch.logspace(2, 4, 41, dtype=torch.float64)
    assert soft_slope(1e9) == pytest.approx(0.1305, abs=1e-3)
    for steps in (1000, 4000):
        wrong = on_springs(k, steps) - torch.tensor([soft_slope(x.item()) for x in k])
        ratio = wrong.abs() / (0.36 * k / steps)
        assert 0.3 < ratio.max() < 1.5


# the standard map, and Kepler's equation


def test_the_standard_map_keeps_areas():
    """Its Jacobian has determinant 1, so that what one direction gains another loses."""

    def orbit(z):
        return torch.stack(standard_map.orbit(z[0], z[1], 5.0, 4))

    j = torch.autograd.functional.jacobian(orbit, number([1.0, 0.3]))
    assert torch.linalg.det(j).item() == pytest.approx(1, rel=1e-9)


def test_neighbours_part_by_a_factor_e_in_each_kick():
    """K = 5: ln|dx_T/dx_0| grows by about ln(K/2), 1e-15 becomes 1 rad in 35 kicks."""
    x = torch.rand(4000, generator=torch.Generator().manual_seed(0)).double() * 2 * torch.pi
    x.requires_grad_()
    end, _ = standard_map.orbit(x, torch.zeros_like(x), 5.0, 20)
    (grown,) = torch.autograd.grad(end.sum(), x)
    assert (grown.abs().log().mean() / 20).item() == pytest.approx(1.0, abs=0.05)
    pair = number([1.0, 1.0 + 1e-15])
    apart = [
        (lambda x: (x[0] - x[1]).abs().item())(standard_map.orbit(pair, 0 * pair, 5.0, n)[0])
        for n in range(1, 45)
    ]
    assert next(n for n, d in enumerate(apart, 1) if d > 1) == pytest.approx(35, abs=3)


@settings(max_examples=40, deadline=None)
@given(e=st.floats(0, 0.97), M=st.floats(0.001, 6.28))
def test_solvers_of_keplers_equation_agree(e, M):
    by_newton = kepler.newton(number(e), number(M), 40)
    halved = kepler.bisection(number(e), number(M))
    assert abs(kepler.equation(by_newton, number(e), number(M)).item()) < 1e-13
    assert by_newton.item() == pytest.approx(halved.item(), abs=1e-11 / (1 - e))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: kepler.newton(number(1.2), number(1.0)), "e: got .* want an ellipse: 0 ≤ e < 1"),
        (lambda: bounce.by_impacts(number(-1.0), number(0.0), 1.0), "x0: got -1 m"),
        (lambda: bounce.by_impacts(number(1.0), number(0.0), 60.0), "comes to rest"),
        (lambda: bounce.by_impacts(number(1.0), number(0.0), 1.0, 1.5), "e: got 1.5"),
        (lambda: drag.landing(number(-0.2), number(9.0), number(0.0)), "theta: got an upward"),
        (lambda: drag.heights(number([1.0] * 3), 4), "steps: got 4 for 3 pushes"),
        (lambda: stepping.follow(lambda y: y, number(1.0), 1.0, 0), "steps: got 0"),
        (lambda: standard_map.orbit(number(1.0), number(1.0), 5.0, -1), "kicks: got -1"),
    ],
)
def test_a_mistake_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
