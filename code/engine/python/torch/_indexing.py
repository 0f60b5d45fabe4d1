"""Reading and writing parts of tensors: `x[…]`, and the functions that take tensors of places.

An index goes to the engine as a text, one word an axis ("s0:2:1" a slice, "i3" a place, "n" a new
axis, "e" an ellipsis, "a" the next tensor), and the tensors behind it.
"""

from torch import _dtypes
from torch._creation import as_tensor, tensor
from torch._errors import JsException, NotInPage, absent, engine, raised, refuse
from torch._tensor import Tensor, handle, method, number, wrap
from torch._views import function, wrapped_dim

_index, _put = engine("index"), engine("putIndex")
_select, _slice = engine("select"), engine("slice")
_gather, _scatter, _scatter_add = map(engine, ("gather", "scatter", "scatterAdd"))
_index_select, _index_add, _masked = map(engine, ("indexSelect", "indexAdd", "maskedSelect"))
_nonzero, _fill, _assign, _zero = map(engine, ("nonzero", "fill", "assign", "zero"))
_scatter_into, _scatter_add_into = engine("scatterInPlace"), engine("scatterAddInPlace")
_index_add_into = engine("indexAddInPlace")

_int, _bool = int, bool


def _word(i, tensors):
    """Return the word of one entry of an index; tensors of places are put on the list."""
    kind = type(i)
    if kind is _int:
        return f"i{i}"
    if kind is slice:
        return f"s{_bound(i.start)}:{_bound(i.stop)}:{_bound(i.step)}"
    if i is None:
        return "n"
    if i is Ellipsis:
        return "e"
    if kind is _bool:
        tensors.append(tensor(i)._h)
        return "a"
    if isinstance(i, Tensor):
        if i.dtype.is_floating_point:
            raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
        if not i.ndim and i._h.dtype not in ("bool", "uint8") and not i._h.levels.length:
            return f"i{_int(i.item())}"
        tensors.append(i._h)
        return "a"
    if hasattr(i, "__tensor__") or isinstance(i, (list, tuple)):
        return _word_of_list(i, tensors)
    if hasattr(i, "__index__"):
        return f"i{i.__index__()}"
    raise IndexError(
        "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid"
        f" indices (got {type(i).__name__})"
    )


def _word_of_list(i, tensors):
    if isinstance(i, (list, tuple)):
        made = tensor(list(i)) if len(i) else tensor([], dtype=_dtypes.int64)
    else:
        made = as_tensor(i)
    if made.dtype.is_floating_point:
        raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
    if not made.ndim and made.dtype is not _dtypes.bool:
        return f"i{made.item()}"
    tensors.append(made._h)
    return "a"


def _bound(x):
    if x is None:
        return ""
    try:
        return str(x.__index__())
    except AttributeError:
        raise TypeError(
            "slice indices must be integers or None or have an __index__ method"
        ) from None


def _spec(index):
    tensors = []
    if type(index) is tuple or (
        isinstance(index, list) and any(isinstance(i, (slice, Tensor)) or i is None for i in index)
    ):
        words = ",".join([_word(i, tensors) for i in index])
    else:
        words = _word(index, tensors)
    return words, tensors


@method("__getitem__")
def _getitem(self, index):
    try:
        if type(index) is _int:
            if not self.shape:
                raise IndexError(
                    "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or"
                    " `tensor.item<T>()` in C++ to convert a 0-dim tensor to a number"
                )
            return wrap(_index(self._h, f"i{index}"))
        words, tensors = _spec(index)
        return wrap(_index(self._h, words, *tensors))
    except JsException as error:
        raise raised(error) from None


@method("__setitem__")
def _setitem(self, index, value):
    words, tensors = _spec(index)
    if isinstance(value, Tensor):
        h = value._h
    else:
        try:
            h = number(value)
        except TypeError:
            if not isinstance(value, (list, tuple)):
                raise TypeError(
                    f"can't assign a {type(value).__name__} to a torch."
                    f"{self.type().removeprefix('torch.')}"
                ) from None
            h = tensor(value, dtype=self.dtype)._h
    try:
        _put(self._h, h, words, *tensors)
    except JsException as error:
        raise raised(error) from None


@function()
def gather(input, dim, index, *, sparse_grad=False, **rest):
    if rest:
        refuse("gather", rest)
    try:
        return wrap(_gather(input._h, dim, handle(index, "gather", "index", 3)))
    except JsException as error:
        raise raised(error) from None


@function()
def take_along_dim(input, indices, dim=None):
    if dim is None:
        return gather(input.flatten(), 0, indices.flatten())
    from torch._creation import broadcast_shapes

    dim = wrapped_dim(dim, input.ndim)
    a, b = list(input.shape), list(indices.shape)
    if len(a) != len(b):
        raise RuntimeError(
            "torch.take_along_dim(): input and indices should have the same number of dimensions,"
            f" but got {len(a)} dimensions for input, and {len(b)} dimensions for indices"
        )
    length, count = a[dim], b[dim]
    a[dim] = b[dim] = 1
    shape = list(broadcast_shapes(a, b))
    shape[dim] = length
    wide = input.expand(*shape)
    shape[dim] = count
    return gather(wide, dim, indices.expand(*shape))


def _source(self, src):
    return src._h if isinstance(src, Tensor) else number(src)


def _of_places(name, export, in_place):
    def f(input, dim, index, src=None, *, value=None, **rest):
        if rest:
            refuse(name, rest)
        src = value if src is None else src
        try:
            return wrap(export(input._h, dim, index._h, _source(input, src)))
        except JsException as error:
            raise raised(error) from None

    def into(self, dim, index, src=None, *, value=None, **rest):
        if rest:
            refuse(name, rest)
        src = value if src is None else src
        try:
            in_place(self._h, dim, index._h, _source(self, src))
        except JsException as error:
            raise raised(error) from None
        return self

    f.__name__ = name
    function(name)(f)
    setattr(Tensor, name + "_", into)


_of_places("scatter", _scatter, _scatter_into)
_of_places("scatter_add", _scatter_add, _scatter_add_into)


@function()
def index_select(input, dim, index):
    try:
        return wrap(_index_select(input._h, dim, handle(index, "index_select", "index", 3)))
    except JsException as error:
        raise raised(error) from None


@function()
def index_add(input, dim, index, source, *, alpha=1):
    source = source if alpha == 1 else alpha * source
    try:
        return wrap(_index_add(input._h, dim, index._h, source._h))
    except JsException as error:
        raise raised(error) from None


@method()
def index_add_(self, dim, index, source, *, alpha=1):
    source = source if alpha == 1 else alpha * source
    try:
        _index_add_into(self._h, dim, index._h, source._h)
    except JsException as error:
        raise raised(error) from None
    return self


@method()
def index_fill_(self, dim, index, value):
    self[(slice(None),) * wrapped_dim(dim, self.ndim) + (index,)] = value
    return self


@method()
def index_copy_(self, dim, index, tensor):
    self[(slice(None),) * wrapped_dim(dim, self.ndim) + (index,)] = tensor
    return self


@function()
def index_fill(input, dim, index, value):
    return input.clone().index_fill_(dim, index, value)


@function()
def index_copy(input, dim, index, source):
    return input.clone().index_copy_(dim, index, source)


@method("index_put_")
def index_put_(self, indices, values, accumulate=False):
    if accumulate:
        raise NotInPage(absent("the argument 'accumulate' of Tensor.index_put_"))
    self[tuple(indices)] = values
    return self


@function()
def index_put(input, indices, values, accumulate=False):
    return input.clone().index_put_(indices, values, accumulate)


@function()
def take(input, index):
    return input.flatten()[index]


@function()
def masked_select(input, mask):
    try:
        return wrap(_masked(input._h, handle(mask, "masked_select", "mask", 2)))
    except JsException as error:
        raise raised(error) from None


@method()
def masked_scatter(self, mask, source):
    result = self.clone()
    mask = mask.expand_as(self)
    result[mask] = source.flatten()[: int(mask.sum())]
    return result


@function()
def nonzero(input, *, as_tuple=False, **rest):
    if rest:
        refuse("nonzero", rest)
    try:
        places = wrap(_nonzero(input._h))
    except JsException as error:
        raise raised(error) from None
    if not as_tuple:
        return places
    return places.unbind(1) if input.ndim else (places.flatten().new_zeros(len(places)),)


@function()
def argwhere(input):
    return nonzero(input)


@method()
def copy_(self, src, non_blocking=False):
    try:
        _assign(self._h, src._h if isinstance(src, Tensor) else number(src))
    except JsException as error:
        raise raised(error) from None
    return self


@method()
def fill_(self, value):
    if isinstance(value, Tensor) and value.ndim:
        raise RuntimeError(
            "fill_ only supports 0-dimension value tensor but got tensor with"
            f" {value.ndim} dimensions."
        )
    try:
        _fill(self._h, value._h if isinstance(value, Tensor) else number(value))
    except JsException as error:
        raise raised(error) from None
    return self


@method()
def zero_(self):
    try:
        _zero(self._h)
    except JsException as error:
        raise raised(error) from None
    return self


@method()
def fill_diagonal_(self, fill_value, wrap=False):
    if wrap:
        raise NotInPage(absent("the argument 'wrap' of Tensor.fill_diagonal_"))
    self.diagonal().fill_(fill_value)
    return self
