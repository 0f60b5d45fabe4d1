"""simulator.ball: the forward models of part 1."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from diffprog.simulator.ball import position, position_from_top, position_numpy, shot_range

few = settings(max_examples=40, deadline=None)
sizes = st.integers(1, 4)
seeds = st.integers(0, 2**31)


def ball(dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The ball of part 1: t, a, v0, x0."""
    rows = torch.tensor([[[0, -9.8]], [[5.0, 10]], [[0, 10.0]]], dtype=dtype)
    return torch.linspace(0, 5, 10, dtype=dtype)[:, None], *rows


def random(seed: int, *shape: int) -> Tensor:
    g = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=g, dtype=torch.float64)


# position


def test_the_ball_starts_at_x0_and_is_at_the_known_place_after_5_s() -> None:
    x = position(*ball())
    assert x.shape == (10, 2)
    assert x[0].tolist() == [0, 10]
    # 5·5 and 10 + 10·5 − ½·9.8·5²; float32 keeps seven digits of terms of a hundred.
    torch.testing.assert_close(x[-1], torch.tensor([25, -62.5]), rtol=0, atol=1e-4)


@pytest.mark.parametrize(("dtype", "eps"), [(torch.float32, 1e-4), (torch.float64, 1e-12)])
def test_numpy_and_torch_agree(dtype: torch.dtype, eps: float) -> None:
    """To rounding: terms are up to 122 m, of which float32 resolves 1e-5."""
    t, a, v0, x0 = ball(dtype)
    loop = position_numpy(t[:, 0].numpy(), a[0].numpy(), v0[0].numpy(), x0[0].numpy())
    np.testing.assert_allclose(position(t, a, v0, x0).numpy(), loop, rtol=0, atol=eps)


@few
@given(seed=seeds, n=sizes, d=sizes)
def test_numpy_and_torch_agree_in_any_number_of_dimensions(seed: int, n: int, d: int) -> None:
    t, (a, v0, x0) = random(seed, n, 1), random(seed + 1, 3, 1, d)
    loop = position_numpy(t[:, 0].numpy(), a[0].numpy(), v0[0].numpy(), x0[0].numpy())
    np.testing.assert_allclose(position(t, a, v0, x0).numpy(), loop, rtol=0, atol=1e-12)


@few
@given(seed=seeds, batch=st.lists(sizes, max_size=3), n=sizes, d=sizes)
def test_a_batch_gives_what_its_members_give_alone(
    seed: int, batch: list[int], n: int, d: int
) -> None:
    t, (a, v0, x0) = random(seed, n, 1), random(seed + 1, 3, *batch, 1, d)
    x = position(t, a, v0, x0)
    assert x.shape == (*batch, n, d)
    for i in np.ndindex(*batch):
        assert torch.equal(x[i], position(t, a[i], v0[i], x0[i]))


@few
@given(seed=seeds, scale=st.floats(-10, 10))
def test_position_is_linear_in_its_conditions(seed: int, scale: float) -> None:
    t, p, q = random(seed, 5, 1), random(seed + 1, 3, 1, 2), random(seed + 2, 3, 1, 2)
    together = position(t, *(p + scale * q))
    apart = position(t, *p) + scale * position(t, *q)
    torch.testing.assert_close(together, apart, rtol=0, atol=1e-11)  # rounding of terms to 1e3


def test_one_condition_for_each_time_broadcasts_too() -> None:
    """The drifts of part 3: 100 values of v0 along axis -2, one flight time."""
    v0 = torch.linspace(0, 1, 100)[:, None]
    x = position(torch.tensor([[3.0]]), torch.zeros(1, 1), v0, torch.zeros(1, 1))
    assert x.shape == (100, 1)
    torch.testing.assert_close(x, 3 * v0)


def test_derivatives_are_the_analytic_ones() -> None:
    """∂x/∂a = ½t², ∂x/∂v0 = t, ∂x/∂x0 = 1, ∂x/∂t = v0 + a·t, summed over the other axis."""
    leaves = [x.clone().requires_grad_() for x in ball(torch.float64)]
    t, a, v0, _ = leaves
    position(*leaves).sum().backward()
    ones = torch.ones(1, 2, dtype=torch.float64)
    expected = [(v0 + a * t).sum(1, keepdim=True)]
    expected += [k * ones for k in ((t**2).sum() / 2, t.sum(), len(t))]
    for leaf, gradient in zip(leaves, expected, strict=True):
        torch.testing.assert_close(leaf.grad, gradient.detach())


def test_gradcheck() -> None:
    leaves = [x.requires_grad_() for x in (random(0, 4, 1), *random(1, 3, 2, 1, 3).unbind())]
    assert torch.autograd.gradcheck(position, leaves)
    assert torch.autograd.gradcheck(position_from_top, leaves)


# position_from_top


def test_the_velocity_is_zero_at_the_top() -> None:
    _, a, _, x0 = ball(torch.float64)
    t = torch.full((1, 1), 1.3, dtype=torch.float64, requires_grad=True)
    height = position_from_top(t, a[:, 1:], torch.full_like(t, 1.3), x0[:, 1:])
    (velocity,) = torch.autograd.grad(height.sum(), t)
    assert abs(velocity.item()) < 1e-12


def test_from_the_top_is_the_same_motion() -> None:
    t, a, v0, x0 = (x[:, -1:] for x in ball(torch.float64))
    same = position_from_top(t, a, -v0 / a, x0)
    torch.testing.assert_close(same, position(t, a, v0, x0))


# shot_range


def test_a_shot_at_45_degrees_goes_furthest_and_no_slope_says_so() -> None:
    theta = torch.tensor(math.pi / 4, dtype=torch.float64, requires_grad=True)
    v, g = theta.new_tensor(10.0), theta.new_tensor(9.8)
    r = shot_range(theta, v, g)
    (slope,) = torch.autograd.grad(r, theta)
    assert r.item() == pytest.approx(100 / 9.8)
    assert abs(slope.item()) < 1e-12


@few
@given(degrees=st.floats(1, 89), speed=st.floats(0.1, 100))
def test_the_range_is_where_the_ball_comes_down(degrees: float, speed: float) -> None:
    theta, v, g = torch.tensor([math.radians(degrees), speed, 9.8], dtype=torch.float64)
    v0 = v * torch.stack([theta.cos(), theta.sin()])[None]
    a = torch.stack([torch.zeros_like(g), -g])[None]
    x = position((2 * v0[:, 1:] / g), a, v0, torch.zeros_like(v0))
    expected = torch.stack([shot_range(theta, v, g), torch.zeros_like(g)])[None]
    torch.testing.assert_close(x, expected, rtol=1e-10, atol=1e-10)


def test_range_broadcasts_and_passes_gradcheck() -> None:
    theta, v, g = random(3, 4, 1), random(4, 5), 9.8 + random(5, 1).abs()
    assert shot_range(theta, v, g).shape == (4, 5)
    leaves = [x.requires_grad_() for x in (theta, v, g)]
    assert torch.autograd.gradcheck(shot_range, leaves)


# Errors name the argument, say what came and what is wanted.


@pytest.mark.parametrize("name", ["t", "a", "v0", "x0"])
def test_integers_are_refused_with_the_way_out(name: str) -> None:
    arguments = dict(zip(("t", "a", "v0", "x0"), ball(), strict=True))
    arguments[name] = arguments[name].long()
    with pytest.raises(ValueError, match=rf"^{name}: "):
        position(**arguments)


def test_a_number_or_an_array_in_place_of_a_tensor_is_named() -> None:
    t, a, v0, x0 = ball()
    with pytest.raises(ValueError, match=r"^a: "):
        position(t, -9.8, v0, x0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^v0: "):
        position(t, a, v0.numpy(), x0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^x0: "):
        position(t, a, v0, x0.to(torch.complex64))


def test_times_without_their_second_axis_are_caught() -> None:
    """Without the check, (10,) against (1, 2) fails by luck, and (2,) gives a wrong answer."""
    t, a, v0, x0 = ball()
    with pytest.raises(ValueError, match=r"^t: "):
        position(t[:, 0], a, v0, x0)
    with pytest.raises(ValueError, match=r"^t: "):
        position(t[:2, 0], a, v0, x0)
    with pytest.raises(ValueError, match=r"^t: "):
        position(t.T, a, v0, x0)


def test_shapes_that_do_not_broadcast_are_named() -> None:
    t, a, v0, x0 = ball()
    with pytest.raises(ValueError, match=r"^v0: "):
        position(t, a, torch.zeros(1, 3), x0)
    with pytest.raises(ValueError, match=r"^x0: "):
        position(t, a, v0.expand(3, 1, 2), x0.expand(4, 1, 2))
    with pytest.raises(ValueError, match=r"^t_top: "):
        position_from_top(t, a, torch.zeros(1, 3), x0)
    with pytest.raises(ValueError, match=r"^v: "):
        shot_range(torch.zeros(2), torch.zeros(3), torch.ones(()))


def test_range_refuses_integers() -> None:
    with pytest.raises(ValueError, match=r"^v: "):
        shot_range(torch.zeros(2), torch.tensor(10), torch.tensor(9.8))


def test_numpy_errors_name_the_argument() -> None:
    t, a, v0, x0 = (x.numpy() for x in (ball()[0][:, 0], *torch.stack(ball()[1:])[:, 0]))
    with pytest.raises(ValueError, match=r"^t: "):
        position_numpy(t[:, None], a, v0, x0)
    with pytest.raises(ValueError, match=r"^a: "):
        position_numpy(t, [0, -9.8], v0, x0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^x0: "):
        position_numpy(t, a, v0, np.zeros(3))


def test_numpy_takes_small_integers_without_overflow() -> None:
    """20² is 400, of which uint8 would keep 144."""
    whole = [np.array([k], dtype=np.uint8) for k in (20, 2, 0, 0)]
    assert position_numpy(*whole).tolist() == [[400]]  # type: ignore[arg-type]


def test_numpy_takes_integers_without_rounding() -> None:
    x = position_numpy(np.array([0.5]), np.array([1]), np.array([1]), np.array([0]))
    assert x.tolist() == [[0.625]]
