"""What a small program computes, in a form that PyTorch and the page's engine can be compared in.

This module runs under both. A program is a list of statements; each makes or changes variables
called x0, x1, …
"""

import math
import warnings

import torch

ABSENT = "not in the page's engine"


def outcome(statements, inputs):
    """Run statements, then the gradients of all float results; describe all variables.

    An error ends the program, and is described by its number and kind. What the engine lacks, it
    says, and the outcome is "absent" then.
    """
    names = {"torch": torch, "inf": math.inf, "nan": math.nan}
    found = {}
    try:
        for number, statement in enumerate(statements):  # noqa: B007
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                exec(statement, names)
        gradients(names, inputs)
    except Exception as error:
        if ABSENT in str(error):
            return {"absent": str(error)}
        if isinstance(error, RuntimeError):  # PyTorch says some as NotImplementedError, a subclass
            kind = "RuntimeError"
        else:
            kind = next(k.__name__ for k in type(error).__mro__ if k.__module__ == "builtins")
        found["error"] = [number, kind, str(error).partition("\n")[0]]
    for name, x in names.items():
        if name[0] in "xgh" and isinstance(x, torch.Tensor):
            found[name] = described(x)
    return found


def gradients(names, inputs):
    """Add g0, g1, …: d(Σ of all results)/d(inputs), and h0, h1, … of the sum of their squares."""
    leaves = [names[x] for x in inputs if names[x].requires_grad]
    total = weighted(v for k, v in names.items() if k[0] == "x" and k not in inputs)
    if not leaves or total is None:
        return
    first = torch.autograd.grad(total, leaves, create_graph=True, allow_unused=True)
    for i, g in enumerate(first):
        names[f"g{i}"] = g
    squares = weighted(g * g for g in first if g is not None)
    if squares is None:
        return
    for i, g in enumerate(torch.autograd.grad(squares, leaves, allow_unused=True)):
        names[f"h{i}"] = g


def weighted(results):
    """Return the sum of all entries that need gradients, each with a weight of its own."""
    total = None
    for x in results:
        if isinstance(x, torch.Tensor) and x.requires_grad and x.is_floating_point():
            w = 1 + torch.arange(x.numel(), dtype=x.dtype).reshape(x.shape) / 4
            part = (x * w).sum().double()
            total = part if total is None else total + part
    return total


def described(x):
    """Return dtype, shape, values and whether it needs gradients."""
    values = x.detach().clone().reshape(-1).tolist()
    return {
        "dtype": str(x.dtype),
        "shape": list(x.shape),
        "values": [str(v) if isinstance(v, float) and not math.isfinite(v) else v for v in values],
        "grad": x.requires_grad,
    }
