"""The tests of the library and of its checks pass on the page's engine, by pytest in Pyodide."""

from __future__ import annotations

import importlib.util
import re
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


LACKS = {
    "not in the page's engine": "half precision, complex numbers, meta tensors, seen operations",
    "SciPy is not in the page": "as the other packages that are written in C",
    "No module named 'hypothesis._native'": "hypothesis is written in Rust in part",
    "No module named 'IPython'": "the page shows outputs by itself",
    "No module named 'matplotlib'": "figures are drawn in the build",
    "does not support processes": "as any page",
    "fixture 'entries' not found": "the test asks what the built book has computed",
}
"""What the page lacks, by the words in which a test says so, with the reason."""

DIFFERENT = {
    r"test_every_function\[.*-(vmap|jacobian)\]": (
        "functorch refuses graphs of its own within vmap and jacrev, the engine does not"
    ),
    r"test_graph.*several_outputs": "the engine's split and unbind make a node for each output",
    r"test_verdict.*_advice_is_given": "the engine says other words on a softmax of integers",
    r"test_verdict.*_calls_the_check_of_its_name": "the chapters are not in the page",
    r"test_training.*progress_is_silent": "tqdm tells the page, and prints nothing",
    r"test_show.*source_is_what_is_imported": "the page's library is compiled",
}
"""Tests that fail for another reason."""


@pytest.mark.exhaustive
def test_tests_of_the_library_pass_or_say_what_the_page_lacks(suite):
    passed, unexplained, different = 0, {}, []
    for path in AREAS:
        found = suite.value(f"suite.results('/folders/4', {path!r})")
        passed += found["passed"]
        for name, said in found["failed"].items():
            if any(re.search(pattern, name) for pattern in DIFFERENT):
                different.append(name)
            elif not any(words in said for words in LACKS):
                unexplained[name] = said
    assert not unexplained
    assert len(different) <= 0.015 * passed
