"""One step of the set-up: a command, its output in a log, its progress on one line of the screen.

A step that fails is explained in a sentence that says what to do. Standard library only.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

# What pip, npm and the operating system write -> what the reader is told.
CAUSES = (
    (
        ("No space left on device", "ENOSPC", "not enough space on the disk", "Disk quota"),
        "the disk is full: free about 3 GB (9 GB on Linux with PyTorch's build for graphics cards; "
        "README.md says how to choose the other, TORCH_INDEX) and run it again",
    ),
    (
        ("ensurepip is not available", "No module named ensurepip", "No module named 'ensurepip'"),
        "this Python has no venv module: install it (Debian and Ubuntu: `apt install "
        "python3-venv`) and run it again",
    ),
    (
        ("CERTIFICATE_VERIFY_FAILED", "SELF_SIGNED_CERT", "UNABLE_TO_GET_ISSUER_CERT"),
        "the certificate of the package index is not trusted: behind a proxy, name its certificate "
        "in PIP_CERT and NODE_EXTRA_CA_CERTS and run it again",
    ),
    (
        ("Failed to establish a new connection", "Max retries", "timed out", "name resolution",
         "ConnectionError", "(from versions: none)", "ENOTFOUND", "ECONNREFUSED", "ECONNRESET",
         "EAI_AGAIN", "ETIMEDOUT", "ENOTCACHED"),
        "the package index did not answer: check the network connection and run it again",
    ),
    (
        ("No matching distribution found", "ResolutionImpossible", "Requires-Python"),
        "a package has no release for this Python or computer: try another Python from 3.11 to "
        "3.13 (`make setup PYTHON=python3.12`)",
    ),
)  # fmt: skip


class SetupError(Exception):
    """What went wrong, and what to do, for the reader."""


def run(name: str, command: list[str], log: Path, folder: Path = ROOT) -> None:
    """Runs a command in ``folder``, and shows what it is at."""
    scratch = log.parent / "tmp"  # on the disk that was checked, not in a small /tmp
    scratch.mkdir(exist_ok=True)
    env = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    env |= {"TMPDIR": str(scratch), "PYTHONUNBUFFERED": "1", "NODE_USE_SYSTEM_CA": "1"}
    env |= {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_USER": "0"}
    before = log.stat().st_size
    with log.open("ab") as out:
        process = subprocess.Popen(
            command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
    try:
        show_progress(name, process, log, before)
    finally:
        process.terminate()  # nothing to a process that has ended
        process.wait()
        shutil.rmtree(scratch, ignore_errors=True)
    if process.returncode:
        raise SetupError(
            cause(tail(log, before)) or f"the step “{name}” failed: see its last lines"
        )


def show_progress(name: str, process: "subprocess.Popen[bytes]", log: Path, before: int) -> None:
    """Until the process ends, shows the last thing it said it does, and for how long."""
    terminal = sys.stdout.isatty()
    started = shown = time.monotonic()
    while process.poll() is None:
        time.sleep(0.1)
        now = time.monotonic()
        if now - shown > (0.5 if terminal else 15):
            shown = now
            status = f"  {name}: {now - started:.0f} s  {doing(tail(log, before))}"
            print(f"\r{status[:78]:78}" if terminal else status, end="" if terminal else "\n")
            sys.stdout.flush()
    done = f"  {name}: {time.monotonic() - started:.0f} s"
    print(f"\r{done:78}" if terminal else done, flush=True)


def doing(output: str) -> str:
    """The last line of an output that says what pip does."""
    verbs = ("Collecting", "Downloading", "Using cached", "Building", "Installing")
    lines = (line.strip().partition(":")[0] for line in reversed(output.splitlines()))
    return next((line for line in lines if line.startswith(verbs)), "")


def tail(log: Path, before: int) -> str:
    """What a log holds beyond its first bytes."""
    return log.read_bytes()[before:].decode(errors="replace")


def cause(output: str) -> str | None:
    """The sentence for what is found in an output, if it is a known one."""
    return next((text for signs, text in CAUSES if any(sign in output for sign in signs)), None)
