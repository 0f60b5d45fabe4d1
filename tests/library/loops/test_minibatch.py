"""Claims of chapter 5.5 on small batches: a floor, which the average of the parameters lowers."""

import pytest
import torch

T = torch.linspace(0, 5, 1000, dtype=torch.float64)
X = torch.stack([T**2 / 2, T, torch.ones_like(T)], 1)
X = X / (X**2).mean(0).sqrt()
SIGMA, RATE = 0.5, 0.1


# The floors of chapter 5.5's plan, of one long descent. For η → 0 they are η·σ²·tr H/(2n).
@pytest.mark.parametrize(("batch", "floor"), [(10, 9.8e-3), (100, 9.4e-4)])
def test_the_floor_and_that_of_the_average(batch, floor):
    g = torch.Generator().manual_seed(1)
    r = SIGMA * torch.randn(1000, generator=g, dtype=torch.float64)
    r = r - X @ torch.linalg.lstsq(X, r[:, None]).solution[:, 0]  # the minimum is at zero
    theta, late = torch.zeros(20, 3, dtype=torch.float64), []
    for step in range(2000):
        i = torch.randint(1000, (20, batch), generator=g)
        residual = (X[i] @ theta[:, :, None])[..., 0] - r[i]
        theta = theta - 2 * RATE * (X[i] * residual[..., None]).mean(1)
        if step >= 500:
            late.append(theta)
    path = torch.stack(late)

    def excess(theta):
        return ((theta @ X.T) ** 2).mean(-1)

    found = excess(path[::10]).mean().item()
    assert found == pytest.approx(floor, rel=0.12)  # the noise that was drawn differs by 5 %
    assert 1 < found / (RATE * SIGMA**2 * 6 / (2 * batch)) < 1.5
    # Of T = 1500 steps, the average keeps 3·σ²/(n·T) at most for directions that have settled.
    assert excess(path.mean(0)).mean() < found / 50
