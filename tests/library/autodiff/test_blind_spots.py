"""What chapter 1.3 claims of the graph: what it does not record, and what it need not keep."""

import math

import pytest
import torch
from torch import Tensor
from torch.autograd.gradcheck import gradcheck
from torch.func import grad

from diffprog.autodiff.gradient_checks import central_difference, remainders
from diffprog.simulator.bounce import by_steps

X0 = torch.tensor(2.0, dtype=torch.float64)
G, KEPT = 9.8, 0.8


def stepped(x0, v0=0.0, steps=200):
    """The height one second after a throw: the velocity turns at the end of a step."""
    x0, v0 = (torch.as_tensor(x, dtype=torch.float64) for x in (x0, v0))
    return by_steps(x0, v0, 1.0, steps, KEPT)


def exact(x0, v0=0.0):
    """The same in free flight before and after one bounce."""
    down = (v0 + (v0**2 + 2 * G * x0) ** 0.5) / G
    rest = 1 - down
    return KEPT * (G * down - v0) * rest - G / 2 * rest**2


def with_impact(x0, v0=0.0, steps=200):
    """In steps, with the time of impact solved for."""
    x, v, dt = x0, v0, 1 / steps
    for _ in range(steps):
        ahead = x + v * dt - G / 2 * dt**2
        if ahead < 0:
            s = (v + (v**2 + 2 * G * x) ** 0.5) / G
            up, rest = KEPT * (G * s - v), dt - s
            x, v = up * rest - G / 2 * rest**2, up - G * rest
        else:
            x, v = ahead, v - G * dt
    return x


# A random draw


@pytest.mark.parametrize("draw", [lambda p: torch.normal(p, 1.0), torch.poisson, torch.bernoulli])
def test_a_random_draw_has_a_node_that_hands_back_zero(draw):
    """Its mean is p, so that the derivative is one."""
    p = torch.tensor(0.5, requires_grad=True)
    mean = draw(p.expand(100)).mean()
    assert mean.requires_grad
    mean.backward()
    assert p.grad == 0


def test_a_shifted_draw_has_the_gradient_of_its_law():
    """And a difference with the same seed on both sides gives one for `torch.normal`, too."""
    p = torch.tensor(0.5, requires_grad=True)
    (p + torch.randn(64)).mean().backward()
    assert p.grad == 1

    def seeded(p: Tensor) -> Tensor:
        torch.manual_seed(0)
        return torch.normal(p.expand(100), 1.0).mean()

    assert central_difference(seeded, X0, 0.1) == pytest.approx(1)


# A decision


@pytest.mark.parametrize("steps", [10, 200, 2000])
def test_the_slope_of_a_stepped_bounce_is_one_whatever_the_step(steps):
    """No velocity is computed from x0, so x(1 s) is x0 and a constant."""
    assert grad(lambda x0: stepped(x0, steps=steps))(X0) == 1


def test_the_height_converges_and_the_slope_does_not():
    """At first order: the bounce is late by up to a step."""
    assert abs(stepped(2.0, steps=10_000) - exact(2.0)) < 1e-3
    assert grad(exact)(X0).item() == pytest.approx(0.21745, abs=1e-5)
    assert central_difference(exact, X0, 1e-4).item() == pytest.approx(0.21745, abs=1e-5)


def test_the_sign_of_the_other_slope_is_wrong():
    by_v0 = [grad(f, argnums=1)(X0, X0 * 0).item() for f in (stepped, exact)]
    assert by_v0 == pytest.approx([0.352, -0.150], abs=1e-3)


def test_the_three_checks_of_the_chapter_pass_it():
    """Rounding of heights near one, 2e-16, divided by 2h for the difference."""
    slope, one = grad(stepped)(X0), torch.ones_like(X0)
    h = 0.5 ** torch.arange(7, 17, dtype=torch.float64)
    for step in (1e-8, 1e-6, 1e-4, 1e-3):
        assert central_difference(stepped, X0, step) == pytest.approx(1, abs=4e-16 / step)
    assert gradcheck(stepped, X0.clone().requires_grad_())
    assert remainders(stepped, slope, X0, one, h).max() < 1e-15


@pytest.mark.parametrize("h", [0.03, 0.1, 0.3])
def test_a_difference_that_spans_some_teeth_tells(h):
    """A jump of about 0.03 m more or less at either end, over 2h; the third derivative is less."""
    wide = central_difference(stepped, X0, h).item()
    assert wide == pytest.approx(0.21745, abs=0.03 / (2 * h))
    assert wide < 0.5


def test_what_is_missing_does_not_depend_on_the_step():
    """−1.8·(1 + g·(t − t*)/v⁻) by x0, and t* times as much by v0, but for a step's delay."""
    fall = (2 * X0 / G) ** 0.5
    missing = -(1 + KEPT) * (1 - (1 - fall) / fall)  # v⁻ = −g·t*
    for steps in (100, 1000):
        found = grad(lambda x, v, n=steps: stepped(x, v, n), argnums=(0, 1))(X0, X0 * 0)
        wanted = grad(exact, argnums=(0, 1))(X0, X0 * 0)
        torch.testing.assert_close(found[0] + missing, wanted[0])
        assert (found[1] + fall * missing).item() == pytest.approx(wanted[1].item(), abs=1 / steps)


def test_an_exact_moment_without_a_graph_changes_no_slope():
    """The height is exact, the slopes are those to which the program in steps converges."""

    def by_plain_moment(x0, v0):
        s = ((v0 + (v0**2 + 2 * G * x0) ** 0.5) / G).detach()
        x, v = x0 + v0 * s - G / 2 * s**2, v0 - G * s
        rest = 1 - s
        return x - KEPT * v * rest - G / 2 * rest**2

    torch.testing.assert_close(by_plain_moment(X0, X0 * 0), exact(X0))
    slopes = torch.autograd.functional.jacobian(by_plain_moment, (X0, X0 * 0))
    assert [z.item() for z in slopes] == pytest.approx([1, 0.35], abs=2e-4)


def test_a_reflected_height_converges_to_a_slope_of_its_own():
    """x ← −e·x gives −0.8 at every step, and a height that errs by a few steps of 1 m/s."""

    def reflected(x, steps):
        v, dt = X0 * 0, 1 / steps
        for _ in range(steps):
            v = v - G * dt
            x = x + v * dt
            if x < 0 and v < 0:
                x, v = -KEPT * x, -KEPT * v
        return x

    for steps in (50, 500):
        assert grad(lambda x, n=steps: reflected(x, n))(X0).item() == pytest.approx(-KEPT)
        assert abs(reflected(X0, steps) - exact(X0)) < 5 / steps


@pytest.mark.parametrize(
    ("height", "last"), [(stepped, 1.43), (lambda x, v: exact(x, v), 0.90)], ids=["steps", "exact"]
)
def test_a_fit_in_steps_walks_away_from_its_target(height, last):
    """30 updates of v0 at rate 2, towards 0.9 m."""
    v = X0 * 0
    for _ in range(30):
        v = v - 2 * grad(lambda v: (height(X0, v) - 0.9) ** 2)(v)
    assert height(X0, v).item() == pytest.approx(last, abs=5e-3)


def test_a_parameter_in_a_draw_and_outside_gets_a_part_of_its_gradient():
    """Readings n/a of n ~ Poisson(20·a): the mean is 20, and backward() says −20/a."""
    gain = torch.tensor(2.0, requires_grad=True)
    noise = torch.Generator().manual_seed(0)
    reading = torch.poisson((20 * gain).expand(100_000), generator=noise) / gain
    (found,) = torch.autograd.grad(reading.mean(), gain)
    kept = reading.detach()
    score = kept - 20  # of log p: n/a − 20
    assert found.item() == pytest.approx(-10, abs=0.05)
    # The product scatters by about 60, its mean by 0.2.
    assert (found + (kept * score).mean()).item() == pytest.approx(0, abs=0.8)


def test_a_result_that_is_only_counted_has_no_graph():
    """The range of a throw, by adding up steps until it lands; truth 2·5/9.8 for each m/s."""
    v0 = torch.tensor(2.0, requires_grad=True)
    x, v, reached = torch.tensor(0.0), v0, torch.tensor(0.0)
    while x >= 0:
        v = v - G * 0.001
        x = x + v * 0.001
        reached = reached + 5.0 * 0.001
    with pytest.raises(RuntimeError, match="does not require grad"):
        reached.backward()


def test_with_the_time_of_impact_both_slopes_are_right():
    for argument in (0, 1):
        slopes = [grad(f, argnums=argument)(X0, X0 * 0) for f in (with_impact, exact)]
        torch.testing.assert_close(*slopes)


# Checkpointing


def flight(x: Tensor, v: Tensor, push: Tensor) -> tuple[Tensor, Tensor]:
    for extra in push.unbind():
        v = v + (extra - G - 0.02 * v * abs(v)) * 0.1
        x = x + v * 0.1
    return x, v


def saved_by(run):
    saved: list[int] = []

    def pack(z: Tensor) -> Tensor:
        saved.append(z.numel())
        return z

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda z: z):
        result = run()
    return result, sum(saved)


def test_segments_give_the_gradient_with_a_twentieth_of_the_memory():
    """√n segments of √n steps: 2·(√n + 1) numbers of states, and what the steps of one save."""
    n, size = 1024, 32
    push = torch.zeros(n, dtype=torch.float64, requires_grad=True)
    ten = torch.tensor(10.0, dtype=torch.float64)
    (x, _), whole = saved_by(lambda: flight(ten, ten, push))
    x.backward()
    states = [(ten, ten)]
    for segment in push.detach().split(size):
        states.append(flight(*states[-1], segment))
    bars, pieces, most = [torch.ones_like(x), torch.zeros_like(x)], [], 0
    for i in reversed(range(n // size)):
        segment = push.detach()[i * size : (i + 1) * size]
        before, speed, pushes = inputs = [z.clone().requires_grad_() for z in (*states[i], segment)]
        ends, saved = saved_by(lambda a=before, b=speed, c=pushes: flight(a, b, c))
        *bars, piece = torch.autograd.grad(ends, inputs, bars)
        pieces.append(piece)
        most = max(most, saved)
    torch.testing.assert_close(torch.cat(pieces[::-1]), push.grad)
    assert most + 2 * len(states) < whole / 18
    assert whole == pytest.approx(3 * n, rel=0.01)
    assert math.isqrt(n) == size
