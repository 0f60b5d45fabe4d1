"""The style sheet of the decks states the measures of a slide, and Python reads them there."""

import re

import pytest

from press.book import PressError
from press.slides import measures
from press.slides.deck import read
from press.slides.deck_rules import check

from .conftest import edition
from .test_making import LINE, html, slide

CODE = ":::{source} lib.add\n:::"


@pytest.fixture
def restyle(tmp_path, monkeypatch):
    """Change a measure in a copy of the style sheet."""

    def change(name: str, value: str) -> None:
        text = measures.STYLE.read_text()
        changed = re.sub(rf"--{name}: [^;]+;", f"--{name}: {value};", text, count=1)
        assert changed != text
        monkeypatch.setattr(measures, "STYLE", tmp_path / "deck.css")
        measures.STYLE.write_text(changed)

    return change


def width(made: str) -> int:
    found = re.search(r"--width:(\d+)px", made)
    assert found is not None
    return int(found[1])


@pytest.mark.parametrize(
    ("text", "changed", "value", "before", "after"),
    [
        (slide(CODE), "code-largest", "25px", "--size:28px", "--size:25px"),
        (slide(CODE), "code-height", "103px", "--size:28px", "--size:25px"),
        (slide(CODE), "slide-width", "428px", "--size:28px", "--size:26px"),
        (slide(LINE), "figure-scale", "2", "--width:770px", "--width:700px"),
        (slide(LINE), "figure-ratio", "1", 'class="slide beside', 'class="slide across'),
        (slide(LINE), "slide-top", "152px", "--width:770px", "--width:703px"),
        (slide(LINE), "heading-size", "100px", "--width:770px", "--width:760px"),
    ],
)
def test_another_measure_is_another_slide(book, deck, restyle, text, changed, value, before, after):
    path = deck(text)
    assert before in html(book, path)
    restyle(changed, value)
    assert after in html(book, path)


def test_text_of_figures_is_as_large_as_the_style_sheet_says(book, deck, restyle):
    path = deck(slide(LINE))
    check(edition(book), read(edition(book), path))
    restyle("figure-text", "28px")
    with pytest.raises(PressError, match=r"fig-line is 22\.0 px on a slide: draw it in 28 px"):
        check(edition(book), read(edition(book), path))


def test_a_measure_that_is_not_stated_stops_the_build(restyle):
    assert measures.measure("slide-width") == 1280
    restyle("slide-width", "80em")
    with pytest.raises(PressError, match=r"deck\.css: state --slide-width in :root"):
        measures.measure("slide-width")


def test_the_style_sheet_uses_every_length_that_python_reads():
    """Otherwise a slide would be laid out by one number and measured by another."""
    text = measures.STYLE.read_text()
    drawn = ("slide", "row", "column", "heading-size", "heading-lea", "button", "code-lea",
             "code-edge", "code-side", "title-height")  # fmt: skip
    stated = re.findall(r"^  --([\w-]+): *[\d.]+", text, re.M)
    for name in (name for name in stated if name.startswith(drawn)):
        assert f"var(--{name})" in text, name
