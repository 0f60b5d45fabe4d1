"""The command: ``python -m diffprog.grade *.ipynb --into grades``."""

import argparse
import csv
import random
import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

import diffprog
from diffprog.exercises._check import SEEDS
from diffprog.grade.grading import Grades, grade, tasks
from diffprog.grade.sandbox import OPEN, best

ROOT = Path(diffprog.__file__).parents[2]
ANSWERS = ("_build", "book", "notebooks", "tests", "code/diffprog/exercises")
"""Folders that a submission has no need to see, and that hold answers."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Grade the notebooks, and write a table and a report of each."""
    parser = argparse.ArgumentParser(
        prog="python -m diffprog.grade",
        description="Grade notebooks: grades.csv has a column for each exercise,"
        " and each notebook gets a report.",
    )
    parser.add_argument("notebooks", nargs="+", type=Path)
    parser.add_argument("--into", type=Path, default=Path("grades"), metavar="FOLDER",
                        help="where grades.csv and the reports go (default: grades)")  # fmt: skip
    parser.add_argument("--seconds", type=float, default=60, metavar="S",
                        help="the longest time for a call; all cells of a notebook may take"
                        " ten times as long (default: 60)")  # fmt: skip
    given = parser.parse_args(arguments)
    given.into.mkdir(parents=True, exist_ok=True)
    folders = {path.resolve().parent for path in given.notebooks}
    shown = (ROOT, Path(sys.prefix), Path(sys.base_prefix))
    sandbox = best(
        shown,
        (
            *(ROOT / name for name in ANSWERS),
            given.into.resolve(),
            *sorted(folders),
        ),
    )
    if sandbox.what == OPEN:
        print(f"Submissions run {OPEN}.", file=sys.stderr)
    random_seed = random.SystemRandom()

    def draw() -> list[int]:
        return [random_seed.randrange(1000, 10**6) for _ in SEEDS]

    graded = [
        grade(path, sandbox, draw, given.seconds)
        for path in tqdm(given.notebooks, desc="Graded", disable=None)
    ]
    _write_table(given.into / "grades.csv", graded)
    for number, grades in enumerate(graded, 1):
        report = given.into / f"{number:03d}-{grades.path.stem}.md"
        report.write_text(_report(grades, sandbox.what), encoding="utf-8")
    print(f"{len(graded)} notebooks: {given.into / 'grades.csv'}")


def _write_table(path: Path, graded: list[Grades]) -> None:
    """Write a row for each notebook: 1 for a right answer, 0, or nothing."""
    names = [task.name for task in tasks()]
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["notebook", *names, "right", "trouble"])
        for grades in graded:
            given = [grades.verdicts.get(name) for name in names]
            marks = ["" if verdict is None else int(bool(verdict)) for verdict in given]
            right = sum(map(bool, grades.verdicts.values()))
            table.writerow([grades.path.as_posix(), *marks, right, grades.trouble])


def _report(grades: Grades, how: str) -> str:
    lines = [f"# {grades.path.name}", ""]
    if grades.trouble:
        return "\n".join([*lines, f"Not graded: {grades.trouble}.", ""])
    right, all_of_them = (
        sum(map(bool, grades.verdicts.values())),
        len(grades.verdicts),
    )
    lines += [f"{right} of {all_of_them} exercises are right.", ""]
    for name, verdict in grades.verdicts.items():
        lines += [
            f"## {name}",
            "",
            *(f"    {line}" for line in str(verdict).splitlines()),
            "",
        ]
    if grades.failed:
        lines += ["## Cells that stopped", ""]
        lines += [f"- cell {number}: {text}" for number, text in grades.failed.items()] + [""]
    return "\n".join([*lines, f"The submission ran {how}.", ""])


if __name__ == "__main__":
    main()
