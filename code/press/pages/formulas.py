"""Formulas of pages, as HTML that KaTeX writes while the book is built; in an EPUB, as MathML."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.utils import get_source_line
from sphinx.application import Sphinx
from sphinx.util.math import get_node_equation_number

from ..book import PressError
from ..katex import copy_style, math_ml, render
from .site_only import is_site

__all__ = ["setup"]


def _html(self: Any, node: nodes.math | nodes.math_block) -> str:
    write = math_ml if getattr(self.builder, "embedded", False) else render
    try:
        return write(node.astext(), isinstance(node, nodes.math_block))
    except PressError as error:
        _, line = get_source_line(node)
        raise PressError(f"{self.builder.current_docname}.md:{line}: {error}") from error


def _inline(self: Any, node: nodes.math) -> None:
    self.body.append(f'<span class="math">{_html(self, node)}</span>')
    raise nodes.SkipNode


def _block(self: Any, node: nodes.math_block) -> None:
    self.body.append(self.starttag(node, "div", CLASS="math"))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append(_html(self, node) + "</div>")
    raise nodes.SkipNode


def _finish(app: Sphinx, error: Exception | None) -> None:
    if error is None and is_site(app):
        site = Path(app.outdir)
        pages = (path.read_text(encoding="utf-8") for path in (site / "book").rglob("*.html"))
        copy_style(site / "_static", pages)


def setup(app: Sphinx) -> None:
    """Make KaTeX the renderer of math."""
    app.add_html_math_renderer("katex", (_inline, None), (_block, None))
    app.connect(
        "config-inited",
        lambda app, config: setattr(config, "html_math_renderer", "katex"),
        priority=50,
    )
    app.connect("builder-inited", lambda app: app.add_css_file("katex.css"))
    app.connect("build-finished", _finish)
