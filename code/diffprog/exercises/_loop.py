"""The loop that five exercises ask for, and what can be wrong with it.

Symbols, shapes. k updates give k + 1 entries.
    θ       (…)         what is fitted
    path    (k + 1, …)  θ before each update, and after the last
    values  (k + 1,)    the objective at each of them: a loss that falls, or a significance that
                        rises
"""

# mypy: disable-error-code="no-untyped-call"
# (backward() has no annotations.)

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import chain
from typing import Any, Self

import torch
from torch import Tensor

from diffprog.exercises._check import Mistake, Wrong, close, tensor

__all__ = [
    "ASCENT", "DESCENT", "Fit", "check_path", "check_values", "entries", "nothing_moves",
    "numbers", "path_mistakes", "rate_mistakes", "update_mistakes", "value_mistakes",
]  # fmt: skip


def _no_gradient(found: dict[str, Any]) -> str:
    """Say why a gradient is None, from the variables of the learner."""
    tensors = _tensors(found)
    leaves = [x for x in tensors if x.is_leaf and x.is_floating_point()]
    named = [found[name] for name in ("a", "v0", "x0") if isinstance(found.get(name), Tensor)]
    if len({id(x) for x in named}) < len(named):
        return (
            "two names stand for one tensor: `a = v0 = x0 = torch.zeros(…)` makes one tensor with"
            " three names, and whoever comes second finds its gradient gone. Make three"
        )
    if any(x.grad is not None for x in leaves):
        if all(x.requires_grad and x.is_leaf for x in named) and all(
            x.grad is not None for x in leaves if x.requires_grad
        ):
            return (
                "backward() returns nothing, which is None. It puts the gradient into .grad of each"
                " parameter: take it from there"
            )
        if any(x.requires_grad and not x.is_leaf for x in named):
            return (
                "a parameter is the result of a computation and no leaf, so backward() leaves its"
                " .grad empty. Copy first, start.clone().requires_grad_(), and update it in place,"
                " `p -= …`"
            )
    elif all(x.is_leaf for x in named) and any(map(_was_sent_backward, tensors)):
        return (
            "the gradient is None when you use it, although backward() was called: you empty .grad"
            " before the update. Empty it after, or before backward()"
        )
    return (
        "a gradient is None. Does each parameter have requires_grad=True, do you call backward() on"
        " the loss before the update, and does the update change the parameter in place, `p -= …`,"
        " under torch.no_grad()? `p = p - …` makes a new tensor, which has no gradient"
    )


def _no_record(found: dict[str, Any]) -> str:
    """Say why the loss has no graph, from the variables of the learner."""
    if any(x.is_leaf and x.requires_grad for x in _tensors(found)):
        return (
            "the loss has no graph, although there is a parameter with requires_grad=True: it is"
            " computed under torch.no_grad(), where nothing is recorded, or from a detached copy"
        )
    return (
        "the loss depends on nothing that requires a gradient. Does each parameter have"
        " requires_grad=True, and is it changed in place, `p -= …`? `p = p - …` under"
        " torch.no_grad() makes a new tensor, which has lost its requires_grad"
    )


def _tensors(found: dict[str, Any]) -> list[Tensor]:
    """Collect the tensors among variables, also those in lists and dictionaries."""
    each = chain.from_iterable(
        x.values() if isinstance(x, dict) else x if isinstance(x, list | tuple) else [x]
        for x in found.values()
    )
    return [x for x in each if isinstance(x, Tensor)]


def _was_sent_backward(x: Tensor) -> bool:
    try:
        x.backward()
    except RuntimeError as error:
        return "second time" in str(error)
    return False


# What PyTorch says, and what it means: in both kinds of loop, in descent by hand, with Adam.
# fmt: off
_BOTH = {
    "has no attribute 'backward'":
        "backward() wants the tensor: .item() makes a plain number of it, which has no graph. Take"
        " .item() for the list only",
    "a leaf Variable that requires grad":
        "PyTorch refuses to change a parameter while it records: put the update, and nothing else,"
        " under `with torch.no_grad():`",
    "backward through the graph a second time":
        "the same value is sent backward twice, and its graph is used up: compute it anew, from the"
        " new parameters, in each turn of the loop",
    "grad can be implicitly created only for scalar":
        "what you send backward is not one number: take the sum, or the mean, that is asked for",
}
DESCENT = _BOTH | {"NoneType": _no_gradient, "does not require grad": _no_record}
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
    """A fit for the learner's loop to follow; `but` plants a mistake.

    `zeroed` is the share of each gradient that is taken away before the next: it may be a tensor
    that broadcasts against θ.
    """

    objective: Callable[[Tensor], Tensor]
    start: Tensor
    rate: float
    steps: int
    optimizer: Callable[..., torch.optim.Optimizer] = torch.optim.SGD
    maximize: bool = False
    zeroed: float | Tensor = 1.0
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
            if θ.grad is not None:
                θ.grad.mul_(1 - self.zeroed)
            if self.afresh:
                optimizer = made()
            value.backward()
            optimizer.step()
        return torch.stack(path), torch.stack(values)


class _Sign(torch.optim.SGD):
    """Descent by the sign of each entry of the gradient."""

    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        (θ,) = self.param_groups[0]["params"]
        θ.grad.sign_()
        super().step(closure)


class _Unit(torch.optim.SGD):
    """Descent by the direction of the gradient alone."""

    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        (θ,) = self.param_groups[0]["params"]
        θ.grad /= θ.grad.norm()
        super().step(closure)


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
           f" {zero} in each turn of the loop", fit.but(zeroed=0.0).path)
    if uphill:
        yield ("that is plain gradient ascent: torch.optim.Adam is asked for",
               fit.but(optimizer=torch.optim.SGD).path)
        yield ("Adam is made anew in each turn, and forgets what it has learnt: make it once,"
               " before the loop", fit.but(afresh=True).path)
        yield ("that is AdamW, which also pulls the cut towards zero: torch.optim.Adam is asked"
               " for", fit.but(optimizer=torch.optim.AdamW).path)
        yield ("there is weight decay in your Adam, which also pulls the cut towards zero: leave it"
               " away", fit.but(optimizer=partial(torch.optim.Adam, weight_decay=0.01)).path)
        for other in ("RMSprop", "Adagrad", "NAdam", "RAdam", "Adamax"):
            yield (f"that is {other}: torch.optim.Adam is asked for",
                   fit.but(optimizer=getattr(torch.optim, other)).path)
    else:
        plain = "plain gradient descent is asked for, p −= learning_rate·gradient"
        yield f"that is Adam: {plain}", fit.but(optimizer=torch.optim.Adam).path
        for m in (0.9, 0.5):
            yield (f"there is momentum in your updates: {plain}",
                   fit.but(optimizer=partial(torch.optim.SGD, momentum=m)).path)
        yield f"the gradient is divided by its length: {plain}", fit.but(optimizer=_Unit).path
        yield f"only the sign of the gradient is used: {plain}", fit.but(optimizer=_Sign).path
    for factor, what in ((0.5, "half"), (2.0, "twice")):
        yield (f"each update is {what} as long as it should be: it is the learning rate times the"
               " gradient", fit.but(rate=factor * fit.rate).path)


def nothing_moves(fit: Fit) -> str:
    """Say why a path may stay where it begins."""
    emptied = "or is .grad emptied between backward() and the update?"
    return ("nothing ever moves: does the optimizer hold the tensor that you cut with, does each"
            f" turn call backward() and then step(), {emptied}" if fit.maximize else
            "nothing ever moves: is the update there, does it change the parameter itself,"
            f" {emptied} `p = p - …` makes a new tensor, and leaves the parameter as it was: write"
            " `p -= …`, under torch.no_grad()")


def rate_mistakes(fit: Fit) -> Iterator[tuple[str, Tensor]]:
    """Say that the learning rate is fixed, and the path it gives."""
    for rate in (0.01, 0.1, 1.0, 10.0):
        yield ("the learning rate is fixed in your function: use the argument learning_rate",
               fit.but(rate=rate).path)


def path_mistakes(fit: Fit, got: Tensor) -> Iterator[Mistake]:
    """Say what can be wrong with the entries of the path we got."""
    right, longer = fit.path, fit.but(steps=fit.steps + 1).path
    shape = right.shape[1:]
    for end in (right[-1:], longer[-1:]):
        yield ("all entries of the path are the last one: a tensor that is changed in place stays"
               " the same tensor. Write down a copy, x.detach().clone(), or a number, x.item()",
               end.expand_as(right))
    yield ("only the first entry of the path is there: does `return` stand inside the loop?",
           right[:1])
    for only in (shape, (1, *shape)):
        yield "only the last entry of the path is there: return all steps + 1 of them", only
    yield ("all entries of the path but the first are the last one: a tensor that is changed in"
           " place stays the same tensor. Write down a copy each time, x.detach().clone()",
           torch.cat([right[:1], right[-1:].expand_as(right[1:])]))
    yield "the first entry of the path, before any update, is missing", right[1:]
    yield ("the last entry of the path, after all updates, is missing: is there one update too few,"
           " or is the path not written down once more, behind the loop?", right[:-1])
    yield ("the last update is missing: the path ends with the same entry twice",
           torch.cat([right[:-1], right[-2:-1]]))
    for after in (longer[1:], torch.cat([right[1:], right[-1:]])):
        yield "each entry of the path is noted after its update: note it before", after
    yield "there is one update too many: `steps` updates make steps + 1 entries", longer
    if right.ndim == 2:
        yield ("the path lies on its side: the steps are its axis 0, what is fitted is axis 1",
               right.mT.shape)
    if got.shape[1:] == shape and len(got) != len(right):
        yield (f"the path has {len(got)} entries for {fit.steps} updates: note one before each"
               " update, and one after the last. (Or is the number of updates fixed in your"
               " function? Use the argument steps)", got.shape)
    if got.shape != right.shape or not fit.steps:
        return
    yield "the path does not begin at the start", not torch.allclose(got[0], right[0].to(got))
    still, moves = ((path == path[:1]).all(0) for path in (got, right))
    if (still & ~moves).any():
        where = torch.unravel_index((still & ~moves).to(torch.uint8).argmax(), still.shape)
        yield (f"entry [{', '.join(str(int(i)) for i in where)}] of what is fitted never moves, and"
               " others do: is it in the objective that is sent backward, and is it updated?", True)
    first, wanted = (path[1] - path[0] for path in (got, right))
    ratio = ((first * wanted).sum() / (wanted**2).sum()).item()
    if fit.maximize and torch.allclose(first.abs(), wanted.abs(), 1e-3, 1e-6) and (
        (first * wanted) < 0).any():
        yield ("the first update goes the other way, and is as long as it should be: what you"
               " maximise falls where s/√b rises. Are both counts soft, is each in its place, and"
               " is nothing added to the loss?", True)
    elif ratio > 0 and abs(ratio - 1) > 1e-2 and torch.allclose(first, ratio * wanted, 1e-3, 1e-6):
        yield (f"the first update is {ratio:.3g} times what it should be: is it the learning rate"
               " that you were given, times the gradient of the objective that is asked for?"
               if not fit.maximize else
               f"the first update is {ratio:.3g} times what it should be. The first update of"
               " torch.optim.Adam is the learning rate, whatever the gradient: give it the learning"
               " rate that you were given, and nothing else", True)


def value_mistakes(fit: Fit, got: Tensor) -> Iterator[Mistake]:
    """Say what can be wrong with the history of values we got."""
    v, noun = fit.values, "significance" if fit.maximize else "loss"
    many = "significances" if fit.maximize else "losses"
    if fit.maximize:
        yield "the values are minus the significance: that is the loss. Write down s/√b itself", -v
    yield f"only the first {noun} is there: does `return` stand inside the loop?", v[:1]
    yield (f"the first {noun}, before any update, is missing: compute it, note it, and then update",
           v[1:])
    yield (f"the {noun} after the last update is missing: compute it once more, behind the loop",
           v[:-1])
    yield (f"each {noun} is that after its update: write it down before the update",
           torch.cat([v[1:], v[-1:]]))
    yield (f"the last {noun} is older than the last entry of the path: compute it again, behind the"
           " loop", torch.cat([v[:-1], v[-2:-1]]))
    yield f"all {many} are the last one: write down each as it comes", v[-1:].expand_as(v)
    yield (f"all {many} are the first one: compute the {noun} anew in each turn of the loop",
           v[:1].expand_as(v))
    yield f"only the last {noun} is there: return all steps + 1 of them", (1,)
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
    still = got.shape == fit.path.shape and bool((got == got[:1]).all())
    still = still and torch.allclose(got[0], fit.start.to(got), rtol, atol)
    mistakes: Iterator[Mistake] = chain(
        [(nothing_moves(fit), still)],
        update_mistakes(fit),
        own,
        path_mistakes(fit, got),
        _later(fit, got, rtol, atol),
    )
    close(got, fit.path, what, mistakes, rtol=rtol, atol=atol)


def _later(fit: Fit, got: Tensor, rtol: float, atol: float) -> Iterator[Mistake]:
    """Say which update is the first wrong one, if the first of all is right."""
    if got.shape != fit.path.shape or not got.isfinite().all():
        return
    pairs = zip(got, fit.path.to(got), strict=True)
    right = [torch.allclose(a, b, rtol, atol) for a, b in pairs]
    if False in right[2:] and all(right[:2]):
        k = right.index(False)
        before = "the first update is right" if k == 2 else f"the first {k - 1} updates are right"
        changes = "does something change from turn to turn, as the learning rate"
        yield (
            f"{before}, and update {k} is not. Adam's first update has the length of the learning"
            " rate, whatever the objective: is yours s/√b of soft counts, with the k that is given?"
            f" Or {changes}, or has settings of Adam that the exercise does not ask for?"
            if fit.maximize
            else f"{before}, and update {k} is not: {changes}, or is there more in your update than"
            " the learning rate times the gradient?",
            True,
        )


def check_values(fit: Fit, got: Tensor, own: Iterable[Mistake] = (), rtol: float = 1e-4) -> None:
    """Raise `Wrong` unless the values are those of the fit."""
    noun = "significances" if fit.maximize else "losses"
    mistakes = chain(value_mistakes(fit, got), own)
    close(got, fit.values, f"the history of {noun}", mistakes, rtol=rtol)


def entries(history: Any, what: str) -> Tensor:
    """Make one tensor of a history of numbers, lists, arrays or tensors."""
    each = tensor(history, f"the history of {what}")
    if each.ndim and not len(each):
        raise Wrong(f"the {what} are empty: write down an entry in each turn of the loop")
    if each.ndim:
        return each
    raise Wrong(f"the {what} are one number: return a list, or a tensor, of steps + 1 entries")


def numbers(history: Any, what: str) -> Tensor:
    """Make one tensor, (steps + 1,); entries of shape (1,) will do."""
    each = entries(history, what)
    if each[0].numel() == 1:
        return each.flatten()
    raise Wrong(
        f"an entry of the {what} has shape {tuple(each[0].shape)}: it should be one number. Did you"
        " take the sum, or the mean?"
    )
