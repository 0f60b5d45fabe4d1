"""What a cell gave, as a notebook keeps it: our MIME types become images, HTML and Markdown.

Nothing is run for it.
"""

from __future__ import annotations

from typing import Any

import nbformat
from nbformat import NotebookNode

from diffprog.figures import slider
from diffprog.show import FIGURE, NUMBER, SOURCE

__all__ = ["outputs"]


def outputs(cell: NotebookNode, count: int) -> list[NotebookNode]:
    """The outputs of an executed cell for a solved notebook, where it is the `count`-th cell."""
    kept = []
    for output in cell.outputs:
        output = nbformat.from_dict(output)
        data: dict[str, Any] = output.get("data", {})
        if NUMBER in data:
            continue
        if FIGURE in data:
            _figure(output, data.pop(FIGURE), cell.metadata.get("mystnb", {}))
        data.pop(SOURCE, None)  # its Markdown is beside it
        if output.output_type == "execute_result":
            output.execution_count = count
        kept.append(output)
    return kept


def _figure(output: NotebookNode, figure: dict[str, Any], options: dict[str, Any]) -> None:
    """Frames that move, and the picture with its alternative text where nothing can."""
    alt = " ".join(options.get("image", {}).get("alt", "").split())
    if "slots" in figure:
        output.data["text/html"] = slider.standalone(figure)  # type: ignore[arg-type]
    output.data["text/plain"] = alt
    output.metadata["image/png"] = {"alt": alt}
