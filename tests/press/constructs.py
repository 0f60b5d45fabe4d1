"""Every construct of MyST, Sphinx, myst-nb and sphinx-design: its source and its result.

`PASSES` holds for each page its source, and the Markdown below the title of its notebook.
`REFUSED` holds the source, the line that the message names (None if Sphinx names none), and words
of the message.
"""

PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)
IMAGE = f'<img alt="A ball" src="data:image/png;base64,{PNG}">'
BOXES = {
    name: (f":::{{{name}}}\nInside it.\n:::", f"> **{title}**\n>\n> Inside it.")
    for name, title in {
        "attention": "Attention",
        "caution": "Caution",
        "danger": "Danger",
        "error": "Error",
        "hint": "Hint",
        "important": "Important",
        "note": "Note",
        "seealso": "See also",
        "tip": "Tip",
        "warning": "Warning",
    }.items()
}
CHANGES = {
    name: (f":::{{{name}}} 1.0\nInside it.\n:::", f"> {said} in version 1.0: Inside it.")
    for name, said in {
        "versionadded": "Added",
        "versionchanged": "Changed",
        "versionremoved": "Removed",
    }.items()
}
QUOTES = {
    name: (f":::{{{name}}}\nInside it.\n\n-- Somebody\n:::", "> Inside it.\n>\n> — Somebody")
    for name in ("epigraph", "highlights", "pull-quote")
}
ALONE = {
    name: (f":::{{{name}}}{argument}\nInside it.\n:::", "Inside it.")
    for name, argument in {
        "compound": "",
        "container": " red",
        "cssclass": " red",
        "div": " red",
        "rst-class": " red",
    }.items()
}
LISTINGS = {
    name: (f"```{{{name}}} python\na = 1\n```", "```python\na = 1\n```")
    for name in ("code", "code-block", "sourcecode")
}
DESCRIBED = {
    name: (f"```{{{name}}} {signature}\nInside it.\n```", f"**`{signature}`**\n\n> Inside it.")
    for name, signature in {
        "cmdoption": "-x",
        "confval": "size",
        "describe": "PAPER",
        "envvar": "HOME",
        "object": "PAPER",
        "option": "-y",
        "py:function": "f(x, y=1) -> int",
        "py:class": "class A",
        "class": "class red",
        "c:function": "int f(int a)",
        "js:function": "g(a)",
        "rst:directive": ".. foo::",
    }.items()
}
DESCRIBED["class"] = ("```{class} red\nInside it.\n```", DESCRIBED["class"][1])
DESCRIBED["py:class"] = ("```{py:class} A\nInside it.\n```", DESCRIBED["py:class"][1])
DESCRIBED["rst:directive"] = (
    "```{rst:directive} foo\nInside it.\n```",
    DESCRIBED["rst:directive"][1],
)
SILENT = {
    name: (f"```{{{name}}} {argument}\n{content}```\n\nAfter it.", "After it.")
    for name, argument, content in (
        ("codeauthor", "Ann <a@b.c>", ""),
        ("default-domain", "py", ""),
        ("default-role", "", ""),
        ("footer", "", "Foot\n"),
        ("header", "", "Head\n"),
        ("highlight", "python", ""),
        ("index", "single: ball", ""),
        ("moduleauthor", "Ann <a@b.c>", ""),
        ("program", "make", ""),
        ("role", "red", ""),
        ("sectionauthor", "Ann <a@b.c>", ""),
        ("tabularcolumns", "|l|", ""),
        ("target-notes", "", ""),
        ("title", "Another title", ""),
    )
}

PASSES = {
    **BOXES,
    **CHANGES,
    **QUOTES,
    **ALONE,
    **LISTINGS,
    **DESCRIBED,
    **SILENT,
    # Layout of sphinx-design
    "tab-set": (
        "::::{tab-set}\n:::{tab-item} In *Python*\nInside one.\n:::\n"
        ":::{tab-item} Julia\nInside two.\n:::\n::::",
        "**In *Python***\n\nInside one.\n\n**Julia**\n\nInside two.",
    ),
    "tab-set-code": (
        "::::{tab-set-code}\n```{code-block} python\na = 1\n```\n"
        "```{code-block} julia\nb = 2\n```\n::::",
        "**PYTHON**\n\n```python\na = 1\n```\n\n**JULIA**\n\n```julia\nb = 2\n```",
    ),
    "dropdown": (
        ":::{dropdown} A *title* & more\n:icon: alert\nInside it.\n:::",
        "<details>\n<summary>A title &amp; more</summary>\n\nInside it.\n\n</details>",
    ),
    "dropdown without a title": (
        ":::{dropdown}\nInside it.\n:::",
        "<details>\n<summary>Details</summary>\n\nInside it.\n\n</details>",
    ),
    "accordion": (
        "::::{accordion}\n:::{dropdown} One\nInside it.\n:::\n::::",
        "<details>\n<summary>One</summary>\n\nInside it.\n\n</details>",
    ),
    "steps": (
        "::::{steps}\n:::{step} First\nInside one.\n:::\n:::{step}\nInside two.\n:::\n::::",
        "1. **First**\n\n   Inside one.\n\n2. Inside two.",
    ),
    "card": (
        "::::{card} Title\n:img-top: ball.png\n:img-alt: A ball\n\n:::{card-header}\nHead\n:::\n"
        "Inside it.\n:::{card-footer}\nFoot\n:::\n::::",
        f"{IMAGE}\n\nHead\n\n**Title**\n\nInside it.\n\nFoot",
    ),
    "card-carousel": (
        "::::{card-carousel} 2\n:::{card} One\nInside it.\n:::\n::::",
        "**One**\n\nInside it.",
    ),
    "grid": (
        "::::{grid} 2\n:::{grid-item}\nInside one.\n:::\n:::{grid-item-card} Two\n"
        ":link: https://example.org\n\nInside two.\n:::\n::::",
        "Inside one.\n\n**Two**\n\nInside two.\n\n[https://example.org](https://example.org)",
    ),
    "button-link": (
        ":::{button-link} https://example.org\nWords\n:::",
        "[Words](https://example.org)",
    ),
    "button-ref": (":::{button-ref} one\nWords\n:::", "[Words](one.ipynb)"),
    "article-info": (
        ":::{article-info}\n:avatar: ball.png\n:avatar-alt: A ball\n:author: Somebody\n"
        ":read-time: Five minutes\n:::",
        f"{IMAGE}\n\nSomebody\n\nFive minutes",
    ),
    "bdg": (
        "{bdg}`plain` {bdg-primary}`bold` {bdg-success-line}`thin` "
        "{bdg-link}`link <https://example.org>` {bdg-ref}`ref <one>`",
        "plain bold thin [link](https://example.org) [ref](one.ipynb)",
    ),
    "icons": (
        "One {octicon}`report` two {fas}`star` three {material-regular}`star` four.\n\n"
        "{fa}`star` {fab}`github` {far}`star` {fa-brands}`github` {fa-regular}`star` "
        "{fa-solid}`star` {material-outlined}`star` {material-round}`star` {material-sharp}`star` "
        "{material-twotone}`star` five.",
        "One two three four.\n\nfive.",
    ),
    # Boxes and asides
    "admonition": (
        ":::{admonition} A *title*\nInside it.\n:::",
        "> **A *title***\n>\n> Inside it.",
    ),
    "admonition that folds": (
        ":::{admonition} A *title*\n:class: dropdown\nInside it.\n:::",
        "<details>\n<summary>A title</summary>\n\nInside it.\n\n</details>",
    ),
    "deprecated": (
        ":::{deprecated} 1.0\nInside it.\n:::",
        "> Deprecated since version 1.0: Inside it.",
    ),
    "margin": (":::{margin} Title\nInside it.\n:::", "> **Title**\n>\n> Inside it."),
    "margin without a title": (":::{margin}\nInside it.\n:::", "> Inside it."),
    "sidebar": (
        ":::{sidebar} Title\n:subtitle: Below\nInside it.\n:::",
        "> **Title**\n>\n> **Below**\n>\n> Inside it.",
    ),
    "aside": (":::{aside} Title\nInside it.\n:::", "> **Title**\n>\n> Inside it."),
    "topic": (":::{topic} Title\nInside it.\n:::", "> **Title**\n>\n> Inside it."),
    "rubric": (":::{rubric} Title\n:::", "**Title**"),
    "centered": (":::{centered} Title\n:::", "**Title**"),
    "box in a box": (
        "::::{note}\n:::{tip}\nInside it.\n:::\n::::",
        "> **Note**\n>\n> > **Tip**\n> >\n> > Inside it.",
    ),
    # Images
    "image in Markdown": ("Before.\n\n![A ball](ball.png)", f"Before.\n\n{IMAGE}"),
    "image in the text": (f"![A ball](data:image/png;base64,{PNG})", IMAGE),
    "image in a line": ("Before ![A ball](ball.png) after.", f"Before {IMAGE} after."),
    "image": (
        "```{image} ball.png\n:alt: A ball\n:width: 40%\n:target: https://example.org\n```",
        "[" + IMAGE.replace(" src", ' width="40%" src') + "](https://example.org)",
    ),
    "image as a drawing": (
        "![A line](line.svg)",
        '<img alt="A line" src="data:image/svg+xml;base64,'
        'PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4=">',
    ),
    "figure": (
        "```{figure} ball.png\n:name: fig-a\n:alt: A ball\n\nA *caption*.\n\nA legend.\n```\n\n"
        "See {numref}`fig-a`.",
        f"{IMAGE}\n\n**Figure {{n}}.1.** A *caption*.\n\nA legend.\n\nSee Figure {{n}}.1.",
    ),
    "figure-md": (
        ":::{figure-md} fig-b\n![A ball](ball.png)\n\nA *caption*.\n:::",
        f"{IMAGE}\n\n**Figure {{n}}.1.** A *caption*.",
    ),
    # Tables
    "table": (
        "```{table} A title\n:name: tab-a\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n```\n\n"
        "See {numref}`tab-a`.",
        "**Table {n}.1.** A title\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\nSee Table {n}.1.",
    ),
    "csv-table": (
        '```{csv-table} A title\n:header-rows: 1\n\nOne, Two\n3, "Four, five"\n```',
        "**Table {n}.1.** A title\n\n| One | Two |\n| --- | --- |\n| 3 | Four, five |",
    ),
    "list-table": (
        "```{list-table}\n:header-rows: 1\n\n* - One\n  - Two\n"
        "* - Three\n\n    - four\n  - Five\n```",
        "<table>\n<tr>\n<th>\n\nOne\n\n</th>\n<th>\n\nTwo\n\n</th>\n</tr>\n"
        "<tr>\n<td>\n\nThree\n\n- four\n\n</td>\n<td>\n\nFive\n\n</td>\n</tr>\n</table>",
    ),
    "table with a pipe in a formula": (
        "| a | b |\n|---|---|\n| $P(A\\|B)$ | c \\| d |",
        "<table>\n<tr>\n<th>\n\na\n\n</th>\n<th>\n\nb\n\n</th>\n</tr>\n"
        "<tr>\n<td>\n\n$P(A|B)$\n\n</td>\n<td>\n\nc \\| d\n\n</td>\n</tr>\n</table>",
    ),
    "table with a pipe in code": (
        "| a |\n|---|\n| `x \\| y` |",
        "<table>\n<tr>\n<th>\n\na\n\n</th>\n</tr>\n<tr>\n<td>\n\n`x | y`\n\n</td>\n</tr>\n</table>",
    ),
    # Lists
    "deflist": (
        "Term *one*\n: First.\n\n  More.\n\nTerm two\n: Second.\n: Third.",
        "- **Term *one***: First.\n\n  More.\n\n- **Term two**: Second.\n\n  Third.",
    ),
    "glossary": (
        "```{glossary}\nNeutron\n  A particle.\n```\n\nSee {term}`Neutron`.",
        "- **Neutron**: A particle.\n\nSee Neutron.",
    ),
    "term under another name": (
        "```{glossary}\nProton\n  A particle.\n```\n\nTwo {term}`protons <Proton>`.",
        "- **Proton**: A particle.\n\nTwo protons.",
    ),
    "hlist": ("```{hlist}\n- one\n- two\n```", "- one\n\n- two"),
    "acks": ("```{acks}\n- one\n- two\n```", "- one\n- two"),
    "task list, which is not enabled": (
        "- [ ] open\n- [x] done",
        r"- \[ \] open" + "\n" + r"- \[x\] done",
    ),
    "contents": (
        "```{contents} Title\n:local:\n```\n\n## Below\n\nText.",
        "> **Title**\n>\n> - Below\n<cell>\n## Below\n\nText.",
    ),
    # Code
    "listing with a caption": (
        "```{code-block} python\n:caption: A *caption*\n:name: code-a\n:linenos:\n"
        ":emphasize-lines: 1\n\na = 1\n```\n\nSee {numref}`code-a`.",
        "**Listing {n}.1.** A *caption*\n\n```python\na = 1\n```\n\nSee Listing {n}.1.",
    ),
    "literalinclude": (
        "```{literalinclude} shown.py\n:language: python\n```",
        "```python\nshown = 1\n```",
    ),
    "parsed-literal": ("```{parsed-literal}\na *b* c\n```", "```\na b c\n```"),
    "indented code": ("    a = 1", "```\na = 1\n```"),
    "productionlist": (
        "```{productionlist} sum: a + b\n```\n\nSee {token}`sum`.",
        "```\nsum ::= a + b\n```\n\nSee `sum`.",
    ),
    "raw-cell": (
        "```{raw-cell}\n---\nformat: text/html\n---\n<b>Bold</b>\n```\n\nAfter it.",
        "<b>Bold</b>\n\nAfter it.",
    ),
    # Formulas
    "math": (
        "```{math}\n:label: eq-a\na = b\n```\n\nSee {eq}`eq-a` and {math:numref}`eq-a`.",
        "$$\na = b \\tag{{n}.1}\n$$\n\nSee ({n}.1) and ({n}.1).",
    ),
    "dollars": (
        "$$\na = b\n$$ (eq-b)\n\nSee {eq}`eq-b`, and $c$.",
        "$$\na = b \\tag{{n}.1}\n$$\n\nSee ({n}.1), and $c$.",
    ),
    "align": (
        "\\begin{align*}\na &= b \\\\\nc &= d\n\\end{align*}\n\nAnd {math}`e`.",
        "$$\n\\begin{aligned}\na &= b \\\\\nc &= d\n\\end{aligned}\n$$\n\nAnd $e$.",
    ),
    # Words
    "sub and sup": (
        "H{sub}`2`O, x{sup}`2`, {subscript}`a`, {superscript}`b`",
        "H<sub>2</sub>O, x<sup>2</sup>, <sub>a</sub>, <sup>b</sup>",
    ),
    "abbr": (
        "{abbr}`MC (Monte Carlo)`, {abbreviation}`MC (Monte Carlo)`, {kbd}`Ctrl+C`, "
        "{guilabel}`&Open`, {menuselection}`File --> Open`, {acronym}`HEP`",
        '<abbr title="Monte Carlo">MC</abbr>, MC (Monte Carlo), `Ctrl+C`, Open, File ‣ Open, HEP',
    ),
    "meaning": (
        "{command}`a` {dfn}`b` {file}`c/{d}` {mailheader}`e` {makevar}`f` {manpage}`ls(1)` "
        "{mimetype}`text/html` {newsgroup}`g` {program}`h` {regexp}`i*` {samp}`j{k}` {pep}`8` "
        "{rfc}`2324` {code}`l` {emphasis}`m` {literal}`n` {strong}`o` {title-reference}`p`",
        "**a** *b* `c/d` *e* **f** ls(1) *text/html* *g* **h** `i*` `jk` "
        "[**PEP 8**](https://peps.python.org/pep-0008/) "
        "[**RFC 2324**](https://datatracker.ietf.org/doc/html/rfc2324.html) "
        "`l` *m* `n` **o** p",
    ),
    "footnotes": (
        "Text[^one] and[^two].\n\n[^one]: First *note*.\n[^two]: Second.\n\n    More.",
        "Text<sup>1</sup> and<sup>2</sup>.\n\n---\n\n<sup>1</sup> First *note*.\n\n"
        "<sup>2</sup> Second.\n\nMore.",
    ),
    "hard breaks": ("One\\\ntwo", "One<br />two"),
    "line-block": ("```{line-block}\nOne\nTwo\n```", "One  \nTwo"),
    "quote": ('{attribution="Somebody"}\n> Inside it.', "> Inside it.\n>\n> — Somebody"),
    "rule": ("One.\n\n---\n\nTwo.", "One.\n\n---\n\nTwo."),
    "attributes": ("[words]{.red #an-id}\n\n{.green}\nParagraph.", "words\n\nParagraph."),
    "index role": ("An {index}`entry` here.", "An entry here."),
    "number": ("It is {number}`n-one`.", "It is 1."),
    # Links
    "target": (
        "(a-target)=\n## Head\n\nSee [](#a-target), {ref}`a-target`, {std:ref}`a-target` and "
        "[words](#a-target).",
        "<cell>\n## Head\n\nSee Head, Head, Head and words.",
    ),
    "links": (
        "[](one.md), <https://example.org>, {doc}`one`, {any}`one`, [words](one.md#chapter-one).",
        "[Chapter one](one.ipynb), [https://example.org](https://example.org), "
        "[Chapter one](one.ipynb), [Chapter one](one.ipynb), [words](one.ipynb).",
    ),
    "download": ("[Words](shown.py) and {download}`shown.py`.", "Words and `shown.py`."),
    "deck": ("See {deck}`deck`.", "See A deck."),
    "cite": (
        "See {cite:t}`key`. More {cite:p}`key`.",
        "See Doe \\[2000\\]. More \\[Doe, 2000\\].\n<cell>\n## Cited here\n\n"
        "- Jane Doe. A paper. *J*, 2000.",
    ),
    # HTML and what is not shown
    "HTML": (
        '<div class="x">\n<b>Bold</b>\n</div>\n\nText <span style="color:red">red</span>.',
        '<div class="x">\n<b>Bold</b>\n</div>\n\nText <span style="color:red">red</span>.',
    ),
    "HTML with a link": (
        '<a href="https://example.org">Words</a> after.',
        '<a href="https://example.org">Words</a> after.',
    ),
    "HTML comment": ("<!-- SECRET -->\n\nText <!-- SECRET --> after.", "Text after."),
    "MyST comment": ("% SECRET\n\nText.", "Text."),
    "block break": ("One.\n\n+++\n\nTwo.", "One.\n\nTwo."),
    "raw": ("```{raw} html\n<b>Bold</b>\n```\n\n```{raw} latex\nSECRET\n```", "<b>Bold</b>"),
    "only": ("```{only} html\nInside it.\n```\n\n```{only} latex\nSECRET\n```", "Inside it."),
    "include": ("```{include} included.txt\n```", "Included *words*."),
    "eval-rst": (
        "```{eval-rst}\nSome **bold** words.\n\n:name: value\n```",
        "Some **bold** words.\n\n- **name**: value",
    ),
    "nb-exec-table": (
        "```{nb-exec-table}\n```",
        "| Document | Modified | Method | Run Time (s) | Status |\n| --- | --- | --- | --- | --- |",
    ),
    "sectnum": ("```{sectnum}\n```\n\nAfter it.", "After it."),
}

FORM = "has no form in notebooks: avoid it, or add one in page_to_markdown.py"
PARTY = "would be loaded from another host: put the file beside the chapter"
REFUSED = {
    "date": ("Text.\n\n```{date}\n```", 3, "can only be used within a substitution definition"),
    "replace": ("```{replace} x\n```", 1, "can only be used within a substitution definition"),
    "unicode": ("```{unicode} 0xA9\n```", 1, "can only be used within a substitution definition"),
    "meta": ("```{meta}\n:keywords: a\n```", 1, "Directive 'meta' cannot be mocked"),
    "raw role": ("Text {raw}`x`.", 1, "No format"),
    "eval": ("{eval}`1 + 1`", 1, "does not have a running kernel"),
    "glue": ("{glue}`key`", 1, "No key 'key' found"),
    "glue directive": ("```{glue} key\n```", 1, "No key 'key' found"),
    "nb-download": ("{nb-download}`one.ipynb`", 1, "download file not readable"),
    "footcite": (
        "See {footcite}`key`.\n\n```{footbibliography}\n```",
        None,
        "No footnote definitions found for label: 'footcite-key'",
    ),
    "word without an entry": ("See {term}`Quark`.", 1, "term not in glossary: 'Quark'"),
    "footnote without its note": ("Text.\n\nMore *text*[^zz].", 3, "no footnote [^zz]: stands"),
    "note without its mark": (
        "Text[^a], not `[^c]`.\n\n[^a]: Note.\n[^b]: Never.\n\n```md\n[^d]: Shown.\n```",
        4,
        "nothing refers to the footnote [^b]",
    ),
    "a heading of a figure's name": (
        "## C drawn\n\n```{code-cell} ipython3\n---\nmystnb:\n"
        "  figure: {name: c-drawn, caption: It.}\n"
        "  image: {alt: A line that rises from the lower left to the upper right.}\n---\n"
        "from diffprog import show\nfrom IPython.display import display\n"
        "display({show.FIGURE: {'svg': '<svg viewBox=\"0 0 1 1\"></svg>'}}, raw=True)\n```",
        9,
        "c-drawn has the address #id1 on its page, where #c-drawn is a heading",
    ),
    "tableofcontents": ("```{tableofcontents}\n```", None, "with no descendants"),
    "toctree": ("```{toctree}\n```", 1, "not expected with external-toc"),
    "unknown directive": ("Text.\n\n```{unheard}\n```", 3, "Unknown directive type: 'unheard'"),
    "unknown role": ("Text {unheard}`x`.", 1, 'Unknown interpreted text role "unheard"'),
    "missing image": ("Text.\n\n![A ball](none.png)", 3, "image file not readable"),
    "missing image, far below a cell": (
        "```{code-cell} ipython3\n:tags: [hide-input]\n\nx = 1\n```\n\n\n\n![A ball](none.png)",
        9,
        "image file not readable",
    ),
    "option list": ("Two\nlines.\n\n```{eval-rst}\n-a  output\n```", 5, f"'option_list' {FORM}"),
    "image from elsewhere": (
        "Two\nlines.\n\n![A ball](https://example.org/ball.png)",
        4,
        f"https://example.org/ball.png {PARTY}",
    ),
    "card with an image from elsewhere": (
        "Two\nlines.\n\n:::{card} Title\n:img-top: https://example.org/ball.png\n\n"
        "Inside it.\n:::\n\n:::{note}\nText.\n:::",
        4,
        f"https://example.org/ball.png {PARTY}",
    ),
    "script from elsewhere": (
        "Text.\n\n<script src=https://cdn.example.org/plot.js></script>",
        3,
        f"https://cdn.example.org/plot.js {PARTY}",
    ),
    "frame from elsewhere": (
        ":::{note}\n<iframe src='//example.org/x'></iframe>\n:::",
        2,
        f"//example.org/x {PARTY}",
    ),
}

SLIDES = {
    "tabs": (
        "::::{tab-set}\n:::{tab-item} Python\nInside one.\n:::\n:::{tab-item} Julia\nInside two.\n"
        ":::\n::::",
        "<strong>Python</strong></p>\n<p>Inside one.</p>\n<p><strong>Julia</strong></p>\n"
        "<p>Inside two.",
    ),
    "dropdown": (
        ":::{dropdown} Title\nInside it.\n:::",
        "<strong>Title</strong></p>\n<p>Inside it.",
    ),
    "margin": (":::{margin}\nInside it.\n:::", "<p>Inside it."),
    "grid": ("::::{grid} 2\n:::{grid-item}\nInside it.\n:::\n::::", "<p>Inside it."),
    "note": (":::{note}\nInside it.\n:::", "<p>Inside it."),
    "note in a line": (":::{note} Inside\nit.\n:::", "<p>Inside\nit."),
    "image in Markdown": ("![A ball](../ball.png)", IMAGE),
    "image in the text": (f"![A ball](data:image/png;base64,{PNG})", IMAGE),
    "image": (":::{image} ../ball.png\n:alt: A ball\n:::", IMAGE),
    "figure": (":::{figure} ../ball.png\n:alt: A ball\n\nA caption.\n:::", "<p>A caption."),
    "table": ("| a |\n|---|\n| $x$ |", "<th>a</th>"),
    "deflist": ("Term\n: Definition.", "<dt>Term</dt>\n<dd>Definition."),
    "quote": ("> Inside it.", "<blockquote>\n<p>Inside it."),
    "sub": ("H{sub}`2`O and x{sup}`2`, {kbd}`S`", "H<sub>2</sub>O and x<sup>2</sup>, <kbd>S</kbd>"),
    "term": ("{term}`leaf`, two {term}`leaves <leaf>`", "<p>leaf, two leaves</p>"),
    "HTML": ("<b>Bold</b> words<!-- SECRET -->", "<b>Bold</b> words</p>"),
    "comment": ("% SECRET\n\nText.", "<p>Text."),
    "target": ("(here)=\n\nText.", "<p>Text."),
}
REFUSED_SLIDES = {
    "list-table": (":::{list-table}\n* - One\n:::", "a slide knows the directives"),
    "directive in a box": ("::::{note}\n:::{show} fig-none\n:::\n::::", "called 'fig-none'"),
    "code": ("```python\na = 1\n```", "'python' cannot stand on a slide"),
    "role": ("{abbr}`MC (Monte Carlo)`", "a slide knows the roles"),
    "footnote": ("Text[^one].\n\n[^one]: Note.", "no footnotes: say it in the notes"),
    "image without words": ("![](../ball.png)", "needs alternative text"),
    "missing image": ("![A ball](none.png)", "none.png is not a file beside the deck"),
    "image from elsewhere": ("![A ball](https://example.org/a.png)", "not a file beside the deck"),
    "HTML from elsewhere": ("<script src='https://example.org/a.js'></script>", "another host"),
}
