"""The branch that Binder and Colab open: its content, and that it runs without anything else."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
import torch

from press.book import Book, PressError
from press.notebooks.branch import assemble

from ...conftest import ROOT
from .conftest import INDEX
from .test_round_trip import PAGES

pytestmark = [pytest.mark.site, pytest.mark.slow]

ALSO = {"IPython": "ipython", "cycler": "matplotlib", "diffprog": ""}  # what others install


def test_it_holds_notebooks_library_and_environment(branch):
    assert {path.name for path in branch.iterdir()} == {
        *("LICENSE", "LICENSES"),
        ".binder", "README.md", "code", "pyproject.toml", "solved", "student",
    }  # fmt: skip
    for kind in ("student", "solved"):
        assert {
            path.relative_to(branch / kind).with_suffix("").as_posix()
            for path in (branch / kind).rglob("*.ipynb")
        } == set(PAGES)
    size = sum(path.stat().st_size for path in branch.rglob("*") if path.is_file())
    assert size < 30e6, "someone waits for this to be cloned"


def test_it_goes_into_an_empty_folder_only(build, tmp_path):
    (tmp_path / "precious").touch()
    with pytest.raises(PressError, match="not empty"):
        assemble(build.book, tmp_path)
    with pytest.raises(PressError, match="make book"):
        assemble(Book(tmp_path), tmp_path / "new")


def test_without_an_index_any_torch_will_do(build, tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("TORCH_INDEX", raising=False)
    assemble(build.book, tmp_path / "branch")
    text = (tmp_path / "branch/.binder/requirements.txt").read_text()
    assert "index-url" not in text
    assert "+cpu" not in text
    assert "TORCH_INDEX is not set" in capsys.readouterr().out


def test_it_installs_what_is_imported_and_nothing_else(branch):
    pinned = dict(
        re.findall(r"^([\w-]+)==(.+)$", (branch / ".binder/requirements.txt").read_text(), re.M)
    )
    ours = dict(re.findall(r"^([\w-]+)==([\w.]+)", (ROOT / "requirements.txt").read_text(), re.M))
    assert {name: version.removesuffix("+cpu") for name, version in pinned.items()} == {
        name: ours[name] for name in pinned
    }
    found = set(_imported(branch))
    assert {ALSO.get(name, name) for name in found} - {"", "ipython"} == set(pinned)


def _imported(branch: Path) -> Iterator[str]:
    sources = [path.read_text() for path in (branch / "code").rglob("*.py")]
    for path in (branch / "student").rglob("*.ipynb"):
        sources += [c.source for c in nbformat.read(path, 4).cells if c.cell_type == "code"]
    for source in sources:
        for node in ast.walk(ast.parse(re.sub(r"^(\s*)%.*", r"\1pass", source, flags=re.M))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            yield from ({name.partition(".")[0] for name in names} - sys.stdlib_module_names)


def test_repo2docker_knows_what_to_do(branch):
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", "."]
    run = subprocess.run(command, cwd=branch, capture_output=True, text=True)
    dockerfile = run.stdout + run.stderr
    assert run.returncode == 0, dockerfile[-2000:]
    version = (ROOT / ".binder/runtime.txt").read_text().strip().removeprefix("python-")
    assert f"conda environment for python={version}\n" in dockerfile
    pip = 'pip install --no-cache-dir -r ".binder/requirements.txt"'
    assert dockerfile.index("COPY --chown=0:0 src/ ${REPO_DIR}/") < dockerfile.index(pip)
    requirements = (branch / ".binder/requirements.txt").read_text()
    assert f"--extra-index-url {INDEX}\n" in requirements
    assert f"torch=={torch.__version__.partition('+')[0]}+cpu\n" in requirements
