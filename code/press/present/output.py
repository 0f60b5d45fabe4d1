"""What a kernel says, as HTML in the look of the page or the slide that shows it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from itertools import count
from typing import Any

from .. import output_kinds
from ..output_kinds import SOURCE
from ..run.kernel import error_line
from ..run.streams import uncoloured
from ..slides.cell import drawn, printed
from ..slides.code_listing import highlighted
from ..slides.measures import measure

__all__ = ["Outputs"]

MOST_CHARACTERS = 50_000
PIECE = 250  # characters, as which each piece counts at least, because pieces take time too
MOST_PICTURES = 40
LONGEST_ERROR = 400  # characters

_VERDICT = re.compile(r"ex-[\w.-]+: (?=✗)")
"""What stands before the verdict of an exercise's check, which the build takes as an error."""

_NUMBERS = count(1)


class Outputs:
    """The outputs of one run, as messages for the page; it stops at what a page can take."""

    def __init__(self, code: str, alt: str, *, on_slide: bool, above: int = 0) -> None:
        """Begin; `code` is the whole cell, of which a slide does not show the lines `above`."""
        self._code, self._alt, self._on_slide, self._above = code, alt, on_slide, above
        self._characters, self._pictures = MOST_CHARACTERS, MOST_PICTURES
        self._full = False

    def message(self, said: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the message for what the kernel said, or None if there is nothing to show.

        {"text": …} continues the text before it; {"html": …} stands for itself.
        """
        content, kind = said["content"], said["msg_type"]
        if kind == "error":  # the last of a run, however much came before
            return {"html": printed(self._error(content), "error"), "error": content["ename"]}
        if self._full or kind not in ("stream", "display_data", "execute_result"):
            return None
        if self._characters <= 0 or self._pictures <= 0:
            self._full = True
            return {"html": printed("… The cell gives more than a page can show.")}
        if kind == "stream":
            return {"text": self._cut(uncoloured(content["text"]))}
        html = self._shown(content["data"])
        return {"html": html} if html else None

    def _shown(self, data: Mapping[str, Any]) -> str:
        kind = output_kinds.of_output(dict(data))
        if kind is None:
            if png := data.get("image/png"):
                self._pictures -= 1
                alt = escape(str(data.get("text/plain", "")) or "A picture")
                return f'<img src="data:image/png;base64,{escape(png)}" alt="{alt}">'
            return printed(self._cut(uncoloured(str(data.get("text/plain", "")))))
        if kind is SOURCE:
            code = highlighted(data[kind.mime]["code"])
            return f'<pre class="said plain listing"><code>{code}</code></pre>'
        if not kind.is_figure:
            return ""
        self._pictures -= 1
        content = data[kind.mime]
        name = f"live-{next(_NUMBERS)}"
        if not self._on_slide:
            return kind.on_slide(content, name, self._alt)
        return drawn(kind, content, name, self._alt, measure("cell-figure"))

    def _error(self, content: Mapping[str, Any]) -> str:
        """Return what the error is, and the line of the cell that raised it."""
        if verdict := _VERDICT.match(content["evalue"]):
            return str(content["evalue"][verdict.end() :])
        text = f"{content['ename']}: {uncoloured(content['evalue']).strip()}".removesuffix(": ")
        text = text if len(text) <= LONGEST_ERROR else f"{text[:LONGEST_ERROR]} …"
        line, lines = error_line(content), self._code.split("\n")
        if len(lines) > 1 and 0 < line <= len(lines):
            number = f" line {line - self._above}" if line > self._above else ""
            text += f"\n  in{number}: {lines[line - 1].strip()}"
        return text

    def _cut(self, text: str) -> str:
        text = text[: self._characters]
        self._characters -= max(PIECE, len(text))
        return text
