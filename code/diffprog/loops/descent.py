"""Gradient descent: by hand, and with the optimizers of PyTorch.

Symbols. θ are the parameters: leaf tensors of any shape, by name. f is the
loss: a function of no arguments that computes one number from them. η is
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

from diffprog import _args
from diffprog.loops.history import Diverged, History, Recorder, bar

__all__ = ["Diverged", "History", "descend", "fit", "gradient_descent"]


def gradient_descent(
    loss: Callable[[], Tensor],
    parameters: Mapping[str, Tensor],
    learning_rate: float,
    steps: int,
) -> History:
    """θ ← θ − η ∇f(θ), `steps` times.

    The tensors in `parameters` are changed in place, and left without a
    gradient.

    Raises:
        Diverged: The loss is not finite. The error has the history so far.
        ValueError: A parameter is not a finite leaf with requires_grad, or
            takes no part in the loss; the loss is not one number; η ≤ 0.
    """
    _args.trainable(parameters)
    rate = _args.positive("learning_rate", learning_rate)
    _args.count("steps", steps)
    recorder = Recorder(parameters, steps)
    for p in parameters.values():
        p.grad = None
    for step in range(steps):
        value = loss()
        _args.scalar("loss", value)
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
    """Zero the gradients, loss, backward, optimizer.step, `steps` times.

    An optimizer may compute the loss several times in a step, as L-BFGS
    does: History.evaluations counts that.

    Args:
        parameters: Those to write down. The optimizer must hold them, and
            may hold more.

    Raises:
        Diverged: As in `gradient_descent`.
        ValueError: The optimizer does not hold a parameter, and as in
            `gradient_descent`.
    """
    _args.trainable(parameters)
    _args.count("steps", steps)
    held = {
        id(p) for group in optimizer.param_groups for p in group["params"]
    }
    for name, p in parameters.items():
        if id(p) not in held:
            raise _args.wrong(
                name,
                "an optimizer that does not hold it",
                "one made with it",
            )

    def one() -> Tensor:
        value = loss()
        _args.scalar("loss", value)
        return value

    recorder = Recorder(parameters, steps)
    return descend(
        one, parameters, optimizer, steps, recorder, progress=progress
    )


def descend(
    loss: Callable[[], Tensor],
    parameters: Mapping[str, Tensor],
    optimizer: Optimizer,
    steps: int,
    recorder: Recorder,
    *,
    progress: bool,
) -> History:
    """Make the steps of every fit that has an optimizer.

    loss() has shape (…,), for fits side by side of which none touches
    another. Then the gradient of the sum of the losses in the parameters of
    one fit is that of its own loss. Optimizers that treat each number for
    itself, like Adam, take each fit its own way.

    Args:
        parameters: Those that the loss must depend on.
        recorder: It knows what to write down.

    Raises:
        Diverged: A loss is not finite.
        ValueError: The loss does not depend on a parameter.
    """
    step = 0

    def closure() -> Any:
        optimizer.zero_grad()
        value = loss()
        recorder.record(step, value)
        if value.ndim:
            value = value.sum()
        if step == 0:
            _args.scalar("loss", value)
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
    """Return whether step() must be given a function for the loss."""
    closure = signature(optimizer.step).parameters.get("closure")
    return closure is not None and closure.default is closure.empty


def _gradient(name: str, p: Tensor) -> Tensor:
    if p.grad is None:
        raise _args.refused(
            name, "the loss does not depend on it (its gradient is None)"
        )
    return p.grad
