"""Where notebooks that were run elsewhere print something else than those of the book.

Only what cells print and return as text is compared. Pictures are left out, because another
version of Matplotlib draws the same curve with other bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from ..book import PressError

__all__ = ["compare"]


def compare(ours: Path, theirs: Path) -> Iterator[str]:
    """Yield a line for each cell of the notebooks below `ours` that differs below `theirs`.

    Raises PressError if there is no notebook, or one was not run.
    """
    paths = sorted(ours.rglob("*.ipynb"))
    if not paths:
        raise PressError(f"{ours} holds no notebooks")
    for path in paths:
        name = path.relative_to(ours)
        if not (theirs / name).exists():
            raise PressError(f"{name} is not in {theirs}: it was not run, or its run failed")
        pair = (nbformat.read(place / name, nbformat.NO_CONVERT) for place in (ours, theirs))
        one, two = ([cell for cell in found.cells if cell.cell_type == "code"] for found in pair)
        for number, (a, b) in enumerate(zip(one, two, strict=True), start=1):
            if (wanted := _said(a)) != (got := _said(b)):
                yield f"{name.as_posix()}, code cell {number}: {_first_difference(wanted, got)}"


def _said(cell: NotebookNode) -> str:
    """Return what a cell says in words: streams, results and errors."""
    said = []
    for output in cell.outputs:
        if output.output_type == "stream":
            said.append(output.text)
        elif output.output_type == "error":
            said.append(f"{output.ename}: {output.evalue}")
        elif not any(kind.startswith("image/") for kind in output.data):
            said.append(output.data.get("text/plain", ""))
    return "\n".join(text.rstrip() for text in said)


def _first_difference(wanted: str, got: str) -> str:
    lines = zip(f"{wanted}\n".splitlines(), f"{got}\n".splitlines(), strict=False)
    for ours, theirs in lines:
        if ours != theirs:
            return f"{ours!r} is {theirs!r} there"
    count = [len(text.splitlines()) for text in (wanted, got)]
    return f"{count[0]} lines of output are {count[1]} there"
