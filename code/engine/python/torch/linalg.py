"""Linear algebra: decompositions, and what is computed by them."""

import math

from torch import return_types as results
from torch._errors import JsException, LinAlgError, NotInPage, absent, engine, raised, refuse
from torch._products import chain_matmul, cross, matmul, matrix_power
from torch._tensor import Tensor, handle, wrap
from torch._views import diagonal as _diagonal

__all__ = ["LinAlgError", "cross", "matmul", "matrix_power"]

_inv, _det, _slogdet, _solve = map(engine, ("inv", "det", "slogdet", "solve"))
_eigh, _eigvalsh, _svd = map(engine, ("eigh", "eigvalsh", "svd"))
_svdvals, _cholesky, _qr, _lu = map(engine, ("svdvals", "cholesky", "qr", "lu"))
_pinv, _lstsq, _matrix_exp = map(engine, ("pinv", "lstsq", "matrixExp"))
_triangular = engine("triangularSolve")
_cholesky_solve, _cholesky_inverse = map(engine, ("choleskySolve", "choleskyInverse"))


def _one(name, export):
    """Make a function of one matrix, with one result."""

    def f(A, **rest):
        if rest:
            refuse(f"linalg.{name}", rest)
        try:
            return wrap(export(handle(A, f"linalg_{name}", "A")))
        except JsException as error:
            raise raised(error) from None

    f.__name__ = f.__qualname__ = name
    return f


inv, det, svdvals, matrix_exp = (
    _one(name, export)
    for name, export in (
        ("inv", _inv), ("det", _det), ("svdvals", _svdvals), ("matrix_exp", _matrix_exp)
    )
)  # fmt: skip


def slogdet(A, **rest):
    if rest:
        refuse("linalg.slogdet", rest)
    try:
        r = _slogdet(handle(A, "linalg_slogdet", "A"))
        return results.linalg_slogdet((wrap(r[0]), wrap(r[1])))
    except JsException as error:
        raise raised(error) from None


def solve(A, B, *, left=True, **rest):
    if rest:
        refuse("linalg.solve", rest)
    if not left:
        return solve(A.mT, B.mT).mT
    try:
        return wrap(_solve(handle(A, "linalg_solve", "A"), handle(B, "linalg_solve", "B", 2)))
    except JsException as error:
        raise raised(error) from None


def _triangle(A, UPLO):
    """Return the matrix whose halves are both the one that is looked at."""
    if not isinstance(UPLO, str) or UPLO.upper() not in ("L", "U"):
        raise RuntimeError(f"Expected UPLO argument to be 'L' or 'U', but got {UPLO}")
    return A._h if UPLO.upper() == "L" else A.mT._h


def eigh(A, UPLO="L", **rest):
    if rest:
        refuse("linalg.eigh", rest)
    handle(A, "linalg_eigh", "A")
    try:
        r = _eigh(_triangle(A, UPLO))
        return results.linalg_eigh((wrap(r[0]), wrap(r[1])))
    except JsException as error:
        raise raised(error) from None


def eigvalsh(A, UPLO="L", **rest):
    if rest:
        refuse("linalg.eigvalsh", rest)
    handle(A, "linalg_eigvalsh", "A")
    try:
        return wrap(_eigvalsh(_triangle(A, UPLO)))
    except JsException as error:
        raise raised(error) from None


def svd(A, full_matrices=True, *, driver=None, **rest):
    if rest or driver is not None:
        refuse("linalg.svd", rest or {"driver": driver})
    try:
        r = _svd(handle(A, "linalg_svd", "A"), full_matrices)
        return results.linalg_svd(tuple(wrap(r[i]) for i in range(3)))
    except JsException as error:
        raise raised(error) from None


def cholesky(A, *, upper=False, **rest):
    if rest:
        refuse("linalg.cholesky", rest)
    try:
        return wrap(_cholesky(handle(A, "linalg_cholesky", "A"), upper))
    except JsException as error:
        raise raised(error) from None


def qr(A, mode="reduced", **rest):
    if rest:
        refuse("linalg.qr", rest)
    try:
        r = _qr(handle(A, "linalg_qr", "A"), mode)
        return results.linalg_qr((wrap(r[0]), wrap(r[1])))
    except JsException as error:
        raise raised(error) from None


def lu(A, *, pivot=True, **rest):
    if rest or not pivot:
        refuse("linalg.lu", rest or {"pivot": pivot})
    try:
        r = _lu(handle(A, "linalg_lu", "A"))
        return results.linalg_lu(tuple(wrap(r[i]) for i in range(3)))
    except JsException as error:
        raise raised(error) from None


def pinv(A, *, atol=None, rtol=None, hermitian=False, **rest):
    if "rcond" in rest:
        rtol = rest.pop("rcond")
    if rest:
        refuse("linalg.pinv", rest)
    rtol, atol = (t.item() if isinstance(t, Tensor) else t for t in (rtol, atol))
    try:
        return wrap(_pinv(handle(A, "linalg_pinv", "A"), rtol, hermitian, atol or 0.0))
    except JsException as error:
        raise raised(error) from None


def lstsq(A, B, rcond=None, *, driver=None):
    if driver not in (None, "gelsy", "gels", "gelsd", "gelss"):
        raise RuntimeError(
            "torch.linalg.lstsq: parameter `driver` should be one of (gels, gelsy, gelsd, gelss)"
        )
    if driver not in (None, "gelsy"):  # the others give residuals or singular values, too
        raise NotInPage(absent(f"the driver {driver!r} of torch.linalg.lstsq"))
    try:
        r = _lstsq(handle(A, "linalg_lstsq", "A"), handle(B, "linalg_lstsq", "B", 2), rcond)
        return results.linalg_lstsq(tuple(wrap(r[i]) for i in range(4)))
    except JsException as error:
        raise raised(error) from None


def solve_triangular(A, B, *, upper, left=True, unitriangular=False, **rest):
    if rest:
        refuse("linalg.solve_triangular", rest)
    try:
        return wrap(_triangular(A._h, B._h, upper, left, unitriangular))
    except JsException as error:
        raise raised(error) from None


# By decompositions


def matrix_rank(A, *, atol=None, rtol=None, hermitian=False, **rest):
    if "tol" in rest:
        atol, rtol = rest.pop("tol"), 0.0
    if rest:
        refuse("linalg.matrix_rank", rest)
    from torch._dtypes import finfo

    s = eigvalsh(A).abs() if hermitian else svdvals(A)
    largest = s.amax(-1, True) if s.shape[-1] else s
    if rtol is None:
        rtol = 0.0 if atol is not None else max(A.shape[-2:]) * finfo(A.dtype).eps
    limit = largest * (rtol[..., None] if isinstance(rtol, Tensor) and rtol.ndim else rtol)
    if atol is not None:
        limit = limit.clamp(min=atol) if not isinstance(atol, Tensor) else limit.maximum(
            atol[..., None].to(limit.dtype).expand_as(limit))  # fmt: skip
    return (s > limit).sum(-1)


def cond(A, p=None, **rest):
    if rest:
        refuse("linalg.cond", rest)
    if p is None or p in (2, -2):
        s = svdvals(A)
        return s[..., 0] / s[..., -1] if p != -2 else s[..., -1] / s[..., 0]
    return matrix_norm(A, p) * matrix_norm(inv(A), p)


def vector_norm(x, ord=2, dim=None, keepdim=False, *, dtype=None, **rest):
    if rest:
        refuse("linalg.vector_norm", rest)
    return x.norm(float(ord), dim, keepdim, dtype)


def matrix_norm(A, ord="fro", dim=(-2, -1), keepdim=False, *, dtype=None, **rest):
    if rest:
        refuse("linalg.matrix_norm", rest)
    A = A if dtype is None else A.to(dtype)
    if A.ndim < 2:
        raise RuntimeError(
            "linalg.matrix_norm: The input tensor A must have at least 2 dimensions."
        )
    rows, columns = (d % A.ndim for d in dim)
    if ord == "fro":
        return A.norm(2.0, dim, keepdim)
    if ord in ("nuc", 2, -2):
        s = svdvals(A.movedim((rows, columns), (-2, -1)))
        value = s.sum(-1) if ord == "nuc" else s.amax(-1) if ord == 2 else s.amin(-1)
        for d in sorted((rows, columns)) if keepdim else ():
            value = value.unsqueeze(d)
        return value
    if ord not in (1, -1, math.inf, -math.inf):
        raise RuntimeError(f"linalg.matrix_norm: Order {ord} not supported.")
    first, second = (rows, columns) if abs(ord) == 1 else (columns, rows)
    sums = A.abs().sum(first, True)
    value = sums.amax(second, True) if ord > 0 else sums.amin(second, True)
    return value if keepdim else value.squeeze((rows, columns))


def norm(A, ord=None, dim=None, keepdim=False, *, dtype=None, **rest):
    if rest:
        refuse("linalg.norm", rest)
    if dim is not None and not isinstance(dim, int) and len(dim) == 2 and ord is not None:
        return matrix_norm(A, ord, dim, keepdim, dtype=dtype)
    if ord is not None and dim is None and A.ndim == 2:
        return matrix_norm(A, ord, (0, 1), keepdim, dtype=dtype)
    if isinstance(ord, str):
        return matrix_norm(A, ord, dim or (-2, -1), keepdim, dtype=dtype)
    if ord is not None and dim is None and A.ndim > 2:
        raise RuntimeError(
            "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got"
            f" {A.ndim}D."
        )
    return vector_norm(A, 2 if ord is None else ord, dim, keepdim, dtype=dtype)


def multi_dot(tensors, **rest):
    if rest:
        refuse("linalg.multi_dot", rest)
    for word, x in (("first", tensors[0]), ("last", tensors[-1])):
        if x.ndim not in (1, 2):
            raise RuntimeError(f"multi_dot(): the {word} tensor must be 1D or 2D but got {x.ndim}D")
    return chain_matmul(*tensors)


def vecdot(x, y, *, dim=-1):
    return (x * y).sum(dim)


def vander(x, *, N=None):
    from torch._creation import arange

    n = x.shape[-1] if N is None else N
    if N is not None and N <= 1:
        raise RuntimeError("N must be greater than 1.")
    return x[..., None] ** arange(n)


def diagonal(A, *, offset=0, dim1=-2, dim2=-1):
    return _diagonal(A, offset, dim1, dim2)


def tensorsolve(A, B, dims=None):
    raise NotInPage(absent("torch.linalg.tensorsolve"))


def cholesky_solve(B, L, upper=False):
    """Return A⁻¹·B, for A = L·Lᵀ: torch.cholesky_solve."""
    try:
        b, factor = handle(B, "cholesky_solve", "input"), handle(L, "cholesky_solve", "input2", 2)
        return wrap(_cholesky_solve(b, factor, upper))
    except JsException as error:
        raise raised(error) from None


def cholesky_inverse(L, upper=False):
    """Return A⁻¹, for A = L·Lᵀ: torch.cholesky_inverse."""
    try:
        return wrap(_cholesky_inverse(handle(L, "cholesky_inverse", "input"), upper))
    except JsException as error:
        raise raised(error) from None


__path__ = []  # so that `from … import name` asks for a module, which says where it is


def __getattr__(name):
    raise AttributeError(absent(f"torch.linalg.{name}"))
