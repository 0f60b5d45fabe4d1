"""The checks of chapter 5.3 name what is wrong, and take every right answer."""

import torch
from torch.func import grad

from diffprog.exercises.chamber import check_calibrate, check_drift_error, check_gain
from diffprog.simulator.chamber import MEAN, SPREAD

from .answers import test_right_answers_pass, test_wrong_answers_are_told_why  # noqa: F401


def calibrate(
    time=lambda ends, t0: ends.mean(0)[0],
    speed=lambda ends, t0, gap, v: gap / (ends[:, 1] - ends[:, 0]).mean(),
    turn=lambda slope, old, new: slope * new / old,
    move=lambda first, old, new, t0, start: (t0 + first / old - start) * new,
):
    """Make an answer of its parts."""

    def answer(v, t0, first, slope, ends, gap):
        start = time(ends, t0)
        new = speed(ends, t0, gap, v)
        return new, start, move(first, v, new, t0, start), turn(slope, v, new)

    return answer


def by_least_squares(v, t0, first, slope, ends, gap):
    """Fit start and 1/v to the ends as a straight line in the distance."""
    at = torch.tensor([0.0, gap], dtype=torch.float64).expand_as(ends).flatten()
    lever = torch.stack([torch.ones_like(at), at], 1)
    start, per_metre = torch.linalg.lstsq(lever, ends.reshape(-1, 1)).solution[:, 0]
    near = (t0 + first / v - start) / per_metre
    return [1 / per_metre, start, near, slope / v / per_metre]


def by_two_points(v, t0, first, slope, ends, gap):
    """Keep the times at two wires, and draw the line anew."""
    start = ends[:, 0].mean().item()
    new = gap / (ends[:, 1].mean().item() - start)
    near, far = ((t0 + (first + slope * x) / v - start) * new for x in (0, 2))
    return new, start, near, (far - near) / 2


def by_null_vectors(v, t0, first, slope, ends, gap):
    """Shift first, then stretch."""
    start, stop = ends.mean(0).tolist()
    first = first - v * (start - t0)
    factor = gap / (stop - start) / v
    return (v * factor).reshape(1), start, [x.item() for x in first * factor], slope * factor


def newton(chi2, q, rounds=20):
    G = q.min()
    for _ in range(rounds):
        G = G - grad(chi2)(G) / grad(grad(chi2))(G)
    return G


def with_weights(weights, mean=MEAN, use=lambda length: length):
    """Fit with weights that are a function of the μ of the round before."""

    def gain(q, length):
        length = use(length)
        G = q.mean()
        for _ in range(8):
            w = weights(G * length, q)

            def chi2(G, w=w):
                return ((q - mean * G * length) ** 2 * w).sum()

            G = G - grad(chi2)(G) / grad(grad(chi2))(G)
        return G

    return gain


def following(q, length):
    def chi2(G):
        mu = G * length
        return ((q - MEAN * mu) ** 2 / (SPREAD * mu) ** 2).sum() / 2

    return newton(chi2, q)


def detached(q, length):
    def chi2(G):
        mu = G * length
        return ((q - MEAN * mu) ** 2 / (SPREAD * mu.detach()) ** 2).sum() / 2

    return newton(chi2, q, 3)


def by_lstsq(q, length):
    w = 1 / (SPREAD * length)
    return torch.linalg.lstsq((MEAN * length * w)[:, None], (q * w)[:, None]).solution.item()


def with_a_graph(q, length):
    G = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    return (q / length).mean() / MEAN * (G / G)


def with_a_logarithm(q, length):
    """The likelihood of normal charges with the right mean and variance."""

    def loss(G):
        pull = (q - MEAN * G * length) / (SPREAD * G * length)
        return (pull**2 / 2 + (G * length).log()).sum()

    G = q.min()
    for _ in range(40):
        G = G - grad(loss)(G) / grad(grad(loss))(G).abs()
    return G


RIGHT = {
    check_calibrate: {
        "formula": calibrate(),
        "least squares": by_least_squares,
        "two points": by_two_points,
        "null vectors": by_null_vectors,
    },
    check_drift_error: {
        "formula": lambda v, gap, sigma, c: v**2 / gap * sigma * (2 / c) ** 0.5,
        "relative": lambda v, gap, sigma, c: v * (2**0.5 * sigma / c**0.5) / (gap / v),
        "tensor": lambda v, gap, sigma, c: torch.tensor([2 * v**4 * sigma**2 / gap**2 / c]).sqrt(),
        "covariance": lambda v, gap, sigma, c: (
            v**2 * (torch.linalg.inv(torch.tensor([[2.0, gap], [gap, gap**2]]))[1, 1] / c).sqrt()
            * sigma
        ),
    },
    check_gain: {
        "rounds": with_weights(lambda mu, q: 1 / (SPREAD * mu) ** 2),
        "detach": detached,
        "closed": lambda q, length: (q / length).mean() / MEAN,
        "lstsq": by_lstsq,
        "weights of the lengths": with_weights(lambda mu, q: 1 / mu**2),
    },
}  # fmt: skip
ROOT2 = 2**0.5


def power(v=0, gap=0, sigma=0, c=0, factor=1.0):
    """The right error times these powers."""
    return lambda V, g, s, n: (
        factor * V ** (2 + v) * g ** (gap - 1) * s ** (1 + sigma) * n ** (c - 0.5) * ROOT2
    )


WRONG = {
    check_calibrate: {
        "old t0": (calibrate(time=lambda ends, t0: t0), "t0 is the old one"),
        "last time": (calibrate(time=lambda ends, t0: ends.mean(0)[1]), "pass at the first one"),
        "one track": (calibrate(time=lambda ends, t0: ends[0, 0]), "average over all of them"),
        "last track": (calibrate(time=lambda ends, t0: ends[-1, 0]), "average over all of them"),
        "sum": (calibrate(time=lambda ends, t0: ends[:, 0].sum()), "sum over the crossing"),
        "earliest": (calibrate(time=lambda ends, t0: ends[:, 0].min()), "t0 is"),
        "all entries": (calibrate(time=lambda ends, t0: ends.mean()), "columns are first and last"),
        "each": (calibrate(time=lambda ends, t0: ends[:, 0]), "one number for all of them"),
        "change": (calibrate(time=lambda ends, t0: t0 - ends.mean(0)[0]), "the change of t0"),
        "added": (calibrate(time=lambda ends, t0: t0 + ends.mean(0)[0]), "on the same clock"),
        "old v": (calibrate(speed=lambda ends, t0, gap, v: v), "v is the old one"),
        "turned": (
            calibrate(speed=lambda ends, t0, gap, v: (ends[:, 1] - ends[:, 0]).mean() / gap),
            "a distance over a time",
        ),
        "from zero": (
            calibrate(speed=lambda ends, t0, gap, v: gap / ends[:, 1].mean()),
            "subtract the first time",
        ),
        "from the old t0": (
            calibrate(speed=lambda ends, t0, gap, v: gap / (ends[:, 1].mean() - t0)),
            "from the old t0",
        ),
        "mean of speeds": (
            calibrate(speed=lambda ends, t0, gap, v: (gap / (ends[:, 1] - ends[:, 0])).mean()),
            "that is the mean of the speeds",
        ),
        "in mm": (
            calibrate(speed=lambda ends, t0, gap, v: 1000 * gap / (ends[:, 1] - ends[:, 0]).mean()),
            "in mm/µs",
        ),
        "old slope": (calibrate(turn=lambda slope, old, new: slope), "slopes are the old ones"),
        "slope turned": (
            calibrate(turn=lambda slope, old, new: slope * old / new),
            "a faster drift needs steeper tracks",
        ),
        "slope in time": (calibrate(turn=lambda slope, old, new: slope / old), "which stays"),
        "old first": (
            calibrate(move=lambda first, old, new, t0, start: first),
            "first is the old one",
        ),
        "stretched only": (
            calibrate(move=lambda first, old, new, t0, start: first * new / old),
            "not shifted with t0",
        ),
        "shifted only": (
            calibrate(move=lambda first, old, new, t0, start: first - (start - t0) * new),
            "not stretched with v",
        ),
        "wrong way": (
            calibrate(move=lambda first, old, new, t0, start: (first / old + start - t0) * new),
            "the shift has the wrong sign",
        ),
        "old shift": (
            calibrate(
                move=lambda first, old, new, t0, start: first * new / old - (start - t0) * old
            ),
            "taken with the old v",
        ),
        "drift time": (
            calibrate(move=lambda first, old, new, t0, start: first / old - start + t0),
            "multiply it by the new v",
        ),
        "no new t0": (
            calibrate(move=lambda first, old, new, t0, start: (t0 + first / old) * new),
            "the new t0 is not subtracted",
        ),
        "no old t0": (
            calibrate(move=lambda first, old, new, t0, start: (first / old - start) * new),
            "the old t0 is forgotten",
        ),
    },
    check_drift_error: {
        "one time": (power(factor=1 / ROOT2), "√2 times as much"),
        "sum of errors": (power(factor=ROOT2), "errors add in squares"),
        "one track": (power(c=0.5), "smaller by √c"),
        "c": (power(c=-0.5), "not by c"),
        "relative": (power(v=-1), "relative error"),
        "of the time": (power(v=-2, gap=1), "error of the drift time"),
        "no gap": (power(gap=1), "the gap is missing"),
        "gap above": (power(gap=2), "stands in the denominator"),
        "variance": (lambda v, gap, sigma, c: 2 * (v**2 * sigma / gap) ** 2 / c, "take its root"),
        "negative": (power(factor=-1), "an error is not negative"),
        "cancelled": (lambda v, gap, sigma, c: 0.0, "do not cancel"),
        "upside down": (lambda v, gap, sigma, c: gap / (sigma * (2 / c) ** 0.5), "divide the gap"),
        "more is worse": (power(c=1), "more tracks make"),
    },
    check_gain: {
        "as given": (following, "still follow the gain"),
        "corrected": (
            lambda q, length: following(q, length) / (1 + (SPREAD / MEAN) ** 2),
            "hold the weights instead",
        ),
        "from the data": (with_weights(lambda mu, q: 1 / q**2), "follow the data"),
        "equal": (with_weights(lambda mu, q: 0 * mu + 1), "the same weight"),
        "one over mu": (with_weights(lambda mu, q: 1 / mu), "1/μ, and have to be 1/μ²"),
        "deviations": (with_weights(lambda mu, q: SPREAD * mu), "weights are the standard"),
        "variances": (with_weights(lambda mu, q: (SPREAD * mu) ** 2), "weights are the variances"),
        "likelihood": (with_a_logarithm, "a logarithm is added"),
        "no mean": (with_weights(lambda mu, q: 1 / mu**2, 1), "MEAN is missing"),
        "twice mean": (lambda q, length: (q / length).mean() * MEAN, "has to be divided by"),
        "no lengths": (
            with_weights(lambda mu, q: 1 / mu**2, use=torch.ones_like),
            "the lengths are missing",
        ),
        "start": (lambda q, length: q.min(), "start of the search"),
        "median": (lambda q, length: (q / length).median() / MEAN, "that is the median"),
        "each": (lambda q, length: q / length / MEAN, "a gain for each charge"),
        "graph": (with_a_graph, "it has a graph"),
    },
}
