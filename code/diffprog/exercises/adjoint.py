"""Checks for the exercises of the chapter `part4/adjoint`.

Symbols, shapes.
    y      (n,)  the state of a motion
    theta  ()    its one parameter
    y_bar  (n,)  the gradient of the loss by the state at a time
"""

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._check import (
    Counted,
    Draw,
    Formula,
    Mistake,
    Wrong,
    call,
    close,
    exercise,
    parts,
    recognise,
    tensor,
)
from diffprog.simulator.stepping import follow, rk4

__all__ = ["check_adjoint", "check_gradients", "check_slopes"]

Function = Callable[[Tensor, Tensor], Tensor]
Result = tuple[Tensor, Tensor]


class Used(Counted):
    """A function of a state and a parameter that knows whether it was called."""

    def __call__(self, *arguments: Any) -> Tensor:
        self.called = True
        y: Tensor = self.f(*arguments)
        return y


def _both(
    got: Any,
    wanted: Result,
    mistakes: Callable[[], Iterator[tuple[str, Result]]],
    rtol: float = 1e-4,
    atol: float = 1e-6,
) -> None:
    """Compare y_bar at the start and theta_bar, and know the mistakes by both of them."""
    names = "y_bar at the start", "theta_bar"
    y_bar, theta_bar = (tensor(x, name) for x, name in zip(parts(got, *names), names, strict=True))
    if y_bar.numel() == wanted[0].numel() and theta_bar.numel() == 1:
        flat = torch.cat([y_bar.reshape(-1), theta_bar.reshape(-1)])
        if not torch.allclose(flat, _flat(wanted), rtol, atol):
            recognise(flat, ((sentence, _flat(x)) for sentence, x in mistakes()))
    elif theta_bar.numel() == wanted[0].numel() and y_bar.numel() == 1:
        raise Wrong("return y_bar first and theta_bar second: yours are in the other order")
    close(y_bar, wanted[0], names[0], rtol=rtol, atol=atol)
    close(theta_bar, wanted[1], names[1], rtol=rtol, atol=atol)


def _flat(result: Result) -> Tensor:
    return torch.cat([x.detach().double().reshape(-1) for x in result])


# To be mended: the loop back through the steps


@exercise("ex-old-state", "Right: each product is taken at the state that went into the step.")
def check_gradients(gradients: Callable[..., Any], seed: int) -> None:
    """Check `gradients(step, states, theta, y_bar)`: back through the steps of any simulator."""
    draw = Draw(seed)
    step = Used("step", Formula(
        "lambda y, theta: torch.stack([y[0] + 0.2 * y[1],"
        " y[1] - theta * torch.sin(y[0]) - 0.1 * theta * y[1] ** 2])"
    ))  # fmt: skip
    theta = draw(0.2, 0.9, dtype=torch.float64)
    states = [draw(0.5, 2, 2, dtype=torch.float64)]
    for _ in range(4):
        states.append(step(states[-1], theta))
    y_bar = draw(-2, 2, 2, step=0.5, dtype=torch.float64)
    step.called = False
    got = call(gradients, ADVICE, step=step, states=torch.stack(states), theta=theta, y_bar=y_bar)
    step.must_be_called()
    back = functools.partial(_back, step, theta, y_bar)
    _both(got, back(states[:-1]), lambda: _of_steps(back, states))


ADVICE = {
    "not enough values to unpack": "`products` returns one product for each argument of the"
    " function: y_bar times its derivative by the state, and by theta",
    "Boolean value of Tensor": "a tensor of several numbers is asked for true or false",
}


def _back(
    step: Function, theta: Tensor, y_bar: Tensor, at: list[Tensor],
    *, summed: bool = True, late: bool = False, order: int = -1,
) -> Result:  # fmt: skip
    theta_bar = torch.zeros_like(theta)
    for y in at[::order]:
        products = torch.func.vjp(step, y, theta)[1]
        by_y, by_theta = products(y_bar)
        if late:
            by_theta = products(by_y)[1]
        y_bar, theta_bar = by_y, theta_bar + by_theta if summed else by_theta
    return y_bar, theta_bar


# fmt: off
def _of_steps(back: Callable[..., Result], states: list[Tensor]) -> Iterator[tuple[str, Result]]:
    yield ("each step is differentiated at the state that came out of it: the state that went in is"
           " one earlier", back(states[1:]))
    yield ("all states are used, and there is one state more than there are steps: the last one"
           " goes into no step", back(states))
    yield ("the first and the last state are left out: the first one goes into the first step",
           back(states[1:-1]))
    yield ("the loop runs from the first step to the last: the way back begins at the last one",
           back(states[:-1], order=1))
    yield ("the loop runs from the first step to the last, and with the states that came out of the"
           " steps", back(states[1:], order=1))
    yield ("a step is left out: every state but the last goes into a step", back(states[:-2]))
    yield ("theta_bar has what the first step brings, and each step brings something: add it up",
           back(states[:-1], summed=False))
    yield ("theta_bar is multiplied from the y_bar at the start of a step: its product takes the"
           " y_bar at the end of the step, as that of the state does", back(states[:-1], late=True))
# fmt: on


# The adjoint


RATES = (
    "lambda y, theta: torch.stack([y[1], -theta * torch.sin(y[0]) - 0.3 * y[1]])",
    "lambda y, theta: torch.stack([theta * y[0] * (1 - y[1]), y[1] * (y[0] - 1)])",
    "lambda y, theta: torch.stack([y[1], y[2], -theta * y[0] - 0.5 * y[1] * y[2]])",
)


@exercise("ex-adjoint", "Right: for motions that you had not seen.")
def check_adjoint(adjoint: Callable[..., Any], seed: int) -> None:
    """Check `adjoint(rates, y, theta, y_bar, duration, steps)`, from the state at the end."""
    draw = Draw(seed)
    text = RATES[seed % 3]
    n = 3 if "y[2]" in text else 2
    rates = Used("rates", Formula(text))
    y = draw(0.4, 1.6, n, dtype=torch.float64)
    theta = draw(0.5, 1.5, dtype=torch.float64)
    y_bar = draw(-2, 2, n, step=0.5, dtype=torch.float64)
    duration, steps = draw.one(0.6, 0.9), 8
    got = call(adjoint, ADVICE | PACKED, rates=rates, y=y, theta=theta, y_bar=y_bar,
               duration=duration, steps=steps)  # fmt: skip
    rates.must_be_called()
    # The right one by another way: the start, and from there the gradient of accurate steps.
    with torch.no_grad():
        start = follow(lambda y: rates(y, theta), y, -duration, 2 * steps)[-1]
    leaves = start.clone().requires_grad_(), theta.clone().requires_grad_()
    end = follow(lambda y: rates(y, leaves[1]), leaves[0], duration, 2 * steps)[-1]
    by_start, by_theta = torch.autograd.grad(end, leaves, y_bar)
    wanted = by_start, by_theta
    around = functools.partial(_around, rates, y, theta, y_bar, duration, steps)
    _both(got, wanted, lambda: _of_adjoint(around, rates, start, y, wanted),
          rtol=1e-3, atol=1e-4)  # other methods have other errors  # fmt: skip


PACKED = {
    "zero-dimensional tensor": "theta is one number without an axis, and torch.cat needs one:"
    " by_theta[None] has the shape (1,)",
    "must match the size": "the time derivatives have to stand in one tensor of the length of s:"
    " those of y, of y_bar and of theta_bar, one after the other",
    "must be same shape": "`products` takes a vector in the shape of the rates: y_bar",
}
Change = Callable[["Moment"], tuple[Tensor, Tensor, Tensor]]


class Moment:
    """What the way back knows at a time: rates, and the products with their derivatives."""

    def __init__(self, rates: Function, y: Tensor, theta: Tensor, bar: Tensor) -> None:
        self.rates, self.bar = rates, bar
        self.state, self.theta = (x.detach().requires_grad_() for x in (y, theta))
        self.graph = rates(self.state, self.theta)
        self.f = self.graph.detach()
        self.y, self.θ = self.products(bar)

    def products(self, bar: Tensor) -> Sequence[Tensor]:
        return torch.autograd.grad(self.graph, (self.state, self.theta), bar, retain_graph=True)

    def jacobian_times_bar(self) -> Tensor:
        product: Tensor = torch.func.jvp(
            lambda y: self.rates(y, self.theta.detach()), (self.state.detach(),), (self.bar,)
        )[1]
        return product


def _around(
    rates: Function, end: Tensor, theta: Tensor, y_bar: Tensor, duration: float, steps: int,
    change: Change, *, h: float | None = None, number: int | None = None,
    step: Callable[..., Tensor] = rk4,
) -> Result:  # fmt: skip
    """Solve state, adjoint and integral together, with the time derivatives that `change` gives."""
    n = len(end)

    def together(s: Tensor) -> Tensor:
        moment = Moment(rates, s[:n], theta, s[n : 2 * n])
        return torch.cat([part.reshape(-1) for part in change(moment)])

    s = torch.cat([end, y_bar, torch.zeros(1, dtype=end.dtype)])
    for _ in range(steps if number is None else number):
        s = step(together, s, -duration / steps if h is None else h)
    return s[n : 2 * n], s[2 * n]


def _euler(f: Callable[[Tensor], Tensor], y: Tensor, h: float) -> Tensor:
    return y + h * f(y)


def _right(now: Moment) -> tuple[Tensor, Tensor, Tensor]:
    return now.f, -now.y, -now.θ


# fmt: off
def _of_adjoint(
    around: Callable[..., Result], rates: Function, start: Tensor, end: Tensor, wanted: Result
) -> Iterator[tuple[str, Result]]:
    duration, steps = around.args[4:6]  # type: ignore[attr-defined]

    def at_end(now: Moment) -> tuple[Tensor, Tensor, Tensor]:
        then = Moment(rates, end, now.theta, now.bar)
        return now.f, -then.y, -then.θ

    yield ("the sign of theta_bar is wrong: it is zero at the end and should grow on the way back,"
           " so its derivative with respect to t is minus the integrand", (wanted[0], -wanted[1]))
    yield ("theta_bar is zero: the product with the derivative of the rates with respect to theta"
           " is missing", (wanted[0], 0 * wanted[1]))
    yield ("the first result is the state at the start: return its y_bar", (start, wanted[1]))
    yield ("the first result is the state at the end: return y_bar at the start", (end, wanted[1]))
    yield ("the adjoint equation has a minus: the time derivative of y_bar is −y_bar·∂rates/∂y",
           around(lambda now: (now.f, now.y, -now.θ)))
    yield ("the adjoint equation has a minus, and the one of theta_bar too: both time derivatives"
           " are minus the products", around(lambda now: (now.f, now.y, now.θ)))
    for sign in (1, -1):
        yield ("the state runs on from the end, and should run back: the length of the steps is"
               " below zero, and the state keeps its own rates, without a minus",
               around(lambda now, s=sign: (-now.f, s * now.y, s * now.θ)))
        yield ("the state stays at its end: its rates belong into the tensor, too, so that the"
               " derivatives are taken at the state of each time",
               around(lambda now, s=sign: (0 * now.f, s * now.y, s * now.θ)))
    yield ("the derivatives are taken at the state at the end: take them at the state of each time",
           around(at_end))
    yield ("that is the Jacobian times y_bar: the adjoint takes y_bar times the Jacobian, from the"
           " left, as `products` gives it (the transpose is missing)",
           around(lambda now: (now.f, -now.jacobian_times_bar(), -now.θ)))
    yield ("y_bar does not change in time: its derivative is −y_bar·∂rates/∂y",
           around(lambda now: (now.f, 0 * now.y, -now.θ)))
    yield ("theta_bar sums ∂rates/∂theta alone: it is multiplied by y_bar first",
           around(lambda now: (now.f, -now.y, -now.products(torch.ones_like(now.f))[1])))
    yield ("the product for theta takes the state in the place of y_bar",
           around(lambda now: (now.f, -now.y, -now.products(now.state.detach())[1])))
    yield ("that is one step back: there are `steps` of them", around(_right, number=1))
    yield ("each step is as long as the whole duration: divide it by the number of steps",
           around(_right, h=-duration))
    yield ("a step is 1/steps long: it is duration/steps", around(_right, h=-1 / steps))
    yield ("a step is missing: there are `steps` of them", around(_right, number=steps - 1))
    yield ("there is a step too many: there are `steps` of them", around(_right, number=steps + 1))
    yield ("those are steps of Euler: rk4 is more accurate at the same number of steps",
           around(_right, step=_euler))
# fmt: on


# On paper: the slopes of a program and of an equation


@exercise("ex-two-slopes", "Right: both, for any number of steps.")
def check_slopes(slopes: Callable[..., Any], seed: int) -> None:
    """Check `slopes(v0, theta, duration, steps)`: dv/dθ at the end, of program and equation."""
    draw = Draw(seed)
    for steps in (4 + seed % 3, 9):
        v0, theta = draw(2, 9, 2, step=0.5, dtype=torch.float64)
        theta, duration = theta / 10, draw(1, 3, dtype=torch.float64)
        got = call(slopes, {"must be Tensor": "torch.exp takes tensors"},
                   v0=v0, theta=theta, duration=duration, steps=steps)  # fmt: skip
        got = parts(got.tolist() if hasattr(got, "tolist") else got, "program", "equation")
        names = "the derivative of the program", "the derivative of the equation"
        program, equation = (tensor(x, name) for x, name in zip(got, names, strict=True))
        wanted = _slopes(v0, theta, duration, steps)
        if program.numel() == equation.numel() == 1:
            both = torch.stack([program.reshape(()), equation.reshape(())])
            if not torch.allclose(both, torch.stack(wanted), 1e-4, 1e-6):
                recognise(both, [
                    ("the two are right, in the other order: first the program",
                     torch.stack(wanted[::-1])),
                    ("both signs are wrong: more friction leaves less velocity",
                     -torch.stack(wanted)),
                ])  # fmt: skip
        close(equation, wanted[1], names[1], _of_the_equation(v0, theta, duration, steps))
        close(program, wanted[0], names[0], _of_the_program(v0, theta, duration, steps))


def _slopes(v0: Tensor, theta: Tensor, duration: Tensor, steps: int) -> Result:
    factor = 1 - theta * duration / steps
    return -duration * v0 * factor ** (steps - 1), -duration * v0 * torch.exp(-theta * duration)


# fmt: off
def _of_the_program(v0: Tensor, theta: Tensor, duration: Tensor, steps: int) -> Iterator[Mistake]:
    factor, dt = 1 - theta * duration / steps, duration / steps
    yield ("a derivative of a power is one power lower: steps − 1",
           -duration * v0 * factor**steps)
    yield ("the inner derivative is missing: the factor 1 − θ·Δt depends on θ with the slope −Δt",
           steps * v0 * factor ** (steps - 1))
    yield ("the inner derivative is −Δt, with Δt = duration/steps and its minus",
           duration * v0 * factor ** (steps - 1))
    yield ("the exponent comes down as a factor: the number of steps is missing",
           -dt * v0 * factor ** (steps - 1))
    yield ("v0 is missing in the derivative of the program", -duration * factor ** (steps - 1))
    yield ("that is the velocity itself: its derivative with respect to θ is asked for",
           v0 * factor**steps)
    yield ("Δt is the duration of a step, duration/steps: yours is the whole duration",
           -duration * v0 * (1 - theta * duration) ** (steps - 1))
    yield ("Δt is the duration of a step, duration/steps: yours is the whole duration",
           -steps * duration * v0 * (1 - theta * duration) ** (steps - 1))
    yield ("that is the derivative of the equation, in place of that of the program",
           _slopes(v0, theta, duration, steps)[1])
    yield ("friction slows the bead: the factor of a step is 1 − θ·Δt",
           duration * v0 * (1 + theta * duration / steps) ** (steps - 1))
    yield ("that is the derivative with respect to v0: θ is asked for", factor**steps)
    yield ("there is an exponent of steps − 2: one factor is lost", -duration * v0
           * factor ** (steps - 2))


def _of_the_equation(v0: Tensor, theta: Tensor, duration: Tensor, steps: int) -> Iterator[Mistake]:
    decay = torch.exp(-theta * duration)
    yield "the inner derivative −duration is missing in that of the equation", v0 * decay
    yield ("that is the derivative with respect to the time: θ is asked for", -theta * v0 * decay)
    yield ("that is the derivative with respect to v0: θ is asked for", decay)
    yield "v0 is missing in the derivative of the equation", -duration * decay
    yield ("friction slows the bead: the exponent is −θ·duration",
           -duration * v0 * torch.exp(theta * duration))
    yield ("friction slows the bead: the exponent is −θ·duration",
           duration * v0 * torch.exp(theta * duration))
    yield ("that is the derivative of the program, in place of that of the equation",
           _slopes(v0, theta, duration, steps)[0])
    yield ("the equation has no steps: its exponent has the whole duration",
           -duration * v0 * torch.exp(-theta * duration / steps))
# fmt: on
