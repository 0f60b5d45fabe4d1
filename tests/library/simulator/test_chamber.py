"""A drift chamber calibrates itself with its tracks, where they cross it, and by its likelihood."""

import math

import pytest
import torch
from scipy import stats

from diffprog.loops.newton import newton
from diffprog.simulator import chamber

TRACKS = 60


def fit(data):
    return newton(lambda p: chamber.nll(p, *data), chamber.first_guess(data.t))


def by_least_squares(data, weights):
    """Fit with weights that are computed anew from each fit, or that follow the parameters."""

    def inverse_variance(p):
        return 1 / (chamber.SPREAD * chamber.expected(p)[1]) ** 2

    p = chamber.first_guess(data.t)
    if weights == "follow":
        return newton(lambda p: chamber.chi2(p, data.t, data.q, data.s, inverse_variance(p)), p)
    for _ in range(4):
        w = inverse_variance(p).detach()
        found = newton(lambda p, w=w: chamber.chi2(p, data.t, data.q, data.s, w), p)
        p = found.theta
    return found


@pytest.mark.parametrize(("crossing", "rank"), [(0, 120), (1, 122)])
def test_times_need_a_track_that_crosses_the_gap(crossing, rank):
    """v, t₀ and 60 tracks are 122 unknowns; without a crossing track two are free."""
    p = chamber.truth(TRACKS, crossing, 0)

    def times(p):
        t, _, ends = chamber.expected(p)
        return torch.cat([t.flatten(), ends if crossing else ends[:0]])

    j = torch.func.jacfwd(times)(p)[:, [0, 1, *range(24, 144)]]
    s = torch.linalg.svdvals(j)
    assert j.shape[1] == 122
    assert (s > 1e-9 * s[0]).sum() == rank


def test_the_fit_of_144_unknowns_takes_a_few_steps_and_finds_them():
    p = chamber.truth(TRACKS, 5, 0)
    found = fit(chamber.generate(p, 5, 1))
    assert found.found()
    assert found.steps <= 10
    errors = torch.linalg.inv(found.hessian).diagonal().sqrt()
    # In the units of p. v and t₀: from the ends of five tracks, as in ex-how-many, to which the
    # charges add little. τ ± 8 % and G ± 2 %: a Hessian varies with the data, by a tenth.
    from_ends = [(2 / 5) ** 0.5 * 1.6e-3, (1 / 5) ** 0.5 / 100]
    assert errors[:2].tolist() == pytest.approx(from_ends, rel=0.02)
    assert errors[2:4].tolist() == pytest.approx([0.08, 0.019], rel=0.1)
    pulls = (found.theta - p) / errors
    # 144 standard normal numbers, of which the tracks' are correlated.
    assert pulls.abs().max() < 4
    assert 0.8 < pulls.std() < 1.2


@pytest.mark.parametrize(("crossing", "rank"), [(0, 143), (5, 144)])
def test_charges_without_a_crossing_track_leave_one_direction_free(crossing, rank):
    """A later t₀ goes with nearer tracks and a smaller gain: Δln G = −Δt₀/τ, Δl₀ = −v·Δt₀."""
    p = chamber.truth(TRACKS, crossing, 0)

    def seen(p):
        t, μ, ends = chamber.expected(p)
        mean = 100 * p[4:24].mean()[None]
        return torch.cat(
            [t.flatten(), μ.log().flatten() / chamber.WIDTH, mean, ends[: 2 * crossing]]
        )

    j = torch.func.jacfwd(seen)(p)
    _, s, v = torch.linalg.svd(j, full_matrices=False)
    assert (s > 1e-9 * s[0]).sum() == rank
    if not crossing:
        null = v[-1] / v[-1, 1] / 100  # for a microsecond
        wanted = torch.zeros_like(p)
        wanted[1], wanted[3], wanted[24:84] = 0.01, -1 / 1500, -1.6e-3
        torch.testing.assert_close(null, wanted, rtol=1e-6, atol=1e-9)


@pytest.mark.exhaustive
def test_the_bars_keep_their_promise_and_least_squares_with_moving_weights_does_not():
    """60 experiments: coverage 68 % ± 6; the gain is off by SPREAD²/MEAN² = 7.8 % where the
    weights follow the parameters, since a larger μ then makes larger errors, and right where they
    do not.
    """
    p = chamber.truth(TRACKS, 5, 0)
    g = torch.Generator().manual_seed(5)
    rows: dict[str, list[torch.Tensor]] = {"likelihood": [], "fixed": [], "follow": []}
    for _ in range(60):
        data = chamber.generate(p, 5, g)
        for name, row in rows.items():
            found = fit(data) if name == "likelihood" else by_least_squares(data, name)
            assert found.found()
            error = torch.linalg.inv(found.hessian).diagonal().sqrt()
            row.append(torch.stack([found.theta - p, error])[:, :4])
    deviation, error = torch.stack(rows["likelihood"]).unbind(1)
    bias = deviation.mean(0) / (deviation.std(0) / 60**0.5)
    assert bias.abs().max() < 3.5
    inside = (deviation.abs() < error).double().mean(0)
    assert ((inside > 0.50) & (inside < 0.86)).all()  # three standard errors of 6 %
    gain = {name: torch.stack(row)[:, 0, 3] for name, row in rows.items()}
    standard = {name: x.std() / 60**0.5 for name, x in gain.items()}
    assert abs(gain["fixed"].mean()) < 3.5 * standard["fixed"]
    expected = (chamber.SPREAD / chamber.MEAN) ** 2
    assert abs(gain["follow"].mean() - math.log1p(expected)) < 4 * standard["follow"]


def test_charges_have_moyal_s_distribution():
    """Oracle: SciPy's moyal, by a test of Kolmogorov and Smirnov."""
    p = chamber.truth(100, 0, 0)
    _, μ, _ = chamber.expected(p)
    q = chamber.generate(p, 0, 2).q
    ξ = ((q - μ) / (chamber.WIDTH * μ)).flatten().numpy()
    assert stats.kstest(ξ, stats.moyal.cdf).pvalue > 1e-3
    assert pytest.approx(1 + chamber.WIDTH * stats.moyal.mean()) == chamber.MEAN
    assert pytest.approx(chamber.WIDTH * stats.moyal.std()) == chamber.SPREAD


def test_the_likelihood_of_charges_is_moyal_s():
    p = chamber.truth(4, 0, 0)
    data = chamber.generate(p, 0, 1)
    _, μ, _ = chamber.expected(p)
    other = data.q * 1.1

    def reference(q):
        density = stats.moyal.logpdf(q.numpy(), μ.numpy(), (chamber.WIDTH * μ).numpy())
        return -density.sum()

    ours = chamber.nll(p, data.t, other, data.s) - chamber.nll(p, data.t, data.q, data.s)
    assert ours.item() == pytest.approx(reference(other) - reference(data.q), rel=1e-10)


def test_charges_alone_cannot_tell_the_gain_from_the_channels():
    """The mean of the gains is held at zero, which is what makes G one number."""
    p = chamber.truth(10, 0, 0)
    moved = p.clone()
    moved[3] -= 0.1
    moved[4:24] += 0.1
    torch.testing.assert_close(chamber.expected(p)[1], chamber.expected(moved)[1])
    data = chamber.generate(p, 0, 0)
    assert chamber.nll(moved, *data) > chamber.nll(p, *data) + 10


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: chamber.expected(torch.zeros(25)), "p: got shape"),
        (lambda: chamber.truth(0, 0, 0), "tracks: got 0"),
        (lambda: chamber.first_guess(torch.zeros(3)), "t: got shape"),
    ],
)
def test_bad_arguments_are_told(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_a_gain_whose_weights_follow_is_too_large_and_right_with_the_logarithm():
    """By 7.8 %, SPREAD²/MEAN², since the mean of q² is mean² + variance; one gain, μ = 1."""
    g = torch.Generator().manual_seed(0)
    ξ = -torch.log(torch.randn(200_000, generator=g, dtype=torch.float64) ** 2)
    q = 1 + chamber.WIDTH * ξ

    def loss(p, price):
        pulls = (q - chamber.MEAN * p.exp()) / (chamber.SPREAD * p.exp())
        return (pulls**2 / 2 + price * p).mean()

    def gain(price):
        return newton(lambda p: loss(p, price), torch.zeros(1, dtype=torch.float64)).theta.exp()

    exact = (q**2).mean() / q.mean() / chamber.MEAN
    assert gain(0).item() == pytest.approx(exact.item(), rel=1e-6)
    # A charge scatters by 28 % of its mean: 0.1 % for the mean of them, 0.3 % for their squares.
    assert gain(0).item() - 1 == pytest.approx((chamber.SPREAD / chamber.MEAN) ** 2, abs=0.005)
    assert gain(1).item() == pytest.approx(1, abs=0.005)
