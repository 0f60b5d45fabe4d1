"""Where ticks are and what they say, as Matplotlib's `AutoLocator` and `LogLocator` choose them."""

import math

from diffprog.show import formatted

__all__ = ["linear", "logarithmic", "power", "texts"]

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
TINY = 1e-10


def linear(low, high, space):
    """Return places from just below `low` to just above `high`, if `space` labels have room."""
    low, high = sorted((low, high))
    if high - low <= max(abs(low), abs(high)) * 1e-14:
        low, high = (low - 1e-13 * abs(low), high + 1e-13 * abs(high)) if high else (-1e-13, 1e-13)
    count = min(max(space, 1), 9)
    middle, span = (low + high) / 2, high - low
    far = abs(middle) / span >= 100
    offset = math.copysign(10 ** (math.log10(abs(middle)) // 1), middle) if far else 0.0
    scale = 10 ** (math.log10(span / count) // 1)
    low, high = low - offset, high - offset
    stairs = [step / 10 * scale for step in STEPS[:-1]]
    stairs += [step * scale for step in (*STEPS, 10 * STEPS[1])]
    raw = (high - low) / count
    large = next((i for i, step in enumerate(stairs) if step >= raw), len(stairs) - 1)
    places = []
    for step in reversed(stairs[: large + 1]):
        base = low // step * step
        first, last = _below(low - base, step, offset), _above(high - base, step, offset)
        places = [i * step + base for i in range(first, last + 1)]
        if sum(low <= place <= high for place in places) >= 2:
            break
    return [place + offset for place in places]


def _near(share, edge, step, offset):
    tolerance = TINY
    if offset:
        tolerance = min(0.4999, max(TINY, 10 ** (math.log10(abs(offset) / step) - 12)))
    return abs(share - edge) < tolerance


def _below(x, step, offset):
    whole, rest = divmod(x, step)
    return int(whole) + _near(rest / step, 1, step, offset)


def _above(x, step, offset):
    whole, rest = divmod(x, step)
    return int(whole) + (not _near(rest / step, 0, step, offset))


def logarithmic(low, high, space):
    """Return powers of ten, at most as many between `low` and `high` as there is room for."""
    low, high = sorted((low, high))
    wanted = min(max(space, 2), 9)
    first_exact, last_exact = math.log10(low), math.log10(high)
    first, last = math.ceil(first_exact), math.floor(last_exact)
    there = last - first + 1
    stride = there // (wanted + 1) + 1
    wanted = min(wanted, math.ceil(there / stride))
    if wanted <= 0:
        powers = [first - 1, last + 1]
    elif wanted == 1:
        middle = round((first_exact + last_exact) / 2)
        stride = max(middle - (first - 1), last + 1 - middle)
        powers = [middle - stride, middle, middle + stride]
    else:
        stride = (there - 1) // (wanted - 1)
        if stride < there / wanted:
            stride = there // wanted
        lowest = max(there - stride * wanted, 0)
        beyond = min(there - stride * (wanted - 1), stride)
        offset = -first % stride
        if not lowest <= offset < beyond:
            offset = lowest
        powers = range(first + offset - stride, last + stride + 1, stride)
    return [10.0**power for power in powers]


def texts(places, view):
    """Return the labels of ticks on a linear axis, with the digits that tell them apart."""
    known = places if len(places) > 1 else [*places, *view]
    span = max(known) - min(known) or max(map(abs, known)) or 1.0
    if not places:
        return []
    if not 1e-5 < max(map(abs, places)) < 1e7:
        return [f"{place:g}" if place == 0 else formatted(place, ".3g") for place in places]
    order = math.floor(math.log10(span))
    digits = max(0, 3 - order)
    while digits >= 0 and max(abs(p - round(p, digits)) for p in places) < 1e-3 * 10.0**order:
        digits -= 1
    return [f"{place:.{digits + 1}f}".replace("-", "−") for place in places]


def power(value):
    """Return the label of a tick on a logarithmic axis."""
    return f"{value:g}" if 0.01 <= value <= 100 else formatted(value, ".0e")
