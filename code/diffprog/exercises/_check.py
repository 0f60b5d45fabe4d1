"""What all checks share: call the learner's function, say what is wrong.

A check is a function of the learner's function and a seed that raises
`Wrong` with a sentence for the learner. The decorator `exercise` makes it
a `Check`, which runs it on three seeds and returns a `Verdict`.

A mistake is a sentence for the learner, and the result by which we know it:
a value, or a shape where any value of it is this mistake, or a condition.
"""

import traceback
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any

import torch
from torch import Tensor

from diffprog.show import building

__all__ = [
    "Check",
    "Counted",
    "Mistake",
    "Verdict",
    "Wrong",
    "call",
    "close",
    "exercise",
    "parts",
    "recognise",
    "tensor",
]

SEEDS = (11, 23, 47)

OneSeed = Callable[[Callable[..., Any], int], None]
Mistake = tuple[str, Tensor | tuple[int, ...] | bool]


class Wrong(Exception):
    """The answer is wrong; the text says how, and what to look at."""


@dataclass(frozen=True)
class Verdict:
    """What a check found."""

    passed: bool
    message: str

    def __repr__(self) -> str:
        return ("✓ " if self.passed else "✗ Not yet: ") + self.message


class Check:
    """A check, to be called with the learner's function; gives a `Verdict`.

    In a build the function is the solution, so a verdict that is not
    "passed" raises RuntimeError there.
    """

    def __init__(self, exercise: str, praise: str, check: OneSeed) -> None:
        self.exercise, self.praise, self.check = exercise, praise, check
        update_wrapper(self, check)

    def __call__(self, function: Callable[..., Any]) -> Verdict:
        verdict = self._verdict(function)
        if building() and not verdict.passed:
            raise RuntimeError(f"{self.exercise}: {verdict!r}")
        return verdict

    def _verdict(self, function: Callable[..., Any]) -> Verdict:
        if not callable(function):
            came = type(function).__name__
            return Verdict(
                False, f"hand me the function itself, without calling it; I got a {came}"
            )
        try:
            for seed in SEEDS:
                self.check(function, seed)
        except Wrong as wrong:
            return Verdict(False, str(wrong))
        except Exception as error:
            return Verdict(False, _stopped(function, error))
        return Verdict(True, self.praise)


def exercise(name: str, praise: str) -> Callable[[OneSeed], Check]:
    """Make a check of one seed the `Check` of the exercise of that name.

    `praise` is said where all three seeds pass.
    """
    return lambda check: Check(name, praise, check)


def _stopped(function: Callable[..., Any], error: Exception) -> str:
    """Say where the learner's function stops, or that it is a stub."""
    frames = traceback.extract_tb(error.__traceback__)
    # By the line, since PyTorch has its own NotImplementedErrors.
    if (frames[-1].line or "").startswith("raise NotImplementedError"):
        return "it is your turn. Replace the line that raises NotImplementedError."
    # The last line of the learner, not of the library that it calls.
    code = getattr(function, "__code__", None)
    own = [f for f in frames if code and f.filename == code.co_filename]
    where = f" in line {own[-1].lineno} of your cell" if own else ""
    return f"your function stops{where}: {type(error).__name__}: {error}"


class Counted:
    """A function that knows whether somebody has called it."""

    def __init__(self, name: str, f: Callable[[Tensor], Tensor]) -> None:
        self.name, self.f, self.called = name, f, False

    def __call__(self, x: Tensor) -> Tensor:
        self.called = True
        return self.f(x)

    def must_be_called(self) -> None:
        """Raise `Wrong` if nobody has called it."""
        if not self.called:
            raise Wrong(
                f"your function never calls the `{self.name}` that it is given: use that, and no"
                " other"
            )


def call(
    function: Callable[..., Any], advice: Mapping[str, str] | None = None, /, **arguments: Any
) -> Any:
    """Call the learner's function with `arguments`, in this order.

    Tensors are copied. `advice` maps words of an error to what they mean to
    the learner. `Wrong` where they apply, where a tensor was changed, and
    where nothing is returned.
    """
    given = {name: x.clone() if isinstance(x, Tensor) else x for name, x in arguments.items()}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = function(*given.values())
    except Exception as error:
        for words, meaning in (advice or {}).items():
            if words in str(error):
                raise Wrong(meaning) from error
        raise
    for name, x in arguments.items():
        if isinstance(x, Tensor) and not torch.equal(given[name], x):
            raise Wrong(
                f"your function changes {name}, which it was given: `{name} += …`, an assignment to"
                " entries of it, or an optimizer that holds it writes into the caller's tensor."
                f" Work on a copy, {name}.clone()"
            )
    if result is None:
        raise Wrong("your function returns None: is the line with `return` missing?")
    return result


def parts(result: Any, *names: str) -> list[Any]:
    """Return what the learner returned, as a list with these names."""
    if isinstance(result, tuple | list) and len(result) == len(names):
        return list(result)
    number = {2: "two", 3: "three"}[len(names)]
    names_in_order = ", ".join(names)
    raise Wrong(f"return {number} things, in this order: {names_in_order}")


def tensor(x: Any, dtype: torch.dtype | None = None) -> Tensor:
    """Make one tensor without a graph: of a tensor, an array, a list."""
    if isinstance(x, tuple | list) and x:
        return torch.stack([tensor(entry, dtype) for entry in x])
    return torch.as_tensor(x, dtype=dtype).detach()


def recognise(
    got: Tensor, mistakes: Iterable[Mistake], rtol: float = 1e-4, atol: float = 1e-6
) -> None:
    """Raise `Wrong` for the first mistake that is what we got."""
    for sentence, result in mistakes:
        if isinstance(result, bool):
            known = result
        elif isinstance(result, Tensor):
            known = got.shape == result.shape and torch.allclose(
                got, result.to(got.dtype), rtol, atol, equal_nan=True
            )
        else:
            known = got.shape == result
        if known:
            raise Wrong(sentence)


def close(
    got: Any,
    wanted: Tensor,
    what: str,
    mistakes: Iterable[Mistake] = (),
    *,
    rtol: float = 1e-4,
    atol: float = 1e-6,
) -> None:
    """Raise `Wrong` unless `got` equals `wanted`, in words that help.

    `what` names the quantity. A right one is not compared with mistakes.
    """
    if got is None:
        raise Wrong(f"{what} is None: does your function return it?")
    got = tensor(got, wanted.dtype)
    right = got.shape == wanted.shape
    if right and torch.allclose(got, wanted, rtol, atol):
        return
    recognise(got, mistakes, rtol, atol)
    if not right:
        raise Wrong(f"{what} has shape {tuple(got.shape)}; it should have {tuple(wanted.shape)}")
    if torch.isnan(got).any():
        raise Wrong(f"{what} is NaN somewhere")
    i = int((got - wanted).abs().argmax())
    raise Wrong(
        f"{what} is not right: the largest difference is at entry {i}, where you have"
        f" {got.flatten()[i]:.4g} and it should be {wanted.flatten()[i]:.4g}"
    )
