"""A chapter or the decks can be built alone; a mistake gives one sentence with its place."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from .small import Result, Small

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small book whose second chapter fails; the first was executed."""
    small = Small(tmp_path_factory.mktemp("alone") / "book")
    small.root.mkdir()
    small.create()
    small.edit("book/two.md", "toylib.both.TWO", "toylib.both.NONE")
    result = alone(small)
    assert result.code == 0, result.errors
    assert set(result.executed) == {"one"}, "what is not asked for is not run, nor fails"
    return small.root


@pytest.fixture
def small(template: Path, tmp_path: Path) -> Small:
    shutil.copytree(template, tmp_path / "book")
    return Small(tmp_path / "book")


def alone(small: Small) -> Result:
    return small.build(command=("build", "one"))


BOX = ":::{exercise} To think of\n:name: ex-alone\n\nHow?\n:::\n\n"
MISTAKES = {
    "card": (
        ("description: A chapter.", "description: A chapter.\ncard: fig-typo"),
        "book/one.md: the card needs the name of a figure, not 'fig-typo'",
    ),
    "formula": (("Prose of", "Prose $\\frac{1$ of"), "book/one.md:7: the formula '\\\\frac{1': "),
    "cell without its exercise": (
        ("ipython3\nfrom", "ipython3\n:exercise: ex-typo\n\nfrom"),
        "book/one.md:12: no exercise of this page is called 'ex-typo'",
    ),
    "exercise without its cell": (
        ("Prose of", f"{BOX}Prose of"),
        "book/one.md:7: no cell solves this exercise: give one the option `:exercise: ex-alone`",
    ),
}


@pytest.mark.parametrize("kind", MISTAKES)
def test_a_mistake_is_a_sentence_with_its_place(small: Small, kind: str) -> None:
    (old, new), message = MISTAKES[kind]
    small.edit("book/one.md", old, new)
    result = alone(small)
    assert result.code == 1
    assert message in result.errors
    assert "Traceback" not in result.errors
    assert "threw an exception" not in result.errors


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('"one" = ["adding"', "book/search.toml cannot be read: "),
        ('"one#gone" = ["adding"]', "book/search.toml: no page has the section one#gone"),
        ('"one" = "adding"', "book/search.toml: one has a list of words in quotes"),
        ('"two#gone" = ["adding"]', ""),  # a page that is not built
    ],
)
def test_a_mistake_in_words_for_the_search_is_a_sentence(small: Small, text, message) -> None:
    (small.root / "book/search.toml").write_text(text)
    result = alone(small)
    assert result.code == (1 if message else 0)
    assert message in result.errors
    assert "Traceback" not in result.errors


def test_the_decks_are_built_alone(small: Small) -> None:
    failed = small.build(command=("slides",))
    assert (failed.code, failed.errors.splitlines()[1]) == (1, "The decks were not built.")
    small.edit("book/two.md", "toylib.both.NONE", "toylib.both.TWO")
    made = small.build(command=("slides", "--pdf"))
    assert made.code == 0, made.errors
    assert set(made.executed) == {"two"}
    assert "_build/pdf/deck.pdf  1 slides, 2 min" in made.output
    assert (small.root / "_build/pdf/deck.pdf").read_bytes().startswith(b"%PDF")
    assert "chapter two" in small.deck()
    assert "_build/html/slides/deck.html  1 slides" in small.build(command=("slides",)).output


def test_each_page_is_parsed_once_and_git_is_called_once(small: Small) -> None:
    """Each step of a build gets what it needs from the step before."""
    subprocess.run(["git", "init", "--quiet", small.root], check=True)
    small.edit("book/two.md", "toylib.both.NONE", "toylib.both.TWO")
    result = small.build("counted")
    assert result.code == 0, result.errors
    assert "calls: 4 parses 1 git 1 books" in result.output
