"""One axis of a panel: its limits, which follow the data until they are set, scale and ticks."""

import math

from pictures import _ticks

__all__ = ["Axis"]

MARGIN = 0.05
TICK_SIZE = 10.0


class Axis:
    """The x or the y axis of a panel."""

    def __init__(self, name):
        self.name = name
        self.label, self.pad = "", 7.0
        self.least = math.inf  # the smallest positive coordinate
        self.low, self.high = math.inf, -math.inf  # of the data
        self.sticky = []
        self.set_scale("linear")
        self.automatic, self.stale = True, False
        self.view = (0.0, 1.0)

    def set_scale(self, scale):
        """Take the scale "linear" or "log", and choose ticks anew."""
        from pictures._names import refusal

        if scale not in ("linear", "log"):
            raise refusal(f"the scale {scale!r}")
        self.scale = scale
        self.places = self.labels = None
        self.stale = True

    # Limits

    def take(self, values, sticky=()):
        """Note coordinates of data, so that the limits include them."""
        for value in values:
            if math.isfinite(value):
                self.low, self.high = min(self.low, value), max(self.high, value)
                if value > 0:
                    self.least = min(self.least, value)
        self.sticky += sticky
        self.stale = True

    def limits(self):
        """Return the limits, fitted to the data if there is new data and none are set."""
        if self.stale and self.automatic:
            self.view = self._fitted()
        self.stale = False
        return self.view

    def _fitted(self):
        low, high = self.low, self.high
        if self.scale == "log":
            if not math.isfinite(self.least):
                low, high = 1.0, 10.0
            else:
                low = low if low > 0 else self.least
                if low == high:
                    low, high = low / 10, high * 10
        elif low > high:
            low, high = -MARGIN, MARGIN
        elif high - low <= max(abs(low), abs(high)) * 1e-15:
            wide = MARGIN * abs(low) or MARGIN
            low, high = low - wide, high + wide
        a, b = self.transformed(low), self.transformed(high)
        margin = MARGIN * (b - a)
        begin, end = self.back(a - margin), self.back(b + margin)
        near = 1e-5 * abs(high - low)
        begin = max([begin, *(edge for edge in self.sticky if edge <= low + near)])
        end = min([end, *(edge for edge in self.sticky if edge >= high - near)])
        return begin, end

    def set_limits(self, low, high):
        """Fix the limits; what is None stays."""
        now = self.limits()
        view = tuple(old if new is None else new for new, old in zip((low, high), now, strict=True))
        if not all(map(math.isfinite, view)):
            raise ValueError("Axis limits cannot be NaN or Inf")
        if self.scale == "log":
            view = tuple(v if v > 0 else old for v, old in zip(view, now, strict=True))
        self.view, self.automatic, self.stale = view, False, False

    def transformed(self, value):
        """Return a coordinate as the scale has it."""
        if self.scale == "linear":
            return value
        return math.log10(value) if value > 0 else -1000.0 if value <= 0 else math.nan

    def back(self, value):
        return value if self.scale == "linear" else 10.0**value

    def share(self, value):
        """Return where a value is, from 0 at the lower limit to 1 at the upper one."""
        low, high = map(self.transformed, self.limits())
        return (self.transformed(value) - low) / ((high - low) or 1.0)

    # Ticks

    def set_ticks(self, places, labels=None):
        """Fix the ticks, and widen the limits to show all of them."""
        low, high = self.limits()
        self.places = list(places)
        if labels is not None:
            self.set_labels(labels)
        if self.places:
            some = (*self.places, low, high)
            self.view = (min(some), max(some)) if low <= high else (max(some), min(some))

    def set_labels(self, labels):
        self.labels = [str(label) for label in labels]

    def ticks(self, length):
        """Return place and label of each tick in view, on an axis of so many points."""
        low, high = self.limits()
        room = math.floor(length / (TICK_SIZE * (3 if self.name == "x" else 2)))
        choose = _ticks.linear if self.scale == "linear" else _ticks.logarithmic
        places = choose(low, high, room) if self.places is None else self.places
        if self.labels is not None:
            labels = [*self.labels, *[""] * (len(places) - len(self.labels))]
        elif self.scale == "log":
            labels = [_ticks.power(place) for place in places]
        else:
            labels = _ticks.texts(places, (low, high))
        return [
            (place, label)
            for place, label in zip(places, labels, strict=False)
            if -1e-9 <= self.share(place) <= 1 + 1e-9
        ]
