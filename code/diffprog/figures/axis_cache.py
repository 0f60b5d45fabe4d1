"""Draw a figure as SVG, once or for many frames.

Ticks, their labels and the grid take most of the time of a drawing. If an
axis has not changed since the last frame, an empty group is drawn in its
place, and filled with the axis from the earlier drawing.
"""

from __future__ import annotations

import copy
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axis import Axis
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from diffprog.figures.svg import PART

__all__ = ["Film", "drawn"]

_G, _DEFS, _CLIP = (
    "{http://www.w3.org/2000/svg}" + tag
    for tag in ("g", "defs", "clipPath")
)
_AXIS = "axis-of-film-"


def drawn(figure: Figure) -> ET.Element:
    """Return the `<svg>` of `figure` on a transparent ground, drawn once.

    `Figure.savefig` would draw twice, once for the layout, which any
    drawing computes.
    """
    buffer = io.BytesIO()
    _name_parts(figure)
    with _transparent(figure):
        canvas: Any = FigureCanvasSVG(figure)
        canvas.print_svg(buffer, metadata={"Date": None, "Creator": None})
    return ET.fromstring(buffer.getvalue())


def _name_parts(figure: Figure) -> None:
    """Name panels and labelled artists, so that decks can uncover them.

    The name is the artist's gid, or its label; what stands for it in the
    legend has the same.
    """
    for number, panel in enumerate(figure.axes, 1):
        panel.set_gid(f"{PART}panel {number}")
        names: dict[str, str] = {}  # by the label
        axes = panel.xaxis, panel.yaxis  # which `Film` names
        for artist in panel.get_children():
            label = str(artist.get_label())
            name = artist.get_gid() or label
            if artist not in axes and name and name[0] != "_":
                names[label] = PART + name.removeprefix(PART)
                artist.set_gid(names[label])
                if arrow := getattr(artist, "arrow_patch", None):
                    arrow.set_gid(names[label])
        if legend := panel.get_legend():
            texts = legend.get_texts()
            for handle, text in zip(
                legend.legend_handles, texts, strict=True
            ):
                for artist in filter(None, (handle, text)):
                    artist.set_gid(names.get(text.get_text()))


class Film:
    """Draw the frames of a figure, with axes that have not changed cached.

    Changes are found in limits, scale, ticks and their parameters, and in
    the text or style of the label. A change made directly to the artists of
    a tick is not found.
    """

    def __init__(self, figure: Figure) -> None:
        self._figure = figure
        self._axes = {
            f"{_AXIS}{i}-{which}": axis
            for i, panel in enumerate(figure.axes)
            for which, axis in (("x", panel.xaxis), ("y", panel.yaxis))
        }
        for name, axis in self._axes.items():
            axis.set_gid(name)
        self._looks: dict[Axis, object] = {}
        self._groups: dict[str, ET.Element] = {}
        self._clips: dict[str, ET.Element] = {}

    def drawn(self) -> ET.Element:
        """Return the `<svg>` of the figure in its present state."""
        changed = map(self._has_changed, self._axes.values())
        if not self._groups or any(changed):
            svg = drawn(self._figure)
            self._looks = {
                axis: _look(axis) for axis in self._axes.values()
            }
            self._groups = {
                name: copy.deepcopy(group)
                for name, group in self._places(svg)
            }
            self._clips = _clips(copy.deepcopy(svg))
            return svg
        with _undrawn(self._axes):
            svg = drawn(self._figure)
        for name, group in self._places(svg):
            group[:] = list(copy.deepcopy(self._groups[name]))
        self._clip(svg)
        return svg

    def _has_changed(self, axis: Axis) -> bool:
        """Tell whether an axis must be drawn again."""
        # A label without a text is never drawn, and so stays stale.
        if axis.label.stale and axis.label.get_text():
            return True
        # Setting a value to what it was makes an axis stale, too.
        return axis.stale and _look(axis) != self._looks[axis]

    def _places(self, svg: ET.Element) -> list[tuple[str, ET.Element]]:
        found = ((group.get("id", ""), group) for group in svg.iter(_G))
        return [
            (name, group) for name, group in found if name in self._axes
        ]

    def _clip(self, svg: ET.Element) -> None:
        """Write the clip paths in the order of their use, as matplotlib."""
        known = copy.deepcopy(self._clips) | _clips(svg)
        for defs in svg.findall(_DEFS):
            if defs.find(_CLIP) is not None:
                svg.remove(defs)
        used = re.findall(
            r"url\(#([^)]+)\)",
            " ".join(e.get("clip-path", "") for e in svg.iter()),
        )
        ET.SubElement(svg, _DEFS).extend(
            known[name] for name in dict.fromkeys(used)
        )


def _clips(svg: ET.Element) -> dict[str, ET.Element]:
    return {clip.attrib["id"]: clip for clip in svg.iter(_CLIP)}


def _look(axis: Any) -> object:
    """Return all that an axis shows, except the style of its label."""
    places = axis.get_majorticklocs(), axis.get_minorticklocs()
    return [
        axis.get_visible(),
        axis.label.get_text(),
        axis.get_scale(),
        axis.get_view_interval().tolist(),
        axis.get_label_position(),
        [axis.get_tick_params(which) for which in ("major", "minor")],
        [place.tolist() for place in map(np.asarray, places)],
        axis.major.formatter.format_ticks(places[0]),
        axis.minor.formatter.format_ticks(places[1]),
    ]


@contextmanager
def _undrawn(axes: Mapping[str, Axis]) -> Iterator[None]:
    """Let each axis draw an empty group of its name."""

    def draw(name: str, renderer: RendererBase) -> None:
        renderer.open_group(name, gid=name)
        renderer.close_group(name)

    for name, axis in axes.items():
        vars(axis)["draw"] = partial(draw, name)
    try:
        yield
    finally:
        for axis in axes.values():
            del vars(axis)["draw"]


@contextmanager
def _transparent(figure: Figure) -> Iterator[None]:
    """Make the grounds of the figure and its axes transparent, inside."""
    patches: list[Any] = [
        figure.patch,
        *(panel.patch for panel in figure.axes),
    ]
    kept = [
        (patch.get_facecolor(), patch.get_edgecolor()) for patch in patches
    ]
    for patch in patches:
        patch.set(facecolor="none", edgecolor="none")
    try:
        yield
    finally:
        for patch, (face, edge) in zip(patches, kept, strict=True):
            patch.set(facecolor=face, edgecolor=edge)
