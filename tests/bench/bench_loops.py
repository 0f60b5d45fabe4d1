"""What `fit` costs over the same loop written out, as a ratio: python -m tests.bench.bench_loops.

Both run in turns in one process, so that what else the machine does hits both.
"""

from collections.abc import Callable
from statistics import median

import torch
from tests.bench.turns import one_thread, seconds
from torch import Tensor

from diffprog.loops.descent import fit
from diffprog.simulator.ball import position

__all__ = ["run"]

Loop = Callable[[Callable[[], Tensor], dict[str, Tensor], torch.optim.Optimizer, int], object]


def _bare(
    loss: Callable[[], Tensor],
    parameters: dict[str, Tensor],
    optimizer: torch.optim.Optimizer,
    steps: int,
) -> None:
    for _ in range(steps):
        optimizer.zero_grad()
        value = loss()
        value.backward()
        optimizer.step()


def _fit(
    loss: Callable[[], Tensor],
    parameters: dict[str, Tensor],
    optimizer: torch.optim.Optimizer,
    steps: int,
) -> None:
    fit(loss, parameters, optimizer, steps, progress=False)


def _seconds(loop: Loop, steps: int) -> float:
    """Return the time of one fit of a, v0 and x0 to ten points in a plane, by SGD."""
    t = torch.linspace(0, 5, 10)[:, None]
    x = position(t, *torch.tensor([[[0, -9.8]], [[5.0, 10]], [[0, 10.0]]]))
    parameters = {name: torch.zeros(1, 2, requires_grad=True) for name in ("a", "v0", "x0")}
    optimizer = torch.optim.SGD(parameters.values(), lr=0.01)

    def loss() -> Tensor:
        return ((position(t, **parameters) - x) ** 2).mean()

    return seconds(lambda: loop(loss, parameters, optimizer, steps))


@one_thread()
def run(steps: int = 500, repeats: int = 15) -> dict[str, float]:
    """Return median microseconds per step of both loops, and the median of their ratios."""
    _seconds(_bare, steps)
    _seconds(_fit, steps)
    pairs = [(_seconds(_bare, steps), _seconds(_fit, steps)) for _ in range(repeats)]
    bare, ours = zip(*pairs, strict=True)
    return {
        "bare_us": 1e6 * median(bare) / steps,
        "fit_us": 1e6 * median(ours) / steps,
        "ratio": median(b / a for a, b in pairs),
    }


if __name__ == "__main__":
    result = run()
    print(
        f"fit/bare loop: {result['ratio']:.3f} "
        f"({result['fit_us']:.1f} and {result['bare_us']:.1f} µs a step)"
    )
