"""For authors, a table of the chapters: words, sentences, exercises by kind, predictions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from statistics import median

from ..chapter import KINDS, Chapter

__all__ = ["contents", "sentences"]

_NO_PROSE = r"^ *(?:`{3,}|:{3,}|:[\w-]+:|\([\w-]+\)=|\|)[^\n]*$|\$\$.*?\$\$"
"""Fences, options, targets, rows of tables, and formulas on lines of their own."""
_ONE_WORD = r"\{[\w:-]+\}`[^`]*`|`[^`]*`|\$[^$]+\$"
_END = r"(?<=[.?!:;])[)*\"]*\s+|\n\s*\n|\n *(?:[-#]+|\d+\.) "


def contents(chapters: Iterable[Chapter]) -> str:
    """Return a line for each numbered chapter; the words of captions are left out."""
    lines = [f"{'chapter':26} words  a sentence  {'  '.join(KINDS)}  predictions"]
    for chapter in chapters:
        if "." in chapter.page.number:
            name = f"{chapter.page.number} {chapter.page.name}"
            lengths = [len(sentence.split()) for sentence in sentences(chapter)]
            kinds = [exercise.kind for exercise in chapter.exercises]
            counts = "  ".join(f"{kinds.count(kind) or '·':>{len(kind)}}" for kind in KINDS)
            words = f"{sum(lengths):5}  {median(lengths or [0]):10g}"
            lines.append(f"{name:26} {words}  {counts}  {len(chapter.predictions):11}")
    return "\n".join(lines)


def sentences(chapter: Chapter) -> list[str]:
    """Return the sentences of the text. A number, a formula or a piece of code is one word."""
    text = "\n\n".join(c.source for c in chapter.notebook.cells if c.cell_type == "markdown")
    prose = re.sub(_ONE_WORD, "x", re.sub(_NO_PROSE, "", text, flags=re.M | re.S))
    return [sentence for sentence in re.split(_END, prose) if re.search(r"\w", sentence)]
