"""Code that readers see fits a phone turned sideways, half a screen, and a slide."""

import pytest

from press.book import Book, Page
from press.chapter import Chapter

from ..conftest import ROOT

WIDTH = 76
BOOK = Book(ROOT)
LIBRARY = sorted(
    path.relative_to(ROOT)
    for path in (ROOT / "code/diffprog").rglob("*.py")
    if not {"exercises", "grade"} & set(path.parts)  # which no page shows
)


def too_long(code: str) -> list[str]:
    return [line for line in code.splitlines() if len(line) > WIDTH]


@pytest.mark.parametrize("path", LIBRARY, ids=str)
def test_no_line_of_the_library_is_too_long(path):
    assert too_long((ROOT / path).read_text()) == []


@pytest.mark.parametrize("page", BOOK.pages, ids=lambda page: page.name)
def test_no_line_of_a_cell_is_too_long(page: Page):
    for cell in Chapter.read(BOOK, page).notebook.cells:
        if cell.cell_type == "code":
            assert too_long(cell.source) == []
