"""Checks for the exercises of the chapter `part1/simulator`."""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._check import (
    Draw,
    Mistake,
    Wrong,
    call,
    close,
    exercise,
    recognise,
    tensor,
)

__all__ = ["check_landing", "check_photographs", "check_shapes", "check_throws"]


# On paper: where the ball is back at its height


@exercise("ex-landing", "Right: with and without an acceleration along the ground.")
def check_landing(landing: Callable[..., Any], seed: int) -> None:
    """Check `landing(a, v0)`: how far along the ground until the height is that of the launch."""
    draw = Draw(seed)
    for level in (True, False):
        v0 = draw(2, 9, 2, dtype=torch.float64)
        fall = -draw(2, 9, 1, dtype=torch.float64)
        along = torch.zeros_like(fall) if level else draw(0.5, 1.5, 1, dtype=torch.float64)
        a = torch.cat([along, fall])
        got = tensor(call(landing, a=a, v0=v0), "the distance")
        mistakes = _landing_mistakes(v0, a)
        if got.shape == v0.shape:
            raise Wrong(
                "you return two numbers: return one, the distance along the ground. (The height is"
                " that of the launch again)"
            )
        close(got, _landing(v0, a), "the distance", mistakes)


def _landing(v0: Tensor, a: Tensor, time: Tensor | None = None) -> Tensor:
    """Return the distance at a time, or else at the time of the landing."""
    time = -2 * v0[1] / a[1] if time is None else time
    return v0[0] * time + a[0] * time**2 / 2


# fmt: off
def _landing_mistakes(v0: Tensor, a: Tensor) -> Iterator[Mistake]:
    time = -2 * v0[1] / a[1]
    yield ("that is the time at which the ball is back at its height: put it into the equation of"
           " the component along the ground", time)
    yield ("that is the time of the top: the ball is there after half of the time, and a distance"
           " is asked for", time / 2)
    yield ("that is the point below the top, where the velocity upwards is zero. The ball needs as"
           " long again to come down. (Or is the ½ in ½·a·t² missing?)",
           _landing(v0, a, time / 2))
    yield ("the ½ in ½·a·t² is missing in both equations",
           v0[0] * time / 2 + a[0] * (time / 2) ** 2)
    yield ("the ½ in ½·a·t² is missing along the ground", v0[0] * time + a[0] * time**2)
    yield ("t should be squared in ½·a·t²", v0[0] * time + a[0] * time / 2)
    yield ("the ½ in ½·a·t² is squared along the ground", v0[0] * time + a[0] * time**2 / 4)
    yield ("the time comes out twice as long as it is: is the ½ squared, or the 2 there twice?",
           _landing(v0, a, 2 * time))
    yield ("the time has the wrong sign: a[1] is below zero, so the time is −2·v0[1]/a[1]",
           _landing(v0, a, -time))
    yield ("½·a·t² is subtracted along the ground: a has its sign already",
           v0[0] * time - a[0] * time**2 / 2)
    yield ("a may have a component along the ground, too: a[0] has no part in your result",
           v0[0] * time)
    yield ("v0·t is missing along the ground", a[0] * time**2 / 2)
    yield ("the two components have changed places: [0] is along the ground, [1] is upwards",
           _landing(v0.flip(0), a.flip(0)))
    yield ("the two components of v0 have changed places: [0] is along the ground, [1] is upwards",
           _landing(v0.flip(0), a))
    yield ("that is the height at the time at which the distance would be zero again: [0] is along"
           " the ground, [1] is upwards", v0[1] * -2 * v0[0] / a[0] + 2 * a[1] * (v0[0] / a[0])**2)
    for speed in (v0.norm(), v0[0]):
        yield ("the time of flight depends on the upward component of the velocity alone, v0[1]",
               _landing(v0, a, -2 * speed / a[1]))
    yield ("the time of flight depends on the upward component of the acceleration alone, a[1]",
           _landing(v0, a, 2 * v0[1] / a.norm()))
    yield ("the speed along the ground is v0[0], not the length of v0",
           v0.norm() * time + a[0] * time**2 / 2)
    g = torch.tensor(9.8).to(v0)
    for value in (g, g + 0.01, g + 0.2):
        yield ("the acceleration is fixed in your function: use the argument a",
               _landing(v0, a, 2 * v0[1] / value))
# fmt: on


# Said before it is computed: the shape of many throws


@exercise("ex-throws", "Right: a table of times and components for each throw.")
def check_throws(predicted_shape: Callable[..., Any], seed: int) -> None:
    """Check `predicted_shape(n, throws)`: of x0 + v0·t + ½·a·t², v0 (throws, 1, 2), t (n, 1)."""
    n, throws = Draw(seed)(4, 9, 2, step=1).long().tolist()
    for times, balls in ((n, throws), (10, 3), (2, 7)):
        advice = {"not callable": "write a tuple with commas, (…, …, …)"}
        got = call(predicted_shape, advice, n=times, throws=balls)
        got = tensor(got, "the shape").flatten()
        wanted = torch.tensor([balls, times, 2])
        if got.shape == wanted.shape and torch.equal(got, wanted.double()):
            continue
        recognise(got, _shape_mistakes(times, balls))
        raise Wrong(
            f"the shape is not right: you say {tuple(int(length) for length in got)} for n ="
            f" {times}, throws = {balls}. Compare (throws, 1, 2) and (n, 1) from the right, axis by"
            " axis"
        )


# fmt: off
def _shape_mistakes(n: int, throws: int) -> Iterator[Mistake]:
    def shape(*lengths: int) -> Tensor:
        return torch.tensor(lengths, dtype=torch.float64)

    yield ("times and throws have changed places: shapes are aligned at their right ends, so the"
           " throws stand in front", shape(n, throws, 2))
    yield ("the axis of the throws is missing: each throw has its own velocity, and gets its own"
           " positions", shape(n, 2))
    yield ("the axis of the times is missing: each throw has a position at each time",
           shape(throws, 2))
    yield ("the axis of the components is missing: each position has two numbers",
           shape(throws, n))
    yield ("the axis of the components is missing: each position has two numbers",
           shape(n, throws))
    yield ("throws and times share an axis: broadcasting never joins two axes into one",
           shape(throws * n, 2))
    yield ("throws and times share an axis: broadcasting never joins two axes into one",
           shape(n * throws * 2))
    yield ("an axis of length one is repeated as often as the other shape needs: the middle axis"
           " gets the length n", shape(throws, 1, 2))
    yield ("the last axis has the length two in v0, a and x0: the column of times is repeated for"
           " each component", shape(throws, n, 1))
    yield ("that is the shape of v0: the times have their part in the result", shape(throws, 1, n))
    yield ("the components come last, since shapes are aligned at their right ends",
           shape(throws, 2, n))
    yield ("the components come last, since shapes are aligned at their right ends",
           shape(2, throws, n))
    yield ("the components come last, since shapes are aligned at their right ends",
           shape(2, n, throws))
    yield ("the components come last, since shapes are aligned at their right ends",
           shape(n, 2, throws))
    for extra in ((throws, n, 1, 2), (throws, 1, n, 2), (n, 1, throws, 2), (throws, n, 2, 1)):
        yield ("that is an axis too many: the axis of length one in v0 and the axis of the times"
               " are the same axis, the second from the right", shape(*extra))
    for fixed in ((3, 10, 2), (3, n, 2), (throws, 10, 2)):
        yield ("a number is fixed in your function: write the shape with n and throws",
               shape(*fixed))
    for other in (3, throws, n):
        yield ("the last axis counts the components, of which there are two",
               shape(throws, n, other))
# fmt: on


# To be mended: a table whose type depends on a parameter


@exercise("ex-whole-metres", "Right: whichever of the parameters are integers.")
def check_photographs(photographs: Callable[..., Any], seed: int) -> None:
    """Check `photographs(t, a, v0, x0)`: positions (n, 2) at times (n,), of integers too."""
    draw = Draw(seed)
    for whole in (("x0",), ("x0", "v0"), ("a", "v0", "x0"), ("v0",), ()):
        given = {"t": draw(0.1, 5, 4)}
        for name in ("a", "v0", "x0"):
            given[name] = draw(-9, 9, 2, step=1).long() if name in whole else draw(-3, 3, 2)
        got = tensor(call(photographs, **given), "the table of positions")
        wanted = _positions(**given)
        close(got, wanted, "the table of positions", _table_mistakes(got, wanted, given))


def _table_mistakes(got: Tensor, wanted: Tensor, given: dict[str, Tensor]) -> Iterator[Mistake]:
    names = [name for name, x in given.items() if not x.is_floating_point()]
    some = " and ".join(names) if len(names) < 3 else "all three parameters"
    advice = (
        f"all positions are whole numbers, and {some} {'is' if len(names) == 1 else 'are'} integer"
        f"{'s' * (len(names) > 1)} here. The table takes its type from a parameter, and cuts off"
        " the fractions of what is written into it"
    )
    yield advice, torch.equal(got, wanted.trunc())
    yield "the positions are rounded, and should not be", torch.equal(got, wanted.round())
    yield from _mistakes(**given)
    yield (
        "x0 is cut off to whole numbers: turn integers into floats, and not floats into integers",
        _positions(**given | {"x0": given["x0"].long()}),
    )
    for kept in ({}, {"t": given["t"]}):
        yield (
            "the parameters are cut off to whole numbers before the calculation: turn integers into"
            " floats, and not floats into integers",
            _positions(**{name: x.long() for name, x in given.items()} | kept),
        )


# To be written: the axis of the times


@exercise("ex-shapes", "Right: also where there are as many times as dimensions.")
def check_shapes(trajectory: Callable[..., Tensor], seed: int) -> None:
    """Check `trajectory(t, a, v0, x0)`: times (n,), parameters (d,) to positions (n, d)."""
    draw = Draw(seed)
    for n, d in ((4, 2), (2, 2), (1, 3)):
        given = {"t": draw(0.1, 5, n)} | {name: draw(-3, 3, d) for name in ("a", "v0", "x0")}
        advice = (
            f"{n} times and {d} dimensions do not broadcast as you have them: times of shape"
            f" ({n}, 1) and parameters of shape ({d},) do. (Or is the number of times, or of"
            " dimensions, fixed in your function?)"
        )
        got = call(trajectory, {"must match": advice}, **given)
        close(got, _positions(**given), "the trajectory", _mistakes(**given))


def _positions(t: Tensor, a: Tensor, v0: Tensor, x0: Tensor) -> Tensor:
    return x0 + v0 * t[:, None] + a * t[:, None] ** 2 / 2


# fmt: off
def _mistakes(t: Tensor, a: Tensor, v0: Tensor, x0: Tensor) -> Iterator[Mistake]:
    time = t[:, None]
    rise, fall = v0 * time, a * time**2 / 2
    yield ("time and space have changed places: time is axis 0, space is axis 1",
           (x0 + rise + fall).T)
    if len(t) == len(a):
        yield ("each time met only one dimension: with as many times as dimensions, (n,) and (d,)"
               " match without an error. Give the times an axis of their own",
               x0 + v0 * t + a * t**2 / 2)
    yield "the ½ in ½·a·t² is missing", x0 + rise + 2 * fall
    yield "the ½ in ½·a·t² is squared", x0 + rise + fall / 2
    yield "t should be squared in ½·a·t²", x0 + rise + a * time / 2
    yield "the whole of a·t is squared: in ½·a·t² only t is", x0 + rise + (a * time) ** 2 / 2
    yield "½ belongs to a·t² only", x0 + rise / 2 + fall
    yield "½ belongs to a·t² only", (x0 + rise) / 2 + fall
    yield ("the power comes before the division: t**(2/2) is t, and t**2/2 is ½·t²",
           x0 + rise + a * time)
    yield ("½·a·t² is rounded down: // is the division of whole numbers, take /",
           x0 + rise + a * (time**2 // 2))
    yield ("½·a·t² is rounded down: // is the division of whole numbers, take /",
           x0 + rise + a * time**2 // 2)
    yield "½·a·t² is subtracted: a has its sign already", x0 + rise - fall
    yield "v0·t is subtracted: v0 has its sign already", x0 - rise + fall
    yield "½·a·t² is missing", x0 + rise
    yield "v0·t is missing", x0 + fall
    yield "x0 is missing", rise + fall
    yield "v0 is added, but not multiplied by the time", x0 + v0 + fall
    yield "x0 is multiplied by the time", x0 * time + rise + fall
    yield "a and v0 have changed places", _positions(t, v0, a, x0)
    yield "v0 and x0 have changed places", _positions(t, a, x0, v0)
    yield "a and x0 have changed places", _positions(t, x0, v0, a)
    yield "those are velocities, v0 + a·t: positions are asked for", v0 + a * time
    yield "the times are sorted: keep the order that you were given",\
        _positions(t.sort().values, a, v0, x0)
    steps = t.diff(prepend=t.new_zeros(1))
    v = v0 + a * (t - steps)[:, None]
    yield ("those are Euler's steps from time to time: the formula gives each position at once",
           x0 + (v * steps[:, None]).cumsum(0))
    yield ("the times are counted from the first of them: take them as they come",
           _positions(t - t[0], a, v0, x0))
