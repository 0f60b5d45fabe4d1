"""The text of a page of a PDF, read far faster than by pypdf, from PDFs as Chromium writes them."""

import re
from typing import Any

SHOWN = re.compile(rb"/(\w+) [\d.]+ Tf|((?:<[0-9A-F]+>[-\d.\s]*)+)\]?\s?T[jJ]|( Tm)\b")
CHARACTER = re.compile(rb"<(\w+)> <(\w+)>\n")
RANGE = re.compile(rb"<(\w+)> <(\w+)> <(\w+)>\n")


class Glyphs:
    """Fonts that were met, with the characters of their glyphs."""

    def __init__(self) -> None:
        self.fonts: dict[int, dict[int, str]] = {}

    def text(self, page: Any) -> str:
        """Return the characters of a page, in the order in which they are drawn."""
        known = page["/Resources"].get("/Font", {})
        fonts = {name[1:].encode(): self._font(known.raw_get(name)) for name in known}
        made, font = [], {}
        for name, glyphs, place in SHOWN.findall(page.get_contents().get_data()):
            if name:
                font = fonts[name]
            elif place:
                made.append("\n")
            for code in re.findall(rb"<(\w+)>", glyphs):
                made += [font.get(int(code[i : i + 4], 16), "") for i in range(0, len(code), 4)]
        return "".join(made)

    def _font(self, reference: Any) -> dict[int, str]:
        if reference.idnum not in self.fonts:
            self.fonts[reference.idnum] = _characters(reference.get_object())
        return self.fonts[reference.idnum]


def _characters(font: Any) -> dict[int, str]:
    """Return the character of each glyph of a font."""
    found = {}
    table = font["/ToUnicode"].get_data()
    for code, character in CHARACTER.findall(RANGE.sub(b"", table)):
        found[int(code, 16)] = _decoded(character)
    for first, last, character in RANGE.findall(table):
        for step in range(int(last, 16) - int(first, 16) + 1):
            found[int(first, 16) + step] = chr(int(character, 16) + step)
    return found


def _decoded(character: bytes) -> str:
    return bytes.fromhex(character.decode()).decode("utf-16-be")
