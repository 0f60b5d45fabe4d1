"""Checks for the exercises of the chapter `part4/bounces`.

Symbols, units. Of one ball, above the ground at zero.
    x   m    height                       dx  m    by how much a second ball is higher
    v   m/s  velocity, upwards            dv  m/s  by how much its velocity is larger
    s   s    time to the impact           dt  s    length of a step
    e        restitution: an impact turns v into −e·v
    fly      (x, v) after a flight of s seconds
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

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
    recognise,
    slopes,
    tensor,
    with_graph,
)

__all__ = ["check_clock", "check_impact", "check_jump"]

Fly = Callable[[Any, Any, Any], Any]
State = tuple[Tensor, Tensor]
G = 9.8  # m/s²

FREE: Fly = Formula("lambda x, v, s: (x + v * s - 4.9 * s**2, v - 9.8 * s)")
AIR: Fly = Formula(  # slowed by v/2; 0·x makes a tensor of a plain number s
    "lambda x, v, s: (x + 2 * (v + 19.6) * (1 - torch.exp(-s / 2 + 0 * x)) - 19.6 * s,"
    " (v + 19.6) * torch.exp(-s / 2 + 0 * x) - 19.6)"
)


# A step with an impact in it


@exercise("ex-impact", "Right: with and without an impact, in free fall and in air.")
def check_impact(impact_step: Callable[..., Any], seed: int) -> None:
    """Check `impact_step(fly, x, v, dt, e)`: (x, v) after dt, with their slopes."""
    draw = Draw(seed)
    for fly, falls in ((FREE, False), (FREE, True), (AIR, True)):
        e = draw.one(0.6, 0.9, 0.05)
        x = torch.tensor(draw.one(0.2, 0.4, 0.02), dtype=torch.float64, requires_grad=True)
        v = torch.tensor(draw.one(-4, -2, 0.1), dtype=torch.float64, requires_grad=True)
        dt = 0.3 if falls else 0.02
        got = call(impact_step, STOPS, fly=fly, x=x, v=v, dt=dt, e=e)
        up, along = parts(got, "x", "v")
        state = _one(up, "the height"), _one(along, "the velocity")
        right = _right(fly, x, v, dt, e) if falls else fly(x, v, dt)
        _same_state(state, right, list(_states(fly, x, v, dt, e, falls)))
        cut = list(_cut_off(fly, x, v, dt, e)) if falls else []
        _same_slopes(state, right, x, v, cut)


STOPS: Advice = {
    "does not require grad": "a tensor inside your function has no graph any more: is there an"
    " item() or a detach() too many?",
    "has no attribute 'detach'": "detach() is asked of a plain number: `moment` returns one, and"
    " the velocity that `fly` gives is a tensor",
    "'tuple' and": "`fly` returns two tensors, height and velocity: take them apart first,"
    " `x_s, v_s = fly(x, v, s)`",
}


def _one(x: Any, name: str) -> Tensor:
    y = with_graph(x, name)
    if y.numel() != 1:
        raise Wrong(f"{name} has the shape {tuple(y.shape)}: return one number for it")
    return y.reshape(())


def _time(fly: Fly, x: Tensor, v: Tensor, dt: float) -> float:
    early, late = 0.0, dt
    with torch.no_grad():
        for _ in range(60):
            s = (early + late) / 2
            early, late = (s, late) if fly(x, v, s)[0] > 0 else (early, s)
    return (early + late) / 2


def _moment(fly: Fly, x: Tensor, v: Tensor, dt: float) -> Tensor:
    """Return the time of the impact, with its derivative."""
    s = _time(fly, x, v, dt)
    x, v = fly(x, v, s)
    return s - x / v.detach()


def _right(fly: Fly, x: Tensor, v: Tensor, dt: float, e: float) -> State:
    s = _moment(fly, x, v, dt)
    x, v = fly(x, v, s)
    after: State = fly(x, -e * v, dt - s)
    return after


def _same_state(got: State, right: State, mistakes: list[tuple[str, State]]) -> None:
    both, wanted = torch.stack(got), torch.stack(right)
    if torch.allclose(both.detach().double(), wanted.detach(), 1e-9, 1e-9):
        return
    recognise(both.detach(), [(sentence, torch.stack(wrong)) for sentence, wrong in mistakes])
    if torch.allclose(both.detach().double(), wanted.detach(), 1e-2, 1e-2):
        raise Wrong(
            "height and velocity are near the right ones, but not exact: find the moment by"
            " `moment`, which halves the interval fifty times, in float64"
        )
    for one, other, name in zip(got, right, ("height", "velocity"), strict=True):
        close(one, other.detach(), f"the {name} after the step", rtol=1e-6, atol=1e-8)


# fmt: off
def _states(
    fly: Fly, x: Tensor, v: Tensor, dt: float, e: float, falls: bool
) -> Iterator[tuple[str, State]]:
    ahead, zero = fly(x, v, dt), torch.zeros_like(x)
    if not falls:
        yield ("nothing has moved where no impact is within the step: return what `fly` gives",
               (x, v))
        yield ("the ball bounces though it does not reach the ground within the step: look first"
               " where `fly` takes it in dt", (ahead[0], -e * ahead[1]))
        s = _time(fly, x, v, dt)
        at = fly(x, v, s)
        yield ("the ball bounces though it does not reach the ground within the step: look first"
               " where `fly` takes it in dt", fly(at[0], -e * at[1], dt - s))
        return
    s = _time(fly, x, v, dt)
    at = fly(x, v, s)
    yield ("the ball does not bounce: that is where it gets to below the ground", ahead)
    yield ("the ball bounces at the end of the step, as in the program in steps: bounce at the"
           " moment of the impact, and fly for the rest", (ahead[0], -e * ahead[1]))
    yield ("the ball bounces at the end of the step, and its height is reflected: bounce at the"
           " moment of the impact, and fly for the rest", (-e * ahead[0], -e * ahead[1]))
    yield ("the ball stays on the ground after the impact: fly for the rest of the step, dt − s",
           (at[0], -e * at[1]))
    yield ("after the impact the ball flies for all of dt: only dt − s of the step is left",
           fly(zero, -e * at[1], dt))
    yield ("after the impact the ball flies for s, the time before the impact: dt − s is left",
           fly(zero, -e * at[1], s))
    yield ("the ball flies on with the velocity with which it arrives: an impact turns v into"
           " −e·v", ahead)
    yield ("the impact keeps all of the speed: it turns v into −e·v", fly(zero, -at[1], dt - s))
    yield ("the ball leaves the impact downwards: it turns v into −e·v, and v is below zero",
           fly(zero, e * at[1], dt - s))
    yield ("the speed is multiplied by e twice", fly(zero, -e * e * at[1], dt - s))
    yield ("the ball leaves with −e times the velocity at the start of the step: it has become"
           " faster on the way down", fly(zero, -e * v, dt - s))
    yield ("after the impact the ball starts from the height at the start of the step: it bounces"
           " at height zero", fly(x, -e * at[1], dt - s))
    yield ("the ball leaves with −e times the velocity that it would have below the ground, at the"
           " end of the step: take it at the impact", fly(zero, -e * ahead[1], dt - s))
    straight = dt * x / (x - ahead[0])
    at = fly(x, v, straight)
    yield ("the moment is that of a straight line between the ends of the step: the flight is"
           " curved, so look for the root of the height", fly(at[0], -e * at[1], dt - straight))
    yield ("the moment is that of a straight line between the ends of the step: the flight is"
           " curved, so look for the root of the height", fly(zero, -e * at[1], dt - straight))
    s_free = (v + (v * v + 2 * G * x).sqrt()) / G
    at = fly(x, v, s_free)
    yield ("the moment is that of free fall, but the ball may fly in another way: use `fly`",
           fly(at[0], -e * at[1], dt - s_free))
    yield ("the moment is that of free fall, but the ball may fly in another way: use `fly`",
           fly(zero, -e * (v - G * s_free), dt - s_free))
    right = _right(fly, x, v, dt, e)
    yield ("height and velocity are exchanged: return the height first", (right[1], right[0]))


def _cut_off(
    fly: Fly, x: Tensor, v: Tensor, dt: float, e: float
) -> Iterator[tuple[str, State]]:
    s = _time(fly, x, v, dt)
    at = fly(x, v, s)
    moves = _moment(fly, x, v, dt)
    yield ("height and velocity are right, but the moment of the impact is a plain number: attach"
           " its derivative, s = s − x_s/v_s", fly(at[0], -e * at[1], dt - s))
    yield ("height and velocity are right, but the moment of the impact is a plain number, and the"
           " height after it is a plain zero: attach the derivative of the moment",
           fly(torch.zeros_like(x), -e * at[1], dt - s))
    after = fly(x, v, moves)
    yield ("the velocity at the impact moves with the moment, but the rest of the step does not:"
           " it is dt − s, with the new s", fly(after[0], -e * after[1], dt - s))
    yield ("the rest of the step moves with the moment, but height and velocity at the impact do"
           " not: call `fly` again with the new s", fly(at[0], -e * at[1], dt - moves))
    yield ("the rest of the step moves with the moment, but the velocity at the impact does not:"
           " call `fly` again with the new s", fly(torch.zeros_like(x), -e * at[1], dt - moves))
    yield ("the height at the impact is that of the plain number: call `fly` again with the new s,"
           " and take both from there", fly(at[0], -e * after[1], dt - moves))
    away = s + at[0] / at[1].detach()
    after = fly(x, v, away)
    yield ("Newton's step has the wrong sign: the new moment is s − x_s/v_s",
           fly(after[0], -e * after[1], dt - away))
    yield ("Newton's step has the wrong sign: the new moment is s − x_s/v_s",
           fly(torch.zeros_like(x), -e * after[1], dt - away))
    start = s - at[0] / v.detach()
    after = fly(x, v, start)
    yield ("Newton's step divides by the velocity at the start of the step: take it at the impact",
           fly(after[0], -e * after[1], dt - start))
    yield ("Newton's step divides by the velocity at the start of the step: take it at the impact",
           fly(torch.zeros_like(x), -e * after[1], dt - start))
    frozen = fly(x.detach(), v.detach(), moves)
    yield ("the flight to the impact has lost x and v, and knows the moment only: call `fly` with"
           " x and v themselves", fly(torch.zeros_like(x), -e * frozen[1], dt - moves))
# fmt: on


def _same_slopes(
    got: State, right: State, x: Tensor, v: Tensor, cut: list[tuple[str, State]]
) -> None:
    def all_four(state: State) -> Tensor:
        rows = []
        for one in state:
            if not one.requires_grad:
                raise Wrong(
                    "the values are right, but the result depends on nothing that requires a"
                    " gradient: stay with tensors, with no item() and no float()"
                )
            known = torch.autograd.grad(one, [x, v], retain_graph=True, allow_unused=True)
            rows += [torch.zeros_like(x) if z is None else z for z in known]
        return torch.stack(rows).detach()

    found, wanted = all_four(got), all_four(right)
    if torch.allclose(found, wanted, 1e-6, 1e-8):
        return
    # Those whose graph is empty are told above.
    known = [(text, all_four(state)) for text, state in cut if all(z.requires_grad for z in state)]
    recognise(found, known, 1e-6, 1e-8)
    for name, i in (("height", 0), ("velocity", 2)):
        for by, j in (("x", 0), ("v", 1)):
            what = f"the derivative of the {name} with respect to {by}"
            close(found[i + j], wanted[i + j], what, rtol=1e-6, atol=1e-8, derived=True)


# On paper: two balls, before and after


@exercise("ex-jump", "Right: this is the matrix that the program in steps lacks.")
def check_jump(after_impact: Callable[..., Any], seed: int) -> None:
    """Check `after_impact(dx, dv, v, e, g)`: the differences after both impacts."""
    draw = Draw(seed)
    for _ in range(2):
        dx, dv = draw.one(0.01, 0.09, 0.01), draw.one(0.02, 0.2, 0.02)
        v, e, g = draw.one(-7, -2, 0.5), draw.one(0.5, 0.95, 0.05), draw.one(1.5, 9.5, 0.5)
        got = call(after_impact, dx=dx, dv=dv, v=v, e=e, g=g)
        got = parts(got.tolist() if hasattr(got, "tolist") else got, "dx_after", "dv_after")
        up = tensor(got[0], "dx_after")
        faster = tensor(got[1], "dv_after")
        later = -dx / v
        close(up, _number(-e * dx), "dx_after", _heights(dx, dv, e, g, later))
        wanted = -e * dv + (1 + e) * g * later
        close(faster, _number(wanted), "dv_after", _velocities(dx, dv, v, e, g))


def _number(x: float) -> Tensor:
    return torch.tensor(x, dtype=torch.float64)


# fmt: off
def _heights(dx: float, dv: float, e: float, g: float, later: float) -> Iterator[Mistake]:
    turned = -e * dv + (1 + e) * g * later  # dv_after
    for sentence, wrong in {
        "that is the difference before the impacts: until the second ball bounces, the first one"
        " moves up with −e·v and the second one down with v": (dx,),
        "the second ball is now the lower one: while one ball had bounced and the other had not,"
        " the second ball fell behind by (1 + e)·dx": (e * dx,),
        "the first ball moves up with e·|v| in the meantime, not with |v|: the velocities differ by"
        " (1 + e)·|v|": (-dx,),
        "while one ball had bounced and the other had not, the velocities differed by (1 + e)·|v|,"
        " not by e·|v|": (dx * (1 - e),),
        "while one ball had bounced and the other had not, the velocities differed by (1 + e)·|v|,"
        " not by |v|: the second ball falls, and the first one rises": (0.0,),
        "the height difference grows by (1 + e)·|v| times the delay with the wrong sign: the second"
        " ball falls while the first one rises": (dx + (1 + e) * dx,),
        "that is the change, −(1 + e)·dx: add the difference that was there before":
            (-(1 + e) * dx,),
        "a difference of the velocities adds dv times the delay, which is of second order":
            (-e * dx + dv * later, -e * (dx + dv * later), -e * dx - e * dv * later),
        "on the flight back dv_after times the delay is of second order: leave it out":
            (-e * dx - turned * later,),
        "that is the difference of the velocities": (-e * dv,),
    }.items():
        for x in wrong:
            yield sentence, _number(x)


def _velocities(dx: float, dv: float, v: float, e: float, g: float) -> Iterator[Mistake]:
    kick = g * -dx / v
    for sentence, wrong in {
        "that is the difference if both balls bounced at the same moment: the second one falls for"
        " longer, and flies up for less long": (-e * dv,),
        "the second ball arrives faster by g times the delay, and leaves faster by e·g times the"
        " delay. The first ball has been slowed by g times the delay in the meantime, which is"
        " missing": (-e * dv + e * kick,),
        "the second ball also arrives faster, since it falls for longer: e·g times the delay is"
        " missing": (-e * dv + kick,),
        "the delay is −dx/v, above zero for a ball that is higher, since v is below zero: the kick"
        " has the wrong sign": (-e * dv - (1 + e) * kick,),
        "the impact turns dv over as well: −e·dv": (e * dv + (1 + e) * kick,),
        "the difference dv is kept by the impact in your result: the impact turns it into −e·dv":
            (dv + (1 + e) * kick,),
        "dv has no part in it: the impact turns it into −e·dv": ((1 + e) * kick,),
        "the delay is dx/|v|: a height over a velocity":
            (-e * dv + (1 + e) * g * dx, -e * dv - (1 + e) * g * dx * v, -e * dv + (1 + e) * g),
        "the two parts of the kick add: (1 + e) and not (1 − e)": (-e * dv + (1 - e) * kick,),
        "that is the velocity of the second ball: the difference from the first is asked for":
            (-e * v - e * dv + (1 + e) * kick, -e * (v + dv), -e * (v + dv) + e * kick),
        "the delay by the velocity, dv·dx/v², is of second order":
            (-e * dv + (1 + e) * g * -dx / (v + dv),),
    }.items():
        for x in wrong:
            yield sentence, _number(x)
# fmt: on


# To be mended: the clock that left the graph


@exercise("ex-clock", "Right: the heights, and both of their slopes.")
def check_clock(bounced: Callable[..., Any], seed: int) -> None:
    """Check `bounced(x0, v0, duration)`: with restitution 0.8, and its slopes."""
    draw = Draw(seed)
    for bounces in (1, 2, 0):
        x0 = torch.tensor(draw.one(1.5, 2.5), dtype=torch.float64, requires_grad=True)
        v0 = torch.tensor(draw.one(-1, 1), dtype=torch.float64, requires_grad=True)
        duration = (0.2, 1.2, 2.2)[bounces]
        got = call(bounced, CLOCK, x0=x0, v0=v0, duration=duration)
        got = with_graph(got, "the height")
        wanted = _bounced(x0, v0, duration)
        close(got, wanted.detach(), "the height", _other(x0, v0, duration), rtol=1e-8)
        if not got.requires_grad:
            raise Wrong("the height is right, but no path leads back from it to x0 or v0")
        found = slopes(got.sum(), [x0, v0])
        right = torch.autograd.grad(wanted, [x0, v0])
        for i, (name, slope, exact) in enumerate(zip(("x0", "v0"), found, right, strict=True)):
            what = f"the derivative of the height with respect to {name}"
            if slope is None:
                raise Wrong(f"{what} is None: no path leads from the height back to {name}")
            close(slope, exact, what, _lost(x0, v0, duration, i), rtol=1e-6, derived=True)


CLOCK: Advice = {
    "has no attribute 'item'": "item() is asked of a plain number: leave the tensors as they are",
    "does not require grad": "a tensor inside your function has no graph any more: is there an"
    " item(), a detach(), or a torch.tensor(…) of a tensor?",
}


def _bounced(
    x: Tensor,
    v: Tensor,
    duration: float,
    e: float = 0.8,
    clock: Callable[[Tensor], Any] = lambda fall: fall,
    speed: Callable[[Tensor], Any] = lambda fall: fall,
) -> Tensor:
    """Follow the ball; `clock` and `speed` are what the rest and the impact know of the fall."""
    left: Any = duration
    while (fall := (v + (v * v + 2 * G * x).sqrt()) / G) <= left:
        x, v, left = 0 * x, -e * (v - G * speed(fall)), left - clock(fall)
    end: Tensor = x + v * left - G / 2 * left * left
    return end


def _other(x0: Tensor, v0: Tensor, duration: float) -> Iterator[Mistake]:
    with torch.no_grad():
        yield (
            "the impacts keep all of the speed: the restitution is 0.8",
            _bounced(x0, v0, duration, 1.0),
        )
        yield (
            "the ball falls on below the ground: there is no bounce",
            x0 + v0 * duration - G / 2 * duration**2,
        )


def _lost(x0: Tensor, v0: Tensor, duration: float, i: int) -> Iterator[Mistake]:
    def number(fall: Tensor) -> Tensor:
        return fall.detach()

    def keep(fall: Tensor) -> Tensor:
        return fall

    for sentence, clock, speed in (
        (
            "the clock takes the moment of the impact for a plain number, and so does the rest of"
            " the time: now + fall, with the tensor",
            number,
            keep,
        ),
        (
            "the velocity after the impact takes the moment for a plain number: v − 9.8·fall, with"
            " the tensor",
            keep,
            number,
        ),
        (
            "the moment of the impact is a plain number everywhere: the velocity and the clock must"
            " get the tensor",
            number,
            number,
        ),
    ):
        wrong = _bounced(x0, v0, duration, clock=clock, speed=speed)
        slope = torch.autograd.grad(wrong, [x0, v0], allow_unused=True)[i]
        yield sentence, torch.zeros_like(x0) if slope is None else slope
