"""Checks of arguments: one sentence that names the argument, what came and what is wanted.

The checks of tensors look at type and shape only, never at values, except where that is said: they
cost little in a training loop, do not wait for a device, and work inside torch.func transforms.
"""

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

__all__ = [
    "broadcast",
    "count",
    "described",
    "floating",
    "positive",
    "scalar",
    "square",
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
        want += ", since others cannot carry gradients: write 5.0 instead of 5"
    raise wrong(name, described(x), want)


def broadcast(**shapes: tuple[int, ...]) -> None:
    """Raise ValueError naming the first of the shapes that does not broadcast with those before.

    torch.broadcast_shapes takes several times as long as a small forward model.
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
                raise wrong(name, f"shape {came}", f"one that broadcasts with {before}")


def scalar(name: str, x: Any) -> None:
    """Raise ValueError unless x is one number, as a tensor of shape () that depends on leaves."""
    if not isinstance(x, Tensor):
        raise wrong(name, described(x), "a tensor of shape (): no .item(), no float()")
    if x.ndim:
        raise wrong(name, described(x), "one number, shape (): take the .mean()")
    if not x.requires_grad:
        raise wrong(
            name,
            "a value that depends on no parameter",
            "one computed in torch from the parameters, with no .detach() and no torch.no_grad()",
        )


def positive(name: str, x: Any) -> float:
    """Return x as a float; raise ValueError unless it is finite and above zero."""
    try:
        value = float(x)
    except (TypeError, ValueError):
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise wrong(name, described(x), "one finite number above zero")
    return value


def count(name: str, n: Any) -> None:
    """Raise ValueError unless n is a whole number, 1 or more."""
    if not isinstance(n, int) or isinstance(n, bool) or n < 1:
        raise wrong(name, described(n), "an int, 1 or more")


def square(name: str, x: Any) -> None:
    """Raise ValueError unless x is a floating tensor of shape (..., p, p)."""
    floating(name, x)
    if x.ndim < 2 or x.shape[-1] != x.shape[-2] or not x.shape[-1]:
        raise wrong(name, f"shape {tuple(x.shape)}", "(..., p, p)")


def trainable(parameters: Any) -> None:
    """Raise ValueError unless parameters maps names to leaves that a loop can train.

    Looks at values too: a NaN at the start would come out as a diverging loop.
    """
    if not isinstance(parameters, Mapping) or not parameters:
        raise wrong("parameters", described(parameters), 'a mapping like {"v0": v0}, not empty')
    names: dict[int, str] = {}
    for name, p in parameters.items():
        floating(name, p)
        if not p.is_leaf:
            raise wrong(name, "the result of a computation", "a leaf: x.detach().requires_grad_()")
        if not p.requires_grad:
            raise wrong(name, "requires_grad=False", "a leaf with requires_grad=True")
        if not torch.isfinite(p).all():
            raise wrong(name, f"start values {p.tolist()}", "finite numbers")
        if names.setdefault(id(p), name) != name:
            raise wrong(name, f"the same tensor as {names[id(p)]}", "each tensor once")
