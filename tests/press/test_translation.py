"""Messages for translators and their translations; a built translation is in test_small_book.py."""

import re

import pytest

from press import translation
from press.book import Book, PressError
from press.messages import CHECKS, SCRIPTS, _of_checks
from press.pages.assets import SCRIPTS as OF_PAGES
from press.translation import MARKED, Translation, blocks, script

from ..conftest import ROOT

DECK = """\
---
title: A title
---

# A title

A paragraph
of two lines, with {number}`n-one`.

- one item
  that goes on
- `code` alone

:::{notes} 2
:chapter: part1/one

**Say** A sentence.
:::

:::{exercise} ex-add
:done: the check says ✓.
:::

:::{cell} cell-first
loss = f(x)
:::

```python
# no sentence
```
"""


@pytest.fixture
def german():
    words = {
        "A title": "Ein Titel",
        "A paragraph of two lines, with {number}`n-one`.": "Ein Absatz mit {number}`n-one`.",
        "one item that goes on": "ein Punkt",
        "**Say** A sentence.": "**Say** Ein Satz.",
        "the check says ✓.": "die Prüfung ✓ sagt.",
        "Run": 'Los "jetzt"',
    }
    translation.use(Translation("de", words))
    yield translation.current()
    translation.use(Translation())


def test_the_blocks_of_markdown_are_found_without_code():
    assert list(blocks(DECK)) == [
        "A title",
        "A paragraph\nof two lines, with {number}`n-one`.",
        "one item\nthat goes on",
        "`code` alone",
        "**Say** A sentence.",
        "the check says ✓.",
    ]


def test_blocks_are_replaced_and_what_is_between_stays(german):
    text = german.markdown(DECK)
    assert text.startswith(
        "---\ntitle: A title\n---\n\n# Ein Titel\n\nEin Absatz mit {number}`n-one`."
    )
    assert "- ein Punkt\n- `code` alone\n" in text
    assert ":chapter: part1/one\n\n**Say** Ein Satz.\n:::" in text
    assert ":::{exercise} ex-add\n:done: die Prüfung ✓ sagt.\n:::\n" in text
    assert text.endswith("```python\n# no sentence\n```\n")


def test_in_english_everything_stays():
    assert Translation().markdown(DECK) is DECK
    assert translation._("Run") == "Run"
    assert script('say(/*_*/"Run", "Run")') == 'say("Run", "Run")'


def test_marked_words_of_scripts_are_translated(german):
    assert script('say(/*_*/"Run", "Run", /*_*/"Stop")') == r'say("Los \"jetzt\"", "Run", "Stop")'


def test_no_word_of_a_runtime_is_marked_because_none_is_looked_up():
    marked = {
        path.name
        for folder in SCRIPTS
        for path in folder.rglob("*.*js")
        if MARKED.search(path.read_text(encoding="utf-8"))
    }
    assert {"run.js", "deck.js", "presenter.js"} <= marked
    decks = {path.name for path in (SCRIPTS[0] / "slides").glob("*.js")}
    assert marked <= {"run.js", *OF_PAGES, *decks}


def test_the_sentences_of_checks_are_found_with_what_is_filled_in():
    found = list(_of_checks(ROOT / "code/diffprog/exercises"))
    texts = {text for _, text, _, _ in found}
    assert {domain for domain, *_ in found} == {CHECKS}
    assert len(texts) > 300
    assert any(re.search(r"\w \{\w+", text) for text in texts)
    assert not any(text.startswith("Check `") for text in texts), "no docstrings"


def test_a_translation_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(PressError, match="no translation in book/locale/de: `make gettext"):
        Translation.of(Book(tmp_path, language="de"))
    path = tmp_path / "book/locale/de/LC_MESSAGES/interface.po"
    path.parent.mkdir(parents=True)
    path.write_text('msgid "Run"\nnonsense\n')
    with pytest.raises(PressError, match=r"^book/locale/de/LC_MESSAGES/interface\.po: "):
        Translation.of(Book(tmp_path, language="de"))


def test_fuzzy_translations_are_not_used(tmp_path):
    path = tmp_path / "book/locale/de/LC_MESSAGES/interface.po"
    path.parent.mkdir(parents=True)
    path.write_text('msgid "Run"\nmsgstr "Los"\n\n#, fuzzy\nmsgid "Stop"\nmsgstr "Halt"\n')
    assert Translation.of(Book(tmp_path, language="de")).messages == {"Run": "Los"}
