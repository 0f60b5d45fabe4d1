"""Tables that directives make."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from docutils import nodes

__all__ = ["table"]

Cells = Iterable[str | Sequence[nodes.Node]]
"""A row: each cell is a text, or nodes of a line."""


def table(head: Sequence[str], rows: Iterable[Cells], **attributes: list[str]) -> nodes.table:
    """Return a table with these rows below its head."""
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in head), cols=len(head))
    group += nodes.thead("", _row(head))
    group += nodes.tbody("", *map(_row, rows))
    return nodes.table("", group, **attributes)


def _row(cells: Cells) -> nodes.row:
    lines = ([nodes.Text(cell)] if isinstance(cell, str) else cell for cell in cells)
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", *line)) for line in lines))
