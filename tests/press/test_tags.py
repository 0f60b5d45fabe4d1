"""One tag without brackets."""

import pytest

from press.chapter import Chapter
from press.tags import listed

CELL = "```{{code-cell}} ipython3\n{}\n\nx = 1\n```\n"


@pytest.mark.parametrize(
    "options",
    [
        ":tags: remove-input",
        ':name: a\n:tags: "remove-input"',
        "---\ntags: remove-input\nmystnb: {}\n---",
        ":tags: [remove-input]",
    ],
)
def test_one_tag_needs_no_brackets(book, options):
    page = book.page("part1/one")
    page.path.write_text(f"# One\n\n{CELL.format(options)}")
    _, cell = Chapter.read(book, page).notebook.cells
    assert cell.metadata.tags == ["remove-input"]


@pytest.mark.parametrize(
    "text",
    [
        f"````\n{CELL.format(':tags: remove-input')}````\n",
        CELL.format(":name: a\n\n:tags: remove-input"),
        "---\ntags: prose\n---\n\n# Title\n",
    ],
)
def test_nothing_else_is_changed(text):
    assert listed(text) == text
