"""A renewed notebook: the reader's cells always survive, and all others are the book's."""

import json
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from press.notebooks.merge import known, merge

WORDS = ["ball", "loss", "cut", "slope", "mass", "pitch", "fit", "toy"]
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
KINDS = st.sampled_from(["code", "markdown"])


def cell(kind: str, source: str, id: str = "", **more: object) -> dict:
    outputs = {"outputs": [], "execution_count": None} if kind == "code" else {}  # type: ignore[var-annotated]
    return {"cell_type": kind, "id": id, "metadata": {}, "source": source} | outputs | more


def notebook(texts: list[tuple[str, str]]) -> list[dict]:
    """Return a notebook of the book, whose ids consist of page and place."""
    return [cell(kind, text, f"page-{place:03d}") for place, (kind, text) in enumerate(texts)]


def sources(cells: list[dict]) -> list[str]:
    return [cell["source"] for cell in cells]


def remake(mine: list[dict], before: list[dict], book: list[dict]) -> list[dict]:
    return merge([known(cell) for cell in before], mine, book)[0]


BOOKS = st.lists(st.tuples(KINDS, TEXTS), max_size=7)


@st.composite
def books(draw) -> tuple[list[dict], list[dict]]:
    """Draw the book's cells before and after changes: some changed, removed, new or moved."""
    before = draw(BOOKS)
    now = list(before)
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(now)))
        change = draw(st.sampled_from(["new", "gone", "changed", "moved"]))
        if change == "new":
            now.insert(place, draw(st.tuples(KINDS, TEXTS)))
        elif place < len(now):
            kind, text = now.pop(place)
            if change == "changed":
                now.insert(place, (kind, f"{text} {draw(TEXTS)}"))
            elif change == "moved":
                now.insert(draw(st.integers(0, len(now))), (kind, text))
    return notebook(before), notebook(now)


@st.composite
def readers(draw, before: list[dict]) -> tuple[list[dict], list[str]]:
    """Draw the cells as a reader may leave them, and the reader's texts, which all differ."""
    mine, written = [dict(cell) for cell in before], []
    for count in range(draw(st.integers(0, 6))):
        place = draw(st.integers(0, len(mine)))
        text = f"mine {count} {draw(TEXTS)}"
        act = draw(st.sampled_from(["add", "edit", "delete", "move", "paste", "split", "no id"]))
        if act == "add":
            mine.insert(place, cell(draw(KINDS), text, f"own{count}"))
            written.append(text)
        if place == len(mine) or act == "add":
            continue
        there = mine[place]
        if act == "edit" and there["source"] not in written:
            there["source"] = text
            written.append(text)
        elif act == "delete" and there["source"] not in written:
            del mine[place]
        elif act == "move":
            mine.insert(draw(st.integers(0, len(mine) - 1)), mine.pop(place))
        elif act == "paste":  # cut and pasted: JupyterLab gives a new id
            there["id"] = f"paste{count}"
        elif act == "split":  # with the id of the cell that was split, as some editors do it
            mine.insert(place + 1, cell("code", text, there.get("id", "")))
            written.append(text)
        elif act == "no id":
            there.pop("id", None)
    return mine, written


@settings(max_examples=60)
@given(st.data(), books())
def test_whatever_the_reader_wrote_survives_in_its_order(data, both):
    before, book = both
    mine, written = data.draw(readers(before))
    was = json.dumps([mine, before, book])
    merged = remake(mine, before, book)
    assert json.dumps([mine, before, book]) == was, "nothing that was handed over is changed"
    kept = [text for text in sources(merged) if text in written]
    assert kept == [text for text in sources(mine) if text in written]
    # Of the book's cells, only those that the reader has touched may be missing.
    missing = Counter(sources(book)) - Counter(sources(merged))
    assert missing.total() <= len(set(map(known, before)) - set(map(known, mine)))
    ids = [cell["id"] for cell in merged]
    assert len({*ids, ""}) == len(ids) + 1, "each cell has an id of its own"
    assert remake(merged, book, book) == merged, "and the next time changes nothing"


@settings(max_examples=60)
@given(books())
def test_a_notebook_that_was_not_edited_becomes_the_book_s(both):
    """The cells are the same; if they were run, cells that changed lose their outputs."""
    before, book = both
    assert remake(before, before, book) == book
    ran = [
        c | {"outputs": [i], "execution_count": i} if c["cell_type"] == "code" else c
        for i, c in enumerate(before)
    ]
    assert list(map(known, remake(ran, before, book))) == list(map(known, book))
    assert remake(ran, before, before) == ran


STUB = 'def f(x):\n    """Sum of x."""\n    raise NotImplementedError("Your turn! Exercise 1.1a")'
SOLVED = STUB.replace('raise NotImplementedError("Your turn! Exercise 1.1a")', "return x.sum()")


def test_an_answer_stays_where_the_book_puts_a_new_cell_above_and_changes_the_stub():
    """All ids move by one place; the answer stays with its exercise, which both have changed."""
    before = notebook([("markdown", "Prose."), ("code", STUB), ("markdown", "The end.")])
    mine = [
        before[0],
        before[1] | {"source": SOLVED},
        cell("code", "f(mine)", "a1"),
        before[2],
    ]
    new_stub = STUB.replace("Sum of x", "Sum of the entries of x")
    book = notebook(
        [
            ("markdown", "Prose."),
            ("markdown", "More about it."),
            ("code", new_stub),
            ("markdown", "The very end."),
        ]
    )
    cells, conflicts = merge([known(cell) for cell in before], mine, book)
    assert sources(cells) == ["Prose.", "More about it.", SOLVED, "f(mine)", "The very end."]
    assert [cell["id"] for cell in cells] == ["page-000", "page-001", "page-002", "a1", "page-003"]
    assert conflicts == [2]


def test_an_edited_cell_that_is_gone_from_the_book_stays_and_is_a_conflict():
    before = notebook([("code", "x = 1"), ("code", "plot(trajectory)")])
    mine = [before[0], before[1] | {"source": "plot(my_trajectory, color=RED)"}]
    cells, conflicts = merge([known(cell) for cell in before], mine, before[:1])
    assert sources(cells) == sources(mine)
    assert conflicts == [1]


def test_new_outputs_of_the_book_s_solved_notebook_take_the_place_of_old_ones():
    (before,) = notebook([("code", "x")])
    old, new = before | {"outputs": ["0.1"]}, before | {"outputs": ["0.2"]}
    assert merge([known(before)], [old], [new])[0] == [new]
    assert merge([known(before)], [old], [before])[0] == [old], "a student's own stay"


def test_a_source_in_lines_is_the_same_as_in_one_piece():
    (before,) = notebook([("code", "x\ny")])
    (book,) = notebook([("code", "x\ny\nz")])
    assert merge([known(before)], [before | {"source": ["x\n", "y"]}], [book])[0] == [book]
