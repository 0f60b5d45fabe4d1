"""One small book with everything in it, built once: its page, notebooks and deck."""

import json
import os
import re
import shutil
import urllib.robotparser
from pathlib import Path

import lxml.etree
import nbformat
import pytest
import yaml
from lxml.html import fromstring

from press import manifest
from press.book import Book
from press.files import digest
from press.policy import THEME

from .conftest import TOC
from .constructs import PNG
from .schema_org import described, faults
from .small import Result, Small
from .translating import GERMAN, translate

PAGE = """\
---
description: A chapter about adding.
card: fig-line
notation:
  'x': what is added, in $\\eta$
  '\\eta_1': a rate
---

# Adding

It is {number}`n-one`, as {cite:t}`key` says of $x^2$ in {numref}`fig-line`: {deck}`deck`.
The exercise is {ref}`ex-add`, and the page after it [](two.md).

:::{admonition} Why?
:class: dropdown

Because.
:::

```{code-cell} ipython3
:tags: [remove-cell]

from diffprog import show
from diffprog.messages import provoke
from IPython.display import display
from toylib import alone

show.number("n-one", alone.ONE)
provoke("message-zero", lambda: 1 / 0)
show.answer("predict-sum", alone.ONE + 1 > 1, alone.ONE + 1 <= 1)
```

:::{predict} Is *one* and one more than {number}`n-one`?
:name: predict-sum

- [x] Yes, it is $2$.
- [ ] No.

One is positive.
:::

:::{predict} How many are there?
:name: predict-count
:number: n-one
:unit: rows

Count them.
:::

```{code-cell} ipython3
---
mystnb:
  figure:
    name: fig-line
    caption: |
      A line.
  image:
    alt: |
      A line that rises from the lower left to the upper right.
---
text = '<text style="font-size:calc(10px*var(--fig-text))">a</text>'
svg = f'<svg viewBox="0 0 350 210"><path d="M0 1 4 0"/>{text}</svg>'
display({show.FIGURE: {"svg": svg}, "image/png": "@PNG@"}, raw=True)
```

```{code-cell} ipython3
show.source(alone.twice)
```

:::{exercise} Addition
:name: ex-add
:original: 5
:minutes: 4

Write `add`.

```{admonition} Hint
:class: dropdown

Use a plus.
```
:::

```{code-cell} ipython3
:exercise: ex-add

def add(a, b):
    ### BEGIN SOLUTION
    return a + b
    ### END SOLUTION

print(f"{add(1, 2)} is the sum")
```

:::{remark}
A sum commutes.
:::

## After it

Divide by zero, and Python says {message}`message-zero`.

```{code-cell} ipython3
:tags: [hide-input]

alone.twice(21)
```
""".replace("@PNG@", PNG)
FRAMES = {
    "svg": '<svg viewBox="0 0 4 1"><path d="M0 1 4 0"/></svg>',
    "slots": [[0, "d", ["M0 1 4 0", "M0 0 4 1"], [0, 1]]],
    "texts": ["0 s", "1 s"],
    "name": "time",
    "start": 0,
    "seconds": 1.0,
    "autoplay": False,
}
SECOND = f"""\
---
description: A chapter with frames.
---

# Moving

```{{code-cell}} ipython3
---
mystnb:
  figure: {{name: fig-move, caption: It moves.}}
  image: {{alt: A line that turns about its middle from rising to falling.}}
---
from diffprog import show
from IPython.display import display

display({{show.FRAMES: {FRAMES}}}, raw=True)
```
"""
DECK = """\
---
title: A deck & more
description: What it is about.
part: part1
left_out:
  fig-move: it cannot be seen at rest
---

# A deck

It found {number}`n-one`.

:::{notes} 2
:chapter: part1/one

@WORDS@
:::

## A line

:::{show} fig-line
:::

:::{notes} 1.5
@WORDS@
:::

## Your turn

:::{exercise} ex-add
:done: the check says ✓.
:::

:::{notes}
@WORDS@
:::

### The answer

:::{solution} ex-add
:::

:::{notes} 1
@WORDS@
:::

## The second chapter

Words.

:::{notes} 1
:chapter: part1/two

@WORDS@
:::
""".replace("@WORDS@", "**Say** " + "word " * 45)
FILES = {
    "_toc.yml": TOC.replace("book/end", "book/sources"),
    "book/part1/index.md": "---\ndescription: The part.\n---\n\n# Part\n\nWords.\n\n"
    "```{notation} latin\n```\n\n```{notation} greek\n```\n\n```{notation} other\n```\n",
    "book/part1/one.md": PAGE,
    "book/part1/two.md": SECOND,
    "book/sources.md": "---\ndescription: Sources.\n---\n\n# Sources\n\n```{bibliography}\n```\n",
    "book/references.bib": (
        "@article{key, author={Doe, Jane}, title={A paper}, year={2000}, journal={J}}\n"
        "@article{other, author={Roe, Ann}, title={Not cited}, year={2001}, journal={J}}\n"
    ),
    "book/slides/deck.md": DECK,
    "code/toylib/alone.py": "from .both import TWO\n\nONE = TWO - 1\n\n\n"
    'def twice(x):\n    """Two of them."""\n    return TWO * x\n',
}
HOSTING = dict.fromkeys(("GITHUB_REPOSITORY", "CI_PROJECT_URL"), "")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    small = Small(tmp_path_factory.mktemp("small"))
    small.create()
    for name in ("one", "two", "three"):
        (small.root / f"book/{name}.md").unlink()
    for name, text in FILES.items():
        path = small.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return small


@pytest.fixture(scope="module")
def result(small: Small) -> Result:
    return small.good_build(JOBS="1", **HOSTING)  # more chapters than jobs, so kernels are forked


@pytest.fixture(scope="module")
def site(small: Small, result: Result) -> Path:
    return small.root / "_build/html"


@pytest.fixture(scope="module")
def page(site: Path) -> str:
    return (site / "book/part1/one.html").read_text()


def notebook(site: Path, kind: str, name: str = "part1/one") -> nbformat.NotebookNode:
    return nbformat.read(site / f"notebooks/{kind}/{name}.ipynb", 4)


def sources(notebook: nbformat.NotebookNode, kind: str) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == kind]


def test_the_build_says_what_it_did_and_where_to_look(result: Result) -> None:
    assert result.executed == dict.fromkeys(("part1/one", "part1/two"), "not run before")
    assert len(re.findall(r"  ✓ part1/\w+ \(\d+\.\d s\)", result.output)) == 2
    assert re.search(r"^part1/one +\d+\.\d  executed: not run before$", result.output, re.M)
    assert "part1/index " not in result.output, "a page without cells is no chapter of the table"
    assert "Reading all pages again" not in result.output
    assert "set `repository: url` in _config.yml" in " ".join(result.output.split())
    assert result.output.endswith("\nOpen _build/html/index.html\n")
    assert result.errors == ""
    assert "reading sources" not in result.output, "Sphinx says nothing"


def test_a_second_build_finds_nothing_to_do(small: Small, site: Path) -> None:
    assert manifest.read(Book(small.root))["sources"] == manifest.sources(Book(small.root)) | {
        "repository": "None"
    }
    again = small.good_build(**HOSTING).output
    assert again == "Nothing has changed since the last build\n\nOpen _build/html/index.html\n"


# The page ---------------------------------------------------------------------------------------


def test_numbers_formulas_references_and_links_are_in_the_prose(page: str) -> None:
    prose = page.partition("<p>It is")[2].partition("</section>")[0]
    assert prose.startswith(' <span class="dp-number">1</span>, as ')
    assert 'class="katex"' in prose
    assert 'href="#fig-line"><span class="std std-numref">Figure 1.1.1</span></a>' in prose
    assert 'href="../../slides/deck.html">A deck &amp; more</a>' in prose
    assert 'href="#ex-add">' in prose
    assert "Exercise 1.1a</span>" in prose
    assert 'href="two.html"' in prose
    assert re.search(r'href="\.\./sources\.html#\S+"', prose)


def test_a_message_is_what_python_said(site: Path, page: str) -> None:
    said = "ZeroDivisionError: division by zero"
    literal = r'<code class="[^"]*dp-message[^"]*">(.*?)</code>'
    assert [re.sub("<.*?>", "", text) for text in re.findall(literal, page)] == [said]
    assert f"Python says `{said}`." in "\n".join(sources(notebook(site, "student"), "markdown"))


def test_the_notation_is_a_table_of_what_the_chapters_introduce(site: Path) -> None:
    page = (site / "book/part1/index.html").read_text()
    assert page.count('class="dp-notation table"') == 2
    assert page.count("No chapter introduces one.") == 1
    assert re.search(r'href="one.html">(<span[^>]*>)?1.1 Adding<', page)
    tables = "\n".join(sources(notebook(site, "student", "part1/index"), "markdown"))
    assert "| $x$ | what is added, in $\\eta$ | [1.1 Adding](one.ipynb) |" in tables
    assert "| $\\eta_1$ | a rate | [1.1 Adding](one.ipynb) |" in tables


def test_a_fold_is_native(page: str) -> None:
    assert re.search(
        r'<details class="dp-fold dropdown">\s*<summary>Why\?</summary>\s*<p>Because', page
    )


def test_the_figure_has_its_name_and_text_and_the_source_its_path(page: str) -> None:
    assert 'aria-label="A line that rises from the lower left to the upper right."' in page
    assert '<figure class="align-default" id="fig-line">' in page
    excerpt = page.partition('<div class="dp-source docutils container">')[2]
    assert "code/toylib/alone.py" in excerpt[:300]
    assert "twice" in excerpt[:1000]


def test_the_exercise_is_a_box_a_stub_and_a_fold_with_its_remark(page: str) -> None:
    box = page.partition('class="dp-exercise admonition" id="ex-add"')[2]
    box, _, rest = box.partition('<div class="cell dp-stub')
    assert 'id="ex-add-stub"' in rest.partition(">")[0]
    assert "Exercise 1.1a: Addition" in box
    assert '<p class="dp-about">Exercise 5 of the original tutorial, about 4 minutes</p>' in box
    assert "<summary>Hint</summary>" in box
    stub, _, solution = rest.partition('<details class="dp-fold dp-solution">')
    text = re.sub(r"<[^>]+>", "", stub)
    assert "raise NotImplementedError(" in text
    assert "return" not in text
    assert solution.lstrip().startswith("<summary>Solution</summary>")
    answer = solution.partition("</details>")[0]
    assert "SOLUTION" not in answer
    assert "return" in answer
    assert "3 is the sum" in answer
    assert '<div class="dp-remark docutils container">\n<p>A sum commutes.</p>' in answer
    assert page.count("dp-stub") == 1


def test_a_chapter_has_buttons_and_a_way_to_its_deck_and_a_plain_page_has_none(
    site: Path, page: str
) -> None:
    box = page.partition('<div class="tex2jax_ignore mathjax_ignore" id="adding">')[2]
    box = box.partition("</h1>")[2].lstrip()
    assert box.startswith('<nav class="dp-launch" aria-label="Notebooks and slides">')
    assert 'href="../../notebooks/student/part1/one.ipynb" download>' in box
    assert 'href="../../launching.html">Binder' in box
    assert "repository:" in (site / "launching.html").read_text()
    present = '<p class="dp-present"><a href="../../slides/deck.html">Present this part</a>: slides'
    assert present in page
    plain = (site / "book/index.html").read_text()
    assert "dp-launch" not in plain
    assert "dp-present" not in plain
    assert "dp-launch" not in (site / "book/part1/index.html").read_text()


def test_others_see_a_description_and_a_card(site: Path, page: str) -> None:
    assert '<meta name="description" content="A chapter about adding.">' in page
    assert '<meta property="og:title" content="Adding">' in page
    assert 'name="twitter:card" content="summary"' in page
    assert "og:image" not in page, "a card has no address before the site has one"
    card = (site / "_static/cards/book.part1.one.png").read_bytes()
    assert card[16:24] == (1200).to_bytes(4, "big") + (630).to_bytes(4, "big")


def test_all_pages_load_one_style_and_one_script_that_blocks_nothing(site: Path) -> None:
    static, shown = site / "_static", [*(site / "book").rglob("*.html"), site / "search.html"]
    style, script = ((static / name).read_text() for name in ("site.css", "site.js"))
    for path in shown:
        page = path.read_text()
        to, head = os.path.relpath(static, path.parent), page.partition("</head>")[0]
        (sheet,) = re.findall(r'<link [^>]*rel="stylesheet"[^>]*>', page)
        version = digest(style.encode())[:8]
        assert sheet == f'<link rel="stylesheet" href="{to}/site.css?v={version}">'
        version = digest(script.encode())[:8]
        assert f'<script defer src="{to}/site.js?v={version}"></script>' in head
        loaded = re.findall(r"<script[^>]* src=[^>]*>", page)
        assert [each for each in loaded if " defer" not in each] == []
        inline = re.findall(r"<script>(.*?)</script>", page, re.S)
        assert inline == [THEME]
    for text in (".dp-take", ".katex .katex-base", "svg.dp-svg", ".dp-predict"):
        assert text in style, "what the two chapters have, or a script adds"
    assert "bootstrap" not in script.lower()
    assert not list(static.rglob("bootstrap*"))
    assert {path.name for path in static.rglob("*.css")} == {"site.css"}
    assert (static / "frames.js").exists(), "for figures that a page draws again"
    assert 'type="range"' in (site / "book/part1/two.html").read_text()


def test_icons_are_cut_down_and_their_script_is_gone(site: Path, page: str) -> None:
    assert list(site.rglob("fontawesome.js*")) == []
    assert "fontawesome.js" not in page
    assert list(site.rglob("*.map")) == []
    fonts = list((site / "_static/vendor/fontawesome/webfonts").iterdir())
    assert {path.suffix for path in fonts} == {".woff2"}
    assert sum(path.stat().st_size for path in fonts) < 20_000, "of three hundred thousand"
    assert 'title="Search" aria-label="Search"' not in page


def test_the_root_leads_to_the_first_page(site: Path) -> None:
    root = (site / "index.html").read_text()
    assert 'content="0; url=book/index.html"' in root
    assert '<a href="book/index.html">' in root


def test_a_prediction_is_a_question_with_native_inputs_and_a_fold(page: str) -> None:
    box = page.partition('<div class="dp-predict" id="predict-sum">')[2]
    box, _, other = box.partition('id="predict-count"')
    asked, _, answer = box.partition("</fieldset>")
    legend = asked.partition("<legend>")[2].partition("</legend>")[0]
    assert legend.endswith('Is <em>one</em> and one more than <span class="dp-number">1</span>?')
    first, second = re.findall(r"<label.*?</label>", asked, re.S)
    assert 'class="dp-right"><input type="radio" name="predict-sum"><span>Yes' in first
    assert "dp-right" not in second
    assert answer.startswith('\n<details class="dp-fold dp-answer">\n<summary>Show the answer')
    assert 'The answer: <strong class="dp-came">Yes, it is <span' in answer
    assert "<p>One is positive.</p>" in answer
    assert '<input type="number" step="any"> <span>rows</span></label>' in other
    assert 'The answer: <strong class="dp-came">1 rows</strong>' in other


# Notebooks --------------------------------------------------------------------------------------


def test_both_notebooks_ask_and_fold_the_answer(site: Path) -> None:
    for kind in ("student", "solved"):
        text = "\n\n".join(cell.source for cell in notebook(site, kind).cells)
        assert (
            "**Predict, before you run the next cells**: Is *one* and one more than 1?\n\n"
            "- Yes, it is $2$.\n- No.\n\n<details>\n<summary>Show the answer</summary>\n\n"
            "The answer: **Yes, it is $2$.**\n\nOne is positive.\n\n</details>"
        ) in text
        assert "How many are there?\n\nWrite down your guess, in rows.\n\n<details>" in text
        assert "show.answer" not in text


def test_each_page_but_the_bibliography_has_two_notebooks(site: Path) -> None:
    names = {path.relative_to(site / "notebooks").as_posix() for path in site.rglob("*.ipynb")}
    pages = ("index", "part1/index", "part1/one", "part1/two")
    assert names == {f"{kind}/{page}.ipynb" for kind in ("student", "solved") for page in pages}
    assert not [c for c in notebook(site, "student", "index").cells if c.cell_type == "code"]


def test_a_student_gets_stubs_and_no_outputs(site: Path) -> None:
    student = notebook(site, "student")
    cells = [cell for cell in student.cells if cell.cell_type == "code"]
    assert [(c.outputs, c.execution_count) for c in cells] == [([], None)] * len(cells)
    (stub,) = [c for c in cells if "exercise" in c.metadata.get("tags", [])]
    assert stub.metadata.tags == ["exercise", "raises-exception"]
    assert '"Your turn! Exercise 1.1a"' in stub.source
    assert "return a + b" not in json.dumps(student)
    assert json.dumps(student).count("Your turn! Exercise") == 1, "the stub is a cell, and no text"
    assert "commutes" not in json.dumps(student), "a remark tells about the solution"
    assert "[compare with the solution](../../solved/part1/one.ipynb)" in json.dumps(student)


def test_the_solved_one_has_the_same_cells_with_solution_and_outputs(site: Path) -> None:
    student, solved = (notebook(site, kind) for kind in ("student", "solved"))
    assert [(c.id, c.cell_type) for c in solved.cells] == [
        (c.id, c.cell_type) for c in student.cells
    ]
    assert [c.id for c in solved.cells][:2] == ["part1-one-000", "part1-one-001"]
    cells = [cell for cell in solved.cells if cell.cell_type == "code"]
    assert [c.execution_count for c in cells] == list(range(1, len(cells) + 1))
    texts = [o.get("text", "") or o.data.get("text/plain", "") for c in cells for o in c.outputs]
    assert "3 is the sum\n" in texts
    assert "42" in texts
    (figure,) = [o for c in cells for o in c.outputs if "image/png" in o.get("data", {})]
    assert figure.data["text/plain"].startswith("A line that rises")
    assert figure.metadata["image/png"]["alt"].startswith("A line that rises")
    assert "vnd.diffprog" not in json.dumps(solved)
    (answer,) = [c.source for c in cells if "def add" in c.source]
    assert "    return a + b\n" in answer
    assert "SOLUTION" not in answer
    assert any("A sum commutes." in text for text in sources(solved, "markdown"))


def test_a_notebook_begins_with_title_note_and_set_up(site: Path) -> None:
    for kind, word in (("student", "to run and to fill in"), ("solved", "its exercises solved")):
        title, setup, text = notebook(site, kind).cells[:3]
        assert title.source.startswith("# Adding\n\n> *A chapter of ")
        assert word in title.source
        assert ("“your turn”" in title.source) == (kind == "student")
        assert ("On Binder" in title.source) == (kind == "student")
        assert "import diffprog" in setup.source
        assert text.source.startswith("It is 1, as ")


def test_without_exercises_there_is_nothing_to_fill_in_or_to_solve(site: Path) -> None:
    (title, *_) = notebook(site, "student", "part1/two").cells
    assert ", to run. Run the cells" in title.source
    assert "[With outputs](../../solved/part1/two.ipynb)" in title.source
    box = (site / "book/part1/two.html").read_text().partition('class="dp-launch"')[2]
    assert box.partition("</nav>")[0].count("dp-launch-label") == 2, "to run, and the slides"


def test_of_a_hidden_cell_what_is_needed_is_kept(site: Path) -> None:
    kept = [c for c in notebook(site, "student").cells if "toylib" in c.source]
    assert len(kept) == 1
    assert kept[0].metadata == {"jupyter": {"source_hidden": True}}
    assert "show.number" not in kept[0].source


def test_a_notebook_has_what_it_cites_and_links_to_notebooks(site: Path) -> None:
    markdown = "\n".join(sources(notebook(site, "student"), "markdown"))
    assert "## Cited here\n\n- " in markdown
    assert "A paper" in markdown
    assert "Not cited" not in markdown
    assert "](two.ipynb)" in markdown
    assert re.search(r"1\.1.*A line\.", markdown)
    assert "\n## After it" in markdown


# The deck ---------------------------------------------------------------------------------------


def test_the_deck_shows_what_the_chapter_gave(site: Path) -> None:
    deck = (site / "slides/deck.html").read_text()
    assert '<span class="number">1</span>' in deck
    assert "M0 1 4 0" in deck
    slides = re.findall(r'<section id="([^"]+)" data-minutes="([^"]+)">', deck)
    agenda = [slide for slide in slides if slide[1] == "0"]
    assert [name for name, _ in agenda] == [
        "slide-1-1-adding",
        "slide-1-2-moving",
    ]
    slides = [slide for slide in slides if slide not in agenda]
    assert slides == [
        ("a-deck", "2"), ("a-line", "1.5"), ("your-turn", "4"), ("the-answer", "1"),
        ("the-second-chapter", "1"),
    ]  # fmt: skip
    counts = re.findall(r'<span class="count">([^<]+)</span>', deck)
    assert counts[-1] == f"{len(slides) + 2} / {len(slides) + 2}"


def test_the_deck_can_be_carried_away(site: Path) -> None:
    deck = (site / "slides/deck.html").read_text()
    linked = re.findall(r'(?:src|href)="(assets/[^"]+)"', deck)
    assert {"assets/reveal.js", "assets/reveal.css", "assets/pygments.css"} <= set(linked)
    for name in (*linked, "assets/InterVariable.woff2", "assets/DejaVuSansMono.woff2"):
        assert (site / "slides" / name).stat().st_size > 0


# Published at an address ------------------------------------------------------------------------

ADDRESS = "https://example.org/b/"
REFERS = """
Of {eq}`eq-fall`, {numref}`tab-n` and the air[^air].

$$
x = g
$$ (eq-fall)

:::{table} Numbers
:name: tab-n

| n | m |
|---|---|
| 1 | 7 |
:::

[^air]: In air it falls slower.
"""


@pytest.fixture(scope="module")
def published(small: Small, site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the same book, whose settings say where it is published."""
    other = Small(tmp_path_factory.mktemp("published") / "book")
    shutil.copytree(small.root, other.root)
    config = yaml.safe_load((other.root / "_config.yml").read_text())
    config["html"]["baseurl"] = ADDRESS
    config["moved"] = {"book/old/first": "book/part1/one"}
    (other.root / "_config.yml").write_text(yaml.safe_dump(config))
    index = other.root / "book/index.md"
    index.write_text(index.read_text() + REFERS)
    other.good_build(JOBS="1", **HOSTING)
    return other.root / "_build/html"


def test_each_page_and_each_deck_says_where_it_is(published: Path) -> None:
    for name in ("book/index", "book/part1/index", "book/part1/one", "book/sources", "slides/deck"):
        text = (published / f"{name}.html").read_text()
        assert re.findall(r'<link rel="canonical" href="([^"]*)"', text) == [
            f"{ADDRESS}{name}.html"
        ]
        assert f'property="og:url" content="{ADDRESS}{name}.html"' in text
        (image,) = re.findall(r'property="og:image" content="([^"]*)"', text)
        assert image.startswith(ADDRESS)
        assert (published / image.removeprefix(ADDRESS)).is_file()
        assert 'name="twitter:card" content="summary_large_image"' in text
        for data in described(text):
            assert list(faults(data)) == []
    for name in ("index", "book/old/first"):
        assert f'rel="canonical" href="{ADDRESS}book/' in (published / f"{name}.html").read_text()


def test_the_site_lists_its_addresses_once_and_without_dates(published: Path) -> None:
    text = (published / "sitemap.xml").read_bytes()
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    root = lxml.etree.fromstring(text)
    assert root.tag == f"{space}urlset"
    assert [url.tag for url in root] == [f"{space}url"] * len(root)
    assert [url[0].text.removeprefix(ADDRESS) for url in root] == [
        "book/index.html", "book/part1/index.html", "book/part1/one.html", "book/part1/two.html",
        "book/sources.html", "slides/deck.html",
    ]  # fmt: skip
    assert all(len(url) == 1 for url in root), "an address, and nothing that a commit changes"
    robots = urllib.robotparser.RobotFileParser()
    robots.parse((published / "robots.txt").read_text().splitlines())
    assert robots.site_maps() == [f"{ADDRESS}sitemap.xml"]
    assert robots.can_fetch("anyone", f"{ADDRESS}book/index.html")


def test_what_answers_nothing_is_in_no_index(published: Path) -> None:
    for name in ("404", "search", "launching", "slides/deck-handout"):
        text = (published / f"{name}.html").read_text()
        assert '<meta name="robots" content="noindex">' in text
        assert "canonical" not in text


def test_references_to_formulas_tables_and_notes_have_previews(published: Path, browser) -> None:
    page = browser.new_page()
    page.goto((published / "book/index.html").as_uri())
    box = page.locator(".dp-preview")
    for target, inside in (("equation-", "math"), ("tab-n", "td"), ("air", "p")):
        link = page.locator(f"article p a[href^='#{target}']").first
        link.evaluate("link => link.focus({ focusVisible: true })")
        box.locator(inside).first.wait_for(state="attached")
        page.keyboard.press("Escape")
        assert not box.is_visible()
    page.close()


# In another language ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def german(small: Small, result: Result) -> Result:
    """The book with a part of it in German; the translation is a copy of no other book's."""
    command = ("gettext", "--language", "de")
    assert small.build(command=command, **HOSTING).code == 0
    assert translate(small.root / "book/locale/de") == GERMAN.keys()
    return small.good_build(BOOK_LANGUAGE="de", **HOSTING)


@pytest.fixture(scope="module")
def seite(small: Small, german: Result) -> str:
    return (small.root / "_build/translated/de/html/book/part1/one.html").read_text()


def test_a_translation_executes_nothing_and_says_how_much_it_is(german: Result) -> None:
    assert german.executed == {}
    said = r"^Translated into German: \d+ of \d+ paragraphs \(\d\d%\), 0 of \d pages"
    assert re.search(said, german.output, re.M)
    assert german.output.endswith("\nOpen _build/translated/de/html/index.html\n")
    assert german.errors == ""


def test_a_translation_leaves_the_book_in_english_as_it_is(small: Small, german: Result) -> None:
    assert "Nothing has changed since the last build" in small.good_build(**HOSTING).output
    again = small.good_build(BOOK_LANGUAGE="de", **HOSTING).output
    assert "Nothing has changed since the last build" in again


def test_what_is_translated_is_german_and_the_rest_says_that_it_is_english(seite: str) -> None:
    assert '<html lang="de"' in seite
    assert 'id="adding"' in seite, "links stay"
    assert "Addieren<a" in seite
    prose = seite.partition("<p>Es ist")[2].partition("</section>")[0]
    assert prose.startswith(' <span class="dp-number">1</span>, wie ')
    assert '<span class="std std-numref">Abbildung 1.1.1</span>' in prose
    assert "Übung 1.1a</span>" in prose
    assert "<summary>Warum?</summary>" in seite
    english = [e.text_content() for e in fromstring(seite).xpath("//body//*[@lang='en']")]
    assert {"Because.", "A sum commutes."} <= set(english)
    assert any("After it" in text for text in english)
    assert not any("Es ist" in text or "Eine Linie" in text for text in english)
    assert re.search(r"Übersetzt: \d+ von \d+ Absätzen", seite)


def test_figures_exercises_and_predictions_are_translated(small: Small, seite: str) -> None:
    assert 'aria-label="Eine Linie, die von links unten nach rechts oben steigt."' in seite
    assert '<span class="caption-text">Eine Linie.</span>' in seite
    assert "Übung 1.1a: Addition von Zahlen" in seite
    assert "etwa 4 Minuten" in seite
    assert "<summary>Lösung</summary>" in seite
    assert "<legend>\nIst <em>eins</em> und eins mehr als" in seite
    assert '<legend lang="en">\nHow many are there?' in seite
    assert '<span lang="en">No.</span>' in seite
    assert "<summary>Die Antwort zeigen</summary>" in seite
    assert 'content="Ein Kapitel über das Addieren."' in seite
    part = small.root / "_build/translated/de/html/book/part1/index.html"
    assert "was addiert wird, in " in part.read_text()


def test_decks_and_scripts_are_translated(small: Small, german: Result) -> None:
    site = small.root / "_build/translated/de/html"
    deck = (site / "slides/deck.html").read_text()
    assert '<html lang="de"' in deck
    assert "<h1>Ein Foliensatz</h1>" in deck
    assert "Gefunden wurde <span" in deck
    assert "Übung 1.1a</a> Schreibe <code>add</code>" in deck
    assert "</strong> die Prüfung ✓ sagt.</p>" in deck
    assert "der nächste Schritt oder die nächste Folie" in deck
    script = (site / "_static/run.js").read_text()
    assert 'button(cell, "Ausführen", "run")' in script
    assert '"Code von " + cell.name' in script
    for text in (script, (small.root / "_build/html/_static/run.js").read_text()):
        assert "/*_*/" not in text


def test_a_language_without_a_translation_is_named(small: Small, result: Result) -> None:
    failed = small.build(command=("build", "--language", "fr"), BOOK_LANGUAGE="")
    assert failed.code == 1
    assert "`make gettext BOOK_LANGUAGE=fr` begins one" in failed.errors
    assert small.build(command=("build", "--language", "French")).code == 2


def test_the_locale_of_the_system_changes_nothing(
    small: Small, result: Result, tmp_path: Path
) -> None:
    ignored = shutil.ignore_patterns("_build", "locale")
    for name in ("C", "de_DE.UTF-8"):
        other = Small(tmp_path / name)
        shutil.copytree(small.root, other.root, ignore=ignored)
        other.good_build(LC_ALL=name, LANG=name, LANGUAGE="de", **HOSTING)
        assert other.outputs == small.outputs, name
