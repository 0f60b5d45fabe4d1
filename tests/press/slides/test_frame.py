"""What a deck gets of itself: an agenda at each chapter, references, a picture that is recalled."""

import re

import pytest

from press.book import Book, PressError
from press.slides.deck import read
from press.slides.deck_rules import check
from press.slides.html_page import handout, page
from press.slides.plan import planned

from ..conftest import TOC
from .conftest import HEAD, edition
from .test_making import LINE, NOTES, slide

BIB = """\
@book{cowan, author = {Cowan, Glen}, title = {Statistical {Data} Analysis}, year = 1998}
@misc{many, author = {van der Aa, X. and B, Y. and C, Z.}, title = {On {B}ayes}, year = 2001}
"""
GOALS = "```{admonition} You will learn\n:class: dp-goals\n- to *add*;\n```\n"


@pytest.fixture
def parted(book):
    """The book with a part, 1, of two chapters, 1.1 and 1.2, and a bibliography."""
    (book.root / "_toc.yml").write_text(TOC)
    (book.root / "book/part1/index.md").write_text("# Part\n")
    (book.root / "book/part1/one.md").write_text(f"# One & only\n\n{GOALS}")
    (book.root / "book/part1/two.md").write_text("# Two\n")
    (book.root / "book/end.md").write_text("# End\n")
    (book.root / "_config.yml").write_text("title: A\nbibtex_bibfiles: [book/a.bib]\n")
    (book.root / "book/a.bib").write_text(BIB)
    return Book(book.root)


def told(chapter, title, optional=""):
    notes = f":chapter: part1/{chapter}\n{optional}{NOTES}"
    return slide("Words.", notes, title=title)


def deck_of(parted, deck, text, head=HEAD):
    path = deck(text, head)
    path.write_text(path.read_text().replace(":chapter: part1/one\n", ":chapter: part1/index\n", 1))
    return read(edition(parted), path)


def headings(deck):
    return [slide.heading for slide in deck.slides]


def test_the_agenda_comes_at_each_chapter_with_the_place_marked(parted, deck):
    text = told("one", "A") + told("one", "B") + told("two", "C") + told("one", "D")
    made = deck_of(parted, deck, text)
    one, two = "1.1 One &amp; only", "1.2 Two"
    assert headings(made) == ["A deck", one, "A", "B", two, "C", one, "D"]
    marked = [
        re.findall("<li(.*?)>(.*?)</li>", slide.text)
        for slide in made.slides
        if not slide.notes.count("word")
    ]
    here, other = ' class="here" aria-current="step"', ""
    assert marked[:2] == [[(here, one), (other, two)], [(other, one), (here, two)]]
    assert "<li>to <em>add</em></li>" in made.slides[1].notes
    assert made.minutes == 10, "an agenda takes no time"


def test_chapters_of_which_a_plan_keeps_nothing_have_no_agenda(parted, deck):
    text = told("one", "A", ":optional: 1\n") + told("two", "B")
    made = deck_of(parted, deck, text)
    assert headings(planned(made, 4)) == ["A deck", "1.2 Two", "B"]
    assert headings(planned(made, 6)) == headings(made)


def test_a_handout_needs_no_agenda(parted, deck):
    made = deck_of(parted, deck, told("one", "A"))
    assert "aria-current" in page(made)
    assert "aria-current" not in handout(made)


def test_a_deck_of_the_whole_book_has_no_agenda(parted, deck):
    made = deck_of(parted, deck, told("one", "A"), HEAD.replace("part: part1\n", ""))
    assert headings(made) == ["A deck", "A"]


def test_references_are_the_last_slide(parted, deck):
    head = HEAD.replace("part: part1\n", "references: [cowan, many]\n")
    made = deck_of(parted, deck, told("one", "A"), head)
    check(edition(parted), made)
    assert made.slides[-1].heading == "References"
    assert re.findall("<li>(.*?)</li>", made.slides[-1].text) == [
        "Cowan, 1998: <em>Statistical Data Analysis</em>",
        "van der Aa and others, 2001: <em>On Bayes</em>",
    ]
    with pytest.raises(PressError, match=r"deck\.md:1: `references:` has 'none', which no biblio"):
        deck_of(parted, deck, told("one", "A"), head.replace("many", "none"))


def test_a_bibliography_that_cannot_be_read_is_named(parted, deck):
    (parted.root / "book/a.bib").write_text("@book{cowan, title = {")
    head = HEAD.replace("part: part1\n", "references: [cowan]\n")
    with pytest.raises(PressError, match=r"a\.bib: "):
        deck_of(parted, deck, told("one", "A"), head)


def test_a_figure_is_recalled_as_a_picture_that_stands_still(book, deck, frames):
    shown = slide(":::{show} fig-ball\n:::\n", title="First")
    recalled = slide(":::{recall} fig-ball\n:::\n\nWords.", title="Last")
    made = read(edition(book), deck(shown + recalled))
    first, last = (made.slides[n].shown for n in (1, 2))
    assert "dp-controls" in first
    assert "dp-controls" not in last
    assert made.slides[2].layout == "beside"
    with pytest.raises(PressError, match="fig-line is already on the slide of line"):
        read(edition(book), deck(slide(LINE) + slide(LINE, title="Again")))
