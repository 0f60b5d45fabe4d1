"""Types of numbers by NumPy's names, and its single numbers, which know their type.

`np.float64` is a class: of numbers, and in place of a dtype. `dtype` is what an array's `dtype`
is: it compares equal to that class, to its name, and to itself.
"""

import struct

from torch import _dtypes

_float, _int, _bool = float, int, bool


class generic:
    """A single number of a NumPy type."""

    __slots__ = ()
    shape, ndim, size = (), 0, 1
    is_numpy_number = True

    def item(self):
        return self._plain()

    def tolist(self):
        return self._plain()

    def __tensor__(self):
        from torch._creation import scalar_tensor

        return scalar_tensor(self._plain(), dtype=self.dtype.torch)

    def astype(self, dtype):
        return _dtype(dtype).type(self._plain())

    def round(self, decimals=0):
        from numpy import array, round

        return round(array(self), decimals)

    def copy(self):
        return self

    @property
    def dtype(self):
        return DTYPES[type(self).__name__]

    @property
    def T(self):
        return self


def _operator(name, swapped=False):
    def method(self, other):
        from numpy._array import operate

        if isinstance(other, (generic, _float, _int)):
            return operate(name, other, self) if swapped else operate(name, self, other)
        return NotImplemented

    return method


for _symbol in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow"):
    setattr(generic, f"__{_symbol}__", _operator(_symbol))
    setattr(generic, f"__r{_symbol}__", _operator(_symbol, True))
for _symbol in ("and", "or", "xor"):
    setattr(generic, f"__{_symbol}__", _operator(_symbol))


class number(generic):
    """A number that is no truth value."""

    __slots__ = ()


class integer(number):
    """A whole number."""

    __slots__ = ()


class signedinteger(integer):
    """A whole number with a sign."""

    __slots__ = ()


class unsignedinteger(integer):
    """A whole number without one."""

    __slots__ = ()


class inexact(number):
    """A number that is rounded."""

    __slots__ = ()


class floating(inexact):
    """A number with a floating point."""

    __slots__ = ()


class float64(floating, _float):
    """A number of double precision: a float of Python, too."""

    __slots__ = ()

    def _plain(self):
        return _float(self)

    def __repr__(self):
        return f"np.float64({_float.__repr__(self)})"

    def __str__(self):
        return _float.__repr__(self)

    def __format__(self, spec):
        return format(_float(self), spec)

    __hash__ = _float.__hash__


for _symbol in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow"):
    setattr(float64, f"__{_symbol}__", generic.__dict__[f"__{_symbol}__"])
    setattr(float64, f"__r{_symbol}__", generic.__dict__[f"__r{_symbol}__"])
for _symbol in ("neg", "abs", "pos"):

    def _sign(self, _name=f"__{_symbol}__"):
        return float64(getattr(_float, _name)(self))

    setattr(float64, f"__{_symbol}__", _sign)


class _Held(number):
    """A number that holds one of Python's."""

    __slots__ = ("_value",)

    def __init__(self, value=0):
        self._value = self._kept(value)

    def _plain(self):
        return self._value

    def __float__(self):
        return _float(self._value)

    def __int__(self):
        return _int(self._value)

    def __bool__(self):
        return self._value != 0

    def __repr__(self):
        return f"np.{type(self).__name__}({self!s})"

    def __str__(self):
        return str(self._value)

    def __format__(self, spec):
        return format(self._value, spec)

    def __hash__(self):
        return hash(self._value)

    def __neg__(self):
        return type(self)(-self._value)

    def __abs__(self):
        return type(self)(abs(self._value))

    def __pos__(self):
        return self


for _symbol in ("eq", "ne", "lt", "le", "gt", "ge"):

    def _compare(self, other, _name=f"__{_symbol}__"):
        if isinstance(other, generic):
            other = other.item()
        elif not isinstance(other, (_float, _int)):
            return NotImplemented
        value = self._value
        if isinstance(value, _int) and not isinstance(other, _int):
            value = _float(value)
        return bool_(getattr(value, _name)(other))

    setattr(_Held, f"__{_symbol}__", _compare)


class float32(_Held, floating):
    """A number of single precision."""

    __slots__ = ()

    def _kept(self, value):
        value = _float(value)
        try:
            return struct.unpack("f", struct.pack("f", value))[0]
        except OverflowError:
            return _float("inf") if value > 0 else -_float("inf")

    def __str__(self):
        x = self._value
        if not x or 1e-4 <= abs(x) < 1e6 or x != x or abs(x) == _float("inf"):
            return shortest32(x)
        digits = len(shortest32(x).partition("e")[0].replace(".", "").strip("-0"))
        return f"{x:.{max(digits - 1, 0)}e}"


def shortest32(x):
    """Write a number of single precision with the fewest digits that give it back."""
    for digits in range(1, 10):
        text = f"{x:.{digits}g}"
        if struct.unpack("f", struct.pack("f", _float(text)))[0] == x or x != x:
            return repr(_float(text))
    return repr(x)


def _whole(name, base):
    def kept(self, value):
        return _int(value)

    def index(self):
        return self._value

    body = {"__slots__": (), "_kept": kept, "__index__": index, "__module__": "numpy",
            "__doc__": f"A whole number, {name}."}  # fmt: skip
    return type(name, (_Held, base), body)


int8, int16, int32, int64 = (_whole(f"int{n}", signedinteger) for n in (8, 16, 32, 64))
uint8 = _whole("uint8", unsignedinteger)


class bool_(generic):
    """A truth value."""

    __slots__ = ("_value",)

    def __init__(self, value=False):
        self._value = _bool(value)

    def _plain(self):
        return self._value

    def __bool__(self):
        return self._value

    def __int__(self):
        return _int(self._value)

    def __float__(self):
        return _float(self._value)

    def __eq__(self, other):
        return bool_(self._value == (other.item() if isinstance(other, generic) else other))

    def __ne__(self, other):
        return bool_(not self == other)

    def __hash__(self):
        return hash(self._value)

    def __invert__(self):
        return bool_(not self._value)

    def __repr__(self):
        return f"np.{self._value}_"

    def __str__(self):
        return str(self._value)


for _each in (generic, number, integer, floating, float64, float32, bool_):
    _each.__module__ = "numpy"
bool_.__name__ = bool_.__qualname__ = "bool"


class dtype:
    """The type of an array's numbers."""

    __slots__ = ("itemsize", "kind", "name", "torch", "type")

    def __new__(cls, x=None):
        return _dtype(x)

    def __eq__(self, other):
        try:
            return self is _dtype(other)
        except TypeError:
            return False

    def __hash__(self):
        return hash(self.name)

    def __repr__(self):
        return f"dtype('{self.name}')"

    def __str__(self):
        return self.name

    def __reduce__(self):
        return _dtype, (self.name,)


dtype.__module__ = "numpy"
DTYPES = {}
for _class in (float64, float32, int64, int32, int16, int8, uint8, bool_):
    _one = object.__new__(dtype)
    _one.name, _one.type = _class.__name__, _class
    _one.torch = _dtypes.BY_NAME[_one.name]
    _one.itemsize = _one.torch.itemsize
    _one.kind = {"f": "f", "i": "i", "u": "u", "b": "b"}[_one.name[0]]
    DTYPES[_one.name] = _one

_OTHER_NAMES = {"f8": "float64", "f4": "float32", "i8": "int64", "i4": "int32", "double": "float64",
                "single": "float32", "int": "int64", "float": "float64"}  # fmt: skip


def _dtype(x):
    """Return the dtype that x names: a dtype, a class of numbers, one of Python's, or a text."""
    if isinstance(x, dtype):
        return x
    if x is None or x is _float or x is floating:
        return DTYPES["float64"]
    if x is _int:
        return DTYPES["int64"]
    if x is _bool:
        return DTYPES["bool"]
    if isinstance(x, type) and issubclass(x, generic) and x.__name__ in DTYPES:
        return DTYPES[x.__name__]
    if isinstance(x, str):
        name = _OTHER_NAMES.get(x.lstrip("<>="), x)
        if name in DTYPES:
            return DTYPES[name]
    raise TypeError(f"Cannot interpret '{x!r}' as a data type")


def promoted(a, b):
    """Return the dtype of a result of two arrays."""
    if a is b:
        return a
    low, high = sorted((a, b), key=lambda d: d.torch.rank)
    if high.kind == "f" and low.kind in "iu" and low.itemsize >= high.itemsize:
        return DTYPES["float64"]
    return DTYPES[_dtypes.promote_types(low.torch, high.torch).name]
