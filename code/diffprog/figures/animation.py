"""Encode frames as one SVG and the differences of the others.

With fixed axes, matplotlib writes the same elements for every frame, and
only those of moving artists differ. So we store one SVG and, for each
attribute or group that differs between frames, its distinct contents.
`assets/frames.js` inserts them.
"""

from __future__ import annotations

import html
import json
import xml.etree.ElementTree as ET
import zlib
from collections.abc import Sequence
from importlib.resources import files
from typing import Any, NotRequired, TypedDict

from diffprog.figures.svg import ID, elements, serialise

__all__ = ["Data", "asset", "component", "encode", "standalone"]


class Data(TypedDict):
    """The content of a frames component, as JSON, for page and notebook."""

    svg: str
    """The frame shown first, themed, with ids below `ID`."""
    slots: list[list[Any]]
    """Rows [element, attribute or "" for the content, distinct contents,
    index of the content of each frame]."""
    texts: list[str]
    """The text of the slider at each frame."""
    name: str
    start: int
    seconds: float
    autoplay: bool
    slide: NotRequired[dict[str, Any]]
    """The `svg` and the `slots` as drawn for a slide, in a build."""


def encode(
    svgs: Sequence[ET.Element],
    texts: Sequence[str],
    name: str,
    start: int,
    seconds: float,
    autoplay: bool,
) -> Data:
    """Encode `svgs`, one a frame, as differences to the frame `start`."""
    index = {element: i for i, element in enumerate(elements(svgs[start]))}
    slots: list[list[Any]] = []
    _compare(list(svgs), start, index, slots)
    return {
        "svg": serialise(svgs[start]),
        "slots": slots,
        "texts": list(texts),
        "name": name,
        "start": start,
        "seconds": seconds,
        "autoplay": autoplay,
    }


def _compare(
    same: list[ET.Element],
    start: int,
    index: dict[ET.Element, int],
    slots: list[list[Any]],
) -> None:
    """Compare one element over all frames: its attributes, its content."""
    here = index.get(same[start], -1)
    for attribute in sorted({key for e in same for key in e.attrib}):
        contents = [e.get(attribute, "") for e in same]
        _slot(here, attribute, contents, slots)
    content = {(e.text, *(child.tag for child in e)) for e in same}
    if len(content) == 1:
        for children in zip(*same, strict=True):
            _compare(list(children), start, index, slots)
    else:
        _slot(here, "", [_content(e) for e in same], slots)


def _slot(
    here: int, attribute: str, contents: list[str], slots: list[list[Any]]
) -> None:
    distinct = list(dict.fromkeys(contents))
    if len(distinct) > 1:
        frames = [distinct.index(content) for content in contents]
        slots.append([here, attribute, distinct, frames])


def _content(element: ET.Element) -> str:
    inside = "".join(map(serialise, element))
    return html.escape(element.text or "", quote=False) + inside


def component(data: Data, name: str, alt: str) -> str:
    """Return the HTML of frames called `name`: SVG, controls and data.

    The script is `assets/frames.js`.
    """
    payload = {
        key: data[key] for key in ("slots", "texts", "seconds", "autoplay")
    }
    inline = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    inline = inline.replace("</", "<\\/")
    value = html.escape(data["name"])
    last, first = len(data["texts"]) - 1, data["start"]
    text = html.escape(data["texts"][first])
    return (
        f'<div class="dp-frames" id="{name}:frames">'
        + picture(data["svg"], name, alt)
        + f'<div class="dp-controls" role="group" aria-label="{value}"'
        + " hidden>"
        + _button("play", "Play", "M2 1v10l9-5z")
        + _button("back", "Previous frame", "M9 1v10L3 6zM2 1h1.5v10H2z")
        + f'<label><span>{value}</span><input type="range" min="0"'
        + f' max="{last}" value="{first}" aria-valuetext="{text}"></label>'
        + _button("next", "Next frame", "M3 1v10l6-5zM8.5 1H10v10H8.5z")
        + f'<output aria-live="off">{text}</output></div>'
        + '<script type="application/json">'
        + f"{_named(inline, name)}</script></div>"
    )


def picture(svg: str, name: str, alt: str) -> str:
    """Return the inline SVG of figure `name`, with alternative text."""
    label = html.escape(" ".join(alt.split()))
    start = f'<svg role="img" aria-label="{label}" '
    return _named(svg, name).replace("<svg ", start, 1)


def _named(text: str, name: str) -> str:
    """Return `text` with the ids of figure `name`."""
    return text.replace(ID, f"{name}:")


def _button(kind: str, label: str, path: str) -> str:
    return (
        f'<button type="button" data-do="{kind}" aria-label="{label}"'
        f' title="{label}"><svg viewBox="0 0 12 12" aria-hidden="true">'
        f'<path d="{path}"/></svg></button>'
    )


def standalone(data: Data) -> str:
    """Return the component with its style and script, for a notebook."""
    name = f"frames-{zlib.crc32(data['svg'].encode()):08x}"
    style, script = asset("figures.css"), asset("frames.js")
    body = component(data, name, f"Frames over {data['name']}")
    return f"<style>{style}</style>{body}<script>{script}</script>"


def asset(name: str) -> str:
    """Return the text of a file in `assets/`."""
    path = files("diffprog.figures").joinpath("assets", name)
    return path.read_text(encoding="utf-8")
