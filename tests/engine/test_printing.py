"""Tensors and arrays print in the page as PyTorch and NumPy print them, character for character."""

from __future__ import annotations

import contextlib
import io
import json
import math

import numpy as np
import pytest
import torch

WHOLE = [torch.int64, torch.int32, torch.int8, torch.uint8, torch.bool]
SIZES = [0, 1, 2, 3, 5, 8, 12, 30]


def some_tensor(random: np.random.Generator) -> torch.Tensor:
    """Return numbers of some type, shape and range, among them zeros and what is not finite."""
    shape = [int(random.choice(SIZES)) for _ in range(random.choice([0, 1, 1, 2, 2, 3, 4]))]
    while math.prod(shape) > 2500:
        shape.pop()
    if len(shape) == 1 and random.random() < 0.1:
        shape = [1001]
    g = torch.Generator().manual_seed(int(random.integers(2**31)))
    if random.random() < 0.3:
        dtype = WHOLE[random.integers(len(WHOLE))]
        high = 2 if dtype is torch.bool else 127
        return torch.randint(0, high, shape, generator=g).to(dtype)
    dtype = torch.float64 if random.random() < 0.4 else torch.float32
    x = torch.randn(shape, generator=g, dtype=dtype)
    x = x * 10.0 ** int(random.choice([-9, -5, -3, -1, 0, 0, 0, 1, 3, 5, 9]))
    if random.random() < 0.2:
        x = x.round()
    if random.random() < 0.2:
        x = x * 10 ** (6 * torch.rand(shape, generator=g, dtype=dtype) - 3)
    if random.random() < 0.2:
        odd = float(random.choice([math.inf, -math.inf, math.nan, 0.0, -0.0]))
        x = torch.where(torch.rand(shape, generator=g) < 0.3, odd, x)
    return x.requires_grad_(random.random() < 0.2)


def in_page(x: torch.Tensor) -> str:
    """Return code that makes the tensor."""
    flat = json.dumps(x.detach().flatten().tolist())
    made = f"torch.tensor(json.loads({flat!r}), dtype={x.dtype}).reshape({tuple(x.shape)})"
    return made + (".requires_grad_()" if x.requires_grad else "")


@pytest.mark.parametrize("seed", range(4))
def test_tensors_print_as_in_pytorch(engine, seed):
    random = np.random.default_rng(seed)
    tensors = [some_tensor(random) for _ in range(60)]
    engine.run("import json, torch")
    found = engine.value(f"[repr(x) for x in [{', '.join(map(in_page, tensors))}]]")
    for x, text in zip(tensors, found, strict=True):
        assert text == repr(x)


@pytest.mark.parametrize("seed", range(2))
def test_arrays_print_as_in_numpy(engine, seed):
    random = np.random.default_rng(seed)
    tensors = [some_tensor(random).detach() for _ in range(60)]
    engine.run("import json, torch")
    made = ", ".join(f"{in_page(x)}.numpy()" for x in tensors)
    found = engine.value(f"[[repr(a), str(a)] for a in [{made}]]")
    for x, (long, short) in zip(tensors, found, strict=True):
        assert (long, short) == (repr(x.numpy()), str(x.numpy()))


def printed(code):
    """What the code prints under PyTorch, with an error as its kind and its words."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(code, "code", "exec"), {})
    return said.getvalue()


def test_parameters_in_containers_print_as_in_pytorch(engine):
    code = """
import torch
from torch.nn import Module, Parameter, ParameterDict, ParameterList

class Model(Module):
    def __init__(self):
        super().__init__()
        self.of_masses = ParameterDict({"m": torch.zeros(2), "k": Parameter(torch.ones(1, 3))})
        self.listed = ParameterList([torch.zeros(3), torch.zeros(())])

print(Model(), ParameterList([torch.zeros(3)]), ParameterDict({"a": torch.zeros(2)}))
print(ParameterList(), ParameterDict())
"""
    assert engine.run(code) == printed(code)


def test_forward_mode_refuses_what_is_no_tensor_in_pytorchs_words(engine):
    code = """
import torch
from torch.func import jacfwd, jacrev, jvp, vjp

def say(function, *args, **kwargs):
    try:
        print(function(*args, **kwargs))
    except Exception as error:
        print(f"{type(error).__name__}: {error}")

x = torch.ones(2)
for f in (lambda x: 3.0, lambda x: (x, 3), lambda x: None, lambda x: (), lambda x: [x, {"y": x}]):
    say(jvp, f, (x,), (x,))
    say(lambda: vjp(f, x)[0])
for f in (lambda x: x, lambda x: (3, x), lambda x: (x, x, x), lambda x: (x, x)):
    say(jvp, f, (x,), (x,), has_aux=True)
    say(lambda: vjp(f, x, has_aux=True)[0])
for f in (lambda x: 3.0, lambda x: (x, 3.0)):
    say(jacfwd(f), x)
    say(jacrev(f), x)
say(jvp, lambda x: x, (x, 3.0), (x, 3.0))
say(jvp, lambda x: x, x, x)
say(jvp, lambda x: x, (), ())
say(jvp, lambda x: x, (x,), (torch.ones(3),))
"""
    assert engine.run(code) == printed(code)
