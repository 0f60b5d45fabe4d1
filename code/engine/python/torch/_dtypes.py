"""The types of numbers, and what PyTorch says of them.

`dtype`, `Size`, `device`, `finfo` and `iinfo` are values that know nothing of tensors. Types that
the engine does not store (half precision, complex numbers) exist so that code can compare with
them; to make such a tensor raises.
"""

import math

from torch._errors import NotInPage, absent

_FLOAT, _INT, _BOOL = float, int, bool


class dtype:
    """A type of numbers. There is one object of each."""

    __slots__ = (
        "is_complex",
        "is_floating_point",
        "is_signed",
        "itemsize",
        "name",
        "rank",
        "stored",
    )

    def __init__(self, name, kind, itemsize, rank, stored=True):
        self.name, self.itemsize, self.rank, self.stored = name, itemsize, rank, stored
        self.is_floating_point = kind == "f"
        self.is_complex = kind == "c"
        self.is_signed = kind not in ("u", "b")

    def __repr__(self):
        return "torch." + self.name

    def __reduce__(self):
        return self.name  # the name of a global of the module torch: pickled and copied as such

    def __deepcopy__(self, memo):
        return self

    def to_complex(self):
        return {"float64": complex128}.get(self.name, complex64)

    def to_real(self):
        return {"complex64": float32, "complex128": float64}.get(self.name, self)


dtype.__module__ = "torch"

# The rank orders promotion within a category: bool < integers < floats < complex.
bool = dtype("bool", "b", 1, 0)
uint8 = dtype("uint8", "u", 1, 1)
int8 = dtype("int8", "i", 1, 2)
int16 = dtype("int16", "i", 2, 3)
int32 = dtype("int32", "i", 4, 4)
int64 = dtype("int64", "i", 8, 5)
float16 = dtype("float16", "f", 2, 6, stored=False)
bfloat16 = dtype("bfloat16", "f", 2, 7, stored=False)
float32 = dtype("float32", "f", 4, 8)
float64 = dtype("float64", "f", 8, 9)
complex64 = dtype("complex64", "c", 8, 10, stored=False)
complex128 = dtype("complex128", "c", 16, 11, stored=False)

ALL = (bool, uint8, int8, int16, int32, int64, float16, bfloat16, float32, float64, complex64,
       complex128)  # fmt: skip
BY_NAME = {d.name: d for d in ALL}
ALIASES = {
    "short": int16, "int": int32, "long": int64, "half": float16, "float": float32,
    "double": float64, "cfloat": complex64, "cdouble": complex128,
}  # fmt: skip

_default = float32


def get_default_dtype():
    """Return the type of floating-point numbers that are made without naming one."""
    return _default


def set_default_dtype(d, /):
    global _default
    if not isinstance(d, dtype):
        raise TypeError(
            "invalid dtype object: only floating-point types are supported as the default type"
        )
    if not d.is_floating_point:
        raise TypeError("only floating-point types are supported as the default type")
    stored(d)
    _default = d


def stored(d):
    """Return the engine's name of d; raise where it has no such numbers."""
    try:
        if d.stored:
            return d.name
    except AttributeError:
        if type(d) is type and d in PYTHON:
            return PYTHON[d].name
        raise TypeError(f"argument 'dtype' must be torch.dtype, not {type(d).__name__}") from None
    raise NotInPage(absent(f"a tensor of {d}"))


# PyTorch takes Python's own types for a dtype, too.
PYTHON = {_FLOAT: float64, _INT: int64, _BOOL: bool}


def promote_types(type1, type2):
    a, b = sorted((type1, type2), key=lambda d: d.rank)
    if a is b:
        return a
    if a is uint8 and b is int8:
        return int16
    if a is float16 and b is bfloat16:
        return float32
    if b is complex64 and a is float64:
        return complex128
    return b


def category(d):
    return 3 if d.is_complex else 2 if d.is_floating_point else 0 if d is bool else 1


def can_cast(from_, to):
    return category(from_) <= category(to)


class Size(tuple):
    """A shape."""

    __slots__ = ()

    def numel(self):
        return math.prod(self)

    def __repr__(self):
        return f"torch.Size([{', '.join(map(str, self))}])"

    __str__ = __repr__

    def __getitem__(self, i):
        part = tuple.__getitem__(self, i)
        return Size(part) if isinstance(i, slice) else part

    def __add__(self, other):
        return Size(tuple.__add__(self, tuple(other)))

    def __mul__(self, n):
        return Size(tuple.__mul__(self, n))

    __rmul__ = __mul__

    def __reduce__(self):
        return Size, (tuple(self),)


Size.__module__ = "torch"


class device:
    """Where a tensor lies: here always on the CPU."""

    __slots__ = ("index", "type")

    def __init__(self, type="cpu", index=None):
        if isinstance(type, device):
            type, index = type.type, type.index
        if not isinstance(type, str):
            raise TypeError(f"device must be a string or a torch.device, not {type!r}")
        kind, _, number = type.partition(":")
        if kind not in ("cpu", "cuda", "meta", "mps", "xpu"):
            raise RuntimeError(
                "Expected one of cpu, cuda, ipu, xpu, mkldnn, opengl, opencl, ideep, hip, ve, fpga,"
                " maia, xla, lazy, vulkan, mps, meta, hpu, mtia, privateuseone device type at start"
                f" of device string: {kind}"
            )
        self.type = kind
        self.index = _INT(number) if number else index

    def __repr__(self):
        return f"device(type='{self.type}'{'' if self.index is None else f', index={self.index}'})"

    def __str__(self):
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other):
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self):
        return hash((self.type, self.index))

    def __reduce__(self):
        return device, (str(self),)


device.__module__ = "torch"
CPU = device("cpu")


def check_device(d):
    """Raise unless d names the CPU, or nothing."""
    if d is None or d is CPU or d == "cpu":
        return
    kind = device(d).type
    if kind == "cuda":
        raise AssertionError("Torch not compiled with CUDA enabled")
    if kind != "cpu":
        raise NotInPage(absent(f"the device {kind!r}"))


class layout:
    """How numbers lie in memory."""

    __slots__ = ("name",)

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return "torch." + self.name

    def __reduce__(self):
        return self.name


class memory_format(layout):
    """In which order the axes of a new tensor lie in memory: here always row by row."""

    __slots__ = ()


strided = layout("strided")
contiguous_format = memory_format("contiguous_format")
preserve_format = memory_format("preserve_format")


class finfo:
    """The limits of a type of floating-point numbers."""

    __slots__ = ("bits", "dtype", "eps", "max", "min", "resolution", "smallest_normal", "tiny")

    LIMITS = {  # digits of the significand, largest exponent, decimal digits
        "float16": (11, 16, 3), "bfloat16": (8, 128, 2), "float32": (24, 128, 6),
        "float64": (53, 1024, 15), "complex64": (24, 128, 6), "complex128": (53, 1024, 15),
    }  # fmt: skip

    def __init__(self, type=None):
        type = _default if type is None else type
        if type.name not in self.LIMITS:
            raise TypeError(
                "torch.finfo() requires a floating point input type. Use torch.iinfo to handle"
                " 'torch.finfo'"
            )
        digits, top, decimals = self.LIMITS[type.name]
        self.bits = 8 * type.to_real().itemsize
        self.eps = 2.0 ** (1 - digits)
        self.max = (2.0 - self.eps) * 2.0 ** (top - 1)
        self.min = -self.max
        self.tiny = self.smallest_normal = 2.0 ** (2 - top)
        self.resolution = 10.0**-decimals if type.name != "bfloat16" else 0.01
        self.dtype = type.to_real().name

    def __repr__(self):
        return (
            f"finfo(resolution={self.resolution:.6g}, min={self.min:.6g}, max={self.max:.6g},"
            f" eps={self.eps:.6g}, smallest_normal={self.tiny:.6g}, tiny={self.tiny:.6g},"
            f" dtype={self.dtype})"
        )


class iinfo:
    """The limits of a type of whole numbers."""

    __slots__ = ("bits", "dtype", "max", "min")

    def __init__(self, type):
        if type.is_floating_point or type.is_complex:
            raise TypeError(
                "torch.iinfo() requires an integer input type. Use torch.finfo to handle"
                " 'torch.iinfo'"
            )
        if type is bool:
            raise TypeError("torch.bool is not supported by torch.iinfo")
        self.bits, self.dtype = 8 * type.itemsize, type.name
        self.min = -(1 << (self.bits - 1)) if type.is_signed else 0
        self.max = (1 << (self.bits - type.is_signed)) - 1

    def __repr__(self):
        return f"iinfo(min={self.min}, max={self.max}, dtype={self.dtype})"


for _class in (layout, memory_format, finfo, iinfo):
    _class.__module__ = "torch"
