"""Arrays as text, in NumPy's layout: the fewest digits that tell the numbers apart, aligned."""

import math

from numpy._types import shortest32

options = {"precision": 8, "threshold": 1000, "edgeitems": 3, "linewidth": 75, "suppress": False}


def set_printoptions(precision=None, threshold=None, edgeitems=None, linewidth=None, suppress=None,
                     **rest):  # fmt: skip
    if rest:
        from torch._errors import NotInPage, absent

        raise NotInPage(absent(f"the argument {next(iter(rest))!r} of np.set_printoptions"))
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems,
             "linewidth": linewidth, "suppress": suppress}  # fmt: skip
    options.update({name: value for name, value in given.items() if value is not None})


def get_printoptions():
    return dict(options)


class printoptions:
    """Print so inside a `with` block only."""

    def __init__(self, **how):
        self.how = how

    def __enter__(self):
        self.before = dict(options)
        set_printoptions(**self.how)

    def __exit__(self, *_):
        options.update(self.before)


def _positional(x, single):
    """Write x with a point, by its shortest digits, cut off at the precision."""
    precision = options["precision"]
    text = shortest32(x) if single else repr(x)
    whole = f"{x:.{precision}f}"
    if "e" in text:
        text = whole if x and abs(x) < 1 else f"{x:.1f}"
    sign = text.partition(".")[2]
    if len(sign) > precision:
        text = whole
    head, _, tail = text.partition(".")
    return head + "." + tail.rstrip("0")


def _scientific(x, single):
    """Write x as a number between one and ten, times a power of ten."""
    text = shortest32(x) if single else repr(x)
    digits = len(text.partition("e")[0].replace(".", "").replace("-", "").strip("0")) or 1
    text = f"{x:.{min(digits - 1, options['precision'])}e}"
    head, _, power = text.partition("e")
    whole, _, fraction = head.partition(".")
    return whole, fraction.rstrip("0"), power


def float_format(numbers, single):
    """Return the function that writes a number of an array, all of the same width."""
    finite = [x for x in numbers if math.isfinite(x)]
    sizes = [abs(x) for x in finite if x]
    highest = 1e6 if single else 1e8
    small = not options["suppress"]
    powers = bool(sizes) and (
        max(sizes) >= highest or (small and (min(sizes) < 1e-4 or max(sizes) / min(sizes) > 1000))
    )
    left = right = 0
    if powers:
        parts = [_scientific(x, single) for x in finite]
        left = max(len(p[0]) for p in parts)
        digits = max(len(p[1]) for p in parts)
        tail = max(len(p[2]) for p in parts)
        right = digits + 1 + tail
    elif finite:
        texts = [_positional(x, single).partition(".") for x in finite]
        left, right = max(len(t[0]) for t in texts), max(len(t[2]) for t in texts)
    odd = [x for x in numbers if not math.isfinite(x)]
    if odd:
        widest = max(len(_odd(x)) for x in odd)
        left = max(left, widest - (right + 1))

    def write(x):
        if not math.isfinite(x):
            return _odd(x).rjust(left + right + 1)
        if powers:
            text = f"{x:.{digits}e}" if digits else f"{x:.0e}".replace("e", ".e")
            return text.rjust(left + right + 1)
        whole, _, fraction = _positional(x, single).partition(".")
        return whole.rjust(left) + "." + fraction.ljust(right)

    return write


def _odd(x):
    return "nan" if x != x else "inf" if x > 0 else "-inf"


def _formatter(shown, kind, name, scalar):
    if kind == "f":
        return float_format(shown, name == "float32")
    if kind == "b":
        return lambda x: ("True" if scalar else " True") if x else "False"
    width = max((len(str(x)) for x in shown), default=0)
    return lambda x: str(x).rjust(width)


def layout(nested, shape, dtype, separator, prefix, suffix=""):
    """Write nested lists of numbers as an array."""
    if math.prod(shape) == 0:
        return "[]"
    edge = options["edgeitems"] if math.prod(shape) > options["threshold"] else None
    shown = []
    _collect(nested, len(shape), edge, shown)
    write = _formatter(shown, dtype.kind, dtype.name, not shape)
    if not shape:
        return write(nested)
    width = options["linewidth"] - len(suffix)
    return _written(nested, len(shape), edge, write, separator, " " * (len(prefix) + 1), width)


def _collect(nested, depth, edge, shown):
    if not depth:
        shown.append(nested)
        return
    parts = nested
    if edge is not None and len(parts) > 2 * edge:
        parts = parts[:edge] + parts[len(parts) - edge :]
    for part in parts:
        _collect(part, depth - 1, edge, shown)


def _written(nested, depth, edge, write, separator, indent, width):
    short = edge is not None and len(nested) > 2 * edge
    heads = nested[:edge] if short else []
    tails = nested[len(nested) - edge :] if short else nested
    if depth == 1:
        words = [write(x) for x in heads] + (["..."] if short else []) + [write(x) for x in tails]
        room = width - max(len(separator.rstrip()), 1)
        text, line = "", indent
        for i, word in enumerate(words):
            if len(line) + len(word) > room and len(line) > len(indent):
                text += line.rstrip() + "\n"
                line = indent
            line += word + (separator if i < len(words) - 1 else "")
        return "[" + (text + line)[len(indent) :] + "]"
    blocks = [_written(part, depth - 1, edge, write, separator, indent + " ", width - 1)
              for part in heads]  # fmt: skip
    blocks += ["..."] if short else []
    blocks += [_written(part, depth - 1, edge, write, separator, indent + " ", width - 1)
               for part in tails]  # fmt: skip
    return "[" + (separator.rstrip() + "\n" * (depth - 1) + indent).join(blocks) + "]"


def array_str(a):
    if not a.ndim:
        return str(a.dtype.type(a.item()))
    return layout(a.tolist(), a.shape, a.dtype, " ", "")


def array_repr(a):
    shape, dtype = a.shape, a.dtype
    text = "array(" + layout(a.tolist(), shape, dtype, ", ", "array(", ")")
    extras = []
    if (a.size == 0 and shape != (0,)) or a.size > options["threshold"]:
        extras.append(f"shape={shape}")
    if dtype.name not in ("float64", "int64", "bool") or a.size == 0:
        extras.append(f"dtype={dtype.name}")
    if not extras:
        return text + ")"
    text, extra = text + ",", ", ".join(extras) + ")"
    last = len(text) - (text.rfind("\n") + 1)
    wrap = last + len(extra) + 1 > options["linewidth"]
    return text + ("\n" + " " * 6 if wrap else " ") + extra
