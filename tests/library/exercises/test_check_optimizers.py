"""The checks of `part1/optimizers`: right answers pass, and a wrong one hears its likely cause."""

import numpy as np
import pytest
import torch

from diffprog.autodiff import curvature
from diffprog.exercises.optimizers import (
    _swings,
    check_adam,
    check_keep_best,
    check_rescale,
    check_velocity,
)
from diffprog.simulator import ball

from .answers import test_right_answers_pass, test_wrong_answers_are_told_why  # noqa: F401


def columns(u, half=0.5):
    return torch.stack([half * u**2, u, torch.ones_like(u)], 1)


def hessian(t, unit):
    """Of the mean squared error, (3, 3)."""
    j = columns(t / unit)
    return 2 / len(t) * j.T @ j


def ratio(h):
    λ = torch.linalg.eigvalsh(h)
    return λ[-1] / λ[0]


def by_eigenvalues(t, unit):
    return ratio(hessian(t, unit))


def by_singular_values(t, unit):
    s = torch.linalg.svdvals(columns(t / unit))
    return float((s[0] / s[-1]) ** 2)


def by_scaling_the_hessian(t, unit):
    d = torch.tensor([unit**-2, unit**-1, 1.0], dtype=t.dtype)
    j = columns(t)
    return curvature.condition_number(d[:, None] * (j.T @ j) * d)


def by_autograd(t, unit):
    u = (t / unit)[:, None]

    def loss(theta):
        return (ball.position(u, *theta.reshape(3, 1, 1)) ** 2).mean()

    return curvature.condition_number(torch.autograd.functional.hessian(loss, t.new_zeros(3)))


def in_place(t, unit):
    t /= unit
    return by_eigenvalues(t, 1)


def with_unit(fixed):
    return lambda t, unit: by_eigenvalues(t, fixed)


def squared(j):
    return j.T @ j


# ex-slope


def velocity(gradient, learning_rate, momentum, n):
    return -learning_rate * gradient * (1 - momentum**n) / (1 - momentum)


def by_a_loop(gradient, learning_rate, momentum, n):
    u = 0.0
    for _ in range(n):
        u = momentum * u - learning_rate * gradient
    return u


def of(f):
    """A velocity that is −η·G times f of β and n."""
    return lambda gradient, learning_rate, momentum, n: -learning_rate * gradient * f(momentum, n)


VELOCITIES = {
    "the formula": velocity,
    "a loop": by_a_loop,
    "a sum": of(lambda β, n: sum(β**k for k in range(n))),
    "a tensor": of(lambda β, n: (β ** torch.arange(n)).sum()),
    "NumPy": of(lambda β, n: np.polyval(np.ones(n), β)),
    "from the limit": of(lambda β, n: 1 / (1 - β) - β**n / (1 - β)),
    "shape (1,)": lambda *given: torch.tensor([velocity(*given)]),
}
WRONG_VELOCITIES = {
    "uphill": (lambda *given: -velocity(*given), "rolls uphill"),
    "no rate": (lambda G, η, β, n: velocity(G, 1, β, n), "learning rate is missing"),
    "no gradient": (lambda G, η, β, n: velocity(1, η, β, n), "gradient is missing"),
    "size of the gradient": (lambda G, η, β, n: velocity(abs(G), η, β, n), "sign has got lost"),
    "the limit": (of(lambda β, n: 1 / (1 - β)), "after very many steps"),
    "n − 1": (lambda G, η, β, n: velocity(G, η, β, n - 1), "n − 1 steps"),
    "n + 1": (lambda G, η, β, n: velocity(G, η, β, n + 1), "n + 1 steps"),
    "β too many": (lambda G, η, β, n: β * velocity(G, η, β, n), "begins with β"),
    "a running mean": (of(lambda β, n: 1 - β**n), "not there in the heavy ball"),
    "no friction": (of(lambda β, n: n), "no friction"),
    "the last alone": (of(lambda β, n: 1), "the last gradient alone"),
    "the first alone": (of(lambda β, n: β ** (n - 1)), "left of the first"),
    "the first, once more": (of(lambda β, n: β**n), "left of the first"),
    "the way": (
        lambda G, η, β, n: sum(velocity(G, η, β, k + 1) for k in range(n)), "how far the ball"),
    "β·n": (of(lambda β, n: (1 - β * n) / (1 - β)), "multiplied by n"),
    "1 − β": (lambda G, η, β, n: velocity(G, η, 1 - β, n), "in each other's place"),
    "1 + β": (of(lambda β, n: (1 - β**n) / (1 + β)), "1 + β"),
    "upside down": (of(lambda β, n: (1 - β) / (1 - β**n)), "upside down"),
    "twice": (lambda *given: 2 * velocity(*given), "2 times"),
    "all of them": (
        lambda G, η, β, n: [velocity(G, η, β, k + 1) for k in range(n)], "shape"),
    "no n": (lambda G, η, β, n: velocity(G, η, β, 2), ""),
    "torch": (lambda G, η, β, n: torch.pow(β, n), ""),
    "no return": (lambda *given: None, "`return` missing"),
}  # fmt: skip


# ex-adam


def adam(
    step=lambda m, v, i: m / (1 - 0.9**i) / ((v / (1 - 0.999**i)).sqrt() + 1e-8),
    first=(0.9, 0.1), second=(0.999, 0.001), square=torch.square, begin=1,
    keep=lambda θ: θ, note_first=True, note_last=True,
):  # fmt: skip
    """The loop, with anything in it exchanged."""

    def answer(loss, theta, learning_rate, steps):
        path = [keep(theta)] if note_first else []
        m, v = torch.zeros_like(theta), torch.zeros_like(theta)
        for i in range(begin, begin + steps):
            G = torch.func.grad(loss)(theta)
            m = first[0] * m + first[1] * G
            v = second[0] * v + second[1] * square(G)
            theta = theta - learning_rate * step(m, v, i)
            path.append(keep(theta))
        return path if note_last else path[:-1]

    return answer


def by_backward(loss, theta, learning_rate, steps):
    """In place, with a graph."""
    theta = theta.clone().requires_grad_()
    m, v, path = theta.detach() * 0, 0, [theta.detach().clone()]
    for i in range(steps):
        loss(theta).backward()
        with torch.no_grad():
            m = torch.lerp(theta.grad, m, 0.9)
            v = 0.999 * v + (1 - 0.999) * theta.grad * theta.grad
            right = 1 - 0.9 ** (i + 1), 1 - 0.999 ** (i + 1)
            theta -= learning_rate * (m / right[0]) / (v.sqrt() / right[1] ** 0.5 + 1e-8)
        theta.grad = None
        path.append(theta.detach().clone())
    return path


def by_the_optimizer(
    loss, theta, learning_rate, steps, make=torch.optim.Adam, zero=True, copy=True, anew=False
):
    theta = theta.clone().requires_grad_()
    optimizer, path = make([theta], lr=learning_rate), [theta.detach().clone()]
    for _ in range(steps):
        if zero:
            optimizer.zero_grad()
        if anew:
            optimizer = make([theta], lr=learning_rate)
        loss(theta).backward()
        optimizer.step()
        path.append(theta.detach().clone() if copy else theta.detach())
    return path


def with_optimizer(**changes):
    return lambda *given: by_the_optimizer(*given, **changes)


def rated(change):
    return lambda loss, theta, learning_rate, steps: adam()(
        loss, theta, change(learning_rate), steps)  # fmt: skip


ADAMS = {
    "as on the page": adam(),
    "by backward": by_backward,
    "torch.optim": by_the_optimizer,
    "with graphs": with_optimizer(copy=True),
    "one tensor": lambda *given: torch.stack(adam()(*given)),
    "NumPy": lambda *given: [θ.numpy() for θ in adam()(*given)],
}
WRONG_ADAMS = {
    "uphill": (rated(lambda η: -η), "goes uphill"),
    "still": (rated(lambda η: 0), "nothing ever moves"),
    "no correction": (adam(lambda m, v, i: m / (v.sqrt() + 1e-8)), "neither mean"),
    "no first correction": (
        adam(lambda m, v, i: m / ((v / (1 - 0.999**i)).sqrt() + 1e-8)), "⟨G⟩ is not divided"),
    "no second correction": (
        adam(lambda m, v, i: m / (1 - 0.9**i) / (v.sqrt() + 1e-8)), "⟨G²⟩ is not divided"),
    "after the root": (
        adam(lambda m, v, i: m / (1 - 0.9**i) / (v.sqrt() / (1 - 0.999**i) + 1e-8)),
        "after the root"),
    "i from zero": (adam(begin=0), "begins with zero"),
    "i from two": (adam(begin=2), "one too large"),
    "i is one": (
        adam(lambda m, v, i: m / 0.1 / ((v / 0.001).sqrt() + 1e-8)), "is one in each step"),
    "one β below": (
        adam(lambda m, v, i: m / (1 - 0.9**i) / ((v / (1 - 0.9**i)).sqrt() + 1e-8)), "same β"),
    "multiplied": (
        adam(lambda m, v, i: m * (1 - 0.9**i) / ((v * (1 - 0.999**i)).sqrt() + 1e-8)),
        "are multiplied by"),
    "no root": (
        adam(lambda m, v, i: m / (1 - 0.9**i) / (v / (1 - 0.999**i) + 1e-8)), "root is missing"),
    "ε in the root": (
        adam(lambda m, v, i: m / (1 - 0.9**i) / (v / (1 - 0.999**i) + 1e-8).sqrt()),
        "within the root"),
    "no ε": (
        adam(lambda m, v, i: m / (1 - 0.9**i) / (v / (1 - 0.999**i)).sqrt()), "ε is missing"),
    "ε = 1e-6": (
        adam(lambda m, v, i: m / (1 - 0.9**i) / ((v / (1 - 0.999**i)).sqrt() + 1e-6)), "1e-06 in"),
    "|G|": (adam(square=torch.abs), "that of |G|"),
    "G for G²": (adam(square=lambda G: G), "without the square|NaN"),
    "square of the mean": (
        adam(lambda m, v, i: m / (m.abs() + 1e-8)), "square of the mean, and both"),
    "βs swapped": (
        adam(lambda m, v, i: m / (1 - 0.999**i) / ((v / (1 - 0.9**i)).sqrt() + 1e-8),
             (0.999, 0.001), (0.9, 0.1)), "have changed places"),
    "β₂ = 0.99": (
        adam(lambda m, v, i: m / (1 - 0.9**i) / ((v / (1 - 0.99**i)).sqrt() + 1e-8),
             second=(0.99, 0.01)), "0.99 for β₂"),
    "no 1 − β": (adam(first=(0.9, 1), second=(0.999, 1)), "factor one: it is 1 − β₁ and"),
    "no 1 − β₁": (adam(first=(0.9, 1)), "⟨G⟩ with the factor one"),
    "no 1 − β₂": (adam(second=(0.999, 1)), "⟨G²⟩ with the factor one"),
    "β and 1 − β": (adam(first=(0.1, 0.9), second=(0.001, 0.999)), "other way round"),
    "RMSprop": (
        adam(lambda m, v, i: m / ((v / (1 - 0.999**i)).sqrt() + 1e-8), first=(0, 1)), "RMSprop"),
    "plain": (adam(lambda m, v, i: m, first=(0, 1)), "plain gradient descent"),
    "momentum": (adam(lambda m, v, i: m), "a mean of G alone"),
    "momentum, corrected": (adam(lambda m, v, i: m / (1 - 0.9**i)), "a mean of G alone"),
    "the sign": (adam(lambda m, v, i: m / (m.abs() + 1e-8), first=(0, 1)), "only its sign changes"),
    "not zeroed": (with_optimizer(zero=False), "the gradients add up"),
    "made anew": (with_optimizer(anew=True), "only its sign changes"),
    "AdamW": (with_optimizer(make=torch.optim.AdamW), "AdamW"),
    "no copies": (with_optimizer(copy=False), "but the first are the last one"),
    "rate fixed": (rated(lambda η: 0.01), "learning rate is fixed"),
    "half": (rated(lambda η: η / 2), "0.5 times as long"),
    "three times": (rated(lambda η: 3 * η), "the first step is 3 times"),
    "a falling rate": (
        adam(lambda m, v, i: m / (1 - 0.9**i) / ((v / (1 - 0.999**i)).sqrt() + 1e-8) / i),
        "first step is right"),
    "from zero": (
        lambda loss, theta, η, n: adam()(loss, 0 * theta, η, n), "starts from zero"),
    "no first entry": (adam(note_first=False), "first entry of the path"),
    "no last entry": (adam(note_last=False), "last entry of the path"),
    "the last alone": (lambda *given: adam()(*given)[-1], "only the last entry"),
    "own loss": (
        lambda loss, theta, η, n: adam()(lambda x: (x**2).sum(), theta, η, n), "never calls"),
    "no graph": (
        lambda loss, theta, η, n: loss(theta).backward(), "depends on nothing that requires"),
    "theta in place": (
        lambda loss, theta, η, n: [loss(theta), theta.sub_(1)], "changes theta"),
    "no return": (lambda loss, theta, η, n: None, "`return` missing"),
}  # fmt: skip


# ex-keep-best


def keep(compare="before", copy=True, better=lambda new, old: new < old, renew=True):
    """The page's function, with anything in it exchanged."""

    def answer(loss, theta, learning_rate, steps):
        theta = theta.clone().requires_grad_()
        optimizer = torch.optim.Adam([theta], lr=learning_rate)
        lowest, best = None, None
        for _ in range(steps):
            optimizer.zero_grad()
            value = loss(theta)
            value.backward()
            if compare == "after":
                optimizer.step()
            if lowest is None or better(value, lowest):
                best = theta.detach().clone() if copy else theta.detach()
                lowest = value.item() if renew or lowest is None else lowest
            if compare == "before":
                optimizer.step()
        return best, lowest

    return answer


def among_all(loss, theta, learning_rate, steps):
    path = by_the_optimizer(loss, theta, learning_rate, steps)
    values = torch.stack([loss(θ) for θ in path])
    return path[int(values.argmin())], values.min()


def changed(f):
    return lambda *given: f(*keep()(*given))


KEPT = {
    "as on the page": keep(),
    "a list": changed(lambda best, lowest: [best.tolist(), lowest]),
    "the last one too": among_all,
    "a tensor": changed(lambda best, lowest: (best, torch.tensor(lowest, dtype=torch.float64))),
    "NumPy": changed(lambda best, lowest: (best.numpy(), np.float64(lowest))),
}
WRONG_KEPT = {
    "as given": (keep("after", copy=False), "theta.detach() shares"),
    "before, no copy": (keep(copy=False), "theta.detach() shares"),
    "after, a copy": (keep("after"), "one step too late"),
    "the largest": (keep(better=lambda new, old: new > old), "the start|largest loss"),
    "never again": (keep(better=lambda new, old: False), "they are the start"),
    "always": (keep(better=lambda new, old: True), "before the last step"),
    "lowest not renewed": (keep(renew=False), ""),
    "swapped": (changed(lambda best, lowest: (lowest, best)), ""),
    "no loss": (changed(lambda best, lowest: best), "return two things"),
    "infinite": (changed(lambda best, lowest: (best, torch.inf)), "it is infinite"),
    "the path": (
        lambda *given: (by_the_optimizer(*given), keep()(*given)[1]), "all parameters of the way"),
    "the last loss": (
        lambda loss, *given: (
            keep()(loss, *given)[0], loss(by_the_optimizer(loss, *given)[-1])), "last parameters"),
    "the first loss": (
        lambda loss, theta, *given: (keep()(loss, theta, *given)[0], loss(theta)), "first loss"),
    "one early": (
        lambda loss, theta, η, n: (by_the_optimizer(loss, theta, η, n)[
            int(torch.stack([*map(loss, by_the_optimizer(loss, theta, η, n))]).argmin()) - 1
        ], 0), "one step too early"),
    "root of the loss": (changed(lambda best, lowest: (best, lowest**0.5)), "is the root of"),
    "no copy of theta": (
        lambda loss, theta, η, n: by_the_optimizer_on(loss, theta, η), "changes theta"),
    "no return": (lambda *given: None, "`return` missing"),
}  # fmt: skip


def by_the_optimizer_on(loss, theta, learning_rate):
    optimizer = torch.optim.Adam([theta.requires_grad_()], lr=learning_rate)
    loss(theta).backward()
    optimizer.step()
    return theta, 0.0


@pytest.mark.parametrize("seed", [11, 23, 47])
def test_the_lowest_loss_lies_half_way(seed):
    for fit in _swings(seed):
        assert 0 < fit.values.argmin() < fit.steps - 1


RIGHT = {
    check_velocity: VELOCITIES,
    check_adam: ADAMS,
    check_keep_best: KEPT,
    check_rescale: {
        "eigenvalues": by_eigenvalues,
        "singular values": by_singular_values,
        "the Hessian scaled": by_scaling_the_hessian,
        "autograd": by_autograd,
        "shape (1,)": lambda t, unit: by_eigenvalues(t, unit)[None],
        "shape (1, 1)": lambda t, unit: by_eigenvalues(t, unit)[None, None],
        "NumPy": lambda t, unit: np.linalg.cond(hessian(t, unit).numpy()),
        "a list": lambda t, unit: [float(by_eigenvalues(t, unit))],
        "torch.linalg.cond": lambda t, unit: torch.linalg.cond(hessian(t, unit)),
    },
}
WRONG = {
    check_velocity: WRONG_VELOCITIES,
    check_adam: WRONG_ADAMS,
    check_keep_best: WRONG_KEPT,
    check_rescale: {
        "from the first": (lambda t, unit: by_eigenvalues(t - t[0], unit), "the first of them"),
        "by the longest": (lambda t, unit: by_eigenvalues(t, t.max()), "the longest of them"),
        "by the longest too": (
            lambda t, unit: by_eigenvalues(t / t.max(), unit), "longest of them too"),
        "a in seconds": (
            lambda t, unit: ratio(squared(columns(t / unit) * torch.tensor([unit**2, 1, 1]))),
            "not reached the column of a"),
        "v0 in seconds": (
            lambda t, unit: ratio(squared(columns(t / unit) * torch.tensor([1, unit, 1]))),
            "not reached the column of v0"),
        "x0 divided": (
            lambda t, unit: ratio(squared(columns(t / unit) / torch.tensor([1, 1, unit]))),
            "column of x0 is divided"),
        "cubes": (
            lambda t, unit: ratio(squared(
                columns(t / unit) * t[:, None] / torch.tensor([3.0, 2.0, 1.0]))), "columns are t³"),
        "unit columns": (
            lambda t, unit: ratio(squared(columns(t / unit) / columns(t / unit).norm(dim=0))),
            "divided by their lengths"),
        "trace": (
            lambda t, unit: hessian(t, unit).trace() / torch.linalg.eigvalsh(hessian(t, unit))[0],
            "sum of the eigenvalues"),
        "J·Jᵀ": (lambda t, unit: ratio(squared(columns(t / unit).T)), "zero, but for rounding"),
        "per cent": (lambda t, unit: 100 * by_eigenvalues(t, unit), "100 times what"),
        "own times": (lambda t, unit: by_eigenvalues(torch.arange(5.0), unit), "whatever t is"),
        "in seconds": (lambda t, unit: by_eigenvalues(t, 1), "in seconds"),
        "the Hessian divided": (lambda t, unit: ratio(hessian(t, 1) / unit**2), "in seconds"),
        "multiplied": (lambda t, unit: by_eigenvalues(t, 1 / unit), "multiplied"),
        "divided twice": (lambda t, unit: by_eigenvalues(t, unit**2), "once is enough"),
        "subtracted": (lambda t, unit: by_eigenvalues(t - unit, 1), "is subtracted"),
        **{
            f"unit fixed to {fixed} s": (with_unit(fixed), "unit is fixed")
            for fixed in (0.5, 2.0, 2.5, 3.0, 5.0)
        },
        "upside down": (lambda t, unit: 1 / by_eigenvalues(t, unit), "upside down"),
        "of the Jacobian": (lambda t, unit: torch.linalg.cond(columns(t / unit)), "Jacobian J;"),
        "squared": (lambda t, unit: by_eigenvalues(t, unit) ** 2, "once too often"),
        "no half": (lambda t, unit: ratio(squared(columns(t / unit, 1.0))), "one half"),
        "once for a": (
            lambda t, unit: ratio(squared(columns(t) / torch.tensor([unit, unit, 1.0]))), "twice"),
        "no x0": (lambda t, unit: ratio(hessian(t, unit)[:2, :2]), "x0 is missing"),
        "no v0": (lambda t, unit: ratio(squared(columns(t / unit)[:, ::2])), "v0 is missing"),
        "no a": (lambda t, unit: ratio(hessian(t, unit)[1:, 1:]), "a is missing"),
        "largest alone": (
            lambda t, unit: torch.linalg.eigvalsh(hessian(t, unit))[-1],
            "largest eigenvalue, divided by no other"),
        "largest of JᵀJ": (
            lambda t, unit: torch.linalg.eigvalsh(squared(columns(t / unit)))[-1],
            "largest eigenvalue, divided by no other"),
        "smallest alone": (
            lambda t, unit: torch.linalg.eigvalsh(hessian(t, unit))[0],
            "smallest eigenvalue, divided by no other"),
        "determinant": (lambda t, unit: hessian(t, unit).det(), "determinant"),
        "neighbours": (
            lambda t, unit: (lambda λ: λ[-1] / λ[1])(torch.linalg.eigvalsh(hessian(t, unit))),
            "neighbours"),
        "diagonal": (
            lambda t, unit: hessian(t, unit).diagonal().max() / hessian(t, unit).diagonal().min(),
            "on the diagonal"),
        "from the mean": (lambda t, unit: by_eigenvalues(t - t.mean(), unit), "from their mean"),
        "all eigenvalues": (lambda t, unit: torch.linalg.eigvalsh(hessian(t, unit)), "all three"),
        "logarithm": (lambda t, unit: by_eigenvalues(t, unit).log10(), "base 10"),
        "natural logarithm": (lambda t, unit: by_eigenvalues(t, unit).log(), "is the logarithm of"),
        "minus": (lambda t, unit: -by_eigenvalues(t, unit), "but for its sign"),
        "with a ridge": (lambda t, unit: ratio(hessian(t, unit) + 0.1 * torch.eye(3)), ""),
        "one more": (lambda t, unit: by_eigenvalues(t, unit) + 1, ""),
        "by the trace": (lambda t, unit: hessian(t, unit).trace(), ""),
        "rounded": (lambda t, unit: 1.01 * by_eigenvalues(t, unit).float(), "in float64, as t is"),
        "NaN": (lambda t, unit: torch.nan, "is NaN"),
        "infinite": (lambda t, unit: by_eigenvalues(t, unit) / 0, "is infinite"),
        "zero": (lambda t, unit: 0, "is zero"),
        "t in place": (in_place, "changes t, which"),
        "a line that stops": (lambda t, unit: torch.stack([t**2, t, 1.0]), "your function stops"),  # type: ignore[list-item]
        "a string": (lambda t, unit: "seven", "of type str"),
        "a pair": (lambda t, unit: (1, torch.ones(2)), "unlike shapes"),
        "the Hessian": (hessian, ""),
    }
}  # fmt: skip


@pytest.mark.parametrize("number", [501.3, 190.5, 7.0])
def test_numbers_of_the_page_do_not_pass(number):
    assert not check_rescale(lambda t, unit: number)
