"""What a deck consists of."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from pathlib import Path

from ..chapter import Chapter
from ..output_kinds import BY_NAME
from ..store import Entry

__all__ = ["Deck", "Slide", "words"]


@dataclass
class Slide:
    """One slide, as it is filled while its Markdown is read."""

    heading: str
    """HTML."""
    level: int
    """1: the title; 2: to the right of the slide before; 3: below it."""
    line: int
    """Where it starts in the deck's file."""
    text: str = ""
    """HTML of its prose."""
    shown: str = ""
    """HTML of what it shows: a figure, a formula, an excerpt, an exercise."""
    goal: str = ""
    """HTML of what an exercise asks for, which is among what is shown."""
    layout: str = "words"
    """Its class in deck.css: title, words, formula, wide, tall, code, exercise or solution."""
    entries: list[Entry] = field(default_factory=list)
    """The outputs of the book that stand on it."""
    notes: str = ""
    minutes: float = 0
    chapter: Chapter | None = None
    """The one to which it leads."""

    @property
    def id(self) -> str:
        """Its name in the address, from the heading."""
        plain = re.sub(r"<[^>]+>", "", html.unescape(self.heading)).lower()
        return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or f"line-{self.line}"

    @property
    def anchor(self) -> str:
        """Where on the chapter's page its output stands; excerpts of source have no name there."""
        named = (entry for entry in self.entries if BY_NAME[entry.kind].has_anchor)
        docname = self.chapter.page.docname if self.chapter else ""
        here = (entry for entry in named if entry.chapter == docname)
        return next((f"#{entry.anchor}" for entry in here), "")

    @property
    def word_count(self) -> int:
        """Words that the audience reads: heading, prose and goal."""
        return words(self.heading) + words(self.text) + words(self.goal)


@dataclass
class Deck:
    """A deck: what its front matter says, and its slides."""

    path: Path
    title: str
    description: str
    part: str
    """The folder of the chapters whose figures it shows; empty for a deck of the whole book."""
    accent: str
    left_out: dict[str, str]
    """Figures of the part that it does not show, each with the reason."""
    slides: list[Slide] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name of its file, without the ending."""
        return self.path.stem

    @property
    def minutes(self) -> float:
        """How long it takes."""
        return sum(slide.minutes for slide in self.slides)


def words(markup: str) -> int:
    """Count the words of this HTML; a formula is one word, and so is a piece of code."""
    plain = re.sub(
        r'<(?:span class="math"|div class="formula")>.*?<!--math-->|<code>.*?</code>',
        " formula ",
        markup,
        flags=re.S,
    )
    plain = re.sub(r"<[^>]+>", " ", plain)
    return len(re.findall(r"\w[\w’'.,-]*", html.unescape(plain)))
