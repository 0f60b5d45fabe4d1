"""What the page runs before a cell: what did not run yet, as the reader has edited it."""

import pytest

from press.run_here.buttons import data
from press.run_here.cells import cells
from press.run_here.in_page.plan import Plan


@pytest.fixture
def plan(read):
    """`plan(cell, …)`: the plan of a chapter, whose cells have the indices 1, 2, …"""

    def plan(*sources):
        fences = (f"```{{code-cell}} ipython3\n{source}\n```" for source in sources)
        return Plan(data(cells(read("# Page\n\n" + "\n\n".join(fences) + "\n")))["cells"])

    return plan


def run(plan, index, texts=None):
    """Run a cell, and return what ran before it."""
    texts = texts or {}
    before = plan.before(index, texts)
    plan.done(before, texts)
    plan.done(plan.parts(index, texts), texts)
    return [part.code for part in before]


def test_what_ran_does_not_run_again(plan):
    made = plan("a = 1\nslow = 2", "b = a", "b", "slow")
    assert run(made, 2) == ["a = 1"], "and nothing that others need"
    assert run(made, 3) == []
    assert run(made, 4) == ["slow = 2"]
    assert run(made, 4) == []


def test_after_an_earlier_cell_later_ones_run_again(plan):
    made = plan("a = 1", "b = a", "c = 3", "b, c")
    assert run(made, 4) == ["a = 1", "b = a", "c = 3"]
    assert run(made, 1) == []
    assert run(made, 4) == ["b = a"]


def test_an_edited_cell_runs_whole_and_what_it_now_gives_is_known(plan):
    made = plan("a = 1\nother = 2", "b = a", "b", "other")
    run(made, 3)
    texts = {1: "a = 7\nnew = 8", 3: "b + new"}
    assert run(made, 3, texts) == ["a = 7\nnew = 8", "b = a"]
    assert run(made, 3, texts) == []
    assert run(made, 3) == ["a = 1", "b = a"], "the book's own text is back"
    assert run(made, 3, {3: "def f(other):\n    return other"}) == [], "a name of its own"


def test_a_cell_that_changes_what_others_made_begins_anew_with_them(plan):
    made = plan("x = [1]", "y = 1", "x.append(2)", "x = x + [3]", "x")
    assert run(made, 3) == ["x = [1]"]
    assert run(made, 3) == ["x = [1]"]
    assert run(made, 4) == run(made, 5) == []
    assert run(made, 4) == ["x = [1]", "x.append(2)"]


def test_an_edited_cell_that_cannot_be_read_runs_where_it_is_needed(plan):
    made = plan("a = 1", "b = 2", "a")
    assert run(made, 3, {1: "a = (", 2: "b = ("}) == ["a = ("]


def test_what_gave_a_name_runs_again_if_the_name_stands_for_something_else_since(plan):
    made = plan("a = 1\nb = a", "a = 2", "a", "a = 3", "b, a")
    assert run(made, 5) == ["a = 1", "b = a", "a = 3"]
    assert run(made, 3) == ["a = 2"]
    assert run(made, 5) == ["a = 3"], "b is still what it was"
    assert run(made, 5) == []
