"""`ndarray`: numbers in the engine's memory, with NumPy's rules for their types.

An array holds a tensor without a graph, so `tensor.numpy()` and `torch.from_numpy` share the
numbers, as they do in PyTorch. Operations cast by NumPy's rules first, and are the tensor's then.
"""

import math

from torch import _creation, _dtypes, _elementwise, _views
from torch._errors import NotInPage, absent
from torch._tensor import Tensor

from numpy._types import DTYPES, _dtype, generic, promoted

_float, _int, _bool = float, int, bool
_new = object.__new__


def of(tensor):
    """Return the array on the numbers of a tensor."""
    a = _new(ndarray)
    a._t = tensor
    a._fixed = False
    return a


def result(tensor):
    """Return an array, or a number of it if it has no axis."""
    return of(tensor) if tensor.ndim else DTYPES[tensor._h.dtype].type(tensor.item())


def tensor_of(x, dtype=None):
    """Return the tensor of an array, of a tensor, of numbers or of lists of them."""
    if isinstance(x, ndarray):
        t = x._t
    elif isinstance(x, Tensor):
        t = x.numpy()._t
    elif isinstance(x, generic):
        t = x.__tensor__()
    elif isinstance(x, (_float, _int)):
        kind = _dtypes.bool if isinstance(x, _bool) else (
            _dtypes.int64 if isinstance(x, _int) else _dtypes.float64
        )  # fmt: skip
        t = _creation.scalar_tensor(x, dtype=kind)
    elif isinstance(x, (list, tuple, range)) or hasattr(x, "__iter__"):
        t = _of_list(list(x))
    else:
        raise TypeError(f"an array of {type(x).__name__} is not in the page")
    return t if dtype is None else t.to(_dtype(dtype).torch)


def _of_list(items):
    if not items:
        return _creation.zeros(0, dtype=_dtypes.float64)
    if all(type(x) is _float for x in items):
        return _creation.tensor(items, dtype=_dtypes.float64)
    if all(type(x) is _int for x in items):
        return _creation.tensor(items, dtype=_dtypes.int64)
    parts = [tensor_of(x) for x in items]
    if any(p.shape != parts[0].shape for p in parts):
        raise ValueError(
            "setting an array element with a sequence. The requested array has an inhomogeneous"
            f" shape after 1 dimensions. The detected shape was ({len(items)},) + inhomogeneous"
            " part."
        )
    kind = DTYPES[parts[0]._h.dtype]
    for p in parts[1:]:
        kind = promoted(kind, DTYPES[p._h.dtype])
    return _views.stack([p.to(kind.torch) for p in parts])


def _weak(x):
    """Return whether x is a number of Python, which yields to an array's type."""
    return isinstance(x, (_float, _int)) and not isinstance(x, generic)


def _both(a, b):
    """Return two tensors of the type that NumPy gives the result."""
    if _weak(a) and not _weak(b):
        y, x = _both(b, a)
        return x, y
    x = tensor_of(a)
    kind = DTYPES[x._h.dtype]
    if _weak(b) and not _weak(a):
        if isinstance(b, _bool):
            other = DTYPES["bool"]
        elif isinstance(b, _int):
            other = DTYPES["int64"] if kind.kind == "b" else kind
        else:
            other = kind if kind.kind == "f" else DTYPES["float64"]
        both = promoted(kind, other) if kind.kind != "f" else kind
        return x.to(both.torch), _creation.scalar_tensor(b, dtype=both.torch)
    y = tensor_of(b)
    both = promoted(kind, DTYPES[y._h.dtype]).torch
    return x.to(both), y.to(both)


NAMES = {
    "add": "add", "sub": "sub", "mul": "mul", "truediv": "div", "floordiv": "floor_divide",
    "mod": "remainder", "pow": "pow", "and": "bitwise_and", "or": "bitwise_or",
    "xor": "bitwise_xor", "eq": "eq", "ne": "ne", "lt": "lt", "le": "le", "gt": "gt", "ge": "ge",
    "maximum": "maximum", "minimum": "minimum", "atan2": "atan2", "hypot": "hypot",
    "logical_and": "logical_and", "logical_or": "logical_or", "logical_xor": "logical_xor",
    "logaddexp": "logaddexp", "copysign": "copysign", "fmod": "fmod",
}  # fmt: skip


def operate(name, a, b):
    """Return the array, or the number, of an operation between two."""
    x, y = _both(a, b)
    if name in ("truediv", "atan2", "hypot", "logaddexp", "copysign") and not x.is_floating_point():
        x, y = x.double(), y.double()
    if name == "sub" and x.dtype is _dtypes.bool:
        raise TypeError(
            "numpy boolean subtract, the `-` operator, is not supported, use the bitwise_xor, the"
            " `^` operator, or the logical_xor function instead."
        )
    if name == "add" and x.dtype is _dtypes.bool:
        name = "logical_or"
    if name == "mul" and x.dtype is _dtypes.bool:
        name = "logical_and"
    if name == "pow" and not x.is_floating_point() and _bool((y < 0).any()):
        raise ValueError("Integers to negative integer powers are not allowed.")
    if name in ("floordiv", "mod") and not x.is_floating_point():
        x, y = _no_zero(name, x, y)
    try:
        return result(_elementwise.FUNCTIONS[NAMES[name]](x, y))
    except RuntimeError as error:
        if "must match the size" in str(error):
            raise ValueError(
                "operands could not be broadcast together with shapes"
                f" {tuple(x.shape)} {tuple(y.shape)} "
            ) from None
        raise


def _no_zero(name, x, y):
    if _bool((y == 0).any()):
        raise NotInPage(absent(f"a whole number divided by zero ({name} of arrays)"))
    return x, y


class ndarray:
    """An array of numbers."""

    __slots__ = ("__weakref__", "_fixed", "_t")

    def __new__(cls, shape, dtype=None):
        shape = (shape,) if isinstance(shape, _int) else tuple(shape)
        return of(_creation.zeros(shape, dtype=_dtype(dtype).torch))

    def __tensor__(self):
        return self._t

    # What it is

    shape = property(lambda self: tuple(self._t.shape))
    ndim = property(lambda self: self._t.ndim)
    size = property(lambda self: self._t.numel())
    dtype = property(lambda self: DTYPES[self._t._h.dtype])
    itemsize = property(lambda self: self._t.element_size())
    nbytes = property(lambda self: self._t.element_size() * self._t.numel())
    T = property(lambda self: of(self._t.permute(*range(self._t.ndim - 1, -1, -1))))
    flat = property(lambda self: iter(self.ravel()))
    real = property(lambda self: self)
    strides = property(lambda self: tuple(n * self._t.element_size() for n in self._t.stride()))

    def __len__(self):
        if not self._t.ndim:
            raise TypeError("len() of unsized object")
        return self._t.shape[0]

    def __iter__(self):
        if not self._t.ndim:
            raise TypeError("iteration over a 0-d array")
        return iter([result(x) for x in self._t.unbind(0)])

    def __repr__(self):
        from numpy._printing import array_repr

        return array_repr(self)

    def __str__(self):
        from numpy._printing import array_str

        return array_str(self)

    def __format__(self, spec):
        if not self._t.ndim:
            return format(self.item(), spec)
        if spec:
            raise TypeError("unsupported format string passed to numpy.ndarray.__format__")
        return str(self)

    def __bool__(self):
        if self.size != 1:
            raise ValueError(
                "The truth value of an array with more than one element is ambiguous. Use a.any()"
                " or a.all()"
                if self.size
                else "The truth value of an empty array is ambiguous. Use `array.size > 0` to check"
                " that an array is not empty."
            )
        return _bool(self._t.item())

    def _single(self):
        if self._t.ndim:
            raise TypeError("only 0-dimensional arrays can be converted to Python scalars")
        return self._t.item()

    def __float__(self):
        return _float(self._single())

    def __int__(self):
        return _int(self._single())

    def __index__(self):
        if self._t.ndim or self._t.is_floating_point():
            raise TypeError("only integer scalar arrays can be converted to a scalar index")
        return _int(self._t.item())

    def __contains__(self, x):
        return _bool((self == x).any())

    __hash__ = None

    def __deepcopy__(self, memo):
        return self.copy()

    def __copy__(self):
        return self.copy()

    def __reduce__(self):
        from numpy import array

        return array, (self.tolist(), self.dtype)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        from torch._errors import absent

        known = name in ABSENT
        raise AttributeError(
            absent(f"numpy.ndarray.{name}").replace("PyTorch itself", "NumPy itself")
            if known
            else f"'numpy.ndarray' object has no attribute {name!r}"
        )

    # Parts of it

    def __getitem__(self, index):
        if isinstance(index, tuple) and len(index) > self._t.ndim:
            used = [i for i in index if i is not None and i is not Ellipsis]
            if len(used) > self._t.ndim:
                raise IndexError(
                    f"too many indices for array: array is {self._t.ndim}-dimensional, but"
                    f" {len(used)} were indexed"
                )
        t, index, flipped = _forwards(self._t, index)
        try:
            part = t[index]
        except (IndexError, RuntimeError) as error:
            raise IndexError(str(error).replace("dimension", "axis")) from None
        if not part.ndim and not _has_ellipsis(index):
            return DTYPES[part._h.dtype].type(part.item())
        a = of(part)
        a._fixed = self._fixed or flipped
        return a

    def __setitem__(self, index, value):
        t, index, flipped = _forwards(self._t, index)
        if flipped or self._fixed:
            raise NotInPage(absent("writing through an array that runs backwards"))
        value = value if _weak(value) else tensor_of(value)
        if isinstance(value, _float) and not t.is_floating_point():
            if not math.isfinite(value):
                raise ValueError("cannot convert float NaN to integer")
            value = _int(value)
        t[index] = value.to(t.dtype) if isinstance(value, Tensor) else value

    # Copies and shapes

    def copy(self, order="C"):
        return of(self._t.clone().contiguous())

    def astype(self, dtype, copy=True):
        kind = _dtype(dtype).torch
        return of(self._t.to(kind) if kind is not self._t.dtype else self._t.clone())

    def view(self, *_):
        raise NotInPage(absent("numpy.ndarray.view"))

    def reshape(self, *shape, order="C"):
        shape = shape[0] if len(shape) == 1 else shape
        try:
            return of(self._t.reshape(shape if not isinstance(shape, _int) else (shape,)))
        except RuntimeError:
            raise ValueError(
                f"cannot reshape array of size {self.size} into shape"
                f" {shape if not isinstance(shape, _int) else (shape,)}"
            ) from None

    def ravel(self, order="C"):
        return of(self._t.reshape(-1))

    def flatten(self, order="C"):
        return of(self._t.reshape(-1).clone())

    def transpose(self, *axes):
        if not axes:
            return self.T
        return of(self._t.permute(*axes))

    def swapaxes(self, axis1, axis2):
        return of(self._t.transpose(axis1, axis2))

    def squeeze(self, axis=None):
        return of(self._t.squeeze(axis))

    def repeat(self, repeats, axis=None):
        repeats = tensor_of(repeats) if not isinstance(repeats, _int) else repeats
        return of(self._t.repeat_interleave(repeats, axis))

    def diagonal(self, offset=0, axis1=0, axis2=1):
        return of(self._t.diagonal(offset, axis1, axis2))

    def trace(self):
        return self.diagonal().sum()

    def tolist(self):
        return self._t.tolist()

    def item(self, *args):
        if args:
            return self[args if len(args) > 1 else args[0]].item()
        if self.size != 1:
            raise ValueError("can only convert an array of size 1 to a Python scalar")
        return self._t.reshape(()).item()

    def fill(self, value):
        self._t.fill_(value)

    def conj(self):
        return self

    # To one number

    def sum(self, axis=None, dtype=None, keepdims=False):
        return result(_summed(self._t, dtype).sum(axis, keepdims))

    def mean(self, axis=None, dtype=None, keepdims=False):
        return result(_real(self._t, dtype).mean(axis, keepdims))

    def prod(self, axis=None, dtype=None, keepdims=False):
        t = _summed(self._t, dtype)
        return result(t.reshape(-1).prod(0) if axis is None else t.prod(axis, keepdims))

    def std(self, axis=None, dtype=None, ddof=0, keepdims=False):
        return result(_real(self._t, dtype).std(axis, correction=ddof, keepdim=keepdims))

    def var(self, axis=None, dtype=None, ddof=0, keepdims=False):
        return result(_real(self._t, dtype).var(axis, correction=ddof, keepdim=keepdims))

    def max(self, axis=None, keepdims=False):
        return result(self._extreme("amax", "maximum", axis, keepdims))

    def min(self, axis=None, keepdims=False):
        return result(self._extreme("amin", "minimum", axis, keepdims))

    def _extreme(self, name, word, axis, keepdims):
        if not self.size:
            raise ValueError(f"zero-size array to reduction operation {word} which has no identity")
        return getattr(self._t, name)(() if axis is None else axis, keepdims)

    def ptp(self, axis=None):
        return self.max(axis) - self.min(axis)

    def argmax(self, axis=None, keepdims=False):
        return result(self._places("argmax", axis, keepdims))

    def argmin(self, axis=None, keepdims=False):
        return result(self._places("argmin", axis, keepdims))

    def _places(self, name, axis, keepdims):
        if not self.size:
            raise ValueError(f"attempt to get {name} of an empty sequence")
        t = self._t.to(_dtypes.uint8) if self._t.dtype is _dtypes.bool else self._t
        return getattr(t, name)(axis, keepdims)

    def any(self, axis=None, keepdims=False):
        return result(self._t.any(axis, keepdims))

    def all(self, axis=None, keepdims=False):
        return result(self._t.all(axis, keepdims))

    # Along an axis

    def cumsum(self, axis=None, dtype=None):
        t = _summed(self._t, dtype)
        return of(t.reshape(-1).cumsum(0) if axis is None else t.cumsum(axis))

    def cumprod(self, axis=None, dtype=None):
        t = _summed(self._t, dtype)
        return of(t.reshape(-1).cumprod(0) if axis is None else t.cumprod(axis))

    def sort(self, axis=-1):
        self._t.copy_(self._t.sort(axis).values)

    def argsort(self, axis=-1, kind=None):
        if axis is None:
            return self.ravel().argsort()
        return of(self._t.sort(axis, stable=True).indices)

    def nonzero(self):
        return tuple(of(x) for x in self._t.nonzero(as_tuple=True))

    def searchsorted(self, v, side="left"):
        from numpy import searchsorted

        return searchsorted(self, v, side)

    def take(self, indices, axis=None):
        if axis is None:
            return self.ravel()[indices]
        return of(self._t.index_select(axis, tensor_of(indices)))

    # Each number

    def round(self, decimals=0):
        t = self._t
        if not t.is_floating_point():
            return self.copy()
        return result(t.round(decimals=decimals) if decimals else t.round())

    def clip(self, min=None, max=None):
        t = self._t
        for bound, name in ((min, "maximum"), (max, "minimum")):
            if bound is not None:
                t = tensor_of(operate(name, of(t), bound))
        return result(t)

    def dot(self, other):
        from numpy import dot

        return dot(self, other)

    def __matmul__(self, other):
        if isinstance(other, Tensor):
            return NotImplemented
        x, y = _both(self, other)
        return result(x @ y)

    def __rmatmul__(self, other):
        if isinstance(other, Tensor):
            return NotImplemented
        x, y = _both(other, self)
        return result(x @ y)

    def __neg__(self):
        return result(-self._t)

    def __pos__(self):
        return self

    def __abs__(self):
        return result(self._t.abs())

    def __invert__(self):
        return result(~self._t)


def _has_ellipsis(index):
    return index is Ellipsis or (isinstance(index, tuple) and any(i is Ellipsis for i in index))


def _forwards(t, index):
    """Return a tensor and an index without steps backwards; whether there were any."""
    entries = list(index) if isinstance(index, tuple) else [index]
    entries = [i.tolist() if isinstance(i, generic) else
               i._t if isinstance(i, ndarray) else i for i in entries]  # fmt: skip
    if not any(isinstance(i, slice) and i.step is not None and i.step < 0 for i in entries):
        return t, tuple(entries) if isinstance(index, tuple) else entries[0], False
    axis, fixed = 0, []
    used = sum(1 for i in entries if i is not None and i is not Ellipsis)
    for i in entries:
        if i is Ellipsis:
            axis += t.ndim - used
        elif isinstance(i, slice) and i.step is not None and i.step < 0:
            n = t.shape[axis]
            places = list(range(*i.indices(n)))
            first = n - 1 - places[0] if places else 0
            t = t.flip(axis)
            i = slice(first, first + (len(places) - 1) * -i.step + 1 if places else first, -i.step)
            axis += 1
        elif i is not None:
            axis += 1
        fixed.append(i)
    return t, tuple(fixed), True


def _summed(t, dtype):
    """Return a tensor of the type in which NumPy adds it up."""
    if dtype is not None:
        return t.to(_dtype(dtype).torch)
    return t if t.is_floating_point() else t.to(_dtypes.int64)


def _real(t, dtype):
    if dtype is not None:
        return t.to(_dtype(dtype).torch)
    return t if t.is_floating_point() else t.double()


ABSENT = frozenset(
    (
        "byteswap choose compress data dump dumps getfield imag itemset newbyteorder partition "
        "argpartition put resize setfield setflags tobytes tofile ctypes flags base"
    ).split()
)


def _method(name):
    def left(self, other):
        if isinstance(other, Tensor):
            return NotImplemented
        return operate(name, self, other)

    def right(self, other):
        return operate(name, other, self)

    def into(self, other):
        if self._fixed:
            raise NotInPage(absent("writing through an array that runs backwards"))
        value = tensor_of(operate(name, self, other))
        if value.is_floating_point() and not self._t.is_floating_point():
            raise TypeError(
                f"Cannot cast ufunc output from dtype('{value._h.dtype}') to"
                f" dtype('{self._t._h.dtype}') with casting rule 'same_kind'"
            )
        self._t.copy_(value)
        return self

    return left, right, into


for _symbol in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor"):
    _left, _right, _into = _method(_symbol)
    setattr(ndarray, f"__{_symbol}__", _left)
    setattr(ndarray, f"__r{_symbol}__", _right)
    setattr(ndarray, f"__i{_symbol}__", _into)
for _symbol in ("eq", "ne", "lt", "le", "gt", "ge"):
    setattr(ndarray, f"__{_symbol}__", _method(_symbol)[0])
ndarray.__module__ = "numpy"
