"""Checks for the exercises of the chapter `part1/uncertainty`.

Symbols, shapes. N measurements, at times t (N, 1).
    H  (3, 3)  the Hessian of the mean squared error in (a, v0, x0)
    σ          the noise of one measured coordinate
    Δχ²        (θ − θ̂)ᵀ·C⁻¹·(θ − θ̂), of fits θ̂ (toys, P) with the covariance C (P, P)
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._check import Draw, Mistake, call, close, exercise, recognise, tensor

__all__ = ["check_error_bars", "check_share_inside", "check_velocity_error"]


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


@exercise("ex-more-pictures", "Right: the noise, over the spread of the times, over √N.")
def check_velocity_error(velocity_error: Callable[..., Any], seed: int) -> None:
    """Check `velocity_error(n, spread, sigma)`: the standard error of v in x0 + v·t."""
    draw = Draw(seed)
    plain = {"must be Tensor": "you are given plain numbers: take math.sqrt, or ** 0.5"}
    for n in (5 + seed % 4, 11 + seed % 7):
        spread, sigma = draw.one(1.3, 2.6), draw.one(0.3, 0.8)
        got = call(velocity_error, plain, n=n, spread=spread, sigma=sigma)
        s, σ = torch.tensor([spread, sigma], dtype=torch.float64)
        what = "the standard error of v"
        close(got, σ / (s * n**0.5), what, _velocity_mistakes(n, s, σ), atol=1e-9)


# fmt: off
def _velocity_mistakes(n: int, s: Tensor, σ: Tensor) -> Iterator[Mistake]:
    right = σ / (s * n**0.5)
    yield "that is the variance: its root is asked for", right**2
    yield "that is the variance for one picture: there are n, and the root is missing", (σ / s) ** 2
    yield "n is missing: the sum of (t − μ)² over all times is n times spread²", σ / s
    yield ("n comes in without its root: the variance is proportional to 1/n, its root to 1/√n",
           σ / (s * n))
    yield ("that is the error of a mean, in metres. The spread is missing: the farther apart the"
           " times, the better is v known", σ / n**0.5)
    yield "the spread stands above, and belongs below: a longer film has a smaller error", (
        σ * s / n**0.5)
    yield ("the spread comes in squared: the sum of (t − μ)² is n·spread², and the error has the"
           " root of it", σ / (s**2 * n**0.5))
    yield ("the spread comes in with its root: it is the root of a mean of squares already",
           σ / (s**0.5 * n**0.5))
    yield "the noise is missing: an error bar is proportional to σ", 1 / (s * n**0.5)
    yield "σ comes in squared: the variance has σ², and its root σ", σ**2 / (s * n**0.5)
    yield "n stands above: more pictures make the error smaller", σ * n**0.5 / s
    yield ("you divide by n − 1. That belongs to a spread that is estimated; here it is the root of"
           " the mean, over all n", σ / (s * (n - 1) ** 0.5))
    yield ("you divide by n − 2. That belongs to a σ that is found from the residuals; here σ is"
           " given", σ / (s * (n - 2) ** 0.5))
    for factor, what in ((2**0.5, "√2"), (2, "2"), (1 / 2**0.5, "1/√2"), (0.5, "½")):
        yield (f"there is a factor {what} too much. The covariance is 2σ²/N·H⁻¹, and H has a"
               " factor 2 as well: they cancel", factor * right)
    yield ("there is a √12 in it: that belongs to the length of a film with many pictures. The"
           " spread is given", 12**0.5 * right)
    yield "the error is upside down", 1 / right
    yield ("that is the error of x0 with the clock's zero at μ: v is asked for, and its unit is"
           " that of σ over that of the spread", σ / n**0.5)
# fmt: on


@exercise("ex-region", "Right, for any number of parameters, any correlation and any limit.")
def check_share_inside(share_inside: Callable[..., Any], seed: int) -> None:
    """Check `share_inside(fits, C, truth, limit)`: in what share Δχ² of the truth is ≤ limit."""
    cases = list(_regions(seed))
    shares = []
    for given in cases:
        (toys, P), what = given["fits"].shape, "the share"
        share = tensor(call(share_inside, **given), what)
        recognise(share, _shapes_of_shares(toys, P))
        if share.numel() != 1:
            close(share, torch.tensor(0.5), what)
        shares.append(share.reshape(()))
    got = torch.stack(shares)
    known = [[(words, _share(inside)) for words, inside in _share_mistakes(**c)] for c in cases]
    wanted = torch.stack([_share(_rise(c["fits"] - c["truth"], c["C"]) <= c["limit"])
                          for c in cases])  # fmt: skip
    if torch.allclose(got, wanted, 1e-4, 1e-6):
        return
    # A share is one of few numbers: a mistake is known by those of all cases together.
    k = int((got - wanted).abs().gt(1e-5).to(torch.uint8).argmax())
    call(share_inside, **cases[k])  # again, for the verdict to show this call
    toys = torch.tensor([len(c["fits"]) for c in cases])
    recognise(got, [
        ("that is a number of toys: divide by how many there are", toys * wanted),
        ("that is the share in per cent: return a number between 0 and 1", 100 * wanted),
        ("that is the share outside the region", 1 - wanted),
        ("the share is zero: is the truth subtracted from the fits, and Δχ² summed over the"
         " parameters of each toy?", 0 * wanted),
    ])  # fmt: skip
    for same in zip(*known, strict=True):
        recognise(got, [(same[0][0], torch.stack([value for _, value in same]))])
    close(got[k], wanted[k], "the share")


def _regions(seed: int) -> Iterator[dict[str, Any]]:
    """Set toys, as many as a learner can read, and a limit that is not close to any Δχ²."""
    draw = Draw(seed)
    for P, n, inside in ((2, 12, 5), (2, 13, 9), (3, 11, 6), (1, 9, 4)):
        L = torch.eye(P, dtype=torch.float64) * draw(0.5, 2, P, dtype=torch.float64)
        if P > 1:
            L[1, 0] = -1.5 * L[1, 1]
        C, truth = (L @ L.T).round(decimals=3), draw(-9, 9, P, dtype=torch.float64)
        z = draw(-1.9, 1.9, n, P, dtype=torch.float64)
        fits = (truth + z @ L.T).round(decimals=2)
        low, high = _rise(fits - truth, C).sort().values[inside - 1 : inside + 1].tolist()
        yield {"fits": fits, "C": C, "truth": truth, "limit": round((low + high) / 2, 3)}


def _share(inside: Tensor) -> Tensor:
    return inside.double().mean()


def _rise(off: Tensor, C: Tensor) -> Tensor:
    rise: Tensor = (off @ torch.linalg.inv(C) * off).sum(1)
    return rise


# fmt: off
def _shapes_of_shares(toys: int, P: int) -> Iterator[Mistake]:
    yield "that is an answer for each toy: the share is their mean, one number", (toys,)
    yield "that is a matrix of all toys with all toys: Δχ² is one number for each toy", (toys, toys)
    yield "that is an answer for each parameter: the region is one for all of them", (
        (P,) if P > 1 else (0,))


def _share_mistakes(
    fits: Tensor, C: Tensor, truth: Tensor, limit: float
) -> Iterator[tuple[str, Tensor]]:
    """Say what can be wrong, and for which toys it is true."""
    off = fits - truth
    rise, σ, inverse = _rise(off, C), C.diagonal().sqrt(), torch.linalg.inv(C)
    box = off.abs() <= limit**0.5 * σ
    yield "you compare the root of Δχ² with the limit: take Δχ² itself", rise.sqrt() <= limit
    yield "you compare Δχ² with the root of the limit: take the limit itself", rise <= limit**0.5
    yield ("C is not inverted: Δχ² has C⁻¹ in the middle, so that long error bars count little",
           (off @ C * off).sum(1) <= limit)
    yield ("only the diagonal of C comes in, or each error bar by itself: the parameters are"
           " correlated. Invert the whole matrix", ((off / σ) ** 2).sum(1) <= limit)
    yield ("each entry of C is inverted by itself, 1/C: torch.linalg.inv(C) inverts the matrix",
           (off @ (1 / C) * off).sum(1) <= limit)
    yield ("that is the rectangle in which each parameter by itself is within its error bar: the"
           " region is an ellipse", box.all(1))
    yield ("that is where at least one parameter is within its error bar: the region is one for"
           " all of them together", box.any(1))
    yield ("that is the mean coverage of single error bars: the region is one for all of them"
           " together", box)
    yield "only the first parameter comes in: the region is one for all of them", box[:, 0]
    yield "only the last parameter comes in: the region is one for all of them", box[:, -1]
    yield "that is half of Δχ², which is the rise of −ln L: leave out the ½", rise / 2 <= limit
    yield "that is twice Δχ²", 2 * rise <= limit
    yield "Δχ² is divided by the number of parameters: leave it as it is", rise / len(C) <= limit
    yield "C is not there: Δχ² measures the distance in units of the errors", (
        (off**2).sum(1) <= limit)
    yield ("your product has an entry for each pair of toys: Δχ² is one number for each toy, on the"
           " diagonal of off·C⁻¹·offᵀ", off @ inverse @ off.T <= limit)
    yield "C⁻¹ comes in twice: once is enough", ((off @ inverse) ** 2).sum(1) <= limit
    for own in (1.0, 2.3):
        yield f"the argument limit is not used: yours is {own:g}", rise <= own
    yield ("the distance is that from the mean of the fits: the truth is given",
           _rise(fits - fits.mean(0), C) <= limit)
    yield ("C is not used, but the scatter of these few fits: the covariance is given",
           _rise(off, torch.cov(fits.T).reshape(C.shape)) <= limit)
# fmt: on
