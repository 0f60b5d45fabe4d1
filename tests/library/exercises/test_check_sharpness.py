"""The checks of `part2/sharpness`: right answers pass, and a wrong one hears its likely cause."""

import math
from functools import partial

import torch

from diffprog.exercises.sharpness import check_anneal, check_count_bias, check_steepness
from diffprog.relaxations.cut_fit import annealed, fit_cuts
from diffprog.relaxations.cuts import count, soft_count
from diffprog.relaxations.significance import significance

from .answers import test_right_answers_pass, test_wrong_answers_are_told_why  # noqa: F401


def answer(
    signal,
    background,
    start,
    k,
    steps,
    *,
    sign=-1,
    zero=True,
    rate=1.0,
    number=None,
    make=torch.optim.Adam,
    anew=False,
    edge=lambda k, m, c: k * (m - c),
    root=torch.sqrt,
    axis=0,
    events=lambda m: m[:, None],
    reduce=torch.sum,
    note=lambda c: c.detach().clone(),
    finish=lambda path, z, soft: (torch.stack(path), z),
    keep=torch.ge,
    judge_root=torch.sqrt,
):
    """The loop by hand; each keyword changes one thing."""
    c = torch.full((number or len(k),), start).requires_grad_()
    optimizer = make([c], lr=rate)
    path = [note(c)]
    for _ in range(steps):
        if anew:
            optimizer = make([c], lr=rate)
        if zero:
            optimizer.zero_grad()
        s, b = (torch.sigmoid(edge(k, events(m), c)).sum(axis) for m in (signal, background))
        z = s / root(b)
        (sign * reduce(z)).backward()
        optimizer.step()
        path.append(note(c))
    s, b = (torch.sigmoid(edge(k, events(m), c)).sum(0) for m in (signal, background))
    hard = [keep(m[:, None], c).sum(0) for m in (signal, background)]
    return finish(path, hard[0] / judge_root(hard[1].float()), s / b.sqrt())


def by_library(signal, background, start, k, steps):
    fits = [fit_cuts(signal, background, torch.tensor(start), x.item(), steps=steps) for x in k]
    c = torch.stack([f.last["c"] for f in fits])
    z = significance(count(signal, c), count(background, c))
    return torch.stack([f.parameters["c"] for f in fits], 1), z


def one_by_one(signal, background, start, k, steps):
    columns, z = [], []
    for x in k.tolist():
        c = torch.tensor(start, requires_grad=True)
        adam = torch.optim.Adam([c], lr=1, maximize=True)
        column = [c.item()]
        for _ in range(steps):
            adam.zero_grad()
            significance(soft_count(signal, c, x), soft_count(background, c, x)).backward()
            adam.step()
            column.append(c.item())
        columns.append(torch.tensor(column))
        z.append((signal >= c).sum() / (background >= c).sum().sqrt())
    return torch.stack(columns, 1), torch.stack(z)


def counts_before_the_loop(signal, background, start, k, steps):
    c = torch.full_like(k, start).requires_grad_()
    z = torch.sigmoid(k * (signal[:, None] - c)).sum(0)
    for _ in range(steps):
        z.sum().backward()


def hard_counts_inside(signal, background, start, k, steps):
    c = torch.full_like(k, start).requires_grad_()
    ((signal[:, None] >= c).sum(0) / (background[:, None] >= c).sum(0).sqrt()).sum().backward()


def not_a_leaf(signal, background, start, k, steps):
    c = torch.full_like(k, start).requires_grad_() * 1
    torch.optim.Adam([c], lr=1)


class Idle(torch.optim.Adam):
    """An optimizer whose step() was forgotten."""

    def step(self, closure=None):
        pass


def by_hand_edge(k, m, c):
    """σ of it is 1/(1 + e^(k·(c − m))), by hand."""
    return -torch.log(torch.exp(k * (c - m) * 10) ** 0.1)


def background_scaled(signal, background, start, k, steps):
    found = answer(signal, background, start, k, steps)
    background.mul_(0.5).add_(100.0)
    return found


def steeper_in_place(signal, background, start, k, steps):
    k *= 2
    return answer(signal, background, start, k / 2, steps)


def ending(f):
    """The right answer, spoilt by f(path, z)."""
    return partial(answer, finish=lambda path, z, soft: f(torch.stack(path), z))


WRONG_FITS = {
    "no copies after the start": (
        ending(lambda path, z: (torch.cat([path[:1], path[-1:].expand_as(path[1:])]), z)),
        "but the first"),
    "the first objective": (partial(answer, reduce=lambda z: z[0]), "never moves"),
    "mean steepness": (
        partial(answer, edge=lambda k, m, c: k.mean() * (m - c)), "mean of the steepnesses"),
    "significance first": (ending(lambda path, z: (z, path)), "the path comes first"),
    "rounded cuts": (
        partial(answer, keep=lambda m, c: m >= c.round()), "do not round c"),
    "the last one alone": (
        ending(lambda path, z: (path, z[-1:])), "has a single|has only its last"),
    "minimised": (partial(answer, sign=1), "goes downhill"),
    "not zeroed": (partial(answer, zero=False), "zero_grad()"),
    "default rate": (partial(answer, rate=1e-3), "learning rate is 0.001"),
    "slow": (partial(answer, rate=0.1), "learning rate is 0.1"),
    "fast": (partial(answer, rate=10.0), "learning rate is 10"),
    "a new optimizer each step": (partial(answer, anew=True), "made anew"),
    "below": (partial(answer, edge=lambda k, m, c: k * (c - m)), "events below"),
    "divided": (partial(answer, edge=lambda k, m, c: (m - c) / k), "divided by k"),
    "one cut": (partial(answer, number=1), "a cut of its own"),
    "one cut for all": (
        partial(
            answer,
            number=1,
            finish=lambda path, z, soft: (
                torch.stack(path).expand(-1, len(soft)),
                z.expand(len(soft)),
            ),
        ),
        "a cut of its own",
    ),
    "summed over all": (partial(answer, axis=(0, 1)), "axis 0"),
    "no root": (partial(answer, root=lambda b: b), "you maximise s/b"),
    "no copy": (partial(answer, note=lambda c: c.detach()), "clone()"),
    "never stepped": (partial(answer, make=Idle), "nothing ever moves"),
    "no new axis": (partial(answer, events=lambda m: m), "broadcast"),
    "no sum": (partial(answer, reduce=lambda z: z), "take their sum"),
    "hard inside": (hard_counts_inside, "no slope"),
    "counts before the loop": (counts_before_the_loop, "anew"),
    "not a leaf": (not_a_leaf, "full_like"),
    "soft at the end": (
        partial(answer, finish=lambda path, z, soft: (torch.stack(path), soft)),
        "soft significance",
    ),
    "no root at the end": (partial(answer, judge_root=lambda b: b), "square root"),
    "below at the end": (partial(answer, keep=torch.lt), "below the cut"),
    "the loss at the end": (
        partial(answer, finish=lambda path, z, soft: (torch.stack(path), -z)),
        "sign",
    ),
    "right at the end only": (
        partial(answer, finish=lambda path, z, soft: (path[-1], z)),
        "only the last entry",
    ),
    "the first is missing": (
        partial(answer, finish=lambda path, z, soft: (torch.stack(path[1:]), z)),
        "first entry",
    ),
    "on its side": (
        partial(answer, finish=lambda path, z, soft: (torch.stack(path, 1), z)),
        "on its side",
    ),
    "a significance for each update": (
        partial(answer, finish=lambda path, z, soft: (path, torch.stack(path))),
        "of the last cuts is enough",
    ),
    "the path alone": (
        partial(answer, finish=lambda path, z, soft: torch.stack(path)),
        "two things",
    ),
    "the start is wrong": (
        lambda signal, background, start, k, steps: answer(signal, background, 500.0, k, steps),
        "`start`",
    ),
    "one significance": (
        partial(answer, finish=lambda path, z, soft: (torch.stack(path), z.sum())),
        "one for each",
    ),
    "the numbers of the page": (
        lambda *_: (torch.tensor([949.8, 1022.2, 1026.6]), torch.tensor([11.04, 12.59, 12.64])),
        "path",
    ),
    "SGD": (partial(answer, make=torch.optim.SGD), "plain gradient ascent"),
    "AdamW": (partial(answer, make=torch.optim.AdamW), "that is AdamW"),
    "other betas": (
        partial(answer, make=partial(torch.optim.Adam, betas=(0.5, 0.9))), "update 2 is not"),
    "rate 0.01": (partial(answer, rate=0.01), "learning rate is 0.01"),
    "s/√(s + b) at the end": (
        partial(answer, judge_root=lambda b: b**0.4), ""),
    "above at the end": (partial(answer, keep=torch.gt), "exactly on the cut"),
    "logarithm": (partial(answer, root=lambda b: b, reduce=lambda z: z.log().sum() / 2), ""),
    "square": (partial(answer, reduce=lambda z: (z**2).sum()), "the square of s/√b"),
    "log of it": (partial(answer, reduce=lambda z: z.log().sum()), "the logarithm of s/√b"),
    "by hand": (partial(answer, edge=by_hand_edge), "Use torch.sigmoid"),
    "steepness fixed": (partial(answer, edge=lambda k, m, c: 0.1 * (m - c)), "steepness is fixed"),
    "twice as steep": (partial(answer, edge=lambda k, m, c: 2 * k * (m - c)), "twice as steep"),
    "background in place": (background_scaled, "changes background"),
    "k in place": (steeper_in_place, "changes k"),
    "the start at the end": (
        lambda signal, background, start, k, steps: (
            answer(signal, background, start, k, steps)[0],
            answer(signal, background, start, k, 0)[1]), "significance at the start"),
    "the cuts twice": (ending(lambda path, z: (path, path[-1])), "second is the last cuts"),
    "swapped": (ending(lambda path, z: (z, path)), ""),
    "doubled": (ending(lambda path, z: (path, 2 * z)), "2 times"),
    "no last": (ending(lambda path, z: (path[:-1], z)), "last entry"),
    "one more": (ending(lambda path, z: (torch.cat([path, path[-1:]]), z)), "the path has"),
    "steps fixed": (
        lambda signal, background, start, k, steps: answer(signal, background, start, k, 20),
        "argument steps"),
    "one step more": (
        lambda signal, background, start, k, steps: answer(signal, background, start, k, steps + 1),
        "one update too many"),
    "None at the end": (ending(lambda path, z: (path, None)), "is None"),
    "a string at the end": (ending(lambda path, z: (path, "Z")), "of type str"),
    "one number less": (ending(lambda path, z: (path, z[:-1])), ""),
}  # fmt: skip

# ex-count-bias


def count_bias(slope, k):
    return -(math.pi**2) * slope / (6 * k**2)


def by_a_sum(slope, k):
    """Many masses with a density that falls or rises, as the slope says."""
    x = torch.linspace(-80, 80, 16_001, dtype=torch.float64) / k
    ρ = 1e6 + slope * x
    blurred = torch.trapezoid(torch.sigmoid(k * x) * ρ, x)
    return blurred - 1e6 * x[-1] - slope * x[-1] ** 2 / 2


RIGHT_BIAS = {
    "the formula": count_bias,
    "half a variance": lambda slope, k: -slope / 2 * torch.pi**2 / 3 / k**2,
    "a number": lambda slope, k: count_bias(slope.item(), k.item()),
    "NumPy": lambda slope, k: count_bias(slope.numpy(), k.numpy()),
    "shape (1,)": lambda slope, k: count_bias(slope, k)[None],
}


def scaled(f):
    """-slope times f(k), where π²/(6k²) is right."""
    return lambda slope, k: -slope * f(k)


WRONG_BIAS = {
    "sign": (lambda slope, k: -count_bias(slope, k), "the sign: where the density falls"),
    "no half": (scaled(lambda k: math.pi**2 / (3 * k**2)), "one half of the Taylor series is"),
    "no half, sign": (
        lambda slope, k: math.pi**2 / (3 * k**2) * slope, "is missing. And the sign"),
    "a quarter": (scaled(lambda k: math.pi**2 / (12 * k**2)), "one half too many"),
    "times k²": (scaled(lambda k: math.pi**2 * k**2 / 6), "should divide"),
    "1/k": (scaled(lambda k: math.pi**2 / (6 * k)), "the linear term vanishes"),
    "standard deviation": (scaled(lambda k: math.pi / 3**0.5 / k / 2), "standard deviation of"),
    "normal": (scaled(lambda k: 0.5 / k**2), "not 1/k²"),
    "π": (scaled(lambda k: math.pi / (6 * k**2)), "a square of π is lost"),
    "no k": (scaled(lambda k: math.pi**2 / 6), "does not depend on k"),
    "no 3": (scaled(lambda k: math.pi**2 / (2 * k**2)), "the 3 is missing"),
    "variance squared": (scaled(lambda k: (math.pi**2 / (3 * k**2)) ** 2 / 2), "have its square"),
    "1/k³": (scaled(lambda k: math.pi**2 / (6 * k**3)), "1/k³"),
    "zero": (scaled(lambda k: 0 * k), "it is not zero"),
    "no slope": (lambda slope, k: -(math.pi**2) / (6 * k**2), "the same whatever slope is"),
    "two": (lambda slope, k: (slope, k), "one number"),
}  # fmt: skip


# ex-anneal


def anneal(
    signal,
    background,
    start,
    steps,
    *,
    first=0.01,
    last=1.0,
    rate=5.0,
    sign=-1,
    edge=lambda k, m, c: k * (m - c),
    note=lambda c: c.item(),
    finish=lambda path: path,
    objective=lambda s, b: s / b.sqrt(),
    late=False,
):
    """The right answer; each keyword changes one thing."""
    c = torch.tensor(start, requires_grad=True)
    adam = torch.optim.Adam([c], lr=rate)
    path = [note(c)]
    for step in range(steps):
        k = first * (last / first) ** (step / steps)
        s, b = (torch.sigmoid(edge(k, m, c)).sum() for m in (signal, background))
        adam.zero_grad()
        (sign * objective(s, b)).backward()
        adam.step()
        path.append(note(c))
    return finish(path)


def annealed_by_library(signal, background, start, steps):
    found = fit_cuts(
        signal,
        background,
        torch.tensor([start]),
        annealed(0.005, 0.5, steps),
        steps=steps,
        learning_rate=6.0,
    )
    return found.parameters["c"]


def in_stages(signal, background, start, steps):
    path = [start]
    for i, k in enumerate((0.01, 0.03, 0.1, 0.5)):
        n = steps * (i + 1) // 4 - steps * i // 4
        path += anneal(signal, background, path[-1], n, first=k, last=k)[1:]
    return path


def scanned(signal, background, start, steps):
    return [start] * steps + [signal[1].item()]


def leaping(signal, background, start, steps):
    return [start + i / steps * (signal[5].item() + 60 - start) for i in range(steps + 1)]


RIGHT_ANNEALED = {
    "the same factor each step": anneal,
    "the library": annealed_by_library,
    "in stages": in_stages,
    "a tensor": partial(
        anneal, last=10.0, rate=8.0, note=lambda c: c.detach().clone(), finish=torch.stack
    ),
}
WRONG_ANNEALED = {
    "k = 10": (partial(anneal, first=10.0, last=10.0), "does not move"),
    "k = 0.1": (partial(anneal, first=0.1, last=0.1), "does not move"),
    "k = 0.01": (partial(anneal, last=0.01), "edge is still so soft"),
    "k = 0.03": (partial(anneal, first=0.03, last=0.03), "edge is still so soft"),
    "sharp too early": (partial(anneal, first=0.03, last=5.0, rate=4.5), "a ripple holds"),
    "k = 0.001": (partial(anneal, first=0.001, last=0.001), "minus infinity"),
    "sharp to soft": (partial(anneal, first=1.0, last=0.01), "let k grow, not fall"),
    "a rate of 1 GeV": (partial(anneal, rate=1.0), "stranded|still on its way"),
    "the default rate": (partial(anneal, rate=1e-3), "does not move|still on its way"),
    "a rate of 30 GeV": (
        partial(anneal, rate=30.0), "learning rate is too large|thrown out|ends too"),
    "minimised": (partial(anneal, sign=1), "walks away"),
    "below": (partial(anneal, edge=lambda k, m, c: k * (c - m)), "walks away|ends too"),
    "steps noted late": (lambda s, b, start, steps: [start] * steps, "250 entries"),
    "the end alone": (lambda s, b, start, steps: [start], "1 entries"),
    "one number": (lambda s, b, start, steps: start, "steps + 1 entries"),
    "no copies": (
        lambda s, b, start, steps: [torch.tensor(start - 400)] * (steps + 1),
        "Write down a number"),
    "another start": (
        lambda s, b, start, steps: [start - 10.0, *[start] * steps], "and the start is"),
    "a scan": (scanned, "that is a search"),
    "a line": (leaping, ""),
    "soft values, too": (
        lambda s, b, start, steps: ([start] * (steps + 1), [0.0]), "return the path alone"),
    "signal alone": (
        partial(anneal, objective=lambda s, b: s), "minus infinity|ends too low|on its way"),
    "NaN": (partial(anneal, objective=lambda s, b: (s - 1e6).sqrt() / b), "becomes NaN"),
    "no step": (lambda s, b, start, steps: [start] * (steps + 1), "no step()"),
    "not a leaf": (
        lambda s, b, start, steps: torch.optim.Adam([torch.ones(1, requires_grad=True) * 2]),
        "Adam wants a leaf|full_like"),
}  # fmt: skip

RIGHT = {
    check_count_bias: RIGHT_BIAS,
    check_anneal: RIGHT_ANNEALED,
    check_steepness: {
        "one batch": answer,
        "the library": by_library,
        "one by one": one_by_one,
        "mean of the objectives": partial(answer, reduce=torch.mean),
        "lists": partial(
            answer, finish=lambda path, z, soft: ([c.tolist() for c in path], list(z))
        ),
        "graph left in the path": partial(answer, note=lambda c: c * 1),
        "NumPy": lambda *p: tuple(x.numpy() for x in answer(*p)),
        "a list": lambda *p: [x.tolist() for x in answer(*p)],
    },
}
WRONG = {
    check_count_bias: WRONG_BIAS,
    check_anneal: WRONG_ANNEALED,
    check_steepness: WRONG_FITS,
}


def test_numbers_copied_from_one_case_fail():
    answers = []

    def remembered(signal, background, start, k, steps):
        answers.append(answer(signal, background, start, k, steps))
        path, z = answers[0]
        return path[:1].expand(steps + 1, -1) * 0 + path[-1], z

    assert not check_steepness(remembered)


def test_the_bias_is_that_of_a_blurred_count():
    slope, k = torch.tensor([2.0, 0.5], dtype=torch.float64)
    assert torch.allclose(by_a_sum(slope, k), count_bias(slope, k), rtol=1e-3)
