"""What chapter 2.2 says of PyTorch: where a slope is lost, and how some of them are found again."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.distributions import Normal, Poisson

Draw = Callable[[Tensor], Tensor]

TEN, EDGES = torch.full((1000,), 10.0), torch.arange(4.0)
U = torch.rand(1000, generator=torch.Generator().manual_seed(1))

SILENT: dict[str, Draw] = {
    "floor": torch.floor,
    "ceil": torch.ceil,
    "round": torch.round,
    "trunc": torch.trunc,
    "sign": torch.sign,
    "normal": lambda p: torch.normal(p, 1.0),
    "normal, width": lambda p: torch.normal(0.0, p),
    "poisson": torch.poisson,
    "bernoulli": lambda p: torch.bernoulli(p / 4),
}
NO_GRAPH: dict[str, Draw] = {
    ">=": lambda p: p >= 1,
    "argmax": torch.argmax,
    "bucketize": lambda p: torch.bucketize(p.contiguous(), EDGES),
    "histc": lambda p: torch.histc(p * U, 3),
    "sample": lambda p: Normal(p, 1.0).sample(),
    "exponential_": lambda p: torch.empty(9).exponential_(p[0].item()),
    "multinomial": lambda p: torch.multinomial(p, 10),
    "bisection": lambda p: landing(p),
}
NOT_IMPLEMENTED: dict[str, Draw] = {
    "heaviside": lambda p: torch.heaviside(p, torch.tensor(1.0)),
    "histogram": lambda p: torch.histogram(p * U, EDGES).hist,
    "binomial": lambda p: torch.binomial(TEN, p / 4),
}


def landing(p: Tensor) -> Tensor:
    """Of a ball thrown up from 1.5 m at p[0] m/s, by bisection, in s."""
    low, high = torch.tensor(0.0), torch.tensor(9.0)
    for _ in range(40):
        t = (low + high) / 2
        low, high = (t, high) if 1.5 + p[0] * t - 4.9 * t**2 > 0 else (low, t)
    return t


def mean(draw: Draw) -> tuple[Tensor, Tensor]:
    """The parameter p = 2, and the mean of what a thousand of them give."""
    p = torch.tensor(2.0, requires_grad=True)
    return p, draw(p.expand(1000)).float().mean()


@pytest.mark.parametrize("name", SILENT)
def test_a_slope_of_zero_comes_without_a_word(name: str) -> None:
    p, of_draw = mean(SILENT[name])
    of_draw.backward()
    assert p.grad == 0


@pytest.mark.parametrize("name", NO_GRAPH)
def test_what_is_not_in_the_graph(name: str) -> None:
    assert not mean(NO_GRAPH[name])[1].requires_grad


@pytest.mark.parametrize("name", NOT_IMPLEMENTED)
def test_what_has_no_derivative_names_itself(name: str) -> None:
    with pytest.raises(RuntimeError, match=f"derivative for aten::{name} is not implemented"):
        mean(NOT_IMPLEMENTED[name])[1].backward()


def test_normal_numbers_move_with_their_mean_all_the_same() -> None:
    """So zero is not their slope: with the same noise behind them, it is one."""
    here, there = (
        torch.normal(torch.full((9,), μ), 1.0, generator=torch.Generator().manual_seed(0))
        for μ in (2.0, 2.5)
    )
    torch.testing.assert_close(there - here, torch.full((9,), 0.5))


@pytest.mark.parametrize(
    ("draw", "wanted", "error"),
    [
        (lambda p: p + torch.randn(1000), 1.0, 0.0),
        (lambda p: Normal(p, 1.0).rsample(), 1.0, 0.0),
        (lambda p: -torch.log(U) / p, -0.25, 0.25 / 1000**0.5),  # they scatter by their mean
    ],
)
def test_noise_that_is_drawn_first_leaves_the_slope(
    draw: Draw, wanted: float, error: float
) -> None:
    """To rounding, or to four errors of the mean of a thousand."""
    p, of_draw = mean(draw)
    of_draw.backward()
    assert p.grad is not None
    assert p.grad.item() == pytest.approx(wanted, abs=4 * error + 1e-6)


def test_a_count_has_no_such_form() -> None:
    with pytest.raises(NotImplementedError):
        Poisson(torch.tensor(2.0)).rsample()


def test_a_step_of_newton_has_the_slope_of_the_root() -> None:
    """dt/dp = t/(9.8·t − p), where 1.5 + p·t − 4.9·t² = 0."""
    p, t = mean(landing)
    height = 1.5 + p * t - 4.9 * t**2
    landed = t - height / (p - 9.8 * t).detach()
    landed.backward()
    assert p.grad is not None
    torch.testing.assert_close(landed, t)  # a root stays where it is
    assert p.grad.item() == pytest.approx((t / (9.8 * t - p)).item(), rel=1e-5)
    later, sooner = (landing(torch.tensor([v])) for v in (2.05, 1.95))
    assert p.grad.item() == pytest.approx((later - sooner).item() / 0.1, rel=1e-3)
