"""Tensors as text, in the layout of PyTorch.

One format is chosen for all numbers of a tensor: whole numbers, four decimals, or powers of ten.
A tensor of more than a thousand numbers shows three at each end of each axis.
"""

import math

__all__ = ["get_printoptions", "layout", "printoptions", "set_printoptions", "text"]

PROFILES = {
    "default": {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 80},
    "full": {"precision": 4, "threshold": math.inf, "edgeitems": 3, "linewidth": 80},
}
options = dict(PROFILES["default"], sci_mode=None)


def set_printoptions(precision=None, threshold=None, edgeitems=None, linewidth=None, profile=None,
                     sci_mode=None):  # fmt: skip
    if profile is not None:
        options.update(PROFILES[profile])
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems,
             "linewidth": linewidth}  # fmt: skip
    options.update({name: value for name, value in given.items() if value is not None})
    options["sci_mode"] = sci_mode


def get_printoptions():
    return dict(options)


class printoptions:
    """Print so inside a `with` block only."""

    def __init__(self, **how):
        self.how = how

    def __enter__(self):
        self.before = get_printoptions()
        set_printoptions(**self.how)

    def __exit__(self, *_):
        options.update(self.before)


def format_of(numbers, floating):
    """Return the function that writes a number, and the width it fills."""
    if not floating:
        return str, max(map(len, map(str, numbers)), default=1)
    shown = [x for x in numbers if math.isfinite(x) and x != 0]
    if not shown:
        # Zeros and what is not finite: whole numbers, of no width.
        return _whole, 1
    sizes = list(map(abs, shown))
    low, high = min(sizes), max(sizes)
    powers = options["sci_mode"]
    if powers is None:
        powers = high / low > 1000 or high > 1e8 or low < 1e-4
    precision = options["precision"]
    if powers:
        write = f"{{:.{precision}e}}".format
    elif all(x == math.floor(x) for x in shown):
        return _whole, max(len(f"{x:.0f}") for x in shown) + 1
    else:
        write = f"{{:.{precision}f}}".format
    return write, max(len(write(x)) for x in shown)


def _whole(x):
    return f"{x:.0f}." if math.isfinite(x) else f"{x:.0f}"


def layout(nested, shape, floating, indent):
    """Write nested lists of numbers; `indent` spaces stand before all lines but the first."""
    if math.prod(shape) == 0:
        return "[]"
    edge = options["edgeitems"] if math.prod(shape) > options["threshold"] else None
    numbers = []
    _collect(nested, len(shape), edge, numbers)
    write, width = format_of(numbers, floating)
    return _written(nested, len(shape), edge, lambda x: write(x).rjust(width), width, indent)


def _collect(nested, depth, edge, numbers):
    """Gather the numbers that are shown."""
    if not depth:
        numbers.append(nested)
        return
    parts = nested
    if edge is not None and len(parts) > 2 * edge:
        parts = parts[:edge] + parts[len(parts) - edge :]
    if depth == 1:
        numbers.extend(parts)
    else:
        for part in parts:
            _collect(part, depth - 1, edge, numbers)


def _written(nested, depth, edge, write, width, indent):
    if not depth:
        return write(nested)
    short = edge is not None and len(nested) > 2 * edge
    ends = (nested[:edge], nested[len(nested) - edge :]) if short else (nested, ())
    if depth == 1:
        words = [[write(x) for x in end] for end in ends]
        words = words[0] + ([" ..."] if short else []) + words[1]
        if edge == 0:
            words = ["..."]
        each = max(1, (options["linewidth"] - indent) // (width + 2))
        lines = [", ".join(words[i : i + each]) for i in range(0, len(words), each)]
        return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"
    blocks = [
        [_written(part, depth - 1, edge, write, width, indent + 1) for part in end] for end in ends
    ]
    blocks = blocks[0] + (["..."] if short else []) + blocks[1]
    return "[" + ("," + "\n" * (depth - 1) + " " * (indent + 1)).join(blocks) + "]"


def suffixed(body, suffixes, indent):
    """Add what is said of a tensor behind its numbers, on a new line where it is too long."""
    parts = [body]
    length = len(body) - body.rfind("\n") + 1
    for suffix in suffixes:
        if length + len(suffix) + 2 > options["linewidth"]:
            parts.append(",\n" + " " * indent + suffix)
            length = indent + len(suffix)
        else:
            parts.append(", " + suffix)
            length += len(suffix) + 2
    return "".join(parts) + ")"


def text(x):
    """Return repr(x)."""
    from torch import _dtypes
    from torch._tensor import Tensor

    if x._h.levels.length:
        return _batched(x)
    name = getattr(type(x), "_printed", None) or (
        "tensor" if type(x) is Tensor else type(x).__name__
    )
    prefix, shape, dtype = name + "(", tuple(x.shape), x.dtype
    default = _dtypes.get_default_dtype()
    suffixes = []
    if math.prod(shape) == 0:
        if len(shape) != 1:
            suffixes.append(f"size={shape}")
        if dtype is not default:
            suffixes.append(f"dtype={dtype}")
        body = "[]"
    else:
        if dtype not in (default, _dtypes.int64, _dtypes.bool):
            suffixes.append(f"dtype={dtype}")
        body = layout(_shown(x), shape, dtype.is_floating_point, len(prefix))
    node = x.grad_fn
    if node is not None:
        suffixes.append(f"grad_fn=<{node.name().rpartition('::')[2]}>")
    elif x.requires_grad:
        suffixes.append("requires_grad=True")
    return suffixed(prefix + body, suffixes, len(prefix))


def _shown(x):
    """Return the numbers as lists; of a large tensor, only what is needed of its first axis."""
    return x.detach().tolist()


def _batched(x):
    """Write a tensor inside vmap: its numbers for all entries."""
    from torch.func import unwrapped

    levels = list(x._h.levels.to_py()) if hasattr(x._h.levels, "to_py") else list(x._h.levels)
    value = repr(unwrapped(x))
    lines = "\n".join("    " + line if line.strip() else line for line in value.split("\n"))
    return f"BatchedTensor(lvl={levels[-1]}, bdim=0, value=\n{lines}\n)"
