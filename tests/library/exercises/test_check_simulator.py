"""The checks of `part1/simulator`: right answers pass, and a wrong one hears its likely cause."""

import numpy as np
import torch

from diffprog.exercises.simulator import (
    check_landing,
    check_photographs,
    check_shapes,
    check_throws,
)

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

# Where the ball lands


def landing(a, v0, time=None):
    time = -2 * v0[1] / a[1] if time is None else time
    return v0[0] * time + a[0] * time**2 / 2


def at(time):
    """The place along the ground at a time that is wrong."""
    return lambda a, v0: landing(a, v0, time(a, v0))


def along(place):
    """A wrong equation along the ground, at the right time."""
    return lambda a, v0: place(v0[0], a[0], -2 * v0[1] / a[1])


# The mended table


def table(dtype):
    """An answer whose table has the type that this function of the parameters gives."""

    def photographs(t, a, v0, x0):
        x = torch.zeros(len(t), 2, dtype=dtype(a, v0, x0))
        for i, now in enumerate(t):
            x[i] = x0 + v0 * now + a * now**2 / 2
        return x

    return photographs


def mended(change):
    """The table of the exercise, filled with a wrong formula."""

    def photographs(t, a, v0, x0):
        return torch.stack([change(s, a, v0, x0) for s in t])

    return photographs


RIGHT = {
    check_landing: {
        "one line": lambda a, v0: -2 * v0[1] / a[1] * (v0[0] - v0[1] * a[0] / a[1]),
        "two lines": landing,
        "floats": lambda a, v0: landing(a.tolist(), v0.tolist()),
        "NumPy": lambda a, v0: landing(a.numpy(), v0.numpy()),
        "of shape (1,)": lambda a, v0: landing(a[:, None], v0[:, None]),
        "unpacked": lambda a, v0: (lambda x, y, b, c: 2 * (x * y * abs(c) + b * y**2) / c**2)(
            *v0, *a
        ),
    },
    check_throws: {
        "a tuple": lambda n, throws: (throws, n, 2),
        "a list": lambda n, throws: [throws, n, 2],
        "a tensor": lambda n, throws: torch.tensor([throws, n, 2]),
        "computed": lambda n, throws: (torch.zeros(throws, 1, 2) + torch.zeros(n, 1)).shape,
        "by rule": lambda n, throws: torch.broadcast_shapes((throws, 1, 2), (n, 1)),
    },
    check_photographs: {
        "zeros": table(lambda a, v0, x0: torch.float32),
        "float64": table(lambda a, v0, x0: torch.float64),
        "the type of a sum": table(lambda a, v0, x0: (a + v0 / 2 + x0).dtype),
        "a stack": mended(lambda s, a, v0, x0: x0 + v0 * s + a * s**2 / 2),
        "broadcast": lambda t, a, v0, x0: x0 + v0 * t[:, None] + a * t[:, None] ** 2 / 2,
        "x0 made a float first": lambda t, a, v0, x0: table(lambda a, v0, x0: x0.dtype)(
            t, a, v0, x0.float()
        ),
        "the type of the times": lambda t, a, v0, x0: table(lambda a, v0, x0: t.dtype)(
            t, a, v0, x0
        ),
    },
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
    },
}
WRONG = {
    check_landing: {
        "the time": (lambda a, v0: -2 * v0[1] / a[1], "that is the time at which"),
        "the time of the top": (lambda a, v0: -v0[1] / a[1], "the time of the top"),
        "the top": (at(lambda a, v0: -v0[1] / a[1]), "below the top"),
        "no ½ at all": (
            lambda a, v0: v0[0] * -v0[1] / a[1] + a[0] * (v0[1] / a[1]) ** 2,
            "missing in both|½·a·t² missing",
        ),
        "no ½ along the ground": (along(lambda v, a, t: v * t + a * t**2), "along the ground"),
        "no square": (along(lambda v, a, t: v * t + a * t / 2), "t should be squared"),
        "¼ along the ground": (along(lambda v, a, t: v * t + a * (t / 2) ** 2), "is squared along"),
        "the 2 twice": (at(lambda a, v0: -4 * v0[1] / a[1]), "twice as long"),
        "the sign": (at(lambda a, v0: 2 * v0[1] / a[1]), "is right but for its sign|wrong sign"),
        "a subtracted": (along(lambda v, a, t: v * t - a * t**2 / 2), "has its sign already"),
        "a[0] left out": (along(lambda v, a, t: v * t), "a[0] has no part"),
        "v0[0] left out": (along(lambda v, a, t: a * t**2 / 2), "v0·t is missing"),
        "flipped": (
            lambda a, v0: landing(a.flip(0), v0.flip(0)),
            "two components have changed|NaN",
        ),
        "v0 flipped": (lambda a, v0: landing(a, v0.flip(0)), "components of v0|a[0] has no part"),
        "the speed": (at(lambda a, v0: -2 * v0.norm() / a[1]), "component of the velocity alone"),
        "the acceleration": (
            at(lambda a, v0: 2 * v0[1] / a.norm()),
            "component of the acceleration alone",
        ),
        "the speed along the ground": (
            lambda a, v0: v0.norm() * -2 * v0[1] / a[1] + 2 * a[0] * (v0[1] / a[1]) ** 2,
            "not the length of v0",
        ),
        "gravity typed in": (at(lambda a, v0: 2 * v0[1] / 9.8), "use the argument a"),
        "9.81": (at(lambda a, v0: 2 * v0[1] / 9.81), "use the argument a"),
        "the position": (
            lambda a, v0: v0 * (-2 * v0[1] / a[1]) + a / 2 * (2 * v0[1] / a[1]) ** 2,
            "you return two numbers",
        ),
        "one number for all": (lambda a, v0: 10.2, "whatever a is"),
        "nothing": (lambda a, v0: None, "None"),
        "a string": (lambda a, v0: "−2 v_x v_y / a_y", "of type str"),
    },
    check_throws: {
        "axes in the order of the text": (lambda n, throws: (n, throws, 2), "changed places"),
        "one throw": (lambda n, throws: (n, 2), "axis of the throws is missing"),
        "no times": (lambda n, throws: (throws, 2), "axis of the times is missing"),
        "no components": (lambda n, throws: (throws, n), "axis of the components is missing"),
        "no components, turned": (
            lambda n, throws: (n, throws),
            "axis of the components is missing",
        ),
        "joined": (lambda n, throws: (throws * n, 2), "never joins"),
        "a number": (lambda n, throws: throws * n * 2, "never joins"),
        "not repeated": (lambda n, throws: (throws, 1, 2), "repeated as often"),
        "a column each": (lambda n, throws: (throws, n, 1), "column of times is repeated"),
        "times last": (lambda n, throws: (throws, 1, n), "times have their part|components come"),
        "components before times": (lambda n, throws: (throws, 2, n), "components come last"),
        "components first": (lambda n, throws: (2, n, throws), "components come last"),
        "four axes": (lambda n, throws: (throws, 1, n, 2), "an axis too many"),
        "four axes, turned": (lambda n, throws: (throws, n, 1, 2), "an axis too many"),
        "of the page": (lambda n, throws: (3, 10, 2), "fixed in your function"),
        "ten times": (lambda n, throws: (throws, 10, 2), "fixed in your function"),
        "three components": (lambda n, throws: (throws, n, 3), "of which there are two"),
        "a sum": (lambda n, throws: (throws + n, 2, 2), "axis by axis"),
        "no commas": (lambda n, throws: (throws)(n), "with commas"),
        "text": (lambda n, throws: "(throws, n, 2)", "of type str"),
        "nothing": (lambda n, throws: None, "None"),
    },
    check_photographs: {
        "as it came": (table(lambda a, v0, x0: x0.dtype), "x0 is integer here"),
        "the type of v0": (table(lambda a, v0, x0: v0.dtype), "take"),
        "the type of a": (table(lambda a, v0, x0: a.dtype), "all three parameters are integers"),
        "integers": (table(lambda a, v0, x0: torch.int64), "whole numbers"),
        "the type of x0 and v0": (table(lambda a, v0, x0: (v0 + x0).dtype), "x0 and v0 are|v0 and"),
        "rounded": (
            lambda t, a, v0, x0: table(lambda a, v0, x0: torch.float32)(t, a, v0, x0).round(),
            "are rounded",
        ),
        "all parameters made integers": (
            lambda t, a, v0, x0: table(lambda a, v0, x0: torch.float32)(
                t, a.long(), v0.long(), x0.long()
            ),
            "not floats into integers",
        ),
        "x0 made an integer": (
            lambda t, a, v0, x0: table(lambda a, v0, x0: torch.float32)(t, a, v0, x0.long()),
            "x0 is cut off",
        ),
        "no ½": (mended(lambda s, a, v0, x0: x0 + v0 * s + a * s**2), "½ in ½·a·t² is missing"),
        "no square": (mended(lambda s, a, v0, x0: x0 + v0 * s + a * s / 2), "t should be squared"),
        "no x0": (mended(lambda s, a, v0, x0: v0 * s + a * s**2 / 2), "x0 is missing"),
        "whole halves": (mended(lambda s, a, v0, x0: x0 + v0 * s + a * s**2 // 2), "take /"),
        "x0 changed": (lambda t, a, v0, x0: x0.add_(1) + v0 * t[:, None], "changes x0"),
        "the last row left": (last_row_left, "and right where it is not zero"),
        "the first row only": (
            mended(lambda s, a, v0, x0: x0 + v0 * 0.5 + a * 0.125),
            "use the argument t|largest",
        ),
        "on its side": (lambda *p: looped(*p).T, "changed places"),
        "nothing": (lambda *p: None, "None"),
    },
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
    },
}


def test_numbers_copied_from_one_case_fail():
    found = []

    def copied(*parameters):
        found.append(looped(*parameters))
        return found[0]

    assert not check_shapes(copied)
