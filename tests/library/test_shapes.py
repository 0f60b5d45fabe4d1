"""Shapes of arguments: what passes, and the sentence that a reader gets for the rest."""

import re

import pytest
import torch
from torch import Tensor

from diffprog import _args


def zeros(*shape: int) -> Tensor:
    return torch.zeros(shape)


@pytest.mark.parametrize(
    "arguments",
    [
        {"t": (zeros(5, 1), "n 1")},
        {"t": (zeros(3, 5, 1), "… n 1")},
        {"t": (zeros(5, 1), "… n 1")},
        {"estimate": (zeros(4, 2, 3), "toys …")},
        {"c": (zeros(), ", one cut")},
        {"X": (zeros(5, 2), "N p"), "data": (zeros(7, 5), "… N")},
        {"H": (zeros(3, 1, 2, 2), "… p p"), "sigma": (zeros(4), "…")},
    ],
    ids=str,
)
def test_shapes_that_fit(arguments: dict[str, tuple[Tensor, str]]) -> None:
    _args.shapes(**arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"t": (zeros(5), "n 1")}, "t: got shape (5,), want (n, 1): write t[:, None]"),
        ({"t": (zeros(1, 5), "… n 1")}, "t: got shape (1, 5), want (…, n, 1)"),
        ({"x": (zeros(2, 3), "p p")}, "x: got shape (2, 3), want (p, p)"),
        ({"steps": (zeros(), "n")}, "steps: got shape (), want (n,)"),
        ({"steps": (zeros(0), "n")}, "steps: got shape (0,), want (n,), not empty"),
        ({"c": (zeros(2), ", one cut")}, "c: got shape (2,), want (), one cut"),
        ({"z": (zeros(3), "… 2, a row")}, "z: got shape (3,), want (…, 2), a row"),
        (
            {"X": (zeros(5, 2), "N p"), "data": (zeros(4, 3), "… N")},
            "data: got shape (4, 3), want (…, N) with N = 5 as in X",
        ),
        (
            {"H": (zeros(3, 2, 2), "… p p"), "sigma": (zeros(4), "…")},
            "sigma: got shape (4,), want one that broadcasts with (3,)",
        ),
        (
            {"t": (zeros(5, 1).long(), "n 1")},
            "t: got a torch.int64 tensor of shape (5, 1), want a floating-point tensor,"
            " since others cannot carry gradients: write 5.0 instead of 5",
        ),
    ],
)
def test_shapes_that_do_not_fit(arguments: dict[str, tuple[Tensor, str]], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        _args.shapes(**arguments)


def test_one_shape_for_all() -> None:
    _args.same_shape(centre=zeros(2), width=zeros(2))
    with pytest.raises(ValueError, match=r"^width: got shape \(1,\), want that of centre, \(2,\)$"):
        _args.same_shape(centre=zeros(2), width=zeros(1))


def test_numbers_to_compare_are_finite_and_of_one_precision() -> None:
    _args.comparable(X=zeros(2), data=zeros(3))
    with pytest.raises(ValueError, match=r"^data: .*float64.*the precision of X, torch.float32$"):
        _args.comparable(X=zeros(2), data=zeros(2).double())
    with pytest.raises(ValueError, match=r"^data: got entries that are not finite"):
        _args.comparable(X=zeros(2), data=zeros(2) / 0)


def test_a_reason_is_a_sentence() -> None:
    why = "the loss does not depend on it (its gradient is None)"
    assert str(_args.refused("v0", why)) == f"v0: {why}"
