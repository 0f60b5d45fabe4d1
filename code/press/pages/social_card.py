"""The preview of a page on other sites: its description, and a card with its title and a figure.

The front matter has `description`, a sentence, and `card`, the name of a figure in the store.
"""

from __future__ import annotations

import base64
import html
import io
import textwrap
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from .. import edition, files
from ..book import PressError
from ..translation import current

__all__ = ["draw", "setup"]

SIZE = (12.0, 6.3)  # inches, at 100 dots an inch: the 1200 x 630 pixels that networks ask for
LONGEST = 160  # characters of a description that search engines show


def draw(title: str, book_title: str, picture: str | None) -> bytes:
    """Draw a PNG card: `title`, the book's title, and `picture`, a PNG in base64."""
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()  # without the user's own settings
        return _drawn(title, book_title, picture)


def _drawn(title: str, book_title: str, picture: str | None) -> bytes:
    import matplotlib.image
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    from diffprog.figures import BLUE, INK, MUTED

    card = Figure(figsize=SIZE, dpi=100, facecolor="white")
    width = 16 if picture else 30
    text = "\n".join(textwrap.wrap(title, width))
    card.text(0.05, 0.86, text, fontsize=36, color=INK, weight="bold", va="top", linespacing=1.15)
    card.text(0.05, 0.09, book_title, fontsize=21, color=MUTED)
    card.add_artist(Rectangle((0, 0), 0.012, 1, facecolor=BLUE, linewidth=0))
    if picture:
        image = matplotlib.image.imread(io.BytesIO(base64.b64decode(picture)))
        axes = card.add_axes((0.47, 0.17, 0.5, 0.7))
        axes.imshow(image, interpolation="lanczos")
        axes.axis("off")
    buffer = io.BytesIO()
    card.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def _tags(
    app: Sphinx,
    pagename: str,
    template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Add the tags that state the description and the card."""
    if doctree is None:
        return
    description = current().text(str(app.env.metadata[pagename].get("description", "")))
    title = _title(app.env, pagename)
    path, book = _path(pagename), edition.current().book
    properties = {
        "og:type": "article",
        "og:title": title,
        "og:description": description,
        "og:site_name": app.config.html_title,
        "og:image": f"{book.address}{path}" if book.address else context["pathto"](path, 1),
        "og:image:alt": f"{title}: {description}",
        "twitter:card": "summary_large_image",
    }
    tags = [f'<meta name="description" content="{html.escape(description)}">']
    tags += [
        f'<meta property="{key}" content="{html.escape(str(value))}">'
        for key, value in properties.items()
    ]
    context["metatags"] = context.get("metatags", "") + "\n".join(tags)


def _path(docname: str) -> str:
    return f"_static/cards/{docname.replace('/', '.')}.png"


def _title(env: BuildEnvironment, docname: str) -> str:
    return str(env.titles[docname].astext())


def _cards(env: BuildEnvironment) -> dict[str, tuple[tuple[str, ...], bytes]]:
    """Return the key and the card of each page; Sphinx keeps them until the next build."""
    cards: dict[str, tuple[tuple[str, ...], bytes]] = vars(env).setdefault("press_cards", {})
    return cards


def _draw_all(app: Sphinx, env: BuildEnvironment) -> None:
    """Draw the cards that are new or whose content changed since the last build."""
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
    if error is None and app.builder.format == "html":
        for docname, (_, card) in _cards(app.env).items():
            files.write(Path(app.outdir) / _path(docname), card)


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
