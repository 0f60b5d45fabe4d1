"""Files beside the decks, so that their folder can be copied to a USB stick.

Fonts are among them, because slides are measured for one font, and fit on every machine only in it.
They have the characters of the decks, and those of ASCII for what the reader types. The one of code
also has the bars of progress.
"""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from pygments.formatters import HtmlFormatter

from diffprog.figures import animation

from .. import files, fonts, katex
from ..purge import Used, purged
from ..translation import script

__all__ = ["copy"]

NPM = katex.KATEX.parent.parent
ASCII = set(map(chr, range(32, 127)))
BARS = set("▏▎▍▌▋▊▉█")
"""What tqdm draws a bar of."""
FEATURES = ("ss03", "cv11", "tnum")
"""The OpenType features that deck.css asks for, besides those of spacing."""
STYLES = {"": ("a11y-high-contrast-light", 0.9), ".dark ": ("a11y-high-contrast-dark", 1)}
"""Pygments' style of each theme, and a factor for its colours.

With it, they have a contrast of 7 : 1 on lines that are lit, too.
"""

_HEX = re.compile("#[0-9a-fA-F]{6}")


def copy(folder: Path, decks: Sequence[str]) -> None:
    """Fill `folder` with scripts and styles, and with the fonts that these decks need."""
    matplotlib = find_spec("matplotlib")
    assert matplotlib is not None
    assert matplotlib.origin is not None
    mono = Path(matplotlib.origin).parent / "mpl-data" / "fonts" / "ttf" / "DejaVuSansMono.ttf"
    for path in (
        NPM / "reveal.js" / "dist" / "reveal.js",
        NPM / "reveal.js" / "dist" / "plugin" / "zoom.js",
        files.ASSETS / "favicon.svg",
        files.ASSETS / "page.js",
        files.ASSETS / "report.js",
        files.ASSETS / "live.js",
        files.ASSETS / "live.css",
        *(files.ASSETS / "slides").iterdir(),
    ):
        code = path.read_text(encoding="utf-8")
        files.write(folder / path.name, script(code) if path.suffix == ".js" else code)
    for name in ("figures.css", "frames.js"):
        files.write(folder / name, animation.asset(name))
    files.write(folder / "pygments.css", _colours())
    shutil.rmtree(folder / "katex", ignore_errors=True)
    katex.copy_style(folder, decks)
    reveal = NPM / "reveal.js" / "dist" / "reveal.css"
    used = Used.of(decks, folder.glob("*.js"))
    files.write(folder / reveal.name, purged(reveal.read_text(encoding="utf-8"), used))
    beside = [path for path in folder.iterdir() if path.suffix in (".css", ".js")]
    texts = [*decks, *(path.read_text(encoding="utf-8") for path in beside)]
    characters = ASCII.union(*map(_characters, texts))
    text = NPM / "inter-ui" / "variable" / "InterVariable.woff2"
    files.write(folder / text.name, fonts.cut(text, characters, (*fonts.SPACING, *FEATURES)))
    files.write(folder / f"{mono.stem}.woff2", fonts.cut(mono, characters | BARS))


def _characters(text: str) -> set[str]:
    """Return the characters of HTML, a style sheet or a script, also of those that are escaped."""
    codes = (int(code, 16) for code in re.findall(r"\\u?([0-9a-fA-F]{4})", text))
    return {*html.unescape(text), *map(chr, codes)}


def _colours() -> str:
    """Return the colours of code, light and dark, as CSS; the background is the deck's."""
    rules = []
    for prefix, (style, factor) in STYLES.items():
        written = HtmlFormatter(style=style).get_style_defs(f".reveal{prefix.strip()} .listing")
        lines = [line for line in written.splitlines() if re.match(r"\S* ?\.listing \.", line)]
        rules += [_HEX.sub(partial(_times, factor), line) for line in lines]
    return "\n".join(rules) + "\n"


def _times(factor: float, colour: re.Match[str]) -> str:
    """Return a colour, as `#rrggbb`, with each of its parts times `factor`."""
    return f"#{bytes(round(factor * part) for part in bytes.fromhex(colour[0][1:])).hex()}"
