"""Tables: those that directives make; and in all of them, what the first column is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from docutils import nodes
from sphinx.application import Sphinx

__all__ = ["setup", "table"]

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


def _head_rows(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Make the first column of each table that has a head the headers of its rows.

    Not of one whose first column has a cell without words: programs that check pages take a header
    that is a formula for an empty one.
    """
    if app.builder.format != "html":
        return
    for head in doctree.findall(nodes.thead):
        group = head.parent
        if all(_says(row[0]) for row in group.findall(nodes.row) if row.parent is not head):
            next(iter(group.findall(nodes.colspec)))["stub"] = 1


def _says(cell: nodes.Node) -> bool:
    """Return whether there is text in a cell besides formulas."""
    texts = (text for text in cell.findall(nodes.Text) if not isinstance(text.parent, nodes.math))
    return any(text.strip() for text in texts)


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.connect("doctree-resolved", _head_rows)
