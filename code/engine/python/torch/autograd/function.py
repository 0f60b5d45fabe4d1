"""Functions whose derivative the reader writes: `torch.autograd.Function`."""

from torch._errors import JsException, called_back, engine, raised
from torch._tensor import Tensor, wrap
from torch.autograd.grad_mode import no_grad

_custom, _alias, _grad_mode = engine("custom"), engine("alias"), engine("gradMode")


class FunctionCtx:
    """What a function keeps for its backward pass."""

    def __init__(self):
        self._kept, self._dirty, self._fixed, self._materialize = (), (), (), True
        self.needs_input_grad = ()

    def save_for_backward(self, *tensors):
        for x in tensors:
            if x is not None and not isinstance(x, Tensor):
                raise TypeError(
                    "save_for_backward can only save variables, but argument 0 is of type"
                    f" {type(x).__name__}"
                )
        self._kept = tensors

    save_for_forward = save_for_backward

    @property
    def saved_tensors(self):
        read = self.__dict__.get("_read")
        if read is None:
            return self._kept
        try:
            return tuple(None if x is None else wrap(read(i)) for i, x in enumerate(self._kept))
        except JsException as error:
            raise raised(error) from None

    def mark_dirty(self, *tensors):
        self._dirty = tensors

    def mark_non_differentiable(self, *tensors):
        self._fixed = tensors

    def set_materialize_grads(self, value):
        self._materialize = value


class _Meta(type):
    """A function is applied, not called."""

    def __call__(cls, *args, **kwargs):
        raise RuntimeError(
            "Legacy autograd function with non-static forward method is deprecated. Please use"
            " new-style autograd function with static forward method. (Example:"
            " https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)"
        )


class Function(metaclass=_Meta):
    """Subclasses have the static methods forward and backward."""

    @staticmethod
    def forward(*args, **kwargs):
        raise NotImplementedError(
            "You must implement the forward function for custom autograd.Function."
        )

    @staticmethod
    def backward(ctx, *grad_outputs):
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom"
            " autograd.Function to use it with backward mode AD."
        )

    vjp = backward

    @classmethod
    def apply(cls, *args):
        ctx = FunctionCtx()
        ctx.needs_input_grad = tuple(isinstance(x, Tensor) and x.requires_grad for x in args)
        setup = cls.__dict__.get("setup_context") or getattr(cls, "setup_context", None)
        with no_grad():
            result = cls.forward(*args) if setup else cls.forward(ctx, *args)
            if setup:
                setup(ctx, args, result)
        if not any(ctx.needs_input_grad) or not _grad_mode():
            return result
        outputs = result if isinstance(result, tuple) else (result,)
        fixed = {id(x) for x in ctx._fixed}
        fresh = [
            wrap(_alias(x._h)) if any(x is a for a in args) and not
            any(x is d for d in ctx._dirty) else x
            for x in outputs
        ]  # fmt: skip
        tracked = [
            (i, x) for i, x in enumerate(fresh)
            if isinstance(x, Tensor) and id(outputs[i]) not in fixed and x.is_floating_point()
        ]  # fmt: skip
        if not tracked:
            return tuple(fresh) if isinstance(result, tuple) else fresh[0]
        inputs = [x for x in args if isinstance(x, Tensor)]
        _record(cls, ctx, args, inputs, tracked, len(outputs), fresh)
        return tuple(fresh) if isinstance(result, tuple) else fresh[0]


def _record(cls, ctx, args, inputs, tracked, count, outputs):
    shapes = [(x.shape, x.dtype) if isinstance(x, Tensor) else None for x in outputs]
    backward = cls.backward if "backward" in cls.__dict__ or cls.backward is not Function.backward \
        else cls.vjp  # fmt: skip
    name = cls.__name__ + "Backward"

    def rule(read, *gradients):
        from torch._creation import zeros

        ctx._read = read
        given = [None] * count
        for (i, _), g in zip(tracked, gradients, strict=True):
            given[i] = None if g is None else wrap(g)
        if ctx._materialize:
            given = [
                zeros(shape[0], dtype=shape[1]) if g is None and shape else g
                for g, shape in zip(given, shapes, strict=True)
            ]
        found = backward(ctx, *given)
        found = found if isinstance(found, tuple) else (found,)
        extra = found[len(args) :]
        if len(found) < len(args) or any(x is not None for x in extra):
            raise RuntimeError(
                f"function {name} returned an incorrect number of gradients (expected"
                f" {len(args)}, got {len(found)})"
            )
        results = []
        for i, (x, g) in enumerate(zip(args, found, strict=False)):
            if isinstance(x, Tensor):
                if g is not None and not _broadcast(g.shape, x.shape):
                    raise RuntimeError(
                        f"Function {name} returned an invalid gradient at index {i} - got"
                        f" {list(g.shape)} but expected shape compatible with {list(x.shape)}"
                    )
                results.append(None if g is None else g._h)
            elif g is not None:
                raise RuntimeError(
                    f"function {name} returned a gradient different from None at position"
                    f" {i + 1}, but the corresponding forward input was not a Variable"
                )
        from pyodide.ffi import to_js

        return to_js(results)

    kept = [x for x in ctx._kept if x is not None]
    places = [None if x is None else sum(y is not None for y in ctx._kept[:i])
              for i, x in enumerate(ctx._kept)]  # fmt: skip

    def ruled(read, *gradients):
        return rule(lambda i: read(places[i]), *gradients)

    try:
        _custom(
            name, called_back(ruled), len(tracked), len(inputs),
            *[x._h for _, x in tracked], *[x._h for x in inputs], *[x._h for x in kept],
        )  # fmt: skip
    except JsException as error:
        raise raised(error) from None


def _broadcast(shape, wanted):
    """Return whether a gradient can be summed to the wanted shape."""
    if len(shape) < len(wanted):
        return False
    tail = shape[len(shape) - len(wanted) :]
    return all(w in (1, n) for n, w in zip(tail, wanted, strict=True))


def once_differentiable(fn):
    """Return the backward of a function that cannot be differentiated again."""
    import functools

    @functools.wraps(fn)
    def wrapper(ctx, *args):
        with no_grad():
            return fn(ctx, *args)

    return wrapper
