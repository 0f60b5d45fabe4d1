"""Checks for the exercises of the chapter `part4/tape`.

Symbols, shapes. All arrays are NumPy's.
    bar        the derivative of the loss by a quantity, in its shape
    change     a change of a quantity, in its shape
    x  (n, i)  w  (i, o)   the two matrices of a product, in `check_pulls`
"""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from diffprog.autodiff.rules import Product
from diffprog.exercises._check import (
    Advice,
    Draw,
    Formula,
    Mistake,
    Wrong,
    call,
    close,
    exercise,
    parts,
    shown,
)

__all__ = ["check_dual", "check_pulls", "check_rule", "check_sum_to"]

Array = Any


def _array(draw: Draw, *shape: int) -> Array:
    return draw(-3, 3, *shape, dtype=torch.float64).numpy()


def _called(answer: Any, advice: Advice | None = None, /, **arguments: Any) -> Any:
    """Call the learner's function, which must leave arrays as they are; describe the call."""
    texts = {
        name: f"np.array({shown(x.tolist())})" if isinstance(x, np.ndarray) else _text(x)
        for name, x in arguments.items()
    }
    answer.describe({name: SimpleNamespace(text=text) for name, text in texts.items()})
    given = {n: x.copy() if isinstance(x, np.ndarray) else x for n, x in arguments.items()}
    result = call(answer.function, advice, **given)
    for name, x in arguments.items():
        if isinstance(x, np.ndarray) and not np.array_equal(x, given[name]):
            raise Wrong(
                f"your function changes {name}, which it was given: `{name} += …` or an assignment"
                f" to entries of it writes into the caller's array. Work on a copy, {name}.copy()"
            )
    return result


def _text(x: Any) -> str:
    return repr(x) if isinstance(x, tuple) else shown(x)


def _made(mistakes: Iterator[tuple[str, Array]]) -> Iterator[Mistake]:
    """Make the results of mistakes tensors, so that they are compared; a shape stays."""
    for sentence, result in mistakes:
        if isinstance(result, tuple):
            yield sentence, result
        else:
            yield sentence, torch.tensor(np.asarray(result).tolist(), dtype=torch.float64)


def _tensor(x: Array) -> Tensor:
    return torch.tensor(np.asarray(x).tolist(), dtype=torch.float64)


# Broadcasting

REPEATED = (
    ((3, 2), (2,)),
    ((3, 2), (3, 1)),
    ((3, 2), (1, 2)),
    ((2, 3, 4), (3, 1)),
    ((3, 2), ()),
    ((3, 2), (3, 2)),
    ((1, 2), (1, 2)),
)
"""The shape of a result, and of an input of it."""


@exercise("ex-unbroadcast", "Right: for axes that are missing, and for axes of length one.")
def check_sum_to(sum_to: Callable[..., Any], seed: int) -> None:
    """Check `sum_to(bar, shape)`: the bar, summed where an input of this shape was repeated."""
    draw = Draw(seed)
    for of_result, shape in REPEATED:
        bar = _array(draw, *of_result)
        got = _called(
            sum_to,
            {
                "out of bounds": "an axis is counted that is no longer there: without keepdims,"
                " each sum takes an axis away, and the next axes move",
                "out of range": "an axis is counted that is no longer there: without keepdims,"
                " each sum takes an axis away, and the next axes move",
                "cannot reshape": "reshape cannot make fewer numbers of many: repeated axes are"
                " summed",
            },
            bar=bar,
            shape=shape,
        )
        wanted = _summed(bar, shape)
        what = "the bar of the input"
        close(got, _tensor(wanted), what, _made(_of_broadcast(bar, shape, wanted)))
        if np.asarray(got).shape != wanted.shape:  # one number passes in any shape
            have = np.asarray(got).shape
            raise Wrong(f"{what} has shape {have}; it should have {wanted.shape}")


def _summed(bar: Array, shape: tuple[int, ...]) -> Array:
    missing = bar.ndim - len(shape)
    bar = bar.sum(tuple(range(missing))) if missing else bar
    for axis, size in enumerate(shape):
        if size == 1:
            bar = bar.sum(axis, keepdims=True)
    return bar


# fmt: off
def _of_broadcast(
    bar: Array, shape: tuple[int, ...], wanted: Array
) -> Iterator[tuple[str, Array]]:
    if bar.shape != shape:
        one = bar[(0,) * (bar.ndim - len(shape))]
        one = one[tuple(slice(1) if n == 1 else slice(None) for n in shape)]
        yield ("the bar comes back as it came, but this input was repeated: sum over the axes"
               " along which it has the length one, and over those that it lacks", bar)
        yield ("the bar of one repetition is returned: the contributions of all repetitions add",
               one)
    size = max(int(np.prod(shape)), 1)
    yield ("that is the mean over the repetitions: their contributions add",
           wanted * size / bar.size)
    gone = tuple(n for n in shape if n != 1)
    if gone != shape:
        yield ("an axis of length one is gone: the bar must keep it, with keepdims=True", gone)
    yield ("everything is added up, in each entry: sum only over the axes that were repeated",
           np.broadcast_to(bar.sum(), shape))
# fmt: on


# The matrix product


@exercise("ex-matrix-product", "Right: for square matrices and for others.")
def check_pulls(pulls: Callable[..., Any], seed: int) -> None:
    """Check `pulls(x, w, bar)`: the bars of x and of w, from that of x @ w."""
    draw = Draw(seed)
    for n, i, o in ((2, 2, 2), (3, 2, 4)):
        x, w, bar = _array(draw, n, i), _array(draw, i, o), _array(draw, n, o)
        got = parts(_called(pulls, x=x, w=w, bar=bar), "the bar of x", "the bar of w")
        of_x, of_w = bar @ w.T, x.T @ bar
        if n == i == o:
            _close(got[0], of_x, "the bar of x", _of_x(w, bar, of_w))
            _close(got[1], of_w, "the bar of w", _of_w(x, bar, of_x))
        else:
            _close(got[0], of_x, "the bar of x", iter(()))
            _close(got[1], of_w, "the bar of w", iter(()))


def _close(got: Any, wanted: Array, what: str, mistakes: Iterator[tuple[str, Array]]) -> None:
    close(got, _tensor(wanted), what, _made(mistakes))


# fmt: off
def _of_x(w: Array, bar: Array, of_w: Array) -> Iterator[tuple[str, Array]]:
    yield ("the two bars are exchanged: return the bar of x first", of_w)
    yield ("the bar of x needs the transpose of w: the output index of w is summed", bar @ w)
    yield ("w.T stands on the wrong side: the rows of `bar` are the rows of x", w.T @ bar)
    yield ("w stands on the wrong side, and lacks its transpose: the rows of `bar` are the rows"
           " of x", w @ bar)
    yield ("the entries are multiplied one by one: the pull of a matrix product is a matrix"
           " product", bar * w)
    yield ("that is the derivative with a bar of ones: `bar` has no part in it",
           np.ones_like(bar) @ w.T)
    yield ("the bar of x lies on its side", (bar @ w.T).T)


def _of_w(x: Array, bar: Array, of_x: Array) -> Iterator[tuple[str, Array]]:
    yield ("the bar of x comes twice: the second one is that of w", of_x)
    yield ("the bar of w needs the transpose of x: the rows of x are summed", x @ bar)
    yield ("x.T stands on the wrong side: the columns of `bar` are the columns of w", bar @ x.T)
    yield ("x stands on the wrong side, and lacks its transpose", bar @ x)
    yield ("the entries are multiplied one by one: the pull of a matrix product is a matrix"
           " product", x * bar)
    yield ("that is the derivative with a bar of ones: `bar` has no part in it",
           x.T @ np.ones_like(bar))
    yield ("the bar of w lies on its side", (x.T @ bar).T)
# fmt: on


# A rule


@exercise("ex-tape", "Right: the push, and the pull that is its transpose.")
def check_rule(cumsum_rule: Callable[..., Any], seed: int) -> None:
    """Check `cumsum_rule(x, dim)`: the cumulative sum, and the Product of its derivative."""
    draw = Draw(seed)
    for n in (4, 5):
        x, change, bar = _array(draw, n), _array(draw, n), _array(draw, n)
        y, product = _of_rule(_called(cumsum_rule, x=x, dim=0))
        _close(y, np.cumsum(x), "the result", _of_sum(x))
        for name, function in (("push", product.push), ("pull", product.pull)):
            if not callable(function):
                raise Wrong(
                    f"`{name}` of the Product is of type {type(function).__name__}: it is a"
                    " function, which is called later, with a change or a bar"
                )
        pushed = call(product.push, change=change)
        _close(pushed, np.cumsum(change), "what `push` returns", _of_push(x, change))
        pulled = call(product.pull, bar=bar)
        _close(pulled, _from_here(bar), "what `pull` returns", _of_pull(x, bar))


def _of_rule(got: Any) -> tuple[Any, Any]:
    y, products = parts(got, "the result", "a list with one Product")
    if isinstance(products, Product):
        raise Wrong("the Product stands alone: a rule returns a list, with one for each input")
    if not isinstance(products, list | tuple) or len(products) != 1:
        raise Wrong(
            "the second thing is a list with one Product, that of x: `dim` is no number that could"
            " change a little"
        )
    (product,) = products
    if not isinstance(product, Product):
        raise Wrong(
            f"the entry of the list is of type {type(product).__name__}: make it Product(push,"
            " pull)"
        )
    return y, product


def _from_here(x: Array) -> Array:
    return np.flip(np.cumsum(np.flip(x)))


# fmt: off
def _of_sum(x: Array) -> Iterator[tuple[str, Array]]:
    yield ("the result is the total: return the sum up to each entry, np.cumsum(x)", x.sum())
    yield ("the result lacks the entry itself: x[i] is part of y[i]", np.cumsum(x) - x)
    yield ("the result adds up from the end: y[i] = x[0] + … + x[i]", _from_here(x))
    yield ("the result is x itself: return its cumulative sum", x)


def _of_push(x: Array, change: Array) -> Iterator[tuple[str, Array]]:
    yield ("`push` and `pull` are exchanged: a change of x[j] changes y[j] and all results after"
           " it", _from_here(change))
    yield ("`push` hands on the change of each entry alone: y[i] also changes with all entries"
           " before x[i]", change)
    yield ("`push` adds up x: it takes the change", np.cumsum(x))
    yield ("`push` adds up x and its change: the sum is linear, so its change is the cumulative"
           " sum of the change alone", np.cumsum(x + change))
    yield ("`push` multiplies by the result: the derivative of a sum does not depend on x",
           np.cumsum(x) * change)
    yield ("`push` multiplies by x: the derivative of a sum does not depend on x", x * change)
    yield ("`push` returns the total change: each result has its own", change.sum())
    yield ("`push` lacks the entry itself: y[i] changes with x[i], too",
           np.cumsum(change) - change)
    yield ("`push` counts the results into which x[j] goes: push the change through the sum",
           np.arange(len(x), 0, -1) * change)
    yield ("`push` averages: a cumulative sum adds", np.cumsum(change) / np.arange(1, len(x) + 1))


def _of_pull(x: Array, bar: Array) -> Iterator[tuple[str, Array]]:
    n, total = len(bar), bar.sum()
    yield ("`pull` is the same as `push`. But x[j] goes into y[j] and the results after it, so its"
           " bar adds up the bars from j to the end", np.cumsum(bar))
    yield ("`pull` hands back the bar of y[j] alone: x[j] also goes into all results after it",
           bar)
    yield ("`pull` lacks the bar of y[j] itself: x[j] is part of y[j], too", _from_here(bar) - bar)
    yield ("`pull` adds up the bars before y[j]: x[j] goes into y[j] and the results after it",
           np.cumsum(bar) - bar)
    yield ("`pull` reverses before it adds up, but not back again: the bar of x[0] comes last",
           np.cumsum(np.flip(bar)))
    yield ("`pull` adds up first and reverses then: reverse the bar, add up, and reverse back",
           np.flip(np.cumsum(bar)))
    yield ("`pull` only reverses the bar: it has to add up, too", np.flip(bar))
    yield ("`pull` gives each entry the total: x[j] does not go into the results before y[j]",
           np.zeros(n) + total)
    yield ("`pull` returns the total: each x[j] has a bar of its own", total)
    yield ("`pull` undoes the sum, by differences. The way back is no inverse: it adds up bars",
           np.diff(bar, prepend=0.0))
    yield ("`pull` undoes the sum, by differences. The way back is no inverse: it adds up bars",
           np.diff(bar, append=0.0))
    yield ("`pull` multiplies the bar of y[j] by the number of results: each result that x[j] goes"
           " into has a bar of its own", np.arange(n, 0, -1) * bar)
    yield ("`pull` adds up x: it takes the bar of the result", _from_here(x))
    yield ("`pull` multiplies by x: the derivative of a sum does not depend on x", x * bar)
    yield ("`pull` counts the results that x[j] goes into, and leaves the bar out",
           np.arange(n, 0, -1))
# fmt: on


# Dual numbers

RETURN_A_PAIR = "`_result` has to return a Pair, whose value is y: an array carries no tangent"


@exercise("ex-dual", "Right: for several inputs, for matrices, and for an input that was repeated.")
def check_dual(forward: Callable[..., Any], seed: int) -> None:
    """Check `forward(f, x, direction)`: f(x), and its change along the direction."""
    draw = Draw(seed)
    a, b, c, d = draw(1, 4, 4, step=0.5).tolist()
    double = "dtype=torch.float64"
    matrix = f"torch.tensor([[{a}, {b}], [{c}, {d}]], {double})"
    w = np.array([[a, b], [c, d]])
    x, change = _array(draw, 3), _array(draw, 3)
    product = change * np.sin(x) + x * change * np.cos(x)
    _along(forward, "x * torch.sin(x)", x, change, product, _of_product(x, change))
    x, change = _array(draw, 2, 2), _array(draw, 2, 2)
    pulled = "that is the pull: forward mode pushes the tangents of the inputs"
    _along(forward, f"x @ {matrix}", x, change, change @ w, iter([(pulled, change @ w.T)]))
    x, change = _array(draw, 3), _array(draw, 3)
    wanted = 4 * change.sum()
    _along(
        forward, f"(x + torch.zeros(4, 1, {double})).sum()", x, change, wanted,
        iter([("the tangent lacks the shape of y. Here x, (3,), was repeated in four rows, and its"
               " tangent has to be repeated, too: begin with np.zeros_like(y)", change.sum())]),
    )  # fmt: skip


def _along(
    forward: Callable[..., Any],
    text: str,
    x: Array,
    change: Array,
    wanted: Array,
    mistakes: Iterator[tuple[str, Array]],
) -> None:
    f = Formula(f"lambda x: {text}")
    advice = {
        "NoneType": "`_result` returns nothing: it has to return a Pair",
        "no rule is written for 'tangent'": RETURN_A_PAIR,
        "attribute 'value'": RETURN_A_PAIR,
        "attribute 'tangent'": RETURN_A_PAIR,
        "reshape": "an array has the wrong shape: does `_result` pull? Forward mode pushes",
    }
    got = _called(forward, advice, f=f, x=x, direction=change)
    value, tangent = parts(got, "the value", "the tangent")
    y = f(torch.tensor(x.tolist(), dtype=torch.float64)).numpy()
    exchanged = "value and tangent are exchanged: Pair takes the value first"
    _close(value, y, "the value", iter([(exchanged, wanted)]))
    _close(tangent, wanted, "the tangent", mistakes)


# fmt: off
def _of_product(x: Array, change: Array) -> Iterator[tuple[str, Array]]:
    sine, slope = np.sin(x), np.cos(x)
    first, second, y = change * sine, x * change * slope, x * sine
    adds = "the product has two inputs, and the pushes of both add"
    yield (f"only the last input counts: {adds}", second)
    yield (f"only the first input counts: {adds}", first)
    yield (f"the pushes are multiplied: {adds}", first * second)
    yield (f"the pushes are averaged: {adds}", (first + x * change * slope) / 2)
    yield (f"the pushes are averaged: {adds}", (first + second) / 2)
    pushed = "push the tangent of the input, x.tangent"
    yield (f"the values are pushed: {pushed}", x * sine + x * sine)
    yield (f"ones are pushed: {pushed}", sine + x)
    yield (f"the tangent of the first input is pushed for all: {pushed}", first + x * change)
    yield ("the tangents are added as they are: each goes through the push of its input",
           change + change)
    yield ("the tangent of the first input comes on top: begin with zeros",
           change + first + x * (change + change * slope))
    yield ("the tangent is the value", y)
    yield ("the tangent of the result is the direction itself", change)
# fmt: on
