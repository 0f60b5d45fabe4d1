"""Networks: modules, their parameters, and the functions that they apply."""

from torch.nn import functional, init, modules
from torch.nn.module import Module
from torch.nn.modules import *  # noqa: F403
from torch.nn.parameter import Buffer, Parameter

__all__ = ["Buffer", "Module", "Parameter", "functional", "init", "modules"]


def __getattr__(name):
    import importlib

    if name in ("utils",):
        return importlib.import_module("torch.nn.utils")
    from torch._errors import absent

    raise AttributeError(absent(f"torch.nn.{name}"))
