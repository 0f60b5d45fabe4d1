"""The preview of a page on other sites: its description, and a card with its title and a figure.

The front matter has `description`, a sentence, and `card`, the name of a figure in the store.
"""

from __future__ import annotations

import base64
import io
import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from .. import edition, files, found, structured_data
from ..book import PressError
from ..translation import current
from .site_only import is_site

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["draw", "setup", "with_picture"]

HIDDEN = ("search", "launching")
"""The pages that answer nothing by themselves, for search engines to leave out."""
DOTS = 100  # an inch
LONGEST = 160  # characters of a description that search engines show


def draw(title: str, book_title: str, picture: str | None) -> bytes:
    """Draw a PNG card: `title`, the book's title, and `picture`, a PNG in base64."""
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()  # without the user's own settings
        return _drawn(title, book_title, picture)


def _drawn(title: str, book_title: str, picture: str | None) -> bytes:
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    from diffprog.figures import BLUE, INK, MUTED

    card = Figure(figsize=(found.SIZE[0] / DOTS, found.SIZE[1] / DOTS), dpi=DOTS, facecolor="white")
    width = 16 if picture else 30
    text = "\n".join(textwrap.wrap(title, width))
    card.text(0.05, 0.86, text, fontsize=36, color=INK, weight="bold", va="top", linespacing=1.15)
    card.text(0.05, 0.09, book_title, fontsize=21, color=MUTED)
    card.add_artist(Rectangle((0, 0), 0.012, 1, facecolor=BLUE, linewidth=0))
    return with_picture(card, picture, (0.47, 0.17, 0.5, 0.7))


def with_picture(
    figure: Figure, picture: str | None, place: tuple[float, float, float, float]
) -> bytes:
    """Return a figure as a PNG, after `picture`, a PNG in base64, is put at a place in it."""
    import matplotlib.image

    if picture:
        image = matplotlib.image.imread(io.BytesIO(base64.b64decode(picture)))
        axes = figure.add_axes(place)
        axes.imshow(image, interpolation="lanczos")
        axes.axis("off")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def _tags(
    app: Sphinx,
    pagename: str,
    template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Add the tags that state the description and the card, and what the page is about."""
    if not is_site(app):
        return
    if pagename in HIDDEN:
        context["metatags"] = context.get("metatags", "") + '<meta name="robots" content="noindex">'
        context["pageurl"] = None
    if doctree is None:
        return
    ours = edition.current()
    description = current().text(str(app.env.metadata[pagename].get("description", "")))
    tags = found.tags(
        ours.book, f"{pagename}.html", title=_title(app.env, pagename), description=description,
        site=app.config.html_title, picture=found.card(pagename),
    )  # fmt: skip
    data = structured_data.of_page(ours, pagename, description)
    about = [tags, structured_data.element(data)] if data else [tags]
    # Docutils states the viewport, too.
    theirs = re.sub(r'<meta name="viewport"[^>]*>\s*', "", context.get("metatags", ""))
    context["metatags"] = theirs + "\n".join(about)


def _title(env: BuildEnvironment, docname: str) -> str:
    return str(env.titles[docname].astext())


def _cards(env: BuildEnvironment) -> dict[str, tuple[tuple[str, ...], bytes]]:
    """Return the key and the card of each page; Sphinx keeps them until the next build."""
    cards: dict[str, tuple[tuple[str, ...], bytes]] = vars(env).setdefault("press_cards", {})
    return cards


def _draw_all(app: Sphinx, env: BuildEnvironment) -> None:
    """Draw the cards that are new or whose content changed since the last build."""
    if not is_site(app):
        return
    book_title, cards = app.config.html_title, _cards(env)
    for gone in cards.keys() - env.found_docs:
        del cards[gone]
    for docname in env.found_docs:
        figure = env.metadata[docname].get("card")
        picture = _picture(docname, figure) if figure is not None else None
        title = _title(env, docname)
        key = (title, book_title, files.digest((picture or "").encode()))
        if docname not in cards or cards[docname][0] != key:
            cards[docname] = key, draw(title, book_title, picture)


def _write_all(app: Sphinx, error: Exception | None) -> None:
    """Write all cards, because a card may show a figure of another page, which changed."""
    if error is None and is_site(app):
        for docname, (_, card) in _cards(app.env).items():
            files.write(Path(app.outdir) / found.card(docname), card)


def _picture(docname: str, figure: str) -> str:
    """Return the figure that a page wants on its card; raise PressError if there is none."""
    try:
        return str(edition.current().store[figure].data["image/png"])
    except (PressError, KeyError):
        message = f"{docname}.md: the card needs the name of a figure, not {figure!r}"
        raise PressError(message) from None


def _check(app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of a page without a description, or with one that search engines would cut off."""
    for docname in sorted(env.found_docs):
        description = str(env.metadata[docname].get("description", ""))
        if not 0 < len(description) <= LONGEST:
            message = "the front matter needs a description of 1 to %d characters, it has %d"
            logging.getLogger(__name__).warning(
                message, LONGEST, len(description), location=docname
            )


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.connect("env-updated", _check)
    app.connect("env-updated", _draw_all)
    app.connect("html-page-context", _tags)
    app.connect("build-finished", _write_all)
