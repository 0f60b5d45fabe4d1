"""Tensors made of numbers, of shapes and of other tensors.

What a list of lists holds is gone through once, for its shape and the type of its numbers, and
then written into the engine's memory in one piece.
"""

import math
import warnings
from array import array

from torch import _dtypes
from torch._dtypes import Size, check_device, promote_types, stored
from torch._errors import JsException, NotInPage, absent, engine, raised, refuse
from torch._tensor import EXACT, Tensor, bare, handle, method, override, want, wrap

_empty, _full, _arange, _linspace = map(engine, ("empty", "full", "arange", "linspace"))
_eye, _contents, _to, _detach = map(engine, ("eye", "contents", "to", "detach"))
_clone = engine("clone")

_bool, _int, _float = bool, int, float
# How the engine stores a type, as a code of the module array.
CODES = {
    "bool": "B", "uint8": "B", "int8": "b", "int16": "h", "int32": "i", "int64": "d",
    "float32": "f", "float64": "d",
}  # fmt: skip


def shape_of(size, function="zeros", name="size"):
    """Return the list of a shape that is given as numbers, or as one list of them."""
    if len(size) == 1 and isinstance(size[0], (tuple, list)):
        size = size[0]
    try:
        return [n if type(n) is _int else n.__index__() for n in size]
    except AttributeError:
        pass
    for i, n in enumerate(size):
        if not hasattr(n, "__index__"):
            kind = type(n).__name__
            if not i:
                raise TypeError(
                    f"{function}(): argument '{name}' (position 1) must be tuple of ints, not"
                    f" {kind}"
                )
            raise TypeError(
                f"{function}(): argument '{name}' failed to unpack the object at pos {i + 1} with"
                f' error "type must be tuple of ints,but got {kind}"'
            )


def _options(function, dtype, device, layout, pin_memory, rest):
    """Return the engine's name of a dtype, once the other options are seen to mean nothing."""
    if rest:
        refuse(function, rest)
    if device is not None:
        check_device(device)
    if layout is not None and layout is not _dtypes.strided:
        raise NotInPage(absent(f"the layout {layout}"))
    if pin_memory:
        raise RuntimeError("Cannot access accelerator device when none is available.")
    return None if dtype is None else stored(dtype)


def _filled(function, value, size, dtype, device, layout, pin_memory, requires_grad, rest):
    kind = _options(function, dtype, device, layout, pin_memory, rest)
    value = +value  # of a truth value 0 or 1
    try:
        h = _full(value, kind or _dtypes.get_default_dtype().name, *shape_of(size, function))
    except JsException as error:
        error = raised(error)
        if function == "zeros" and "negative dimension" in str(error):
            error = RuntimeError("zeros: Dimension size must be non-negative.")
        raise error from None
    return _wanted(h) if requires_grad else wrap(h)


def _wanted(h):
    """Return a new tensor for which a gradient is wanted."""
    if h.dtype[0] != "f":
        raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
    return want(wrap(h))


def _size(size, rest):
    return rest.pop("size") if not size and "size" in rest else size


def zeros(
    *size, dtype=None, device=None, layout=None, pin_memory=False, requires_grad=False, **rest
):
    size = _size(size, rest)
    return _filled("zeros", 0, size, dtype, device, layout, pin_memory, requires_grad, rest)


def ones(
    *size, dtype=None, device=None, layout=None, pin_memory=False, requires_grad=False, **rest
):
    size = _size(size, rest)
    return _filled("ones", 1, size, dtype, device, layout, pin_memory, requires_grad, rest)


def empty(*size, dtype=None, device=None, layout=None, pin_memory=False, requires_grad=False,
          memory_format=None, **rest):  # fmt: skip
    size = _size(size, rest)
    return _filled("empty", 0, size, dtype, device, layout, pin_memory, requires_grad, rest)


def full(size, fill_value, *, dtype=None, device=None, layout=None, pin_memory=False,
         requires_grad=False, **rest):  # fmt: skip
    if isinstance(fill_value, Tensor):
        dtype, fill_value = dtype or fill_value.dtype, fill_value.item()
    if dtype is None:
        dtype = _of_number(fill_value)
    if isinstance(size, _int):
        raise TypeError("full(): argument 'size' (position 1) must be tuple of ints, not int")
    size = (tuple(size),)
    return _filled("full", fill_value, size, dtype, device, layout, pin_memory, requires_grad, rest)


def _of_number(x):
    if isinstance(x, _bool):
        return _dtypes.bool
    return _dtypes.int64 if isinstance(x, _int) else _dtypes.get_default_dtype()


def scalar_tensor(s, *, dtype=None, device=None, layout=None, pin_memory=False,
                  requires_grad=False, **rest):  # fmt: skip
    return _filled("scalar_tensor", s, (), dtype, device, layout, pin_memory, requires_grad, rest)


def zeros_like(input, *, dtype=None, device=None, layout=None, memory_format=None,
               requires_grad=False, **rest):  # fmt: skip
    try:
        return _like(input, 0, dtype, device, layout, requires_grad, "zeros_like", rest)
    except TypeError:
        if (result := override(zeros_like, input)) is NotImplemented:
            raise
        return result


def ones_like(input, *, dtype=None, device=None, layout=None, memory_format=None,
              requires_grad=False, **rest):  # fmt: skip
    return _like(input, 1, dtype, device, layout, requires_grad, "ones_like", rest)


def empty_like(input, *, dtype=None, device=None, layout=None, memory_format=None,
               requires_grad=False, **rest):  # fmt: skip
    return _like(input, 0, dtype, device, layout, requires_grad, "empty_like", rest)


def full_like(input, fill_value, *, dtype=None, device=None, layout=None, memory_format=None,
              requires_grad=False, **rest):  # fmt: skip
    if isinstance(fill_value, Tensor):
        fill_value = fill_value.item()
    return _like(input, fill_value, dtype, device, layout, requires_grad, "full_like", rest)


_full_like = engine("fullLike")


def _like(input, value, dtype, device, layout, requires_grad, function, rest):
    """Make a tensor of the shape of another; inside vmap it is one for each entry, too."""
    kind = _options(function, dtype, device, layout, False, rest)
    try:
        h = _full_like(handle(input, function), +value, kind or "")
    except JsException as error:
        raise raised(error) from None
    return _wanted(h) if requires_grad else wrap(h)


def arange(start, end=None, step=1, *, dtype=None, device=None, layout=None, pin_memory=False,
           requires_grad=False, **rest):  # fmt: skip
    kind = _options("arange", dtype, device, layout, pin_memory, rest)
    if end is None:
        start, end = 0, start
    given = [x.item() if isinstance(x, Tensor) else x for x in (start, end, step)]
    if kind is None:
        whole = all(isinstance(x, _int) for x in given)
        kind = "int64" if whole else _dtypes.get_default_dtype().name
    try:
        h = _arange(*given, kind)
    except JsException as error:
        raise raised(error) from None
    return _wanted(h) if requires_grad else wrap(h)


def linspace(start, end, steps, *, dtype=None, device=None, layout=None, pin_memory=False,
             requires_grad=False, **rest):  # fmt: skip
    kind = _options("linspace", dtype, device, layout, pin_memory, rest)
    start, end = (x.item() if isinstance(x, Tensor) else x for x in (start, end))
    try:
        h = _linspace(start, end, steps.__index__(), kind or _dtypes.get_default_dtype().name)
    except JsException as error:
        raise raised(error) from None
    return _wanted(h) if requires_grad else wrap(h)


_logspace = engine("logspace")


def logspace(start, end, steps, base=10.0, *, dtype=None, device=None, layout=None,
             pin_memory=False, requires_grad=False, **rest):  # fmt: skip
    kind = _options("logspace", dtype, device, layout, pin_memory, rest)
    start, end = (x.item() if isinstance(x, Tensor) else x for x in (start, end))
    try:
        h = _logspace(start, end, steps.__index__(), base, kind or _dtypes.get_default_dtype().name)
    except JsException as error:
        raise raised(error) from None
    return _wanted(h) if requires_grad else wrap(h)


def eye(n, m=None, *, dtype=None, device=None, layout=None, pin_memory=False,
        requires_grad=False, **rest):  # fmt: skip
    kind = _options("eye", dtype, device, layout, pin_memory, rest)
    try:
        h = _eye(n, n if m is None else m, kind or _dtypes.get_default_dtype().name)
    except JsException as error:
        raise raised(error) from None
    return _wanted(h) if requires_grad else wrap(h)


def tril_indices(row, col, offset=0, **rest):
    return _triangle(row, col, rest, lambda i, j: j - i <= offset)


def triu_indices(row, col, offset=0, **rest):
    return _triangle(row, col, rest, lambda i, j: j - i >= offset)


def _triangle(row, col, rest, inside):
    dtype = rest.pop("dtype", None)
    if rest:
        refuse("tril_indices", rest)
    pairs = [(i, j) for i in range(row) for j in range(col) if inside(i, j)]
    return tensor([[i for i, _ in pairs], [j for _, j in pairs]], dtype=dtype or _dtypes.int64)


# Of Python's numbers


def tensor(data, *, dtype=None, device=None, requires_grad=False, pin_memory=False, **rest):
    kind = _options("tensor", dtype, device, None, pin_memory, rest)
    if isinstance(data, Tensor):
        warnings.warn(
            "To copy construct from a tensor, it is recommended to use"
            " sourceTensor.detach().clone() or sourceTensor.detach().clone().requires_grad_(True),"
            " rather than torch.tensor(sourceTensor).",
            UserWarning,
            stacklevel=2,
        )
    h = _made(data, kind, copy=True)
    return _wanted(h) if requires_grad else wrap(h)


def as_tensor(data, dtype=None, device=None):
    kind = _options("as_tensor", dtype, device, None, False, {})
    if isinstance(data, Tensor):
        return data if kind is None else data.to(dtype)
    return wrap(_made(data, kind, copy=False))


def asarray(obj, *, dtype=None, device=None, copy=None, requires_grad=False):
    kind = _options("asarray", dtype, device, None, False, {})
    if isinstance(obj, Tensor):
        x = obj if requires_grad else obj.detach()
        x = x if kind is None else x.to(dtype)
        return x.clone() if copy else x
    return wrap(_made(obj, kind, copy=_bool(copy))).requires_grad_(requires_grad)


def from_numpy(ndarray):
    from numpy import ndarray as expected

    if not isinstance(ndarray, expected):
        raise TypeError(f"expected np.ndarray (got {type(ndarray).__name__})")
    return wrap(_detach(ndarray.__tensor__()._h))


def _made(data, kind, copy):
    """Return the handle of new numbers; kind is the engine's name of a dtype, or None."""
    source = getattr(data, "__tensor__", None)
    if source is not None:  # a tensor, or an array of the page's NumPy
        h = _detach(source()._h)
        if kind is not None and kind != h.dtype:
            return _to(h, kind)
        return _clone(h) if copy else h
    if isinstance(data, (_float, _int)):
        kind = kind or _of_number(data).name
        return _scalar(data, kind)
    if isinstance(data, str):
        raise TypeError("new(): invalid data type 'str'")
    if not hasattr(data, "__len__") or not hasattr(data, "__getitem__") or isinstance(data, dict):
        raise RuntimeError(f"Could not infer dtype of {type(data).__name__}")
    shape = _shape(data)
    flat = []
    _flatten(data, shape, 0, flat)
    return fill(kind or _inferred(flat).name, shape, [_plain(x) for x in flat])


def _scalar(x, kind):
    if kind == "int64" and abs(x) > EXACT:
        raise NotInPage(absent(f"the whole number {x}, beyond 2^53,"))
    _in_range(x, kind)
    try:
        x = x if kind[0] == "f" else x != 0 if kind == "bool" else _int(x)
        return _full(x % 256 if kind == "uint8" else +x, kind)
    except JsException as error:
        raise raised(error) from None


def _in_range(x, kind):
    if kind[0] not in "fb" and not _fits(x, kind):
        raise RuntimeError(f"value cannot be converted to type {kind} without overflow")


def _fits(x, kind):
    limits = _dtypes.iinfo(_dtypes.BY_NAME[kind])
    low = limits.min or -limits.max  # a negative number counts down from the top, as in C
    return math.isfinite(x) and low <= x <= limits.max


def _shape(data):
    shape = []
    while not isinstance(data, (_int, _float)):
        if isinstance(data, Tensor) or hasattr(data, "__tensor__"):
            shape += data.shape
            break
        if isinstance(data, str):
            raise ValueError("too many dimensions 'str'")
        try:
            n = len(data)
        except TypeError:
            break
        shape.append(n)
        if not n:
            break
        data = data[0]
    return shape


def _flatten(data, shape, depth, flat):
    if depth == len(shape):
        if (
            hasattr(data, "__len__")
            and not isinstance(data, Tensor)
            and not hasattr(data, "__tensor__")
        ):
            raise TypeError(f"{type(data).__name__!r} object cannot be interpreted as an integer")
        flat.append(data)
        return
    if hasattr(data, "__tensor__"):
        whole = data.__tensor__()
        if list(whole.shape) != shape[depth:]:
            raise ValueError(
                f"expected sequence of length {shape[depth]} at dim {depth}"
                f" (got {len(whole) if whole.ndim else 0})"
            )
        if isinstance(data, Tensor) and whole.ndim:  # PyTorch calls item() for each
            raise ValueError("only one element tensors can be converted to Python scalars")
        flat.extend(_Typed(x, whole.dtype) for x in whole._flat())
        return
    if isinstance(data, (_int, _float)) or not hasattr(data, "__len__"):
        raise TypeError("not a sequence")
    if len(data) != shape[depth]:
        raise ValueError(
            f"expected sequence of length {shape[depth]} at dim {depth} (got {len(data)})"
        )
    if depth == len(shape) - 1:
        for x in data:
            if type(x) is _float or type(x) is _int:
                flat.append(x)
            else:
                _flatten(x, shape, depth + 1, flat)
    else:
        for part in data:
            _flatten(part, shape, depth + 1, flat)


class _Typed:
    """A number of an array, which knows its type."""

    __slots__ = ("dtype", "value")

    def __init__(self, value, dtype):
        self.value, self.dtype = value, dtype


def _inferred(flat):
    """Return the type of numbers in a list: the widest, where Python's floats are the default."""
    default = _dtypes.get_default_dtype()
    if not flat:
        return default
    kinds = set(map(type, flat))
    if kinds == {_float}:
        return default
    if kinds == {_int}:
        return _dtypes.int64
    found = _dtypes.bool
    for x in flat:
        if type(x) is _float:
            one = default
        elif type(x) is _bool:
            one = _dtypes.bool
        elif type(x) is _int:
            one = _dtypes.int64
        elif isinstance(x, _Typed) or hasattr(x, "__tensor__"):
            one = x.dtype if isinstance(x, _Typed) else x.__tensor__().dtype
        elif isinstance(x, (_float, _int)):
            one = _of_number(x)
        elif isinstance(x, complex):
            one = _dtypes.complex64
        else:
            raise RuntimeError(f"Could not infer dtype of {type(x).__name__}")
        found = promote_types(found, one)
    stored(found)
    return found


def _plain(x):
    if type(x) is _float or type(x) is _int:
        return x
    if isinstance(x, _Typed):
        return x.value
    if hasattr(x, "__tensor__"):
        return x.__tensor__().item()
    if isinstance(x, (_float, _int)):
        return x
    raise TypeError(f"must be real number, not {type(x).__name__}")


def fill(kind, shape, numbers):
    """Return the handle of a new tensor of these numbers."""
    code = CODES[kind]
    if kind == "bool":
        numbers = [x != 0 for x in numbers]
    elif kind[0] != "f":
        for x in numbers:
            if not -EXACT <= x <= EXACT:
                raise NotInPage(absent(f"the whole number {x}, beyond 2^53,"))
            _in_range(x, kind)
        numbers = list(map(_int, numbers))
        if kind == "uint8":
            numbers = [x % 256 for x in numbers]
    try:
        h = _empty(kind, *shape)
        if numbers:
            _contents(h).assign(array(code, numbers))
    except JsException as error:
        raise raised(error) from None
    return h


def _rebuilt(numbers, shape, dtype, requires_grad):
    dtype = getattr(_dtypes, dtype) if isinstance(dtype, str) else dtype
    return wrap(fill(dtype.name, shape, numbers)).requires_grad_(requires_grad)


def legacy(cls, *data, **rest):
    """Return torch.Tensor(…): of numbers, or of sizes."""
    if rest:
        refuse("Tensor", rest)
    if len(data) == 1 and not isinstance(data[0], _int):
        return bare(cls, _made(data[0], "float32", copy=False))
    return bare(cls, _empty("float32", *(shape_of(data) if data else (0,))))


# Of other tensors


def _new(function):
    def make(self, *size, dtype=None, device=None, layout=None, pin_memory=False,
             requires_grad=False, **rest):  # fmt: skip
        return function(*_size(size, rest), dtype=dtype or self.dtype, device=device, layout=layout,
                        pin_memory=pin_memory, requires_grad=requires_grad, **rest)  # fmt: skip

    make.__name__ = "new_" + function.__name__
    return make


for _function in (zeros, ones, empty):
    setattr(Tensor, "new_" + _function.__name__, _new(_function))


@method()
def new_full(self, size, fill_value, *, dtype=None, device=None, layout=None, pin_memory=False,
             requires_grad=False, **rest):  # fmt: skip
    return full(size, fill_value, dtype=dtype or self.dtype, device=device, layout=layout,
                pin_memory=pin_memory, requires_grad=requires_grad, **rest)  # fmt: skip


@method()
def new_tensor(self, data, *, dtype=None, device=None, requires_grad=False, pin_memory=False,
               **rest):  # fmt: skip
    return tensor(data, dtype=dtype or self.dtype, device=device, requires_grad=requires_grad,
                  pin_memory=pin_memory, **rest)  # fmt: skip


@method()
def to(self, *what, dtype=None, device=None, non_blocking=False, copy=False, memory_format=None):
    for x in what:
        if isinstance(x, _dtypes.dtype):
            dtype = x
        elif isinstance(x, Tensor):
            dtype = x.dtype
        elif isinstance(x, (str, _dtypes.device)) or x is None:
            device = x
        elif isinstance(x, _bool):
            copy = x if x is what[-1] and len(what) > 2 else copy
        elif x in _dtypes.PYTHON:
            dtype = _dtypes.PYTHON[x]
        else:
            raise TypeError(
                f"to() received an invalid combination of arguments - got ({type(x).__name__}), but"
                " expected one of:\n * (torch.device device = None, torch.dtype dtype = None, bool"
                " non_blocking = False, bool copy = False, *, torch.memory_format memory_format ="
                " None)\n * (torch.dtype dtype, bool non_blocking = False, bool copy = False, *,"
                " torch.memory_format memory_format = None)\n * (Tensor tensor, bool non_blocking ="
                " False, bool copy = False, *, torch.memory_format memory_format = None)\n"
            )
    if device is not None:
        check_device(device)
    kind = None if dtype is None else stored(dtype)
    if kind is None or kind == self._h.dtype:
        return self.clone() if copy else self
    try:
        return wrap(_to(self._h, kind))
    except JsException as error:
        raise raised(error) from None


@method("type")
def _type(self, dtype=None, non_blocking=False):
    if dtype is None:
        names = {"float32": "Float", "float64": "Double", "int64": "Long", "int32": "Int",
                 "int16": "Short", "int8": "Char", "uint8": "Byte", "bool": "Bool"}  # fmt: skip
        return f"torch.{names[self._h.dtype]}Tensor"
    return self.to(dtype)


@method()
def type_as(self, other):
    return self.to(other.dtype)


def _conversion(name, dtype):
    def convert(self, memory_format=None):
        if self._h.dtype == dtype.name:
            return self
        return self.to(dtype)

    convert.__name__ = name
    setattr(Tensor, name, convert)


for _name, _dtype in {**_dtypes.ALIASES, "bool": _dtypes.bool, "byte": _dtypes.uint8,
                      "char": _dtypes.int8, "bfloat16": _dtypes.bfloat16}.items():  # fmt: skip
    _conversion(_name, _dtype)


def result_type(tensor1, tensor2):
    """Return the type of a result, for which tensors count more than numbers do."""
    ranked = sorted((_priority(x) for x in (tensor1, tensor2)), key=lambda p: p[0])
    (low, a), (high, b) = ranked
    if low == high:
        return promote_types(a, b)
    if _dtypes.category(a) <= _dtypes.category(b):
        return b
    if low == 0:
        return _dtypes.get_default_dtype() if a.is_floating_point else a
    return a


def _priority(x):
    if isinstance(x, Tensor):
        return (2 if x.ndim else 1), x.dtype
    return 0, _of_number(x)


def is_tensor(obj):
    return isinstance(obj, Tensor)


def is_floating_point(input):
    return input.dtype.is_floating_point


def is_complex(input):
    return input.dtype.is_complex


def is_nonzero(input):
    return _bool(input)


def numel(input):
    return input.shape.numel()


Tensor.is_floating_point = is_floating_point
Tensor.is_complex = is_complex
Tensor.is_signed = lambda self: self.dtype.is_signed
Tensor.numel = Tensor.nelement = numel
Tensor.element_size = lambda self: self.dtype.itemsize
Tensor.dim = Tensor.ndimension = lambda self: len(self.shape)


@method()
def size(self, dim=None):
    return self.shape if dim is None else self.shape[dim]


_strides = engine("strides")


@method()
def stride(self, dim=None):
    s = _strides(self._h)
    strides = tuple(map(_int, s.split(","))) if s else ()
    return strides if dim is None else strides[dim]


def broadcast_shapes(*shapes):
    shapes = [(s,) if isinstance(s, _int) else tuple(s) for s in shapes]
    result = [1] * max(map(len, shapes), default=0)
    for which, shape in enumerate(shapes):
        for i, n in enumerate(reversed(shape), 1):
            if n < 0:
                raise RuntimeError(f"Trying to create tensor with negative dimension ({n}): ({n})")
            if n != 1 and result[-i] == 1:
                result[-i] = n
            elif n not in (1, result[-i]):
                raise RuntimeError(
                    f"Attempting to broadcast a dimension of length {n} at -{i}! Mismatching"
                    f" argument at index {which} had {shape}; but expected shape should be"
                    f" broadcastable to {result}"
                )
    return Size(result)


def unravel_index(indices, shape):
    if not isinstance(indices, Tensor):
        raise TypeError("expected 'indices' to be a Tensor")
    parts = []
    for n in reversed([shape] if isinstance(shape, _int) else list(shape)):
        parts.append(indices % n)
        indices = indices // n
    return tuple(reversed(parts))


FUNCTIONS = {
    f.__name__: f
    for f in (
        zeros, ones, empty, full, zeros_like, ones_like, empty_like, full_like, scalar_tensor,
        arange, linspace, logspace, eye, tril_indices, triu_indices, tensor, as_tensor, asarray,
        from_numpy, result_type, is_tensor, is_floating_point, is_complex, is_nonzero, numel,
        broadcast_shapes, unravel_index,
    )
}  # fmt: skip
