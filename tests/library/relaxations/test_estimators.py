"""relaxations.estimators: each against the derivative of the objective that it claims."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from diffprog.relaxations.cuts import count, soft_count
from diffprog.relaxations.estimators import (
    gumbel_softmax_count,
    noise,
    reparameterised,
    score_function,
    score_function_events,
    score_function_normal,
    straight_through_count,
)
from diffprog.relaxations.scan import scan
from diffprog.relaxations.significance import significance
from diffprog.relaxations.smoothing import mean_over_cuts, mean_over_events
from diffprog.show import NUMBER
from diffprog.simulator import masses
from diffprog.simulator.masses import one_mass, two_masses

Draws = Callable[[Tensor, Tensor], Tensor]

SIGNAL, BACKGROUND = (m.double() for m in one_mass(3))
FEW = SIGNAL[:50], BACKGROUND[:1000]
PROCESSES = masses.SIGNAL, masses.BACKGROUND
K = 0.1
C = torch.tensor(1000.0, dtype=torch.float64)
REPEATS = 16


def hard(c: Tensor) -> Tensor:
    return significance(scan(SIGNAL, c), scan(BACKGROUND, c)).double()


def soft(c: Tensor) -> Tensor:
    return significance(soft_count(SIGNAL, c, K), soft_count(BACKGROUND, c, K))


def slope(f: Callable[[Tensor], Tensor], c: Tensor) -> float:
    at = c.detach().clone().requires_grad_()
    (gradient,) = torch.autograd.grad(f(at), at)
    return float(gradient)


def pulls(estimate: Callable[[int], Tensor], wanted: float) -> Tensor:
    """(mean − wanted)/error of the mean, for each of several seeds."""
    found = []
    for seed in range(REPEATS):
        g = estimate(seed).double()
        found.append((g.mean() - wanted) / (g.std() / math.sqrt(len(g))))
    return torch.stack(found)


def assert_unbiased(estimate: Callable[[int], Tensor], wanted: float) -> None:
    z = pulls(estimate, wanted)
    assert z.abs().max() < 4
    assert z.mean().abs() < 4 / math.sqrt(REPEATS)
    assert 0.4 < z.std() < 1.8  # and the error is the stated one


def test_noise_is_logistic() -> None:
    ε = noise(200_000, 0.1, 1).double()
    assert ε.dtype == torch.float64
    assert ε.mean().abs() < 4 * ε.std() / math.sqrt(200_000)
    assert ε.std().item() == pytest.approx(math.pi / math.sqrt(3) / 0.1, rel=0.01)
    for x in (-30.0, -5.0, 0.0, 20.0):
        p = 1 / (1 + math.exp(-0.1 * x))
        assert (ε <= x).double().mean().item() == pytest.approx(p, abs=0.005)
    assert torch.equal(noise(5, 0.1, 1), noise(5, 0.1, torch.Generator().manual_seed(1)))
    assert noise(5, 0.1, 1).dtype == torch.get_default_dtype()
    # It is drawn in float64: in float32 one number of 2^24 is 0, and its noise −∞.
    fine = noise(5, 1.0, 1, dtype=torch.float64)
    assert (fine != fine.float().double()).all()


def test_noise_is_finite_for_each_uniform_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """A uniform number may be 0, whose logit is −∞."""
    monkeypatch.setattr(
        torch, "rand", lambda *shape, **more: torch.zeros(*shape, dtype=torch.float64)
    )
    assert noise(3, 1.0, 0, dtype=torch.float64).isfinite().all()


@pytest.mark.parametrize("baseline", [False, True])
def test_score_function_is_unbiased_on_a_hard_objective(baseline: bool) -> None:
    wanted = slope(lambda c: mean_over_cuts(SIGNAL, BACKGROUND, c, K), C)

    def estimate(seed: int) -> Tensor:
        return score_function(hard, C, K, noise(2000, K, seed).double(), baseline=baseline)

    assert_unbiased(estimate, wanted)


def test_a_baseline_takes_away_most_of_the_spread() -> None:
    ε = noise(2000, K, 0).double()
    without, with_it = (score_function(hard, C, K, ε, baseline=b).std() for b in (False, True))
    assert with_it < without / 20
    few = torch.tensor(1050.0, dtype=torch.float64)
    without, with_it = (
        score_function_events(*FEW, few, K, 1000, 0, baseline=b).std() for b in (False, True)
    )
    assert with_it < without / 5
    # Both take it unless they are told not to.
    assert torch.equal(score_function(hard, C, K, ε), score_function(hard, C, K, ε, baseline=True))
    assert score_function_events(*FEW, few, K, 1000, 0).std() == with_it


def test_the_baseline_of_a_draw_is_the_mean_of_the_others() -> None:
    """Of n draws it is over n − 1: over all n it would depend on the draw, and add a bias."""
    ε = noise(4, K, 0).double()
    value = C + ε  # f is the cut itself
    others = torch.stack([value[torch.arange(4) != i].mean() for i in range(4)])
    wanted = (value - others) * K * torch.tanh(K * ε / 2)
    # Rounding of 1000 GeV, against a difference of a few.
    torch.testing.assert_close(score_function(lambda c: c, C, K, ε), wanted, rtol=1e-10, atol=0)


def test_the_score_of_normal_noise_is_unbiased_on_a_hard_function() -> None:
    """E[sign(c + ε)] has the slope 2·p(c) of the normal density p, here of σ = 2 at c = 1."""
    c = torch.tensor(1.0, dtype=torch.float64)
    wanted = 2 * math.exp(-1 / 8) / (2 * math.sqrt(2 * math.pi))

    def estimate(seed: int) -> Tensor:
        g = torch.Generator().manual_seed(seed)
        ε = 2 * torch.randn(2000, generator=g, dtype=torch.float64)
        return score_function_normal(torch.sign, c, 2.0, ε)

    assert_unbiased(estimate, wanted)


@pytest.mark.parametrize("baseline", [False, True])
def test_score_function_with_noise_for_each_event(baseline: bool) -> None:
    at = torch.tensor(1100.0, dtype=torch.float64)
    wanted = slope(lambda c: mean_over_events(*FEW, c, K), at)
    assert_unbiased(
        lambda seed: score_function_events(*FEW, at, K, 1000, seed, baseline=baseline), wanted
    )


def test_reparameterised_noise_is_unbiased_on_a_soft_objective() -> None:
    def few(c: Tensor) -> Tensor:
        return significance(soft_count(FEW[0], c, K), soft_count(FEW[1], c, K))

    u = (torch.arange(10_000, dtype=torch.float64) + 0.5) / 10_000
    wanted = slope(lambda c: few(c + u.logit() / K).mean(), C)
    assert_unbiased(lambda seed: reparameterised(few, C, noise(1000, K, seed).double()), wanted)


def test_reparameterised_noise_has_the_smaller_spread() -> None:
    ε = noise(500, K, 0).double()
    assert reparameterised(soft, C, ε).std() < score_function(soft, C, K, ε).std() / 1.5


def test_reparameterised_noise_sees_no_steps() -> None:
    """On a hard objective with a graph, like floor's: a silent zero where the slope is not."""
    ε = noise(100, K, 0).double()

    def steps(c: Tensor) -> Tensor:
        return torch.floor(c / 10)

    assert (reparameterised(steps, C, ε) == 0).all()
    assert score_function(steps, C, K, noise(4000, K, 0).double()).mean().item() == pytest.approx(
        0.1, abs=0.01
    )
    with pytest.raises(ValueError, match=r"^f: "):
        reparameterised(hard, C, ε)


def test_straight_through_is_hard_forward_and_soft_backward() -> None:
    c = torch.tensor([900.0, 1000.0], requires_grad=True)
    m = BACKGROUND.float()
    kept = straight_through_count(m, c, K)
    assert kept.tolist() == count(m, c).tolist()
    (got,) = torch.autograd.grad(kept.sum(), c)
    (wanted,) = torch.autograd.grad(soft_count(m, c, K).sum(), c)
    assert torch.equal(got, wanted)


def test_straight_through_is_the_gradient_of_no_objective() -> None:
    """Around a closed path the gradients of any function add up to zero; these do not."""
    s, b = (m.double() for m in two_masses(3))
    low, high, n = torch.tensor([950.0, 800.0]), torch.tensor([1050.0, 950.0]), 400
    t = (torch.arange(n) + 0.5)[:, None] / n
    corners = torch.stack(
        [low, torch.stack([high[0], low[1]]), high, torch.stack([low[0], high[1]])]
    )
    path, step = [], []
    for a, z in zip(corners, corners.roll(-1, 0), strict=True):
        path.append(a + (z - a) * t)
        step.append(((z - a) / n).expand(n, 2))
    c, dc = torch.cat(path).double(), torch.cat(step).double()
    s, b = s[:100], b[:500]  # few events, coarse steps

    def around(counted: Callable[[Tensor, Tensor, float], Tensor]) -> float:
        at = c.clone().requires_grad_()
        z = significance(counted(s, at, 0.05), counted(b, at, 0.05))
        (gradient,) = torch.autograd.grad(z.sum(), at)
        return float((gradient * dc).sum())

    assert abs(around(soft_count)) < 1e-4
    assert abs(around(straight_through_count)) > 0.05


def ends(samples: list[Tensor], k: float, *, through: bool) -> Tensor:
    """Where cuts come to rest, one for each of the samples."""
    c = torch.full((len(samples[0]), 1), 900.0, requires_grad=True)
    adam = torch.optim.Adam([c], lr=1.0, maximize=True)
    for _ in range(300):
        counts = [torch.sigmoid(k * (m - c)).sum(1) for m in samples]
        if through:
            hard = [(m >= c).sum(1) for m in samples]
            counts = [h + (n - n.detach()) for h, n in zip(hard, counts, strict=True)]
        adam.zero_grad()
        significance(*counts).sum().backward()
        adam.step()
    return c.detach()[:, 0]


def worth(c: Tensor) -> Tensor:
    """In the population."""
    s, b = (masses.expected_count(p, c.double()) for p in PROCESSES)
    return significance(s, b)


def test_where_straight_through_ends_is_the_better_place_if_the_edge_is_too_soft() -> None:
    """On sixty samples of 50 and 1000 events: 12.32 ± 0.02 against 12.01 ± 0.03.

    The difference is 0.307 ± 0.010. With a steepness that suits them there is none.
    """
    g = torch.Generator().manual_seed(1)
    small = (masses.Process(6 * p.events, p.means, p.widths) for p in PROCESSES)
    samples = [masses.draw(p, g).view(60, -1) for p in small]
    for k, wanted in ((0.02, 0.307), (0.1, 0.0)):
        soft, through = (worth(ends(samples, k, through=t)) for t in (False, True))
        more = through - soft
        # Four errors of this sample and of the one that was measured, which is as large.
        assert (more.mean() - wanted).abs() < 4 * math.sqrt(2) * more.std() / math.sqrt(60)
        if k == 0.02:
            assert more.mean() > 10 * more.std() / math.sqrt(60)
            assert soft.mean().item() == pytest.approx(12.014, abs=4 * math.sqrt(2) * 0.025)
            assert through.mean().item() == pytest.approx(12.320, abs=4 * math.sqrt(2) * 0.020)


@pytest.mark.site
def test_what_the_page_concludes_holds(entries: Any) -> None:
    """Softness costs soft counts more than straight-through, and a good steepness costs neither."""

    def value(name: str) -> float:
        return float(entries[f"estimators-sixty-{name}"].data[NUMBER]["value"])

    assert value("straight") > value("soft") + 5 * value("soft-error")
    assert value("wins") > 50
    assert value("soft-cut") < value("straight-cut") < 1023
    better = min(value(f"{name}-{k}") for name in ("soft", "straight") for k in ("mid", "sharp"))
    assert better > max(value("straight"), value("scan"))
    assert abs(value("straight-sharp") - value("soft-sharp")) < 0.01


@pytest.mark.slow
def test_gumbel_softmax_gives_the_mean_of_relaxed_counts() -> None:
    """Of one count, the mean and its slope are an integral over the noise of one event."""
    m, tau = SIGNAL[:5], 0.5
    u = (torch.arange(20_000, dtype=torch.float64) + 0.5) / 20_000

    def exact(c: Tensor) -> Tensor:
        return torch.sigmoid((K * (m[:, None] - c) + u.logit()) / tau).mean(-1).sum()

    at = torch.tensor(1100.0, dtype=torch.float64)
    wanted = slope(exact, at)
    assert_unbiased(lambda seed: gumbel_softmax_count(m, at, K, tau, 1000, seed), float(exact(at)))

    def slopes(seed: int) -> Tensor:
        c = at.clone().requires_grad_()
        kept = gumbel_softmax_count(m, c, K, tau, 200, seed)
        return torch.stack([torch.autograd.grad(x, c, retain_graph=True)[0] for x in kept])

    assert_unbiased(slopes, wanted)


def test_cold_gumbel_softmax_is_the_hard_count_with_noise_for_each_event() -> None:
    s, b = FEW
    at = torch.tensor(1100.0, dtype=torch.float64)
    z, spread = [], []
    for tau in (1.0, 1e-2):
        c = at.clone().requires_grad_()
        kept = [gumbel_softmax_count(m, c, K, tau, 2000, seed) for seed, m in enumerate((s, b))]
        each = significance(*kept)
        z.append(each.detach())
        some = [torch.autograd.grad(x, c, retain_graph=True)[0] for x in each[:50]]
        spread.append(torch.stack(some).std())
    wanted = mean_over_events(s, b, at, K)
    assert (z[1].mean() - wanted).abs() < 4 * z[1].std() / math.sqrt(2000)
    assert (z[0].mean() - wanted).abs() > 4 * z[0].std() / math.sqrt(2000)
    assert spread[1] > 5 * spread[0]
    frozen = gumbel_softmax_count(s, at, K, 1e-9, 50, 0)
    assert torch.allclose(frozen, frozen.round())


def test_gumbel_softmax_is_the_softmax_of_two_gumbels() -> None:
    g = torch.Generator().manual_seed(0)
    u = torch.rand(2, 100_000, generator=g, dtype=torch.float64)
    kept, lost = -torch.log(-torch.log(u))
    two = torch.softmax(torch.stack([0.7 + kept, lost]) / 0.5, 0)[0]
    ours = gumbel_softmax_count(
        torch.tensor([7.0]).double(), torch.zeros(()).double(), K, 0.5, 100_000, 1
    )
    grid = torch.linspace(0.05, 0.95, 10, dtype=torch.float64)
    assert torch.allclose(two.quantile(grid), ours.quantile(grid), atol=0.01)


def test_bad_input_is_refused() -> None:
    m, c, ε = torch.rand(4), torch.tensor(0.5), torch.rand(3)
    for k in (0.0, -1.0, math.nan):
        with pytest.raises(ValueError, match=r"^k: "):
            noise(3, k, 0)
        with pytest.raises(ValueError, match=r"^k: "):
            score_function(hard, c, k, ε)
        with pytest.raises(ValueError, match=r"^k: "):
            score_function_events(m, m, c, k, 3, 0)
        with pytest.raises(ValueError, match=r"^k: "):
            gumbel_softmax_count(m, c, k, 1.0, 3, 0)
        with pytest.raises(ValueError, match=r"^tau: "):
            gumbel_softmax_count(m, c, 1.0, k, 3, 0)
        with pytest.raises(ValueError, match=r"^k: "):
            straight_through_count(m, c, k)
        with pytest.raises(ValueError, match=r"^sigma: "):
            score_function_normal(hard, c, k, ε)
    with pytest.raises(ValueError, match=r"^draws: "):
        noise(0, 1.0, 0)
    for draws in (0, 1.5):
        with pytest.raises(ValueError, match=r"^draws: "):
            score_function_events(m, m, c, 1.0, draws, 0)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match=r"^draws: "):
            gumbel_softmax_count(m, c, 1.0, 1.0, draws, 0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^draws: "):
        score_function(lambda c: c, c, 1.0, ε[:1])
    assert score_function(lambda c: c, c, 1.0, ε[:1], baseline=False).shape == (1,)
    both: list[Draws] = [
        lambda c, e: score_function(hard, c, 1.0, e),
        lambda c, e: reparameterised(soft, c, e),
    ]
    for f in both:
        with pytest.raises(ValueError, match=r"^c: "):
            f(torch.zeros(2), ε)
        with pytest.raises(ValueError, match=r"^eps: "):
            f(c, torch.tensor(0.1))
        with pytest.raises(ValueError, match=r"^eps: "):
            f(c, torch.tensor([1]))
        with pytest.raises(ValueError, match=r"^c: "):
            f(torch.tensor(1), ε)
    with pytest.raises(ValueError, match=r"^c: "):
        score_function_events(m, m, torch.tensor(1), 1.0, 3, 0)
    with pytest.raises(ValueError, match=r"^c: "):
        gumbel_softmax_count(m, torch.tensor(1), 1.0, 1.0, 3, 0)
    with pytest.raises(ValueError, match=r"^c: "):
        score_function_events(m, m, 0.5, 1.0, 3, 0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^f: "):
        score_function(lambda c: c.sum(), c, 1.0, ε)
    with pytest.raises(ValueError, match=r"^f: "):
        reparameterised(lambda c: c.sum(), c, ε)
    with pytest.raises(ValueError, match=r"^c: "):
        score_function_events(m, m, torch.zeros(2), 1.0, 3, 0)
    with pytest.raises(ValueError, match=r"^m: "):
        gumbel_softmax_count(m[:, None], c, 1.0, 1.0, 3, 0)
    with pytest.raises(ValueError, match=r"^background: "):
        score_function_events(m, m[:0], c, 1.0, 3, 0)
    with pytest.raises(ValueError, match=r"^m: "):
        gumbel_softmax_count(m[:0], c, 1.0, 1.0, 3, 0)
    with pytest.raises(ValueError, match=r"^c: "):
        score_function_events(m, m, c * math.nan, 1.0, 3, 0)
    with pytest.raises(ValueError, match=r"^c: "):
        gumbel_softmax_count(m, c * math.nan, 1.0, 1.0, 3, 0)
