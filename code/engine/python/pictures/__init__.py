"""Figures of the book in the page: what `diffprog.figures` draws, without Matplotlib.

The page's kernel puts this package in the place of `diffprog.figures.drawing`, so a chapter's code
is the same here. A figure is SVG with the colours, the layout, the ticks and the legend of the
book's. Names and arguments of Matplotlib that are not in `_names` are refused.

What draws is imported when it is first used.
"""

show = None
"""The kernel's function that shows the HTML of a figure."""


def __getattr__(name):
    if name.startswith("_"):  # as a module of this package that is not imported yet
        raise AttributeError(f"{__name__} has no attribute {name!r}")
    from pictures import _figure

    if name not in _figure.__all__:
        raise AttributeError(f"{__name__} has no attribute {name!r}")
    return getattr(_figure, name)
