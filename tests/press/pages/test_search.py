"""What the search knows of a page."""

import pytest

from press import katex
from press.pages.search import sections

FORMULA = katex.render(r"s/\sqrt b", False)
PAGE = f"""<html><body><nav>Contents</nav><article class="bd-article"><div id="top">
<h1><span class="section-number">1.1. </span>Cuts<a class="headerlink" href="#top">#</a></h1>
<nav class="dp-launch"><ul><li>Colab</li></ul></nav>
<p>Keep <em>what</em> lies above <span class="math">{FORMULA}</span>, or
use <code class="docutils">zero_grad</code>.</p>
<ul><li><p>One</p></li><li><p>Two</p></li></ul>
<section id="sub"><h2>Be<code>low</code><a class="headerlink" href="#sub">#</a></h2>
<div class="cell"><div class="cell_input"><div class="highlight"><pre>x = fit(data)
y = fit(data)
</pre></div></div><div class="cell_output"><pre>printed</pre></div></div>
<div class="cell"><div class="cell_output"><figure id="fig-a"><div class="dp-figure">
<svg><text>axis</text></svg></div><figcaption><p>
<span class="caption-number">Figure 1 </span>The caption.</p></figcaption>
</figure></div></div>
<div class="admonition dp-exercise" id="ex-cut"><p class="admonition-title">Exercise 1.1a: Cut</p>
<p class="dp-about">5 minutes</p><p>Write it.</p><details class="dropdown"><summary>Hint</summary>
<p>hidden</p></details></div>
<details class="dp-fold dp-solution"><summary>Solution</summary><p>solved</p></details>
<p>Last.</p></section></div></article></body></html>"""


@pytest.fixture(scope="module")
def places():
    return {one.id: one for one in sections("book/a", PAGE)}


def test_sections_and_exercises_are_places(places):
    titles = {name: one.title for name, one in places.items()}
    assert titles == {"": "Cuts", "sub": "Below", "ex-cut": "Exercise 1.1a: Cut"}


def test_text_runs_and_has_formulas_once(places):
    assert places[""].prose == "Keep what lies above s/√b, or use zero_grad. One Two"
    assert places[""].named == ["s/√b", "zero_grad"]
    assert places[""].stressed == ["what"]


def test_boxes_and_folds_say_nothing(places):
    assert places["sub"].prose == "The caption. Last."
    assert places["ex-cut"].prose == "Write it."


def test_of_code_only_lines_with_new_names_are_kept(places):
    assert places["sub"].new_code == "x = fit(data)"


def test_words_of_a_glossary_are_places():
    html = (
        '<article class="bd-article"><div id="glossary"><h1>Glossary</h1><dl class="glossary">'
        '<dt id="term-cut">cut</dt><dd><p>An edge.</p></dd></dl></div></article>'
    )
    found = sections("book/glossary", html)
    assert [(one.id, one.title, one.prose) for one in found[1:]] == [
        ("term-cut", "cut", "An edge.")
    ]


def test_a_page_without_an_article_has_no_places():
    assert sections("search", "<html><body><p>Search</p></body></html>") == []
