"""The checks of `part1/uncertainty`: right answers in several styles pass, wrong ones are named."""

import numpy as np
import torch

from diffprog.autodiff import curvature
from diffprog.exercises.uncertainty import (
    check_error_bars,
    check_share_inside,
    check_velocity_error,
)
from diffprog.inference import uncertainty
from diffprog.simulator.ball import position

from .answers import (  # noqa: F401
    linalg_of_scipy,
    test_right_answers_pass,
    test_wrong_answers_are_told_why,
)


def mean_square(t, theta):
    """The mean squared error along one axis of space, for data that are zero."""
    a, v0, x0 = theta[:, None, None]
    return (position(t, a, v0, x0) ** 2).mean()


def hessian(t):
    return curvature.hessian(lambda theta: mean_square(t, theta), torch.zeros(3, dtype=t.dtype))


def covariance(t, sigma):
    return 2 * sigma**2 / len(t) * torch.linalg.inv(hessian(t))


def as_on_the_page(t, sigma):
    return covariance(t, sigma).diagonal().sqrt()


def by_the_jacobian(t, sigma):
    """σ·√diag((XᵀX)⁻¹), with no Hessian at all."""
    x = curvature.jacobian(
        lambda theta: position(t, *theta[:, None, None]), torch.ones(3, dtype=t.dtype)
    )
    return sigma * torch.linalg.inv(x.T @ x).diagonal() ** 0.5


def with_both_axes_and_noisy_data(t, sigma):
    """Twice as many measurements, any data: the Hessian does not care."""
    data = torch.randn(len(t), 2, dtype=t.dtype, generator=torch.Generator().manual_seed(0))

    def loss(theta):
        a, v0, x0 = theta.view(3, 1, 2)
        return ((position(t, a, v0, x0) - data) ** 2).mean()

    h = torch.func.hessian(loss)(torch.zeros(6, dtype=t.dtype))
    return uncertainty.standard_errors(uncertainty.covariance(h, sigma, 2 * len(t)))[::2]


def in_single_precision_by_autograd(t, sigma):
    theta = torch.zeros(3)
    h = torch.autograd.functional.hessian(lambda p: mean_square(t.float(), p), theta)
    return torch.sqrt(torch.diag(torch.inverse(len(t) / (2 * sigma**2) * h)))


PAGE = torch.linspace(0, 5, 10, dtype=torch.float64)[:, None]


def of_the_page(t, sigma):
    return as_on_the_page(PAGE, 0.5)


def design(t, half=0.5):
    return torch.cat([half * t**2, t, torch.ones_like(t)], 1)


def in_place(t, sigma):
    t -= t[0].clone()
    return as_on_the_page(t, sigma)


def scaled(factor):
    """The right errors times a factor of N and σ."""
    return lambda t, s: as_on_the_page(t, s) * factor(len(t), s)


# ex-more-pictures


def velocity_error(n, spread, sigma):
    return sigma / (spread * n**0.5)


def by_a_fit(n, spread, sigma):
    """With any times of this spread: here half of them at each end, or nearly so."""
    t = torch.linspace(0, 1, n, dtype=torch.float64)
    t = (t - 0.3) * spread / t.std(correction=0)
    x = torch.stack([t, torch.ones_like(t)], 1)
    return (sigma**2 * torch.linalg.inv(x.T @ x))[0, 0].sqrt()


VELOCITY_ERRORS = {
    "the formula": velocity_error,
    "a fit": by_a_fit,
    "from the variance": lambda n, spread, sigma: (sigma**2 / (n * spread**2)) ** 0.5,
    "NumPy": lambda n, spread, sigma: sigma / spread / np.sqrt(n),
    "shape (1,)": lambda *given: torch.tensor([velocity_error(*given)]),
}
WRONG_VELOCITY_ERRORS = {
    "the variance": (lambda *given: velocity_error(*given) ** 2, "the variance: its root"),
    "variance of one": (lambda n, s, σ: (σ / s) ** 2, "variance for one picture"),
    "no n": (lambda n, s, σ: σ / s, "n is missing"),
    "n for √n": (lambda n, s, σ: σ / s / n, "without its root"),
    "of a mean": (lambda n, s, σ: σ / n**0.5, "error of a mean"),
    "spread above": (lambda n, s, σ: σ * s / n**0.5, "stands above, and belongs below"),
    "spread²": (lambda n, s, σ: σ / s**2 / n**0.5, "spread comes in squared"),
    "√spread": (lambda n, s, σ: σ / (s * n) ** 0.5, "with its root"),
    "no σ": (lambda n, s, σ: 1 / s / n**0.5, "noise is missing"),
    "σ²": (lambda n, s, σ: σ**2 / s / n**0.5, "σ comes in squared"),
    "n above": (lambda n, s, σ: σ / s * n**0.5, "n stands above"),
    "n − 1": (lambda n, s, σ: velocity_error(n - 1, s, σ), "n − 1"),
    "n − 2": (lambda n, s, σ: velocity_error(n - 2, s, σ), "n − 2"),
    "√2": (lambda n, s, σ: velocity_error(n, s, 2**0.5 * σ), "factor √2"),
    "2": (lambda n, s, σ: velocity_error(n, s, 2 * σ), "factor 2"),
    "1/√2": (lambda n, s, σ: velocity_error(2 * n, s, σ), "factor 1/√2"),
    "½": (lambda n, s, σ: velocity_error(4 * n, s, σ), "factor ½"),
    "√12": (lambda n, s, σ: velocity_error(n, s, 12**0.5 * σ), "√12"),
    "upside down": (lambda *given: 1 / velocity_error(*given), "upside down"),
    "minus": (lambda *given: -velocity_error(*given), "but for its sign"),
    "torch.sqrt": (lambda n, s, σ: σ / s / torch.sqrt(n), "plain numbers"),
    "the times": (lambda n, s, σ: σ / torch.linspace(0, 1, n), "shape"),
    "no return": (lambda *given: None, "`return` missing"),
}


# ex-region


def share_inside(fits, C, truth, limit):
    off = truth - fits
    return ((off @ torch.linalg.inv(C) * off).sum(1) <= limit).double().mean()


def one_by_one(fits, C, truth, limit):
    inside = 0
    for fit in fits:
        off = fit - truth
        inside += bool(off @ torch.linalg.solve(C, off) < limit)
    return inside / len(fits)


def by_cholesky(fits, C, truth, limit):
    z = torch.linalg.solve_triangular(
        torch.linalg.cholesky(C), (fits - truth).T, upper=False)  # fmt: skip
    return (z.norm(dim=0) <= limit**0.5).float().mean()


def within(condition):
    """The share of toys for which f(off, C, limit) is true."""
    return lambda fits, C, truth, limit: condition(fits - truth, C, limit).double().mean()


def sigmas(C):
    return C.diagonal().sqrt()


SHARES = {
    "as on the page": share_inside,
    "one by one": one_by_one,
    "Cholesky": by_cholesky,
    "the library": lambda fits, C, truth, limit: (
        uncertainty.delta_chi2(fits, truth, C) <= limit).double().mean(),
    "einsum": within(lambda off, C, limit: torch.einsum(
        "ti,ij,tj->t", off, torch.linalg.inv(C), off) <= limit),
    "NumPy": lambda fits, C, truth, limit: np.mean([
        d @ np.linalg.inv(C.numpy()) @ d <= limit for d in (fits - truth).numpy()]),
    "shape (1,)": lambda *given: share_inside(*given)[None],
}  # fmt: skip
WRONG_SHARES = {
    "each toy": (
        lambda fits, C, truth, limit: [
            share_inside(fit[None], C, truth, limit) for fit in fits], "answer for each toy"),
    "a matrix": (
        lambda fits, C, truth, limit: (
            (fits - truth) @ torch.linalg.inv(C) @ (fits - truth).T <= limit), "all toys with all"),
    "each parameter": (
        lambda fits, C, truth, limit: uncertainty.coverage(fits, limit * sigmas(C), truth),
        "answer for each parameter"),
    "the number": (lambda fits, *given: len(fits) * share_inside(fits, *given), "divide by how"),
    "per cent": (lambda *given: 100 * share_inside(*given), "in per cent"),
    "outside": (lambda *given: 1 - share_inside(*given), "outside"),
    "the root of Δχ²": (
        lambda f, C, t, limit: share_inside(f, C, t, limit**2), "root of Δχ² with the limit"),
    "the root of the limit": (
        lambda f, C, t, limit: share_inside(f, C, t, limit**0.5), "root of the limit"),
    "not inverted": (
        lambda f, C, t, limit: share_inside(f, torch.linalg.inv(C), t, limit), "not inverted"),
    "no correlation": (
        within(lambda off, C, limit: ((off / sigmas(C)) ** 2).sum(1) <= limit),
        "only the diagonal"),
    "entries inverted": (
        within(lambda off, C, limit: (off @ (1 / C) * off).sum(1) <= limit), "entry of C"),
    "rectangle": (
        within(lambda off, C, limit: (off.abs() <= limit**0.5 * sigmas(C)).all(1)), "rectangle"),
    "any": (
        within(lambda off, C, limit: (off.abs() <= limit**0.5 * sigmas(C)).any(1)),
        "at least one"),
    "single bars": (
        within(lambda off, C, limit: (off.abs() <= limit**0.5 * sigmas(C))), "single error bars"),
    "the first alone": (
        lambda f, C, t, limit: share_inside(f[:, :1], C[:1, :1], t[:1], limit),
        "only the first parameter"),
    "half": (lambda f, C, t, limit: share_inside(f, C, t, 2 * limit), "half of Δχ²"),
    "twice": (lambda f, C, t, limit: share_inside(f, C, t, limit / 2), "twice Δχ²"),
    "no C": (within(lambda off, C, limit: (off**2).sum(1) <= limit), "C is not there"),
    "limit of one": (lambda f, C, t, limit: share_inside(f, C, t, 1), "yours is 1"),
    "limit of 2.3": (lambda f, C, t, limit: share_inside(f, C, t, 2.3), "yours is 2.3"),
    "from the mean": (
        lambda f, C, t, limit: share_inside(f, C, f.mean(0), limit), "mean of the fits"),
    "scatter": (
        lambda f, C, t, limit: share_inside(
            f, torch.cov(f.T).reshape(C.shape), t, limit), "scatter of these"),
    "no truth": (
        lambda f, C, t, limit: share_inside(f, C, 0 * t, limit), "is the truth subtracted"),
    "pairs of toys": (
        within(lambda off, C, limit: off @ torch.linalg.inv(C) @ off.T <= limit), "pair of toys"),
    "always zero": (lambda *given: 0.0, "over the parameters of each toy"),
    "promised": (
        lambda f, C, t, limit: uncertainty.region_content(limit, len(t)), ""),
    "nothing": (lambda *given: 0.0, "is zero"),
    "in place": (lambda f, C, t, limit: f.sub_(t), "changes fits"),
    "a line that stops": (lambda f, C, t, limit: f @ t @ C, "your function stops"),
    "no return": (lambda *given: None, "`return` missing"),
}  # fmt: skip


RIGHT = {
    check_velocity_error: VELOCITY_ERRORS,
    check_share_inside: SHARES,
    check_error_bars: {
        "as on the page": as_on_the_page,
        "the Jacobian": by_the_jacobian,
        "both axes, and noisy data": with_both_axes_and_noisy_data,
        "single precision": in_single_precision_by_autograd,
        "NumPy": lambda t, s: (
            s * np.sqrt(np.diag(np.linalg.inv((design(t).T @ design(t)).numpy())))
        ),
        "SciPy": lambda t, s: s * linalg_of_scipy().pinv(design(t).T @ design(t)).diagonal() ** 0.5,
        "a list": lambda t, s: as_on_the_page(t, s).tolist(),
        "QR": lambda t, s: s * torch.linalg.inv(torch.linalg.qr(design(t)).R).norm(dim=1),
    },
}
WRONG = {
    check_velocity_error: WRONG_VELOCITY_ERRORS,
    check_share_inside: WRONG_SHARES,
    check_error_bars: {
        "from the mean": (lambda t, s: as_on_the_page(t - t.mean(), s), "their mean"),
        "from the first": (lambda t, s: as_on_the_page(t - t[0], s), "the first of them"),
        "rows": (lambda t, s: covariance(t, s).norm(dim=1).sqrt(), "lengths of the rows"),
        "root of N": (lambda t, s: as_on_the_page(t, s) * len(t) ** 0.25, "√N stands"),
        "raw inverse": (lambda t, s: torch.linalg.inv(hessian(t)).diagonal().sqrt(), "raw inverse"),
        "raw inverse, no root": (
            lambda t, s: torch.linalg.inv(hessian(t)).diagonal(), "raw inverse"),
        "variances": (lambda t, s: covariance(t, s).diagonal(), "square root"),
        "a matrix": (lambda t, s: covariance(t, s), "matrix"),
        "its roots": (lambda t, s: covariance(t, s).abs().sqrt(), "matrix"),
        "sums": (lambda t, s: covariance(t, s).sum(0), ""),
        "roots of sums": (lambda t, s: covariance(t, s).sum(0).sqrt(), "sums of rows"),
        "each alone": (lambda t, s: (2 * s**2 / len(t) / hessian(t).diagonal()).sqrt(),
            "each parameter alone"),
        "not inverted": (lambda t, s: (2 * s**2 / len(t) * hessian(t)).diagonal().sqrt(),
            "not inverted"),
        "no half": (lambda t, s: s * torch.linalg.inv(
            design(t, 1.0).T @ design(t, 1.0)).diagonal().sqrt(), "one half"),
        "no 2": (scaled(lambda n, s: 0.5**0.5), "factor 2 is missing"),
        "2 twice": (scaled(lambda n, s: 2**0.5), "too large by √2"),
        "no σ": (scaled(lambda n, s: 1 / s), "σ is missing"),
        "σ to the power of one": (lambda t, s: as_on_the_page(t, s**0.5), "power of one"),
        "σ⁴": (lambda t, s: as_on_the_page(t, s**2), "σ⁴"),
        "no N": (scaled(lambda n, s: n**0.5), "N is missing"),
        "N twice": (scaled(lambda n, s: n**-0.5), "N comes in twice"),
        "N = 10": (scaled(lambda n, s: (n / 10) ** 0.5), "do not write it as a number"),
        "N = 20": (scaled(lambda n, s: (n / 20) ** 0.5), "N is 20 only"),
        "N − 3": (scaled(lambda n, s: (n / (n - 3)) ** 0.5), "N − 3"),
        "N − 1": (scaled(lambda n, s: (n / (n - 1)) ** 0.5), "N − 1"),
        "σ/√N": (lambda t, s: torch.full((3,), s / len(t) ** 0.5), "error of a mean"),
        "norm": (lambda t, s: as_on_the_page(t, s).norm(), "square by square"),
        "eigenvalues": (lambda t, s: torch.linalg.eigvalsh(covariance(t, s)).sqrt(), "eigenvalues"),
        "x0 first": (lambda t, s: as_on_the_page(t, s).flip(0), "(x0, v0, a)"),
        "x0 in the middle": (lambda t, s: as_on_the_page(t, s)[[0, 2, 1]], "another order"),
        "σ fixed": (lambda t, s: as_on_the_page(t, 0.5), "sigma is not used"),
        "t fixed": (lambda t, s: as_on_the_page(PAGE, s), "t is not used"),
        "both fixed": (of_the_page, "times and the noise of this chapter"),
        "typed": (lambda t, s: [0.141, 0.366, 0.393], "times and the noise of this chapter"),
        "both axes": (lambda t, s: as_on_the_page(t, s).repeat_interleave(2), "both axes"),
        "both axes, in a table": (lambda t, s: as_on_the_page(t, s).expand(2, 3), "both axes"),
        "two of three": (lambda t, s: as_on_the_page(t, s)[:2], "lacks its last entry"),
        "a alone": (lambda t, s: as_on_the_page(t, s)[0], "only its first entry"),
        "a column": (lambda t, s: as_on_the_page(t, s)[:, None], "in another shape"),
        "relative": (scaled(lambda n, s: 100), "100 times"),
        "minus": (scaled(lambda n, s: -1), "but for its sign"),
        "t in place": (in_place, "changes t, which"),
        "one over": (lambda t, s: 1 / as_on_the_page(t, s), "upside down"),
        "NaN": (lambda t, s: (-covariance(t, s).diagonal()).sqrt(), "is NaN at [0]"),
        "a dictionary": (lambda t, s: {"a": 1.0}, "of type dict"),
    }
}  # fmt: skip
