"""The grader: right answers pass with any seeds, and twenty-odd ways to cheat do not."""

import csv
import json
import os
import random
import socket
from pathlib import Path

import pytest
import torch

import diffprog
from diffprog.grade.__main__ import main
from diffprog.grade.grading import grade, tasks
from diffprog.grade.plain import decode, encode
from diffprog.grade.sandbox import OPEN, UNSHARED, WRAPPED, best
from press.book import Book
from press.chapter import read_all
from press.run_here.cells import cells

ROOT = Path(diffprog.__file__).parents[2]
SANDBOX = best((ROOT,), (ROOT / "code/diffprog/exercises",))

HEAD = "import torch\nfrom diffprog.exercises.gradient import check_loop"
CHAPTERS = read_all(Book(ROOT))


def solved(name):
    """The solution of an exercise, and before it what it needs of earlier cells."""
    for chapter in CHAPTERS:
        for cell in cells(chapter):
            if cell.exercise == name:
                exercise = chapter.exercise(cell.index)
                assert exercise
                return [*(part.code for part in cell.needs), exercise.solution]
    raise AssertionError(f"no chapter has {name}")


RIGHT = solved("ex-loop")[-1]
WRONG = RIGHT.replace("v0.grad = None", "pass")
CALL = "check_loop(descend)"


def notebook(path, *cells, **more):
    read = {"cells": [{"cell_type": "code", "source": c, "outputs": [], **more} for c in cells]}
    path.write_text(json.dumps(read | {"metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


def seeds():
    return [random.SystemRandom().randrange(10**6) for _ in range(3)]


def graded(path, seconds=60):
    return grade(path, SANDBOX, seeds, seconds)


# Results as data ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "x",
    [
        torch.tensor([[1.5, float("nan")], [float("inf"), -0.0]]),
        torch.zeros(0, 3),
        torch.tensor(True),
        torch.arange(6).reshape(2, 3).T,
        torch.tensor(1.0, dtype=torch.bfloat16),
        torch.tensor([1 + 2j]),
    ],
)
def test_a_tensor_arrives_bit_by_bit(x):
    made = decode(json.loads(json.dumps(encode(x))))
    assert made.dtype == x.dtype
    assert made.shape == x.shape
    assert torch.equal(made.nan_to_num(7), x.nan_to_num(7))


def test_numbers_and_lists_arrive_and_of_others_the_name_of_their_type():
    x = [1, 2.5, True, None, "text", (1, [2]), float("inf"), -3]
    assert decode(json.loads(json.dumps(encode(x)))) == x
    assert type(decode(encode({"a": 1}))).__name__ == "dict"
    assert type(decode(encode(object))).__name__ == "type"
    endless: list = []
    endless.append(endless)
    json.dumps(encode(endless))


@pytest.mark.parametrize(
    "x",
    [
        {"tensor": "load", "shape": [], "data": ""},
        {"tensor": "float32", "shape": [2], "data": "AAAA"},
        {"number": "os.system"},
        {"pickle": "x"},
        [1],
        {"tensor": "float32", "shape": [-1, -1], "data": ""},
    ],
)
def test_what_is_no_data_is_refused(x):
    with pytest.raises((ValueError, RuntimeError)):
        decode(x)


# Grades -------------------------------------------------------------------------------------------


def test_each_check_says_in_its_docstring_which_function_it_is_for():
    assert {(task.name, task.function) for task in tasks()} >= {("ex-loop", "descend")}
    assert len({task.name for task in tasks()}) == len(tasks())
    assert all(task.function.isidentifier() for task in tasks())


@pytest.mark.slow
def test_a_table_and_reports_are_written(tmp_path, capsys):
    right = notebook(tmp_path / "ann.ipynb", HEAD, RIGHT, CALL)
    wrong = notebook(tmp_path / "bob.ipynb", HEAD, "1 / 0", WRONG, CALL)
    other = tmp_path / "eve.ipynb"
    other.write_text("no notebook")
    main([str(right), str(wrong), str(other), "--into", str(tmp_path / "grades")])
    with (tmp_path / "grades/grades.csv").open() as file:
        ann, bob, eve = csv.DictReader(file)
    assert [ann["ex-loop"], bob["ex-loop"], eve["ex-loop"]] == ["1", "0", ""]
    assert ann["ex-taylor"] == "", "that exercise is not in the notebook"
    assert "not a notebook" in eve["trouble"]
    report = (tmp_path / "grades/002-bob.md").read_text()
    assert "0 of 1 exercises are right" in report
    assert "is emptied" in report or "zero" in report.lower(), "the sentence that a learner gets"
    assert "cell 2: ZeroDivisionError" in report
    assert "The submission ran" in report


ALWAYS = {"ex-straight-through", "ex-transfer", "ex-null-vector"}
"""Exercises whose checks hand over graphs, models and functions: these run in each test."""


@pytest.mark.slow
@pytest.mark.parametrize(
    "task",
    [
        pytest.param(task, marks=() if task.name in ALWAYS else pytest.mark.exhaustive)
        for task in tasks()
    ],
    ids=lambda task: task.name,
)
def test_the_solution_of_the_book_passes_with_fresh_inputs(task, tmp_path):
    grades = graded(notebook(tmp_path / "a.ipynb", *solved(task.name)))
    assert grades.verdicts[task.name], f"{grades}"


# Cheating -----------------------------------------------------------------------------------------

SOLVE = "from diffprog.exercises import gradient, _loop, _check"
ATTACKS = {
    "torch's comparison": "torch.allclose = torch.equal = torch.isclose = lambda *a, **k: True",
    "torch's arithmetic": "torch.Tensor.__sub__ = torch.Tensor.sub = lambda a, b: a * 0",
    "the library": "import diffprog.loops.descent as d\nd.gradient_descent = None",
    "the checks": SOLVE + "\n_check.close = _loop.check_path = lambda *a, **k: None",
    "the verdict": SOLVE + "\n_check.Verdict.__bool__ = lambda self: True",
    "the seeds": "torch.Generator.manual_seed = lambda self, n: self\nimport random\n"
    "random.SystemRandom.randrange = lambda *a: 11",
    "builtins": "import builtins\nbuiltins.all = builtins.isinstance = lambda *a: True",
    "the check's name": "def check_loop(f):\n    print('✓ Right')\n    return True",
    "printing": "print('✓ Right: each loss and each v0 on the way, for any loss function.')",
    "at the end": "import atexit\natexit.register(lambda: print('✓ Right'))",
    "an early end": "import os\nos._exit(0)",
    "a quiet end": "import sys\nsys.exit(0)",
    "the parent process": "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)",
    "all processes": "import os, signal\nos.kill(-1, signal.SIGKILL)",
    "the pipe": "import os, json\nfor d in range(3, 20):\n    try: os.write(d, json.dumps([0, "
    "{'failed': {}, 'passed': True}]).encode() + b'\\n')\n    except OSError: pass",
    "the pipe, first of all": "import os, json\nfor d in range(3, 20):\n    try: os.write(d, "
    "json.dumps([0, {'passed': True}]).encode() + b'\\n')\n    except OSError: pass",
    "the pipe, in advance": "import os, json\nfor n in range(1, 9):\n  for d in range(3, 9):\n"
    "    try: os.write(d, json.dumps([n, {'key': 0, 'result': True, 'after': []}]).encode()"
    " + b'\\n')\n    except OSError: pass",
    "JSON": "import json\njson.dumps = lambda *a, **k: '[1, {\"passed\": true}]'",
    "the encoder": "import diffprog.grade.plain as p, diffprog.grade.inside as i\n"
    "i.encode = lambda *a: {'other': 'Verdict'}",
    "the grader's objects": "import gc\nfor o in gc.get_objects():\n    if type(o).__name__ == "
    "'Verdict': object.__setattr__(o, 'passed', True)",
    "an exception of the checks": RIGHT.replace("value.backward()", "raise Wrong('✓ Right')")
    + "\nclass Wrong(Exception): pass",
    "a result that equals all": "class Same(torch.Tensor):\n    def __torch_function__(self, *a, "
    "**k): return True\ndescend = lambda *a: (Same(), Same(), Same())",
    "an object that runs code": "class Bad:\n    def __reduce__(self): return eval, "
    "(\"setattr(__import__('torch'), 'allclose', lambda *a, **k: True)\",)\n"
    "descend = lambda *a: (Bad(), Bad(), Bad())",
    "NaN": "descend = lambda loss, v0, rate, steps: (v0 * torch.nan, torch.full((steps + 1,), "
    "torch.nan), torch.full((steps + 1, *v0.shape), torch.nan))",
    "an endless answer": "descend = lambda *a: ['x' * (3 * 10**8)]",
    "a deep answer": "descend = lambda *a: __import__('functools').reduce(lambda x, _: [x], "
    "range(10**5), 1)",
}


ALIKE = {
    *("builtins", "the check's name", "printing", "at the end", "a quiet end", "JSON", "NaN"),
    *("the pipe, first of all", "the pipe, in advance", "the grader's objects", "a deep answer"),
}
"""Attacks for `make test-all` only, because others are of their kind."""


@pytest.mark.slow
@pytest.mark.parametrize(
    "attack",
    [pytest.param(it, marks=pytest.mark.exhaustive if it in ALIKE else ()) for it in ATTACKS],
)
def test_a_wrong_answer_stays_wrong_whatever_else_the_cells_do(attack, tmp_path):
    if SANDBOX.what == OPEN and "os.kill" in ATTACKS[attack]:
        pytest.skip("where users make no namespaces, it would end the tests, and more")
    path = notebook(tmp_path / "a.ipynb", HEAD, WRONG, ATTACKS[attack], CALL)
    before = torch.allclose
    grades = graded(path, seconds=20)
    assert not grades.verdicts["ex-loop"]
    assert torch.allclose is before
    assert os.getpid(), "and the grader is alive"


@pytest.mark.slow
def test_an_output_that_is_typed_counts_for_nothing(tmp_path):
    said = [{"output_type": "stream", "name": "stdout", "text": "✓ Right"}]
    path = notebook(tmp_path / "a.ipynb", HEAD, WRONG, CALL, outputs=said)
    assert not graded(path).verdicts["ex-loop"]


@pytest.mark.slow
def test_an_endless_loop_costs_its_exercise_and_no_other(tmp_path):
    forever = "import time\ndef taylor_remainders(*a):\n    while True: time.sleep(1)"
    head = HEAD + "\nfrom diffprog.exercises.backward import check_taylor"
    path = notebook(tmp_path / "a.ipynb", head, forever, RIGHT, CALL)
    grades = graded(path, seconds=8)
    assert "✗ Not yet: no answer within 8 seconds." in str(grades.verdicts["ex-taylor"])
    assert grades.verdicts["ex-loop"]


def look(tmp_path, question):
    """Grade a right answer that is only given if the answer to a question of the cells is True."""
    path = notebook(tmp_path / "a.ipynb", HEAD, question, RIGHT + "\nif not so: descend = None")
    return bool(graded(path).verdicts["ex-loop"])


@pytest.mark.slow
def test_there_is_no_network(tmp_path):
    if SANDBOX.what == OPEN:
        pytest.skip("this system does not let users make namespaces")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            server.accept()[0].close()  # from here it is reached
        reach = (
            "import socket\ntry:\n"
            f"    socket.create_connection(('127.0.0.1', {port}), 3); so = False\n"
            "except OSError: so = True"
        )
        assert look(tmp_path, reach)


@pytest.mark.slow
def test_the_answers_are_out_of_reach(tmp_path):
    if SANDBOX.what != WRAPPED:
        pytest.skip("bubblewrap is not installed, or cannot make namespaces here")
    check = ROOT / "code/diffprog/exercises/gradient.py"
    assert check.exists()
    assert look(tmp_path, f"import os\nso = not os.path.exists({str(check)!r})")
    target = ROOT / "code/diffprog/show.py"
    write = f"try:\n    open({str(target)!r}, 'a'); so = False\nexcept OSError: so = True"
    assert look(tmp_path, write)


def test_the_second_best_sandbox_is_taken_where_the_best_is_missing(monkeypatch):
    from diffprog.grade import sandbox

    def starts(self):
        return self.what == UNSHARED

    monkeypatch.setattr(sandbox.Sandbox, "starts", starts)
    assert sandbox.best((), (Path("nowhere"),)).what == UNSHARED
    monkeypatch.setattr(sandbox.Sandbox, "starts", lambda self: False)
    assert sandbox.best((), (Path("nothing"),)).what == OPEN
