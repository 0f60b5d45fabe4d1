"""Nothing is compiled in the page."""


def is_compiling():
    return False


def is_dynamo_compiling():
    return False


def reset():
    pass


def disable(fn=None, recursive=True, *, reason=None):
    return fn if fn is not None else lambda f: f


__path__ = []  # so that `from … import name` asks for a module, which says where it is


def __getattr__(name):
    from torch._errors import absent

    raise AttributeError(absent(f"torch.compiler.{name}"))
