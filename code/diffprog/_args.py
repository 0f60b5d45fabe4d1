"""Checks of arguments: errors that say what came and what to pass.

The checks of tensors look at type and shape only, never at values, unless
their docstring says so. So they cost little in a training loop, and do not
wait for a device. Those that look at values find them below the transforms
of torch.func, too, and let a tensor on the meta device pass, which has
none.
"""

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch._C import _functorch

__all__ = [
    "are_finite", "broadcast", "broadcast_shapes", "columns", "comparable",
    "count", "definite", "described", "finite", "floating", "holds",
    "is_tensor", "not_empty", "not_negative", "ordinary", "plain",
    "positive", "positives", "precise", "refused", "same_shape",
    "scalar", "shapes", "symmetric", "trainable", "values", "wrong",
]  # fmt: skip


def wrong(name: str, got: object, want: str) -> ValueError:
    """Return the error "name: got …, want …" for the caller to raise."""
    return ValueError(f"{name}: got {got}, want {want}")


def refused(name: str, why: str) -> ValueError:
    """Return the error "name: why" for the caller to raise.

    `why` is a sentence, for what does not fit into "got …, want …".
    """
    return ValueError(f"{name}: {why}")


def is_tensor(x: Any) -> bool:
    """Return whether x is a tensor, or stands for one, as torch sees it.

    What stands for a tensor takes the calls of torch's functions itself.
    """
    return isinstance(x, Tensor) or hasattr(type(x), "__torch_function__")


def described(x: Any) -> str:
    """Describe x in a few words."""
    if is_tensor(x):
        return f"a {x.dtype} tensor of shape {tuple(x.shape)}"
    if hasattr(x, "dtype") and hasattr(x, "shape"):
        return f"a NumPy {x.dtype} array of shape {tuple(x.shape)}"
    return f"{x!r} ({type(x).__name__})"


def values(x: Tensor) -> Tensor:
    """Return the numbers in x, free of any graph.

    Inside vmap these are the numbers of all its entries, with an axis for
    them somewhere.
    """
    # torch.compile neither needs this nor knows how to trace it.
    if not torch.compiler.is_compiling():
        while _functorch.is_functorch_wrapped_tensor(x):
            x = _functorch.get_unwrapped(x)
    return x.detach()


def plain(*tensors: Tensor) -> bool:
    """Return whether all are tensors with numbers, in no transform."""
    if torch.compiler.is_compiling():
        return True
    wrapped = _functorch.is_functorch_wrapped_tensor
    return not any(x.is_meta or wrapped(x) for x in tensors)


def holds(condition: Tensor) -> bool:
    """Return whether a condition on values is true wherever it is known."""
    return condition.is_meta or bool(values(condition).all())


def are_finite(x: Tensor) -> bool:
    """Return whether no value of x is known to be infinite or NaN."""
    if x.is_meta:
        return True
    known = values(x)
    # One pass: a sum is finite only where each term is. It may overflow.
    total = known.sum() if known.ndim else known
    return math.isfinite(total.item()) or holds(x.isfinite())


def floating(name: str, x: Any) -> None:
    """Raise ValueError unless x is a tensor of floating-point numbers."""
    if is_tensor(x) and x.is_floating_point():
        return
    want = "a floating-point tensor"
    if is_tensor(x) and not x.is_complex():
        want += (
            ", since others cannot carry gradients: write 5.0 instead of 5"
        )
    raise wrong(name, described(x), want)


def precise(name: str, x: Any) -> None:
    """Raise ValueError unless x is of float32 or float64.

    torch solves no equations in half precision, which has neither the
    digits nor, as float16, the range for masses and counts.
    """
    floating(name, x)
    if x.dtype not in (torch.float32, torch.float64):
        raise wrong(name, described(x), "float32 or float64: x.float()")


def not_empty(name: str, x: Any) -> None:
    """Raise ValueError unless x is floating and has a number or more."""
    floating(name, x)
    if not x.numel():
        raise wrong(name, f"shape {tuple(x.shape)}", "one number or more")


def finite(name: str, x: Any) -> None:
    """Raise ValueError unless x is floating and all its values finite."""
    floating(name, x)
    if not are_finite(x):
        raise wrong(name, "entries that are not finite", "finite numbers")


def shapes(**arguments: tuple[Any, str]) -> None:
    """Raise ValueError unless each argument is floating and has its shape.

    A shape lists its axes, as in "… n 2". A number is a size. A name is a
    size of 1 or more, the same wherever it appears. "…" is a batch: any
    axes that broadcast with the batches of the other arguments. Words after
    a comma explain the shape in the error.

    Example:
        >>> shapes(X=(torch.ones(5, 2), "N p"), y=(torch.ones(4), "… N"))
        ValueError: y: got shape (4,), want (…, N) with N = 5 as in X
    """
    sizes: dict[str, tuple[int, str]] = {}  # axis: size, argument
    batches: dict[str, tuple[int, ...]] = {}
    for name, (x, text) in arguments.items():
        floating(name, x)
        axes, batch, _ = _axes(text)
        shape = tuple(x.shape)  # slices of torch.Size are slow
        if batch is not None:
            end = max(batch, len(shape) - len(axes) + batch)
            batches[name] = shape[batch:end]
            shape = shape[:batch] + shape[end:]
        fits = len(shape) == len(axes)
        for size, axis in zip(shape, axes, strict=False):
            if isinstance(axis, str):  # a size of 0 never equals its note
                axis = sizes.setdefault(axis, (size or 1, name))[0]
            fits = fits and size == axis
        if not fits:
            raise _misshaped(name, x, text, sizes)
    if len(batches) > 1:
        broadcast_shapes(**batches)


@cache
def _axes(text: str) -> tuple[tuple[str | int, ...], int | None, str]:
    """Split a shape into its axes, the place of its batch, and the note."""
    text, comma, note = text.partition(",")
    axes = [int(a) if a.isdecimal() else a for a in text.split()]
    batch = axes.index("…") if "…" in axes else None
    return tuple(a for a in axes if a != "…"), batch, comma + note


def _misshaped(
    name: str, x: Tensor, text: str, sizes: dict[str, tuple[int, str]]
) -> ValueError:
    axes = text.partition(",")[0].split()
    want = ", ".join(axes) + "," * (len(axes) == 1 and axes != ["…"])
    known = [
        f"{axis} = {size} as in {argument}"
        for axis, (size, argument) in sizes.items()
        if axis in axes and argument != name
    ]
    want = f"({want})" + (f" with {', '.join(known)}" if known else "")
    want += _axes(text)[2]
    if not x.numel():
        want += ", not empty"
    elif x.ndim == 1 and axes[-1:] == ["1"]:
        want += f": write {name}[:, None]"
    return wrong(name, f"shape {tuple(x.shape)}", want)


def same_shape(**tensors: Any) -> None:
    """Raise ValueError unless all are floating and have one shape."""
    first, like = next(iter(tensors.items()))
    for name, x in tensors.items():
        floating(name, x)
        if x.shape != like.shape:
            got = f"shape {tuple(x.shape)}"
            raise wrong(name, got, f"that of {first}, {tuple(like.shape)}")


def comparable(**tensors: Any) -> None:
    """Raise ValueError unless all are finite, and of one precision.

    The precision is float32 or float64.
    """
    first, like = next(iter(tensors.items()))
    for name, x in tensors.items():
        precise(name, x)
        finite(name, x)
        if x.dtype != like.dtype:
            want = f"the precision of {first}, {like.dtype}"
            raise wrong(name, described(x), want)


def columns(name: str, x: Any) -> None:
    """Raise ValueError unless x is (n, i), finite, and its columns vary."""
    floating(name, x)
    if x.ndim != 2 or len(x) < 2 or not x.numel():
        want = "(n, i) with n > 1"
        if x.ndim == 1:
            want += f": write {name}[:, None] for one column"
        raise wrong(name, f"shape {tuple(x.shape)}", want)
    finite(name, x)
    if not holds(~(x == x[0]).all(0)):
        constant = values((x == x[0]).all(0))
        *_, i = first = constant.nonzero()[0].tolist()
        value = values(x[0])[*first].item()
        raise refused(name, f"column {i} is {value:.4g} throughout")


def broadcast(**tensors: Any) -> None:
    """Raise ValueError unless all are floating, and broadcast together."""
    for name, x in tensors.items():
        floating(name, x)
    broadcast_shapes(**{name: x.shape for name, x in tensors.items()})


def broadcast_shapes(**shapes: tuple[int, ...]) -> None:
    """Raise ValueError if a shape does not broadcast with those before.

    torch.broadcast_shapes takes several times as long as a small forward
    model.
    """
    so_far: list[int] = []  # from the last axis to the first
    for name, shape in shapes.items():
        for i, size in enumerate(reversed(shape)):
            if i == len(so_far):
                so_far.append(size)
            elif so_far[i] == 1:
                so_far[i] = size
            elif size not in (1, so_far[i]):
                want = f"one that broadcasts with {tuple(so_far[::-1])}"
                raise wrong(name, f"shape {tuple(shape)}", want)


def scalar(name: str, x: Any) -> None:
    """Raise ValueError unless x is a tensor of shape () with a gradient."""
    if not isinstance(x, Tensor):
        want = "a tensor of shape (): no .item(), no float()"
        raise wrong(name, described(x), want)
    if x.ndim:
        want = "one number, shape (): take the .mean()"
        raise wrong(name, described(x), want)
    if not x.requires_grad:
        raise refused(
            name,
            "the value depends on no parameter: compute it in torch from"
            " the parameters, with no .detach() and no torch.no_grad()",
        )


def positive(name: str, x: Any) -> float:
    """Return x as a float; raise ValueError unless 0 < x < ∞ in float32.

    Use the returned float, since x may be a tensor. A tensor that requires
    a gradient is refused: none would reach it.
    """
    value = _number(name, x)
    if not 0 < value <= torch.finfo(torch.float32).max:
        raise wrong(name, described(x), "one finite number above zero")
    return value


def not_negative(name: str, x: Any) -> float:
    """Return x as a float, as `positive` does, but allow zero."""
    value = _number(name, x)
    if not 0 <= value <= torch.finfo(torch.float32).max:
        raise wrong(name, described(x), "a number, 0 or more")
    return value


def _number(name: str, x: Any) -> float:
    """Convert x to float, or return NaN if it is not a number.

    Strings are not accepted, not even '5'.
    """
    if isinstance(x, Tensor) and x.requires_grad:
        why = "it is not fitted, so pass a number that needs no gradient"
        raise refused(name, why)
    try:
        return math.nan if isinstance(x, str | bytes) else float(x)
    except (TypeError, ValueError):
        return math.nan


def positives(name: str, x: Tensor) -> None:
    """Raise ValueError unless all values of x are finite and above zero."""
    if not holds(torch.isfinite(x) & (x > 0)):
        got = described(x)
        if x.numel() < 10:
            got = f"values {values(x).tolist()}"
        raise wrong(name, got, "finite numbers above zero")


def count(name: str, n: Any) -> None:
    """Raise ValueError unless n is a whole number, 1 or more."""
    if not isinstance(n, int) or isinstance(n, bool) or n < 1:
        raise wrong(name, described(n), "an int, 1 or more")


def symmetric(name: str, x: Any) -> None:
    """Raise ValueError unless x, (…, p, p), is finite and symmetric.

    Rounding may move its entries by √ε times the largest.
    """
    shapes(**{name: (x, "… p p")})
    precise(name, x)
    finite(name, x)
    rounding = torch.finfo(x.dtype).eps ** 0.5
    largest = x.abs().amax((-2, -1), keepdim=True)
    if not holds((x - x.mT).abs() <= rounding * largest):
        raise refused(name, "it is not symmetric, and should be")


def definite(name: str, x: Any, why: str) -> None:
    """Raise ValueError unless x, (…, p, p), is symmetric and definite.

    Its eigenvalues λ must be above rounding, p·ε·λmax. `why` says what it
    means if they are not.
    """
    symmetric(name, x)
    λ = torch.linalg.eigvalsh(x.detach())
    rounding = λ.shape[-1] * torch.finfo(λ.dtype).eps * λ[..., -1]
    if not holds(λ[..., 0] > rounding):
        got = f"an eigenvalue {values(λ[..., 0]).min().item():.3g}"
        raise wrong(name, got, f"all above zero: {why}")


def ordinary(name: str, p: Tensor) -> None:
    """Raise ValueError if p was made in torch.inference_mode()."""
    if p.is_inference():
        why = (
            "it was made in torch.inference_mode(), so nothing outside can"
        )
        raise refused(name, f"{why} change it: make it outside")


def trainable(parameters: Any) -> None:
    """Raise ValueError unless parameters maps names to trainable leaves.

    Their values must be finite: a NaN at the start would come out as a
    diverging loop.
    """
    if not isinstance(parameters, Mapping) or not parameters:
        want = 'a mapping like {"v0": v0}, not empty'
        raise wrong("parameters", described(parameters), want)
    names: dict[int, str] = {}
    for name, p in parameters.items():
        floating(name, p)
        if not p.is_leaf:
            want = "a leaf: x.detach().requires_grad_()"
            raise wrong(name, "the result of a computation", want)
        if not p.requires_grad:
            want = "a leaf with requires_grad=True"
            raise wrong(name, "requires_grad=False", want)
        ordinary(name, p)
        if not are_finite(p):
            got = f"start values {p.tolist()}"
            raise wrong(name, got, "finite numbers")
        first = names.setdefault(id(p), name)
        if first != name:
            raise refused(
                name, f"it is the same tensor as {first}: pass each once"
            )
