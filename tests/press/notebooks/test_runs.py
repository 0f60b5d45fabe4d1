"""The notebooks run on the branch that Binder and Colab open: for students, and solved.

`make test` runs a chapter once: a student's notebook, and after each stub its solution, whose names
are then put away again, so that all other cells meet what they meet at a student. `make test-all`
runs both notebooks as they are, each in a Python of its own, and those of long chapters, too.
"""

import os
import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import nbformat
import pytest
import torch
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from ..conftest import rarely
from .conftest import INDEX, Run, run_all, said
from .test_round_trip import CHAPTERS, EXERCISES, exercise_cell

pytestmark = [pytest.mark.site, pytest.mark.slow]

LONG = {
    *("part1/optimizers", "part2/many", "part2/sharpness", "part3/network"),
    "part3/identifiability",
}
"""Chapters that together take three quarters of the time.

The build has run their cells, and test_round_trip.py asserts of all chapters that no cell needs
what a student has to write.
"""


SOLUTION = """\
def solution(names=get_ipython().user_ns, of_solutions={}):
    of_student = dict(names)
    names.update(of_solutions)  # a solution may use what an earlier one has defined
    yield
    new = {n for n in names if not n.startswith("_") and names[n] is not of_student.get(n)}
    of_solutions.update((name, names[name]) for name in new)
    for name in new - of_student.keys():
        del names[name]
    names.update((name, of_student[name]) for name in new & of_student.keys())
"""
BEFORE, AFTER = "_solution = solution()\nnext(_solution)", "next(_solution, None)"
"""The cells around a solution, after which no name is what the solution has made it."""


def is_exercise(cell: NotebookNode) -> bool:
    return "exercise" in cell.metadata.get("tags", [])


def woven(student: NotebookNode, solved: NotebookNode) -> NotebookNode:
    """Return the student's notebook with the solution of each exercise behind its stub."""
    cells = [new_code_cell(SOLUTION)]
    for ours, theirs in zip(student.cells, solved.cells, strict=True):
        cells.append(ours)
        if is_exercise(ours):
            theirs = new_code_cell(theirs.source, metadata=theirs.metadata)
            cells += [new_code_cell(BEFORE), theirs, new_code_cell(AFTER)]
    return NotebookNode({**student, "cells": cells})


def unwoven(run: Run) -> tuple[Run, Run]:
    """Return the two notebooks of one that ran at once."""
    if isinstance(run, str):
        return run, run
    student, solved = [], []
    cells = iter(run.cells[1:])
    for cell in cells:
        student.append(cell)
        if is_exercise(cell):
            _, cell, _ = next(cells), next(cells), next(cells)
        solved.append(cell)
    return NotebookNode({**run, "cells": student}), NotebookNode({**run, "cells": solved})


def test_only_solutions_meet_the_names_of_solutions():
    exercise = {"tags": ["exercise", "raises-exception"]}

    def notebook(*answers: str) -> NotebookNode:
        cells = [new_code_cell("x = 1")]
        for answer in answers:
            cells.append(new_code_cell(answer, metadata=exercise))
            cells.append(new_code_cell("print(x, 'y' in globals())"))
        return new_notebook(cells=cells)

    stub = "raise NotImplementedError"
    both = woven(notebook(stub, stub), notebook("x, y = 2, 3", "print(x, y)"))
    student, solved = unwoven(run_all({"both": both}, python=sys.executable)["both"])
    assert not isinstance(student, str), student
    assert not isinstance(solved, str)
    assert [said(cell) for cell in student.cells] == ["", "", "1 False\n", "", "1 False\n"]
    assert [said(cell) for cell in solved.cells] == ["", "", "1 False\n", "2 3\n", "1 False\n"]


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


@pytest.fixture(scope="session")
def once(branch: Path) -> dict[str, tuple[Run, Run]]:
    """The student's and the solved notebook of each chapter, run at once."""
    some = {
        name: woven(*(read(branch, kind, name) for kind in ("student", "solved")))
        for name in CHAPTERS
        if name not in LONG
    }
    runs = run_all(some, PYTHONPATH=str(branch / "code"))
    return {name: unwoven(run) for name, run in runs.items()}


def read(branch: Path, kind: str, name: str) -> NotebookNode:
    return nbformat.read(branch / kind / f"{name}.ipynb", 4)


def runs(kind: str, chapters: dict[str, str], rare: tuple[str, ...]) -> pytest.MarkDecorator:
    """Run a test for each of these names, with the notebooks that hold them, as they ran."""
    cases = [("at once", name) for name, chapter in chapters.items() if chapter not in LONG]
    cases += [rarely(way, name) for way in rare for name in chapters]
    return pytest.mark.parametrize((kind, "name"), cases, indirect=[kind], scope="session")


@pytest.fixture(scope="session")
def student(request, branch) -> dict[str, Run]:
    """The student's notebooks that ran."""
    if request.param == "at once":
        return {name: run for name, (run, _) in request.getfixturevalue("once").items()}
    some = {name: read(branch, "student", name) for name in CHAPTERS}
    if request.param == "as it is":
        return run_all(some, python=sys.executable, PYTHONPATH=str(branch / "code"))
    return run_all(some, python=str(request.getfixturevalue("fresh")), PYTHONPATH="")


@pytest.fixture(scope="session")
def solved(request, branch) -> dict[str, Run]:
    """The solved notebooks that ran."""
    if request.param == "at once":
        return {name: run for name, (_, run) in request.getfixturevalue("once").items()}
    some = {name: read(branch, "solved", name) for name in CHAPTERS}
    return run_all(some, python=sys.executable, PYTHONPATH=str(branch / "code"))


students = partial(runs, "student", rare=("as it is", "in a fresh environment"))
solutions = partial(runs, "solved", rare=("as it is",))


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


@students({name: name for name in CHAPTERS})
def test_a_student_notebook_runs_there_without_a_line_typed(student, name):
    run = student[name]
    assert not isinstance(run, str), run
    for cell in run.cells:
        if cell.cell_type == "code" and not is_exercise(cell):
            assert [o for o in cell.outputs if o.output_type == "error"] == []


@students(EXERCISES)
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


def is_progress(output):
    """Return whether an output is tqdm's progress bar, which appears if a fit takes long."""
    if output.get("name") != "stderr":
        return False
    lines = (line.strip() for line in re.split(r"[\r\n]+", output.text))
    return all(re.fullmatch(r"\d+%\|.*\| \d+/\d+ \[.*\]|", line) for line in lines)


@solutions({name: name for name in CHAPTERS})
def test_a_solved_notebook_runs_and_gives_what_it_shows(notebooks, solved, name):
    run = solved[name]
    assert not isinstance(run, str), run
    for before, after in zip(notebooks["solved"][name].cells, run.cells, strict=True):
        if before.cell_type == "code":
            after.outputs = [output for output in after.outputs if not is_progress(output)]
            assert said(before).count("\n") == said(after).count("\n")
            for one, other in zip(before.outputs, after.outputs, strict=True):
                assert set(one.get("data", {})) == set(other.get("data", {}))
                assert other.get("name") != "stderr"


@solutions(EXERCISES)
def test_the_solution_passes(solved, entries, name):
    run = solved[EXERCISES[name]]
    assert not isinstance(run, str), run
    verdict = said(exercise_cell(run, entries[name]))
    assert "✓ Right" in verdict
