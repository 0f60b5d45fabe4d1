"""Run buttons on the pages: marks in the HTML, the cells as data, and the runtime beside them.

A cell with a button has the class `dp-run-<index>`. `book/assets/run.js` makes the buttons, and
loads the rest from `_static/run` when the reader turns to the first cell.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform

from .. import files
from ..pages.chapter_parts import chapter_of
from ..pages.site_only import is_site
from ..translation import N_, _
from . import runtime, wheels
from .cells import Cell, cells

__all__ = ["data", "setup"]

ABOUT = "book/engine"
"""The page that says what runs the cells, if the book has it."""
LAB = "book/start"
"""The page that says how to open a chapter in JupyterLab, if the book has it."""
WHAT = N_(
    "Run works in your browser, on a small engine that speaks PyTorch’s names, not on PyTorch. Its"
    " results agree with PyTorch’s to rounding, which is tested for each cell that has the button."
)
WITH_WHEELS = N_("Run works in your browser, on PyTorch {} itself, compiled to WebAssembly.")
ELSE = N_("For all else, open the chapter in JupyterLab.")
KEPT = "run_here_cells"
"""The attribute of Sphinx's environment that keeps the cells of each page for the next build."""


class Mark(SphinxTransform):
    """Mark the cells that the page can run, and keep what it needs for that."""

    default_priority = 870  # after the stubs of exercises are made (860)

    def apply(self, **kwargs: Any) -> None:
        """Add the class to each such cell."""
        found = cells(chapter_of(self.env.docname))
        buttons = {cell.index: cell for cell in found if not cell.reason}
        for node in self.document.findall(nodes.container):
            cell = buttons.get(node.get("cell_index"))
            is_stub = "dp-stub" in node["classes"]
            # The cell of an exercise stands in the fold, with the solution.
            if cell and is_stub == bool(cell.exercise):
                node["classes"].append(f"dp-run-{cell.index}")
        kept = vars(self.env).setdefault(KEPT, {})
        kept.pop(self.env.docname, None)
        if buttons:
            kept[self.env.docname] = data(found)


def data(found: Sequence[Cell]) -> dict[str, Any]:
    """Return the cells that run in a page, as its Python reads them.

    For authors, it says for each other cell why it has no button.
    """
    used = {part for cell in found if not cell.reason for part in (*cell.parts, *cell.needs)}
    listed = [
        {
            "cell": cell.index,
            "takes": sorted(cell.takes),
            "parts": [
                {"code": part.code}
                | {
                    name: sorted(getattr(part, name))
                    for name in ("gives", "takes", "late", "changes")
                }
                for part in cell.parts
                if part in used
            ],
        }
        for cell in found
        if used & set(cell.parts)
    ]
    return {"cells": listed, "without": {c.index: c.reason for c in found if c.reason}}


def _purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    vars(env).get(KEPT, {}).pop(docname, None)


def _merge(app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    theirs = vars(other).get(KEPT, {})
    vars(env).setdefault(KEPT, {}).update({n: theirs[n] for n in docnames if n in theirs})


def _page_context(
    app: Sphinx,
    pagename: str,
    template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    if is_site(app) and doctree is not None and pagename in vars(app.env).get(KEPT, {}):
        address = f"{context['pathto']('_static', 1)}/run/cells/{pagename}.json"
        version = wheels.pytorch()
        what = _(WITH_WHEELS).format(version) if version else _(WHAT)
        attributes: dict[str, Any] = {"data-cells": address, "data-what": f"{what} {_(ELSE)}"}
        if ABOUT in app.env.found_docs:
            attributes["data-about"] = context["pathto"](ABOUT)
        if LAB in app.env.found_docs:
            attributes["data-lab"] = context["pathto"](LAB)
        app.add_js_file("run.js", loading_method="defer", **attributes)


def _say(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Say on the page about the engine if this site runs PyTorch in its place."""
    if docname == ABOUT and (version := wheels.pytorch()):
        what = WITH_WHEELS.format(version)
        text = f"{what} This site does not use the engine that this page describes."
        title = next(doctree.findall(nodes.title))
        note = nodes.note("", nodes.paragraph("", text))
        title.parent.insert(title.parent.index(title) + 1, note)


def _write(app: Sphinx, error: Exception | None) -> None:
    pages = vars(app.env).get(KEPT, {})
    if error is not None or not is_site(app) or not pages:
        return
    static, made = Path(app.outdir) / "_static", runtime.make()
    for docname, found in pages.items():
        data = {"runtime": made.name, "sizes": made.sizes, **found}
        path = static / "run" / "cells" / f"{docname}.json"
        files.write(path, json.dumps(data, ensure_ascii=False))
    made.copy(static)


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_transform(Mark)
    app.connect("env-purge-doc", _purge)
    app.connect("env-merge-info", _merge)
    app.connect("doctree-resolved", _say)
    app.connect("html-page-context", _page_context)
    app.connect("build-finished", _write)
