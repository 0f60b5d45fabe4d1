"""The checks of the shower name what is wrong, and take every right answer."""

import math

import torch

from diffprog.exercises.shower import check_branching, check_no_split, check_one_split
from diffprog.relaxations.branching import pathwise_slope, total_slope

from .answers import test_right_answers_pass, test_wrong_answers_are_told_why  # noqa: F401

# ex-branching


def estimates(
    simulate, x, weigh=lambda w: w.flip(1).cumsum(1).flip(1), base=None, path=1, score=1, log=None
):
    """The solution, with places for mistakes."""
    x = x.clone().requires_grad_()
    signal, log_p = simulate(x)
    later = weigh(signal.detach())
    others = (later.sum(0) - later) / (len(x) - 1) if base is None else base(later)
    log_p = log_p if log is None else log(log_p)
    both = path * signal.sum() + score * ((later - others) * log_p).sum()
    return torch.autograd.grad(both, x)[0]


def by_library(simulate, x):
    x = x.clone().requires_grad_()
    signal, log_p = simulate(x)
    return total_slope(signal, log_p, x)


def by_two_ways_back(simulate, x):
    x = x.clone().requires_grad_()
    signal, log_p = simulate(x)
    path = torch.autograd.grad(signal.sum(), x, retain_graph=True)[0]
    w = signal.detach()
    later = w.sum(1, keepdim=True) - w.cumsum(1) + w
    n = len(x)
    weight = n / (n - 1) * (later - later.mean(0))
    return path + torch.autograd.grad(log_p, x, weight)[0]


def by_backward_and_loops(simulate, x):
    x = x.clone().requires_grad_()
    signal, log_p = simulate(x)
    loss = signal.sum()
    n, layers = signal.shape
    for i in range(n):
        for layer in range(layers):
            own = signal[i, layer:].sum().item()
            rest = [signal[j, layer:].sum().item() for j in range(n) if j != i]
            loss = loss + (own - sum(rest) / len(rest)) * log_p[i, layer]
    loss.backward()
    return x.grad


def pathwise(simulate, x):
    x = x.clone().requires_grad_()
    return pathwise_slope(simulate(x)[0], x)


def called_twice(simulate, x):
    x = x.clone().requires_grad_()
    return total_slope(simulate(x)[0], simulate(x)[1], x)


def with_gradient_through_weights(simulate, x, base=False):
    x = x.clone().requires_grad_()
    signal, log_p = simulate(x)
    later = signal.flip(1).cumsum(1).flip(1)
    others = (later.sum(0) - later) / (len(x) - 1)
    later = later.detach() if base else later
    return torch.autograd.grad(signal.sum() + ((later - others) * log_p).sum(), x)[0]


def without_a_leaf(simulate, x):
    return torch.autograd.grad(simulate(x)[0].sum(), x)[0]


def of_another_x(simulate, x):
    y = x.clone().requires_grad_()
    return torch.autograd.grad(simulate(y * 1.0)[0].sum(), x.clone().requires_grad_())[0]


def used_up(simulate, x):
    x = x.clone().requires_grad_()
    signal, log_p = simulate(x)
    both = torch.cat([signal, log_p], 1).exp()
    torch.autograd.grad(both.sum(), x)
    return torch.autograd.grad(both.sum(), x)[0]


def not_summed(simulate, x):
    x = x.clone().requires_grad_()
    return torch.autograd.grad(simulate(x)[0], x)[0]


BRANCHING = {
    "autograd alone": (pathwise, "autograd gives by itself"),
    "the score alone": (lambda s, x: estimates(s, x, path=0), "slope of the signals is missing"),
    "against the decisions": (lambda s, x: estimates(s, x, score=-1), "wrong sign: add it"),
    "all of it negative": (lambda s, x: -estimates(s, x), "right but for its sign"),
    "not weighed": (
        lambda s, x: estimates(s, x, weigh=torch.ones_like, base=torch.zeros_like),
        "the score is not weighed",
    ),
    "no baseline": (lambda s, x: estimates(s, x, base=torch.zeros_like), "baseline is missing"),
    "all of the signal, no baseline": (
        lambda s, x: estimates(
            s, x, weigh=lambda w: w.sum(1, keepdim=True).expand_as(w), base=torch.zeros_like
        ),
        "leave out the layers in front, and then",
    ),
    "all of the signal": (
        lambda s, x: estimates(s, x, weigh=lambda w: w.sum(1, keepdim=True).expand_as(w)),
        "leave out the layers in front of the decision",
    ),
    "the mean of all": (lambda s, x: estimates(s, x, base=lambda w: w.mean(0)), "itself: leave"),
    "the sum of the others": (
        lambda s, x: estimates(s, x, base=lambda w: w.sum(0) - w),
        "not divided by their number",
    ),
    "the others, by n": (
        lambda s, x: estimates(s, x, base=lambda w: (w.sum(0) - w) / len(w)),
        "there are n − 1",
    ),
    "all, by n − 1": (
        lambda s, x: estimates(s, x, base=lambda w: w.sum(0) / (len(w) - 1)),
        "contains the shower itself",
    ),
    "added": (
        lambda s, x: estimates(s, x, base=lambda w: -(w.sum(0) - w) / (len(w) - 1)),
        "baseline is added",
    ),
    "one baseline": (lambda s, x: estimates(s, x, base=lambda w: w.mean()), "one number for all"),
    "of the layers": (
        lambda s, x: estimates(s, x, base=lambda w: w.mean(1, keepdim=True)),
        "one number for all",
    ),
    "from the front": (
        lambda s, x: estimates(s, x, weigh=lambda w: w.cumsum(1)),
        "from the first layer to the decision",
    ),
    "behind the layer": (
        lambda s, x: estimates(s, x, weigh=lambda w: w.flip(1).cumsum(1).flip(1) - w),
        "begins behind the layer",
    ),
    "the layer alone": (lambda s, x: estimates(s, x, weigh=lambda w: w), "of its layer alone"),
    "flipped once": (
        lambda s, x: estimates(s, x, weigh=lambda w: w.flip(1).cumsum(1)),
        "second flip",
    ),
    "over showers": (
        lambda s, x: estimates(s, x, weigh=lambda w: w.flip(0).cumsum(0).flip(0)),
        "layers are axis 1",
    ),
    "through the weights": (with_gradient_through_weights, "gradient goes through the weights"),
    "through the baseline": (
        lambda s, x: with_gradient_through_weights(s, x, base=True),
        "through the baseline",
    ),
    "of the probability": (
        lambda s, x: estimates(s, x, log=torch.exp),
        "not of its logarithm",
    ),
    "the mean": (lambda s, x: estimates(s, x).mean(), "return the estimate of each shower"),
    "divided by n": (lambda s, x: estimates(s, x) / len(x), "divided by the number of showers"),
    "the score by n": (
        lambda s, x: estimates(s, x, score=1 / len(x)),
        "part of the decisions is divided",
    ),
    "twice": (called_twice, "calls `simulate` 2 times"),
    "never": (lambda s, x: x, "calls `simulate` never"),
    "no leaf": (without_a_leaf, "x must require a gradient before"),
    "another x": (of_another_x, "not the one that you gave"),
    "not summed": (not_summed, "starts from a single number"),
    "used up": (used_up, "retain_graph=True"),
}


# ex-no-split


def decided(p, number, split):
    return split * p.log() + (number - split) * torch.log1p(-p)


def binomial(p, number, split):
    return torch.distributions.Binomial(number, p, validate_args=False).log_prob(split)


def by_product(p, number, split):
    return (p**split * (1 - p) ** (number - split)).log()


def by_odds(p, number, split):
    return split * torch.logit(p) + number * torch.log(1 - p)


NO_SPLIT = {
    "as it was": (lambda p, n, k: k * p.log(), "not are decisions, too"),
    "the others only": (
        lambda p, n, k: (n - k) * (1 - p).log(),
        "only the particles that have not",
    ),
    "subtracted": (lambda p, n, k: k * p.log() - (n - k) * (1 - p).log(), "wrong sign"),
    "of all": (lambda p, n, k: k * p.log() + n * (1 - p).log(), "number − split, not number"),
    "all split": (lambda p, n, k: n * p.log() + (n - k) * (1 - p).log(), "ln p belongs to those"),
    "exchanged": (lambda p, n, k: (n - k) * p.log() + k * (1 - p).log(), "exchanged"),
    "p for both": (lambda p, n, k: k * p.log() + (n - k) * p.log(), "1 − p, not p"),
    "once": (lambda p, n, k: k * p.log() + (1 - p).log(), "each of them is a decision"),
    "no logarithm": (lambda p, n, k: p**k * (1 - p) ** (n - k), "return its logarithm"),
    "added inside": (lambda p, n, k: (p**k + (1 - p) ** (n - k)).log(), "they multiply"),
    "negative": (lambda p, n, k: -decided(p, n, k), "but for its sign"),
    "detached": (lambda p, n, k: decided(p.detach(), n, k), "no path leads back"),
    "another graph": (lambda p, n, k: decided(p.detach(), n, k).requires_grad_(), "no path leads"),
    "one number": (lambda p, n, k: decided(p, n, k).sum(), "one for each shower"),
    "to base ten": (lambda p, n, k: decided(p, n, k) / math.log(10), "0.4343 times"),
}


# ex-one-split


def of_two_values(p, yes, no, baseline):
    split, whole = (yes - baseline) / p, -(no - baseline) / (1 - p)
    mean = p * split + (1 - p) * whole
    return (p * (split - mean) ** 2 + (1 - p) * (whole - mean) ** 2) ** 0.5


def by_squares(p, yes, no, baseline):
    square = (yes - baseline) ** 2 / p + (no - baseline) ** 2 / (1 - p)
    return math.sqrt(max(square - (yes - no) ** 2, 0.0))


def in_one_line(p, yes, no, baseline):
    return abs((1 - p) * yes + p * no - baseline) / math.sqrt(p - p**2)


def in_tensors(p, yes, no, baseline):
    p = torch.tensor(p, dtype=torch.float64)
    return ((1 - p) * (yes - baseline) + p * (no - baseline)).abs() / (p * (1 - p)).sqrt()


def scatter(p, yes, no, b, split=None, whole=None, times=lambda p: (p * (1 - p)) ** 0.5):
    split = (yes - b) / p if split is None else split
    whole = -(no - b) / (1 - p) if whole is None else whole
    return times(p) * abs(split - whole)


ONE_SPLIT = {
    "the variance": (lambda *z: scatter(*z) ** 2, "that is the variance"),
    "the mean square": (
        lambda p, y, n, b: (y - b) ** 2 / p + (n - b) ** 2 / (1 - p),
        "that is the mean square",
    ),
    "its root": (
        lambda p, y, n, b: ((y - b) ** 2 / p + (n - b) ** 2 / (1 - p)) ** 0.5,
        "before you take the root",
    ),
    "the mean": (lambda p, y, n, b: y - n, "mean of the estimate"),
    "of the signal": (lambda p, y, n, b: (p * (1 - p)) ** 0.5 * abs(y - n), "spread of the signal"),
    "a sign": (
        lambda p, y, n, b: scatter(p, y, n, b, whole=(n - b) / (1 - p)),
        "the sign is missing",
    ),
    "no baseline": (lambda p, y, n, b: scatter(p, y, n, 0), "baseline is missing"),
    "added": (lambda p, y, n, b: scatter(p, y, n, -b), "baseline is added"),
    "from one": (
        lambda p, y, n, b: scatter(p, y, n, b, whole=-n / (1 - p)),
        "one of the two signals only",
    ),
    "from the other": (
        lambda p, y, n, b: scatter(p, y, n, b, split=y / p),
        "with a split missing",
    ),
    "exchanged": (
        lambda p, y, n, b: scatter(1 - p, y, n, b),
        "p and 1 − p are exchanged",
    ),
    "no score": (
        lambda p, y, n, b: scatter(p, y, n, b, split=y - b, whole=b - n),
        "the score is left out",
    ),
    "the difference": (
        lambda p, y, n, b: scatter(p, y, n, b, times=lambda p: 1),
        "not yet the spread",
    ),
    "times p(1 − p)": (
        lambda p, y, n, b: scatter(p, y, n, b, times=lambda p: p * (1 - p)),
        "not by its root",
    ),
    "of the score": (lambda p, y, n, b: 1 / (p * (1 - p)) ** 0.5, "spread of the score"),
    "unweighed": (lambda p, y, n, b: scatter(p, y, n, b, times=lambda p: 0.5), "equal probability"),
    "with a sign": (
        lambda p, y, n, b: ((1 - p) * (y - b) + p * (n - b)) / (p * (1 - p)) ** 0.5,
        "never negative",
    ),
}

RIGHT = {
    check_branching: {
        "the solution": estimates,
        "the library": by_library,
        "two ways back": by_two_ways_back,
        "loops": by_backward_and_loops,
    },
    check_no_split: {
        "the solution": decided,
        "a distribution": binomial,
        "a product": by_product,
        "odds": by_odds,
    },
    check_one_split: {
        "the solution": scatter,
        "two values": of_two_values,
        "squares": by_squares,
        "one line": in_one_line,
        "tensors": in_tensors,
    },
}
WRONG = {check_branching: BRANCHING, check_no_split: NO_SPLIT, check_one_split: ONE_SPLIT}
