"""The checks of chapter 4.4 name what is wrong, and take every right answer."""

import pytest
import torch

from diffprog.exercises.bounces import check_clock, check_impact, check_jump


def moment(fly, x, v, dt, halvings=50):
    early, late = 0.0, dt
    for _ in range(halvings):
        s = (early + late) / 2
        early, late = (s, late) if fly(x, v, s)[0] > 0 else (early, s)
    return s


def step(
    find=moment,
    attach=lambda s, x, v: s - x / v.detach(),
    height=lambda x: x,
    turn=lambda v, e: -e * v,
    rest=lambda dt, s, plain: dt - s,
    again=True,
    first=None,
):
    """Make an answer of its parts."""

    def impact_step(fly, x, v, dt, e):
        ahead = fly(x, v, dt)
        if ahead[0] >= 0:
            return ahead if first is None else first(x, v, *ahead, e)
        plain = find(fly, x, v, dt)
        x_s, v_s = fly(x, v, plain)
        s = attach(plain, x_s, v_s)
        if again:
            x_s, v_s = fly(x, v, s)
        return fly(height(x_s), turn(v_s, e), rest(dt, s, plain))

    return impact_step


def by_implicit_slopes(fly, x, v, dt, e):
    """The derivative of the moment, by a function of its own."""
    ahead = fly(x, v, dt)
    if ahead[0] > 0:
        return ahead
    s = moment(fly, x, v, dt)
    x_s, v_s = fly(x, v, s)
    by = torch.autograd.grad(x_s, [x, v], retain_graph=True)
    s = s - sum(d * (z - z.detach()) for d, z in zip(by, (x, v), strict=True)) / v_s.detach()
    return fly(0 * x, -e * fly(x, v, s)[1], dt - s)


def by_newton(fly, x, v, dt, e):
    """Without bisection: Newton's method all the way, from the end of the step."""
    ahead = fly(x, v, dt)
    if ahead[0] > 0:
        return ahead
    s = torch.as_tensor(dt, dtype=torch.float64)
    for _ in range(8):
        x_s, v_s = fly(x, v, s)
        s = s - x_s / v_s
    x_s, v_s = fly(x, v, s)
    return [z.reshape(1) for z in fly(x_s, -e * v_s, dt - s)]


def free_fall(fly, x, v, dt, e):
    s = (v + (v * v + 19.6 * x) ** 0.5) / 9.8
    return fly(x, v, dt) if s > dt else fly(0 * x, -e * (v - 9.8 * s), dt - s)


def in_steps(fly, x, v, dt, e):
    x, v = fly(x, v, dt)
    return (x, -e * v) if x < 0 else (x, v)


def straight(fly, x, v, dt, e):
    ahead = fly(x, v, dt)
    if ahead[0] > 0:
        return ahead
    s = dt * x / (x - ahead[0])
    x, v = fly(x, v, s)
    return fly(x, -e * v, dt - s)


def after_impact(dx, dv, v, e, g):
    later = -dx / v
    return dx + (1 + e) * v * later, -e * dv + (1 + e) * g * later


def height(x0, v0, duration=1.0, e=0.8, speed=lambda s: s, clock=lambda s: s):
    x, v, left = x0, v0, duration
    while True:
        fall = (v + (v**2 + 19.6 * x) ** 0.5) / 9.8
        if fall > left:
            return x + v * left - 4.9 * left**2
        x, v, left = 0 * x, -e * (v - 9.8 * speed(fall)), left - clock(fall)


def by_clock_time(x0, v0, duration):
    """The time since the start is counted, in the place of the rest."""
    now, x, v = 0.0 * x0, x0, v0
    while now + (fall := (v + torch.sqrt(v * v + 19.6 * x)) / 9.8) < duration:
        now, x, v = now + fall, torch.zeros_like(x), 0.8 * (9.8 * fall - v)
    s = duration - now
    return torch.stack([x + v * s - 4.9 * s * s])


RIGHT = {
    check_impact: {
        "newton": step(),
        "no detach": step(attach=lambda s, x, v: s - x / v),
        "a zero height": step(height=lambda x: 0 * x),
        "implicit": by_implicit_slopes,
        "all by newton": by_newton,
    },
    check_jump: {
        "in words": after_impact,
        "short": lambda dx, dv, v, e, g: (-e * dx, -e * dv - (1 + e) * g * dx / v),
        "a matrix": lambda dx, dv, v, e, g: (
            torch.tensor([[-e, 0.0], [-(1 + e) * g / v, -e]]) @ torch.tensor([dx, dv])
        ),
        "a list": lambda dx, dv, v, e, g: [torch.tensor(z) for z in after_impact(dx, dv, v, e, g)],
    },
    check_clock: {
        "mended": height,
        "from the start": by_clock_time,
        "abs": lambda x0, v0, duration: height(x0, v0, duration + 0 * x0),
        "one element": lambda x0, v0, duration: height(x0, v0, duration).reshape(1),
    },
}
WRONG = {
    check_impact: {
        "not yet": (lambda fly, x, v, dt, e: fly(x, v, dt), "does not bounce"),
        "in steps": (in_steps, "bounces at the end of the step, as in the program"),
        "straight": (straight, "a straight line"),
        "free fall": (free_fall, "that of free fall"),
        "plain": (step(attach=lambda s, x, v: s), "moment of the impact is a plain number: attach"),
        "plain, zero": (
            step(attach=lambda s, x, v: s, height=lambda x: 0 * x.detach()),
            "the height after it is a plain zero",
        ),
        "sign": (
            step(attach=lambda s, x, v: s + x / v.detach()),
            "Newton's step has the wrong sign",
        ),
        "sign, zero": (
            step(attach=lambda s, x, v: s + x / v.detach(), height=lambda x: 0 * x),
            "Newton's step has the wrong sign",
        ),
        "rest": (step(rest=lambda dt, s, plain: dt - plain), "the rest of the step does not"),
        "not again": (step(again=False), "height and velocity at the impact do not"),
        "not again, zero": (
            step(again=False, height=lambda x: 0 * x),
            "the velocity at the impact does not",
        ),
        "all of dt": (step(rest=lambda dt, s, plain: dt), "flies for all of dt"),
        "s": (step(rest=lambda dt, s, plain: s), "flies for s"),
        "stays": (step(rest=lambda dt, s, plain: 0.0), "stays on the ground"),
        "elastic": (step(turn=lambda v, e: -v), "keeps all of the speed"),
        "down": (step(turn=lambda v, e: e * v), "downwards"),
        "twice": (step(turn=lambda v, e: -e * e * v), "multiplied by e twice"),
        "few halvings": (
            step(find=lambda fly, x, v, dt: moment(fly, x, v, dt, 12), attach=lambda s, x, v: s),
            "near the right ones",
        ),
        "always": (
            step(first=lambda x, v, x1, v1, e: (x1, -e * v1)),
            "does not reach the ground within the step",
        ),
        "stands": (step(first=lambda x, v, x1, v1, e: (x, v)), "nothing has moved"),
        "height only": (lambda *z: step()(*z)[0], "return two things"),
        "exchanged": (
            lambda fly, x, v, dt, e: step()(fly, x, v, dt, e)[:: 1 if dt < 0.1 else -1],
            "exchanged",
        ),
        "floats": (lambda *z: [y.item() for y in step()(*z)], "has no graph"),
        "detached": (lambda *z: [y.detach() for y in step()(*z)], "depends on nothing"),
    },
    check_jump: {
        "before": (lambda dx, dv, v, e, g: (dx, -e * dv), "that is the difference before"),
        "above": (lambda dx, dv, v, e, g: (e * dx, -e * dv), "now the lower one"),
        "elastic": (lambda dx, dv, v, e, g: (-dx, -e * dv), "with e·|v| in the meantime"),
        "e only": (lambda dx, dv, v, e, g: ((1 - e) * dx, -e * dv), "not by e·|v|"),
        "one rests": (lambda dx, dv, v, e, g: (0.0, -e * dv), "not by |v|"),
        "the change": (lambda dx, dv, v, e, g: (-(1 + e) * dx, -e * dv), "that is the change"),
        "the other sign": (lambda dx, dv, v, e, g: ((2 + e) * dx, -e * dv), "with the wrong sign"),
        "second order": (
            lambda dx, dv, v, e, g: (-e * dx - after_impact(dx, dv, v, e, g)[1] * -dx / v, 0.0),
            "is of second order: leave it out",
        ),
        "one moment": (lambda dx, dv, v, e, g: (-e * dx, -e * dv), "at the same moment"),
        "arrives": (
            lambda dx, dv, v, e, g: (-e * dx, -e * dv - e * g * dx / v),
            "The first ball has been slowed",
        ),
        "slowed": (
            lambda dx, dv, v, e, g: (-e * dx, -e * dv - g * dx / v),
            "also arrives faster",
        ),
        "sign of the kick": (
            lambda dx, dv, v, e, g: (-e * dx, -e * dv + (1 + e) * g * dx / v),
            "the kick has the wrong sign",
        ),
        "dv not turned": (
            lambda dx, dv, v, e, g: (-e * dx, e * dv - (1 + e) * g * dx / v),
            "turns dv over",
        ),
        "dv kept": (
            lambda dx, dv, v, e, g: (-e * dx, dv - (1 + e) * g * dx / v),
            "is kept by the impact",
        ),
        "no dv": (lambda dx, dv, v, e, g: (-e * dx, -(1 + e) * g * dx / v), "dv has no part"),
        "one number": (lambda dx, dv, v, e, g: -e * dx, "return two things"),
    },
    check_clock: {
        "as given": (
            lambda x0, v0, t: height(x0, v0, t, clock=lambda s: s.item()),
            "the clock takes",
        ),
        "detached": (
            lambda x0, v0, t: height(x0, v0, t, clock=lambda s: s.detach()),
            "the clock takes",
        ),
        "the other": (
            lambda x0, v0, t: height(x0, v0, t, speed=lambda s: s.item()),
            "velocity after the impact",
        ),
        "both": (
            lambda x0, v0, t: height(x0, v0, t, speed=lambda s: s.item(), clock=lambda s: s.item()),
            "a plain number everywhere",
        ),
        "elastic": (lambda x0, v0, t: height(x0, v0, t, e=1.0), "the restitution is 0.8"),
        "falls": (lambda x0, v0, t: x0 + v0 * t - 4.9 * t**2, "there is no bounce"),
        "number": (lambda *z: height(*z).item(), "has no graph"),
        "no path": (lambda *z: height(*z).detach(), "no path leads back"),
        "no start": (lambda x0, v0, t: height(x0.detach(), v0, t), "respect to x0 is None"),
    },
}
RIGHTS = [(c, n) for c, answers in RIGHT.items() for n in answers]
WRONGS = [(c, n) for c, answers in WRONG.items() for n in answers]


@pytest.mark.parametrize(("check", "name"), RIGHTS, ids=[f"{c.exercise}-{n}" for c, n in RIGHTS])
def test_right_answers_pass(check, name):
    verdict = check(RIGHT[check][name])
    assert verdict, verdict.message


@pytest.mark.parametrize(("check", "name"), WRONGS, ids=[f"{c.exercise}-{n}" for c, n in WRONGS])
def test_wrong_answers_are_told_why(check, name):
    answer, words = WRONG[check][name]
    verdict = check(answer)
    assert not verdict
    assert words in verdict.message
