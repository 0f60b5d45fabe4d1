"""Files beside the decks, so that their folder can be copied to a USB stick.

Fonts are among them, because slides are measured for one font, and fit on every machine only in it.
"""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

from pygments.formatters import HtmlFormatter

from diffprog.figures import animation

from .. import files, katex

__all__ = ["copy"]

NPM = katex.KATEX.parent.parent
STYLES = {"": "a11y-high-contrast-light", ".dark ": "a11y-high-contrast-dark"}


def copy(folder: Path) -> None:
    """Fill `folder` with scripts, styles and fonts."""
    matplotlib = find_spec("matplotlib")
    assert matplotlib is not None
    assert matplotlib.origin is not None
    mono = Path(matplotlib.origin).parent / "mpl-data" / "fonts" / "ttf" / "DejaVuSansMono.ttf"
    for path in (
        NPM / "reveal.js" / "dist" / "reveal.js",
        NPM / "reveal.js" / "dist" / "reveal.css",
        NPM / "reveal.js" / "plugin" / "zoom" / "zoom.js",
        NPM / "inter-ui" / "variable" / "InterVariable.woff2",
        mono,
        files.ASSETS / "favicon.svg",
        files.ASSETS / "page.js",
        files.ASSETS / "report.js",
        files.ASSETS / "live.js",
        files.ASSETS / "live.css",
        *(files.ASSETS / "slides").iterdir(),
    ):
        files.write(folder / path.name, path.read_bytes())
    for name in ("figures.css", "frames.js"):
        files.write(folder / name, animation.asset(name))
    files.write(folder / "pygments.css", _colours())
    katex.copy_style(folder)


def _colours() -> str:
    """Return the colours of code, light and dark, as CSS; the background is the deck's."""
    rules = []
    for prefix, style in STYLES.items():
        css = HtmlFormatter(style=style).get_style_defs(f".reveal{prefix.strip()} .listing")
        rules += [line for line in css.splitlines() if re.match(r"\S* ?\.listing \.", line)]
    return "\n".join(rules) + "\n"
