"""Every cell with a Run button shows in the page what PyTorch has shown in the build.

A cell runs with the names that the cells it needs have given, and no others: so it runs in the page
too. Its text is the same; where a cell states a `tolerance`, its numbers may differ by so much.
"""

from __future__ import annotations

import math
import re

import pytest
from press.run_here.cells import Cell, cells

from diffprog.show import EXERCISE
from press.chapter import Chapter

pytestmark = pytest.mark.site

NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?(?![\w])")


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
    return all(
        a == b or math.isclose(float(a), float(b), rel_tol=tolerance, abs_tol=tolerance * 1e-3)
        for a, b in pairs
    )


@pytest.fixture(scope="module")
def kernel(engine):
    engine.run(
        """
import json, page_kernel
told, kept = [], {}
page_kernel.start(lambda kind, text: told.append((kind, text)))
names = page_kernel._names

def cell(index, code, before):
    '''Run a cell with what these cells gave; keep what it gives.'''
    told.clear()
    names.clear()
    names["__name__"] = "__main__"
    for earlier in before:
        names.update(kept[earlier])
    had = dict(names)
    page_kernel.run(code, f"cell {index}")
    kept[index] = {k: v for k, v in names.items() if k not in had or had[k] is not v}
    return list(told)
"""
    )
    return engine


def test_what_a_cell_shows_is_what_pytorch_shows(kernel, edition):
    """All chapters in one test, since each chapter would wait for the same process."""
    found = []
    for execution in edition.executions:
        chapter, all_cells = execution.chapter, cells(execution.chapter)
        used = {i for cell in all_cells if not cell.reason for i in (cell.index, *cell.needs)}
        for cell, code in zip(all_cells, chapter.code, strict=True):
            if cell.index in used:
                told = run(kernel, cell, code, sorted(used))
                outputs = execution.notebook.cells[cell.index].outputs
                if wrong := difference(cell, told, shown(outputs), tolerance(chapter, cell)):
                    found.append(f"{chapter.place(cell.index)}: {wrong}")
    assert not found, "\n\n".join(found)


def run(kernel, cell: Cell, code: str, used: list[int]) -> list[list[str]]:
    """Run the cell, of an exercise the solution, and return what the page is told.

    A cell without a button runs after all cells before it that buttons run.
    """
    before = [i for i in used if i < cell.index] if cell.reason else list(cell.needs)
    return kernel.value(f"cell({cell.index}, {code!r}, {before!r})")


def tolerance(chapter: Chapter, cell: Cell) -> float:
    return float(chapter.notebook.cells[cell.index].metadata.get("tolerance", 0))


def difference(cell: Cell, told: list[list[str]], wanted: str, rtol: float) -> str:
    """Return what differs, or ""."""
    if errors := [text for kind, text in told if kind == "error"]:
        return errors[0]
    if cell.reason:  # it runs for others, and shows nothing
        return ""
    ours = "\n".join(text for kind, text in told if kind in ("stream", "result"))
    return "" if close(ours, wanted, rtol) else f"the page shows\n{ours}\nPyTorch\n{wanted}"
