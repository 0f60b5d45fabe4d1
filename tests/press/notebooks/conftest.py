"""The built notebooks, and a way to run them in kernels."""

import asyncio
import os
import subprocess
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from press.kernel_settings import ENVIRONMENT
from press.notebooks import KINDS
from press.run.kernel import set_up
from press.run.prefork import MODULES, Prefork, prefork

from ...conftest import ROOT, Build

CONFIGURED = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]
RULES = [rule for rule in CONFIGURED["filterwarnings"] if rule != "error"]
STRICT = "import warnings\nwarnings.simplefilter('error')\n" + "\n".join(
    f"warnings.filterwarnings({action!r}, {message!r}, {category})"
    for action, message, category in (rule.split(":") for rule in RULES)
)
"""A cell that makes errors of warnings, with the same exceptions as for the tests."""

INDEX = "https://wheels.example/cpu"
"""Where the branch gets PyTorch from."""

Run = NotebookNode | str
"""A notebook that ran to its end, with its outputs, or the message of the cell that failed."""


@pytest.fixture(scope="session")
def notebooks(build: Build) -> dict[str, dict[str, NotebookNode]]:
    """The notebooks of the build, by kind and page."""
    folder = build.html / "notebooks"
    return {
        kind: {
            path.relative_to(folder / kind).with_suffix("").as_posix(): nbformat.read(path, 4)
            for path in sorted((folder / kind).rglob("*.ipynb"))
        }
        for kind in KINDS
    }


@pytest.fixture(scope="session")
def branch(build: Build, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The content of the branch that Binder and Colab open, assembled as in CI."""
    folder = tmp_path_factory.mktemp("branch") / "notebooks"
    subprocess.run(
        [sys.executable, "-m", "press", "notebooks-branch", folder],
        cwd=ROOT,
        env=os.environ | {"TORCH_INDEX": INDEX},
        check=True,
    )
    return folder


def run_all(some: dict[str, NotebookNode], python: str = "", **env: str) -> dict[str, Run]:
    """Run notebooks two at a time, each in a kernel of its own, with warnings as errors.

    The kernels are started by `python`. If it is not given, they are forked from this Python, which
    has imported PyTorch and matplotlib once for all of them.
    """
    settings = {key: value for key, value in ENVIRONMENT.items() if key != "DIFFPROG_BUILD"}
    env = {**os.environ, **settings, **env}
    with nullcontext() if python else prefork(MODULES, env) as warm, ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(run, notebook, python, warm, env) for notebook in some.values()]
        return dict(zip(some, (future.result() for future in runs), strict=True))


class _Named(KernelSpecManager):
    """The kernel of a Python that is named by its path."""

    python: str

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [self.python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="Python 3", language="python")


def run(notebook: NotebookNode, python: str, warm: Prefork | None, env: dict[str, str]) -> Run:
    notebook = nbformat.from_dict(notebook)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(STRICT))
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook, timeout=600, coalesce_streams=True, resources={"metadata": {"path": folder}}
        )
        manager = client.create_kernel_manager()
        set_up(manager, Path(folder, "kernel"), warm)
        if python:
            manager.kernel_spec_manager = _Named()
            manager.kernel_spec_manager.python = python
        try:
            asyncio.run(client.async_execute(env=env))
        except CellExecutionError as error:
            return str(error)
    del notebook.cells[0]
    return notebook


def said(cell: NotebookNode) -> str:
    """Return the text that a cell shows."""
    return "".join(
        output.get("text", "") or output.get("data", {}).get("text/plain", "")
        for output in cell.outputs
    )
