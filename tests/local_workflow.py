"""Run the commands of a workflow here, step by step, in a clean clone of the last commit.

``python -m tests.local_workflow release.yml`` does what a runner of GitHub would: each job begins
in a new clone, and a step is a script for bash, which ends at the first command that fails. What
needs GitHub, an administrator or Docker is named and left out. ``--job site`` takes one job alone.
To be faster, ``--without-tests`` only makes the environment where all tests would be run,
``--share`` gives all jobs one clone, and ``--executed`` gives clones what chapters gave here.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = ROOT / ".github" / "workflows"
NOT_HERE = {
    r"github\.token": "needs the token of GitHub",
    r"^\s*(sudo|apt-get|git config --global) ": "changes the machine",
    r"\bdocker |jupyter-repo2docker": "needs Docker",
    r"\bgh (release|issue|label) ": "needs GitHub",
    r"^\s*curl ": "needs the network",
}
"""Patterns in a step, and why it is not run here."""
TESTS = (".ci/run", "make test", "make test-all")


@dataclass
class Step:
    """A step of a job: what it is called, its script, and why it is not run here, if it is not."""

    job: str
    name: str
    script: str
    why_not: str
    folder: str = "."


def steps(workflow: Path) -> Iterator[Step]:
    """Yield the steps of all jobs, in the order of the file, which is that of their needs."""
    for job, what in yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"].items():
        for step in what["steps"]:
            script = step.get("run", "")
            said = f"{script}\n{step.get('env', '')}"
            why = next((w for sign, w in NOT_HERE.items() if re.search(sign, said, re.M)), "")
            name = step.get("name") or script.strip().partition("\n")[0] or step["uses"]
            if not script:
                why = "an action, which GitHub runs"
            yield Step(job, name, script, why, step.get("working-directory", "."))


def _variables(clone: Path, temporary: Path) -> dict[str, str]:
    def git(*words: str) -> str:
        return subprocess.check_output(["git", *words], cwd=clone, text=True).strip()

    version = re.search(r'^version = "(.+)"', (clone / "pyproject.toml").read_text(), re.M)
    assert version
    return {
        "CI": "true",
        "GITHUB_SHA": git("rev-parse", "HEAD"),
        "GITHUB_REF_NAME": f"v{version[1]}",
        "GITHUB_STEP_SUMMARY": str(temporary / "summary.md"),
        "RUNNER_TEMP": str(temporary),
    }


def run(step: Step, clone: Path, temporary: Path) -> int:
    """Run a step as a runner does, with expressions replaced by what is here."""

    def value(expression: re.Match[str]) -> str:
        known = {"runner.temp": str(temporary)}
        return known.get(expression[1], os.environ.get(expression[1].rpartition(".")[2], ""))

    script = re.sub(r"\$\{\{ ([\w.]+) \}\}", value, step.script)
    folder = clone / re.sub(r"\$\{\{ ([\w.]+) \}\}", value, step.folder)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("VIRTUAL_", "MAKE"))}
    environment |= _variables(clone, temporary)
    bash = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script]
    return subprocess.run(bash, cwd=folder, env=environment).returncode


def main(arguments: list[str]) -> int:
    """Run what was asked for, print a line for each step, and return 0 if none has failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.local_workflow", description=__doc__)
    parser.add_argument("workflow")
    parser.add_argument("--job")
    parser.add_argument("--without-tests", action="store_true")
    parser.add_argument("--share", action="store_true")
    parser.add_argument("--executed", action="store_true")
    asked = parser.parse_args(arguments)
    lines, failed, clone = [], set[str](), None
    with tempfile.TemporaryDirectory() as folder:
        for number, step in enumerate(steps(WORKFLOWS / asked.workflow)):
            if asked.job not in (None, step.job) or step.job in failed:
                continue
            temporary = Path(folder, step.job)
            if not temporary.exists():
                temporary.mkdir()
                if clone is None or not asked.share:
                    clone = Path(folder, f"{step.job}-{number}")
                    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
                    if asked.executed:
                        cache = Path("_build", "executed")
                        shutil.copytree(ROOT / cache, clone / cache)
            assert clone is not None
            why = step.why_not
            if asked.without_tests and step.script.strip() in TESTS:
                step = replace(
                    step, name=f"make setup, in place of {step.name}", script="make setup"
                )
            begun = time.monotonic()
            if not why:
                print(f"\n=== {step.job}: {step.name}", flush=True)
                if code := run(step, clone, temporary):
                    failed.add(step.job)
                    why = f"FAILED with {code}"
            took = f"{time.monotonic() - begun:6.0f} s"
            lines.append(f"{step.job:10} {why or took:36} {step.name[:70]}")
    print("\n" + "\n".join(lines))
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
