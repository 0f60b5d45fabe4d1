"""Turn matplotlib's SVG into inline SVG that follows the page's theme.

Matplotlib draws in the light colours of `PALETTE`. Here each colour becomes
a CSS variable, `var(--fig-blue)`; `assets/figures.css` has its values in
both themes. A global style is removed, and ids are made unique, so that
figures do not affect the page or each other.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

__all__ = ["ID", "PALETTE", "PART", "elements", "serialise", "themed"]

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
"""Name → light colour, each unique, since we find it by its value."""

ID = "figure-id:"
"""Begins each id, until the page puts the figure's name before the colon.

No name has a colon, so no id is the address of another figure.
"""

PART = "part:"
"""Begins the gid of what decks can uncover: it becomes `data-part`."""

_VARIABLE = {
    colour: f"var(--fig-{name})" for name, colour in PALETTE.items()
}
_COLOUR = re.compile("|".join(_VARIABLE))
_NUMBER = re.compile(r"-?\d+\.\d+")
_FAMILY = re.compile(r"font-family: [^;]*;? ?")
_GEOMETRY = ("d", "x", "y", "width", "height", "transform", "points")


def themed(svg: ET.Element) -> ET.Element:
    """Change matplotlib's `<svg>` for use inline, without namespaces."""
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
    """Iterate over all elements below `svg`, as querySelectorAll("*")."""
    iterator = svg.iter()
    next(iterator)
    return iterator


def serialise(element: ET.Element) -> str:
    """Return `element` as text for a page."""
    return ET.tostring(element, encoding="unicode")


def _strip(svg: ET.Element) -> None:
    """Remove metadata, the global style, and the size of the figure."""
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
    """Keep only ids that are used, numbered under the figure's name."""
    ids: dict[str, str] = {}
    for element in svg.iter():
        for key in list(element.attrib):
            if key.endswith("}href"):
                element.set("href", element.attrib.pop(key))
        for value in element.attrib.values():
            for reference in re.findall(r"(?:^|url\()#([^)]+)", value):
                ids.setdefault(reference, f"{ID}{len(ids)}")
    for element in svg.iter():
        name = element.attrib.pop("id", "")
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
        if name.startswith(PART):
            element.set("data-part", name.removeprefix(PART))


def _tidy(element: ET.Element) -> None:
    """Theme the colours, remove fonts, round coordinates to 0.1."""
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
    """Replace bare groups by their children, and drop invisible paths."""
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
