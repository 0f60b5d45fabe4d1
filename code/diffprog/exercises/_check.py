"""What all checks share: they call the learner's function and say in words what is wrong.

A check is a function of the learner's function and a seed that raises `Wrong` with a sentence for
the learner. The decorator `exercise` runs it on three seeds and makes of it a `Verdict`.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

import torch
from torch import Tensor

from diffprog.show import building

__all__ = ["Verdict", "Wrong", "close", "exercise", "returned", "tensor"]

SEEDS = (11, 23, 47)


class Wrong(Exception):
    """The learner's answer is wrong; the text says how, and what to look at."""


@dataclass(frozen=True)
class Verdict:
    """What a check found."""

    exercise: str
    passed: bool
    message: str

    def __repr__(self) -> str:
        return f"{'✓' if self.passed else '✗'} Exercise {self.exercise}: {self.message}"


def exercise(number: str, praise: str) -> Callable[..., Callable[[Callable[..., Any]], Verdict]]:
    """Make a check of one seed, `check(function, seed)`, a check of three that gives a `Verdict`.

    `praise` is said where all three pass. In a build the answer is the solution, so a verdict that
    is not "passed" raises RuntimeError there.
    """

    def decorate(
        check: Callable[[Callable[..., Any], int], None],
    ) -> Callable[[Callable[..., Any]], Verdict]:
        @wraps(check)
        def run(function: Callable[..., Any]) -> Verdict:
            verdict = _judge(check, function, number, praise)
            if building() and not verdict.passed:
                raise RuntimeError(repr(verdict))
            return verdict

        return run

    return decorate


def _judge(
    check: Callable[[Callable[..., Any], int], None],
    function: Callable[..., Any],
    number: str,
    praise: str,
) -> Verdict:
    if not callable(function):
        came = type(function).__name__
        return Verdict(
            number, False, f"hand me the function itself, without calling it; I got a {came}"
        )
    try:
        for seed in SEEDS:
            check(function, seed)
    except Wrong as wrong:
        return Verdict(number, False, str(wrong))
    except NotImplementedError as turn:
        title = str(turn).partition(f"Exercise {number}: ")[2]  # as the stub says it
        name = f"{number}, {title}" if title else number
        return Verdict(name, False, "your turn! Replace the line that raises NotImplementedError.")
    except Exception as error:
        # The last line that is the learner's, not the library's that it called.
        name = function.__code__.co_filename if hasattr(function, "__code__") else ""
        lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == name]
        where = f" in line {lines[-1]} of your cell" if lines else ""
        return Verdict(
            number, False, f"your function stops{where}: {type(error).__name__}: {error}"
        )
    return Verdict(number, True, praise)


def returned(result: Any) -> Any:
    """Return what the learner's function returned; `Wrong` if that is nothing."""
    if result is None:
        raise Wrong("your function returns None: is the line with `return` missing?")
    return result


def tensor(x: Any, dtype: torch.dtype | None = None) -> Any:
    """Return one tensor, without its graph, for a list or tuple of numbers, lists or tensors.

    Anything else, and a list of nothing, as it is.
    """
    if not isinstance(x, tuple | list) or not x:
        return x
    return torch.stack([torch.as_tensor(entry, dtype=dtype).detach() for entry in x])


def close(
    got: Any,
    wanted: Tensor,
    what: str,
    *,
    typical: Mapping[str, Tensor] | None = None,
    rtol: float = 1e-4,
    atol: float = 1e-6,
) -> None:
    """Raise `Wrong` unless `got` equals the tensor `wanted`, in words that help.

    `what` names the quantity. `typical` maps a likely cause, as a sentence, to the value that this
    mistake would give.
    """
    if got is None:
        raise Wrong(f"{what} is None: does your function return it?")
    if not isinstance(got, Tensor):
        got = torch.as_tensor(got, dtype=wanted.dtype)
    got = got.detach().to(wanted.dtype)
    for cause, mistake in (typical or {}).items():
        if got.shape == mistake.shape and torch.allclose(got, mistake.to(wanted.dtype), rtol, atol):
            raise Wrong(cause)
    if got.shape != wanted.shape:
        raise Wrong(f"{what} has shape {tuple(got.shape)}; it should have {tuple(wanted.shape)}")
    if torch.isnan(got).any():
        raise Wrong(f"{what} is NaN somewhere")
    if not torch.allclose(got, wanted, rtol, atol):
        i = int((got - wanted).abs().argmax())
        raise Wrong(
            f"{what} is not right: the largest difference is at entry {i}, where you have"
            f" {got.flatten()[i]:.4g} and it should be {wanted.flatten()[i]:.4g}"
        )
