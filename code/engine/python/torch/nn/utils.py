"""Parameters as one vector, and gradients kept from growing too large."""

from torch._errors import absent
from torch._tensor import Tensor
from torch._views import cat, stack
from torch.autograd.grad_mode import no_grad


def parameters_to_vector(parameters):
    return cat([p.reshape(-1) for p in parameters])


def vector_to_parameters(vec, parameters):
    if not isinstance(vec, Tensor):
        raise TypeError(f"expected torch.Tensor, but got: {type(vec)}")
    at = 0
    for p in parameters:
        n = p.numel()
        p.data = vec[at : at + n].view_as(p).data
        at += n


def get_total_norm(tensors, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    norms = [x.norm(norm_type) for x in tensors]
    total = stack(norms).norm(norm_type)
    if error_if_nonfinite and not bool(total.isfinite()):
        raise RuntimeError(
            f"The total norm of order {norm_type} for gradients from `parameters` is non-finite, so"
            " it cannot be clipped. To disable this error and scale the gradients by the"
            " non-finite norm anyway, set `error_if_nonfinite=False`"
        )
    return total


def clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    """Scale all gradients by one factor, so that their common norm is not above max_norm."""
    from torch._creation import tensor

    parameters = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    with no_grad():
        grads = [p.grad for p in parameters if p.grad is not None]
        if not grads:
            return tensor(0.0)
        total = get_total_norm(grads, norm_type, error_if_nonfinite)
        factor = (max_norm / (total + 1e-6)).clamp(max=1.0)
        for g in grads:
            g.mul_(factor)
    return total


def clip_grad_value_(parameters, clip_value, foreach=None):
    parameters = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    with no_grad():
        for p in parameters:
            if p.grad is not None:
                p.grad.clamp_(min=-clip_value, max=clip_value)


__path__ = []  # so that `from … import name` asks for a module, which says where it is


def __getattr__(name):
    raise AttributeError(absent(f"torch.nn.utils.{name}"))
