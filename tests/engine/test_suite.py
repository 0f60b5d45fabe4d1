"""The tests of the library and of its checks pass on the page's engine, by pytest in Pyodide."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

from .conftest import ROOT, InEngine

PACKAGES = (
    "pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments", "hypothesis",
    "sortedcontainers", "py", "_hypothesis_globals",
)  # fmt: skip

AREAS = sorted(
    str(path.relative_to(ROOT / "tests"))
    for path in (ROOT / "tests/library").rglob("test_*.py")
    if "figures" not in path.parts
)


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    packages = tmp_path_factory.mktemp("packages")
    for name in PACKAGES:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        origin = Path(spec.origin)
        if origin.name == "__init__.py":
            shutil.copytree(origin.parent, packages / name)
        else:
            shutil.copy(origin, packages)
    tests = tmp_path_factory.mktemp("tests")
    shutil.copytree(ROOT / "tests/library", tests / "library")
    with InEngine(packages, tests) as process:
        process.run("import suite")
        yield process


@pytest.mark.exhaustive
@pytest.mark.parametrize("path", AREAS)
def test_tests_of_the_library_pass(suite, path):
    found = suite.value(f"suite.results('/folders/4', {path!r})")
    assert not found["failed"]
