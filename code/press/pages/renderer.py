"""What a cell shows, as a page's nodes: the plugin through which myst-nb renders our MIME types.

Registered in pyproject.toml under `myst_nb.mime_renderers`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from docutils import nodes
from myst_nb.core.render import MimeData, NbElementRenderer

from diffprog.figures import slider
from diffprog.show import FIGURE, NUMBER, SOURCE

__all__ = ["Renderer", "markup"]


class Renderer:
    """Figures, frames, source excerpts and numbers for HTML."""

    mime_priority_overrides: ClassVar[Sequence[tuple[str, str, int | None]]] = [
        ("*", FIGURE, 1),
        ("*", SOURCE, 1),
        ("*", NUMBER, 1),
    ]

    @staticmethod
    def handle_mime(
        renderer: NbElementRenderer, data: MimeData, inline: bool
    ) -> list[nodes.Node] | None:
        """The nodes for `data`, or None where its type is not ours."""
        if data.mime_type == FIGURE:
            return [_figure(data)]
        if data.mime_type == SOURCE:
            return _source(data.content)
        if data.mime_type == NUMBER:
            return [nodes.comment("", "a number for the prose")]
        return None


def markup(content: Any, name: str, alt: str) -> str:
    """The HTML of a figure, or of frames, on a page or a slide."""
    if "slots" in content:
        return slider.component(content, name, alt)
    return f'<div class="dp-figure">{slider.picture(content["svg"], name, alt)}</div>'


def _figure(data: MimeData) -> nodes.Node:
    options = data.cell_metadata.get("mystnb", {})
    name, alt = options["figure"]["name"], options["image"]["alt"]
    return nodes.raw("", markup(data.content, name, alt), format="html")


def _source(excerpt: dict[str, str]) -> list[nodes.Node]:
    block = nodes.container("", classes=["dp-source"])
    block += nodes.paragraph("", "", nodes.literal("", excerpt["path"]), classes=["dp-source-path"])
    block += nodes.literal_block(excerpt["code"], excerpt["code"], language="python")
    return [block]
