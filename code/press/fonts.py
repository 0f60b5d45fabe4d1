"""Fonts with no more glyphs than are used, in the format that browsers load (WOFF2).

A browser draws a character that is missing in the next font of its list. Cutting a font takes
seconds, and its result depends on the font, the characters and the features alone, so the folder
`_build/fonts` keeps the last results. Every book that this press builds takes them from there.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path

import fontTools

from . import files

__all__ = ["SPACING", "cut"]

KEPT = files.ASSETS.parents[1] / "_build" / "fonts"
MOST = 20
"""How many results are kept of each font."""
SPACING = ("kern", "calt", "ccmp", "locl", "mark", "mkmk")
"""The OpenType features that put letters where they belong."""


def cut(font: Path, characters: Iterable[str], features: Sequence[str] = ()) -> bytes:
    """Return the glyphs of these characters, and what these OpenType features need, as WOFF2."""
    data, wanted = font.read_bytes(), sorted(set(map(ord, characters)))
    made_of = [fontTools.version, files.digest(data), wanted, sorted(features)]
    path = KEPT / f"{font.stem}-{files.digest(repr(made_of).encode())[:16]}.woff2"
    if not path.exists():
        files.write(path, _cut(data, wanted, features))
        results = sorted(KEPT.glob(f"{font.stem}-*.woff2"), key=lambda each: each.stat().st_mtime)
        for old in results[:-MOST]:
            old.unlink(missing_ok=True)
    return path.read_bytes()


def _cut(data: bytes, wanted: Sequence[int], features: Sequence[str]) -> bytes:
    from fontTools import subset

    logging.getLogger("fontTools").setLevel(logging.WARNING)  # else it tells each table
    options = subset.Options(flavor="woff2", layout_features=[*features], notdef_outline=False)
    options.drop_tables += ["FFTM"]  # when FontForge saved it
    font, made = subset.load_font(BytesIO(data), options), BytesIO()
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted)
    cutter.subset(font)
    subset.save_font(font, made, options)
    return made.getvalue()
