"""Each entry of the glossary serves a reader, and chapters link to it once, in running prose.

That each `{term}` has its entry is not asked here: without one, Sphinx warns, and the build stops.
"""

import re

import pytest

from press.book import Book, Page
from press.chapter import Chapter

from ..conftest import ROOT

BOOK = Book(ROOT)
CHAPTERS = [page for page in BOOK.pages if re.match(r"part\d+/(?!index)", page.name)]
TERM = re.compile(r"\{term\}`(?:([^`<]*?)\s*<([^`>]+)>|([^`]+))`")
LINK = re.compile(r"\]\(([\w/]+)\.md[^)]*\)")
OTHER = {
    "convolution": "convolve",
    "early stopping": "stop early",
    "identifiable": "identify",
    "vmap": "`vmap",
    "Δχ²": r"\Delta\chi^2",
}
"""Entries that a chapter has in another form."""


def entries(glossary: str) -> dict[str, str]:
    """The words of the glossary, each with its explanation."""
    body = glossary.partition(":sorted:\n\n")[2].rpartition("\n:::")[0]
    parts = (part.partition("\n") for part in re.split(r"\n\n(?=\S)", body))
    return {word: " ".join(rest.split()) for word, _, rest in parts}


def linked(text: str) -> list[str]:
    """The entries to which a text links, in its order."""
    return [(other or same).strip() for _, other, same in TERM.findall(text)]


def has(text: str, word: str) -> bool:
    """Say whether a text has a word, also with another ending: `factorises`, `singular values`."""
    parts = OTHER.get(word, word).replace(",", "").split()
    stems = (re.escape(part[: max(4, len(part) - 2)]) for part in parts)
    return bool(re.search(r"(?<!\w)" + r"\w*,?\s+".join(stems), text, re.IGNORECASE))


def prose(page: Page) -> str:
    """The words of a page outside of its cells."""
    cells = Chapter.read(BOOK, page).notebook.cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def running(text: str) -> str:
    """The paragraphs of a page, without its headings, boxes, exercises and predictions."""
    text = re.sub(r"^(:{3,}|`{3,})\{.*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)
    return "\n".join(line for line in text.split("\n") if not line.startswith("#"))


PROSE = {page.name: prose(page) for page in BOOK.pages}
ENTRIES = entries((ROOT / "book/glossary.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("word", ENTRIES)
def test_an_entry_leads_to_where_its_word_is_taught(word):
    pages = LINK.findall(ENTRIES[word])
    assert pages
    for page in pages:
        assert has(PROSE[page], word), page


@pytest.mark.parametrize("page", CHAPTERS, ids=lambda page: page.name)
def test_a_chapter_links_a_word_once_and_in_running_prose(page):
    words = linked(PROSE[page.name])
    assert sorted(words) == sorted(set(words))
    assert words == linked(running(PROSE[page.name]))


def test_most_chapters_link_to_the_glossary():
    """All but the first, before which nothing is taught."""
    assert [page.name for page in CHAPTERS if not linked(PROSE[page.name])] == ["part1/simulator"]


def test_the_search_finds_what_is_wrong():
    assert entries("x\n:sorted:\n\na\n  One\n  two.\n\nb c\n  Three.\n:::\n") == {
        "a": "One two.", "b c": "Three.",
    }  # fmt: skip
    assert linked("{term}`leaf`, {term}`leaves <leaf>`") == ["leaf", "leaf"]
    assert has("All **singular\nvalues** are positive.", "singular value")
    assert has("The problem factorises.", "factorise")
    assert not has("A single value.", "singular value")
    assert not has("A sunrise.", "run")
    assert has("We discretise, then\noptimise.", "discretise, then optimise")
    assert running("# A {term}`a`\n\n:::{note}\n{term}`b`\n:::\n\n{term}`c`\n").split() == [
        "{term}`c`"
    ]
