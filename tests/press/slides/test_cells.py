"""Cells of a chapter on a slide, with what they gave."""

import json
import re
from html import unescape

import pytest

from diffprog.show import FIGURE
from press.book import PressError
from press.output_kinds import CELL
from press.slides.deck import read
from press.slides.deck_rules import check
from press.slides.html_page import page
from press.store import Store

from .conftest import SVG, edition, entry
from .test_making import slide

CAUGHT = "try:\n    v -= 0.1 * v.grad\nexcept RuntimeError as error:\n    print(error)"


def text(words):
    return {"output_type": "stream", "name": "stdout", "text": words}


def value(words):
    return {"output_type": "execute_result", "data": {"text/plain": words}}


@pytest.fixture
def cells(book):
    """Write named cells into the store: `cells(name, code, *outputs)`; fig-line is theirs."""

    def write(name, code, *outputs):
        data = {"code": code, "outputs": list(outputs)}
        found = entry(name, "cell", {CELL.mime: data})
        Store(book.root / "_build/outputs", [found]).write(partial=True)

    return write


@pytest.fixture
def made(book, deck):
    """`made(directive)`: the HTML of a deck with it."""
    return lambda given: page(read(edition(book), deck(slide(given))))


def said(html):
    return re.findall(r'<pre class="said (\w+)"><samp>(.*?)</samp>', html, re.S)


def test_code_is_beside_what_it_printed_and_gave(cells, made):
    cells("cell-a", "print(1)\nv", text("1\n"), value("tensor(2.)"))
    html = made(":::{cell} cell-a\n:::")
    assert 'class="cells beside" style="--size:32px"' in html
    assert said(html) == [("plain", "1\ntensor(2.)")]
    assert '<div class="gave fragment">' in html, "the output is a step"


def test_code_says_which_lines_of_which_cell_it_is(cells, made):
    """For `make present`: the cell, its first line, and the line after the last one."""
    cells("cell-a", "a = 1\nprint(a)\nprint(2)", text("1\n2\n"))
    assert 'data-cell="book/part1/one 0 0 3"' in made(":::{cell} cell-a\n:::")
    assert 'data-cell="book/part1/one 0 1 2"' in made(":::{cell} cell-a\n:lines: print(a)\n:::")


@pytest.mark.parametrize(
    ("code", "around"),
    [
        ("if 1:\n    a = 2\n    print(a)\nb", ["if 1:\n    a = 2\n    ", "\nb"]),
        ("from diffprog import figures\nprint(a)\nfigures.figure()", None),
    ],
)
def test_the_code_around_lines_is_there_if_a_page_runs_the_cell(cells, made, book, code, around):
    (book.root / "book/part1/one.md").write_text(f"```{{code-cell}} python3\n{code}\n```\n")
    cells("cell-a", code, text("2\n"))
    found = re.findall(r'data-around="(.*?)"', made(":::{cell} cell-a\n:lines: print(a)\n:::"))
    assert [json.loads(unescape(one)) for one in found] == ([around] if around else [])


def test_wide_code_has_its_output_below(cells, made):
    cells("cell-a", f"x = {'1 + ' * 16}1\nx", value("a value, 17"))
    assert 'class="cells below"' in made(":::{cell} cell-a\n:::")


def test_each_cell_after_the_first_is_a_step(cells, made):
    cells("cell-a", "x = 1\nx", value("1"))
    cells("cell-b", "x < 2", value("True"))
    html = made(":::{cell} cell-a\n:::\n\n:::{cell} cell-b\n:::")
    assert html.count('<pre class="listing"') == 1
    assert html.count('<pre class="listing fragment"') == 1
    assert [words for _, words in said(html)] == ["1", "True"]


def test_lines_are_chosen_and_light_up(cells, made):
    cells("cell-a", "a = 1\nb = 2\nc = a < b\nc", value("True"))
    html = made(":::{cell} cell-a\n:lines: b = … c\nb =\nc =\n:::")
    assert "a</span>" not in html.split("said")[0].split("cells")[1].split("b</span>")[0]
    assert re.findall(r'data-first="(\d)" data-last="(\d)"', html) == [("0", "0"), ("1", "1")]


def test_a_term_of_the_formula_belongs_to_a_step(cells, book, deck):
    cells("cell-a", "loss = f(v)\nloss.backward()\nv.grad", value("tensor(2.)"))
    given = "$$ \\lit{2}{\\nabla \\lit{1}{f}} $$\n\n:::{cell} cell-a\nloss =\nbackward\n:::"
    with_figure = slide(":::{show} fig-line\n:::", title="Another")
    found = read(edition(book), deck(slide(given) + with_figure))
    check(edition(book), found)
    assert re.findall(r'data-step="(\d)"', found.slides[1].text) == ["2", "1"]
    fewer = deck(slide(given.replace("\nbackward", "")) + with_figure)
    message = r"deck.md:15: \lit{2} is no step of this slide, which has 1 through its code"
    with pytest.raises(PressError, match=re.escape(message)):
        check(edition(book), read(edition(book), fewer))


def test_below_a_formula_there_is_less_room(cells, made):
    cells("cell-a", "\n".join(f"x{i} = {i}" for i in range(9)), value("1"))
    made_with = [made(f"{above}:::{{cell}} cell-a\n:::") for above in ("", "$$ x $$\n\n")]
    assert [re.findall(r"--size:(\d+)px", html) for html in made_with] == [["32"], ["26"]]


def test_an_error_that_the_chapter_catches_is_an_error_on_the_slide(cells, made):
    cells("cell-a", CAUGHT, text("a leaf Variable <that> requires grad\n"))
    html = made(":::{cell} cell-a\n:lines: v -=\n:::")
    assert said(html) == [("error", "RuntimeError: a leaf Variable &lt;that&gt; requires grad")]
    assert "except" not in html
    whole = made(":::{cell} cell-a\n:::")
    assert said(whole) == [("plain", "a leaf Variable &lt;that&gt; requires grad")]


def test_a_long_message_is_wrapped(cells, made):
    cells("cell-a", "print(words)", text("word " * 30))
    ((_, words),) = said(made(":::{cell} cell-a\n:::"))
    assert max(len(line) for line in words.splitlines()) <= 72
    assert words.split() == ["word"] * 30
    cells("cell-b", "print(words)", text("   " + "word " * 30))
    ((_, words),) = said(made(":::{cell} cell-b\n:::"))
    assert re.findall("^ *", words, re.M) == [3 * " ", 5 * " ", 5 * " "]


def test_a_figure_is_drawn_beside_its_cell(cells, made):
    display = {"output_type": "display_data", "data": {FIGURE: {"svg": SVG}}}
    cells("cell-a", "draw()", display)
    html = made(":::{cell} cell-a\n:::")
    assert "--width:770px;--fig-text:1.000" in html, "beside short code it is wide"
    assert 'aria-label="A line."' in html
    assert 'href="../book/part1/one.html#fig-line"' in html, "it counts as the figure's slide"
    cells("cell-a", f"draw({'1 + ' * 6}1)", display)
    html = made(":::{cell} cell-a\n:::")
    assert "--width:520px;--fig-text:1.474" in html  # 21.9 px of 10 px * 520 / 350
    with pytest.raises(PressError, match="fig-line is already on the slide of line"):
        made(":::{show} fig-line\n:::\n\n:::{cell} cell-a\n:::")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("{cell} n-steps", "'n-steps' is of the kind number, not cell"),
        ("{cell} cell-none", "nothing in the book is called 'cell-none'"),
        ("{cell} cell-a\n:line: 1", "{cell} has the option :lines:, not :line:"),
        ("{cell} cell-a\n:lines: zzz", "no line of this code contains 'zzz'"),
        ("{cell} cell-a\nzzz", "no line of this code contains 'zzz'"),
        ("{cell} cell-silent", "gives nothing that a slide can show"),
        ("{cell} cell-long", "does not fit a slide at 24 px: choose fewer lines by `:lines:`"),
    ],
)
def test_what_cannot_be_shown_stops_the_build(cells, made, given, message):
    cells("cell-a", "x", value("1"))
    cells("cell-b", "x", value("1"))
    cells("cell-silent", "x = 1")
    cells("cell-long", "\n".join(f"x{i} = {i}" for i in range(20)), value("1"))
    with pytest.raises(PressError, match=re.escape(message)):
        made(f":::{given}\n:::")
