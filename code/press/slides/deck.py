"""The reader of a deck: front matter, then a slide for each heading.

`#` is the title slide, `##` a slide, `###` a slide that belongs to the slide before. What stands
below `+++` waits for a step, and `####` there takes the place of the slide's heading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from markdown_it.token import Token

from ..book import DECKS, Book, PressError
from ..chapter import Chapter
from ..colophon import Colophon
from ..edition import Edition
from ..names import folded, wrong_path
from ..translation import current
from .asking import asked
from .boxes_and_tabs import spread
from .cell import cell, laid_out
from .code_listing import source
from .exercise import exercise, solution
from .figure import recall, show
from .frame import framed
from .markdown import Context, Directive, directive, parse, render
from .predict import predict
from .slide import Deck, Slide, labelled
from .steps import numbered, waiting

__all__ = ["heads", "read"]

KEYS = {
    "title": str, "description": str, "part": str, "accent": str, "left_out": dict, "given": list,
    "plans": list, "references": list,
}  # fmt: skip
ACCENTS = ("blue", "orange", "green", "purple")
"""The colours of a deck, for which deck.css has a class."""
ANSWER = "h4"
"""The heading that answers the heading of its slide, below a `+++`."""


def heads(book: Book) -> list[Deck]:
    """Return all decks in the order of their files' names, without their slides."""
    found: dict[str, Path] = {}
    for path in sorted((book.root / DECKS).glob("*.md")):
        other = found.setdefault(folded(path.stem), path)
        wrong = wrong_path(path.stem)
        if not wrong and other is not path:
            wrong = f"letters of either case are the same in the names of files: see {other.name}"
        if wrong:
            raise PressError(f"{DECKS}/{path.name}: {wrong}")
    return [_head(book, path) for path in found.values()]


def read(edition: Edition, path: Path) -> Deck:
    """Return the deck in this file; raise PressError, with file and line, if it is wrong."""
    deck = _head(edition.book, path)
    place = deck.path.relative_to(edition.book.root).with_suffix("").as_posix()
    words = "Report a mistake on this slide"
    ours = Colophon.of(edition.book)
    deck.rights, deck.report = ours.html(), ours.report(edition.repository, place, words)
    context = Context(edition, path)
    chapter: Chapter | None = None
    text = current().markdown(edition.book.text(path))
    deck.language = current().language if text != edition.book.text(path) else "en"
    for heading, content in _cut(context, parse(text)):
        slide = _slide(context, heading, content)
        chapter = slide.chapter = slide.chapter or chapter
        deck.slides.append(slide)
    if not deck.slides or deck.slides[0].level != 1:
        context.fail("a deck begins with its title, # …")
    return framed(edition, deck)


def _head(book: Book, path: Path) -> Deck:
    text = book.text(path)
    where = path.relative_to(book.root)
    try:
        matter = yaml.safe_load(text.split("---\n")[1])
        if unknown := matter.keys() - KEYS.keys():
            raise PressError(f"{where}:1: unknown in a deck's front matter: {sorted(unknown)}")
        for key, value in matter.items():
            if not isinstance(value, KEYS[key]):
                wanted = {str: "a text, in quotes if need be", dict: "names, each with a reason"}
                message = f"`{key}:` is {wanted.get(KEYS[key], 'a list')}, not {value!r}"
                raise PressError(f"{where}:1: {message}")
        if matter.get("accent", "blue") not in ACCENTS:
            raise PressError(f"{where}:1: `accent:` is one of {', '.join(ACCENTS)}")
        return Deck(
            path=path,
            title=current().text(matter["title"]),
            description=current().text(matter["description"]),
            part=matter.get("part", ""),
            accent=matter.get("accent", "blue"),
            left_out=matter.get("left_out", {}),
            plans=_plans(matter.get("plans", [])),
            references=tuple(matter.get("references", [])),
        )
    except ValueError as error:
        raise PressError(f"{where}:1: `plans:` are minutes, as in [90, 45] ({error})") from error
    except (IndexError, KeyError, AttributeError, yaml.YAMLError) as error:
        raise PressError(
            f"{where}:1: the front matter needs a title and a description ({error})"
        ) from error


def _plans(given: list[Any]) -> tuple[float, ...]:
    """Return the minutes of the plans, the longest first."""
    return tuple(sorted((float(minutes) for minutes in given), reverse=True))


def _cut(context: Context, tokens: list[Token]) -> Iterator[tuple[list[Token], list[Token]]]:
    """Yield, for each slide, the tokens of its heading and the tokens of its content."""
    starts = [i for i, t in enumerate(tokens) if t.type == "heading_open" and t.tag != ANSWER]
    for token in tokens[: starts[0]] if starts else ():
        if token.type not in ("front_matter", "myst_line_comment"):
            context.line = (token.map or [0])[0] + 1
            context.fail("what stands above the first heading is on no slide")
    for start, end in zip(starts, [*starts[1:], len(tokens)], strict=True):
        context.line = (tokens[start].map or [0])[0] + 1
        if tokens[start].tag not in ("h1", "h2", "h3"):
            context.fail("a slide's heading is #, ## or ###, and its answer ####")
        yield tokens[start : start + 3], tokens[start + 3 : end]


def _slide(context: Context, heading: list[Token], content: list[Token]) -> Slide:
    level = int(heading[0].tag[1])
    slide = Slide(render(heading[1].content, context, inline=True), level, context.line)
    slide.layout = "title" if level == 1 else "words"
    steps: list[list[Token]] = [[]]
    for token in spread(content):
        given = directive(token)
        if given is not None:
            context.line = (token.map or [0])[0] + 1
            _fill(context, slide, given)
        elif token.type == "myst_block_break":
            slide.step += 1
            steps.append([])
        else:
            steps[-1].append(token)
    context.line = slide.line
    steps = [_without_answer(context, slide, tokens, at) for at, tokens in enumerate(steps)]
    if slide.cells:
        slide.shown += laid_out(context, slide.cells, text=any(steps))
    after = numbered(slide) if slide.step else 0
    slide.answered += after
    prose = []
    for step, tokens in enumerate(steps):
        prose += waiting(tokens, step and after + step)
    if slide.layout == "words":  # with nothing else to show, the slide shows its formulas
        formulas = [token for token in prose if token.type == "math_block"]
        prose = [token for token in prose if token.type != "math_block"]
        slide.shown = render(formulas, context)
        slide.layout = "formula" if formulas else "words"
    slide.text = render(prose, context)
    return slide


def _without_answer(context: Context, slide: Slide, tokens: list[Token], step: int) -> list[Token]:
    """Let the heading among these tokens answer that of the slide, and return the others."""
    found = [i for i, token in enumerate(tokens) if token.type == "heading_open"]
    if not found:
        return tokens
    if len(found) > 1 or slide.answer or not step:
        context.fail("a heading has one answer, ####, which stands below +++")
    (i,) = found
    slide.answer = render(tokens[i + 1].content, context, inline=True)
    slide.answered = step
    return tokens[:i] + tokens[i + 3 :]


def _fill(context: Context, slide: Slide, given: Directive) -> None:
    if given.name == "notes":
        _notes(context, slide, given)
        return
    directives: dict[str, Callable[[Context, Slide, Directive], None]] = {
        "show": show,
        "recall": recall,
        "cell": cell,
        "source": source,
        "predict": predict,
        "exercise": exercise,
        "solution": solution,
    }
    if given.name not in directives:
        known = f"{', '.join(directives)} and notes"
        context.fail(f"a slide knows the directives {known}, not {given.name}")
    if slide.step and given.name != "show":
        context.fail(f"{{{given.name}}} stands above the first +++: its parts are steps already")
    context.once(f"{given.name} {given.argument}", given.argument)
    directives[given.name](context, slide, given)
    slide.chapter = slide.chapter or context.chapter(slide.entries[-1].chapter)


def _notes(context: Context, slide: Slide, given: Directive) -> None:
    """Read `{notes} 2.5`, what the speaker says in 2.5 minutes; `:chapter:` names the chapter.

    The minutes of a task stand in its chapter. `:optional:` says when a plan leaves the slide out.
    """
    if slide.is_task:
        if given.argument:
            context.fail(f"the minutes of {slide.entries[-1].name} stand in its chapter")
        given = replace(given, argument=f"{slide.minutes}")
    try:
        slide.minutes = float(given.argument)
    except ValueError:
        context.fail("notes begin with the minutes that they take, as in {notes} 2")
    if "chapter" in given.options:
        slide.chapter = context.chapter(given.options["chapter"])
    if (rank := given.options.get("optional")) is not None:
        if not rank.isdecimal() or int(rank) == 0:
            context.fail(
                f":optional: is 1, for what a plan leaves out first, or more, not {rank!r}"
            )
        if slide.level != 2:
            context.fail("a plan has the title, and a slide with ### goes with the slide before it")
        slide.optional = int(rank)
    first = context.line + 1 + given.above
    slide.asked = [(first + line, words) for line, words in asked(given.body)]
    slide.notes = labelled(render(given.body, context))
