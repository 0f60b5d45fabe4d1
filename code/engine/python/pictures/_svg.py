"""Elements of SVG, with the colours of the book's theme.

Coordinates are points, from the upper left corner, with one decimal. Colours of the palette become
variables of the page's style sheet, which has two values for each.
"""

import math

__all__ = ["PALETTE", "colour", "element", "escaped", "near", "number", "path", "style"]

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
"""Name → light colour, as in `diffprog.figures.svg`."""

_VARIABLES = {value: f"var(--fig-{name})" for name, value in PALETTE.items()}
_LETTERS = {"k": "#000000", "w": "#ffffff", "r": "#ff0000", "g": "#008000", "b": "#0000ff",
            "c": "#00bfbf", "m": "#bf00bf", "y": "#bfbf00"}  # fmt: skip
_CYCLE = ("blue", "orange", "green", "purple", "gold")

FAR = 1e4
"""Where lines are cut: browsers lose precision in coordinates that are large."""


def colour(value):
    """Return a colour for a style: of "C1", "k", a grey "0.5", a name, (r, g, b)."""
    if not isinstance(value, str):
        red, green, blue = (round(255 * part) for part in list(value)[:3])
        return f"rgb({red},{green},{blue})"
    if value in _VARIABLES:
        return _VARIABLES[value]
    if value[:1] == "C" and value[1:].isdigit():
        return f"var(--fig-{_CYCLE[int(value[1:]) % len(_CYCLE)]})"
    if value.replace(".", "", 1).isdigit():
        return f"rgb({', '.join([str(round(255 * float(value)))] * 3)})"
    return _LETTERS.get(value, value.removeprefix("tab:"))


def escaped(text):
    """Return text for the content or an attribute of an element."""
    for sign, name in (("&", "amp"), ("<", "lt"), (">", "gt"), ('"', "quot")):
        text = text.replace(sign, f"&{name};")
    return text


def number(value):
    """Return a coordinate, to a tenth of a point."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def near(x, y):
    """Return whether a point is on the figure or not far from it; one with NaN is not."""
    return abs(x) <= FAR and abs(y) <= FAR


def element(tag, content="", **attributes):
    """Return an element; `view_box` is written viewBox, `text_anchor` text-anchor."""
    parts = [tag]
    for name, value in attributes.items():
        if value is not None:
            text = number(value) if isinstance(value, float) else escaped(str(value))
            name = {"view_box": "viewBox"}.get(name, name.replace("_", "-"))
            parts.append(f'{name}="{text}"')
    start = " ".join(parts)
    return f"<{start}>{content}</{tag}>" if content else f"<{start}/>"


def style(**properties):
    """Return the text of a style attribute, without properties that are None."""
    pairs = ((name.replace("_", "-"), value) for name, value in properties.items())
    return ";".join(f"{name}:{value}" for name, value in pairs if value is not None)


def path(points, closed=False):
    """Return the `d` of lines through (x, y); NaN interrupts them.

    A point that falls on the last one, to a tenth of a point, is left out.
    """
    parts, before, last = [], None, None
    for point in [*points, points[0]] if closed and points else points:
        if not (math.isfinite(point[0]) and math.isfinite(point[1])):
            before = last = None
            continue
        pair = None if before is None else _cut(before, point)
        before = point
        if pair is None:
            if near(*point):
                last = _place(point)
                parts.append(f"M{last}")
            else:
                last = None
            continue
        start, end = _place(pair[0]), _place(pair[1])
        if start != last:
            parts.append(f"M{start}")
            last = start
        if end != last:
            parts.append(f"L{end}")
            last = end
    if closed and parts:
        parts.append("z")
    return "".join(parts)


def _place(point):
    return f"{number(point[0])} {number(point[1])}"


def _cut(a, b):
    """Return the part of a segment that is within `FAR` of the origin, or None."""
    if near(*a) and near(*b):
        return a, b
    low, high = 0.0, 1.0
    for begin, step in ((a[0], b[0] - a[0]), (a[1], b[1] - a[1])):
        if step == 0:
            if abs(begin) > FAR:
                return None
            continue
        ends = sorted(((-FAR - begin) / step, (FAR - begin) / step))
        low, high = max(low, ends[0]), min(high, ends[1])
    if low > high:
        return None
    return tuple((a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])) for t in (low, high))
