"""What `part4/chaos` says of the standard map with K = 5: its gradients, values and fits."""

import math

import pytest
import torch

from diffprog.autodiff.gradient_checks import central_difference
from diffprog.relaxations.estimators import reparameterised, score_function_normal
from diffprog.simulator.standard_map import orbit

K, MU, SIGMA = 5.0, torch.tensor(1.0, dtype=torch.float64), 0.1


def normal(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def cosine(kicks):
    """The cosine of the last angle, as a function of the start."""
    return lambda x: torch.cos(orbit(x, 0 * x, K, kicks)[0])


def run(kick, kicks):
    x, p, angles = torch.ones_like(kick), torch.zeros_like(kick), []
    for _ in range(kicks):
        x, p = orbit(x, p, kick, 1)
        angles.append(x)
    return torch.stack(angles, -1)


def loss(kick, angles):
    return (1 - torch.cos(run(kick, angles.shape[-1]) - angles)).mean(-1)


def grow(kick, angles):
    """Gauss–Newton with 1, 2, … of the angles."""
    for kicks in range(1, angles.shape[-1] + 1):
        for _ in range(2):
            both = torch.func.jvp(lambda k, n=kicks: run(k, n), (kick,), (torch.ones_like(kick),))
            x, dx = both[0], both[1]
            kick = kick - (torch.sin(x - angles[..., :kicks]) * dx).sum(-1) / (dx**2).sum(-1)
    return kick


def grid(points=100_001):
    """Nodes and weights of the mean over standard normal numbers."""
    x = torch.linspace(-5, 5, points, dtype=torch.float64)
    weight = torch.exp(-(x**2) / 2)
    return x, weight / weight.sum()


# Two spreads


def test_the_pathwise_gradient_has_the_larger_spread_from_the_second_kick_on():
    """9.5 after 2 kicks, 5.8e4 after 8, 1.7e7 after 12; the score function stays near 7."""
    eps = SIGMA * normal(20_000)
    spread = {
        n: (reparameterised(cosine(n), MU, eps).std().item(),
            score_function_normal(cosine(n), MU, SIGMA, eps).std().item())
        for n in (1, 2, 4, 8, 12)
    }  # fmt: skip
    assert spread[1][0] < spread[1][1]
    assert all(path > score for n, (path, score) in spread.items() if n > 1)
    assert spread[2][0] == pytest.approx(9.5, rel=0.03)  # known to 1 % from 30 000 draws
    assert spread[8][0] == pytest.approx(5.8e4, rel=0.1)  # few starts decide: heavy tails
    assert spread[12][0] == pytest.approx(1.7e7, rel=0.4)
    assert all(6 < score < 7.4 for n, (_, score) in spread.items() if n > 1)


def test_both_estimates_have_the_slope_of_the_average():
    x, weight = grid()
    eps = SIGMA * normal(20_000, seed=1)
    for n, slope in ((1, 3.12), (2, 4.67), (4, 1.71)):
        exact = (weight * cosine(n)(1 + SIGMA * x) * x / SIGMA).sum().item()
        assert exact == pytest.approx(slope, abs=0.005)
        for g in (
            reparameterised(cosine(n), MU, eps),
            score_function_normal(cosine(n), MU, SIGMA, eps),
        ):
            assert abs(g.mean() - exact) < 4 * g.std() / len(g) ** 0.5


def test_the_root_mean_square_grows_by_four_in_a_kick():
    """√(4 + K²/2) = 4.06 for independent angles; the typical factor is e^1.0."""
    x = (2 * torch.pi * torch.rand(20_000, generator=torch.Generator().manual_seed(0))).double()
    x.requires_grad_()
    (grown,) = torch.autograd.grad(orbit(x, 0 * x, K, 10)[0].sum(), x)
    assert grown.pow(2).mean().item() ** (1 / 20) == pytest.approx(4.06, rel=0.03)
    assert grown.abs().log().mean().item() / 10 == pytest.approx(1.0, abs=0.05)


def test_the_mean_logarithm_of_a_factor_is_that_of_half_the_kick():
    angles = 2 * torch.pi * (torch.arange(100_000, dtype=torch.float64) + 0.5) / 100_000
    for kick in (2.5, 5.0, 9.0):
        mean = (2 + kick * angles.cos()).abs().log().mean().item()
        assert mean == pytest.approx(math.log(kick / 2), abs=1e-3)


def test_the_mean_of_clipped_gradients_has_the_wrong_sign():
    g = reparameterised(cosine(4), MU, SIGMA * normal(100_000, seed=2)).clamp(-10, 10)
    assert g.mean() < -2.5 * g.std() / len(g) ** 0.5


def test_a_truncated_gradient_is_the_slope_in_the_last_kicks_alone():
    x, weight = grid(20_001)
    start = 1 + SIGMA * x
    for through, slope in ((1, -0.02), (2, 0.24), (3, 0.45), (4, 0.91)):
        angle, turn = orbit(start, 0 * start, K, 4 - through)

        def mean(kick, angle=angle, turn=turn, through=through):
            return (weight * torch.cos(orbit(angle, turn, kick, through)[0])).sum()

        at = torch.tensor(K, dtype=torch.float64)
        found = torch.func.grad(mean)(at)
        assert found.item() == pytest.approx(slope, abs=0.005)
        difference = central_difference(mean, at, 1e-6)
        assert found.item() == pytest.approx(difference.item(), rel=1e-5)


# The horizon of the value


def from_two_angles(x, kicks):
    before = x
    for _ in range(kicks):
        x, before = 2 * x - before + K * torch.sin(x), x
    return x


def test_two_equal_programs_disagree_where_neither_is_right():
    """Against eighty digits: both right to 1e-3 rad after 25 kicks, no digit left after 45."""
    mpmath = pytest.importorskip("mpmath")  # it comes with PyTorch, by SymPy
    x, p, exact = mpmath.mpf(1), mpmath.mpf(0), []
    with mpmath.workdps(80):
        for _ in range(60):
            p += 5 * mpmath.sin(x)
            x += p
            exact.append(x)
        programs = [lambda n: orbit(MU, 0 * MU, K, n)[0], lambda n: from_two_angles(MU, n)]
        for program in programs:
            off = [abs(float(program(n).item() - exact[n - 1])) for n in range(1, 61)]
            assert max(off[:25]) < 1e-3
            assert min(off[45:]) > 0.5
            assert next(n for n, d in enumerate(off, 1) if d > 1) == pytest.approx(39, abs=4)


def test_averages_survive_beyond_the_horizon():
    start = 1 + SIGMA * normal(50_000, seed=3)
    one, two = cosine(60)(start), torch.cos(from_two_angles(start, 60))
    error = one.std() / len(one) ** 0.5
    assert abs(one.mean() - two.mean()) < 4 * error * 2**0.5
    assert abs(torch.corrcoef(torch.stack([one, two]))[0, 1]) < 0.03


# Fits of the strength


@pytest.mark.slow
@pytest.mark.parametrize("rate", [0.02, 0.1])
def test_a_fit_to_a_long_run_stops_elsewhere(rate):
    """From 4.5 rad, forty sets of data: three angles find 5 rad, thirty do not."""
    for kicks, low, high in ((3, 35, 40), (30, 0, 5)):
        truth = torch.full((40,), K, dtype=torch.float64)
        angles = run(truth, kicks) + 0.01 * normal(40, kicks, seed=4)
        kick = torch.full_like(truth, 4.5).requires_grad_()
        adam = torch.optim.Adam([kick], lr=rate)
        for _ in range(80):
            adam.zero_grad()
            loss(kick, angles).sum().backward()
            adam.step()
        assert low <= ((kick - K).abs() < 0.05).sum() <= high


def test_a_horizon_that_grows_finds_the_strength_to_its_last_digits():
    truth = torch.full((40,), K, dtype=torch.float64)
    angles = run(truth, 30) + 0.01 * normal(40, 30, seed=5)
    off = (grow(truth - 0.5, angles) - K).abs()
    assert off.median() < 1e-14
    assert off.max() < 1e-12


def test_with_uneven_kicks_restarts_do_better_than_a_long_run():
    kicks = K * (1 + 0.01 * normal(40, 30, seed=6))
    x, p, angles = torch.ones(40).double(), torch.zeros(40).double(), []
    for kick in kicks.T:
        x, p = orbit(x, p, kick, 1)
        angles.append(x)
    angles = torch.stack(angles, -1) + 0.01 * normal(40, 30, seed=7)
    grown = grow(torch.full((40,), 4.5).double(), angles)
    seen = torch.cat([torch.ones(40, 2).double(), angles], -1)
    before, now, after = seen[:, :-2], seen[:, 1:-1], seen[:, 2:]
    push, sine = after - 2 * now + before, now.sin()
    restarted = torch.full((40, 1), 4.5).double()
    for _ in range(20):  # of Gauss–Newton, for the mean of 1 − cos
        r = torch.sin(restarted * sine - push)
        restarted = restarted - (r * sine).sum(-1, keepdim=True) / sine.pow(2).sum(-1, keepdim=True)
    assert (restarted - K).abs().median() < 0.02
    assert (grown - K).abs().median() > 0.03


def test_noise_in_what_a_prediction_starts_from_biases_the_strength():
    """With angles measured to 0.1 rad, restarts find a strength that is too low."""
    seen = torch.cat([torch.ones(2).double(), run(MU * K, 30)]) + 0.1 * normal(2000, 32, seed=8)
    seen[:, :2] = 1
    push, sine = (seen[:, 2:] - 2 * seen[:, 1:-1] + seen[:, :-2]), seen[:, 1:-1].sin()
    kick = torch.full((2000, 1), K, dtype=torch.float64)
    for _ in range(60):
        kick = kick + (torch.sin(push - kick * sine) * sine).mean(-1, keepdim=True)
    error = kick.std() / 2000**0.5
    assert 4 * error < K - kick.mean() < 0.03
