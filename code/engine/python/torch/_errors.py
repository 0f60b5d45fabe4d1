"""Errors as PyTorch raises them, and the sentence for what the page's engine lacks.

An error of the engine carries the name of a class of Python and a message in PyTorch's words;
`raised` makes the one from the other. What PyTorch has and the engine lacks is refused in one
sentence that tells the reader where it runs.
"""

import sys

import _engine
from pyodide.ffi import JsException

__all__ = [
    "JsException",
    "LinAlgError",
    "NotInPage",
    "OutOfMemoryError",
    "absent",
    "engine",
    "raised",
    "refuse",
]

ELSEWHERE = "is not in the page's engine: run this in JupyterLab, which has PyTorch itself"


class NotInPage(RuntimeError):
    """What PyTorch has and the page's engine lacks.

    It is no NotImplementedError, which in an exercise means that the learner has not begun.
    """


class LinAlgError(RuntimeError):
    """A matrix that a decomposition or an inverse does not exist for."""


LinAlgError.__name__ = LinAlgError.__qualname__ = "_LinAlgError"  # as PyTorch prints it


class OutOfMemoryError(RuntimeError):
    """The browser gives no more memory."""


KINDS = {
    "RuntimeError": RuntimeError,
    "IndexError": IndexError,
    "ValueError": ValueError,
    "TypeError": TypeError,
    "NotImplementedError": NotImplementedError,
    "LinAlgError": LinAlgError,
    "OutOfMemoryError": OutOfMemoryError,
}


def raised(error):
    """Return what to raise for an error of the engine, or of Python code that the engine called."""
    if not isinstance(error, JsException):
        return error
    kind = getattr(error, "kind", None)
    if kind in KINDS:
        message = error.message
        return (NotInPage if "the page's engine" in message else KINDS[kind])(message)
    if error.name == "RangeError" and "alloc" in error.message.lower():
        return OutOfMemoryError("the browser gives no more memory for a tensor of this size")
    if error.name == "RangeError" and "call stack" in error.message:
        return RecursionError("the graph is too deep for the browser's stack")
    return RuntimeError(f"a fault of the page's engine: {error}")


class _Sink:
    """A place to write to that keeps nothing."""

    def write(self, text):
        return len(text)

    def flush(self):
        pass


_hidden = []


def called_back(f):
    """Return f for the engine to call.

    Pyodide writes the traceback of an error that leaves Python to sys.stderr, though the error
    comes back to where Python called the engine. `aloud` opens sys.stderr again there.
    """
    from pyodide.ffi import create_proxy

    def work(*args):
        try:
            return f(*args)
        except BaseException:
            if not _hidden:
                _hidden.append(sys.stderr)
                sys.stderr = _Sink()
            raise

    return create_proxy(work)


def aloud():
    """Let sys.stderr be what it was before an error in a function that the engine called."""
    if _hidden:
        sys.stderr = _hidden.pop()


def absent(what):
    """Return the sentence for a name or an argument that only PyTorch itself has."""
    return f"{what} {ELSEWHERE}"


def unsupported(kernel, kind):
    """Return the error of PyTorch for a type of numbers that a function does not take.

    It is made here and raised elsewhere: a line that begins with raising it is the learner's own.
    """
    return NotImplementedError(f"\"{kernel}\" not implemented for '{kind}'")


def refuse(function, arguments):
    """Refuse arguments that a function does not take here, whether PyTorch takes them or not."""
    from torch._absent import ARGUMENTS

    for name in arguments:
        if name in ARGUMENTS:
            raise NotInPage(absent(f"the argument {name!r} of torch.{function}"))
        raise TypeError(f"{function}() got an unexpected keyword argument {name!r}")


def engine(name):
    """Return an export of the engine; one that is missing says so when it is called."""
    try:
        return getattr(_engine, name)
    except AttributeError:

        def missing(*_):
            raise NotInPage(absent(f"what needs {name!r}"))

        return missing
