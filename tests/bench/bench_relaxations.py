"""What sorting saves over broadcasting, a batch over one: python -m tests.bench.bench_relaxations.

What is compared runs in turns in one process, so that what else the machine does hits both. Ratios
are "ours over theirs", and so are their limits; seconds have the machine in them.
"""

import os
import tracemalloc
from collections.abc import Callable
from functools import partial
from statistics import median
from time import perf_counter

import torch
from tests.bench.turns import one_thread, seconds
from torch import Tensor
from torch.profiler import ProfilerActivity, profile

from diffprog.relaxations.cut_fit import annealed, fit_cuts
from diffprog.relaxations.cuts import count
from diffprog.relaxations.global_search import search
from diffprog.relaxations.scan import scan
from diffprog.relaxations.significance import asimov
from diffprog.simulator.masses import one_mass, ten_masses

__all__ = ["LIMITS", "run"]

LIMITS = {
    "scan_sorted_over_broadcast": 1 / 200,
    "scan_sorted_over_broadcast_peak_bytes": 1 / 200,
    "scan_ten_million_events_s": 5,
    "fit_100_starts_over_one": 5,
    "ten_cuts_fit_over_search_evaluations": 1 / 10,
    "ten_cuts_fit_over_search": 1,
}


def _peak_bytes(f: Callable[[], object]) -> int:
    """Return the most memory that f holds at once: NumPy's and torch's, each at its own peak."""
    os.environ.setdefault("KINETO_LOG_LEVEL", "99")  # the profiler says that it starts and stops
    tracemalloc.start()
    f()
    _, of_numpy = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as run:
        f()
    held = of_torch = 0
    changes = [e for e in run.profiler.kineto_results.events() if e.name() == "[memory]"]
    for event in sorted(changes, key=lambda e: e.start_ns()):
        held += event.nbytes()
        of_torch = max(of_torch, held)
    return of_numpy + of_torch


def _compared(m: Tensor, c: Tensor) -> Tensor:
    """The counts of `scan`, by comparing each mass with each cut."""
    return (m[:, None] >= c).sum(0)


def _scans(repeats: int) -> dict[str, float]:
    m, c = torch.cat(one_mass(3)), torch.linspace(500, 1500, 10_000)
    broadcast, ours = partial(_compared, m, c), partial(scan, m, c)
    assert torch.equal(broadcast(), ours())
    pairs = [(seconds(broadcast), seconds(ours)) for _ in range(repeats)]
    peaks = _peak_bytes(broadcast), _peak_bytes(ours)
    many = 700 + 300 * torch.randn(10**7, generator=torch.Generator().manual_seed(3))
    return {
        "scan_broadcast_ms": 1e3 * median(a for a, _ in pairs),
        "scan_sorted_ms": 1e3 * median(b for _, b in pairs),
        "scan_sorted_over_broadcast": median(b / a for a, b in pairs),
        "scan_broadcast_peak_bytes": peaks[0],
        "scan_sorted_peak_bytes": peaks[1],
        "scan_sorted_over_broadcast_peak_bytes": peaks[1] / peaks[0],
        "scan_ten_million_events_s": seconds(lambda: scan(many, c)),
    }


def _fits(repeats: int, steps: int = 200) -> dict[str, float]:
    """Of one cut at the steepness that serves the reference sample best."""
    s, b = one_mass(3)
    many, one = torch.linspace(500, 1200, 100), torch.tensor(500.0)

    def fit(start: Tensor) -> object:
        return fit_cuts(s, b, start, 1.0, steps=steps)

    fit(one)
    pairs = [(seconds(lambda: fit(one)), seconds(lambda: fit(many))) for _ in range(repeats)]
    return {
        "fit_one_start_us_a_step": 1e6 * median(a for a, _ in pairs) / steps,
        "fit_100_starts_us_a_step": 1e6 * median(b for _, b in pairs) / steps,
        "fit_100_starts_over_one": median(b / a for a, b in pairs),
    }


def _ten_cuts(steps: int = 300) -> dict[str, float]:
    s, b = ten_masses(3)
    objective = partial(asimov, uncertainty=0.05)

    def hard(c: Tensor) -> Tensor:
        return objective(count(s, c), count(b, c))

    start = perf_counter()
    fitted = fit_cuts(
        s,
        b,
        torch.full((10,), 500.0),
        annealed(0.03, 1, steps),
        objective=objective,
        steps=steps,
        learning_rate=10.0,
    ).last["c"]
    middle = perf_counter()
    found = search(hard, [(0.0, 1000.0)] * 10, seed=0)
    end = perf_counter()
    return {
        "ten_cuts_fit_s": middle - start,
        "ten_cuts_search_s": end - middle,
        "ten_cuts_fit_over_search": (middle - start) / (end - middle),
        "ten_cuts_fit_over_search_evaluations": (steps + 1) / found.evaluations[-1].item(),
        "ten_cuts_fit_over_search_objective": hard(fitted).item() / -found.loss[-1].item(),
    }


@one_thread()
def run(repeats: int = 7) -> dict[str, float]:
    """Return times, bytes and ratios."""
    return _scans(repeats) | _fits(repeats) | _ten_cuts()


if __name__ == "__main__":
    for name, value in run().items():
        print(f"{name:40} {value:12.4g}")
