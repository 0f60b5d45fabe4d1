"""The slope of a mean over random branchings.

Symbols, shapes. n draws, L decisions, one after the other.
    x     (n,)     what the slope is by; each draw has its own
    S     (n, L)   signal, with what each decision and those before it
                   brought about, and later ones did not
    p     (n, L)   probability of the decisions that were taken

The mean E[Σ S] depends on x in two ways: through the values, and through
how often each decision is taken.
    d/dx E[Σ S] = E[∂ΣS/∂x] + E[Σₗ Rₗ·∂ ln pₗ/∂x]
Rₗ = Σ over j ≥ l of Sⱼ: what came before a decision does not depend on it.

Source: J. Schulman, N. Heess, T. Weber, P. Abbeel, Gradient estimation
using stochastic computation graphs, NeurIPS 2015.
"""

import torch
from torch import Tensor

from diffprog import _args

__all__ = ["pathwise_slope", "total_slope"]


def pathwise_slope(signal: Tensor, x: Tensor) -> Tensor:
    """∂ΣS/∂x, (n,): what autograd gives, the decisions held.

    Raises:
        ValueError: S does not depend on x but through decisions.
    """
    _args.shapes(signal=(signal, "n L"), x=(x, "n"))
    return _slope("signal", signal.sum(), x)


def total_slope(
    signal: Tensor,
    log_p: Tensor,
    x: Tensor,
    *,
    baseline: bool = True,
    causal: bool = True,
) -> Tensor:
    """∂ΣS/∂x + Σₗ (Rₗ − Bₗ)·∂ ln pₗ/∂x, (n,), unbiased for d/dx E[Σ S].

    Bₗ is the mean of Rₗ over the other draws. It does not depend on the
    decision, so it adds no bias, and takes away spread.

    Args:
        causal: Whether Rₗ leaves out what came before the decision. If not,
            it is Σ S, which has the same mean and more spread.

    Raises:
        ValueError: There are fewer than 2 draws with a baseline.
    """
    _args.shapes(signal=(signal, "n L"), log_p=(log_p, "n L"), x=(x, "n"))
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
    if not signal.requires_grad:  # decisions are all there is
        return decided
    return pathwise_slope(signal, x) + decided


def _slope(name: str, y: Tensor, x: Tensor) -> Tensor:
    if not (x.requires_grad and y.requires_grad):
        why = "it does not depend on x: does x require a gradient?"
        raise _args.refused(name, why)
    (slope,) = torch.autograd.grad(y, x, retain_graph=True)
    return slope
