"""Numbers from what a chapter hands over: tensors, arrays, ranges, and lists of all these."""

import math

__all__ = ["columns", "number", "numbers", "rows"]


def number(value):
    """Return a scalar as a float."""
    if hasattr(value, "requires_grad"):
        value = value.numpy()  # raises PyTorch's error where the value needs gradients
    if hasattr(value, "tolist"):
        value = value.tolist()
        while isinstance(value, list):
            (value,) = value
    return float(value)


def rows(values):
    """Return nested lists of floats, of one or two dimensions."""
    if hasattr(values, "requires_grad"):
        values = values.numpy()
    if hasattr(values, "tolist"):
        values = values.tolist()
    if not hasattr(values, "__iter__"):
        return [number(values)]
    found = [value if isinstance(value, float) else _entry(value) for value in values]
    if len({isinstance(value, list) for value in found}) > 1:
        raise ValueError("setting an array element with a sequence")
    return found


def _entry(value):
    if hasattr(value, "__iter__") and getattr(value, "ndim", 1) != 0:
        return rows(value)
    return number(value)


def numbers(values):
    """Return a flat list of floats."""
    found = rows(values)
    if found and isinstance(found[0], list):
        return [value for row in found for value in numbers(row)]
    return found


def columns(values):
    """Return the columns of a matrix, or of a vector as one column."""
    found = rows(values)
    if found and isinstance(found[0], list):
        if isinstance(found[0][0], list):
            raise ValueError("x and y can be no greater than 2D")
        return [list(column) for column in zip(*found, strict=True)]
    return [found]


def finite(values):
    return [value for value in values if math.isfinite(value)]
