"""The tape and the dual numbers give PyTorch's derivatives, of the functions of the book itself."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from diffprog.autodiff.dual import Dual, jvp
from diffprog.autodiff.operations import Operations
from diffprog.autodiff.rules import Product, add_rule, rules
from diffprog.autodiff.tape import Tape, unbroadcast
from diffprog.relaxations.significance import asimov
from diffprog.relaxations.smoothing import from_mean_counts
from diffprog.simulator import ball, masses, pitching

EITHER = pytest.mark.parametrize("xp", [np, torch], ids=["numpy", "torch"])


def relative(found, wanted):
    """The largest difference, relative to the largest entry."""
    found, wanted = (np.asarray(torch.as_tensor(x).detach()) for x in (found, wanted))
    assert found.shape == wanted.shape
    return np.abs(found - wanted).max() / np.abs(wanted).max()


def of_torch(f, *x):
    leaves = [torch.as_tensor(np.asarray(z)).clone().requires_grad_() for z in x]
    return torch.autograd.grad(f(*leaves), leaves)


def of_tape(xp, f, *x):
    tape = Tape(xp)
    variables = [tape.variable(z) for z in x]
    found = tape.gradient(f(*variables), *variables)
    return found if len(x) > 1 else [found]


def pushed(push):
    x, v = 10.0, 10.0
    for extra in push.unbind():
        v = v + (extra - 9.8 - 0.02 * v * abs(v)) * 0.1
        x = x + v * 0.1
    return (x - 12.0) ** 2


# What each operation is tried on, and for how many inputs.
OF_ONE = {
    "neg": lambda x: -x,
    "abs": abs,
    "exp": torch.exp,
    "log": lambda x: torch.log(abs(x) + 0.1),
    "log1p": lambda x: torch.log1p(x * x),
    "sqrt": lambda x: torch.sqrt(x * x + 0.1),
    "sin": torch.sin,
    "cos": torch.cos,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "relu": torch.relu,
    "clamp": lambda x: x.clamp(min=-1, max=0.5) + x.clamp(max=1),
    "pow": lambda x: x**3,
    "pow of a number": lambda x: 1.5**x,
    "where": lambda x: torch.where(x < 0, x * x, 3 * x),
    "sum": lambda x: (x.sum(0)[:3] * x.sum(-1)).sum(),
    "mean": lambda x: x.mean() * x,
    "getitem": lambda x: x[1:, None, ::2] * x[0, 0],
    "squeeze": lambda x: x[:, :1].squeeze(-1) * 2,
    "radd and rsub": lambda x: 1 + (2 - x),
    "rtruediv": lambda x: 2 / (x * x + 1),
}
OF_TWO = {
    "add": lambda x, z: x + z,
    "sub": lambda x, z: x - z,
    "mul": lambda x, z: x * z,
    "div": lambda x, z: x / (z * z + 0.5),
    "pow": lambda x, z: (x * x + 0.1) ** z,
    "maximum": lambda x, z: x.maximum(z),
    "matmul": lambda x, z: x[:2, :3] @ (z[..., :1] + x[:3, :2]),
    "several uses": lambda x, z: x * x * z + x * z,
}
NUMBERS = st.lists(st.floats(-3, 3), min_size=12, max_size=12)


FEW = settings(max_examples=5, deadline=None)


def close(found, wanted, rounding):
    """Equal up to rounding, relative to the largest entry: torch sums in another order."""
    found, wanted = (torch.as_tensor(x) for x in (found, wanted))
    largest = 1 + wanted.abs().max().item()
    torch.testing.assert_close(found, wanted, rtol=rounding, atol=rounding * largest)


def array(numbers):
    """Three by four, all different, so that no edge of an operation is met."""
    return np.asarray(numbers).reshape(3, 4) + 0.01 * np.arange(12).reshape(3, 4) + 0.003


@EITHER
@pytest.mark.parametrize("f", OF_ONE.values(), ids=OF_ONE)
@FEW
@given(numbers=NUMBERS)
def test_each_operation_of_one_input_has_the_gradient_of_torch(xp, f, numbers):
    x = array(numbers)

    def weighted(x):
        y = f(x)
        return (y * y + y).sum()

    (wanted,) = of_torch(weighted, x)
    (found,) = of_tape(xp, weighted, x)
    close(found, wanted, 1e-12)


@EITHER
@pytest.mark.parametrize("f", OF_TWO.values(), ids=OF_TWO)
@pytest.mark.parametrize("narrow", [False, True], ids=["same shape", "broadcast"])
@FEW
@given(numbers=NUMBERS, others=NUMBERS)
def test_each_operation_of_two_inputs_has_the_gradients_of_torch(xp, f, narrow, numbers, others):
    x, z = array(numbers), array(others)[:, :1] if narrow else array(others)[::-1, ::-1].copy()

    def weighted(x, z):
        y = f(x, z)
        return (y * y + y).sum()

    for found, wanted in zip(of_tape(xp, weighted, x, z), of_torch(weighted, x, z), strict=True):
        close(found, wanted, 1e-11)


@EITHER
@pytest.mark.parametrize("f", OF_ONE.values(), ids=OF_ONE)
def test_push_and_pull_are_transposed(xp, f):
    """The product of ȳ with the push of ẋ is that of the pull of ȳ with ẋ."""
    rng = np.random.default_rng(1)
    x, direction = rng.normal(size=(2, 3, 4))
    y, change = jvp(f, x, direction, xp)
    bar = rng.normal(size=y.shape)
    (pull,) = of_tape(xp, lambda x: (f(x) * torch.as_tensor(bar)).sum(), x)
    assert math.isclose(
        float((change * xp.asarray(bar)).sum()),
        float((pull * xp.asarray(direction)).sum()),
        rel_tol=1e-12,
    )


@EITHER
def test_the_gradient_of_the_ball_with_drag_is_that_of_torch_to_the_last_bit(xp):
    push = np.random.default_rng(0).normal(size=64)
    (found,), (wanted,) = of_tape(xp, pushed, push), of_torch(pushed, push)
    assert relative(found, wanted) == 0


@EITHER
def test_the_tape_differentiates_the_asimov_significance_of_soft_cuts(xp):
    """10 500 events, through the functions that Part 2 uses, in float64."""
    s, b = (m.double() for m in masses.one_mass(0))

    def z(c):
        return from_mean_counts(s, b, c, 0.1, asimov)

    (found,), (wanted,) = of_tape(xp, z, 1000.0), of_torch(z, 1000.0)
    assert relative(found, wanted) < 1e-14


def weights():
    torch.manual_seed(3)
    layers = [torch.nn.Linear(*sizes).double() for sizes in ((1, 100), (100, 50), (50, 2))]
    return [
        part for layer in layers for part in (layer.weight.detach().T.clone(), layer.bias.detach())
    ]


def throws(a, b, c, d, e, f):
    t = pitching.day(100, dtype=torch.float64)
    seen = pitching.pitch(pitching.drifts(t))
    hidden = torch.relu(torch.relu(t @ a + b) @ c + d)
    return ((pitching.pitch(hidden @ e + f) - seen) ** 2).mean()


@EITHER
def test_the_tape_differentiates_a_network_in_front_of_the_simulator(xp):
    """5 352 weights, through the pitching machine of Part 3."""
    w = weights()
    assert sum(part.numel() for part in w) == 5352
    for found, wanted in zip(of_tape(xp, throws, *w), of_torch(throws, *w), strict=True):
        assert relative(found, wanted) < 1e-14


@EITHER
def test_a_dual_number_gives_a_column_of_the_jacobian(xp):
    def heights(v0):
        t = torch.linspace(0, 2, 5, dtype=torch.float64)[:, None]
        return ball.position(t, v0 * 0 - 9.8, v0, v0 * 0 + torch.ones(1, 1, dtype=torch.float64))

    v0 = np.array([[3.0, 4.0]])
    wanted = torch.autograd.functional.jacobian(heights, torch.as_tensor(v0))[..., 0, 1]
    y, found = jvp(heights, v0, [[0.0, 1.0]], xp)
    assert relative(y, heights(torch.as_tensor(v0))) < 1e-15
    assert relative(found, wanted) < 1e-15


def test_the_two_modes_agree():
    push = np.random.default_rng(0).normal(size=64)
    direction = np.eye(64)[5]
    (gradient,) = of_tape(np, pushed, push)
    assert math.isclose(jvp(pushed, push, direction, np)[1], gradient[5], rel_tol=1e-14)


def test_the_tape_has_an_entry_for_each_result_after_its_inputs():
    tape = Tape(np)
    x = tape.variable([1.0, 2.0])
    y = (x * x).sum()
    assert [e.operation for e in tape.entries] == ["variable", "mul", "sum"]
    for place, entry in enumerate(tape.entries):
        assert all(source.place < place for source, _ in entry.inputs)
    assert tape.gradient(y, x).tolist() == [2.0, 4.0]
    assert tape.gradient(y, x).tolist() == [2.0, 4.0], "the tape can be read again"


def test_what_f_does_not_depend_on_has_gradient_zero():
    tape = Tape(np)
    x, other = tape.variable([1.0, 2.0]), tape.variable([[5.0]])
    of_x, of_other = tape.gradient(x.sum(), x, other)
    assert of_x.tolist() == [1, 1]
    assert of_other.tolist() == [[0]]


def test_jumps_cut_the_gradient_as_in_torch():
    """A comparison, a truth value and item() are constants for the tape."""

    def f(x):
        y = x * x if x > 1 else x
        return y * (x > 0) + x.item() * y

    (found,), (wanted,) = of_tape(np, f, 2.0), of_torch(f, 2.0)
    assert float(found) == float(wanted) == 12


def test_infinity_beside_a_branch_that_is_not_taken_gives_no_nan():
    def f(x):
        return torch.where(x > 0, x, 0.0).sum() + x.clamp(max=3).sum() + torch.relu(x).sum()

    x = [-1.0, 2.0, np.inf]
    for found, wanted in zip(of_tape(np, f, x), of_torch(f, x), strict=True):
        assert np.array_equal(found, wanted)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda t, x: t.gradient(x, x), r"f: got shape \(2,\), want one number, \(\)"),
        (lambda t, x: t.gradient(x.sum(), 3.0), "x: it is not on this tape"),
        (lambda t, x: t.gradient(Tape(np).variable(1.0), x), "f: it is not on this tape"),
        (lambda t, x: x + Tape(np).variable([1.0, 2.0]), "add: two inputs are on different tapes"),
        (lambda t, x: torch.erf(x), "erf: no rule is written for this operation"),
        (lambda t, x: torch.stack([x, x]), "stack: no rule is written for this operation"),
        (lambda t, x: torch.sum(input=x), "sum: no rule is written for this operation"),
        (lambda t, x: x[[0, 0]], r"getitem: got \[0, 0\] \(list\), want whole numbers and slices"),
        (lambda t, x: x @ x, r"matmul: got shapes \(2,\) and \(2,\), want two matrices"),
        (lambda t, x: t.variable("five"), "value: got 'five' \\(str\\), want real numbers"),
        (
            lambda t, x: jvp(torch.sin, [1.0, 2.0], [1.0], np),
            r"direction: got shape \(1,\), want \(2,\), as x",
        ),
    ],
)
def test_a_mistake_is_named(wrong, message):
    tape = Tape(np)
    with pytest.raises(ValueError, match=message):
        wrong(tape, tape.variable([1.0, 2.0]))


def test_a_rule_of_ones_own_is_found_by_both_modes(monkeypatch):
    def cumsum(x, dim):
        def push(change):
            return np.cumsum(change, dim)

        def pull(bar):
            return np.flip(np.cumsum(np.flip(bar)))

        return push(x), [Product(push, pull)]

    monkeypatch.setitem(rules(np), "cumsum", None)  # to be as before at the end
    add_rule(np, "cumsum", cumsum)
    assert of_tape(np, lambda x: torch.cumsum(x, 0).sum(), [1.0, 2.0])[0].tolist() == [2, 1]
    assert jvp(lambda x: torch.cumsum(x, 0), [1.0, 2.0], [1.0, 1.0], np)[1].tolist() == [1, 2]


@pytest.mark.parametrize("xp", [np, torch])
def test_a_change_of_the_value_does_not_reach_the_tape(xp):
    """As a loop makes that updates its parameters in place."""
    tape, value = Tape(xp), xp.ones(3, dtype=xp.float64)
    x = tape.variable(value)
    f = (x * x).sum()
    value[:] = 5.0
    assert tape.gradient(f, x).tolist() == [2, 2, 2]


@pytest.mark.parametrize("xp", [np, torch])
def test_the_power_zero_has_the_slope_zero_where_its_base_is_zero(xp):
    x = [0.0, 3.0]
    for n in (0, 0.0, 1, 2):
        found, wanted = (
            of_tape(xp, lambda x, n=n: (x**n).sum(), x)[0],
            of_torch(lambda x, n=n: (x**n).sum(), x)[0],
        )
        assert np.array_equal(np.asarray(found), np.asarray(wanted))


def test_unbroadcast_adds_up_what_was_repeated():
    bar = np.arange(6.0).reshape(3, 2)
    for shape in ((2,), (3, 1), (1, 2), (1, 1), ()):
        wanted = bar.reshape(3, 2).sum() if shape in ((), (1, 1)) else bar.sum(int(shape == (3, 1)))
        assert np.array_equal(unbroadcast(bar, shape), np.reshape(wanted, shape))


def test_an_index_costs_an_array_on_the_way_back():
    """As in PyTorch, whose unbind costs one array for all places."""
    counts = {}
    for way in ("tape", "index", "unbind"):
        x: Any = torch.ones(64, dtype=torch.float64, requires_grad=True)
        tape = Tape(torch)
        x = tape.variable(x.detach()) if way == "tape" else x
        f: Any = sum(x.unbind() if way == "unbind" else [x[i] for i in range(64)])
        with Operations() as work:
            tape.gradient(f, x) if way == "tape" else f.backward()
        counts[way] = work.total
    assert counts["tape"] == counts["index"] == 63 * 64
    assert counts["unbind"] == 0


def test_a_method_without_rule_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no rule is written for 'lgamma'"):
        Tape(np).variable(1.0).lgamma()


def test_a_dual_number_holds_value_and_tangent():
    x = Dual(np, np.array(2.0), np.array(1.0))
    y = x * x + 1
    assert (float(y.value), float(y.tangent)) == (5, 4)
    value, tangent = jvp(lambda x: torch.ones(3), 2.0, 1.0, np)
    assert value.tolist() == [1, 1, 1]
    assert tangent.tolist() == [0, 0, 0]


def test_every_rule_is_tried_here():
    """So that a new rule does not go untested."""
    tried = set(OF_ONE) | set(OF_TWO)
    jumps = {"lt", "le", "gt", "ge", "eq", "isnan", "isposinf", "zeros_like"}
    assert rules(np).keys() - jumps - {"bitwise_and", "bitwise_or", "bitwise_not"} <= tried
