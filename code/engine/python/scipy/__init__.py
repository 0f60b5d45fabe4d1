"""SciPy is not in the page. Its names can be imported, and say so where they are used.

So a module or a cell that needs SciPy for one thing of many still gives the others.
"""

import sys
from types import ModuleType

__absent__ = True
"""What tells the page's kernel that an import of this gives nothing."""


class _Missing:
    """A name of SciPy."""

    def __init__(self, name):
        self._name = name

    def __call__(self, *_, **__):
        raise ImportError(f"SciPy is not in the page, nor is {self._name}: run this in JupyterLab")

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _Missing(f"{self._name}.{name}")


class _Module(ModuleType):
    """A module of SciPy, with any name that is asked for."""

    __path__ = ()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _Missing(f"{self.__name__}.{name}")


class _Loader:
    """Make the modules of SciPy as they are asked for."""

    @staticmethod
    def find_spec(name, *_):
        if name.startswith("scipy."):
            from importlib.machinery import ModuleSpec

            return ModuleSpec(name, _Loader)

    @staticmethod
    def create_module(spec):
        return _Module(spec.name)

    @staticmethod
    def exec_module(module):
        """Do nothing: the module has no code."""


sys.meta_path.append(_Loader)
sys.modules[__name__].__class__ = _Module
