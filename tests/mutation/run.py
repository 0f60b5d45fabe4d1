"""How many small mistakes the tests would notice: ``make mutation``.

A seeded sample of mutants (see mutants.py), stratified by kind, is planted one at a time into a
copy of the project, and tests are run on the copy: first the fast tests that import the mutated
module, then the other fast tests of the area, then the slow tests that import the module. The first
test that fails kills the mutant.

The results are kept in _build/mutation, so that a run that was stopped goes on. Other code, or
another sample, begins anew. equivalent.toml lists mutants that no test can kill, with the reason.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import hashlib
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

import pytest
from scipy.stats import binomtest
from tqdm import tqdm

from .mutants import Mutant, mutants, sample

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "_build" / "mutation"
EQUIVALENT = Path(__file__).with_name("equivalent.toml")
FAST, SLOW = "not slow and not site", "slow and not site and not exhaustive"
PRELOADED = ["torch", "torch._dynamo", "scipy.stats", "matplotlib.figure", "pytest"]
LIMIT = 600
"""Seconds after which tests count as failed, because a mutant may loop for ever."""


@dataclass(frozen=True)
class Area:
    """A part of the code, its tests, and the share of its mutants that they are to kill."""

    code: str
    tests: str
    goal: float

    @property
    def modules(self) -> list[Path]:
        """The modules of this area, and not of one within it."""
        within = [a.code for a in AREAS.values() if a.code.startswith(f"{self.code}/")]
        found = sorted((ROOT / self.code).rglob("*.py"))
        return [p for p in found if not any(p.is_relative_to(ROOT / code) for code in within)]


AREAS = {
    "library": Area("code/diffprog", "tests/library", 0.95),
    "exercises": Area("code/diffprog/exercises", "tests/library/exercises", 0.90),
    "press": Area("code/press", "tests/press", 0.80),
}


def imported(path: Path) -> set[str]:
    """Return the dotted names of all that a test file imports.

    press.cache_key would know, but what runs the tests must not have imported the code to mutate.
    """
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def tests_of(mutant: Mutant, area: Area) -> list[str]:
    """Return the test files that import the mutated module."""
    module = ".".join(Path(mutant.path).with_suffix("").parts[1:]).removesuffix(".__init__")
    files = sorted((ROOT / area.tests).rglob("test_*.py"))
    return [str(path.relative_to(ROOT)) for path in files if module in imported(path)]


def run_tests(copy: Path, arguments: list[str]) -> None:
    """Run pytest in `copy`, in a process of its own, and exit with its code."""
    os.setsid()
    os.chdir(copy)
    os.environ["PYTHONPATH"] = str(copy / "code")
    sys.path.insert(0, str(copy / "code"))
    with Path("pytest.log").open("w", encoding="utf-8") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        code = pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-n", "0", *arguments])
    os._exit(int(code))


def passes(copy: Path, arguments: list[str]) -> bool:
    """Say whether these tests pass in `copy`; to have none of them passes as well."""
    process = CONTEXT.Process(target=run_tests, args=(copy, arguments))
    process.start()
    process.join(LIMIT)
    with contextlib.suppress(ProcessLookupError):
        assert process.pid is not None
        os.killpg(process.pid, signal.SIGKILL)  # also what the tests have started
    process.join()
    return process.exitcode in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)


def killed_by(mutant: Mutant, area: Area, copy: Path) -> str:
    """Return which tests killed the mutant: near, far or slow ones; nothing if it survived."""
    path = copy / mutant.path
    source = path.read_bytes()
    near = tests_of(mutant, area)
    try:
        path.write_bytes(mutant.applied(source))
        if near and not passes(copy, ["-m", FAST, *near]):
            return "near"
        if not passes(copy, ["-m", FAST, area.tests]):
            return "far"
        if near and not passes(copy, ["-m", SLOW, *near]):
            return "slow"
        return ""
    finally:
        path.write_bytes(source)


@contextlib.contextmanager
def copies(count: int) -> Iterator[SimpleQueue[Path]]:
    """Give copies of the project, as git knows it."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    names = [name for name in listed.stdout.split("\0") if (ROOT / name).is_file()]
    free: SimpleQueue[Path] = SimpleQueue()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            copy = Path(folder, str(number))
            for name in names:
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, copy / name)
            (copy / ".venv").symlink_to(sys.prefix)
            free.put(copy)
        yield free


def examine(name: str, count: int, seed: int, jobs: int) -> dict[Mutant, str]:
    """Return what killed each mutant of a sample, with those of an earlier run."""
    area = AREAS[name]
    drawn = sample(mutants(ROOT, area.modules), count, seed)
    tests = sorted((ROOT / area.tests).rglob("*.py"))
    state = hashlib.sha256(b"".join(p.read_bytes() for p in [*area.modules, *tests])).hexdigest()
    kept = RESULTS / f"{name}-{seed}-{state[:12]}.jsonl"
    RESULTS.mkdir(parents=True, exist_ok=True)
    lines = kept.read_text(encoding="utf-8").splitlines() if kept.exists() else []
    known = dict(json.loads(line) for line in lines if line.endswith("]"))
    waiting = [mutant for mutant in drawn if mutant.name not in known]
    with copies(jobs) as free, kept.open("a", encoding="utf-8") as file:
        if waiting and not passes(first := free.get(), ["-m", FAST, area.tests]):
            log = (first / "pytest.log").read_text(encoding="utf-8")
            sys.exit(f"{log}\n{area.tests}: these tests fail without a mutant: mend them first")
        elif waiting:
            free.put(first)

        def one(mutant: Mutant) -> tuple[str, str]:
            copy = free.get()
            try:
                return mutant.name, killed_by(mutant, area, copy)
            finally:
                free.put(copy)

        with ThreadPoolExecutor(jobs) as pool:
            done = as_completed([pool.submit(one, mutant) for mutant in waiting])
            for future in tqdm(done, desc=name, total=len(waiting), unit="mutant"):
                print(json.dumps(future.result()), file=file, flush=True)
                known.update([future.result()])
    return {mutant: known[mutant.name] for mutant in drawn}


def report(name: str, found: dict[Mutant, str]) -> bool:
    """Print how many mutants were killed, and which survived; return whether the goal is met."""
    reasons: dict[str, str] = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))
    counted = {mutant: by for mutant, by in found.items() if by or mutant.name not in reasons}
    kinds = defaultdict(list)
    for mutant, by in counted.items():
        kinds[mutant.kind].append(by)
    killed = sum(map(bool, counted.values()))
    low, high = binomtest(killed, len(counted)).proportion_ci(method="wilson")
    goal = AREAS[name].goal
    print(f"\n{name}: {killed} of {len(counted)} killed, {killed / len(counted):.0%}"
          f" (95 % interval {low:.0%} to {high:.0%}; goal {goal:.0%});"
          f" {len(found) - len(counted)} equivalent")  # fmt: skip
    for kind, results in sorted(kinds.items()):
        print(f"  {kind:12} {sum(map(bool, results)):3} of {len(results)}")
    for mutant, by in sorted(counted.items(), key=lambda item: (item[0].path, item[0].line)):
        if not by:
            print(f"  survived: {mutant.path}:{mutant.line}: {mutant.old} -> {mutant.new}")
    return killed >= goal * len(counted)


def main() -> int:
    """Examine the areas, and return 1 if one of them misses its goal."""
    parser = argparse.ArgumentParser(description="Plant small mistakes, and count what is noticed.")
    parser.add_argument("areas", nargs="*", default=list(AREAS), help=", ".join(AREAS))
    parser.add_argument("--count", type=int, default=200, help="mutants of each area")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    if unknown := set(given.areas) - set(AREAS):
        parser.error(f"there is no area {', '.join(sorted(unknown))}: give {', '.join(AREAS)}")
    met = [report(name, examine(name, given.count, given.seed, given.jobs)) for name in given.areas]
    return int(not all(met))


CONTEXT = multiprocessing.get_context("forkserver")

if __name__ == "__main__":
    os.environ |= {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    CONTEXT.set_forkserver_preload(PRELOADED)
    sys.exit(main())
