"""loops.descent and loops.history: the fits of chapters 1.2, 1.4 and 1.5."""

import copy
import math
import pickle
import re
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.optim import LBFGS, SGD, Adam

from diffprog.autodiff.curvature import hessian, largest_stable_rate
from diffprog.loops.descent import Diverged, History, fit, gradient_descent
from diffprog.loops.history import Recorder
from diffprog.simulator.ball import position

TRUTH = {"a": (0, -9.8), "v0": (5, 10), "x0": (0, 10)}


class Ball:
    """The fit of part 1: parameters from zero, the others at their true values."""

    def __init__(self, *names: str, dtype: torch.dtype = torch.float32) -> None:
        self.t = torch.linspace(0, 5, 10, dtype=dtype)[:, None]
        self.truth = {k: torch.tensor([row], dtype=dtype) for k, row in TRUTH.items()}
        self.parameters = {k: torch.zeros(1, 2, dtype=dtype, requires_grad=True) for k in names}
        self.target = position(self.t, **self.truth)

    def loss(self) -> Tensor:
        x = position(self.t, **(self.truth | self.parameters))
        return ((x - self.target) ** 2).mean()

    def hessian(self) -> Tensor:
        """In a, v0 and x0."""
        theta = torch.zeros(3, 1, 2, dtype=self.target.dtype)
        return hessian(lambda theta: (position(self.t, *theta) ** 2).mean(), theta)


def everything(dtype: torch.dtype = torch.float32) -> Ball:
    return Ball("a", "v0", "x0", dtype=dtype)


def run(
    optimizer: Callable[..., torch.optim.Optimizer],
    steps: int,
    dtype: torch.dtype = torch.float32,
    **options: object,
) -> History:
    ball = everything(dtype)
    made = optimizer(ball.parameters.values(), **options)
    return fit(ball.loss, ball.parameters, made, steps, progress=False)


def steps_to(history: History, loss: float) -> int:
    """How many updates until the loss is below."""
    return int((history.loss < loss).nonzero()[0, 0])


@pytest.fixture(scope="module")
def by_hand() -> History:
    ball = everything()
    return gradient_descent(ball.loss, ball.parameters, 0.01, 10_000)


@pytest.fixture(scope="module")
def by_hand64() -> History:
    ball = everything(torch.float64)
    return gradient_descent(ball.loss, ball.parameters, 0.01, 10_000)


@pytest.fixture(scope="module")
def by_sgd() -> History:
    return run(SGD, 10_000, lr=0.01)


@pytest.fixture(scope="module")
def by_adam() -> History:
    return run(Adam, 5_000, lr=1)


@pytest.fixture(scope="module")
def short() -> History:
    return run(SGD, 100, lr=0.01)


# Chapter 1.2: v0 alone


def test_the_first_gradient_is_the_analytic_one() -> None:
    """−(2/N)·Σt²·v0 = (−43.98, −87.96)."""
    ball = Ball("v0")
    ball.loss().backward()
    gradient = ball.parameters["v0"].grad
    torch.testing.assert_close(gradient, torch.tensor([[-43.9815, -87.9630]]), rtol=1e-6, atol=0)


def test_the_first_update_needs_a_loss_of_all_parameters() -> None:
    x, y = torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)
    with pytest.raises(ValueError, match=r"^y: the loss does not depend on it"):
        fit(lambda: (x**2).sum(), {"x": x, "y": y}, SGD([x, y], lr=0.1), 1)
    assert x.item() == 1, "nothing has moved"


def test_ten_updates_fit_v0() -> None:
    ball = Ball("v0")
    history = gradient_descent(ball.loss, ball.parameters, 0.1, 10)
    assert history.loss[0].item() == pytest.approx(549.7685, abs=1e-3)
    assert history.loss[-1] < 1e-9  # and may be exactly zero
    torch.testing.assert_close(ball.parameters["v0"].detach(), ball.truth["v0"])


def test_v0_approaches_on_a_straight_line() -> None:
    """The curvature λ = (2/N)·Σt² is the same in both directions: the error shrinks by 1 − ηλ."""
    ball = Ball("v0", dtype=torch.float64)
    history = gradient_descent(ball.loss, ball.parameters, 0.1, 10)
    λ = 2 / 20 * (torch.linspace(0, 5, 10).double() ** 2).sum()
    error = history.parameters["v0"] - ball.truth["v0"]
    # Rounding of v0 near (5, 10), against an error of 1e-8 at the end.
    torch.testing.assert_close(error[1:], (1 - 0.1 * λ) * error[:-1], rtol=1e-5, atol=0)


def test_without_zeroing_the_loss_oscillates() -> None:
    """Losses 550, 8, 411, 653: a momentum without friction."""
    ball, losses = Ball("v0"), []
    v0 = ball.parameters["v0"]
    for _ in range(1000):
        loss = ball.loss()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            v0 -= 0.1 * v0.grad  # type: ignore[operator]
    assert losses[:4] == pytest.approx([549.77, 7.97, 411.48, 652.76], abs=0.01)
    assert max(losses[-10:]) > 500  # undamped


def test_without_zeroing_a_rate_above_four_over_the_curvature_diverges() -> None:
    """The matrix of (position, velocity) then has an eigenvalue outside of the unit circle."""
    ball, losses = Ball("v0"), []
    optimizer = SGD(ball.parameters.values(), lr=0.46)  # ηL = 4.05
    for _ in range(41):
        loss = ball.loss()
        losses.append(loss.item())
        loss.backward()
        optimizer.step()
    assert losses[-1] > 1e8 * losses[0]


def test_where_float32_stops_depends_on_the_rate() -> None:
    """An update below half a spacing, k·ηL < ½, rounds to none: k = 5 at 0.01, where ηL = 0.088. At
    0.1 it is 0.88, so that the last update ends on the truth or beside it.
    """
    spacing = torch.finfo(torch.float32).eps * 8  # between 8 and 16
    for rate, most in ((0.1, 1), (0.01, 6)):
        ball = Ball("v0")
        history = gradient_descent(ball.loss, ball.parameters, rate, 600)
        off = (ball.parameters["v0"].detach() - ball.truth["v0"])[0, 1].abs() / spacing
        assert round(off.item()) <= most
    assert round(off.item()) >= 4
    assert torch.equal(history.loss[500:], history.loss[-1].expand(101))


def test_gradients_left_over_from_before_do_not_count() -> None:
    ball, fresh = Ball("v0"), Ball("v0")
    ball.loss().backward()
    one = gradient_descent(ball.loss, ball.parameters, 0.1, 1)
    other = gradient_descent(fresh.loss, fresh.parameters, 0.1, 1)
    assert torch.equal(one.loss, other.loss)
    assert ball.parameters["v0"].grad is None


# Chapter 1.4: all parameters


def test_a_rate_of_01_diverges() -> None:
    ball = everything()
    loss = gradient_descent(ball.loss, ball.parameters, 0.1, 10).loss
    assert loss[:4].tolist() == pytest.approx([470.835, 4583.13, 56442.6, 708106.3], rel=1e-5)
    ratios = (loss[1:] / loss[:-1]).tolist()
    assert ratios[:4] == pytest.approx([9.734, 12.315, 12.546, 12.562], abs=1e-3)
    limit = (1 - 0.1 * 2 / largest_stable_rate(ball.hessian())) ** 2
    assert ratios[-1] == pytest.approx(limit, rel=1e-5)


@pytest.mark.parametrize(("factor", "shrinks"), [(0.99, True), (1.01, False)])
def test_the_largest_stable_rate_divides_shrinking_from_growing(
    factor: float, shrinks: bool
) -> None:
    ball = everything(torch.float64)
    rate = factor * largest_stable_rate(ball.hessian())
    loss = gradient_descent(ball.loss, ball.parameters, rate, 300).loss
    assert bool(loss[-1] < loss[0]) is shrinks
    assert bool(loss[-1] < loss[-2]) is shrinks


def test_three_steps_with_a_rate_for_each_eigenvalue_arrive() -> None:
    """A step at 1/λ takes the error along the eigenvector of λ to zero. What rounding leaves of the
    steep ones, 1e-16 of them, grows by (λ3/λ1)·(λ2/λ1) at most: to 1e-12 of 20 m, squared, 1e-21.
    """
    ball = everything(torch.float64)
    λ = torch.linalg.eigvalsh(ball.hessian())[::2]
    up = []
    for rate in (1 / λ.flip(0)).tolist():
        up.append(gradient_descent(ball.loss, ball.parameters, rate, 1).loss[-1].item())
    assert up[:2] == pytest.approx([109.9, 0.506], rel=1e-2)
    assert up[2] < 1e-18
    other = everything(torch.float64)
    for rate in (1 / λ).tolist():
        last = gradient_descent(other.loss, other.parameters, rate, 1).loss
    assert last[0] > 1e11
    assert last[1] < 1e-18


def test_chebyshev_steps_need_the_two_ends_of_the_spectrum_only() -> None:
    """The error falls by about 2·e^(−2n/√κ): by 3e-6 in 150 steps, so that 470 m² fall to 4e-9."""
    λ = torch.linalg.eigvalsh(everything(torch.float64).hessian())
    nodes = torch.cos((torch.arange(150) + 0.5) * torch.pi / 150).double()
    left = ((λ[-1] + λ[0] + (λ[-1] - λ[0]) * nodes) / 2).tolist()
    order = [left.pop(0)]
    while left:  # Leja's order, which keeps rounding down
        far = [(torch.tensor(order) - c).abs().log().sum() for c in left]
        order.append(left.pop(int(torch.stack(far).argmax())))
    ball = everything(torch.float64)
    for c in order:
        loss = gradient_descent(ball.loss, ball.parameters, 1 / c, 1).loss
    assert loss[-1] < 1e-8
    constant = everything(torch.float64)
    best = 2 / (λ[0] + λ[-1]).item()
    slow = gradient_descent(constant.loss, constant.parameters, best, 2469).loss
    assert slow[-2] > 1e-6 > slow[-1]


@pytest.mark.slow
def test_ten_thousand_steps_at_a_hundredth(by_hand: History, by_hand64: History) -> None:
    assert by_hand.loss[-1].item() == pytest.approx(3.6e-8, rel=0.2)  # the rest is rounding
    assert by_hand64.loss[-1].item() == pytest.approx(8.645e-9, rel=1e-3)
    for name, row in TRUTH.items():
        final = by_hand.parameters[name][-1]
        torch.testing.assert_close(final, torch.tensor([row]).float(), rtol=0, atol=1e-3)


@pytest.mark.slow
def test_the_slope_of_the_log_loss_is_that_of_the_flattest_direction(by_hand64: History) -> None:
    """2·ln(1 − ηλmin) for each step, once the others have died out."""
    slope = (by_hand64.loss[9000].log() - by_hand64.loss[4000].log()) / 5000
    λ = torch.linalg.eigvalsh(everything(torch.float64).hessian())
    assert slope.item() == pytest.approx(2 * math.log1p(-0.01 * λ[0].item()), rel=1e-6)


# Chapter 1.5: optimizers


@pytest.mark.slow
def test_by_hand_and_by_sgd_agree_at_every_step(by_hand: History, by_sgd: History) -> None:
    """To rounding, 5e-7 a step near ten, which the flattest direction, 1/(ηλ) = 1100 steps long,
    adds up to some 2e-5: SGD rounds η·g and the difference at once.
    """
    for name, path in by_hand.parameters.items():
        torch.testing.assert_close(path, by_sgd.parameters[name], rtol=0, atol=1e-4)
    torch.testing.assert_close(by_hand.loss.sqrt(), by_sgd.loss.sqrt(), rtol=0, atol=1e-4)


@pytest.mark.slow
def test_sgd_needs_7388_steps_to_a_millionth(by_sgd: History, by_hand64: History) -> None:
    """Give or take the rounding of float32; in float64 it is 7381."""
    assert steps_to(by_sgd, 1e-6) == pytest.approx(7388, abs=20)
    assert steps_to(by_hand64, 1e-6) == 7381


def test_a_tuned_heavy_ball_needs_176() -> None:
    """η = 4/(√L + √μ)², β = ((√L − √μ)/(√L + √μ))²: best for curvatures between μ and L."""
    λ = torch.linalg.eigvalsh(everything(torch.float64).hessian()).sqrt()
    low, high = λ[0].item(), λ[-1].item()
    options = {"lr": 4 / (high + low) ** 2, "momentum": ((high - low) / (high + low)) ** 2}
    assert options == pytest.approx({"lr": 0.0807, "momentum": 0.8363}, abs=1e-4)
    for dtype in (torch.float32, torch.float64):
        assert steps_to(run(SGD, 200, dtype, **options), 1e-6) == 176


@pytest.mark.slow
def test_adam_needs_414_and_is_done_after_1000(by_adam: History) -> None:
    assert steps_to(by_adam, 1e-6) == pytest.approx(414, abs=2)
    assert by_adam.loss[1000] < 1e-11


@pytest.mark.slow
def test_adam_does_not_stay_there(by_adam: History) -> None:
    """It spikes to more than a million times what it had reached."""
    assert by_adam.loss[1000:].max() > 1e6 * by_adam.loss[1000]
    assert by_adam.loss[1000:].max() > 1e-6


def test_a_clamp_in_the_model_is_dead_beyond_its_edge_and_one_after_the_step_is_not() -> None:
    """T = 2π·√m against 2 s, from 4 kg: 1/π² = 0.1013 kg."""

    def path(rate: float, inside: bool, low: float = 0.05) -> list[float]:
        m, masses = torch.tensor(4.0, requires_grad=True), []
        for _ in range(1000):
            masses.append(m.item())
            ((2 * math.pi * (m.clamp(min=low) if inside else m).sqrt() - 2) ** 2).backward()
            with torch.no_grad():
                m -= rate * m.grad  # type: ignore[operator]
                m.grad = None
                if not inside:
                    m.clamp_(min=low)
        return masses

    dead = path(0.02, inside=True)
    assert dead[-1] == dead[20] < 0
    assert path(0.002, inside=False)[-1] == pytest.approx(1 / math.pi**2, rel=1e-5)
    thrown = path(0.02, inside=False)[-20:]
    assert min(thrown) == pytest.approx(0.05)
    assert max(thrown) > 0.3


def test_lbfgs_needs_15_iterations_and_as_many_evaluations() -> None:
    history = run(LBFGS, 20, lr=1, max_iter=1)
    assert steps_to(history, 1e-6) == pytest.approx(15, abs=1)
    assert history.evaluations[:16].tolist() == list(range(16))


def test_work_inside_a_step_is_counted() -> None:
    """L-BFGS with its defaults does up to 20 iterations in a step."""
    history = run(LBFGS, 1, lr=1)
    assert len(history) == 2
    assert history.evaluations[0] == 0
    assert 15 <= history.evaluations[1] <= 25
    assert history.loss[1] < 1e-6


# What every loop leaves behind


def test_a_loss_stands_beside_the_parameters_it_was_computed_from(short: History) -> None:
    ball = everything()
    for i in (0, 1, 50, -1):
        with torch.no_grad():
            for name, p in ball.parameters.items():
                p.copy_(short.parameters[name][i])
        assert torch.equal(ball.loss().detach(), short.loss[i])


def test_k_steps_leave_k_plus_1_entries_free_of_graphs(short: History) -> None:
    assert len(short) == len(short.loss) == 101
    assert short.parameters["v0"].shape == (101, 1, 2)
    assert torch.equal(short.evaluations, torch.arange(101))
    assert not any(p.requires_grad for p in short.parameters.values())


def test_the_parameters_end_at_the_last_entry() -> None:
    ball = everything()
    history = gradient_descent(ball.loss, ball.parameters, 0.01, 7)
    for name, p in ball.parameters.items():
        assert torch.equal(p.detach(), history.parameters[name][-1])
        assert not history.parameters[name][0].any()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.integers(1, 3), max_size=3), min_size=1, max_size=3))
def test_parameters_of_any_shapes(shapes: list[list[int]]) -> None:
    """Half the sum of squares shrinks each number by 1 − η."""
    parameters = {str(i): torch.ones(shape).requires_grad_() for i, shape in enumerate(shapes)}

    def loss() -> Tensor:
        return torch.stack([(p**2).sum() for p in parameters.values()]).sum() / 2

    history = gradient_descent(loss, parameters, 0.5, 3)
    for name, p in parameters.items():
        halves = torch.tensor([1, 0.5, 0.25, 0.125]).view(4, *[1] * p.ndim)
        assert torch.equal(history.parameters[name], halves.expand(4, *p.shape))


def test_parameters_of_mixed_types_and_odd_strides() -> None:
    parameters = {
        "half": torch.ones(2, dtype=torch.bfloat16, requires_grad=True),
        "double": torch.arange(6.0, dtype=torch.float64).view(2, 3).T.requires_grad_(),
    }
    optimizer = SGD(parameters.values(), lr=0.5)
    history = fit(
        lambda: sum((p**2).sum() for p in parameters.values()).double() / 2,  # type: ignore[union-attr]
        parameters,
        optimizer,
        2,
        progress=False,
    )
    assert history.loss.dtype == torch.float64
    assert history.parameters["half"].dtype == torch.bfloat16
    assert torch.equal(history.parameters["double"][1], history.parameters["double"][0] / 2)
    assert torch.equal(history.parameters["half"][2], torch.full((2,), 0.25).bfloat16())


def test_fit_takes_an_optimizer_that_holds_more() -> None:
    seen, unseen = (torch.ones(1, requires_grad=True) for _ in range(2))
    optimizer = SGD([seen, unseen], lr=0.1)
    history = fit(lambda: (seen * unseen).sum(), {"seen": seen}, optimizer, 1, progress=False)
    assert list(history.parameters) == ["seen"]
    assert unseen.item() == pytest.approx(0.9)


def test_fit_takes_an_optimizer_that_knows_no_closure() -> None:
    class Plain(SGD):
        def step(self) -> None:  # type: ignore[override]
            super().step()

    assert run(Plain, 1, lr=0.01).loss[1] == run(SGD, 1, lr=0.01).loss[1]


def test_a_slice_of_a_history_is_a_history(short: History) -> None:
    picked = short[torch.tensor([0, 30, 100])]
    assert picked.evaluations.tolist() == [0, 30, 100]
    assert torch.equal(picked.parameters["a"][-1], short.parameters["a"][-1])
    first = short[:10]
    assert isinstance(first, History)
    assert len(first) == len(first.parameters["x0"]) == len(first.evaluations) == 10
    with pytest.raises(ValueError, match=r"^index: "):
        short[3]  # type: ignore[index]


def test_a_history_says_what_it_is(short: History) -> None:
    says = r"History of 2 entries: loss 470\.8 to 218\.3; a \(1, 2\), v0 \(1, 2\), x0 \(1, 2\)"
    assert re.fullmatch(says, repr(short[:2])), repr(short[:2])
    assert repr(short[:0]).startswith("History of 0 entries: no loss")


def test_the_last_parameters_have_their_names(short: History) -> None:
    assert short.last.keys() == TRUTH.keys()
    for name, p in short.last.items():
        assert torch.equal(p, short.parameters[name][-1])


# Progress bars


def test_progress_is_silent_when_off_and_in_built_pages(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ball = Ball("v0")
    optimizer = SGD(ball.parameters.values(), lr=0.01)
    gradient_descent(ball.loss, ball.parameters, 0.01, 3)
    fit(ball.loss, ball.parameters, optimizer, 3, progress=False)
    monkeypatch.setenv("DIFFPROG_BUILD", "1")
    fit(ball.loss, ball.parameters, optimizer, 3)
    assert capsys.readouterr() == ("", "")


def test_progress_is_a_bar_on_stderr(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DIFFPROG_BUILD", raising=False)
    ball = Ball("v0")
    fit(ball.loss, ball.parameters, SGD(ball.parameters.values(), lr=0.01), 3)
    out, err = capsys.readouterr()
    assert out == ""
    assert "3/3" in err


# Diverged


@pytest.mark.parametrize("hand", [True, False])
def test_a_loss_that_explodes_stops_the_loop(hand: bool) -> None:
    ball = everything()
    optimizer = SGD(ball.parameters.values(), lr=0.1)

    def loop() -> History:
        if hand:
            return gradient_descent(ball.loss, ball.parameters, 0.1, 1000)
        return fit(ball.loss, ball.parameters, optimizer, 1000, progress=False)

    with pytest.raises(Diverged, match=r"the loss is inf after \d+ updates: try a smaller") as e:
        loop()
    diverged = e.value
    # float32 ends at 3.4e38 = 470·12.56^k.
    expected = math.log(3.4e38 / 470.8) / math.log(12.5627)
    assert diverged.step == pytest.approx(expected, abs=2)
    assert len(diverged.history) == diverged.step + 1
    assert diverged.history.loss[-1] == math.inf
    assert diverged.history[:-1].loss.isfinite().all()
    assert torch.equal(
        diverged.history.parameters["a"][-1], ball.parameters["a"].detach()
    )  # no update after it


def test_diverged_after_the_last_update_counts() -> None:
    x = torch.tensor(1.0, requires_grad=True)
    with pytest.raises(Diverged) as e:
        gradient_descent(lambda: x**2, {"x": x}, 1e30, 1)
    assert e.value.step == 1
    assert "the loss had not grown" in str(e.value)


def test_a_gradient_that_is_not_finite_is_hinted_at() -> None:
    """√(x²) at zero has a loss of 0 and a gradient of 0/0."""
    x = torch.tensor(0.0, requires_grad=True)
    with pytest.raises(Diverged, match=r"nan after 1 updates.*gradient that is not finite"):
        gradient_descent(lambda: (x**2).sqrt(), {"x": x}, 0.1, 5)


def test_a_loss_that_is_not_finite_at_the_start_is_no_matter_of_rate() -> None:
    x = torch.tensor(0.0, requires_grad=True)
    with pytest.raises(Diverged, match=r"at the start values, before any update") as e:
        gradient_descent(lambda: x.log(), {"x": x}, 0.1, 5)
    assert e.value.step == 0
    assert isinstance(e.value, FloatingPointError)


def test_diverged_can_be_sent_between_processes() -> None:
    x = torch.tensor(0.0, requires_grad=True)
    with pytest.raises(Diverged) as e:
        gradient_descent(lambda: x.log(), {"x": x}, 0.1, 5)
    for again in (pickle.loads(pickle.dumps(e.value)), copy.copy(e.value)):
        assert str(again) == str(e.value)
        assert torch.equal(again.history.loss, e.value.history.loss)


# Errors name the argument, say what came and what is wanted.


def leaf() -> Tensor:
    return torch.ones(2, requires_grad=True)


def both(parameters: Any, loss: Any = None, **more: Any) -> list[Callable[[], object]]:
    """Calls of both loops that should fail alike."""
    p = leaf()
    f = loss or (lambda: (p**2).sum())
    held = set(parameters.values()) if isinstance(parameters, dict) else set()
    trained = [x for x in held if isinstance(x, Tensor) and x.requires_grad and x.is_leaf] or [p]
    steps = more.get("steps", 1)
    return [
        lambda: gradient_descent(f, parameters, 0.1, steps),
        lambda: fit(f, parameters, SGD(trained, lr=0.1), steps, progress=False),
    ]


twin = leaf()


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ({}, "parameters"),
        ([leaf()], "parameters"),
        ({"v0": torch.tensor([5, 10])}, "v0"),
        ({"v0": 5.0}, "v0"),
        ({"v0": torch.ones(2)}, "v0"),
        ({"v0": leaf() * 2}, "v0"),
        ({"v0": torch.tensor([1, math.nan]).requires_grad_()}, "v0"),
        ({"v0": torch.tensor([math.inf]).requires_grad_()}, "v0"),
        ({"v0": twin, "w0": twin}, "w0"),
    ],
)
def test_bad_parameters_are_named(parameters: object, name: str) -> None:
    for call in both(parameters):
        with pytest.raises(ValueError, match=rf"^{name}: "):
            call()


@pytest.mark.parametrize(
    ("loss", "name"),
    [
        (lambda p: p**2, "loss"),
        (lambda p: p.detach().sum(), "loss"),
        (lambda p: p.sum().item(), "loss"),
        (lambda p: None, "loss"),
    ],
)
def test_bad_losses_are_named(loss: Callable[[Tensor], object], name: str) -> None:
    p = leaf()
    for call in both({"p": p}, lambda: loss(p)):
        with pytest.raises(ValueError, match=rf"^{name}: "):
            call()


@pytest.mark.parametrize("steps", [0, -1, 2.0, True, "10", None])
def test_bad_steps_are_named(steps: Any) -> None:
    for call in both({"p": leaf()}, steps=steps):
        with pytest.raises(ValueError, match=r"^steps: "):
            call()


@pytest.mark.parametrize("rate", [0, -0.1, math.nan, math.inf, "fast", None])
def test_bad_rates_are_named(rate: Any) -> None:
    p = leaf()
    with pytest.raises(ValueError, match=r"^learning_rate: "):
        gradient_descent(lambda: p.sum(), {"p": p}, rate, 1)


def test_a_rate_may_be_a_tensor() -> None:
    p = leaf()
    gradient_descent(lambda: p.sum(), {"p": p}, torch.tensor(0.5), 1)  # type: ignore[arg-type]
    assert p.tolist() == [0.5, 0.5]


def test_a_parameter_that_takes_no_part_is_named() -> None:
    p, idle = leaf(), leaf()
    for call in both({"p": p, "idle": idle}, lambda: p.sum()):
        with pytest.raises(ValueError, match=r"^idle: "):
            call()


def test_a_parameter_that_the_optimizer_does_not_hold_is_named() -> None:
    p, other = leaf(), leaf()
    with pytest.raises(ValueError, match=r"^other: "):
        fit(lambda: p.sum(), {"p": p, "other": other}, SGD([p], lr=0.1), 1, progress=False)


# What is written down is what happened, whatever is done to the tensors.


def quadratic(p: Tensor) -> Callable[[], Tensor]:
    return lambda: (p**2).sum()


def test_an_optimizer_may_give_a_parameter_other_memory() -> None:
    """p.data = … was never seen again: the path stood still at the start."""

    class Assigning(SGD):
        def step(self) -> None:  # type: ignore[override]
            for p in self.param_groups[0]["params"]:
                p.data = p.data - 0.1 * p.grad

    p = leaf()
    history = fit(quadratic(p), {"p": p}, Assigning([p], lr=1), 3, progress=False)
    wanted = torch.tensor([1, 0.8, 0.64, 0.512])[:, None].expand(4, 2)
    torch.testing.assert_close(history.parameters["p"], wanted)
    assert torch.equal(history.last["p"], p.detach())
    torch.testing.assert_close(history.loss, (history.parameters["p"] ** 2).sum(-1))


def test_an_optimizer_may_move_the_parameters_between_two_evaluations() -> None:
    """Sharpness-aware minimisation takes the gradient uphill: the first evaluation is noted."""

    class Uphill(SGD):
        def step(self, closure: Callable[[], Tensor]) -> None:  # type: ignore[override]
            (p,) = self.param_groups[0]["params"]
            closure()
            with torch.no_grad():
                p += 0.1 * p.grad
                here = p.grad.clone()
            closure()
            with torch.no_grad():
                p -= 0.1 * here + 0.1 * p.grad

    p = leaf()
    history = fit(quadratic(p), {"p": p}, Uphill([p], lr=1), 3, progress=False)
    assert history.evaluations.tolist() == [0, 2, 4, 6]
    torch.testing.assert_close(history.loss, (history.parameters["p"] ** 2).sum(-1))
    assert torch.equal(history.parameters["p"][0], torch.ones(2))
    assert torch.equal(history.last["p"], p.detach())


def test_an_optimizer_may_move_the_parameters_before_it_evaluates() -> None:
    class Ahead(SGD):
        def step(self, closure: Callable[[], Tensor]) -> None:  # type: ignore[override]
            (p,) = self.param_groups[0]["params"]
            with torch.no_grad():
                p *= 0.5
            closure()

    p = leaf()
    history = fit(quadratic(p), {"p": p}, Ahead([p], lr=1), 2, progress=False)
    torch.testing.assert_close(history.loss, (history.parameters["p"] ** 2).sum(-1))
    assert history.parameters["p"][:, 0].tolist() == [0.5, 0.25, 0.25]


def test_an_optimizer_that_computes_no_loss_is_named() -> None:
    class Idle(SGD):
        def step(self, closure: Callable[[], Tensor]) -> None:  # type: ignore[override]
            pass

    p = leaf()
    with pytest.raises(ValueError, match=r"^optimizer: "):
        fit(quadratic(p), {"p": p}, Idle([p], lr=1), 2, progress=False)


@pytest.mark.parametrize("hand", [True, False])
def test_a_loss_may_project_its_parameters_and_use_its_result_again(hand: bool) -> None:
    """Projected descent, with a result that the next call overwrites."""
    p, result = leaf(), torch.zeros(())

    def loss() -> Tensor:
        with torch.no_grad():
            p.clamp_(min=0.7)
        value = (p**2).sum()
        result.copy_(value.detach())
        return value + (result - result)

    if hand:
        history = gradient_descent(loss, {"p": p}, 0.1, 4)
    else:
        history = fit(loss, {"p": p}, SGD([p], lr=0.1), 4, progress=False)
    wanted = torch.tensor([1, 0.8, 0.7, 0.7, 0.7])
    torch.testing.assert_close(history.parameters["p"][:, 0], wanted)
    torch.testing.assert_close(history.loss, (history.parameters["p"] ** 2).sum(-1))


@pytest.mark.parametrize("options", [{"max_iter": 1}, {"line_search_fn": "strong_wolfe"}])
def test_each_loss_of_lbfgs_is_that_of_its_parameters(options: dict[str, Any]) -> None:
    p = torch.tensor([1.0, -2.0], requires_grad=True)

    def loss() -> Tensor:
        return ((p**2).sum() + p.exp().sum() - 3) ** 2

    history = fit(loss, {"p": p}, LBFGS([p], **options), 3, progress=False)
    for value, at in zip(history.loss, history.parameters["p"], strict=True):
        assert torch.equal(((at**2).sum() + at.exp().sum() - 3) ** 2, value)


def test_losses_of_several_fits_may_be_as_large_as_their_type() -> None:
    """The sum of two of them is infinite, which counted as divergence."""
    p = leaf()
    recorder = Recorder({"p": p}, 0)
    recorder.record(0, torch.tensor([3e38, 3e38]))
    assert recorder.history().loss.isfinite().all()


def test_a_parameter_made_in_inference_mode_is_named() -> None:
    with torch.inference_mode():
        p = torch.tensor([5.0], requires_grad=True)
    for call in both({"p": p}, lambda: (p**2).sum()):
        with pytest.raises(ValueError, match=r"^p: .*inference_mode"):
            call()
