"""A panel: Matplotlib's `Axes`, as far as the book uses them."""

from pictures import _contour, _data, _legend
from pictures._artists import MARKERS, Annotation, Dots, Line, Shape, Text
from pictures._axis import Axis
from pictures._names import refusal, style
from pictures._svg import PALETTE

__all__ = ["Axes"]

_BLUE, _ORANGE, _GREEN, _PURPLE, _GOLD = list(PALETTE.values())[4:]
CYCLE = [
    {"color": _BLUE, "linestyle": "-"},
    {"color": _ORANGE, "linestyle": "--"},
    {"color": _GREEN, "linestyle": "-."},
    {"color": _PURPLE, "linestyle": ":"},
    {"color": _GOLD, "linestyle": (0, (5, 1, 1, 1, 1, 1))},
]
"""The second cue beside colour: each of five lines has its own dashes."""

INK = PALETTE["ink"]


class Axes:
    """Panel of a figure: artists are added by methods, as with Matplotlib."""

    transAxes = "the panel"

    def __init__(self):
        self.xaxis, self.yaxis = Axis("x"), Axis("y")
        self.title, self.title_side = "", "center"
        self.equal = False
        self.framed = self.shown = True
        self.clear()

    def clear(self):
        """Remove what is drawn; keep labels, limits and ticks."""
        self.artists, self.legend_box, self.turn = [], None, 0

    def __getattr__(self, name):
        raise refusal(f"the name {name!r} of Matplotlib's Axes")

    # What the arguments mean

    def _add(self, artist, x=None, y=None, sticky=((), ())):
        """Add an artist; its coordinates are of data, and the limits include them."""
        self.artists.append(artist)
        if x is not None:
            self.xaxis.take(x, sticky[0])
        if y is not None:
            self.yaxis.take(y, sticky[1])
        return artist

    def _next(self):
        self.turn += 1
        return CYCLE[(self.turn - 1) % len(CYCLE)]

    def _line_style(self, given, fmt=None):
        """Return the style of a line: of its arguments, its format, and the cycle."""
        found = _format(fmt) if fmt is not None else {}
        found |= given
        if "color" not in found or "linestyle" not in found:
            found = self._next() | found
        return found

    # Lines

    def plot(self, *args, **given):
        given, lines = style("plot", given), []
        while args:
            count = 2 if len(args) > 1 and not isinstance(args[1], str) else 1
            data, args = args[:count], args[count:]
            fmt, args = (args[0], args[1:]) if args and isinstance(args[0], str) else (None, args)
            y = _data.columns(data[-1])
            x = _data.columns(data[0]) if count == 2 else [list(map(float, range(len(y[0]))))]
            for i in range(max(len(x), len(y))):
                column_x, column_y = x[i % len(x)], y[i % len(y)]
                look = self._line_style(given, fmt)
                line = Line(column_x, column_y, look)
                if (steps := look.get("drawstyle", "default")) != "default":
                    line.corners = _stairs(column_x, column_y, steps.removeprefix("steps-"))
                lines.append(self._add(line, column_x, column_y))
        return lines

    def step(self, x, y, *args, where="pre", **given):
        given = style("step", given)
        x, y = _data.numbers(x), _data.numbers(y)
        look = self._line_style(given, args[0] if args else None)
        line = Line(x, y, look)
        line.corners = _stairs(x, y, where)
        self._add(line, x, y)
        return [line]

    def errorbar(self, x, y, yerr=None, *, fmt="", capsize=0, label="", **given):
        given = style("errorbar", given)
        x, y = _data.numbers(x), _data.numbers(y)
        look = self._line_style(given, fmt or None)
        self._add(Line(x, y, look | {"label": label}, zorder=2.1), x, y)
        if yerr is None:
            return
        below, above = _errors(yerr, len(y))
        low = [value - error for value, error in zip(y, below, strict=True)]
        high = [value + error for value, error in zip(y, above, strict=True)]
        bar = {"color": look["color"], "linestyle": "-", "linewidth": look.get("linewidth", 2.0)}
        self._strokes([(a, b, a, c) for a, b, c in zip(x, low, high, strict=True)], bar)
        if capsize:
            for ends in (low, high):
                caps = bar | {"linestyle": "None", "marker": "_", "markersize": 2 * capsize}
                self._add(Line(x, ends, caps), x, ends)

    def scatter(self, x, y, s=36, **given):
        look = style("scatter", given)
        x, y = _data.numbers(x), _data.numbers(y)
        look.setdefault("color", _BLUE)
        look |= {"linestyle": "None", "marker": look.get("marker", "o")}
        look["markersize"] = float(look.pop("s", s)) ** 0.5
        return self._add(Line(x, y, look, zorder=1.0), x, y)

    def axhline(self, y=0, xmin=0, xmax=1, **given):
        y = _data.number(y)
        line = Line([xmin, xmax], [y, y], self._straight("axhline", given), across="x")
        return self._add(line, y=[y])

    def axvline(self, x=0, ymin=0, ymax=1, **given):
        x = _data.number(x)
        line = Line([x, x], [ymin, ymax], self._straight("axvline", given), across="y")
        return self._add(line, x=[x])

    def _straight(self, method, given):
        return style(method, given, color=_BLUE, linestyle="-")

    def hlines(self, y, xmin, xmax, **given):
        y, xmin, xmax = _broadcast(y, xmin, xmax)
        look = _of_lines(style("hlines", given))
        return self._strokes([(a, h, b, h) for h, a, b in zip(y, xmin, xmax, strict=True)], look)

    def vlines(self, x, ymin, ymax, **given):
        x, ymin, ymax = _broadcast(x, ymin, ymax)
        look = _of_lines(style("vlines", given))
        return self._strokes([(v, a, v, b) for v, a, b in zip(x, ymin, ymax, strict=True)], look)

    def _strokes(self, ends, look):
        """Add straight strokes (x, y, x, y) of one style."""
        nan = float("nan")
        x = [value for a, _, c, _ in ends for value in (a, c, nan)]
        y = [value for _, b, _, d in ends for value in (b, d, nan)]
        return self._add(Line(x, y, look, cap="butt"), x, y)

    def dots(self, x, y, size, look):
        """Add round dots of a diameter: `diffprog.figures.dots`."""
        look = style("plot", look)
        if "color" not in look:
            look = self._next() | look
        look |= {"linestyle": "-", "linewidth": size}
        x, y = _data.numbers(x), _data.numbers(y)
        return self._add(Dots(x, y, look), x, y)

    def contour(self, *args, **given):
        look = _of_lines(style("contour", given))
        if len(args) != 4 or not hasattr(args[3], "__iter__"):
            raise refusal("contour without x, y, and a list of levels")
        if not isinstance(look.get("color"), str):
            raise refusal("contour without one colour, as colors=figures.BLUE,")
        x, y, z = args[:3]
        z = _data.rows(z)
        x, y = _contour.axes_of_grid(_data.rows(x), _data.rows(y))
        for level in _data.numbers(args[3]):
            dashed = "--" if level < 0 else "-"
            found = {"linestyle": dashed} | look
            column_x, column_y = _contour.lines(x, y, z, level)
            self._add(Line(column_x, column_y, found, cap="butt"))
        edges = (min(x), max(x)), (min(y), max(y))
        self.xaxis.take(edges[0], edges[0])
        self.yaxis.take(edges[1], edges[1])

    # Areas

    def _area(self, corners, look, across="", zorder=1.0, closed=True, sticky=((), ())):
        shape = Shape(corners, look, across, zorder, closed)
        x = None if "x" in across else [corner[0] for corner in corners]
        y = None if "y" in across else [corner[1] for corner in corners]
        return self._add(shape, x, y, sticky)

    def fill(self, x, y, **given):
        look = _of_area(style("fill", given), self._next)
        return [self._area(list(zip(_data.numbers(x), _data.numbers(y), strict=True)), look)]

    def fill_between(self, x, y1, y2=0, **given):
        look = _of_area(style("fill_between", given), self._next, edge=False)
        x, low, high = _broadcast(x, y1, y2)
        above = list(zip(x, low, strict=True))
        below = list(zip(x, high, strict=True))[::-1]
        return self._area(above + below, look)

    def axhspan(self, ymin, ymax, **given):
        low, high = _data.number(ymin), _data.number(ymax)
        look = _of_area(style("axhspan", given), lambda: CYCLE[0])
        corners = [(0.0, low), (0.0, high), (1.0, high), (1.0, low)]
        return self._area(corners, look, across="x")

    def axvspan(self, xmin, xmax, **given):
        low, high = _data.number(xmin), _data.number(xmax)
        look = _of_area(style("axvspan", given), lambda: CYCLE[0])
        corners = [(low, 0.0), (low, 1.0), (high, 1.0), (high, 0.0)]
        return self._area(corners, look, across="y")

    def stairs(self, values, edges=None, *, baseline=0, fill=False, **given):
        look = style("stairs", given)
        color = look.pop("color", None) or self._next()["color"]
        look.setdefault("linewidth", 0.0 if fill else 1.0)
        look |= {"facecolor": color if fill else "none", "edgecolor": color}
        values = _data.numbers(values)
        edges = list(range(len(values) + 1)) if edges is None else _data.numbers(edges)
        if len(edges) != len(values) + 1:
            raise ValueError(
                f"Size mismatch between 'values' and 'edges'. Expected `len(values) + 1 =="
                f" len(edges)`, but got ({len(values)},) and ({len(edges)},)."
            )
        top = _edge(values, edges)
        if baseline is None:
            return self._area(top, look, closed=False)
        _, base = _broadcast(values, baseline)
        if hasattr(baseline, "__iter__"):
            corners = top + _edge(base, edges)[::-1]
        else:
            corners = [(edges[0], base[0]), *top, (edges[-1], base[0])]
        return self._area(corners, look, closed=fill, sticky=((), [min(base)]))

    # Text

    def text(self, x, y, s, **given):
        look = style("text", given, color=INK)
        across = "xy" if look.pop("transform", None) is self.transAxes else ""
        return self._add(Text(_data.number(x), _data.number(y), str(s), look, across))

    def annotate(self, text, xy, xytext=None, **given):
        look = style("annotate", given, color=INK)
        if look.get("textcoords", "data") not in ("data", "offset points"):
            raise refusal(f"textcoords={look['textcoords']!r}")
        xy, xytext = _data.numbers(xy), None if xytext is None else _data.numbers(xytext)
        return self._add(Annotation(str(text), xy, xytext, look))

    def legend(self, **given):
        self.legend_box = _legend.Legend(style("legend", given))
        return self.legend_box

    # Settings

    def set(self, **given):
        for name, value in given.items():
            getattr(self, f"set_{name}")(value)

    def set_title(self, label, *, loc="center"):
        self.title, self.title_side = str(label), loc

    def set_xlabel(self, label, *, labelpad=7.0):
        self.xaxis.label, self.xaxis.pad = label, labelpad

    def set_ylabel(self, label, *, labelpad=7.0):
        self.yaxis.label, self.yaxis.pad = label, labelpad

    def set_xlim(self, left=None, right=None):
        self.xaxis.set_limits(*_pair(left, right))

    def set_ylim(self, bottom=None, top=None):
        self.yaxis.set_limits(*_pair(bottom, top))

    def set_xticks(self, ticks, labels=None):
        self.xaxis.set_ticks(_data.numbers(ticks), labels)

    def set_yticks(self, ticks, labels=None):
        self.yaxis.set_ticks(_data.numbers(ticks), labels)

    def set_xticklabels(self, labels):
        self.xaxis.set_labels(labels)

    def set_yticklabels(self, labels):
        self.yaxis.set_labels(labels)

    def set_xscale(self, scale):
        self.xaxis.set_scale(scale)

    def set_yscale(self, scale):
        self.yaxis.set_scale(scale)

    def set_aspect(self, aspect):
        if aspect not in ("equal", "auto"):
            raise refusal(f"the aspect {aspect!r}")
        self.equal = aspect == "equal"

    def set_frame_on(self, framed):
        self.framed = bool(framed)

    def set_axis_off(self):
        self.shown = False

    def minorticks_off(self):
        """Do nothing: there are no minor ticks."""

    def get_xlim(self):
        return self.xaxis.limits()

    def get_ylim(self):
        return self.yaxis.limits()

    def get_xscale(self):
        return self.xaxis.scale

    def get_yscale(self):
        return self.yaxis.scale


def _format(fmt):
    """Return the style that a format as "o--" says."""
    found, rest = {}, fmt
    for linestyle in ("--", "-.", "-", ":"):
        if linestyle in rest:
            found["linestyle"] = linestyle
            rest = rest.replace(linestyle, "", 1)
            break
    for letter in rest:
        if letter in "bgrcmykw":
            found["color"] = letter
        elif letter in MARKERS:
            found["marker"] = letter
        else:
            raise ValueError(f"{fmt!r} is not a valid format string (unrecognized {letter!r})")
    if "marker" in found and "linestyle" not in found:
        found["linestyle"] = "None"
    return found


def _pair(low, high):
    if high is None and low is not None and hasattr(low, "__iter__"):
        low, high = low
    return tuple(None if value is None else _data.number(value) for value in (low, high))


def _broadcast(*values):
    """Return lists of one length, of lists and scalars."""
    lists = [_data.numbers(value) for value in values]
    length = max(map(len, lists))
    return [one * length if len(one) == 1 else one for one in lists]


def _errors(yerr, count):
    """Return how far bars reach down and up."""
    found = _data.rows(yerr)
    if not isinstance(found[0], list):
        found = [found, found]
    return [one * count if len(one) == 1 else one for one in found]


def _stairs(x, y, where):
    """Return the corners of a step function through points."""
    if where not in ("pre", "post", "mid"):
        raise ValueError(f"{where!r} is not a valid value for where")
    new_x, new_y = [], []
    for i, (a, b) in enumerate(zip(x, y, strict=True)):
        if i:
            if where == "mid":
                middle = (x[i - 1] + a) / 2
                new_x += [middle, middle]
                new_y += [y[i - 1], b]
            else:
                new_x.append(a if where == "post" else x[i - 1])
                new_y.append(y[i - 1] if where == "post" else b)
        new_x.append(a)
        new_y.append(b)
    return new_x, new_y


def _edge(values, edges):
    pairs = zip(values, edges, edges[1:], strict=False)
    return [corner for value, a, b in pairs for corner in ((a, value), (b, value))]


def _of_lines(look):
    """Return the style of lines whose arguments are in the plural."""
    for name in ("colors", "linewidths", "linestyles"):
        if name in look:
            look[name.removesuffix("s")] = look.pop(name)
    if not isinstance(look.get("color", ""), str) and len(look["color"]) == 1:
        (look["color"],) = look["color"]
    return {"color": _BLUE, "linewidth": 2.0} | look


def _of_area(look, following, edge=True):
    """Return the style of an area: `color` is of its face and its edge."""
    color = look.pop("color", None)
    if color is None:
        color = look.get("facecolor") or following()["color"]
        edge = edge and "edgecolor" in look
    look.setdefault("facecolor", color)
    if edge:
        look.setdefault("edgecolor", color)
    return look
