"""Training a network: many steps of Adam, with a look at it now and then.

Symbols. A step looks at all the data once, so it is also an epoch.

Small networks train fastest on one thread, OMP_NUM_THREADS=1. A hidden unit
that is off for all rows has no gradient, and what Adam remembers of it
shrinks below 1e-38, where float32 is slow on some processors:
torch.set_flush_denormal(True) takes such numbers for zero.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import torch
from torch import Tensor, nn

from diffprog import _args
from diffprog.loops.descent import descend
from diffprog.loops.history import History, Recorder

__all__ = ["by_adam", "train"]

M = TypeVar("M", bound=nn.Module)


def train(
    model: M,
    loss: Callable[[M], Tensor],
    *,
    steps: int = 4000,
    learning_rate: float = 1e-3,
    look: Callable[[M], Tensor] | None = None,
    at: Sequence[int] = (),
    progress: bool = True,
) -> History:
    """Minimise loss(model), one number, by Adam; the model is changed.

    Args:
        look: A function from the model to a tensor worth keeping, such as
            its predictions.
        at: The steps to look before: 0 is the model as it came, and `steps`
            the model as it is left.

    Returns:
        The history, with what was looked at in `seen`, without parameters.

    Raises:
        Diverged: The loss is not finite.
        ValueError: The model has no parameters, or one that takes no part
            in the loss; the loss is not one number; `at` has a step that
            does not come.
    """

    def one() -> Tensor:
        value = loss(model)
        _args.scalar("loss", value)
        return value

    return by_adam(
        one,
        dict(model.named_parameters()),
        steps=steps,
        learning_rate=learning_rate,
        look=None if look is None else lambda: look(model),
        at=at,
        progress=progress,
    )


def by_adam(
    loss: Callable[[], Tensor],
    parameters: Mapping[str, Tensor],
    *,
    steps: int,
    learning_rate: float,
    look: Callable[[], Tensor] | None,
    at: Sequence[int],
    progress: bool,
) -> History:
    """Do what `train` says, for a loss as `descent.descend` takes it.

    Parameters that require no gradient stay as they are.
    """
    trained = {n: p for n, p in parameters.items() if p.requires_grad}
    if not trained:
        raise _args.wrong(
            "model",
            "no parameters that require a gradient",
            "some to train",
        )
    for name, p in trained.items():
        _args.ordinary(name, p)
    _args.count("steps", steps)
    _check_looks(look, at, steps)
    # Fused: the same update in one pass over all weights, several times
    # faster for small networks.
    adam = torch.optim.Adam(
        trained.values(),
        lr=_args.positive("learning_rate", learning_rate),
        fused=True,
    )
    recorder = Recorder({}, steps, look, at)
    return descend(loss, trained, adam, steps, recorder, progress=progress)


def _check_looks(look: object, at: Sequence[int], steps: int) -> None:
    if len(at) and look is None:
        raise _args.wrong(
            "look", "None with steps to look at", "a function of the model"
        )
    if look is not None and not len(at):
        raise _args.wrong("at", at, f"steps from 0 to {steps} to look at")
    for step in at:
        if not isinstance(step, int) or not 0 <= step <= steps:
            raise _args.wrong(
                "at", step, f"whole numbers from 0 to {steps}"
            )
