"""`{source} diffprog.module.name`: code that the book shows, with lines that light up in turn.

Each line of the directive's body is a step. It is a text that a line of the code contains, or two
texts, `first … last`, for all lines between them. A text that no line contains stops the build.
"""

from __future__ import annotations

import ast
import html
import math
import re
from collections.abc import Collection, Iterator, Sequence
from textwrap import dedent

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from ..output_kinds import SOURCE
from .markdown import Context, Directive
from .measures import measure
from .slide import Slide

__all__ = [
    "find", "highlighted", "lights", "listing", "source", "steps", "type_size",
    "without_armour", "without_docstrings",
]  # fmt: skip


def source(context: Context, slide: Slide, given: Directive) -> None:
    """Put the excerpt on the slide."""
    entry = context.entry(given.argument, SOURCE)
    excerpt = entry.content
    code = without_armour(dedent(excerpt["code"]).strip("\n"))  # methods are indented
    slide.shown += listing(context, code, steps=steps(context, given, code))
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
    """Return highlighted code in the largest type that fits; the lines `marked` stand out.

    `height` names the measure of the free height. A character that the font lacks may be wider
    than the others.
    """
    lines = len(code.splitlines())
    longest = max(len(line) for line in code.splitlines())
    sides = measure("slide-side") + measure("code-side")
    width = measure("slide-width") - 2 * sides - measure("code-edge")
    smallest = measure("code-smallest")
    size = type_size(width / longest, measure(height) / lines)
    if size < smallest:
        context.fail(
            f"code of {lines} lines, the longest of {longest} characters, does not fit a "
            f"slide at {smallest:g} px: show less of it"
        )
    spans = highlighted(code, marked)
    shown = f'<pre class="listing" style="--size:{size}px"><code>{spans}</code></pre>'
    return shown + lights(steps)


def type_size(width: float, height: float, *, largest: str = "code-largest") -> int:
    """Return the largest type, in pixels, of which a character has this room.

    `largest` names the measure that limits it.
    """
    return min(
        math.floor(measure(largest)),
        math.floor(width / measure("code-advance")),
        math.floor(height / measure("code-leading")),
    )


def highlighted(code: str, marked: Collection[int] = ()) -> str:
    """Return the HTML of code, an element for each line; `marked` lines stand out."""
    lines = highlight(code, PythonLexer(), HtmlFormatter(nowrap=True)).rstrip("\n").split("\n")
    return "\n".join(
        f'<span class="line{" new" if number in marked else ""}">{line}</span>'
        for number, line in enumerate(lines)
    )


def lights(steps: Sequence[range]) -> str:
    """Return the steps that light up these lines of the listing before them, in turn."""
    return "".join(
        f'<span class="fragment step" data-first="{step.start}" data-last="{step[-1]}"></span>'
        for step in steps
    )


def without_docstrings(code: str) -> str:
    """Return `code` with only the first paragraph of each docstring; the speaker says the rest."""
    lines = code.splitlines()
    for node in sorted(_documented(code), key=lambda node: -node.lineno):
        first, last = node.lineno - 1, node.end_lineno or node.lineno
        text = lines[first:last]
        blank = next((number for number, line in enumerate(text) if not line.strip()), 0)
        if blank:
            lines[first:last] = [*text[: blank - 1], text[blank - 1] + text[-1].strip()[-3:]]
    return "\n".join(lines)


def without_armour(code: str) -> str:
    """Return a function of the library without its docstrings and its checks of arguments."""
    lines = code.splitlines()
    for node in sorted(_armour(ast.parse(code)), key=lambda node: -node.lineno):
        del lines[node.lineno - 1 : node.end_lineno]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines))


def _armour(tree: ast.Module) -> Iterator[ast.stmt]:
    """Yield docstrings, calls of a check, and conditions under which a function only raises."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.ClassDef):
            continue
        documented = ast.get_docstring(function) is not None
        for statement in function.body[documented and len(function.body) > 1 :]:
            match statement:
                case ast.Expr(ast.Call(called)) | ast.For(body=[ast.Expr(ast.Call(called))]):
                    name = ast.unparse(called)
                    if name.startswith("_args.") or "check" in name:
                        yield statement
                case ast.If(body=[*_, ast.Raise()], orelse=[]):
                    yield statement
        if documented and len(function.body) > 1:
            yield function.body[0]


def _documented(code: str) -> list[ast.expr]:
    """Return the docstrings in `code`."""
    return [
        node.body[0].value
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module)
        and ast.get_docstring(node) is not None
        and isinstance(node.body[0], ast.Expr)
    ]


def steps(context: Context, given: Directive, code: str) -> list[range]:
    """Return the lines that each line of the directive's body lights up."""
    return [find(context, code, text) for text in given.body.splitlines() if text.strip()]


def find(context: Context, code: str, text: str) -> range:
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
