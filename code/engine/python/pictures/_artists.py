"""What axes hold: lines with markers, filled shapes, text, arrows. Each draws itself as SVG.

`place` is a panel: `place.point(x, y, across)` gives where a point of the data is on the figure.
`across` names the coordinates, "x" or "y", that are shares of the panel and no data.
"""

import math

from pictures import _svg
from pictures._letters import Block
from pictures._names import refusal

__all__ = ["Annotation", "Line", "Shape", "Text", "dashes", "text_element"]

DASHES = {"--": (3.7, 1.6), "-.": (6.4, 1.6, 1, 1.6), ":": (1, 1.65), "dashed": (3.7, 1.6),
          "dashdot": (6.4, 1.6, 1, 1.6), "dotted": (1, 1.65)}  # fmt: skip
NONE = ("", " ", "None", "none", None)
SIZE = 11.0
"""The size of text, in points, where none is given; that of ticks and legends is `SMALL`."""
SMALL = 10.0


def dashes(linestyle, width):
    """Return the dashes of a line, as SVG writes them, or None for a solid one."""
    if linestyle in ("-", "solid"):
        return None
    if isinstance(linestyle, str):
        if linestyle not in DASHES:
            raise ValueError(f"{linestyle!r} is not a valid value for linestyle")
        parts = DASHES[linestyle]
    else:
        parts = linestyle[1]
    return ",".join(f"{round(part * width, 3):g}" for part in parts) if parts else None


class Artist:
    """What has a label, an opacity and a place in the order of drawing."""

    zorder = 2.0
    on_top = False  # whether it is drawn beyond the panel, too

    def __init__(self, style, zorder):
        self.style = style
        self.zorder = float(style.get("zorder", zorder))

    def get_label(self):
        return self.style.get("label", "")

    def set_label(self, label):
        self.style["label"] = label

    def get_gid(self):
        return self.style.get("gid")


class Line(Artist):
    """A line through points, with or without markers."""

    def __init__(self, x, y, style, across="", zorder=2.0, cap=None):
        super().__init__(style, zorder)
        if len(x) != len(y):
            raise ValueError(
                f"x and y must have same first dimension, but have shapes ({len(x)},) and"
                f" ({len(y)},)"
            )
        self.x, self.y, self.across, self.cap = x, y, across, cap
        self.corners = x, y  # what the line goes through, if not through the points
        self.width = float(style.get("linewidth", 2.0))
        self.linestyle = style.get("linestyle", "-")
        self.marker = style.get("marker")
        self.size = float(style.get("markersize", 6.0))
        dashes("-" if self.linestyle in NONE else self.linestyle, 1)
        if self.marker not in NONE and self.marker not in MARKERS:
            raise refusal(f"the marker {self.marker!r}")

    def get_color(self):
        return self.style["color"]

    def get_xdata(self):
        return self.x

    def get_ydata(self):
        return self.y

    def get_linestyle(self):
        return self.linestyle

    def svg(self, place):
        points = self.places(place, self.x, self.y)
        if self.linestyle in NONE:
            return self.markers(points)
        corners = points if self.corners[0] is self.x else self.places(place, *self.corners)
        return self.drawn(_svg.path(corners)) + self.markers(points)

    def places(self, place, x, y):
        return [place.point(a, b, self.across) for a, b in zip(x, y, strict=True)]

    def drawn(self, d):
        """Return the element of a path in the style of this line."""
        if not d or not self.width:
            return ""
        broken = dashes(self.linestyle, self.width)
        cap = self.cap or (None if broken else "square")
        return _svg.element("path", d=d, style=_svg.style(
            fill="none", stroke=_svg.colour(self.style["color"]),
            stroke_width=_svg.number(self.width), stroke_dasharray=broken, stroke_linecap=cap,
            opacity=self.style.get("alpha"),
        ))  # fmt: skip

    def markers(self, points):
        """Return the markers at these points, as one path."""
        if self.marker in NONE:
            return ""
        shape, open_ends = MARKERS[self.marker]
        half = self.size / 2
        d = "".join(shape(x, y, half) for x, y in points if _svg.near(x, y))
        colour = _svg.colour(self.style["color"])
        face = self.style.get("markerfacecolor")
        fill = "none" if open_ends else colour if face is None else _svg.colour(face)
        width = float(self.style.get("markeredgewidth", 1.0))
        return d and _svg.element("path", d=d, style=_svg.style(
            fill=fill, stroke=colour, stroke_width=_svg.number(width),
            stroke_linejoin=None if self.marker in ("o", ".") else "miter",
            opacity=self.style.get("alpha"),
        ))  # fmt: skip

    def handle(self, x, y, width):
        """Return what stands for it in a legend, from x to x + width, at height y."""
        line = "" if self.linestyle in NONE else self.drawn(_svg.path([(x, y), (x + width, y)]))
        return line + self.markers([(x + width / 2, y)])


class Dots(Line):
    """Many points as one path of round dots."""

    def svg(self, place):
        points = [place.point(x, y) for x, y in zip(self.x, self.y, strict=True)]
        self.cap = "round"
        seen = ((x, y) for x, y in points if _svg.near(x, y))
        d = "".join(f"M{_svg.number(x)} {_svg.number(y)}h0" for x, y in seen)
        return self.drawn(d)


class Shape(Artist):
    """A filled polygon of corners (x, y)."""

    def __init__(self, corners, style, across="", zorder=1.0, closed=True):
        super().__init__(style, zorder)
        self.corners, self.across, self.closed = corners, across, closed

    def get_color(self):
        return self.style.get("facecolor", self.style.get("color"))

    def svg(self, place):
        points = [place.point(x, y, self.across) for x, y in self.corners]
        return self.drawn(_svg.path(points, self.closed))

    def drawn(self, d):
        face, edge = (self.style.get(k, "none") for k in ("facecolor", "edgecolor"))
        width = float(self.style.get("linewidth", 1.0))
        has_edge = edge != "none" and width > 0
        return d and _svg.element("path", d=d, style=_svg.style(
            fill=_svg.colour(face), stroke=_svg.colour(edge) if has_edge else None,
            stroke_width=_svg.number(width) if has_edge else None,
            stroke_dasharray=dashes(self.style.get("linestyle", "-"), width) if has_edge else None,
            stroke_linejoin="miter", opacity=self.style.get("alpha"),
        ))  # fmt: skip

    def handle(self, x, y, width):
        """Return a rectangle of its style, or a line if it has no face, at the place of a line."""
        if self.style.get("facecolor") == "none":
            return self.drawn(_svg.path([(x, y), (x + width, y)]))
        left, right, top, bottom = x, x + width, y - 3.5, y + 3.5
        corners = [(left, bottom), (right, bottom), (right, top), (left, top)]
        return self.drawn(_svg.path(corners, True))


def text_element(x, y, text, block, size, colour, ha="left", opacity=None, turned=False):
    """Return lines of text at (x, y), one element each."""
    anchor = {"left": None, "center": "middle", "right": "end"}[ha]
    look = _svg.style(
        font_size=f"calc({_svg.number(size)}px*var(--fig-text))", text_anchor=anchor,
        fill=_svg.colour(colour), opacity=opacity,
    )  # fmt: skip
    parts = []
    for line, baseline in zip(block.lines, block.baselines, strict=True):
        turn = None
        place = (x, y + baseline)
        if turned:
            place = (x + baseline, y)
            turn = f"rotate(-90 {_svg.number(place[0])} {_svg.number(place[1])})"
        if line:
            parts.append(_svg.element("text", _svg.escaped(line), x=float(place[0]),
                                      y=float(place[1]), style=look, transform=turn))  # fmt: skip
    return "".join(parts)


class Text(Artist):
    """Text at a place, with a box around it if it has one."""

    on_top = True

    def __init__(self, x, y, text, style, across=""):
        super().__init__(style, 3.0)
        self.x, self.y, self.text, self.across = x, y, text, across
        self.size = float(style.get("fontsize", SIZE))
        self.shift = (0.0, 0.0)
        self.ha = style.get("ha", "left")
        self.block = Block(text, self.size, self.ha, style.get("va", "baseline"),
                           float(style.get("linespacing", 1.2)))  # fmt: skip
        self.around = dict(style.get("bbox") or {})

    def get_text(self):
        return self.text

    def get_color(self):
        return self.style["color"]

    def box(self, place):
        """Return left, top, right and bottom on the figure, or None where there is no place."""
        x, y = place.point(self.x, self.y, self.across)
        if not (math.isfinite(x) and math.isfinite(y)) or not self.text.strip():
            return None
        return self.block.box(x + self.shift[0], y + self.shift[1])

    def svg(self, place):
        x, y = place.point(self.x, self.y, self.across)
        if not (math.isfinite(x) and math.isfinite(y)):
            return ""
        x, y = x + self.shift[0], y + self.shift[1]
        return self.frame(place) + text_element(
            x, y, self.text, self.block, self.size, self.style["color"], self.ha,
            self.style.get("alpha"),
        )  # fmt: skip

    def frame(self, place):
        """Return the box around the text."""
        box = self.box(place)
        if not self.around or box is None:
            return ""
        given = dict(self.around)
        look = given.pop("boxstyle", "square,pad=0.3" if "pad" not in given else "square")
        kind, _, rest = look.partition(",")
        pad = self.size * float(rest.removeprefix("pad=")) if rest else float(given.get("pad", 4))
        given.pop("pad", None)
        names = {"fc": "facecolor", "ec": "edgecolor", "lw": "linewidth"}
        found = {names.get(name, name): value for name, value in given.items()}
        unknown = found.keys() - {"facecolor", "edgecolor", "linewidth", "alpha"}
        if unknown or kind not in ("round", "square"):
            raise refusal(f"{min(unknown, default=kind)!r} in the bbox of a text")
        face, edge = found.get("facecolor", "C0"), found.get("edgecolor", "black")
        left, top, right, bottom = box
        line = self.size * float(self.style.get("linespacing", 1.2))
        more = (line * len(self.block.lines) - (bottom - top)) / 2  # the space between lines
        top, bottom = top - more, bottom + more
        return _svg.element(
            "rect", x=left - pad, y=top - pad, width=right - left + 2 * pad,
            height=bottom - top + 2 * pad, rx=pad if kind == "round" else None,
            style=_svg.style(
                fill=_svg.colour(face), stroke=_svg.colour(edge),
                stroke_width=_svg.number(float(found.get("linewidth", 1.0))),
                opacity=found.get("alpha"),
            ),
        )  # fmt: skip


class Annotation(Text):
    """Text that may stand at a distance from the point that it is about, with an arrow to it."""

    def __init__(self, text, xy, xytext, style):
        given = dict(style)
        points = given.pop("textcoords", "data") == "offset points"
        self.arrow = given.pop("arrowprops", None)
        self.to = xy
        x, y = xy if points or xytext is None else xytext
        super().__init__(x, y, text, given)
        if points:
            self.shift = (float(xytext[0]), -float(xytext[1]))

    def svg(self, place):
        return (self.line(place) if self.arrow else "") + super().svg(place)

    def line(self, place):
        """Return the arrow from the text to the point."""
        known = {"arrowstyle": "->", "color": "#000000", "linestyle": "-", "linewidth": 1.0,
                 "shrinkA": 2.0, "shrinkB": 2.0}  # fmt: skip
        names = {"lw": "linewidth", "ls": "linestyle"}
        given = {names.get(name, name): value for name, value in self.arrow.items()}
        if unknown := given.keys() - known.keys():
            raise refusal(f"{min(unknown)!r} in arrowprops")
        known |= given
        if known["arrowstyle"] not in ("-", "->"):
            raise refusal(f"the arrowstyle {known['arrowstyle']!r}")
        (x0, y0), (x1, y1) = self.start(place), place.point(*self.to, "")
        length = math.hypot(x1 - x0, y1 - y0)
        if not length or not math.isfinite(length):
            return ""
        ux, uy = (x1 - x0) / length, (y1 - y0) / length
        begin = self.leaving(place, ux, uy) + known["shrinkA"]
        x0, y0 = x0 + begin * ux, y0 + begin * uy
        x1, y1 = x1 - known["shrinkB"] * ux, y1 - known["shrinkB"] * uy
        style = {"color": known["color"], "linewidth": known["linewidth"]}
        line = Line([], [], style | {"linestyle": known["linestyle"]}, cap="round")
        drawn = line.drawn(_svg.path([(x0, y0), (x1, y1)]))
        if known["arrowstyle"] == "->":
            back, side = 0.4 * self.size, 0.2 * self.size
            ends = [
                (x1 - back * ux - sign * side * uy, y1 - back * uy + sign * side * ux)
                for sign in (1, -1)
            ]
            head = _svg.path([ends[0], (x1, y1), ends[1]])
            drawn += line.drawn(head)
        return drawn

    def start(self, place):
        """Return the middle of the text, or its place if it is empty."""
        box = self.box(place)
        if box is None:
            return place.point(self.x, self.y, "")
        return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2

    def leaving(self, place, ux, uy):
        """Return how far from its middle a line in this direction leaves the text."""
        box = self.box(place)
        if box is None:
            return 0.0
        wide, high = (box[2] - box[0]) / 2 + 2, (box[3] - box[1]) / 2 + 2
        return min(wide / abs(ux) if ux else math.inf, high / abs(uy) if uy else math.inf)


# Markers: functions of the place and half the size, and whether they are lines without a face.


def _polygon(*corners):
    def shape(x, y, half):
        places = (f"{_svg.number(x + half * a)} {_svg.number(y - half * b)}" for a, b in corners)
        return f"M{'L'.join(places)}z"

    return shape, False


def _strokes(*strokes):
    def shape(x, y, half):
        return "".join(
            f"M{_svg.number(x + half * a)} {_svg.number(y - half * b)}"
            f"L{_svg.number(x + half * c)} {_svg.number(y - half * d)}"
            for a, b, c, d in strokes
        )

    return shape, True


def _circle(share):
    def shape(x, y, half):
        r = _svg.number(half * share)
        wide = _svg.number(2 * half * share)
        start = f"M{_svg.number(x - half * share)} {_svg.number(y)}"
        return f"{start}a{r} {r} 0 1 0 {wide} 0a{r} {r} 0 1 0 -{wide} 0z"

    return shape, False


def _star():
    corners = []
    for i in range(10):
        radius, angle = (1.0, 0.381966)[i % 2], math.pi * (0.5 + i / 5)
        corners.append((radius * math.cos(angle), radius * math.sin(angle)))
    return _polygon(*corners)


_R = math.sqrt(2)
MARKERS = {
    "o": _circle(1.0),
    ".": _circle(0.5),
    "s": _polygon((-1, -1), (1, -1), (1, 1), (-1, 1)),
    "D": _polygon((-_R, 0), (0, -_R), (_R, 0), (0, _R)),
    "d": _polygon((-0.6 * _R, 0), (0, -_R), (0.6 * _R, 0), (0, _R)),
    "^": _polygon((0, 1), (-1, -1), (1, -1)),
    "v": _polygon((0, -1), (-1, 1), (1, 1)),
    ">": _polygon((1, 0), (-1, 1), (-1, -1)),
    "<": _polygon((-1, 0), (1, 1), (1, -1)),
    "*": _star(),
    "x": _strokes((-1, -1, 1, 1), (-1, 1, 1, -1)),
    "+": _strokes((-1, 0, 1, 0), (0, -1, 0, 1)),
    "|": _strokes((0, -1, 0, 1)),
    "_": _strokes((-1, 0, 1, 0)),
}
