"""Every cell with a Run button shows in the page what PyTorch has shown in the build.

The cells of a chapter run in a row, as for a reader who runs one after the other, by the page's own
kernel, which first runs what a cell needs. Of an exercise the solution runs. The text is the same;
where a cell states a `tolerance`, its numbers may differ by so much, relatively.
"""

from __future__ import annotations

import math
import re

import pytest

from diffprog.show import EXERCISE
from press.chapter import Chapter
from press.run.cache import Execution
from press.run_here.buttons import data
from press.run_here.cells import Cell, cells

pytestmark = [pytest.mark.site, pytest.mark.slow]

NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?(?![\w])")
LONG = (
    *("part2/objective", "part2/sharpness", "part2/many", "part2/estimators"),
    *("part3/network", "part3/identifiability"),
)
"""Chapters that train for long: with the engine each takes a minute or more."""


def shown(outputs) -> str:
    """Return the text that the outputs of a cell show in a notebook."""
    parts = []
    for output in outputs:
        if output.output_type == "stream":
            parts.append(output.text)
        elif EXERCISE not in output.data:
            parts.append(output.data.get("text/plain", "") + "\n")
    return "".join(parts)


def close(ours: str, theirs: str, tolerance: float) -> bool:
    """Tell whether two texts are the same but for numbers, which differ by less."""
    if ours.split() == theirs.split():
        return True
    if NUMBER.sub("#", ours).split() != NUMBER.sub("#", theirs).split():
        return False
    pairs = zip(NUMBER.findall(ours), NUMBER.findall(theirs), strict=True)
    return all(a == b or math.isclose(float(a), float(b), rel_tol=tolerance) for a, b in pairs)


@pytest.fixture(scope="module")
def kernel(engine):
    engine.run("""
import json
from press.run_here.in_page import page_kernel

told = []

def begin(cells):
    page_kernel.start(lambda kind, text: told.append((kind, text)), json.dumps(cells))

def cell(index, code, texts, titles):
    told.clear()
    page_kernel.run_cell(index, code, json.dumps(texts), json.dumps(titles))
    return told
""")
    return engine


def disagreements(kernel, execution: Execution) -> list[str]:
    """Run the cells of a chapter that have a button, and say where they differ from PyTorch."""
    chapter, found = execution.chapter, []
    listed = cells(chapter)
    solved = dict(zip([cell.index for cell in listed], chapter.code, strict=True))
    texts = {str(cell.index): solved[cell.index] for cell in listed if cell.exercise}
    titles = {str(cell.index): f"Cell {cell.index}" for cell in listed}
    kernel.run(f"begin({data(listed)['cells']!r})")
    for cell in listed:
        if not cell.reason:
            code = solved[cell.index]
            told = kernel.value(f"cell({cell.index}, {code!r}, {texts!r}, {titles!r})")
            outputs = execution.notebook.cells[cell.index].outputs
            if wrong := difference(told, shown(outputs), tolerance(chapter, cell)):
                found.append(f"{chapter.place(cell.index)}: {wrong}")
    return found


def tolerance(chapter: Chapter, cell: Cell) -> float:
    return float(chapter.notebook.cells[cell.index].metadata.get("tolerance", 0))


def difference(told: list[list[str]], wanted: str, rtol: float) -> str:
    """Return what differs, or ""."""
    if errors := [text for kind, text in told if kind == "error"]:
        return errors[0]
    ours = "\n".join(text for kind, text in told if kind in ("stream", "result"))
    return "" if close(ours, wanted, rtol) else f"the page shows\n{ours}\nPyTorch\n{wanted}"


def check(kernel, edition, wanted) -> None:
    found = [
        wrong
        for execution in edition.executions
        if wanted(execution.page.name)
        for wrong in disagreements(kernel, execution)
    ]
    assert not found, "\n\n".join(found)


def test_what_a_cell_shows_is_what_pytorch_shows(kernel, edition):
    check(kernel, edition, lambda name: name not in LONG)


@pytest.mark.exhaustive
@pytest.mark.parametrize("chapter", LONG)
def test_what_a_cell_shows_after_long_training_is_what_pytorch_shows(kernel, edition, chapter):
    check(kernel, edition, lambda name: name == chapter)
