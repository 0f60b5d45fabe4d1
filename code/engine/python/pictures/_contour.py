"""Lines of equal height of a function that is known on a grid: marching squares."""

import math

__all__ = ["axes_of_grid", "lines"]


def axes_of_grid(x, y):
    """Return the coordinates along both axes of a grid, from vectors or from a mesh of them."""
    if isinstance(x[0], list):
        x = x[0]
    if isinstance(y[0], list):
        y = [row[0] for row in y]
    return x, y


def lines(x, y, z, level):
    """Return the coordinates of all lines at which z (len(y), len(x)) has a level.

    NaN separates the lines. In a cell with two lines, the height of its middle decides which
    corners are joined.
    """
    ends = {}  # the places at which a line crosses an edge, and the crossings it leads to
    for j in range(len(y) - 1):
        low, high = z[j], z[j + 1]
        for i in range(len(x) - 1):
            corners = low[i], low[i + 1], high[i + 1], high[i]
            above = [corner > level for corner in corners]
            if all(above) or not any(above) or not all(map(math.isfinite, corners)):
                continue
            edges = [("x", i, j), ("y", i + 1, j), ("x", i, j + 1), ("y", i, j)]
            crossed = [edge for k, edge in enumerate(edges) if above[k] != above[(k + 1) % 4]]
            if len(crossed) == 4 and above[0] == (sum(corners) / 4 > level):
                crossed = crossed[1:] + crossed[:1]
            for a, b in zip(crossed[::2], crossed[1::2], strict=True):
                ends.setdefault(a, []).append(b)
                ends.setdefault(b, []).append(a)
    found_x, found_y = [], []
    for chain in _chains(ends):
        for kind, i, j in chain:
            if kind == "x":
                share = (level - z[j][i]) / (z[j][i + 1] - z[j][i])
                found_x.append(x[i] + share * (x[i + 1] - x[i]))
                found_y.append(y[j])
            else:
                share = (level - z[j][i]) / (z[j + 1][i] - z[j][i])
                found_x.append(x[i])
                found_y.append(y[j] + share * (y[j + 1] - y[j]))
        found_x.append(math.nan)
        found_y.append(math.nan)
    return found_x, found_y


def _chains(ends):
    """Yield the lines as lists of crossings: open ones from an end, then closed ones."""
    starts = [place for place, others in ends.items() if len(others) == 1]
    for start in [*starts, *ends]:
        if not ends[start]:
            continue
        chain = [start]
        while ends[chain[-1]]:
            following = ends[chain[-1]].pop()
            ends[following].remove(chain[-1])
            chain.append(following)
        yield chain
