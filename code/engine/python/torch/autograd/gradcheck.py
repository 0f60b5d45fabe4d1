"""Gradients against central differences: one pair of values for each number of each input.

The products of the backward pass, one for each number of each output, fill the rows of a
Jacobian; the differences fill its columns. Both are printed where they do not agree.
"""

import warnings

from torch._errors import NotInPage, absent
from torch._tensor import Tensor

__all__ = ["GradcheckError", "gradcheck", "gradgradcheck"]


class GradcheckError(RuntimeError):
    """Two derivatives that should agree do not."""


def gradcheck(func, inputs, *, eps=1e-06, atol=1e-05, rtol=0.001, raise_exception=True,
              nondet_tol=0.0, check_undefined_grad=True, check_grad_dtypes=False,
              check_batched_grad=False, check_batched_forward_grad=False, check_forward_ad=False,
              check_backward_ad=True, fast_mode=False, masked=None):  # fmt: skip
    for name, on in (
        ("check_batched_grad", check_batched_grad), ("check_forward_ad", check_forward_ad),
        ("check_batched_forward_grad", check_batched_forward_grad), ("fast_mode", fast_mode),
        ("masked", masked),
    ):  # fmt: skip
        if on:
            raise NotInPage(absent(f"the argument {name!r} of torch.autograd.gradcheck"))
    inputs = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
    _check_inputs(inputs)
    try:
        _check(func, inputs, eps, atol, rtol, nondet_tol)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def _check_inputs(inputs):
    wanted = [x for x in inputs if isinstance(x, Tensor) and x.requires_grad]
    for i, x in enumerate(inputs):
        if any(x is w for w in wanted) and x._h.dtype != "float64":
            warnings.warn(
                f"Input #{i} requires gradient and is not a double precision floating point or"
                " complex. This check will likely fail if all the inputs are not of double"
                " precision floating point or complex. ",
                stacklevel=3,
            )
    if not wanted:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of them"
            " have requires_grad=True."
        )


def _tensors(x):
    parts = x if isinstance(x, (tuple, list)) else (x,)
    return [p for p in parts if isinstance(p, Tensor)]


def _check(func, inputs, eps, atol, rtol, nondet_tol):
    wanted = [x for x in inputs if isinstance(x, Tensor) and x.requires_grad]
    # The differences first: they write into the inputs, which a graph must not see.
    columns = [_differences(func, inputs, x, eps) for x in wanted]
    outputs = [y for y in _tensors(func(*inputs)) if y.requires_grad]
    if not outputs:
        if any((c != 0).any() for each in columns for c in each):
            raise GradcheckError("Numerical gradient for function expected to be zero")
        return
    for i, y in enumerate(outputs):
        rows = _products(y, wanted)
        again = _products(y, wanted)
        for j, (analytical, second) in enumerate(zip(rows, again, strict=True)):
            if len(analytical) and (analytical - second).abs().max() > nondet_tol:
                raise GradcheckError(
                    "Backward is not reentrant, i.e., running backward with same input and"
                    " grad_output multiple times gives different values, although analytical"
                    f" gradient matches numerical gradient. The tolerance for nondeterminism was"
                    f" {nondet_tol}."
                )
            numerical = columns[j][i]
            if not _close(analytical, numerical, rtol, atol):
                raise GradcheckError(
                    f"Jacobian mismatch for output {i} with respect to input {j},\n"
                    f"numerical:{numerical}\nanalytical:{analytical}\n"
                )


def _close(a, b, rtol, atol):
    from torch._dtypes import promote_types

    both = promote_types(a.dtype, b.dtype)
    return a.to(both).allclose(b.to(both), rtol, atol)


def _differences(func, inputs, x, eps):
    """Return, for each output, (f(x + ε·eᵢ) − f(x − ε·eᵢ)) / 2ε in row i."""
    from torch._views import stack
    from torch.autograd.grad_mode import no_grad

    columns = []
    data = x.data.reshape(-1)
    with no_grad():
        for i in range(x.numel()):
            before = data[i].item()
            data[i] = before - eps
            behind = [y.detach().clone() for y in _tensors(func(*inputs))]
            data[i] = before + eps
            ahead = [y.detach().clone() for y in _tensors(func(*inputs))]
            data[i] = before
            columns.append(
                [((b - a) / (2 * eps)).reshape(-1) for a, b in zip(behind, ahead, strict=True)]
            )
    return [stack([c[k] for c in columns]) for k in range(len(columns[0]))] if columns else []


def _products(y, wanted):
    """Return, for each input, ∂y/∂x by backward passes, transposed: (numbers of x, of y)."""
    from torch._creation import zeros_like
    from torch._views import stack
    from torch.autograd import grad

    rows = []
    for k in range(y.numel()):
        seed = zeros_like(y).detach().contiguous()
        seed.view(-1)[k] = 1
        found = grad(y, wanted, seed, True, False, True)
        rows.append(
            [
                (zeros_like(x) if g is None else g).detach().reshape(-1)
                for x, g in zip(wanted, found, strict=True)
            ]
        )
    return [stack([row[j] for row in rows], 1) for j in range(len(wanted))]


def gradgradcheck(func, inputs, grad_outputs=None, *, eps=1e-06, atol=1e-05, rtol=0.001,
                  gen_non_contig_grad_outputs=False, raise_exception=True, nondet_tol=0.0,
                  check_undefined_grad=True, check_grad_dtypes=False, check_batched_grad=False,
                  check_fwd_over_rev=False, check_rev_over_rev=True, fast_mode=False,
                  masked=False):  # fmt: skip
    """Check the gradients of the gradients."""
    from torch.autograd import grad
    from torch.random import randn_like

    if gen_non_contig_grad_outputs or check_fwd_over_rev:
        raise NotInPage(absent("this way of torch.autograd.gradgradcheck"))
    inputs = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
    if grad_outputs is None:
        outputs = [y for y in _tensors(func(*inputs)) if y.requires_grad]
        grad_outputs = tuple(randn_like(y).detach().requires_grad_() for y in outputs)
    else:
        grad_outputs = tuple(_tensors(grad_outputs))
    count = len(grad_outputs)

    def slopes(*args):
        given, seeds = args[:-count], args[-count:]
        given = tuple(
            x.requires_grad_() if isinstance(x, Tensor) and x.is_leaf and x.requires_grad else x
            for x in given
        )
        outputs = [y for y in _tensors(func(*given)) if y.requires_grad]
        wanted = [x for x in given if isinstance(x, Tensor) and x.requires_grad]
        found = grad(outputs, wanted, list(seeds), create_graph=True, allow_unused=True)
        return tuple(g for g in found if g is not None)

    def graphed(*args):
        from torch.autograd.grad_mode import enable_grad

        with enable_grad():
            return slopes(*args)

    return gradcheck(
        graphed, inputs + grad_outputs, eps=eps, atol=atol, rtol=rtol,
        raise_exception=raise_exception, nondet_tol=nondet_tol, fast_mode=fast_mode,
        check_batched_grad=check_batched_grad,
    )  # fmt: skip
