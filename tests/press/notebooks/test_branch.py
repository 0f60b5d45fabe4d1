"""The branch that Binder and Colab open: its content, and that it runs without anything else."""

import ast
import os
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
from .conftest import Run, said
from .test_round_trip import CHAPTERS, EXERCISES, PAGES, exercise_cell

pytestmark = [pytest.mark.site, pytest.mark.slow]

INDEX = "https://wheels.example/cpu"
ALSO = {"IPython": "ipython", "cycler": "matplotlib", "diffprog": ""}  # what others install


@pytest.fixture(scope="session")
def branch(build, tmp_path_factory) -> Path:
    """The content of the branch, assembled as in CI."""
    folder = tmp_path_factory.mktemp("branch") / "notebooks"
    subprocess.run(
        [sys.executable, "-m", "press", "notebooks-branch", folder],
        cwd=ROOT,
        env=os.environ | {"TORCH_INDEX": INDEX},
        check=True,
    )
    return folder


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


# Installed for real -------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def fresh(branch, tmp_path_factory) -> Path:
    """A new environment, installed by pip as on Binder, and the kernel in it."""
    if not torch.__version__.endswith("+cpu"):
        pytest.skip("PyTorch's build for the CPU is not here: set TORCH_INDEX")
    folder = tmp_path_factory.mktemp("fresh")
    subprocess.run([sys.executable, "-m", "venv", folder / "env"], check=True)
    python = folder / "env" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    index = os.environ.get("TORCH_INDEX") or folder.as_uri()
    path = branch / ".binder/requirements.txt"
    (path.parent / "here.txt").write_text(path.read_text().replace(INDEX, index))
    env = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    for what in (["-r", ".binder/here.txt"], ["-c", "code/constraints.txt", "ipykernel"]):
        pip = [python, "-m", "pip", "install", "--quiet", "--no-cache-dir", *what]
        run = subprocess.run(pip, cwd=branch, env=env, capture_output=True, text=True)
        assert run.returncode == 0, run.stderr[-3000:]
    return python


@pytest.fixture(
    scope="session", params=["here", pytest.param("fresh", marks=pytest.mark.exhaustive)]
)
def student(request, branch, run_all) -> dict[str, Run]:
    """The branch's student notebooks, run unchanged: with its library here, and in `fresh`."""
    some = {name: nbformat.read(branch / "student" / f"{name}.ipynb", 4) for name in CHAPTERS}
    if request.param == "here":
        return run_all(some, PYTHONPATH=str(branch / "code"))
    return run_all(some, python=str(request.getfixturevalue("fresh")), PYTHONPATH="")


@pytest.mark.exhaustive
def test_it_is_small_and_has_torch_for_the_cpu_only(fresh):
    command = [fresh, "-c", "import torch, diffprog; print(torch.__version__, diffprog.__file__)"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=fresh.parent)
    version, place = answer.stdout.split()
    assert version.endswith("+cpu")
    assert "branch" in place, "the library of the branch, not the one under test"
    size = sum(
        p.stat().st_size for p in fresh.parents[1].rglob("*") if not p.is_symlink() and p.is_file()
    )
    print(f"{size / 1e6:.0f} MB")
    assert size < 1.5e9


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_student_notebook_runs_there_without_a_line_typed(student, name):
    run = student[name]
    assert not isinstance(run, str), run
    for cell in run.cells:
        if cell.cell_type == "code" and "exercise" not in cell.metadata.get("tags", []):
            assert [o for o in cell.outputs if o.output_type == "error"] == []


@pytest.mark.parametrize("name", EXERCISES)
def test_an_unfilled_stub_says_whose_turn_it_is(student, entries, name):
    run, entry = student[EXERCISES[name]], entries[name]
    assert not isinstance(run, str), run
    cell = exercise_cell(run, entry)
    errors = [o.evalue for o in cell.outputs if o.output_type == "error"]
    heard = said(cell) + "".join(errors)
    if "NotImplementedError" in cell.source:
        assert "your turn" in heard.lower()
    else:  # its code runs, and has a mistake that is to be mended
        assert errors == []
        assert "✗ Not yet" in heard
