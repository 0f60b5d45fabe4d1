"""Numbers in order: sorted, ranked, counted, and found."""

from torch import _dtypes
from torch import return_types as results
from torch._errors import JsException, NotInPage, absent, engine, raised, refuse
from torch._tensor import Tensor, handle, named, number, wrap
from torch._views import function, wrapped_dim

_sort, _searchsorted, _unique = map(engine, ("sort", "searchsorted", "unique"))
_bincount, _histc, _topk, _kthvalue = map(engine, ("bincount", "histc", "topk", "kthvalue"))
_histogram, _bucketize, _isin = map(engine, ("histogram", "bucketize", "isin"))
_unique_consecutive = engine("uniqueConsecutive")


@function()
def sort(input, dim=-1, descending=False, stable=False, **rest):
    if rest:
        refuse("sort", rest)
    try:
        r = _sort(handle(input, "sort"), dim, bool(descending), bool(stable))
        return results.sort((wrap(r[0]), wrap(r[1])))
    except JsException as error:
        raise raised(error) from None


@function("msort")
def msort(input):
    return sort(input, 0).values


@function()
def argsort(input, dim=-1, descending=False, stable=False):
    return sort(input, dim, descending, stable)[1]


@function()
def topk(input, k, dim=-1, largest=True, sorted=True):
    try:
        r = _topk(input._h, k, dim, largest, sorted)
        return results.topk((wrap(r[0]), wrap(r[1])))
    except JsException as error:
        raise raised(error) from None


@function()
def kthvalue(input, k, dim=-1, keepdim=False):
    try:
        r = _kthvalue(input._h, k, dim, keepdim)
        return results.kthvalue((wrap(r[0]), wrap(r[1])))
    except JsException as error:
        raise raised(error) from None


@function("searchsorted", as_method=False)
def searchsorted(sorted_sequence, input, *, out_int32=False, right=False, side=None, sorter=None):
    if side is not None:
        if side not in ("left", "right"):
            raise RuntimeError(
                "torch.searchsorted(): side can only be 'left' or 'right' but got " + side
            )
        if right and side == "left":
            raise RuntimeError(
                "torch.searchsorted(): side and right can't be set to opposites, got side of left"
                " while right was True"
            )
        right = side == "right"
    if sorter is not None:
        sorted_sequence = sorted_sequence.gather(-1, sorter)
    try:
        h = _searchsorted(
            handle(sorted_sequence, "searchsorted", "sorted_sequence"),
            input._h if isinstance(input, Tensor) else number(input),
            right,
        )
    except JsException as error:
        raise raised(error) from None
    return wrap(h).to(_dtypes.int32) if out_int32 else wrap(h)


@function("bucketize", as_method=False)
def bucketize(input, boundaries, *, out_int32=False, right=False):
    try:
        h = input._h if isinstance(input, Tensor) else number(input)
        places = wrap(_bucketize(h, handle(boundaries, "bucketize", "boundaries", 2), right))
    except JsException as error:
        raise raised(error) from None
    return places.to(_dtypes.int32) if out_int32 else places


@function()
def unique(input, sorted=True, return_inverse=False, return_counts=False, dim=None):
    if dim is not None:
        return _unique_rows(input, return_inverse, return_counts, dim)
    try:
        r = _unique(input._h)
        parts = [wrap(r[i]) for i in range(3)]
    except JsException as error:
        raise raised(error) from None
    return _asked(*parts, return_inverse, return_counts)


def _asked(values, inverse, counts, return_inverse, return_counts):
    parts = [values]
    if return_inverse:
        parts.append(inverse)
    if return_counts:
        parts.append(counts)
    return parts[0] if len(parts) == 1 else tuple(parts)


def _unique_rows(input, return_inverse, return_counts, dim):
    from torch._creation import tensor

    rows = [tuple(r._flat()) for r in input.unbind(dim)]
    sorted_rows = sorted(set(rows))
    places = {row: i for i, row in enumerate(sorted_rows)}
    first = tensor([rows.index(row) for row in sorted_rows], dtype=_dtypes.int64)
    inverse = tensor([places[row] for row in rows], dtype=_dtypes.int64)
    counts = tensor([rows.count(row) for row in sorted_rows], dtype=_dtypes.int64)
    return _asked(input.index_select(dim, first), inverse, counts, return_inverse, return_counts)


@function()
def unique_consecutive(input, return_inverse=False, return_counts=False, dim=None):
    if dim is not None:
        raise NotInPage(absent("the argument 'dim' of torch.unique_consecutive"))
    try:
        r = _unique_consecutive(input._h)
        parts = [wrap(r[i]) for i in range(3)]
    except JsException as error:
        raise raised(error) from None
    return _asked(*parts, return_inverse, return_counts)


@function()
def bincount(input, weights=None, minlength=0):
    try:
        return wrap(
            _bincount(handle(input, "bincount"), None if weights is None else weights._h, minlength)
        )
    except JsException as error:
        raise raised(error) from None


@function()
def histc(input, bins=100, min=0, max=0, **rest):
    if rest:
        refuse("histc", rest)
    try:
        return wrap(_histc(handle(input, "histc"), bins, min, max))
    except JsException as error:
        raise raised(error) from None


@function()
def histogram(input, bins, *, range=None, weight=None, density=False, **rest):
    if rest:
        refuse("histogram", rest)
    low, high = (None, None) if range is None else map(float, range)
    if isinstance(bins, Tensor):
        bins = bins._h
    try:
        r = _histogram(
            handle(input, "histogram"), bins, low, high,
            None if weight is None else weight._h, bool(density),
        )  # fmt: skip
        return results.histogram((wrap(r[0]), wrap(r[1])))
    except JsException as error:
        raise raised(error) from None


@function()
def quantile(input, q, dim=None, keepdim=False, *, interpolation="linear", **rest):
    """Return what a fraction q of the numbers lies below, between two of them by a line."""
    if rest:
        refuse("quantile", rest)
    if interpolation not in ("linear", "lower", "higher", "midpoint", "nearest"):
        raise RuntimeError(
            "quantile() interpolation must be one of linear, lower, higher, midpoint or nearest,"
            f" but got {interpolation}"
        )
    from torch._creation import tensor
    from torch._elementwise import lerp, where

    if not isinstance(q, Tensor):
        if not 0 <= q <= 1:
            raise RuntimeError(f"quantile() q must be in the range [0, 1] but got {q}")
        q = tensor(q, dtype=input.dtype)
    if q.ndim > 1:
        raise RuntimeError(f"quantile() q must be a scalar or 1D tensor, but got {q.ndim}D tensor")
    if not input.is_floating_point():
        raise RuntimeError("quantile() input tensor must be either float or double dtype")
    if q.dtype is not input.dtype:
        raise RuntimeError("quantile() q tensor must be same dtype as the input tensor")
    if not input.numel():
        raise RuntimeError("quantile() input tensor must be non-empty")
    if q.numel() and not bool(((q >= 0) & (q <= 1)).all()):
        raise RuntimeError("quantile() q values must be in the range [0, 1]")
    ndim = input.ndim
    if not ndim and dim is not None:
        wrapped_dim(dim, 0)
        dim = None
    axis = 0 if dim is None else wrapped_dim(dim, ndim)
    x = input.flatten() if dim is None else input.movedim(axis, -1)
    ordered = sort(x, -1).values
    n = ordered.shape[-1]
    # A NaN, which sorts last, makes the result NaN.
    rank = q.detach() * (n - 1)
    rank = where(ordered[..., -1:].isnan(), float(n - 1), rank.reshape(-1))
    if interpolation == "nearest":
        rank = rank.round()
    elif interpolation in ("lower", "higher"):
        rank = rank.floor() if interpolation == "lower" else rank.ceil()
    below = rank.floor()
    result = ordered.gather(-1, below.long())
    if interpolation in ("linear", "midpoint"):
        above = ordered.gather(-1, rank.ceil().long())
        weight = rank - below if interpolation == "linear" else (rank - below).ceil() * 0.5
        result = lerp(result, above, weight)
    # (…, q) now: q comes first, or not at all.
    result = result.movedim(-1, 0)
    if keepdim:
        result = result.reshape(-1, *[1] * ndim) if dim is None else result.unsqueeze(axis + 1)
    return result if q.ndim else named(result.squeeze(0), "SqueezeBackward4")


@function()
def nanquantile(input, q, dim=None, keepdim=False, *, interpolation="linear"):
    kept = input.flatten()[~input.flatten().isnan()]
    if dim is not None and len(kept) < input.numel():
        raise NotInPage(absent("torch.nanquantile along an axis with NaN"))
    return quantile(kept if dim is None else input, q, dim, keepdim, interpolation=interpolation)


@function("isin", as_method=False)
def isin(elements, test_elements, *, assume_unique=False, invert=False):
    from torch._creation import as_tensor

    try:
        return wrap(_isin(as_tensor(elements)._h, as_tensor(test_elements)._h, bool(invert)))
    except JsException as error:
        raise raised(error) from None


@function()
def cov(input, *, correction=1, fweights=None, aweights=None):
    """Return the covariance of rows, of which each is one quantity."""
    if fweights is not None or aweights is not None:
        refuse("cov", {"fweights": fweights})
    _at_most_two(input, "cov")
    x = input if input.ndim > 1 else input.reshape(1, -1)
    x = x - x.mean(1, True)
    result = x @ x.T / max(x.shape[1] - correction, 0)
    return result.squeeze()


def _at_most_two(input, name):
    if input.ndim > 2:
        raise RuntimeError(
            f"{name}(): expected input to have two or fewer dimensions but got an input with"
            f" {input.ndim} dimensions"
        )


@function()
def corrcoef(input):
    _at_most_two(input, "corrcoef")
    c = cov(input)
    if not c.ndim:
        return c / c
    s = c.diagonal().sqrt()
    return (c / s[:, None] / s).clamp(-1, 1)
