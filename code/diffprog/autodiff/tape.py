"""Reverse mode: write down what is computed, and go back over it.

Symbols. f is the number at the end; a bar is its derivative by a quantity,
x̄ = ∂f/∂x. The tape has an entry for each variable, in the order in which
they were computed. So on the way back each entry comes after all that were
computed from it, and its bar is complete.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from diffprog import _args
from diffprog.autodiff.rules import Array
from diffprog.autodiff.traced import Inputs, Traced, array

__all__ = ["Entry", "Tape", "Variable", "unbroadcast"]


class Entry(NamedTuple):
    """How a variable was computed: by an operation, from which inputs."""

    operation: str
    inputs: Inputs


class Variable(Traced):
    """An array whose computation is on a tape, at a place."""

    derived = True

    def __init__(self, tape: Tape, value: Array, entry: Entry) -> None:
        super().__init__(tape.xp, value)
        self.tape, self.place = tape, len(tape.entries)
        tape.entries.append(entry)

    def _result(self, name: str, y: Array, inputs: Inputs) -> Any:
        for x, _ in inputs:
            if x.tape is not self.tape:
                why = "two inputs are on different tapes"
                raise _args.refused(name, why)
        return Variable(self.tape, y, Entry(name, inputs))


class Tape:
    """A list of what was computed from variables.

    Attributes:
        xp: The array module that computes, NumPy or torch.
        entries: One for each variable, a result after its inputs.

    Example:
        >>> tape = Tape(numpy)
        >>> x = tape.variable([1.0, 2.0])
        >>> tape.gradient((x * x).sum(), x)
        array([2., 4.])
    """

    def __init__(self, xp: Any) -> None:
        self.xp = xp
        self.entries: list[Entry] = []

    def variable(self, value: Any) -> Variable:
        """Return a variable of this value, in float64."""
        return Variable(
            self, array("value", value, self.xp), Entry("variable", [])
        )

    def gradient(self, f: Variable, *x: Variable) -> Any:
        """∂f/∂x, in the shape of x; for several x, a list.

        Raises:
            ValueError: f is not one number, or is not on this tape.
        """
        self._check(f, x)
        bars = {f.place: self.xp.ones_like(f.value)}
        for place in reversed(range(f.place + 1)):
            if place not in bars:  # f does not depend on it
                continue
            for y, product in self.entries[place].inputs:
                bar = unbroadcast(product.pull(bars[place]), y.shape)
                seen = y.place in bars
                bars[y.place] = bars[y.place] + bar if seen else bar
        gradients = [
            bars.get(y.place, self.xp.zeros_like(y.value)) for y in x
        ]
        return gradients if len(x) > 1 else gradients[0]

    def _check(self, f: Any, x: tuple[Any, ...]) -> None:
        for name, y in [("f", f), *(("x", y) for y in x)]:
            if not isinstance(y, Variable) or y.tape is not self:
                raise _args.refused(name, "it is not on this tape")
        if f.ndim:
            raise _args.wrong("f", f"shape {f.shape}", "one number, ()")


def unbroadcast(bar: Array, shape: tuple[int, ...]) -> Array:
    """Sum a bar over the axes along which its variable was repeated.

    Broadcasting uses one number several times, so the contributions of all
    its uses add up.

    Args:
        bar: What an operation hands back, of the shape of its result.
        shape: The shape of the variable.
    """
    while bar.ndim > len(shape):
        bar = bar.sum(0)
    for axis, size in enumerate(shape):
        if size == 1 != bar.shape[axis]:
            bar = bar.sum(axis, keepdims=True)
    return bar
