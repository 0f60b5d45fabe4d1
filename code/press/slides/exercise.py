"""`{exercise} ex-name` and `{solution} ex-name`: a task for the audience, and its solution."""

from __future__ import annotations

import difflib
import html
import io
import re

import segno

from ..chapter import YOUR_TURN
from ..output_kinds import EXERCISE
from ..store import Entry
from ..translation import _
from . import launch_address
from .code_listing import listing, without_armour, without_docstrings
from .markdown import Context, Directive, render
from .slide import Slide

__all__ = ["exercise", "solution", "take_minutes"]

_CHECK = re.compile(
    r"^from diffprog\.exercises\S* import .*\n+|\n+^(?:if )?\S*check_\w+\([\s\S]*\Z", re.M
)
"""Code for the notebook only: the import of the check, and everything from its call on."""
_COMMENT = re.compile(r"^ *#.*\n", re.M)


def exercise(context: Context, slide: Slide, given: Directive) -> None:
    """Show the goal, the stub and a link, with a QR code for the audience.

    If no address is known, there is no QR code, and the goal fills its place. The first paragraph
    of the directive's body may state a long goal in fewer words; the others are hints, one a step.
    `:done:` says when the class is done.
    """
    entry = context.entry(given.argument, EXERCISE)
    data = entry.content
    page = context.chapter(entry.chapter).page
    goal, *hints = given.body.split("\n\n")
    if goal and data["stub"] and not _asks_for(goal, data["stub"]):
        context.fail(f"the goal of {entry.name} names no function of its stub, as in `add(a, b)`")
    done = context.option(given, "done")
    if done is None:
        context.fail(f"{entry.name}: say when the class is done, as in :done: the check says ✓.")
    asked = render(goal or _goal(data["goal"]), context, inline=True)
    done = f"<p><strong>{_('Done when')}</strong> {render(done, context, inline=True)}</p>"
    slide.goal = f"<p>{asked}</p>{done}"
    take_minutes(context, slide, entry)
    stub = YOUR_TURN.sub("...  # your turn", _COMMENT.sub("", _CHECK.sub("", data["stub"])))
    code = listing(context, without_docstrings(stub.strip()), height="stub-height") if stub else ""
    number = f"{_('Exercise')} {html.escape(entry.number)}"
    there = f'<a href="../{page.docname}.html#{entry.anchor}" target="_blank">{number}</a>'
    where = launch_address.of(context.edition, page, entry.anchor)
    told = "".join(
        f'<p class="fragment"><strong>{_("Hint")}</strong> {render(hint, context, inline=True)}</p>'
        for hint in hints
    )
    slide.shown += (
        f'<div class="{"task" if where else "task alone"}">'
        f"<p>{there} {asked}</p>{done}{told}</div>"
        f"{_code(where) if where else ''}{code}"
    )
    slide.address = launch_address.in_words(context.edition)
    slide.entries.append(entry)
    slide.layout = "exercise"


def take_minutes(context: Context, slide: Slide, task: Entry) -> None:
    """Give the slide the minutes of its task, which only the chapter states."""
    if slide.minutes:
        context.fail(f"notes stand below the task, without minutes: {task.name} has them")
    slide.minutes = task.content["minutes"]
    if not slide.minutes:
        context.fail(f"{task.name} needs the option :minutes: in its chapter")


def solution(context: Context, slide: Slide, given: Directive) -> None:
    """Show the solution, and mark the lines that the stub did not have."""
    entry = context.entry(given.argument, EXERCISE)
    data = entry.content
    if entry.cell < 0:
        context.fail(f"{entry.name} is answered in words: say the answer in the notes")
    stub, solved = (
        without_armour(_CHECK.sub("", data[key]).strip()) for key in ("stub", "solution")
    )
    matcher = difflib.SequenceMatcher(None, stub.splitlines(), solved.splitlines(), autojunk=False)
    new = {
        line
        for tag, _, _, first, last in matcher.get_opcodes()
        if tag != "equal"
        for line in range(first, last)
    }
    if solved:  # in the edition for a class it is withheld, and `write_decks` drops the slide
        slide.shown += listing(context, solved, marked=new)
    slide.entries.append(entry)
    slide.layout = "solution"


def _goal(text: str) -> str:
    """Return the sentence that says what to write; the hints stay on the page."""
    first = " ".join(text.split("\n\n")[0].split())
    return first[first.index("Write `") :] if "Write `" in first else first


def _asks_for(goal: str, stub: str) -> bool:
    """Return whether the goal names a function, `name(…)`, with the arguments of the stub."""
    return any(f"def {signature}:" in stub for signature in re.findall(r"`(\w+\(.*?\))`", goal))


def _code(where: str) -> str:
    """Return a QR code for an address, as HTML that also links to it."""
    buffer = io.BytesIO()
    segno.make(where, error="l", micro=False).save(
        buffer, kind="svg", xmldecl=False, svgns=False, border=4, omitsize=True, lineclass="",
        svgclass="qr", light="#fff", dark="#000", nl=False,
    )  # fmt: skip
    drawing = (
        buffer.getvalue()
        .decode()
        .replace("<svg ", f'<svg role="img" aria-label="QR code for {html.escape(where)}" ', 1)
    )
    link = f'<a href="{html.escape(where)}">{drawing}</a>'
    return f'<div class="launch">{link}<p>{_("notebook")}</p></div>'
