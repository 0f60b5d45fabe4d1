"""PyTorch's names, spoken by the page's own engine.

This is not PyTorch. The book's cells, its library and its exercises run on it in the reader's
browser, and give PyTorch's results to rounding. A module of functions has one idea and a table of
what it defines; here they are put together. What PyTorch has and the engine lacks says so by name.
"""

import math as _math
import sys as _sys

from torch import (
    _creation,
    _dtypes,
    _elementwise,
    _indexing,  # this and the next three add to the functions of _views
    _ordering,
    _products,
    _reductions,
    _views,
    random,
)
from torch import autograd as autograd
from torch._dtypes import (
    Size,
    can_cast,
    contiguous_format,
    device,
    dtype,
    finfo,
    get_default_dtype,
    iinfo,
    layout,
    memory_format,
    preserve_format,
    promote_types,
    strided,
)
from torch._errors import OutOfMemoryError
from torch._printing import get_printoptions, set_printoptions
from torch._tensor import Tensor
from torch.autograd.grad_mode import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from torch.random import Generator, default_generator

__version__ = "page"
inf, nan, pi, e, newaxis = _math.inf, _math.nan, _math.pi, _math.e, None

# Types, and the functions of all modules: their names are PyTorch's, some of them Python's own.
for _d in _dtypes.ALL:
    globals()[_d.name] = _d
globals().update(_dtypes.ALIASES)
for _module in (_elementwise, _creation, _views, random):
    globals().update(_module.FUNCTIONS)


def set_default_dtype(d, /):
    from torch._errors import engine

    _dtypes.set_default_dtype(d)
    engine("setDefaultFloat")(d.name)


def get_default_device():
    return _dtypes.CPU


def typename(obj):
    from torch.nn.module import _typename

    return _typename(obj)


_threads = 1


def get_num_threads():
    return _threads


def set_num_threads(n, /):
    """Take any number, and give it back: a browser gives one thread."""
    global _threads
    _threads = n


def is_storage(obj):
    return False


def set_warn_always(b, /):
    """Take either: warnings are Python's own here."""


def use_deterministic_algorithms(mode, *, warn_only=False):
    """Take either: all algorithms here are deterministic."""


def are_deterministic_algorithms_enabled():
    return True


_LAZY = ("compiler", "distributions", "func", "linalg", "nn", "optim", "return_types", "special",
         "testing", "utils", "_C")  # fmt: skip
_OTHERS = {
    "vmap": "func", "inverse": "linalg", "det": "linalg", "slogdet": "linalg", "logdet": "linalg",
    "pinverse": "linalg", "svd": "linalg", "qr": "linalg", "cholesky": "linalg",
    "cholesky_solve": "linalg", "cholesky_inverse": "linalg", "matrix_exp": "linalg",
    "mvlgamma": "special",
}  # fmt: skip


def _later(name):
    """Return the method of Tensor that is in a module not imported yet."""

    def f(self, *args, **kwargs):
        from torch import _older

        return getattr(_older, name)(self, *args, **kwargs)

    f.__name__ = name
    return f


for _name in _OTHERS:
    if _name != "vmap":
        setattr(Tensor, _name, _later(_name))


class _Finder:
    """Explain imports of what only PyTorch has; Python asks the last finder last."""

    @staticmethod
    def find_spec(name, *_):
        if name.startswith("torch.") and not name.rpartition(".")[2].startswith("__"):
            from torch._errors import absent

            raise ImportError(absent(name))


_sys.meta_path.append(_Finder)


def __getattr__(name):
    import importlib

    if name in _LAZY:
        return importlib.import_module("torch." + name)
    if name in _OTHERS:
        from torch import _older

        globals()[name] = found = getattr(_older, name)
        return found
    if name in ("cuda", "backends"):
        return importlib.import_module("torch._hardware").__dict__[name]
    from torch._errors import absent

    raise AttributeError(absent(f"torch.{name}"))
