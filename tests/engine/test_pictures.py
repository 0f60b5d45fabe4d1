"""What draws figures in the page, beside Matplotlib. It is plain Python, so it runs here, too."""

from __future__ import annotations

import ast
import importlib.util
import math
import re
import sys
from collections import Counter
from typing import Any

import numpy as np
import pytest
import torch
from matplotlib.axes import Axes

from diffprog import figures
from diffprog.figures import animation, drawing, svg
from press.book import Book
from press.chapter import Chapter, code_cells

from . import drawings
from .conftest import ENGINE, ROOT


def load() -> Any:
    """Import the package alone: beside it are the page's torch and numpy."""
    folder = ENGINE / "python/pictures"
    spec = importlib.util.spec_from_file_location(
        "pictures", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["pictures"] = module
    spec.loader.exec_module(module)
    return module


def part(name: str) -> Any:
    return importlib.import_module(f"pictures.{name}")


pictures = load()
X = np.linspace(0.5, 30, 40)
PROGRAMS = {
    "limits follow the data": "ax.plot(x, 3 * np.sin(x))",
    "several lines take their turns": "for k in range(7): ax.plot(x, k * x)",
    "a format": "ax.plot(x, x**2, 's:', markersize=3); ax.plot(x[:5], 'o')",
    "columns": "ax.plot(x, np.stack([x, -x], 1))",
    "gaps": "ax.plot([0, 1, np.nan, 3], [2, np.nan, 4, 5])",
    "one point": "ax.plot(3, 5, 'o')",
    "nothing": "ax.plot([], [])",
    "tensors": "ax.plot(torch.arange(5), torch.arange(5.0) ** 2)",
    "log": "ax.set(xscale='log', yscale='log'); ax.plot(x, x**3)",
    "log over many decades": "ax.set_yscale('log'); ax.plot(x, 10.0**x)",
    "log with zeros": "ax.set_yscale('log'); ax.plot(x, np.maximum(x - 5, 0))",
    "log of one decade": "ax.set_xscale('log'); ax.plot(2 + x / 10, x)",
    "small numbers": "ax.plot(x / 1000, x * 1e-3)",
    "negative": "ax.plot(-x, -x * 100)",
    "a narrow range": "ax.set_xlim(1000, 1003); ax.plot(1000 + x / 10, x)",
    "inverted": "ax.plot(x, x); ax.set_ylim(20, -1)",
    "one limit": "ax.plot(x, x); ax.set_xlim(left=2); ax.set_ylim(top=40)",
    "ticks widen the limits": "ax.plot(x, x); ax.set_xticks([0, 20, 60]); ax.set_yticks(range(5))",
    "ticks before data": "ax.set_xticks([0, 1]); ax.plot(x, x)",
    "labels of ticks": "ax.plot(x, x); ax.set_xticks([1, 9], ['one', 'nine'])",
    "straight lines": "ax.plot(x, x); ax.axhline(70); ax.axvline(-9, ls=':', lw=1)",
    "strokes": "ax.hlines([1, 2], 0, [3, 4]); ax.vlines(5, 0, 1)",
    "steps": "ax.step(x, x); ax.step(x, 2 * x, where='post'); ax.step(x, 3 * x, ':', where='mid')",
    "steps by their style": "ax.plot(x, x, drawstyle='steps-post')",
    "error bars": "ax.errorbar(x, x, (x / 2, x), fmt='o-', capsize=3)",
    "areas": "ax.fill_between(x, x, 2 * x, alpha=0.3); ax.fill([0, 9, 3], [1, 4, -7])",
    "spans": "ax.plot(x, x); ax.axvspan(-5, 3, color='C1'); ax.axhspan(0, 99)",
    "stairs": "ax.stairs([3, 1, 2]); ax.stairs([3, 1, 2], [4, 5, 6, 8], fill=True)",
    "contours": (
        "y = x[:20]; ax.contour(x, y, (x - 9) ** 2 + (y[:, None] - 5) ** 2, [4, 30], colors='C0')"
    ),
    "saddle": "y = x - 15; ax.contour(y, y, y * y[:, None], [-9, 9], colors=['k'], linewidths=1)",
    "dots": "figures.dots(ax, x, x**2, size=3)",
    "text": "ax.text(1, 1, 'a <b> & c', ha='right', va='top'); ax.text(0.2, 0.1, 'two\\nlines')",
    "an arrow": "ax.annotate('here', (0.9, 0.9), (0.2, 0.3), arrowprops={'arrowstyle': '->'})",
    "a legend finds its place": "ax.plot(x, x, label='rising'); ax.plot(x, -x, 'o'); ax.legend()",
    "a legend of columns": (
        "for k in range(5): ax.plot(x, k * x, label=f'line {k}')\n"
        "ax.legend(loc='upper left', ncols=2)"
    ),
    "equal scales": "ax.set_aspect('equal'); ax.plot(x, x / 3)",
    "no axes": "ax.set_axis_off(); ax.plot(x, x)",
    "a title": "ax.set_title('Name'); ax.plot(x, x)",
}


@pytest.fixture
def both(monkeypatch):
    """`both(code, **options)`: a figure by Matplotlib and by the page, and their drawings."""

    def both(code, **options):
        shown: list[Any] = []
        found = []
        monkeypatch.setattr(pictures, "show", shown.append)
        monkeypatch.setattr("IPython.display.display", shown.append)
        for module in (figures, pictures):
            with module.figure(**options) as ax:
                names = {"ax": ax, "x": X, "np": np, "torch": torch, "figures": module}
                exec(code, names)
            found.append(ax)
        (ours,) = drawings.of_page(shown[1])
        shown[0].figure.align_ylabels()
        return *found, drawings.read(shown[0].svg()), drawings.read(ours)

    return both


def data(line):
    return np.array([line.get_xdata(), line.get_ydata()], dtype=float)


@pytest.mark.parametrize("name", PROGRAMS)
def test_lines_limits_and_ink_are_those_of_matplotlib(both, name):
    theirs, ours, book, page = both(PROGRAMS[name], xlabel="x", ylabel="y")
    assert ours.get_xlim() == pytest.approx(theirs.get_xlim(), rel=1e-12, abs=1e-12)
    assert ours.get_ylim() == pytest.approx(theirs.get_ylim(), rel=1e-12, abs=1e-12)
    if name not in ("dots", "strokes", "error bars"):  # drawn by other artists there
        lines = [one for one in ours.artists if hasattr(one, "get_xdata") and one.cap is None]
        for line, other in zip(lines, theirs.lines, strict=True):
            np.testing.assert_array_equal(data(line), data(other))
    assert drawings.differences(page, book, str.__eq__) == []


@pytest.mark.parametrize("span", [0.01, 0.3, 2.5, 7, 40, 999])
@pytest.mark.parametrize("start", [0, -0.37, 1008])
def test_ticks_and_their_labels_are_those_of_matplotlib(both, start, span):
    options = {"xlim": (start, start + span), "ylim": (start - span, start)}
    *_, book, page = both("pass", **options)
    if any("e" in text or "+" in text for text, *_ in book.texts):
        pytest.skip("Matplotlib writes an offset beside the axis here")
    assert sorted(text for text, *_ in page.texts) == sorted(text for text, *_ in book.texts)


@pytest.mark.parametrize("decades", [0.4, 1, 2.3, 5, 9, 16, 40, 90])
def test_powers_of_ten_are_those_of_matplotlib(both, decades):
    limits = 3e-7, 3e-7 * 10**decades
    *_, book, page = both("pass", xscale="log", yscale="log", xlim=limits, ylim=limits)
    assert sorted(text for text, *_ in page.texts) == sorted(text for text, *_ in book.texts)


@pytest.mark.parametrize("rows", [2, 3])
def test_panels_below_one_another_are_where_matplotlib_has_them(both, rows):
    code = "for k, a in enumerate(ax): a.plot(x, 10.0**k * x)"
    *_, book, page = both(code, rows=rows, size=(5.6, 2.2 * rows), xlabel="x", ylabel="y")
    assert drawings.differences(page, book, str.__eq__) == []


def test_names_colours_and_frames_are_those_of_the_library(monkeypatch):
    _figure, _svg = part("_figure"), part("_svg")
    assert _figure.__all__ == drawing.__all__
    assert svg.PALETTE == _svg.PALETTE
    assert (pictures.BLUE, pictures.SIZE) == (figures.BLUE, figures.SIZE)
    data: Any = {
        "svg": '<svg class="dp-svg" />',
        "slots": [[-1, "", ["<g/>"], [0, 0]]],
        "texts": ["0.5 m", "1 m"],
        **{"name": "η & θ", "start": 1, "seconds": 4.0, "autoplay": False},
    }
    theirs = animation.component(data, "fig-x", "alt").replace(' id="fig-x:frames"', "")
    ours = _figure.component('<svg role="img" aria-label="alt" class="dp-svg" />', data)
    assert ours.replace('": ', '":').replace(", ", ",") == theirs.replace(", ", ",")


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("ax.pie([1, 2])", "'pie'"),
        ("ax.plot(x, x, snap=True)", "'snap' of plot"),
        ("ax.plot(x, x, marker='P')", "'P'"),
        ("ax.legend(shadow=True)", "'shadow' of legend"),
        ("ax.legend(loc=4)", "loc=4 of legend"),
        ("ax.set(zlim=(0, 1))", "'set_zlim'"),
        ("ax.set_xscale('symlog')", "'symlog'"),
        ("ax.annotate('a', (0, 0), (1, 1), arrowprops={'arrowstyle': 'fancy'})", "'fancy'"),
        ("ax.contour(x, x, x * x[:, None], colors='k')", "levels"),
        ("ax.text(0, 0, 'a', bbox={'hatch': '/'})", "'hatch'"),
    ],
)
def test_what_the_page_does_not_draw_is_refused_by_its_name(code, named):
    pictures.show = lambda html: None
    with pytest.raises(
        RuntimeError, match="not in the page's figures: run this in Jupyter"
    ) as told:
        drawn(code)
    assert named in str(told.value)


def drawn(code):
    """Draw what a line of code draws."""
    with pictures.figure() as ax:
        exec(code, {"ax": ax, "x": X})


def test_texts_cannot_become_elements(both):
    *_, page = both("ax.text(0, 0, '<script>&\"'); ax.set_title('</svg>')")
    assert {'<script>&"', "</svg>"} <= {text for text, *_ in page.texts}


def test_far_points_keep_the_direction_of_their_lines():
    d = part("_svg").path([(0.0, 0.0), (1e9, 2e9), (math.nan, 0.0), (5.0, 5.0), (5.0, -1e12)])
    assert d == "M0 0L5000 10000M5 5L5 -10000"


METHODS = {name for name in dir(Axes) if not name.startswith("_")} | {"legend"}
OTHERS = {"add", "clear", "figure", "format", "set_label", "update"}  # others have them, too


def used() -> Counter[str]:
    """Count the methods of Matplotlib's axes in cells that draw a figure."""
    book, found = Book(ROOT), Counter[str]()
    for page in book.pages:
        for cell in code_cells(Chapter.read(book, page).notebook):
            if re.search(r"figures\.(figure|frames)\(", cell.source):
                for node in ast.walk(ast.parse(cell.source)):
                    if isinstance(node, ast.Attribute) and node.attr in METHODS - OTHERS:
                        found[node.attr] += 1
    return found


def test_what_chapters_use_of_matplotlib_is_there_or_listed():
    names = part("_names")
    known, listed = names.METHODS.keys(), names.ABSENT.keys()
    tensors = set(dir(torch.Tensor))
    assert set(used()) - known - listed - tensors - {"transAxes"} == set()
    assert listed <= set(used()), "what no chapter uses need not be listed"
