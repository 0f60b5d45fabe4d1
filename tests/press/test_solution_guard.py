"""No solution reaches a student: Sphinx's reading is compared, and finished files are checked."""

import json
import os
import re

import nbformat
import pytest

from press.book import PressError
from press.chapter import read_all
from press.edition import Edition
from press.run.cache import Execution
from press.solution_guard import check_students
from press.store import Store

from .conftest import ADD
from .small import ROOT, Small
from .test_chapter import BOX, CONTAINERS, FORMS, contained

CELL = ADD[ADD.index("```{code-cell}") :]


def renamed(text: str, number: int) -> str:
    """Return `text` with another name for its exercise."""
    return re.sub(r"\bex-add\b", f"ex-{number}", text, flags=re.I)


PREDICT = ":::{predict} Which?\n:name: predict-a\n\n- [x] This.\n- [ ] That.\n\nSo.\n:::"
FORMS_PAGE = [
    *FORMS.values(),
    *(contained(text, BOX) for text in CONTAINERS.values()),
]


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Small:
    """A book with an exercise of each form, which is built alone."""
    small = Small(tmp_path_factory.mktemp("forms") / "book")
    small.root.mkdir()
    small.create()
    return small


def page(*exercises: str) -> str:
    return "---\ndescription: A chapter.\n---\n\n# Exercises\n\n" + "\n\n".join(exercises)


@pytest.mark.slow
def test_no_form_of_an_exercise_gives_its_solution_to_students(small):
    """Each exercise is in the box, the stub and the notebook, in every place that MyST allows."""
    exercises = [renamed(f"{form}\n\n{CELL}", number) for number, form in enumerate(FORMS_PAGE)]
    (small.root / "book/one.md").write_text(page(*exercises, IN_WORDS))
    result = small.build(command=("build", "one"))
    assert result.code == 0, result.errors
    site = small.root / "_build/chapter/html"
    student = nbformat.read(site / "notebooks/student/one.ipynb", 4)
    stubs = [c.source for c in student.cells if "exercise" in c.metadata.get("tags", [])]
    assert len(stubs) == len(FORMS_PAGE)
    assert all("NotImplementedError" in stub for stub in stubs)
    assert "return a + b" not in json.dumps(student)
    html = (site / "book/one.html").read_text()
    assert html.count("dp-stub") == len(FORMS_PAGE)
    assert html.count('class="dp-fold dp-solution') == len(FORMS_PAGE) + 1
    assert "Explain in words, about 4 minutes, optional" in html
    assert html.index("What belongs into the answer") < html.index("The secant is") < len(html)
    assert "The secant is" not in json.dumps(student)
    assert "see what belongs into it" in student.cells[-1].source
    solved = nbformat.read(site / "notebooks/solved/one.ipynb", 4)
    assert "The secant is" in solved.cells[-1].source


IN_WORDS = """\
:::{exercise} Explain this plot
:name: ex-explain
:kind: explain
:minutes: 4
:optional:

Why do the points lie above the curve?
:::

:::{remark}
The secant is above a convex curve.
:::
"""
INCLUDED = {
    BOX: r"the exercise 'ex-add' is not in the chapter's own text",
    PREDICT: r"the prediction 'predict-a' is not in the chapter's own text",
    "```{code-cell} ipython3\n1\n```": "a code cell in an included file is not run",
}


@pytest.mark.slow
def test_what_only_sphinx_meets_stops_the_build_with_file_and_line(small):
    """A file that is included is not part of the chapter that is read."""
    (small.root / "book/part.txt").write_text("Included.\n\n" + "\n\n".join(INCLUDED))
    (small.root / "book/one.md").write_text(page("```{include} part.txt\n```"))
    result = small.build(command=("build", "one"))
    assert result.code == 1
    for message in INCLUDED.values():
        assert re.search(rf"part\.txt:\d+: .*{message}", result.errors), result.errors


SWALLOW = """
from docutils.parsers.rst import Directive

class Swallow(Directive):
    has_content = True

    def run(self):
        return []

def setup(app):
    app.add_directive("swallow", Swallow)
"""


@pytest.mark.slow
def test_what_sphinx_does_not_meet_stops_the_build_with_file_and_line(small):
    """A directive that the press does not know may hide its content."""
    (small.root / "code/swallow.py").write_text(SWALLOW)
    small.edit("_config.yml", "press.sphinx_extension]", "press.sphinx_extension, swallow]")
    hidden = page("::::{swallow}\n" + BOX + "\n::::", CELL)
    (small.root / "book/one.md").write_text(hidden)
    paths = (ROOT / "code", small.root / "code")
    result = small.build(command=("build", "one"), PYTHONPATH=os.pathsep.join(map(str, paths)))
    assert result.code == 1
    line = hidden.splitlines().index(":::{exercise} Add two numbers") + 1
    assert re.search(
        rf"book/one\.md:{line}: WARNING: the page shows no exercise 'ex-add'", result.errors
    ), result.errors


# The finished files -----------------------------------------------------------------------------


@pytest.fixture
def edition(book):
    """A book with one exercise, as if executed."""
    book.page("part1/one").path.write_text(ADD)
    executions = [
        Execution(chapter, chapter.copy(), book.root / "none.json", 0.0)
        for chapter in read_all(book)
    ]
    return Edition(book, executions, Store.of(book))


def notebook(edition, name, *sources, tags=("exercise",)):
    cells = [nbformat.v4.new_code_cell(s, metadata={"tags": list(tags)}) for s in sources]
    path = edition.book.build / f"site/notebooks/student/{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return edition.book.build / "site"


def stub(edition):
    (exercise,) = next(e.chapter for e in edition.executions if e.chapter.exercises).exercises
    return exercise.stub


def test_a_notebook_of_stubs_passes(edition):
    check_students(edition, notebook(edition, "part1/one", stub(edition)))


@pytest.mark.parametrize(
    "edit",
    [
        lambda source: source + "\n",
        lambda source: source.replace("Your turn", "Your  turn"),
        lambda source: source.replace("    raise", "    return a + b\n    raise"),
    ],
)
def test_a_cell_that_is_not_the_stub_byte_for_byte_is_refused(edition, edit):
    source = edit(stub(edition))
    assert source != stub(edition)
    with pytest.raises(PressError, match=r"student/part1/one\.ipynb: the cells of exercises"):
        check_students(edition, notebook(edition, "part1/one", source))


def test_a_missing_exercise_is_refused(edition):
    with pytest.raises(PressError, match="the cells of exercises are not their stubs"):
        check_students(edition, notebook(edition, "part1/one", stub(edition), tags=()))


@pytest.mark.parametrize("name", ["part1/one", "part1/two"])
def test_a_line_of_a_solution_is_refused_in_every_notebook(edition, name):
    site = notebook(edition, "part1/one", stub(edition))
    cells = [stub(edition)] if name == "part1/one" else []
    notebook(edition, name, *cells)
    path = site / f"notebooks/student/{name}.ipynb"
    content = nbformat.read(path, 4)
    content.cells.append(nbformat.v4.new_markdown_cell("See:\n\n    return a + b\n"))
    nbformat.write(content, path)
    with pytest.raises(PressError, match=rf"student/{name}\.ipynb: shows the solution of ex-add"):
        check_students(edition, site)


def test_a_line_that_the_chapter_shows_elsewhere_is_no_secret(edition, book):
    text = ADD + "\n```{code-cell} ipython3\ndef other(a, b):\n    return a + b\n```\n"
    book.page("part1/one").path.write_text(text)
    executions = [Execution(c, c.copy(), book.root, 0.0) for c in read_all(book)]
    shown = Edition(book, executions, Store.of(book))
    site = notebook(shown, "part1/one", stub(shown))
    path = site / "notebooks/student/part1/one.ipynb"
    content = nbformat.read(path, 4)
    content.cells.append(nbformat.v4.new_code_cell("def other(a, b):\n    return a + b"))
    nbformat.write(content, path)
    check_students(shown, site)
