"""Pages of every kind, as plain Markdown."""

import re
from pathlib import Path

import pytest
from docutils import nodes
from docutils.utils import new_document
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from press.notebooks.page_to_markdown import Writer
from press.notebooks.source_place import directive, place
from press.pages.fold import fold


def link(uri: str, text: str) -> str:
    return f"[{text}]({uri})"


WRITER = Writer(new_document("book/page.md"), Path(), link, {})


def paragraph(*children: nodes.Node | str) -> nodes.paragraph:
    made = [nodes.Text(child) if isinstance(child, str) else child for child in children]
    return nodes.paragraph("", "", *made)


def bullets(*items: nodes.Element, kind: type = nodes.bullet_list) -> nodes.Element:
    return kind("", *(nodes.list_item("", item) for item in items))


def table(*rows: list[str]) -> nodes.table:
    lines = [nodes.row("", *(nodes.entry("", paragraph(t)) for t in row)) for row in rows]
    return nodes.table("", nodes.tgroup("", nodes.tbody("", *lines)))


@pytest.mark.parametrize(
    ("node", "markdown"),
    [
        (paragraph("plain\ntext"), "plain text"),
        (paragraph("2 * 3 * a_b _c_ $5 <b> [x] `"), r"2 \* 3 \* a_b \_c\_ \$5 \<b> \[x\] " + r"\`"),
        (paragraph("- no list"), r"\- no list"),
        (paragraph("1. no list"), r"1\. no list"),
        (paragraph("# no heading"), r"\# no heading"),
        (paragraph(nodes.strong("", "a"), " ", nodes.emphasis("", "b")), "**a** *b*"),
        (paragraph(nodes.math("", " x_0 ")), "$x_0$"),
        (paragraph(nodes.literal("", "a`b")), "``a`b``"),
        (paragraph(nodes.literal("", "`a")), "`` `a ``"),
        (paragraph(nodes.literal("", "a`")), "`` a` ``"),
        (paragraph(nodes.reference("", "there", refuri="https://e.org/a")), "[there](https://e.org/a)"),
        (paragraph(nodes.inline("", "3.6 × 10⁻⁸")), "3.6 × 10⁻⁸"),
        (nodes.math_block("", "a\n\n= b"), "$$\na\n= b\n$$"),
        (
            nodes.math_block("", "\\begin{align*}\na &= b\n\\end{align*}"),
            "$$\n\\begin{aligned}\na &= b\n\\end{aligned}\n$$",
        ),
        (nodes.literal_block("", "x = 1\n", language="ipython3"), "```python\nx = 1\n```"),
        (bullets(paragraph("a"), paragraph("b")), "- a\n- b"),
        (bullets(paragraph("a"), paragraph("b"), kind=nodes.enumerated_list), "1. a\n2. b"),
        (bullets(nodes.block_quote("", paragraph("a"), paragraph("b"))), "- > a\n  >\n  > b"),
        (nodes.note("", paragraph("a")), "> **Note**\n>\n> a"),
        (nodes.admonition("", nodes.title("", "T"), paragraph("a")), "> **T**\n>\n> a"),
        (
            fold("", paragraph("a"), title="A < B"),
            "<details>\n<summary>A &lt; B</summary>\n\na\n\n</details>",
        ),
        (table(["a", "b"], ["c|d", ""]), "| a | b |\n| --- | --- |\n| c\\|d |  |"),
        (nodes.line_block("", nodes.line("", "a"), nodes.line("", "b")), "a  \nb"),
        (
            nodes.definition_list(
                "",
                nodes.definition_list_item(
                    "", nodes.term("", "a"), nodes.definition("", paragraph("one"))
                ),
            ),
            "- **a**: one",
        ),
        (nodes.comment("", "nothing"), ""),
    ],
)  # fmt: skip
def test_it_reads_well_anywhere(node, markdown):
    assert WRITER.write(node) == markdown


def test_a_formula_has_the_number_of_the_page():
    writer = Writer(new_document("book/page.md"), Path(), link, {"equation-e": "1.2"})
    formula = nodes.math_block("", "a = b", number=3, ids=["equation-e"])
    assert writer.write(formula) == "$$\na = b \\tag{1.2}\n$$"


WITH_PIPES = {
    "formula": (nodes.math("", "P(A|B)"), "P(A|B)"),
    "norm": (nodes.math("", r"\|x\|"), r"\|x\|"),
    "code": (nodes.literal("", "a | b"), "<code>a | b</code>"),
    "words": (nodes.Text("a | b"), "a | b"),
    "words behind a backslash": (nodes.Text("a \\| b"), "a \\| b"),
    "bold": (nodes.strong("", "a|b"), "<strong>a|b</strong>"),
    "link": (nodes.reference("", "a", refuri="/a|b"), '<a href="/a%7Cb">a</a>'),
    "short form": (
        nodes.abbreviation("", "MC", explanation="a|b"), '<abbr title="a|b">MC</abbr>'
    ),
    "HTML": (nodes.raw("", '<i title="a|b">', format="html"), '<i title="a|b">'),
    "image": (nodes.image("", uri="data:,", alt="a|b"), '<img alt="a|b" src="data:,">'),
    "code with marks": (nodes.literal("", "`|`"), "<code>`|`</code>"),
}  # fmt: skip


@pytest.mark.parametrize("kind", WITH_PIPES)
def test_a_pipe_leaves_a_table_its_cells(kind):
    node, shown = WITH_PIPES[kind]
    row = nodes.row("", *(nodes.entry("", paragraph(n)) for n in (node.deepcopy(), "last")))
    made = WRITER.write(nodes.table("", nodes.tgroup("", nodes.tbody("", row))))
    jupyter = MarkdownIt("commonmark", {"html": True}).enable("table").use(dollarmath_plugin)
    read = re.sub('</?(p|eq|span class="math inline"|span)>', "", jupyter.render(made))
    cells = re.findall(r"<t[hd]>\s*(.*?)\s*</t[hd]>", read, re.S)
    assert cells == [shown, "last"]


def test_cells_that_span_rows_and_columns_do_so_in_the_notebook():
    first = nodes.row(
        "", nodes.entry("", paragraph("a"), morerows=1), nodes.entry("", paragraph("b"))
    )
    second = nodes.row("", nodes.entry("", paragraph("c"), morecols=1))
    made = WRITER.write(nodes.table("", nodes.tgroup("", nodes.tbody("", first, second))))
    assert re.findall("<td.*?>", made) == ['<td rowspan="2">', "<td>", '<td colspan="2">']


def test_a_node_without_a_line_has_that_of_its_directive(tmp_path):
    source = tmp_path / "page.md"
    source.write_text("# Title\n\nTwo\nlines.\n\n:::{tab-set}\n:::\n\n- ```{card} Title\n  ```\n")
    page, words = new_document(str(source)), paragraph("a")
    tabs, card = nodes.decoration(), nodes.decoration()
    words.source, words.line = str(source), 3
    page += [words, tabs, card]
    tabs.line = card.line = None
    assert (place(tabs).line, directive(place(tabs))) == (6, "{tab-set}")
    tabs.line, tabs.source = 6, str(source)
    assert (place(card).line, directive(place(card))) == (9, "{card}")
    assert directive(place(words)) == ""
