"""Linear algebra of arrays, by the functions of torch.linalg."""

from torch import linalg as _linalg
from torch._errors import LinAlgError as _LinAlgError

from numpy._array import of, result, tensor_of


class LinAlgError(ValueError):
    """A matrix that a decomposition or an inverse does not exist for."""


def _real(a):
    t = tensor_of(a)
    return t if t.is_floating_point() else t.double()


def _called(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except _LinAlgError as error:
        text = "Singular matrix" if "singular" in str(error) else str(error)
        raise LinAlgError(text) from None


def inv(a):
    return result(_called(_linalg.inv, _real(a)))


def det(a):
    return result(_called(_linalg.det, _real(a)))


def solve(a, b):
    return result(_called(_linalg.solve, _real(a), _real(b)))


def pinv(a, rcond=None):
    return result(_called(_linalg.pinv, _real(a), rtol=1e-15 if rcond is None else rcond))


def eigvalsh(a, UPLO="L"):
    return result(_called(_linalg.eigvalsh, _real(a), UPLO))


def cholesky(a):
    return result(_called(_linalg.cholesky, _real(a)))


def matrix_rank(A, tol=None):
    return result(_linalg.matrix_rank(_real(A), **({} if tol is None else {"tol": tol})))


def cond(x, p=None):
    return result(_called(_linalg.cond, _real(x), p))


def norm(x, ord=None, axis=None, keepdims=False):
    return result(_linalg.norm(_real(x), ord, axis, keepdims))


def _named(name, *fields):
    from collections import namedtuple

    return namedtuple(name, fields)


EighResult = _named("EighResult", "eigenvalues", "eigenvectors")
SVDResult = _named("SVDResult", "U", "S", "Vh")
QRResult = _named("QRResult", "Q", "R")


def eigh(a, UPLO="L"):
    return EighResult(*map(of, _called(_linalg.eigh, _real(a), UPLO)))


def svd(a, full_matrices=True, compute_uv=True):
    if not compute_uv:
        return of(_linalg.svdvals(_real(a)))
    return SVDResult(*map(of, _called(_linalg.svd, _real(a), full_matrices)))


def qr(a, mode="reduced"):
    return QRResult(*map(of, _called(_linalg.qr, _real(a), mode)))


def lstsq(a, b, rcond=None):
    from torch._dtypes import finfo

    found = _called(_linalg.lstsq, _real(a), _real(b))
    s = _linalg.svdvals(_real(a))
    rank = int((s > max(a.shape) * finfo(s.dtype).eps * s.max()).sum())
    return of(found.solution), of(found.residuals), rank, of(s)


def __getattr__(name):
    from numpy import _absent_error

    raise _absent_error(f"linalg.{name}")
