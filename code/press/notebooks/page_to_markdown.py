"""Conversion of a page that Sphinx has resolved into plain Markdown for notebooks.

References become their text, boxes become quotes, folds become `<details>`, and images are
embedded. Of layout (tabs, cards, margins, grids) only the content is written, and icons are left
out. A node that has no form here is reported with its line, which stops the build.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from html import escape
from textwrap import indent

from docutils import nodes
from sphinx.addnodes import production
from sphinx.locale import admonitionlabels
from sphinx.util import logging

from ..pages.fold import fold
from ..pages.predict import ask, choice, predict
from .inline_to_markdown import Inline, code, marked
from .source_place import directive, place

__all__ = ["Writer", "quoted"]

LOGGER = logging.getLogger(__name__)

_ENVIRONMENTS = {"align": "aligned", "gather": "gathered", "equation": "", "multline": "gathered"}


class Writer(Inline):
    """A visitor that returns the Markdown of a whole page, or of any of its nodes."""

    def unknown_visit(self, node: nodes.Node) -> str:
        """Write the content of admonitions and inline text; report everything else."""
        assert isinstance(node, nodes.Element)
        if isinstance(node, nodes.Admonition):
            return self.visit_sidebar(node)
        if isinstance(node, nodes.Inline):
            return self.inside(node)
        if not isinstance(node, nodes.Invisible):
            at = place(node)
            what = directive(at) or f"{type(node).__name__!r}"
            message = "%s has no form in notebooks: avoid it, or add one in page_to_markdown.py"
            LOGGER.warning(message, what, location=at)
        return ""

    def blocks(self, children: Iterable[nodes.Node]) -> str:
        """Write blocks with an empty line between them."""
        return "\n\n".join(filter(None, map(self.write, children)))

    # Layout: the content alone ----------------------------------------------------------------

    def visit_container(self, node: nodes.Element) -> str:
        """Write the content, and the title of a card in bold."""
        if "sd-card-title" in node["classes"]:
            return marked("**", self.text(node))
        return self.blocks(node.children)

    visit_compound = visit_remark = visit_glossary = visit_acks = visit_container
    visit_hlist = visit_hlistcol = visit_legend = visit_container

    def visit_sd_tab_label(self, node: nodes.Element) -> str:
        """Write a title in bold."""
        return marked("**", self.text(node))

    visit_rubric = visit_centered = visit_title = visit_subtitle = visit_sd_tab_label

    def nothing(self, node: nodes.Element) -> str:
        """Leave out what the page does not show, or shows as decoration."""
        return ""

    visit_toctree = visit_tabular_col_spec = visit_decoration = visit_system_message = nothing
    visit_sd_tab_input = visit_sd_icon = visit_fontawesome = nothing

    # Blocks -----------------------------------------------------------------------------------

    def visit_paragraph(self, node: nodes.Element) -> str:
        """Write text on one line, and escape what would begin a list or a heading."""
        return re.sub(r"^(\d*)([-+#>]|(?<=\d)[.)] )", r"\1\\\2", self.text(node))

    visit_PassthroughTextElement = visit_paragraph

    def visit_line_block(self, node: nodes.Element) -> str:
        """Write lines with a line break after each."""
        return "  \n".join(map(self.write, node.children))

    def visit_line(self, node: nodes.Element) -> str:
        """Write a line of verse."""
        return self.text(node)

    def visit_bullet_list(self, node: nodes.Element) -> str:
        """Write a list with dashes."""
        return self.items(node, lambda _: "- ")

    visit_definition_list = visit_field_list = visit_bullet_list

    def visit_enumerated_list(self, node: nodes.Element) -> str:
        """Write a list with numbers."""
        return self.items(node, lambda i: f"{node.get('start', 1) + i}. ")

    visit_steps_list = visit_enumerated_list

    def items(self, node: nodes.Element, mark: Callable[[int], str]) -> str:
        """Write a list, with empty lines in between only if an item has several paragraphs."""
        written = list(map(self.write, node.children))
        gap = "\n\n" if any("\n\n" in item for item in written) else "\n"
        return gap.join(
            mark(i) + indent(item, " " * len(mark(i))).lstrip() for i, item in enumerate(written)
        )

    def visit_list_item(self, node: nodes.Element) -> str:
        """Write the content of an item."""
        return self.blocks(node.children)

    def visit_definition_list_item(self, node: nodes.Element) -> str:
        """Write a term in bold, followed by its definitions."""
        names = [self.text(part) for part in node.children if isinstance(part, nodes.TextElement)]
        bodies = [part for part in node.children if not isinstance(part, nodes.TextElement)]
        content = self.blocks(block for body in bodies for block in body.children)
        return f"{marked('**', ', '.join(names))}: {content}"

    visit_field = visit_definition_list_item

    def visit_block_quote(self, node: nodes.Element) -> str:
        """Write a quote."""
        return quoted(self.blocks(node.children))

    visit_aside_main = visit_versionmodified = visit_block_quote

    def visit_attribution(self, node: nodes.Element) -> str:
        """Write the source of a quote."""
        return f"— {self.text(node)}"

    def visit_sidebar(self, node: nodes.Element) -> str:
        """Write a box as a quote, with its title in bold."""
        label = str(admonitionlabels.get(type(node).__name__, ""))
        return quoted(f"{marked('**', label)}\n\n{self.blocks(node.children)}".strip())

    visit_topic = visit_sidebar

    def visit_fold(self, node: fold) -> str:
        """Write a native fold; the empty line in it makes Markdown of its content."""
        return _details(node["title"], self.blocks(node.children))

    def visit_predict(self, node: predict) -> str:
        """Write a prediction: question, options, and the answer folded."""
        return self.blocks(node.children)

    def visit_ask(self, node: ask) -> str:
        """Write the question in bold, and the options as a list."""
        asked, *options = node.children
        label = marked("**", "Predict, before you run the next cells")
        return "\n\n".join(
            [f"{label}: {self.text(asked)}", "\n".join(filter(None, map(self.write, options)))]  # type: ignore[arg-type]
        ).strip()

    def visit_choice(self, node: choice) -> str:
        """Write a possible answer as an item of a list."""
        return f"- {self.text(node)}"

    def visit_guess(self, node: nodes.Element) -> str:
        """Ask for a number."""
        return f"Write down your guess{f', in {unit}' if (unit := node['unit']) else ''}."

    def visit_dropdown_main(self, node: nodes.Element) -> str:
        """Write a dropdown of sphinx-design as a native fold."""
        head, *content = node.children
        words = (
            word for word in head.findall(nodes.Text) if not isinstance(word.parent, nodes.raw)
        )
        return _details("".join(words) or "Details", self.blocks(content))

    def visit_literal_block(self, node: nodes.Element) -> str:
        """Write a listing."""
        language = node.get("language", "")
        language = {"default": "", "none": "", "ipython3": "python"}.get(language, language)
        return _fenced(node.astext().rstrip("\n"), language)

    visit_doctest_block = visit_literal_block

    def visit_productionlist(self, node: nodes.Element) -> str:
        """Write the rules of a grammar, one per line."""
        rules = node.findall(production)
        return _fenced(
            "\n".join(f"{rule['tokenname']} ::= {rule.astext().strip()}" for rule in rules)
        )

    def visit_math_block(self, node: nodes.Element) -> str:
        """Write a displayed formula, in a form that MathJax and KaTeX read in every notebook."""
        latex = node.astext().strip()
        for name, inner in _ENVIRONMENTS.items():
            for verb in ("begin", "end"):
                new = f"\\\\{verb}{{{inner}}}" if inner else ""
                latex = re.sub(rf"\\{verb}\{{{name}\*?\}}", new, latex)
        latex = re.sub(r"\n\s*\n", "\n", latex.strip())
        number = self.number(node) if node.get("number") else ""
        tag = f" \\tag{{{number}}}" if number else ""
        return f"$$\n{latex}{tag}\n$$"

    def visit_transition(self, node: nodes.Element) -> str:
        """Write a horizontal rule."""
        return "---"

    def visit_footnote(self, node: nodes.Element) -> str:
        """Write a footnote where it stands."""
        label, *content = node.children
        return f"<sup>{label.astext()}</sup> {self.blocks(content)}"

    def visit_desc(self, node: nodes.Element) -> str:
        """Write the signature of a function or an option, and its description below."""
        *signatures, content = node.children
        written = [marked("**", code(s.astext())) for s in signatures if s.astext()]
        return "\n\n".join(filter(None, [*written, quoted(self.blocks(content.children))]))

    # Tables and figures -----------------------------------------------------------------------

    def visit_table(self, node: nodes.Element) -> str:
        """Write a table with pipes, or in HTML if a cell holds what pipes cannot express."""
        titles = [self.visit_caption(t) for t in node.children if isinstance(t, nodes.title)]
        rows = {
            row: {entry: self.blocks(entry.children) for entry in row.findall(nodes.entry)}
            for row in node.findall(nodes.row)
        }
        plain = all(_plain(entry, text) for row in rows.values() for entry, text in row.items())
        return "\n\n".join([*titles, (_pipes if plain else _html)(rows)])

    visit_figure = visit_container

    def visit_caption(self, node: nodes.Element) -> str:
        """Write a caption or a table's title after its number."""
        number = self.number(node.parent)
        return f"{marked('**', number and f'{number}.')} {self.text(node)}".strip()

    def number(self, node: nodes.Element) -> str:
        """Return the number of a figure, table, listing or formula, as the page shows it, or ''."""
        return next((self.numbers[i] for i in node["ids"] if i in self.numbers), "")


def quoted(text: str) -> str:
    """Return `text` as a quote."""
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _fenced(text: str, language: str = "") -> str:
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text}\n{fence}"


def _details(title: str, body: str) -> str:
    return f"<details>\n<summary>{escape(title, quote=False)}</summary>\n\n{body}\n\n</details>"


Rows = Mapping[nodes.row, Mapping[nodes.entry, str]]
"""The cells of a table, written."""


def _plain(entry: nodes.entry, text: str) -> bool:
    """Say whether a cell is one line, in which no pipe stands but those that words escape."""
    fixed = entry.findall(lambda node: isinstance(node, nodes.literal | nodes.math | nodes.raw))
    return (
        all(isinstance(child, nodes.paragraph) for child in entry.children)
        and len(entry.children) < 2
        and not {"morerows", "morecols"} & entry.attributes.keys()
        and not any("|" in node.astext() for node in fixed)
        and not re.search(r"(?<!\\)\|", text)
    )


def _pipes(rows: Rows) -> str:
    """Write a table whose first row is its head."""
    lines = [list(row.values()) for row in rows.values()]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _html(rows: Rows) -> str:
    """Write a table in HTML; each cell is Markdown again behind an empty line."""
    lines = ["<table>"]
    for row, cells in rows.items():
        tag = "th" if isinstance(row.parent, nodes.thead) else "td"
        lines.append("<tr>")
        for entry, text in cells.items():
            down, right = (entry.get(more, 0) + 1 for more in ("morerows", "morecols"))
            spans = f' rowspan="{down}"' * (down > 1) + f' colspan="{right}"' * (right > 1)
            lines += [f"<{tag}{spans}>", "", text, "", f"</{tag}>"]
        lines.append("</tr>")
    return "\n".join([*lines, "</table>"])
