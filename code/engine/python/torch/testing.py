"""Assertions about tensors, in PyTorch's words."""

import math

from torch import _dtypes
from torch._creation import as_tensor
from torch._errors import NotInPage, absent
from torch._tensor import Tensor

TOLERANCES = {"float32": (1.3e-6, 1e-5), "float64": (1e-7, 1e-7)}


def assert_close(actual, expected, *, allow_subclasses=True, rtol=None, atol=None, equal_nan=False,
                 check_device=True, check_dtype=True, check_layout=True, check_stride=False,
                 msg=None):  # fmt: skip
    """Raise AssertionError unless all numbers are close, in tensors, numbers and lists of them."""
    if (rtol is None) != (atol is None):
        raise ValueError(
            "rtol and atol must both be specified or both be unspecified, but got"
            f" {'no rtol' if rtol is None else f'rtol={rtol}'} and"
            f" {'no atol' if atol is None else f'atol={atol}'} instead."
        )
    options = rtol, atol, equal_nan, check_dtype, check_stride, msg
    _compare(actual, expected, options, "")


def _raise(text, options, where):
    msg = options[5]
    text = text + (f"\n\nThe failure occurred for item {where}" if where else "")
    raise AssertionError(text if msg is None else msg(text) if callable(msg) else msg)


def _compare(actual, expected, options, where):
    if isinstance(actual, dict) and isinstance(expected, dict):
        if set(actual) != set(expected):
            _raise("The keys of the mappings do not match:\n"
                   f"Missing keys in the actual mapping: {sorted(set(expected) - set(actual))}\n"
                   f"Additional keys in the actual mapping: {sorted(set(actual) - set(expected))}",
                   options, where)  # fmt: skip
        for key in actual:
            _compare(actual[key], expected[key], options, f"{where}[{key!r}]")
        return
    if isinstance(actual, (list, tuple)) and isinstance(expected, (list, tuple)):
        if len(actual) != len(expected):
            _raise(f"The length of the sequences mismatch: {len(actual)} != {len(expected)}",
                   options, where)  # fmt: skip
        for i, (a, b) in enumerate(zip(actual, expected, strict=True)):
            _compare(a, b, options, f"{where}[{i}]")
        return
    if actual is None and expected is None:
        return
    numbers = not isinstance(actual, Tensor) and not isinstance(expected, Tensor)
    tensors = isinstance(actual, Tensor) and isinstance(expected, Tensor)
    alike = type(actual) is type(expected) or (numbers and _numbers(actual, expected))
    if not tensors and not alike:
        raise TypeError(
            f"No comparison pair was able to handle inputs of type {type(actual)} and"
            f" {type(expected)}."
        )
    _compare_tensors(as_tensor(actual), as_tensor(expected), options, where, numbers)


def _numbers(*xs):
    return all(isinstance(x, (int, float)) for x in xs)


def _compare_tensors(a, b, options, where, numbers):
    rtol, atol, equal_nan, check_dtype, check_stride, _ = options
    if a.shape != b.shape:
        _raise("The values for attribute 'shape' do not match:"
               f" {a.shape} != {b.shape}.", options, where)  # fmt: skip
    if a.dtype is not b.dtype and check_dtype and not numbers:
        _raise("The values for attribute 'dtype' do not match:"
               f" {a.dtype} != {b.dtype}.", options, where)  # fmt: skip
    if check_stride and a.stride() != b.stride():
        _raise("The values for attribute 'stride()' do not match:"
               f" {a.stride()} != {b.stride()}.", options, where)  # fmt: skip
    if rtol is None:
        each = [TOLERANCES.get(x._h.dtype, (0.0, 0.0)) for x in (a, b)]
        if numbers:
            each = [TOLERANCES["float64"] if x.is_floating_point() else (0.0, 0.0) for x in (a, b)]
        rtol, atol = max(e[0] for e in each), max(e[1] for e in each)
    both = _dtypes.promote_types(a.dtype, b.dtype)
    a, b = a.detach().to(both), b.detach().to(both)
    if both is _dtypes.bool:
        a, b = a.long(), b.long()
    matches = a.isclose(b, rtol, atol, equal_nan)
    if bool(matches.all()):
        return
    _raise(_difference(a, b, matches, rtol, atol), options, where)


def _difference(a, b, matches, rtol, atol):
    exact = not rtol and not atol
    word = "equal" if exact else "close"
    apart = (a - b).abs()
    if not a.ndim:
        x, y = a.item(), b.item()
        kind = "Scalars"
        if exact:
            return f"{kind} are not {word}!\n\nExpected {y} but got {x}.\nAbsolute difference: {apart.item()}\nRelative difference: {_ratio(x, y)}"  # noqa: E501
        return (
            f"{kind} are not {word}!\n\nExpected {y} but got {x}.\nAbsolute difference:"
            f" {apart.item()} (up to {atol} allowed)\nRelative difference: {_ratio(x, y)} (up to"
            f" {rtol} allowed)"
        )
    wrong = ~matches
    count, total = int(wrong.sum()), matches.numel()
    shown = apart.clone()
    shown[matches] = 0
    ratio = apart / b.abs()
    ratio[matches] = 0
    lines = [
        f"Tensor-likes are not {word}!\n",
        f"Mismatched elements: {count} / {total} ({count / total:.1%})",
    ]
    for name, x, allowed in (("absolute", shown, atol), ("relative", ratio, rtol)):
        place = int(x.flatten().argmax())
        index = _index(place, x.shape)
        limit = "" if exact else f" (up to {allowed} allowed)"
        lines.append(
            f"Greatest {name} difference: {x.flatten()[place].item()} at index {index}{limit}"
        )
    return "\n".join(lines)


def _ratio(x, y):
    if y == 0:
        return math.inf if x != y else 0.0
    return abs((x - y) / y)


def _index(place, shape):
    index = []
    for n in reversed(shape):
        place, i = divmod(place, n)
        index.append(i)
    return tuple(reversed(index))


def make_tensor(*_, **__):
    raise NotInPage(absent("torch.testing.make_tensor"))


__path__ = []  # so that `from … import name` asks for a module, which says where it is


def __getattr__(name):
    raise AttributeError(absent(f"torch.testing.{name}"))
