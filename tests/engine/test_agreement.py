"""Every cell with a Run button shows in the page what PyTorch has shown in the build.

The cells of a chapter run in a row, as for a reader who runs one after the other, by the page's own
kernel, which first runs what a cell needs. Of an exercise the solution runs. The text is the same;
where a cell states a `tolerance`, its numbers may differ by so much, relatively. A figure leaves
the same ink as the one that Matplotlib has drawn: see `drawings`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Container

import pytest

from diffprog.show import EXERCISE, FIGURE, FRAMES
from press.chapter import Chapter
from press.run.cache import Execution
from press.run_here.buttons import data
from press.run_here.cells import Cell, cells

from . import drawings

pytestmark = [pytest.mark.site, pytest.mark.slow]

NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?(?![\w])")
LONG = (
    *("part2/objective", "part2/sharpness", "part2/many", "part2/estimators"),
    *("part3/network", "part3/identifiability"),
    *("part4/tape", "part5/analysis", "part5/chamber"),
)
"""Chapters that train for long: with the engine each takes a minute or more."""

OF_ROUNDING = {
    "fig-tape-training": math.inf,  # its lower panel are errors of rounding
    "fig-step-size": math.inf,  # the curves are errors of rounding
    "fig-race": math.inf,  # L-BFGS, and the last steps of the others
    "fig-adam-spike": math.inf,  # spikes that rounding sets off
    "fig-starts": math.inf,  # fits that end on one of many small tops
    "fig-rates": math.inf,  # a fit whose steps are too large to settle
    "fig-wrong-drifts": 6.0,  # the end of a long training
    "fig-null-line": 6.0,
    "fig-transfer": 6.0,
    "fig-seeds": math.inf,  # twelve ends of such trainings, of which some are far apart
}
"""How far the curves may differ of figures that no two machines draw alike, as in `drawings`."""


def shown(outputs) -> str:
    """Return the text that the outputs of a cell show in a notebook."""
    parts = []
    for output in outputs:
        if output.output_type == "stream":
            parts.append(output.text)
        elif not {EXERCISE, FIGURE, FRAMES} & output.data.keys():
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


def disagreements(kernel, execution: Execution, draws: Container[bool]) -> list[str]:
    """Run the cells of a chapter that have a button, and say where they differ from PyTorch.

    `draws` says which: those that draw a figure (True), those that do not, or both.
    """
    chapter, found = execution.chapter, []
    listed = cells(chapter)
    solved = dict(zip([cell.index for cell in listed], chapter.code, strict=True))
    texts = {str(cell.index): solved[cell.index] for cell in listed if cell.exercise}
    titles = {str(cell.index): f"Cell {cell.index}" for cell in listed}
    kernel.run(f"begin({data(listed)['cells']!r})")
    for cell in listed:
        if not cell.reason and cell.draws in draws:
            code = solved[cell.index]
            told = kernel.value(f"cell({cell.index}, {code!r}, {texts!r}, {titles!r})")
            outputs = execution.notebook.cells[cell.index].outputs
            rtol, name = tolerance(chapter, cell), figure(chapter, cell)
            wrong = difference(told, shown(outputs), rtol) or undrawn(told, outputs, rtol, name)
            if wrong:
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


def figure(chapter: Chapter, cell: Cell) -> str:
    options = chapter.notebook.cells[cell.index].metadata.get("mystnb", {})
    return str(options.get("figure", {}).get("name", ""))


def undrawn(told: list[list[str]], outputs, rtol: float, name: str) -> str:
    """Return in what the figures of a cell differ from those that Matplotlib has drawn, or ""."""
    figures = [o.data for o in outputs if o.get("data", {}).keys() & {FIGURE, FRAMES}]
    drawn = [html for kind, html in told if kind == "figure"]
    if len(drawn) != len(figures):
        return f"the page draws {len(drawn)} figures, Matplotlib {len(figures)}"
    found = []
    for html, book in zip(drawn, figures, strict=True):
        ours, theirs = drawings.of_page(html), drawings.of_book(book.get(FRAMES) or book[FIGURE])
        if len(ours) != len(theirs):
            return f"the page draws {len(ours)} frames, Matplotlib {len(theirs)}"
        for index in {0, len(ours) // 2, len(ours) - 1}:
            pair = drawings.read(ours[index]), drawings.read(theirs[index])
            near = OF_ROUNDING.get(name, drawings.NEAR)
            for what in drawings.differences(*pair, lambda a, b: close(a, b, rtol), near):
                found.append(f"frame {index}: {what}")
    return "\n".join(found)


def check(kernel, edition, draws: dict[str, Container[bool]]) -> None:
    """Compare the cells of these chapters, those that draw or those that do not."""
    found = [
        wrong
        for execution in edition.executions
        if execution.page.name in draws
        for wrong in disagreements(kernel, execution, draws[execution.page.name])
    ]
    assert not found, "\n\n".join(found)


@pytest.fixture
def names(edition):
    return {execution.page.name for execution in edition.executions}


def test_what_a_cell_shows_is_what_pytorch_shows(kernel, edition, names):
    check(kernel, edition, dict.fromkeys(names.difference(LONG), (False, True)))


@pytest.mark.exhaustive
def test_figures_that_are_run_alone_are_those_of_matplotlib(kernel, edition, names):
    check(kernel, edition, dict.fromkeys(names.difference(LONG), (True,)))


@pytest.mark.exhaustive
@pytest.mark.parametrize("chapter", LONG)
def test_what_a_cell_shows_after_long_training_is_what_pytorch_shows(kernel, edition, chapter):
    check(kernel, edition, {chapter: (False, True)})
