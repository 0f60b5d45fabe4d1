"""What chapter 3.1 says that a simulator buys, and of a gradient through it that is of no use."""

import math
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.func import jacrev

from diffprog.show import NUMBER
from diffprog.simulator.pitching import pitch

# Noise of the measured heights ------------------------------------------------------------------


@pytest.mark.parametrize("m", [2, 3, 5, 10])
def test_two_drifts_leave_the_root_of_two_over_m_of_the_error_of_m_heights(m: int) -> None:
    """Least squares projects the errors on two of m directions; with two pictures that is all."""
    times = torch.linspace(0.5, 3, m, dtype=torch.float64)
    one_throw = torch.zeros(2, dtype=torch.float64)
    heights = jacrev(lambda z: pitch(z[None], times)[0])(one_throw)  # (m, 2)
    hat = heights @ torch.linalg.pinv(heights)
    assert (hat.square().sum() / m).sqrt().item() == pytest.approx(math.sqrt(2 / m), rel=1e-9)
    if m == 2:
        torch.testing.assert_close(hat, torch.eye(2, dtype=torch.float64))


# Chaos ------------------------------------------------------------------------------------------


def kicked(x: Tensor, kicks: int) -> Tensor:
    """The standard map with K = 5, from rest."""
    p = torch.zeros_like(x)
    for _ in range(kicks):
        p = p + 5 * torch.sin(x)
        x = x + p
    return x


def estimates(kicks: int) -> tuple[Tensor, Tensor]:
    """Of the slope of the mean of cos x: through the kicks, and by the score function."""
    g = torch.Generator().manual_seed(1)
    ε = torch.randn(50_000, generator=g, dtype=torch.float64)
    start = (1 + 0.1 * ε).requires_grad_()
    value = torch.cos(kicked(start, kicks))
    (slope,) = torch.autograd.grad(value.sum(), start)
    return slope, (value - value.mean()).detach() * ε / 0.1


def test_each_gradient_through_the_kicks_is_right() -> None:
    """Against central differences; the tolerance is their error after six kicks."""
    start = torch.linspace(0.7, 1.3, 7, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(kicked(start, 6).sum(), start)
    with torch.no_grad():
        central = (kicked(start + 1e-9, 6) - kicked(start - 1e-9, 6)) / 2e-9
    torch.testing.assert_close(slope, central, rtol=1e-4, atol=0)


def test_the_gradients_scatter_without_bound_and_the_scores_do_not() -> None:
    """Measured: 0.87, 9.5, 190, 5.8e4 and 1.7e7 after 1, 2, 4, 8 and 12 kicks; scores 4 to 7."""
    measured = {1: 0.87, 2: 9.46, 4: 192.0, 8: 5.76e4, 12: 1.73e7}
    for kicks, spread in measured.items():
        slope, score = estimates(kicks)
        # The gradients have long tails, so that their spread is known to some ten per cent.
        assert slope.std().item() == pytest.approx(spread, rel=0.2)
        assert 4 < score.std() < 8
        difference = slope - score
        assert difference.mean().abs() < 4 * difference.std() / math.sqrt(len(difference))


@pytest.mark.site
def test_what_the_page_concludes_holds(entries: Any) -> None:
    def value(name: str) -> float:
        return float(entries[f"network-kicks-{name}"].data[NUMBER]["value"])

    assert 100 * value("score") < value("eight") < value("twelve") / 100
    assert 0.4 < value("mean") < 0.6  # 0.46, by quadrature
