"""What is left of a chapter without its solutions, of which nothing later has to know."""

import nbformat
import pytest

from press.run.cache import Execution
from press.withheld import withheld, without_solutions

from .conftest import ADD

REMARK = """
:::{remark}
Addition is commutative.

```{note}
Even here.
```
:::

- A list
  ```{remark}
  Or else.
  ```

## A section

Prose.
"""
WORDS = """
:::{exercise} Explain it
:name: ex-why
:kind: explain

Why?
:::

:::{remark}
Since it is so.
:::
"""
MISTAKE = ADD.replace("return a + b\n", "return a + b\n    ### INSTEAD OF\n    # return a - b\n")
SECRETS = ("a + b", "commutative", "Even here", "Or else", "Since it", "SOLUTION", "{remark}")


@pytest.mark.parametrize("page", [ADD, MISTAKE])
def test_nothing_of_a_solution_is_left_and_lines_keep_their_numbers(read, page):
    chapter = read(page + REMARK + WORDS)
    ours = without_solutions(chapter)
    assert all(secret in chapter.text for secret in SECRETS)
    for text in (ours.text, *(cell.source for cell in ours.notebook.cells), repr(ours)):
        assert [secret for secret in SECRETS if secret in text] == []
    before, after = chapter.text.splitlines(), ours.text.splitlines()
    assert len(before) == len(after)
    assert before.index("## A section") == after.index("## A section")
    assert ours.notebook.cells[1].source == chapter.exercises[0].stub
    assert "ex-why" in ours.text
    assert "- A list" in ours.text
    assert without_solutions(ours).text == ours.text


def test_the_chapter_itself_stays_as_it_is(read):
    chapter = read(ADD + REMARK)
    text, source = chapter.text, chapter.notebook.cells[1].source
    without_solutions(chapter)
    assert (chapter.text, chapter.notebook.cells[1].source) == (text, source)


def test_outputs_of_solutions_are_left_out_and_others_stay(read):
    chapter = read(ADD + "\n```{code-cell} ipython3\n1 + 1\n```\n")
    notebook = chapter.copy()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [nbformat.v4.new_output("stream", text="3\n")]
    ours = withheld(Execution(chapter, notebook, chapter.page.path, 0.0))
    outputs = [cell.outputs for cell in ours.notebook.cells if cell.cell_type == "code"]
    assert [len(each) for each in outputs] == [0, 1]


def test_a_learner_needs_what_the_solution_takes_from_earlier_cells(read):
    text = ADD.replace("return a + b", "return a + b + zero")
    (exercise,) = without_solutions(read(text)).exercises
    assert exercise.takes == {"zero"}
    assert (exercise.solution, exercise.secret, exercise.withheld) == ("", (), True)


def test_a_note_is_the_first_section_of_a_page(read):
    ours = without_solutions(read("# Page\n\nProse.\n\n## One\n\n## Two\n"), "## Note\n\nIt.\n\n")
    assert ours.notebook.cells[0].source.split("\n\n")[:4] == [
        "# Page", "Prose.", "## Note", "It.",
    ]  # fmt: skip
