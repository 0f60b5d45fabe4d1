"""Grade submissions: run each check on the functions of a notebook.

The inputs are drawn from seeds that no submission can know. The verdict is
the one that a learner gets in the notebook.
"""

import importlib
import json
import pkgutil
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from diffprog import exercises
from diffprog.exercises._check import Check, Verdict
from diffprog.grade.remote import Function, Gone, Process
from diffprog.grade.sandbox import Sandbox

__all__ = ["Grades", "Task", "grade", "tasks"]

_CHECKED = re.compile(r"Check `(\w+)\(")
"""How the docstring of a check names the function that it is for."""


@dataclass(frozen=True)
class Task:
    """An exercise with a check."""

    name: str
    """Its name, such as `ex-loop`."""
    function: str
    """The function that the learner writes."""
    check: Check


@dataclass
class Grades:
    """What a submission is given."""

    path: Path
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    """By the name of the exercise, for the exercises that are in the notebook."""
    failed: dict[str, str] = field(default_factory=dict)
    """The errors of its cells, by number."""
    trouble: str = ""
    """Why it could not be graded, or ''."""


@cache
def tasks() -> tuple[Task, ...]:
    """Return all exercises of the book that have a check, by chapter."""
    found = list[Task]()
    for module in pkgutil.iter_modules(exercises.__path__):
        if module.name.startswith("_"):
            continue
        names = vars(importlib.import_module(f"{exercises.__name__}.{module.name}"))
        for check in names.values():
            if isinstance(check, Check):
                (function,) = _CHECKED.findall(str(check.__doc__))[:1]
                found.append(Task(check.exercise, function, check))
    return tuple(found)


def grade(
    path: Path,
    sandbox: Sandbox,
    draw: Callable[[], Sequence[int]],
    seconds: float,
) -> Grades:
    """Run the cells of a notebook, and every check whose exercise is in it.

    `draw()` gives the seeds of a check. A call may take `seconds`, and all cells ten times as long.
    """
    grades = Grades(path)
    try:
        cells = code_cells(path)
    except (OSError, ValueError) as error:
        grades.trouble = f"this is not a notebook: {error}"
        return grades
    process: Process | None = None
    try:
        for task in tasks():
            if not _is_in(task, cells):
                continue
            try:
                process = process or Process(sandbox, cells, seconds)
                grades.failed = process.failed
                function = Function(process, task.function)
                grades.verdicts[task.name] = task.check.verdict(function, draw())
            except Gone as gone:
                grades.verdicts[task.name] = Verdict(False, f"{gone}.")
            if process and process.lost:
                process.end()
                process = None  # the other exercises get a new one
    finally:
        if process:
            process.end()
    return grades


def code_cells(path: Path) -> list[str]:
    """Return the code of a notebook, cell by cell.

    Raises:
        ValueError: if the file is not a notebook.
    """
    read: Any = json.loads(path.read_text(encoding="utf-8"))
    try:
        return ["".join(cell["source"]) for cell in read["cells"] if cell["cell_type"] == "code"]
    except (KeyError, TypeError) as error:
        raise ValueError("it has no cells") from error


def _is_in(task: Task, cells: list[str]) -> bool:
    """Return whether cells name the check of an exercise."""
    return any(re.search(rf"\b{task.check.__name__}\b", code) for code in cells)  # type: ignore[attr-defined]
