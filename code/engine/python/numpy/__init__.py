"""The names of NumPy that the book uses, on the page's engine.

Arrays are arrays: they print, round and change in place as NumPy's do, and are told from tensors
by their type. What is not here says so.
"""

import math as _math

from torch import _creation, _dtypes, _elementwise, _ordering, _reductions, _views
from torch._tensor import Tensor as _Tensor

from numpy._array import ndarray, of, operate, result, tensor_of
from numpy._printing import (
    array_repr,
    array_str,
    get_printoptions,
    printoptions,
    set_printoptions,
)
from numpy._types import (
    _dtype,
    bool_,
    dtype,
    float32,
    float64,
    floating,
    generic,
    inexact,
    int8,
    int16,
    int32,
    int64,
    integer,
    number,
    promoted,
    signedinteger,
    uint8,
    unsignedinteger,
)

__version__ = "page"
nan, inf, pi, e, newaxis, euler_gamma = (
    _math.nan,
    _math.inf,
    _math.pi,
    _math.e,
    None,
    0.5772156649015329,
)
double, single, intp, int_, float_ = float64, float32, int64, int64, float64
# NumPy's names hide these of Python from here on.
_bool, _int, _float, _range, _all, _any = bool, int, float, range, all, any
_of = of


# Made


def array(object, dtype=None, copy=True):
    t = tensor_of(object, dtype)
    given = object._t if isinstance(object, ndarray) else object
    return of(t.clone() if copy and (t is given or isinstance(object, _Tensor)) else t)


def asarray(a, dtype=None):
    if isinstance(a, ndarray) and (dtype is None or a.dtype == dtype):
        return a
    return of(tensor_of(a, dtype))


asanyarray = ascontiguousarray = asarray


def _shape(shape):
    return (shape,) if isinstance(shape, _int) else tuple(shape)


def zeros(shape, dtype=None):
    return of(_creation.zeros(_shape(shape), dtype=_dtype(dtype).torch))


def ones(shape, dtype=None):
    return of(_creation.ones(_shape(shape), dtype=_dtype(dtype).torch))


empty = zeros


def full(shape, fill_value, dtype=None):
    kind = tensor_of(fill_value).dtype if dtype is None else _dtype(dtype).torch
    return of(_creation.full(_shape(shape), fill_value, dtype=kind))


def _like(a, value, dtype):
    t = tensor_of(a)
    kind = t.dtype if dtype is None else _dtype(dtype).torch
    return of(
        _creation.full(tuple(t.shape), value if kind.is_floating_point else _int(value), dtype=kind)
    )


def zeros_like(a, dtype=None):
    return _like(a, 0, dtype)


def ones_like(a, dtype=None):
    return _like(a, 1, dtype)


empty_like = zeros_like


def full_like(a, fill_value, dtype=None):
    return _like(a, fill_value, dtype)


def eye(N, M=None, dtype=None):
    return of(_creation.eye(N, M, dtype=_dtype(dtype).torch))


identity = eye


def arange(start, stop=None, step=1, dtype=None):
    start, stop = (0, start) if stop is None else (start, stop)
    numbers = [x.item() if hasattr(x, "item") else x for x in (start, stop, step)]
    if dtype is None:
        dtype = int64 if _all(isinstance(x, _int) for x in numbers) else float64
    return of(_creation.arange(*numbers, dtype=_dtype(dtype).torch))


def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None):
    """Return start + i·step, with the stop itself at the end, as NumPy computes it."""
    start, stop = _float(start), _float(stop)
    parts = num - 1 if endpoint else num
    step = (stop - start) / parts if parts > 0 else nan
    x = _creation.arange(num, dtype=_dtypes.float64)
    y = x * step + start if parts > 0 else x + start
    if endpoint and num > 1:
        y[-1] = stop
    a = of(y if dtype is None else y.to(_dtype(dtype).torch))
    return (a, float64(step)) if retstep else a


def logspace(start, stop, num=50, endpoint=True, base=10.0, dtype=None):
    x = linspace(start, stop, num, endpoint)
    return asarray(base**x, dtype)


def geomspace(start, stop, num=50):
    x = 10.0 ** linspace(_math.log10(start), _math.log10(stop), num)
    x[0], x[-1] = start, stop
    return x


def fromiter(iter, dtype, count=-1):
    return array(list(iter), dtype)


def copy(a):
    return array(a)


# Each number


def _unary(name, function, whole=False):
    def f(x):
        t = tensor_of(x)
        if not t.is_floating_point() and not whole:
            t = t.double()
        y = function(t)
        return y if isinstance(x, _Tensor) else result(y)

    f.__name__ = name
    return f


for _name, _torch in {
    "sqrt": "sqrt", "exp": "exp", "expm1": "expm1", "exp2": "exp2", "log": "log", "log2": "log2",
    "log10": "log10", "log1p": "log1p", "sin": "sin", "cos": "cos", "tan": "tan", "arcsin": "asin",
    "arccos": "acos", "arctan": "atan", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh",
    "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh", "rint": "round", "deg2rad":
    "deg2rad", "rad2deg": "rad2deg", "sinc": "sinc",
}.items():  # fmt: skip
    globals()[_name] = _unary(_name, _elementwise.FUNCTIONS[_torch])
for _name, _torch in {
    "abs": "abs", "absolute": "abs", "negative": "neg", "square": "square", "sign": "sign",
    "floor": "floor", "ceil": "ceil", "trunc": "trunc", "isnan": "isnan", "isinf": "isinf",
    "isfinite": "isfinite", "logical_not": "logical_not", "invert": "bitwise_not",
    "signbit": "signbit",
}.items():  # fmt: skip
    globals()[_name] = _unary(_name, _elementwise.FUNCTIONS[_torch], whole=True)
radians, degrees = deg2rad, rad2deg  # noqa: F821
reciprocal = _unary("reciprocal", _elementwise.FUNCTIONS["reciprocal"])


class _Pairwise:
    """A function of two arrays, which can also run along one."""

    def __init__(self, name, operation, run=None):
        self.__name__, self._operation, self._run = name, operation, run

    def __call__(self, x1, x2):
        return operate(self._operation, x1, x2)

    def accumulate(self, array, axis=0):
        if self._run is None:
            raise _absent_error(f"{self.__name__}.accumulate")
        t = tensor_of(array)
        y = getattr(t, self._run)(axis)
        return of(y if isinstance(y, _Tensor) else y.values)

    def reduce(self, array, axis=0):
        names = {"cummax": "amax", "cummin": "amin", "cumsum": "sum", "cumprod": "prod"}
        if self._run is None:
            raise _absent_error(f"{self.__name__}.reduce")
        return result(getattr(tensor_of(array), names[self._run])(axis))

    def outer(self, a, b):
        a, b = asarray(a), asarray(b)
        return self(a.reshape(*a.shape, *[1] * b.ndim), b)

    def __repr__(self):
        return f"<ufunc '{self.__name__}'>"


for _name, _operation, _run in (
    ("add", "add", "cumsum"), ("subtract", "sub", None), ("multiply", "mul", "cumprod"),
    ("divide", "truediv", None), ("true_divide", "truediv", None), ("power", "pow", None),
    ("floor_divide", "floordiv", None), ("mod", "mod", None), ("remainder", "mod", None),
    ("maximum", "maximum", "cummax"), ("minimum", "minimum", "cummin"), ("arctan2", "atan2", None),
    ("hypot", "hypot", None), ("logaddexp", "logaddexp", None), ("equal", "eq", None),
    ("not_equal", "ne", None), ("less", "lt", None), ("less_equal", "le", None),
    ("greater", "gt", None), ("greater_equal", "ge", None), ("logical_and", "logical_and", None),
    ("logical_or", "logical_or", None), ("logical_xor", "logical_xor", None),
    ("copysign", "copysign", None), ("fmod", "fmod", None),
):  # fmt: skip
    globals()[_name] = _Pairwise(_name, _operation, _run)


def round(a, decimals=0):
    return asarray(a).round(decimals)


around = round


def clip(a, a_min=None, a_max=None):
    return asarray(a).clip(a_min, a_max)


def where(condition, x=None, y=None):
    if x is None and y is None:
        return asarray(condition).nonzero()
    from numpy._array import _both

    a, b = _both(x, y)
    return result(_elementwise.where(tensor_of(condition).bool(), a, b))


def nan_to_num(x, nan=0.0, posinf=None, neginf=None):
    return result(_elementwise.nan_to_num(tensor_of(x), nan, posinf, neginf))


def spacing(x):
    t = tensor_of(x)
    t = t if t.is_floating_point() else t.double()
    away = t + _elementwise.where(t < 0, -inf, inf)
    return result(_elementwise.FUNCTIONS["nextafter"](t, away) - t)


def nextafter(x1, x2):
    a, b = (tensor_of(x).double() for x in (x1, x2))
    return result(_elementwise.FUNCTIONS["nextafter"](a, b))


def heaviside(x1, x2):
    a, b = (tensor_of(x).double() for x in (x1, x2))
    return result(_elementwise.FUNCTIONS["heaviside"](a, b.expand_as(a)))


# To fewer numbers


def _of_method(name):
    def f(a, *args, **kwargs):
        return getattr(asarray(a), name)(*args, **kwargs)

    f.__name__ = name
    return f


for _name in (
    "sum", "mean", "prod", "std", "var", "max", "min", "argmax", "argmin", "any", "all", "cumsum",
    "cumprod", "argsort", "nonzero", "ravel", "reshape", "transpose", "squeeze", "repeat", "ptp",
    "diagonal", "trace", "swapaxes", "take",
):  # fmt: skip
    globals()[_name] = _of_method(_name)
amax, amin = globals()["max"], globals()["min"]


def size(a, axis=None):
    a = asarray(a)
    return a.size if axis is None else a.shape[axis]


def shape(a):
    return asarray(a).shape


def ndim(a):
    return asarray(a).ndim


def count_nonzero(a, axis=None):
    return result(_reductions.count_nonzero(tensor_of(a), axis))


def median(a, axis=None):
    return quantile(a, 0.5, axis)


def quantile(a, q, axis=None):
    t = tensor_of(a)
    t = t if t.is_floating_point() else t.double()
    q = tensor_of(q).to(t.dtype)
    return result(_ordering.quantile(t, q, axis))


def percentile(a, q, axis=None):
    return quantile(a, asarray(q) / 100, axis)


def average(a, axis=None, weights=None):
    if weights is None:
        return asarray(a).mean(axis)
    a, weights = asarray(a), asarray(weights)
    return (a * weights).sum(axis) / weights.sum(axis)


def nansum(a, axis=None):
    return asarray(where(asarray(globals()["isnan"](a)), 0.0, a)).sum(axis)


def nanmax(a, axis=None):
    return asarray(where(asarray(globals()["isnan"](a)), -inf, a)).max(axis)


def nanmin(a, axis=None):
    return asarray(where(asarray(globals()["isnan"](a)), inf, a)).min(axis)


def nanmean(a, axis=None):
    return nansum(a, axis) / asarray(~asarray(globals()["isnan"](a))).sum(axis)


# In order, in another shape


def sort(a, axis=-1):
    t = tensor_of(a)
    return of((t.reshape(-1) if axis is None else t).sort(-1 if axis is None else axis).values)


def searchsorted(a, v, side="left", sorter=None):
    from numpy._array import _both

    if sorter is not None:
        a = asarray(a)[sorter]
    x, y = _both(asarray(a), v)
    return result(_ordering.searchsorted(x.contiguous(), y.contiguous(), side=side))


def digitize(x, bins, right=False):
    return searchsorted(bins, x, "left" if right else "right")


def unique(ar, return_index=False, return_inverse=False, return_counts=False):
    t = tensor_of(ar)
    parts = _ordering.unique(t, True, True, True)
    found = [of(parts[0])]
    if return_index:
        inverse = parts[1].reshape(-1).tolist()
        found.append(array([inverse.index(i) for i in _range(len(parts[0]))]))
    found += [of(parts[1])] * return_inverse + [of(parts[2])] * return_counts
    return found[0] if len(found) == 1 else tuple(found)


def histogram(a, bins=10, range=None, density=None, weights=None):
    """Count by edges; the last bin holds its upper edge, too."""
    t = tensor_of(a).reshape(-1)
    t = t if t.is_floating_point() else t.double()
    if isinstance(bins, _int):
        low, high = (
            (t.amin().item(), t.amax().item()) if range is None and len(t) else range or (0, 1)
        )
        if low == high:
            low, high = low - 0.5, high + 0.5
        edges = linspace(low, high, bins + 1)
    else:
        edges = asarray(bins)
    e = tensor_of(edges)
    n, x = len(e) - 1, t.to(_dtypes.float64)
    place = _ordering.searchsorted(e.double(), x, right=True) - 1
    place = place - ((place == n) & (x == e[-1])).to(place.dtype)
    inside = (place >= 0) & (place < n)
    w = None if weights is None else tensor_of(weights).reshape(-1)[inside]
    counts = _ordering.bincount(place[inside], w, n)
    if density:
        counts = counts.double() / counts.sum() / e.double().diff()
    return of(counts), edges


def bincount(x, weights=None, minlength=0):
    w = None if weights is None else tensor_of(weights).double()
    return of(_ordering.bincount(tensor_of(x), w, minlength))


def diff(a, n=1, axis=-1, prepend=None, append=None):
    ends = [None if x is None else tensor_of(x).reshape(-1) for x in (prepend, append)]
    return of(_reductions.diff(tensor_of(a), n, axis, *ends))


def interp(x, xp, fp):
    """Return values on the lines between the points (xp, fp), constant outside."""
    x, xp, fp = (tensor_of(v).double() for v in (x, xp, fp))
    i = _ordering.searchsorted(xp, x.contiguous(), right=True).clamp(1, len(xp) - 1)
    slope = (fp[i] - fp[i - 1]) / (xp[i] - xp[i - 1])
    y = slope * (x - xp[i - 1]) + fp[i - 1]
    return result(_elementwise.where(x <= xp[0], fp[0], _elementwise.where(x >= xp[-1], fp[-1], y)))


def flip(m, axis=None):
    t = tensor_of(m)
    return of(t.flip(list(_range(t.ndim)) if axis is None else axis))


def roll(a, shift, axis=None):
    return of(_views.roll(tensor_of(a), shift, axis))


def tile(A, reps):
    reps = (reps,) if isinstance(reps, _int) else tuple(reps)
    return of(_views.tile(tensor_of(A), reps))


def expand_dims(a, axis):
    return of(tensor_of(a).unsqueeze(axis))


def moveaxis(a, source, destination):
    return of(tensor_of(a).movedim(source, destination))


def broadcast_to(array, shape):
    return of(tensor_of(array).expand(*_shape(shape)))


def broadcast_arrays(*args):
    return tuple(of(t) for t in _views.broadcast_tensors(*[tensor_of(a) for a in args]))


def broadcast_shapes(*args):
    return tuple(_creation.broadcast_shapes(*args))


def atleast_1d(a):
    return of(_views.atleast_1d(tensor_of(a)))


def atleast_2d(a):
    return of(_views.atleast_2d(tensor_of(a)))


def _alike(arrays):
    tensors = [tensor_of(a) for a in arrays]
    kind = asarray(of(tensors[0])).dtype
    for t in tensors[1:]:
        kind = promoted(kind, of(t).dtype)
    return [t.to(kind.torch) for t in tensors]


def concatenate(arrays, axis=0):
    tensors = _alike(arrays)
    if axis is None:
        return of(_views.cat([t.reshape(-1) for t in tensors], 0))
    if _any(not t.ndim for t in tensors):
        raise ValueError("zero-dimensional arrays cannot be concatenated")
    return of(_views.cat(tensors, axis))


def stack(arrays, axis=0):
    tensors = _alike(list(arrays))
    if _any(t.shape != tensors[0].shape for t in tensors):
        raise ValueError("all input arrays must have the same shape")
    return of(_views.stack(tensors, axis))


def column_stack(tup):
    return of(_views.column_stack(_alike(tup)))


def hstack(tup):
    return of(_views.hstack(_alike(tup)))


def vstack(tup):
    return of(_views.vstack(_alike(tup)))


def append(arr, values, axis=None):
    if axis is None:
        return concatenate([asarray(arr).ravel(), asarray(values).ravel()])
    return concatenate([arr, values], axis)


def split(ary, indices_or_sections, axis=0):
    return [of(t) for t in _views.tensor_split(tensor_of(ary), indices_or_sections, axis)]


array_split = split


def meshgrid(*xi, indexing="xy"):
    return tuple(of(t) for t in _views.meshgrid(*[tensor_of(x) for x in xi], indexing=indexing))


def unravel_index(indices, shape):
    shape = _shape(shape)
    if isinstance(indices, (_int, generic)):
        place, found = _int(indices), []
        for n in reversed(shape):
            place, i = divmod(place, n)
            found.append(int64(i))
        return tuple(reversed(found))
    return tuple(of(t) for t in _creation.unravel_index(tensor_of(indices), shape))


def ndindex(*shape):
    from itertools import product

    shape = shape[0] if len(shape) == 1 and not isinstance(shape[0], _int) else shape
    return product(*map(_range, shape))


def argwhere(a):
    return of(tensor_of(a).nonzero())


def diag(v, k=0):
    return of(_views.diag(tensor_of(v), k))


def tril(m, k=0):
    return of(_views.tril(tensor_of(m), k))


def triu(m, k=0):
    return of(_views.triu(tensor_of(m), k))


def isin(element, test_elements):
    return result(_ordering.isin(tensor_of(element), tensor_of(test_elements)))


# Products


def dot(a, b):
    a, b = asarray(a), asarray(b)
    if not a.ndim or not b.ndim:
        return a * b
    return a @ b


def matmul(a, b):
    return asarray(a) @ asarray(b)


def outer(a, b):
    a, b = asarray(a).ravel(), asarray(b).ravel()
    return a[:, None] * b


def inner(a, b):
    return asarray(a) @ asarray(b).T


def einsum(subscripts, *operands):
    from torch._products import einsum as _einsum

    return result(_einsum(subscripts, *_alike(operands)))


def trapezoid(y, x=None, dx=1.0, axis=-1):
    t = tensor_of(y)
    return result(_reductions.trapezoid(t, None if x is None else tensor_of(x).to(t.dtype),
                                        dx=dx if x is None else None, dim=axis))  # fmt: skip


def cov(m, rowvar=True, ddof=1):
    t = tensor_of(m).double()
    return result(_ordering.cov(t if rowvar else t.T, correction=ddof))


# Questions


def isscalar(element):
    return isinstance(element, (generic, _int, _float, complex, str))


def allclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    return _bool(isclose(a, b, rtol, atol, equal_nan).all())


def isclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    from numpy._array import _both

    x, y = _both(a, b)
    if not x.is_floating_point():
        x, y = x.double(), y.double()
    return of(_elementwise.isclose(x, y, rtol, atol, equal_nan))


def array_equal(a1, a2):
    a1, a2 = asarray(a1), asarray(a2)
    return a1.shape == a2.shape and _bool((a1 == a2).all())


def issubdtype(arg1, arg2):
    kind = arg1.type if isinstance(arg1, dtype) else arg1
    return issubclass(kind, arg2)


def result_type(*arrays):
    return of(_alike(arrays)[0]).dtype


class finfo:
    """The limits of a type of floating-point numbers."""

    def __init__(self, kind):
        kind = _dtype(kind)
        limits = _dtypes.finfo(kind.torch)
        self.dtype, self.bits = kind, limits.bits
        for name in ("eps", "max", "min", "tiny", "smallest_normal", "resolution"):
            setattr(self, name, kind.type(getattr(limits, name)))


class iinfo:
    """The limits of a type of whole numbers."""

    def __init__(self, kind):
        limits = _dtypes.iinfo(_dtype(kind).torch)
        self.bits, self.min, self.max, self.dtype = (
            limits.bits,
            limits.min,
            limits.max,
            _dtype(kind),
        )


class errstate:
    """Taken, and of no effect: the page's arrays give no warnings."""

    def __init__(self, **_):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


def seterr(**_):
    return {}


def _absent_error(name):
    from torch._errors import absent

    return AttributeError(absent(f"numpy.{name}").replace("PyTorch itself", "NumPy itself"))


def __getattr__(name):
    import importlib

    if name in ("linalg", "typing", "testing"):
        return importlib.import_module("numpy." + name)
    if name == "bool":
        return bool_
    if name.startswith("__"):
        raise AttributeError(name)
    raise _absent_error(name)
