"""Whether operations are written down for a backward pass: blocks that switch it on or off."""

from torch._errors import engine

_set, _get = engine("setGradMode"), engine("gradMode")


def is_grad_enabled():
    return _get()


def _wrapped(make, function):
    """Return the function with each call inside a block."""
    import functools

    if isinstance(function, type):
        raise NotImplementedError("torch.no_grad as a decorator takes functions only")
    if getattr(function, "__code__", None) is not None and function.__code__.co_flags & 0x20:

        @functools.wraps(function)
        def steps(*args, **kwargs):
            generator = function(*args, **kwargs)
            value = None
            while True:
                with make():
                    try:
                        item = generator.send(value)
                    except StopIteration as end:
                        return end.value
                value = yield item

        return steps

    @functools.wraps(function)
    def inside(*args, **kwargs):
        with make():
            return function(*args, **kwargs)

    return inside


class _Mode:
    """A block, or with a function a decorator."""

    on = False
    __slots__ = ("before",)

    def __new__(cls, function=None):
        block = object.__new__(cls)
        if function is None:
            return block
        return _wrapped(cls, function)

    def __enter__(self):
        self.before = _set(self.on)

    def __exit__(self, *_):
        _set(self.before)

    def __call__(self, function):
        return _wrapped(type(self), function)


class no_grad(_Mode):
    """Write nothing down."""

    __slots__ = ()


class enable_grad(_Mode):
    """Write operations down again, inside a block that does not."""

    on = True
    __slots__ = ()


class set_grad_enabled:
    """Switch at once, and back at the end of a block."""

    __slots__ = ("before", "mode")

    def __init__(self, mode):
        self.mode, self.before = mode, _set(bool(mode))

    def __enter__(self):
        _set(bool(self.mode))

    def __exit__(self, *_):
        _set(self.before)

    def __call__(self, function):
        _set(self.before)
        return _wrapped(lambda: set_grad_enabled(self.mode), function)


inference = [False]


class inference_mode:
    """As no_grad; what is made inside takes no part in a graph later."""

    __slots__ = ("before", "mode", "was")

    def __new__(cls, mode=True):
        block = object.__new__(cls)
        if callable(mode):
            block.mode = True
            return _wrapped(inference_mode, mode)
        block.mode = bool(mode)
        return block

    def __enter__(self):
        self.was, inference[0] = inference[0], self.mode
        self.before = _set(False) if self.mode else _set(True)

    def __exit__(self, *_):
        inference[0] = self.was
        _set(self.before)

    def __call__(self, function):
        return _wrapped(lambda: inference_mode(self.mode), function)


def is_inference_mode_enabled():
    return inference[0]
