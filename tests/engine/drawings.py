"""What two drawings of a figure have in common: the book's, by Matplotlib, and the page's.

Lines are compared as what they leave on the paper: every point of one drawing has ink of its colour
in the other nearby, and the other way round. So an outline may be one path here and several there.
"""

from __future__ import annotations

import itertools
import json
import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

__all__ = ["Drawing", "differences", "of_book", "of_page", "read"]

UNIT, NEAR = 300.0, 0.9
"""The width and the height of a panel, and how far ink may differ: three parts in a thousand."""
GRID = "var(--fig-grid)"
ABOUT = 3.0
"""How far panels, texts and what is beyond panels may be from their places, in points."""
STEP, ROUNDED = 0.4, 0.15
TOKEN = re.compile(r"[MLCQahz]|-?[\d.]+(?:e-?\d+)?")
SIZES = {"M": 2, "L": 2, "C": 6, "Q": 4, "a": 7, "h": 1, "z": 0}

Point = tuple[float, float]


Box = tuple[float, float, float, float]
Text = tuple[str, float, float, str]


@dataclass
class Drawing:
    """The ink of a drawing, its texts, the styles of its lines, and where its panels are."""

    panels: list[Box]
    ink: dict[tuple[int, str], list[Point]] = field(default_factory=dict)
    """By the number of the panel, or -1 beyond panels, and the colour. In a panel, both
    coordinates are shares of it, times `UNIT`."""
    texts: list[Text] = field(default_factory=list)
    styles: set[tuple[str, str, str]] = field(default_factory=set)


def read(svg: str) -> Drawing:
    """Read the SVG of a figure."""
    root = ET.fromstring(svg)
    shapes = {one.get("id", ""): one for one in root.iter() if one.get("id")}
    boxes = {name: _box(one[0]) for name, one in shapes.items() if one.tag == "clipPath"}
    panels = {*boxes.values(), *(_box(one) for one in root.iter("svg") if one is not root)}
    found = Drawing(sorted(panels, key=lambda box: (round(box[1]), box[0])))
    _walk(root, found, shapes, boxes, None)
    return found


def _walk(node: ET.Element, found: Drawing, shapes: Any, boxes: Any, clip: Box | None) -> None:
    for child in node:
        within = clip
        if name := re.search(r"#([^)]+)", child.get("clip-path", "")):
            within = boxes[name[1]]
        if child.tag == "svg":
            within = _box(child)
        if child.tag == "text":
            _text(child, found)
        elif child.tag == "path":
            _ink(child.get("d", ""), (0, 0), _style(child), found, within)
        elif child.tag == "rect" and node.tag != "clipPath":
            left, top, right, bottom = _box(child)
            d = f"M{left} {top}L{right} {top}L{right} {bottom}L{left} {bottom}z"
            _ink(d, (0, 0), _style(child), found, within)
        elif child.tag == "use":
            shape = shapes[child.get("href", "")[1:]]
            place = float(child.get("x", 0)), float(child.get("y", 0))
            style = _style(shape) | _style(child)
            _ink(shape.get("d", ""), place, style, found, within)
        if child.tag not in ("defs", "clipPath"):
            _walk(child, found, shapes, boxes, within)


def _style(node: ET.Element) -> dict[str, str]:
    pairs = (part.split(":", 1) for part in node.get("style", "").split(";") if part)
    return dict(pairs)


def _box(node: ET.Element) -> Box:
    x, y, w, h = (float(node.get(name, 0)) for name in ("x", "y", "width", "height"))
    return x, y, x + w, y + h


def _text(node: ET.Element, found: Drawing) -> None:
    x, y = float(node.get("x", 0)), float(node.get("y", 0))
    if move := re.search(r"translate\(([-\d.]+) ([-\d.]+)\)", node.get("transform", "")):
        x, y = float(move[1]), float(move[2])
    anchor = _style(node).get("text-anchor", "start")
    found.texts.append((node.text or "", x, y, anchor))


def _ink(d: str, place: Point, style: dict[str, str], found: Drawing, box: Box | None) -> None:
    colour, strokes = style.get("stroke", "none"), list(_strokes(d))
    if colour == "none":
        colour, strokes = style.get("fill", "black"), [[*line, line[0]] for line in strokes]
    moved = ([(x + place[0], y + place[1]) for x, y in line] for line in strokes)
    points = [point for line in moved for point in _dense(line)]
    if box:
        (left, top), (right, bottom) = box[:2], box[2:]
        points = [
            (x, y)
            for x, y in points
            if left - ROUNDED <= x <= right + ROUNDED and top - ROUNDED <= y <= bottom + ROUNDED
        ]
        points = [
            (UNIT * (x - left) / (right - left), UNIT * (y - top) / (bottom - top))
            for x, y in points
        ]
    if not points or colour == "none":
        return
    panel = found.panels.index(box) if box else -1
    found.ink.setdefault((panel, colour), []).extend(points)
    if style.get("stroke", "none") != "none":
        width = f"{float(style.get('stroke-width', '1').removesuffix('px')):.1f}"
        found.styles.add((colour, width, style.get("stroke-dasharray", "")))


def _strokes(d: str) -> Iterator[list[Point]]:
    """Yield the lines of a path; curves are taken through a few of their points."""
    tokens = TOKEN.findall(d)
    at, kind, line = 0, "", list[Point]()
    while at < len(tokens):
        if tokens[at].isalpha():
            kind = tokens[at]
            at += 1
        given = list(map(float, tokens[at : at + SIZES[kind]]))
        at += SIZES[kind]
        if kind == "M":
            if line:
                yield line
            line = [(given[0], given[1])]
            kind = "L"
        elif kind == "L":
            line.append((given[0], given[1]))
        elif kind == "z":
            line.append(line[0])
        elif kind == "a":
            x, y = line[-1]
            r, across = given[0], given[5]
            turns = np.linspace(0, math.pi, 13)[1:]
            line += [
                (x + across / 2 - math.copysign(r, across) * math.cos(t),
                 y + math.copysign(r, across) * math.sin(t)) for t in turns
            ]  # fmt: skip
        elif kind in "CQ":
            corners = [line[-1], *zip(given[::2], given[1::2], strict=True)]
            for t in (0.25, 0.5, 0.75, 1.0):
                points = corners
                while len(points) > 1:
                    points = [
                        (a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]))
                        for a, b in itertools.pairwise(points)
                    ]
                line.append(points[0])
    if line:
        yield line


def _dense(line: list[Point]) -> Iterator[Point]:
    """Yield points along a line, close to one another as far as it is on the paper."""
    yield line[0]
    for (a, b), (c, d) in itertools.pairwise(line):
        low, high = _within(a, c), _within(b, d)
        begin, end = max(low[0], high[0]), min(low[1], high[1])
        if begin <= end:
            count = math.ceil((end - begin) * math.hypot(c - a, d - b) / STEP) + 1
            for t in np.linspace(begin, end, count):
                yield a + t * (c - a), b + t * (d - b)


def _within(a: float, b: float) -> tuple[float, float]:
    """Return from where to where a + t·(b − a) is on the paper, of 0 ≤ t ≤ 1."""
    if a == b:
        return (0.0, 1.0) if -10 <= a <= 1000 else (1.0, 0.0)
    low, high = sorted(((-10 - a) / (b - a), (1000 - a) / (b - a)))
    return max(low, 0.0), min(high, 1.0)


def of_book(data: dict[str, Any]) -> list[str]:
    """Return the SVG of a figure of the book, or of each of its frames."""
    if "slots" not in data:
        return [data["svg"]]
    return [_framed(data["svg"], data["slots"], i) for i in range(len(data["texts"]))]


def of_page(html: str) -> list[str]:
    """Return the SVG of a figure that the page has drawn, or of each of its frames."""
    svg = re.search(r"<svg class=.*</svg>(?=</div>|<div)", html)
    script = re.search(r'<script type="application/json">(.*)</script>', html)
    assert svg
    if not script:
        return [svg[0]]
    data = json.loads(script[1].replace("<\\/", "</"))
    start = svg[0].index(">") + 1
    return [f"{svg[0][:start]}{content}</svg>" for content in data["slots"][0][2]]


def _framed(svg: str, slots: Any, index: int) -> str:
    root = ET.fromstring(svg)
    nodes = list(root.iter())
    for place, attribute, contents, picks in slots:
        content, node = contents[picks[index]], nodes[place + 1]
        if attribute:
            node.set(attribute, content)
        else:
            inner = ET.fromstring(f"<g>{content}</g>")
            node[:], node.text = list(inner), inner.text
    return ET.tostring(root, encoding="unicode")


def differences(ours: Drawing, book: Drawing, same: Any, curves: float = NEAR) -> list[str]:
    """Say what differs; `same(a, b)` compares texts, and curves may be so far from one another."""
    if book.panels and len(ours.panels) != len(book.panels):
        return [f"{len(ours.panels)} panels here, {len(book.panels)} in the book"]
    found = []
    for panel, there in zip(ours.panels, book.panels, strict=False):
        if max(abs(a - b) for a, b in zip(panel, there, strict=True)) > ABOUT:
            found.append(f"a panel is at {panel}, in the book at {there}")
    if ours.styles != book.styles:
        found.append(f"lines: only here {ours.styles - book.styles}, only in the book"
                     f" {book.styles - ours.styles}")  # fmt: skip
    for key in sorted(ours.ink.keys() | book.ink.keys()):
        pair = ours.ink.get(key), book.ink.get(key)
        if pair[0] is None or pair[1] is None:
            found.append(f"{key} is {'not' if pair[0] is None else 'only'} here")
            continue
        near = ABOUT if key[0] < 0 else NEAR if key[1] == GRID else curves
        for one, other, where in ((pair[0], pair[1], "here"), (pair[1], pair[0], "in the book")):
            distances, _ = cKDTree(other).query(one)
            worst = int(distances.argmax())
            if distances[worst] > near:
                place = tuple(round(float(v), 1) for v in one[worst])
                found.append(f"{key}: at {place} only {where}, {distances[worst]:.1f} away")
    left = list(ours.texts)
    for text in book.texts:
        fitting = [one for one in left if same(one[0], text[0])]
        if not fitting:
            found.append(f"no text {text[0]!r} at {text[1:3]}; there is {[t[0] for t in left]}")
            continue
        best = min(fitting, key=lambda one: _apart(one, text))
        left.remove(best)
        if _apart(best, text) > ABOUT:
            found.append(f"the text {text[0]!r} is at {best[1:]}, in the book at {text[1:]}")
    found += [f"the text {one[0]!r} at {one[1:]} is only here" for one in left]
    return found


def _apart(one: Text, other: Text) -> float:
    """Return the distance of two texts, or of their lines if they are anchored at other ends."""
    across = one[1] - other[1] if one[3] == other[3] else 0.0
    return math.hypot(across, one[2] - other[2])
