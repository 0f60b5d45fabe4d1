"""The checks of `part4/adjoint`: right answers pass, and each typical mistake is named."""

import math

import torch

from diffprog.autodiff.through_time import backward_in_time
from diffprog.exercises.adjoint import check_adjoint, check_gradients, check_slopes
from diffprog.simulator.stepping import follow, rk4

from .answers import test_right_answers_pass, test_wrong_answers_are_told_why  # noqa: F401

# The loop back through the steps


def loop(at=lambda states: reversed(states[:-1]), add=lambda old, new: old + new):
    """The function of the exercise, with these states, and this sum."""

    def gradients(step, states, theta, y_bar):
        theta_bar = torch.zeros_like(theta)
        for y in at(states):
            _, products = torch.func.vjp(step, y, theta)[:2]
            y_bar, by_theta = products(y_bar)
            theta_bar = add(theta_bar, by_theta)
        return y_bar, theta_bar

    return gradients


def by_autograd(step, states, theta, y_bar):
    total = torch.zeros(())
    for i in range(len(states) - 2, -1, -1):
        y, k = states[i].clone().requires_grad_(), theta.clone().requires_grad_()
        y_bar, more = torch.autograd.grad(step(y, k), (y, k), y_bar)
        total = total + more
    return y_bar, total


def run_again(step, states, theta, y_bar):
    leaves = states[0].clone().requires_grad_(), theta.clone().requires_grad_()
    y = leaves[0]
    for _ in range(len(states) - 1):
        y = step(y, leaves[1])
    return torch.autograd.grad(y, leaves, y_bar)


def by_jacobians(step, states, theta, y_bar):
    total = torch.zeros(())
    for y in states[:-1].flip(0):
        j, j_theta = torch.func.jacfwd(step, argnums=(0, 1))(y, theta)
        total, y_bar = total + y_bar @ j_theta, y_bar @ j
    return [y_bar, total]


def without_transposing(step, states, theta, y_bar):
    total = torch.zeros(())
    for y in states[:-1].flip(0):
        j, j_theta = torch.func.jacfwd(step, argnums=(0, 1))(y, theta)
        total, y_bar = total + y_bar @ j_theta, j @ y_bar
    return y_bar, total


def with_the_new_bar(step, states, theta, y_bar):
    total = torch.zeros(())
    for y in states[:-1].flip(0):
        _, products = torch.func.vjp(step, y, theta)[:2]
        y_bar, _ = products(y_bar)
        total = total + products(y_bar)[1]
    return y_bar, total


def every(f):
    """Change both results."""
    return lambda *p: tuple(f(x) for x in loop()(*p))


# The adjoint


def adjoint(
    parts=lambda value, by_y, by_theta, bar: (value, -by_y, -by_theta),
    h=lambda duration, steps: -duration / steps,
    number=lambda steps: steps,
    step=rk4,
    end=lambda s, n: (s[n : 2 * n], s[2 * n]),
    products_of=lambda products, y, bar: products(bar),
):
    """The function of the exercise, with one thing changed."""

    def function(rates, y, theta, y_bar, duration, steps):
        n = len(y)

        def together(s):
            y, bar = s[:n], s[n : 2 * n]
            value, products = torch.func.vjp(rates, y, theta)[:2]
            by_y, by_theta = products_of(products, y, bar)
            return torch.cat([x.reshape(-1) for x in parts(value, by_y, by_theta, bar)])

        s = torch.cat([y, y_bar, torch.zeros(1)])
        for _ in range(number(steps)):
            s = step(together, s, h(duration, steps))
        return end(s, n)

    return function


def by_the_library(rates, y, theta, y_bar, duration, steps):
    return tuple(backward_in_time(rates, y, theta, y_bar, duration, steps)[0])


def state_first(rates, y, theta, y_bar, duration, steps):
    """Run the state back, and go through the steps from there."""
    start = follow(lambda y: rates(y, theta), y, -duration, steps)[-1].detach()
    leaves = start.requires_grad_(), theta.clone().requires_grad_()
    end = follow(lambda y: rates(y, leaves[1]), leaves[0], duration, steps)[-1]
    return torch.autograd.grad(end, leaves, y_bar)


def three_tensors(rates, y, theta, y_bar, duration, steps):
    """With a mid-point method of its own, on three tensors, in finer steps."""
    h, theta_bar = duration / (12 * steps), torch.zeros(())

    def slopes(y, bar):
        value, products = torch.func.vjp(rates, y, theta)[:2]
        by_y, by_theta = products(bar)
        return value, -by_y, -by_theta

    for _ in range(12 * steps):
        a, b, _ = slopes(y, y_bar)
        a, b, c = slopes(y - h / 2 * a, y_bar - h / 2 * b)
        y, y_bar, theta_bar = y - h * a, y_bar - h * b, theta_bar - h * c
    return y_bar, theta_bar


def at_the_end(rates, y, theta, y_bar, duration, steps):
    end = y

    def there(y, theta):
        return rates(end + 0 * y, theta)

    def together(s):
        n = len(end)
        value = rates(s[:n], theta)
        leaves = end.clone().requires_grad_(), theta.clone().requires_grad_()
        by_y, by_theta = torch.autograd.grad(rates(*leaves), leaves, s[n : 2 * n])
        return torch.cat([value, -by_y, -by_theta[None]])

    s, n = torch.cat([y, y_bar, torch.zeros(1)]), len(y)
    for _ in range(steps):
        s = rk4(together, s, -duration / steps)
    return s[n : 2 * n], s[2 * n]


def transposed(rates, y, theta, y_bar, duration, steps):
    n = len(y)

    def together(s):
        j, j_theta = torch.func.jacfwd(rates, argnums=(0, 1))(s[:n], theta)
        bar = s[n : 2 * n]
        return torch.cat([rates(s[:n], theta), -(j @ bar), -(bar @ j_theta)[None]])

    s = torch.cat([y, y_bar, torch.zeros(1)])
    for _ in range(steps):
        s = rk4(together, s, -duration / steps)
    return s[n : 2 * n], s[2 * n]


def without_the_bar(rates, y, theta, y_bar, duration, steps):
    n = len(y)

    def together(s):
        value, products = torch.func.vjp(rates, s[:n], theta)[:2]
        by_y, _ = products(s[n : 2 * n])
        _, by_theta = products(torch.ones(n).double())
        return torch.cat([value, -by_y, -by_theta[None]])

    s = torch.cat([y, y_bar, torch.zeros(1)])
    for _ in range(steps):
        s = rk4(together, s, -duration / steps)
    return s[n : 2 * n], s[2 * n]


def euler(f, y, h):
    return y + h * f(y)


# The two slopes


def slopes(v0, theta, duration, steps):
    program = -duration * v0 * (1 - theta * duration / steps) ** (steps - 1)
    return program, -duration * v0 * torch.exp(-theta * duration)


def differentiated(v0, theta, duration, steps):
    def program(theta):
        v = v0
        for _ in range(steps):
            v = v - duration / steps * theta * v
        return v

    def equation(theta):
        return v0 * torch.exp(-theta * duration)

    return torch.func.grad(program)(theta), torch.func.grad(equation)(theta)


def in_floats(v0, theta, duration, steps):
    v0, theta, duration = v0.item(), theta.item(), duration.item()
    dt = duration / steps
    return -steps * dt * v0 * (1 - theta * dt) ** (steps - 1), -duration * v0 * math.exp(
        -theta * duration
    )


def program(f):
    """A wrong derivative of the program, from v0, the factor, the duration and the steps."""
    return lambda v0, k, t, n: (f(v0, 1 - k * t / n, t, n), slopes(v0, k, t, n)[1])


def equation(f):
    return lambda v0, k, t, n: (slopes(v0, k, t, n)[0], f(v0, k, t, n))


RIGHT = {
    check_gradients: {
        "as mended": loop(),
        "flipped": loop(at=lambda states: states[:-1].flip(0)),
        "by autograd.grad": by_autograd,
        "run again": run_again,
        "Jacobians": by_jacobians,
        "floats": lambda *p: [x.tolist() for x in loop()(*p)],
    },
    check_adjoint: {
        "as asked": adjoint(),
        "the library": by_the_library,
        "the state first": state_first,
        "three tensors": three_tensors,
        "a list": lambda *p: list(adjoint()(*p)),
        "theta_bar of shape (1,)": adjoint(end=lambda s, n: (s[n : 2 * n], s[2 * n :])),
        "time turned round": adjoint(
            parts=lambda f, y, k, bar: (-f, y, k), h=lambda duration, steps: duration / steps
        ),
    },
    check_slopes: {
        "formulas": slopes,
        "differentiated": differentiated,
        "floats": in_floats,
        "one tensor": lambda *p: torch.stack(slopes(*p)),
        "a list of shape (1,)": lambda *p: [x[None] for x in slopes(*p)],
    },
}
WRONG = {
    check_gradients: {
        "as it came": (loop(at=lambda s: reversed(s[1:])), "the state that went in is one earlier"),
        "all states": (loop(at=lambda s: reversed(s)), "one state more than there are steps"),
        "neither end": (loop(at=lambda s: reversed(s[1:-1])), "the first and the last state"),
        "forward": (loop(at=lambda s: s[:-1]), "the way back begins at the last one"),
        "forward, late": (loop(at=lambda s: s[1:]), "with the states that came out"),
        "one less": (loop(at=lambda s: reversed(s[:-2])), "a step is left out"),
        "the last one wins": (loop(add=lambda old, new: new), "add it up"),
        "the new bar": (with_the_new_bar, "at the start of a step"),
        "not transposed": (without_transposing, "y_bar at the start is not right"),
        "both negative": (every(lambda x: -x), "sign"),
        "subtracted": (loop(add=lambda old, new: old - new), "sign is wrong"),
        "the other order": (lambda *p: loop()(*p)[::-1], "in the other order"),
        "theta_bar alone": (lambda *p: loop()(*p)[1], "return two things"),
        "zero": (loop(add=lambda old, new: old), "theta_bar is zero"),
        "no step": (lambda step, states, theta, bar: (bar, theta), "never calls the `step`"),
        "nothing": (lambda *p: None, "None"),
    },
    check_adjoint: {
        "the adjoint's sign": (
            adjoint(lambda f, y, k, bar: (f, y, -k)), "the adjoint equation has a minus: the time"),
        "theta's sign": (adjoint(lambda f, y, k, bar: (f, -y, k)), "the sign of theta_bar"),
        "both signs": (
            adjoint(lambda f, y, k, bar: (f, y, k)), "and the one of theta_bar too"),
        "the state's sign": (
            adjoint(lambda f, y, k, bar: (-f, -y, -k)), "the state runs on from the end"),
        "all signs, forward": (
            adjoint(lambda f, y, k, bar: (-f, y, k)), "the state runs on from the end"),
        "no product for theta": (
            adjoint(lambda f, y, k, bar: (f, -y, 0 * k)), "theta_bar is zero"),
        "the state stays": (
            adjoint(lambda f, y, k, bar: (0 * f, -y, -k)), "the state stays at its end"),
        "the state stays, signs": (
            adjoint(lambda f, y, k, bar: (0 * f, y, k)), "the state stays at its end"),
        "derivatives at the end": (at_the_end, "at the state of each time"),
        "forward in time": (
            adjoint(h=lambda duration, steps: duration / steps), "the state runs on from the end"),
        "forward, no minus": (
            adjoint(lambda f, y, k, bar: (f, y, k), h=lambda duration, steps: duration / steps),
            "the state runs on from the end"),
        "transposed": (transposed, "the transpose is missing"),
        "a constant adjoint": (
            adjoint(lambda f, y, k, bar: (f, 0 * y, -k)), "y_bar does not change in time"),
        "without the bar": (without_the_bar, "is multiplied by y_bar first"),
        "products of the state": (
            adjoint(products_of=lambda p, y, bar: (p(bar)[0], p(y)[1])),
            "takes the state in the place of y_bar"),
        "one step": (adjoint(number=lambda steps: 1), "that is one step back"),
        "long steps": (
            adjoint(h=lambda duration, steps: -duration / 1), "as long as the whole duration"
            "|infinite|NaN"),
        "no duration": (adjoint(h=lambda duration, steps: -1 / steps), "1/steps long"),
        "a step less": (adjoint(number=lambda steps: steps - 1), "a step is missing"),
        "a step more": (adjoint(number=lambda steps: steps + 1), "a step too many"),
        "the state": (adjoint(end=lambda s, n: (s[:n], s[2 * n])), "is the state at the start"),
        "all of s": (adjoint(end=lambda s, n: s), "return two things"),
        "the other order": (
            adjoint(end=lambda s, n: (s[2 * n], s[n : 2 * n])), "in the other order"),
        "Euler": (adjoint(step=euler), "steps of Euler"),
        "two rates": (
            adjoint(lambda f, y, k, bar: (f, -y)), "of y_bar and of theta_bar"),
        "no axis": (
            lambda rates, y, theta, bar, duration, steps: torch.cat([y, theta]), "by_theta\\[None]"
            "|by_theta[None]"),
        "no rates": (lambda rates, y, theta, *p: (y, theta), "never calls the `rates`"),
        "nothing": (lambda *p: None, "None"),
    },
    check_slopes: {
        "swapped": (lambda *p: slopes(*p)[::-1], "in the other order"),
        "signs": (lambda *p: [-x for x in slopes(*p)], "both signs are wrong"),
        "the power": (program(lambda v, f, t, n: -t * v * f**n), "one power lower"),
        "no inner": (program(lambda v, f, t, n: n * v * f ** (n - 1)), "depends on θ with the"),
        "no minus": (program(lambda v, f, t, n: t * v * f ** (n - 1)), "and its minus"),
        "no exponent": (
            program(lambda v, f, t, n: -t / n * v * f ** (n - 1)), "number of steps is missing"),
        "no v0": (program(lambda v, f, t, n: -t * f ** (n - 1)), "v0 is missing"),
        "the velocity": (program(lambda v, f, t, n: v * f**n), "the velocity itself"),
        "the whole duration": (
            lambda v, k, t, n: (-n * t * v * (1 - k * t) ** (n - 1), slopes(v, k, t, n)[1]),
            "yours is the whole duration"),
        "by v0": (program(lambda v, f, t, n: f**n), "respect to v0"),
        "the equation twice": (lambda *p: [slopes(*p)[1]] * 2, "in place of that of the program"),
        "the program twice": (lambda *p: [slopes(*p)[0]] * 2, "in place of that of the equation"),
        "no inner in the equation": (
            equation(lambda v, k, t, n: v * torch.exp(-k * t)), "inner derivative −duration"),
        "by the time": (
            equation(lambda v, k, t, n: -k * v * torch.exp(-k * t)), "respect to the time"),
        "growing": (equation(lambda v, k, t, n: -t * v * torch.exp(k * t)), "the exponent is −θ"),
        "no v0 in the equation": (
            equation(lambda v, k, t, n: -t * torch.exp(-k * t)), "v0 is missing"),
        "steps in the equation": (
            equation(lambda v, k, t, n: -t * v * torch.exp(-k * t / n)), "has no steps"),
        "of Python": (
            lambda v, k, t, n: (0.0, torch.exp(-k.item() * t.item())), "takes tensors"),
        "one": (lambda *p: slopes(*p)[0], "two|cannot read"),
        "nothing": (lambda *p: None, "None"),
    },
}  # fmt: skip
