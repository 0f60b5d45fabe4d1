"""A page of the book, as Sphinx has resolved it, as plain Markdown for notebooks.

References are their texts, numbers and citations are resolved, boxes are quotes, folds are
`<details>`. No directive or role is left: what cannot be said in plain Markdown stops the build.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from textwrap import indent
from typing import NoReturn

from docutils import nodes
from docutils.utils import get_source_line

from ..book import PressError
from ..pages.fold import fold

__all__ = ["Writer"]

_SPECIAL = re.compile(r"([\\`*\[\]$<|]|(?<!\w)_|_(?!\w))")
_ENVIRONMENTS = {"align": "aligned", "gather": "gathered", "equation": "", "multline": "gathered"}


class Writer:
    """Writes nodes as Markdown; `link(uri, text)` decides what becomes of a reference."""

    def __init__(self, docname: str, link: Callable[[str, str], str]) -> None:
        self.docname, self.link = docname, link

    # Blocks -----------------------------------------------------------------------------------

    def blocks(self, children: Iterable[nodes.Node]) -> str:
        """Blocks with an empty line between them."""
        written = (self.block(child) for child in children)
        return "\n\n".join(text for text in written if text)

    def block(self, node: nodes.Node) -> str:
        """One block, without an empty line at its ends."""
        if isinstance(node, nodes.Text):
            return self.inline(node)
        write = getattr(self, f"block_{type(node).__name__}", None)
        if write is None and isinstance(node, nodes.Admonition) and isinstance(node, nodes.Element):
            write = self.box
        if write is None:
            if isinstance(node, nodes.Invisible):
                return ""
            if isinstance(node, nodes.TextElement) and isinstance(node, nodes.Inline):
                return self.inline(node)
            self.refuse(node)
        return str(write(node))

    def block_paragraph(self, node: nodes.Element) -> str:
        """Text on one line; what would begin a list or a heading is escaped."""
        return re.sub(r"^(\d*)([-+#>]|(?<=\d)[.)] )", r"\1\\\2", self.text(node))

    block_rubric = block_PassthroughTextElement = block_paragraph

    def block_container(self, node: nodes.Element) -> str:
        """What is inside; the title of a card is bold."""
        if "sd-card-title" in node["classes"]:
            return f"**{self.text(node)}**"
        return self.blocks(node.children)

    block_compound = block_line_block = block_container

    def block_toctree(self, node: nodes.Element) -> str:
        """The contents are on the site."""
        return ""

    def block_line(self, node: nodes.Element) -> str:
        """A line of verse."""
        return f"{self.text(node)}  "

    def block_bullet_list(self, node: nodes.Element) -> str:
        """A list with dashes."""
        return self.items(node, lambda _: "- ")

    def block_enumerated_list(self, node: nodes.Element) -> str:
        """A list with numbers."""
        return self.items(node, lambda i: f"{node.get('start', 1) + i}. ")

    def items(self, node: nodes.Element, mark: Callable[[int], str]) -> str:
        """A list; loose only where an item has more than one paragraph."""
        written = [self.blocks(item.children) for item in node.children]
        gap = "\n\n" if any("\n\n" in item for item in written) else "\n"
        return gap.join(
            mark(i) + indent(item, " " * len(mark(i))).lstrip() for i, item in enumerate(written)
        )

    def block_definition_list(self, node: nodes.Element) -> str:
        """Each term in bold, with its definition behind it."""
        items = []
        for item in node.children:
            (term, *_), definition = item.children[:-1], item.children[-1]
            assert isinstance(term, nodes.Element)
            items.append(f"- **{self.text(term)}**: {self.blocks(definition.children)}")
        return "\n".join(items)

    def block_block_quote(self, node: nodes.Element) -> str:
        """A quote."""
        return quoted(self.blocks(node.children))

    def block_attribution(self, node: nodes.Element) -> str:
        """Who said it."""
        return f"— {self.text(node)}"

    def box(self, node: nodes.Element) -> str:
        """An admonition: a quote under its title in bold."""
        title, content = type(node).__name__.capitalize(), node.children
        if content and isinstance(content[0], nodes.title):
            title, content = self.text(content[0]), content[1:]
        return quoted(f"**{title}**\n\n{self.blocks(content)}")

    def block_fold(self, node: fold) -> str:
        """A native fold; its content is Markdown again behind an empty line."""
        title = node["title"].replace("&", "&amp;").replace("<", "&lt;")
        body = self.blocks(node.children)
        return f"<details>\n<summary>{title}</summary>\n\n{body}\n\n</details>"

    def block_remark(self, node: nodes.Element) -> str:
        """What it says."""
        return self.blocks(node.children)

    def block_literal_block(self, node: nodes.Element) -> str:
        """A listing."""
        text, fence = node.astext().rstrip("\n"), "```"
        while fence in text:
            fence += "`"
        language = node.get("language", "")
        language = {"default": "", "none": "", "ipython3": "python"}.get(language, language)
        return f"{fence}{language}\n{text}\n{fence}"

    def block_math_block(self, node: nodes.Element) -> str:
        """A formula of its own, in a form that every notebook's MathJax or KaTeX reads."""
        latex = node.astext().strip()
        for name, inner in _ENVIRONMENTS.items():
            for verb in ("begin", "end"):
                new = f"\\\\{verb}{{{inner}}}" if inner else ""
                latex = re.sub(rf"\\{verb}\{{{name}\*?\}}", new, latex)
        latex = re.sub(r"\n\s*\n", "\n", latex.strip())
        number = node.get("number")
        tag = f" \\tag{{{number}}}" if number and number is not True else ""
        return f"$$\n{latex}{tag}\n$$"

    def block_transition(self, node: nodes.Element) -> str:
        """A rule."""
        return "---"

    def block_raw(self, node: nodes.Element) -> str:
        """HTML that an author wrote."""
        return node.astext().strip() if "html" in node.get("format", "") else ""

    def block_table(self, node: nodes.Element) -> str:
        """A table with pipes; its title above it."""
        title = [f"**{self.text(t)}**\n" for t in node.children if isinstance(t, nodes.title)]
        rows = [
            "| " + " | ".join(self.blocks(entry.children) for entry in row.children) + " |"
            for row in node.findall(nodes.row)
        ]
        rule = "|" + " --- |" * (rows[0].replace(r"\|", "").count("|") - 1)
        return "\n".join([*title, rows[0], rule, *rows[1:]])

    def block_footnote(self, node: nodes.Element) -> str:
        """A footnote, where it stands."""
        label, *content = node.children
        return f"<sup>{label.astext()}</sup> {self.blocks(content)}"

    # Inline -----------------------------------------------------------------------------------

    def text(self, node: nodes.Element) -> str:
        """Its content on one line."""
        return re.sub(r"[ \n]+", " ", "".join(map(self.inline, node.children))).strip(" ")

    def inline(self, node: nodes.Node) -> str:
        """One inline node."""
        if isinstance(node, nodes.Text):
            return _SPECIAL.sub(r"\\\1", node.astext())
        if isinstance(node, nodes.math):
            return f"${node.astext().strip()}$"
        if isinstance(node, nodes.literal):
            return _code(node.astext())
        if isinstance(node, nodes.raw):
            return self.block_raw(node)
        if not isinstance(node, nodes.Element):
            return ""
        text = "".join(map(self.inline, node.children))
        if isinstance(node, nodes.strong | nodes.emphasis) and text.strip():
            mark = "**" if isinstance(node, nodes.strong) else "*"
            return f"{mark}{text.strip()}{mark}"
        if isinstance(node, nodes.reference):
            return self.link(node.get("refuri") or "#" + node.get("refid", ""), text)
        if isinstance(node, nodes.footnote_reference | nodes.superscript):
            return f"<sup>{node.astext()}</sup>"
        if isinstance(node, nodes.subscript):
            return f"<sub>{text}</sub>"
        if isinstance(node, nodes.image | nodes.problematic):
            self.refuse(node)
        return text

    def refuse(self, node: nodes.Node) -> NoReturn:
        """Stop the build at what a notebook cannot show."""
        what = str(node).partition("\n")[0][:80]
        place = f"{self.docname}.md:{get_source_line(node)[1]}"
        kind = type(node).__name__
        raise PressError(f"{place}: a notebook cannot say {kind!r} in Markdown: {what}")


def quoted(text: str) -> str:
    """`text` as a quote."""
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _code(text: str) -> str:
    fence = "`"
    while fence in text:
        fence += "`"
    space = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{fence}{space}{text}{space}{fence}"
