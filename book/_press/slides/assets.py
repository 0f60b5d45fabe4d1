"""What stands beside the decks, so that their folder can be carried away on a stick.

Fonts too: only with the font that it was measured in does a slide fit on every machine.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import matplotlib
from pygments.formatters import HtmlFormatter

from .. import math
from ..book import Book

__all__ = ["copy"]

NPM = math.KATEX.parent.parent
STYLES = {"": "a11y-high-contrast-light", ".dark ": "a11y-high-contrast-dark"}


def copy(book: Book, folder: Path) -> None:
    """Fill `folder` with scripts, styles and fonts."""
    folder.mkdir(parents=True, exist_ok=True)
    own = book.root / "book" / "_assets"
    library = book.code / "diffprog" / "assets"
    mono = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSansMono.ttf"
    for path in (
        NPM / "reveal.js" / "dist" / "reveal.js",
        NPM / "inter-ui" / "variable" / "InterVariable.woff2",
        mono,
        own / "favicon.svg",
        own / "slides" / "deck.css",
        own / "slides" / "deck.js",
        own / "slides" / "presenter.css",
        own / "slides" / "presenter.js",
        library / "figures.css",
        library / "frames.js",
    ):
        shutil.copyfile(path, folder / path.name)
    reveal = (NPM / "reveal.js" / "dist" / "reveal.css").read_text(encoding="utf-8")
    (folder / "reveal.css").write_text(reveal, encoding="utf-8")
    (folder / "pygments.css").write_text(_colours(), encoding="utf-8")
    math.copy_style(folder)


def _colours() -> str:
    """The colours of code, light and dark; its background is the deck's."""
    rules = []
    for prefix, style in STYLES.items():
        css = HtmlFormatter(style=style).get_style_defs(f".reveal{prefix.strip()} .listing")
        rules += [line for line in css.splitlines() if re.match(r"\S* ?\.listing \.", line)]
    return "\n".join(rules) + "\n"
