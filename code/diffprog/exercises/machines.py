"""Checks for the exercises of the chapter `part5/machines`.

Symbols, shapes, units.
    m     (n,)   GeV    masses of one machine
    c            GeV    a cut
    k            1/GeV  steepness
    s, b                soft counts
    Z                   s/√b
"""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._check import (
    Advice,
    Draw,
    Mistake,
    Wrong,
    call,
    close,
    exercise,
    parts,
    tensor,
)

__all__ = ["check_inflation", "check_pieces", "check_reduce"]

WIRE: Advice = {
    "takes a tensor": "all_reduce takes a tensor: torch.stack([s, b]), and no item()",
    "does not require grad": "what all_reduce returns has no graph, since the other summands are on"
    " other machines. Differentiate Z with respect to the sums and your own counts with respect to"
    " c, and multiply: the chain rule goes across the wire by hand. If you do so, does your copy of"
    " c require a gradient, by requires_grad_()?",
    "not have been used in the graph": "no graph leads from Z to c: it ends at what all_reduce"
    " returns. Differentiate Z with respect to the sums and your own counts with respect to c, and"
    " multiply",
}
WAITS = "waits for the sum of "
MOST = 8  # numbers that may cross the wire


class _AllReduce:
    """Return the sums that are known; then stop the program, with its summand in the error.

    The program may run in a process of its own, from which nothing else comes back.
    """

    def __init__(self, known: list[Tensor]) -> None:
        self.known = iter(known)

    def __call__(self, x: Tensor) -> Tensor:
        if not isinstance(x, Tensor):
            raise TypeError("all_reduce takes a tensor")
        for known in self.known:
            return known.to(x.dtype).clone()
        raise RuntimeError(WAITS + json.dumps(x.detach().double().tolist()))


def _on_machines(
    answer: Callable[..., Any], machines: Sequence[dict[str, Tensor]], **others: Any
) -> list[Any]:
    """Run the learner's program on each machine, again and again until no sum is missing."""
    sums: list[Tensor] = []
    while sum(x.numel() for x in sums) <= MOST:
        results, asked = [], []
        for own in machines:
            try:
                results.append(call(answer, WIRE, **own, **others, all_reduce=_AllReduce(sums)))
            except Wrong as wrong:
                text = str(wrong.__cause__)
                if not text.startswith(WAITS):
                    raise
                asked.append(torch.tensor(json.loads(text[len(WAITS) :]), dtype=torch.float64))
        if not asked:
            return results
        if results or len({x.shape for x in asked}) > 1:
            raise Wrong(
                "the machines do not ask for the same sums, and would wait for each other:"
                " all_reduce takes the same shape on each, whatever its events are"
            )
        sums.append(torch.stack(asked).sum(0))
    raise Wrong(
        f"your program hands over more than {MOST} numbers: the events stay where they are, and few"
        " sums are enough"
    )


# On paper: what the average adds


@exercise("ex-few-events", "Right: the fewer events a machine has, the more the average promises.")
def check_inflation(inflation: Callable[..., Any], seed: int) -> None:
    """Check `inflation(b, machines)`: 1 + 3·machines/(8·b)."""
    draw = Draw(seed)
    for _ in range(2):
        b, machines = draw.one(400, 2000, 10), draw.one(5, 90, 1)
        got = call(inflation, b=b, machines=machines)
        close(got, _number(1 + 3 * machines / (8 * b)), "the factor", _factors(b, machines))


def _number(x: float) -> Tensor:
    return torch.tensor(x, dtype=torch.float64)


# fmt: off
def _factors(b: float, n: float) -> Iterator[Mistake]:
    x = n / b  # Var/mean² on one machine
    for sentence, wrong in {
        "that is the part that is added: the factor is one plus it": (3 * x / 8,),
        "that is for all events on one machine: each has b/machines of them": (1 + 3 / (8 * b),),
        "Taylor's term of second order has a factor one half: ½·f″·Var": (1 + 3 * x / 4,),
        "the average promises more, not less: 1/√b is convex": (1 - 3 * x / 8, 1 / (1 + 3 * x / 8)),
        "differentiate 1/√b twice: the second derivative is ¾·b^(−5/2)": (
            1 + x / 8, 1 + x / 4, 1 + x / 2, 1 + x, 1 + 3 * x / 2),
        "that is the mean of √b_i: the significance has it below the line": (1 - x / 8,),
        "the variance of a Poisson count is its mean, and its standard deviation is the root of"
        " that": (1 + 3 * x**0.5 / 8, 1 + 3 * x**2 / 8),
        "the fraction is the wrong way round: a machine has b/machines events": (
            1 + 3 / (8 * x), 1 + 3 * b * n / 8),
        "that is the ratio before the factor √machines": ((1 + 3 * x / 8) / n**0.5,
                                                          (1 + 3 * x / 8) * n**0.5),
        "s_i and b_i are independent, so the fluctuations of the signal average out": (
            1 + 3 * x / 8 - x / 2,),
    }.items():
        for value in wrong:
            yield sentence, _number(value)
# fmt: on


# The gradient across the wire


@exercise(
    "ex-reduce", "Right: on each machine the slope of the whole, and few numbers on the wire."
)
def check_reduce(value_and_slope: Callable[..., Any], seed: int) -> None:
    """Check `value_and_slope(signal, background, c, k, all_reduce)`: Z and dZ/dc of all."""
    draw = Draw(seed)
    sizes = (3, 5), (4, 4), (2, 6)
    machines = [
        {"signal": 1000 + draw(-20, 30, s).double(), "background": 990 + draw(-40, 20, b).double()}
        for s, b in sizes
    ]
    c, k = 990 + draw(0, 9, dtype=torch.float64), draw.one(0.05, 0.2, 0.01)
    results = _on_machines(value_and_slope, machines, c=c, k=k)
    z, slope = _of_all(machines, c, k)
    own = [_of_all([machine], c, k) for machine in machines]
    for i, result in enumerate(results):
        got = parts(result, "Z", "dZ/dc")
        value = tensor(got[0], "Z")
        close(value, z, "Z of all events", _values(machines, own, i, c, k), rtol=1e-7)
        close(got[1], slope, "Z is right, but dZ/dc", _slopes(machines, own, i, c, k), rtol=1e-6,
              derived=True)  # fmt: skip


def _counts(machines: Sequence[dict[str, Tensor]], c: Tensor, k: float) -> list[Tensor]:
    return [
        torch.stack([torch.sigmoid(k * (x[name] - c)).sum() for x in machines]).sum()
        for name in ("signal", "background")
    ]


def _of_all(machines: Sequence[dict[str, Tensor]], c: Tensor, k: float) -> tuple[Tensor, Tensor]:
    """Z of these machines together, and its slope."""
    c = c.detach().clone().requires_grad_()
    s, b = _counts(machines, c, k)
    z = s / b.sqrt()
    (slope,) = torch.autograd.grad(z, c)
    return z.detach(), slope


# fmt: off
def _values(
    machines: Sequence[dict[str, Tensor]], own: list[tuple[Tensor, Tensor]], i: int, c: Tensor,
    k: float,
) -> Iterator[Mistake]:
    n = len(machines)
    all_own = torch.stack([z for z, _ in own])
    s, b = _counts(machines, c, k)
    si, bi = _counts([machines[i]], c, k)
    yield ("that is the Z of this machine's own events: hand the counts to all_reduce before you"
           " divide", own[i][0])
    yield ("that is the mean of the machines' Z, which is another objective: sum the counts, and"
           " compute Z from the sums", all_own.mean())
    yield ("that is the sum of the machines' Z: sum the counts, and compute Z from the sums",
           all_own.sum())
    yield ("that is Z from the mean counts of the machines: Z is asked for of the sums",
           s / b.sqrt() / n**0.5)
    yield "the background is that of this machine alone: sum it, too", s / bi.sqrt()
    yield "the signal is that of this machine alone: sum it, too", si / b.sqrt()
    yield "you return s/b: the significance is s/√b", s / b
    yield "you return s/√(s + b): the significance is s/√b", s / (s + b).sqrt()
    yield "signal and background are in each other's place", b / s.sqrt()
    hard = [sum((x[name] >= c).sum() for x in machines) for name in ("signal", "background")]
    yield ("the counts are hard: sum torch.sigmoid(k·(m − c))",
           hard[0] / torch.as_tensor(hard[1]).sqrt())
    s, b = _counts(machines, c, -k)
    yield "your soft cut keeps the events below: is it σ(k·(m − c))?", s / b.sqrt()
    s, b = _counts(machines, c, 1 / k)
    yield "the distance is divided by k: multiply", s / b.sqrt()


def _slopes(
    machines: Sequence[dict[str, Tensor]], own: list[tuple[Tensor, Tensor]], i: int, c: Tensor,
    k: float,
) -> Iterator[Mistake]:
    n = len(machines)
    c = c.detach().clone().requires_grad_()
    s, b = _counts(machines, c, k)
    si, bi = _counts([machines[i]], c, k)
    by_s, by_b = 1 / b.detach().sqrt(), -s.detach() / (2 * b.detach() ** 1.5)
    (ds,), (db,) = (torch.autograd.grad(x, c, retain_graph=True) for x in (s, b))
    (dsi,), (dbi,) = (torch.autograd.grad(x, c) for x in (si, bi))
    right, slopes = by_s * ds + by_b * db, torch.stack([slope for _, slope in own])
    yield ("that is this machine's share of the slope: add up the shares with all_reduce",
           by_s * dsi + by_b * dbi)
    yield ("that is the slope of this machine's own Z: multiply the slopes of the counts by the"
           " derivatives of Z at the sums", slopes[i])
    yield ("that is the mean of the slopes of the machines' own Z, the slope of another objective:"
           " take the derivatives of Z at the sums", slopes.mean())
    yield ("that is the sum of the slopes of the machines' own Z: take the derivatives of Z at the"
           " sums", slopes.sum())
    yield ("that is the slope divided by the number of machines: the shares are summed, not"
           " averaged", right / n)
    yield ("that is the slope times the number of machines: each share is summed once. Did you hand"
           " the slope of the whole to all_reduce, or ∂Z/∂s?", right * n)
    yield "the slope of the background is missing: Z depends on c by way of b, too", by_s * ds
    yield "the slope of the signal is missing: Z depends on c by way of s, too", by_b * db
    yield ("∂Z/∂b is −s/(2·b^(3/2)): you lack the ½", by_s * ds + 2 * by_b * db)
    yield ("∂Z/∂b is below zero: the sign of the background's part is wrong", by_s * ds - by_b * db)
    yield "those are the slopes of the counts, added: multiply each by the derivative of Z", ds + db
# fmt: on


# A second reduction: the standard deviation


@exercise("ex-pieces", "Right: three sums are enough, however many events there are.")
def check_pieces(spread: Callable[..., Any], seed: int) -> None:
    """Check `spread(m, all_reduce)`: the standard deviation of the masses of all machines."""
    draw = Draw(seed)
    machines = [
        {"m": 1000 + shift + draw(-30, 30, n).double()} for shift, n in ((0, 3), (40, 6), (9, 4))
    ]
    results = _on_machines(spread, machines)
    m = [x["m"] for x in machines]
    for i, got in enumerate(results):
        close(got, torch.cat(m).std(), "the standard deviation", _spreads(m, i), rtol=1e-6)


# fmt: off
def _spreads(m: list[Tensor], i: int) -> Iterator[Mistake]:
    everything = torch.cat(m)
    n, own = len(everything), torch.stack([x.std() for x in m])
    yield "that is the standard deviation of this machine's own masses", own[i]
    yield ("that is the mean of the machines' standard deviations, which knows nothing of how far"
           " their means are apart", own.mean())
    yield "that is the sum of the machines' standard deviations", own.sum()
    yield ("that is the root of the mean of the variances, which knows nothing of how far the means"
           " of the machines are apart", (own**2).mean().sqrt())
    within = torch.stack([((x - x.mean()) ** 2).sum() for x in m]).sum()
    yield ("each machine measures from its own mean: measure from the mean of all masses",
           (within / (n - 1)).sqrt())
    yield ("each machine measures from its own mean: measure from the mean of all masses",
           (within / (n - len(m))).sqrt())
    yield ("each machine measures from its own mean: measure from the mean of all masses",
           (within / n).sqrt())
    middle = torch.stack([x.mean() for x in m]).mean()
    yield ("the mean is the mean of the machines' means: they have unlike numbers of masses, so sum"
           " the masses and their number", (((everything - middle) ** 2).sum() / (n - 1)).sqrt())
    yield ("divide by the number of all masses minus one, as torch.std does",
           everything.std(correction=0))
    yield "that is the variance: take its root", everything.var()
    yield "that is the variance: take its root", everything.var(correction=0)
    yield ("divide by the number of masses, minus one",
           ((everything - everything.mean()) ** 2).sum().sqrt())
    square = (everything**2).mean()
    yield ("that is the root of the mean of the squares: subtract the square of the mean",
           square.sqrt())
    yield "the number of masses is that of this machine: sum it, too",\
        (((everything - everything.mean()) ** 2).sum() / (len(m[i]) - 1)).sqrt()
# fmt: on
