"""Build the last commit with the Sphinx to come: ``make next-sphinx``.

Jupyter Book 1 asks for Sphinx 7, and is not developed further. This says whether the book would
build without that bound. It makes an environment of its own, `_build/next/venv`, with the packages
of requirements.txt but for those in `INSTEAD`, and builds in `_build/next/book`. What chapters
gave is taken from the cache: the version of Sphinx changes pages alone.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from press.setup.settings import uv_variables

ROOT = Path(__file__).resolve().parents[3]
NEXT = ROOT / "_build" / "next"
INSTEAD = ("sphinx==9.0.4", "docutils<0.23", "myst-parser")
"""What stands in place of all bounds on these packages: of ours, and of other packages."""
TAKEN_ALONG = ("executed", "fonts", "run_wheels")
"""The caches in `_build` of what takes long."""


def main() -> int:
    """Make the environment, build, and return the exit code of the build."""
    python = _environment()
    book = _last_commit()
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(python)]
    subprocess.run([*uv, "--no-deps", "--editable", str(book)], env=_variables(), check=True)
    return subprocess.run([str(python), "-m", "press", "build"], cwd=book).returncode


def _environment() -> Path:
    """Make the environment, print the versions that differ from ours, and return its Python."""
    shutil.rmtree(NEXT, ignore_errors=True)
    NEXT.mkdir(parents=True)
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines(keepends=True)
    wanted, instead, found = NEXT / "wanted.in", NEXT / "instead.in", NEXT / "found.txt"
    wanted.write_text("".join(line for line in lines if not line.startswith("-")))
    instead.write_text("\n".join(INSTEAD))
    uv, quiet = [sys.executable, "-m", "uv"], ["--quiet", "--no-progress"]
    bounds = ["--override", str(instead), "--python", sys.executable]
    compiled = [*uv, "pip", "compile", *quiet, "--no-annotate", *bounds, str(wanted)]
    subprocess.run([*compiled, "--output-file", str(found)], env=_variables(), check=True)
    ours = set((ROOT / "code" / "constraints.txt").read_text(encoding="utf-8").split())
    for line in found.read_text(encoding="utf-8").splitlines():
        if "==" in line and line not in ours:
            print(line)
    folder = NEXT / "venv"
    subprocess.run([*uv, "venv", *quiet, "--python", sys.executable, str(folder)], check=True)
    python = folder / Path(sys.executable).relative_to(sys.prefix)
    install = [*uv, "pip", "install", *quiet, "--no-deps", "--python", str(python)]
    subprocess.run([*install, "--requirement", str(found)], env=_variables(), check=True)
    (folder / "npm").symlink_to(Path(sys.prefix) / "npm")
    return python


def _last_commit() -> Path:
    """Unpack the files of the last commit, beside copies of the caches, and return the folder."""
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, stdout=-1, check=True).stdout
    book = NEXT / "book"
    book.mkdir()
    subprocess.run(["tar", "-x", "-C", str(book)], input=archive, check=True)
    for name in TAKEN_ALONG:
        if (ROOT / "_build" / name).exists():
            shutil.copytree(ROOT / "_build" / name, book / "_build" / name)
    return book


def _variables() -> dict[str, str]:
    variables = os.environ | uv_variables([sys.executable, "-m", "pip"])
    if index := os.environ.get("TORCH_INDEX"):
        variables["UV_INDEX"] = f"{variables.get('UV_INDEX', '')} {index}".strip()
    return variables


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error.cmd[0]} failed: see above")
