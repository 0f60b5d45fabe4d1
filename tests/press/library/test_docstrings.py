"""Docstrings as reStructuredText: code is marked, signs stand for themselves, blocks stay."""

import pytest

from press.library.docstrings import as_rest, inline


def target(name: str) -> str:
    return {"fit": "diffprog.loops.descent.fit"}.get(name, "")


def rest(text: str) -> str:
    return "\n".join(as_rest(text.split("\n"), target)).strip()


@pytest.mark.parametrize(
    ("said", "made"),
    [
        ("`steps` times", "``steps`` times"),
        ("as `fit` does", "as :py:obj:`fit <diffprog.loops.descent.fit>` does"),
        ("``{number}`name` ``", "``{number}`name```"),
        ("a * b, |x| and x_", r"a \* b, \|x\| and x\_"),
        ("σ_b and requires_grad", "σ_b and requires_grad"),
        ("`a * b`", "``a * b``"),
    ],
)
def test_text(said, made):
    assert inline(said, target) == made


def test_a_block_keeps_its_columns():
    assert rest("Symbols.\n    t  (n,)  `s`\n    m  any\nMore.") == (
        "Symbols.\n\n::\n\n    t  (n,)  s\n    m  any\n\nMore."
    )


def test_what_is_returned_may_have_a_colon():
    """To napoleon, what comes before the colon would be a type."""
    assert rest("Do it.\n\nReturns:\n    The axes: one `Axes`.") == (
        "Do it.\n\n\n:returns:\n    The axes: one ``Axes``."
    )


def test_other_sections_are_left_to_napoleon():
    text = "Do it.\n\nArgs:\n    a, b: Two.\n\nRaises:\n    ValueError: Never."
    assert rest(text) == text


def test_examples_and_sources():
    assert rest("Do it.\n\nExample:\n    >>> `x` * 2") == "Do it.\n\nExample:\n    >>> `x` * 2"
    assert rest("Do it.\n\nSource:\n    A. Author*") == (
        "Do it.\n\n\n.. rubric:: Source\n\nA. Author\\*"
    )
    assert rest("Do it.\n\nSource: A. Author") == "Do it.\n\n**Source:** A. Author"
