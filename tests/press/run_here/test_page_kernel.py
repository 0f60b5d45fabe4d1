"""What the kernel of a page tells of a cell: as IPython shows it, with errors of the cell alone."""

import sys
import types

import pytest
from IPython.lib.pretty import pretty

from press.run_here.in_page import page_kernel


@pytest.fixture
def run():
    """`run(code)`: the outputs of a cell as pairs; those of one kind in a row are one."""
    told = []
    page_kernel.start(lambda kind, text: told.append((kind, text)))

    def run(code, name="Cell 1"):
        told.clear()
        page_kernel.run(code, name)
        merged: list[tuple[str, str]] = []
        for kind, text in told:
            if merged and merged[-1][0] == kind == "stream":
                text = merged.pop()[1] + text
            merged.append((kind, text))
        return merged

    return run


def test_prints_and_the_last_value_in_their_order(run):
    assert run("print(1)\nx = 2\nprint(x, end='!')\nx + 1") == [
        ("stream", "1\n2!"),
        ("result", "3"),
    ]
    assert run("x") == [("result", "2")], "the cells have one namespace"
    assert run("x;") == run("None") == run("y = 1") == []
    assert run("import sys\nprint(1)\nprint(2, file=sys.stderr)\nprint(3)") == [
        ("stream", "1\n"), ("stderr", "2\n"), ("stream", "3\n"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "value",
    [
        list(range(40)),
        tuple("long" * 9 for _ in range(3)),
        ["a\nb", "c"],
        ("long" * 30,),
        [list(range(40)), (1, 2)],
        [],
    ],
)
def test_lists_break_where_ipython_breaks_them(run, value):
    assert run(repr(value)) == [("result", pretty(value))]


def test_an_object_shows_itself_as_in_a_notebook(run):
    run("class Quiet:\n    def _ipython_display_(self): pass\n"
        "class Rich:\n    def _repr_mimebundle_(self): return {'text/plain': 'rich'}")  # fmt: skip
    assert run("Quiet()") == []
    assert run("Rich()") == [("result", "rich")]


def test_an_error_is_told_with_the_readers_lines_only(run):
    run("import json\ndef half(x):\n    return json.loads(x)", "Cell 1")
    ((kind, text),) = run("1\nhalf('{')", "Cell 2")
    assert kind == "error"
    lines = text.split("\n")
    assert lines[:-1] == [
        "Cell 2, line 2:", "    half('{')", "Cell 1, line 3, in half:", "    return json.loads(x)",
    ]  # fmt: skip
    assert lines[-1].startswith("json.decoder.JSONDecodeError: ")
    assert run("x = (1") == [
        ("error", "Cell 1, line 1:\n    x = (1\nSyntaxError: '(' was never closed")
    ]


def test_a_long_traceback_is_shortened(run):
    ((_, text),) = run("def f():\n    f()\nf()")
    assert text.startswith("Cell 1, line 3:\n    f()\nCell 1, line 2, in f:")
    assert text.count("\n") < 20
    assert "more …" in text


def engine_lacks(name):
    raise ImportError("SciPy is not in the page: run this in JupyterLab")


def test_what_the_page_lacks_fails_when_it_is_used(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    monkeypatch.setitem(sys.modules, "scipy", types.ModuleType("scipy"))
    assert run("from math import pi\nfrom scipy.optimize import minimize, root as r") == [
        ("absent", "scipy.optimize.minimize is not in the page: run this in JupyterLab."),
        ("absent", "scipy.optimize.root is not in the page: run this in JupyterLab."),
    ]
    for use in ("minimize(1)", "r.x"):
        ((_, text),) = run(use)
        assert "is not in the page's engine: run this in JupyterLab" in text
    assert "scipy.optimize.root" in text
    absent = types.ModuleType("absent")
    monkeypatch.setitem(sys.modules, "absent", absent)
    absent.__getattr__ = engine_lacks  # type: ignore[method-assign]
    ((kind, _),) = run("from absent import search")
    assert kind == "absent", "and no error: a module of the library needs it, perhaps"
    absent.__absent__ = True  # type: ignore[attr-defined]
    absent.solve = 1  # type: ignore[attr-defined]
    ((kind, _),) = run("from absent import solve")
    assert kind == "absent", "though the module has it, to be imported"
    monkeypatch.setitem(sys.modules, "diffprog.figures", None)
    assert run("import diffprog.figures") == [], "which is the book's own, and draws figures"
    ((_, text),) = run("import no_such_module")
    assert "No module named 'no_such_module'. If that is its name, the page does not" in text


def test_an_error_says_what_to_do(run):
    ((_, text),) = run("def roll(): return eval(input('sides? '))\nroll()")
    assert text.endswith("input() cannot ask in the page: write the value into the code.")
    ((_, text),) = run("print(“one”)")
    assert text.endswith("(U+201C): type straight quotation marks, \" or '")
    # as Python from 3.12 on suggests names
    text = "AttributeError: it has no ramd: run this in JupyterLab. Did you mean: 'rand'?"
    wanted = "AttributeError: it has no ramd. Did you mean: 'rand'? If not, run this in JupyterLab."
    assert page_kernel._with_advice(text, AttributeError()) == wanted


def test_too_much_is_cut_with_a_sentence(run):
    told = run("for i in range(60_000): print('line', i)\n'more'")
    assert sum(len(text) for kind, text in told if kind == "stream") == page_kernel.MOST_CHARACTERS
    assert told[-1] == ("cut", "The cell gives more than 200000 characters: no more is shown.")
    assert run("1") == [("result", "1")], "of each cell anew"


def test_a_line_is_told_at_once_and_many_lines_together(run):
    told = []
    page_kernel.start(lambda kind, text: told.append(text))
    page_kernel.run("look = []\nprint('first')\nlook.append(1)", "Cell 1")
    assert told == ["first\n"]
    page_kernel.run("for i in range(10_000): print(i)", "Cell 1")
    assert len(told) < 1000


def test_a_loop_tells_how_far_it_is(run, monkeypatch):
    tqdm = types.ModuleType("tqdm")
    monkeypatch.setitem(sys.modules, "tqdm", tqdm)
    told = []
    page_kernel.start(lambda kind, text: told.append((kind, text)))
    for done in range(1, 1001):
        tqdm.report(done, 1000)
    assert told[-1] == ("progress", "1000 1000")
    assert len(told) < 100, "but not at each step"
