"""The checks of `part4/modes`: right answers pass, and each typical mistake is named."""

import numpy as np
import torch
from torch.func import grad, jvp, vjp

from diffprog.autodiff.products import hessian_product
from diffprog.exercises.modes import check_halves, check_hvp, check_sign, check_which_mode

from .answers import test_right_answers_pass, test_wrong_answers_are_told_why  # noqa: F401

# A product with the Hessian


def twice(loss, theta, u, pull=lambda g, u, x: (g * u).sum(), end=lambda hu, **_: hu, **options):
    """Reverse mode twice: the gradient, one number of it, and back again."""
    x = theta.clone().requires_grad_()
    (g,) = torch.autograd.grad(loss(x), x, **({"create_graph": True} | options))
    (hu,) = torch.autograd.grad(pull(g, u, x), x)
    return end(hu, g=g, u=u)


def pulled(pull):
    return lambda loss, theta, u: twice(loss, theta, u, pull=pull)


def ended(end):
    return lambda loss, theta, u: twice(loss, theta, u, end=end)


def by_backward(loss, theta, u, clear=True):
    x = theta.clone().requires_grad_()
    (g,) = torch.autograd.grad(loss(x), x, create_graph=True)
    if not clear:
        x.grad = g.detach().clone()
    (g * u).sum().backward()
    return x.grad


def rows(loss, theta, u):
    x = theta.clone().requires_grad_()
    (g,) = torch.autograd.grad(loss(x), x, create_graph=True)
    h = [torch.autograd.grad(gi, x, retain_graph=True)[0].flatten() for gi in g.flatten()]
    return (torch.stack(h) @ u.flatten()).reshape(theta.shape)


def columns(loss, theta, u):
    total = 0 * u
    for i in range(theta.numel()):
        e = torch.zeros(theta.numel(), dtype=theta.dtype)
        e[i] = 1
        total = total + u.flatten()[i] * hessian_product(loss, theta, e.reshape(theta.shape))
    return total


def whole(loss, theta, u):
    h = torch.func.hessian(loss)(theta).reshape(theta.numel(), -1)
    return (h @ u.flatten()).reshape(theta.shape)


def diagonal(loss, theta, u):
    e = torch.eye(theta.numel(), dtype=theta.dtype)
    entry = torch.func.vmap(lambda v: v * hessian_product(loss, theta, v.reshape(3, 4)).flatten())
    return (entry(e).sum(0) * u.flatten()).reshape(theta.shape)


def two_graphs(loss, theta, u):
    x, y = theta.clone().requires_grad_(), theta.clone().requires_grad_()
    (g,) = torch.autograd.grad(loss(x), x, create_graph=True)
    return torch.autograd.grad((g * u).sum(), y)[0]


def no_requires_grad(loss, theta, u):
    (g,) = torch.autograd.grad(loss(theta), theta, create_graph=True)
    return torch.autograd.grad((g * u).sum(), theta)[0]


def no_graph_left(loss, theta, u):
    x = theta.clone().requires_grad_()
    y = loss(x)
    (g,) = torch.autograd.grad(y, x, create_graph=True)
    y.backward()
    return torch.autograd.grad((g * u).sum() + 0 * y, x)[0]


def in_place(loss, theta, u):
    theta += 1e-5 * u
    return grad(loss)(theta)


# The sign


def power(eigenvalue, after=lambda λ, u: λ):
    def curvature(times_h, u, products):
        first = u
        for _ in range(products):
            u = u / u.norm()
            hu = times_h(u)
            λ = eigenvalue(u, hu, first)
            last, u = u, hu
        return after(λ, last)

    return curvature


def rayleigh(u, hu, _):
    return (u * hu).sum()


def unnormalised(times_h, u, products):
    for _ in range(products):
        u = times_h(u) / u.norm()
    return (u * times_h(u)).sum()


def largest_of_all(times_h, u, products):
    h = torch.stack([times_h(e) for e in torch.eye(3, dtype=u.dtype)])
    return torch.linalg.eigvalsh(h)[-1]


def once_only(times_h, u, products):
    return u @ times_h(u) / (u @ u)


def whole_spectrum(times_h, u, products):
    λ = torch.linalg.eigvalsh(torch.stack([times_h(e) for e in torch.eye(3, dtype=u.dtype)]))
    return λ[λ.abs().argmax()]


# Halves


def counted(levels):
    """Count the steps."""

    def cost(n):
        return 1 if n == 1 else n // 2 + 2 * cost(n // 2)

    return cost(2**levels) / 2**levels


ALL = ["reverse", "forward", "reverse", "forward", "forward"]


def said(*changes):
    """The right list, with some entries the other way round."""
    other = {"reverse": "forward", "forward": "reverse"}
    return lambda: [other[w] if i in changes else w for i, w in enumerate(ALL, 1)]


RIGHT = {
    check_hvp: {
        "reverse twice": twice,
        "backward": by_backward,
        "forward over reverse": hessian_product,
        "by jvp": lambda f, x, u: jvp(grad(f), (x,), (u,))[1],
        "reverse over forward": lambda f, x, u: grad(lambda y: jvp(f, (y,), (u,))[1])(x),
        "gradient of a gradient": lambda f, x, u: grad(lambda y: (grad(f)(y) * u).sum())(x),
        "vjp of the gradient": lambda f, x, u: vjp(grad(f), x)[1](u)[0],
        "PyTorch's own": lambda f, x, u: torch.autograd.functional.hvp(f, x, u)[1],
        "grad_outputs": lambda f, x, u: rowwise(f, x, u),
        "differences of gradients": lambda f, x, u: (
            (grad(f)(x + 1e-5 * u) - grad(f)(x - 1e-5 * u)) / 2e-5
        ),
        "NumPy": ended(lambda hu, **_: hu.numpy()),
        "with a graph": lambda f, x, u: twice(f, x, u) + 0 * x.clone().requires_grad_(),
    },
    check_sign: {
        "Rayleigh": power(rayleigh),
        "at the end": lambda times_h, u, products: power(rayleigh)(times_h, u, products).item(),
        "the sign and the length": power(lambda u, hu, _: (u @ hu).sign() * hu.norm()),
        "a ratio of entries": power(lambda u, hu, _: hu[u.abs().argmax()] / u[u.abs().argmax()]),
        "H's spectrum": whole_spectrum,
    },
    check_halves: {
        "formula": lambda levels: 1 + levels / 2,
        "counted": counted,
        "a loop": lambda levels: sum(0.5 for _ in range(levels)) + 1,
        "a tensor": lambda levels: torch.tensor(1 + levels / 2),
        "NumPy": lambda levels: np.float64(levels / 2 + 1),
    },
    check_which_mode: {
        "a list": lambda: ALL,
        "a tuple": lambda: tuple(ALL),
        "capitals": lambda: [word.capitalize() for word in ALL],
        "with mode": lambda: [f"{word} mode" for word in ALL],
        "one string": lambda: ", ".join(ALL),
    },
}


def rowwise(loss, theta, u):
    x = theta.clone().requires_grad_()
    (g,) = torch.autograd.grad(loss(x), x, create_graph=True)
    return torch.autograd.grad(g, x, grad_outputs=u)[0]


WRONG = {
    check_hvp: {
        "the gradient": (lambda f, x, u: grad(f)(x), "that is the gradient"),
        "the slope": (lambda f, x, u: (grad(f)(x) * u).sum(), "the slope of the loss along u"),
        "by jvp of the loss": (lambda f, x, u: jvp(f, (x,), (u,))[1], "the slope of the loss"),
        "not differentiated": (lambda f, x, u: grad(f)(x) * u, "do not differentiate"),
        "the curvature": (ended(lambda hu, g, u: (hu * u).sum()), "u·H·u"),
        "no u": (pulled(lambda g, u, x: g.sum()), "u has no part in it"),
        "H times gradient": (
            pulled(lambda g, u, x: (g * g.detach()).sum()),
            "H times the gradient",
        ),
        "the square": (pulled(lambda g, u, x: (g * g).sum()), "the square of the gradient"),
        "the square of the slope": (pulled(lambda g, u, x: (g * u).sum() ** 2), "square of ∇f·u"),
        "a mean": (pulled(lambda g, u, x: (g * u).mean()), "averaged"),
        "a unit vector": (pulled(lambda g, u, x: (g * u).sum() / u.norm()), "by its length"),
        "length one": (ended(lambda hu, **_: hu / hu.norm()), "return it as it is"),
        "the diagonal": (diagonal, "only the diagonal"),
        "added up": (lambda f, x, u: by_backward(f, x, u, clear=False), "is added to the product"),
        "at the end": (lambda f, x, u: grad(f)(x + u), "the gradient at theta + u"),
        "a whole step": (lambda f, x, u: grad(f)(x + u) - grad(f)(x), "the whole step u"),
        "the wrong point": (lambda f, x, u: hessian_product(f, x + u, u), "at another point"),
        "minus": (ended(lambda hu, **_: -hu), "its sign"),
        "half": (ended(lambda hu, **_: hu / 2), "0.5 times"),
        "flat": (ended(lambda hu, **_: hu.flatten()), "in another shape"),
        "no create_graph": (
            lambda f, x, u: twice(f, x, u, create_graph=False),
            "create_graph=True",
        ),
        "no requires_grad": (no_requires_grad, "theta does not require a gradient"),
        "both of jvp": (lambda f, x, u: jvp(grad(f), (x,), (u,)), "return the second"),
        "all entries": (pulled(lambda g, u, x: g * u), "start from one number"),
        "two tensors": (two_graphs, "with respect to the same tensor"),
        "row by row": (rows, "walks back through it 13 times"),
        "column by column": (columns, "runs the loss 12 times"),
        "the matrix": (whole, "`hessian` forms the whole H"),
        "H itself": (lambda f, x, u: torch.stack([hessian_product(f, x, u * 0 + 1)] * 12), "shape"),
        "flat theta": (
            lambda f, x, u: hessian_product(f, x.flatten(), u.flatten()),
            "of the shape of theta",
        ),
        "no loss": (lambda f, x, u: 2 * u, "never calls the `loss`"),
        "changes theta": (in_place, "changes theta"),
        "nothing": (lambda f, x, u: None, "None"),
    },
    check_sign: {
        "the length": (power(lambda u, hu, _: hu.norm()), "its sign is lost"),
        "the absolute value": (power(lambda u, hu, _: (u @ hu).abs()), "its sign is lost"),
        "the largest entry": (power(lambda u, hu, _: (hu / u).abs().max()), "eigenvalue"),
        "squared": (power(lambda u, hu, _: hu @ hu), "one of them is H·u|its sign is lost"),
        "cubed": (unnormalised, "divided by u·u"),
        "always minus": (power(lambda u, hu, _: -hu.norm()), "with a minus"),
        "the top one": (largest_of_all, "the largest eigenvalue, and not"),
        "the vector": (power(rayleigh, after=lambda λ, u: u), "eigenvector"),
        "the start": (once_only, "of the start"),
        "the sum": (power(lambda u, hu, _: hu.sum()), "sum of the entries"),
        "the rate": (power(rayleigh, after=lambda λ, u: 2 / λ), "learning rate"),
        "the length of u": (power(lambda u, hu, _: u.norm()), "length of u"),
        "double": (power(rayleigh, after=lambda λ, u: 2 * λ), "2 times"),
        "the first guess": (power(lambda u, hu, first: first @ hu), "eigenvalue"),
        "nothing": (lambda times_h, u, products: None, "None"),
    },
    check_halves: {
        "no graph": (lambda n: n / 2, "the last run is missing"),
        "whole runs": (lambda n: n + 1, "not a whole one"),
        "whole, no graph": (lambda n: n, "half a run for each level|the run in the graph"),
        "two": (lambda n: 2, "two runs"),
        "one cut": (lambda n: 1.5, "the price of one cut"),
        "steps": (lambda n: counted(n) * 2**n, "divide by the 2**levels"),
        "half a graph": (lambda n: 0.5 + n / 2, "half a run is missing"),
        "one level more": (lambda n: 1 + (n + 1) / 2, "counted from zero"),
        "one level less": (lambda n: 1 + (n - 1) / 2, "half a run is missing"),
        "exponential": (lambda n: 1 + 2**n / 2, "as the number of steps"),
        "one half only": (lambda n: 2 - 0.5**n, "both halves are"),
        "squared": (lambda n: 1 + n * (n + 1) / 4, "each level costs as much"),
        "a logarithm": (lambda n: 1 + np.log2(n) / 2, "in `levels` already"),
    },
    check_which_mode: {
        "1": (said(1), "job 1: a loss is one output"),
        "2": (said(2), "job 2: two inputs"),
        "3": (said(3), "job 3: the significance"),
        "4": (said(4), "job 4: the energy scale"),
        "5": (said(5), "job 5: along one direction"),
        "2 and 4": (said(2, 4), "job 2"),
        "all": (said(1, 2, 3, 4, 5), "the other way round"),
        "four": (lambda: ALL[:4], "five words"),
        "a number": (lambda: 5, "five words"),
        "backward": (lambda: [w.replace("reverse", "backward") for w in ALL], "none of the two"),
        "true": (lambda: [w == "reverse" for w in ALL], "none of the two"),
        "all reverse": (lambda: ["reverse"] * 5, "job 2"),
        "nothing": (lambda: None, "None"),
    },
}


def test_an_eigenvalue_may_be_the_same_for_each_start():
    verdict = check_sign(power(lambda u, hu, _: hu.max()))
    assert verdict.message.endswith("and it should be 7")
