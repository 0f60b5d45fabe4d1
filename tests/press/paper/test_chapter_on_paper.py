"""What becomes of the parts of a page on paper."""

from pathlib import Path

import lxml.html
import pytest

from press.book import Page
from press.paper.chapter_on_paper import read

PAGE = Page("book/part1/one", Path("one.md"), "1.1")
KNOWN = {page.docname: page for page in (PAGE, Page("book/two", Path("two.md"), ""))}
FRAMES = """
<figure id="fig-a"><div class="dp-frames" id="fig-a:frames"><svg role="img" aria-label="A ball.">
<path clip-path="url(#fig-a:0)"/></svg><div class="dp-controls"><label><span>time</span>
<input aria-valuetext="1.8 s"></label><button>Play</button></div></div>
<figcaption><p>Caption</p></figcaption></figure>"""
EXERCISE = """
<div class="dp-exercise admonition" id="ex-a"><p class="admonition-title">Exercise 1.1a: Add</p>
<details class="dp-fold"><summary>Hint</summary>
<p>The hint.</p></details></div>
<details class="dp-fold dp-solution"><summary>Solution</summary><p>The answer.</p></details>
<p>Then.</p>"""


def chapter(body, address=""):
    html = f'<article><div id="one"><h1>1.1. One</h1>{body}</div></article>'
    return read(PAGE, html, KNOWN, address)


def shown(body, address=""):
    return lxml.html.tostring(chapter(body, address).content, encoding="unicode")


def test_titles_are_those_of_a_chapter_in_a_part():
    found = chapter('<section id="s"><h2>First<a class="headerlink" href="#s">#</a></h2></section>')
    assert (found.title, found.level, found.name) == ("1.1. One", 2, "part1.one")
    assert [(h.tag, h.text_content(), h.get("id")) for h in found.sections] == [
        ("h3", "First", "part1.one--s")
    ]
    assert found.heading.get("id") == "part1.one--one"


@pytest.mark.parametrize(
    ("to", "address", "there"),
    [
        ("#s", "", "#part1.one--s"),
        ("../two.html", "", "#two"),
        ("../two.html#s", "https://a.org/", "#two--s"),
        ("https://b.org/c", "", "https://b.org/c"),
        ("../../slides/part1.html#x", "https://a.org/", "https://a.org/slides/part1.html#x"),
        ("../../slides/part1.html", "", None),
    ],
)
def test_a_link_leads_into_the_book_or_to_an_address_or_is_none(to, address, there):
    (paragraph,) = chapter(f'<p><a href="{to}">words</a></p>', address).content.iter("p")
    assert paragraph.text_content() == "words"
    assert [link.get("href") for link in paragraph.iter("a")] == [there] * (there is not None)


def test_a_figure_that_moves_says_so():
    html = shown(FRAMES)
    assert "Shown at time 1.8 s. The figure moves on the site, in chapter 1.1." in html
    assert 'clip-path="url(#part1.one--fig-a:0)"' in html
    assert "Play" not in html
    assert "<figure" not in html
    assert 'href="https://a.org/book/part1/one.html#fig-a"' in shown(FRAMES, "https://a.org/")


def test_a_solution_leaves_a_line_and_a_hint_stays():
    found = chapter(EXERCISE)
    text = " ".join(found.content.text_content().split())
    assert text == "1.1. One Exercise 1.1a: Add Hint The hint. Solution: page 000 Then."
    (solution,) = found.solutions
    assert solution.title == "Exercise 1.1a: Add"
    assert solution.exercise == "part1.one--ex-a"
    assert [part.text_content() for part in solution.content] == ["The answer."]
    (link,) = found.content.iter("a")
    assert link.get("href") == "#part1.one--ex-a--solution"


def test_a_formula_says_its_latex():
    html = shown(
        '<span class="katex"><span class="katex-mathml"><math><semantics><mi>x</mi>'
        '<annotation encoding="application/x-tex">x_0</annotation></semantics></math></span>'
        '<span class="katex-html" aria-hidden="true">x</span></span>'
    )
    assert '<span class="katex" role="img" aria-label="x_0"><span class="katex-html">x<' in html
