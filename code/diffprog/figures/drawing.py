"""Figures and frames in the style of the book, drawn with matplotlib."""

from __future__ import annotations

import base64
import io
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import (
    FuncFormatter,
    LogFormatterSciNotation,
    NullFormatter,
)
from numpy.typing import ArrayLike

from diffprog.figures import animation, axis_cache, svg
from diffprog.show import FIGURE, FRAMES, building, formatted

__all__ = [
    "BLUE", "GOLD", "GREEN", "GRID", "INK", "MUTED", "ORANGE", "PAPER",
    "PURPLE", "SIZE", "Frames", "Picture", "dots", "figure", "frames",
]  # fmt: skip

INK, MUTED, GRID, PAPER, BLUE, ORANGE, GREEN, PURPLE, GOLD = (
    svg.PALETTE.values()
)

SIZE = (5.6, 3.5)
"""Width and height in inches, small to keep text legible on a phone."""

ON_SLIDE, ACROSS_SLIDE = (4.86, 2.96), (7.37, 2.28)
"""The size of one panel, and of panels beside one another, on a slide.

There a point is 2.2 of 1280 pixels, so that a room can read the text.
"""

STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "diffprog",
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "axes.labelsize": 11,
    "axes.labelpad": 7,
    "axes.titlesize": 11,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "legend.fontsize": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.facecolor": "none",
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.minor.size": 0,
    "ytick.minor.size": 0,
    "lines.linewidth": 2,
    "lines.markersize": 6,
    "legend.frameon": False,
    "legend.handlelength": 2.4,
    "axes.formatter.use_mathtext": False,
    "axes.unicode_minus": True,
    # The second cue beside colour: each of five lines has its own dashes.
    "axes.prop_cycle": cycler(color=[BLUE, ORANGE, GREEN, PURPLE, GOLD])
    + cycler(linestyle=["-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1))]),
}
"""The house style, as matplotlib settings."""


class Picture:
    """A drawn figure: an image in Jupyter, inline SVG in the book."""

    def __init__(self, figure: Figure) -> None:
        self.figure = figure

    def svg(self) -> str:
        """Return the figure as themed inline SVG, with ids of `svg.ID`."""
        with mpl.rc_context(STYLE):
            return svg.serialise(svg.themed(axis_cache.drawn(self.figure)))

    def png(self) -> str:
        """Return a PNG in the light colours on white, base64-encoded."""
        buffer, dpi = io.BytesIO(), self.figure.dpi
        with mpl.rc_context(STYLE):
            self.figure.set(dpi=144, facecolor="white")
            canvas: Any = FigureCanvasAgg(self.figure)
            canvas.print_png(buffer)  # savefig would draw the figure twice
            self.figure.set_dpi(dpi)
        return base64.b64encode(buffer.getvalue()).decode()

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        content: dict[str, Any] = {}
        if building():
            with _on_slide(self.figure):
                content["slide"] = {"svg": self.svg()}
        self.figure.align_ylabels()
        bundle: dict[str, Any] = {
            "text/plain": "A figure.",
            "image/png": self.png(),
        }
        if building():
            bundle[FIGURE] = content | {"svg": self.svg()}
        return bundle


class Frames(Picture):
    """A figure for each of several values, with a slider over them."""

    def __init__(self, figure: Figure, data: animation.Data) -> None:
        super().__init__(figure)
        self.data = data

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = {
            "text/plain": "Frames.",
            "image/png": self.png(),
        }
        if building():
            return {FRAMES: self.data} | bundle
        return {"text/html": animation.standalone(self.data)} | bundle


@contextmanager
def figure(
    *,
    xlabel: str | Sequence[str] = "",
    ylabel: str | Sequence[str] = "",
    rows: int = 1,
    columns: int = 1,
    size: tuple[float, float] = SIZE,
    **axes: Any,
) -> Iterator[Any]:
    """Draw a figure, and show it at the end of the `with` block.

    Args:
        xlabel, ylabel: One text for all axes, or one for each.
        size: Width and height in inches.
        axes: `xlim`, `yscale`, `title`, … of each of the axes.

    Yields:
        The matplotlib axes: one `Axes`, or an array of them if `rows` or
        `columns` is above one.

    Example:
        >>> with figures.figure(xlabel="x / m", ylabel="y / m") as ax:
        ...     ax.plot(x, y)
    """
    from IPython.display import display

    with mpl.rc_context(STYLE):
        drawing, panels = _panels(xlabel, ylabel, rows, columns, size, axes)
        yield panels
        _write_powers(drawing)
    display(Picture(drawing))  # type: ignore[no-untyped-call]


def frames(
    draw: Callable[[Any, Any], object],
    values: ArrayLike,
    *,
    name: str,
    unit: str = "",
    spec: str = ".2f",
    start: int = 0,
    seconds: float = 4.0,
    autoplay: bool = False,
    xlabel: str | Sequence[str] = "",
    ylabel: str | Sequence[str] = "",
    rows: int = 1,
    columns: int = 1,
    size: tuple[float, float] = SIZE,
    **axes: Any,
) -> Frames:
    """Draw `draw(ax, value)` for each of `values`, with a slider over them.

    Args:
        draw: Gets empty axes each time, as `figure` yields them. It must
            not change their limits: pass `xlim` and `ylim` here.
        values: One for each frame, (n,).
        name: Label of the slider.
        unit: Unit of the values, written after each.
        spec: Format of the values.
        start: Index of the frame shown first.
        seconds: Time in which all frames play.
        autoplay: Play once when the frames come into view, unless the
            reader prefers reduced motion.

    Raises:
        ValueError: `values` is empty or not (n,), or `start` is no index.
    """
    sequence = np.asarray(values)
    if sequence.ndim != 1 or not len(sequence):
        got = f"shape {sequence.shape}"
        raise ValueError(f"values: got {got}, want (n,), not empty")
    if not 0 <= start < len(sequence):
        want = f"an index below {len(sequence)}"
        raise ValueError(f"start: got {start}, want {want}")
    texts = [
        f"{value:{spec}} {unit}".strip().replace("-", "−")
        for value in sequence
    ]
    with mpl.rc_context(STYLE):
        drawing, panels = _panels(xlabel, ylabel, rows, columns, size, axes)
        artists = [set(panel.get_children()) for panel in drawing.axes]

        def show(i: int) -> None:
            for panel, kept in zip(drawing.axes, artists, strict=True):
                _clear(panel, kept)
            draw(panels, sequence[i])
            _write_powers(drawing)

        def filmed() -> animation.Data:
            svgs = _filmed(drawing, show, len(sequence), start)
            return animation.encode(
                svgs, texts, name, start, seconds, autoplay
            )

        slide: Any = {}
        if building():
            with _on_slide(drawing):
                film = filmed()
            drawn = {"svg": film["svg"], "slots": film["slots"]}
            slide = {"slide": drawn}
        drawing.align_ylabels()
        data = filmed()
        show(start)
    return Frames(drawing, data | slide)


def dots(
    ax: Axes, x: ArrayLike, y: ArrayLike, *, size: float = 4.0, **style: Any
) -> None:
    """Draw many points as one path, which takes less text than markers.

    From two thousand points on, it is at most a fifth.

    Args:
        size: Diameter in points.
    """
    x, y = (
        np.asarray(x, dtype=float).ravel(),
        np.asarray(y, dtype=float).ravel(),
    )
    (line,) = ax.plot(
        x,
        y,
        linestyle="-",
        linewidth=size,
        solid_capstyle="round",
        markevery=1,  # else matplotlib makes a new path of sorted points
        snap=False,  # rounded to pixels, ends have no length between them
        **style,
    )
    # A stroke of no length is a round dot in SVG, but invisible in a PNG.
    # The axes keep the limits that they have taken from the points.
    span, gaps = np.ptp(x) or 1, np.full_like(x, np.nan)
    length = 1e-8 * np.where(x == 0, span, np.minimum(abs(x), span))
    ends = x + np.maximum(length, 2 * np.spacing(abs(x)))
    line.set_data(
        np.stack([x, ends, gaps], 1).ravel(),
        np.stack([y, y, gaps], 1).ravel(),
    )
    # matplotlib simplifies paths of 128 or more vertices, and so would drop
    # lines of no length.
    line.get_path().should_simplify = False


def _panels(
    xlabel: str | Sequence[str],
    ylabel: str | Sequence[str],
    rows: int,
    columns: int,
    size: tuple[float, float],
    axes: dict[str, Any],
) -> tuple[Figure, Any]:
    drawing = Figure(figsize=size, layout="constrained")
    panels = drawing.subplots(rows, columns, squeeze=False)
    for i, panel in enumerate(panels.flat):
        panel.set(
            xlabel=xlabel if isinstance(xlabel, str) else xlabel[i],
            ylabel=ylabel if isinstance(ylabel, str) else ylabel[i],
            **axes,
        )
    return drawing, panels.squeeze() if panels.size > 1 else panels.item()


def _filmed(
    drawing: Figure, show: Callable[[int], None], count: int, start: int
) -> list[ET.Element]:
    """Return the `<svg>` of each frame, in the layout of the first."""
    drawing.set_layout_engine("constrained")
    film = axis_cache.Film(drawing)
    svgs = {}
    for i in (start, *(i for i in range(count) if i != start)):
        show(i)
        if i == start:
            drawing.draw_without_rendering()
            drawing.set_layout_engine("none")
        svgs[i] = svg.themed(film.drawn())
    return [svgs[i] for i in range(count)]


@contextmanager
def _on_slide(drawing: Figure) -> Iterator[None]:
    """Lay a figure out for a slide, with its panels beside one another.

    This must come before `align_ylabels`, which holds for good.
    """
    panels: list[Any] = drawing.axes
    width, height = drawing.get_size_inches()
    kept: list[Any] = [
        (p.get_subplotspec(), p.get_xlabel()) for p in panels
    ]
    grid = drawing.add_gridspec(1, len(panels))
    for i, panel in enumerate(panels):
        panel.set_subplotspec(grid[i])
        panel.set_xlabel(panel.get_xlabel() or panels[-1].get_xlabel())
    drawing.set_layout_engine("constrained")
    drawing.set_size_inches(ON_SLIDE if len(panels) == 1 else ACROSS_SLIDE)
    try:
        yield
    finally:
        drawing.set_size_inches(width, height)
        for panel, (place, xlabel) in zip(panels, kept, strict=True):
            panel.set_subplotspec(place)
            panel.set_xlabel(xlabel)


def _write_powers(drawing: Figure) -> None:
    """Label logarithmic axes with text, 10⁻³, in the font of the page."""
    for panel in drawing.axes:
        for axis in (panel.xaxis, panel.yaxis):
            if isinstance(
                axis.get_major_formatter(), LogFormatterSciNotation
            ):
                axis.set_major_formatter(
                    FuncFormatter(lambda value, _: _power(value))
                )
                axis.set_minor_formatter(NullFormatter())


def _power(value: float) -> str:
    return f"{value:g}" if 0.01 <= value <= 100 else formatted(value, ".0e")


def _clear(panel: Axes, kept: set[Any]) -> None:
    """Remove what a frame has drawn; keep axes, labels and limits."""
    for artist in list(panel.get_children()):
        if artist not in kept:
            artist.remove()
    panel.set_prop_cycle(STYLE["axes.prop_cycle"])
