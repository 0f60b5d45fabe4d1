"""Forks kernels from a process that has imported already what chapters import. A script of its own.

Its arguments are names of modules. It reads requests, one a line: {"argv": …, "env": …, "cwd": …},
and answers each with the process id of a kernel. It ends when its standard input ends, with the
build, and its kernels end after it, because they look for their parent.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import sys

__all__: list[str] = []


def serve(modules: list[str]) -> None:
    """Answer requests until there are no more."""
    os.environ["JPY_PARENT_PID"] = str(os.getpid())  # a kernel reads it as it is imported
    for name in [*modules, "ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.zmqshell"]:
        importlib.import_module(name)
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # a kernel that has ended leaves nothing behind
    for line in sys.stdin:
        kernel = os.fork()
        if not kernel:
            become(**json.loads(line))
        print(kernel, flush=True)


def become(argv: list[str], env: dict[str, str], cwd: str) -> None:
    """Be the kernel that `argv` would start, in a session of its own, until it ends."""
    try:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)  # the answers go through 1
        os.chdir(cwd)
        os.environ.clear()
        os.environ.update(env)
        sys.argv = argv
        importlib.import_module("ipykernel.kernelapp").launch_new_instance()
    finally:
        os._exit(0)


if __name__ == "__main__":
    serve(sys.argv[1:])
