"""Gradient descent: by hand, and with the optimizers of PyTorch.

Symbols. θ are the parameters: leaf tensors of any shape, by name. f is the
loss: a function of no arguments, which computes one number from them. η is
the learning rate, in units of θ² per unit of loss.

Nothing differentiates through these loops: what they return is free of any
graph.
"""

# mypy: disable-error-code="no-untyped-call"
# (backward() has no annotations.)

from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from diffprog import _checks
from diffprog.loops.history import Diverged, History, Recorder, bar

__all__ = ["Diverged", "History", "fit", "gradient_descent"]


def gradient_descent(
    loss: Callable[[], Tensor],
    parameters: Mapping[str, Tensor],
    learning_rate: float,
    steps: int,
) -> History:
    """θ ← θ − η ∇f(θ), so many steps.

    The tensors in `parameters` are changed in place; their gradients, of no
    use any more, are gone at the end. The history has steps + 1 entries.
    Diverged, with the history so far, once the loss is not finite.
    ValueError for a parameter that is not a finite leaf with requires_grad
    or that takes no part in the loss, a loss that is not one number, η ≤ 0,
    steps < 1.
    """
    _checks.trainable(parameters)
    rate = _checks.positive("learning_rate", learning_rate)
    _checks.count("steps", steps)
    recorder = Recorder(parameters, steps)
    for p in parameters.values():
        p.grad = None
    for step in range(steps):
        value = loss()
        _checks.scalar("loss", value)
        recorder.record(step, value)
        value.backward()
        with torch.no_grad():
            for name, p in parameters.items():
                p -= rate * _gradient(name, p)
                p.grad = None
    recorder.record(steps, loss())
    return recorder.history()


def fit(
    loss: Callable[[], Tensor],
    parameters: Mapping[str, Tensor],
    optimizer: Optimizer,
    steps: int,
    *,
    progress: bool = True,
) -> History:
    """As many steps of any torch optimizer:
    zero the gradients, loss, backward, step.

    `parameters` are those to write down; the optimizer must hold them, and
    may hold more. An optimizer that computes the loss several times in a
    step (L-BFGS) gets to do so: see History.evaluations. The history has
    steps + 1 entries. Diverged and ValueError as in `gradient_descent`, and
    ValueError for a parameter that the optimizer does not hold.
    """
    _checks.trainable(parameters)
    _checks.count("steps", steps)
    held = {
        id(p) for group in optimizer.param_groups for p in group["params"]
    }
    for name, p in parameters.items():
        if id(p) not in held:
            raise _checks.wrong(
                name,
                "an optimizer that does not hold it",
                "one made with it",
            )
    recorder = Recorder(parameters, steps)
    step = 0

    def closure() -> Any:
        optimizer.zero_grad()
        value = loss()
        _checks.scalar("loss", value)
        recorder.record(step, value)
        value.backward()
        if step == 0:
            for name, p in parameters.items():
                _gradient(name, p)
        return value

    several = _needs_closure(optimizer)
    for step in bar(steps, progress):  # noqa: B007  # closure() reads it
        if several:
            optimizer.step(closure)
        else:
            closure()
            optimizer.step()
    recorder.record(steps, loss())
    return recorder.history()


def _needs_closure(optimizer: Optimizer) -> bool:
    """Say whether step() insists on a function that
    computes the loss, to call it as it likes."""
    closure = signature(optimizer.step).parameters.get("closure")
    return closure is not None and closure.default is closure.empty


def _gradient(name: str, p: Tensor) -> Tensor:
    if p.grad is None:
        raise _checks.wrong(
            name, "a loss that does not depend on it", "one that does"
        )
    return p.grad
