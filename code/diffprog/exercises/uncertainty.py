"""Check for the exercise of the chapter `part1/uncertainty`.

Symbols, shapes. N measurements, at times t (N, 1).
    H  (3, 3)  the Hessian of the mean squared error in (a, v0, x0)
    σ          the noise of one measured coordinate
"""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from diffprog.exercises._check import Draw, Mistake, call, close, exercise

__all__ = ["check_error_bars"]


@exercise("ex-error-bars", "Right, for any times and any noise, before a single throw.")
def check_error_bars(error_bars: Callable[..., Tensor], seed: int) -> None:
    """Check `error_bars(t, sigma)`: standard errors of (a, v0, x0), (3,)."""
    draw = Draw(seed)
    n = 6 + seed % 5  # 7, 9, 8: never the ten times of the page
    t = draw(0, 2.5, n, 1, dtype=torch.float64).sort(0).values
    sigma = draw.one(0.6, 2.5)
    got = call(error_bars, t=t, sigma=sigma)
    what = "the tensor of standard errors"
    close(got, _errors(t, sigma), what, _mistakes(t, sigma), rtol=1e-3, atol=1e-9)


def _hessian(t: Tensor, half: float = 0.5) -> Tensor:
    """H = 2·XᵀX/N, from the Jacobian X, (N, 3)."""
    x = torch.cat([half * t**2, t, torch.ones_like(t)], dim=1)
    return 2 / len(t) * x.T @ x


def _errors(t: Tensor, sigma: float, half: float = 0.5) -> Tensor:
    """√diag(2σ²/N·H⁻¹)."""
    covariance = 2 * sigma**2 / len(t) * torch.linalg.inv(_hessian(t, half))
    errors: Tensor = covariance.diagonal().sqrt()
    return errors


# fmt: off
def _mistakes(t: Tensor, sigma: float) -> Iterator[Mistake]:
    n, h, right = len(t), _hessian(t), _errors(t, sigma)
    inverse = torch.linalg.inv(h)
    page = torch.linspace(0, 5, 10, dtype=t.dtype)[:, None]
    yield ("that is a matrix, (3, 3): the standard errors are the square roots of the diagonal of"
           " the covariance", (3, 3))
    for shape in ((6,), (3, 2), (2, 3)):
        yield (f"shape {shape}: both axes of space at once. They have the same errors; return those"
               " of one axis, shape (3,)", shape)
    yield ("these are the errors for the times and the noise of this chapter: compute them from the"
           " arguments t and sigma", _errors(page, 0.5))
    yield "the argument sigma is not used: your noise is that of this chapter", _errors(t, 0.5)
    yield "σ is missing: an error bar is proportional to the noise, 2σ²/N·H⁻¹", _errors(t, 1)
    yield "the argument t is not used: your times are those of this chapter", _errors(page, sigma)
    yield ("that is the raw inverse of the Hessian, with no σ in it: multiply the inverse by 2σ²/N",
           inverse.diagonal().sqrt())
    yield ("these are variances, and of the raw inverse: multiply by 2σ²/N, and take the root",
           inverse.diagonal())
    yield "these are variances: take the square root", right**2
    yield ("you divide by the curvature of each parameter alone, as if the two others were known:"
           " invert the whole matrix first, and take the diagonal after",
           (2 * sigma**2 / n / h.diagonal()).sqrt())
    yield ("the Hessian is not inverted: large curvature means a small error",
           (2 * sigma**2 / n * h.diagonal()).sqrt())
    yield ("the model has ½·a·t²: your column of a has lost the one half", _errors(t, sigma, 1.0))
    yield ("too small by √2. Either the factor 2 is missing from 2σ²/N, or N counts both axes of"
           " space and your loss only one", right / 2**0.5)
    yield ("too large by √2. Either the factor 2 in 2σ²/N is there twice, or your loss counts both"
           " axes of space and N only one", right * 2**0.5)
    yield ("σ should come in squared, 2σ²/N: you have it to the power of one", right / sigma**0.5)
    yield ("σ comes in twice too often: it is 2σ²/N, and not 2σ⁴/N", right * sigma)
    yield ("N is missing. The loss is a mean, so that the curvature of χ² is N times larger",
           right * n**0.5)
    yield ("N comes in twice: the covariance is 2σ²/N times the inverse", right / n**0.5)
    yield ("N is not the number of measurements here: do not write it as a number, take it from t",
           right * (n / 10) ** 0.5)
    yield ("N is 20 only in this chapter: take the number of measurements from t",
           right * (n / 20) ** 0.5)
    yield ("you divide by N − 3. That belongs to a σ that is found from the residuals; here σ is"
           " given", right * (n / (n - 3)) ** 0.5)
    yield ("you divide by N − 1. That belongs to a spread about a mean; here σ is given",
           right * (n / (n - 1)) ** 0.5)
    for times, what in ((t - t.mean(), "their mean"), (t - t[0], "the first of them")):
        yield (f"the times are counted from {what}: take them as they come",
               _errors(times, sigma))
    yield ("those are lengths of the rows: the errors are on the diagonal",
           (2 * sigma**2 / n * inverse).norm(dim=1).sqrt())
    yield ("√N stands where N should: the covariance has 2σ²/N", right * n**0.25)
    yield ("that is σ/√N, the error of a mean: the three parameters have errors of their own",
           torch.full_like(right, sigma / n**0.5))
    yield ("those are the three together, square by square: return one error for each parameter",
           right.norm())
    yield ("those are roots of eigenvalues: the errors are on the diagonal of the covariance",
           (2 * sigma**2 / n * torch.linalg.eigvalsh(inverse)).sqrt())
    yield ("those are roots of the sums of rows: the errors are on the diagonal",
           (2 * sigma**2 / n * inverse.sum(0)).sqrt())
    yield "the order is (x0, v0, a): it should be (a, v0, x0)", right.flip(0)
