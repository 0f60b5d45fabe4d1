"""Check for the exercise of the chapter `part1/simulator`."""

from collections.abc import Callable, Iterator

from torch import Tensor

from diffprog.exercises._check import Draw, Mistake, call, close, exercise

__all__ = ["check_shapes"]


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
