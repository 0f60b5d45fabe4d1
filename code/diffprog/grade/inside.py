"""What runs in a submission's process: its cells, then calls of its functions.

The process reads requests and writes answers as lines of JSON. The cells run
in IPython, and print into nothing. The checks of the exercises are not there:
whatever a cell imports from `diffprog.exercises` does nothing.
"""

import base64
import json
import os
import pickle
import sys
import types
from collections.abc import Callable, Iterable
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from itertools import count
from typing import Any

import torch
from IPython.core.interactiveshell import InteractiveShell
from torch import Tensor, nn

from diffprog.grade.plain import decode, encode

__all__ = ["is_plain", "leaves", "state"]

CHECKS = "diffprog.exercises"


class NoChecks(MetaPathFinder, Loader):
    """Import empty modules in the place of the checks."""

    @staticmethod
    def find_spec(name: str, *_: Any) -> Any:
        """Find the package of checks and its modules."""
        if f"{name}.".startswith(f"{CHECKS}."):
            return ModuleSpec(name, NoChecks(), is_package=name == CHECKS)
        return None

    @staticmethod
    def create_module(spec: Any) -> types.ModuleType:
        """Make a module that has every name: a function that does nothing."""
        module = types.ModuleType(spec.name)
        module.__getattr__ = _nothing_of  # type: ignore[method-assign]
        return module

    @staticmethod
    def exec_module(module: types.ModuleType) -> None:
        """Do nothing: the module has no code."""


def _nothing_of(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    return lambda *_, **__: None


def leaves(arguments: Iterable[Any]) -> list[Tensor]:
    """Return the tensors that a gradient may be asked for, in a fixed order."""
    found = list[Tensor]()
    for x in arguments:
        if isinstance(x, Tensor) and x.requires_grad:
            found.append(x)
        elif isinstance(x, nn.Module):
            found += [p for p in x.parameters() if p.requires_grad]
    return found


def state(x: Any) -> Any:
    """Encode what a function may have changed in an argument."""
    if isinstance(x, Tensor | list):
        return encode(x)
    inner = getattr(x, "__dict__", {})
    own = {name: encode(value) for name, value in inner.items() if is_plain(value)}
    if isinstance(x, nn.Module):
        weights = {name: encode(value) for name, value in x.state_dict().items()}
        graded = [p.grad is not None for p in x.parameters()]
        return {"own": own, "weights": weights, "graded": graded}
    return {"own": own}


def is_plain(x: Any) -> bool:
    """Return whether x is a number or a tensor, or a list of them."""
    entries = x if isinstance(x, list) else [x]
    return all(isinstance(entry, bool | int | float | Tensor) for entry in entries)


class Session:
    """The submission, with the graphs of the results that were handed out."""

    def __init__(self) -> None:
        self.shell = InteractiveShell.instance()
        self.graphs: dict[int, tuple[list[Tensor], list[Tensor]]] = {}
        self.keys = count()

    def run(self, cells: list[str]) -> dict[str, Any]:
        """Run the cells; those that raise are named, and the others still run."""
        failed = {}
        for index, code in enumerate(cells, 1):
            done: Any = self.shell.run_cell(code)  # type: ignore[no-untyped-call]
            if error := done.error_before_exec or done.error_in_exec:
                failed[index] = f"{type(error).__name__}: {error}"
        return {"failed": failed}

    def call(self, name: str, arguments: str) -> dict[str, Any]:
        """Call a function with pickled arguments, which come from the grader."""
        function = self.shell.user_ns.get(name)
        if not callable(function):
            return {"missing": type(function).__name__}
        given = pickle.loads(base64.b64decode(arguments))
        key, outputs = next(self.keys), list[Tensor]()

        def note(x: Tensor) -> int | None:
            if not x.requires_grad:
                return None
            outputs.append(x)
            return len(outputs) - 1

        try:
            result = encode(function(*given), note)
        except Exception as error:
            return {"error": type(error).__name__, "text": str(error)}
        self.graphs[key] = outputs, leaves(given)
        return {
            "key": key,
            "result": result,
            "after": [state(x) for x in given],
        }

    def gradient(self, key: int, index: int, slope: Any) -> dict[str, Any]:
        """Multiply the slope by the derivative of a result by each leaf."""
        outputs, inputs = self.graphs[key]
        try:
            found = torch.autograd.grad(
                outputs[index],
                inputs,
                decode(slope),
                retain_graph=True,
                allow_unused=True,
            )
        except RuntimeError as error:
            return {"error": type(error).__name__, "text": str(error)}
        return {"slopes": [encode(x) for x in found]}


def main() -> None:
    """Answer requests until there are none."""
    requests, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    sys.meta_path.insert(0, NoChecks())
    torch.set_num_threads(1)
    os.environ["MPLBACKEND"] = "agg"
    session = Session()
    does: dict[str, Callable[..., Any]] = {
        "run": session.run,
        "call": session.call,
        "gradient": session.gradient,
    }
    for line in requests:
        what, number, *given = json.loads(line)
        answers.write(json.dumps([number, does[what](*given)]) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
