"""Gradients back through time: of the program, of the equation, and with few states kept."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from diffprog.autodiff.gradient_checks import central_difference, order
from diffprog.autodiff.memory import Kept
from diffprog.autodiff.through_time import backward_in_time, backward_through_steps
from diffprog.simulator import drag
from diffprog.simulator.stepping import rk4

K, T = torch.tensor(0.02, dtype=torch.float64), 4.0
START = torch.tensor([0.0, 0.0, 40.0, 40.0], dtype=torch.float64)
BAR = torch.tensor([1.0, 0.0, 0.0, 0.0], dtype=torch.float64)  # the loss is x(T)
TRUTH = -1678.91  # dL/dk, m²


def step_of(steps):
    return lambda y, k: rk4(lambda y: drag.rates(y, k), y, T / steps)


def end_of(k, steps):
    y = START
    for _ in range(steps):
        y = step_of(steps)(y, k)
    return y


def by_program(steps, **options):
    return backward_through_steps(step_of(steps), START, K, BAR, steps, **options)


def by_equation(steps):
    return backward_in_time(drag.rates, end_of(K, steps), K, BAR, T, steps)


@pytest.mark.parametrize(
    ("steps", "apart", "program", "equation"),
    [(5, 0.16, 0.15, 0.037), (10, 5.5e-3, 4.2e-3, 1.4e-3), (40, 1.2e-5, 7e-6, 5e-6)],
)
def test_two_gradients_of_one_motion(steps, apart, program, equation):
    """They differ by 16 %, 0.55 % and 1.2e-5; at few steps that of the equation is nearer."""
    of_program, of_equation = by_program(steps).theta.item(), by_equation(steps)[0].theta.item()
    differences = central_difference(lambda k: end_of(k, steps)[0], K, 1e-6).item()
    assert of_program == pytest.approx(differences, rel=1e-8)
    assert abs(of_equation / of_program - 1) == pytest.approx(apart, rel=0.1)
    reference = by_program(2000).theta.item()
    assert reference == pytest.approx(TRUTH, abs=0.005)
    assert abs(of_program / reference - 1) == pytest.approx(program, rel=0.1)
    assert abs(of_equation / reference - 1) == pytest.approx(equation, rel=0.1)


def test_both_errors_fall_as_the_fourth_power_of_the_step():
    """Measured from 20 to 80 steps: 4.3 and 4.0; the first still approaches 4 from above."""
    reference, steps = by_program(300).theta, [20, 40, 80]
    for gradient, wanted in ((by_program, 4.3), (lambda n: by_equation(n)[0], 4.0)):
        errors = torch.stack([(gradient(n).theta / reference - 1).abs() for n in steps])
        assert order(T / torch.tensor(steps).double(), errors) == pytest.approx(wanted, abs=0.15)


def test_near_a_minimum_of_the_program_the_adjoint_points_uphill():
    """Five steps, loss −(x + z), launched at 0.88 rad: the two slopes have opposite signs."""
    bar, speed = torch.tensor([-1.0, -1.0, 0.0, 0.0]).double(), START[2:].norm()
    angle = torch.tensor(0.88, dtype=torch.float64, requires_grad=True)
    start = drag.launch(angle, speed)
    of_program = backward_through_steps(step_of(5), start, K, bar, 5)
    end = start.detach()
    for _ in range(5):
        end = step_of(5)(end, K)
    of_equation, _ = backward_in_time(drag.rates, end, K, bar, T, 5)
    slopes = [
        torch.autograd.grad(start, angle, gradients.start, retain_graph=True)[0].item()
        for gradients in (of_program, of_equation)
    ]
    assert slopes == pytest.approx([0.251, -0.182], abs=1e-3)


WAYS = {
    "segments": {"at_once": 8, "parts": 8},
    "halves": {"at_once": 1, "parts": 2},
    "unequal": {"at_once": 5, "parts": 3},
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@settings(max_examples=6, deadline=None)
@given(steps=st.integers(1, 40))
def test_keeping_fewer_states_gives_the_same_gradient(way, steps):
    for got, want in zip(by_program(steps, **way), by_program(steps), strict=True):
        torch.testing.assert_close(got, want, rtol=1e-12, atol=1e-12)


def test_few_states_cost_more_runs():
    """Of 1024 steps: 20 480, 568 and 56 numbers kept, in 1, 2 and 6 runs."""
    n = 1024
    wanted = {(None, 2): (1, 20_480), (16, 64): (2, 568), (1, 2): (6, 56)}
    for (at_once, parts), (runs, numbers) in wanted.items():
        memory = Kept()
        calls: list[int] = []

        def step(y, k, memory=memory, calls=calls):
            calls.append(1)
            after = step_of(n)(y, k)
            return after if torch.is_grad_enabled() else memory.hold(after)

        with memory:
            backward_through_steps(step, START, K, BAR, n, at_once=at_once, parts=parts)
        assert len(calls) / n == pytest.approx(runs, abs=0.02)
        assert memory.most == numbers


@pytest.mark.parametrize(
    ("gamma", "dtype", "back"), [(10.0, torch.float64, 0.98), (5.0, torch.float32, 1.96)]
)
def test_a_motion_with_friction_does_not_run_back(gamma, dtype, back):
    """40 m/s at the start come back as 0.98 m/s: the end does not know any more."""
    y = torch.tensor([0.0, 40.0], dtype=dtype)

    def f(y, theta):
        return torch.stack([y[1], 9.8 - theta * y[1]])

    theta = torch.tensor(gamma, dtype=dtype)
    end = y
    for _ in range(2000):
        end = rk4(lambda y: f(y, theta), end, 4.0 / 2000)
    _, start = backward_in_time(f, end, theta, torch.ones_like(y), 4.0, 2000)
    assert start[1].item() == pytest.approx(back, rel=0.05)


def test_the_gradient_of_a_motion_that_forgets_needs_states_that_were_kept():
    """A bead in oil, friction 10/s: by the state run back, half of the gradient is missing."""
    y, theta = torch.tensor([0.0, 40.0]).double(), torch.tensor(10.0).double()
    bar, n = torch.tensor([1.0, 0.0]).double(), 200

    def f(y, theta):
        return torch.stack([y[1], 9.8 - theta * y[1]])

    def step(y, theta):
        return rk4(lambda y: f(y, theta), y, T / n)

    def depth(theta):
        left = (1 - torch.exp(-theta * T)) / theta
        return 9.8 * T / theta + (40 - 9.8 / theta) * left

    exact = torch.func.grad(depth)(theta).item()
    kept = backward_through_steps(step, y, theta, bar, n, at_once=20, parts=10)
    assert kept.theta.item() == pytest.approx(exact, rel=1e-9)
    end = y
    for _ in range(n):
        end = step(end, theta)
    by_the_end, _ = backward_in_time(f, end, theta, bar, T, n)
    assert by_the_end.start.tolist() == pytest.approx(kept.start.tolist(), rel=1e-9)
    assert by_the_end.theta.item() / exact == pytest.approx(0.495, abs=0.01)


def test_parameters_that_do_not_matter_have_gradient_zero():
    theta = torch.ones(2, 3, dtype=torch.float64)
    found = backward_through_steps(lambda y, theta: 2 * y, START, theta, BAR, 3)
    assert found.start.tolist() == (8 * BAR).tolist()
    assert found.theta.tolist() == torch.zeros(2, 3).tolist()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: by_program(4, parts=1), "parts: got 1"),
        (lambda: by_program(4, at_once=0), "at_once: got 0"),
        (lambda: backward_through_steps(step_of(2), START, K, BAR[:2], 2), "bar: got shape"),
        (lambda: backward_in_time(drag.rates, START, K, BAR, -1.0, 2), "duration: got -1.0"),
    ],
)
def test_a_mistake_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
