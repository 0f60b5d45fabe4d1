"""PyTorch itself for the page: wheels that take the engine's place, if the author names them.

The variable `TORCH_WHEELS` holds local files with their digests, as `path#sha256=…`, separated by
spaces. They have to be wheels that the page's Python can load.
"""

from __future__ import annotations

import json
import os
import re
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from packaging import tags
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from .. import files
from ..book import PressError
from ..node import PACKAGES

__all__ = ["VARIABLE", "Wheel", "named", "pytorch"]

VARIABLE = "TORCH_WHEELS"
LOCK = PACKAGES / "pyodide" / "pyodide-lock.json"
"""It says for which platform and which Python Pyodide was built."""


@dataclass(frozen=True)
class Wheel:
    """A wheel whose digest and tags are right."""

    path: Path
    sha256: str
    project: str
    version: str
    packages: frozenset[str]
    """The names at the top of the wheel."""


def named() -> tuple[Wheel, ...]:
    """Return the wheels that the variable names; raise PressError if one of them is not right."""
    found = tuple(_read(item) for item in os.environ.get(VARIABLE, "").split())
    if found and not any(wheel.project == "torch" for wheel in found):
        raise PressError(f"{VARIABLE}: none of its files is a wheel of torch")
    return found


def pytorch() -> str:
    """Return the version of PyTorch that the page runs, or '' if it runs the engine."""
    return next((wheel.version for wheel in named() if wheel.project == "torch"), "")


@cache
def _read(item: str) -> Wheel:
    match = re.fullmatch(r"(.+)#sha256=([0-9a-f]{64})", item)
    if not match:
        raise PressError(f"{VARIABLE}: write {item!r} as path#sha256=<the digest of the file>")
    path, digest = Path(match[1]), match[2]
    if not path.is_file():
        raise PressError(f"{VARIABLE}: there is no file {path}")
    if (found := files.digest(path.read_bytes())) != digest:
        raise PressError(f"{VARIABLE}: the digest of {path} is {found}, not {digest}")
    try:
        project, version, _, its_tags = parse_wheel_filename(path.name)
        with zipfile.ZipFile(path) as archive:
            packages = frozenset(name.partition("/")[0] for name in archive.namelist())
    except (InvalidWheelFilename, zipfile.BadZipFile) as error:
        raise PressError(f"{VARIABLE}: {path} is not a wheel: {error}") from error
    loadable = _loadable()
    if not its_tags & set(loadable):
        raise PressError(
            f"{VARIABLE}: {path.name} is not for the page's Python, which loads wheels such as"
            f" {loadable[0]} and py3-none-any"
        )
    return Wheel(path, digest, project, str(version), packages)


@cache
def _loadable() -> list[tags.Tag]:
    """Return the tags of the wheels that the page's Python loads, the best first."""
    info = json.loads(LOCK.read_text(encoding="utf-8"))["info"]
    major, minor, _ = map(int, info["python"].split("."))
    interpreter = f"cp{major}{minor}"
    platforms = [f"pyemscripten_{info['abi_version']}_{info['arch']}"]
    return [
        *tags.cpython_tags((major, minor), [interpreter], platforms),
        *tags.compatible_tags((major, minor), interpreter, platforms),
    ]
