"""The tape and the dual numbers run in the page, on arrays of its torch and of its NumPy."""

from __future__ import annotations

import pytest

from .conftest import InEngine

PROGRAM = """
import numpy, torch
from diffprog.autodiff.dual import jvp
from diffprog.autodiff.tape import Tape
from diffprog.relaxations.significance import asimov
from diffprog.relaxations.smoothing import from_mean_counts
from diffprog.simulator import drag, masses, pitching


def steps(push):
    return (drag.heights(push, 8)[-1] - 12) ** 2


signal, background = (m.double()[:200] for m in masses.one_mass(0))


def cut(c):
    return from_mean_counts(signal, background, c, 0.1, asimov).sum()


day = pitching.day(20, dtype=torch.float64)
seen = pitching.pitch(pitching.drifts(day))


def network(w):
    hidden = torch.relu(day @ w[:1, :6] + w[1, :6])
    return ((pitching.pitch(hidden @ w[2:, :2]) - seen) ** 2).mean()


generator = torch.Generator().manual_seed(1)
weights = torch.randn(8, 6, generator=generator, dtype=torch.float64)
STARTS = {steps: [0.5, -1.0, 2.0, 0.1], cut: 1000.0, network: weights.tolist()}


def off(f, xp):
    leaf = torch.tensor(STARTS[f], dtype=torch.float64, requires_grad=True)
    (wanted,) = torch.autograd.grad(f(leaf), leaf)
    tape = Tape(xp)
    x = tape.variable(STARTS[f])
    found = torch.as_tensor(tape.gradient(f(x), x))
    _, slope = jvp(f, STARTS[f], leaf.detach().cos().tolist(), xp)
    along = (wanted * leaf.detach().cos()).sum()
    largest = wanted.abs().max()
    return [((found - wanted).abs().max() / largest).item(), abs(float(slope) / along.item() - 1)]
"""


@pytest.mark.parametrize("xp", ["torch", "numpy"])
@pytest.mark.parametrize("function", ["steps", "cut", "network"])
def test_both_modes_give_the_gradients_of_the_page(
    engine: InEngine, function: str, xp: str
) -> None:
    engine.run(PROGRAM)
    reverse, forward = engine.value(f"off({function}, {xp})")
    assert reverse < 1e-14
    assert forward < 1e-12  # sums of terms that partly cancel


def test_a_rule_for_the_cumulative_sum_is_found_in_the_page(engine: InEngine) -> None:
    engine.run("""
import numpy, torch
from diffprog.autodiff.rules import Product, add_rule
from diffprog.autodiff.tape import Tape


def rule(x, dim):
    pull = lambda bar: numpy.flip(numpy.cumsum(numpy.flip(bar)))
    return numpy.cumsum(x), [Product(numpy.cumsum, pull)]


add_rule(numpy, "cumsum", rule)
tape = Tape(numpy)
x = tape.variable([1.0, 2.0, 3.0])
found = tape.gradient(torch.cumsum(x, 0).sum(), x).tolist()
""")
    assert engine.value("found") == [3, 2, 1]
