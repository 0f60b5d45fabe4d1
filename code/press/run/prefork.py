"""Kernels forked from one process that has already imported what the chapters import.

Importing PyTorch and matplotlib takes longer than most chapters compute. On Linux it is done once
for all chapters. Elsewhere a fork is not safe, and each kernel starts by itself.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

__all__ = ["MODULES", "Prefork", "prefork"]

MODULES = ("numpy", "torch", "torch._dynamo", "matplotlib.figure")
"""Modules that take long to import; none of the book's own, because authors change those."""


class Prefork:
    """The process from which kernels are forked."""

    def __init__(self, modules: Sequence[str], env: Mapping[str, str]) -> None:
        script = str(Path(__file__).with_name("prefork_server.py"))
        self._lock = Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-P", script, *modules],
            env=env,
            cwd=Path(__file__).parents[1],  # matplotlib reads its settings in this folder
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C reaches only the build, which ends this process
        )

    def close(self) -> None:
        """End the process; its remaining kernels end soon after."""
        self._process.kill()
        self._process.communicate()

    def provisioner(self, manager: Any) -> LocalProvisioner:
        """Return a provisioner that forks the kernel of `manager`."""
        born = _Provisioner(kernel_id="", kernel_spec=manager.kernel_spec, parent=manager)
        born.prefork = self
        return born

    def fork(self, argv: Sequence[str], env: Mapping[str, str], cwd: str) -> _Kernel | None:
        """Fork a kernel, and return it; return None if the process has ended."""
        request = {"argv": argv, "env": dict(env), "cwd": cwd}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._lock:
            try:
                print(json.dumps(request), file=self._process.stdin, flush=True)
                answer = self._process.stdout.readline()
            except (OSError, ValueError):
                answer = ""
        return _Kernel(int(answer)) if answer else None


@contextmanager
def prefork(modules: Sequence[str], env: Mapping[str, str]) -> Iterator[Prefork | None]:
    """Keep a process that has imported `modules`; None on a system other than Linux."""
    if sys.platform != "linux":
        yield None
        return
    found = Prefork(modules, env)
    try:
        yield found
    finally:
        found.close()


class _Kernel:
    """A process that is not our child, with the methods of Popen that Jupyter calls."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> int | None:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 1  # not our child, so there is no exit code; Jupyter only tests for None
        return None

    wait = poll

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class _Provisioner(LocalProvisioner):
    prefork: Prefork

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Fork the kernel, or start it if there is no process to fork from."""
        argv, env, cwd = cmd[cmd.index("-f") - 1 :], kwargs["env"], str(kwargs["cwd"])
        birth = asyncio.create_task(asyncio.to_thread(self.prefork.fork, argv, env, cwd))
        try:
            kernel = await asyncio.shield(birth)
        except asyncio.CancelledError:  # Ctrl-C: no kernel may start in a folder that is deleted
            if late := await birth:
                late.kill()
            raise
        if kernel is None:
            return await super().launch_kernel(cmd, **kwargs)
        self.process: Any = kernel
        self.pid = self.pgid = kernel.pid
        self.cwd = cwd
        return self.connection_info
