"""A submission's process, as the grader has it, and its functions.

A `Function` stands for a function of the submission: the checks call it as if
it were here. Its arguments go there as a pickle. Its results come back as
plain data; a result with a graph gets its gradients from there, too.
"""

import base64
import contextlib
import io
import json
import os
import select
import signal
import subprocess
import sys
import time
from itertools import count
from pathlib import Path
from typing import Any

import cloudpickle
import torch
from torch import Tensor, nn

from diffprog import exercises
from diffprog.exercises._check import YOUR_TURN, Wrong
from diffprog.grade.inside import is_plain, leaves
from diffprog.grade.plain import decode, encode
from diffprog.grade.sandbox import Sandbox

__all__ = ["Function", "Gone", "Process"]

CODE = Path(__file__).parents[2]
LARGEST = 200_000_000  # characters of an answer
CELLS = 10  # times as long as a call may all cells take


class Gone(Exception):
    """The process has ended, or does not answer in time."""


class Process:
    """A process that has run the cells of a submission."""

    def __init__(self, sandbox: Sandbox, cells: list[str], seconds: float) -> None:
        self.seconds, self.numbers, self.rest = seconds, count(), b""
        command = [
            *sandbox.command,
            sys.executable,
            "-m",
            "diffprog.grade.inside",
        ]
        # Nothing of the grader's environment but what Python needs.
        kept = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT")
        env = {name: os.environ[name] for name in kept if name in os.environ}
        env |= {
            "PYTHONPATH": str(CODE),
            "HOME": "/tmp",
            "IPYTHONDIR": "/tmp/ipython",
        }
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=env, cwd="/tmp", start_new_session=True,
        )  # fmt: skip
        self.lost = False
        """Whether it has not answered, and cannot be asked any more."""
        self.failed: dict[str, str] = {}
        try:
            failed = self.ask("run", cells, seconds=CELLS * seconds).get("failed")
            if not isinstance(failed, dict):
                raise Gone("the submission has answered in the place of its process")
            self.failed = {str(number): str(text) for number, text in failed.items()}
        except BaseException:
            self.end()
            raise

    def ask(self, what: str, *given: Any, seconds: float = 0) -> Any:
        """Return the answer to a request; raise `Gone` if there is none."""
        number, self.lost = next(self.numbers), True
        try:
            self._write(json.dumps([what, number, *given]).encode() + b"\n")
            answered, answer = json.loads(self._line(seconds or self.seconds))
        except (OSError, ValueError, RecursionError) as error:
            raise Gone("the submission has ended its process") from error
        if answered != number or not isinstance(answer, dict):
            raise Gone("the submission has answered what was not asked")
        self.lost = False
        return answer

    def _write(self, line: bytes) -> None:
        pipe = self.process.stdin
        assert isinstance(pipe, io.BufferedIOBase)
        pipe.write(line)
        pipe.flush()

    def _line(self, seconds: float) -> bytes:
        pipe = self.process.stdout
        assert pipe is not None
        until, text = time.monotonic() + seconds, self.rest
        while b"\n" not in text:
            left = until - time.monotonic()
            if left <= 0 or not select.select([pipe], [], [], left)[0]:
                raise Gone(f"no answer within {seconds:g} seconds")
            piece = os.read(pipe.fileno(), 1 << 16)
            text += piece
            if not piece or len(text) > LARGEST:
                raise Gone("the submission has ended its process")
        line, _, self.rest = text.partition(b"\n")
        return line

    def end(self) -> None:
        """End the process and all that it has started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()


class Function:
    """A function in the process of a submission."""

    def __init__(self, process: Process, name: str) -> None:
        self.process, self.__name__ = process, name

    def __call__(self, *arguments: Any) -> Any:
        """Call it there; what it changes in its arguments is changed here, too."""
        inputs = leaves(arguments)
        try:
            answer = self.process.ask("call", self.__name__, _packed(arguments))
        except Gone as gone:
            raise Wrong(f"{gone}.") from gone
        if "missing" in answer:
            raise Wrong(f"the notebook defines no function {self.__name__}")
        if "error" in answer:
            raise _error(answer)
        for argument, after in zip(arguments, answer["after"], strict=True):
            _change(argument, after)
        key = int(answer["key"])

        def with_graph(value: Tensor, index: int) -> Tensor:
            if not value.is_floating_point():
                return value
            if not inputs:
                return value.requires_grad_()
            made: Tensor = _There.apply(  # type: ignore[no-untyped-call]
                self.process, key, index, value, *inputs
            )
            return made

        return decode(answer["result"], with_graph)


class _There(torch.autograd.Function):
    """A result whose graph is in the process of the submission."""

    @staticmethod
    def forward(
        ctx: Any,
        process: Process,
        key: int,
        index: int,
        value: Tensor,
        *inputs: Tensor,
    ) -> Tensor:
        ctx.asked, ctx.inputs = (
            (process, key, index),
            [x.shape for x in inputs],
        )
        return value

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, slope: Tensor) -> Any:
        process, key, index = ctx.asked
        answer = process.ask("gradient", key, index, encode(slope))
        if "error" in answer:
            raise RuntimeError(str(answer.get("text")))
        found = [decode(x) for x in answer["slopes"]]
        if any(x is not None and x.shape != s for x, s in zip(found, ctx.inputs, strict=True)):
            raise RuntimeError("a gradient has another shape than its tensor")
        return None, None, None, None, *found


def _packed(arguments: Any) -> str:
    """Pickle arguments; classes of the checks travel whole, as they are not there."""
    cloudpickle.register_pickle_by_value(exercises)
    try:
        return base64.b64encode(cloudpickle.dumps(arguments)).decode()
    finally:
        cloudpickle.unregister_pickle_by_value(exercises)


def _error(answer: dict[str, Any]) -> Exception:
    name, text = str(answer["error"]), str(answer.get("text"))
    if name == "Wrong":
        return Wrong(text)
    if name == "NotImplementedError" and text.startswith("Your turn!"):
        return Wrong(YOUR_TURN)
    error: Exception = type(name if name.isidentifier() else "Error", (Exception,), {})(text)
    return error


def _change(x: Any, after: Any) -> None:
    """Give an argument the state that it has there."""
    if isinstance(x, list):
        x[:] = decode(after)
    elif isinstance(x, Tensor):
        value = decode(after)
        if value.shape != x.shape or value.dtype != x.dtype:
            raise Wrong("your function changes the shape or the type of a tensor that it was given")
        with torch.no_grad():
            x.copy_(value)
    elif isinstance(after, dict):
        for name, value in after.get("own", {}).items():
            if is_plain(vars(x).get(name)):
                setattr(x, name, decode(value))
        if isinstance(x, nn.Module):
            x.load_state_dict({name: decode(w) for name, w in after["weights"].items()})
            for p, graded in zip(x.parameters(), after["graded"], strict=True):
                p.grad = torch.zeros_like(p) if graded else None
