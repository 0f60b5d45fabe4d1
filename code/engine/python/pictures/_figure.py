"""The functions of `diffprog.figures` in the page: a figure, frames with a slider, and dots."""

import json
from contextlib import contextmanager

import tqdm

import pictures
from pictures import _svg
from pictures._axes import Axes
from pictures._layout import drawn, places

__all__ = [
    "BLUE", "GOLD", "GREEN", "GRID", "INK", "MUTED", "ORANGE", "PAPER",
    "PURPLE", "SIZE", "Frames", "Picture", "dots", "figure", "frames",
]  # fmt: skip

INK, MUTED, GRID, PAPER, BLUE, ORANGE, GREEN, PURPLE, GOLD = _svg.PALETTE.values()

SIZE = (5.6, 3.5)
POINTS = 72  # to an inch


class Picture:
    """A drawn figure."""

    def __init__(self, panels, size):
        self.panels = panels
        self.size = POINTS * size[0], POINTS * size[1]
        self.boxes = None

    def content(self):
        """Return what is within the `<svg>`, in the layout of the first time."""
        if self.boxes is None:
            found = places(self.panels, self.size)
            self.boxes = [(place.box, place.ticks_width) for place in found]
        return drawn(self.panels, self.boxes)

    def svg(self, content):
        view = f"0 0 {_svg.number(self.size[0])} {_svg.number(self.size[1])}"
        return _svg.element("svg", content or " ", **{"class": "dp-svg"}, role="img", view_box=view)

    def html(self):
        return f'<div class="dp-figure">{self.svg(self.content())}</div>'

    def _ipython_display_(self):
        pictures.show(self.html())


class Frames(Picture):
    """A figure for each of several values, with a slider over them."""

    def __init__(self, panels, size, frames, data):
        super().__init__(panels, size)
        self.frames, self.data = frames, data

    def html(self):
        svg = self.svg(self.frames[self.data["start"]])
        slot = [-1, "", self.frames, list(range(len(self.frames)))]
        return component(svg, self.data | {"slots": [slot]})


def component(svg, data):
    """Return the HTML of frames, as `diffprog.figures.animation.component` does."""
    names = ("slots", "texts", "seconds", "autoplay")
    inline = json.dumps({name: data[name] for name in names}, ensure_ascii=False)
    inline = inline.replace("</", "<\\/")
    name, first = _svg.escaped(data["name"]), data["start"]
    text, last = _svg.escaped(data["texts"][first]), len(data["texts"]) - 1
    return (
        f'<div class="dp-frames">{svg}<div class="dp-controls" role="group" aria-label="{name}"'
        f" hidden>{_button('play', 'Play', 'M2 1v10l9-5z')}"
        f"{_button('back', 'Previous frame', 'M9 1v10L3 6zM2 1h1.5v10H2z')}"
        f'<label><span>{name}</span><input type="range" min="0" max="{last}" value="{first}"'
        f' aria-valuetext="{text}"></label>'
        f"{_button('next', 'Next frame', 'M3 1v10l6-5zM8.5 1H10v10H8.5z')}"
        f'<output aria-live="off">{text}</output></div>'
        f'<script type="application/json">{inline}</script></div>'
    )


def _button(kind, label, path):
    return (
        f'<button type="button" data-do="{kind}" aria-label="{label}" title="{label}">'
        f'<svg viewBox="0 0 12 12" aria-hidden="true"><path d="{path}"/></svg></button>'
    )


@contextmanager
def figure(*, xlabel="", ylabel="", rows=1, columns=1, size=SIZE, **axes):
    """Draw a figure, and show it at the end of the `with` block."""
    panels = _panels(xlabel, ylabel, rows, columns, axes)
    yield _handed(panels)
    Picture(panels, size)._ipython_display_()


def frames(
    draw, values, *, name, unit="", spec=".2f", start=0, seconds=4.0, autoplay=False, xlabel="",
    ylabel="", rows=1, columns=1, size=SIZE, **axes,
):  # fmt: skip
    """Draw `draw(ax, value)` for each of `values`, with a slider over them."""
    import numpy as np

    sequence = values if _of_text(values) else np.asarray(values)
    count = len(sequence)
    if not count or getattr(sequence, "ndim", 1) != 1:
        raise ValueError("values: want (n,), not empty")
    if not 0 <= start < count:
        raise ValueError(f"start: got {start}, want an index below {count}")
    texts = [f"{value:{spec}} {unit}".strip().replace("-", "−") for value in sequence]
    panels = _panels(xlabel, ylabel, rows, columns, axes)
    picture = Picture(panels, size)
    found = {}
    for done, i in enumerate((start, *(i for i in range(count) if i != start)), 1):
        for row in panels:
            for panel in row:
                panel.clear()
        draw(_handed(panels), sequence[i])
        found[i] = picture.content()
        if hasattr(tqdm, "report"):
            tqdm.report(done, count)
    data = {"texts": texts, "name": name, "start": start, "seconds": seconds, "autoplay": autoplay}
    return Frames(panels, size, [found[i] for i in range(count)], data)


def dots(ax, x, y, *, size=4.0, **style):
    """Draw many points as one path."""
    ax.dots(x, y, size, style)


def _of_text(values):
    return isinstance(values, list | tuple) and all(isinstance(value, str) for value in values)


def _panels(xlabel, ylabel, rows, columns, axes):
    panels = [[Axes() for _ in range(columns)] for _ in range(rows)]
    for i, panel in enumerate(panel for row in panels for panel in row):
        panel.set(
            xlabel=xlabel if isinstance(xlabel, str) else xlabel[i],
            ylabel=ylabel if isinstance(ylabel, str) else ylabel[i],
            **axes,
        )
    return panels


def _handed(panels):
    """Return what a chapter draws on: one panel, a list of them, or rows of lists."""
    if len(panels) == 1 and len(panels[0]) == 1:
        return panels[0][0]
    if len(panels) == 1:
        return panels[0]
    return [row[0] for row in panels] if len(panels[0]) == 1 else panels
