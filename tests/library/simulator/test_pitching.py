"""simulator.pitching: the forward model of Part 3."""

import math

import pytest
import torch
from torch.func import jacrev, vmap

from diffprog.simulator.ball import position
from diffprog.simulator.pitching import V0, X0, A, Pitch, day, drifts, pitch, rms

t = day()


def test_the_day_has_100_throws_from_0_to_1() -> None:
    assert t.shape == (100, 1)
    assert t[0] == 0
    assert t[-1] == 1


def test_drifts_are_those_of_the_curriculum() -> None:
    """Δx0 = 2·sin(20·t) and Δv0 = 5·t², in this order."""
    z = drifts(t)
    assert z.shape == (100, 2)
    torch.testing.assert_close(z[:, 0], 2 * torch.sin(20 * t[:, 0]))
    torch.testing.assert_close(z[:, 1], 5 * t[:, 0] ** 2)


def test_a_throw_without_drift_is_the_ball_of_part_1() -> None:
    """x = 15 + 10·3 − 4.9·9 = 0.9 m after 3 s, and at any time what `position` says."""
    assert pitch(torch.zeros(1, 2)).item() == pytest.approx(0.9, abs=1e-5)
    flight = torch.linspace(0, 4, 5)
    expected = position(flight[:, None], *torch.tensor([[[A]], [[V0]], [[X0]]]))
    torch.testing.assert_close(pitch(torch.zeros(1, 2), flight), expected.T)


def test_a_throw_with_drift() -> None:
    z = torch.tensor([[1.0, 2.0], [-1.0, 0.5]], dtype=torch.float64)
    expected = [
        [16 + 12 * T - 4.9 * T**2 for T in (0, 2)],
        [14 + 10.5 * T - 4.9 * T**2 for T in (0, 2)],
    ]
    x = pitch(z, [0, 2])
    assert x.shape == (2, 2)
    torch.testing.assert_close(x, torch.tensor(expected, dtype=torch.float64))


def test_the_jacobian_is_1_and_the_flight_time() -> None:
    """∂x/∂(Δx0, Δv0) = (1, T) for each throw, and zero for the other throws."""
    j = jacrev(lambda z: pitch(z, [1, 3]))(drifts(t[:4]))  # (throws, times, throws, 2)
    row = torch.tensor([[1.0, 1.0], [1.0, 3.0]])
    torch.testing.assert_close(j, torch.einsum("ij,tk->itjk", torch.eye(4), row))


def test_batches_in_front() -> None:
    z = torch.randn(5, 7, 100, 2, generator=torch.Generator().manual_seed(0))
    assert pitch(z).shape == (5, 7, 100, 1)
    assert pitch(z, [1, 2, 3]).shape == (5, 7, 100, 3)
    assert torch.equal(pitch(z, [1, 3])[2, 3], pitch(z[2, 3], [1, 3]))
    assert torch.equal(vmap(vmap(pitch))(z), pitch(z))


def test_flight_times_may_be_batched_by_vmap() -> None:
    z, flight = drifts(t), torch.tensor([[1.0, 3], [2, 4]])
    torch.testing.assert_close(vmap(lambda f: pitch(z, f))(flight)[1], pitch(z, [2, 4]))


def test_the_module_is_the_function() -> None:
    z = drifts(t)
    for flight in (3.0, [1.0, 3.0], torch.tensor([0.5, 2])):
        assert torch.equal(Pitch(flight)(z), pitch(z, flight))
    assert not list(Pitch().parameters())
    assert Pitch([1, 3]).double()(z.double()).dtype == torch.float64


def test_all_is_as_precise_as_its_arguments() -> None:
    """−9.8 rounded to float32 would show in the seventh digit."""
    z = drifts(t.double())
    assert z.dtype == torch.float64
    x = pitch(z)[50, 0].item()
    dx0, dv0 = z[50].tolist()
    assert x == pytest.approx(15 + dx0 + (10 + dv0) * 3 - 4.9 * 9, rel=1e-14)


def test_rms_is_over_the_throws() -> None:
    error = torch.tensor([[3.0, 0.0], [4.0, 2.0]])
    torch.testing.assert_close(rms(error), torch.tensor([math.sqrt(12.5), math.sqrt(2)]))
    assert rms(torch.zeros(6, 100, 2)).shape == (6, 2)


# Errors


def test_bad_arguments_are_named() -> None:
    with pytest.raises(ValueError, match=r"^n: "):
        day(0)
    with pytest.raises(ValueError, match=r"^t: "):
        drifts(t[:, 0])
    with pytest.raises(ValueError, match=r"^t: "):
        drifts(torch.tensor([[0], [1]]))
    with pytest.raises(ValueError, match=r"^drift: "):
        pitch(t)
    with pytest.raises(ValueError, match=r"^drift: "):
        pitch(torch.zeros(2))
    with pytest.raises(ValueError, match=r"^drift: "):
        pitch(torch.zeros(1, 2).long())
    for make in (lambda f: pitch(torch.zeros(1, 2), f), Pitch):
        with pytest.raises(ValueError, match=r"^flight: "):
            make([])
        with pytest.raises(ValueError, match=r"^flight: "):
            make(torch.ones(1, 2))
