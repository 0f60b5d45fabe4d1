"""Tensors in another shape, most of them views: they share their numbers with the first.

Functions of lists of tensors, which join them or lay them along each other, are here, too.
"""

import math
from itertools import pairwise

from torch import _dtypes
from torch._creation import shape_of
from torch._dtypes import Size
from torch._errors import JsException, NotInPage, absent, engine, raised, refuse
from torch._tensor import Tensor, handle, method, named, wrap
from torch.autograd.grad_mode import is_grad_enabled

_reshape, _view, _permute, _transpose = map(engine, ("reshape", "view", "permute", "transpose"))
_expand, _narrow, _select, _slice = map(engine, ("expand", "narrow", "select", "slice"))
_squeeze, _unsqueeze, _diagonal = map(engine, ("squeeze", "unsqueeze", "diagonal"))
_unfold, _flip, _contiguous, _clone = map(engine, ("unfold", "flip", "contiguous", "clone"))
_detach, _alias, _is_contiguous, _cat = map(engine, ("detach", "alias", "isContiguous", "cat"))
_stack, _base, _is_view, _version = map(engine, ("stack", "base", "isView", "version"))
_t = engine("t")
_offset, _detach_in_place = engine("offset"), engine("detachInPlace")

FUNCTIONS = {}
_int = int


def function(*names, as_method=True):
    """Give a function of torch its names; it is a method of the same names, too."""

    def take(f):
        for name in names or (f.__name__,):
            FUNCTIONS[name] = f
            if as_method:
                setattr(Tensor, name, f)
        return f

    return take


def wrapped_dim(dim, ndim):
    """Return an axis counted from the front; raise as PyTorch where there is none."""
    dim = dim.__index__()
    n = ndim or 1
    if not -n <= dim < n:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-n}, {n - 1}], but got {dim})"
        )
    return dim % n


@function(as_method=False)
def reshape(input, shape):
    return _reshape_method(input, *shape)


@method("reshape")
def _reshape_method(self, *shape, **rest):
    if rest:
        shape = (rest.pop("shape"),) if "shape" in rest else shape
        if rest:
            refuse("reshape", rest)
    try:
        return wrap(_reshape(self._h, *shape_of(shape, "reshape", "shape")))
    except JsException as error:
        raise raised(error) from None


@method()
def view(self, *shape):
    if len(shape) == 1 and isinstance(shape[0], _dtypes.dtype):
        if shape[0] is self.dtype:
            return wrap(_alias(self._h))
        raise NotInPage(absent("Tensor.view of another dtype"))
    try:
        return wrap(_view(self._h, *shape_of(shape, "view")))
    except JsException as error:
        raise raised(error) from None


@method()
def reshape_as(self, other):
    return _reshape_method(self, *other.shape)


@method()
def view_as(self, other):
    return view(self, *other.shape)


@function()
def flatten(input, start_dim=0, end_dim=-1):
    shape = input.shape
    if not shape:
        return _reshape_method(input, 1)
    start, end = wrapped_dim(start_dim, len(shape)), wrapped_dim(end_dim, len(shape))
    if start > end:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    if start == end:
        return input
    merged = math.prod(shape[start : end + 1])
    return _reshape_method(input, *shape[:start], merged, *shape[end + 1 :])


@function()
def ravel(input):
    return _reshape_method(input.contiguous(), -1)


@function()
def unflatten(input, dim, sizes):
    dim = wrapped_dim(dim, input.ndim)
    shape = input.shape
    known = math.prod(n for n in sizes if n != -1)
    sizes = [shape[dim] // known if n == -1 else n for n in sizes]
    if math.prod(sizes) != shape[dim]:
        raise RuntimeError(
            f"unflatten: Provided sizes {list(sizes)} don't multiply up to the size of dim {dim}"
            f" ({shape[dim]}) in the input tensor"
        )
    return view(input, *shape[:dim], *sizes, *shape[dim + 1 :])


def permute(input, dims):
    return _permute_method(input, *dims)


@method("permute")
def _permute_method(self, *dims, **rest):
    if "dims" in rest:
        dims = (rest["dims"],)
    try:
        return wrap(_permute(self._h, *shape_of(dims, "permute", "dims")))
    except JsException as error:
        raise raised(error) from None


FUNCTIONS["permute"] = permute


@function("transpose", "swapaxes", "swapdims")
def transpose(input, dim0, dim1):
    try:
        return wrap(_transpose(input._h, dim0, dim1))
    except JsException as error:
        raise raised(error) from None


@function()
def t(input):
    n = input.ndim
    if n > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {n}D")
    try:
        return wrap(_t(input._h))
    except JsException as error:
        raise raised(error) from None


@function(as_method=False)
def adjoint(input):
    return input.mT


def _matrices(self):
    n = self.ndim
    if n < 2:
        raise RuntimeError(
            f"tensor.mT is only supported on matrices or batches of matrices. Got {n}-D tensor."
        )
    return transpose(self, -2, -1)


def _reversed(self):
    n = self.ndim
    if n not in (0, 2):
        import warnings

        warnings.warn(
            "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is"
            " deprecated and it will throw an error in a future release. Consider `x.mT` to"
            " transpose batches of matrices or `x.permute(*torch.arange(x.ndim - 1, -1, -1))` to"
            " reverse the dimensions of a tensor.",
            UserWarning,
            stacklevel=2,
        )
    return _permute_method(self, *range(n - 1, -1, -1))


Tensor.T, Tensor.mT = property(_reversed), property(_matrices)
Tensor.H, Tensor.mH = Tensor.mT, Tensor.mT
Tensor.adjoint = adjoint
Tensor.real = property(lambda self: self)


@function()
def movedim(input, source, destination):
    source = [source] if isinstance(source, _int) else list(source)
    destination = [destination] if isinstance(destination, _int) else list(destination)
    n = input.ndim
    source, destination = ([wrapped_dim(d, n) for d in ds] for ds in (source, destination))
    order = [d for d in range(n) if d not in source]
    for to, come in sorted(zip(destination, source, strict=True)):
        order.insert(to, come)
    return _permute_method(input, *order)


FUNCTIONS["moveaxis"] = Tensor.moveaxis = movedim


@method("expand")
def expand(self, *size, implicit=False):
    try:
        return wrap(_expand(self._h, *shape_of(size, "expand")))
    except JsException as error:
        raise raised(error) from None


@method()
def expand_as(self, other):
    handle(other, "expand_as", "other")
    return expand(self, *other.shape)


@function(as_method=False)
def broadcast_to(input, size):
    return expand(input, *size)


Tensor.broadcast_to = expand


@function(as_method=False)
def broadcast_tensors(*tensors):
    from torch._creation import broadcast_shapes

    tensors = tensors[0] if len(tensors) == 1 and not isinstance(tensors[0], Tensor) else tensors
    shape = broadcast_shapes(*(x.shape for x in tensors))
    return tuple(expand(x, *shape) for x in tensors)


@function()
def squeeze(input, dim=None):
    dims = () if dim is None else (dim,) if isinstance(dim, _int) else tuple(dim)
    if dim is not None and not dims:
        return wrap(_alias(input._h))
    try:
        return wrap(_squeeze(input._h, *dims))
    except JsException as error:
        raise raised(error) from None


@function()
def unsqueeze(input, dim):
    try:
        return wrap(_unsqueeze(input._h, dim))
    except JsException as error:
        raise raised(error) from None


@function()
def narrow(input, dim, start, length):
    start = start.item() if isinstance(start, Tensor) else start
    try:
        return wrap(_narrow(input._h, dim, start, length))
    except JsException as error:
        raise raised(error) from None


@function()
def select(input, dim, index):
    try:
        return wrap(_select(input._h, dim, index.__index__()))
    except JsException as error:
        raise raised(error) from None


@function()
def unbind(input, dim=0):
    if not input.ndim:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    try:
        return tuple([wrap(_select(input._h, dim, i)) for i in range(input.shape[dim])])
    except JsException as error:
        raise raised(error) from None


@function()
def diagonal(input, offset=0, dim1=0, dim2=1):
    try:
        return wrap(_diagonal(input._h, offset, dim1, dim2))
    except JsException as error:
        raise raised(error) from None


@method()
def unfold(self, dimension, size, step):
    try:
        return wrap(_unfold(self._h, dimension, size, step))
    except JsException as error:
        raise raised(error) from None


@function(as_method=False)
def flip(input, dims):
    return _flip_method(input, *(dims if isinstance(dims, (tuple, list)) else (dims,)))


@method("flip")
def _flip_method(self, *dims):
    try:
        return wrap(_flip(self._h, *shape_of(dims)))
    except JsException as error:
        raise raised(error) from None


@function()
def fliplr(input):
    return _flip_method(input, 1)


@function()
def flipud(input):
    return _flip_method(input, 0)


@function()
def rot90(input, k=1, dims=(0, 1)):
    if input.ndim < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {input.ndim}")
    k %= 4
    if k == 2:
        return _flip_method(input, *dims)
    if k == 0:
        return input.clone()
    flipped = _flip_method(input, dims[1] if k == 1 else dims[0])
    return transpose(flipped, *dims)


@method()
def contiguous(self, memory_format=_dtypes.contiguous_format):
    try:
        return self if _is_contiguous(self._h) else wrap(_contiguous(self._h))
    except JsException as error:
        raise raised(error) from None


@method()
def is_contiguous(self, memory_format=_dtypes.contiguous_format):
    return _is_contiguous(self._h)


@function()
def clone(input, *, memory_format=None):
    try:
        return wrap(_clone(input._h))
    except JsException as error:
        raise raised(error) from None


@function()
def detach(input):
    return wrap(_detach(input._h))


@method()
def detach_(self):
    try:
        _detach_in_place(self._h)
    except JsException as error:
        raise raised(error) from None
    return self


Tensor._base = property(lambda self: wrap(_base(self._h)) if _is_view(self._h) else None)
Tensor._is_view = lambda self: _is_view(self._h)
Tensor._version = property(lambda self: _version(self._h))
Tensor.storage_offset = lambda self: _offset(self._h)


@function("atleast_1d", as_method=False)
def atleast_1d(*tensors):
    return _at_least(tensors, 1)


@function("atleast_2d", as_method=False)
def atleast_2d(*tensors):
    return _at_least(tensors, 2)


def _at_least(tensors, n):
    if len(tensors) == 1 and isinstance(tensors[0], Tensor):
        x = tensors[0]
        while x.ndim < n:
            x = unsqueeze(x, 0)
        return x
    return tuple(_at_least((x,), n) for x in (tensors[0] if len(tensors) == 1 else tensors))


# Pieces


@function()
def split(tensor, split_size_or_sections=None, dim=0, *, split_size=None):
    sizes = split_size if split_size_or_sections is None else split_size_or_sections
    if not tensor.ndim:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    dim = wrapped_dim(dim, tensor.ndim)
    n = tensor.shape[dim]
    if isinstance(sizes, _int):
        if sizes < 0:
            raise RuntimeError(
                f"split expects split_size be non-negative, but got split_size={sizes}"
            )
        if not sizes and n:
            raise RuntimeError(
                f"split_size can only be 0 if dimension size is 0, but got dimension size of {n}"
            )
        count = max(-(-n // sizes), 1) if sizes else 1
        sizes = [min(sizes, n - i * sizes) for i in range(count)]
    elif sum(sizes) != n:
        raise RuntimeError(
            f"split_with_sizes expects split_sizes to sum exactly to {n} (input tensor's size at"
            f" dimension {dim}), but got split_sizes={list(sizes)}"
        )
    parts, at = [], 0
    for size in sizes:
        parts.append(narrow(tensor, dim, at, size))
        at += size
    return tuple(parts)


FUNCTIONS["split_with_sizes"] = Tensor.split_with_sizes = split


@function()
def chunk(input, chunks, dim=0):
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    n = input.shape[wrapped_dim(dim, input.ndim)]
    return split(input, max(-(-n // chunks), 1), dim)


@function()
def tensor_split(input, indices_or_sections, dim=0):
    dim = wrapped_dim(dim, input.ndim)
    n = input.shape[dim]
    if isinstance(indices_or_sections, Tensor):
        indices_or_sections = indices_or_sections.tolist()
    if isinstance(indices_or_sections, _int):
        k = indices_or_sections
        big = n % k
        cuts = [i * (n // k) + min(i, big) for i in range(1, k)]
    else:
        cuts = list(indices_or_sections)
    edges = [0, *(min(max(c + n if c < 0 else c, 0), n) for c in cuts), n]
    return tuple(narrow(input, dim, a, max(b - a, 0)) for a, b in pairwise(edges))


# Joined


def _list(tensors, name):
    """Return the handles of a list of tensors."""
    if isinstance(tensors, Tensor):
        tensors = tensors.unbind(0)
    handles = []
    for i, x in enumerate(tensors):
        if not isinstance(x, Tensor):
            raise TypeError(
                f"expected Tensor as element {i} in argument 0, but got {type(x).__name__}"
            )
        handles.append(x._h)
    return handles


@function("cat", "concat", "concatenate", as_method=False)
def cat(tensors, dim=0, **rest):
    if rest:
        if "axis" in rest:
            dim = rest.pop("axis")
        if rest:
            refuse("cat", rest)
    if isinstance(tensors, Tensor):
        raise TypeError(
            "cat(): argument 'tensors' (position 1) must be tuple of Tensors, not Tensor"
        )
    handles = _list(tensors, "cat")
    if not handles:
        raise RuntimeError("torch.cat(): expected a non-empty list of Tensors")
    try:
        return wrap(_cat(dim, *handles))
    except JsException as error:
        raise raised(error) from None


@function("stack", as_method=False)
def stack(tensors, dim=0, **rest):
    if rest:
        if "axis" in rest:
            dim = rest.pop("axis")
        if rest:
            refuse("stack", rest)
    handles = _list(tensors, "stack")
    if not handles:
        raise RuntimeError("stack expects a non-empty TensorList")
    try:
        return wrap(_stack(dim, *handles))
    except JsException as error:
        raise raised(error) from None


@function("hstack", as_method=False)
def hstack(tensors):
    tensors = atleast_1d(*tensors) if len(tensors) > 1 else (atleast_1d(tensors[0]),)
    return cat(tensors, 0 if tensors[0].ndim == 1 else 1)


@function("vstack", "row_stack", as_method=False)
def vstack(tensors):
    return cat([atleast_2d(x) for x in tensors], 0)


@function("column_stack", as_method=False)
def column_stack(tensors):
    return cat([x.reshape(x.numel(), 1) if x.ndim <= 1 else x for x in tensors], 1)


@function("dstack", as_method=False)
def dstack(tensors):
    def deep(x):
        x = atleast_2d(x)
        return unsqueeze(x, -1) if x.ndim == 2 else x

    return cat([deep(x) for x in tensors], 2)


@method()
def repeat(self, *repeats):
    repeats = shape_of(repeats)
    if len(repeats) < self.ndim:
        raise RuntimeError(
            "Number of dimensions of repeat dims can not be smaller than number of dimensions of"
            " tensor"
        )
    shape = [1] * (len(repeats) - self.ndim) + list(self.shape)
    # Each axis becomes two, of which the first is expanded: one copy in all.
    x = _reshape_method(self, *[k for n in shape for k in (1, n)])
    x = expand(x, *[k for r, n in zip(repeats, shape, strict=True) for k in (r, n)])
    whole = _reshape_method(x.clone(), *[r * n for r, n in zip(repeats, shape, strict=True)])
    return named(whole, "RepeatBackward0")


@function("tile", as_method=False)
def tile(input, dims):
    return repeat(input, *([1] * (input.ndim - len(dims)) + list(dims)))


Tensor.tile = lambda self, *dims: tile(self, shape_of(dims))


@function()
def repeat_interleave(input, repeats=None, dim=None, *, output_size=None):
    from torch._creation import arange, tensor

    if repeats is None:
        counts = input.tolist()
        return tensor([i for i, n in enumerate(counts) for _ in range(n)], dtype=_dtypes.int64)
    if dim is None:
        input, dim = input.flatten(), 0
    n = input.shape[wrapped_dim(dim, input.ndim)]
    if isinstance(repeats, Tensor) and repeats.numel() == 1:
        repeats = repeats.item()
    if isinstance(repeats, _int):
        index = arange(n)[:, None].expand(n, repeats).reshape(-1)
    else:
        counts = repeats.tolist() if isinstance(repeats, Tensor) else list(repeats)
        if len(counts) != n:
            raise RuntimeError(
                "repeats must have the same size as input along dim, but got repeats.size(0) ="
                f" {len(counts)} and input.size({dim}) = {n}"
            )
        index = tensor([i for i, k in enumerate(counts) for _ in range(k)], dtype=_dtypes.int64)
    return input.index_select(dim, index)


@function()
def roll(input, shifts, dims=None):
    shifts = (shifts,) if isinstance(shifts, _int) else tuple(shifts)
    if dims is None or dims == ():
        if len(shifts) != 1:
            raise RuntimeError("shifts and dimensions must align. shifts: "
                               f"{len(shifts)}, dims:0")  # fmt: skip
        return named(roll(input.flatten(), shifts, 0).view(input.shape), "RollBackward0")
    dims = (dims,) if isinstance(dims, _int) else tuple(dims)
    if len(shifts) != len(dims):
        raise RuntimeError(
            f"shifts and dimensions must align. shifts: {len(shifts)}, dims:{len(dims)}"
        )
    if not input.numel():
        return input.clone()
    for shift, dim in zip(shifts, dims, strict=True):
        n = input.shape[wrapped_dim(dim, input.ndim)]
        k = shift % n if n else 0
        parts = [narrow(input, dim, n - k, k), narrow(input, dim, 0, n - k)]
        input = cat(parts, dim) if k else input.clone()
    return named(input, "RollBackward0")


@function()
def diag(input, diagonal=0):
    if input.ndim == 1:
        return diag_embed(input, diagonal)
    if input.ndim != 2:
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {input.ndim}D")
    return Tensor.diagonal(input, diagonal).clone()


@function()
def diag_embed(input, offset=0, dim1=-2, dim2=-1):
    from torch._creation import zeros

    n = input.shape[-1]
    size = n + abs(offset)
    ndim = input.ndim + 1
    dim1, dim2 = wrapped_dim(dim1, ndim), wrapped_dim(dim2, ndim)
    # The numbers, each followed by a row of zeros, fall on the diagonal of a matrix.
    rows = cat([input[..., None],
                zeros(*input.shape, n, dtype=input.dtype)], -1)  # fmt: skip
    square = rows.reshape(*input.shape[:-1], n * (n + 1))
    square = square[..., : n * n].reshape(*input.shape[:-1], n, n)
    if offset:
        wide = zeros(*input.shape[:-1], n, abs(offset), dtype=input.dtype)
        square = cat([wide, square] if offset > 0 else [square, wide], -1)
        tall = zeros(*input.shape[:-1], abs(offset), size, dtype=input.dtype)
        square = cat([square, tall] if offset > 0 else [tall, square], -2)
    return named(movedim(square, (-2, -1), (dim1, dim2)), "DiagEmbedBackward0")


@function()
def diagflat(input, offset=0):
    return diag_embed(input.flatten(), offset)


def _half(name, export):
    def f(input, diagonal=0):
        try:
            return wrap(export(input._h, diagonal))
        except JsException as error:
            raise raised(error) from None

    f.__name__ = name
    return function(name)(f)


tril, triu = _half("tril", engine("tril")), _half("triu", engine("triu"))


@function("meshgrid", as_method=False)
def meshgrid(*tensors, indexing=None):
    if len(tensors) == 1 and not isinstance(tensors[0], Tensor):
        tensors = tuple(tensors[0])
    if indexing is None:
        import warnings

        warnings.warn(
            "torch.meshgrid: in an upcoming release, it will be required to pass the indexing"
            " argument.",
            UserWarning,
            stacklevel=2,
        )
    elif indexing not in ("ij", "xy"):
        raise RuntimeError(
            f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}'
        )
    swap = indexing == "xy" and len(tensors) >= 2
    order = [1, 0, *range(2, len(tensors))] if swap else list(range(len(tensors)))
    axes = [tensors[i] for i in order]
    shape = [x.numel() for x in axes]
    grids = [
        expand(x.reshape(*[-1 if i == j else 1 for j in range(len(axes))]), *shape)
        for i, x in enumerate(axes)
    ]
    if swap:
        grids[0], grids[1] = grids[1], grids[0]
    return tuple(grids)


@function("cartesian_prod", as_method=False)
def cartesian_prod(*tensors):
    for x in tensors:
        if x.ndim != 1:
            raise RuntimeError(f"Expect a 1D vector, but got shape {list(x.shape)}")
    if len(tensors) == 1:
        return tensors[0]
    return stack([g.flatten() for g in meshgrid(*tensors, indexing="ij")], 1)


@function("combinations", as_method=False)
def combinations(input, r=2, with_replacement=False):
    import itertools

    from torch._creation import tensor

    if input.ndim != 1:
        raise RuntimeError(f"Expect a 1D vector, but got shape {list(input.shape)}")

    pick = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    index = list(pick(range(len(input)), r))
    return input[tensor(index, dtype=_dtypes.int64).reshape(len(index), r)]


@function("block_diag", as_method=False)
def block_diag(*tensors):
    from torch._creation import zeros

    for i, x in enumerate(tensors):
        if x.ndim > 2:
            raise RuntimeError(
                f"torch.block_diag: Input tensors must have 2 or fewer dimensions. Input {i} has"
                f" {x.ndim} dimensions"
            )
    blocks = [atleast_2d(x) for x in tensors]
    width, at, rows = sum(b.shape[1] for b in blocks), 0, []
    for b in blocks:
        n, m = b.shape
        left, right = zeros(n, at, dtype=b.dtype), zeros(n, width - at - m, dtype=b.dtype)
        rows.append(cat([left, b, right], 1))
        at += m
    return cat(rows, 0)


def _in_place(name, f):
    """Make the method that gives a tensor another shape: it becomes a view of what it was."""

    def into(self, *dims, **named):
        if self.requires_grad and self.is_leaf and is_grad_enabled():
            raise RuntimeError(
                "a leaf Variable that requires grad is being used in an in-place operation."
            )
        self._h = f(self, *dims, **named)._h
        self._shape = None
        return self

    into.__name__ = name
    setattr(Tensor, name, into)


for _name, _function in (
    ("squeeze_", squeeze), ("unsqueeze_", unsqueeze), ("transpose_", transpose), ("t_", t),
    ("swapaxes_", transpose), ("swapdims_", transpose),
):  # fmt: skip
    _in_place(_name, _function)

Tensor.sum_to_size = lambda self, *size: _sum_to(self, Size(shape_of(size)))


def _sum_to(x, shape):
    lead = x.ndim - len(shape)
    dims = [i for i in range(x.ndim) if i < lead or (shape[i - lead] == 1 != x.shape[i])]
    x = x.sum(dims, keepdim=True) if dims else x
    return x.reshape(shape)
