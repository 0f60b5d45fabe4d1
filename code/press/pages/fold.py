"""Folded boxes: an admonition of the class `dropdown` becomes a native `<details>`.

It opens without a script, and also by keyboard and in print. So does code that is hidden at first,
whose prompts myst-nb writes as paragraphs, which HTML does not allow in a `<summary>`.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

from ..translation import current

__all__ = ["fold", "setup"]


class fold(nodes.General, nodes.Element):
    """A box that is closed at first, and then shows only its `title`."""


class FoldAdmonitions(SphinxTransform):
    """Replace each admonition of the class `dropdown`."""

    default_priority = 850

    def apply(self, **kwargs: Any) -> None:
        """Replace each such box by a fold with the same title."""
        if self.app.builder.name == "gettext":
            return  # a fold keeps the words of its title, but not the message
        for box in list(self.document.findall(nodes.admonition)):
            if "dropdown" in box["classes"]:
                title, *content = box.children
                assert isinstance(title, nodes.Element)
                closed = fold("", *content, title=title.astext(), classes=["dp-fold"])
                if current().language and title.get("translated") is False:
                    closed["title_lang"] = "en"
                box.replace_self(closed)


def _open(self: Any, node: fold) -> None:
    language = f' lang="{node["title_lang"]}"' if "title_lang" in node else ""
    summary = f"<summary{language}>{self.encode(node['title'])}</summary>\n"
    self.body.append(self.starttag(node, "details") + summary)


def _close(self: Any, node: fold) -> None:
    self.body.append("</details>\n")


def _open_code(self: Any, node: HideCodeCellNode) -> None:
    classes = " ".join(["admonition", "hide", *node["classes"]])
    show, hide = (self.encode(node[f"prompt_{what}"]) for what in ("show", "hide"))
    self.body.append(
        f'<details class="{classes}">\n<summary><span class="collapsed">{show}</span>'
        f'<span class="expanded">{hide}</span></summary>\n'
    )


def setup(app: Sphinx) -> None:
    """Register the node and the transform."""
    app.add_node(fold, html=(_open, _close))
    app.add_node(HideCodeCellNode, override=True, html=(_open_code, _close))
    app.add_transform(FoldAdmonitions)
