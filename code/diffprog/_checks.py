"""Checks of arguments: one sentence that names
the argument, what came and what is wanted.

The checks of tensors look at type and shape only, never at values, except
where that is said: they cost little in a training loop, do not wait for a
device, and work inside torch.func transforms.
"""

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

__all__ = [
    "broadcast",
    "columns",
    "count",
    "definite",
    "described",
    "finite",
    "floating",
    "not_negative",
    "positive",
    "positives",
    "scalar",
    "shaped",
    "square",
    "times",
    "trainable",
    "wrong",
]


def wrong(name: str, got: object, want: str) -> ValueError:
    """Return the error "name: got …, want …" for the caller to raise."""
    return ValueError(f"{name}: got {got}, want {want}")


def described(x: object) -> str:
    """Say in a few words what x is."""
    if isinstance(x, Tensor):
        return f"a {x.dtype} tensor of shape {tuple(x.shape)}"
    if hasattr(x, "dtype") and hasattr(x, "shape"):
        return f"a NumPy {x.dtype} array of shape {tuple(x.shape)}"
    return f"{x!r} ({type(x).__name__})"


def floating(name: str, x: Any) -> None:
    """Raise ValueError unless x is a tensor of floating-point numbers."""
    if isinstance(x, Tensor) and x.is_floating_point():
        return
    want = "a floating-point tensor"
    if isinstance(x, Tensor) and not x.is_complex():
        want += (
            ", since others cannot carry gradients: write 5.0 instead of 5"
        )
    raise wrong(name, described(x), want)


def finite(name: str, x: Any) -> None:
    """Raise ValueError unless x is a floating tensor
    without a NaN or infinity: looks at values."""
    floating(name, x)
    if not torch.isfinite(x).all():
        raise wrong(name, "entries that are not finite", "finite numbers")


def shaped(name: str, x: Any, shape: tuple[int, ...]) -> None:
    """Raise ValueError unless x is a floating tensor
    of this very shape: none that broadcasts."""
    floating(name, x)
    if x.shape != shape:
        raise wrong(name, f"shape {tuple(x.shape)}", f"{tuple(shape)}")


def times(name: str, t: Any) -> None:
    """Raise ValueError unless t is a floating tensor of shape (…, n, 1).

    (n,) would be taken for one row of n numbers, and broadcast without a
    word.
    """
    floating(name, t)
    if t.ndim < 2 or t.shape[-1] != 1:
        advice = ": write t[:, None]" if t.ndim == 1 else ""
        raise wrong(
            name,
            f"shape {tuple(t.shape)}",
            f"(n, 1), one row for a time{advice}",
        )


def columns(name: str, x: Any) -> None:
    """Raise ValueError unless x is (n, i), n > 1,
    finite, and no column has one value only."""
    floating(name, x)
    if x.ndim != 2 or len(x) < 2:
        advice = ": write x[:, None] for one column" if x.ndim == 1 else ""
        raise wrong(
            name, f"shape {tuple(x.shape)}", f"(n, i) with n > 1{advice}"
        )
    finite(name, x)
    constant = (x == x[0]).all(0)
    if constant.any():
        i = int(constant.int().argmax())
        raise wrong(
            name,
            f"column {i} constant at {x[0, i].item():.4g}",
            "values that differ",
        )


def broadcast(**shapes: tuple[int, ...]) -> None:
    """Raise ValueError naming the first of the
    shapes that does not broadcast with those before.

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
                came, before = tuple(shape), tuple(reversed(so_far))
                raise wrong(
                    name,
                    f"shape {came}",
                    f"one that broadcasts with {before}",
                )


def scalar(name: str, x: Any) -> None:
    """Raise ValueError unless x is one number,
    as a tensor of shape () that depends on leaves."""
    if not isinstance(x, Tensor):
        raise wrong(
            name,
            described(x),
            "a tensor of shape (): no .item(), no float()",
        )
    if x.ndim:
        raise wrong(
            name, described(x), "one number, shape (): take the .mean()"
        )
    if not x.requires_grad:
        raise wrong(
            name,
            "a value that depends on no parameter",
            "one computed in torch from the parameters, with no .detach()"
            " and no torch.no_grad()",
        )


def positive(name: str, x: Any) -> float:
    """Return x as a float; raise ValueError
    unless it is above zero, and finite in float32.

    Use what is returned: x may be a tensor. No gradient flows through it,
    so one that would want some is refused.
    """
    value = _number(name, x)
    if not 0 < value <= torch.finfo(torch.float32).max:
        raise wrong(name, described(x), "one finite number above zero")
    return value


def not_negative(name: str, x: Any) -> float:
    """Return x as a float, as `positive`, but zero is allowed."""
    value = _number(name, x)
    if not 0 <= value <= torch.finfo(torch.float32).max:
        raise wrong(name, described(x), "a number, 0 or more")
    return value


def _number(name: str, x: Any) -> float:
    """Return x as a float, NaN where it is no number; a string is none."""
    if isinstance(x, Tensor) and x.requires_grad:
        raise wrong(
            name,
            "a tensor that requires a gradient",
            "a number, which is not fitted",
        )
    try:
        return math.nan if isinstance(x, str | bytes) else float(x)
    except (TypeError, ValueError):
        return math.nan


def positives(name: str, x: Tensor) -> None:
    """Raise ValueError unless all entries are finite and above zero."""
    if not (torch.isfinite(x) & (x > 0)).all():
        raise wrong(name, described(x), "finite numbers above zero")


def count(name: str, n: Any) -> None:
    """Raise ValueError unless n is a whole number, 1 or more."""
    if not isinstance(n, int) or isinstance(n, bool) or n < 1:
        raise wrong(name, described(n), "an int, 1 or more")


def square(name: str, x: Any) -> None:
    """Raise ValueError unless x is a
    floating tensor of shape (..., p, p)."""
    floating(name, x)
    if x.ndim < 2 or x.shape[-1] != x.shape[-2] or not x.shape[-1]:
        raise wrong(name, f"shape {tuple(x.shape)}", "(..., p, p)")


def definite(name: str, x: Any, why: str) -> None:
    """Raise ValueError unless x, (…, p, p),
    has eigenvalues above rounding, p·ε·λmax.

    `why` says what it would mean if not.
    """
    square(name, x)
    finite(name, x)
    λ = torch.linalg.eigvalsh(x)
    if not (
        λ[..., 0] > λ.shape[-1] * torch.finfo(λ.dtype).eps * λ[..., -1]
    ).all():
        raise wrong(
            name,
            f"an eigenvalue {λ[..., 0].min().item():.3g}",
            f"all above zero: {why}",
        )


def trainable(parameters: Any) -> None:
    """Raise ValueError unless parameters maps
    names to leaves that a loop can train.

    Looks at values too: a NaN at the start would come out as a diverging
    loop.
    """
    if not isinstance(parameters, Mapping) or not parameters:
        raise wrong(
            "parameters",
            described(parameters),
            'a mapping like {"v0": v0}, not empty',
        )
    names: dict[int, str] = {}
    for name, p in parameters.items():
        floating(name, p)
        if not p.is_leaf:
            raise wrong(
                name,
                "the result of a computation",
                "a leaf: x.detach().requires_grad_()",
            )
        if not p.requires_grad:
            raise wrong(
                name,
                "requires_grad=False",
                "a leaf with requires_grad=True",
            )
        if not torch.isfinite(p).all():
            raise wrong(
                name, f"start values {p.tolist()}", "finite numbers"
            )
        if names.setdefault(id(p), name) != name:
            raise wrong(
                name,
                f"the same tensor as {names[id(p)]}",
                "each tensor once",
            )
