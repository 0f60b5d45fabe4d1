"""The table of chapters: their words, their sentences, their exercises and predictions."""

from dataclasses import replace

from press.commands.contents import contents, sentences

from ..conftest import ADD

PAGE = """\
# A page

One has, with {number}`n-one` and $x = 2$, seven words. Two has
four words.

$$ x = y $$

:::{predict} What comes?
:name: predict-one

- [ ] Nothing.
- [x] Something.

Because.
:::

| a | table |
|---|---|

```{code-cell} ipython3
not = "a word"
```
"""


def test_sentences_are_those_of_the_prose(read):
    assert [" ".join(sentence.split()) for sentence in sentences(read(PAGE))] == [
        "# A page",
        "One has, with x and x, seven words.",
        "Two has four words.",
        "- [ ] Nothing.",
        "- [x] Something.",
        "Because.",
    ]


def test_each_numbered_chapter_has_its_line(read):
    word = ADD.replace(":name: ex-add", ":name: ex-why\n:kind: explain").partition("```{code")[0]
    end = read(PAGE)
    two = read(ADD + word.removeprefix("# Page") + word.replace("why", "what").partition("\n")[2])
    head, *lines = contents([end, two]).splitlines()
    assert head.split() == [
        *("chapter", "words", "a", "sentence"),
        *("code", "paper", "predict", "mistake", "explain", "project", "predictions"),
    ]
    assert [line.split()[4:] for line in lines] == [list("······1"), list("1···2·0")]
    assert lines[0].split()[:2] == ["1.1", "part1/one"]


def test_a_page_without_a_number_has_none(read):
    page = read(PAGE)
    assert "\n" not in contents([replace(page, page=replace(page.page, number="2"))])
