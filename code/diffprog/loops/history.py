"""What a training loop leaves behind:
the loss and the parameters at each step.

Symbols, shapes. k updates give k + 1 entries.
    loss[i]         ()   the loss at parameters[…][i], before update i; the
                         last, after all updates
    parameters[…][i]     one parameter, of any shape, before update i
    evaluations[i]  ()   how often the loss and its gradient were computed
                         to get there
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from tqdm import tqdm

from diffprog import _checks
from diffprog.show import building

__all__ = ["Diverged", "History", "Recorder", "bar"]


@dataclass(frozen=True, eq=False, repr=False)
class History:
    """The path of a fit of k updates:
    k + 1 losses, parameters and counts of work.

    loss has shape (k+1,); parameters maps each name to a tensor of
    shape (k+1, *shape); evaluations has shape (k+1,), int64, and equals 0,
    1, …, k for an optimizer that computes the gradient once per update. All
    are free of any graph.
    """

    loss: Tensor
    parameters: dict[str, Tensor]
    evaluations: Tensor

    def __len__(self) -> int:
        return len(self.loss)

    def __getitem__(self, index: slice | Tensor) -> "History":
        """Return the entries that a slice,
        or a tensor of numbers of entries, picks."""
        if not isinstance(index, slice | Tensor) or (
            isinstance(index, Tensor) and not index.ndim
        ):
            raise _checks.wrong(
                "index",
                _checks.described(index),
                "a slice, as in history[:10]",
            )
        return History(
            self.loss[index],
            {name: p[index] for name, p in self.parameters.items()},
            self.evaluations[index],
        )

    def __repr__(self) -> str:
        shapes = ", ".join(
            f"{name} {tuple(p.shape[1:])}"
            for name, p in self.parameters.items()
        )
        losses = (
            f"loss {self.loss[0]:.4g} to {self.loss[-1]:.4g}"
            if len(self)
            else "no loss"
        )
        return f"History of {len(self)} entries: {losses}; {shapes}"


class Diverged(FloatingPointError):
    """The loss is infinite, or not a number.

    `step` is the number of updates before that, and `history` the path up
    to there. That loss is its last entry; all losses of `history[:-1]` are
    finite.
    """

    def __init__(self, step: int, history: History) -> None:
        super().__init__(step, history)
        self.step = step
        self.history = history

    def __str__(self) -> str:
        loss = self.history.loss
        what = f"the loss is {loss[-1].item()}"
        if self.step == 0:
            return (
                f"{what} at the start values, before any update: "
                "look at the loss itself"
            )
        advice = (
            f"{what} after {self.step} updates: try a smaller learning rate"
        )
        if loss[-2] <= loss[0]:
            advice += (
                ", and since the loss had not grown, look for a gradient"
                " that is not finite"
            )
        return advice


class Recorder:
    """Writes down a path, for the loops of this package.

    What is known in advance is allocated in advance; `item()` is the one
    place where a step waits for the device, and a loop that has to stop on
    a loss that is not finite cannot do without.
    """

    def __init__(
        self, parameters: Mapping[str, Tensor], steps: int
    ) -> None:
        values = [p.detach() for p in parameters.values()]
        self._names = list(parameters)
        self._rows = [p.new_empty(steps + 1, *p.shape) for p in values]
        self._copies = [
            (_cheap(row), _cheap(p))
            for row, p in zip(self._rows, values, strict=True)
        ]
        self._losses: list[float] = []
        self._evaluations: list[int] = []
        self._count = 0
        self._dtype = torch.get_default_dtype()

    def record(self, step: int, loss: Tensor) -> None:
        """Note loss and parameters before update `step`;
        count, only, when called again for it.

        Diverged if the loss noted is not finite.
        """
        if step == len(self._losses):
            value = loss.item()
            for row, p in self._copies:
                row[step] = p
            self._losses.append(value)
            self._evaluations.append(self._count)
            self._dtype = loss.dtype
            if not math.isfinite(value):
                raise Diverged(step, self.history())
        self._count += 1

    def history(self) -> History:
        """Return what was noted so far."""
        rows = (row[: len(self._losses)] for row in self._rows)
        return History(
            torch.tensor(self._losses, dtype=self._dtype),
            dict(zip(self._names, rows, strict=True)),
            torch.tensor(self._evaluations),
        )


def _cheap(x: Tensor) -> Any:
    """Return x as a NumPy array on the same memory,
    if it can be: to copy it costs far less."""
    try:
        return x.numpy()
    except TypeError:  # on another device, or of a type that NumPy lacks
        return x


def bar(steps: int, progress: bool) -> Iterable[int]:
    """Return 0, 1, …, steps − 1 behind a progress bar:
    none in built pages."""
    return tqdm(range(steps), disable=not progress or building())
