"""Check for the exercise of the chapter `part1/uncertainty`."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from diffprog.exercises._check import Wrong, close, exercise

__all__ = ["check_error_bars"]


@exercise("1.6a", "right, for any times and any noise, before a single throw.")
def check_error_bars(error_bars: Callable[..., Tensor], seed: int) -> None:
    """`error_bars(t, sigma)` with times (n, 1) gives the standard errors of (a, v0, x0), (3,)."""
    random = torch.Generator().manual_seed(seed)
    n = 4 + seed % 7  # 8, 6, 9: never the ten times of the page
    duration, sigma = (0.5 + 2 * torch.rand(2, generator=random, dtype=torch.float64)).tolist()
    t = duration * torch.rand(n, 1, generator=random, dtype=torch.float64).sort(dim=0).values
    wanted, typical = _answers(t, sigma)
    got = error_bars(t, sigma)
    shape = tuple(got.shape) if isinstance(got, Tensor) else ()
    if shape == (3, 3):
        raise Wrong(
            "that is a matrix, (3, 3): the standard errors are the square roots of the diagonal"
            " of the covariance."
        )
    if shape in ((6,), (3, 2), (2, 3)):
        raise Wrong(
            f"shape {shape}: both axes of space at once. They have the same errors; return those of"
            " one axis, shape (3,)."
        )
    close(got, wanted, "the tensor of standard errors", typical=typical, rtol=1e-3, atol=1e-9)


def _answers(t: Tensor, sigma: float) -> tuple[Tensor, dict[str, Tensor]]:
    """Return the standard errors, and for each likely mistake what it would give."""
    n = len(t)
    h = _hessian(t)
    inverse = torch.linalg.inv(h)
    right = (2 * sigma**2 / n * inverse).diagonal().sqrt()
    page = torch.linspace(0, 5, 10, dtype=t.dtype)[:, None]
    of_page = (2 * 0.5**2 / 10 * torch.linalg.inv(_hessian(page))).diagonal().sqrt()
    return right, {
        "these are the errors for the times and the noise of this chapter: compute them from the"
        " arguments t and sigma.": of_page,
        "the argument sigma is not used: your noise is that of this chapter.": right * 0.5 / sigma,
        "the argument t is not used: your times are those of this chapter.": of_page * sigma / 0.5,
        "that is the raw inverse of the Hessian, with no σ in it: multiply the inverse by"
        " 2σ²/N.": inverse.diagonal().sqrt(),
        "these are variances: take the square root.": right**2,
        "you divide by the curvature of each parameter alone, as if the two others were known:"
        " invert the whole matrix first, and take the diagonal after.": (
            2 * sigma**2 / n / h.diagonal()
        ).sqrt(),
        "too small by √2. Either the factor 2 is missing from 2σ²/N, or N counts both axes of space"
        " and your loss only one.": right / 2**0.5,
        "too large by √2. Either the factor 2 in 2σ²/N is there twice, or your loss counts both"
        " axes of space and N only one.": right * 2**0.5,
        "σ should come in squared, 2σ²/N: you have it to the power of one.": right / sigma**0.5,
        "N is missing. The loss is a mean, so that the curvature of χ² is N times larger.": right
        * n**0.5,
        "N is not the number of measurements here: do not write it as a number, take it from"
        " t.": right * (n / 10) ** 0.5,
        "N is 20 only in this chapter: take the number of measurements from t.": right
        * (n / 20) ** 0.5,
        "you divide by N − 3. That belongs to a σ that is found from the residuals; here σ is"
        " given.": right * (n / (n - 3)) ** 0.5,
        "the order is (x0, v0, a): it should be (a, v0, x0).": right.flip(0),
    }


def _hessian(t: Tensor) -> Tensor:
    """Return the Hessian of the mean squared error in (a, v0, x0), from the Jacobian (n, 3)."""
    x = torch.cat([t**2 / 2, t, torch.ones_like(t)], dim=1)
    return 2 / len(t) * x.T @ x
