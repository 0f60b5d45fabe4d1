"""Checks for the exercises of the chapter `part4/modes`.

Symbols, shapes. In `check_hvp`, f is the loss.
    x  SHAPE  the point: `theta`      u  SHAPE  the direction
    g  SHAPE  the gradient at x       hu SHAPE  the product H·u
"""

from collections.abc import Callable, Iterator
from types import CodeType
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
    tensor,
)

__all__ = ["check_halves", "check_hvp", "check_sign", "check_which_mode"]

SHAPE = (3, 4)
SMALL = 1e-4  # the step of the differences that the product is compared with

# A product with the Hessian


class _Watched:
    """A loss that knows how often it runs, and how often somebody walks back through it."""

    def __init__(self, f: Formula) -> None:
        self.f, self.text, self.runs, self.walks = f, f.text, 0, 0

    def __call__(self, x: Tensor) -> Tensor:
        self.runs += 1
        if not isinstance(x, Tensor) or x.shape != SHAPE:
            came = f"shape {tuple(x.shape)}" if isinstance(x, Tensor) else f"a {type(x).__name__}"
            raise Wrong(f"call the loss with a tensor of the shape of theta, {SHAPE}, not {came}")
        if x.requires_grad:
            x.register_hook(self._walked)  # type: ignore[no-untyped-call]
        return self.f(x)

    def _walked(self, _: Tensor) -> None:
        self.walks += 1


@exercise("ex-hvp", "Right: for any loss, and without the matrix.")
def check_hvp(hessian_times: Callable[..., Any], seed: int) -> None:
    """Check `hessian_times(loss, theta, u)`: H·u, in the shape of theta.

    It is compared with the difference of two gradients, so that no H is needed.
    """
    draw = Draw(seed)
    a, b = draw(0.5, 2, 2).tolist()
    x, u = draw(-1, 1, 2, *SHAPE, step=0.04, dtype=torch.float64)
    # u does not sum to one, to tell H·u from a mean over directions
    f = Formula(
        f"lambda x: (torch.sin({a:.1f} * x[0] + {b:.1f} * x[1] * x[2])).sum()"
        " + (x**4).sum() / 4 + x.exp().mean() * x[0, 0]"
    )
    loss = _Watched(f)
    got = call(hessian_times, ADVICE, loss=loss, theta=x, u=u)
    if not loss.runs:
        raise Wrong("your function never calls the `loss` that it is given")
    if names := _names(hessian_times) & {"hessian", "jacobian", "jacfwd", "jacrev"}:
        raise Wrong(
            f"`{min(names)}` forms the whole H, one column for each of the numbers in theta:"
            " differentiate the gradient along u alone"
        )
    if loss.runs > 4 or loss.walks > 4:
        raise Wrong(
            f"your function runs the loss {_times(loss.runs)} and walks back through it"
            f" {_times(loss.walks)}, for {x.numel()} numbers in theta: it forms H column by column."
            " One derivative along u is enough"
        )
    hu = _by_differences(f, x, u)
    close(got, hu, "the product", _hvp_mistakes(f, x, u, hu), rtol=1e-5)


def _times(n: int) -> str:
    return "once" if n == 1 else f"{n} times"


def _names(function: Callable[..., Any]) -> set[str]:
    """Return the names that a function uses, in its lambdas too."""
    function = getattr(function, "function", function)
    found: set[str] = set()
    codes = [getattr(function, "__code__", None)]
    for code in codes:
        if code is not None:
            found |= set(code.co_names)
            codes += [part for part in code.co_consts if isinstance(part, CodeType)]
    return found


def _by_differences(f: Formula, x: Tensor, u: Tensor) -> Tensor:
    """H·u from the gradients at x ± s·u, extrapolated to s = 0."""

    def difference(s: float) -> Tensor:
        g = torch.func.grad(f)
        y: Tensor = (g(x + s * u) - g(x - s * u)) / (2 * s)
        return y

    return (4 * difference(SMALL) - difference(2 * SMALL)) / 3


def _no_graph(names: dict[str, Any]) -> str:
    if any(isinstance(x, Tensor) and x.requires_grad for x in names.values()):
        return (
            "the gradient has no graph, so it cannot be differentiated again: compute it with"
            " create_graph=True"
        )
    return (
        "the loss has no graph, since theta does not require a gradient: differentiate at"
        " `theta.clone().requires_grad_()`"
    )


ADVICE: Advice = {
    "does not have a grad_fn": _no_graph,
    "appears to not have been used": "what you differentiate in the second step does not depend on"
    " the tensor that you name: take both derivatives with respect to the same tensor",
    "can be implicitly created only for scalar": "backward() and grad() start from one number:"
    " multiply the gradient by u, and sum",
    "grad can be computed only for": "backward() and grad() start from one number: multiply the"
    " gradient by u, and sum",
    "second time": "the first walk has used up the graph: create_graph=True keeps it, and records"
    " the way back as well",
}


def _hvp_mistakes(f: Formula, x: Tensor, u: Tensor, hu: Tensor) -> Iterator[Mistake]:
    g = torch.func.grad(f)(x)
    h = torch.func.hessian(f)(x).reshape(x.numel(), x.numel())  # to know mistakes by it

    def times(direction: Tensor) -> Tensor:
        y: Tensor = h @ direction.flatten()
        return y.reshape(SHAPE)

    yield "that is the gradient. Its change along u is asked for: differentiate once more", g
    yield ("that is the slope of the loss along u, ∇f·u, one number. Differentiate this number once"
           " more"), (g * u).sum()  # fmt: skip
    yield ("you multiply the gradient by u, and do not differentiate the product", g * u)
    yield ("that is the curvature along u, u·H·u, one number: return the vector H·u",
           (u * hu).sum())  # fmt: skip
    yield (
        "u has no part in it: you sum the gradient instead of its products with u",
        times(u * 0 + 1),
    )
    yield "that is H times the gradient: multiply by u", times(g)
    yield ("you pull back the square of the gradient, which gives 2·H·∇f: pull back its product"
           " with u"), 2 * times(g)  # fmt: skip
    yield ("you pull back the square of ∇f·u: pull back ∇f·u itself", 2 * (g * u).sum() * hu)
    yield ("the product is averaged over the numbers of theta: ∇f·u is a sum", hu / x.numel())
    yield ("you divide u by its length: take it as it is given", hu / u.norm())
    yield ("the product is divided by its length: return it as it is", hu / hu.norm())
    yield ("only the diagonal of H is in it: the gradient of one number depends on the others",
           (h.diagonal() * u.flatten()).reshape(SHAPE))  # fmt: skip
    yield ("the gradient is added to the product: `.grad` adds up what two calls bring. Use"
           " torch.autograd.grad, or set .grad to None in between"), g + hu  # fmt: skip
    yield ("that is the gradient at theta + u. The change of the gradient for a small step is asked"
           " for"), torch.func.grad(f)(x + u)  # fmt: skip
    yield ("that is the change of the gradient for the whole step u. The derivative is asked for,"
           " at theta"), torch.func.grad(f)(x + u) - g  # fmt: skip
    for shape in ((*SHAPE, *SHAPE), tuple(h.shape)):
        yield "that is the whole H: return its product with u, in the shape of theta", shape
    yield "these are two things, the gradient and the product: return the second", (2, *SHAPE)
    yield ("u depends on theta for your graph, or the product is taken at another point",
           _by_differences(f, x + u, u))  # fmt: skip


# The sign of the largest eigenvalue


@exercise("ex-sign", "Right: for bowls and for saddles.")
def check_sign(curvature: Callable[..., Any], seed: int) -> None:
    """Check `curvature(times_h, u, products)`: the eigenvalue of H of largest size."""
    draw = Draw(seed)
    for largest in (draw.one(4, 9, 0.5), draw.one(-9, -4, 0.5)):
        a, b = draw.one(0.5, 2, 0.1), draw.one(-1, -0.5, 0.1)
        q, _ = torch.linalg.qr(draw(-1, 1, 3, 3, dtype=torch.float64))
        h = (q * torch.tensor([largest, a, b], dtype=torch.float64)) @ q.T
        u = (q @ torch.tensor([1.0, 0.8, -0.6], dtype=torch.float64)).round(decimals=2)
        rows = [[round(entry, 9) for entry in row] for row in h.tolist()]
        times_h = Formula(f"lambda u: torch.tensor({rows}, dtype=torch.float64) @ u")
        got = call(curvature, times_h=times_h, u=u, products=60)
        got = tensor(got, "the eigenvalue")
        wanted = torch.tensor(largest, dtype=torch.float64)
        mistakes = _sign_mistakes(h, u, wanted, q[:, 0])
        # "derived", since a right eigenvalue is the same whatever u is
        close(got, wanted, "the eigenvalue", mistakes, rtol=1e-6, derived=True)


def _sign_mistakes(h: Tensor, u: Tensor, λ: Tensor, v: Tensor) -> Iterator[Mistake]:
    if λ < 0:
        yield ("the size of the eigenvalue is right, and its sign is lost: a length is never below"
               " zero"), -λ  # fmt: skip
        yield ("the size of the eigenvalue is right, and its sign is lost: a length is never below"
               " zero"), λ**2  # fmt: skip
        yield ("that is the largest eigenvalue, and not the one of largest size: this one lies"
               " below zero"), torch.linalg.eigvalsh(h)[-1]  # fmt: skip
    else:
        yield "the eigenvalue comes with a minus: for a bowl it is above zero", -λ
    yield ("u·Hu has to be divided by u·u unless u has length one: here u is already H·u",
           λ**3)  # fmt: skip
    yield "u·Hu has to be divided by u·u unless u has length one: here one of them is H·u", λ**2
    yield "that is the eigenvector: return its eigenvalue", tuple(v.shape)
    yield ("that is u·Hu for the u of the start: take the last one",
           (u * (h @ u)).sum() / (u @ u))  # fmt: skip
    yield "that is the sum of the entries of H·u: the eigenvalue is u·Hu", (λ * v).sum()
    yield "that is the sum of the entries of H·u: the eigenvalue is u·Hu", -(λ * v).sum()
    yield "that is the learning rate 2/λ: return λ", 2 / λ
    yield "that is the length of u, which is one: return u·Hu", torch.ones(()).double()
    yield "the direction of H·u is right, and its length is lost: return u·Hu", -torch.ones(())


# On paper: halves of halves


@exercise("ex-halves", "Right: half a run for each level, and one for the graph.")
def check_halves(runs: Callable[..., Any], seed: int) -> None:
    """Check `runs(levels)`: of a flight of 2**levels steps, cut into halves."""
    draw = Draw(seed)
    for n in (int(draw.one(7, 11, 2)), int(draw.one(3, 6, 1)), 1):
        got = call(runs, levels=n)
        got = tensor(got, "the number of runs")
        wanted = torch.tensor(1 + n / 2, dtype=torch.float64)
        close(got, wanted, "the number of runs", _halves_mistakes(n))


def _halves_mistakes(n: int) -> Iterator[Mistake]:
    for sentence, result in (
        ("the last run is missing: at the end each step is computed once more, in a graph", n / 2),
        ("only the first half of each stretch is run without a graph, to find its middle: half a"
         " run for each level, not a whole one", n + 1),
        ("only the first half of each stretch is run without a graph, and the run in the graph is"
         " missing", n),
        ("that is two runs, the price of a single cut into segments: the halves are cut again",
         2),
        ("that is the price of one cut: each half is cut again, and its first half run again",
         1.5),
        ("that many steps are computed: divide by the 2**levels steps of the flight",
         2**n * (1 + n / 2)),
        ("half a run is missing: there are `levels` levels of cuts, half a run each, and the graph"
         " takes a whole one", 0.5 + n / 2),
        ("levels are counted from zero: there are `levels` of them", 1 + (n + 1) / 2),
        ("that grows as the number of steps: the stretches get shorter with each level",
         1 + 2**n / 2),
        ("that would be so if only one half were cut again: both halves are", 2 - 2.0**-n),
        ("that would be so if only one half were cut again: both halves are", 3 - 2.0**-n * 2),
        ("on each level there are more stretches, and they are shorter: each level costs as much"
         " as the one before", 1 + n * (n + 1) / 4),
        ("the logarithm is in `levels` already", 1 + torch.tensor(float(n)).log2().item() / 2),
    ):  # fmt: skip
        yield sentence, torch.tensor(float(result), dtype=torch.float64)


# Which mode

JOBS = {
    "1": ("reverse", "a loss is one output, with 5 352 inputs: one walk back gives all of them"),
    "2": ("forward", "two inputs and a thousand outputs: two passes forward give the Jacobian"),
    "3": ("reverse", "the significance is one output, and the ten cuts are the inputs"),
    "4": ("forward", "the energy scale is one input, and the 100 bins are outputs"),
    "5": ("forward", "along one direction there is one input: a single pass forward, which keeps"
          " nothing"),
}  # fmt: skip


@exercise("ex-which-mode", "Right: all five.")
def check_which_mode(prediction: Callable[..., Any], _seed: int) -> None:
    """Check `prediction()`: "forward" or "reverse" for each of the five jobs."""
    said = call(prediction)
    if isinstance(said, str):
        said = said.replace(",", " ").split()
    if not isinstance(said, list | tuple) or len(said) != len(JOBS):
        raise Wrong("return a list of five words, in the order of the jobs")
    words = [str(word).strip().lower().removesuffix(" mode") for word in said]
    if strange := [word for word in words if word not in ("forward", "reverse")]:
        raise Wrong(f'"{strange[0]}" is none of the two words: "forward" or "reverse"')
    if words == ["forward" if mode == "reverse" else "reverse" for mode, _ in JOBS.values()]:
        raise Wrong("all five are the other way round: forward mode gives a column, all outputs"
                    " for one input")  # fmt: skip
    for word, (job, (mode, why)) in zip(words, JOBS.items(), strict=True):
        if word != mode:
            raise Wrong(f"job {job}: {why}")
