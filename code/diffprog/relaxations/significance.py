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
    """Median significance Z of a discovery, for b measured to ± σ = δ·b.

        Z² = 2·[(s + b)·ln((s + b)·(b + σ²)/(b² + (s + b)·σ²))
                − b²/σ²·ln(1 + σ²·s/(b·(b + σ²)))],
    which for δ = 0 is 2·[(s + b)·ln(1 + s/b) − s]. It tends to s/√(b + σ²)
    for s ≪ b, and is zero without a background. Where s + b < 0, which no
    count can be, it is NaN.

    Args:
        uncertainty: δ ≥ 0: one number, or a tensor that broadcasts with the
            counts, such as one for each cut. Z has a slope in it, too.

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
    # The brackets cancel for s ≪ b, and √ has no slope at Z² = 0. So Z² is
    # written as s² times what does not vanish. Both measurements, s + b and
    # b ± σ, are compared with b̂, the best fit to them if s is absent:
    u = (δ**2 * b).clamp(max=1e19)  # σ²/b, for δ → ∞ not infinite
    b_hat = b + s * u / (1 + u)  # b̂, where ln((s + b)/b̂) is the first ln
    b_hat = b_hat.maximum(b / (1 + u))  # which it is for s = −b
    z1 = s / (1 + u) / b_hat  # z₁ = (s + b − b̂)/b̂
    z2 = -u * z1  # z₂ = (b − b̂)/b̂
    # Z² = 2·b̂·[z₁²·D(z₁) + z₂²·D(z₂)/u], D(z) = ((1 + z)·ln(1 + z) − z)/z²
    z = s / (1 + u) * (2 * (_d(z1) + u * _d(z2)) / b_hat).sqrt()
    z = torch.where(impossible, torch.nan, z)
    return torch.where(none, 0, z)


def _d(z: Tensor) -> Tensor:
    """D(z) = ((1 + z)·ln(1 + z) − z)/z² = ½ − z/6 + z²/12 − …."""
    small = z.abs() < 0.05
    # where() sends a gradient to both branches, so each gets only values at
    # which it is finite. Rounding may put z at −1, where ln is not.
    near = torch.where(small, z, 0)
    far = torch.where(small, 1, z).clamp(min=torch.finfo(z.dtype).eps - 1)
    series = torch.zeros_like(z)
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
        if isinstance(x, Tensor) and x.is_floating_point():
            _args.precise(name, x)
        elif not isinstance(x, Tensor) or x.dtype not in _WHOLE:
            got = _args.described(x)
            raise _args.wrong(name, got, "a tensor of counts")
    _args.broadcast_shapes(s=s.shape, b=b.shape)
