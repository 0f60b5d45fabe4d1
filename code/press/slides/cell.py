"""`{cell} cell-name`: a cell of a chapter, with what it gave.

The code stands on the left and the output on the right, or below where that is too wide. Steps
uncover each output, and each cell after the first of a slide. `:lines: first … last` chooses lines
of the cell. Each line of the directive's body is a step that lights up lines, as in `{source}`.
"""

from __future__ import annotations

import html
import json
import math
import textwrap
from typing import Any

from .. import output_kinds
from ..output_kinds import BY_NAME, CELL, Kind
from ..run.streams import uncoloured
from ..store import Entry
from .code_listing import find, highlighted, lights, steps, type_size
from .figure import drawing, ratio, text_growth
from .markdown import Context, Directive
from .measures import measure
from .slide import ShownCell, Slide
from .whole_cell import Place, caught, whole

__all__ = ["cell", "drawn", "laid_out", "printed"]

LONGEST = 72  # characters in a line of output; what is longer is wrapped


def cell(context: Context, slide: Slide, given: Directive) -> None:
    """Put the cell on the slide; `laid_out` shows all cells of the slide in the end."""
    entry = context.entry(given.argument, CELL)
    shown = _shown(context, slide, entry, context.option(given, "lines"))
    if not shown.text and not shown.picture:
        context.fail(f"{entry.name} gives nothing that a slide can show")
    shown.steps = steps(context, given, shown.code)
    slide.cells.append(shown)
    slide.entries.append(entry)
    slide.layout = "cell"


def _shown(context: Context, slide: Slide, entry: Entry, lines: str | None) -> ShownCell:
    data = entry.content
    code = data["code"].strip("\n")
    chosen = find(context, code, lines) if lines else range(len(code.splitlines()))
    shown = ShownCell(textwrap.dedent("\n".join(code.splitlines()[chosen.start : chosen.stop])))
    shown.place = f"{entry.chapter} {entry.cell} {chosen.start} {chosen.stop}"
    shown.around = _around(context, entry, code, chosen)
    for output in data["outputs"]:
        kind = output_kinds.of_output(output.get("data", {}))
        if kind is None:
            shown.text += output.get("text") or f"{output.get('data', {}).get('text/plain', '')}\n"
        elif kind.is_figure:
            figure = _figure_of(context, entry)
            slide.entries.append(figure)
            shown.picture_width = _width(drawing(figure.content), shown.code)
            context.once(f"show {figure.name}", figure.name)
            shown.picture = drawn(
                BY_NAME[figure.kind], figure.content, figure.name, figure.alt, shown.picture_width
            )
    shown.text = uncoloured(shown.text).rstrip("\n")
    if error := caught(code, chosen):
        shown.text, shown.error = f"{error}: {shown.text}", True
    shown.text = "\n".join(
        textwrap.fill(line, LONGEST, subsequent_indent=_indent(line) + "  ", break_on_hyphens=False)
        if len(line) > LONGEST
        else line
        for line in shown.text.splitlines()
    )
    return shown


def _around(context: Context, entry: Entry, code: str, shown: range) -> str:
    """Return the code of the cell before and after these lines, as JSON, or '' if no page runs it.

    The code before ends with the indentation of the lines.
    """
    page = context.edition.book.page(entry.chapter)
    if not context.edition.runs_in_page(page, entry.cell):
        return ""
    mark = "\0"
    return json.dumps(whole(code, Place(entry.cell, shown.start, shown.stop), mark).split(mark))


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _figure_of(context: Context, cell: Entry) -> Entry:
    """Return the figure that this cell draws."""
    store = context.edition.store
    return next(
        entry
        for entry in (store[name] for name in store)
        if BY_NAME[entry.kind].is_figure
        and (entry.chapter, entry.cell) == (cell.chapter, cell.cell)
    )


def _width(svg: str, code: str) -> float:
    """Return the width of the picture that is left beside code in large type."""
    longest = max(map(len, code.splitlines())) * measure("code-advance") * measure("cell-largest")
    free = measure("slide-width") - 2 * measure("slide-side") - measure("column-gap")
    free -= longest + 2 * measure("code-side") + measure("code-edge")
    most = min(measure("cell-figure-most"), measure("cell-height") * ratio(svg))
    return max(measure("cell-figure"), math.floor(min(free, most)))


def drawn(kind: Kind, content: Any, name: str, alt: str, width: float) -> str:
    """Return a figure of this width beside the code of a slide, as HTML."""
    style = f"--width:{width:.0f}px;--fig-text:{text_growth(drawing(content), width):.3f}"
    return f'<div style="{style}">{kind.on_slide(content, name, alt)}</div>'


def printed(text: str, kind: str = "plain") -> str:
    """Return what a cell printed as HTML, or '' for nothing; an error is of the kind `error`."""
    return f'<pre class="said {kind}"><samp>{html.escape(text)}</samp></pre>' if text else ""


def laid_out(context: Context, cells: list[ShownCell], *, text: bool = False) -> str:
    """Return the HTML of the cells of a slide in type of one size, the largest that fits.

    `text` says that a formula or words stand above them.
    """
    smallest = measure("cell-smallest")
    height = measure("cell-height") - (measure("cell-text") if text else 0)
    size = _size(cells, height, beside=True)
    beside = size >= smallest or any(shown.picture for shown in cells)
    if not beside:
        size = _size(cells, height, beside=False)
    if size < smallest:
        context.fail(
            f"this does not fit a slide at {smallest:g} px: choose fewer lines by"
            " `:lines:`, or shorten lines and output in the chapter"
        )
    rows = "".join(_row(shown, first=number == 0) for number, shown in enumerate(cells))
    layout = "beside" if beside else "below"
    return f'<div class="cells {layout}" style="--size:{size}px">{rows}</div>'


def _row(shown: ShownCell, *, first: bool) -> str:
    kind = "listing" if first else "listing fragment"
    place = html.escape(shown.place)
    around = f' data-around="{html.escape(shown.around)}"' if shown.around else ""
    code = f"<code>{highlighted(shown.code)}</code>"
    listing = f'<pre class="{kind}" data-cell="{place}"{around}>{code}</pre>'
    output = shown.picture + printed(shown.text, "error" if shown.error else "plain")
    output = f'<div class="gave fragment">{output}</div>' if output else "<div></div>"
    return listing + lights(shown.steps) + output


def _size(cells: list[ShownCell], height: float, *, beside: bool) -> int:
    """Return the size of type in which the cells fill this height, in whole pixels."""
    room = measure("slide-width") - 2 * measure("slide-side")
    side = 2 * measure("code-side") + measure("code-edge")
    code = max(len(line) for shown in cells for line in shown.code.splitlines())
    said = max((len(line) for shown in cells for line in shown.text.splitlines()), default=0)
    heights = [(len(s.code.splitlines()), len(s.text.splitlines())) for s in cells]
    if beside:
        drawn = max(shown.picture_width for shown in cells)
        free = room - measure("column-gap") - 2 * side - drawn
        width = free / (code + (0 if drawn else said))
        rows = sum(max(height) for height in heights)
    else:
        width, rows = (room - side) / max(code, said), sum(map(sum, heights))
    boxes = len(cells) if beside else sum(1 + bool(said) for _, said in heights)
    high = height - boxes * (measure("cell-padding") + measure("cell-gap"))
    return type_size(width, high / rows, largest="cell-largest")
