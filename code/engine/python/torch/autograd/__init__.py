"""Gradients: of tensors into their leaves, or as results."""

from torch._errors import JsException, NotInPage, absent, aloud, engine, raised
from torch._tensor import Tensor, wrap
from torch.autograd import graph
from torch.autograd.function import Function
from torch.autograd.grad_mode import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    no_grad,
    set_grad_enabled,
)

__all__ = [
    "Function", "backward", "enable_grad", "grad", "grad_mode", "gradcheck", "gradgradcheck",
    "graph", "inference_mode", "is_grad_enabled", "no_grad", "set_grad_enabled",
]  # fmt: skip

_grad_of, _backward_of = engine("gradOf"), engine("backwardOf")


def _list(x):
    return [x] if isinstance(x, Tensor) else list(x)


def _seeds(outputs, grad_outputs):
    """Return the gradient by each output: what is given, else one, of a number only."""
    given = [None] * len(outputs) if grad_outputs is None else (
        [grad_outputs] if isinstance(grad_outputs, Tensor) else list(grad_outputs)
    )  # fmt: skip
    if len(given) != len(outputs):
        raise RuntimeError(f"got {len(outputs)} tensors and {len(given)} gradients")
    for x, seed in zip(outputs, given, strict=True):
        if seed is None:
            if x.requires_grad and x.numel() != 1:
                raise RuntimeError("grad can be implicitly created only for scalar outputs")
        elif seed.shape != x.shape:
            raise RuntimeError(
                f"Mismatch in shape: grad_output[0] has a shape of {seed.shape} and output[0] has a"
                f" shape of {x.shape}."
            )
    return [None if seed is None else seed._h for seed in given]


def _must_have_graph(outputs):
    for i, x in enumerate(outputs):
        if not x.requires_grad:
            raise RuntimeError(
                f"element {i} of tensors does not require grad and does not have a grad_fn"
            )


def grad(outputs, inputs, grad_outputs=None, retain_graph=None, create_graph=False,
         allow_unused=None, is_grads_batched=False, materialize_grads=False):  # fmt: skip
    """Return the gradients of the outputs, each times its seed, by each of the inputs."""
    outputs, inputs = _list(outputs), _list(inputs)
    if not inputs:
        raise ValueError("grad requires non-empty inputs.")
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got:"
            " allow_unused=False."
        )
    if is_grads_batched:
        from torch.func import vmap

        def one(*seeds):
            return grad(outputs, inputs, seeds, True, create_graph, allow_unused, False,
                        materialize_grads)  # fmt: skip

        return vmap(one, randomness="error")(*_list(grad_outputs))
    seeds = _seeds(outputs, grad_outputs)
    _must_have_graph(outputs)
    for x in inputs:
        if not x.requires_grad:
            raise RuntimeError("One of the differentiated Tensors does not require grad")
    retain = create_graph if retain_graph is None else retain_graph
    try:
        found = _grad_of(
            len(outputs), retain, create_graph, True,
            *[x._h for x in outputs], *seeds, *[x._h for x in inputs],
        )  # fmt: skip
    except JsException as error:
        raise raised(error) from None
    except BaseException:
        aloud()
        raise
    results = []
    for i, (x, h) in enumerate(zip(inputs, found, strict=True)):
        if h is None and materialize_grads:
            from torch._creation import zeros_like

            results.append(zeros_like(x))
        elif h is None and not allow_unused:
            raise RuntimeError(
                f"The differentiated Tensor at index {i} appears to not have been used in the"
                " graph. Set allow_unused=True if this is the desired behavior."
            )
        else:
            results.append(None if h is None else wrap(h))
    return tuple(results)


def backward(tensors, grad_tensors=None, retain_graph=None, create_graph=False,
             grad_variables=None, inputs=None):  # fmt: skip
    """Add the gradients of the tensors to those of the leaves."""
    tensors = _list(tensors)
    seeds = _seeds(tensors, grad_variables if grad_tensors is None else grad_tensors)
    _must_have_graph(tensors)
    retain = create_graph if retain_graph is None else retain_graph
    if inputs is not None:
        inputs = _list(inputs)
        if not inputs:
            raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
        found = grad(tensors, inputs, [None if s is None else wrap(s) for s in seeds], retain,
                     create_graph, True)  # fmt: skip
        for x, g in zip(inputs, found, strict=True):
            if g is not None:
                x.grad = g if x.grad is None else x.grad + g
        return
    try:
        _backward_of(len(tensors), retain, create_graph, *[x._h for x in tensors], *seeds)
    except JsException as error:
        raise raised(error) from None
    except BaseException:
        aloud()
        raise


class set_detect_anomaly:
    """Taken, and of no effect: the engine's messages name the operation anyway."""

    def __init__(self, mode, check_nan=True):
        if mode:
            raise NotInPage(absent("torch.autograd.set_detect_anomaly"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


def detect_anomaly(check_nan=True):
    raise NotInPage(absent("torch.autograd.detect_anomaly"))


Variable = Tensor

from torch.autograd.gradcheck import gradcheck, gradgradcheck  # noqa: E402  # they need grad


def __getattr__(name):
    import importlib

    if name == "functional":
        return importlib.import_module("torch.autograd.functional")
    raise AttributeError(absent(f"torch.autograd.{name}"))
