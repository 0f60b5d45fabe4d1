"""The plugin through which myst-nb renders the MIME types of the book on a page.

It is registered in pyproject.toml under `myst_nb.mime_renderers`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from docutils import nodes
from myst_nb.core.render import MimeData, NbElementRenderer

from .. import output_kinds
from ..translation import current

__all__ = ["Renderer"]


class Renderer:
    """Renderer of outputs whose kind is in output_kinds.py."""

    mime_priority_overrides: ClassVar[Sequence[tuple[str, str, int | None]]] = [
        ("*", kind.mime, 1) for kind in output_kinds.BY_NAME.values()
    ]

    @staticmethod
    def handle_mime(
        renderer: NbElementRenderer, data: MimeData, inline: bool
    ) -> list[nodes.Node] | None:
        """Return the nodes for `data`, or None if its MIME type is not ours."""
        kind = output_kinds.of_output({data.mime_type: data.content})
        if kind is None:
            return None
        options = data.cell_metadata.get("mystnb", {})
        name, alt = (options.get(part, {}).get(key, "") for part, key in
                     (("figure", "name"), ("image", "alt")))  # fmt: skip
        return kind.on_page(data.content, name, current().text(alt))
