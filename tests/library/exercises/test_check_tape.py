"""The checks of `part4/tape`: right answers pass, and each typical mistake is named."""

import numpy as np

from diffprog.autodiff.rules import Product
from diffprog.autodiff.tape import unbroadcast
from diffprog.autodiff.traced import Traced
from diffprog.exercises.tape import check_dual, check_pulls, check_rule, check_sum_to

from .answers import test_right_answers_pass, test_wrong_answers_are_told_why  # noqa: F401

# Broadcasting


def missing_only(bar, shape):
    while bar.ndim > len(shape):
        bar = bar.sum(0)
    return bar


def mended(sum_axis, missing=lambda bar: bar.sum(0)):
    """The answer, with another treatment of an axis of length one, or of a missing one."""

    def sum_to(bar, shape):
        while bar.ndim > len(shape):
            bar = missing(bar)
        for axis, size in enumerate(shape):
            if size == 1:
                bar = sum_axis(bar, axis)
        return bar

    return sum_to


def all_at_once(bar, shape):
    missing = bar.ndim - len(shape)
    ones = tuple(missing + i for i, n in enumerate(shape) if n == 1)
    return np.sum(bar, axis=(*range(missing), *ones), keepdims=True).reshape(shape)


def ones_first(bar, shape):
    for axis, size in enumerate(shape):
        bar = kept(bar, axis) if size == 1 else bar
    return missing_only(bar, shape)


def kept(bar, axis):
    return bar.sum(axis, keepdims=True)


def writes(bar, shape):
    bar *= 1.5
    return unbroadcast(bar, shape)


# A rule


def cumsum_rule(push=np.cumsum, pull=lambda bar: np.flip(np.cumsum(np.flip(bar)))):
    return lambda x, dim: (np.cumsum(x), [Product(push, pull)])


def by_x(push=None, pull=None):
    """A rule whose push or pull depends on x."""

    def rule(x, dim):
        y, [right] = cumsum_rule()(x, dim)
        return y, [
            Product(
                (lambda d: push(x, d)) if push else right.push,
                (lambda d: pull(x, d)) if pull else right.pull,
            )
        ]

    return rule


def with_matrix(x, dim):
    lower = np.tril(np.ones((len(x), len(x))))
    return lower @ x, [Product(lambda d: lower @ d, lambda bar: lower.T @ bar)]


def by_loop(x, dim):
    def pull(bar):
        out, total = np.zeros_like(bar), 0.0
        for i in range(len(bar) - 1, -1, -1):
            total += bar[i]
            out[i] = total
        return out

    return x.cumsum(dim), [Product(lambda d: d.cumsum(dim), pull)]


def back(bar):
    return np.flip(np.cumsum(np.flip(bar)))


def result(change):
    return lambda x, dim: (change(x), cumsum_rule()(x, dim)[1])


# Dual numbers


def forward_by(result):
    """The answer of ex-dual, with this body of `_result`."""

    class Pair(Traced):
        derived = True

        def __init__(self, value, tangent):
            super().__init__(np, value)
            self.tangent = tangent

        def _result(self, name, y, inputs):
            return result(Pair, self, y, inputs)

    def forward(f, x, direction):
        y = f(Pair(x, direction))
        return y.value, y.tangent

    return forward


def summed(contribution, start=lambda self, y: np.zeros_like(y)):
    """The answer, with another contribution of each input, or another start."""

    def result(make, self, y, inputs):
        tangent = start(self, y)
        for x, product in inputs:
            tangent = tangent + contribution(x, product)
        return make(y, tangent)

    return forward_by(result)


def last_only(make, self, y, inputs):
    for x, product in inputs:
        tangent = product.push(x.tangent)
    return make(y, tangent + np.zeros_like(y))


def first_only(make, self, y, inputs):
    x, product = inputs[0]
    return make(y, product.push(x.tangent) + np.zeros_like(y))


def multiplied(make, self, y, inputs):
    tangent = np.ones_like(y)
    for x, product in inputs:
        tangent = tangent * product.push(x.tangent)
    return make(y, tangent)


def averaged(make, self, y, inputs):
    pushed = [product.push(x.tangent) for x, product in inputs]
    return make(y, sum(pushed, np.zeros_like(y)) / len(pushed))


def right_tangent(y, inputs):
    return sum((product.push(x.tangent) for x, product in inputs), np.zeros_like(y))


def filled(make, self, y, inputs):
    total = np.broadcast_to(sum(p.push(x.tangent) for x, p in inputs), np.shape(y))
    return make(y, total)


def in_place(make, self, y, inputs):
    tangent = np.zeros_like(y) + 0.0
    for x, product in inputs:
        tangent += product.push(x.tangent)
    return make(y, tangent)


def your_turn(make, self, y, inputs):
    raise NotImplementedError


RIGHT = {
    check_sum_to: {
        "the library's": unbroadcast,
        "a loop": mended(kept),
        "all axes at once": all_at_once,
        "by None": mended(lambda bar, axis: np.expand_dims(bar.sum(axis), axis)),
        "by a sum of NumPy": mended(lambda bar, axis: np.sum(bar, axis=axis, keepdims=True)),
    },
    check_pulls: {
        "matrix products": lambda x, w, bar: (bar @ w.T, x.T @ bar),
        "a list": lambda x, w, bar: [bar @ w.T, x.T @ bar],
        "transposed twice": lambda x, w, bar: ((w @ bar.T).T, (bar.T @ x).T),
        "by indices": lambda x, w, bar: (
            (bar[:, None, :] * w).sum(-1),
            (x[:, :, None] * bar[:, None, :]).sum(0),
        ),
    },
    check_rule: {
        "flip": cumsum_rule(),
        "the total": cumsum_rule(pull=lambda bar: bar.sum() - np.cumsum(bar) + bar),
        "a slice": cumsum_rule(pull=lambda bar: bar[::-1].cumsum()[::-1]),
        "a matrix": with_matrix,
        "a loop": by_loop,
        "a tuple": lambda x, dim: (np.cumsum(x), (Product(np.cumsum, back),)),
    },
    check_dual: {
        "a loop": summed(lambda x, product: product.push(x.tangent)),
        "sum": forward_by(lambda make, self, y, inputs: make(y, right_tangent(y, inputs))),
        "broadcast_to": forward_by(filled),
        "in place": forward_by(in_place),
    },
}
WRONG = {
    check_sum_to: {
        "as it was": (missing_only, "the length one"),
        "axes are lost": (mended(lambda bar, axis: bar.sum(axis)), "keepdims"),
        "squeezed": (lambda bar, shape: np.squeeze(unbroadcast(bar, shape)), "keepdims"),
        "the mean": (
            mended(lambda b, axis: b.mean(axis, keepdims=True), lambda b: b.mean(0)),
            "their contributions add",
        ),
        "the mean over ones": (mended(lambda b, axis: b.mean(axis, keepdims=True)), "add"),
        "the last axis": (mended(kept, lambda bar: bar.sum(-1)), "averaged|summed|shape|lacks"),
        "the first row": (mended(kept, lambda bar: bar[0]), "all repetitions add"),
        "the first column": (mended(lambda b, axis: b[:, :1] if axis else b[:1]), "add"),
        "ones first": (ones_first, "it should have (3, 1)"),
        "the other axis": (mended(lambda b, axis: kept(b, 1)), "it should have (1, 2)"),
        "everything": (lambda bar, shape: np.broadcast_to(bar.sum(), shape), "only over"),
        "one number": (lambda bar, shape: bar.sum(), "summed over"),
        "reshaped": (lambda bar, shape: bar.reshape(shape), "summed"),
        "nothing at all": (lambda bar, shape: bar, "as it came"),
        "the sign": (lambda bar, shape: -unbroadcast(bar, shape), "signs are wrong"),
        "the largest": (mended(lambda b, axis: b.max(axis, keepdims=True)), ""),
        "a length for an axis": (
            lambda bar, shape: unbroadcast(bar, shape)[None],
            "in another shape",
        ),
        "written into": (writes, "changes bar"),
        "nothing returned": (lambda bar, shape: None, "returns None"),
    },
    check_pulls: {
        "exchanged": (lambda x, w, bar: (x.T @ bar, bar @ w.T), "exchanged"),
        "w as it is": (lambda x, w, bar: (bar @ w, x.T @ bar), "transpose of w"),
        "x as it is": (lambda x, w, bar: (bar @ w.T, x @ bar), "transpose of x"),
        "w on the left": (lambda x, w, bar: (w.T @ bar, x.T @ bar), "wrong side"),
        "x on the right": (lambda x, w, bar: (bar @ w.T, bar @ x.T), "wrong side"),
        "w @ bar": (lambda x, w, bar: (w @ bar, x.T @ bar), "wrong side"),
        "bar @ x": (lambda x, w, bar: (bar @ w.T, bar @ x), "wrong side"),
        "one by one": (lambda x, w, bar: (bar * w, x * bar), "one by one"),
        "w one by one": (lambda x, w, bar: (bar @ w.T, x * bar), "one by one"),
        "twice": (lambda x, w, bar: (bar @ w.T, bar @ w.T), "comes twice"),
        "no bar": (lambda x, w, bar: (np.ones_like(bar) @ w.T, x.T @ bar), "no part in it"),
        "no bar for w": (lambda x, w, bar: (bar @ w.T, x.T @ np.ones_like(bar)), "no part in it"),
        "on its side": (lambda x, w, bar: (bar @ w.T, bar.T @ x), "on its side"),
        "one thing": (lambda x, w, bar: bar @ w.T, "return two things"),
    },
    check_rule: {
        "pull is push": (cumsum_rule(pull=np.cumsum), "the same as `push`"),
        "exchanged": (cumsum_rule(back, np.cumsum), "exchanged"),
        "pull is the identity": (cumsum_rule(pull=lambda bar: bar), "alone"),
        "push is the identity": (cumsum_rule(push=lambda d: d), "alone"),
        "pull without its own": (cumsum_rule(pull=lambda bar: back(bar) - bar), "itself"),
        "pull before": (cumsum_rule(pull=lambda bar: np.cumsum(bar) - bar), "before y[j]"),
        "not reversed back": (cumsum_rule(pull=lambda bar: np.cumsum(bar[::-1])), "back again"),
        "reversed after": (cumsum_rule(pull=lambda bar: np.cumsum(bar)[::-1]), "reverses then"),
        "only reversed": (cumsum_rule(pull=lambda bar: bar[::-1]), "only reverses"),
        "the total everywhere": (cumsum_rule(pull=lambda bar: bar.sum() + 0 * bar), "the total"),
        "the total": (cumsum_rule(pull=np.sum), "a bar of its own"),
        "the inverse": (cumsum_rule(pull=lambda b: np.diff(b, prepend=0.0)), "no inverse"),
        "the inverse, reversed": (cumsum_rule(pull=lambda b: np.diff(b, append=0.0)), "no inverse"),
        "counted": (cumsum_rule(pull=lambda b: np.arange(len(b), 0, -1) * b), "the number of"),
        "pull of x": (by_x(pull=lambda x, bar: back(x)), "adds up x"),
        "pull times x": (by_x(pull=lambda x, bar: x * bar), "does not depend on x"),
        "push of x": (by_x(lambda x, d: np.cumsum(x)), "adds up x"),
        "push of both": (by_x(lambda x, d: np.cumsum(x + d)), "linear"),
        "push times x": (by_x(lambda x, d: x * d), "does not depend on x"),
        "push times y": (by_x(lambda x, d: np.cumsum(x) * d), "does not depend on x"),
        "push total": (cumsum_rule(push=np.sum), "total change"),
        "push counts": (cumsum_rule(push=lambda d: np.arange(len(d), 0, -1) * d), "counts"),
        "a total": (result(np.sum), "the total"),
        "from the end": (result(back), "from the end"),
        "x itself": (result(lambda x: x), "x itself"),
        "arrays": (
            lambda x, dim: (np.cumsum(x), [Product(np.cumsum(x), back(x))]),  # type: ignore[arg-type]
            "it is a function",
        ),
        "no list": (lambda x, dim: (np.cumsum(x), Product(np.cumsum, back)), "stands alone"),
        "two products": (
            lambda x, dim: (np.cumsum(x), [Product(np.cumsum, back), None]),
            "one Product",
        ),
        "a tuple of functions": (lambda x, dim: (np.cumsum(x), [(np.cumsum, back)]), "make it"),
        "only the result": (lambda x, dim: np.cumsum(x), "return two things"),
    },
    check_dual: {
        "pull": (summed(lambda x, p: p.pull(x.tangent)), "the pull"),
        "last input": (forward_by(last_only), "only the last"),
        "first input": (forward_by(first_only), "only the first"),
        "multiplied": (forward_by(multiplied), "are multiplied"),
        "averaged": (forward_by(averaged), "averaged"),
        "values": (summed(lambda x, p: p.push(x.value)), "values are pushed"),
        "ones": (summed(lambda x, p: p.push(np.ones_like(x.value))), "ones are pushed"),
        "of the first input": (
            forward_by(lambda make, self, y, i: make(y, sum(p.push(self.tangent) for _, p in i))),
            "of the first input",
        ),
        "not pushed": (summed(lambda x, p: x.tangent), "as they are"),
        "on top": (
            summed(lambda x, p: p.push(x.tangent), lambda self, y: self.tangent),
            "begin with zeros",
        ),
        "exchanged": (
            forward_by(lambda make, self, y, inputs: make(right_tangent(y, inputs), y)),
            "exchanged|value",
        ),
        "the value": (forward_by(lambda make, self, y, inputs: make(y, y)), "is the value"),
        "the direction": (
            forward_by(lambda make, self, y, inputs: make(y, self.tangent)),
            "direction itself",
        ),
        "too small": (
            forward_by(lambda make, self, y, i: make(y, sum(p.push(x.tangent) for x, p in i))),
            "repeated in four rows",
        ),
        "an array": (forward_by(lambda make, self, y, inputs: y), "return a Pair"),
        "a traced array": (
            forward_by(lambda make, self, y, inputs: Traced(np, y)),
            "return a Pair",
        ),
        "nothing": (forward_by(lambda make, self, y, inputs: None), "returns nothing"),
        "a tuple": (
            forward_by(lambda make, self, y, inputs: (y, right_tangent(y, inputs))),
            "return a Pair|stops",
        ),
        "not yet": (forward_by(your_turn), "your turn"),
        "zero": (forward_by(lambda make, self, y, inputs: make(y, np.zeros_like(y))), "zero"),
        "the sign": (summed(lambda x, p: -p.push(x.tangent)), "averaged|sign|not right|times"),
    },
}
