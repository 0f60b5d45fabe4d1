"""Least squares with a few shared parameters and many local ones.

Symbols, shapes. n groups of data, such as tracks, with m numbers each.
    θ    any shape, G numbers  parameters that all groups share
    ν    (n, L)                local parameters, L for each group
    r    (n, m)                residuals, each divided by its error
    J_θ  (n, m, G)             their Jacobian in θ
    J_ν  (n, m, L)             the Jacobian of each group in its own ν
    Π    (n, m, m)             what is left after a fit of the ν of a group
    F    (G, G)                Σ J_θᵀ·Π·J_θ, the information on θ

The local parameters of a group follow θ: for any θ, they are fitted to
their group. What they can explain says nothing about θ, and Π removes it:
Π = 1 − Q·Qᵀ, where the columns of Q span those of J_ν. So a system with G
unknowns takes the place of one with G + n·L.

Source: V. Blobel, C. Kleinwort, A new method for the high-precision
alignment of track detectors, hep-ex/0208021 (Millepede), which eliminates
by blocks of the normal matrix instead.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.func import jacfwd, vmap

from diffprog import _args

__all__ = ["Step", "eliminate", "linearise", "step"]


class Step(NamedTuple):
    """One step of Gauss–Newton on all parameters.

    Attributes:
        shared: Δθ, in the shape of θ.
        local: Δν, (n, L).
        information: F, (G, G).
        eigenvalues: Of F, (G,), ascending.
        directions: The eigenvectors of F, (G, G), one in each column.
        free: The number of free directions. They come first, and Δθ has
            no part along them.
    """

    shared: Tensor
    local: Tensor
    information: Tensor
    eigenvalues: Tensor
    directions: Tensor
    free: int


def linearise(
    residuals: Callable[[Tensor, Tensor, Tensor], Tensor],
    shared: Tensor,
    local: Tensor,
    data: Tensor,
) -> tuple[Tensor, Tensor, Tensor]:
    """Return J_θ, (n, m, G), J_ν, (n, m, L), and r, (n, m).

    Args:
        residuals: A function of θ, of the ν of one group, (L,), and of the
            data of this group. It returns the r of the group, (m,).
        shared: θ.
        local: ν, (n, L).
        data: The data of the groups, along axis 0.
    """
    _args.shapes(local=(local, "n L"))
    _args.precise("shared", shared)

    def of_one(flat: Tensor, own: Tensor, y: Tensor) -> Tensor:
        return residuals(flat.reshape(shared.shape), own, y)

    θ, each = shared.reshape(-1), (None, 0, 0)
    j_θ = vmap(jacfwd(of_one, 0), each)(θ, local, data)
    j_ν = vmap(jacfwd(of_one, 1), each)(θ, local, data)
    return j_θ, j_ν, vmap(of_one, each)(θ, local, data)


def eliminate(j_θ: Tensor, j_ν: Tensor, r: Tensor) -> tuple[Tensor, Tensor]:
    """Return Π·J_θ, (n, m, G), and Π·r, (n, m).

    This is what is left of both after a fit of the local parameters.
    """
    _args.comparable(j_θ=j_θ, j_ν=j_ν, r=r)
    _args.shapes(j_θ=(j_θ, "n m G"), j_ν=(j_ν, "n m L"), r=(r, "n m"))
    q = torch.linalg.qr(j_ν).Q
    r = r[..., None]
    return j_θ - q @ (q.mT @ j_θ), (r - q @ (q.mT @ r))[..., 0]


def step(
    residuals: Callable[[Tensor, Tensor, Tensor], Tensor],
    shared: Tensor,
    local: Tensor,
    data: Tensor,
    relative: float = 1e-10,
) -> Step:
    """Return the shortest step to the smallest Σ r² of the linear model.

    Args:
        residuals: A function of θ, of the ν of one group, (L,), and of the
            data of this group. It returns the r of the group, (m,).
        shared: θ, in units in which its entries are of similar size: which
            step is the shortest depends on the units.
        local: ν, (n, L).
        data: The data of the groups, along axis 0.
        relative: A direction counts as free if its eigenvalue is below this
            fraction of the largest one.
    """
    relative = _args.positive("relative", relative)
    j_θ, j_ν, r = linearise(residuals, shared, local, data)
    left, left_r = eliminate(j_θ, j_ν, r)
    f = torch.einsum("nij,nik->jk", left, left)
    slope = torch.einsum("nij,ni->j", left, left_r)
    λ, v = torch.linalg.eigh(f)
    known = λ > relative * λ[-1]
    move = -v @ torch.where(known, (v.T @ slope) / λ, 0)
    ahead = (r + j_θ @ move)[..., None]
    follow = torch.linalg.lstsq(j_ν, -ahead).solution[..., 0]
    free = int((~known).sum())
    return Step(move.reshape(shared.shape), follow, f, λ, v, free)
