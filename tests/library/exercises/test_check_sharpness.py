"""The check of `part2/sharpness`: right answers pass, and a wrong one hears its likely cause."""

from functools import partial

import torch

from diffprog.exercises.sharpness import check_steepness
from diffprog.relaxations.cut_fit import fit_cuts
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

RIGHT = {
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
    }
}
WRONG = {check_steepness: WRONG_FITS}


def test_numbers_copied_from_one_case_fail():
    answers = []

    def remembered(signal, background, start, k, steps):
        answers.append(answer(signal, background, start, k, steps))
        path, z = answers[0]
        return path[:1].expand(steps + 1, -1) * 0 + path[-1], z

    assert not check_steepness(remembered)
