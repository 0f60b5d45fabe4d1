"""Where the notes of a slide ask the room, or tell the speaker to hold something back.

Such notes need a slide on which the answer waits. What counts are turns of phrase: the word "ask"
alone is in "ask the Jacobian" too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["asked"]

_CLAUSE = r"(?:^|[.?!:;,]\s|\b[Tt]hen\s|\b[Aa]nd\s|\bstep\s)\(?"
_SENTENCE = r"(?:^|[.?!]\s)"
_TURNS = [
    r"(\*\*Ask\*\*)",
    _CLAUSE + r"([Aa]sk\s(?:the\sroom|each|people|for|who|whose|which|what|how|why|when|where)\b)",
    r"\b([Ll]et\s(?:the\sroom|them|people)\s\w+)",
    r"\b([Bb]efore\syou\s(?:show|uncover|reveal|press|play|step|drag|move|go)\b)",
    r"\b([Ss]how\s(?:\w+\s){1,4}first)\b",
    _SENTENCE + r"(First\s(?:the|show|compare)\b)",
    _SENTENCE + r"((?:Cover|Hide|Predict|Guess|Bet|Vote)\s\w+)",
    r"\b((?:[Tt]ake|[Cc]ollect|[Cc]all\sfor)\s(?:a\s)?(?:bets|guesses|votes|vote)\b)",
    r"\b([Ss]how\sof\shands|[Hh]ands\sup)\b",
]
_ASKED = re.compile("|".join(_TURNS))


def asked(notes: str) -> Iterator[tuple[int, str]]:
    """Yield the line, counted from 0, and the words of each place that asks the room."""
    for match in _ASKED.finditer(notes):
        words = match[match.lastindex or 0]
        yield notes.count("\n", 0, match.start(match.lastindex or 0)), " ".join(words.split())
