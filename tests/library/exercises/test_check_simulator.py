"""The check of `part1/simulator`: right answers pass, and a wrong one hears its likely cause."""

import numpy as np
import torch

from diffprog.exercises.simulator import check_shapes

from .answers import test_right_answers_pass, test_wrong_answers_are_told_why  # noqa: F401


def looped(t, a, v0, x0):
    return torch.stack([x0 + v0 * s + a * s**2 / 2 for s in t])


def columns(f):
    """An answer by a formula of t, (n, 1), and the parameters."""
    return lambda t, a, v0, x0: f(t[:, None], a, v0, x0)


def by_numpy(t, a, v0, x0):
    t, a, v0, x0 = (x.numpy() for x in (t, a, v0, x0))
    return x0 + np.outer(t, v0) + np.outer(t**2, a) / 2


def halved_in_place(t, a, v0, x0):
    a /= 2
    return x0 + v0 * t[:, None] + a * t[:, None] ** 2


def unsqueezed_in_place(t, a, v0, x0):
    t.unsqueeze_(1)
    return x0 + v0 * t + a * t**2 / 2


def careful(t, a, v0, x0):
    """Wrong only where there are as many times as dimensions."""
    return x0 + v0 * t + a * t**2 / 2 if len(t) == len(a) else looped(t, a, v0, x0)


def last_row_left(t, a, v0, x0):
    x = torch.zeros(len(t), len(a))
    x[:-1] = looped(t, a, v0, x0)[:-1]
    return x


def by_euler(t, a, v0, x0):
    rows, before = [], 0.0
    for now in t:
        x0, v0, before = x0 + v0 * (now - before), v0 + a * (now - before), now
        rows.append(x0)
    return torch.stack(rows)


right = columns(lambda t, a, v, x: x + v * t + a * t**2 / 2)

RIGHT = {
    check_shapes: {
        "a new axis": right,
        "outer products": lambda t, a, v0, x0: x0 + torch.outer(t, v0) + torch.outer(t**2, a) / 2,
        "a loop": looped,
        "einsum": lambda t, a, v0, x0: (
            x0 + torch.einsum("n,d->nd", t, v0) + torch.einsum("n,d->nd", t**2, a) / 2
        ),
        "NumPy": by_numpy,
        "NumPy, backwards and back": lambda *p: by_numpy(*p)[::-1][::-1][:, ::-1][:, ::-1],
        "a list": lambda *p: looped(*p).tolist(),
        "a list of arrays": lambda *p: list(by_numpy(*p)),
        "float64": lambda *p: looped(*(x.double() for x in p)),
        "Horner": columns(lambda t, a, v, x: x + t * (v + t * a / 2)),
    }
}
WRONG = {
    check_shapes: {
        "1 instead of ½·t²": (
            columns(lambda t, a, v, x: x + v * t + a * t ** (2 / 2)),
            "the power",
        ),
        "½ of the rise": (columns(lambda t, a, v, x: x + (v * t + a * t**2) / 2), "½ belongs to"),
        "½ of all": (columns(lambda t, a, v, x: (x + v * t + a * t**2) / 2), "½ belongs to"),
        "whole halves": (columns(lambda t, a, v, x: x + v * t + a * t**2 // 2), "take /"),
        "whole halves of t²": (columns(lambda t, a, v, x: x + v * t + a * (t**2 // 2)), "take /"),
        "gravity typed in": (columns(lambda t, a, v, x: x + v * t - 4.9 * t**2), "whatever a is"),
        "drawn": (lambda *p: looped(*p) + torch.rand(len(p[0]), 1), "another result each time"),
        "two columns": (
            lambda t, a, v0, x0: x0 + v0 * t[:, None].repeat(1, 2) + a * t[:, None] ** 2 / 2,
            "or of dimensions, fixed",
        ),
        "the last row left at zero": (last_row_left, "and right where it is not zero"),
        "two rows": (lambda *p: looped(*p)[:2], "only its first 2 entries"),
        "Euler": (by_euler, "Euler's steps"),
        "the colleague's line": (
            lambda t, a, v0, x0: x0 + v0 * t + a * t**2 / 2,
            "do not broadcast",
        ),
        "a square": (careful, "an axis of their own"),
        "axes swapped": (lambda *p: looped(*p).T, "changed places"),
        "a halved in place": (halved_in_place, "changes a, which"),
        "t reshaped in place": (unsqueezed_in_place, "changes t, which"),
        "no ½": (columns(lambda t, a, v, x: x + v * t + a * t**2), "½ in ½·a·t² is missing"),
        "¼": (columns(lambda t, a, v, x: x + v * t + a * (t / 2) ** 2), "½ in ½·a·t² is squared"),
        "no square": (columns(lambda t, a, v, x: x + v * t + a * t / 2), "t should be squared"),
        "a squared": (columns(lambda t, a, v, x: x + v * t + (a * t) ** 2 / 2), "only t is"),
        "minus a": (columns(lambda t, a, v, x: x + v * t - a * t**2 / 2), "½·a·t² is subtracted"),
        "minus v0": (columns(lambda t, a, v, x: x - v * t + a * t**2 / 2), "v0·t is subtracted"),
        "no a": (columns(lambda t, a, v, x: x + v * t), "½·a·t² is missing"),
        "no v0": (columns(lambda t, a, v, x: x + a * t**2 / 2), "v0·t is missing"),
        "no x0": (columns(lambda t, a, v, x: v * t + a * t**2 / 2), "x0 is missing"),
        "v0 no velocity": (columns(lambda t, a, v, x: x + v + a * t**2 / 2), "not multiplied"),
        "x0 a velocity": (columns(lambda t, a, v, x: x * t + v * t + a * t**2 / 2), "x0 is mult"),
        "a and v0": (columns(lambda t, a, v, x: x + a * t + v * t**2 / 2), "a and v0 have"),
        "v0 and x0": (columns(lambda t, a, v, x: v + x * t + a * t**2 / 2), "v0 and x0 have"),
        "a and x0": (columns(lambda t, a, v, x: a + v * t + x * t**2 / 2), "a and x0 have"),
        "velocities": (columns(lambda t, a, v, x: v + a * t), "those are velocities"),
        "sorted": (lambda t, a, v0, x0: looped(t.sort().values, a, v0, x0), "are sorted"),
        "from the first": (lambda t, a, v0, x0: looped(t - t[0], a, v0, x0), "from the first"),
        "reversed": (lambda *p: looped(*p).flip(0), "reverse order"),
        "rounded": (lambda *p: looped(*p).round(), "whole numbers"),
        "integers": (lambda *p: looped(*p).long(), "cut off to whole numbers"),
        "a batch too many": (lambda *p: looped(*p)[None], "right numbers, in another shape"),
        "flat": (lambda *p: looped(*p).flatten(), "right numbers, in another shape"),
        "summed": (lambda *p: looped(*p).sum(1), "summed over axis 1"),
        "averaged": (lambda *p: looped(*p).mean(0), "averaged over axis 0"),
        "one dimension": (lambda *p: looped(*p)[:, :1], ""),
        "one time": (lambda *p: looped(*p)[-1], "only its last entry"),
        "no last": (lambda *p: looped(*p)[:-1], "lacks its last entry"),
        "half precision": (lambda *p: looped(*(x.bfloat16() for x in p)), "stay in float32"),
        "in kilometres": (lambda *p: looped(*p) / 1000, "0.001 times"),
        "NaN": (lambda *p: looped(*p).log(), "is NaN at ["),
        "a string": (lambda *p: str(looped(*p)), "of type str"),
        "a dictionary": (lambda *p: {"x": looped(*p)}, "of type dict"),
        "a function": (lambda *p: looped, "of type function"),
        "complex": (lambda *p: looped(*p) + 0j, "complex"),
        "ragged": (lambda *p: [[1.0], [1.0, 2.0]], "unlike shapes, (1,) and (2,)"),
        "nothing": (lambda *p: None, "None"),
    }
}


def test_numbers_copied_from_one_case_fail():
    found = []

    def copied(*parameters):
        found.append(looped(*parameters))
        return found[0]

    assert not check_shapes(copied)
