"""The outputs of a cell for a notebook: images, HTML and Markdown in place of our MIME types."""

from __future__ import annotations

from typing import Any

import nbformat
from nbformat import NotebookNode

from .. import output_kinds

__all__ = ["outputs"]


def outputs(cell: NotebookNode, count: int) -> list[NotebookNode]:
    """Return the outputs of an executed cell for a solved notebook, as its `count`-th code cell."""
    alt = " ".join(cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "").split())
    kept = []
    for output in cell.outputs:
        output = nbformat.from_dict(output)
        data: dict[str, Any] = output.get("data", {})
        kind = output_kinds.of_output(data)
        if kind and not kind.in_notebook(output, data.pop(kind.mime), alt):
            continue
        if output.output_type == "execute_result":
            output.execution_count = count
        kept.append(output)
    return kept
