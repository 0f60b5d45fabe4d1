"""inference.uncertainty: what chapter 1.6 claims about errors, tested by simulated experiments."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats
from torch import Tensor

from diffprog.autodiff.curvature import hessian, jacobian
from diffprog.inference.uncertainty import (
    correlation,
    covariance,
    coverage,
    delta_chi2,
    fitted_sigma,
    linear_fits,
    region_content,
    standard_errors,
    toys,
)
from diffprog.loops.descent import gradient_descent
from diffprog.simulator.ball import position

SIGMA = 0.5  # m
N = 20  # ten times, two coordinates
HEIGHT = [1, 3, 5]  # a, v0 and x0 along the second axis of space
TRIALS = 20_000
FOUR_SIGMA = 4 * math.sqrt(0.68 * 0.32 / TRIALS)  # of a fraction near 68 % of so many toys

t = torch.linspace(0, 5, 10)[:, None]
truth = torch.tensor([[[0, -9.8]], [[5.0, 10]], [[0, 10.0]]])
few = settings(max_examples=30, deadline=None)


def model(theta: Tensor) -> Tensor:
    return position(t, *theta)


@pytest.fixture(scope="module")
def h() -> Tensor:
    return hessian(lambda theta: ((model(theta) - model(truth)) ** 2).mean(), truth)


@pytest.fixture(scope="module")
def c(h: Tensor) -> Tensor:
    return covariance(h, SIGMA, N)


@pytest.fixture(scope="module")
def x() -> Tensor:
    return jacobian(model, truth)


@pytest.fixture(scope="module")
def data() -> Tensor:
    return toys(model(truth), SIGMA, TRIALS, seed=1).reshape(TRIALS, N)


@pytest.fixture(scope="module")
def fits(x: Tensor, data: Tensor) -> Tensor:
    return linear_fits(x, data)


# Errors of one fit


def test_the_standard_errors_of_the_ball(c: Tensor) -> None:
    errors = standard_errors(c).reshape(3, 2)
    expected = torch.tensor([[0.1410], [0.3662], [0.3931]])
    torch.testing.assert_close(errors, expected.expand(3, 2), rtol=0, atol=1e-4)


def test_a_and_v0_are_nearly_one_parameter(c: Tensor) -> None:
    r = correlation(c)[HEIGHT][:, HEIGHT]
    assert r[0, 1].item() == pytest.approx(-0.963, abs=5e-4)
    assert r[0, 2].item() == pytest.approx(0.664, abs=5e-4)
    assert r[1, 2].item() == pytest.approx(-0.810, abs=5e-4)


def test_covariance_is_that_of_linear_least_squares(c: Tensor, x: Tensor) -> None:
    """σ²·(XᵀX)⁻¹, to the condition number 500 times the rounding of float32."""
    torch.testing.assert_close(c, SIGMA**2 * torch.linalg.inv(x.T @ x), rtol=1e-3, atol=1e-5)


def test_the_matrix_that_bfgs_builds_up_is_not_the_covariance() -> None:
    """Chapter 1.5's warning: from starts near the minimum, 1.8 times too long in the median."""
    t64 = t.double()
    x = torch.cat([t64**2 / 2, t64, torch.ones_like(t64)], 1)
    y = toys(x @ torch.tensor([-9.8, 10, 10]).double(), SIGMA, 200, seed=16)
    random = torch.Generator().manual_seed(1)
    near = linear_fits(x, y) + 0.02 * torch.randn(200, 3, generator=random, dtype=torch.float64)
    columns, bars = x.numpy(), []
    for heights, start in zip(y.numpy(), near.numpy(), strict=True):
        fit = optimize.minimize(
            lambda p, h=heights: ((columns @ p - h) ** 2).sum() / (2 * SIGMA**2),
            start,
            jac=lambda p, h=heights: (columns @ p - h) @ columns / SIGMA**2,
            method="BFGS",
        )
        assert fit.success
        bars.append(torch.tensor(fit.hess_inv).diagonal().sqrt())
    right = SIGMA * torch.linalg.inv(x.T @ x).diagonal().sqrt()
    median = (torch.stack(bars) / right).median(0).values
    assert median.min() > 1.5
    assert median.max() < 2.1


def test_covariance_is_that_of_the_fits(c: Tensor, fits: Tensor) -> None:
    """A variance from 20 000 toys is good to √(2/20 000) = 1 %."""
    torch.testing.assert_close(
        fits.T.cov() / c.diagonal().max(), c / c.diagonal().max(), rtol=0.05, atol=0.02
    )


def test_a_fit_at_many_times_at_once_is_many_fits(x: Tensor, data: Tensor, fits: Tensor) -> None:
    for i in (0, 7):
        torch.testing.assert_close(linear_fits(x, data[i]), fits[i], rtol=1e-4, atol=1e-3)


# Coverage


def test_the_errors_cover_68_per_cent(c: Tensor, fits: Tensor) -> None:
    """A theorem for a linear model and normal noise."""
    covered = coverage(fits, standard_errors(c), truth.flatten())
    assert covered.shape == (6,)
    torch.testing.assert_close(covered, torch.full((6,), 0.6827), rtol=0, atol=FOUR_SIGMA)


def test_the_inverse_hessian_itself_covers_everything(h: Tensor, fits: Tensor) -> None:
    """Its errors are √(N/2)/σ = 6.3 times too large here: forgotten are σ and the mean."""
    raw = torch.linalg.inv(h).diagonal().sqrt()
    torch.testing.assert_close(raw[HEIGHT], torch.tensor([0.892, 2.316, 2.486]), rtol=0, atol=1e-3)
    assert (coverage(fits, raw, truth.flatten()) > 0.9999).all()


@pytest.mark.parametrize(("counted", "expected"), [(0, 0.5832), (6, 0.6657)])
def test_sigma_from_the_residuals(
    counted: int, expected: float, c: Tensor, x: Tensor, data: Tensor, fits: Tensor
) -> None:
    """Without degrees of freedom 58 %; with them 67 %: Student's t with 14, not yet a normal."""
    student = stats.t(N - 6)
    width = math.sqrt((N - 6) / (N - counted))
    assert student.cdf(width) - student.cdf(-width) == pytest.approx(expected, abs=1e-4)
    sigma = fitted_sigma(data - fits @ x.T, counted)
    errors = sigma[:, None] / SIGMA * standard_errors(c)
    covered = coverage(fits, errors, truth.flatten())
    torch.testing.assert_close(covered, torch.full((6,), expected), rtol=0, atol=FOUR_SIGMA)


def test_fitted_sigma_is_unbiased_in_the_square(x: Tensor, data: Tensor, fits: Tensor) -> None:
    squares = fitted_sigma(data - fits @ x.T, 6) ** 2
    # The variance of σ̂² is 2σ⁴/14.
    error = 4 * SIGMA**2 * math.sqrt(2 / 14 / TRIALS)
    assert squares.mean().item() == pytest.approx(SIGMA**2, abs=error)


def test_a_joint_region_of_one_unit_covers_20_per_cent(c: Tensor, fits: Tensor) -> None:
    """For three parameters; Δχ² < 3.527 is the region that covers 68 %."""
    d = delta_chi2(fits[:, HEIGHT], truth.flatten()[HEIGHT], c[HEIGHT][:, HEIGHT])
    assert region_content(1, 3) == pytest.approx(0.19875, abs=1e-5)
    assert region_content(3.527, 3) == pytest.approx(0.6827, abs=1e-4)
    for delta in (1, 3.527):
        covered = (d < delta).float().mean().item()
        assert covered == pytest.approx(region_content(delta, 3), abs=FOUR_SIGMA)


def test_a_fit_stopped_early_covers_too_little(c: Tensor) -> None:
    """1000 steps at 0.01 are one length of the flattest direction, 1/(ηλ) = 1100 steps."""
    n = 400
    measured = toys(model(truth), SIGMA, n, seed=2)
    start = {name: torch.zeros(n, 1, 2, requires_grad=True) for name in ("a", "v0", "x0")}
    # The sum over toys: each has its own parameters, so each descends on its own.
    gradient_descent(
        lambda: ((position(t, **start) - measured) ** 2).mean((-2, -1)).sum(), start, 0.01, 1000
    )
    fits = torch.cat([p.detach()[:, 0] for p in start.values()], dim=1)
    covered = coverage(fits, standard_errors(c), truth.flatten())
    assert (covered < 0.45).all()  # 5 and 37 % for a, 2 and 29 % for v0, 2 and 31 % for x0
    assert (covered[0::2] < 0.1).all()


# The functions


@few
@given(st.integers(1, 5), st.integers(0, 2**31), st.floats(0.1, 10))
def test_covariance_grows_with_the_square_of_sigma_and_correlation_does_not(
    p: int, seed: int, scale: float
) -> None:
    a = torch.randn(p + 2, p, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    h = a.T @ a + 0.1 * torch.eye(p, dtype=torch.float64)
    one, other = covariance(h, 1.0, 7), covariance(h, scale, 7)
    torch.testing.assert_close(other, scale**2 * one)
    torch.testing.assert_close(correlation(other), correlation(one))
    assert (correlation(one).abs() <= 1 + 1e-9).all()
    torch.testing.assert_close(correlation(one).diagonal(), torch.ones(p, dtype=torch.float64))


@few
@given(st.integers(1, 4), st.integers(0, 2**31))
def test_delta_chi2_does_not_depend_on_the_parameters_chosen(p: int, seed: int) -> None:
    """θ → Mθ takes C to MCMᵀ and leaves Δχ² alone."""
    g = torch.Generator().manual_seed(seed)
    a, m = torch.randn(2, p, p, generator=g, dtype=torch.float64)
    one = torch.eye(p, dtype=torch.float64)
    c, m = a @ a.T + one, m @ m.T + one
    estimate, truth = torch.randn(5, p, generator=g).double(), torch.zeros(p).double()
    d = delta_chi2(estimate, truth, c)
    assert d.shape == (5,)
    torch.testing.assert_close(d, delta_chi2(estimate @ m.T, truth, m @ c @ m.T))


@few
@given(st.floats(1e-3, 50), st.integers(1, 10))
def test_region_content_is_the_chi2_distribution(delta: float, p: int) -> None:
    assert region_content(delta, p) == pytest.approx(stats.chi2(p).cdf(delta), abs=1e-12)


def test_a_batch_of_hessians_and_sigmas() -> None:
    h = torch.stack([torch.eye(2), 2 * torch.eye(2)])
    c = covariance(h, torch.tensor([1.0, 2.0]), 4)
    variances = torch.tensor([[0.5, 0.5], [1, 1]])  # 2·1²/4 over 1, 2·2²/4 over 2
    torch.testing.assert_close(standard_errors(c) ** 2, variances)


def test_toys_are_reproducible_and_have_the_noise_asked_for() -> None:
    m = torch.arange(6.0, dtype=torch.float64).reshape(3, 2)
    y = toys(m, 2.0, 5000, seed=3)
    assert y.shape == (5000, 3, 2)
    assert y.dtype == torch.float64
    assert torch.equal(y, toys(m, 2.0, 5000, torch.Generator().manual_seed(3)))
    assert not torch.equal(y, toys(m, 2.0, 5000, seed=4))
    torch.testing.assert_close(y.mean(0), m, rtol=0, atol=4 * 2 / math.sqrt(5000))
    torch.testing.assert_close(y.std(0), torch.full_like(m, 2), rtol=0, atol=4 * 2 / math.sqrt(1e4))


def test_toys_in_double_precision_have_noise_in_double_precision() -> None:
    noise = toys(torch.zeros(100).double(), 1.0, 1, seed=0)
    assert (noise != noise.float().double()).all()


def test_toys_leave_the_global_generator_alone() -> None:
    before = torch.get_rng_state()
    toys(torch.zeros(3), 1.0, 2, seed=0)
    assert torch.equal(before, torch.get_rng_state())


# Errors name the argument, say what came and what is wanted.


def test_a_hessian_that_leaves_a_direction_free_is_refused() -> None:
    """Two times cannot tell three parameters: the seen eigenvalue is zero up to rounding."""
    two = torch.tensor([[1.0], [2.0]])
    h = hessian(lambda theta: (position(two, *theta) ** 2).mean(), torch.zeros(3, 1, 1))
    with pytest.raises(ValueError, match=r"^hessian: "):
        covariance(h, 1.0, 2)
    with pytest.raises(ValueError, match=r"^hessian: "):
        covariance(torch.stack([torch.eye(2), -torch.eye(2)]), 1.0, 2)
    with pytest.raises(ValueError, match=r"^hessian: "):
        covariance(torch.full((1, 1), math.nan), 1.0, 2)


def test_bad_arguments_are_named() -> None:
    one = torch.eye(2)
    with pytest.raises(ValueError, match=r"^hessian: "):
        covariance(torch.ones(2), 1.0, 2)
    with pytest.raises(ValueError, match=r"^sigma: "):
        covariance(one, 0.0, 2)
    with pytest.raises(ValueError, match=r"^n: "):
        covariance(one, 1.0, 0)
    with pytest.raises(ValueError, match=r"^sigma: "):
        covariance(one.expand(2, 2, 2), torch.ones(3), 2)
    with pytest.raises(ValueError, match=r"^covariance: "):
        standard_errors(torch.ones(2))
    with pytest.raises(ValueError, match=r"^covariance: "):
        correlation(torch.ones(3, 2))
    with pytest.raises(ValueError, match=r"^covariance: "):
        delta_chi2(torch.ones(2), torch.ones(2), torch.ones(2))
    with pytest.raises(ValueError, match=r"^parameters: "):
        fitted_sigma(torch.ones(5, 3), 3)
    for parameters in (-2, 2.5):
        with pytest.raises(ValueError, match=r"^parameters: "):
            fitted_sigma(torch.ones(5), parameters)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^residuals: "):
        fitted_sigma(torch.tensor(1.0), 0)
    with pytest.raises(ValueError, match=r"^residuals: "):
        fitted_sigma(torch.ones(5, 3).long(), 1)
    with pytest.raises(ValueError, match=r"^data: "):
        linear_fits(torch.ones(5, 2), torch.ones(4, 3))
    with pytest.raises(ValueError, match=r"^X: "):
        linear_fits(torch.ones(5, 2).long(), torch.ones(5))
    with pytest.raises(ValueError, match=r"^X: "):
        linear_fits(torch.ones(0, 2), torch.ones(0))
    with pytest.raises(ValueError, match=r"^data: "):
        linear_fits(torch.ones(5, 2), torch.ones(5).double())
    nan = torch.tensor([math.nan, 1])
    with pytest.raises(ValueError, match=r"^data: "):
        linear_fits(torch.tensor([[1.0], [2]]), nan)
    with pytest.raises(ValueError, match=r"^X: "):
        linear_fits(nan[:, None], torch.ones(2))
    with pytest.raises(ValueError, match=r"^model: "):
        toys(torch.tensor([5]), 1.0, 2, seed=0)
    with pytest.raises(ValueError, match=r"^sigma: "):
        toys(torch.zeros(1), -1.0, 2, seed=0)
    with pytest.raises(ValueError, match=r"^n: "):
        toys(torch.zeros(1), 1.0, 0, seed=0)
    with pytest.raises(ValueError, match=r"^parameters: "):
        region_content(1.0, 0)
    with pytest.raises(ValueError, match=r"^delta: "):
        region_content(0, 1)


def test_distances_need_a_covariance_and_points_of_its_size() -> None:
    one, point = torch.eye(2), torch.ones(2)
    with pytest.raises(ValueError, match=r"^covariance: "):
        delta_chi2(point, point, torch.diag(torch.tensor([1.0, 0])))
    for name, arguments in {
        "estimate": (torch.ones(3), point),
        "truth": (point, point[:1]),
    }.items():
        with pytest.raises(ValueError, match=rf"^{name}: "):
            delta_chi2(*arguments, one)
    with pytest.raises(ValueError, match=r"^estimate: "):
        delta_chi2(point.long(), point, one)
    many = torch.stack([one, 4 * one])  # a covariance for each fit
    assert delta_chi2(point.expand(2, 2), 0 * point, many).tolist() == [2, 0.5]


def test_coverage_counts_toys() -> None:
    toys = torch.tensor([[0.0, 0], [1, 1], [2, 2], [3, 3]])
    covered = coverage(toys, torch.tensor([1.5, 2.5]), torch.tensor(1.0))
    assert covered.tolist() == [0.75, 1]
    with pytest.raises(ValueError, match=r"^estimate: "):
        coverage(toys.long(), toys[0], toys[0])
    with pytest.raises(ValueError, match=r"^estimate: "):
        coverage(toys[:0], toys[0], toys[0])
    with pytest.raises(ValueError, match=r"^error: "):
        coverage(toys, torch.ones(3), toys[0])


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_failed_fit_is_neither_covered_nor_missed(dtype: torch.dtype) -> None:
    """NaN < error is false, which counted as a miss."""
    fine, error, truth = (torch.tensor(x, dtype=dtype) for x in ([0.0, 2.0], 1.0, 0.0))
    assert coverage(fine, error, truth) == 0.5
    for bad in (math.nan, math.inf):
        with pytest.raises(ValueError, match=r"^estimate: "):
            coverage(fine * bad, error, truth)
        with pytest.raises(ValueError, match=r"^truth: "):
            coverage(fine, error, truth + bad)
    for bad in (math.nan, -1.0):
        with pytest.raises(ValueError, match=r"^error: "):
            coverage(fine, error * bad, truth)
    assert coverage(fine, error * math.inf, truth) == 1


def test_a_distance_is_refused_where_a_number_is_nan_or_of_another_precision() -> None:
    θ, c = torch.zeros(3, 2), torch.eye(2)
    with pytest.raises(ValueError, match=r"^estimate: "):
        delta_chi2(θ * math.nan, θ, c)
    with pytest.raises(ValueError, match=r"^truth: .*precision"):
        delta_chi2(θ, θ.double(), c)


def test_a_matrix_is_refused_unless_it_is_symmetric() -> None:
    """Eigenvalues are those of the lower triangle: 2 ± 1 here, where the matrix has no inverse."""
    h = torch.tensor([[2.0, 4.0], [1.0, 2.0]])
    with pytest.raises(ValueError, match=r"^hessian: .*symmetric"):
        covariance(h, 1.0, 10)
    with pytest.raises(ValueError, match=r"^covariance: .*symmetric"):
        delta_chi2(torch.zeros(2), torch.zeros(2), h)
    rounded = torch.tensor([[2.0, 1.0], [1.0 + 1e-6, 2.0]])
    assert covariance(rounded, 1.0, 10).isfinite().all()
