"""The class Tensor: a handle of the engine's tensor, and what Python's own syntax does with it.

A tensor here holds nothing but the handle; shape and dtype are asked for once. `wrap` makes a
tensor of a handle, `number` the engine's tensor of a Python number, which yields to tensors when
types are promoted. All that is a function of torch, too, is written in the modules of functions
and becomes a method by `method`.
"""

import math
from weakref import WeakValueDictionary

from torch import _dtypes
from torch._dtypes import BY_NAME, CPU, Size
from torch._errors import JsException, NotInPage, absent, aloud, engine, raised

_float, _int, _bool = float, int, bool
_new = object.__new__
_sizes, _strides, _contents, _scalar = map(engine, ("sizes", "strides", "contents", "scalar"))
_unary, _binary, _binary_in_place = map(engine, ("unary", "binary", "binaryInPlace"))
_detach, _data = engine("detach"), engine("data")
_require, _backward, _assign = map(engine, ("require", "backward", "assign"))
_get_grad, _set_grad, _grad_fn = map(engine, ("getGrad", "setGrad", "gradFn"))
_is_leaf, _item, _hook = map(engine, ("isLeaf", "item", "hook"))


def wrap(h):
    """Return the tensor of a handle."""
    t = _new(Tensor)
    t._h = h
    t._shape = None
    return t


def bare(cls, h):
    """Return the tensor of a handle, of a subclass."""
    t = _new(cls)
    t._h = h
    t._shape = None
    return t


# The leaves that a gradient is wanted for, so that a node of the graph finds the same object.
_leaves = WeakValueDictionary()


def want(t, on=True):
    """Say whether a gradient is wanted for a leaf."""
    try:
        _require(t._h, on)
    except JsException as error:
        raise raised(error) from None
    if on:
        _leaves[t._h.js_id] = t
    return t


def leaf(h):
    """Return the tensor of the handle of a leaf."""
    known = _leaves.get(h.js_id)
    return wrap(h) if known is None else known


_become, _snapshot = engine("become"), engine("snapshot")


def rewritten(x, f):
    """Write f(x) into x, with its graph; f gets what has x's numbers and does not change with x."""
    try:
        _become(x._h, f(wrap(_snapshot(x._h)))._h)
    except JsException as error:
        raise raised(error) from None
    return x


def sizes(h):
    """Return the shape of a handle."""
    s = _sizes(h)
    return Size(map(_int, s.split(","))) if s else Size()


_numbers = {_float: {}, _int: {}, _bool: {}}
_KINDS = {_float: "float", _int: "int", _bool: "bool"}
EXACT = 2**53


def number(x):
    """Return the engine's tensor of a Python number; raise TypeError for anything else."""
    try:
        known = _numbers[type(x)]
    except KeyError:
        return _other_number(x)
    try:
        return known[x] if x else known[x, math.copysign(1, x)]
    except KeyError:
        pass
    if type(x) is _int and not -EXACT <= x <= EXACT:
        raise NotInPage(absent(f"the whole number {x}, beyond 2^53,"))
    h = _scalar(x, _KINDS[type(x)])
    if len(known) > 1000:
        known.clear()
    known[x if x else (x, math.copysign(1, x))] = h
    return h


def _other_number(x):
    if getattr(x, "is_numpy_number", False):
        return number(x.item())
    array = getattr(x, "__tensor__", None)  # an array of the page's NumPy
    if array is not None:
        return array()._h
    for kind in (_bool, _int, _float):
        if isinstance(x, kind):
            return number(kind(x))
    if isinstance(x, complex):
        raise NotInPage(absent("a complex number"))
    raise TypeError(f"{type(x).__name__} is not a number")


def handle(x, function="", name="input", position=1):
    """Return the handle of a tensor; raise the error of torch for anything else."""
    try:
        return x._h
    except AttributeError:
        raise not_tensor(x, function, name, position) from None


def override(function, *args, **options):
    """Return what an argument makes of the call that stands for a tensor, as torch's protocol says.

    Such a class has `__torch_function__`. If there is none, return NotImplemented.
    """
    for x in args:
        if hasattr(type(x), "__torch_function__"):
            kind = type(x)
            return kind.__torch_function__(function, (kind,), args, options)
    return NotImplemented


def not_tensor(x, function, name, position):
    kind = type(x).__name__
    if type(x).__module__ == "numpy":
        kind = "numpy." + kind
    return TypeError(
        f"{function}(): argument '{name}' (position {position}) must be Tensor, not {kind}"
    )


def method(*names):
    """Make a function a method of Tensor, too, of its own name or of those given."""

    def take(function):
        for name in names or (function.__name__,):
            setattr(Tensor, name, function)
        return function

    return take


class _Meta(type):
    """What Tensor lacks says so. Python asks here for names of the class."""

    def __getattr__(cls, name):
        raise _missing(cls, name)


def _missing(cls, name):
    from torch._absent import METHODS

    if name in METHODS:
        return AttributeError(absent(f"Tensor.{name}"))
    return AttributeError(f"{cls.__name__!r} object has no attribute {name!r}")


class Tensor(metaclass=_Meta):
    """Numbers in the engine."""

    __slots__ = ("__dict__", "__weakref__", "_h", "_shape")

    is_cuda = is_mps = is_meta = is_sparse = is_quantized = is_nested = is_mkldnn = False
    is_cpu = True
    device = CPU
    layout = _dtypes.strided
    names = property(lambda self: (None,) * self.ndim)
    itemsize = property(lambda self: self.dtype.itemsize)
    nbytes = property(lambda self: self.dtype.itemsize * self.numel())

    def __new__(cls, *data, **rest):
        from torch._creation import legacy

        return legacy(cls, *data, **rest)

    def __getattr__(self, name):
        raise _missing(type(self), name)

    # What it is

    @property
    def shape(self):
        s = self._shape
        if s is None:
            self._shape = s = sizes(self._h)
        return s

    @property
    def ndim(self):
        return len(self.shape)

    @property
    def dtype(self):
        return BY_NAME[self._h.dtype]

    @property
    def requires_grad(self):
        return self._h.requiresGrad

    @requires_grad.setter
    def requires_grad(self, on):
        want(self, _bool(on))

    @property
    def is_leaf(self):
        return _is_leaf(self._h)

    @property
    def grad_fn(self):
        node = _grad_fn(self._h)
        if node is None:
            return None
        from torch.autograd.graph import made

        return made(node)

    @property
    def grad(self):
        h = _get_grad(self._h)
        return None if h is None else wrap(h)

    @grad.setter
    def grad(self, value):
        if value is not None and not isinstance(value, Tensor):
            raise TypeError(
                "assigned grad expected to be a Tensor or None but got grad of type"
                f" {type(value).__name__!r}"
            )
        if value is not None and value.shape != self.shape:
            raise RuntimeError(
                f"attempting to assign a gradient of size '{list(value.shape)}' to a tensor of size"
                f" '{list(self.shape)}'. Please ensure that the gradient and the tensor are the"
                " same size"
            )
        if value is not None and value._h.dtype != self._h.dtype:
            raise RuntimeError(
                f"attempting to assign a gradient with dtype '{value._h.dtype}' to a tensor with"
                f" grad_dtype '{self._h.dtype}'. The gradient must match the tensor's grad_dtype"
                " (defaults to the tensor's dtype). You can set the tensor's grad_dtype attribute"
                " with a specific dtype, or None to allow any dtype. Set grad_dtype with caution."
                " Diverging the dtypes of a tensor and its gradient may break downstream systems"
                " that assume that they match."
            )
        try:
            _set_grad(self._h, None if value is None else value._h)
        except JsException as error:
            raise raised(error) from None

    @grad.deleter
    def grad(self):
        _set_grad(self._h, None)

    @property
    def data(self):
        return wrap(_data(self._h))

    @data.setter
    def data(self, value):
        if not self.is_leaf:
            raise NotInPage(absent("assigning to .data of a tensor with a graph"))
        required, grad = self.requires_grad, self.grad
        self._h = _detach(value._h)
        self._shape = value.shape
        want(self, required)
        if grad is not None:
            self.grad = grad if grad.shape == self.shape else None

    @property
    def retains_grad(self):
        return _bool(self._h.retains)

    # Numbers out

    def tolist(self):
        flat = self._flat()
        shape = self.shape
        if not shape:
            return flat[0]
        for i in range(len(shape) - 1, 0, -1):
            n = shape[i]
            rows = math.prod(shape[:i])
            flat = [flat[j * n : (j + 1) * n] for j in range(rows)]
        return flat

    def _flat(self):
        """Return all numbers in order, as Python's."""
        try:
            values = _contents(self._h).to_py().tolist()
        except JsException as error:
            raise raised(error) from None
        kind = self._h.dtype
        if kind == "int64":
            return list(map(_int, values))
        return list(map(_bool, values)) if kind == "bool" else values

    def item(self):
        try:
            x = _item(self._h)
        except JsException as error:
            raise raised(error) from None
        kind = self._h.dtype
        if kind[0] == "f":
            # A whole number comes over as an int, without the sign of a zero.
            return _float(x) if x else self._flat()[0]
        return x != 0 if kind == "bool" else _int(x)

    def numpy(self, *, force=False):
        from numpy import _of

        if self.requires_grad:
            if not force:
                raise RuntimeError(
                    "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy()"
                    " instead."
                )
            return _of(self.detach())
        return _of(self)

    def __tensor__(self):
        return self

    def __array__(self, dtype=None, copy=None):
        a = self.numpy()
        return a if dtype is None else a.astype(dtype)

    def _single(self):
        if self.numel() != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        return self.item()

    def __float__(self):
        return _float(self._single())

    def __int__(self):
        return _int(self._single())

    def __complex__(self):
        return complex(self._single())

    def __index__(self):
        if self.dtype.is_floating_point or self.numel() != 1:
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return _int(self.item())

    def __bool__(self):
        try:
            return _item(self._h) != 0
        except JsException as error:
            n = self.numel()
            if n > 1:
                raise RuntimeError(
                    "Boolean value of Tensor with more than one value is ambiguous"
                ) from None
            if not n:
                raise RuntimeError("Boolean value of Tensor with no values is ambiguous") from None
            if self._h.levels.length:
                raise RuntimeError(
                    "vmap: It looks like you're attempting to use a Tensor in some data-dependent"
                    " control flow. We don't support that yet, please file an issue at"
                    " https://github.com/pytorch/pytorch/issues ."
                ) from None
            raise raised(error) from None

    def __len__(self):
        if not self.shape:
            raise TypeError("len() of a 0-d tensor")
        return self.shape[0]

    def __iter__(self):
        if not self.shape:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind(0))

    def __contains__(self, x):
        if not isinstance(x, (Tensor, _float, _int)):
            raise RuntimeError(
                "Tensor.__contains__ only supports Tensor or scalar, but you passed in a"
                f" {type(x)}."
            )
        return _bool((self == x).any())

    def __repr__(self, *, tensor_contents=None):
        from torch._printing import text

        return text(self)

    def __format__(self, spec):
        if not self.shape and not self._h.levels.length:
            return self.item().__format__(spec)
        return object.__format__(self, spec)

    def __hash__(self):
        return id(self)

    def __reversed__(self):
        return self.flip(0) if self.ndim else self

    def __deepcopy__(self, memo):
        if not self.is_leaf:
            raise RuntimeError(
                "Only Tensors created explicitly by the user (graph leaves) support the deepcopy"
                " protocol at the moment.  If you were attempting to deepcopy a module, this may"
                " be because of a torch.nn.utils.weight_norm usage, see"
                " https://github.com/pytorch/pytorch/pull/103001"
            )
        if id(self) in memo:
            return memo[id(self)]
        new = memo[id(self)] = self._like(self.detach().clone())
        if self.grad is not None:
            new.grad = self.grad.detach().clone()
        new.__dict__.update(self.__dict__)
        return new

    def __copy__(self):
        return self._like(self.detach())

    def _like(self, new):
        new.requires_grad_(self.requires_grad)
        return new

    def __reduce_ex__(self, protocol):
        from torch._creation import _rebuilt

        return _rebuilt, (self.detach().flatten().tolist(), tuple(self.shape), self.dtype,
                          self.requires_grad)  # fmt: skip

    # Graph

    def backward(self, gradient=None, retain_graph=None, create_graph=False, inputs=None):
        from torch.autograd import backward

        if gradient is None and inputs is None:
            try:
                _backward(self._h, None, create_graph if retain_graph is None else retain_graph,
                          create_graph)  # fmt: skip
            except JsException as error:
                raise raised(error) from None
            except BaseException:
                aloud()
                raise
            return
        backward(self, gradient, retain_graph, create_graph, inputs=inputs)

    def requires_grad_(self, requires_grad=True):
        return want(self, _bool(requires_grad))

    # What the CPU alone makes plain

    def cpu(self, memory_format=_dtypes.preserve_format):
        return self

    def cuda(self, *_, **__):
        raise AssertionError("Torch not compiled with CUDA enabled")

    def get_device(self):
        return -1

    def is_inference(self):
        return _bool(self.__dict__.get("inference"))

    def is_shared(self):
        return False

    def is_pinned(self):
        return False

    def is_neg(self):
        return False

    def is_conj(self):
        return False

    def conj(self):
        return self

    def resolve_conj(self):
        return self

    def resolve_neg(self):
        return self

    def as_subclass(self, cls):
        return bare(cls, self._h)


def _operator(name, symbol):
    """Make the two methods of an operator between tensors and numbers."""

    def left(self, other):
        try:
            return wrap(
                _binary(name, self._h, other._h if isinstance(other, Tensor) else number(other))
            )
        except JsException as error:
            raise raised(error) from None
        except TypeError:
            if _takes(other):
                raise
            return NotImplemented

    def right(self, other):
        try:
            return wrap(
                _binary(name, other._h if isinstance(other, Tensor) else number(other), self._h)
            )
        except JsException as error:
            raise raised(error) from None
        except TypeError:
            if _takes(other):
                raise
            return NotImplemented

    left.__name__, right.__name__ = f"__{symbol}__", f"__r{symbol}__"
    return left, right


def _in_place(name, symbol):
    """Make the method of `x += y` and the like."""

    def into(self, other):
        try:
            _binary_in_place(
                name, self._h, other._h if isinstance(other, Tensor) else number(other)
            )
        except JsException as error:
            raise raised(error) from None
        except TypeError:
            if _takes(other):
                raise
            return NotImplemented
        return self

    into.__name__ = f"__i{symbol}__"
    return into


def _quotient(self, other):
    """Return other/x as PyTorch does: the reciprocal, times the number."""
    if isinstance(other, Tensor):
        return NotImplemented
    try:
        return wrap(_binary("mul", _unary("reciprocal", self._h), number(other)))
    except JsException as error:
        raise raised(error) from None
    except TypeError:
        return NotImplemented


def named(x, name):
    """Give the last step of a computation the name that PyTorch has for all of it."""
    if x._h.requiresGrad:
        x._h.node.name = name
    return x


def _takes(other):
    return isinstance(other, (Tensor, _float, _int)) or hasattr(other, "__tensor__")


OPERATORS = {
    "add": "add", "sub": "sub", "mul": "mul", "truediv": "div", "floordiv": "floor_divide",
    "mod": "remainder", "pow": "pow", "and": "bitwise_and", "or": "bitwise_or",
    "xor": "bitwise_xor", "lshift": "bitwise_left_shift", "rshift": "bitwise_right_shift",
}  # fmt: skip
COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")

for _symbol, _name in OPERATORS.items():
    _left, _right = _operator(_name, _symbol)
    setattr(Tensor, f"__{_symbol}__", _left)
    setattr(Tensor, f"__r{_symbol}__", _right)
    setattr(Tensor, f"__i{_symbol}__", _in_place(_name, _symbol))
Tensor.__rtruediv__, Tensor.__rsub__ = _quotient, _operator("rsub", "rsub")[0]
for _name in COMPARISONS:
    setattr(Tensor, f"__{_name}__", _operator(_name, _name)[0])

Tensor.__module__ = "torch"
