"""The page's engine against PyTorch: random programs give the same values, gradients and errors."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any

import pytest
import torch

from .inside.outcome import outcome
from .programs import Program, program

RTOL = {"torch.float32": 3e-6, "torch.float64": 1e-12}
"""Some 25 and 5000 units in the last place: a program rounds about ten times, and sums differ."""


def compare(ours: dict[str, Any], theirs: dict[str, Any], strict: float = 1) -> str:
    """Return what differs, or ""; tolerances are divided by `strict`."""
    if ours.get("error", [])[:2] != theirs.get("error", [])[:2]:
        return f"error {ours.get('error')}, PyTorch {theirs.get('error')}"
    names = sorted((ours.keys() | theirs.keys()) - {"error"}, reverse=True)  # x0, …, h0, g0
    coarsest = max((RTOL.get(x["dtype"], 0) for k, x in theirs.items() if k != "error"), default=0)
    largest = max((size(x) for k, x in theirs.items() if k != "error"), default=0)
    for name in names:
        a, b = ours.get(name), theirs.get(name)
        if a is None or b is None:
            return f"{name} is {a}, PyTorch has {b}"
        for what in ("dtype", "shape", "grad"):
            if a[what] != b[what]:
                return f"{what} of {name} is {a[what]}, PyTorch has {b[what]}"
        rtol = coarsest / strict if b["dtype"] in RTOL else 0
        if not alike(a, b, rtol, rtol / 100 * largest):
            return f"{name} is {a['values']}, PyTorch has {b['values']}"
    return ""


def alike(a: dict[str, Any], b: dict[str, Any], rtol: float, atol: float) -> bool:
    """Compare numbers; where large ones cancel, `atol` is a rounding of these."""
    x, y = ([float(v) for v in each["values"]] for each in (a, b))
    return all(
        u == v or (u != u and v != v) or abs(u - v) <= rtol * (abs(v) + size(b)) + atol
        for u, v in zip(x, y, strict=True)
    )


def size(x: dict[str, Any]) -> float:
    """Return the largest finite number of a variable, without its sign."""
    return max((abs(v) for v in map(float, x["values"]) if math.isfinite(v)), default=0)


def nudged(program: Program, inputs: bool) -> dict[str, Any]:
    """Return PyTorch's outcome where each result is off by up to two units in the last place.

    Inputs are nudged where only gradients differ: else rounding might carry them over a step.
    """
    torch.manual_seed(0)
    statements = []
    for statement in program.statements:
        statements.append(statement)
        name = statement.partition(" = ")[0]
        if name.isalnum() and (inputs or name not in program.inputs):
            size = f"torch.randint(-2, 3, {name}.shape, dtype={name}.dtype)"
            noise = f"{name}.detach() * torch.finfo({name}.dtype).eps * {size}"
            statements.append(f"if {name}.is_floating_point(): {name} = {name} + {noise}")
            if name in program.inputs and ".requires_grad_()" in statement:
                statements.append(f"{name} = {name}.detach().requires_grad_()")
    return outcome(statements, program.inputs)


def differs(program: Program, engine: Any) -> str:
    """Return what differs beyond rounding, or ""."""
    theirs = outcome(program.statements, program.inputs)
    call = f"outcome({program.statements!r}, {program.inputs!r})"
    ours = json.loads(engine.run(f"print(json.dumps({call}))"))
    if "absent" in ours:
        SEEN[ours["absent"]] += 1
        return ""
    for words in ALLOWED:
        if words in theirs.get("error", ["", "", ""])[2] and "error" not in ours:
            SEEN[words] += 1
            return ""
    found = compare(ours, theirs)
    if " has [" in found and compare(nudged(program, found[0] in "gh"), theirs, 10):
        SEEN["rounding is amplified"] += 1
        return ""
    return found


SEEN: Counter[str] = Counter()
"""Programs that say nothing: what the engine lacks, and where rounding is amplified."""

ALLOWED = {
    "This view is the output of a function that returns multiple views": (
        "what torch.func returns is a view of something in PyTorch, and here a tensor of its own"
    ),
}
"""Errors that PyTorch raises and the engine does not, with the reason."""

KNOWN = {
    2921: "PyTorch maps nothing over an empty axis if the gradient is asked for, the engine does",
    3041: "the engine refuses to multiply empty matrices of two types, PyTorch only inside vmap",
    4146: "as 2921",
    4194: "PyTorch's own fault: True to the power of an empty tensor",
    5330: "PyTorch saves the input of nan_to_num, and so refuses that it is changed",
    5752: "PyTorch takes any axis to join empty tensors along",
    6749: "PyTorch's pseudo-inverse of a matrix with infinite entries is NaN, the engine refuses",
    7424: "two things are wrong, and the engine says the other one",
    9450: "the second derivative of the product of one number: zero, and none in PyTorch",
    9583: "PyTorch says another sentence on the largest of nothing, inside vmap",
}
"""Programs on which the two differ, by their seeds: none gives a number that is wrong."""


@pytest.fixture(scope="module")
def ready(engine):
    engine.run("import json\nfrom outcome import outcome")
    return engine


def check(examples: int, engine) -> None:
    """Say what differs in all of them, so that faults of one kind are seen together."""
    SEEN.clear()
    found = []
    for seed in sorted(set(range(examples)) - KNOWN.keys()):
        written = program(seed)
        if difference := differs(written, engine):
            found.append(f"seed {seed}: {difference}{shortest(written, engine)}")
    assert not found, f"{len(found)} of {examples}\n" + "\n\n".join(found[:20])
    assert sum(SEEN.values()) < examples / 50, SEEN


def shortest(program: Program, engine) -> Program:
    """Leave out the statements without which there is a difference too."""
    for i in reversed(range(len(program.statements))):
        rest = program.statements[:i] + program.statements[i + 1 :]
        fewer = Program(rest, [x for x in program.inputs if any(x in s for s in rest)])
        if differs(fewer, engine):
            return shortest(fewer, engine)
    return program


def test_a_thousand_programs_agree(ready):
    check(1000, ready)


@pytest.mark.exhaustive
def test_ten_thousand_programs_agree(ready):
    check(10_000, ready)
