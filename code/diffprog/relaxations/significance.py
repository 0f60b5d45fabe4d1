"""How clearly a signal stands out of a background: objectives for cuts.

Symbols, shapes. Counts come hard (integers) or soft (with a slope), in any
shapes that broadcast.
    s   signal expected to be kept
    b   background expected to be kept
    δ   relative uncertainty of b: its standard deviation is δ·b
    Z   significance, in standard deviations

No background. Where b is below `NO_BACKGROUND`, Z = 0 by definition, with
slope zero: a sample in which no background is left says nothing about how
much to expect, so such a cut gets no prize. (s/√b would be infinite or, for
s = 0, NaN; either wins an argmax.) That includes b < 0, as weighted events
may give. A count that is NaN gives NaN.
"""

import torch
from torch import Tensor

from diffprog import _checks

__all__ = ["NO_BACKGROUND", "asimov", "significance"]

# events: far below what any real sample could tell, far above where float32
# gradients overflow
NO_BACKGROUND = 1e-12


def significance(s: Tensor, b: Tensor) -> Tensor:
    """Z = s/√b, where b is known;
    good for s ≪ b, and far too good where b is small.

    Zero where there is no background. ValueError for shapes that do not
    broadcast.
    """
    _check_counts(s, b)
    none, b = _guarded(s, b)
    return torch.where(none, 0, s / b.sqrt())


def asimov(s: Tensor, b: Tensor, uncertainty: float = 0.0) -> Tensor:
    """Return the median significance of a discovery,
    for b measured with a relative uncertainty δ.

    With σ² = (δ·b)², the variance of b, this is
        Z² = 2·[(s + b)·ln((s + b)·(b + σ²)/(b² + (s + b)·σ²))
                − b²/σ²·ln(1 + σ²·s/(b·(b + σ²)))]
    and, for δ = 0, Z² = 2·[(s + b)·ln(1 + s/b) − s]. It tends to
    s/√(b + σ²) for s ≪ b. Written here so that it loses no digits there,
    and has a slope at s = 0: u = σ²/b; b̂ is the background that fits best
    if there is no signal; both measurements are off from it, by z₁ and z₂
    relative to it; D(z) = ((1 + z)·ln(1 + z) − z)/z².

    Zero where there is no background. ValueError unless δ is one number, 0
    or more, and for shapes that do not broadcast.

    Source: G. Cowan, K. Cranmer, E. Gross, O. Vitells, Eur. Phys. J. C
    71 (2011) 1554, and G. Cowan, Discovery sensitivity for a counting
    experiment with background uncertainty (2012).
    """
    _check_counts(s, b)
    δ = _checks.not_negative("uncertainty", uncertainty)
    none, b = _guarded(s, b)
    u = δ**2 * b
    b_hat = b + s * u / (1 + u)
    z1 = s / (1 + u) / b_hat
    z2 = -u * z1
    return torch.where(
        none, 0, s / (1 + u) * (2 * (_d(z1) + u * _d(z2)) / b_hat).sqrt()
    )


def _d(z: Tensor) -> Tensor:
    """D(z) = ((1 + z)·ln(1 + z) − z)/z²,
    which is ½ − z/6 + z²/12 − … near zero."""
    small = z.abs() < 0.05
    # where() hands a gradient to both branches, so each is kept where it is
    # finite. Rounding may put z at −1, where the logarithm is not.
    near = torch.where(small, z, 0)
    far = torch.where(small, 1, z).clamp(min=torch.finfo(z.dtype).eps - 1)
    series = torch.zeros_like(z)
    for j in reversed(range(12)):
        series = 1 / ((j + 1) * (j + 2)) - near * series
    return torch.where(
        small, series, ((1 + 1 / far) * torch.log1p(far) - 1) / far
    )


def _guarded(s: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Return where there is no background,
    and b with ones put there; a NaN in s stays visible."""
    none = (b < NO_BACKGROUND) & ~s.isnan()
    return none, torch.where(none, 1, b)


def _check_counts(s: Tensor, b: Tensor) -> None:
    for name, x in {"s": s, "b": b}.items():
        if (
            not isinstance(x, Tensor)
            or x.is_complex()
            or x.dtype == torch.bool
        ):
            raise _checks.wrong(
                name, _checks.described(x), "a tensor of counts"
            )
    _checks.broadcast(s=s.shape, b=b.shape)
