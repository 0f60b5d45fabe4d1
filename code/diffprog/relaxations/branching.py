"""The slope of a mean over random branchings.

Symbols, shapes. n draws, L decisions, one after the other.
    x     (n, …)   the parameters; each draw has its own, and so its slope
    W     (n, L)   signals: Wₗ depends on the decisions up to l
    p     (n, L)   probability of the decisions that were taken

The mean of the total signal, ΣW, depends on x in two ways: through the
values, and through how often each decision is taken.
    d/dx E[ΣW] = E[∂ΣW/∂x] + E[Σₗ Rₗ·∂ ln pₗ/∂x],  Rₗ = Σ over j ≥ l of Wⱼ
The signals before a decision do not depend on it, so R leaves them out.

Source: J. Schulman, N. Heess, T. Weber, P. Abbeel, Gradient estimation
using stochastic computation graphs, NeurIPS 2015.
"""

import torch
from torch import Tensor

from diffprog import _args

__all__ = ["pathwise_slope", "total_slope"]


def pathwise_slope(signal: Tensor, x: Tensor) -> Tensor:
    """∂ΣW/∂x, (n, …): what autograd gives, with all decisions held fixed.

    Raises:
        ValueError: W depends on x through the decisions only, or not at
            all.
    """
    _args.shapes(signal=(signal, "n L"), x=(x, "n …"))
    return _slope("signal", signal.sum(), x)


def total_slope(
    signal: Tensor,
    log_p: Tensor,
    x: Tensor,
    *,
    baseline: bool = True,
    causal: bool = True,
) -> Tensor:
    """∂ΣW/∂x + Σₗ (Rₗ − Bₗ)·∂ ln pₗ/∂x, (n, …): unbiased for d/dx E[ΣW].

    The baseline Bₗ is the mean of Rₗ over the other draws. It does not
    depend on the decisions of this draw, so it adds no bias.

    Args:
        baseline: Whether to subtract Bₗ.
        causal: Whether Rₗ leaves out what came before the decision. If
            not, it is ΣW, which does not change the mean of the estimate.

    Raises:
        ValueError: There are fewer than 2 draws with a baseline.
    """
    _args.shapes(signal=(signal, "n L"), log_p=(log_p, "n L"), x=(x, "n …"))
    after = signal.detach()
    if causal:
        after = after.flip(1).cumsum(1).flip(1)
    else:
        after = after.sum(1, keepdim=True).expand_as(after)
    if baseline:
        n = len(after)
        if n < 2:
            want = "2 or more draws, for a baseline from the others"
            raise _args.wrong("signal", n, want)
        after = after - (after.sum(0) - after) / (n - 1)
    decided = _slope("log_p", (after * log_p).sum(), x)
    if not signal.requires_grad:  # it depends on x by decisions only
        return decided
    return pathwise_slope(signal, x) + decided


def _slope(name: str, y: Tensor, x: Tensor) -> Tensor:
    if not (x.requires_grad and y.requires_grad):
        why = "it does not depend on x: does x require a gradient?"
        raise _args.refused(name, why)
    (slope,) = torch.autograd.grad(y, x, retain_graph=True)
    return slope
