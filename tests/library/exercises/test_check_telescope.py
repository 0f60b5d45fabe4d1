"""The checks of the chapter on the telescope name what is wrong, and take every right answer."""

import torch
from torch.linalg import lstsq, qr, solve

from diffprog.exercises.telescope import check_along_beam, check_eliminate, check_survey

from .answers import test_right_answers_pass, test_wrong_answers_are_told_why  # noqa: F401


def projected(j, own, r):
    q = qr(own).Q
    return j - q @ (q.mT @ j), r[..., None] - q @ (q.mT @ r[..., None])


def by_rows(a, b):
    return -lstsq(a.flatten(0, 1), b.reshape(-1, 1)).solution[:, 0]


def solution(j, own, r):
    return by_rows(*projected(j, own, r))


def information(j, own, r):
    a, b = projected(j, own, r)
    return -solve((a.mT @ a).sum(0), (a.mT @ b).sum(0)[:, 0])


def everything(j, own, r):
    whole = torch.cat([j.flatten(0, 1), torch.block_diag(*own)], 1)
    return -lstsq(whole, r.reshape(-1, 1)).solution


def only_the_jacobian(j, own, r):
    return by_rows(projected(j, own, r)[0], r)


def by_blocks(j, own, r):
    """Return the step by the Schur complement of the normal matrix."""
    inside = torch.linalg.inv(own.mT @ own)
    carry = j.mT @ own @ inside
    f = (j.mT @ j - carry @ own.mT @ j).sum(0)
    slope = (j.mT @ r[..., None] - carry @ own.mT @ r[..., None]).sum(0)
    return -solve(f, slope)[:, 0]


def in_a_loop(j, own, r):
    f, slope = 0, 0
    for a, b, c in zip(j, own, r, strict=True):
        pi = torch.eye(len(c), dtype=c.dtype) - b @ torch.linalg.pinv(b)
        f, slope = f + a.T @ pi @ a, slope + a.T @ pi @ c
    return (-torch.linalg.inv(f) @ slope).tolist()


def whole(j, own, r):
    a, b = projected(j, own, r)
    f = (a.mT @ a).sum(0)
    return a, b, f, (a.mT @ b).sum(0)[:, 0]


def each(j, own, r):
    pairs = zip(*projected(j, own, r), strict=True)
    return torch.stack([-lstsq(a, b).solution[:, 0] for a, b in pairs])


def explained(j, own, r):
    a, b = projected(j, own, r)
    return by_rows(j - a, r[..., None] - b)


def bare(j, own, r):
    return by_rows(j - own @ (own.mT @ j), r)


def one_for_all(j, own, r):
    return -lstsq(torch.cat([j, own], 2).flatten(0, 1), r.reshape(-1, 1)).solution[:3, 0]


def one_projection(j, own, r):
    q = qr(own.flatten(0, 1)).Q
    a, b = j.flatten(0, 1), r.reshape(-1, 1)
    return -lstsq(a - q @ (q.T @ a), b - q @ (q.T @ b)).solution[:, 0]


def no_column(j, own, r):
    q = qr(own).Q
    return by_rows(j - q @ (q.mT @ j), r - q @ (q.mT @ r))


def not_joined(j, own, r):
    a, b = projected(j, own, r)
    return -lstsq(a, b[..., 0]).solution


def mixed(j, own, r):
    f = whole(j, own, r)[2]
    return -solve(f, j.flatten(0, 1).T @ r.flatten())


def straight(z, z1, z2, s):
    return s * ((z2 - z) ** 2 + (z1 - z) ** 2) ** 0.5 / abs(z2 - z1)


def weights(z, z1, z2):
    return (z2 - z) / (z2 - z1), (z - z1) / (z2 - z1)


def from_middle(z, z1, z2, s):
    return s * (1 / 2 + 2 * ((z - (z1 + z2) / 2) / (z2 - z1)) ** 2) ** 0.5


def by_matrix(z, z1, z2, s):
    j = torch.tensor([[1, z1], [1, z2]], dtype=torch.float64)
    c = s**2 * torch.linalg.inv(j.T @ j)
    row = torch.tensor([1, z], dtype=torch.float64)
    return (row @ c @ row).sqrt()


RIGHT = {
    check_eliminate: {
        "least squares of rows": solution,
        "the equations with F": information,
        "all unknowns": lambda *given: everything(*given)[:3, 0],
        "a column": lambda *given: everything(*given)[:3],
        "only the Jacobian": only_the_jacobian,
        "blocks of the normal matrix": by_blocks,
        "a loop, and a list": in_a_loop,
    },
    check_along_beam: {
        "a number": lambda: 7,
        "a float": lambda: 7.0,
        "a tensor": lambda: torch.tensor(7),
        "a sum": lambda: 5 + 2,
    },
    check_survey: {
        "distances": straight,
        "weights": lambda z, z1, z2, s: s * sum(w * w for w in weights(z, z1, z2)) ** 0.5,
        "from the middle": from_middle,
        "a covariance": by_matrix,
    },
}
WRONG = {
    check_eliminate: {
        "held": (lambda j, _, r: by_rows(j, r), "with the tracks held"),
        "only r": (lambda j, own, r: by_rows(j, projected(j, own, r)[1]), "only r is projected"),
        "sign": (lambda *given: -solution(*given), "right but for its sign"),
        "half": (lambda *given: solution(*given) / 2, "0.5 times"),
        "what is explained": (explained, "what the tracks can explain"),
        "each": (each, "a step for each track"),
        "mean of each": (lambda *given: each(*given).mean(0), "mean of the steps of single"),
        "sum of each": (lambda *given: each(*given).sum(0), "sum of the steps of single"),
        "first track": (lambda *given: each(*given)[0], "only the first track"),
        "last track": (lambda *given: each(*given)[-1], "only the last track"),
        "everything": (lambda *given: everything(*given)[:, 0], "its first 3 entries"),
        "every column": (lambda *given: everything(*given), "those of the tracks at the end"),
        "last entries": (lambda *given: everything(*given)[-3:, 0], "come first"),
        "not orthonormal": (bare, "not orthonormal"),
        "one track for all": (one_for_all, "the QR of each track"),
        "one projection": (one_projection, "the QR of each track"),
        "the right-hand side": (lambda *given: whole(*given)[3], "the right-hand side"),
        "the diagonal": (
            lambda *given: -whole(*given)[3] / whole(*given)[2].diagonal(),
            "by an entry of the diagonal",
        ),
        "F of held tracks": (
            lambda j, own, r: -solve((j.mT @ j).sum(0), whole(j, own, r)[3]),
            "not follow",
        ),
        "mixed sides": (mixed, "both sides need Π"),
        "F": (lambda *given: whole(*given)[2], "that is F"),
        "F inverted": (lambda *given: whole(*given)[2].inverse(), "the inverse of F"),
        "what is left": (lambda *given: whole(*given)[0], "what is left of J_theta"),
        "residuals left": (lambda *given: whole(*given)[1][..., 0], "the step is asked for"),
        "no column": (no_column, "take r[..., None]"),
        "the whole of lstsq": (
            lambda j, _, r: lstsq(j.flatten(0, 1), r.reshape(-1, 1)),
            "take its `.solution`",
        ),
        "nothing": (lambda *_: None, "returns None"),
    },
    check_along_beam: {
        "five": (lambda: 5, "the five that you know"),
        "six": (lambda: 6, "one is missing"),
        "two": (lambda: 2, "directions that are new"),
        "one": (lambda: 1, "one of two"),
        "seventeen": (lambda: 17, "how many the tracks know"),
        "eighteen": (lambda: 18, "without the displacements along"),
        "nineteen": (lambda: 19, "none of the new ones"),
        "all": (lambda: 24, "the tracks say something"),
        "eleven": (lambda: 11, "not all six"),
        "ten": (lambda: 10, "how many numbers has a straight line"),
        "eight": (lambda: 8, "too many"),
        "four": (lambda: 4, "there are more"),
        "two numbers": (lambda: [5, 2], "one whole number"),
    },
    check_survey: {
        "s": (lambda z, z1, z2, s: s, "of a surveyed plane"),
        "mean": (lambda z, z1, z2, s: s / 2**0.5, "away from the middle"),
        "sizes": (
            lambda z, z1, z2, s: s * sum(abs(w) for w in weights(z, z1, z2)),
            "the squares of their errors",
        ),
        "difference": (
            lambda z, z1, z2, s: s * abs(weights(z, z1, z2)[0] - weights(z, z1, z2)[1]),
            "the squares of their errors",
        ),
        "variance": (lambda *given: straight(*given) ** 2, "take the root"),
        "no root": (
            lambda z, z1, z2, s: s * sum(w * w for w in weights(z, z1, z2)),
            "root is missing",
        ),
        "no distance": (
            lambda z, z1, z2, s: straight(z, z1, z2, s) * abs(z2 - z1),
            "distance between the surveyed planes is missing",
        ),
        "distance in the root": (
            lambda z, z1, z2, s: straight(z, z1, z2, s) * abs(z2 - z1) ** 0.5,
            "within the root",
        ),
        "distance squared": (
            lambda z, z1, z2, s: straight(z, z1, z2, s) / abs(z2 - z1),
            "squared outside",
        ),
        "one survey": (
            lambda z, z1, z2, s: s * abs(weights(z, z1, z2)[0]),
            "only one of the surveys",
        ),
        "slope alone": (
            lambda z, z1, z2, s: s * 2**0.5 * abs(weights(z, z1, z2)[1]),
            "exact at that plane",
        ),
        "shift and slope": (
            lambda z, z1, z2, s: s * (1 + 2 * weights(z, z1, z2)[1] ** 2) ** 0.5,
            "not independent: write the line",
        ),
        "negative": (
            lambda z, z1, z2, s: s * ((z2 - z) ** 2 + (z1 - z) ** 2) ** 0.5 / (z2 - z1),
            "not below zero",
        ),
        "half": (lambda *given: straight(*given) / 2, "0.5 times"),
        "a thousandth": (lambda *given: straight(*given) / 1e3, "0.001 times"),
    },
}
