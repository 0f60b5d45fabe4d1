"""What every check has in common: the form of a verdict, and what is said whatever the exercise."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest
import torch

from diffprog import exercises
from diffprog.exercises._check import (
    SEEDS,
    Check,
    Counted,
    Wrong,
    call,
    close,
    exercise,
    parts,
    recognise,
    tensor,
)

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
    assert repr(check(answer)).startswith("✗ Not yet: it is your turn. Replace the line")


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
                called[name[1]] = re.search(r"^(check_\w+)\(", cell, re.M)[1]  # type: ignore[index]
    assert called == {check.exercise: name for name, check in CHECKS.items()}


def test_three_seeds_are_tried_and_the_first_wrong_one_is_told():
    tried = []

    @exercise("ex-even", "Right: even.")
    def check_even(answer, seed):
        """A docstring."""
        tried.append(seed)
        recognise(torch.tensor(answer(seed)), [("that is odd", torch.tensor(1))])

    assert repr(check_even(lambda seed: 0)) == "✓ Right: even."
    assert tried == list(SEEDS)
    assert repr(check_even(lambda seed: seed == SEEDS[1])) == "✗ Not yet: that is odd"
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
    with pytest.raises(NotImplementedError):
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
        assert torch.equal(tensor(same), x.detach())
        assert not tensor(same).requires_grad


@pytest.mark.parametrize(
    ("got", "words"),
    [
        (None, r"x is None: does your function return it\?"),
        ([0.0, 0.0], "this sentence"),
        ([9.0, 9.0, 9.0], "that shape"),
        (torch.tensor([[1.0, 2.0]]), r"x has shape \(1, 2\); it should have \(2,\)"),
        ([1.0, torch.nan], "x is NaN somewhere"),
        ([1.0, 2.5], "the largest difference is at entry 1, where you have 2.5 and it should be 2"),
    ],
)
def test_what_is_not_close_is_described(got, words):
    mistakes = [("this sentence", torch.zeros(2)), ("that shape", (3,)), ("never", False)]
    with pytest.raises(Wrong, match=words):
        close(got, torch.tensor([1.0, 2.0]), "x", mistakes)  # type: ignore[arg-type]


def test_what_is_right_is_not_taken_for_a_mistake():
    close([1.0, 2.0], torch.tensor([1.0, 2.0]), "x", [("never", torch.tensor([1.0, 2.0]))])
    with pytest.raises(Wrong, match="always"):
        close([1.0, 3.0], torch.tensor([1.0, 2.0]), "x", [("always", True)])
