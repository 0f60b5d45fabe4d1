"""Where the panels of a figure are, and their axes, as Matplotlib's constrained layout has them."""

import math

from pictures import _svg
from pictures._artists import SIZE, SMALL, Line, text_element
from pictures._letters import ASCENT, DESCENT, Block, width

__all__ = ["Place", "drawn", "places"]

EDGE = 3.0
"""The space around each panel with its labels, in points."""
BESIDE = 3.5
"""The space between an axis and the labels of its ticks."""
ABOVE = 6.0
"""The space between a panel and its title."""
LINE = ASCENT + DESCENT

INK, MUTED, GRID = (_svg.PALETTE[name] for name in ("ink", "muted", "grid"))


class Place:
    """A panel on the figure: `box` is left, top, right and bottom, in points."""

    def __init__(self, panel, box, ticks_width=0.0):
        self.panel, self.ticks_width, self.room = panel, ticks_width, box
        self.box = _square(panel, box) if panel.equal else box
        left, top, right, bottom = self.box
        self.xticks = panel.xaxis.ticks(right - left)
        self.yticks = panel.yaxis.ticks(bottom - top)

    def point(self, x, y, across=""):
        """Return where a point is; coordinates in `across` are shares of the panel."""
        left, top, right, bottom = self.box
        a = x if "x" in across else self.panel.xaxis.share(x)
        b = y if "y" in across else self.panel.yaxis.share(y)
        return left + a * (right - left), bottom - b * (bottom - top)

    def beyond(self):
        """Return how far what belongs to the panel reaches beyond its room: four lengths."""
        left, top, right, bottom = self.box
        boxes = [
            box for artist in self.panel.artists if artist.on_top and (box := artist.box(self))
        ]
        if self.panel.legend_box and (box := self.panel.legend_box.laid_out(self.panel, self)[1]):
            boxes.append(box)
        high = 0.0
        if self.panel.title:
            high = ABOVE + SIZE * (ASCENT + 1.2 * self.panel.title.count("\n"))
        low = deep = 0.0
        if self.panel.shown:
            deep = self._axes(boxes)
            low = self.left_of_axis()
        for box in boxes:
            low, high = max(low, left - box[0]), max(high, top - box[1])
            deep = max(deep, box[3] - bottom)
        far = max([0.0, *(box[2] - right for box in boxes)])
        within = (end - start for start, end in zip(self.room, self.box, strict=True))
        a, b, c, d = map(abs, within)
        return max(low - a, 0.0), max(high - b, 0.0), max(far - c, 0.0), max(deep - d, 0.0)

    def _axes(self, boxes):
        """Add the boxes of tick labels; return the space below that labels take."""
        left, _, right, bottom = self.box
        for value, label in self.xticks:
            x = left + self.panel.xaxis.share(value) * (right - left)
            half = width(label, SMALL) / 2
            boxes.append((x - half, bottom, x + half, bottom))
        for value, label in self.yticks:
            y = self.point(0.0, value, "x")[1]
            half = SMALL * LINE / 2 if label else 0.0
            boxes.append((left, y - half, left, y + half))
        deep = self.below_axis()
        if self.panel.xaxis.label:
            deep = (deep or BESIDE) + self.panel.xaxis.pad + SIZE * LINE
        return deep

    def below_axis(self):
        """Return the height of the labels of the ticks."""
        lines = [1 + label.count("\n") for _, label in self.xticks if label]
        return BESIDE + SMALL * (LINE + 1.2 * (max(lines) - 1)) if lines else 0.0

    def left_of_axis(self):
        """Return the width of the labels, those of the ticks as wide as in the panels below."""
        label = self.panel.yaxis.label
        return self.ticks_width + (self.panel.yaxis.pad + SIZE * LINE if label else 0.0)

    def widest(self):
        """Return the width of the labels of the ticks of the y axis."""
        widths = [width(label, SMALL) for _, label in self.yticks if label]
        return BESIDE + max(widths) if widths and self.panel.shown else 0.0

    # Drawing

    def svg(self):
        """Return the panel: grid, artists and axes, and what is drawn beyond it."""
        left, top, right, bottom = self.box
        artists = sorted(self.panel.artists, key=lambda artist: artist.zorder)
        inside = self.grid() if self.panel.shown else ""
        inside += "".join(artist.svg(self) for artist in artists if not artist.on_top)
        clip = _svg.element(  # an element of its own cuts what it holds, without an id
            "svg", inside or " ", x=left, y=top, width=right - left, height=bottom - top,
            view_box=" ".join(map(_svg.number, (left, top, right - left, bottom - top))),
        )  # fmt: skip
        parts = [clip]
        if self.panel.shown:
            parts += [self.spines(), self.labels()]
        parts += [artist.svg(self) for artist in artists if artist.on_top]
        if self.panel.title:
            parts.append(self.title())
        if self.panel.legend_box:
            parts.append(self.panel.legend_box.svg(self.panel, self))
        return "".join(parts)

    def grid(self):
        points = []
        for value, _ in self.xticks:
            points += [self.point(value, 0, "y"), self.point(value, 1, "y"), (math.nan, 0.0)]
        for value, _ in self.yticks:
            points += [self.point(0, value, "x"), self.point(1, value, "x"), (math.nan, 0.0)]
        return _stroke(points, GRID, 0.7)

    def spines(self):
        left, top, right, bottom = self.box
        points = [(left, top), (left, bottom), (right, bottom)]
        return _stroke(points, MUTED, 0.8) if self.panel.framed else ""

    def labels(self):
        """Return the labels of axes and ticks."""
        left, top, right, bottom = self.box
        parts = []
        for value, label in self.xticks:
            x = self.point(value, 0, "y")[0]
            block = Block(label, SMALL, "center", "top")
            if "\n" in label:
                block = Block(label, SMALL, "center", "baseline")
                first = block.baselines[0]
                block.baselines = [SMALL * ASCENT + b - first for b in block.baselines]
            parts.append(text_element(x, bottom + BESIDE, label, block, SMALL, INK, "center"))
        for value, label in self.yticks:
            y = self.point(0, value, "x")[1]
            block = Block(label, SMALL, "right", "center_baseline")
            parts.append(text_element(left - BESIDE, y, label, block, SMALL, INK, "right"))
        if label := self.panel.xaxis.label:
            y = bottom + (self.below_axis() or BESIDE) + self.panel.xaxis.pad
            block = Block(label, SIZE, "center", "top")
            parts.append(text_element((left + right) / 2, y, label, block, SIZE, INK, "center"))
        if label := self.panel.yaxis.label:
            x = left - self.ticks_width - self.panel.yaxis.pad
            block = Block(label, SIZE, "center", "bottom")
            middle = (top + bottom) / 2
            parts.append(text_element(x, middle, label, block, SIZE, INK, "center", turned=True))
        return "".join(parts)

    def title(self):
        left, top, right, _ = self.box
        side = self.panel.title_side
        x = {"left": left, "center": (left + right) / 2, "right": right}[side]
        block = Block(self.panel.title, SIZE, side, "baseline")
        return text_element(x, top - ABOVE, self.panel.title, block, SIZE, INK, side)


def _stroke(points, colour, width):
    style = {"color": colour, "linewidth": width, "linestyle": "-"}
    return Line([], [], style).drawn(_svg.path(points))


def _square(panel, box):
    """Return the largest box, in the middle of this one, in which both axes have one scale."""
    left, top, right, bottom = box
    (x0, x1), (y0, y1) = panel.xaxis.limits(), panel.yaxis.limits()
    unit = min((right - left) / abs(x1 - x0), (bottom - top) / abs(y1 - y0))
    wide, high = unit * abs(x1 - x0), unit * abs(y1 - y0)
    x, y = (left + right - wide) / 2, (top + bottom - high) / 2
    return x, y, x + wide, y + high


def places(panels, size):
    """Return the place of each panel, of rows of panels, on a figure of a size in points.

    All panels are equally large. What their labels need is known when their ticks are, which
    depend on their size: so it is found in a few rounds.
    """
    rows, columns = len(panels), len(panels[0])
    wide, high = size
    margins = [[(0.1 * wide, 0.1 * high, 0.1 * wide, 0.1 * high)] * columns for _ in range(rows)]
    ticks = [0.0] * columns
    for _ in range(5):
        left = [max(row[c][0] for row in margins) + EDGE for c in range(columns)]
        right = [max(row[c][2] for row in margins) + EDGE for c in range(columns)]
        top = [max(m[1] for m in row) + EDGE for row in margins]
        bottom = [max(m[3] for m in row) + EDGE for row in margins]
        w = max((wide - sum(left) - sum(right)) / columns, 1.0)
        h = max((high - sum(top) - sum(bottom)) / rows, 1.0)
        found, y = [], 0.0
        for r in range(rows):
            x, y = 0.0, y + top[r]
            found.append([])
            for c in range(columns):
                x += left[c]
                found[r].append(Place(panels[r][c], (x, y, x + w, y + h), ticks[c]))
                x += w + right[c]
            y += h + bottom[r]
        ticks = [max(row[c].widest() for row in found) for c in range(columns)]
        for row in found:
            for c, place in enumerate(row):
                place.ticks_width = ticks[c]
        margins = [[place.beyond() for place in row] for row in found]
    return [place for row in found for place in row]


def drawn(panels, boxes):
    """Return the content of the SVG: the panels in the boxes that were found for them."""
    flat = [panel for row in panels for panel in row]
    parts = []
    for panel, (box, ticks) in zip(flat, boxes, strict=True):
        parts.append(Place(panel, box, ticks).svg())
    return "".join(parts)
