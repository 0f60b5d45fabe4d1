"""The page of an instructor on a part: goals, questions, common wrong answers, what to leave out.

All of it comes from chapters, decks and checks, but for the advice on the room.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from ..chapter import Exercise
from ..output_kinds import PREDICTION
from ..slides.plan import planned
from ..slides.slide import Deck, plain
from .course import chapters

__all__ = ["instructor_page", "mistakes"]

SHARED = ("_cuts.py", "_loop.py")
"""Modules beside the checks, with the sentences of a check that has none of its own."""
MOST_MISTAKES = 4  # of one exercise; the check knows them all
FEW = 4
"""With fewer sentences than this, those that state values are taken, too."""

ROOM = Path(__file__).with_name("templates") / "room.md"
"""How to prepare a room, and how to ask in it."""


def instructor_page(deck: Deck, code: Path) -> str:
    """Return the page as Markdown; `code` is the folder that holds the checks."""
    return "\n\n".join(
        [
            f"# {deck.title}: for the instructor",
            f"The whole deck: {deck.facts}.",
            "## Goals\n\n" + "\n".join(_goals(deck)),
            ROOM.read_text(encoding="utf-8").rstrip(),
            "## Questions\n\n" + "\n".join(_questions(deck)),
            "## Exercises, and common wrong answers\n\n" + "\n".join(_exercises(deck, code)),
            "## What to leave out\n\n" + "\n".join(_left_out(deck)),
        ]
    )


def _goals(deck: Deck) -> Iterator[str]:
    for chapter in chapters(deck):
        yield f"- **{chapter.page.number} {chapter.title}**"
        yield from (f"  - {goal}" for goal in chapter.goals)


def _questions(deck: Deck) -> Iterator[str]:
    for number, slide in enumerate(deck.slides, 1):
        for entry in slide.entries if slide.layout == "predict" else ():
            letter, answer = PREDICTION.letter(entry.content), PREDICTION.answer(entry.content)
            reason = _line(slide.outcome.partition("</p>")[2])  # behind the answer itself
            asked = f"Slide {number}, {slide.minutes:g} min. {_question(slide.goal)}"
            yield f"- {asked} **{f'{letter}: ' * bool(letter)}{answer}** {reason}"


def _question(goal: str) -> str:
    return _line(goal.partition("</p>")[0])


def _line(markup: str) -> str:
    """Return HTML as one line of Markdown."""
    with_formulas = re.sub(r"(<annotation[^>]*>)(.*?)(</annotation>)", r"\1$\2$\3", markup)
    return " ".join(plain(with_formulas).split())


def _exercises(deck: Deck, code: Path) -> Iterator[str]:
    at = {entry.name: n for n, slide in enumerate(deck.slides, 1) for entry in slide.entries}
    for chapter in chapters(deck):
        said = mistakes(code / f"diffprog/exercises/{chapter.page.path.stem}.py")
        for exercise in chapter.exercises:
            yield f"- {exercise.label}{_where(exercise, at)}"
            yield from (f"  - {text}" for text in said.get(exercise.name, [])[:MOST_MISTAKES])


def _where(exercise: Exercise, at: dict[str, int]) -> str:
    minutes = [f"{exercise.minutes:g} min"] if exercise.minutes else []
    # Its solution has the same name, on the next slide.
    place = [f"slide {at[exercise.name] - 1}" if exercise.name in at else "at home"]
    return f" ({', '.join(place + minutes)})"


def _left_out(deck: Deck) -> Iterator[str]:
    for minutes in deck.plans:
        kept = planned(deck, minutes)
        left = [slide for slide in deck.slides if not any(slide is k for k in kept.slides)]
        yield f"- A plan of {minutes:g} min ({kept.facts}) leaves out"
        yield from (f"  - {plain(slide.heading)} ({slide.minutes:g} min)" for slide in left)
    for figure, reason in deck.left_out.items():
        yield f"- {figure} is on no slide: {reason}"


@cache
def mistakes(check: Path) -> dict[str, list[str]]:
    """Return the sentences that a module of checks has for each exercise, in their order.

    A check is a function with the decorator `exercise("ex-name", …)`. Its sentences are the first
    texts of the pairs (sentence, wrong result) in the check and in the functions that it calls;
    where these are few, those in the tables of the module that they name, too.
    """
    own, shared = _functions(check), dict[str, ast.FunctionDef]()
    for name in SHARED:
        shared |= _functions(check.with_name(name))
    found: dict[str, list[str]] = {}
    for function in own.values():
        for decorator in function.decorator_list:
            match decorator:
                case ast.Call(ast.Name("exercise"), [ast.Constant(str(name)), *_]):
                    said = list(_sentences(function, own, set()))
                    said = said or list(_sentences(function, shared | own, set()))
                    if len(set(said)) < FEW:
                        said += _sentences(function, own, set(), with_values=True)
                    if len(set(said)) < FEW:
                        said += _sentences(function, {**own, **_tables(check)}, set())
                    found[name] = list(dict.fromkeys(said))
    return found


def _functions(module: Path) -> dict[str, ast.FunctionDef]:
    if not module.exists():
        return {}
    tree = ast.parse(module.read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def _tables(module: Path) -> dict[str, ast.expr]:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    found: dict[str, ast.expr] = {}
    for node in tree.body:
        match node:
            case ast.Assign([ast.Name(name)], value) | ast.AnnAssign(ast.Name(name), _, value):
                if value is not None:
                    found[name] = value
    return found


def _sentences(
    function: ast.AST,
    functions: Mapping[str, ast.AST],
    seen: set[str],
    with_values: bool = False,
) -> Iterator[str]:
    """Yield the sentences; those that state values, with … for each, only if asked for."""
    for node in ast.walk(function):
        match node:
            case ast.Yield(ast.Tuple([ast.Constant(str(text)), _])):
                yield text
            case ast.Yield(ast.Tuple([ast.JoinedStr(parts), _])) if with_values:
                yield "".join(str(p.value) if isinstance(p, ast.Constant) else "…" for p in parts)
            case ast.Tuple([_, ast.Constant(str(text))]) if " " in text:
                yield text
            case ast.List(pairs) | ast.Tuple(pairs):
                for pair in pairs:
                    match pair:
                        case ast.Tuple([ast.Constant(str(text)), _]):
                            yield text
            case ast.Dict(keys, values):  # of sentences, or of what is said of an error
                for either in zip(values, keys, strict=True):
                    yield from _first_text(either)
            case ast.Call(ast.Name("Wrong"), [ast.Constant(str(text))]):
                yield text
            case ast.Call(ast.Name(name)) if name in functions and name not in seen:
                seen.add(name)
                yield from _sentences(functions[name], functions, seen, with_values)
            case ast.Name(name) if isinstance(functions.get(name), ast.expr) and name not in seen:
                seen.add(name)
                yield from _sentences(functions[name], functions, seen, with_values)


def _first_text(nodes: Iterable[ast.expr | None]) -> Iterator[str]:
    """Yield the first of these that is a sentence."""
    for node in nodes:
        match node:
            case ast.Constant(str(text)) if " " in text:
                yield text
                return
