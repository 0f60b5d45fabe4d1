"""Checks for the exercises of the chapter `part5/telescope`.

Symbols, shapes. Of n tracks with m residuals each:
    J_theta  (n, m, G)  Jacobian in the parameters that all tracks share
    J_nu     (n, m, L)  in the parameters of each track
    r        (n, m)     residuals
    z        m          position of a plane along the beam
    s        µm         standard error of a survey
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._check import Advice, Draw, Mistake, Wrong, call, close, exercise, tensor

__all__ = ["check_along_beam", "check_eliminate", "check_survey"]


# Eliminate the tracks


@exercise("ex-eliminate", "Right: it is the step of the whole matrix, without the matrix.")
def check_eliminate(shared_step: Callable[..., Any], seed: int) -> None:
    """Check `shared_step(J_theta, J_nu, r)`: the step of the shared parameters, (G,)."""
    draw = Draw(seed)
    n, m, shared, local = 4, 6, 3, 2
    for _ in range(2):
        j_theta = draw(-3, 3, n, m, shared, step=0.05, dtype=torch.float64)
        j_nu = draw(-3, 3, n, m, local, step=0.05, dtype=torch.float64)
        r = draw(-3, 3, n, m, dtype=torch.float64)
        got = call(shared_step, SHAPES, J_theta=j_theta, J_nu=j_nu, r=r)
        if isinstance(got, tuple) and hasattr(got, "solution"):
            raise Wrong("that is all that `lstsq` returns: take its `.solution`")
        if tensor(got, "the step").shape == (shared, 1):
            got = got[:, 0]
        own = torch.eye(n)[:, None, :, None] * j_nu[:, :, None]  # in columns of its own
        every = _least(torch.cat([j_theta.flatten(0, 1), own.reshape(n * m, -1)], 1), r)
        close(got, every[:shared], "the step", _steps(j_theta, j_nu, r, every))


NO_COLUMN = "r has no axis for the columns that `@` needs: take r[..., None]"
SHAPES: Advice = {
    "Expected size for first two dimensions": NO_COLUMN,
    "size mismatch": NO_COLUMN,
    "cannot be multiplied": NO_COLUMN,
    "must have the same number of dimensions": "`lstsq` takes two matrices: join the rows of all"
    " tracks, flatten(0, 1), and give r a column, r[..., None]",
}


def _least(j: Tensor, r: Tensor) -> Tensor:
    """Return the step that makes |r + j·step|² smallest."""
    step: Tensor = torch.linalg.lstsq(j, -r.reshape(-1, 1)).solution[:, 0]
    return step


# fmt: off
def _steps(j: Tensor, own: Tensor, r: Tensor, every: Tensor) -> Iterator[Mistake]:
    q, column, g = torch.linalg.qr(own).Q, r[..., None], j.shape[-1]
    a, b = j - q @ (q.mT @ j), column - q @ (q.mT @ column)
    flat, rows = j.flatten(0, 1), a.flatten(0, 1)
    slope = rows.T @ b.flatten()
    held = "that is the step with the tracks held: let each track follow"
    yield held, _least(flat, r)
    yield ("only r is projected, so the step is that for tracks that do not follow: project J_theta"
           " too", _least(flat, b))
    yield ("that is the step of what the tracks can explain: keep what is left of J_theta and r,"
           " J_theta − Q·(Qᵀ·J_theta)", _least((j - a).flatten(0, 1), column - b))
    each = torch.stack([_least(*pair) for pair in zip(a, b, strict=True)])
    for some in (each, each.mT):
        yield "that is a step for each track: all tracks share one", some
    yield ("that is the mean of the steps of single tracks: join the rows of all tracks, and solve"
           " once", each.mean(0))
    yield ("that is the sum of the steps of single tracks: join their rows, and solve once",
           each.sum(0))
    for i, which in ((0, "first"), (-1, "last")):
        yield f"only the {which} track has a part in it: join the rows of all tracks", each[i]
    yield f"that is the step of all unknowns: return its first {g} entries", every
    yield "that is the step of all unknowns, with those of the tracks at the end", every[:, None]
    yield "those are entries of the tracks: the shared parameters come first", every[-g:]
    bare = j - own @ (own.mT @ j)
    for right in (column, column - own @ (own.mT @ column)):
        yield ("the columns of J_nu are not orthonormal: take those of torch.linalg.qr(J_nu).Q",
               _least(bare.flatten(0, 1), right))
    joined = torch.cat([j, own], 2).flatten(0, 1)
    yield ("all tracks have the same local parameters in your system: take the QR of each track,"
           " before you join their rows", _least(joined, r)[:g])
    for sign in (1, -1):
        yield "that is the right-hand side: solve the equations with F", sign * slope
        yield ("each is divided by an entry of the diagonal: F is a matrix, so solve the system",
               sign * slope / (rows**2).sum(0))
        yield ("the information is that with the tracks held: it has the projection as well",
               sign * torch.linalg.solve(flat.T @ flat, slope))
        yield ("the right-hand side has no projection, and F has none either",
               sign * _least(flat, r))
        yield ("F has the projection, and J_theta on the right-hand side is not that of F: both"
               " sides need Π once", sign * torch.linalg.solve(rows.T @ rows, flat.T @ r.flatten()))
    yield "that is F, the information: its system is to be solved", rows.T @ rows
    yield ("that is the inverse of F: multiply by the right-hand side",
           torch.linalg.inv(rows.T @ rows))
    yield "that is what is left of J_theta: a least-squares problem remains", a
    yield "those are the residuals that are left: the step is asked for", (b.shape, r.shape)[1]
# fmt: on


# Off along the beam


@exercise("ex-along-beam", "Right: five as before, and a shift and a stretch along the beam.")
def check_along_beam(prediction: Callable[..., Any], _seed: int) -> None:
    """Check `prediction()`: how many of 24 directions straight tracks leave free."""
    said = tensor(call(prediction), "the prediction")
    if said.numel() != 1:
        raise Wrong("return one whole number")
    n = round(said.item())
    if n != 7:
        raise Wrong(FREE.get(n, TOO_MANY if n > 7 else TOO_FEW))


TOO_FEW = "there are more: the five that you know are still free"
TOO_MANY = "that is too many: most displacements along the beam bend a track that has a slope"
FREE = {
    5: "those are the five that you know. Which displacements along the beam can a track with a"
    " slope follow?",
    6: "one is missing: there are two ways to move the planes along the beam that each straight"
    " track can follow",
    2: "those are the directions that are new: the five others are still free",
    1: "one of two is missing, and the five others are still free",
    17: "that is how many the tracks know: of how many do they say nothing?",
    18: "that is how many there were without the displacements along the beam",
    19: "that is how many would be known if none of the new ones were free: of how many do the"
    " tracks say nothing?",
    24: "the tracks say something: a plane that moves alone bends them",
    11: "not all six displacements along the beam are free: a single plane that moves leaves the"
    " line of a track that has a slope",
    10: "only displacements along the beam that are a straight line in z can be followed: how many"
    " numbers has a straight line?",
}


# How far does a survey reach?


@exercise("ex-survey", "Right: between the two planes, and beyond them.")
def check_survey(survey_error: Callable[..., Any], seed: int) -> None:
    """Check `survey_error(z, z1, z2, s)`: the error of a displacement at z."""
    draw = Draw(seed)
    for inside in (False, True):  # and with z1 above z2 there
        low, between, high = sorted(draw(0, 2, 3, dtype=torch.float64).tolist())
        z, z1, z2 = (between, high, low) if inside else (high, low, between)
        s = draw.one(5, 40, 1)
        got = call(survey_error, z=z, z1=z1, z2=z2, s=s)
        squares, lever = (z2 - z) ** 2 + (z1 - z) ** 2, z2 - z1
        close(got, _number(s * squares**0.5 / abs(lever)), "the error",
              _errors(z, z1, z2, s))  # fmt: skip


def _number(x: float) -> Tensor:
    return torch.tensor(x, dtype=torch.float64)


# fmt: off
def _errors(z: float, z1: float, z2: float, s: float) -> Iterator[Mistake]:
    a, b = (z2 - z) / (z2 - z1), (z - z1) / (z2 - z1)
    squares, lever = (z2 - z) ** 2 + (z1 - z) ** 2, abs(z2 - z1)
    for sentence, wrong in {
        "an error is not below zero: z2 may be smaller than z1": (-s * squares**0.5 / lever,),
        "that is the error of a surveyed plane: the line passes through both of them": (s,),
        "that is the error of the mean of both: away from the middle the line is known less":
            (s / 2**0.5,),
        "the two surveys are independent: the squares of their errors add up, and not the errors":
            (s * (abs(a) + abs(b)), s * abs(a - b)),
        "that is the variance: take the root": (s**2 * (a * a + b * b),),
        "the root is missing, over the sum of the squares": (s * (a * a + b * b),),
        "the distance between the surveyed planes is missing: the weights of the line are distances"
        " divided by it": (s * squares**0.5, s * squares),
        "the distance between the surveyed planes stands within the root, and not squared there":
            (s * (squares / lever) ** 0.5,),
        "the distance between the surveyed planes is squared outside of the root":
            (s * squares**0.5 / lever**2,),
        "only one of the surveys has a part in it": (s * abs(a), s * abs(b)),
        "that is the error of a line through the first surveyed plane that is exact at that plane":
            (s * 2**0.5 * abs(b),),
        "that is the error of a line through the second surveyed plane that is exact at that plane":
            (s * 2**0.5 * abs(a),),
        "the first survey and the slope of the line are not independent: write the line as a sum of"
        " the two surveys": (s * (1 + 2 * b * b) ** 0.5, s * (1 + 2 * a * a) ** 0.5),
        "the slope has the error s·√2 over the distance: its root of two is missing, and it is not"
        " independent of the first survey": (s * (1 + b * b) ** 0.5, s * (1 + a * a) ** 0.5),
        "halfway the error is s/√2, since the two surveys are averaged there":
            (s * (1 + 2 * ((a - b) / 2) ** 2) ** 0.5,),
        "the distances are added before they are squared": (s * abs(z2 + z1 - 2 * z) / lever,),
    }.items():
        for x in wrong:
            yield sentence, _number(x)
# fmt: on
