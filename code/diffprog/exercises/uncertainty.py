"""Check for the exercise of the chapter `part1/uncertainty`.

Symbols, shapes. N measurements, at times t (N, 1).
    H  (3, 3)  the Hessian of the mean squared error in (a, v0, x0)
    σ          the noise of one measured coordinate
"""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from diffprog.exercises._check import Mistake, call, close, exercise

__all__ = ["check_error_bars"]


@exercise("ex-error-bars", "Right, for any times and any noise, before a single throw.")
def check_error_bars(error_bars: Callable[..., Tensor], seed: int) -> None:
    """`error_bars(t, sigma)`: standard errors of (a, v0, x0), (3,)."""
    random = torch.Generator().manual_seed(seed)
    n = 4 + seed % 7  # 8, 6, 9: never the ten times of the page
    duration, sigma = 0.5 + 2 * torch.rand(2, generator=random).double()
    t = duration * torch.rand(n, 1, generator=random).double().sort(0).values
    got = call(error_bars, t=t, sigma=sigma.item())
    what = "the tensor of standard errors"
    mistakes = _mistakes(t, sigma.item())
    close(got, _errors(t, sigma), what, mistakes, rtol=1e-3, atol=1e-9)


def _hessian(t: Tensor) -> Tensor:
    """H = 2·XᵀX/N, from the Jacobian X, (N, 3)."""
    x = torch.cat([t**2 / 2, t, torch.ones_like(t)], dim=1)
    return 2 / len(t) * x.T @ x


def _errors(t: Tensor, sigma: Tensor | float) -> Tensor:
    """√diag(2σ²/N·H⁻¹)."""
    covariance = 2 * sigma**2 / len(t) * torch.linalg.inv(_hessian(t))
    errors: Tensor = covariance.diagonal().sqrt()
    return errors


# fmt: off
def _mistakes(t: Tensor, sigma: float) -> Iterator[Mistake]:
    n, h, right = len(t), _hessian(t), _errors(t, sigma)
    page = torch.linspace(0, 5, 10, dtype=t.dtype)[:, None]
    yield ("that is a matrix, (3, 3): the standard errors are the square roots of the diagonal of"
           " the covariance", (3, 3))
    for shape in ((6,), (3, 2), (2, 3)):
        yield (f"shape {shape}: both axes of space at once. They have the same errors; return those"
               " of one axis, shape (3,)", shape)
    yield ("these are the errors for the times and the noise of this chapter: compute them from the"
           " arguments t and sigma", _errors(page, 0.5))
    yield ("the argument sigma is not used: your noise is that of this chapter", _errors(t, 0.5))
    yield ("the argument t is not used: your times are those of this chapter", _errors(page, sigma))
    yield ("that is the raw inverse of the Hessian, with no σ in it: multiply the inverse by 2σ²/N",
           torch.linalg.inv(h).diagonal().sqrt())
    yield ("these are variances: take the square root", right**2)
    yield ("you divide by the curvature of each parameter alone, as if the two others were known:"
           " invert the whole matrix first, and take the diagonal after",
           (2 * sigma**2 / n / h.diagonal()).sqrt())
    yield ("too small by √2. Either the factor 2 is missing from 2σ²/N, or N counts both axes of"
           " space and your loss only one", right / 2**0.5)
    yield ("too large by √2. Either the factor 2 in 2σ²/N is there twice, or your loss counts both"
           " axes of space and N only one", right * 2**0.5)
    yield ("σ should come in squared, 2σ²/N: you have it to the power of one", right / sigma**0.5)
    yield ("N is missing. The loss is a mean, so that the curvature of χ² is N times larger",
           right * n**0.5)
    yield ("N is not the number of measurements here: do not write it as a number, take it from t",
           right * (n / 10) ** 0.5)
    yield ("N is 20 only in this chapter: take the number of measurements from t",
           right * (n / 20) ** 0.5)
    yield ("you divide by N − 3. That belongs to a σ that is found from the residuals; here σ is"
           " given", right * (n / (n - 3)) ** 0.5)
    yield ("the order is (x0, v0, a): it should be (a, v0, x0)", right.flip(0))
