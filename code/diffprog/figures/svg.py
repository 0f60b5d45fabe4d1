"""From a matplotlib figure to inline SVG
that follows the page's light or dark theme.

Matplotlib draws in the light colours of `PALETTE`; here each becomes a CSS
variable, `var(--fig-blue)`, whose two values stand in `assets/figures.css`.
What would leak into the page (a global style, ids that repeat from figure
to figure) is removed or made the figure's own.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

__all__ = ["ID", "PALETTE", "elements", "serialise", "themed"]

PALETTE = {
    "ink": "#24292e",
    "muted": "#5f6770",
    "grid": "#d9dee4",
    "paper": "#fefefe",
    "blue": "#0072b2",
    "orange": "#c75000",
    "green": "#00825a",
    "purple": "#a3407c",
    "gold": "#8f6400",
}
"""Name → light colour. Each is unlike any other colour,
since it is found again by its value."""

ID = "figure-id"
"""Stands for the figure's own name in every id,
until the page gives it one."""

_VARIABLE = {
    colour: f"var(--fig-{name})" for name, colour in PALETTE.items()
}
_COLOUR = re.compile("|".join(_VARIABLE))
_NUMBER = re.compile(r"-?\d+\.\d+")
_FAMILY = re.compile(r"font-family: [^;]*;? ?")
_GEOMETRY = ("d", "x", "y", "width", "height", "transform", "points")


def themed(svg: ET.Element) -> ET.Element:
    """The `<svg>` that matplotlib wrote, changed:
    without namespaces, ready to go inline."""
    for element in svg.iter():
        element.tag = element.tag.rpartition("}")[2]
        element.text = (
            None if "\n" in (element.text or "") else element.text
        )
        element.tail = None
    _strip(svg)
    _own_ids(svg)
    for element in svg.iter():
        _tidy(element)
    return _shallow(svg)


def elements(svg: ET.Element) -> Iterator[ET.Element]:
    """The elements below `svg` in document order,
    as `querySelectorAll("*")` finds them."""
    iterator = svg.iter()
    next(iterator)
    return iterator


def serialise(element: ET.Element) -> str:
    """`element` as the text that goes into a page."""
    return ET.tostring(element, encoding="unicode")


def _strip(svg: ET.Element) -> None:
    """Remove what would reach outside the figure:
    metadata, the global style, its size."""
    for parent in list(svg.iter()):
        for child in list(parent):
            if (
                child.tag == "metadata"
                or child.find("style") is not None
                or child.tag == "style"
            ):
                parent.remove(child)
    view_box = svg.attrib["viewBox"]
    svg.attrib.clear()
    svg.attrib.update({"class": "dp-svg", "viewBox": view_box})


def _own_ids(svg: ET.Element) -> None:
    """Keep only the ids that something refers to,
    numbered under the figure's own name."""
    ids: dict[str, str] = {}
    for element in svg.iter():
        for key in list(element.attrib):
            if key.endswith("}href"):
                element.set("href", element.attrib.pop(key))
        for value in element.attrib.values():
            for reference in re.findall(r"(?:^|url\()#([^)]+)", value):
                ids.setdefault(reference, f"{ID}-{len(ids)}")
    for element in svg.iter():
        name = element.attrib.pop("id", None)
        if name in ids:
            element.set("id", ids[name])
        for key, value in element.attrib.items():
            element.set(
                key,
                re.sub(
                    r"(^|url\()#([^)]+)",
                    lambda m: f"{m[1]}#{ids[m[2]]}",
                    value,
                ),
            )


def _tidy(element: ET.Element) -> None:
    """Theme the colours, leave the choice of
    font to the page, round coordinates to 0.1."""
    if element.get("transform", "").startswith("rotate(-0 "):
        del element.attrib["transform"]
    for key, value in element.attrib.items():
        if key in _GEOMETRY and element.tag != "image":
            value = _NUMBER.sub(
                lambda m: f"{float(m[0]):.1f}".removesuffix(".0"), value
            )
            value = " ".join(value.split())
        if key == "d":
            value = re.sub(
                r" L (?=[-\d])", " ", re.sub(r"([MLCQ]) ", r"\1", value)
            )
            value = re.sub(r"(?<=\d) L", "L", value).replace(" z", "z")
            value = re.sub(
                r"M([-\d.]+ [-\d.]+)L\1(?: |$)", r"M\1h0", value
            )  # a dot
        if key == "style":
            value = _COLOUR.sub(
                lambda m: _VARIABLE[m[0]], _FAMILY.sub("", value)
            )
            value = value.replace(": ", ":").replace("; ", ";").rstrip(";")
            # A page may enlarge the text where it is narrow.
            value = re.sub(
                r"font-size:([\d.]+px)",
                r"font-size:calc(\1*var(--fig-text))",
                value,
            )
        element.set(key, value)


def _shallow(element: ET.Element) -> ET.Element:
    """Drop what carries nothing:
    bare groups (their children stay) and invisible paths."""
    children: list[ET.Element] = []
    for child in element:
        child = _shallow(child)
        if child.tag == "g" and not child.attrib:
            children += list(child)
        elif child.get("style") == "fill:none":
            continue
        elif len(child) or child.attrib:
            children.append(child)
    element[:] = children
    return element
