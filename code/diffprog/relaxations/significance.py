"""Significance of a signal on a background: objectives for cuts.

Symbols, shapes. Counts come hard (integers) or soft (with a slope), in any
shapes that broadcast.
    s   signal expected to be kept
    b   background expected to be kept
    δ   relative uncertainty of b: its standard deviation is δ·b
    Z   significance, in standard deviations; below zero for s < 0

Without a background, b < `NO_BACKGROUND`, we define Z = 0, with slope zero:
a sample in which no background is left does not tell how much to expect, so
such a cut must not win. (s/√b would be infinite or, for s = 0, NaN, and
argmax returns both.) Weighted events may even give b < 0. On endless
background, b = ∞, Z is 0, too, its limit. If a count is NaN, so is Z.
"""

import torch
from torch import Tensor

from diffprog import _args

__all__ = ["NO_BACKGROUND", "asimov", "significance"]

# In events: far less than any real sample can resolve, and far more than
# where gradients in float32 overflow.
NO_BACKGROUND = 1e-12

_WHOLE = {torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64}


def significance(s: Tensor, b: Tensor) -> Tensor:
    """Z = s/√b, for b that is known; zero without a background.

    It holds for s ≪ b, and is far too large where b is small.
    """
    _check_counts(s, b)
    none, b = _guarded(s, b)
    return torch.where(none, 0, s / b.sqrt())


def asimov(
    s: Tensor, b: Tensor, uncertainty: float | Tensor = 0.0
) -> Tensor:
    """Median significance Z of a discovery, for b known to ± σ_b = δ·b.

        Z² = 2·[(s + b)·ln((s + b)·(b + σ_b²)/(b² + (s + b)·σ_b²))
                − b²/σ_b²·ln(1 + σ_b²·s/(b·(b + σ_b²)))].

    For δ = 0 this is 2·[(s + b)·ln(1 + s/b) − s]. For s ≪ b, Z tends to
    s/√(b + σ_b²). Without a background Z is zero. Where s + b < 0, which
    no count can be, Z is NaN.

    Args:
        uncertainty: δ ≥ 0: one number, or a tensor that broadcasts with the
            counts, such as one for each cut. Z has a slope in δ, too.

    Raises:
        ValueError: A δ is below zero, or not finite.

    Source:
        G. Cowan, K. Cranmer, E. Gross, O. Vitells, Eur. Phys. J. C 71
        (2011) 1554; G. Cowan, Discovery sensitivity for a counting
        experiment with background uncertainty (2012).
    """
    _check_counts(s, b)
    δ = _uncertainty(uncertainty, s, b)
    impossible = s < -b
    none, b = _guarded(s, b)
    # The two terms nearly cancel for s ≪ b, and √ has no slope at Z² = 0.
    # So Z² is written as s² times a factor that does not vanish. Both
    # counts, s + b and b ± σ_b, are compared with b̂, the best fit to them
    # without signal. The first logarithm is ln((s + b)/b̂).
    ratio = (δ**2 * b).clamp(max=1e19)  # σ_b²/b, finite even for δ → ∞
    b_hat = b + s * ratio / (1 + ratio)
    b_hat = b_hat.maximum(b / (1 + ratio))  # its value at s = −b
    x1 = s / (1 + ratio) / b_hat  # (s + b − b̂)/b̂
    x2 = -ratio * x1  # (b − b̂)/b̂
    # Z² = 2·b̂·[x₁²·D(x₁) + x₂²·D(x₂)/ratio], with D of `_d`
    both = _d(x1) + ratio * _d(x2)
    z = s / (1 + ratio) * (2 * both / b_hat).sqrt()
    z = torch.where(impossible, torch.nan, z)
    return torch.where(none, 0, z)


def _d(x: Tensor) -> Tensor:
    """D(x) = ((1 + x)·ln(1 + x) − x)/x² = ½ − x/6 + x²/12 − …."""
    small = x.abs() < 0.05
    # where() sends a gradient to both branches, so each branch gets only
    # values at which it is finite. Rounding may put x at −1, which is
    # outside of that range.
    near = torch.where(small, x, 0)
    far = torch.where(small, 1, x).clamp(min=torch.finfo(x.dtype).eps - 1)
    series = torch.zeros_like(x)
    for j in reversed(range(12)):
        series = 1 / ((j + 1) * (j + 2)) - near * series
    exact = ((1 + 1 / far) * torch.log1p(far) - 1) / far
    return torch.where(small, series, exact)


def _guarded(s: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Return where Z is 0 because of b, and b with 1 in its place there."""
    # Where s is NaN, b stays, so that Z becomes NaN.
    none = ((b < NO_BACKGROUND) | b.isposinf()) & ~s.isnan()
    return none, torch.where(none, 1, b)


def _uncertainty(δ: float | Tensor, s: Tensor, b: Tensor) -> float | Tensor:
    if not isinstance(δ, Tensor):
        return _args.not_negative("uncertainty", δ)
    _args.floating("uncertainty", δ)
    _args.broadcast_shapes(s=s.shape, b=b.shape, uncertainty=δ.shape)
    if not _args.holds((δ >= 0) & δ.isfinite()):
        got = _args.described(δ)
        raise _args.wrong("uncertainty", got, "finite, 0 or more")
    dtype = torch.result_type(s, b)
    return δ.to(s.device, dtype if dtype.is_floating_point else None)


def _check_counts(s: Tensor, b: Tensor) -> None:
    for name, x in {"s": s, "b": b}.items():
        if _args.is_tensor(x) and x.is_floating_point():
            _args.precise(name, x)
        elif not _args.is_tensor(x) or x.dtype not in _WHOLE:
            got = _args.described(x)
            raise _args.wrong(name, got, "a tensor of counts")
    _args.broadcast_shapes(s=s.shape, b=b.shape)
