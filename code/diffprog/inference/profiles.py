"""Profile likelihood: an interval for one parameter that needs no parabola.

Symbols, shapes.
    ψ  (grid,)       the parameter asked about, at trial values
    ν  any shape, q numbers   the others, fitted again at each ψ: the
                              nuisance parameters
    y  (N,), or (toys, N)     the data
    r  (N,)          the residuals, each divided by its error σ
    χ²(ψ)            min over ν of Σ r²
The interval is {ψ: χ²(ψ) − min χ² < 1}, for 68.3 %. Where the model is
linear and ψ fixed is one linear condition on it, that is a theorem;
elsewhere it holds for many data. It stays the same, unlike one from the
Hessian, when the parameters are replaced by functions of them.

Source: S. S. Wilks, The large-sample distribution of the likelihood ratio
for testing composite hypotheses, Annals of Mathematical Statistics 9 (1938)
60.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.func import vmap

from diffprog import _args
from diffprog.loops.gauss_newton import best_step, linearised

__all__ = ["profile_chi2", "profile_interval"]


def profile_chi2(
    residuals: Callable[[Tensor, Tensor, Tensor], Tensor],
    psi: Tensor,
    nuisance: Tensor,
    data: Tensor,
    steps: int = 1,
) -> Tensor:
    """χ²(ψ) = min over ν of Σ r(ψ, ν, y)², (toys, grid).

    A single psi or a single data set drops its axis.

    Args:
        residuals: A function of one ψ, (), of ν and of one y, (N,) that
            returns r.
        psi: Trial values, (grid,) or ().
        nuisance: The ν where the search starts.
        data: The y, (toys, N) or (N,).
        steps: Gauss–Newton steps; one is enough where r is linear in ν.

    Raises:
        ValueError: A number is not finite, or residuals are not (N,).
    """
    for name, x in {"psi": psi, "nuisance": nuisance, "data": data}.items():
        _args.precise(name, x)
        _args.not_empty(name, x)
        _args.finite(name, x)
    _args.count("steps", steps)
    if psi.ndim > 1:
        raise _args.wrong(
            "psi", f"shape {tuple(psi.shape)}", "(grid,), or ()"
        )
    if data.ndim not in (1, 2):
        raise _args.wrong(
            "data", f"shape {tuple(data.shape)}", "(toys, N), or (N,)"
        )

    def chi2(psi: Tensor, y: Tensor) -> Tensor:
        ν = nuisance
        for _ in range(steps):
            r, j = linearised(lambda ν: residuals(psi, ν, y), ν)
            ν = ν - best_step(r, j).reshape(ν.shape)
        return (residuals(psi, ν, y) ** 2).sum()

    over_psi = vmap(chi2, (0, None)) if psi.ndim else chi2
    over_data = vmap(over_psi, (None, 0)) if data.ndim == 2 else over_psi
    result: Tensor = over_data(psi, data)
    return result


def profile_interval(psi: Tensor, chi2: Tensor) -> tuple[Tensor, Tensor]:
    """Return the ends of {ψ: χ²(ψ) − min χ² < 1}, each of shape (…,).

    Between the points of the grid χ² is taken for straight. An end is −∞ or
    ∞ where the grid stops before χ² has risen by 1.

    Args:
        psi: Trial values, (grid,), rising.
        chi2: χ² there, (…, grid).

    Raises:
        ValueError: psi does not rise, or a number is not finite; or the set
            is not an interval, since χ² has two valleys. Then pass a grid
            around the one that you mean.
    """
    _args.shapes(psi=(psi, "grid"), chi2=(chi2, "… grid"))
    _args.finite("psi", psi)
    _args.finite("chi2", chi2)
    if len(psi) < 2 or not _args.holds(psi.diff() > 0):
        raise _args.refused("psi", "pass two values or more, rising")
    excess = chi2 - chi2.min(-1, keepdim=True).values - 1
    inside = (excess < 0).int()
    enters = (inside.diff() > 0).sum(-1) + inside[..., 0]
    if not _args.holds(enters == 1):
        why = "it has two valleys within 1 of the least: pass one of them"
        raise _args.refused("chi2", why)
    low = -_last_below(-psi.flip(0), excess.flip(-1))
    return low, _last_below(psi, excess)


def _last_below(x: Tensor, y: Tensor) -> Tensor:
    """Return where y, (…, grid), last rises through zero, or ∞."""
    places = torch.arange(len(x), device=x.device)
    i = torch.where(y < 0, places, -1).amax(-1)
    j = (i + 1).clamp(max=len(x) - 1)
    y0, y1 = (y.gather(-1, at[..., None])[..., 0] for at in (i, j))
    crossing = x[i] + (x[j] - x[i]) * y0 / (y0 - y1)
    return torch.where(j > i, crossing, torch.inf)
