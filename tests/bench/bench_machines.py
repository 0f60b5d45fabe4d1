"""A cut on up to 10⁸ events in a file: python -m tests.bench.bench_machines [events …].

The soft significance and its slope are computed from a mapped file of masses. The file is written
into the folder of temporary files, whose free space is asked for before, and is removed after.
Memory is what is not the file's: `RssAnon` of Linux, sampled while it runs.
"""

import shutil
import sys
import tempfile
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from time import sleep

import numpy as np
import torch
from tests.bench.turns import one_thread, seconds
from torch import Tensor

from diffprog.relaxations.cut_of_parts import BLOCK, count_by_blocks, mapped
from diffprog.relaxations.significance import significance

__all__ = ["LIMITS", "run"]

SIZES = (10**6, 10**7, 10**8)
LIMITS = {
    "machines_largest_anonymous_MB": 1000,  # above what torch needs once it is imported
    "machines_ns_an_event_largest_over_first": 1.5,
}


def anonymous() -> float:
    """Return the memory of this process that no file backs, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (line,) = (x for x in lines if x.startswith("RssAnon"))
    return int(line.split()[1]) * 1024 / 1e6


class Watched:
    """Sample the anonymous memory in a `with` block: `most` is the largest, above the first."""

    def __enter__(self) -> "Watched":
        self.most, self.ended = 0.0, threading.Event()
        self.thread = threading.Thread(target=self._sample, args=(anonymous(),))
        self.thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.ended.set()
        self.thread.join()

    def _sample(self, before: float) -> None:
        while not self.ended.is_set():
            self.most = max(self.most, anonymous() - before)
            sleep(0.005)


def written(path: Path, events: int) -> None:
    """Write that many masses, block by block: every 21st is of the signal."""
    space, needed = shutil.disk_usage(path.parent).free, 8 * events
    if space < 2 * needed:
        raise OSError(f"{path.parent}: {space / 1e9:.1f} GB free, want {2 * needed / 1e9:.1f} GB")
    g = torch.Generator().manual_seed(3)
    m = np.lib.format.open_memmap(path, "w+", np.float64, (events,))
    for i in range(0, events, BLOCK):
        n = min(BLOCK, events - i)
        z = torch.randn(n, generator=g, dtype=torch.float64)
        is_signal = torch.arange(i, i + n) % 21 == 0
        m[i : i + n] = torch.where(is_signal, 1100 + 50 * z, 700 + 300 * z).numpy()
    m.flush()


def step(m: Tensor) -> None:
    """Compute the soft significance and its slope, by the first and the other events."""
    c = torch.tensor(1000.0, dtype=torch.float64, requires_grad=True)
    s, b = (count_by_blocks(x, c, 0.05) for x in m.tensor_split([len(m) // 21]))
    significance(s, b).backward()
    assert c.grad is not None
    assert c.grad.isfinite()


@one_thread()
def run(sizes: Sequence[int] = SIZES) -> dict[str, float]:
    """Return nanoseconds an event, for the significance and its slope, and MB of memory."""
    found: dict[str, float] = {}
    step(torch.linspace(0, 2000, 10 * BLOCK, dtype=torch.float64))  # loads what torch loads late
    for events in sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "masses.npy")
            written(path, events)
            m = mapped(path)
            with Watched() as memory:
                time = min(seconds(partial(step, m)) for _ in range(3))
            del m
        found[f"machines_ns_an_event_{events:.0e}"] = 1e9 * time / events
        found[f"machines_anonymous_MB_{events:.0e}"] = memory.most
    first, *_, last = (f"{events:.0e}" for events in (*sizes, sizes[-1]))
    found["machines_largest_anonymous_MB"] = found[f"machines_anonymous_MB_{last}"]
    found["machines_ns_an_event_largest_over_first"] = (
        found[f"machines_ns_an_event_{last}"] / found[f"machines_ns_an_event_{first}"]
    )
    return found


if __name__ == "__main__":
    for name, value in run([int(float(n)) for n in sys.argv[1:]] or SIZES).items():
        print(f"{name:42} {value:12.4g}")
