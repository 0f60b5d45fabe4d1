"""The look of the book: the one way to a figure, an animation, a slider.

A figure is drawn with matplotlib inside `figure`, frames by a function of
one value given to `frames`. In the built book both become inline SVG that
follows the page's light or dark theme; in a notebook they are an image, or
a component that moves.

Every chapter needs all of this, so chapters import the folder itself:
`from diffprog import figures`. What draws is imported when it is first
used, because pages are put together without matplotlib.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from diffprog.figures.drawing import (
        BLUE,
        GOLD,
        GREEN,
        GRID,
        INK,
        MUTED,
        ORANGE,
        PAPER,
        PURPLE,
        SIZE,
        Frames,
        Picture,
        dots,
        figure,
        frames,
    )  # fmt: skip

__all__ = [
    "BLUE", "GOLD", "GREEN", "GRID", "INK", "MUTED", "ORANGE", "PAPER",
    "PURPLE", "SIZE", "Frames", "Picture", "dots", "figure", "frames",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"{__name__} has no attribute {name!r}")
    from diffprog.figures import drawing

    return getattr(drawing, name)
