"""Finite differences and Taylor remainders have the orders that their theory says."""

import pytest
import torch

from diffprog.autodiff.gradient_checks import central_difference, order, remainders

X = torch.tensor([[0.5, 1.1], [-0.3, 0.7]], dtype=torch.float64)
V = torch.tensor([[0.2, -0.9], [0.4, 1.3]], dtype=torch.float64)
STEPS = 0.1 / 2 ** torch.arange(8, dtype=torch.float64)


def f(x):
    return (x.sin() * x.exp()).sum() + x.prod()


GRADIENT = torch.func.grad(f)(X)


def test_central_difference_is_of_order_two():
    """The next term is h²/20·f⁗′/f‴, 0.0005 of the first at h = 0.1, and less after."""
    errors = [(central_difference(f, X, h) - GRADIENT).norm() for h in STEPS.tolist()]
    assert order(STEPS, torch.stack(errors)) == pytest.approx(2, abs=1e-3)


def test_central_difference_is_exact_for_a_quadratic():
    """No truncation error, at any step; the loss of a ball shows no V curve."""
    gradient = central_difference(lambda x: (3 * x - 1).square().mean(), X, 10.0)
    torch.testing.assert_close(gradient, 6 * (3 * X - 1) / 4)


def test_central_difference_takes_two_evaluations_an_entry():
    calls = []
    central_difference(lambda x: calls.append(1) or f(x), X, 1e-3)  # type: ignore[func-returns-value]
    assert len(calls) == 2 * X.numel()


def test_remainder_order_two_for_the_gradient():
    """½h²·f″ along v, and h/3·f‴/f″ of it more: f″ = 8.5 and f‴ = 2.5, so 0.01 at h = 0.1."""
    assert order(STEPS, remainders(f, GRADIENT, X, V, STEPS)) == pytest.approx(2, abs=0.01)


def test_remainder_order_one_for_a_planted_mistake():
    """h·Δ with Δ = 0.17 along v, and ½h·f″/Δ of it less: 0.024 at the largest step, h = 0.001."""
    wrong = GRADIENT.clone()
    wrong[1, 0] *= 1.5
    small = STEPS / 100
    assert order(small, remainders(f, wrong, X, V, small)) == pytest.approx(1, abs=0.024)


@pytest.mark.parametrize("p", [1.0, 2.5])
def test_order_of_a_power(p):
    assert order(STEPS, 7 * STEPS**p) == pytest.approx(p)


def test_bad_arguments():
    with pytest.raises(ValueError, match=r"^x: "):
        central_difference(f, torch.tensor([1, 2]), 0.1)
    with pytest.raises(ValueError, match=r"^h: "):
        central_difference(f, X, 0.0)
    with pytest.raises(ValueError, match=r"^values: "):
        order(STEPS, STEPS * 0)
    with pytest.raises(ValueError, match=r"^steps: "):
        order(STEPS[:1], STEPS[:1])
    with pytest.raises(ValueError, match=r"^values: "):
        order(STEPS[:3], STEPS[:2])
    with pytest.raises(ValueError, match=r"^steps: "):
        order(torch.tensor([0.1, 0.1]), torch.tensor([0.1, 0.2]))
    with pytest.raises(ValueError, match=r"^values: "):
        order(STEPS, STEPS / 0)


def test_a_remainder_takes_gradient_and_direction_of_the_shape_of_x():
    """(2,) against (2, 2) would broadcast to another direction without a word."""
    with pytest.raises(ValueError, match=r"^direction: "):
        remainders(f, GRADIENT, X, V[0], STEPS)
    with pytest.raises(ValueError, match=r"^gradient: "):
        remainders(f, GRADIENT[:1], X, V, STEPS)
    with pytest.raises(ValueError, match=r"^x: "):
        remainders(f, GRADIENT, X.long(), V, STEPS)
    with pytest.raises(ValueError, match=r"^steps: "):
        remainders(f, GRADIENT, X, V, STEPS[0])


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_a_step_below_the_spacing_of_x_is_refused(dtype):
    """x + h rounds to x, so the difference was 0, whatever f is."""
    for largest, power in ((-3.0, 2), (100.0, 64), (0.3, 0.25)):
        x = torch.tensor([0.0, largest], dtype=dtype)
        spacing = power * torch.finfo(dtype).eps  # of numbers from `power` to twice that
        with pytest.raises(ValueError, match=r"^h: "):
            central_difference(lambda x: x.sum(), x, 0.9 * spacing)
        torch.testing.assert_close(
            central_difference(lambda x: x.sum(), x, spacing), torch.ones_like(x)
        )
    zero = torch.zeros(1, dtype=dtype)
    torch.testing.assert_close(central_difference(lambda x: x.sum(), zero, 1e-30), zero + 1)


def test_the_error_of_a_central_difference_is_what_its_docstring_says():
    """f = 1e4·x at x = 3 in float32, where f″′ = 0: the rounding of f, and that of the step."""
    x, eps = torch.tensor(3.0), torch.finfo(torch.float32).eps
    for h in (1e-2, 1e-3, 1e-4, 1e-5):
        error = abs(central_difference(lambda x: 1e4 * x, x, h).item() - 1e4)
        assert error < 2 * (eps * 3e4 / (2 * h) + eps * 3 / (2 * h) * 1e4)
    assert error > eps * 3e4 / (2 * h) / 10  # and not much less


def test_a_function_that_changes_its_argument_is_checked_all_the_same():
    def in_place(x):
        return f(x.mul_(1.0)) if x.requires_grad else (f(x), x.zero_())[0]

    x = X.clone()
    torch.testing.assert_close(
        remainders(in_place, GRADIENT, x, V, STEPS), remainders(f, GRADIENT, X, V, STEPS)
    )
    torch.testing.assert_close(x, X)
    torch.testing.assert_close(central_difference(in_place, x, 0.1), central_difference(f, X, 0.1))


def test_an_order_is_found_of_values_with_a_graph():
    assert order(STEPS, (7 * STEPS**2).requires_grad_()) == pytest.approx(2)
