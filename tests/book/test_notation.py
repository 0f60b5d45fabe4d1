"""One letter, one meaning: chapters introduce each letter of their formulas.

The front matter of the chapters has the notation, and the page `book/notation.md` lists it.
"""

import pytest

from press.book import Book
from press.chapter import Chapter, read_all
from press.notation import clashes, strangers, symbols

from ..conftest import ROOT


@pytest.fixture(scope="module")
def chapters() -> list[Chapter]:
    return read_all(Book(ROOT))


def test_each_letter_in_a_formula_is_introduced(chapters):
    if not any(map(symbols, chapters)):
        pytest.skip("no chapter has a notation yet")
    assert list(strangers(chapters)) == []


def test_no_symbol_has_two_meanings(chapters):
    assert list(clashes(chapters)) == []
