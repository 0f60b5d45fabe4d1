"""Checks for the exercises of the chapter `part1/backward`.

Symbols, shapes. In `check_taylor`, f takes a point, p = SIZE numbers, and returns one number.
    x  (p,)  the point              v  (p,)  the direction
    g  (p,)  the gradient, given    h  (n,)  how far to step: `steps`
"""

from collections.abc import Callable, Iterator
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
    slopes,
    tensor,
    with_graph,
)

__all__ = ["check_height", "check_paths", "check_segments", "check_taylor", "problem"]

SIZE = 3

Function = Callable[[Tensor], Tensor]


@exercise("ex-taylor", "Right: for a right gradient, and for a wrong one.")
def check_taylor(taylor_remainders: Callable[..., Any], seed: int) -> None:
    """Check `taylor_remainders(f, gradient, x, direction, steps)`.

    It gives |f(x + h·direction) − f(x) − h·direction·gradient| for each h in `steps`.
    """
    f, x, v, steps = problem(seed)
    right = torch.func.grad(f)(x)
    wrong = right * torch.tensor([0.5, -1.0, 2.0]).to(right)
    for g in (right, wrong):
        counted = Counted("f", f)
        counted.f = _one_point(f)
        got = call(taylor_remainders, f=counted, gradient=g, x=x, direction=v, steps=steps)
        got = tensor(got, "the remainder")
        counted.must_be_called()
        wanted = _remainders(f, g, x, v, steps)
        if _rounded(got, wanted):
            raise Wrong(
                "the large steps are right, the small ones lost in rounding: does something turn"
                " float64 into float32?"
            )
        mistakes = _mistakes(f, g, x, v, steps)
        close(got, wanted, "the remainder", mistakes, atol=1e-12)


def problem(seed: int) -> tuple[Formula, Tensor, Tensor, Tensor]:
    """Return a smooth function, a point, a direction, and steps that halve.

    At the largest step the remainder of the right gradient is below zero, to need its absolute
    value.
    """
    draw = Draw(seed)
    a, b = draw(0.5, 2, 2).tolist()
    x, v = draw(-1, 1, 2, SIZE, step=0.05, dtype=torch.float64)
    largest = draw.one(0.2, 0.4, 0.01)
    smooth = (
        f"(torch.sin({a:.1f} * x[0] + {b:.1f} * x[1] - x[2]) + (x**4).sum() / 10 + x.exp().mean())"
    )
    f = Formula(f"lambda x: {smooth}")
    slope = torch.func.grad(f)(x) @ v
    if f(x + largest * v) - f(x) - largest * slope > 0:
        f = Formula(f"lambda x: -{smooth}")
    return f, x, v, largest / 2 ** torch.arange(6, dtype=torch.float64)


def _one_point(f: Function) -> Function:
    def one_point(x: Tensor) -> Tensor:
        if x.shape != (SIZE,):
            raise Wrong(
                f"f takes one point, of shape ({SIZE},), and you call it with shape"
                f" {tuple(x.shape)}: call it once for each h"
            )
        return f(x)

    return one_point


def _rounded(got: Tensor, wanted: Tensor) -> bool:
    """Tell whether `got` is right for large steps, and near for the small."""
    if got.shape != wanted.shape:
        return False
    error = (got - wanted).abs()
    near, right = error < 1e-5, error <= 1e-4 * wanted
    return bool(near.all() and right[0] and not right.all())


def _remainders(f: Function, g: Tensor, x: Tensor, v: Tensor, steps: Tensor) -> Tensor:
    return torch.stack([(f(x + h * v) - f(x) - h * (v @ g)).abs() for h in steps])


# fmt: off
def _mistakes(f: Function, g: Tensor, x: Tensor, v: Tensor, steps: Tensor) -> Iterator[Mistake]:
    def each(remainder: Function) -> Tensor:
        return torch.stack([remainder(h) for h in steps])

    start, slope, wanted = f(x), v @ g, _remainders(f, g, x, v, steps)
    yield ("the absolute value is missing: a remainder below zero has no logarithm",
           each(lambda h: f(x + h * v) - start - h * slope))
    yield ("the linear term h·direction·gradient is missing: what is left falls as h, for any"
           " gradient",
           each(lambda h: (f(x + h * v) - start).abs()))
    yield ("f(x) is missing: what is left does not fall with h",
           each(lambda h: (f(x + h * v) - h * slope).abs()))
    yield ("the linear term lacks its factor h: it must shrink with the step",
           each(lambda h: (f(x + h * v) - start - slope).abs()))
    yield ("the linear term has the wrong sign: f(x + h·direction) is about f(x) plus"
           " h·direction·gradient",
           each(lambda h: (f(x + h * v) - start + h * slope).abs()))
    yield ("each entry of x moves by h: the step is h times the direction",
           each(lambda h: (f(x + h) - start - h * slope).abs()))
    yield ("the direction has no part in it: the step is h times the direction, and the linear term"
           " h·direction·gradient", each(lambda h: (f(x + h) - start - h * g.sum()).abs()))
    yield ("the step goes backwards, to f(x − h·direction): go to f(x + h·direction)",
           each(lambda h: (f(x - h * v) - start + h * slope).abs()))
    yield ("you step along the gradient: the direction is given",
           _remainders(f, g, x, g, steps))
    yield ("you step along the gradient: the direction is given",
           each(lambda h: (f(x + h * g) - start - h * slope).abs()))
    yield ("the linear term sums the gradient: it wants the product direction·gradient",
           each(lambda h: (f(x + h * v) - start - h * g.sum()).abs()))
    yield ("the products of direction and gradient are averaged: a scalar product is their sum",
           each(lambda h: (f(x + h * v) - start - h * slope / SIZE).abs()))
    yield ("the linear term is halved: it is h·direction·gradient",
           each(lambda h: (f(x + h * v) - start - h * slope / 2).abs()))
    yield ("the linear term has h²: it is h·direction·gradient",
           each(lambda h: (f(x + h * v) - start - h**2 * slope).abs()))
    yield ("the step goes backwards, to f(x − h·direction): go to f(x + h·direction)",
           each(lambda h: (f(x - h * v) - start - h * slope).abs()))
    product = "a scalar product is the sum of direction[i]·gradient[i]"
    for what, other in {
        f"the product of the lengths stands for direction·gradient: {product}":
            v.norm() * g.norm(),
        f"the length of the gradient stands for direction·gradient: {product}": g.norm(),
        f"direction and gradient are summed each for itself: {product}": v.sum() * g.sum(),
        "only the first components are multiplied: direction·gradient sums over all": v[0] * g[0],
    }.items():
        yield what, each(lambda h, other=other: (  # type: ignore[misc]
            f(x + h * v) - start - h * other).abs())
    yield ("you divide the gradient by its length: take it as it is given",
           _remainders(f, g / g.norm(), x, v, steps))
    yield ("the second order is taken away too: the remainder is what the linear term leaves",
           each(lambda h: (f(x + h * v) - start - h * slope
                           - h**2 / 2 * v @ torch.func.hessian(f)(x) @ v).abs()))
    yield ("you step from zero, to f(h·direction): start from x",
           each(lambda h: (f(h * v) - start - h * slope).abs()))
    yield ("x moves on from step to step: each h starts from the x that is given", torch.stack(
        [(f(x + total * v) - start - h * slope).abs()
         for h, total in zip(steps, steps.cumsum(0), strict=True)]))
    yield ("you compute the gradient at the end of each step: test the one that is given",
           each(lambda h: (f(x + h * v) - start - h * v @ torch.func.grad(f)(x + h * v)).abs()))
    yield ("those are logarithms of the ratios, the orders: return the remainders themselves",
           (wanted[:-1] / wanted[1:]).log2())
    yield ("the products of direction and gradient are not summed: direction·gradient is one"
           " number, and each h has one remainder",
           each(lambda h: (f(x + h * v) - start - h * v * g).abs()))
    for factor in (1, 0.5):
        yield ("that is a central difference, from f(x − h·direction): start from f(x)",
               each(lambda h, c=factor: c * (  # type: ignore[misc]
                   f(x + h * v) - f(x - h * v) - 2 * h * slope).abs()))
    yield ("you divide by h: that is the error of a finite difference, which falls one order"
           " slower. Leave the remainder as it is", wanted / steps)
    yield ("you divide by h²: leave the remainder as it is", wanted / steps**2)
    yield ("you divide by f(x): leave the remainder as it is", wanted / start.abs())
    yield ("you divide the direction by its length: take it as it is given",
           _remainders(f, g, x, v / v.norm(), steps))
    yield ("the remainders add up from step to step: each h has its own", wanted.cumsum(0))
    yield ("this is one step only: return one remainder for each h", wanted[-1])
    yield ("you compute the gradient of f yourself: test the one that is given, right or wrong",
           _remainders(f, torch.func.grad(f)(x), x, v, steps))
# fmt: on


# On paper: the paths of n steps


@exercise("ex-paths", "Right: for any number of steps.")
def check_paths(derivatives: Callable[..., Any], seed: int) -> None:
    """Check `derivatives(r, dt, n)`: of r² after n steps, with respect to a, v0 and x0."""
    draw = Draw(seed)
    for n in (6 + seed % 3, 9, 2):
        r, dt = draw.one(-6, -2, 0.5), draw.one(0.1, 0.7, 0.05)
        got = call(derivatives, r=r, dt=dt, n=n)
        got = parts(got.tolist() if hasattr(got, "tolist") else got, "a", "v0", "x0")
        a, v0, x0 = (tensor(x, f"the derivative with respect to {name}")
                     for x, name in zip(got, ("a", "v0", "x0"), strict=True))  # fmt: skip
        if all(x.numel() == 1 for x in (a, v0, x0)):
            all_three = torch.stack([x.reshape(()) for x in (a, v0, x0)])
            right = torch.tensor([paths(r, dt, n)[0] for paths in (_from_a, _from_v0, _from_x0)])
            # Two of the right ones may be equal, so that their order does not matter.
            if not torch.allclose(all_three, right.double(), 1e-4, 1e-6):
                recognise(all_three, _orders(r, dt, n))
        for x, name, paths in ((x0, "x0", _from_x0), (v0, "v0", _from_v0), (a, "a", _from_a)):
            wanted, mistakes = paths(r, dt, n)
            what = f"the derivative with respect to {name}"
            close(x, torch.tensor(wanted).double(), what, _numbers(mistakes))


Named = dict[str, tuple[float, ...]]


def _numbers(mistakes: Named) -> Iterator[Mistake]:
    for sentence, results in mistakes.items():
        for result in results:
            yield sentence, torch.tensor(result, dtype=torch.float64)


# fmt: off
def _orders(r: float, dt: float, n: int) -> Iterator[Mistake]:
    a, v0, x0 = _from_a(r, dt, n)[0], _from_v0(r, dt, n)[0], _from_x0(r, dt, n)[0]
    for other in ((x0, v0, a), (v0, a, x0), (a, x0, v0), (v0, x0, a), (x0, a, v0)):
        yield ("the three derivatives are right, in another order: return those of a, v0 and x0",
               torch.tensor(other, dtype=torch.float64))
    yield ("the factor 2·r of the last node is missing: the loss is r², and each path goes through"
           " r", torch.tensor([a, v0, x0], dtype=torch.float64) / (2 * r))
    yield ("the last node has the factor 2·r, and yours is 2: the loss is r², whose derivative"
           " depends on r", torch.tensor([a, v0, x0], dtype=torch.float64) / r)
    yield ("the last node has the factor 2·r, and yours is r: the derivative of r² is 2·r",
           torch.tensor([a, v0, x0], dtype=torch.float64) / 2)
    yield ("the last node has the factor 2·r, and yours is r²: that is the loss itself",
           torch.tensor([a, v0, x0], dtype=torch.float64) * r / 2)


def _from_x0(r: float, dt: float, n: int) -> tuple[float, Named]:
    return 2 * r, {
        "the derivative of r² is 2·r: the derivative with respect to x0 lacks the 2": (r,),
        "x0 reaches the last height by one path only: it enters the first step, and each later"
        " step gets it from the height before": (2 * r * n,),
        "the path from x0 goes through sums only, whose factor is one: there is no dt in it":
            (2 * r * dt, 2 * r * n * dt, 2 * r * dt**n),
    }


def _from_v0(r: float, dt: float, n: int) -> tuple[float, Named]:
    f = 2 * r
    return f * n * dt, {
        "the derivative of r² is 2·r: the derivative with respect to v0 lacks the 2": (r * n * dt,),
        "v0 is part of the velocity in all n steps, not in one: what the paths bring is added":
            (f * dt,),
        "v0 is part of the velocity in all n steps: a step is left out": (f * (n - 1) * dt,),
        "there are n paths from v0, and not n + 1: a path for each step": (f * (n + 1) * dt,),
        "each path from v0 has a factor dt: the product of the velocity with dt": (f * n,),
        "each path from v0 goes through one product with dt only": (f * n * dt**2,),
        "the factors along one path are multiplied, but the paths are added: n·dt and not dtⁿ":
            (f * dt**n,),
        "only the acceleration has n·(n − 1)/2 paths: from v0 there is one for each step":
            (f * n * (n - 1) / 2 * dt,),
    }


def _from_a(r: float, dt: float, n: int) -> tuple[float, Named]:
    f = 2 * r
    return f * n * (n - 1) / 2 * dt**2, {
        "there is a ½ too many in the derivative with respect to a: the one of n·(n − 1)/2 is"
        " enough, and r² has the derivative 2·r": (r * n * (n - 1) / 2 * dt**2,),
        "each step uses the velocity at its start, so what a adds in a step has no part in the"
        " height of the same step: the sum is (n − 1) + (n − 2) + … + 1":
            (f * n * (n + 1) / 2 * dt**2,),
        "that is ½·(n·dt)², the derivative for infinitely short steps: count the paths of n steps":
            (f * n**2 / 2 * dt**2,),
        "the sum of 1, 2, …, n − 1 is n·(n − 1)/2: the ½ is missing": (f * n * (n - 1) * dt**2,),
        "those are the paths from the first step alone: a is added in each step":
            (f * (n - 1) * dt**2,),
        "what one step adds is part of the velocity in all later steps, so that there are more than"
        " n paths": (f * n * dt**2,),
        "there is one path for each pair of an earlier and a later step: n·(n − 1)/2 of them":
            (f * n**2 * dt**2, f * dt**2, f * (n - 1) * (n - 2) / 2 * dt**2),
        "each path from a goes through two products with dt: a·dt, and the velocity times dt":
            (f * n * (n - 1) / 2 * dt, f * n * (n - 1) / 2),
    }
# fmt: on


# On paper: the best length of a segment


@exercise("ex-segments", "Right: the memory grows as the square root of the number of steps.")
def check_segments(best_size: Callable[..., Any], seed: int) -> None:
    """Check `best_size(n, saved)`: where 2·(n/size + 1) + saved·size is smallest."""
    draw = Draw(seed)
    for _ in range(2):
        n, saved = draw.one(100, 3000, 100), draw.one(3, 9, 1)
        tensors = {name: torch.tensor(x).double() for name, x in {"n": n, "saved": saved}.items()}
        got = call(best_size, {"must be Tensor": "torch.sqrt takes tensors"}, **tensors)
        close(got, torch.tensor((2 * n / saved) ** 0.5), "the size", _sizes(n, saved))


# fmt: off
def _sizes(n: float, saved: float) -> Iterator[Mistake]:
    best = (2 * n / saved) ** 0.5
    yield from _numbers({
        "at the end of each segment two numbers are kept, height and velocity: the 2 is missing":
            ((n / saved) ** 0.5,),
        "that would be the size if each step saved one number: use the argument saved":
            ((2 * n) ** 0.5,),
        "that is the size for which there are as many steps in a segment as there are segments:"
        " compare how many numbers both of them keep": (n**0.5,),
        "the root is missing: the derivative is zero where saved = 2·n/size²": (best**2,),
        "that is the number of segments: the size is n divided by it":
            (n / best,),
        "that is the number of numbers that are kept: the size is asked for":
            (2 * (n / best + 1) + saved * best, 2 * n / best + saved * best),
        "n and saved belong on opposite sides of the line: the more a step saves, the shorter the"
        " segments": ((2 * n * saved) ** 0.5,),
        "the 2 is in the wrong place: it belongs to n/size, the number of segments":
            ((n / (2 * saved)) ** 0.5,),
        "the two numbers at the end of a segment are counted twice": ((4 * n / saved) ** 0.5,),
        "all saved numbers of the flight are counted: only one segment at a time is in the graph":
            (1.0, n),
        "the size is rounded: treat it as a real number":
            (float(round(best)), float(int(best)), float(int(best)) + 1),
    })
# fmt: on


# To be mended: a plain number in the way


@exercise("ex-plain-number", "Right: the heights, and their derivatives.")
def check_height(height: Callable[..., Any], seed: int) -> None:
    """Check `height(v0, drag, steps)`: the height after steps of 0.05 s, and its slopes."""
    draw = Draw(seed)
    for steps, up in ((25, 1), (14, -1)):
        v0 = torch.tensor(up * draw.one(4, 9), dtype=torch.float64, requires_grad=True)
        drag = torch.tensor(draw.one(0.02, 0.06, 0.01), dtype=torch.float64, requires_grad=True)
        got = call(height, LEFT, v0=v0, drag=drag, steps=steps)
        got = with_graph(got, "the height")
        wanted = _height(v0, drag, steps)
        close(got, wanted, "the height", _heights(v0, drag, steps))
        if not got.requires_grad:
            raise Wrong(
                "the height is right, but depends on nothing that requires a gradient: no path"
                " leads back from it"
            )
        found = slopes(got.sum(), [v0, drag])
        right = torch.autograd.grad(wanted, [v0, drag])
        for name, slope, exact, cut in zip(
            ("v0", "drag"), found, right, _cut_off(v0, drag, steps), strict=True
        ):
            what = f"the derivative of the height with respect to {name}"
            if slope is None:
                raise Wrong(
                    f"{what} is None: no path leads from the height back to {name}. Does a plain"
                    " number, or a detached copy, take its place?"
                )
            close(slope, exact, what, cut, rtol=1e-6, derived=True)


LEFT = {
    "has no attribute 'item'": "item() is asked of a plain number: leave the tensors as they are",
    "does not require grad": "a tensor inside your function has no graph any more: is there an"
    " item(), a detach(), or a torch.tensor(…) of a tensor?",
}


def _height(
    v0: Tensor, drag: Tensor, steps: int, into_drag: Callable[..., Any] | None = None
) -> Tensor:
    """Follow the ball; `into_drag` of velocity and drag replaces drag·v·|v|."""
    into_drag = into_drag or (lambda v, drag: drag * v * v.abs())
    x, v = torch.tensor(10.0, dtype=torch.float64), v0
    for _ in range(steps):
        v = v + (-9.8 - into_drag(v, drag)) * 0.05
        x = x + v * 0.05
    return x


# fmt: off
def _heights(v0: Tensor, drag: Tensor, steps: int) -> Iterator[Mistake]:
    def of(into_drag: Callable[..., Any]) -> Tensor:
        return _height(v0, drag, steps, into_drag)

    yield ("the drag has v² instead of v·|v|: it then points downwards on the way up and down,"
           " and should point against the velocity", of(lambda v, drag: drag * v * v))
    yield ("the drag has the speed once only: it is drag·v·|v|", of(lambda v, drag: drag * v))
    yield ("the drag does not depend on the direction of the velocity: it is drag·v·|v|",
           of(lambda v, drag: drag * v.abs()))
    yield ("the speed is that of the launch: it changes in each step",
           of(lambda v, drag: drag * v * v0.abs()))
    yield ("there is no drag in your height", of(lambda v, drag: 0 * drag * v))
    yield ("the drag has the wrong sign: it acts against the velocity",
           of(lambda v, drag: -drag * v * v.abs()))
    x, v = torch.tensor(10.0, dtype=torch.float64), v0
    for _ in range(steps):
        x, v = x + v * 0.05, v + (-9.8 - drag * v * v.abs()) * 0.05
    yield ("the height takes the velocity at the start of each step: keep the order of the lines,"
           " v first", x)


def _cut_off(v0: Tensor, drag: Tensor, steps: int) -> Iterator[list[Mistake]]:
    """Give the slopes of heights that are right, where the graph lacks something."""
    lacks = {
        "the graph takes the speed |v| for a constant: a plain number or a detached copy has its"
        " place, and one of the two paths from v into the drag is missing":
            lambda v, drag: drag * v * v.detach().abs(),
        "the graph knows the velocity in |v| only: the other factor of the drag is a plain number"
        " or a detached copy": lambda v, drag: drag * v.detach() * v.abs(),
        "the graph does not know that the drag depends on the velocity: both of its factors, or all"
        " of it, are plain numbers or detached copies":
            lambda v, drag: drag * v.detach() * v.detach().abs(),
    }
    for x in (v0, drag):
        found: list[Mistake] = []
        for sentence, into_drag in lacks.items():
            (slope,) = torch.autograd.grad(
                _height(v0, drag, steps, into_drag), [x], allow_unused=True)
            if slope is not None:
                found.append((sentence, slope))
        yield found
# fmt: on
