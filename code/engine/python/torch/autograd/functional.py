"""Jacobians and Hessians by one backward pass for each row."""

from torch._creation import zeros, zeros_like
from torch._tensor import Tensor
from torch._views import stack
from torch.autograd import enable_grad, grad

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]


def _prepared(inputs, create_graph):
    """Return the inputs as tensors to differentiate by."""
    many = isinstance(inputs, tuple)
    inputs = inputs if many else (inputs,)
    for x in inputs:
        if not isinstance(x, Tensor):
            raise TypeError(
                "The inputs given to jacobian must be either a Tensor or a tuple of Tensors but"
                f" the given inputs has type {type(x)}."
            )
    fresh = tuple(
        x.view_as(x) if create_graph and x.requires_grad else x.detach().requires_grad_()
        for x in inputs
    )
    return many, fresh


def _gradient(y, inputs, seed, create_graph, strict):
    if not y.requires_grad:
        if strict:
            raise RuntimeError("The output of the user-provided function is independent of the"
                               " input. This is not allowed in strict mode.")  # fmt: skip
        return [zeros_like(x) for x in inputs]
    found = grad(y, inputs, seed, True, create_graph, True)
    return [zeros_like(x) if g is None else g for x, g in zip(inputs, found, strict=True)]


def jacobian(func, inputs, create_graph=False, strict=False, vectorize=False,
             strategy="reverse-mode"):  # fmt: skip
    with enable_grad():
        many, fresh = _prepared(inputs, create_graph)
        outputs = func(*fresh)
        several = isinstance(outputs, tuple)
        blocks = []
        for y in outputs if several else (outputs,):
            rows = [
                _gradient(each, fresh, None, create_graph, strict)
                for each in (y.reshape(-1).unbind(0) if y.numel() else ())
            ]
            block = tuple(
                (stack([row[i] for row in rows]) if rows else zeros(0, dtype=x.dtype)).reshape(
                    tuple(y.shape) + tuple(x.shape)
                )
                for i, x in enumerate(fresh)
            )
            if not create_graph:
                block = tuple(b.detach() for b in block)
            blocks.append(block if many else block[0])
    return tuple(blocks) if several else blocks[0]


def _scalar(y):
    if not isinstance(y, Tensor) or y.numel() != 1:
        raise RuntimeError(
            "The Tensor returned by the function given to hessian should contain a single element"
        )
    return y.reshape(())


def hessian(func, inputs, create_graph=False, strict=False, vectorize=False,
            outer_jacobian_strategy="reverse-mode"):  # fmt: skip
    many = isinstance(inputs, tuple)

    def slope(*xs):
        y = _scalar(func(*xs))
        found = tuple(_gradient(y, xs, None, True, strict))
        return found if many else found[0]

    return jacobian(slope, inputs, create_graph, strict)


def _unpacked(parts, many):
    return tuple(parts) if many else parts[0]


def vjp(func, inputs, v=None, create_graph=False, strict=False):
    with enable_grad():
        many, fresh = _prepared(inputs, create_graph)
        y = func(*fresh)
        found = _gradient(y, fresh, v, create_graph, strict)
        if not create_graph:
            y, found = y.detach(), [g.detach() for g in found]
    return y, _unpacked(found, many)


def jvp(func, inputs, v=None, create_graph=False, strict=False):
    """Return J·v by two backward passes: uᵀJ is linear in u, and its derivative by u is J."""
    with enable_grad():
        _, fresh = _prepared(inputs, create_graph)
        v = v if v is None or isinstance(v, tuple) else (v,)
        y = func(*fresh)
        u = zeros_like(y).requires_grad_()
        rows = _gradient(y, fresh, u, True, strict)
        v = [zeros_like(x) + 1 for x in fresh] if v is None else v
        total = sum((r * w).sum() for r, w in zip(rows, v, strict=True))
        (product,) = _gradient(total, (u,), None, create_graph, False)
        if not create_graph:
            y, product = y.detach(), product.detach()
    return y, product


def hvp(func, inputs, v=None, create_graph=False, strict=False):
    with enable_grad():
        many, fresh = _prepared(inputs, create_graph)
        v = v if v is None or isinstance(v, tuple) else (v,)
        y = _scalar(func(*fresh))
        slopes = _gradient(y, fresh, None, True, strict)
        v = [zeros_like(x) + 1 for x in fresh] if v is None else v
        total = sum((g * w).sum() for g, w in zip(slopes, v, strict=True))
        found = _gradient(total, fresh, None, create_graph, strict)
        if not create_graph:
            y, found = y.detach(), [g.detach() for g in found]
    return y, _unpacked(found, many)


vhp = hvp
