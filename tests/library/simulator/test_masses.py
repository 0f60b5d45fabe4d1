"""simulator.masses: the samples of part 2."""

import math
from statistics import NormalDist

import pytest
import torch

from diffprog.simulator.masses import (
    BACKGROUND,
    SIGNAL,
    TEN_BACKGROUND,
    TEN_SIGNAL,
    TWO_BACKGROUND,
    TWO_SIGNAL,
    Process,
    density,
    draw,
    expected_count,
    one_mass,
    ten_masses,
    two_masses,
)


def test_reference_draw_bit_by_bit() -> None:
    with torch.random.fork_rng(devices=[]):
        torch.random.manual_seed(3)
        m_s = torch.normal(torch.ones(500) * 0.6, torch.ones(500) * 0.05)
        m_b = torch.normal(torch.ones(10_000) * 0.2, torch.ones(10_000) * 0.3)
    signal, background = one_mass(seed=3)
    assert torch.equal(signal, 1000 * m_s + 500)
    assert torch.equal(background, 1000 * m_b + 500)


def test_curriculum_means_and_negative_masses() -> None:
    assert SIGNAL.centres.tolist() == pytest.approx([1100])
    assert BACKGROUND.centres.tolist() == pytest.approx([700])
    assert SIGNAL.spreads.tolist() == pytest.approx([50])
    signal, background = one_mass(3)
    assert signal.mean().item() == pytest.approx(1100.9, abs=0.1)
    assert background.mean().item() == pytest.approx(699.5, abs=0.1)
    assert (background < 0).sum() == 93


def test_the_global_state_is_left_alone_and_a_generator_moves_on() -> None:
    before = torch.get_rng_state()
    g = torch.Generator().manual_seed(3)
    first, second = one_mass(g), one_mass(g)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(first[0], one_mass(3)[0])
    assert not torch.equal(first[0], second[0])
    assert not torch.equal(one_mass(4)[1], first[1])


def test_columns_are_drawn_one_after_the_other_signal_first() -> None:
    signal, background = two_masses(3)
    assert signal.shape == (500, 2)
    assert background.shape == (10_000, 2)
    assert torch.equal(signal[:, 0], one_mass(3)[0])  # the first numbers of the same stream
    g = torch.Generator().manual_seed(3)
    assert torch.equal(signal, draw(TWO_SIGNAL, g))
    assert torch.equal(background, draw(TWO_BACKGROUND, g))


@pytest.mark.parametrize(
    ("sample", "processes"),
    [
        (one_mass(11), (SIGNAL, BACKGROUND)),
        (two_masses(11), (TWO_SIGNAL, TWO_BACKGROUND)),
        (ten_masses(11), (TEN_SIGNAL, TEN_BACKGROUND[0])),
    ],
)
def test_moments(
    sample: tuple[torch.Tensor, torch.Tensor], processes: tuple[Process, Process]
) -> None:
    for whole, process in zip(sample, processes, strict=True):
        m = whole[: process.events].reshape(process.events, -1)
        pull = (m.mean(0) - process.centres) / process.spreads * math.sqrt(len(m))
        assert pull.abs().max() < 4
        pull = (m.std(0) / process.spreads - 1) * math.sqrt(2 * len(m))
        assert pull.abs().max() < 4


def test_ten_masses_hold_a_background_like_the_signal() -> None:
    signal, background = ten_masses(3)
    assert signal.shape == (500, 10)
    assert background.shape == (10_000, 10)
    assert sum(p.events for p in TEN_BACKGROUND) == 10_000
    assert TEN_BACKGROUND[1].means == TEN_SIGNAL.means
    assert TEN_BACKGROUND[1].widths == TEN_SIGNAL.widths
    # Whatever the cut, one irreducible event is left for five of signal, three times in five.
    c = torch.linspace(-2000, 3000, 501, dtype=torch.float64)[:, None].expand(-1, 10)
    s, b = expected_count(TEN_SIGNAL, c), expected_count(TEN_BACKGROUND[1], c)
    assert torch.allclose(b, 0.6 * s)


def test_expected_counts_agree_with_draws() -> None:
    c = torch.tensor([500.0, 800, 1000, 1100])
    drawn = torch.stack([(one_mass(seed)[1][:, None] >= c).sum(0) for seed in range(40)])
    expected = expected_count(BACKGROUND, c)
    pull = (drawn.double().mean(0) - expected) / (expected / 40).sqrt()
    assert pull.abs().max() < 4
    c2 = torch.tensor([[500.0, 500], [1000, 800]])
    signal = torch.stack([two_masses(seed)[0] for seed in range(40)])
    kept = (signal[:, :, None] >= c2).all(-1).double().sum(1).mean(0)
    assert torch.allclose(kept, expected_count(TWO_SIGNAL, c2).double(), atol=4)


def test_expected_count_of_all_and_none() -> None:
    for process in (SIGNAL, TWO_SIGNAL, *TEN_BACKGROUND):
        d = len(process.means)
        c = torch.full((d,) if d > 1 else (), math.inf)
        assert expected_count(process, -c) == process.events
        assert expected_count(process, c) == 0


def test_density_is_minus_the_slope_of_the_expected_count() -> None:
    c = torch.linspace(0, 1500, 31, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda c: expected_count(BACKGROUND, c), c)
    (slope,) = torch.autograd.grad(expected_count(BACKGROUND, c).sum(), c)
    assert torch.allclose(density(BACKGROUND, c), -slope)
    m = torch.linspace(-3000, 5000, 8001, dtype=torch.float64)
    assert torch.trapezoid(density(BACKGROUND, m), m).item() == pytest.approx(10_000)


def test_density_has_the_shape_and_precision_of_the_masses() -> None:
    for m in (torch.tensor(1100.0), torch.zeros(2, 3)):
        for dtype in (torch.float32, torch.float64):
            f = density(SIGNAL, m.to(dtype))
            assert f.shape == m.shape
            assert f.dtype == dtype


def test_a_process_may_be_given_in_whole_numbers() -> None:
    assert torch.equal(draw(Process(5, (0,), (1,)), 1), draw(Process(5, (0.0,), (1.0,)), 1))


def test_population_optimum_of_the_curriculum() -> None:
    c = torch.linspace(900, 1150, 25_001, dtype=torch.float64)
    z = expected_count(SIGNAL, c) / expected_count(BACKGROUND, c).sqrt()
    assert c[z.argmax()].item() == pytest.approx(1023.6, abs=0.05)
    assert z.max().item() == pytest.approx(12.50, abs=0.005)


def test_bad_processes_are_refused() -> None:
    for events in (0, -1, 1.5, True):
        with pytest.raises(ValueError, match=r"^events: "):
            Process(events, (0.1,), (0.1,))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^means: "):
        Process(1, (0.1, 0.2), (0.1,))
    with pytest.raises(ValueError, match=r"^means: "):
        Process(1, (), ())
    for mean in (math.nan, math.inf):
        with pytest.raises(ValueError, match=r"^means: "):
            Process(5, (mean,), (1.0,))
    for width in (0.0, -1.0, math.nan):
        with pytest.raises(ValueError, match=r"^widths: "):
            Process(1, (0.1,), (width,))


def test_means_and_widths_are_kept_as_floats() -> None:
    process = Process(1, (1,), (2,))
    assert [type(x) for x in (*process.means, *process.widths)] == [float, float]
    assert (process.means, process.widths) == ((1.0,), (2.0,))


def test_bad_cuts_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^c: "):
        expected_count(TWO_SIGNAL, torch.zeros(3))
    with pytest.raises(ValueError, match=r"^c: "):
        expected_count(TWO_SIGNAL, torch.tensor(1.0))
    with pytest.raises(ValueError, match=r"^c: "):
        expected_count(SIGNAL, torch.tensor(1))
    with pytest.raises(ValueError, match=r"^process: "):
        density(TWO_SIGNAL, torch.zeros(3))
    with pytest.raises(ValueError, match=r"^m: "):
        density(SIGNAL, torch.tensor(1))


def test_expected_counts_are_right_to_the_precision_of_the_cut() -> None:
    """In float32 a mean of 1/3 is 3e-8 too large: the counts in float64 were no better."""
    third, c = Process(500, (1 / 3,), (0.07,)), torch.tensor([800.0, 900], dtype=torch.float64)
    normal = NormalDist(500 + 1000 / 3, 70)
    wanted = [500 * (1 - normal.cdf(x)) for x in c.tolist()]
    assert expected_count(third, c).tolist() == pytest.approx(wanted, rel=1e-12)
    wanted = [500 * normal.pdf(x) for x in c.tolist()]
    assert density(third, c).tolist() == pytest.approx(wanted, rel=1e-12)


def test_a_sample_needs_a_seed() -> None:
    """Without one, every call gave the same sample."""
    for sample in (one_mass, two_masses, ten_masses):
        with pytest.raises(TypeError, match="seed"):
            sample()  # type: ignore[call-arg]
