"""The checks of `part1/curvature`: right answers pass, and a wrong one hears its likely cause."""

from functools import partial

import numpy as np
import pytest
import torch

from diffprog.autodiff import curvature
from diffprog.exercises.curvature import check_all_parameters, check_best_rate, check_predict
from diffprog.loops.descent import gradient_descent
from diffprog.simulator.ball import position

from .answers import (  # noqa: F401
    linalg_of_scipy,
    test_right_answers_pass,
    test_wrong_answers_are_told_why,
)

# Forward mode, at its first use in a process, runs what torch itself deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")


def mse(t, target, a, v0, x0):
    return ((position(t, a, v0, x0) - target) ** 2).mean()


# ex-all-parameters


def by_hand(t, target, learning_rate, steps):
    a, v0, x0 = (torch.zeros(1, target.shape[1], requires_grad=True) for _ in range(3))
    losses = []
    for _ in range(steps):
        loss = mse(t, target, a, v0, x0)
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for p in (a, v0, x0):
                p -= learning_rate * p.grad
                p.grad = None
    losses.append(mse(t, target, a, v0, x0).item())
    return (a, v0, x0), losses


def by_library(t, target, learning_rate, steps):
    θ = {name: torch.zeros(1, target.shape[1], requires_grad=True) for name in ("a", "v0", "x0")}
    history = gradient_descent(lambda: mse(t, target, **θ), θ, learning_rate, steps)
    return tuple(θ.values()), history.loss


def by_algebra(t, target, learning_rate, steps):
    x = torch.cat([t**2 / 2, t, t**0], 1)
    θ, losses = torch.zeros(3, target.shape[1]), []
    for _ in range(steps):
        losses.append(((x @ θ - target) ** 2).mean())
        θ = θ - learning_rate * 2 / target.numel() * x.T @ (x @ θ - target)
    losses.append(((x @ θ - target) ** 2).mean())
    return [row[None] for row in θ], losses


def by_sgd_with_graph_left_in(t, target, learning_rate, steps):
    p = [torch.zeros(1, target.shape[1], requires_grad=True) for _ in range(3)]
    optimizer = torch.optim.SGD(p, lr=learning_rate)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        losses.append(mse(t, target, *p))
        losses[-1].backward()
        optimizer.step()
    losses.append(mse(t, target, *p))
    return p, losses


def zeros(d):
    return [torch.zeros(1, d, requires_grad=True) for _ in range(3)]


def loop(
    update=None,
    *,
    zero=True,
    emptied=("a", "v0", "x0"),
    names=("a", "v0", "x0"),
    create=zeros,
    loss=mse,
    extra=0,
    finish=lambda a, v0, x0, losses: ((a, v0, x0), losses),
):
    """An answer with one thing changed."""

    def answer(t, target, learning_rate, steps):
        d = target.shape[1]
        a, v0, x0 = create(d)
        p, losses = {"a": a, "v0": v0, "x0": x0}, []
        for _ in range(steps + extra):
            value = loss(t, target, **p)
            losses.append(value.item())
            value.backward()
            with torch.no_grad():
                for name in names:
                    p[name] += (update or (lambda g: -g))(learning_rate * p[name].grad)
            for name, x in p.items():
                if zero and name in emptied:
                    x.grad = None
        losses.append(loss(t, target, **p).item())
        return finish(*p.values(), losses)

    return answer


def outside_no_grad(t, target, learning_rate, steps):
    a, v0, x0 = (torch.zeros(1, target.shape[1], requires_grad=True) for _ in range(3))
    mse(t, target, a, v0, x0).backward()
    a -= learning_rate * a.grad


def rebound_under_no_grad(t, target, learning_rate, steps):
    a, v0, x0 = (torch.zeros(1, target.shape[1], requires_grad=True) for _ in range(3))
    for _ in range(steps):
        loss = mse(t, target, a, v0, x0)
        loss.backward()
        with torch.no_grad():
            a = a - learning_rate * a.grad
            v0 = v0 - learning_rate * v0.grad
            x0 = x0 - learning_rate * x0.grad


def rebound_in_loop(t, target, learning_rate, steps):
    a, v0, x0 = (torch.zeros(1, target.shape[1], requires_grad=True) for _ in range(3))
    losses = []
    for _ in range(steps):
        loss = mse(t, target, a, v0, x0)
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for p in (a, v0, x0):
                p = p - learning_rate * p.grad
    return (a, v0, x0), losses


def loss_outside_the_loop(t, target, learning_rate, steps):
    a, v0, x0 = (torch.zeros(1, target.shape[1], requires_grad=True) for _ in range(3))
    loss = mse(t, target, a, v0, x0)
    for _ in range(steps):
        loss.backward()


def no_requires_grad(t, target, learning_rate, steps):
    a, v0, x0 = (torch.zeros(1, target.shape[1]) for _ in range(3))
    mse(t, target, a, v0, x0).backward()


def one_after_the_other(t, target, learning_rate, steps):
    p = [torch.zeros(1, target.shape[1], requires_grad=True) for _ in range(3)]
    losses = []
    for _ in range(steps):
        losses.append(mse(t, target, *p).item())
        for x in p:
            (g,) = torch.autograd.grad(mse(t, target, *p), x)
            with torch.no_grad():
                x -= learning_rate * g
    return p, losses


def numbers_of_the_page(t, target, learning_rate, steps):
    return by_hand(t, target, 0.1, 10)


def one_tensor(d):
    a = torch.zeros(1, d, requires_grad=True)
    return a, a, a


def ones(d):
    return (torch.ones(1, d, requires_grad=True) for _ in range(3))


def with_gravity(d):
    return torch.full((1, d), -9.8, requires_grad=True), *zeros(d)[1:]


def summed(t, target, a, v0, x0):
    return ((position(t, a, v0, x0) - target) ** 2).sum()


def over_times(t, target, a, v0, x0):
    return ((position(t, a, v0, x0) - target) ** 2).mean(0).sum()


def shared_and_emptied(t, target, learning_rate, steps):
    a = v0 = x0 = torch.zeros(1, target.shape[1], requires_grad=True)
    for _ in range(steps):
        mse(t, target, a, v0, x0).backward()
        with torch.no_grad():
            for p in (a, v0, x0):
                p -= learning_rate * p.grad
                p.grad = None


def value_of_backward(t, target, learning_rate, steps):
    a, v0, x0 = zeros(target.shape[1])
    g = mse(t, target, a, v0, x0).backward()
    with torch.no_grad():
        a -= learning_rate * g


def emptied_before(t, target, learning_rate, steps):
    a, v0, x0 = zeros(target.shape[1])
    loss = mse(t, target, a, v0, x0)
    loss.backward()
    a.grad = v0.grad = x0.grad = None
    with torch.no_grad():
        a -= learning_rate * a.grad


def without_record(t, target, learning_rate, steps):
    a, v0, x0 = zeros(target.shape[1])
    with torch.no_grad():
        mse(t, target, a, v0, x0).backward()


def in_the_loop(t, target, learning_rate, steps):
    return by_hand(t, target, learning_rate, 1)[0], [(target**2).mean()]


def changed(f):
    """The right result, spoilt by f(parameters, losses)."""
    return lambda *arguments: f(*by_hand(*arguments))


def given(f):
    """The right loop, given other arguments: f(t, target, rate, steps)."""
    return lambda *arguments: by_hand(*f(*arguments))


def with_the_optimizer(make):
    def answer(t, target, learning_rate, steps):
        p = list(zeros(target.shape[1]))
        optimizer = make(p, lr=learning_rate)
        losses = []
        for step in range(steps + 1):
            optimizer.zero_grad()
            losses.append(mse(t, target, *p))
            if step < steps:
                losses[-1].backward()
                optimizer.step()
        return p, losses

    return answer


def target_in_place(t, target, learning_rate, steps):
    found = by_hand(t, target, learning_rate, steps)
    target -= position(t, *found[0]).detach()
    return found


def double(t, target, learning_rate, steps):
    return by_hand(t.double(), target.double(), learning_rate, steps)


FITS = {
    "by hand": by_hand,
    "the library": by_library,
    "algebra": by_algebra,
    "SGD, with graph left in": by_sgd_with_graph_left_in,
    "NumPy": changed(lambda p, losses: ([x.detach().numpy() for x in p], losses)),
    "shape (d,)": changed(lambda p, losses: ([x[0] for x in p], losses)),
    "lists": changed(lambda p, losses: ([x.tolist() for x in p], losses)),
    "a tensor of losses": changed(lambda p, losses: (p, torch.tensor(losses))),
    "losses of shape (1,)": changed(lambda p, losses: (p, torch.tensor(losses)[:, None])),
    "float64": double,
    "rounding of the largest entry": changed(
        lambda p, losses: ([x + 8e-6 * max(y.abs().max() for y in p) for x in p], losses)
    ),
    "autograd.functional": changed(lambda p, losses: [tuple(p), np.array(losses)]),
}
WRONG_FITS = {
    "absolute values": (
        loop(loss=lambda t, target, **p: (position(t, **p) - target).abs().mean()), "square them"),
    "centred": (
        loop(loss=lambda t, target, **p: mse(t, target - target.mean(0), **p)),
        "mean of the target"),
    "shifted": (loop(loss=lambda t, target, **p: mse(t, target.roll(1, 0), **p)), ""),
    "a third": (loop(lambda g: -g / 3), "is a third"),
    "drawn": (
        loop(create=lambda d: [torch.randn(1, d, requires_grad=True) for _ in range(3)]),
        "does not start from zero",
    ),
    "gravity at the start": (loop(create=with_gravity), "does not start from zero"),
    "two dimensions": (loop(create=lambda d: zeros(2)), "a column for each dimension"),
    "sign": (loop(lambda g: g), "sign of the update"),
    "not zeroed": (loop(zero=False), "each still holds"),
    "only a zeroed": (loop(emptied=("a",)), "but for a:"),
    "only v0 zeroed": (loop(emptied=("v0",)), "but for v0:"),
    "only x0 zeroed": (loop(emptied=("x0",)), "but for x0:"),
    "only v0 and x0 zeroed": (loop(emptied=("v0", "x0")), "but for v0 and x0"),
    "only a and x0 zeroed": (loop(emptied=("a", "x0")), "but for a and x0"),
    "only a and v0 zeroed": (loop(emptied=("a", "v0")), "but for a and v0"),
    "only v0": (loop(names=("v0",)), "only v0 moves"),
    "only x0": (loop(names=("x0",)), "only x0 moves"),
    "only a": (loop(names=("a",)), "only a moves"),
    "not x0": (loop(names=("a", "v0")), "x0 has not moved"),
    "not v0": (loop(names=("a", "x0")), "v0 has not moved"),
    "not a": (loop(names=("v0", "x0")), "a has not moved"),
    "one tensor": (loop(create=one_tensor), "three names"),
    "one tensor, emptied": (shared_and_emptied, "three names"),
    "ones": (loop(create=ones), "torch.ones"),
    "a sum": (loop(loss=summed), "is a sum"),
    "over times": (loop(loss=over_times), "over space too"),
    "root": (loop(loss=lambda *p, **q: mse(*p, **q).sqrt()), "root of the mean square"),
    "no half": (loop(loss=lambda t, x, a, v0, x0: mse(t, x, 2 * a, v0, x0)), "one half missing"),
    "one too many": (loop(extra=1), "one update too many"),
    "one too few": (loop(extra=-1), "one update too few"),
    "ten always": (given(lambda t, x, rate, steps: (t, x, rate, 10)), "10 updates, whatever"),
    "twenty always": (given(lambda t, x, rate, steps: (t, x, rate, 20)), "20 updates, whatever"),
    "a hundred": (given(lambda t, x, rate, steps: (t, x, rate, 100)), "100 updates, whatever"),
    "rate fixed": (given(lambda t, x, rate, steps: (t, x, 0.1, steps)), "rate is fixed"),
    "rate halved": (given(lambda t, x, rate, steps: (t, x, rate / 2, steps)), "half as long"),
    "rate doubled": (given(lambda t, x, rate, steps: (t, x, rate * 2, steps)), "times as long"),
    "another rate": (given(lambda t, x, rate, steps: (t, x, rate * 0.7, steps)), ""),
    "return in the loop": (in_the_loop, "stand inside the loop"),
    "Adam": (with_the_optimizer(torch.optim.Adam), "that is Adam"),
    "momentum": (with_the_optimizer(partial(torch.optim.SGD, momentum=0.9)), "momentum"),
    "zeros": (changed(lambda p, losses: ([0 * x for x in p], losses)), "nothing ever moves"),
    "a, x0, v0": (changed(lambda p, losses: (p[::2] + p[1:2], losses)), "(a, x0, v0)"),
    "v0, a, x0": (changed(lambda p, losses: ((p[1], p[0], p[2]), losses)), "(v0, a, x0)"),
    "x0, v0, a": (changed(lambda p, losses: (p[::-1], losses)), "(x0, v0, a)"),
    "last loss only": (changed(lambda p, losses: (p, losses[-1:])), "only the last loss"),
    "a number for the losses": (changed(lambda p, losses: (p, losses[-1])), "are one number"),
    "None for the losses": (changed(lambda p, losses: (p, None)), "of type NoneType"),
    "no losses": (changed(lambda p, losses: (p, [])), "are empty"),
    "no last loss": (changed(lambda p, losses: (p, losses[:-1])), "after the last update is miss"),
    "no first loss": (changed(lambda p, losses: (p, losses[1:])), "before any update, is missing"),
    "last loss twice": (changed(lambda p, losses: (p, losses + losses[-1:])), "losses for"),
    "losses twice": (changed(lambda p, losses: (p, 2 * losses)), "losses for"),
    "losses after": (
        changed(lambda p, losses: (p, losses[1:] + losses[-1:])), "that after its update"),
    "a wrong first loss": (changed(lambda p, losses: (p, [1.0, *losses[1:]])), ""),
    "losses halved": (changed(lambda p, losses: (p, [x / 2 for x in losses])), "0.5 times"),
    "roots of losses": (changed(lambda p, losses: (p, [x**0.5 for x in losses])), "the root of"),
    "losses first": (changed(lambda p, losses: (losses, p)), "three things"),
    "losses alone": (changed(lambda p, losses: losses), "two things"),
    "all in a row": (changed(lambda p, losses: (*p, losses)), "two things"),
    "two parameters": (changed(lambda p, losses: (p[:2], losses)), "three things"),
    "a string": (changed(lambda p, losses: (("a", *p[1:]), losses)), "of type str"),
    "a number": (changed(lambda p, losses: ((1.0, *p[1:]), losses)), "a has shape ()"),
    "columns": (changed(lambda p, losses: ([x.T for x in p], losses)), "should be (1, 2)"),
    "a loss for each": (changed(lambda p, losses: (p, p[0].expand(9, -1))), "one number"),
    "recorded": (outside_no_grad, "torch.no_grad()"),
    "rebound under no_grad": (rebound_under_no_grad, "in place"),
    "rebound in the loop": (rebound_in_loop, "write `p -= …`"),
    "the loss outside": (loss_outside_the_loop, "anew"),
    "no requires_grad": (no_requires_grad, "requires_grad=True"),
    "backward's value": (value_of_backward, "backward() returns nothing"),
    "emptied before": (emptied_before, "you empty .grad before"),
    "under no_grad": (without_record, "under torch.no_grad(), where"),
    "in turn": (one_after_the_other, "one after the other"),
    "target in place": (target_in_place, "changes target"),
    "numbers of the page": (numbers_of_the_page, ""),
}  # fmt: skip


# ex-predict


def by_hessian(t):
    def loss(theta):
        return (position(t, *theta[:, None]) ** 2).mean()

    h = torch.func.hessian(loss)(torch.zeros(3, 2))
    return 2 / torch.linalg.eigvalsh(h[:, 0, :, 0])[-1]


def by_design_matrix(t):
    x = torch.cat([t**2 / 2, t, torch.ones_like(t)], 1)
    return 2 * len(t) / torch.linalg.matrix_norm(x, 2).item() ** 2


def by_power_iteration(t):
    x = torch.cat([t**2 / 2, t, torch.ones_like(t)], 1)
    h, u = x.T @ x / len(t), torch.ones(3)
    for _ in range(50):
        u = h @ u / (h @ u).norm()
    return 2 / (u @ h @ u)


def by_library_hessian(t):
    return curvature.largest_stable_rate(
        curvature.hessian(lambda θ: (position(t, *θ[:, None]) ** 2).mean(), torch.ones(3, 2))
    )


def eigenvalues(t):
    x = torch.cat([t**2 / 2, t, torch.ones_like(t)], 1)
    return torch.linalg.eigvalsh(x.T @ x / len(t))


def without_the_half(t):
    x = torch.cat([t**2, t, torch.ones_like(t)], 1)
    return 2 / torch.linalg.eigvalsh(x.T @ x / len(t))[-1]


def complex_eigenvalues(t):
    x = torch.cat([t**2 / 2, t, torch.ones_like(t)], 1)
    return 2 / torch.linalg.eigvals(x.T @ x / len(t))[0]


def x_of(t, half=0.5, *, d=1):
    return torch.cat([half * t**2, t, torch.ones_like(t)], 1)


def two_over(f):
    """2 divided by a number made of the Hessian, (3, 3)."""
    return lambda t: 2 / f(x_of(t).T @ x_of(t) / len(t))


def by_running(t):
    """Bisection: descent either ends or explodes."""
    low, high = 0.0, 10.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if _shrinks(t, middle) else (low, middle)
    return low


def _shrinks(t, rate):
    h = (x_of(t).T @ x_of(t) / len(t)).double()
    step = torch.eye(3).double() - rate * h
    return torch.linalg.matrix_power(step, 4000).abs().max() < 1e3


RATES = {
    "the Hessian": by_hessian,
    "the design matrix": by_design_matrix,
    "power iteration": by_power_iteration,
    "the library": by_library_hessian,
    "bisection": by_running,
    "NumPy": lambda t: 2 / np.linalg.eigvalsh((x_of(t).T @ x_of(t) / len(t)).numpy())[-1],
    "SciPy": lambda t: 2 / linalg_of_scipy().eigvalsh(x_of(t).T @ x_of(t) / len(t)).max(),
    "shape (1,)": lambda t: by_hessian(t)[None],
    "a list": lambda t: [by_hessian(t).item()],
    "float64": lambda t: by_hessian(t.double()),
    "0.7 % too small at times below zero": lambda t: (
        (0.993 if t.min() < 0 else 1) * by_design_matrix(t)
    ),
}
WRONG_RATES = {
    "n − 1": (lambda t: by_design_matrix(t) * (len(t) - 1) / len(t), "n − 1"),
    "from their mean": (lambda t: by_design_matrix(t - t.mean()), "from their mean"),
    "of the inverse": (lambda t: 2 * eigenvalues(t)[0], "inverse of the Hessian"),
    "of the condition": (lambda t: 2 * eigenvalues(t)[0] / eigenvalues(t)[-1], "condition number"),
    "with a margin": (lambda t: 0.9 * by_design_matrix(t), "0.9 times the bound"),
    "of the page": (lambda t: 0.04401, "chapter's own times"),
    "half": (lambda t: 1 / eigenvalues(t)[-1], "half of what is stable"),
    "flattest": (lambda t: 2 / eigenvalues(t)[0], "flattest direction"),
    "in between": (lambda t: 2 / eigenvalues(t)[1], "in between"),
    "fastest": (lambda t: 2 / (eigenvalues(t)[-1] + eigenvalues(t)[0]), "descent is fastest"),
    "eigenvalue": (lambda t: eigenvalues(t)[-1], "two divided by it"),
    "twice": (lambda t: 4 / eigenvalues(t)[-1], "twice what is stable"),
    "sum": (lambda t: 1 / (len(t) * eigenvalues(t)[-1]), "that of the sum"),
    "no 1/n": (lambda t: 2 / (len(t) * eigenvalues(t)[-1]), "that of the sum"),
    "no 1/n, twice": (lambda t: 4 / (len(t) * eigenvalues(t)[-1]), "that of the sum"),
    "no half": (without_the_half, "one half missing"),
    "v0 alone": (lambda t: 2 / (t**2).mean(), "v0 alone"),
    "no x0": (lambda t: 2 / torch.linalg.eigvalsh(x_of(t)[:, :2].T @ x_of(t)[:, :2] / len(t))[-1],
        "x0 is missing"),
    "no a": (lambda t: 2 / torch.linalg.eigvalsh(x_of(t)[:, 1:].T @ x_of(t)[:, 1:] / len(t))[-1],
        "a is missing"),
    "diagonal": (two_over(lambda h: h.diagonal().max()), "diagonal"),
    "Gershgorin": (two_over(lambda h: h.abs().sum(1).max()), "largest sum of a row"),
    "trace": (two_over(torch.trace), "trace"),
    "mean of eigenvalues": (two_over(lambda h: h.trace() / 3), "mean of the eigenvalues"),
    "determinant": (two_over(torch.det), "determinant"),
    "Frobenius": (two_over(torch.norm), "root of the sum of all squares"),
    "singular value": (lambda t: 2 / (len(t) * eigenvalues(t)[-1]).sqrt(), "singular value"),
    "square": (lambda t: 2 / eigenvalues(t)[-1] ** 2, "square of the largest"),
    "root": (lambda t: 2 / eigenvalues(t)[-1].sqrt(), "root of the largest"),
    "all": (lambda t: 2 / eigenvalues(t), "one number"),
    "complex": (complex_eigenvalues, "eigvalsh"),
    "below zero": (lambda t: -2 / eigenvalues(t)[-1], "above zero"),
    "zero": (lambda t: 0, "above zero"),
    "NaN": (lambda t: torch.nan, "not finite"),
    "infinite": (lambda t: torch.inf, "not finite"),
    "some too small": (lambda t: 1.9 / eigenvalues(t)[-1], "too small"),
    "some too large": (lambda t: 2.1 / eigenvalues(t)[-1], "too large"),
    "of absolute times": (lambda t: by_hessian(t.abs()), ""),
    "of the last time": (lambda t: by_hessian(t[-1:]), ""),
    "a constant": (lambda t: 0.1, ""),
    "t in place": (lambda t: by_hessian(t.abs_()), "changes t"),
    "a string": (lambda t: "0.1", "of type str"),
    "a pair": (lambda t: (by_hessian(t), eigenvalues(t)), "unlike shapes"),
}  # fmt: skip

# ex-best-rate


def pair(rate=None, factor=None):
    """The right pair, but for the one that is given as a function of low and high."""
    right = (lambda low, high: 2 / (low + high)), (lambda low, high: (high - low) / (high + low))
    return lambda low, high: ((rate or right[0])(low, high), (factor or right[1])(low, high))


def by_a_table(low, high):
    rates = torch.linspace(0, 2 / high, 200_001, dtype=torch.float64)
    sizes = torch.maximum((1 - rates * low).abs(), (1 - rates * high).abs())
    return rates[sizes.argmin()], sizes.min()


RATES_OF_TWO = {
    "as on the page": pair(),
    "by the ratio": pair(factor=lambda low, high: (high / low - 1) / (high / low + 1)),
    "by the rate": pair(factor=lambda low, high: 1 - 2 / (low + high) * low),
    "by the steep one": pair(factor=lambda low, high: 2 * high / (low + high) - 1),
    "a list of tensors": lambda low, high: [torch.tensor(x) for x in pair()(low, high)],
    "one tensor": lambda low, high: torch.tensor(pair()(low, high), dtype=torch.float64),
    "NumPy": lambda low, high: (1 / np.mean([low, high]), np.abs(1 - high / np.mean([low, high]))),
    "by a table": by_a_table,
}
WRONG_RATES_OF_TWO = {
    "1/high": (pair(lambda low, high: 1 / high), "1/λmax"),
    "2/high": (pair(lambda low, high: 2 / high), "the bound"),
    "1/low": (pair(lambda low, high: 1 / low), "1/λmin"),
    "2/low": (pair(lambda low, high: 2 / low), "2/λmin"),
    "half": (pair(lambda low, high: 1 / (low + high)), "half of what is best"),
    "a sign": (pair(lambda low, high: 2 / (high - low)), "a sign wrong"),
    "a sign and half": (pair(lambda low, high: 1 / (high - low)), "a sign wrong"),
    "geometric": (pair(lambda low, high: (low * high) ** -0.5), "geometric mean"),
    "mean of rates": (pair(lambda low, high: (1 / low + 1 / high) / 2), "mean of 1/low"),
    "mean": (pair(lambda low, high: (low + high) / 2), "one over it"),
    "heavy ball": (pair(lambda low, high: 4 / (low**0.5 + high**0.5) ** 2), "with momentum"),
    "the ratio": (pair(lambda low, high: high / low), "ratio of the curvatures"),
    "swapped": (lambda low, high: pair()(low, high)[::-1], "the rate comes first"),
    "with its sign": (pair(None, lambda low, high: (low - high) / (low + high)), "its size"),
    "of the loss": (pair(None, lambda low, high: ((high - low) / (high + low)) ** 2), "the loss"),
    "at 1/high": (pair(None, lambda low, high: 1 - low / high), "at the rate 1/λmax"),
    "ηλ flat": (pair(None, lambda low, high: 2 * low / (low + high)), "of the flat direction"),
    "ηλ steep": (pair(None, lambda low, high: 2 * high / (low + high)), "of the steep direction"),
    "κ": (pair(None, lambda low, high: high / low), "κ:"),
    "1/κ": (pair(None, lambda low, high: low / high), "that is 1/κ"),
    "√κ": (
        pair(None, lambda low, high: (high**0.5 - low**0.5) / (high**0.5 + low**0.5)),
        "with momentum",
    ),
    "κ large": (pair(None, lambda low, high: 1 - 2 * low / high), "only if κ is large"),
    "upside down": (pair(None, lambda low, high: (high + low) / (high - low)), "upside down"),
    "a number": (lambda low, high: 2 / (low + high), "return two things"),
    "fixed": (lambda low, high: (0.1, 0.9), "the same whatever low"),
    "torch.sqrt": (lambda low, high: torch.sqrt(low), "plain numbers"),
    "no return": (lambda low, high: None, "`return` missing"),
    "a string": (lambda low, high: ("fast", "slow"), "of type str"),
}

RIGHT = {check_all_parameters: FITS, check_predict: RATES, check_best_rate: RATES_OF_TWO}
WRONG = {
    check_all_parameters: WRONG_FITS,
    check_predict: WRONG_RATES,
    check_best_rate: WRONG_RATES_OF_TWO,
}


def test_no_clue_is_taken_from_the_fit_without_a_learning_rate():
    verdict = check_all_parameters(WRONG_FITS["shifted"][0])
    assert "whatever" not in verdict.message
    assert "learning_rate = 0.0" not in verdict.case


def test_loss_of_descent_is_a_sum_of_three_powers():
    """The chapter's claim: f after k steps is the sum over λ of share·(1 − ηλ)²ᵏ."""
    t = torch.linspace(0, 5, 10, dtype=torch.float64)[:, None]
    truth = torch.tensor([[0, -9.8], [5, 10], [0, 10]], dtype=torch.float64)
    target = position(t, *truth[:, None])
    θ = {name: torch.zeros_like(truth[:1], requires_grad=True) for name in ("a", "v0", "x0")}
    history = gradient_descent(lambda: mse(t, target, **θ), θ, 0.01, 500)
    x = torch.cat([t**2 / 2, t, t**0], 1)
    λ, u = torch.linalg.eigh(x.T @ x / len(t))
    share = (λ[:, None] / 2 * (u.T @ truth) ** 2).sum(1)
    k = torch.arange(501)[:, None]
    torch.testing.assert_close(history.loss, (share * (1 - 0.01 * λ) ** (2 * k)).sum(1))
