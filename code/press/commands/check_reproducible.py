"""Build the last commit twice, in two places, and compare: ``make check-reproducible``.

Pages, figures, output store and search index have to be the same to the byte.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from .. import manifest
from ..book import Book, PressError

__all__ = ["differences", "main"]


def main() -> int:
    """Build twice, print the files that differ, and return 0 if there are none."""
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        # Paths differ in length and sets in order, and the home folder has no settings.
        places = {Path(first, "a"): "1", Path(second, "another", "place"): "2"}
        manifests = [_build(place, seed) for place, seed in places.items()]
    different = differences(*(found["outputs"] for found in manifests))
    for name in different:
        print(f"differs: {name}", file=sys.stderr)
    if not different:
        print(f"\nTwo builds gave the same {len(manifests[0]['outputs'])} files")
    return bool(different)


def differences(one: Mapping[str, object], two: Mapping[str, object]) -> list[str]:
    """Return the names that are not in both with the same digest, or the same content."""
    return sorted(name for name in one.keys() | two.keys() if one.get(name) != two.get(name))


def _build(place: Path, seed: str) -> dict[str, dict[str, str]]:
    archive = _last_commit()
    place.mkdir(parents=True)
    subprocess.run(["tar", "-x", "-C", str(place)], input=archive, check=True)
    path = str(place / "code")
    home = place.with_name("home")
    home.mkdir()
    env = os.environ | {"PYTHONPATH": path, "PYTHONHASHSEED": seed, "HOME": str(home)}
    build = [sys.executable, "-m", "press", "build"]
    if subprocess.run(build, cwd=place, env=env).returncode:
        raise PressError("the last commit does not build: see above")
    return manifest.read(Book(place))


def _last_commit() -> bytes:
    """Return the files of the last commit, as a tar archive."""
    try:
        done = subprocess.run(["git", "archive", "HEAD"], capture_output=True)
    except OSError as error:
        raise PressError("the last commit is built, but there is no program git") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise PressError(f"the last commit is built, but this folder has none: {said}")
    return done.stdout
