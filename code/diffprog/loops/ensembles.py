"""The same training from many starts at once: one seed proves little.

Symbols, shapes. Weights of the same name from all runs are stacked along a
new axis in front, and torch.func.vmap maps the loss over it. So there is
one matrix product for all runs, instead of one for each.
    w      (runs, …)   a parameter or buffer, stacked
    loss   (runs,)     one for each run

A seed determines the start of a run. All else that may differ between runs
is in buffers, such as the flight times of a simulator or the widths of a
scale, or is given as `each`.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any, TypeVar

import torch
from torch import Generator, Tensor, nn
from torch.func import stack_module_state, vmap

from diffprog import _args, _samples
from diffprog.loops.history import History
from diffprog.loops.training import by_adam

__all__ = ["seeded", "train_together"]

M = TypeVar("M", bound=nn.Module)


def seeded(build: Callable[[], M], seed: int | Generator) -> M:
    """Return build() with weights drawn from `seed`.

    They are those after torch.manual_seed(seed), whose global random state
    is left alone.
    """
    random = _samples.generator(seed)
    with torch.random.fork_rng(devices=[]):
        torch.set_rng_state(random.get_state())
        model = build()
        random.set_state(torch.get_rng_state())
    return model


def train_together(
    models: Sequence[M],
    loss: Callable[..., Tensor],
    *,
    each: Sequence[Tensor] = (),
    steps: int = 4000,
    learning_rate: float = 1e-3,
    look: Callable[[M], Tensor] | None = None,
    at: Sequence[int] = (),
    progress: bool = True,
) -> History:
    """Train each model as `training.train` would, all at once.

    The models are changed. A run gets the result of training it alone,
    except for the order in which sums are rounded. Its losses agree to 1e-5
    for the first 200 steps in float32, and to 1e-12 in float64. Later two
    paths may part, as after any rounding, once a hidden unit switches on
    for a row on one of them only. What holds over many seeds stays true.

    Args:
        loss: loss(model, *data) is one number; `data` are the entries for
            this model of the tensors in `each`.
        each: Tensors with the runs along axis 0.
        steps, learning_rate, look, at, progress: As in `training.train`.

    Returns:
        The history of all runs, with loss (steps + 1, runs), and an axis
        for the runs in front of what `look` returns.

    Raises:
        Diverged: A loss is not finite. The models keep their last weights.
        ValueError: The models differ in classes, weights, mode or what is
            trained, or in something else that is neither parameter nor
            buffer; `each` has another length; and as in `training.train`.
    """
    models, each = list(models), list(each)
    _check_models(models)
    for data in each:
        if not isinstance(data, Tensor) or not data.ndim:
            raise _args.wrong(
                "each",
                _args.described(data),
                "tensors with the runs in front",
            )
        if len(data) != len(models):
            raise _args.wrong(
                "each",
                f"{len(data)} entries",
                f"one a model, {len(models)}",
            )
    parameters, buffers = stack_module_state(list[nn.Module](models))
    stacked, template = parameters | buffers, models[0]
    slots = _slots(template)

    def over_runs(f: Callable[..., Tensor], *data: Tensor) -> Tensor:
        def one(weights: dict[str, Tensor], *data: Tensor) -> Tensor:
            _fill(slots, weights)
            return f(template, *data)

        own = {name: kept[own] for kept, own, name in slots}
        try:
            results: Tensor = vmap(one)(stacked, *data)
        finally:
            _fill(slots, own)
        return results

    with torch.no_grad():
        _check_alike(models, loss, each, over_runs(loss, *each))
    try:
        return by_adam(
            lambda: over_runs(loss, *each),
            parameters,
            steps=steps,
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


Slots = list[tuple[dict[str, Any], str, str]]


def _slots(model: nn.Module) -> Slots:
    """Return where each tensor is kept: a dict, its name there and in all.

    A tensor that is tied to another has the name of the first.
    """
    all_of_them = chain(model.named_parameters(), model.named_buffers())
    names = {id(w): name for name, w in all_of_them}
    return [
        (kept, own, names[id(w)])
        for module in model.modules()
        for kept in (module._parameters, module._buffers)
        for own, w in kept.items()
        if w is not None
    ]


def _fill(slots: Slots, weights: Mapping[str, Tensor]) -> None:
    """Put `weights` into the slots.

    torch.func.functional_call does that too, but looks for the slots in
    each call, which takes as long as a small network.
    """
    for kept, own, name in slots:
        kept[own] = weights[name]


def _check_models(models: Sequence[nn.Module]) -> None:
    if not models:
        raise _args.wrong("models", models, "one or more")
    for i, model in enumerate(models):
        if not isinstance(model, nn.Module):
            raise _args.wrong(
                f"models[{i}]", _args.described(model), "an nn.Module"
            )
        for name, p in model.named_parameters():
            _args.ordinary(f"models[{i}].{name}", p)
        for what, of_it in _traits(model).items():
            if of_it != _traits(models[0])[what]:
                raise _args.wrong(
                    f"models[{i}]",
                    f"other {what} than models[0]",
                    "models alike",
                )
        for j, other in enumerate(models[:i]):
            if model is other:
                raise ValueError(
                    f"models[{i}] is models[{j}]: pass each model once"
                )


def _traits(model: nn.Module) -> dict[str, object]:
    """Return what models that are trained together must share, by name."""
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
    models: Sequence[nn.Module],
    loss: Callable[..., Tensor],
    each: list[Tensor],
    together: Tensor,
) -> None:
    """Compare with the loss of each model alone.

    Together, all share the code and the attributes of the first.
    """
    if together.ndim != 1:
        raise _args.wrong(
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
            raise _args.wrong(f"models[{i}]", got, want)
