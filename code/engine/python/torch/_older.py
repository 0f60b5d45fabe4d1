"""Functions of linear algebra that torch has beside those of torch.linalg, and as methods."""

from torch import linalg, special
from torch import return_types as results
from torch.func import vmap

__all__ = ["vmap"]

inverse, det, matrix_exp = linalg.inv, linalg.det, linalg.matrix_exp
mvlgamma = special.multigammaln
cholesky_solve, cholesky_inverse = linalg.cholesky_solve, linalg.cholesky_inverse


def slogdet(input):
    return results.slogdet(linalg.slogdet(input))


def logdet(input):
    """Return ln det; NaN where the determinant is below zero."""
    from torch._elementwise import where

    sign, size = linalg.slogdet(input)
    return where(sign < 0, float("nan"), size)


def pinverse(input, rcond=1e-15):
    return linalg.pinv(input, rtol=rcond)


def svd(input, some=True, compute_uv=True, **rest):
    """Return U, S, V, whose last is not yet transposed."""
    from torch._errors import refuse

    if rest or not compute_uv:
        refuse("svd", rest or {"compute_uv": compute_uv})
    u, s, vh = linalg.svd(input, full_matrices=not some)
    return results.svd((u, s, vh.mT))


def qr(input, some=True):
    return linalg.qr(input, "reduced" if some else "complete")


def cholesky(input, upper=False):
    return linalg.cholesky(input, upper=upper)
