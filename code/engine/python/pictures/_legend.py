"""A legend: what stands for each labelled artist, with its label, where it hides least."""

import itertools
import math

from pictures._artists import SIZE, SMALL, text_element
from pictures._letters import ASCENT, DESCENT, Block, width
from pictures._names import refusal
from pictures._svg import PALETTE

__all__ = ["Legend"]

INK = PALETTE["ink"]
HANDLE, INSIDE = 24.0, 4.0
"""The width of a handle, and the space around the whole."""

PLACES = {
    "upper right": (1, 1), "upper left": (0, 1), "lower left": (0, 0), "lower right": (1, 0),
    "right": (1, 0.5), "center left": (0, 0.5), "center right": (1, 0.5), "lower center": (0.5, 0),
    "upper center": (0.5, 1), "center": (0.5, 0.5),
}  # fmt: skip
"""Where it is: 0 to 1 from the left, and from below. "best" tries them in this order."""


class Legend:
    """The legend of a panel, laid out when the panel is drawn."""

    def __init__(self, given):
        self.given = given
        if given.get("loc", "best") not in (*PLACES, "best"):
            raise refusal(f"loc={given['loc']!r} of legend")

    def svg(self, panel, place):
        """Return it for the artists of a panel."""
        return self.laid_out(panel, place)[0]

    def laid_out(self, panel, place):
        """Return the SVG and the box."""
        shown = [a for a in panel.artists if a.get_label() and a.get_label()[0] != "_"]
        shown = [artist for artist in shown if hasattr(artist, "handle")]
        if not shown:
            return "", None
        given = self.given
        between = SMALL * float(given.get("columnspacing", 2.0))
        beside = SMALL * float(given.get("handletextpad", 0.8))
        below = SMALL * float(given.get("labelspacing", 0.5))
        columns = _columns(shown, int(given.get("ncols", 1)))
        line = SMALL * (ASCENT + DESCENT)
        widths = [
            HANDLE + beside + max(width(artist.get_label(), SMALL) for artist in column)
            for column in columns
        ]
        heights = [
            sum(line * (1 + artist.get_label().count("\n")) for artist in column)
            + below * (len(column) - 1)
            for column in columns
        ]
        title = given.get("title", "")
        head = SIZE * (ASCENT + DESCENT) + below if title else 0.0
        wide = max(sum(widths) + between * (len(widths) - 1), width(title, SIZE) if title else 0.0)
        size = wide + 2 * INSIDE, max(heights) + head + 2 * INSIDE
        left, top = self._corner(panel, place, size)
        box = left, top, left + size[0], top + size[1]
        left, top = left + INSIDE, top + INSIDE
        parts = []
        if title:
            block = Block(title, SIZE, "center", "top")
            parts.append(text_element(left + wide / 2, top, title, block, SIZE, INK, "center"))
        x = left
        for column, column_width in zip(columns, widths, strict=True):
            y = top + head
            for artist in column:
                label = artist.get_label()
                block = Block(label, SMALL, "left", "top")
                parts.append(artist.handle(x, y + SMALL * ASCENT - 3.5, HANDLE))
                parts.append(text_element(x + HANDLE + beside, y, label, block, SMALL, INK))
                y += line * (1 + label.count("\n")) + below
            x += column_width + between
        return "".join(parts), box

    def _corner(self, panel, place, size):
        """Return the upper left corner of a legend of this size."""
        loc = self.given.get("loc", "best")
        pad = SMALL * float(self.given.get("borderaxespad", 0.5))
        left, top, right, bottom = place.box
        anchor = self.given.get("bbox_to_anchor")
        if anchor is not None:  # a point of the panel
            x, y = left + anchor[0] * (right - left), bottom - anchor[1] * (bottom - top)
            left, top, right, bottom = x, y, x, y

        def corner(share):
            across, up = share
            room = right - left - 2 * pad - size[0], bottom - top - 2 * pad - size[1]
            return left + pad + across * room[0], top + pad + (1 - up) * room[1]

        if loc != "best":
            return corner(PLACES[loc])
        lines = [_points(artist, place) for artist in panel.artists if hasattr(artist, "x")]
        texts = [artist.box(place) for artist in panel.artists if artist.on_top]
        best, least = None, math.inf
        for share in PLACES.values():
            x, y = corner(share)
            box = x, y, x + size[0], y + size[1]
            hidden = sum(_hidden(line, box) for line in lines)
            hidden += sum(_overlap(text, box) for text in texts if text)
            if hidden < least:
                best, least = (x, y), hidden
        return best


def _columns(shown, count):
    """Return the artists of each column, the first ones one longer if they do not come out even."""
    count = min(count, len(shown))
    rows, more = divmod(len(shown), count)
    columns, start = [], 0
    for i in range(count):
        end = start + rows + (i < more)
        columns.append(shown[start:end])
        start = end
    return columns


def _points(artist, place):
    return [place.point(x, y, artist.across) for x, y in zip(artist.x, artist.y, strict=True)]


def _hidden(line, box):
    """Return how many points of a line are in a box, plus one if it crosses it."""
    inside = sum(box[0] < x < box[2] and box[1] < y < box[3] for x, y in line)
    crossed = any(_crosses(a, b, box) for a, b in itertools.pairwise(line))
    return inside + crossed


def _crosses(a, b, box):
    low, high = 0.0, 1.0
    for k in (0, 1):
        step = b[k] - a[k]
        if not math.isfinite(step):
            return False
        if step == 0:
            if not box[k] < a[k] < box[k + 2]:
                return False
            continue
        ends = sorted(((box[k] - a[k]) / step, (box[k + 2] - a[k]) / step))
        low, high = max(low, ends[0]), min(high, ends[1])
    return low < high


def _overlap(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
