"""Check for the exercise of the chapter `part2/objective`.

Symbols, shapes.
    s, b   (n,), or (n, k)   signal and background expected to be kept, floats
    Z      as s and b        Asimov significance: Z² = 2·[(s + b)·ln(1 + s/b) − s]
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Generator, Tensor

from diffprog.exercises._check import Wrong, close, exercise, returned
from diffprog.relaxations.significance import asimov

__all__ = ["check_asimov"]

Answer = Callable[..., Any]


@exercise("2.4a", "right: also for little signal, for none, and without background.")
def check_asimov(asimov_significance: Answer, seed: int) -> None:
    """`asimov_significance(s, b)` is Z, and 0 where s or b is 0; its gradient is finite."""
    random = Generator().manual_seed(seed)
    for shape in ((9,), (4, 5)):
        b = _spread(0.05, 500, shape, random)
        s = _spread(0.05, 20, shape, random) * b
        _check_values(_called(asimov_significance, s, b), s, b)
    _check_little_signal(asimov_significance, random)
    zeros = _with_zeros(random)
    _check_nothing(_called(asimov_significance, *zeros), *zeros)
    _check_slopes(asimov_significance, s, b)
    _check_slopes_of_nothing(asimov_significance, *zeros)


def _spread(low: float, high: float, shape: tuple[int, ...], random: Generator) -> Tensor:
    """Numbers between low and high, as many in each decade."""
    return low * (high / low) ** torch.rand(shape, generator=random)


def _called(answer: Answer, s: Tensor, b: Tensor) -> Tensor:
    """Z as a tensor of the right shape, from copies that must stay as they are."""
    given = s.clone(), b.clone()
    z = returned(answer(*given))
    for name, old, new in zip("sb", (s, b), given, strict=True):
        if not torch.equal(old, new):
            raise Wrong(f"your function has changed {name}, which it was given: work on a copy.")
    z = torch.as_tensor(z)
    if z.shape != s.shape:
        raise Wrong(
            f"Z has shape {tuple(z.shape)}, and the counts {tuple(s.shape)}: one Z for each pair of"
            " counts, in its place."
        )
    return z


def _check_values(z: Tensor, s: Tensor, b: Tensor) -> None:
    log = torch.log1p(s / b)
    typical = {
        "that is Z²: the root is missing.": 2 * ((s + b) * log - s),
        "the factor 2 under the root is missing.": ((s + b) * log - s).sqrt(),
        "the factor 2 has come out of the root: it stands under it, √(2·[…]).": 2
        * ((s + b) * log - s).sqrt(),
        "that is s/√b, the limit for s ≪ b only.": s / b.sqrt(),
        "that is s/√(s + b): this significance comes from a likelihood ratio.": s / (s + b).sqrt(),
        "signal and background have changed places.": _z(b, s),
        "the − s at the end is missing.": (2 * (s + b) * log).sqrt(),
        "the logarithm is multiplied by s + b, the expected count, not by s or b alone.": (
            2 * (b * log - s)
        ).sqrt(),
        "the logarithm is to base 10: the natural one is asked for.": (
            2 * ((s + b) * log / 2.302585 - s)
        ).sqrt(),
        "the logarithm is to base 2: the natural one is asked for.": (
            2 * ((s + b) * log / 0.6931472 - s)
        ).sqrt(),
        "b = 0.1 is some background: only b = 0 is none. Do not raise it to one.": _z(
            s, b.clamp(min=1)
        ),
        "the bracket is (s + b)·ln(1 + s/b) − s: b is subtracted where s should be.": (
            2 * ((s + b) * log - b)
        ).sqrt(),
    }
    for cause, mistake in typical.items():
        if torch.allclose(z.float(), mistake, rtol=1e-3, equal_nan=True):
            raise Wrong(cause)
    close(z, asimov(s, b), "Z", rtol=1e-3, atol=1e-4)


def _z(s: Tensor, b: Tensor) -> Tensor:
    return (2 * ((s + b) * torch.log1p(s / b) - s)).sqrt()


def _slopes(answer: Answer, s: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """dZ/ds and dZ/db as the learner's function gives them."""
    s, b = s.clone().requires_grad_(), b.clone().requires_grad_()
    z = answer(s, b)
    if not isinstance(z, Tensor) or not z.requires_grad:
        raise Wrong(
            "Z has no gradient: stay with torch functions of tensors. NumPy, `math`, `.item()`,"
            " `.detach()` and `torch.tensor(…)` end the graph."
        )
    slopes = torch.autograd.grad(z.sum(), (s, b), allow_unused=True)
    for name, slope in zip("sb", slopes, strict=True):
        if slope is None:
            raise Wrong(f"Z has no gradient in {name}: is {name} detached on the way?")
    in_s, in_b = slopes
    return in_s, in_b


def _check_slopes(answer: Answer, s: Tensor, b: Tensor) -> None:
    z = asimov(s, b)
    wanted = torch.log1p(s / b) / z, (torch.log1p(s / b) - s / b) / z
    for name, slope, true in zip("sb", _slopes(answer, s, b), wanted, strict=True):
        close(slope, true, f"the gradient of Z in {name}", rtol=1e-2, atol=1e-4)


def _check_little_signal(answer: Answer, random: Generator) -> None:
    """In float32, signals of a ten-thousandth of the background and less."""
    b = _spread(3e3, 3e4, (12,), random)
    s = _spread(3e-5, 3e-4, (12,), random) * b
    z, simple = _called(answer, s, b).float(), s / b.sqrt()
    if not torch.allclose(z, simple, rtol=0.02):
        i = int((z / simple - 1).abs().nan_to_num(torch.inf).argmax())
        raise Wrong(
            f"for little signal on much background, Z should tend to s/√b. With s = {s[i]:.3g} and"
            f" b = {b[i]:.5g}, yours is {z[i]:.3g}, and it should be {simple[i]:.3g}: 1 + s/b is"
            " rounded before its logarithm is taken. log1p(s/b) does not round."
        )


def _with_zeros(random: Generator) -> tuple[Tensor, Tensor]:
    """No signal, no background, neither, among others."""
    s, b = _spread(1, 50, (8,), random), _spread(1, 50, (8,), random)
    s[[0, 3]], b[[0, 5, 6]] = 0, 0
    return s, b


def _check_nothing(z: Tensor, s: Tensor, b: Tensor) -> None:
    some = (s > 0) & (b > 0)
    if z.isnan().any():
        raise Wrong("NaN comes out where s or b is 0, and NaN wins every argmax.")
    if z.isinf().any():
        raise Wrong("infinity comes out where b = 0: such a cut wins every argmax.")
    prize = z[b == 0].abs().max()
    if prize > 1e-6:
        raise Wrong(
            f"b = 0 gets a prize of {prize:.3g}: it should be 0, whatever s is. A small number"
            " added to b does not do that."
        )
    if z[s == 0].abs().max() > 1e-3:
        raise Wrong("without signal, Z should be 0.")
    close(z[some], asimov(s, b)[some], "Z, of counts with zeros among them,", rtol=1e-3)


def _check_slopes_of_nothing(answer: Answer, s: Tensor, b: Tensor) -> None:
    for name, slope in zip("sb", _slopes(answer, s, b), strict=True):
        if not slope.isfinite().all():
            at = "s = 0" if not slope[s == 0].isfinite().all() else "b = 0"
            raise Wrong(
                f"the values are right, but the gradient in {name} is NaN or infinite where {at}. A"
                " `where` behind the root or the division comes too late: put harmless numbers"
                " in the place of s and b before them."
            )
