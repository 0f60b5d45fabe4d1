"""What derivatives of the library cost over the same work written out.

python -m tests.bench.bench_autodiff. Both run in turns in one process, so that what else the
machine does hits both.
"""

from collections.abc import Callable
from statistics import median

import torch
from tests.bench.turns import one_thread, seconds
from torch import Tensor

from diffprog.autodiff.curvature import jacobian
from diffprog.autodiff.implicit import root
from diffprog.autodiff.through_time import backward_through_steps
from diffprog.simulator import drag
from diffprog.simulator.stepping import rk4

__all__ = ["LIMITS", "run"]

# Steps of Runge and Kutta have none: 1.05 to 1.46 in a dozen runs. `drag.rates` takes any batch and
# checks shapes at each call, and the bare loop follows one ball.
LIMITS = {
    "drag_ball_over_bare_loop": 1.2,
    "root_over_one_newton_step": 1.5,
}


def _by_pushes(height: Callable[[Tensor], Tensor]) -> Tensor:
    """Return the gradient of a height by 64 pushes."""
    push = torch.zeros(64, dtype=torch.float64, requires_grad=True)
    height(push).backward()
    assert push.grad is not None
    return push.grad


def _drag_ball() -> Tensor:
    return _by_pushes(lambda push: drag.heights(push, 64)[-1])


def _drag_ball_bare() -> Tensor:
    def height(push: Tensor) -> Tensor:
        z = v = torch.tensor(10.0, dtype=torch.float64)
        for now in push.unbind():
            v = v + (now - drag.G - 0.02 * v * abs(v)) * 0.1
            z = z + v * 0.1
        return z

    return _by_pushes(height)


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
    """Couple N unknowns, so that their Jacobian is full; x = theta·X is the root."""
    y = theta * X
    return x**3 - y**3 + MIXED @ torch.tanh(x - y) / N + 2 * (x - y)


def _root() -> Tensor:
    """Return dΣx/dθ at a root that is known: it is X."""
    theta = torch.ones(N, dtype=torch.float64, requires_grad=True)
    root(_equations, X, theta).sum().backward()
    assert theta.grad is not None
    return theta.grad


def _newton_step() -> Tensor:
    """Take one more step of Newton's method, by a Jacobian and a linear system: it stays at X."""
    theta = torch.ones(N, dtype=torch.float64)
    step: Tensor = torch.linalg.solve(
        jacobian(lambda x: _equations(x, theta), X), _equations(X, theta)
    )
    return X - step


def _ratio(ours: Callable[[], Tensor], bare: Callable[[], Tensor], times: int) -> float:
    def repeated(f: Callable[[], Tensor]) -> float:
        return seconds(lambda: [f() for _ in range(times)])

    torch.testing.assert_close(ours(), bare())
    return median(repeated(ours) / repeated(bare) for _ in range(15))


@one_thread()
def run() -> dict[str, float]:
    """Return the median of the ratios."""
    return {
        "drag_ball_over_bare_loop": _ratio(_drag_ball, _drag_ball_bare, 20),
        "rk4_over_bare_loop": _ratio(_rk4, _rk4_bare, 5),
        "root_over_one_newton_step": _ratio(_root, _newton_step, 10),
    }


if __name__ == "__main__":
    for name, ratio in run().items():
        print(f"{name:40} {ratio:12.4g}")
