"""Messages of mistakes, for the prose."""

import warnings

import pytest

from diffprog import messages, show
from diffprog.messages import provoke


def test_outside_a_build_the_first_sentence_is_printed(capsys, monkeypatch):
    monkeypatch.delenv("DIFFPROG_BUILD", raising=False)
    provoke("a", lambda: 1 / 0)
    provoke("b", lambda: [][1].x)
    provoke("c", lambda: dict[str, int]()["One. Two [of] them."])
    provoke("d", lambda: warnings.warn("It is so (or not). Call a doctor.", stacklevel=1))
    assert capsys.readouterr().out.splitlines() == [
        "ZeroDivisionError: division by zero",
        "IndexError: list index out of range",
        "KeyError: 'One",
        "UserWarning: It is so (or not)",
    ]


def test_in_a_build_it_is_published(capsys, monkeypatch):
    shown = []
    monkeypatch.setenv("DIFFPROG_BUILD", "1")
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    provoke("a", lambda: 1 / 0)
    assert shown[0][messages.MESSAGE] == {
        "name": "a",
        "text": "ZeroDivisionError: division by zero",
    }
    assert capsys.readouterr().out == ""
    assert show.building()


def test_what_raises_nothing_is_refused():
    with pytest.raises(ValueError, match="a: it raised no error"):
        provoke("a", lambda: None)
