"""Processes of the press that start within milliseconds: forks of one that has imported it.

To import the press, Sphinx and its extensions takes longer than to build a small book, and tests
build small books hundreds of times. Each build is a process of its own nevertheless, which can be
killed, has its own folder and variables, and ends as Python ends.

This file is the script, too, that is forked. It reads a request per line of its standard input, and
answers each with a line: the id of a new process, or the exit code of one.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class Warm:
    """The process that is forked; `seed` decides the order of sets in all of its forks."""

    def __init__(self, seed: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", __file__],
            env=os.environ | {"PYTHONPATH": str(ROOT / "code"), "PYTHONHASHSEED": seed},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, **request: object) -> int:
        """Send a request, and return its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(request), file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())

    def end(self) -> None:
        """End the process."""
        self._process.communicate()


started: dict[str, Warm] = {}
"""The processes that are forked, by their seeds."""


def end_all() -> None:
    """End the processes that are forked."""
    for each in started.values():
        each.end()


class Build:
    """A running process, with the methods of Popen that tests call."""

    def __init__(
        self, program: Sequence[str], folder: Path, env: Mapping[str, str], seed: str
    ) -> None:
        self._warm = started.get(seed) or started.setdefault(seed, Warm(seed))
        self._outputs = Path(tempfile.mkdtemp())
        self._paths = [str(self._outputs / name) for name in ("output", "errors")]
        self.returncode: int | None = None
        self.pid = self._warm.ask(
            program=program, folder=str(folder), env=dict(env), outputs=self._paths
        )
        self._end = os.pidfd_open(self.pid)

    def poll(self) -> int | None:
        """Return the exit code, or None if the process still runs."""
        if self.returncode is None and select.select([self._end], [], [], 0)[0]:
            self.wait()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code when the process has ended."""
        if self.returncode is None:
            if not select.select([self._end], [], [], timeout)[0]:
                self.kill()
                raise subprocess.TimeoutExpired("build", timeout or 0)
            os.close(self._end)
            self.returncode = self._warm.ask(ended=self.pid)
        return self.returncode

    def kill(self) -> None:
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Wait for the end, and return the standard output and the standard error."""
        self.wait(timeout)
        output, errors = (Path(path).read_text(encoding="utf-8") for path in self._paths)
        shutil.rmtree(self._outputs)
        return output, errors


def serve() -> dict[str, Any]:
    """Answer requests; return in each new process with its request."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for line in sys.stdin:
        request = json.loads(line)
        if "ended" in request:
            answer = os.waitstatus_to_exitcode(os.waitpid(request["ended"], 0)[1])
        elif (answer := os.fork()) == 0:
            return request
        print(answer, flush=True)
    sys.exit()


def become(program: list[str], folder: str, env: dict[str, str], outputs: list[str]) -> None:
    """Run a program, as `python -m press …` or `python script.py …` would in this folder."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, path in enumerate(outputs, 1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    added = [path for path in env["PYTHONPATH"].split(os.pathsep) if path not in sys.path]
    if program[0] == "-m":
        sys.path[:0] = [folder, *added]
        sys.argv = program[1:]
        runpy.run_module(program[1], run_name="__main__", alter_sys=True)
    else:
        sys.path[:0] = [os.path.dirname(program[0]), *added]
        sys.argv = program
        runpy.run_path(program[0], run_name="__main__")


def import_all() -> None:
    """Import the press, Sphinx and its extensions; keep them out of the search for garbage."""
    from sphinx.application import builtin_extensions

    from press.jupyter_book_config import sphinx_settings

    config = sphinx_settings(ROOT)
    modules = ("press.build", "press.pages.renderer", "myst_nb.core.lexers", "IPython.lib.lexers")
    for name in (*builtin_extensions, *config["extensions"], "sphinx_book_theme", *modules):
        importlib.import_module(name)
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    import_all()
    become(**serve())
