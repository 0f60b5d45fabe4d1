"""The cover of the EPUB: the title, the figure of the first page, and the owner."""

from __future__ import annotations

import textwrap

from ..colophon import Colophon
from ..edition import Edition
from ..pages.social_card import with_picture

__all__ = ["draw"]

SIZE = (8.0, 12.0)  # inches, at 200 dots an inch: the 1600 x 2400 pixels that shops ask for


def draw(edition: Edition, figure: str) -> bytes:
    """Draw the cover, a PNG, with a figure of the book if it is named."""
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()  # without the user's own settings
        return _drawn(edition, figure)


def _drawn(edition: Edition, figure: str) -> bytes:
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    from diffprog.figures import BLUE, INK, MUTED

    book, ours = edition.book, Colophon.of(edition.book)
    cover = Figure(figsize=SIZE, dpi=200, facecolor="white")
    title = "\n".join(textwrap.wrap(str(book.config.get("title") or ""), 16))
    cover.text(0.1, 0.93, title, fontsize=46, color=INK, weight="bold", va="top", linespacing=1.2)
    cover.text(0.1, 0.09, textwrap.fill(ours.owner, 44), fontsize=18, color=INK)
    cover.text(0.1, 0.05, ours.edition, fontsize=13, color=MUTED)
    cover.add_artist(Rectangle((0, 0), 0.025, 1, facecolor=BLUE, linewidth=0))
    picture = edition.store[figure].data["image/png"] if figure else None
    return with_picture(cover, picture, (0.1, 0.2, 0.82, 0.4))
