"""The checks of `part4/chaos`: right answers pass, and each typical mistake is named."""

import math
from itertools import pairwise

import numpy as np
import torch

from diffprog.exercises.chaos import check_forced, check_rms, check_spreads
from diffprog.relaxations import estimators

from .answers import test_right_answers_pass, test_wrong_answers_are_told_why  # noqa: F401

# Two spreads


def both(f, mu, sigma, xi):
    """Slopes and estimates from values, of each draw."""
    start = (mu + sigma * xi).requires_grad_()
    value = f(start)
    (g,) = torch.autograd.grad(value.sum(), start)
    value = value.detach()
    return g, (value - value.mean()) * xi / sigma


def loop(f, mu, sigma, xi):
    g, s = both(f, mu, sigma, xi)
    return g.std(), s.std()


def library(f, mu, sigma, xi):
    mu = torch.tensor(mu).double()
    return [
        estimators.reparameterised(f, mu, sigma * xi).std(),
        estimators.score_function_normal(f, mu, sigma, sigma * xi).std(),
    ]


def of_one_mu(f, mu, sigma, xi):
    """A mu for each draw; standard deviations of NumPy, divided by n."""
    mu = torch.full_like(xi, mu).requires_grad_()
    value = f(mu + sigma * xi)
    value.sum().backward()
    values = value.detach().numpy()
    return np.std(mu.grad.numpy()), np.std((values - values.mean()) * xi.numpy() / sigma)


def by_vmap(f, mu, sigma, xi):
    g = torch.func.vmap(torch.func.grad(f))(mu + sigma * xi)
    v = f(mu + sigma * xi)
    return torch.stack([g.std(), ((v - v.mean()) * xi / sigma).std()])


def path(change):
    """A wrong first spread, from the draws and what was given."""
    return lambda f, mu, sigma, xi: (
        change(both(f, mu, sigma, xi)[0], f, mu, sigma, xi),
        loop(f, mu, sigma, xi)[1],
    )


def at(start):
    """The slopes at other starts."""

    def change(g, f, mu, sigma, xi):
        x = start(mu, sigma, xi).clone().requires_grad_()
        return torch.autograd.grad(f(x).sum(), x)[0].std()

    return path(change)


def score(change):
    """A wrong second estimate, from the values and what was given."""
    return lambda f, mu, sigma, xi: (
        loop(f, mu, sigma, xi)[0],
        change(f(mu + sigma * xi), f, mu, sigma, xi).std(),
    )


def second(change):
    """A wrong second result, from the right estimates of the draws."""
    return lambda f, mu, sigma, xi: (
        loop(f, mu, sigma, xi)[0],
        change(both(f, mu, sigma, xi)[1]),
    )


def one_start(f, mu, sigma, xi):
    x = torch.tensor(mu, requires_grad=True)
    (g,) = torch.autograd.grad(f(x + sigma * xi).sum(), x)
    return g.expand(len(xi)).std(), loop(f, mu, sigma, xi)[1]


def one_number(f, mu, sigma, xi):
    x = torch.tensor(mu, requires_grad=True)
    (g,) = torch.autograd.grad(f(x + sigma * xi).sum(), x)
    return g.std(), loop(f, mu, sigma, xi)[1]


def without_sum(f, mu, sigma, xi):
    start = (mu + sigma * xi).requires_grad_()
    f(start).backward()
    return start.grad.std(), start.grad.std()


def no_leaf(f, mu, sigma, xi):
    start = mu + sigma * xi
    return torch.autograd.grad(f(start).sum(), start)


def another(f, mu, sigma, xi):
    start = (mu + sigma * xi).requires_grad_()
    return torch.autograd.grad(f(mu + sigma * xi + 0 * xi.requires_grad_()).sum(), start)


def of_its_own(f, mu, sigma, xi):
    return loop(torch.cos, mu, sigma, xi)


# Free runs and predictions


def forced(predict, mean=lambda x, n: x / (n - 2)):
    """The loss of predict(kick, before, now)."""

    def answer(kick, angles):
        total = torch.zeros(())
        for before, now, after in zip(angles, angles[1:], angles[2:], strict=False):
            total = total + 1 - torch.cos(predict(kick, before, now) - after)
        return mean(total, len(angles))

    return answer


def right(kick, before, now):
    return 2 * now - before + kick * torch.sin(now)


def running(angle, turn):
    """The angle, or the turn, from the data."""

    def answer(kick, angles):
        total, x, t = torch.zeros(()), angles[1], angles[1] - angles[0]
        for before, now, after in zip(angles, angles[1:], angles[2:], strict=False):
            if angle:
                x = now
            if turn:
                t = now - before
            t = t + kick * torch.sin(x)
            x = x + t
            total = total + 1 - torch.cos(x - after)
        return total / (len(angles) - 2)

    return answer


def at_once(kick, angles):
    before, now, after = angles[:-2], angles[1:-1], angles[2:]
    return (1 - torch.cos(2 * now - before + kick * now.sin() - after)).mean()


def restarts_at_the_end(kick, angles):
    total, x, turn = torch.zeros(()), angles[1], angles[1] - angles[0]
    for now, after in pairwise(angles[1:]):
        turn = turn + kick * torch.sin(x)
        total = total + 1 - torch.cos(x + turn - after)
        x, turn = after, after - now
    return total / (len(angles) - 2)


def by_error(change):
    def answer(kick, angles):
        error = right(kick, angles[:-2], angles[1:-1]) - angles[2:]
        return change(error)

    return answer


RIGHT = {
    check_spreads: {
        "one gradient": loop,
        "the library, whose baseline leaves a draw out": library,
        "a mu for each draw, by NumPy": of_one_mu,
        "vmap, a tensor of two": by_vmap,
        "plain numbers": lambda *given: [x.item() for x in loop(*given)],
    },
    check_rms: {
        "formula": lambda kick: (4 + kick**2 / 2) ** 0.5,
        "math": lambda kick: math.sqrt(4 + kick * kick * 0.5),
        "a tensor": lambda kick: torch.tensor(4 + kick**2 / 2).sqrt(),
        "an average over many angles": lambda kick: (
            ((2 + kick * torch.linspace(0, 2 * math.pi, 1001)[:-1].double().cos()) ** 2).mean()
            ** 0.5
        ),
        "hypot": lambda kick: math.hypot(2, kick / 2**0.5),
    },
    check_forced: {
        "in the loop": forced(right),
        "all at once": at_once,
        "angle and turn": running(True, True),
        "restarted at the end": restarts_at_the_end,
        "half angles": by_error(lambda e: (2 * torch.sin(e / 2) ** 2).mean()),
    },
}
WRONG = {
    check_spreads: {
        "swapped": (lambda *given: loop(*given)[::-1], "in another order"),
        "one": (lambda *given: loop(*given)[0], "two things|cannot read"),
        "another function": (of_its_own, "never calls the `f`"),
        "no sum": (without_sum, "differentiate their sum"),
        "no leaf": (no_leaf, "require one before you call f"),
        "another tensor": (another, "something else than the tensor"),
        "the gradients": (path(lambda g, *_: g), "of each draw|unlike shapes"),
        "variance of the gradient": (path(lambda g, *_: g.var()), "its root"),
        "error of the mean": (path(lambda g, *_: g.std() / len(g) ** 0.5), "error of the mean"),
        "mean": (path(lambda g, *_: g.mean()), "that is the mean of the pathwise"),
        "root mean square": (path(lambda g, *_: (g**2).mean() ** 0.5), "root mean square"),
        "mean size": (path(lambda g, *_: g.abs().mean()), "mean size"),
        "slope in xi": (path(lambda g, f, mu, sigma, xi: sigma * g.std()), "no factor sigma"),
        "over sigma": (path(lambda g, f, mu, sigma, xi: g.std() / sigma), "no factor 1/sigma"),
        "of the mean": (path(lambda g, *_: g.std() / len(g)), "differentiate the sum"),
        "values": (path(lambda g, f, mu, sigma, xi: f(mu + sigma * xi).std()), "values of f"),
        "without sigma": (at(lambda mu, sigma, xi: mu + xi), "at mu + xi"),
        "without mu": (at(lambda mu, sigma, xi: sigma * xi), "at sigma·xi"),
        "at xi": (at(lambda mu, sigma, xi: xi), "at xi"),
        "minus": (at(lambda mu, sigma, xi: mu - sigma * xi), "mu − sigma·xi"),
        "one slope": (one_start, "the same slope"),
        "the sum of slopes": (one_number, "that of a single number"),
        "no baseline": (score(lambda v, f, mu, sigma, xi: v * xi / sigma), "baseline is missing"),
        "no sigma": (
            score(lambda v, f, mu, sigma, xi: (v - v.mean()) * xi),
            "factor 1/sigma is missing",
        ),
        "sigma squared": (
            score(lambda v, f, mu, sigma, xi: (v - v.mean()) * xi / sigma**2),
            "a sigma too many",
        ),
        "times sigma": (
            score(lambda v, f, mu, sigma, xi: (v - v.mean()) * xi * sigma),
            "sigma multiplies",
        ),
        "no score": (score(lambda v, f, mu, sigma, xi: v - v.mean()), "the score is missing"),
        "no xi": (score(lambda v, f, mu, sigma, xi: (v - v.mean()) / sigma), "xi is missing"),
        "the start": (
            score(lambda v, f, mu, sigma, xi: (v - v.mean()) * (mu + sigma * xi) / sigma**2),
            "stands in the score",
        ),
        "logistic": (
            score(lambda v, f, mu, s, xi: (v - v.mean()) * torch.tanh(xi / (2 * s)) / s),
            "logistic",
        ),
        "baseline f(mu)": (
            score(lambda v, f, mu, s, xi: (v - f(torch.tensor(mu).double())) * xi / s),
            "baseline is f\\(mu\\)|baseline is f(mu)",
        ),
        "median": (score(lambda v, f, mu, s, xi: (v - v.median()) * xi / s), "median"),
        "slope for value": (
            lambda f, mu, s, xi: (
                loop(f, mu, s, xi)[0],
                (both(f, mu, s, xi)[0] * xi / s).std(),
            ),
            "needs values only",
        ),
        "twice": (lambda *given: (loop(*given)[0],) * 2, "once more"),
        "score variance": (second(lambda s: s.var()), "its root"),
        "score error": (second(lambda s: s.std() / len(s) ** 0.5), "error of the mean"),
        "score mean": (second(lambda s: s.mean()), "that is the mean"),
    },
    check_rms: {
        "mean square": (lambda kick: 4 + kick**2 / 2, "the root is missing"),
        "cos² = 1": (lambda kick: (4 + kick**2) ** 0.5, "yours is one"),
        "cos² = ¼": (lambda kick: (4 + kick**2 / 4) ** 0.5, "yours is a quarter"),
        "mixed term": (lambda kick: (4 + kick**2 / 2 + 4 * kick) ** 0.5, "no mixed term"),
        "sum of r.m.s.": (lambda kick: 2 + kick / 2**0.5, "no mixed term"),
        "largest": (lambda kick: 2 + kick, "yours is one"),
        "no 2": (lambda kick: kick / 2**0.5, "the 2 is left out"),
        "2 not squared": (lambda kick: (2 + kick**2 / 2) ** 0.5, "the 2 is not squared"),
        "kick not squared": (lambda kick: (4 + kick / 2) ** 0.5, "kick is not squared"),
        "typical": (lambda kick: kick / 2, "typical factor"),
        "mean": (lambda kick: 2.0, "averages to zero"),
        "half of all": (lambda kick: (2 + kick**2 / 2) ** 0.5, "not squared|as well"),
        "logarithm": (lambda kick: math.log(4 + kick**2 / 2) / 2, "logarithm"),
        "mean size": (lambda kick: 2 + 2 * kick / math.pi, "mean size"),
        "second term": (lambda kick: (5 + kick**2 / 2) ** 0.5, "leaves this term out"),
        "torch.sqrt": (lambda kick: torch.sqrt(4 + kick**2 / 2), "use ** 0.5"),
    },
    check_forced: {
        "as given": (running(False, False), "still runs freely"),
        "turn runs on": (running(True, False), "the turn runs on"),
        "angle runs on": (running(False, True), "the angle runs on"),
        "sign of the turn": (
            forced(lambda k, b, n: b + k * torch.sin(n)),
            "wrong sign: it is now − before",
        ),
        "no turn": (forced(lambda k, b, n: n + k * torch.sin(n)), "turn before the kick"),
        "no kick": (lambda k, a: forced(lambda k, b, n: 2 * n - b)(k, a), "the kick is left out"),
        "kick of before": (
            forced(lambda k, b, n: 2 * n - b + k * torch.sin(b)),
            "that of the angle before",
        ),
        "begins at before": (forced(lambda k, b, n: n + k * torch.sin(n) - 0), "turn|begins at"),
        "sign of the kick": (
            forced(lambda k, b, n: 2 * n - b - k * torch.sin(n)),
            "kick has the wrong sign",
        ),
        "no sine": (forced(lambda k, b, n: 2 * n - b + k), "multiply by sin"),
        "cosine": (forced(lambda k, b, n: 2 * n - b + k * torch.cos(n)), "a cosine stands"),
        "sum": (forced(right, lambda x, n: x), "divide by their number"),
        "all angles": (forced(right, lambda x, n: x / n), "two predictions fewer"),
        "one too many": (forced(right, lambda x, n: x / (n - 1)), "too many"),
        "squares": (by_error(lambda e: (e**2).mean()), "those are squares"),
        "half squares": (by_error(lambda e: (e**2).mean() / 2), "halves of squares"),
        "cosine itself": (by_error(lambda e: torch.cos(e).mean()), "cosine itself"),
        "last": (by_error(lambda e: 1 - torch.cos(e[-1])), "last error alone"),
        "detached": (lambda k, a: forced(right)(k.detach(), a), "depends on nothing"),
        "a number": (lambda k, a: forced(right)(k, a).item(), "has no graph"),
    },
}
