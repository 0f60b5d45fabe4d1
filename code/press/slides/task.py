"""`{exercise} ex-name` and `{solution} ex-name`: a learner's turn, and below it one good answer."""

from __future__ import annotations

import difflib
import html
import io
import re

import segno

from ..chapter import YOUR_TURN
from ..kinds import EXERCISE
from . import address
from .listing import listing, without_docstrings
from .markup import Context, Directive, render
from .model import Slide

__all__ = ["exercise", "solution"]

_CHECK = re.compile(r"^from diffprog\.exercises\S* import .*\n+|\n+^\S*check_\w+\([\s\S]*\Z", re.M)
"""What is for the notebook only: the import of the check, and all from its call on."""


def exercise(context: Context, slide: Slide, given: Directive) -> None:
    """The goal, the stub, and the way to it: a link, and a QR code for who sits in the room.

    The goal has the place of the code, too, where nothing is known that a code could lead to.
    A goal of many words is said shorter in the directive's body, and fully on the page.
    """
    entry = context.entry(given.argument, EXERCISE)
    data = entry.content
    page = context.chapter(entry.chapter).page
    slide.goal = render(given.body or _goal(data["goal"]), context)
    if given.body and not _asks_for(given.body, data["stub"]):
        context.fail(f"the goal of {entry.name} names no function of its stub, as in `add(a, b)`")
    stub = YOUR_TURN.sub("...  # your turn", _CHECK.sub("", data["stub"]))
    code = listing(context, without_docstrings(stub.strip()), height="stub-height")
    number = f"Exercise {html.escape(entry.number)}"
    there = f'<a href="../{page.docname}.html#{entry.name}">{number}</a>'
    where = address.of(context.edition, page, entry.name)
    slide.shown += (
        f'<div class="{"task" if where else "task alone"}">'
        f'<p class="turn">{there}</p>{slide.goal}</div>'
        f"{_code(where) if where else ''}{code}"
    )
    slide.entries.append(entry)
    slide.layout = "exercise"


def solution(context: Context, slide: Slide, given: Directive) -> None:
    """The solution; lines that the stub had not are marked."""
    entry = context.entry(given.argument, EXERCISE)
    data = entry.content
    stub, solved = (
        without_docstrings(_CHECK.sub("", data[key]).strip()) for key in ("stub", "solution")
    )
    matcher = difflib.SequenceMatcher(None, stub.splitlines(), solved.splitlines(), autojunk=False)
    new = {
        line
        for tag, _, _, first, last in matcher.get_opcodes()
        if tag != "equal"
        for line in range(first, last)
    }
    slide.shown += listing(context, solved, marked=new)
    slide.entries.append(entry)
    slide.layout = "solution"


def _goal(text: str) -> str:
    """The sentence that says what to write; the hints stay on the page."""
    first = " ".join(text.split("\n\n")[0].split())
    return first[first.index("Write `") :] if "Write `" in first else first


def _asks_for(goal: str, stub: str) -> bool:
    """Whether the goal names a function, `name(…)`, with the arguments that it has in the stub."""
    return any(f"def {signature}:" in stub for signature in re.findall(r"`(\w+\(.*?\))`", goal))


def _code(where: str) -> str:
    """A QR code for an address, and a link."""
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
    return f'<div class="launch"><a href="{html.escape(where)}">{drawing}</a></div>'
