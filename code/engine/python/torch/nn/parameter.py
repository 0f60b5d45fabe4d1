"""Tensors that are the parameters of a module, or its buffers."""

from torch._errors import engine
from torch._tensor import Tensor, bare, want
from torch.autograd.grad_mode import inference

_detach = engine("detach")


class Parameter(Tensor):
    """A tensor that a module, to which it is assigned, lists among its parameters."""

    __slots__ = ()

    def __new__(cls, data=None, requires_grad=True):
        if data is None:
            from torch._creation import empty

            data = empty(0)
        p = bare(cls, _detach(data._h))
        if requires_grad and not data.is_floating_point():
            raise RuntimeError(
                "Only Tensors of floating point and complex dtype can require gradients"
            )
        if inference[0]:
            p.__dict__["inference"] = True
        return want(p, bool(requires_grad))

    def __init__(self, *_, **__):
        pass

    def _like(self, new):
        return type(self)(new, self.requires_grad)

    def __repr__(self):
        return "Parameter containing:\n" + super().__repr__()

    def __reduce_ex__(self, protocol):
        return _rebuilt_parameter, (Tensor.detach(self), self.requires_grad)


Parameter._printed = "tensor"


def _rebuilt_parameter(data, requires_grad):
    return Parameter(data, requires_grad)


class Buffer(Tensor):
    """A tensor that a module, to which it is assigned, lists among its buffers."""

    __slots__ = ()

    def __new__(cls, data=None, *, persistent=True):
        b = bare(cls, _detach(data._h))
        b.persistent = persistent
        return b

    def __init__(self, *_, **__):
        pass


Buffer._printed = "tensor"
