"""What all checks share: call the learner's function, and say what is wrong with its result.

A check is a function of the learner's function and a seed. It raises `Wrong` with a sentence for
the learner. The decorator `exercise` makes it a `Check`, which tries three seeds, prints the
`Verdict` and returns it.

A mistake is a sentence for the learner, and the result by which it is known: a value, a shape
(whatever the numbers) or a condition.

Results may be tensors, NumPy arrays, lists or numbers, and one number may have the shape (1,).
They are compared in float64. Where a graph is needed, `with_graph` asks for a tensor.
"""

import builtins
import copy
import inspect
import math
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import update_wrapper
from itertools import count
from types import FunctionType
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from diffprog.show import building

__all__ = [
    "Advice", "Check", "Counted", "Draw", "Formula", "Mistake", "Verdict", "Wrong", "call",
    "close", "exercise", "parts", "recognise", "shown", "slopes", "tensor", "with_graph",
]  # fmt: skip

SEEDS = (11, 23, 47)
YOUR_TURN = "it is your turn. Replace the line that raises NotImplementedError."

OneSeed = Callable[[Callable[..., Any], int], None]
Mistake = tuple[str, Tensor | tuple[int, ...] | bool]
# Words of an error, and what they mean: a sentence, or a function of the learner's variables.
Advice = Mapping[str, str | Callable[[dict[str, Any]], str]]


class Wrong(Exception):
    """The answer is wrong; the text says how, and what to look at."""


class Unnamed(Wrong):
    """The answer is wrong in a way that no mistake describes; the text says where."""


@dataclass(frozen=True)
class Verdict:
    """What a check found: true if the answer is right.

    The check prints it, so that it is seen wherever in a cell the check is called.
    """

    passed: bool
    message: str = field(repr=False)
    case: str = field(default="", repr=False)

    def __bool__(self) -> bool:
        return self.passed

    def __str__(self) -> str:
        return ("✓ " if self.passed else "✗ Not yet: ") + self.message + self.case

    def _ipython_display_(self) -> None:
        """Show nothing as the value of a cell: it is printed already."""


class Check:
    """Call it with the learner's function: it prints a `Verdict` and returns it.

    In a build the function is the solution, so a verdict that is not "passed" raises
    RuntimeError there.
    """

    def __init__(self, exercise: str, praise: str, check: OneSeed) -> None:
        self.exercise, self.praise, self.check = exercise, praise, check
        update_wrapper(self, check)

    def __call__(self, function: Callable[..., Any]) -> Verdict:
        verdict = self.verdict(function)
        if building() and not verdict:
            raise RuntimeError(f"{self.exercise}: {verdict}")
        print(verdict)
        return verdict

    def verdict(self, function: Callable[..., Any], seeds: Sequence[int] = SEEDS) -> Verdict:
        """Say whether the function is right for these seeds, without printing it."""
        if not callable(function):
            came = type(function).__name__
            return Verdict(
                False, f"hand me the function itself, without calling it; I got a {came}"
            )
        answer = _Answer(function)
        try:
            for seed in seeds:
                self.check(answer, seed)
        except Wrong as wrong:
            clue = answer.clue() if isinstance(wrong, Unnamed) else ""
            return Verdict(False, f"{wrong}{clue}", answer.case)
        except Exception as error:
            what = f"{type(error).__name__}: {error}"
            return Verdict(False, f"I cannot read what your function returns: {what}", answer.case)
        return Verdict(True, self.praise)


def exercise(name: str, praise: str) -> Callable[[OneSeed], Check]:
    """Make a check of one seed the `Check` of the exercise of that name.

    `praise` is said where all three seeds pass.
    """
    return lambda check: Check(name, praise, check)


class _Answer:
    """The learner's function, and in words what it was last called with."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function, self.case = function, ""
        self.arguments: dict[str, Any] = {}

    def __call__(self, *arguments: Any) -> Any:
        return self.function(*arguments)

    def describe(self, arguments: dict[str, Any]) -> None:
        """Write down the call, for the learner to repeat."""
        self.arguments = arguments
        name = getattr(self.function, "__name__", "<lambda>").replace("<lambda>", "your function")
        lines = [f"\n    {key} = {text}" for key, x in arguments.items() if (text := shown(x))]
        case = f"\nI tried {name}({', '.join(arguments)}) with" + "".join(lines)
        self.case = case if arguments else ""  # without arguments there is nothing to repeat

    def clue(self) -> str:
        """Say that the last result is random, or which argument it does not depend on."""
        first = self._again()
        if first is None:
            return ""
        if not _same(first, self._again()):
            return ". The same call gives another result each time: do not draw random numbers"
        for name, x in self.arguments.items():
            if isinstance(x, float) or (isinstance(x, Tensor) and x.is_floating_point()):
                others = (2 * x, x / 3 + 1)
                if all(_same(first, self._again(**{name: other})) for other in others):
                    return f". Your result is the same whatever {name} is: use the argument {name}"
        return ""

    def _again(self, **changes: Any) -> Tensor | None:
        """Return all numbers of the result of the last call, some arguments changed, or None."""
        given = {name: _copy(x) for name, x in (self.arguments | changes).items()}
        try:
            with warnings.catch_warnings(), torch.enable_grad():
                warnings.simplefilter("ignore")
                return _flat(self.function(*given.values()))
        except Exception:
            return None


def _flat(x: Any) -> Tensor:
    if isinstance(x, tuple | list):
        return torch.cat([_flat(entry) for entry in x])
    return torch.as_tensor(x).detach().double().flatten()


def _same(x: Tensor, y: Tensor | None) -> bool:
    return y is not None and x.shape == y.shape and torch.allclose(x, y, 0, 0, equal_nan=True)


def shown(x: Any) -> str:
    """Write x as Python: its numbers, or the `text` of a function or a model, which may be ""."""
    if isinstance(x, Tensor):
        double = ", dtype=torch.float64" if x.dtype == torch.float64 else ""
        return f"torch.tensor({shown(x.tolist())}{double})"
    if isinstance(x, list):
        return f"[{', '.join(map(shown, x))}]"
    if isinstance(x, float):
        return repr(float(f"{x:.6g}"))
    return repr(x) if isinstance(x, int) else getattr(x, "text", "")


class Formula:
    """A function that is its text, so that the learner can type what the check has tried."""

    def __init__(self, text: str, **names: Any) -> None:
        # Not by eval, after which a chapter would depend on the whole library: see press.cache_key.
        code = compile(text, "formula", "eval")
        # Without the builtins, what PyTorch imports at its first torch.tensor is not found.
        found = {"__builtins__": builtins, "torch": torch, **names}
        self.text, self.f = text, FunctionType(code, found)()

    def __call__(self, *arguments: Any) -> Tensor:
        y: Tensor = self.f(*arguments)
        return y


class Counted:
    """A function that knows whether somebody has called it."""

    def __init__(self, name: str, f: Callable[[Tensor], Tensor]) -> None:
        self.name, self.f, self.called, self.text = name, f, False, getattr(f, "text", "")

    def __call__(self, x: Tensor) -> Tensor:
        self.called = True
        return self.f(x)

    def must_be_called(self) -> None:
        """Raise `Wrong` unless the learner's function called it."""
        if not self.called:
            raise Wrong(
                f"your function never calls the `{self.name}` that it is given: use that, and no"
                " other"
            )


class Draw:
    """Draw numbers that a learner can type: multiples of `step`, each at most once a call."""

    def __init__(self, seed: int) -> None:
        self.random = torch.Generator().manual_seed(seed)

    def __call__(
        self,
        low: float,
        high: float,
        *shape: int,
        step: float = 0.1,
        dtype: torch.dtype = torch.float32,
    ) -> Tensor:
        all_of_them = torch.randperm(round((high - low) / step) + 1, generator=self.random)
        chosen = all_of_them[: math.prod(shape)].double()
        return (low + step * chosen).round(decimals=6).to(dtype).reshape(shape)

    def one(self, low: float, high: float, step: float = 0.1) -> float:
        """Draw a single number."""
        return self(low, high, step=step, dtype=torch.float64).item()


# The call


def call(function: Callable[..., Any], advice: Advice | None = None, /, **arguments: Any) -> Any:
    """Call the learner's function with `arguments`, in this order.

    Raise `Wrong` where the function stops, changes what it was given, or returns nothing. The
    function gets copies of tensors and lists. `advice` maps words of an error to what they mean
    to the learner.
    """
    if isinstance(function, _Answer):
        function.describe(arguments)
        function = function.function
    before = {name: _copy(x) for name, x in arguments.items()}
    # A model is handed over itself: the check needs the gradients of its weights.
    given = {n: x if isinstance(x, nn.Module) else _copy(x) for n, x in arguments.items()}
    advice = advice or {}
    try:
        with warnings.catch_warnings(), torch.enable_grad():
            warnings.simplefilter("ignore")
            result = function(*given.values())
    except Wrong:
        raise
    except Exception as error:
        raise Wrong(_explained(function, error, advice)) from error
    for name, x in before.items():
        _must_be_unchanged(name, x, given[name])
    if result is None:
        missing = "your function returns None: is the line with `return` missing?"
        raise Wrong(str(advice.get("returns None", missing)))
    return result


def _copy(x: Any) -> Any:
    """Copy a tensor with its graph, a list or a model; return anything else as it is."""
    if isinstance(x, Tensor):
        return x.clone()
    return copy.deepcopy(x) if isinstance(x, list | nn.Module) else x


def _must_be_unchanged(name: str, before: Any, after: Any) -> None:
    changes = f"your function changes {name}, which it was given:"
    if isinstance(before, Tensor) and not torch.equal(before, after):
        raise Wrong(
            f"{changes} `{name} += …`, an assignment to entries of it, or an optimizer that holds"
            f" it writes into the caller's tensor. Work on a copy, {name}.clone()"
        )
    if isinstance(before, list) and before != after:
        raise Wrong(
            f"{changes} `append`, `remove` and `sort` write into the caller's list. Work on a"
            f" copy, list({name})"
        )
    if isinstance(before, nn.Module):
        pairs = zip(before.state_dict().values(), after.state_dict().values(), strict=True)
        if not all(a.dtype == b.dtype and torch.equal(a, b) for a, b in pairs):
            raise Wrong(
                f"{changes} no training is asked for, no other type of number, and nothing new in"
                " its layers or its simulator"
            )
        if any(p.grad is not None for p in after.parameters()):
            raise Wrong(
                f"{changes} there are gradients left in its parameters, which the caller's next"
                " backward() would add to. No backward() is asked for"
            )


def _explained(function: Callable[..., Any], error: Exception, advice: Advice) -> str:
    """Say what an error means, or where the learner's function stops."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    own = [(frame, line) for frame, line in traceback.walk_tb(error.__traceback__)
           if code and frame.f_code.co_filename == code.co_filename]  # fmt: skip
    # By the line, since PyTorch has its own NotImplementedErrors.
    last = traceback.extract_tb(error.__traceback__)[-1].line or ""
    if last.startswith("raise NotImplementedError"):
        return YOUR_TURN
    for words, meaning in advice.items():
        if words in str(error):
            return (
                meaning if isinstance(meaning, str) else meaning(own[-1][0].f_locals if own else {})
            )
    # The last line of the learner, not of the library that it calls.
    where = f" in line {own[-1][1]} of your cell" if own else ""
    return f"your function stops{where}: {type(error).__name__}: {error}"


# The result


def parts(result: Any, *names: str) -> list[Any]:
    """Return what the learner returned, as a list with these names."""
    if isinstance(result, tuple | list) and len(result) == len(names):
        return list(result)
    number = {2: "two", 3: "three"}[len(names)]
    raise Wrong(f"return {number} things, in this order: {', '.join(names)}")


def tensor(x: Any, what: str) -> Tensor:
    """Make a float64 tensor without a graph of a tensor, an array, a number or a list of them."""
    if isinstance(x, tuple | list) and x:
        each = [tensor(entry, f"an entry of {what}") for entry in x]
        if unlike := [e for e in each if e.shape != each[0].shape]:
            shapes = f"{tuple(each[0].shape)} and {tuple(unlike[0].shape)}"
            raise Wrong(f"the entries of {what} have unlike shapes, {shapes}")
        return torch.stack(each)
    try:
        # NumPy's views may run backwards, which torch cannot, and Python's floats are double.
        x = x.copy() if isinstance(x, np.ndarray) else x
        made = torch.as_tensor(x, dtype=torch.float64 if isinstance(x, float) else None).detach()
    except (RuntimeError, TypeError, ValueError) as error:
        raise Wrong(
            f"{what} is of type {type(x).__name__}: return a tensor (an array of NumPy, a list of"
            " numbers and a number are taken for one)"
        ) from error
    if made.is_complex():
        raise Wrong(
            f"{what} is complex: return real numbers. (A symmetric matrix has real eigenvalues:"
            " torch.linalg.eigvalsh)"
        )
    return made.double()


def with_graph(x: Any, what: str) -> Tensor:
    """Return x, which must be a tensor."""
    if isinstance(x, Tensor):
        return x
    raise Wrong(
        f"{what} is of type {type(x).__name__}, which has no graph: NumPy arrays, lists and"
        " Python's numbers know no gradient. Stay with tensors all the way"
    )


def slopes(y: Tensor, inputs: Sequence[Tensor]) -> list[Tensor | None]:
    """Differentiate the learner's y; None where it does not depend on an input."""
    try:
        return list(torch.autograd.grad(y, inputs, allow_unused=True))
    except RuntimeError as error:
        if "inplace operation" not in str(error):
            raise Wrong(f"backward() from your result stops: {error}") from error
        raise Wrong(
            "backward() stops, since your function changes a tensor in place that the gradient"
            " still needs, as `z[none] = 0` does behind a root. Make a new one: torch.where(none,"
            " 0, z)"
        ) from error


def recognise(
    got: Tensor, mistakes: Iterable[Mistake], rtol: float = 1e-4, atol: float = 1e-6
) -> None:
    """Raise `Wrong` for the first mistake that is what we got."""
    for sentence, result in mistakes:
        if isinstance(result, bool):
            known = result
        elif isinstance(result, Tensor):
            result = result.detach().to(got.dtype)
            known = got.shape == result.shape and not result.isnan().all()
            known = known and torch.allclose(got, result, rtol, atol, equal_nan=True)
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
    derived: bool = False,
) -> None:
    """Raise `Wrong` unless `got` equals `wanted`, in words that help.

    `what` names the quantity, in the singular. A right one is not compared with mistakes. A
    quantity that the check derives from the learner's result, as its gradient, is `derived`.
    """
    if got is None:
        raise Wrong(f"{what} is None: does your function return it?")
    coarse = isinstance(got, Tensor) and got.dtype in (torch.float16, torch.bfloat16)
    given, got, wanted = got, tensor(got, what), wanted.detach().double()
    if got.numel() == wanted.numel() == 1:
        got = got.reshape(wanted.shape)
    if got.shape == wanted.shape and torch.allclose(got, wanted, rtol, atol):
        return
    near = wanted.abs().amax().item() / 50 if wanted.numel() else 0
    if coarse and got.shape == wanted.shape and torch.allclose(got, wanted, 0, near):
        raise Wrong(f"{what} is in {given.dtype}, which rounds too much: stay in float32")
    recognise(got, mistakes, rtol, atol)
    relations = _of_this_shape if got.shape == wanted.shape else _of_another_shape
    recognise(got, relations(got, wanted, what), rtol, atol)
    raise (Wrong if derived else Unnamed)(_difference(got, wanted, what))


# What can be said of any result. fmt: off
def _of_this_shape(got: Tensor, wanted: Tensor, what: str) -> Iterator[Mistake]:
    some = wanted.numel() > 1
    for kind, where in (("NaN", got.isnan()), ("infinite", got.isinf())):
        if where.any():
            place = _at(where.to(torch.uint8).argmax(), got) if some else ""
            yield f"{what} is {kind}{place}", True
    sign = "the signs are wrong" if some else "the sign is wrong"
    yield f"{what} is right but for its sign: {sign}", -wanted
    yield f"{what} is zero{' everywhere' if some else ''}", 0 * wanted
    ratio = (got * wanted).sum() / (wanted**2).sum()
    if some:
        if abs(ratio - 1) > 1e-3:
            yield f"{what} is {ratio:.4g} times what it should be, in all entries", ratio * wanted
        shift = (got - wanted).mean()
        yield f"{what} is {shift:+.4g} off, in all entries", wanted + shift
        if got.ndim and len(got) > 1:
            yield f"{what} is in reverse order", wanted.flip(0)
            yield f"{what} is sorted: keep the order that you were given", wanted.sort(0).values
            each = "each entry stands for itself"
            yield f"{what} adds up from entry to entry: {each}", wanted.cumsum(0)
            number = torch.arange(1.0, len(wanted) + 1).reshape(-1, *[1] * (wanted.ndim - 1))
            yield f"{what} is averaged over all entries so far: {each}", wanted.cumsum(0) / number
            yield f"{what} is the largest so far: {each}", wanted.cummax(0).values
            yield f"{what} is the smallest so far: {each}", wanted.cummin(0).values
        ordered = wanted.flatten().sort().values
        if (ordered.diff() > 0).any():
            yield (
                f"{what} has the right numbers, in another order",
                torch.allclose(got.flatten().sort().values, ordered, 1e-4, 1e-6),
            )
    yield f"{what} is the square of what it should be", wanted**2
    yield f"{what} is the root of what it should be", wanted.sqrt()
    yield f"{what} is upside down: it is one over what it should be", 1 / wanted
    yield f"{what} is the logarithm of what it should be", wanted.log()
    yield f"{what} is the logarithm, to base 10, of what it should be", wanted.log10()
    if not some:
        for factor in (2, 4, *(10**n for n in range(1, 10))):
            yield f"{what} is {factor:g} times what it should be", factor * wanted
            yield f"{what} is {1 / factor:g} times what it should be", wanted / factor
    yield f"{what} is rounded to whole numbers", torch.equal(got, wanted.round())
    yield f"{what} is cut off to whole numbers", torch.equal(got, wanted.trunc())
    yield f"{what} is rounded down to whole numbers", torch.equal(got, wanted.floor())
    off = ~torch.isclose(got, wanted, 1e-4, 1e-6)
    yield (
        f"{what} is zero{_at(off.to(torch.uint8).argmax(), got)}, and right where it is not zero:"
        " does your function leave out an entry?",
        some and not off.all() and bool((got[off] == 0).all()),
    )


def _of_another_shape(got: Tensor, wanted: Tensor, what: str) -> Iterator[Mistake]:
    shapes = f"it has shape {tuple(got.shape)}, and should have {tuple(wanted.shape)}"
    if got.numel() == wanted.numel():
        yield (
            f"{what} has the right numbers, in another shape: {shapes}",
            torch.allclose(got.flatten(), wanted.flatten(), 1e-4, 1e-6),
        )
    if wanted.ndim == 2:
        yield f"{what} lies on its side: {shapes}", wanted.T
    for axis in (*range(wanted.ndim), tuple(range(wanted.ndim))):
        over = f"axis {axis}" if isinstance(axis, int) else "all axes"
        yield f"{what} is summed over {over}: {shapes}", wanted.sum(axis)
        yield f"{what} is averaged over {over}: {shapes}", wanted.mean(axis)
    if wanted.ndim:
        for word, some in (("first", wanted[1:]), ("last", wanted[:-1])):
            yield f"{what} lacks its {word} entry: {shapes}", some
        for word, some in (("first", wanted[:1]), ("last", wanted[-1:])):
            one = "a single" if torch.equal(wanted[:1], wanted[-1:]) else f"only its {word}"
            yield f"{what} has {one} entry: {shapes}", some
            yield f"{what} has {one} entry: {shapes}", some[0]
        for n in range(2, len(wanted) - 1):
            yield f"{what} has only its first {n} entries: {shapes}", wanted[:n]
        if got.ndim and len(got) == len(wanted) + 1:
            for word, rest in (("first", got[1:]), ("last", got[:-1])):
                yield (
                    f"{what} has an entry too many, the {word} one: {shapes}",
                    rest.shape == wanted.shape and torch.allclose(rest, wanted, 1e-4, 1e-6),
                )


# fmt: on


def _difference(got: Tensor, wanted: Tensor, what: str) -> str:
    """Say what differs, where no mistake is known that gives it."""
    if got.shape != wanted.shape:
        return f"{what} has shape {tuple(got.shape)}; it should have {tuple(wanted.shape)}"
    i = (got - wanted).abs().argmax()
    a, b = _apart(got.flatten()[i].item(), wanted.flatten()[i].item())
    place = f" the largest difference is{_at(i, got)}, where" if wanted.numel() > 1 else ""
    return f"{what} is not right:{place} you have {a} and it should be {b}"


def _at(i: Tensor, x: Tensor) -> str:
    """Say where the entry i of the flattened x is, by its row and column."""
    return f" at [{', '.join(str(int(j)) for j in torch.unravel_index(i, x.shape))}]"


def _apart(a: float, b: float) -> tuple[str, str]:
    """Write two numbers with as many digits as it takes to tell them apart."""
    digits = next(d for d in count(4) if f"{a:.{d}g}" != f"{b:.{d}g}" or d == 17)
    return f"{a:.{digits}g}", f"{b:.{digits}g}"
