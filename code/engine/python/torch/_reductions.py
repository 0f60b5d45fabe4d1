"""Many numbers to one: sums, means, extremes, norms, and the sums along an axis so far."""

from torch import _dtypes
from torch import return_types as results
from torch._dtypes import stored
from torch._errors import JsException, engine, raised, refuse, unsupported
from torch._tensor import Tensor, handle, named, override, rewritten, wrap
from torch._views import FUNCTIONS, function, wrapped_dim

_reduce, _extreme, _norm = map(engine, ("reduce", "extreme", "norm"))
_variance, _deviation = engine("variance"), engine("deviation")
_scan, _scan_extreme = engine("scan"), engine("scanExtreme")

_int, _bool = int, bool
_sum, _min = sum, min


def dims_of(dim, rest=None):
    """Return the axes as a list: none of them means all."""
    if dim is None:
        return ()
    if isinstance(dim, _int):
        return (dim,)
    return tuple(dim)


def _axis(dim, keepdim, rest, name):
    """Take NumPy's words for dim and keepdim."""
    if "axis" in rest:
        dim = rest.pop("axis")
    if "keepdims" in rest:
        keepdim = rest.pop("keepdims")
    if rest:
        refuse(name, rest)
    return dim, keepdim


def _reduction(name, engine_name=None, dtypes=True, single=False):
    """Make a reduction of one result."""
    reduction = engine_name or name

    def f(input, dim=None, keepdim=False, *, dtype=None, **rest):
        if rest:
            dim, keepdim = _axis(dim, keepdim, rest, name)
        if dtype is not None and not dtypes:
            refuse(name, {"dtype": dtype})
        try:
            if dim is None:
                return wrap(
                    _reduce(reduction, input._h, keepdim, "" if dtype is None else stored(dtype))
                )
            dims = (dim,) if type(dim) is _int else dims_of(dim)
            if single and len(dims) > 1:
                raise TypeError(f"{name}(): argument 'dim' must be int, not tuple of ints")
            return wrap(
                _reduce(reduction, input._h, keepdim, "" if dtype is None else stored(dtype), *dims)
            )
        except JsException as error:
            raise raised(error) from None
        except AttributeError:
            handle(input, name)
            raise

    f.__name__ = f.__qualname__ = name
    return function(name)(f)


for _name in ("sum", "mean", "nansum", "nanmean"):
    _reduction(_name)
prod = _reduction("prod", single=True)
for _name in ("all", "any", "amax", "amin"):
    _reduction(_name, dtypes=False)
sum, mean, any, all = (FUNCTIONS[n] for n in ("sum", "mean", "any", "all"))


@function()
def logsumexp(input, dim, keepdim=False, **rest):
    if rest:
        refuse("logsumexp", rest)
    try:
        return wrap(_reduce("logsumexp", input._h, keepdim, "", *dims_of(dim)))
    except JsException as error:
        raise raised(error) from None


@function()
def count_nonzero(input, dim=None):
    return (input != 0).sum(dim)


def _pair(kind, r):
    return kind((wrap(r[0]), wrap(r[1])))


def _extremum(name, of_pairs):
    """Make `max` or `min`: of all numbers, along an axis, or of two tensors."""
    kind = getattr(results, name)

    def f(input, dim=None, keepdim=False, other=None, **rest):
        if rest:
            dim, keepdim = _axis(dim, keepdim, rest, name)
        if other is not None:
            dim = other
        if isinstance(dim, Tensor):
            from torch._elementwise import FUNCTIONS as elementwise

            return elementwise[of_pairs](input, dim)
        try:
            if dim is None:
                return wrap(_reduce(name, input._h, False, ""))
            return _pair(kind, _extreme(name, input._h, dim.__index__(), keepdim))
        except JsException as error:
            raise raised(error) from None
        except AttributeError:
            handle(input, name)
            raise

    f.__name__ = f.__qualname__ = name
    function(name)(f)


_extremum("max", "maximum")
_extremum("min", "minimum")


def _place(name, of):
    def f(input, dim=None, keepdim=False, **rest):
        if rest:
            dim, keepdim = _axis(dim, keepdim, rest, name)
        if input._h.dtype == "bool":
            raise RuntimeError(f"{name}(): does not support bool input")
        try:
            if dim is None:
                if not input.numel():
                    raise IndexError(
                        f"{name}(): Expected reduction dim to be specified for input.numel() == 0."
                    )
                flat = input.reshape(-1)
                place = wrap(_extreme(of, flat._h, 0, False)[1])
                return place.reshape([1] * input.ndim) if keepdim else place
            return wrap(_extreme(of, input._h, dim, keepdim)[1])
        except JsException as error:
            raise raised(error) from None

    f.__name__ = f.__qualname__ = name
    function(name)(f)


_place("argmax", "max")
_place("argmin", "min")


def _middle(name):
    kind = getattr(results, name)

    def f(input, dim=None, keepdim=False, **rest):
        if rest:
            dim, keepdim = _axis(dim, keepdim, rest, name)
        try:
            if dim is None:
                if name == "nanmedian":
                    flat = input.reshape(-1)
                    return wrap(_extreme(name, flat._h, 0, False)[0])
                return wrap(_reduce(name, input._h, False, ""))
            return _pair(kind, _extreme(name, input._h, dim, keepdim))
        except JsException as error:
            raise raised(error) from None

    f.__name__ = f.__qualname__ = name
    function(name)(f)


_middle("median")
_middle("nanmedian")


@function()
def mode(input, dim=-1, keepdim=False):
    try:
        return _pair(results.mode, _extreme("mode", input._h, dim, keepdim))
    except JsException as error:
        raise raised(error) from None


@function()
def aminmax(input, *, dim=None, keepdim=False):
    if dim is None:
        return results.aminmax((input.amin(), input.amax()))
    return results.aminmax((input.amin(dim, keepdim), input.amax(dim, keepdim)))


_CORRECTED = object()


def _spread(name, export):
    def f(input, dim=None, unbiased=None, keepdim=False, *, correction=_CORRECTED, **rest):
        if rest:
            dim, keepdim = _axis(dim, keepdim, rest, name)
        if isinstance(dim, _bool):  # std(unbiased) of all numbers
            dim, unbiased = None, dim
        if correction is _CORRECTED:
            correction = 1 if unbiased is None or unbiased else 0
        elif correction is None:
            correction = 1
        try:
            return wrap(export(input._h, correction, keepdim, *dims_of(dim)))
        except JsException as error:
            message = str(raised(error)).replace("var is only", f"{name} is only")
            raise type(raised(error))(message) from None
        except AttributeError:
            handle(input, name)
            raise

    f.__name__ = f.__qualname__ = name
    return function(name)(f)


var = _spread("var", _variance)
std = _spread("std", _deviation)


@function("var_mean", as_method=False)
def var_mean(input, dim=None, **how):
    keepdim = how.get("keepdim", False)
    return var(input, dim, **how), mean(input, dims_of(dim) or None, keepdim)


@function("std_mean", as_method=False)
def std_mean(input, dim=None, **how):
    keepdim = how.get("keepdim", False)
    return std(input, dim, **how), mean(input, dims_of(dim) or None, keepdim)


@function()
def norm(input, p="fro", dim=None, keepdim=False, dtype=None, **rest):
    if rest:
        refuse("norm", rest)
    x = input if dtype is None else input.to(dtype)
    if not x.is_floating_point():
        raise RuntimeError(
            "linalg.vector_norm: Expected a floating point or complex tensor as input. Got"
            f" {_capital(x)}"
        )
    if p == "nuc":
        from torch import linalg

        return linalg.matrix_norm(x, "nuc", (-2, -1) if dim is None else dim, keepdim)
    if p is None or p == "fro":
        p = 2.0
    try:
        return wrap(_norm(x._h, float(p), keepdim, *dims_of(dim)))
    except JsException as error:
        raise raised(error) from None


def _capital(x):
    from torch._elementwise import _name_of

    return _name_of(x)


@function("dist")
def dist(input, other, p=2):
    return norm(input - other, p)


def _running(name, of_dtype=True):
    def f(input, dim=None, *, dtype=None, **rest):
        if "axis" in rest:
            dim = rest.pop("axis")
        if rest:
            refuse(name, rest)
        if dim is None:
            raise TypeError(f'{name}() missing 1 required positional arguments: "dim"')
        try:
            h = input._h if dtype is None else input.to(dtype)._h
            return wrap(_scan(name, h, dim))
        except JsException as error:
            raise raised(error) from None
        except AttributeError:
            if (result := override(f, input, dim)) is NotImplemented:
                raise
            return result

    f.__name__ = f.__qualname__ = name
    function(name)(f)
    if of_dtype:
        setattr(Tensor, name + "_", lambda self, dim: rewritten(self, lambda x: f(x, dim)))


_running("cumsum")
_running("cumprod")
_running("logcumsumexp")


def _running_extreme(name):
    kind = getattr(results, name)

    def f(input, dim, **rest):
        if rest:
            refuse(name, rest)
        try:
            return _pair(kind, _scan_extreme(name, input._h, dim))
        except JsException as error:
            raise raised(error) from None

    f.__name__ = f.__qualname__ = name
    function(name)(f)


_running_extreme("cummax")
_running_extreme("cummin")


@function()
def diff(input, n=1, dim=-1, prepend=None, append=None, **rest):
    if rest:
        refuse("diff", rest)
    from torch._views import cat, narrow

    if not input.ndim:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    dim = wrapped_dim(dim, input.ndim)
    if prepend is not None or append is not None:
        input = cat([x for x in (prepend, input, append) if x is not None], dim)
    for _ in range(_min(n, input.shape[dim])):
        size = input.shape[dim] - 1
        ahead, behind = narrow(input, dim, 1, size), narrow(input, dim, 0, size)
        input = ahead ^ behind if input.dtype is _dtypes.bool else ahead - behind
    return input


def _softmax(name, final):
    def f(input, dim=None, dtype=None, **rest):
        if rest:
            refuse(name, rest)
        x = input if dtype is None else input.to(dtype)
        if dim is None:
            raise TypeError(f'{name}() missing 1 required positional arguments: "dim"')
        if not x.is_floating_point():
            last = "_lastdim" if dim in (-1, x.ndim - 1) else ""
            raise unsupported(f"{name}{last}_kernel_impl", _capital(x))
        return final(x, dim)

    f.__name__ = f.__qualname__ = name
    return function(name)(f)


# The largest number is taken off first, without a derivative: it cancels.
log_softmax = _softmax(
    "log_softmax",
    lambda x, dim: named(x - logsumexp(x, dim, True), "LogSoftmaxBackward0"),
)


def _of_exponents(x, dim):
    e = (x - x.detach().amax(dim, True)).exp()
    return named(e / e.sum(dim, True), "SoftmaxBackward0")


softmax = _softmax("softmax", _of_exponents)


def _no_bool(y):
    if y.dtype is _dtypes.bool:
        raise RuntimeError("trapezoid: received a bool input for `y`, but bool is not supported")


@function()
def trapezoid(y, x=None, *, dx=None, dim=-1):
    from torch._views import narrow

    _no_bool(y)
    n = max(y.shape[dim] - 1, 0)
    heights = narrow(y, dim, min(1, y.shape[dim]), n) + narrow(y, dim, 0, n)
    if x is None:
        return (1 if dx is None else dx) * heights.sum(dim) / 2
    if x.ndim == 1 and y.ndim != 1:
        x = x.reshape([-1 if d == wrapped_dim(dim, y.ndim) else 1 for d in range(y.ndim)])
    return (diff(x, dim=dim) * heights).sum(dim) / 2


del Tensor.trapezoid
FUNCTIONS["trapz"] = trapezoid


@function("cumulative_trapezoid", as_method=False)
def cumulative_trapezoid(y, x=None, *, dx=None, dim=-1):
    from torch._views import narrow

    _no_bool(y)
    n = max(y.shape[dim] - 1, 0)
    heights = narrow(y, dim, min(1, y.shape[dim]), n) + narrow(y, dim, 0, n)
    if x is None:
        return (1 if dx is None else dx) / 2 * heights.cumsum(dim)
    return (diff(x, dim=dim) * heights).cumsum(dim) / 2
