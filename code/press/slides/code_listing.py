"""`{source} diffprog.module.name`: code that the book shows, with lines that light up in turn.

Each line of the directive's body is a step: a text that a line of the code contains, or two of
them, `first … last`, for all lines from one to the other. A text that is not found stops the build.
"""

from __future__ import annotations

import ast
import html
import math
from collections.abc import Collection, Sequence
from textwrap import dedent

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from ..output_kinds import SOURCE
from .markdown import Context, Directive
from .slide import Slide
from .theme import measure

__all__ = ["listing", "source", "without_docstrings"]


def source(context: Context, slide: Slide, given: Directive) -> None:
    """Put the excerpt on the slide."""
    entry = context.entry(given.argument, SOURCE)
    excerpt = entry.content
    code = without_docstrings(dedent(excerpt["code"]).strip("\n"))  # of a method, it is indented
    steps = [_find(context, code, text) for text in given.body.splitlines() if text.strip()]
    slide.shown += listing(context, code, steps=steps)
    slide.shown += f'<p class="path"><code>{html.escape(excerpt["path"])}</code></p>'
    slide.entries.append(entry)
    slide.layout = "code"


def listing(
    context: Context,
    code: str,
    *,
    steps: Sequence[range] = (),
    marked: Collection[int] = (),
    height: str = "code-height",
) -> str:
    """Return highlighted code in the largest type that fits; `marked` lines stand out.

    `height` names the measure of its room. A sign that the font lacks may be wider than others.
    """
    lines = highlight(code, PythonLexer(), HtmlFormatter(nowrap=True)).rstrip("\n").split("\n")
    longest = max(len(line) for line in code.splitlines())
    sides = measure("slide-side") + measure("code-side")
    width = measure("slide-width") - 2 * sides - measure("code-edge")
    smallest = measure("code-smallest")
    size = min(
        math.floor(measure("code-largest")),
        math.floor(width / longest / measure("code-advance")),
        math.floor(measure(height) / len(lines) / measure("code-leading")),
    )
    if size < smallest:
        context.fail(
            f"code of {len(lines)} lines, the longest of {longest} characters, does not fit a "
            f"slide at {smallest:g} px"
        )
    spans = "\n".join(
        f'<span class="line{" new" if number in marked else ""}">{line}</span>'
        for number, line in enumerate(lines)
    )
    fragments = "".join(
        f'<span class="fragment step" data-first="{step.start}" data-last="{step[-1]}"></span>'
        for step in steps
    )
    return f'<pre class="listing" style="--size:{size}px"><code>{spans}</code></pre>{fragments}'


def without_docstrings(code: str) -> str:
    """Return `code` with the first line of each docstring only; the rest is said aloud."""
    lines = code.splitlines()
    for node in sorted(_documented(code), key=lambda node: -node.lineno):
        first, last = node.lineno, node.end_lineno or node.lineno
        if last > first:
            quotes = lines[last - 1].strip()[-3:]
            lines[first - 1 : last] = [lines[first - 1] + quotes]
    return "\n".join(lines)


def _documented(code: str) -> list[ast.expr]:
    """Return the docstrings in `code`."""
    return [
        node.body[0].value
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module)
        and ast.get_docstring(node) is not None
        and isinstance(node.body[0], ast.Expr)
    ]


def _find(context: Context, code: str, text: str) -> range:
    """Return the lines, counted from zero, that a step names."""
    first, _, last = (part.strip() for part in text.partition("…"))
    lines = code.splitlines()
    begin = next((i for i, line in enumerate(lines) if first in line), None)
    if begin is None:
        context.fail(f"no line of this code contains {first!r}")
    end = next((i for i, line in enumerate(lines[begin:], begin) if last in line), None)
    if end is None:
        context.fail(f"no line after {first!r} contains {last!r}")
    return range(begin, (end if last else begin) + 1)
