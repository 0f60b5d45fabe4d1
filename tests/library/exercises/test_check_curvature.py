"""The checks of `part1/curvature`: right answers pass, and a wrong one hears its likely cause."""

import pytest
import torch

from diffprog.autodiff import curvature
from diffprog.exercises.curvature import check_all_parameters, check_predict
from diffprog.loops.descent import gradient_descent
from diffprog.simulator.ball import position

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


@pytest.mark.parametrize("answer", [by_hand, by_library, by_algebra, by_sgd_with_graph_left_in])
def test_all_parameters_accepts_right_answers(answer):
    verdict = check_all_parameters(answer)
    assert verdict.passed, verdict


def zeros(d):
    return (torch.zeros(1, d, requires_grad=True) for _ in range(3))


def loop(
    update=None,
    *,
    zero=True,
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
            for x in p.values():
                if zero and x.grad is not None:
                    x.grad = None
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


def summed(t, target, a, v0, x0):
    return ((position(t, a, v0, x0) - target) ** 2).sum()


def over_times(t, target, a, v0, x0):
    return ((position(t, a, v0, x0) - target) ** 2).mean(0).sum()


WRONG_FITS = [
    (loop(lambda g: g), "sign of the update"),
    (loop(zero=False), "each still holds"),
    (loop(names=("v0",)), "only v0 moves"),
    (loop(names=("a", "v0")), "x0 has not moved"),
    (loop(names=("v0", "x0")), "a has not moved"),
    (loop(create=one_tensor), "three names"),
    (loop(create=ones), "torch.ones"),
    (loop(loss=summed), "is a sum"),
    (loop(loss=over_times), "over space too"),
    (loop(extra=1), "one update too many"),
    (loop(extra=-1), "one update too few"),
    (loop(finish=lambda a, v0, x0, losses: ((a, x0, v0), losses)), "another order"),
    (loop(finish=lambda a, v0, x0, losses: ((a, v0, x0), losses[-1:])), "only the last loss"),
    (loop(finish=lambda a, v0, x0, losses: ((a, v0, x0), [1.0, *losses[1:]])), "history of losses"),
    (loop(finish=lambda a, v0, x0, losses: ((a[0], v0[0], x0[0]), losses)), "shape (2,)"),
    (loop(finish=lambda a, v0, x0, losses: losses), "return two things"),
    (loop(finish=lambda a, v0, x0, losses: ((a, v0), losses)), "return three things"),
    (loop(finish=lambda a, v0, x0, losses: ((a, v0, [0.0]), losses)), "x0 is a list"),
    (loop(finish=lambda a, v0, x0, losses: ((a, v0, x0), a.expand(9, -1))), "one number"),
    (loop(finish=lambda a, v0, x0, losses: ((a, v0, x0), losses[2:])), "7 losses for 9 updates"),
    (outside_no_grad, "torch.no_grad()"),
    (rebound_under_no_grad, "in place"),
    (rebound_in_loop, "write `p -= …`"),
    (loss_outside_the_loop, "anew"),
    (no_requires_grad, "requires_grad=True"),
    (one_after_the_other, "one after the other"),
    (numbers_of_the_page, "not right"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "word"), WRONG_FITS)
def test_all_parameters_names_the_cause(answer, word):
    verdict = check_all_parameters(answer)
    assert not verdict.passed
    assert word in verdict.message


def test_all_parameters_wants_a_loss_before_the_update():
    def answer(t, target, learning_rate, steps):
        p, losses = by_library(t, target, learning_rate, steps)
        return p, losses[1:]

    assert "each loss is that after its update" in check_all_parameters(answer).message


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


@pytest.mark.parametrize(
    "answer", [by_hessian, by_design_matrix, by_power_iteration, by_library_hessian]
)
def test_predict_accepts_right_answers(answer):
    verdict = check_predict(answer)
    assert verdict.passed, verdict


def eigenvalues(t):
    x = torch.cat([t**2 / 2, t, torch.ones_like(t)], 1)
    return torch.linalg.eigvalsh(x.T @ x / len(t))


def without_the_half(t):
    x = torch.cat([t**2, t, torch.ones_like(t)], 1)
    return 2 / torch.linalg.eigvalsh(x.T @ x / len(t))[-1]


def complex_eigenvalues(t):
    x = torch.cat([t**2 / 2, t, torch.ones_like(t)], 1)
    return 2 / torch.linalg.eigvals(x.T @ x / len(t))[0]


WRONG_RATES = [
    (lambda t: 0.04401, "chapter's own times"),
    (lambda t: 1 / eigenvalues(t)[-1], "half of what is stable"),
    (lambda t: 2 / eigenvalues(t)[0], "flattest direction"),
    (lambda t: eigenvalues(t)[-1], "two divided by it"),
    (lambda t: 4 / eigenvalues(t)[-1], "twice what is stable"),
    (lambda t: 1 / (len(t) * eigenvalues(t)[-1]), "that of the sum"),
    (without_the_half, "one half missing"),
    (lambda t: 2 / (t**2).mean(), "v0 alone"),
    (lambda t: 2 / (t**4 / 4).mean(), "diagonal"),
    (lambda t: 2 / eigenvalues(t).sum(), "trace"),
    (lambda t: 2 / (len(t) * eigenvalues(t)[-1]).sqrt(), "singular value"),
    (lambda t: 2 / eigenvalues(t), "one number"),
    (complex_eigenvalues, "eigvalsh"),
    (lambda t: -2 / eigenvalues(t)[-1], "above zero"),
    (lambda t: 1.9 / eigenvalues(t)[-1], "too small"),
    (lambda t: 2.1 / eigenvalues(t)[-1], "too large"),
]


@pytest.mark.parametrize(("answer", "word"), WRONG_RATES)
def test_predict_names_the_cause(answer, word):
    verdict = check_predict(answer)
    assert not verdict.passed
    assert word in verdict.message


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
