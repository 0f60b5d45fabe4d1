"""Data of a deck and its slides."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from pathlib import Path

from ..chapter import Chapter
from ..output_kinds import BY_NAME
from ..store import Entry

__all__ = ["LABELS", "Deck", "ShownCell", "Slide", "labelled", "plain", "words"]

LABELS = ("Say", "Ask", "Do", "If asked", "Next")
"""What a paragraph of notes may be: speech, a question, an action, background, a transition."""


@dataclass
class ShownCell:
    """A cell of a chapter, as a slide shows it."""

    code: str
    place: str = ""
    """Chapter, index of the cell, first line shown, and the line after the last one shown."""
    around: str = ""
    """The code of the cell before and after these lines, as JSON, or '' if no page runs it."""
    text: str = ""
    """All that it printed, and the text of its value."""
    error: bool = False
    """Whether the text is an error, which the chapter catches."""
    picture: str = ""
    """HTML of the figure that it drew."""
    picture_width: float = 0
    """Its width, in pixels."""
    steps: list[range] = field(default_factory=list)
    """The lines that light up in turn."""


@dataclass
class Slide:
    """One slide, which is filled while its Markdown is read."""

    heading: str
    """Its heading, as HTML."""
    level: int
    """1: the title; 2: any other; 3: belongs to the slide before, as a solution does."""
    line: int
    """The line of the deck's file at which it starts."""
    answer: str = ""
    """The HTML that takes the place of the heading at a step, if the heading asks."""
    answered: int = 0
    """The number of that step."""
    text: str = ""
    """Its prose, as HTML."""
    shown: str = ""
    """What it shows, as HTML: a figure, a formula, an excerpt or an exercise."""
    goal: str = ""
    """The goal of its exercise or prediction, as HTML, which `shown` contains too."""
    address: str = ""
    """The address of the book, which the audience types to find its exercise."""
    outcome: str = ""
    """What the last step of a prediction uncovers, as HTML, which `shown` contains too."""
    cells: list[ShownCell] = field(default_factory=list)
    layout: str = "words"
    """Its class in deck.css: title, words, formula, across, beside, code, cell, predict, …."""
    entries: list[Entry] = field(default_factory=list)
    """The outputs of the book that it shows."""
    notes: str = ""
    asked: list[tuple[int, str]] = field(default_factory=list)
    """The lines of the file, and the words, with which its notes ask the room."""
    minutes: float = 0
    optional: int = 0
    """When a plan leaves it out: 1 first, then 2, and so on; never, if 0."""
    step: int = 0
    """The number of the `+++` above what is being read."""
    chapter: Chapter | None = None
    """The chapter to which it links."""

    @property
    def id(self) -> str:
        """Its name in addresses, made from the heading."""
        plain = re.sub(r"<[^>]+>", "", html.unescape(self.heading)).lower()
        name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or f"line-{self.line}"
        return f"slide-{name}" if name[0].isdigit() else name  # else it is no CSS selector

    @property
    def anchor(self) -> str:
        """The anchor of its output on the chapter's page; source excerpts have none."""
        named = (entry for entry in self.entries if BY_NAME[entry.kind].has_anchor)
        docname = self.chapter.page.docname if self.chapter else ""
        here = (entry for entry in named if entry.chapter == docname)
        return next((f"#{entry.anchor}" for entry in here), "")

    @property
    def is_framing(self) -> bool:
        """Whether frame.py made it; it takes no minutes."""
        return self.layout in ("agenda", "references")

    @property
    def is_task(self) -> bool:
        """Whether the class works by itself."""
        return self.layout in ("exercise", "predict")

    @property
    def waits(self) -> bool:
        """Whether it has steps, a task or its solution, or an animation at its first frame."""
        steps = re.search(r'class="[^"]*\bfragment\b|data-start="0"', self.shown + self.text)
        return bool(self.answer or steps) or self.layout in ("exercise", "solution", "predict")

    @property
    def word_count(self) -> int:
        """Words that the audience reads: heading, prose and goal."""
        return sum(map(words, (self.heading, self.answer, self.text, self.goal)))


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
    plans: tuple[float, ...] = ()
    """Minutes for which there is a plan, beside the whole deck."""
    references: tuple[str, ...] = ()
    """The keys, in the bibliography, of what to read on."""
    rights: str = ""
    """Its colophon, as HTML: owner, licences and edition."""
    report: str = ""
    """A link to the form for mistakes, as HTML, if there is one."""
    head: str = ""
    """What search engines and other sites are told of it, as HTML."""
    language: str = "en"
    """That of its slides; of a translation with nothing for this deck, English."""

    @property
    def name(self) -> str:
        """The name of its file, without the ending."""
        return self.path.stem

    @property
    def minutes(self) -> float:
        """The minutes that all slides take."""
        return sum(slide.minutes for slide in self.slides)

    @property
    def facts(self) -> str:
        """What it consists of, in words."""
        counts = {
            kind: sum(slide.layout == layout for slide in self.slides)
            for kind, layout in (("question", "predict"), ("exercise", "exercise"))
        }
        pages = [slide.chapter.page for slide in self.slides if slide.chapter]
        numbers = sorted({page.number for page in pages if "." in page.number})
        words = [f"{n} {kind}{'s' * (n != 1)}" for kind, n in counts.items() if n]
        if numbers and self.part:
            first, last = numbers[0], numbers[-1]
            words += [f"chapters {first} to {last}" if first != last else f"chapter {first}"]
        return ", ".join([f"{self.minutes:g} min", *words])

    @property
    def task_minutes(self) -> float:
        """The minutes in which the class works by itself."""
        return sum(slide.minutes for slide in self.slides if slide.is_task)

    @property
    def longest_stretch(self) -> float:
        """The most minutes from one task to the next, its solution included."""
        stretches = [0.0]
        for slide in self.slides:
            if slide.is_task:
                stretches.append(0.0)
            else:
                stretches[-1] += slide.minutes
        return max(stretches)

    @property
    def code_slides(self) -> int:
        """The number of slides that show code with its output."""
        return sum(bool(slide.cells) for slide in self.slides)


def labelled(notes: str) -> str:
    """Return the HTML of notes, whose paragraphs have their label as their class."""
    label = rf"<p>(?=<strong>({'|'.join(LABELS)})</strong>)"
    return re.sub(label, lambda m: f'<p class="{m[1].lower().replace(" ", "-")}">', notes)


def plain(markup: str) -> str:
    """Return the text of this HTML; a formula is its TeX, and a paragraph is a line."""
    formula = r'<(?:span class="math"|div class="formula")>.*?<annotation[^>]*>(.*?)</annotation>'
    text = re.sub(rf"{formula}.*?<!--math-->", r"\1", markup, flags=re.S)
    paragraphs = re.split(r"</p>|</li>|</h\d>|</tr>", text)
    lines = (" ".join(re.sub(r"<[^>]+>", "", each).split()) for each in paragraphs)
    return html.unescape("\n".join(line for line in lines if line))


def words(markup: str) -> int:
    """Count the words of this HTML; a formula or a piece of code counts as one word."""
    plain = re.sub(
        r'<(?:span class="math"|div class="formula[^>]*)>.*?<!--math-->|<code>.*?</code>',
        " formula ",
        markup,
        flags=re.S,
    )
    plain = re.sub(r"<[^>]+>", " ", plain)
    return len(re.findall(r"\w[\w’'.,-]*", html.unescape(plain)))
