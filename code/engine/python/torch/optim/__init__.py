"""Optimizers: they change parameters by their gradients."""

from torch.optim.adam import Adam, AdamW
from torch.optim.optimizer import Optimizer
from torch.optim.sgd import SGD

__all__ = ["SGD", "Adam", "AdamW", "Optimizer"]

_ELSEWHERE = {
    "LBFGS": "lbfgs", "RMSprop": "others", "Adagrad": "others", "NAdam": "others",
    "RAdam": "others", "Adamax": "others",
}  # fmt: skip


def __getattr__(name):
    import importlib

    if name in _ELSEWHERE:
        module = importlib.import_module("torch.optim." + _ELSEWHERE[name])
        globals()[name] = found = getattr(module, name)
        return found
    if name == "lr_scheduler":
        return importlib.import_module("torch.optim.lr_scheduler")
    from torch._errors import absent

    raise AttributeError(absent(f"torch.optim.{name}"))
