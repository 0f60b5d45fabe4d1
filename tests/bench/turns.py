"""What benchmarks of this folder share: a time, and one thread for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

import torch

__all__ = ["one_thread", "seconds"]


def seconds(f: Callable[[], object]) -> float:
    start = perf_counter()
    f()
    return perf_counter() - start


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch compute on one thread: on small tensors, further threads only wait."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
