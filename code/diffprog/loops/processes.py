"""Several processes on this machine that add up what they have.

PyTorch does the work: its launcher torchrun starts the processes, and its
backend Gloo passes sums between them, here over the loopback 127.0.0.1. No
sum waits for longer than its time limit, and a process that is lost ends
the others.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import torch.distributed as dist
from torch import Tensor

from diffprog import _args

__all__ = ["Lost", "all_reduce", "connected", "launch", "own"]


class Lost(RuntimeError):
    """A process was lost; the text says which, and how."""


def all_reduce(x: Tensor) -> Tensor:
    """Σᵣ xᵣ over the processes, to each of them, without a graph."""
    x = x.detach().clone()
    dist.all_reduce(x)
    return x


def own(x: Tensor) -> Tensor:
    """Return this process's part of x, one of P that are nearly equal."""
    return x.tensor_split(dist.get_world_size())[dist.get_rank()]


@contextmanager
def connected(seconds: float = 60) -> Iterator[bool]:
    """Connect the processes that torchrun has started, in a `with` block.

    Yields whether this is the process that should print.

    Args:
        seconds: How long a sum may wait for the other processes.
    """
    limit = timedelta(seconds=_args.positive("seconds", seconds))
    dist.init_process_group("gloo", timeout=limit)
    try:
        yield dist.get_rank() == 0
    finally:
        dist.destroy_process_group()


def launch(
    module: str, *arguments: object, processes: int, seconds: float = 300
) -> str:
    """Run `python -m module arguments` in P processes; return their output.

    Each gets one thread. The port is one that is free.

    Raises:
        Lost: A process has failed or was killed, or it takes too long.
    """
    _args.count("processes", processes)
    command = [
        sys.executable, "-m", "torch.distributed.run",
        "--nproc-per-node", str(processes), "--local-addr", "127.0.0.1",
        "--rdzv-backend", "c10d", "--rdzv-endpoint", "127.0.0.1:0",
        "-m", module, *map(str, arguments),
    ]  # fmt: skip
    loopback = "lo0" if sys.platform == "darwin" else "lo"
    here = {"OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": loopback}
    with subprocess.Popen(
        command, env=os.environ | here, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as run:  # fmt: skip
        try:
            out, err = run.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            run.terminate()  # torchrun ends its processes, too
            run.communicate()
            late = f"{module} was stopped after {seconds:g} s"
            raise Lost(late) from None
    if run.returncode:
        raise Lost(_cause(err, processes))
    sys.stderr.write(err)
    return out


def _cause(err: str, processes: int) -> str:
    """Say in a sentence what torchrun says in many lines.

    The other processes fail, too, by Gloo or since torchrun ends them.
    """
    codes = re.findall(r"rank +: (\d+).*\n +exitcode +: (-?\d+)", err)
    killed = [(r, -int(n)) for r, n in codes if int(n) not in (1, -15)]
    said = re.findall(r"^\[rank(\d+)\]: (\w+: .*)$", err, re.MULTILINE)
    said.sort(key=lambda error: "gloo" in error[1])
    if killed and killed[0][1] > 0:
        rank, how = killed[0][0], f"was killed by signal {killed[0][1]}"
    elif said:
        rank, how = said[0][0], f"failed with {said[0][1]}"
    else:
        return f"torchrun failed: {' '.join(err.strip().splitlines()[-1:])}"
    return f"process {rank} of {processes} {how}, and the others were ended"
