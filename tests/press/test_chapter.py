"""What the press reads in a chapter, and what it refuses, above all wrong marks of solutions."""

from dataclasses import replace

import pytest

from press.book import PressError
from press.chapter import Chapter, read_all

from .conftest import ADD

CELL = "```{code-cell} ipython3\n:tags: [hide-input]\n\n1\n```\n"
TEXT = f"---\ndescription: A.\n---\n\n# Title\n\nProse.\n\n{CELL}"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("description: A.", "description: A: b", r"^book/part1/one\.md: Notebook metadata: .+"),
        (":tags: [hide-input]", ":tags: [hide", r"^book/part1/one\.md: Code cell 1 at line 9 .+"),
        ("hide-input", "raises-exception", r"^book/part1/one\.md:12: .+ the tag raises-exception"),
        ("hide-input", "skip-execution", r"^book/part1/one\.md:12: .+ the tag skip-execution"),
        ("hide-input]\n", "hide-input]\n:load: x.py\n", r"^book/part1/one\.md: Can't read file"),
        ("[hide-input]", "hide-input", r"^book/part1/one\.md:10: tags are a list, as in"),
        ("hide-input", "hide_input", r"one\.md:12: .* no cell has the tag 'hide_input'; .*hide-i"),
        ("hide-input", "remove_cell", r"one\.md:12: .* no cell has the tag 'remove_cell'"),
        ("hide-input", "hide-inptu", r"one\.md:12: .* no cell has the tag 'hide-inptu'"),
        ("hide-input", "hide-input, remove-stdout", r"no cell has the tag 'remove-stdout'"),
    ],
)
def test_what_cannot_be_read_is_one_sentence_with_its_place(read, old, new, message):
    assert old in TEXT
    with pytest.raises(PressError, match=message) as caught:
        read(TEXT.replace(old, new))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "content", [b"# Gr\xf6\xdfe\n", "# A\n".encode("utf-16"), b"", b"---\n[1]\n---\n"]
)
def test_a_file_that_is_no_page_is_named(book, content):
    book.page("part1/one").path.write_bytes(content)
    with pytest.raises(PressError, match=r"^book/part1/one\.md: is not "):
        Chapter.read(book, book.page("part1/one"))


def test_a_page_without_a_kernel_is_run_by_python(read):
    assert read(TEXT).notebook.metadata.kernelspec.name == "python3"


def test_all_pages_with_faults_are_named(book):
    for name in ("one", "two"):
        book.page(f"part1/{name}").path.write_text(TEXT.replace("hide-input", "hide_input"))
    with pytest.raises(PressError, match=r"(?s)part1/one\.md:12: .*\n.*part1/two\.md:12: "):
        read_all(book)


def test_a_cell_is_placed_by_the_line_of_its_code(read):
    chapter = read(TEXT)
    assert chapter.place(1) == "book/part1/one.md:12: cell 1"
    assert chapter.text.splitlines()[11] == "1"


# Forms of an exercise ---------------------------------------------------------------------------

BOX = ":::{exercise} Add two numbers\n:name: ex-add\n\nWrite `add`.\n:::"
FORMS = {
    "YAML between lines": ":::{exercise} Add two numbers\n---\nname: ex-add\n---\n"
    "Write `add`.\n:::",
    "YAML with quotes": ":::{exercise} Add two numbers\n---\nname: 'ex-add'\n---\n\n"
    "Write `add`.\n:::",
    "blanks behind the name": BOX.replace("ex-add", "ex-add  "),
    "a blank behind the fence": BOX.replace(":::{", "::: {"),
    "tildes": BOX.replace(":::", "~~~"),
    "backticks": BOX.replace(":::", "```"),
    "capitals": BOX.replace("{exercise}", "{Exercise}"),
    "capitals in the name": BOX.replace("ex-add", "Ex-Add"),
    "a longer fence": BOX.replace(":::", ":::::"),
    "no empty line": BOX.replace("\n\n", "\n"),
}
CONTAINERS = {
    "list": "- An item.\n\n  {}",
    "numbered list": "1. An item.\n\n   {}",
    "quote": "> {}",
    "admonition": "::::{{tip}}\n{}\n::::",
    "admonition with options": "::::{{admonition}} Title\n:class: dropdown\n\n{}\n::::",
    "tab": ":::::{{tab-set}}\n::::{{tab-item}} A\n{}\n::::\n:::::",
    "grid": "::::::{{grid}} 1\n:::::{{grid-item-card}} A\n{}\n:::::\n::::::",
    "two deep": ":::::{{note}}\n- An item.\n\n  ::::{{tip}}\n{}\n  ::::\n:::::",
    "definition": "Term\n: {}",
}


def contained(container: str, box: str) -> str:
    """Return `box` in `container`, indented like its place."""
    before, _, _ = container.format("@").rpartition("@")
    first = before.rpartition("\n")[2]
    indent = "> " if first == "> " else " " * len(first)
    if container is CONTAINERS["two deep"]:
        return container.format("\n".join(f"  {line}" for line in box.splitlines()))
    return container.format(f"\n{indent}".join(box.splitlines()))


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_an_exercise_is_read_in_every_form_that_the_page_reads(read, form):
    (wanted,) = read(ADD).exercises
    (exercise,) = read(ADD.replace(BOX, form)).exercises
    assert replace(exercise, line=wanted.line, cell=wanted.cell) == wanted


@pytest.mark.parametrize("form", [BOX, FORMS["tildes"]], ids=["colons", "tildes"])
@pytest.mark.parametrize("container", CONTAINERS)
def test_an_exercise_is_read_in_every_container(read, form, container):
    text = ADD.replace(BOX, contained(CONTAINERS[container], form))
    (exercise,) = read(text).exercises
    assert (exercise.name, exercise.title) == ("ex-add", "Add two numbers")
    assert "return a + b" not in exercise.stub
    assert "{exercise}" in text.splitlines()[exercise.line - 1]


def test_the_cell_may_stand_above_its_exercise(read):
    title, box, cell = ADD.partition(BOX)
    (exercise,) = read(f"{title}{cell}\n{box}\n").exercises
    assert exercise.stub == read(ADD).exercises[0].stub


def test_a_directive_that_is_only_shown_is_no_exercise(read):
    shown = f"# Page\n\n````md\n{BOX}\n````\n\n```{{code-block}} md\n{BOX}\n```\n"
    assert read(shown).exercises == ()
    assert len(read(ADD + shown).exercises) == 1


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_cell_in_a_container_is_refused_with_its_line(read, container):
    cell = "```{code-cell} ipython3\n1\n```"
    text = f"# Page\n\n{contained(CONTAINERS[container], cell)}\n"
    line = next(i for i, line in enumerate(text.splitlines(), 1) if "code-cell" in line)
    with pytest.raises(PressError, match=rf"one\.md:{line}: put a cell at the left margin"):
        read(text)


# Solutions --------------------------------------------------------------------------------------

GENEROUS = [
    ("### BEGIN SOLUTION ", "### END SOLUTION\t"),
    ("# BEGIN SOLUTION", "# END SOLUTION"),
    ("####BEGIN  SOLUTION", "####END SOLUTION"),
    ("### begin solution", "### end solution"),
    ("### BEGIN SOLUTION (the loop)", "### END SOLUTION ###"),
    ("### BEGIN_SOLUTION", "### END_SOLUTION"),
]


@pytest.mark.parametrize(("begin", "end"), GENEROUS)
def test_marks_of_a_solution_are_read_generously(read, begin, end):
    text = ADD.replace("### BEGIN SOLUTION", begin).replace("### END SOLUTION", end)
    (exercise,), (wanted,) = read(text).exercises, read(ADD).exercises
    assert (exercise.stub, exercise.solution) == (wanted.stub, wanted.solution)


def test_a_stub_says_whose_turn_it_is_and_keeps_the_rest(read):
    (exercise,) = read(ADD).exercises
    assert exercise.solution == 'def add(a, b):\n    """Sum."""\n    return a + b\n\nadd(1, 2)'
    assert exercise.secret == ("    return a + b",)
    assert exercise.stub.endswith("\n\nadd(1, 2)")
    with pytest.raises(NotImplementedError, match=r"Your turn! Exercise 1\.1a$"):
        exec(exercise.stub, {})


MISTAKE = """\
    ### BEGIN SOLUTION
    return a + b
    ### INSTEAD OF
    # c = a - b
    # if c:
    #     return c
    #
    ### END SOLUTION
"""


def test_a_stub_may_have_a_mistake_to_be_found(read):
    text = ADD.replace(BEGIN + "    return a + b\n" + END, MISTAKE)
    text = text.replace(":name: ex-add", ":name: ex-add\n:kind: mistake\n:optional:")
    (exercise,), (wanted,) = read(text).exercises, read(ADD).exercises
    assert (exercise.solution, exercise.secret) == (wanted.solution, wanted.secret)
    begin, end = 'def add(a, b):\n    """Sum."""\n', "\n\nadd(1, 2)"
    body = "    c = a - b\n    if c:\n        return c\n    "
    assert exercise.stub == f"{begin}{body}{end}"
    assert exercise.about == "Find the mistake, optional"


def test_a_question_in_words_has_no_cell(read):
    box = BOX.replace(":name: ex-add", ":name: ex-add\n:kind: explain\n:minutes: 5")
    (exercise,) = read(f"# Page\n\n{box}\n").exercises
    assert (exercise.cell, exercise.stub, exercise.solution, exercise.secret) == (-1, "", "", ())
    assert exercise.about == "Explain in words, about 5 minutes"


BEGIN, END = "    ### BEGIN SOLUTION\n", "    ### END SOLUTION\n"
WRONG = {
    "no marks": (lambda t: t.replace(BEGIN, "").replace(END, ""), "12: a solution stands between"),
    "no END": (lambda t: t.replace(END, ""), "14: .*no END follows"),
    "no BEGIN": (lambda t: t.replace(BEGIN, ""), "15: END SOLUTION stands where BEGIN SOLUTION"),
    "two BEGINs": (lambda t: t.replace(END, BEGIN), "16: BEGIN SOLUTION stands where END SOLUTION"),
    "a misspelt END": (lambda t: t.replace("END SOLUTION", "END SOLUTON"), "14: .*no END follows"),
    "misspelt marks": (lambda t: t.replace("SOLUTION", "SOLUTON"), "12: a solution stands between"),
    "a cell without its exercise": (
        lambda t: t.replace(":exercise: ex-add\n", ""), "13: a solution is marked in a cell without"
    ),
    "a name that is misspelt": (
        lambda t: t.replace(":exercise: ex-add", ":exercise: ex-typo"),
        "12: no exercise of this page is called 'ex-typo'",
    ),
    "an exercise without its cell": (
        lambda t: t.partition("```{code-cell}")[0], "3: no cell solves this exercise: .* ex-add`"
    ),
    "an exercise without a name": (
        lambda t: t.replace(":name: ex-add\n", ""), r"3: an exercise needs the option :name:"
    ),
    "an exercise without a title": (
        lambda t: t.replace(" Add two numbers", ""), "3: an exercise needs a title"
    ),
    "a kind that there is not": (
        lambda t: t.replace(":name: ex-add", ":name: ex-add\n:kind: quiz"),
        "3: no exercise has the kind 'quiz'; the kinds are code, paper, ",
    ),
    "a question in words with a cell": (
        lambda t: t.replace(":name: ex-add", ":name: ex-add\n:kind: explain"),
        "3: an exercise of the kind explain is answered in words, and has no cell",
    ),
    "a mistake that is not a comment": (
        lambda t: t.replace(END, "    ### INSTEAD OF\n    return a\n" + END),
        "17: below INSTEAD OF stand the lines of the stub, each as a comment",
    ),
    "a mistake outside of the marks": (
        lambda t: t.replace(BEGIN, "    ### INSTEAD OF\n" + BEGIN),
        "14: INSTEAD OF stands once, between BEGIN SOLUTION and END SOLUTION",
    ),
    "two exercises of one name": (
        lambda t: t.replace(BOX, f"{BOX}\n\n{BOX}"), "9: line 3 already has an exercise ex-add"
    ),
    "two cells of one exercise": (
        lambda t: t + "\n" + t[t.index("```{code-cell}"):], "24: another cell above already solves"
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_not_right_in_an_exercise_stops_the_build_with_its_line(read, kind):
    edit, message = WRONG[kind]
    text = edit(ADD)
    assert text != ADD
    with pytest.raises(PressError, match=rf"^book/part1/one\.md:{message}"):
        read(text)


def test_hints_are_apart_from_the_goal(read):
    hint = "```{admonition} Hint\n:class: dropdown\n\nThink.\n\nAgain.\n```"
    (exercise,) = read(ADD.replace("Write `add`.", f"Write `add`.\n\n{hint}\n\nReally.")).exercises
    assert exercise.hints == ("Think.\n\nAgain.",)
    assert "Think" not in exercise.goal
    assert exercise.goal.split() == ["Write", "`add`.", "Really."]
