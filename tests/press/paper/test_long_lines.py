"""Where a line of code is broken, and that nothing of it is lost."""

import lxml.html
import pytest

from press.paper.long_lines import break_lines

LONG = "value = first + " + "second" * 12 + " + third"


def broken(html, width=80):
    listing = lxml.html.fragment_fromstring(f"<pre>{html}</pre>")
    text = listing.text_content()
    break_lines(listing, width)
    assert listing.text_content() == text
    for mark in listing.find_class("dp-wrap"):
        mark.text = "|"
    return lxml.html.tostring(listing, encoding="unicode"), listing.text_content()


def test_a_line_that_fits_stays_as_it_is():
    line = f'{"x" * 40}<span class="k">{"y" * 40}</span>\n\n{"z" * 80}\n'
    assert broken(line) == (f"<pre>{line}</pre>", lxml.html.fromstring(line).text_content())


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("one two three", "one two |three"),
        ("onetwothreefour", "onetwothre|efour"),
        ("x" * 20, "x" * 10 + "|" + "x" * 8 + "|xx"),
        ("a b c d e f g h", "a b c d e |f g h"),
    ],
)
def test_a_line_is_broken_after_a_word_or_else_where_it_is_full(line, shown, monkeypatch):
    monkeypatch.setattr("press.paper.long_lines.EARLIEST", 5)
    assert broken(line, 10)[1] == shown


def test_marks_stand_between_and_inside_of_words_with_a_colour():
    html = 'ab<span class="k">cd</span>\n<span class="s">e<b>fgh</b>ijk</span>lm'
    assert broken(html, 4)[1] == "abcd\nefgh|ij|kl|m"
    assert '<b>fgh</b><span class="dp-wrap">' in broken(html, 4)[0]
