"""Functions that act on each number for itself, made from tables of their names.

Each name is a function of `torch`, a method of tensors, and with `_` behind it a method that
writes into the tensor. One call is one crossing into the engine.
"""

from torch import _dtypes
from torch._errors import JsException, engine, raised, refuse, unsupported
from torch._tensor import (
    Tensor,
    handle,
    method,
    named,
    not_tensor,
    number,
    override,
    rewritten,
    wrap,
)

_unary, _unary_in_place = engine("unary"), engine("unaryInPlace")
_binary, _binary_in_place = engine("binary"), engine("binaryInPlace")
_clamp, _where, _to, _nan_to_num = map(engine, ("clamp", "where", "to", "nanToNum"))
_add_scaled, _lerp, _addcmul, _addcdiv = map(engine, ("addScaled", "lerp", "addcmul", "addcdiv"))

# name: its other names
UNARY = {
    "abs": ["absolute"], "neg": ["negative"], "exp": [], "exp2": [], "expm1": [], "log": [],
    "log1p": [], "log2": [], "log10": [], "sqrt": [], "rsqrt": [], "square": [], "reciprocal": [],
    "sin": [], "cos": [], "tan": [], "asin": ["arcsin"], "acos": ["arccos"], "atan": ["arctan"],
    "sinh": [], "cosh": [], "tanh": [], "asinh": ["arcsinh"], "acosh": ["arccosh"],
    "atanh": ["arctanh"], "sigmoid": [], "relu": [], "sign": ["sgn"], "floor": [], "ceil": [],
    "trunc": ["fix"], "frac": [], "erf": [], "erfc": [], "erfinv": [], "lgamma": [],
    "digamma": [], "sinc": [], "deg2rad": [], "rad2deg": [], "bitwise_not": [], "logical_not": [],
}  # fmt: skip
# These have no form that writes into the tensor, or no method at all.
TESTS = ("isnan", "isinf", "isfinite", "isposinf", "isneginf", "signbit")
SPECIAL = {
    "ndtr": "special_ndtr", "ndtri": "special_ndtri", "log_ndtr": "special_log_ndtr",
    "logsigmoid": "log_sigmoid", "softplus": "softplus", "erfcx": "special_erfcx",
    "entr": "special_entr", "i0": "i0", "i0e": "special_i0e", "i1": "special_i1",
}  # fmt: skip

# Both may be numbers.
BINARY = {
    "mul": ["multiply"], "floor_divide": [], "remainder": [], "fmod": [], "pow": [],
    "xlogy": [], "bitwise_and": [], "bitwise_or": [], "bitwise_xor": [],
    "bitwise_left_shift": [], "bitwise_right_shift": [], "copysign": [], "eq": [],
    "ne": ["not_equal"], "lt": ["less"], "le": ["less_equal"], "gt": ["greater"],
    "ge": ["greater_equal"],
}  # fmt: skip
# Both must be tensors.
OF_TENSORS = {
    "maximum": [], "minimum": [], "fmax": [], "fmin": [], "atan2": ["arctan2"], "hypot": [],
    "logaddexp": [], "logaddexp2": [], "heaviside": [], "nextafter": [], "logical_and": [],
    "logical_or": [], "logical_xor": [], "gcd": [], "lcm": [],
}  # fmt: skip
# Functions of a pair that have no method; `special` has them.
SPECIAL_BINARY = ("gammainc", "gammaincc", "xlog1py", "zeta")

FUNCTIONS = {}


def _given(names, function):
    for name in names:
        FUNCTIONS[name] = function
    return function


def unary(name):
    """Return the function that applies `name` to each number."""

    def function(input, **rest):
        if rest:
            refuse(name, rest)
        try:
            return wrap(_unary(name, input._h))
        except JsException as error:
            raise raised(error) from None
        except AttributeError:
            if (result := override(function, input)) is not NotImplemented:
                return result
            handle(input, name)
            raise

    function.__name__ = function.__qualname__ = name
    return function


def _unary_into(name):
    def function(input):
        try:
            _unary_in_place(name, input._h)
        except JsException as error:
            raise raised(error) from None
        return input

    function.__name__ = function.__qualname__ = name + "_"
    return function


def binary(name, numbers=True):
    """Return the function that applies `name` to each pair of numbers."""

    def function(input, other, **rest):
        if rest:
            refuse(name, rest)
        try:
            return wrap(
                _binary(
                    name,
                    input._h if isinstance(input, Tensor) else operand(input, name, 1, numbers),
                    other._h if isinstance(other, Tensor) else operand(other, name, 2, numbers),
                )
            )
        except JsException as error:
            raise raised(error) from None

    function.__name__ = function.__qualname__ = name
    return function


def operand(x, function, position, numbers=True):
    """Return the handle of a number, where one is taken."""
    if numbers:
        try:
            return number(x)
        except TypeError:
            pass
    raise not_tensor(x, function, ("input", "other")[position - 1], position)


def _binary_into(name):
    def function(input, other):
        try:
            _binary_in_place(
                name, input._h, other._h if isinstance(other, Tensor) else operand(other, name, 2)
            )
        except JsException as error:
            raise raised(error) from None
        return input

    function.__name__ = function.__qualname__ = name + "_"
    return function


for _name, _others in UNARY.items():
    _function, _into = unary(_name), _unary_into(_name)
    for _each in (_name, *_others):
        FUNCTIONS[_each] = _function
        setattr(Tensor, _each, _function)
        setattr(Tensor, _each + "_", _into)
        FUNCTIONS[_each + "_"] = _into
for _name in TESTS:
    FUNCTIONS[_name] = _function = unary(_name)
    setattr(Tensor, _name, _function)
for _name in SPECIAL:
    FUNCTIONS[SPECIAL[_name]] = unary(_name)
for _table, _numbers in ((BINARY, True), (OF_TENSORS, False)):
    for _name, _others in _table.items():
        _function, _into = binary(_name, _numbers), _binary_into(_name)
        for _each in (_name, *_others):
            FUNCTIONS[_each] = _function
            setattr(Tensor, _each, _function)
            setattr(Tensor, _each + "_", _into)
for _name in SPECIAL_BINARY:
    FUNCTIONS["special_" + _name] = binary(_name)

for _name, _long in (("igamma", "special_gammainc"), ("igammac", "special_gammaincc")):
    FUNCTIONS[_name] = FUNCTIONS[_long]
    setattr(Tensor, _name, FUNCTIONS[_long])

Tensor.__neg__, Tensor.__abs__ = FUNCTIONS["neg"], FUNCTIONS["abs"]
Tensor.__invert__ = FUNCTIONS["bitwise_not"]
bitwise_not, logical_not, mul = (FUNCTIONS[n] for n in ("bitwise_not", "logical_not", "mul"))


@method("__pos__", "positive")
def positive(input):
    if input.dtype is _dtypes.bool:
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return input


def _scaled(name):
    """Make `add` or `sub`, which take the second `alpha` times."""
    sign = 1 if name == "add" else -1

    def function(input, other, *, alpha=1, **rest):
        if rest:
            refuse(name, rest)
        try:
            a = input._h if isinstance(input, Tensor) else operand(input, name, 1)
            b = other._h if isinstance(other, Tensor) else operand(other, name, 2)
            if alpha == 1:
                return wrap(_binary(name, a, b))
            return wrap(_add_scaled(a, b, number(sign * alpha)))
        except JsException as error:
            raise raised(error) from None

    def into(input, other, *, alpha=1):
        try:
            b = other._h if isinstance(other, Tensor) else operand(other, name, 2)
            if alpha == 1:
                _binary_in_place(name, input._h, b)
            else:
                _add_scaled_into(input._h, b, number(sign * alpha))
        except JsException as error:
            raise raised(error) from None
        return input

    function.__name__ = function.__qualname__ = name
    return function, into


_add_scaled_into = engine("addScaledInPlace")

for _name, _long in (("add", "add"), ("sub", "subtract")):
    _function, _into = _scaled(_name)
    for _each in {_name, _long}:
        FUNCTIONS[_each] = _function
        setattr(Tensor, _each, _function)
        setattr(Tensor, _each + "_", _into)
add, sub = FUNCTIONS["add"], FUNCTIONS["sub"]


@method()
def rsub(input, other, *, alpha=1):
    return sub(other, input, alpha=alpha)


_DIVISIONS = {None: "div", "floor": "floor_divide", "trunc": "trunc_divide"}


def _division(rounding_mode):
    try:
        return _DIVISIONS[rounding_mode]
    except (KeyError, TypeError):
        raise RuntimeError(
            "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found"
            f" '{rounding_mode}'"
        ) from None


@method("div", "divide", "true_divide")
def div(input, other, *, rounding_mode=None, **rest):
    if rest:
        refuse("div", rest)
    try:
        return wrap(
            _binary(
                _division(rounding_mode),
                input._h if isinstance(input, Tensor) else operand(input, "div", 1),
                other._h if isinstance(other, Tensor) else operand(other, "div", 2),
            )
        )
    except JsException as error:
        raise raised(error) from None


@method("div_", "divide_", "true_divide_")
def div_(input, other, *, rounding_mode=None):
    try:
        _binary_in_place(
            _division(rounding_mode),
            input._h,
            other._h if isinstance(other, Tensor) else operand(other, "div", 2),
        )
    except JsException as error:
        raise raised(error) from None
    return input


divide = true_divide = div


@method()
def float_power(input, exponent, **rest):
    if rest:
        refuse("float_power", rest)
    double = _dtypes.float64
    base = input.to(double) if isinstance(input, Tensor) else input
    return base ** (exponent.to(double) if isinstance(exponent, Tensor) else exponent)


@method()
def ldexp(input, other):
    from torch._creation import scalar_tensor

    return input * FUNCTIONS["pow"](scalar_tensor(2.0), other)


@method()
def frexp(input):
    """Return mantissas in ±[½, 1) and exponents: powers of two alone, so nothing is rounded."""
    from math import frexp as split

    from torch._creation import tensor
    from torch.return_types import frexp as result

    pairs = [split(x) for x in input._flat()]
    shape = input.shape
    mantissa = tensor([m for m, _ in pairs], dtype=input.dtype).reshape(shape)
    exponent = tensor([e for _, e in pairs], dtype=_dtypes.int32).reshape(shape)
    return result((mantissa, exponent))


@method()
def isreal(input):
    return FUNCTIONS["eq"](input, input) | True


@method("round")
def round(input, *, decimals=0, **rest):
    if rest:
        refuse("round", rest)
    if decimals == 0:
        return _ROUND(input)
    if not input.is_floating_point():
        raise unsupported("round_cpu", _LONG_NAMES[input.dtype.name])
    ten = 10.0 ** abs(decimals)
    # As PyTorch: by a multiplication and a division, each rounded.
    return _ROUND(input * ten) / ten if decimals > 0 else _ROUND(input / ten) * ten


_ROUND = unary("round")
_LONG_NAMES = {"int64": "Long", "int32": "Int", "int16": "Short", "int8": "Char", "uint8": "Byte",
               "bool": "Bool"}  # fmt: skip


@method("round_")
def round_(input, *, decimals=0):
    return rewritten(input, lambda x: round(x, decimals=decimals))


@method("clamp", "clip")
def clamp(input, min=None, max=None, **rest):
    if rest:
        refuse("clamp", rest)
    try:
        h = _clamp(handle(input, "clamp"), *_limits(min, max))
    except JsException as error:
        raise raised(error) from None
    if h.dtype == "bool" and (not isinstance(min, Tensor) or max is not None) and (
        not isinstance(max, Tensor) or min is not None
    ):  # fmt: skip
        of_tensors = isinstance(min, Tensor) or isinstance(max, Tensor)
        which = "" if max is not None and min is not None else "_min" if max is None else "_max"
        scalar = "" if of_tensors else "_scalar"
        raise unsupported(f"clamp{which}{scalar}_cpu", "Bool")
    return wrap(h)


def _limits(min, max):
    """Return the handles of the bounds, which are two numbers or two tensors."""
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    if (
        min is not None and max is not None and isinstance(min, Tensor) != isinstance(max, Tensor)
    ):  # a tensor of no axes is a number, too
        min, max = (
            x.item() if isinstance(x, Tensor) and not x.ndim and not x.requires_grad else x
            for x in (min, max)
        )
    given = [x for x in (min, max) if x is not None]
    if len(given) == 2 and isinstance(min, Tensor) != isinstance(max, Tensor):
        kinds = ", ".join("Tensor" if isinstance(x, Tensor) else type(x).__name__ for x in given)
        marked = ", ".join(f"!{kind}!" for kind in kinds.split(", "))
        why = f"      didn't match because some of the arguments have invalid types: ({marked})\n"
        raise TypeError(
            f"clamp() received an invalid combination of arguments - got ({kinds}), but expected"
            f" one of:\n * (Tensor min = None, Tensor max = None)\n{why} * (Number min = None,"
            f" Number max = None)\n{why}"
        )
    return [
        None if x is None else x._h if isinstance(x, Tensor) else operand(x, "clamp", 2)
        for x in (min, max)
    ]


# What PyTorch calls a type where a result does not fit into it: that of C for a number as bound.
_IN_C = {"uint8": "unsigned char", "int8": "signed char", "int16": "short int", "int32": "int",
         "int64": "long int", "bool": "bool"}  # fmt: skip


@method("clamp_", "clip_")
def clamp_(input, min=None, max=None):
    def bounded(x):
        return _bounded(x, min, max)

    return rewritten(input, bounded)


def _bounded(input, min, max):
    """Return what clamp_ writes; raise where it does not fit."""
    bounded = clamp(input, min, max)
    if bounded.is_floating_point() and not input.is_floating_point():
        numbers = not isinstance(min, Tensor) and not isinstance(max, Tensor)
        title = _IN_C[input._h.dtype] if numbers else _name_of(input)
        raise RuntimeError(
            f"result type {_name_of(bounded)} can't be cast to the desired output type {title}"
        )
    return bounded


@method()
def clamp_min(input, min):
    return clamp(input, min=min)


@method()
def clamp_max(input, max):
    return clamp(input, max=max)


@method()
def clamp_min_(input, min):
    return clamp_(input, min=min)


@method()
def clamp_max_(input, max):
    return clamp_(input, max=max)


clip = clamp


def where(condition, input=None, other=None, **rest):
    if rest:
        refuse("where", rest)
    if input is None and other is None:
        return condition.nonzero(as_tuple=True)
    try:
        return wrap(
            _where(
                handle(condition, "where", "condition"),
                input._h if isinstance(input, Tensor) else operand(input, "where", 2),
                other._h if isinstance(other, Tensor) else operand(other, "where", 2),
            )
        )
    except JsException as error:
        raise raised(error) from None
    except TypeError:
        if (result := override(where, condition, input, other)) is NotImplemented:
            raise
        return result


@method("where")
def _where_method(self, condition, other):
    return where(condition, self, other)


@method()
def masked_fill(input, mask, value):
    if mask.dtype is not _dtypes.bool:
        raise RuntimeError(
            f"masked_fill only supports boolean masks, but got mask with dtype {mask.dtype}"
        )
    if isinstance(value, Tensor) and value.ndim:
        raise RuntimeError(
            "masked_fill only supports a 0-dimensional value tensor, but got tensor with"
            f" {value.ndim} dimension(s)."
        )
    if isinstance(value, Tensor):
        value = value.to(input.dtype)
    elif not input.is_floating_point():
        value = value != 0 if input.dtype is _dtypes.bool else int(value)
    return named(where(mask, value, input), "MaskedFillBackward0")


@method()
def masked_fill_(input, mask, value):
    return rewritten(input, lambda x: masked_fill(x, mask, value))


@method()
def nan_to_num(input, nan=0.0, posinf=None, neginf=None, **rest):
    if rest:
        refuse("nan_to_num", rest)
    if not input.is_floating_point():
        return input.clone()
    limits = _dtypes.finfo(input.dtype)
    high = limits.max if posinf is None else posinf
    low = limits.min if neginf is None else neginf
    isnan, isposinf, isneginf = (FUNCTIONS[n] for n in ("isnan", "isposinf", "isneginf"))
    result = where(isposinf(input), high, where(isneginf(input), low, input))
    result = where(isnan(input), 0.0 if nan is None else nan, result)
    return named(result, "NanToNumBackward0")


@method()
def nan_to_num_(input, nan=0.0, posinf=None, neginf=None):
    return rewritten(input, lambda x: nan_to_num(x, nan, posinf, neginf))


@method()
def logit(input, eps=None, **rest):
    if rest:
        refuse("logit", rest)
    if eps is not None:
        input = clamp(input, eps, 1 - eps)
    return _LOGIT(input)


_LOGIT = unary("logit")


@method()
def logit_(input, eps=None):
    return rewritten(input, lambda x: logit(x, eps))


@method()
def lerp(input, end, weight, **rest):
    if rest:
        refuse("lerp", rest)
    try:
        return wrap(
            _lerp(input._h, end._h, weight._h if isinstance(weight, Tensor) else number(weight))
        )
    except JsException as error:
        raise raised(error) from None


@method()
def lerp_(input, end, weight):
    return rewritten(input, lambda x: lerp(x, end, weight))


@method()
def addcmul(input, tensor1, tensor2, *, value=1, **rest):
    if rest:
        refuse("addcmul", rest)
    try:
        return wrap(_addcmul(input._h, tensor1._h, tensor2._h, value))
    except JsException as error:
        raise raised(error) from None


@method()
def addcmul_(input, tensor1, tensor2, *, value=1):
    return rewritten(input, lambda x: addcmul(x, tensor1, tensor2, value=value))


@method()
def addcdiv(input, tensor1, tensor2, *, value=1, **rest):
    if rest:
        refuse("addcdiv", rest)
    try:
        return wrap(_addcdiv(input._h, tensor1._h, tensor2._h, value))
    except JsException as error:
        raise raised(error) from None


@method()
def addcdiv_(input, tensor1, tensor2, *, value=1):
    return rewritten(input, lambda x: addcdiv(x, tensor1, tensor2, value=value))


def polygamma(n, input, **rest):
    if rest:
        refuse("polygamma", rest)
    try:
        return wrap(_binary("polygamma", number(n), handle(input, "polygamma", position=2)))
    except JsException as error:
        raise raised(error) from None


Tensor.polygamma = lambda self, n: polygamma(n, self)


def isclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    try:
        return wrap(_isclose(*_alike(input, other, "isclose"), rtol, atol, equal_nan))
    except JsException as error:
        raise raised(error) from None


def _alike(input, other, name):
    """Return the handles of two tensors of the same type."""
    a, b = handle(input, name), handle(other, name, "other", 2)
    if a.dtype != b.dtype:
        raise RuntimeError(f"{_name_of(input)} did not match {_name_of(other)}")
    return a, b


def _name_of(x):
    return {"float32": "Float", "float64": "Double", **_LONG_NAMES}[x.dtype.name]


Tensor.isclose = isclose
_isclose, _allclose, _equal = map(engine, ("isclose", "allclose", "equal"))


@method()
def allclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    try:
        return _allclose(*_alike(input, other, "allclose"), rtol, atol, equal_nan)
    except JsException as error:
        raise raised(error) from None


@method()
def equal(input, other):
    try:
        return _equal(handle(input, "equal"), handle(other, "equal", "other", 2))
    except JsException as error:
        raise raised(error) from None


FUNCTIONS |= {
    f.__name__: f
    for f in (
        positive, rsub, div, float_power, ldexp, frexp, isreal, round, round_, clamp, clamp_,
        clamp_min, clamp_max, where, masked_fill, nan_to_num, nan_to_num_, logit, lerp, addcmul,
        addcdiv, polygamma, isclose, allclose, equal,
    )
} | {"divide": div, "true_divide": div, "clip": clamp}  # fmt: skip
