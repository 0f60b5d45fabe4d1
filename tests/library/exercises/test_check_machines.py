"""The checks of chapter 5.5 name what is wrong, and take every right answer."""

import torch

from diffprog.exercises.machines import check_inflation, check_pieces, check_reduce
from diffprog.loops.reduction import shared, total

from .answers import test_right_answers_pass, test_wrong_answers_are_told_why  # noqa: F401


def counts(signal, background, c, k):
    return torch.stack([torch.sigmoid(k * (m - c)).sum() for m in (signal, background)])


def by_chain_rule(signal, background, c, k, wire):
    c = c.clone().requires_grad_()
    own = counts(signal, background, c, k)
    sums = wire(own.detach()).requires_grad_()
    z = sums[0] / sums[1].sqrt()
    (by_sums,) = torch.autograd.grad(z, sums)
    (share,) = torch.autograd.grad(own, c, by_sums)
    return z, wire(share)


def by_formula(signal, background, c, k, wire):
    p, q = torch.sigmoid(k * (signal - c)), torch.sigmoid(k * (background - c))
    own = [p.sum(), q.sum(), -k * (p * (1 - p)).sum(), -k * (q * (1 - q)).sum()]
    s, b, ds, db = wire(torch.stack(own))
    return s / b**0.5, ds / b**0.5 - s * db / (2 * b**1.5)


def by_the_library(signal, background, c, k, wire):
    c = c.clone().requires_grad_()
    s, b = total(counts(signal, background, shared(c, wire), k), wire)
    z = s / b.sqrt()
    z.backward()
    return z.item(), c.grad.item()


def one_at_a_time(signal, background, c, k, wire):
    c = c.clone().requires_grad_()
    s, b = counts(signal, background, c, k)
    sums = [wire(x).requires_grad_() for x in (s, b)]
    z = sums[0] / sums[1].sqrt()
    z.backward()
    (ds,) = torch.autograd.grad(s, c, retain_graph=True)
    (db,) = torch.autograd.grad(b, c)
    return z.detach(), wire(ds) * sums[0].grad + wire(db) * sums[1].grad


def no_gradient(signal, background, c, k, wire):
    own = counts(signal, background, c, k)
    sums = wire(own).requires_grad_()
    (by_sums,) = torch.autograd.grad(sums[0] / sums[1].sqrt(), sums)
    return torch.autograd.grad(own, c, by_sums)


def local(signal, background, c, k, wire):
    c = c.clone().requires_grad_()
    s, b = counts(signal, background, c, k)
    z = s / b.sqrt()
    (slope,) = torch.autograd.grad(z, c)
    return z.detach(), slope


def with_parts(change):
    """The right program, but for what `change` makes of its sums."""

    def program(signal, background, c, k, wire):
        c = c.clone().requires_grad_()
        own = counts(signal, background, c, k)
        (ds,) = torch.autograd.grad(own[0], c, retain_graph=True)
        (db,) = torch.autograd.grad(own[1], c)
        own = own.detach()
        s, b = wire(own)
        right = s / b.sqrt(), ds / b.sqrt(), -s * db / (2 * b**1.5)
        return change(right, wire, own, (s, b), (ds, db))

    return program


def averaged(signal, background, c, k, wire):
    z, slope = local(signal, background, c, k, wire)
    return wire(z) / 3, wire(slope) / 3


def right_z(slope):
    return with_parts(lambda right, wire, *_: (right[0], slope(right, wire)))


def own_slope(f):
    def program(signal, background, c, k, wire):
        z, _ = by_formula(signal, background, c, k, wire)
        return z, f(local(signal, background, c, k, wire)[1], wire)

    return program


def no_graph(signal, background, c, k, wire):
    c = c.clone().requires_grad_()
    s, b = wire(counts(signal, background, c, k))
    z = s / b.sqrt()
    (slope,) = torch.autograd.grad(z, c)
    return z, slope


def all_events(signal, background, c, k, wire):
    wire(torch.zeros(100))
    return by_formula(signal, background, c, k, wire)


def of_spread(center, dof=1.0):
    def program(m, wire):
        n = wire(torch.tensor(float(len(m)), dtype=m.dtype))
        square = wire(((m - center(m, wire, n)) ** 2).sum())
        return (square / (n - dof)).sqrt()

    return program


def in_one_round(m, wire):
    n, first, second = wire(torch.stack([torch.ones_like(m).sum(), m.sum(), (m**2).sum()]))
    return ((second - first**2 / n) / (n - 1)).sqrt()


two_rounds = of_spread(lambda m, wire, n: wire(m.sum()) / n)


def merged(m, wire):
    """By Chan's formula, from counts, means and squares of the parts about a guess of the mean."""
    n, first, second = wire(
        torch.stack([torch.tensor(len(m)).double(), (m - 1000).sum(), ((m - 1000) ** 2).sum()])
    )
    return float(((second - first**2 / n) / (n - 1)) ** 0.5)


def one_by_one(m, wire):
    n, first = wire(torch.tensor([float(len(m))])), wire(m.sum().reshape(1))
    return (wire(((m - first / n) ** 2).sum()[None]) / (n - 1)).sqrt()


RIGHT = {
    check_inflation: {
        "the formula": lambda b, machines: 1 + 3 * machines / (8 * b),
        "events of one": lambda b, machines: 1 + 3 / (8 * (b / machines)),
        "one fraction": lambda b, machines: (8 * b + 3 * machines) / (8 * b),
        "a tensor": lambda b, machines: torch.tensor(1 + 0.375 * machines / b),
    },
    check_reduce: {
        "the chain rule": by_chain_rule,
        "the formula": by_formula,
        "the library": by_the_library,
        "one at a time": one_at_a_time,
    },
    check_pieces: {
        "one round": in_one_round,
        "two rounds": two_rounds,
        "about a guess": merged,
        "shape (1,)": one_by_one,
    },
}
WRONG = {
    check_inflation: {
        "only the part": (lambda b, n: 3 * n / (8 * b), "one plus it"),
        "all events": (lambda b, n: 1 + 3 / (8 * b), "b/machines of them"),
        "no half": (lambda b, n: 1 + 3 * n / (4 * b), "½·f″·Var"),
        "a minus": (lambda b, n: 1 - 3 * n / (8 * b), "1/√b is convex"),
        "an eighth": (lambda b, n: 1 + n / (8 * b), "second derivative is ¾"),
        "three halves": (lambda b, n: 1 + 3 * n / (2 * b), "second derivative is ¾"),
        "the root": (lambda b, n: 1 - n / (8 * b), "mean of √b_i"),
        "σ for σ²": (lambda b, n: 1 + 3 * (n / b) ** 0.5 / 8, "variance of a Poisson count"),
        "upside down": (lambda b, n: 1 + 3 * b / (8 * n), "wrong way round"),
        "as it is": (lambda b, n: (1 + 3 * n / (8 * b)) / n**0.5, "before the factor √machines"),
        "twice the root": (lambda b, n: (1 + 3 * n / (8 * b)) * n**0.5, "before the factor"),
        "with the signal": (lambda b, n: 1 - n / (8 * b), "below the line"),
        "nothing": (lambda b, n: None, "None"),
    },
    check_reduce: {
        "alone": (local, "this machine's own events"),
        "the average": (averaged, "mean of the machines' Z"),
        "the sum of Z": (
            lambda s, b, c, k, wire: [wire(x) for x in local(s, b, c, k, wire)],
            "sum of the machines' Z",
        ),
        "mean counts": (
            with_parts(lambda r, w, *_: (r[0] / 3**0.5, w(r[1] + r[2]))),
            "mean counts",
        ),
        "own background": (
            with_parts(lambda r, w, own, sums, _: (sums[0] / own[1].sqrt(), w(r[1] + r[2]))),
            "background is that of this machine alone",
        ),
        "s over b": (
            with_parts(lambda r, w, own, sums, _: (sums[0] / sums[1], w(r[1]))),
            "you return s/b",
        ),
        "below": (lambda s, b, c, k, w: by_formula(s, b, c, -k, w), "keeps the events below"),
        "divided": (lambda s, b, c, k, w: by_formula(s, b, c, 1 / k, w), "divided by k"),
        "only a share": (right_z(lambda r, _: r[1] + r[2]), "share of the slope"),
        "own slope": (own_slope(lambda x, _: x), "slope of this machine's own Z"),
        "mean of slopes": (own_slope(lambda x, w: w(x) / 3), "mean of the slopes"),
        "sum of slopes": (own_slope(lambda x, w: w(x)), "sum of the slopes"),
        "a third": (right_z(lambda r, w: w(r[1] + r[2]) / 3), "summed, not averaged"),
        "three times": (right_z(lambda r, w: w(w(r[1] + r[2]))), "times the number of machines"),
        "no background": (right_z(lambda r, w: w(r[1])), "slope of the background is missing"),
        "no signal": (right_z(lambda r, w: w(r[2])), "slope of the signal is missing"),
        "no half": (right_z(lambda r, w: w(r[1] + 2 * r[2])), "you lack the ½"),
        "a sign": (right_z(lambda r, w: w(r[1] - r[2])), "sign of the background's part"),
        "downhill": (right_z(lambda r, w: -w(r[1] + r[2])), "right but for its sign"),
        "no graph": (no_graph, "has no graph"),
        "no gradient of c": (no_gradient, "does your copy of c require a gradient"),
        "another Z": (lambda s, b, c, k, w: (3 * w(s.sum()), w(b.sum())), "Z of all events is not"),
        "a number": (lambda s, b, c, k, w: (w(1.0), w(2.0)), "takes a tensor"),
        "too much": (all_events, "more than 8 numbers"),
        "unlike": (lambda s, b, c, k, w: (w(s), w(b)), "would wait for each other"),
    },
    check_pieces: {
        "alone": (lambda m, _: m.std(), "this machine's own"),
        "the mean": (lambda m, wire: wire(m.std()) / 3, "mean of the machines' standard"),
        "the sum": (lambda m, wire: wire(m.std()), "sum of the machines' standard"),
        "of variances": (lambda m, wire: (wire(m.var()) / 3).sqrt(), "mean of the variances"),
        "pooled": (of_spread(lambda m, *_: m.mean()), "measures from its own mean"),
        "pooled, unbiased": (of_spread(lambda m, *_: m.mean(), 3.0), "measures from its own mean"),
        "mean of means": (of_spread(lambda m, w, _: w(m.mean()) / 3), "unlike numbers"),
        "over n": (of_spread(lambda m, w, n: w(m.sum()) / n, 0.0), "minus one"),
        "variance": (lambda m, w: in_one_round(m, w) ** 2, "take its root"),
        "not divided": (
            lambda m, w: in_one_round(m, w) * (w(torch.tensor(float(len(m)))) - 1).sqrt(),
            "divide by the number of masses",
        ),
        "mean square": (
            lambda m, w: (w((m**2).sum()) / w(torch.tensor(float(len(m))))).sqrt(),
            "subtract the square of the mean",
        ),
        "own number": (
            lambda m, w: in_one_round(m, w) * ((13 - 1) / (len(m) - 1)) ** 0.5,
            "sum it, too",
        ),
        "events": (lambda m, w: w(m).std(), "would wait for each other"),
        "something": (lambda m, w: 3 * w(m.sum()), "the standard deviation is not right"),
    },
}
