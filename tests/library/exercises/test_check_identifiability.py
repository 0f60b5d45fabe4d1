"""The checks of `part3/identifiability`: right answers pass, a wrong one hears its likely cause."""

import pytest
import torch
from torch.func import grad, jacfwd, jacrev

from diffprog.autodiff.curvature import jacobian
from diffprog.exercises._check import SEEDS
from diffprog.exercises.identifiability import (
    check_best_second,
    check_null_vectors,
    choices,
    mistakes,
)
from diffprog.pipelines import identifiability

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


RIGHT_NULL = [
    as_in_the_chapter,
    by_eigenvectors,
    by_library_with_other_signs,
    by_projection,
]


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


WRONG_NULL = [
    (in_rows, "your vectors are rows"),
    (one_flat_vector, "as a column"),
    (seen_best, "seen best, the first rows of Vh"),
    (reduced, "full_matrices=True"),
    (exactly_zero, "comes out as rounding"),
    (fixed_tolerance, "depends on the units"),
    (at_zero, "null vectors, and there are"),
    (at_zero_as_many, "Jacobian at zero"),
    (columns_of_vh, "whose rows are the vectors"),
    (of_the_observations, "come from U, or from J transposed"),
    (by_a_mask, "take the rows from there on"),
    (lambda f, z: 2 * as_in_the_chapter(f, z), "length one"),
    (lambda f, z: as_in_the_chapter(f, z) @ skew(f, z), "right angles"),
    (lambda f, z: as_in_the_chapter(f, z)[:, :1], "null vectors, and there are"),
    (lambda f, z: as_in_the_chapter(f, z) * torch.nan, "not finite"),
    (lambda f, z: torch.tensor([[3.0], [-1.0]]).double() / 10**0.5, "J·n is not zero"),
    (lambda f, z: torch.eye(7)[:, :1], "I got shape (7, 1)"),
    (lambda f, z: as_in_the_chapter(f, z).tolist(), "return one tensor"),
]


def skew(simulator, z):
    """A matrix that takes unit vectors to unit vectors, and right angles to others."""
    k = as_in_the_chapter(simulator, z).shape[1]
    m = torch.eye(k).double()
    if k > 1:
        m[:2, 1] = 0.5**0.5
    return m


@pytest.mark.parametrize("answer", RIGHT_NULL, ids=lambda f: f.__name__)
def test_right_null_vectors_pass(answer):
    assert check_null_vectors(answer).passed, check_null_vectors(answer).message


@pytest.mark.parametrize(("answer", "words"), WRONG_NULL)
def test_wrong_null_vectors_are_told_why(answer, words):
    verdict = check_null_vectors(answer)
    assert not verdict.passed
    assert any(w in verdict.message for w in words.split("|")), verdict.message


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


@pytest.mark.parametrize(
    "answer", [with_outer_products, by_singular_values, by_library], ids=lambda f: f.__name__
)
def test_right_designs_pass(answer):
    assert check_best_second(answer).passed, check_best_second(answer).message


def scored(score):
    """An answer that chooses by a function of F."""

    def answer(simulator, z, first, candidates):
        g, *others = (grad(simulator)(z, T) for T in [first, *candidates])
        F = torch.stack([torch.outer(g, g) + torch.outer(h, h) for h in others])
        return candidates[score(F).argmax()]

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


WRONG_DESIGNS = [
    (scored(lambda F: -F.det()), "smallest determinant"),
    (scored(lambda F: F.diagonal(dim1=1, dim2=2).sum(1)), "trace of F"),
    (scored(lambda F: torch.linalg.eigvalsh(F)[:, -1]), "largest eigenvalue"),
    (scored(lambda F: variance(0)(F) + variance(1)(F)), "sum of the variances"),
    (scored(variance(0)), "first latent quantity alone"),
    (scored(variance(1)), "second latent quantity alone"),
    (scored(lambda F: -torch.linalg.cond(F)), "condition number"),
    (lambda s, z, first, cs: max(cs, key=lambda T: abs(T - first)), "farthest in time"),
    (lambda s, z, first, cs: min(cs), "always choose the earliest"),
    (lambda s, z, first, cs: max(cs), "always choose the latest"),
    (lambda s, z, first, cs: cs[0], "first of the list"),
    (sum_before_the_outer_product, "first of the list"),
    (second_alone, "second picture alone|first of the list|det F is larger at"),
    (without_z, "derivative at zero"),
    (the_place, "a place in the list"),
    (the_determinant, "that is a determinant"),
    (lambda s, z, first, cs: 0.0, "none of the candidates"),
    (lambda s, z, first, cs: sorted(cs)[4], "det F is larger at"),
    (lambda s, z, first, cs: torch.tensor(cs), "one number"),
]


@pytest.mark.parametrize(("answer", "words"), WRONG_DESIGNS)
def test_wrong_designs_are_told_why(answer, words):
    verdict = check_best_second(answer)
    assert not verdict.passed
    assert any(w in verdict.message for w in words.split("|")), verdict.message


@pytest.mark.parametrize("seed", SEEDS)
def test_no_mistake_is_right_by_chance(seed):
    asked = choices(seed)
    right = torch.tensor([choice.right for choice in asked])
    for cause, mistake in mistakes(asked):
        assert not torch.equal(mistake, right), cause  # type: ignore[arg-type]


def test_numbers_of_the_page_fail():
    page = torch.tensor([[3.0], [-1.0]]).double() / 10**0.5
    assert not check_null_vectors(lambda *_: page).passed
    assert not check_best_second(lambda *_: 0.0).passed
