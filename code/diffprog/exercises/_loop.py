"""The loop that five exercises ask for, and what can be wrong with it.

Symbols, shapes. k updates give k + 1 entries.
    θ       (…)         what is fitted
    path    (k + 1, …)  θ before each update, and after the last
    values  (k + 1,)    the objective at each of them: a loss that falls,
                        or a significance that rises
"""

# mypy: disable-error-code="no-untyped-call"
# (backward() has no annotations.)

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Any, Self

import torch
from torch import Tensor

from diffprog.exercises._check import Mistake, Wrong, close

__all__ = [
    "ASCENT",
    "DESCENT",
    "Fit",
    "check_path",
    "check_values",
    "entries",
    "numbers",
    "path_mistakes",
    "update_mistakes",
    "value_mistakes",
]

# What PyTorch says, and what it means: in both kinds of loop, in descent by hand, with Adam.
# fmt: off
_BOTH = {
    "a leaf Variable that requires grad":
        "PyTorch refuses to change a parameter while it records: put the update, and nothing else,"
        " under `with torch.no_grad():`",
    "backward through the graph a second time":
        "the same value is sent backward twice, and its graph is used up: compute it anew, from the"
        " new parameters, in each turn of the loop",
}
DESCENT = _BOTH | {
    "NoneType":
        "a gradient is None. Does each parameter have requires_grad=True, do you call backward() on"
        " the loss before the update, and does the update change the parameter in place, `p -= …`,"
        " under torch.no_grad()? `p = p - …` makes a new tensor, which has no gradient",
    "does not require grad":
        "the loss depends on nothing that requires a gradient. Does each parameter have"
        " requires_grad=True, and is it changed in place, `p -= …`? `p = p - …` under"
        " torch.no_grad() makes a new tensor, which has lost its requires_grad",
}
ASCENT = _BOTH | {
    "does not require grad":
        "the significance depends on nothing that requires a gradient. Is the cut a tensor with"
        " requires_grad=True, or a copy of the start, start.clone().requires_grad_()? And are the"
        " counts soft, inside the loop? A comparison, `>=`, has no slope and ends the graph",
    "can't optimize a non-leaf":
        "Adam wants a leaf, the tensor itself and not the result of a computation:"
        " torch.tensor(start, requires_grad=True), or start.clone().requires_grad_()",
    "call numpy() on Tensor that requires grad":
        "write down numbers, c.item() and z.item(), or copies, c.detach().clone(), instead of"
        " tensors that have a graph",
}
# fmt: on


@dataclass(frozen=True)
class Fit:
    """A fit for the learner's loop to follow; `but` plants a mistake."""

    objective: Callable[[Tensor], Tensor]
    start: Tensor
    rate: float
    steps: int
    optimizer: Callable[..., torch.optim.Optimizer] = torch.optim.SGD
    maximize: bool = False
    zeroed: bool = True
    afresh: bool = False

    def but(self, **changes: Any) -> Self:
        """Return the same fit with something changed."""
        return replace(self, **changes)

    @property
    def path(self) -> Tensor:
        """θ, (steps + 1, …)."""
        return self._history[0]

    @property
    def values(self) -> Tensor:
        """The objective, (steps + 1,)."""
        return self._history[1]

    @cached_property
    def _history(self) -> tuple[Tensor, Tensor]:
        def made() -> torch.optim.Optimizer:
            return self.optimizer([θ], lr=self.rate, maximize=self.maximize)

        θ = self.start.clone().requires_grad_()
        optimizer = made()
        path, values = [], []
        for step in range(self.steps + 1):
            value = self.objective(θ)
            path.append(θ.detach().clone())
            values.append(value.detach())
            if step == self.steps:
                break
            if self.zeroed:
                optimizer.zero_grad()
            if self.afresh:
                optimizer = made()
            value.backward()
            optimizer.step()
        return torch.stack(path), torch.stack(values)


# fmt: off
def update_mistakes(fit: Fit) -> Iterator[tuple[str, Tensor]]:
    """Say what can be wrong with an update, and the path it gives."""
    uphill = fit.maximize
    yield ("the fit goes downhill: Adam minimises, and you want the maximum. The loss is minus the"
           " significance" if uphill else
           "the fit goes the wrong way: is the sign of the update right?",
           fit.but(maximize=not uphill).path)
    zero = "call zero_grad()" if uphill else "set each .grad back to None"
    yield ("the gradients add up from one update to the next, each still holds all those before it:"
           f" {zero} in each turn of the loop", fit.but(zeroed=False).path)
    if uphill:
        yield ("that is plain gradient ascent: torch.optim.Adam is asked for",
               fit.but(optimizer=torch.optim.SGD).path)
        yield ("Adam is made anew in each turn, and forgets what it has learnt: make it once,"
               " before the loop", fit.but(afresh=True).path)
    yield ("nothing ever moves: does the optimizer hold the tensor that you cut with, and does each"
           " turn call backward() and then step()?" if uphill else
           "nothing ever moves: is the update there, and does it change the parameter itself?"
           " `p = p - …` makes a new tensor, and leaves the parameter as it was: write `p -= …`,"
           " under torch.no_grad()", fit.start + 0 * fit.path)


def path_mistakes(fit: Fit, got: Tensor) -> Iterator[Mistake]:
    """Say what can be wrong with the entries of the path we got."""
    right, longer = fit.path, fit.but(steps=fit.steps + 1).path
    shape = right.shape[1:]
    yield ("all entries of the path are the last one: a tensor that is changed in place stays the"
           " same tensor. Write down a copy, x.detach().clone(), or a number, x.item()",
           right[-1:].expand_as(right))
    for only in (shape, (1, *shape)):
        yield ("only the last entry of the path is there: return all steps + 1 of them", only)
    yield ("the first entry of the path, before any update, is missing", right[1:])
    yield ("the last entry of the path, after all updates, is missing: write it down once more,"
           " behind the loop", right[:-1])
    yield ("each entry of the path is noted after its update: note it before", longer[1:])
    yield ("there is one update too many: `steps` updates make steps + 1 entries", longer)
    if right.ndim == 2:
        yield ("the path lies on its side: the steps are its axis 0, what is fitted is axis 1",
               right.mT.shape)
    if got.shape[1:] == shape and abs(len(got) - fit.steps - 1) > 1:
        yield (f"the path has {len(got)} entries for {fit.steps} updates: is the number of updates"
               " fixed in your function? Use the argument steps", got.shape)


def value_mistakes(fit: Fit, got: Tensor) -> Iterator[Mistake]:
    """Say what can be wrong with the history of values we got."""
    v, noun = fit.values, "significance" if fit.maximize else "loss"
    many = "significances" if fit.maximize else "losses"
    if fit.maximize:
        yield ("the values are minus the significance: that is the loss. Write down s/√b itself",
               -v)
    yield (f"the first {noun}, before any update, is missing: compute it, note it, and then update",
           v[1:])
    yield (f"the {noun} after the last update is missing: compute it once more, behind the loop",
           v[:-1])
    yield (f"each {noun} is that after its update: write it down before the update",
           torch.cat([v[1:], v[-1:]]))
    yield (f"the last {noun} is older than the last entry of the path: compute it again, behind the"
           " loop", torch.cat([v[:-1], v[-2:-1]]))
    yield (f"all {many} are the last one: write down each as it comes", v[-1:].expand_as(v))
    yield (f"all {many} are the first one: compute the {noun} anew in each turn of the loop",
           v[:1].expand_as(v))
    yield (f"only the last {noun} is there: return all steps + 1 of them", (1,))
    if len(got) != len(v):
        yield (f"{len(got)} {many} for {fit.steps} updates: note one before each update, and one"
               " after the last", got.shape)
# fmt: on


def check_path(
    fit: Fit,
    got: Tensor,
    what: str,
    own: Iterable[Mistake] = (),
    *,
    rtol: float = 1e-4,
    atol: float = 1e-6,
) -> None:
    """Raise `Wrong` unless the path is that of the fit.

    `own` are mistakes of this exercise.
    """
    mistakes = chain(update_mistakes(fit), own, path_mistakes(fit, got))
    close(got, fit.path, what, mistakes, rtol=rtol, atol=atol)


def check_values(fit: Fit, got: Tensor, own: Iterable[Mistake] = (), rtol: float = 1e-4) -> None:
    """Raise `Wrong` unless the values are those of the fit."""
    noun = "significances" if fit.maximize else "losses"
    mistakes = chain(value_mistakes(fit, got), own)
    close(got, fit.values, f"the history of {noun}", mistakes, rtol=rtol)


def entries(history: Any, what: str, dtype: torch.dtype) -> Tensor:
    """Make one tensor of a history of numbers, lists, arrays or tensors."""
    if not isinstance(history, tuple | list | Tensor):
        raise Wrong(
            f"the {what} are a {type(history).__name__}: return a list, or a tensor, of steps + 1"
            " entries"
        )
    each = [torch.as_tensor(x, dtype=dtype).detach() for x in history]
    if not each:
        raise Wrong(f"the {what} are empty: write down an entry in each turn of the loop")
    return torch.stack(each)


def numbers(history: Any, what: str, dtype: torch.dtype) -> Tensor:
    """Make one tensor, (steps + 1,); entries of shape (1,) will do."""
    each = entries(history, what, dtype)
    if each[0].numel() != 1:
        raise Wrong(
            f"an entry of the {what} has shape {tuple(each[0].shape)}: it should be one number. Did"
            " you take the sum, or the mean?"
        )
    return each.flatten()
