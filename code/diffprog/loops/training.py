"""Training a network: many steps of Adam, with a look at it now and then.

Symbols, shapes. k epochs: each looks at all the data once, so an epoch is
one update.
    loss     (k+1,), or (k+1, runs)      before each update, and after the
                                         last
    seen     (looks, …), or (looks, runs, …)   what was looked at, at chosen
                                               epochs
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor, nn

from diffprog import _checks
from diffprog.loops.descent import fit

__all__ = ["Training", "descend", "train"]

M = TypeVar("M", bound=nn.Module)


@dataclass(frozen=True, eq=False, repr=False)
class Training:
    """What a training of k epochs leaves behind, free of any graph.

    loss has shape (k+1,), or (k+1, runs) for several at once. seen[i], of
    the shape that `look` returns, for several with an axis for the runs in
    front, was taken at epochs[i], before that update; without `look`, both
    have no entries.
    """

    loss: Tensor
    epochs: Tensor
    seen: Tensor

    def __repr__(self) -> str:
        k, *runs = self.loss.shape
        what = f" of {runs[0]} runs" if runs else ""
        looks = len(self.epochs)
        return f"Training{what}, {k - 1} epochs, looked at {looks} times"


def train(
    model: M,
    loss: Callable[[M], Tensor],
    *,
    epochs: int = 4000,
    learning_rate: float = 1e-3,
    look: Callable[[M], Tensor] | None = None,
    at: Sequence[int] = (),
    progress: bool = True,
) -> Training:
    """Minimise loss(model) by Adam,
    as many updates as epochs; the model is changed.

    `look` takes the model to a tensor worth keeping, for instance its
    predictions, and is called at the epochs in `at`; epoch 0 is the model
    as it came, and epoch `epochs` as it is left. ValueError for a loss that
    is not one number, epochs < 1, learning_rate ≤ 0, a model without
    parameters, or with one that takes no part in the loss, and a look at an
    epoch that does not come; Diverged as in descent.fit.
    """

    def one() -> Tensor:
        value = loss(model)
        _checks.scalar("loss", value)
        return value

    return descend(
        one,
        {
            name: p
            for name, p in model.named_parameters()
            if p.requires_grad
        },
        epochs=epochs,
        learning_rate=learning_rate,
        look=None if look is None else lambda: look(model),
        at=at,
        progress=progress,
    )


def descend(
    loss: Callable[[], Tensor],
    parameters: Mapping[str, Tensor],
    *,
    epochs: int,
    learning_rate: float,
    look: Callable[[], Tensor] | None,
    at: Sequence[int],
    progress: bool,
) -> Training:
    """Do what `train` says, for a loss of shape (),
    or (runs,) where no run touches another.

    Adam treats each number for itself, and the gradient of the sum of the
    losses in the weights of one run is that of its own loss: so each run
    goes its way.
    """
    if not parameters:
        raise _checks.wrong(
            "model",
            "no parameters that require a gradient",
            "some to train",
        )
    _checks.count("epochs", epochs)
    looks = _check_looks(look, at, epochs)
    losses: list[Tensor] = []
    seen: list[Tensor] = []

    def total() -> Tensor:
        if look is not None and len(losses) in looks:
            with torch.no_grad():
                seen.append(look().clone())
        each = loss()
        value = each.sum() if each.ndim == 1 else each
        if not losses:
            _check_used(value, parameters)
        losses.append(each.detach())
        return value

    # Fused: the same update in one pass over all weights, several times
    # faster for small networks.
    adam = torch.optim.Adam(
        parameters.values(),
        lr=_checks.positive("learning_rate", learning_rate),
        fused=True,
    )
    # `fit` writes down, at each step, the parameters it is given: the last
    # biases are enough.
    name, last = list(parameters.items())[-1]
    with _quick():
        fit(total, {name: last}, adam, epochs, progress=progress)
    return Training(
        torch.stack(losses),
        torch.tensor(looks, dtype=torch.int64),
        torch.stack(seen) if seen else torch.empty(0),
    )


@contextmanager
def _quick() -> Iterator[None]:
    """Make small steps fast, and the same on every machine:
    one thread, and memory that is kept.

    A step makes and drops tensors of up to 1 MB. glibc gives each such
    block back to the system, and gets it again page by page; once it has
    freed one of 30 MB it keeps those below. A hidden unit that is off for
    all rows has no gradient any more, and what Adam remembers of it shrinks
    below 1e-38, where float32 gets slow: such numbers are taken for zero.
    """
    threads, flushed = (
        torch.get_num_threads(),
        bool((torch.tensor([1e-40]) * 1.0 == 0).all()),
    )
    torch.set_num_threads(1)
    torch.empty(30 << 20, dtype=torch.uint8)
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(flushed)
        torch.set_num_threads(threads)


def _check_used(value: Tensor, parameters: Mapping[str, Tensor]) -> None:
    _checks.scalar("loss", value)
    leaves = list(parameters.values())
    gradients = torch.autograd.grad(
        value, leaves, retain_graph=True, allow_unused=True
    )
    for name, gradient in zip(parameters, gradients, strict=True):
        if gradient is None:
            raise _checks.wrong(
                name, "a loss that does not depend on it", "one that does"
            )


def _check_looks(look: object, at: Sequence[int], epochs: int) -> list[int]:
    looks = sorted(set(at))
    if looks and look is None:
        raise _checks.wrong(
            "look", "None with epochs to look at", "a function of the model"
        )
    if look is not None and not looks:
        raise _checks.wrong(
            "at", at, f"epochs from 0 to {epochs} to look at"
        )
    for epoch in looks:
        if not isinstance(epoch, int) or not 0 <= epoch <= epochs:
            raise _checks.wrong(
                "at", epoch, f"whole numbers from 0 to {epochs}"
            )
    return looks
