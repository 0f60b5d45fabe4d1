"""Least squares with a few global parameters and many local ones.

Symbols, shapes. n groups of data, such as tracks, with m numbers each.
    g  any shape, G numbers   global parameters, which all groups share
    l  (n, L)                 local ones, L for each group
    r  (n, m)                 residuals, each divided by its error
    A  (n, m, G), B (n, m, L) their Jacobians, ∂r/∂g and ∂r/∂l
    N  (G, G)                 Σ Aᵀ·P·A: the information about g alone

The local parameters of a group are fitted to the group, whatever g is. What
they can follow is lost for g: P = 1 − Q·Qᵀ takes it out, where the columns
of Q span those of B. So a system of G unknowns is left of G + n·L.

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

__all__ = ["Step", "eliminate", "step"]


class Step(NamedTuple):
    """One step of Gauss–Newton on all parameters.

    Attributes:
        shared: Δg, in the shape of g.
        local: Δl, (n, L).
        information: N, (G, G).
        eigenvalues: Of N, (G,), rising.
        directions: Its eigenvectors, (G, G), one in each column.
        free: The number of directions that the data leave free; Δg has no
            part along them.
    """

    shared: Tensor
    local: Tensor
    information: Tensor
    eigenvalues: Tensor
    directions: Tensor
    free: int


def eliminate(a: Tensor, b: Tensor, r: Tensor) -> tuple[Tensor, Tensor]:
    """P·A, (n, m, G), and P·r, (n, m): what local parameters leave over."""
    _args.comparable(a=a, b=b, r=r)
    _args.shapes(a=(a, "n m G"), b=(b, "n m L"), r=(r, "n m"))
    q = torch.linalg.qr(b).Q
    r = r[..., None]
    return a - q @ (q.mT @ a), (r - q @ (q.mT @ r))[..., 0]


def step(
    residuals: Callable[[Tensor, Tensor, Tensor], Tensor],
    shared: Tensor,
    local: Tensor,
    data: Tensor,
    relative: float = 1e-10,
) -> Step:
    """Return the step that makes Σ r² of the linearised model smallest.

    Args:
        residuals: A function of g, of one group's l, (L,), and of its data
            that returns its r, (m,).
        shared: g, in units in which its numbers are alike: what is called
            free depends on them.
        local: l, (n, L).
        data: The data of the groups along axis 0.
        relative: A direction is free where its eigenvalue is below this
            part of the largest.
    """
    _args.shapes(local=(local, "n L"))
    _args.precise("shared", shared)
    relative = _args.positive("relative", relative)

    def of_one(g: Tensor, own: Tensor, y: Tensor) -> Tensor:
        return residuals(g.reshape(shared.shape), own, y)

    g, each = shared.reshape(-1), (None, 0, 0)
    r = vmap(of_one, each)(g, local, data)
    a = vmap(jacfwd(of_one, 0), each)(g, local, data)
    b = vmap(jacfwd(of_one, 1), each)(g, local, data)
    pa, pr = eliminate(a, b, r)
    n = torch.einsum("nij,nik->jk", pa, pa)
    λ, v = torch.linalg.eigh(n)
    known = λ > relative * λ[-1]
    slope = torch.einsum("nij,ni->j", pa, pr)
    move = -v @ torch.where(known, (v.T @ slope) / λ, 0)
    left = r + a @ move
    follow = torch.linalg.lstsq(b, -left[..., None]).solution[..., 0]
    return Step(
        move.reshape(shared.shape), follow, n, λ, v, int((~known).sum())
    )
