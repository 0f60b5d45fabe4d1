"""Checks for the exercises of the chapter `part2/objective`.

Symbols, shapes.
    s, b   (n,), or (n, k)   expected signal and background, floats
    Z      as s and b        Asimov significance,
                             Z² = 2·[(s + b)·ln(1 + s/b) − s]
    δ      a number          relative uncertainty of b; σ_b = δ·b
    r      as s and b        s/b
"""

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Generator, Tensor

from diffprog.exercises._check import (
    Draw,
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

__all__ = ["check_asimov", "check_endless_data", "check_uncertain"]

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


ONE_NUMBER = dict.fromkeys(
    ("only one element tensors", "cannot be converted to Scalar", "only length-1 arrays"),
    "`math` and `.item()` take a single number, and s and b are tensors of several: use the"
    " functions of torch. (And `.item()` would end the graph)",
)


@exercise("ex-endless-data", "Right: the control region never has more than 1/δ² events.")
def check_endless_data(largest_significance: Answer, seed: int) -> None:
    """Check `largest_significance(s, b, δ)`: √(2·[r − ln(1 + r)])/δ."""
    draw = Draw(seed)
    b = draw(20, 60, 3, step=1, dtype=torch.float64)
    s = draw(2, 90, 3, step=1, dtype=torch.float64)
    δ = draw.one(0.05, 0.3, 0.01)
    r = s / b
    wanted = (2 * (r - torch.log1p(r))).sqrt() / δ
    got = call(largest_significance, ONE_NUMBER, s=s, b=b, δ=δ)
    close(got, wanted, "the limit", _endless_mistakes(s, b, δ))


# fmt: off
def _endless_mistakes(s: Tensor, b: Tensor, δ: float) -> Iterator[Mistake]:
    r = s / b
    log = torch.log1p(r)
    z2 = 2 * (r - log) / δ**2
    yield ("that is Z²: the root is missing", z2)
    yield ("the factor 2 under the root is missing: Z² is 2·ln Λ", (z2 / 2).sqrt())
    yield ("the factor 2 has come out of the root: it stands under it", (2 * z2).sqrt())
    yield ("that is the limit for little signal besides, s/(δ·b): s/b need not be small here",
           r / δ)
    yield ("that is the short formula, for little signal and the data that you have",
           s / (b + (δ * b) ** 2).sqrt())
    yield ("that is Z of the data that you have, and not its limit: multiply s and b by the same"
           " number, and let the number grow", asimov(s, b, δ))
    yield ("that is Z of a background known exactly, which grows without limit",
           asimov(s, b))
    for wrong in (z2.sqrt() * δ, z2 * δ**2):
        yield ("δ has disappeared: the control region has 1/δ² events, which is how δ comes in",
               wrong)
    yield ("Z is multiplied by δ: the smaller δ, the larger Z must be", z2.sqrt() * δ**2)
    yield ("Z is divided by δ²: 1/δ² is a factor of Z², so that Z has 1/δ", z2.sqrt() / δ)
    yield ("Z² has the factor 1/δ, and not 1/δ²: n_τ = τ·b = 1/δ²", (z2 * δ).sqrt())
    yield ("Z is divided by the absolute uncertainty δ·b: there are 1/δ² events in the control"
           " region, whatever b is", z2.sqrt() / b)
    for wrong in (2 * (r / δ**2 - log), 2 * (r - log / δ**2)):
        yield ("only one of the two terms has the factor 1/δ²: both have it", wrong.abs().sqrt())
        yield ("only one of the two terms has the factor 1/δ²: both have it", wrong.sqrt())
    for wrong in (2 * (log - r), 2 * (r - r.log())):
        yield ("what stands under the root is s/b − ln(1 + s/b), which is never negative",
               wrong.sqrt() / δ)
    yield ("the two terms are added: the logarithm is subtracted", (2 * (r + log)).sqrt() / δ)
    yield ("the logarithm is missing: it is the second term of 2·ln Λ", (2 * r).sqrt() / δ)
    yield ("the first term is missing: n·ln(n/b̂) has n growing and ln(n/b̂) shrinking, and their"
           " product tends to s/(δ²·b)", (2 * log).sqrt() / δ)
    yield ("the logarithm is multiplied by 1 + s/b: that belongs to a count that fluctuates in the"
           " signal region. Here the control region is the one that fluctuates, with n_τ = 1/δ²",
           (2 * ((1 + r) * log - r)).sqrt() / δ)
    yield ("signal and background have changed places",
           (2 * (1 / r - torch.log1p(1 / r))).sqrt() / δ)
    for base in (10, 2):
        yield (f"the logarithm is to base {base}: the natural one is asked for",
               (2 * (r - log / math.log(base))).sqrt() / δ)
    share = s / (s + b)
    yield ("that has s/(s + b) where s/b should stand: b̂ tends to s + b, and n_τ·ln(n_τ/(τ·b̂)) to"
           " −ln(1 + s/b)/δ²", (2 * (share - torch.log1p(share))).sqrt() / δ)
    yield ("the first term is s/(s + b) where s/b should stand: n·ln(n/b̂) is about n·x, and the n"
           " cancels the s + b of x", (2 * (share - log)).sqrt() / δ)
    yield ("that is the next term of the series in s/b, good for little signal only",
           r * (1 - 2 * r / 3).sqrt() / δ)
# fmt: on


@exercise("ex-uncertain", "Right: in its values, and in what the fit feels.")
def check_uncertain(uncertain_significance: Answer, seed: int) -> None:
    """Check `uncertain_significance(s, b, δ)`: s/√(b + (δ·b)²), with its slopes."""
    draw = Draw(seed)
    s, b = draw(2, 30, 3, step=1), draw(5, 60, 3, step=1)  # so few that δ and √b are told apart
    δ = draw.one(0.2, 0.6, 0.01)
    got = call(uncertain_significance, ONE_NUMBER, s=s, b=b, δ=δ)
    wanted = s / (b + (δ * b) ** 2).sqrt()
    close(got, wanted, "the significance", _uncertain_mistakes(s, b, δ))
    s, b = s.requires_grad_(), b.requires_grad_()
    variance = b + (δ * b) ** 2
    right = (1 / variance.sqrt()).detach(), (-s * (1 + 2 * δ**2 * b) / 2 / variance**1.5).detach()
    z = with_graph(call(uncertain_significance, ONE_NUMBER, s=s, b=b, δ=δ), "the significance")
    if not z.requires_grad:
        raise Wrong(
            "the values are right, and there is no gradient: `.detach()`, `.item()`, NumPy and"
            " `torch.tensor(…)` end the graph"
        )
    of_s, of_b = slopes(z.sum(), (s, b))
    if of_s is None:
        raise Wrong("the values are right, and Z has no gradient in s: s is detached on the way")
    if of_b is None:
        raise Wrong(
            "the values are right, and Z has no gradient in b at all: b is detached, both in its"
            " own variance and in σ_b"
        )
    close(of_s, right[0], "the gradient of Z in s", derived=True, atol=1e-8)
    mistakes = _stiff_mistakes(s.detach(), b.detach(), δ)
    close(of_b, right[1], "the gradient of Z in b", mistakes, derived=True, atol=1e-8)


# fmt: off
def _uncertain_mistakes(s: Tensor, b: Tensor, δ: float) -> Iterator[Mistake]:
    σ = δ * b
    yield ("under the root σ_b is added to b, which is a variance: a standard deviation has to be"
           " squared first", s / (b + σ).sqrt())
    yield ("the standard deviations √b and σ_b are added: variances add up, b + σ_b²",
           s / (b.sqrt() + σ))
    yield ("δ stands where σ_b should: δ is relative, and σ_b = δ·b is in events",
           s / (b + δ**2).sqrt())
    yield ("δ stands where σ_b should: δ is relative, and σ_b = δ·b is in events. (And a variance"
           " has a square)", s / (b + δ).sqrt())
    yield ("σ_b² is (δ·b)²: b is squared as well", s / (b + δ**2 * b).sqrt())
    yield ("σ_b² is (δ·b)²: δ is squared as well", s / (b + δ * b**2).sqrt())
    yield ("the root of the uncertainty is taken twice: the variance is σ_b²",
           s / (b + σ.sqrt()).sqrt())
    yield ("the uncertainty is gone: that is s/√b", s / b.sqrt())
    yield ("the fluctuation of the count is gone: its variance is b", s / σ)
    yield ("the fluctuation of the count has the variance b, and not b²", s / (b**2 + σ**2).sqrt())
    yield ("the root is missing", s / (b + σ**2))
    yield ("the variances are subtracted: they add up", s / (b - σ**2).abs().sqrt())
    yield ("the variances are subtracted: they add up", s / (b - σ**2).sqrt())
    yield ("s stands under the root as well: without signal, only b fluctuates",
           s / (s + b + σ**2).sqrt())
    yield ("σ_b is a share of the signal: it is δ·b", s / (b + (δ * s) ** 2).sqrt())
    yield ("that is the long formula: asked for is the short one, with the two mistakes mended",
           asimov(s, b, δ))


def _stiff_mistakes(s: Tensor, b: Tensor, δ: float) -> Iterator[Mistake]:
    cube = (b + (δ * b) ** 2) ** 1.5
    yield ("the values are right, and the gradient in b is not: for backward() σ_b is a constant,"
           " so that the fit does not feel that a smaller background has a smaller uncertainty."
           " What ends the graph there?", -s / 2 / cube)
    yield ("the values are right, and the gradient in b is not: it comes from σ_b alone. The b"
           " that stands by itself is detached", -s * δ**2 * b / cube)
    yield ("the values are right, and the gradient in b is not: one of the two factors of σ_b² is"
           " detached", -s * (1 + δ**2 * b) / 2 / cube)
# fmt: on
