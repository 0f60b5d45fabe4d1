"""The same training from many starts at once,
so that one lucky seed does not tell the story.

Symbols, shapes. Weights of the same name from all runs are stacked along a
new axis in front, and torch.func.vmap takes the loss over it: one matrix
product for all runs, not one for each.
    w      (runs, …)   a parameter or buffer, stacked
    loss   (runs,)     one for each run

Seeds say which start; what else may differ between runs is what is in
buffers, such as the flight times of a simulator or the widths of a scale,
and what is given as `each`.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap

from diffprog import _checks
from diffprog.loops.training import Training, descend

__all__ = ["seeded", "train_together"]

M = TypeVar("M", bound=nn.Module)


def seeded(build: Callable[[], M], seed: int) -> M:
    """Return build() with the weights it
    gets after torch.manual_seed(seed).

    The global random state is left as it was.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return build()


def train_together(
    models: Sequence[nn.Module],
    loss: Callable[..., Tensor],
    *,
    each: Sequence[Tensor] = (),
    epochs: int = 4000,
    learning_rate: float = 1e-3,
    look: Callable[[nn.Module], Tensor] | None = None,
    at: Sequence[int] = (),
    progress: bool = True,
) -> Training:
    """Train each of the models as training.train
    would alone, all in one; they are changed.

    loss(model, *data) is one number; `data` are the entries for this model
    of the tensors in `each`, which have the runs along axis 0. The other
    arguments are those of training.train.

    A run gets the result of training it alone, but for the order in which
    sums are rounded: its losses agree to 1e-5 for the first 200 epochs in
    float32, and to 1e-12 in float64. Later two paths may part, as after any
    rounding, once a hidden unit switches on at a throw on one of them and
    not on the other; what holds over many seeds does not change.

    ValueError for models that are not alike in classes, weights, mode or
    what is trained, or differ in something that is neither parameter nor
    buffer, `each` of another length, and as in training.train; Diverged
    when one of them diverges.
    """
    models, each = list(models), list(each)
    _check_models(models)
    for data in each:
        if not isinstance(data, Tensor) or not data.ndim:
            raise _checks.wrong(
                "each",
                _checks.described(data),
                "tensors with the runs in front",
            )
        if len(data) != len(models):
            raise _checks.wrong(
                "each",
                f"{len(data)} entries",
                f"one a model, {len(models)}",
            )
    parameters, buffers = stack_module_state(models)
    trained = {name: p for name, p in parameters.items() if p.requires_grad}
    template = _Called(models[0])

    def over_runs(f: Callable[..., Tensor], *data: Tensor) -> Tensor:
        def one(parameters: Any, buffers: Any, *data: Tensor) -> Tensor:
            state = {
                f"model.{name}": w
                for name, w in (parameters | buffers).items()
            }
            result: Tensor = functional_call(template, state, (f, *data))
            return result

        results: Tensor = vmap(one)(parameters, buffers, *data)
        return results

    with torch.no_grad():
        _check_alike(models, loss, each, over_runs(loss, *each))
    try:
        return descend(
            lambda: over_runs(loss, *each),
            trained,
            epochs=epochs,
            learning_rate=learning_rate,
            look=None if look is None else lambda: over_runs(look),
            at=at,
            progress=progress,
        )
    finally:
        with torch.no_grad():
            for i, model in enumerate(models):
                for name, p in model.named_parameters():
                    p.copy_(parameters[name][i])


class _Called(nn.Module):
    """f(model), as a call: functional_call
    changes the weights for the time of a call."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, f: Callable[..., Tensor], *data: Tensor) -> Tensor:
        return f(self.model, *data)


def _check_models(models: list[nn.Module]) -> None:
    if not models:
        raise _checks.wrong("models", models, "one or more")
    for i, model in enumerate(models):
        if not isinstance(model, nn.Module):
            raise _checks.wrong(
                f"models[{i}]", _checks.described(model), "an nn.Module"
            )
        for what, of_it in _traits(model).items():
            if of_it != _traits(models[0])[what]:
                raise _checks.wrong(
                    f"models[{i}]",
                    f"other {what} than models[0]",
                    "models alike",
                )
        if any(model is other for other in models[:i]):
            raise _checks.wrong(
                f"models[{i}]", "a model that is there already", "each once"
            )


def _traits(model: nn.Module) -> dict[str, object]:
    """Return what models that go through
    vmap together must share, by its name."""
    return {
        "weights": {
            name: (w.shape, w.dtype)
            for name, w in model.state_dict().items()
        },
        "classes of stages": [type(m) for m in model.modules()],
        "stages in eval()": [m.training for m in model.modules()],
        "frozen parameters": [p.requires_grad for p in model.parameters()],
    }


def _check_alike(
    models: list[nn.Module],
    loss: Callable[..., Tensor],
    each: list[Tensor],
    together: Tensor,
) -> None:
    """Compare with the loss of each model alone:
    all share the code and attributes of the first."""
    if together.ndim != 1:
        raise _checks.wrong(
            "loss",
            f"shape {tuple(together.shape[1:])}",
            "one number, shape ()",
        )
    for i, model in enumerate(models):
        alone = loss(model, *(data[i] for data in each))
        if not torch.allclose(
            alone, together[i], rtol=1e-3, equal_nan=True
        ):
            got = (
                f"a loss of {alone.item():.4g}, but "
                f"{together[i].item():.4g} with the weights of it in "
                "models[0]"
            )
            want = (
                "all that differs between models in parameters, buffers or"
                " `each`"
            )
            raise _checks.wrong(f"models[{i}]", got, want)
