"""The checks of `part3/identifiability`: right answers pass, a wrong one hears its likely cause."""

import math

import numpy as np
import pytest
import torch
from torch.func import grad, jacfwd, jacrev

from diffprog.autodiff.curvature import jacobian
from diffprog.exercises._check import SEEDS
from diffprog.exercises.identifiability import (
    check_best_second,
    check_errors,
    check_flash,
    check_null_vectors,
    choices,
    mistakes,
)
from diffprog.pipelines import identifiability

from .answers import (  # noqa: F401
    linalg_of_scipy,
    test_right_answers_pass,
    test_wrong_answers_are_told_why,
)

# Forward mode, at its first use in a process, runs what torch itself deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")


# ex-null-vector


def as_in_the_chapter(simulator, z):
    J = jacfwd(simulator)(z)
    _, s, Vh = torch.linalg.svd(J)
    seen = (s > 1e-10 * s[0]).sum()
    return Vh[seen:].T


def by_eigenvectors(simulator, z):
    J = jacrev(simulator)(z)
    λ, u = torch.linalg.eigh(J.T @ J)
    return u[:, λ < 1e-12 * λ[-1]]


def by_library_with_other_signs(simulator, z):
    return -identifiability.null_space(jacobian(simulator, z)).flip(1)


def by_projection(simulator, z):
    """Orthonormal columns of 1 − J⁺J, by QR of a random mixture."""
    J = jacrev(simulator)(z)
    p = len(z)
    projector = torch.eye(p).double() - torch.linalg.pinv(J) @ J
    free = p - torch.linalg.matrix_rank(J)
    g = torch.Generator().manual_seed(1)
    mixture = torch.randn(p, int(free), generator=g, dtype=torch.float64)
    return torch.linalg.qr(projector @ mixture).Q


def nearly_at_right_angles(simulator, z):
    n = as_in_the_chapter(simulator, z)
    return torch.cat([n[:, :1] + 5e-7 * n[:, 1:2], n[:, 1:]], 1) if n.shape[1] > 1 else n


def in_rows(simulator, z):
    return as_in_the_chapter(simulator, z).T


def one_flat_vector(simulator, z):
    n = as_in_the_chapter(simulator, z)
    return n[:, 0] if n.shape[1] == 1 else n


def seen_best(simulator, z):
    free = as_in_the_chapter(simulator, z).shape[1]
    return torch.linalg.svd(jacrev(simulator)(z)).Vh[:free].T


def reduced(simulator, z):
    J = jacrev(simulator)(z)
    _, s, Vh = torch.linalg.svd(J, full_matrices=False)
    return Vh[(s > 1e-10 * s[0]).sum() :].T


def exactly_zero(simulator, z):
    _, s, Vh = torch.linalg.svd(jacrev(simulator)(z))
    return Vh[(s > 0).sum() :].T


def fixed_tolerance(simulator, z):
    _, s, Vh = torch.linalg.svd(jacrev(simulator)(z))
    return Vh[(s > 1e-6).sum() :].T


def at_zero(simulator, z):
    return as_in_the_chapter(simulator, torch.zeros_like(z))


def at_zero_as_many(simulator, z):
    free = as_in_the_chapter(simulator, z).shape[1]
    return torch.linalg.svd(jacrev(simulator)(torch.zeros_like(z))).Vh[len(z) - free :].T


def columns_of_vh(simulator, z):
    _, s, Vh = torch.linalg.svd(jacrev(simulator)(z))
    return Vh[:, (s > 1e-10 * s[0]).sum() :]


def of_the_observations(simulator, z):
    J = jacrev(simulator)(z)
    U, s, _ = torch.linalg.svd(J)
    return U[:, (s > 1e-10 * s[0]).sum() :]


def by_a_mask(simulator, z):
    _, s, Vh = torch.linalg.svd(jacrev(simulator)(z))
    return Vh[s < 1e-10 * s[0]].T


def skew(simulator, z):
    """A matrix that takes unit vectors to unit vectors, and right angles to others."""
    k = as_in_the_chapter(simulator, z).shape[1]
    m = torch.eye(k).double()
    if k > 1:
        m[:2, 1] = 0.5**0.5
    return m


def as_many_as(free):
    """Rows of Vh by another rule: free(s, J)."""

    def answer(simulator, z):
        J = jacrev(simulator)(z)
        _, s, Vh = torch.linalg.svd(J)
        return Vh[len(z) - int(free(s, J)) :].T

    return answer


def relative(tolerance):
    return as_many_as(lambda s, J: J.shape[1] - (s > tolerance * s[0]).sum())


def absolute(tolerance):
    return as_many_as(lambda s, J: J.shape[1] - (s > tolerance).sum())


def of_the_sum(simulator, z):
    return torch.linalg.svd(jacrev(simulator)(z).sum(0, keepdim=True)).Vh[1:].T


def in_single_precision(simulator, z):
    return as_in_the_chapter(simulator, z).float()


def none_at_full_rank(simulator, z):
    n = as_in_the_chapter(simulator, z)
    return n if n.numel() else None


def z_in_place(simulator, z):
    z += 1
    return as_in_the_chapter(simulator, z)


NULLS = {
    "as in the chapter": as_in_the_chapter,
    "eigenvectors": by_eigenvectors,
    "the library, other signs": by_library_with_other_signs,
    "a projection": by_projection,
    "NumPy": lambda f, z: as_in_the_chapter(f, z).numpy(),
    "a list": lambda f, z: as_in_the_chapter(f, z).tolist(),
    "SciPy": lambda f, z: linalg_of_scipy().null_space(jacrev(f)(z).numpy(), rcond=1e-10),
    "QR": lambda f, z: (
        np.linalg.qr(linalg_of_scipy().null_space(jacfwd(f)(z).numpy(), rcond=1e-8)).Q
    ),
    "1e-6 of the largest": relative(1e-6),
    "right angles but for rounding": nearly_at_right_angles,
}


def svd_of(simulator, z):
    return torch.linalg.svd(torch.func.jacrev(simulator)(z)).Vh


def beginning(late):
    """The rows of Vh from one too many on, or one too few."""

    def answer(simulator, z):
        free = as_in_the_chapter(simulator, z).shape[1]
        return svd_of(simulator, z)[len(z) - free + late :].T

    return answer


def projector(simulator, z):
    j = torch.func.jacrev(simulator)(z)
    return torch.eye(len(z), dtype=z.dtype) - torch.linalg.pinv(j) @ j


def by_differences(simulator, z):
    steps = 0.1 * torch.eye(len(z), dtype=z.dtype)
    j = torch.stack([(simulator(z + step) - simulator(z)) / 0.1 for step in steps], 1)
    s, vh = torch.linalg.svd(j)[1:]
    return vh[(s > 1e-10 * s[0]).sum() :].T


WRONG_NULLS = {
    "a row too late": (beginning(1), "begin at 1"),
    "a row too early": (beginning(-1), "those are all|Those are all"),
    "N as the rank": (lambda s, z: svd_of(s, z)[len(s(z)):].T, "not the number of observations"),
    "too generous": (relative(0.3), "a singular value that is 0.0"),
    "all of Vh": (lambda s, z: svd_of(s, z).T, "Those are all directions"),
    "a projector": (projector, "not independent"),
    "at ones": (lambda s, z: as_in_the_chapter(s, torch.ones_like(z)), "at another point"),
    "a large step": (by_differences, "J times your vectors is not zero"),
    "not finite": (lambda s, z: as_in_the_chapter(s, z) / 0, "not finite"),
    "rows": (in_rows, "your vectors are rows"),
    "flat": (one_flat_vector, "as a column"),
    "seen best": (seen_best, "seen best, the first rows of Vh"),
    "reduced": (reduced, "full_matrices=True"),
    "exactly zero": (exactly_zero, "comes out as rounding"),
    "1e-6, not of the largest": (absolute(1e-6), "depends on the units"),
    "1e-10, not of the largest": (absolute(1e-10), "depends on the units"),
    "1e-12, not of the largest": (absolute(1e-12), "depends on the units"),
    "1e-15, not of the largest": (absolute(1e-15), "depends on the units|comes out as rounding"),
    "2 % of the largest": (relative(0.02), "far above rounding"),
    "1 % of the largest": (relative(0.01), "far above rounding"),
    "at zero": (at_zero, "Jacobian at another point"),
    "at zero, as many": (at_zero_as_many, "Jacobian at another point"),
    "columns of Vh": (columns_of_vh, "whose rows are the vectors"),
    "U": (of_the_observations, "come from U, or from J transposed"),
    "a mask": (by_a_mask, "take the rows from there on"),
    "one always": (as_many_as(lambda s, J: 1), "number of vectors fixed"),
    "none": (as_many_as(lambda s, J: 0), "full_matrices=True"),
    "all": (as_many_as(lambda s, J: J.shape[1]), "number fixed|all directions"),
    "p − N": (as_many_as(lambda s, J: max(J.shape[1] - J.shape[0], 0)), "not the number of obs"),
    "of the sum": (of_the_sum, "that of the sum of all observations"),
    "single precision": (in_single_precision, "float32"),
    "None": (none_at_full_rank, "without columns, shape (P, 0)"),
    "doubled": (lambda f, z: 2 * as_in_the_chapter(f, z), "length one"),
    "not unit": (lambda f, z: as_in_the_chapter(f, z) / as_in_the_chapter(f, z).abs().amax(0)
        if as_in_the_chapter(f, z).numel() else as_in_the_chapter(f, z), "length one"),
    "skew": (lambda f, z: as_in_the_chapter(f, z) @ skew(f, z), "right angles"),
    "the first only": (lambda f, z: as_in_the_chapter(f, z)[:, :1], "null vectors, and there are"),
    "NaN": (lambda f, z: as_in_the_chapter(f, z) * torch.nan, "not finite"),
    "of the page": (
        lambda f, z: torch.tensor([[3.0], [-1.0]]).double() / 10**0.5,
        "null vector of this chapter"),
    "a unit vector": (lambda f, z: torch.eye(len(z))[:, :1], "J times your vectors is not zero"),
    "another shape": (lambda f, z: torch.eye(7)[:, :1], "I got shape (7, 1)"),
    "the projector": (
        lambda f, z: as_in_the_chapter(f, z) @ as_in_the_chapter(f, z).T,
        "null vectors, and there"),
    "the whole SVD": (lambda f, z: torch.linalg.svd(jacrev(f)(z)), "unlike shapes"),
    "z in place": (z_in_place, "changes z"),
    "a string": (lambda f, z: "n", "of type str"),
}  # fmt: skip


# ex-design


def with_outer_products(simulator, z, first, candidates):
    g, *others = (grad(simulator)(z, T) for T in [first, *candidates])
    information = [torch.outer(g, g) + torch.outer(h, h) for h in others]
    return candidates[torch.stack(information).det().argmax()]


def by_singular_values(simulator, z, first, candidates):
    def volume(T):
        J = jacrev(lambda z: torch.stack([simulator(z, first), simulator(z, T)]))(z)
        return torch.linalg.svdvals(J).prod().item()

    return max(candidates, key=volume)


def by_library(simulator, z, first, candidates):
    def both(T):
        return jacobian(lambda z: torch.stack([simulator(z, first), simulator(z, T)]), z)

    F = identifiability.fisher_information(torch.stack([both(T) for T in candidates]), 0.3)
    return torch.tensor(candidates)[torch.logdet(F).argmax()]


def scored(score):
    """An answer that chooses by a function of F."""

    def answer(simulator, z, first, candidates):
        g, *others = (grad(simulator)(z, T) for T in [first, *candidates])
        F = torch.stack([torch.outer(g, g) + torch.outer(h, h) for h in others])
        return candidates[score(F).argmax()]

    return answer


def by_gradients(score):
    """An answer that chooses by a function of the two gradients."""

    def answer(simulator, z, first, candidates):
        g = grad(simulator)(z, first)
        return max(candidates, key=lambda T: float(score(g, grad(simulator)(z, T))))

    return answer


def second_alone(simulator, z, first, candidates):
    h = [grad(simulator)(z, T) for T in candidates]
    return candidates[torch.stack([torch.outer(g, g) for g in h]).det().argmax()]


def sum_before_the_outer_product(simulator, z, first, candidates):
    g, *others = (grad(simulator)(z, T) for T in [first, *candidates])
    F = torch.stack([torch.outer(g + h, g + h) for h in others])
    return candidates[torch.linalg.matrix_rank(F).argmax()]


def without_z(simulator, z, first, candidates):
    return with_outer_products(simulator, torch.zeros_like(z), first, candidates)


def the_place(simulator, z, first, candidates):
    return candidates.index(with_outer_products(simulator, z, first, candidates))


def the_determinant(simulator, z, first, candidates):
    g, *others = (grad(simulator)(z, T) for T in [first, *candidates])
    return torch.stack([torch.outer(g, g) + torch.outer(h, h) for h in others]).det().max()


def variance(i):
    return lambda F: -torch.linalg.inv(F)[:, i, i]


def removed(simulator, z, first, candidates):
    best = with_outer_products(simulator, z, first, candidates)
    candidates.remove(best)
    return best


def sorted_in_place(simulator, z, first, candidates):
    candidates.sort()
    return with_outer_products(simulator, z, first, candidates)


def chosen(f):
    return lambda *p: f(with_outer_products(*p))


DESIGNS = {
    "outer products": with_outer_products,
    "singular values": by_singular_values,
    "the library": by_library,
    "NumPy": chosen(np.float64),
    "shape (1,)": chosen(lambda T: torch.tensor([T])),
    "a list": chosen(lambda T: [T]),
}
WRONG_DESIGNS = {
    "the diagonal": (by_gradients(lambda g, h: (g**2 + h**2).prod()), "only its diagonal"),
    "signed": (by_gradients(lambda g, h: g[0] * h[1] - g[1] * h[0]), "with its sign"),
    "angle": (
        by_gradients(lambda g, h: -(((g @ h) / g.norm() / h.norm()) ** 2)),
        "divided by their lengths",
    ),
    "product": (by_gradients(lambda g, h: g @ h), "largest product of the two"),
    "minus the product": (by_gradients(lambda g, h: -(g @ h)), "smallest product of the two"),
    "changes": (
        lambda s, z, first, c: max(c, key=lambda T: abs(s(z, T) - s(z, first))), "differs most"),
    "observation": (
        lambda s, z, first, c: max(c, key=lambda T: s(z, T)), "largest observation"),
    "from a sorted list": (
        lambda s, z, first, c: sorted(c)[c.index(with_outer_products(s, z, first, c))],
        "a sorted list"),
    "the one before": (
        lambda s, z, first, c: c[c.index(with_outer_products(s, z, first, c)) - 1],
        "the candidate before"),
    "the one after": (
        lambda s, z, first, c: c[(c.index(with_outer_products(s, z, first, c)) + 1) % len(c)],
        "the candidate after"),
    "past the end": (lambda s, z, first, c: c[len(c)], "past the end"),
    "smallest": (scored(lambda F: -F.det()), "smallest determinant"),
    "trace": (scored(lambda F: F.diagonal(dim1=1, dim2=2).sum(1)), "trace of F"),
    "largest eigenvalue": (scored(lambda F: torch.linalg.eigvalsh(F)[:, -1]), "largest eigenvalue"),
    "smallest eigenvalue": (
        scored(lambda F: torch.linalg.eigvalsh(F)[:, 0]), "smallest eigenvalue"),
    "variances": (scored(lambda F: variance(0)(F) + variance(1)(F)), "sum of the variances"),
    "first": (scored(variance(0)), "first latent quantity alone"),
    "second": (scored(variance(1)), "second latent quantity alone"),
    "condition": (scored(lambda F: -torch.linalg.cond(F)), "condition number"),
    "farthest": (lambda s, z, first, cs: max(cs, key=lambda T: abs(T - first)), "farthest in time"),
    "nearest": (lambda s, z, first, cs: min(cs, key=lambda T: abs(T - first)), "nearest in time"),
    "earliest": (lambda s, z, first, cs: min(cs), "always choose the earliest"),
    "latest": (lambda s, z, first, cs: max(cs), "always choose the latest"),
    "first of the list": (lambda s, z, first, cs: cs[0], "first of the list"),
    "last of the list": (lambda s, z, first, cs: cs[-1], "last of the list"),
    "sum before the product": (sum_before_the_outer_product, "first of the list"),
    "second alone": (second_alone, "second picture alone|first of the list|det F is larger at"),
    "at zero": (without_z, "derivative at zero"),
    "its place": (the_place, "a place in the list"),
    "its place, a tensor": (
        lambda *p: torch.tensor(the_place(*p)), "a place in the list"),
    "its place, of NumPy": (lambda *p: np.int64(the_place(*p)), "a place in the list"),
    "the determinant": (the_determinant, "that is a determinant"),
    "no candidate": (lambda s, z, first, cs: 0.0, "none of the candidates"),
    "in between": (lambda s, z, first, cs: sum(cs) / len(cs), "none of the candidates"),
    "in the middle": (lambda s, z, first, cs: sorted(cs)[2], "det F is larger at"),
    "all": (lambda s, z, first, cs: torch.tensor(cs), "one number"),
    "a pair": (lambda *p: (with_outer_products(*p), the_determinant(*p)), "one number"),
    "a string": (chosen(str), "of type str"),
    "NaN": (chosen(lambda T: T * torch.nan), "none of the candidates"),
    "removed": (removed, "changes candidates"),
    "sorted in place": (sorted_in_place, "changes candidates"),
    "first rounded": (chosen(round), "a place in the list"),
    "without the first": (
        lambda s, z, first, cs: max(cs, key=lambda T: grad(s)(z, T).norm()), "trace of F"),
}  # fmt: skip


# ex-flash


def by_null_space(amplitude, delay, rate):
    times = torch.linspace(2, 5, 7, dtype=torch.float64)

    def flash(z):
        return z[0] * torch.exp(-z[2] * (times - z[1]))

    return identifiability.null_space(jacobian(flash, torch.stack([amplitude, delay, rate])))


FLASHES = {
    "a list": lambda A, t0, k: [A * k, -1, 0],
    "a tuple of floats": lambda A, t0, k: (float(A), -1 / float(k), 0.0),
    "later": lambda A, t0, k: torch.stack([-A * k, torch.ones_like(A), 0 * A]),
    "relative": lambda A, t0, k: [-A, 1 / k, 0],
    "by the Jacobian": by_null_space,
    "NumPy": lambda A, t0, k: np.array([float(A * k), -1.0, 0.0]),
    "single precision": lambda A, t0, k: torch.tensor([float(A * k), -1.0, 0.0]),
}
WRONG_FLASHES = {
    "sign": (lambda A, t0, k: [A * k, 1, 0], "the other one has to fall"),
    "places": (lambda A, t0, k: [-1, A * k, 0], "changed places"),
    "order": (lambda A, t0, k: [A * k, 0, -1], "the order amplitude, delay, rate"),
    "relative amplitude": (lambda A, t0, k: [k, -1, 0], "relative change of the amplitude"),
    "rate for one over rate": (lambda A, t0, k: [A, -k, 0], "not the rate"),
    "both": (lambda A, t0, k: [1, -k, 0], "not the rate"),
    "no rate": (lambda A, t0, k: [A, -1, 0], "is missing, or the rate"),
    "ones": (lambda A, t0, k: [1, -1, 0], "is missing, or the rate"),
    "seen best": (lambda A, t0, k: [1, A * k, 0], "changes fastest"),
    "seen best, all three": (lambda A, t0, k: [1, A * k, A * t0], "changes fastest"),
    "a step of one": (lambda A, t0, k: [A * (math.exp(k) - 1), -1, 0], "a *small* change"),
    "with the exponential": (
        lambda A, t0, k: [A * k * torch.exp(k * t0), -1, 0], "the exponential is gone"),
    "the numbers": (lambda A, t0, k: [A, t0, k], "the three numbers themselves"),
    "amplitude alone": (lambda A, t0, k: [1, 0, 0], "a change of the amplitude alone"),
    "delay alone": (lambda A, t0, k: [0, 1, 0], "a change of the delay alone"),
    "rate alone": (lambda A, t0, k: [0, 0, 1], "its entry is zero"),
    "rate against amplitude": (lambda A, t0, k: [A, 0, 1], "its entry is zero"),
    "rate against delay": (lambda A, t0, k: [0, t0, -k], "its entry is zero"),
    "two": (lambda A, t0, k: [2 * A * k, -1, 0], "each sample changes, by"),
    "by the delay": (lambda A, t0, k: [A, -t0, 0], "each sample changes, by"),
    "nothing changes": (lambda A, t0, k: [0, 0, 0], "zero is no direction"),
    "two numbers": (lambda A, t0, k: [A * k, -1], "I got shape (2,)"),
    "the combination": (lambda A, t0, k: A * torch.exp(k * t0), "I got shape ()"),
    "not finite": (lambda A, t0, k: [A / 0, -1, 0], "not finite"),
    "words": (lambda A, t0, k: "(A k, -1, 0)", "of type str"),
    "nothing": (lambda A, t0, k: None, "returns None"),
}  # fmt: skip


# ex-both-unknown


def mended(J, sigma):
    F = J.T @ J / sigma**2
    return F.inverse().diagonal().sqrt()


def one_by_one(J, sigma):
    """The error that is left of each column, when the others have taken their part."""
    found = []
    for i in range(J.shape[1]):
        others = torch.cat([J[:, :i], J[:, i + 1 :]], 1)
        rest = J[:, i] - others @ torch.linalg.lstsq(others, J[:, i : i + 1]).solution[:, 0]
        found.append(sigma / rest.norm().item())
    return found


def of_information(f):
    return lambda J, sigma: f(J.T @ J / sigma**2)


BOTH = {
    "mended": mended,
    "by the library": lambda J, sigma: identifiability.cramer_rao(
        identifiability.fisher_information(J, sigma)).diagonal().sqrt(),
    "by the pseudo-inverse": lambda J, sigma: sigma * torch.linalg.pinv(J).norm(dim=1),
    "column by column": one_by_one,
    "NumPy": lambda J, sigma: mended(J, sigma).numpy(),
    "solved": of_information(
        lambda F: torch.linalg.solve(F, torch.eye(len(F)).double()).diagonal() ** 0.5),
}  # fmt: skip
WRONG_BOTH = {
    "as given": (of_information(lambda F: 1 / F.diagonal().sqrt()), "*if all others are known*"),
    "no root": (of_information(lambda F: 1 / F.diagonal()), "of each entry of its diagonal"),
    "variances": (of_information(lambda F: F.inverse().diagonal()), "those are variances"),
    "not inverted": (of_information(lambda F: F.diagonal().sqrt()), "roots of the information"),
    "information": (of_information(torch.diagonal), "that is the information"),
    "root first": (
        of_information(lambda F: F.abs().sqrt().inverse().diagonal()), "the root comes last"),
    "the covariance": (of_information(torch.inverse), "the whole covariance"),
    "its roots": (of_information(lambda F: F.inverse().sqrt()), "root of each entry"),
    "a matrix": (
        of_information(lambda F: torch.diag(F.inverse().diagonal().sqrt())), "as a matrix"),
    "axes": (
        of_information(lambda F: 1 / torch.linalg.eigvalsh(F).sqrt()), "the axes of the ellipse"),
    "axes, the longest last": (
        of_information(lambda F: 1 / torch.linalg.eigvalsh(F).flip(0).sqrt()),
        "the axes of the ellipse"),
    "rows added": (
        of_information(lambda F: F.inverse().sum(1).abs().sqrt()), "pairs of unknowns"),
    "sigma twice": (lambda J, sigma: sigma * mended(J, sigma), "another power"),
    "without sigma": (lambda J, sigma: mended(J, 1), "another power"),
    "sigma for its square": (lambda J, sigma: mended(J, sigma**0.5), "another power"),
    "a mean": (lambda J, sigma: mended(J, sigma) * len(J) ** 0.5, "you multiply by the number"),
    "divided by N": (lambda J, sigma: mended(J, sigma) / len(J) ** 0.5, "you divide by the"),
    "J·Jᵀ": (lambda J, sigma: mended(J.T, sigma), "you have J·Jᵀ"),
    "J for JᵀJ": (
        lambda J, sigma: (J / sigma**2).inverse().diagonal().abs().sqrt(), "not right"),
    "of one row too many": (lambda J, sigma: mended(J, sigma)[:1], "lacks its last entry"),
    "the other way round": (lambda J, sigma: mended(J, sigma).flip(0), "reverse order"),
    "negative": (lambda J, sigma: -mended(J, sigma), "sign"),
    "one number": (lambda J, sigma: mended(J, sigma).mean(), "averaged"),
    "J in place": (lambda J, sigma: mended(J.div_(sigma), 1), "changes J"),
    "nothing": (lambda J, sigma: None, "returns None"),
}  # fmt: skip

RIGHT = {
    check_null_vectors: NULLS,
    check_best_second: DESIGNS,
    check_flash: FLASHES,
    check_errors: BOTH,
}
WRONG = {
    check_null_vectors: WRONG_NULLS,
    check_best_second: WRONG_DESIGNS,
    check_flash: WRONG_FLASHES,
    check_errors: WRONG_BOTH,
}


@pytest.mark.parametrize("seed", SEEDS)
def test_no_mistake_is_right_by_chance(seed):
    asked = choices(seed)
    right = torch.tensor([choice.right for choice in asked])
    for cause, mistake in mistakes(asked):
        assert not torch.equal(mistake, right), cause  # type: ignore[arg-type]


def test_numbers_of_the_page_fail():
    page = torch.tensor([[3.0], [-1.0]]).double() / 10**0.5
    assert not check_null_vectors(lambda *_: page)
    assert not check_best_second(lambda *_: 0.0)
