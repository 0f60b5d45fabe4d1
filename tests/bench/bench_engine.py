"""What running cells in the page takes: python -m tests.bench.bench_engine, after `make book`.

Ratios compare the page's engine, in node, with PyTorch on one thread: 2000 steps of Adam for a
soft cut on 10 500 events, as the library's `fit_cuts` and as a loop that is written out; and twelve
small networks that are trained together. The rest is measured in Chromium, which runs a first cell.
"""

import functools
import gzip
import http.server
import statistics
import threading
from pathlib import Path
from time import perf_counter

import psutil
from playwright.sync_api import Page, sync_playwright
from tests.bench.turns import one_thread
from tests.engine.conftest import InEngine

from press.run_here import runtime
from press.setup.browser import launch

__all__ = ["LIMITS", "run"]

ROOT = Path(__file__).parents[2]

LIMITS = {
    "engine_fit_cuts_over_torch": 2,
    "engine_loop_over_torch": 3.5,
    "run_here_first_MB": 5.6,
    "run_here_again_cpu_s": 2,
}

BEGIN = """
from time import perf_counter
import torch
from torch import Generator, nn
from diffprog.loops.ensembles import seeded, train_together
from diffprog.relaxations.cut_fit import fit_cuts
from diffprog.simulator import masses

signal, background = masses.one_mass(seed=1)
x = torch.rand(64, 3, generator=Generator().manual_seed(0))

def fit():
    fit_cuts(signal, background, torch.tensor(900.0), 10.0, steps=2000)

def loop():
    cut = torch.tensor(900.0, requires_grad=True)
    adam = torch.optim.Adam([cut], lr=1.0)
    for _ in range(2000):
        adam.zero_grad()
        s = torch.sigmoid((signal - cut) / 10).sum()
        b = torch.sigmoid((background - cut) / 10).sum()
        (-s / b.sqrt()).backward()
        adam.step()

def networks():
    build = lambda: nn.Sequential(nn.Linear(3, 32), nn.Tanh(), nn.Linear(32, 1))
    models = [seeded(build, seed) for seed in range(12)]
    loss = lambda m: ((m(x) - (x**2).sum(1, keepdim=True)) ** 2).mean()
    train_together(models, loss, steps=500, progress=False)

def seconds(f):
    begun = perf_counter()
    f()
    return perf_counter() - begun
"""


def run() -> dict[str, float]:
    """Return ratios to PyTorch, and megabytes, seconds of CPU and memory in Chromium."""
    return ratios() | in_chromium()


@one_thread()
def ratios() -> dict[str, float]:
    """Return the medians of five pairs, one run after the other."""
    names: dict[str, object] = {}
    exec(BEGIN, names)
    found = {}
    with InEngine() as engine:
        engine.run(BEGIN)
        for what, name in (("fit_cuts", "fit"), ("loop", "loop"), ("networks", "networks")):
            pairs = [
                engine.value(f"seconds({name})") / eval(f"seconds({name})", names) for _ in range(5)
            ]
            found[f"engine_{what}_over_torch"] = statistics.median(pairs)
    return found


class _Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves the site, and logs nothing."""

    def log_message(self, *_: object) -> None:
        pass


def in_chromium() -> dict[str, float]:
    """Return what the first cell of a page costs, and the first of a second visit."""
    handler = functools.partial(_Quiet, directory=str(ROOT / "_build" / "html"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/book/part1/gradient.html"
        with sync_playwright() as playwright:
            browser = launch(playwright)
            context = browser.new_context()
            first = first_cell(context.new_page(), address)
            again = first_cell(context.new_page(), address)
            browser.close()
        server.shutdown()
    return {
        "run_here_first_MB": on_the_wire() / 1e6,
        "run_here_first_cpu_s": first[0],
        "run_here_again_cpu_s": again[0],
        "run_here_first_s": first[1],
        "run_here_again_s": again[1],
        "run_here_memory_MB": first[2],
    }


def on_the_wire() -> int:
    """Return the bytes of the runtime from a host that compresses what is not compressed yet."""
    paths = [path for path in runtime.make().folder.rglob("*") if path.is_file()]
    return sum(
        path.stat().st_size if path.suffix == ".gz" else len(gzip.compress(path.read_bytes()))
        for path in paths
    )


def first_cell(page: Page, address: str) -> tuple[float, float, float]:
    """Run the first cell of a page; return seconds of CPU, seconds, and more memory, in MB."""
    page.goto(address, wait_until="networkidle")
    (cpu, memory), begun = spent(), perf_counter()
    page.locator(".dp-stub .dp-run-run").first.click()
    page.locator(".dp-run-output", has_text="it is your turn").wait_for()
    after = spent()
    return after[0] - cpu, perf_counter() - begun, (after[1] - memory) / 1e6


def spent() -> tuple[float, float]:
    """Return seconds of CPU and bytes of the processes that this one has started."""
    processes = psutil.Process().children(recursive=True)
    times = [process.cpu_times() for process in processes]
    return sum(t.user + t.system for t in times), sum(p.memory_info().rss for p in processes)


if __name__ == "__main__":
    for name, value in run().items():
        print(f"{name:40} {value:.3g}")
