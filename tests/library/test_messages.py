"""Messages of mistakes, for the prose."""

import warnings

import pytest

from diffprog.messages import MESSAGE, provoke


@pytest.fixture
def shown(monkeypatch):
    found = []
    monkeypatch.delenv("DIFFPROG_BUILD", raising=False)
    monkeypatch.setattr("IPython.display.display", lambda data, raw: found.append(data))
    return found


def test_outside_a_build_the_first_sentence_is_shown(shown):
    provoke("a", lambda: 1 / 0)
    provoke("b", lambda: [][1])
    provoke("c", lambda: dict[str, int]()["One. Two [of] them."])
    provoke("d", lambda: warnings.warn("It is so (or not). Call a doctor.", stacklevel=1))
    assert shown == [
        {"text/plain": "ZeroDivisionError: division by zero"},
        {"text/plain": "IndexError: list index out of range"},
        {"text/plain": "KeyError: 'One"},
        {"text/plain": "UserWarning: It is so (or not)"},
    ]


def test_in_a_build_it_is_published(shown, monkeypatch):
    monkeypatch.setenv("DIFFPROG_BUILD", "1")
    provoke("a", lambda: 1 / 0)
    text = "ZeroDivisionError: division by zero"
    assert shown == [{"text/plain": text, MESSAGE: {"name": "a", "text": text}}]


def test_what_raises_nothing_is_refused():
    with pytest.raises(ValueError, match="a: it raised no error"):
        provoke("a", lambda: None)
