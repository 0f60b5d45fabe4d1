"""The built notebooks, and a way to run them in kernels."""

import asyncio
import json
import os
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from press.kernel_settings import ENVIRONMENT
from press.notebooks import KINDS
from press.run.kernel import connect

from ...conftest import ROOT, Build

CONFIGURED = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]
RULES = [rule for rule in CONFIGURED["filterwarnings"] if rule != "error"]
STRICT = "import warnings\nwarnings.simplefilter('error')\n" + "\n".join(
    f"warnings.filterwarnings({action!r}, {message!r}, {category})"
    for action, message, category in (rule.split(":") for rule in RULES)
)
"""A cell that makes errors of warnings, with the same exceptions as for the tests."""

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
def run_all(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., dict[str, Run]]]:
    """Run notebooks two at a time, each in a fresh kernel of a Python with warnings as errors."""
    folder = tmp_path_factory.mktemp("jupyter")

    def run_all(
        some: dict[str, NotebookNode], python: str = sys.executable, **env: str
    ) -> dict[str, Run]:
        kernel = f"book-{len(list(folder.rglob('kernel.json')))}"
        argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        spec = {"argv": argv, "display_name": "Python 3", "language": "python"}
        (folder / "kernels" / kernel).mkdir(parents=True)
        (folder / "kernels" / kernel / "kernel.json").write_text(json.dumps(spec))
        with ThreadPoolExecutor(2) as pool:
            runs = [pool.submit(run, notebook, kernel, env) for notebook in some.values()]
            return dict(zip(some, (future.result() for future in runs), strict=True))

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(folder))
        yield run_all


def run(notebook: NotebookNode, kernel: str, env: dict[str, str]) -> Run:
    notebook = nbformat.from_dict(notebook)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(STRICT))
    client = NotebookClient(notebook, timeout=600, kernel_name=kernel, coalesce_streams=True)
    manager = client.create_kernel_manager()
    settings = {key: value for key, value in ENVIRONMENT.items() if key != "DIFFPROG_BUILD"}
    with tempfile.TemporaryDirectory() as folder:
        connect(manager, Path(folder, "kernel"))
        try:
            asyncio.run(client.async_execute(env={**os.environ, **settings, **env}))
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
