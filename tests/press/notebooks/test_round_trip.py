"""Every exercise, from its chapter to the notebooks and back."""

import itertools
import json
import re

import nbformat
import pytest
from nbformat import NotebookNode

from diffprog.show import EXERCISE, SOURCE
from press.book import Book
from press.chapter import Chapter
from press.notebooks import KINDS
from press.notebooks.names_in_cells import EVERYTHING, given, taken
from press.repository import find
from press.store import Entry

from ...conftest import ROOT
from .conftest import said

pytestmark = [pytest.mark.site, pytest.mark.slow]

BOOK = Book(ROOT)
PAGES = [p.name for p in BOOK.pages if "{bibliography}" not in p.path.read_text()]
CHAPTERS = [p.name for p in BOOK.pages if "{code-cell}" in p.path.read_text()]
# Found without the press, which could overlook one, and so leave its solution in the notebook.
EXERCISES = {
    name: page.name
    for page in BOOK.pages
    for name in re.findall(r"^:exercise: *(\S+)", page.path.read_text(), re.M)
}
MARKED = re.compile(
    r"^ *### INSTEAD OF\n(?: *#.*\n)*?(?= *### END)|^ *### (?:BEGIN|END) SOLUTION\n", re.M
)
LEFT_OVER = re.compile(
    r"^\s*(?::{3,}|`{3,})\{|(?<!`)(?<!`` )\{(?:[a-z:]+\}`|number|cite|numref|ref|doc)"
    r"|^:\w+: |\]\([^)]*\.md\b",
    re.M,
)


def exercise_cell(notebook: NotebookNode, entry: Entry) -> NotebookNode:
    """Return the code cell after the exercise's heading; a hidden cell may be in between."""
    heading = f"# Exercise {entry.number}: {entry.data[EXERCISE]['title']}\n"
    place = next(i for i, cell in enumerate(notebook.cells) if heading in cell.source)
    return next(
        cell
        for cell in notebook.cells[place:]
        if cell.cell_type == "code" and "jupyter" not in cell.metadata
    )


@pytest.mark.parametrize("kind", ["student", "solved"])
@pytest.mark.parametrize("name", PAGES)
def test_a_notebook_is_valid_and_plain(notebooks, kind, name):
    notebook = notebooks[kind][name]
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    prefix = name.replace("/", "-")
    assert [c.id for c in notebook.cells] == [
        f"{prefix}-{i:03d}" for i in range(len(notebook.cells))
    ]
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            assert not LEFT_OVER.search(cell.source), cell.source
        assert "show.number(" not in cell.source
        for output in cell.get("outputs", []):
            assert "vnd.diffprog" not in json.dumps(output)


@pytest.mark.parametrize("kind", ["student", "solved"])
@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(build, notebooks, kind, name):
    folder = (build.html / "notebooks" / kind / name).parent
    for cell in notebooks[kind][name].cells:
        if cell.cell_type == "markdown":
            for target in re.findall(r"\]\(([^)\s]+)\)", cell.source):
                assert target.startswith("http") or (folder / target).exists(), target


@pytest.mark.parametrize("name", PAGES)
def test_a_student_notebook_has_no_output_and_nothing_of_a_solution(notebooks, name):
    for cell in notebooks["student"][name].cells:
        assert "SOLUTION" not in cell.source
        assert set(cell.metadata) <= {"jupyter", "tags"}
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


def test_both_kinds_have_the_same_cells_but_for_exercises(notebooks):
    for name in PAGES:
        student, solved = (notebooks[kind][name].cells for kind in ("student", "solved"))
        assert [(c.id, c.cell_type) for c in student] == [(c.id, c.cell_type) for c in solved]
        for one, other in zip(student, solved, strict=True):
            if one.cell_type == "code" and "exercise" not in one.metadata.get("tags", []):
                assert one.source == other.source


@pytest.mark.parametrize("name", CHAPTERS)
def test_no_other_cell_needs_what_a_student_has_to_write(notebooks, name):
    asked: set[str] = set()
    there: set[str] = set()
    for ours, theirs in zip(*(notebooks[kind][name].cells for kind in KINDS), strict=True):
        if "exercise" in ours.metadata.get("tags", []):
            asked |= given(ours.source) | given(theirs.source)
        elif ours.cell_type == "code":
            assert taken(ours.source) & {*(asked - there), EVERYTHING} == set(), ours.source
            there |= given(ours.source)


@pytest.mark.parametrize("name", EXERCISES)
def test_stub_and_solution_make_the_source(notebooks, entries, name):
    entry, page = entries[name], EXERCISES[name]
    data = entry.data[EXERCISE]
    source = Chapter.read(BOOK, BOOK.page(page)).notebook.cells[entry.cell].source
    stub = exercise_cell(notebooks["student"][page], entry).source
    blocks = re.findall(r"^ *### BEGIN SOLUTION\n.*?### END SOLUTION(?:\n|$)", source, re.M | re.S)
    assert blocks
    for block in blocks:
        _, instead, wrong = block.partition("### INSTEAD OF\n")
        if instead:  # the stub of a mistake has the lines that are to be mended
            wrong = re.sub(r"^( *)# ?", r"\1", wrong.rpartition("\n    ")[0], flags=re.M)
            given = re.escape("\n".join(wrong.rstrip().splitlines()))
            given = rf"^{given}\n"
        else:
            given = r"^ *raise NotImplementedError\(\"Your turn! Exercise .*\"\)\n?"
            assert f'Your turn! Exercise {entry.number}"' in data["stub"]
        stub, count = re.subn(given, lambda _, block=block: block, stub, count=1, flags=re.M)  # type: ignore[misc]
        assert count == 1, given
    assert stub == source
    assert exercise_cell(notebooks["solved"][page], entry).source == MARKED.sub("", source)


@pytest.mark.parametrize("name", EXERCISES)
def test_no_two_lines_of_a_solution_are_given_away(notebooks, entries, name):
    entry, page = entries[name], EXERCISES[name]
    source = entry.data[EXERCISE]["solution"]
    shown = _shown_before(entries, page, entry)
    for block in re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", source, re.S):
        lines = [line.strip() for line in block.splitlines() if line.strip()]
        pairs = [pair for pair in itertools.pairwise(lines) if not _has(shown, pair)]
        for other, notebook in notebooks["student"].items():
            text = "\n".join(cell.source for cell in notebook.cells)
            assert [pair for pair in pairs if _has(text, pair)] == [], other


def _shown_before(entries: dict[str, Entry], page: str, entry: Entry) -> str:
    """Return the code that the chapter shows before the exercise: cells and source excerpts."""
    cells = Chapter.read(BOOK, BOOK.page(page)).notebook.cells[: entry.cell]
    excerpts = [
        e.data[SOURCE]["code"]
        for e in entries.values()
        if e.kind == "source" and e.chapter == entry.chapter and e.cell < entry.cell
    ]
    return "\n".join([*(cell.source for cell in cells), *excerpts])


def _has(text: str, pair: tuple[str, str]) -> bool:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return pair in set(itertools.pairwise(lines))


@pytest.mark.parametrize("name", EXERCISES)
def test_the_solution_passed_where_the_page_was_made(notebooks, entries, name):
    assert "✓ Right" in said(exercise_cell(notebooks["solved"][EXERCISES[name]], entries[name]))


def test_a_notebook_says_where_its_repository_is(notebooks):
    """On Colab the first code cell installs the library from the repository."""
    repository = find(BOOK)
    for name in CHAPTERS:
        first = next(c for c in notebooks["student"][name].cells if c.cell_type == "code").source
        assert "import diffprog" in first
        assert (f"git+{repository.url}@notebooks" if repository else "`make lab`") in first
