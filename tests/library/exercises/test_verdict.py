"""What every check has in common: the form of a verdict, and what is said whatever the exercise."""

import builtins
import importlib
import pkgutil
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from diffprog import exercises
from diffprog.exercises._check import (
    SEEDS,
    Check,
    Counted,
    Draw,
    Formula,
    Verdict,
    Wrong,
    call,
    close,
    exercise,
    parts,
    recognise,
    shown,
    slopes,
    tensor,
    with_graph,
)
from diffprog.exercises.network import check_counts

BOOK = Path(__file__).parents[3] / "book"
MODULES = [importlib.import_module(f"diffprog.exercises.{m.name}")
           for m in pkgutil.iter_modules(exercises.__path__)]  # fmt: skip
CHECKS = {
    check.__name__: check  # type: ignore[attr-defined]
    for module in MODULES
    for check in vars(module).values()
    if isinstance(check, Check)
}


def stub(*_):
    raise NotImplementedError("Your turn! Exercise 1.3a: Write the loop")


def bare_stub(*_):
    raise NotImplementedError


def broken(*_):
    return torch.tensor(1.0).no_such_thing  # type: ignore[attr-defined]


def one_that_raises(*_):
    raise ValueError("mine")


def one_that_torch_lacks(*_):
    return torch.arange(3).softmax(0)


@pytest.fixture(params=CHECKS.values(), ids=CHECKS)  # type: ignore[call-overload]
def check(request):
    return request.param


def test_an_error_that_the_learner_raises_is_shown(check):
    assert check(one_that_raises).message.endswith("of your cell: ValueError: mine")


@pytest.mark.parametrize("answer", [stub, bare_stub])
def test_a_stub_is_told_that_it_is_the_learners_turn(check, answer):
    """Whatever number and title its text has: the check reads none of it."""
    assert str(check(answer)).startswith("✗ Not yet: it is your turn. Replace the line")


def test_what_pytorch_has_not_implemented_is_an_error_like_others(check):
    """It raises NotImplementedError too, for a softmax of integers."""
    assert "in line" in (message := check(one_that_torch_lacks).message)
    assert "not implemented for" in message


def test_the_result_of_a_call_is_not_a_function(check):
    for result in (torch.zeros(3), 3.0, (1, 2, 3)):
        assert "hand me the function itself, without calling it" in check(result).message


def test_an_error_inside_is_shown_with_its_line(check):
    message = check(broken).message
    line = broken.__code__.co_firstlineno + 1
    assert message.startswith(f"your function stops in line {line} of your cell: AttributeError")


def test_a_forgotten_return_is_named(check):
    assert "return" in check(lambda *_: None).message


def test_in_a_build_a_wrong_solution_stops_it(check, monkeypatch):
    monkeypatch.setenv("DIFFPROG_BUILD", "1")
    with pytest.raises(RuntimeError, match=f"^{check.exercise}: ✗ Not yet: "):
        check(lambda *_: None)


def test_each_exercise_of_the_book_calls_the_check_of_its_name():
    """The chapters by their text, and not by the press, so that both are looked at."""
    called = {}
    for page in BOOK.glob("part*/*.md"):
        for cell in re.findall(r"^```\{code-cell\}.*?^```$", page.read_text(), re.M | re.S):
            if name := re.search(r"^:exercise: (\S+)$", cell, re.M):
                called[name[1]] = re.search(r"^(?:if )?(check_\w+)\(", cell, re.M)[1]  # type: ignore[index]
    assert called == {check.exercise: name for name, check in CHECKS.items()}


def test_three_seeds_are_tried_and_the_first_wrong_one_is_told():
    tried = []

    @exercise("ex-even", "Right: even.")
    def check_even(answer, seed):
        """A docstring."""
        tried.append(seed)
        recognise(torch.tensor(answer(seed)), [("that is odd", torch.tensor(1))])

    assert str(check_even(lambda seed: 0)) == "✓ Right: even."
    assert tried == list(SEEDS)
    assert str(check_even(lambda seed: seed == SEEDS[1])) == "✗ Not yet: that is odd"
    assert tried == [*SEEDS, *SEEDS[:2]]
    assert check_even.exercise == "ex-even"
    assert check_even.__doc__ == "A docstring."


# What the parts of a check say; the tests of the chapters pin no more than a word of it.


def test_an_argument_that_was_changed_is_named():
    x = torch.zeros(3)
    with pytest.raises(Wrong, match=r"changes x, which it was given: `x \+= …`.*x\.clone\(\)"):
        call(lambda x: x.add_(1), x=x)
    assert torch.equal(x, torch.zeros(3))


def test_advice_is_given_for_the_errors_that_it_knows():
    with pytest.raises(Wrong, match="make it a float"):
        call(torch.arange(3).softmax, {"not implemented": "make it a float"}, dim=0)
    with pytest.raises(Wrong, match="your function stops: NotImplementedError"):
        call(torch.arange(3).softmax, {"grad": "make it a float"}, dim=0)


def test_a_function_that_nobody_calls_is_named():
    counted = Counted("loss", torch.sin)
    with pytest.raises(Wrong, match="never calls the `loss`"):
        counted.must_be_called()
    assert torch.equal(counted(torch.ones(1)), torch.ones(1).sin())
    counted.must_be_called()


def test_parts_are_asked_for_in_their_order():
    assert parts((1, 2), "a", "b") == parts([1, 2], "a", "b") == [1, 2]
    for result in (1, (1, 2), torch.ones(3)):
        with pytest.raises(Wrong, match="return three things, in this order: a, b, c"):
            parts(result, "a", "b", "c")


def test_lists_and_arrays_are_tensors_too():
    x = torch.tensor([[1.0, 2], [3, 4]], requires_grad=True)
    for same in (x, x.tolist(), list(x), x.detach().numpy(), [row.detach().numpy() for row in x]):
        assert torch.equal(tensor(same, "x"), x.detach().double())
        assert not tensor(same, "x").requires_grad
    assert tensor([0.1, np.float64(0.1)], "x").tolist() == [0.1, 0.1]
    assert tensor(np.arange(3)[::-1], "x").tolist() == [2, 1, 0]


WANTED = torch.tensor([[1.0, 2.0], [4.0, 9.0], [5.0, 6.0]])


@pytest.mark.parametrize(
    ("got", "words"),
    [
        (None, "x is None: does your function return it?"),
        (0 * WANTED, "x is zero everywhere"),
        ([9.0, 9.0, 9.0], "that shape"),
        (7 + 0 * WANTED, "this sentence"),
        (WANTED[None], "right numbers, in another shape: it has shape (1, 3, 2), and should have"),
        (WANTED.T, "x lies on its side: it has shape (2, 3), and should have (3, 2)"),
        (WANTED[1:], "x lacks its first entry: it has shape (2, 2)"),
        (WANTED[:-1], "x lacks its last entry"),
        (WANTED[-1], "x has only its last entry"),
        (torch.cat([WANTED, WANTED[:1]]), "x has an entry too many, the last one"),
        (torch.cat([WANTED[:1], WANTED]), "x has an entry too many, the first one"),
        (torch.cat([WANTED, WANTED])[:4] + 0.5, "x has shape (4, 2); it should have (3, 2)"),
        (3.3, "x has shape (); it should have (3, 2)"),
        (WANTED.sum(1), "x is summed over axis 1"),
        (WANTED.mean(), "x is averaged over all axes"),
        (torch.ones(2, 2), "x has shape (2, 2); it should have (3, 2)"),
        (WANTED.where(WANTED != 9, torch.nan), "x is NaN at [1, 1]"),
        (WANTED.where(WANTED != 4, -torch.inf), "x is infinite at [1, 0]"),
        (-WANTED, "x is right but for its sign: the signs are wrong"),
        (3 * WANTED, "x is 3 times what it should be, in all entries"),
        (WANTED - 0.5, "x is -0.5 off, in all entries"),
        (WANTED.flip(0), "x is in reverse order"),
        (WANTED.cumsum(0), "x adds up from entry to entry"),
        (WANTED.cumsum(0) / torch.tensor([[1.0], [2], [3]]), "x is averaged over all entries so"),
        (WANTED.cummax(0).values, "x is the largest so far"),
        (WANTED.cummin(0).values, "x is the smallest so far"),
        (WANTED.sort(0).values, "x is sorted: keep the order"),
        (WANTED.where(WANTED != 9, 0), "x is zero at [1, 1], and right where it is not zero"),
        (WANTED.flip(1), "x has the right numbers, in another order"),
        (WANTED**2, "x is the square of what it should be"),
        (WANTED**0.5, "x is the root of what it should be"),
        (1 / WANTED, "x is upside down"),
        (WANTED.log(), "x is the logarithm of what it should be"),
        (WANTED.log10(), "x is the logarithm, to base 10, of what it should be"),
        (WANTED.where(WANTED != 9, 8.5), "the largest difference is at [1, 1], where you have 8.5"
            " and it should be 9"),
        (WANTED.where(WANTED != 9, 9.0012), "at [1, 1], where you have 9.001 and it should be 9"),
        (WANTED.double().where(WANTED != 9, 9.00099), "where you have 9.001 and it should be 9"),
        ("one", "x is of type str: return a tensor"),
        ([[1.0, 2.0], [3.0]], "the entries of x have unlike shapes, (2,) and (1,)"),
    ],
)  # fmt: skip
def test_what_is_not_close_is_described(got, words):
    mistakes = [("this sentence", 7 + 0 * WANTED), ("that shape", (3,)), ("never", False)]
    if not isinstance(got, Tensor) or got.shape == (3,):
        mistakes = mistakes if "that" in words else []
    with pytest.raises(Wrong, match=re.escape(words)):
        close(got, WANTED, "x", mistakes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: (1.1 * WANTED).half().where(WANTED < 9, 9), "x is not right"),
        (lambda: (WANTED + 0.01).half(), "x is in torch.float16, which rounds too much"),
        (lambda: WANTED * 1j, "x is complex: return real numbers"),
    ],
)  # made late: the page's engine, which runs these tests too, has no such tensors
def test_what_has_another_kind_of_numbers_is_described(make, words):
    with pytest.raises(Wrong, match=re.escape(words)):
        close(make(), WANTED, "x")


@pytest.mark.parametrize(
    ("got", "wanted", "words"),
    [
        (1021.04, 1021.31, "x is not right: you have 1021 and it should be 1021.3|1021.04 and it"),
        (1 + 2e-4, 1.0, "you have 1.0002 and it should be 1"),
        (-4.0, 4.0, "x is right but for its sign: the sign is wrong"),
        (0.0, 4.0, "x is zero"),
        (torch.nan, 4.0, "x is NaN"),
        (torch.inf, 4.0, "x is infinite"),
        (16.0, 4.0, "x is the square of what it should be"),
        (400.0, 4.0, "x is 100 times what it should be"),
        (0.4, 4.0, "x is 0.1 times what it should be"),
        (5.0, 4.6, "x is rounded to whole numbers"),
        (4, 4.6, "x is cut off to whole numbers"),
    ],
)
def test_a_single_number_has_no_place(got, wanted, words):
    with pytest.raises(Wrong) as wrong:
        close(got, torch.tensor(wanted), "x")
    assert any(word in str(wrong.value) for word in words.split("|"))
    assert "[" not in str(wrong.value)


@pytest.mark.parametrize("one", [4.0, np.float32(4), [4.0], torch.tensor([[4.0]]), np.array([4])])
def test_one_number_may_have_any_shape_of_one(one):
    close(one, torch.tensor(4.0), "x")
    close(one, torch.tensor([4.0]), "x")


def test_what_is_right_is_not_taken_for_a_mistake():
    close([1.0, 2.0], torch.tensor([1.0, 2.0]), "x", [("never", torch.tensor([1.0, 2.0]))])
    with pytest.raises(Wrong, match="always"):
        close([1.0, 3.0], torch.tensor([1.0, 2.0]), "x", [("always", True)])


# What a verdict is.


def test_a_verdict_is_true_if_the_answer_is_right():
    assert Verdict(True, "Right.")
    assert not Verdict(False, "wrong")


@exercise("ex-one", "Right: one.")
def check_one(answer, seed):
    close(call(answer, x=torch.tensor([0.5, 2.0]), flag=seed), torch.ones(2), "y")


@pytest.mark.parametrize("after", ["", "\nx = 3", "\nNone", "\n'a value'"])
def test_a_notebook_shows_a_verdict_once_wherever_the_check_is_called(after):
    """In a cell of IPython, as its last line and followed by others."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    shell = InteractiveShell.instance()
    shell.user_ns["check_one"] = check_one
    with capture_output() as out:
        shell.run_cell(f"import torch\ncheck_one(lambda x, flag: torch.ones(2)){after}")
    shown = out.stdout + "".join(str(output.data) for output in out.outputs)
    assert shown.count("✓ Right: one.") == 1
    assert "Verdict" not in shown


def test_a_wrong_answer_is_shown_its_case(capsys):
    def ones(x, flag):
        return x

    check_one(ones)
    assert capsys.readouterr().out.splitlines() == [
        "✗ Not yet: y is not right: the largest difference is at [1], where you have 2 and it"
        " should be 1",
        "I tried ones(x, flag) with",
        "    x = torch.tensor([0.5, 2.0])",
        "    flag = 11",
    ]


@exercise("ex-line", "Right.")
def check_line(answer, seed):
    x, slope = torch.tensor([1.0, 2.0, 4.0]) + seed, 3.5
    mistakes = [("the slope is missing", x)]
    close(call(answer, x=x, slope=slope), slope * x, "the line", mistakes)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda x, slope: 2 * x**2, "Your result is the same whatever slope is"),
        (lambda x, slope: list(2 * x**2), "Your result is the same whatever slope is"),
        (lambda x, slope: slope * torch.tensor([1.0, 2, 5]), "the same whatever x is"),
        (lambda x, slope: x + torch.rand(3), "The same call gives another result each time"),
    ],
)
def test_what_a_result_does_not_depend_on_is_named(answer, words):
    assert words in check_line(answer).message


@pytest.mark.parametrize(
    "answer",
    [
        lambda x, slope: x,  # named already
        lambda x, slope: slope * x**2,
        lambda x, slope: (_ for _ in ()).throw(ValueError("mine")),
    ],
)
def test_a_result_that_depends_on_all_is_told_no_clue(answer):
    message = check_line(answer).message
    assert "whatever" not in message
    assert "each time" not in message


def test_a_formula_has_the_builtins():
    """Without them, PyTorch's first import from a formula fails with an internal error."""
    assert Formula("lambda: __builtins__").f.__globals__["__builtins__"] is builtins


def test_an_error_of_the_check_is_not_called_one_of_the_function():
    @exercise("ex-two", "Right.")
    def check_two(answer, seed):
        float(call(answer))

    message = check_two(lambda: "two").message
    assert message.startswith("I cannot read what your function returns: ValueError")
    assert "stops" not in message


def test_what_was_tried_can_be_typed():
    draw = Draw(3)
    for x in (draw(0, 5, 4), draw(-1, 1, 2, 3, dtype=torch.float64), draw(500, 900, 3, step=10)):
        again = eval(shown(x), {"torch": torch})
        assert torch.equal(again, x)
        assert again.dtype == x.dtype
        assert len(x.unique()) == x.numel()
    f = Formula("lambda x: 2 * x")
    assert shown(f) == "lambda x: 2 * x"
    assert f(torch.tensor(3)) == 6
    assert shown(Counted("f", f)) == f.text
    assert shown([0.1, 1e-15, 2]) == "[0.1, 1e-15, 2]"
    assert shown(torch.sin) == ""


# What a function may not do with what it is given.


def test_a_list_that_was_changed_is_named():
    times = [1.0, 2.0]
    for change in (lambda x: x.remove(1.0), lambda x: x.sort(reverse=True), lambda x: x.append(3)):
        with pytest.raises(Wrong, match="changes times, which it was given: `append`"):
            call(change, times=times)
    assert times == [1.0, 2.0]


def test_a_tensor_that_was_reshaped_is_named():
    with pytest.raises(Wrong, match="changes t, which"):
        call(lambda t: t.unsqueeze_(1), t=torch.ones(2))


def test_a_model_that_was_changed_is_named():
    def model():
        model = nn.Linear(1, 1)
        model.register_buffer("kept", torch.zeros(1))
        return model

    for change in (
        lambda m: m.weight.data.add_(1),
        lambda m: m.kept.add_(1),
        lambda m: m.double(),
    ):
        with pytest.raises(Wrong, match="changes m, which it was given: no training is asked for"):
            call(change, m=model())
    with pytest.raises(Wrong, match="gradients left in its parameters"):
        call(lambda m: m(torch.ones(1)).backward() or 1, m=model())
    assert call(lambda m: m(torch.ones(1)), m=model()).requires_grad


def test_a_function_that_turns_gradients_off_leaves_them_on():
    call(lambda: [torch.set_grad_enabled(False)])
    assert torch.is_grad_enabled()


def test_where_a_graph_is_needed_other_numbers_are_refused():
    x = torch.ones(2, requires_grad=True)
    assert with_graph(x, "x") is x
    for other in (np.ones(2), [1.0], 1.0):
        with pytest.raises(Wrong, match=r"x is of type .*, which has no graph"):
            with_graph(other, "x")


def test_a_graph_that_is_spoilt_is_told_how():
    x = torch.ones(2, requires_grad=True)
    (slope,) = slopes((2 * x).sum(), [x])
    assert slope is not None
    assert slope.tolist() == [2, 2]
    root = x.sqrt()
    root[0] = 0
    with pytest.raises(Wrong, match=r"torch\.where\(none, 0, z\)"):
        slopes(root.sum(), [x])
    y = (x * x).sum()
    y.backward()
    with pytest.raises(Wrong, match="backward\\(\\) from your result stops"):
        slopes(y, [x])


def test_a_call_without_arguments_is_not_shown():
    """There is nothing in it to repeat."""
    verdict = str(check_counts(lambda: (1, 2, 3)))
    assert verdict.startswith("✗ Not yet: mlp(1, 6, 1)")
    assert "I tried" not in verdict
