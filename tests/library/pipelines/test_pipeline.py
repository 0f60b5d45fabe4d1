"""pipelines.pipeline: a network in front of a simulator, and what its gradient is made of."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.func import functional_call, jacrev

from diffprog.autodiff.curvature import jacobian
from diffprog.pipelines.pipeline import Pipeline, Scale, Unscale, mean_squared_error, mlp
from diffprog.simulator.ball import position
from diffprog.simulator.pitching import Pitch, day, drifts, pitch

few = settings(max_examples=30, deadline=None)

t = day()
t64 = day(7).double()


def small(simulator: nn.Module, outputs: int = 2) -> Pipeline:
    """A pipeline with a network of 1-5-4-outputs, in float64."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        return Pipeline(Scale.onto(t64, -3, 3), mlp(1, 5, 4, outputs), simulator).double()


def shot(z: Tensor) -> Tensor:
    """A simulator that is not linear: the ball of Part 1 after 2 s, from speed and angle."""
    speed, angle = 10 + z[..., :1], 1 + 0.1 * z[..., 1:]
    v0 = torch.cat([speed * angle.cos(), speed * angle.sin()], dim=-1)
    at = torch.full((1, 1), 2.0, dtype=z.dtype)
    a = torch.tensor([[0, -9.8]], dtype=z.dtype)
    return position(at, a, v0, torch.zeros(1, 2, dtype=z.dtype))


# A composition


def test_a_pipeline_is_the_composition_of_its_stages() -> None:
    pipeline = small(Pitch([1, 3]))
    latent = pipeline.network((t64 - 0.5) * 6)
    torch.testing.assert_close(pipeline.latent(t64), latent)
    torch.testing.assert_close(pipeline(t64), pitch(latent, [1, 3]))


def test_any_simulator_may_stand_at_the_end() -> None:
    assert small(shot)(t64).shape == (7, 2)  # type: ignore[arg-type]
    assert small(nn.Identity())(t64).shape == (7, 2)
    ball = Pipeline(
        nn.Identity(),
        mlp(1, 3, 2),
        lambda v0: position(torch.ones(1, 1), torch.tensor([[0, -9.8]]), v0, torch.zeros(1, 2)),
    )
    assert ball(t).shape == (100, 2)


def test_only_the_network_has_parameters() -> None:
    names = [name for name, _ in small(Pitch()).named_parameters()]
    assert all(name.startswith("network.") for name in names)
    assert len(names) == 6


def test_double_takes_scale_and_simulator_along() -> None:
    assert small(Pitch())(t64).dtype == torch.float64


# Its gradient is the chain of the Jacobians of its stages.


def weights(pipeline: Pipeline) -> Tensor:
    return nn.utils.parameters_to_vector(pipeline.network.parameters()).detach()


def with_weights(pipeline: Pipeline, θ: Tensor, *, latent: bool) -> Tensor:
    """The latent quantities, or the observations, for weights in one vector."""
    state, at = {}, 0
    for name, p in pipeline.network.named_parameters():
        state[name] = θ[at : at + p.numel()].view_as(p)
        at += p.numel()
    z: Tensor = functional_call(pipeline.network, state, (pipeline.scale(t64),))
    return z if latent else pipeline.simulator(z)


@pytest.mark.parametrize("simulator", [Pitch(), Pitch([1, 3]), shot])
def test_its_gradient_is_the_chain_of_the_jacobians(simulator: nn.Module) -> None:
    """∂x/∂θ = ∂x/∂z · ∂z/∂θ, and backward() gives gᵀ·∂x/∂θ for any weighting g of x."""
    pipeline = small(simulator)
    θ = weights(pipeline)
    z = pipeline.latent(t64).detach()
    of_simulator = jacobian(simulator, z)  # (observations, latent)
    of_network = jacobian(lambda θ: with_weights(pipeline, θ, latent=True), θ)  # (latent, weights)
    chain = of_simulator @ of_network
    torch.testing.assert_close(
        jacobian(lambda θ: with_weights(pipeline, θ, latent=False), θ), chain
    )

    x = pipeline(t64)
    g = torch.randn(x.shape, generator=torch.Generator().manual_seed(2), dtype=x.dtype)
    x.backward(g)
    gradient = torch.cat([p.grad.flatten() for p in pipeline.parameters() if p.grad is not None])
    torch.testing.assert_close(gradient, g.flatten() @ chain)


@pytest.mark.parametrize("simulator", [Pitch(), Pitch([1, 3]), shot])
def test_its_gradient_matches_finite_differences(simulator: nn.Module) -> None:
    pipeline = small(simulator)
    target = torch.ones_like(pipeline(t64)).detach()

    def loss(θ: Tensor) -> Tensor:
        return mean_squared_error(with_weights(pipeline, θ, latent=False), target)

    θ = weights(pipeline)
    assert torch.autograd.gradcheck(loss, θ.clone().requires_grad_(), eps=1e-6, atol=1e-7)
    h = 1e-6
    central = torch.stack(
        [(loss(θ + h * e) - loss(θ - h * e)) / (2 * h) for e in torch.eye(len(θ)).double()]
    )
    torch.testing.assert_close(jacrev(loss)(θ), central, rtol=1e-6, atol=1e-7)


# Scaling


def test_onto_takes_the_range_of_each_column_to_the_limits() -> None:
    x = torch.cat([t, 40 - 7 * t], dim=1)
    z = Scale.onto(x, -3, 3)(x)
    torch.testing.assert_close(z.min(0).values, torch.full((2,), -3.0))
    torch.testing.assert_close(z.max(0).values, torch.full((2,), 3.0))
    torch.testing.assert_close(Scale.onto(t, -3, 3)(t), 6 * t - 3)


def test_standard_gives_mean_0_and_deviation_1() -> None:
    x = pitch(drifts(t), [1, 3])
    z = Scale.standard(x)(x)
    torch.testing.assert_close(z.mean(0), torch.zeros(2), atol=1e-6, rtol=0)
    torch.testing.assert_close(z.std(0), torch.ones(2))


@few
@given(st.floats(-50, 50), st.floats(0.01, 100), st.integers(0, 2**31))
def test_inverse_undoes_it(centre: float, width: float, seed: int) -> None:
    scale = Scale(torch.tensor([centre]).double(), torch.tensor([width]).double())
    x = torch.randn(2, 5, 1, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    torch.testing.assert_close(scale.inverse()(scale(x)), x)
    torch.testing.assert_close(scale(scale.inverse()(x)), x)


def test_a_simulator_that_is_linear_is_a_layer_that_is_not_trained() -> None:
    """What Unscale does for one number, the pitching machine does for two: a linear head."""
    head = nn.Linear(2, 1)
    with torch.no_grad():
        head.weight.copy_(torch.tensor([[1.0, 3.0]]))
        head.bias.fill_(0.9)
    z = torch.randn(4, 2, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(head(z), pitch(z), rtol=0, atol=1e-5)


def test_a_scale_does_not_follow_what_it_was_made_of() -> None:
    centre, width = torch.zeros(1), torch.ones(1)
    scale = Scale(centre, width)
    centre += 5
    width *= 3
    assert scale(torch.ones(1, 1)).item() == 1


# The network


def test_mlp_has_relu_between_linear_layers() -> None:
    assert [str(layer) for layer in mlp(1, 100, 50, 2)] == [
        "Linear(in_features=1, out_features=100, bias=True)",
        "ReLU()",
        "Linear(in_features=100, out_features=50, bias=True)",
        "ReLU()",
        "Linear(in_features=50, out_features=2, bias=True)",
    ]
    assert len(mlp(3, 1)) == 1


def test_mlp_draws_its_weights_as_torch_does() -> None:
    torch.manual_seed(3)
    expected = nn.Sequential(nn.Linear(1, 4), nn.ReLU(), nn.Linear(4, 2)).state_dict()
    torch.manual_seed(3)
    ours = mlp(1, 4, 2).state_dict()
    assert list(ours) == list(expected)
    assert all(torch.equal(ours[name], expected[name]) for name in expected)


# Errors


def test_a_target_of_another_shape_is_refused() -> None:
    """(100,) against (100, 1) would be a mean over 100×100 differences."""
    with pytest.raises(ValueError, match=r"^target: "):
        mean_squared_error(t, t[:, 0])
    assert ((t - t[:, 0]) ** 2).shape == (100, 100)
    assert mean_squared_error(t, t + 2).item() == pytest.approx(4)


@pytest.mark.parametrize("cls", [Scale, Unscale])
def test_bad_scales_are_named(cls: type[Scale]) -> None:
    one = torch.ones(1)
    with pytest.raises(ValueError, match=r"^width: "):
        cls(one, 0 * one)
    with pytest.raises(ValueError, match=r"^width: "):
        cls(one, one / 0)
    with pytest.raises(ValueError, match=r"^width: "):
        cls(one, torch.ones(2))
    with pytest.raises(ValueError, match=r"^centre: "):
        cls(one * torch.nan, one)
    with pytest.raises(ValueError, match=r"^centre: "):
        cls(one.long(), one)


def test_bad_samples_are_named() -> None:
    for make in (Scale.standard, lambda x: Scale.onto(x, 0, 1)):
        with pytest.raises(ValueError, match=r"^x: "):
            make(t[:, 0])
        with pytest.raises(ValueError, match=r"^x: "):
            make(t[:1])
        with pytest.raises(ValueError, match=r"^x: "):
            make(torch.ones(3, 1))
        with pytest.raises(ValueError, match=r"^x: "):
            make(torch.tensor([[0.0], [torch.nan]]))
    with pytest.raises(ValueError, match=r"^high: "):
        Scale.onto(t, 3, -3)


def test_bad_widths_are_named() -> None:
    with pytest.raises(ValueError, match=r"^widths: "):
        mlp(5)
    with pytest.raises(ValueError, match=r"^widths: "):
        mlp(1, 0, 2)


def test_bad_stages_are_named() -> None:
    one = nn.Identity()
    with pytest.raises(ValueError, match=r"^simulator: "):
        Pipeline(one, mlp(1, 2), 3.0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^network: "):
        Pipeline(one, pitch, pitch)  # type: ignore[arg-type]
