"""Script that imports what the chapters import, and then forks kernels from its process.

Its arguments are names of modules. It reads one request per line, {"argv": …, "env": …, "cwd": …},
and answers each with the process id of a kernel. The script ends when its standard input ends, as
it does with the build. Its kernels end soon after, because they watch their parent process.
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
    """Answer requests until standard input ends."""
    os.environ["JPY_PARENT_PID"] = str(os.getpid())  # ipykernel reads it when imported
    gc.disable()  # a quarter of the time of imports, which leave nearly nothing to collect
    for name in [*modules, "ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.zmqshell"]:
        importlib.import_module(name)
    gc.freeze()
    gc.enable()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended kernels leave no zombies
    for line in sys.stdin:
        kernel = os.fork()
        if not kernel:
            become(**json.loads(line))
        print(kernel, flush=True)


def become(argv: list[str], env: dict[str, str], cwd: str) -> None:
    """Become the kernel that `argv` would start, in a session of its own, and exit with it."""
    try:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)  # file descriptor 1 carries the answers
        os.chdir(cwd)
        os.environ.clear()
        os.environ.update(env)
        sys.argv = argv
        importlib.import_module("ipykernel.kernelapp").launch_new_instance()
    finally:
        os._exit(0)


if __name__ == "__main__":
    serve(sys.argv[1:])
