"""Check for the exercise of the chapter `part2/objective`.

Symbols, shapes.
    s, b   (n,), or (n, k)   expected signal and background, floats
    Z      as s and b        Asimov significance,
                             Z² = 2·[(s + b)·ln(1 + s/b) − s]
"""

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Generator, Tensor

from diffprog.exercises._check import (
    Mistake,
    Wrong,
    call,
    close,
    exercise,
    recognise,
    slopes,
    tensor,
    with_graph,
)
from diffprog.relaxations.significance import asimov

__all__ = ["check_asimov"]

Answer = Callable[..., Any]


@exercise("ex-asimov", "Right: also for little signal, for none, and without background.")
def check_asimov(asimov_significance: Answer, seed: int) -> None:
    """Check `asimov_significance(s, b)`: Z, and 0 where s or b is 0, with a finite gradient."""
    random = Generator().manual_seed(seed)
    for shape, lowest in (((3,), 0.05), ((2, 2), 1e-4)):
        b = _spread(lowest, 500, shape, random)
        s = _spread(0.05, 20, shape, random) * b
        # Little background and little signal, not together, and much more signal than background.
        for i, s_i, b_i in ((0, 1.5, 1.5 * lowest), (1, 0.01, 1.1), (2, 50.0, 2.0)):
            s.flatten()[i], b.flatten()[i] = s_i, b_i
        z = _called(asimov_significance, s, b)
        close(z, asimov(s, b), "Z", _mistakes(z, s, b), rtol=1e-3, atol=1e-6)
    _check_little_signal(asimov_significance, random)
    zeros = _with_zeros(random)
    z = _called(asimov_significance, *zeros)
    recognise(z, _mistakes_of_nothing(z, *zeros))
    close(z, asimov(*zeros), "Z, of counts with zeros among them,", rtol=1e-3, atol=1e-3)
    _check_slopes(asimov_significance, s, b)
    _check_slopes_of_nothing(asimov_significance, *zeros)


def _spread(low: float, high: float, shape: tuple[int, ...], random: Generator) -> Tensor:
    """Draw numbers between low and high, as many in each decade."""
    return low * (high / low) ** torch.rand(shape, generator=random)


def _called(answer: Answer, s: Tensor, b: Tensor) -> Tensor:
    """Return Z as a tensor of the right shape."""
    z = tensor(call(answer, s=s, b=b), "Z")
    if z.shape != s.shape:
        raise Wrong(
            f"Z has shape {tuple(z.shape)}, and the counts {tuple(s.shape)}: one Z for each pair of"
            " counts, in its place"
        )
    return z


# fmt: off
def _mistakes(z: Tensor, s: Tensor, b: Tensor) -> Iterator[Mistake]:
    log = torch.log1p(s / b)
    z2 = 2 * ((s + b) * log - s)
    yield ("that is Z²: the root is missing", z2)
    yield ("the factor 2 under the root is missing", (z2 / 2).sqrt())
    yield ("the factor 2 has come out of the root: it stands under it, √(2·[…])",
           2 * (z2 / 2).sqrt())
    yield ("that is s/√b, the limit for s ≪ b only", s / b.sqrt())
    yield ("that is s/√(s + b): this significance comes from a likelihood ratio",
           s / (s + b).sqrt())
    yield "signal and background have changed places", asimov(b, s)
    yield ("the logarithm is of 1 + b/s: signal and background have changed places there",
           (2 * ((s + b) * torch.log1p(b / s) - s)).sqrt())
    yield ("the − s at the end is missing", (2 * (s + b) * log).sqrt())
    yield ("the logarithm is multiplied by s + b, the expected count, not by s or b alone",
           bool(z.isnan().all()))
    yield ("the logarithm is multiplied by s + b, the expected count, not by s or b alone",
           (2 * (s * log - s)).sqrt())
    yield ("the 2 stands before the logarithm only: it multiplies the whole bracket,"
           " 2·[(s + b)·ln(1 + s/b) − s]", (2 * (s + b) * log - s).sqrt())
    yield ("that is the beginning of a series in s/b, good for s ≪ b only",
           (s**2 / b * (1 - s / b / 3)).sqrt())
    yield ("the logarithm is of 1 + s/b, and not of s/b",
           (2 * ((s + b) * (s / b).log() - s)).sqrt())
    yield ("the s at the end is added: it is subtracted", (2 * ((s + b) * log + s)).sqrt())
    yield ("the 1 in the logarithm comes in twice: log1p(x) is ln(1 + x)",
           (2 * ((s + b) * torch.log1p(1 + s / b) - s)).sqrt())
    for base in (10, 2):
        yield (f"the logarithm is to base {base}: the natural one is asked for",
               (2 * ((s + b) * log / math.log(base) - s)).sqrt())
    yield ("b = 0.1 is some background: only b = 0 is none. Do not raise it to one",
           asimov(s, b.clamp(min=1)))
    some = "is some, not none: only s = 0 or b = 0 has Z = 0"
    least_of_both = torch.minimum(s, b)
    for least in (1e-3, 1e-2, 0.05, 0.06, 0.1, 0.5, 1):
        for name, n in {"b": b, "s": s, "a count": least_of_both}.items():
            yield f"{name} of {n.min():.2g} {some}", torch.where(n <= least, 0, asimov(s, b))
    yield ("the bracket is (s + b)·ln(1 + s/b) − s: b is subtracted where s should be",
           (2 * ((s + b) * log - b)).sqrt())


def _mistakes_of_nothing(z: Tensor, s: Tensor, b: Tensor) -> Iterator[Mistake]:
    prize = z[b == 0].abs().max()
    yield ("NaN comes out where s or b is 0, and NaN wins every argmax", bool(z.isnan().any()))
    yield ("infinity comes out where b = 0: such a cut wins every argmax", bool(z.isinf().any()))
    yield (f"b = 0 gets a prize of {prize:.3g}: it should be 0, whatever s is. (A small number"
           " added to b does not do that.)", bool(prize > 1e-6))
    yield ("without signal, Z should be 0", bool(z[s == 0].abs().max() > 1e-3))
# fmt: on


def _slopes(answer: Answer, s: Tensor, b: Tensor) -> list[Tensor]:
    """Return dZ/ds and dZ/db of the learner's function."""
    s, b = s.clone().requires_grad_(), b.clone().requires_grad_()
    z = with_graph(call(answer, s=s, b=b), "Z")
    if not z.requires_grad:
        raise Wrong(
            "Z has no gradient: stay with torch functions of tensors. NumPy, `math`, `.item()`,"
            " `.detach()` and `torch.tensor(…)` end the graph"
        )
    found = []
    for name, slope in zip("sb", slopes(z.sum(), (s, b)), strict=True):
        if slope is None:
            raise Wrong(f"Z has no gradient in {name}: is {name} detached on the way?")
        found.append(slope)
    return found


def _check_slopes(answer: Answer, s: Tensor, b: Tensor) -> None:
    z = asimov(s, b)
    wanted = torch.log1p(s / b) / z, (torch.log1p(s / b) - s / b) / z
    for name, slope, right in zip("sb", _slopes(answer, s, b), wanted, strict=True):
        what = f"the gradient of Z in {name}"
        detached = f"the gradient in {name} is zero: is {name} detached on the way?"
        close(slope, right, what, [(detached, 0 * right)], rtol=1e-2, atol=1e-4, derived=True)


def _check_little_signal(answer: Answer, random: Generator) -> None:
    """Try signals of a ten-thousandth of the background and less, in float32."""
    b = _spread(3e3, 3e4, (6,), random)
    s = _spread(3e-5, 3e-4, (6,), random) * b
    z, simple = _called(answer, s, b), (s / b.sqrt()).double()
    if not torch.allclose(z, simple, rtol=0.02):
        i = int((z / simple - 1).abs().nan_to_num(torch.inf).argmax())
        raise Wrong(
            f"for little signal on much background, Z should tend to s/√b. With s = {s[i]:.3g} and"
            f" b = {b[i]:.5g}, yours is {z[i]:.3g}, and it should be {simple[i]:.3g}: 1 + s/b is"
            " rounded before its logarithm is taken. log1p(s/b) does not round"
        )


def _with_zeros(random: Generator) -> tuple[Tensor, Tensor]:
    """Draw no signal, no background and neither, among others."""
    s, b = (_spread(1, 50, (5,), random) for _ in "sb")
    s[[0, 3]], b[[0, 2]] = 0, 0
    return s, b


def _check_slopes_of_nothing(answer: Answer, s: Tensor, b: Tensor) -> None:
    for name, slope in zip("sb", _slopes(answer, s, b), strict=True):
        if not slope.isfinite().all():
            at = "s = 0" if not slope[s == 0].isfinite().all() else "b = 0"
            raise Wrong(
                f"the values are right, but the gradient in {name} is NaN or infinite where {at}. A"
                " `where` behind the root or the division comes too late: put harmless numbers in"
                " the place of s and b before them"
            )
