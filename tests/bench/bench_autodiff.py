"""What derivatives of the library cost over the same work written out.

python tests/bench/bench_autodiff.py. Both run in turns in one process, so that what else the
machine does hits both.
"""

from collections.abc import Callable
from statistics import median
from time import perf_counter

import torch
from torch import Tensor

from diffprog.autodiff.curvature import jacobian
from diffprog.autodiff.implicit import root
from diffprog.autodiff.through_time import backward_through_steps
from diffprog.simulator import drag
from diffprog.simulator.stepping import rk4

__all__ = ["LIMITS", "run"]

LIMITS = {
    "drag_ball_over_bare_loop": 1.2,
    "rk4_over_bare_loop": 1.3,  # `rates` checks the shapes of what it gets at each call
    "root_over_one_newton_step": 1.5,
}


def _drag_ball() -> Tensor:
    """Return the gradient of the height after 64 steps by 64 pushes, by the library."""
    push = torch.zeros(64, dtype=torch.float64, requires_grad=True)
    drag.heights(push, 64)[-1].backward()
    assert push.grad is not None
    return push.grad


def _drag_ball_bare() -> Tensor:
    push = torch.zeros(64, dtype=torch.float64, requires_grad=True)
    z = v = torch.tensor(10.0, dtype=torch.float64)
    for now in push.unbind():
        v = v + (now - drag.G - 0.02 * v * abs(v)) * 0.1
        z = z + v * 0.1
    z.backward()
    assert push.grad is not None
    return push.grad


K = torch.tensor(0.02, dtype=torch.float64)
START = torch.tensor([0.0, 0.0, 40.0, 40.0], dtype=torch.float64)
STEPS, DT = 40, 0.1


def _rk4() -> Tensor:
    """Return the gradient of the distance after 4 s by the drag."""
    bar = torch.tensor([1.0, 0.0, 0.0, 0.0], dtype=torch.float64)
    return backward_through_steps(
        lambda y, k: rk4(lambda y: drag.rates(y, k), y, DT), START, K, bar, STEPS
    ).theta


def _rk4_bare() -> Tensor:
    """Compute the same with the formulas of Runge, Kutta and drag in one loop."""
    k = K.clone().requires_grad_()
    down = torch.tensor([0.0, -drag.G], dtype=torch.float64)

    def rates(y: Tensor) -> Tensor:
        v = y[2:]
        return torch.cat([v, -k * v.square().sum().sqrt() * v + down])

    y = START
    for _ in range(STEPS):
        k1 = rates(y)
        k2 = rates(y + DT / 2 * k1)
        k3 = rates(y + DT / 2 * k2)
        k4 = rates(y + DT * k3)
        y = y + DT / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    (gradient,) = torch.autograd.grad(y[0], k)
    return gradient


N = 200
MIXED = torch.randn(N, N, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
X = torch.linspace(-1, 1, N, dtype=torch.float64)


def _equations(x: Tensor, theta: Tensor) -> Tensor:
    """Couple N unknowns, so that their Jacobian is full, and x = X is the root for theta = 1."""
    return x**3 - theta * X**3 + MIXED @ torch.tanh(x - theta * X) / N + 2 * (x - theta * X)


def _root() -> Tensor:
    """Return dΣx/dθ at a root that is known."""
    theta = torch.ones(N, dtype=torch.float64, requires_grad=True)
    root(_equations, X, theta).sum().backward()
    assert theta.grad is not None
    return theta.grad


def _newton_step() -> Tensor:
    """Compute what one more step of Newton's method would: a Jacobian, and a linear system."""
    theta = torch.ones(N, dtype=torch.float64)
    step: Tensor = torch.linalg.solve(
        jacobian(lambda x: _equations(x, theta), X), _equations(X, theta)
    )
    return X - step


def _seconds(f: Callable[[], Tensor], times: int) -> float:
    start = perf_counter()
    for _ in range(times):
        f()
    return perf_counter() - start


def _ratio(ours: Callable[[], Tensor], bare: Callable[[], Tensor], times: int) -> float:
    ours(), bare()
    return median(_seconds(ours, times) / _seconds(bare, times) for _ in range(15))


def run() -> dict[str, float]:
    """Return the median of the ratios."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        torch.testing.assert_close(_drag_ball(), _drag_ball_bare())
        torch.testing.assert_close(_rk4(), _rk4_bare())
        return {
            "drag_ball_over_bare_loop": _ratio(_drag_ball, _drag_ball_bare, 20),
            "rk4_over_bare_loop": _ratio(_rk4, _rk4_bare, 5),
            "root_over_one_newton_step": _ratio(_root, _newton_step, 10),
        }
    finally:
        torch.set_num_threads(threads)


if __name__ == "__main__":
    for name, ratio in run().items():
        print(f"{name}: {ratio:.3f}, limit {LIMITS[name]}")
