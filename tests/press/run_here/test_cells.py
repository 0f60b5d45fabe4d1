"""Which cells a page can run, what they need, and what of the others runs for them."""

import pytest

from press.run_here.absent import absent
from press.run_here.cells import cells


@pytest.fixture
def analysed(read):
    """`analysed(cell, …)`: the cells of a chapter; a cell may begin with its options."""

    def analysed(*sources):
        fences = (f"```{{code-cell}} ipython3\n{source}\n```" for source in sources)
        return cells(read("# Page\n\n" + "\n\n".join(fences) + "\n"))

    return analysed


def needs(found, place):
    """The statements that a cell needs, of which the place is given."""
    return [part.code for part in found[place].needs]


HIDDEN = ":tags: [remove-cell]\n\n"
DRAWS = "with figures.figure() as ax:\n    ax.plot(x)"


def test_a_cell_needs_what_gives_its_names_and_what_that_needs(analysed):
    found = analysed("import torch, math\na = 1\nc = 2", "b = torch.ones(a)", "b + 1", "a = 5\na")
    assert needs(found, 1) == ["import torch", "a = 1"]
    assert needs(found, 2) == ["import torch", "a = 1", "b = torch.ones(a)"]
    assert needs(found, 3) == []


@pytest.mark.parametrize(
    "change",
    [
        "loss.backward()",
        "x.zero_()",
        "with open(x):\n    x -= 1",
        "x[0] = 1",
        "x.grad = None",
        "for _ in range(3):\n    loss.append(1)",
        "y = torch.randn(2, generator=x)",
        'run = descent.fit(lambda: loss, {"x": x}, optimizer, 10)',
        "training.train(x, f)",
    ],
)
def test_a_cell_needs_what_changes_the_objects_of_its_names(analysed, change):
    """The loss is made of x, so its gradient is kept in x."""
    found = analysed("x = [2.0]", "loss = f(x)", change, "print(loss)", "x")
    assert change in needs(found, 4)
    assert "print(loss)" not in needs(found, 4)


def test_what_only_looks_and_what_is_made_in_the_cell_changes_nothing(analysed):
    found = analysed(
        "import torch\nx = torch.ones(2)",
        "print(x.sum())",
        "def step(v):\n    v -= 1\n    torch.zeros(2).add_(1)\nstep(3)",
        "y = x + 1",
        "x",
    )
    assert needs(found, 4) == ["import torch", "x = torch.ones(2)"]


def test_what_a_function_looks_up_may_be_given_after_it(analysed):
    found = analysed("def f():\n    return n\nn = 1", "n = 2", "f()")
    assert needs(found, 2) == ["def f():\n    return n", "n = 2"]


def test_what_is_drawn_and_shown_does_not_run_for_others(analysed):
    found = analysed(
        "from diffprog import figures, show\nx = [1]",
        f"{HIDDEN}y = x + [2]\nshow.number('slow', sum(y))",
        f"z = y + x\n{DRAWS}",
        "print(z)",
    )
    assert [cell.reason for cell in found] == ["", "does not show its code", "", ""]
    assert needs(found, 3) == ["x = [1]", "y = x + [2]", "z = y + x"]


def test_a_cell_that_needs_what_the_page_lacks_has_no_button(analysed):
    found = analysed(
        "from scipy.optimize import minimize\nfrom diffprog import figures",
        "best = minimize(f, 0)",
        "print(best.x)",
        f":tags: [hide-input]\n\n{DRAWS}\n    ax.add_patch(box)\n    last = ax",
        "last",
        "%time 1 + 1",
        "minimize = figure = 3",
        "minimize",
    )
    assert [cell.reason for cell in found] == [
        "",  # what is not used is not missed
        "uses scipy.optimize.minimize",
        "needs a cell that uses scipy.optimize.minimize",
        "uses add_patch of Matplotlib",
        "needs a cell that uses add_patch of Matplotlib",
        "is not plain Python",
        "",
        "",
    ]


def test_a_list_that_only_what_the_page_lacks_fills_is_not_there(analysed):
    found = analysed(
        "from scipy.optimize import minimize\nfound, other = [], []",
        "for i in (1, 2):\n    found.append(minimize(i))",
        "found[0]",
        "other",
    )
    assert [cell.reason for cell in found] == [
        *("", "uses scipy.optimize.minimize"),
        *("needs a cell that uses scipy.optimize.minimize", ""),
    ]


def test_a_figure_whose_code_is_in_a_fold_has_a_button_and_other_folded_cells_have_none(analysed):
    folded = ":tags: [hide-input]\n\n"
    found = analysed(
        "from diffprog import figures\nx = [1]",
        f"{folded}{DRAWS}",
        f"{folded}x",
        f"{HIDDEN}{DRAWS}",
    )
    assert [cell.reason for cell in found] == ["", "", *["does not show its code"] * 2]


def test_an_exercise_has_a_button_and_needs_what_its_solution_takes(read):
    text = """\
# Page

```{code-cell} ipython3
import math
x = 1
```

:::{exercise} Root
:name: ex-root

Write it.
:::

```{code-cell} ipython3
:exercise: ex-root

def root(y):
    ### BEGIN SOLUTION
    return math.sqrt(y)
    ### END SOLUTION
```
"""
    _, exercise = cells(read(text))
    assert exercise.exercise == "ex-root"
    assert [part.code for part in exercise.needs] == ["import math"]
    assert "math.sqrt" not in exercise.code
    assert "raise NotImplementedError" in exercise.code


@pytest.mark.parametrize(
    ("module", "why"),
    [
        ("diffprog.figures", ""),
        ("diffprog.figures.axis_cache", "uses diffprog.figures.axis_cache"),
        ("scipy.optimize.minimize", "uses scipy.optimize.minimize"),
        ("matplotlib.patches", "uses matplotlib.patches"),
        ("torch.func.vmap", ""),
        ("torch.compiler.no_such_module.f", "uses torch.compiler.no_such_module.f"),
        (
            "diffprog.relaxations.global_search.search",
            "uses scipy.optimize.differential_evolution",
        ),
        ("diffprog.simulator.ball", ""),
        ("torch", ""),
        ("math", ""),
    ],
)
def test_what_is_absent(module, why):
    assert absent(module) == why
