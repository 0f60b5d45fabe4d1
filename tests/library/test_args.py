"""_args and _samples: what each accepts, and the one place where their sentences are pinned.

Tests of other modules ask for the type of an error and the name of the argument only.
"""

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from diffprog import _args, _samples

NAN, INF = math.nan, math.inf
INTEGERS = "a floating-point tensor, since others cannot carry gradients: write 5.0 instead of 5"


def leaf(*values: float) -> Tensor:
    return torch.tensor(values or 0, dtype=torch.float32).requires_grad_()


Case = tuple[Callable[..., object], Any, str]

# Helper, argument, and what is said of it behind its name.
REFUSED: list[Case] = [
    (_args.floating, 5.0, "got 5.0 (float), want a floating-point tensor"),
    (_args.floating, torch.tensor(5), f"got a torch.int64 tensor of shape (), want {INTEGERS}"),
    (_args.floating, torch.tensor([1j]),
     "got a torch.complex64 tensor of shape (1,), want a floating-point tensor"),
    (_args.floating, np.zeros(2),
     "got a NumPy float64 array of shape (2,), want a floating-point tensor"),
    *((_args.finite, torch.tensor([1, x]),
      "got entries that are not finite, want finite numbers") for x in (NAN, INF)),
    (_args.columns, torch.zeros(3),
     "got shape (3,), want (n, i) with n > 1: write x[:, None] for one column"),
    (_args.columns, torch.zeros(1, 2), "got shape (1, 2), want (n, i) with n > 1"),
    (_args.columns, torch.tensor([[1, 2.5], [2, 2.5]]),
     "column 1 is 2.5 throughout"),
    (_args.columns, torch.zeros(3, 0), "got shape (3, 0), want (n, i) with n > 1"),
    *((_args.precise, torch.zeros(2, dtype=t),
      f"got a {t} tensor of shape (2,), want float32 or float64: x.float()")
      for t in (torch.float16, torch.bfloat16)),
    (_args.not_empty, torch.zeros(0, 2), "got shape (0, 2), want one number or more"),
    (_args.symmetric, torch.tensor([[1.0, 2], [0, 1]]), "it is not symmetric, and should be"),
    (_args.columns, torch.tensor([[1.0], [NAN]]),
     "got entries that are not finite, want finite numbers"),
    (_args.scalar, 2.0, "got 2.0 (float), want a tensor of shape (): no .item(), no float()"),
    (_args.scalar, leaf(1, 2),
     "got a torch.float32 tensor of shape (2,), want one number, shape (): take the .mean()"),
    (_args.scalar, torch.tensor(1.0),
     "the value depends on no parameter: compute it in torch from the parameters, with no "
     ".detach() and no torch.no_grad()"),
    *((_args.positive, x, f"got {x!r} ({type(x).__name__}), want one finite number above zero")
      for x in (0, -1, NAN, INF, 1e39, "5", b"5", None)),
    (_args.positive, torch.tensor([1.0, 2]),
     "got a torch.float32 tensor of shape (2,), want one finite number above zero"),
    (_args.positive, leaf(),
     "it is not fitted, so pass a number that needs no gradient"),
    *((_args.not_negative, x, f"got {x!r} ({type(x).__name__}), want a number, 0 or more")
      for x in (-0.1, NAN, INF, "0", None)),
    (_args.positives, torch.tensor([1.0, 0]),
     "got values [1.0, 0.0], want finite numbers above zero"),
    (_args.positives, torch.zeros(10),
     "got a torch.float32 tensor of shape (10,), want finite numbers above zero"),
    (_args.positives, torch.tensor([INF]), "got values [inf], want finite numbers above zero"),
    *((_args.count, n, f"got {n!r} ({type(n).__name__}), want an int, 1 or more")
      for n in (0, -1, 2.0, True, "10", None)),
    (_samples.masses, torch.zeros(2, 2, 2),
     "got shape (2, 2, 2), want (n,), or (n, d) for d observables"),
    (_samples.masses, torch.zeros(0, 2),
     "got an empty sample of shape (0, 2), want one event or more"),
    (_samples.masses, torch.tensor([1, NAN]),
     "got masses that are NaN or infinite, want finite numbers, in GeV"),
    (_samples.masses, torch.tensor([INF, -INF]),
     "got masses that are NaN or infinite, want finite numbers, in GeV"),
    (lambda name, c: _samples.shapes(name, c, torch.zeros(5, 2)), torch.zeros(3),
     "got shape (3,), want (…, 2), a cut for each observable"),
    (lambda name, c: _samples.shapes(name, c, torch.zeros(5, 2)), torch.tensor(0.0),
     "got shape (), want (…, 2), a cut for each observable"),
    (lambda name, c: _samples.cuts(name, c, torch.zeros(5)), torch.tensor([1, NAN]),
     "got a cut that is NaN, want numbers, in GeV"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "x", "sentence"), REFUSED)
def test_what_is_refused_is_one_sentence(
    check: Callable[..., object], x: object, sentence: str
) -> None:
    with pytest.raises(ValueError, match=rf"^x: {re.escape(sentence)}$"):
        check("x", x)


ACCEPTED: list[tuple[Callable[..., object], Any]] = [
    *((_args.floating, torch.zeros(2, dtype=t)) for t in (torch.float64, torch.bfloat16)),
    (_args.finite, torch.zeros(0)),
    (_args.finite, torch.full((3,), 1e308, dtype=torch.float64)),  # whose sum is infinite
    (_samples.masses, torch.full((3,), 1e308, dtype=torch.float64)),
    (_args.symmetric, torch.tensor([[1e4, 1], [2, 1e4]])),  # 1e-4 of the largest: rounding
    (_args.columns, torch.tensor([[1.0], [2]])),
    (_args.scalar, leaf(1.0).sum()),
    (_args.positives, torch.tensor([1e-30, 1e30])),
    (_args.count, 1),
    (_samples.masses, torch.zeros(1, 3)),
    (lambda name, c: _samples.cuts(name, c, torch.zeros(5)), torch.tensor([-INF, INF])),
    (lambda name, c: _samples.cuts(name, c, torch.zeros(5, 2)), torch.zeros(3, 2)),
]


@pytest.mark.parametrize(("check", "x"), ACCEPTED)
def test_what_is_right_passes(check: Callable[..., object], x: object) -> None:
    check("x", x)


def test_numbers_come_back_as_floats() -> None:
    for x in (2, 2.0, np.float32(2), torch.tensor(2), torch.tensor([2.0])):
        for check in (_args.positive, _args.not_negative):
            found = check("x", x)
            assert (found, type(found)) == (2.0, float)
    assert _args.not_negative("x", 0) == 0
    assert _args.positive("x", torch.finfo(torch.float32).max) > 3e38


def test_shapes_and_precisions_are_compared_with_the_first() -> None:
    """What shapes may be said to be is in test_shapes.py."""
    _args.same_shape(x=torch.zeros(2, 1), y=torch.zeros(2, 1).double())
    with pytest.raises(ValueError, match=r"^y: got shape \(2, 3\), want that of x, \(2, 1\)$"):
        _args.same_shape(x=torch.zeros(2, 1), y=torch.zeros(2, 3))
    _args.comparable(x=torch.zeros(2, 1), y=torch.zeros(3))
    got = r"a torch.float64 tensor of shape \(1,\)"
    with pytest.raises(
        ValueError, match=rf"^y: got {got}, want the precision of x, torch.float32$"
    ):
        _args.comparable(x=torch.zeros(2), y=torch.zeros(1).double())
    with pytest.raises(ValueError, match=r"^x: got entries that are not finite"):
        _args.comparable(x=torch.tensor(NAN), y=torch.zeros(1))


def test_the_first_shape_that_does_not_broadcast_is_named() -> None:
    _args.broadcast_shapes(a=(3, 1), b=(4,), c=(), d=(2, 3, 4))
    sentence = r"^c: got shape \(2, 4\), want one that broadcasts with \(3, 4\)$"
    with pytest.raises(ValueError, match=sentence):
        _args.broadcast_shapes(a=(3, 1), b=(4,), c=(2, 4), d=(7,))
    _args.broadcast(a=torch.zeros(3, 1), b=torch.zeros(4))
    with pytest.raises(ValueError, match=r"^b: got shape \(2,\), want one that broadcasts"):
        _args.broadcast(a=torch.zeros(3), b=torch.zeros(2))
    with pytest.raises(ValueError, match=r"^b: got a torch.int64"):
        _args.broadcast(a=torch.zeros(3), b=torch.zeros(2).long())


def test_a_definite_matrix_has_eigenvalues_above_rounding() -> None:
    _args.definite("h", torch.eye(2), "no valley")
    near = torch.diag(torch.tensor([1.0, torch.finfo(torch.float32).eps]))
    for x, got in ((torch.diag(torch.tensor([1.0, -2.0])), "-2"), (near, "1.19e-07")):
        sentence = rf"^h: got an eigenvalue {got}, want all above zero: no valley$"
        with pytest.raises(ValueError, match=sentence):
            _args.definite("h", x, "no valley")
    with pytest.raises(ValueError, match=r"^h: got entries that are not finite"):
        _args.definite("h", torch.eye(2) * NAN, "no valley")


twin = leaf(1.0)


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({}, 'parameters: got {} (dict), want a mapping like {"v0": v0}, not empty'),
        (None, 'parameters: got None (NoneType), want a mapping like {"v0": v0}, not empty'),
        ({"v0": 5.0}, "v0: got 5.0 (float), want a floating-point tensor"),
        ({"v0": torch.tensor(5)}, f"v0: got a torch.int64 tensor of shape (), want {INTEGERS}"),
        (
            {"v0": torch.ones(2)},
            "v0: got requires_grad=False, want a leaf with requires_grad=True",
        ),
        (
            {"v0": leaf(1) * 2},
            "v0: got the result of a computation, want a leaf: x.detach().requires_grad_()",
        ),
        ({"v0": leaf(1, NAN)}, "v0: got start values [1.0, nan], want finite numbers"),
        ({"v0": twin, "w0": twin}, "w0: it is the same tensor as v0: pass each once"),
    ],
)
def test_what_a_loop_cannot_train_is_one_sentence(parameters: object, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        _args.trainable(parameters)


def test_leaves_by_name_can_be_trained() -> None:
    _args.trainable({"v0": leaf(1), "w0": leaf(1)})


def test_samples_have_the_same_observables() -> None:
    _samples.both(torch.zeros(5, 2), torch.zeros(7, 2))
    sentence = (
        r"^background: got shape \(5, 2\) with a signal of \(5,\), "
        "want the same observables in both$"
    )
    with pytest.raises(ValueError, match=sentence):
        _samples.both(torch.zeros(5), torch.zeros(5, 2))
    for name, arguments in {
        "signal": (torch.zeros(0), torch.zeros(1)), "background": (torch.zeros(1), torch.zeros(0))
    }.items():  # fmt: skip
        with pytest.raises(ValueError, match=f"^{name}: got an empty sample"):
            _samples.both(*arguments)


def test_a_seed_is_where_random_numbers_start_and_a_generator_goes_on() -> None:
    one, same = (torch.rand(3, generator=_samples.generator(5)) for _ in range(2))
    assert torch.equal(one, same)
    generator = torch.Generator()
    assert _samples.generator(generator) is generator


# Values are looked at wherever there are any.

LOOKS = [
    (lambda x: _args.finite("x", x), [1.0, 2], [1.0, NAN]),
    (lambda x: _args.positives("x", x), [1.0, 2], [1.0, 0]),
    (lambda x: _args.columns("x", x[:, None]), [1.0, 2], [1.0, 1]),
    (lambda x: _args.definite("x", torch.diag(x), "why"), [1.0, 2], [1.0, -1]),
    (lambda x: _samples.masses("x", x), [1.0, 2], [INF, 1]),
    (lambda x: _samples.cuts("x", x, x), [1.0, INF], [NAN, 1]),
]


@pytest.mark.parametrize(("check", "good", "bad"), LOOKS)
@pytest.mark.parametrize("bad_one", [None, 0, 1])
def test_values_are_found_below_transforms(
    check: Callable[[Tensor], None], good: list[float], bad: list[float], bad_one: int | None
) -> None:
    """Where one entry of a batch is bad, the sentence is that of a single one."""
    x = torch.tensor([good, good])
    if bad_one is not None:
        x[bad_one] = torch.tensor(bad)

    def f(x: Tensor) -> Tensor:
        check(x)
        return x * 2

    for transformed in (
        lambda: torch.func.vmap(f)(x),
        lambda: torch.func.vmap(f, in_dims=1)(x.T),
        lambda: torch.func.jacrev(torch.func.vmap(f))(x),
        lambda: torch.func.jacfwd(torch.func.vmap(f))(x),
        lambda: torch.func.vmap(torch.func.hessian(lambda x: f(x).sum()))(x),
    ):
        if bad_one is None:
            transformed()
        else:
            with pytest.raises(ValueError, match=r"^x: (?!.*BatchedTensor)"):
                transformed()
    check(x[0].to("meta"))


def test_what_is_made_in_inference_mode_is_refused() -> None:
    with torch.inference_mode():
        x = torch.zeros(2)
    with pytest.raises(ValueError, match=r"^x: it was made in torch\.inference_mode\(\), so "):
        _args.ordinary("x", x)
    _args.ordinary("x", x.clone())
