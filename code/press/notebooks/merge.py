"""Renewal of a reader's notebook, cell by cell, that keeps what the reader wrote.

Three notebooks are merged: `before`, the book's notebook when it was copied; `mine`, the reader's
notebook now; and `book`, the book's notebook now. Outputs do not count as the reader's work.

A cell of `mine` is found in `before` by its id, or by its text, because a pasted cell gets a new
id. A cell of `before` is found in `book` by its text, because the book's ids only count the cells.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple
from uuid import uuid4

__all__ = ["Cell", "Known", "known", "merge"]

Cell = dict[str, Any]
"""A cell, as it is in the notebook's file."""

SIMILAR = 0.5
"""The share of equal text above which a changed cell of the book counts as the same cell."""


class Text(NamedTuple):
    """The part of a cell that is compared."""

    kind: str
    source: str


class Known(NamedTuple):
    """The record of a copied cell."""

    id: str
    kind: str
    source: str

    @property
    def text(self) -> Text:
        """Its kind and source."""
        return Text(self.kind, self.source)


def known(cell: Cell) -> Known:
    """Return the record of a copied cell."""
    return Known(str(cell.get("id", "")), *_text(cell))


def merge(
    before: Sequence[Known], mine: Sequence[Cell], book: Sequence[Cell]
) -> tuple[list[Cell], list[int]]:
    """Return the cells of the renewed notebook, and the indices of conflicts among them.

    A cell that the reader has not edited is replaced by the book's, or removed if the book no
    longer has it. An edited cell stays, and is a conflict if the book has changed it too. Cells
    that the reader added stay, and cells that the reader deleted do not come back. New cells of
    the book are inserted.
    """
    followed = _follow([cell.text for cell in before], [_text(cell) for cell in book])
    origins = _origins(before, mine)
    merged: list[tuple[int | None, Cell]] = []  # with the index in `book`, if it is the book's
    conflicts: list[Cell] = []
    for cell, origin in zip(mine, origins, strict=True):
        place = None if origin is None else followed.get(origin)
        new = None if place is None else book[place]
        if origin is None:
            merged.append((None, dict(cell)))
            continue
        was = before[origin].text
        is_changed = new is None or _text(new) != was
        if _text(cell) != was:
            cell = dict(cell)
            merged.append((place, cell))
            conflicts += [cell] * is_changed
        elif new is not None:
            # A cell that the reader has run keeps its outputs, unless the book's cell has some.
            merged.append((place, dict(new if is_changed or new.get("outputs") else cell)))
    _insert_new(merged, book, set(followed.values()))
    _name(merged, book)
    cells = [cell for _, cell in merged]
    return cells, [i for i, cell in enumerate(cells) if any(cell is other for other in conflicts)]


def _text(cell: Cell) -> Text:
    source = cell["source"]
    return Text(str(cell["cell_type"]), source if isinstance(source, str) else "".join(source))


def _origins(before: Sequence[Known], mine: Sequence[Cell]) -> list[int | None]:
    """Return the index in `before` of each of the reader's cells; no index occurs twice."""
    by_id = {cell.id: index for index, cell in enumerate(before)}
    found = [by_id.pop(str(cell.get("id")), None) for cell in mine]
    by_text = defaultdict[Text, list[int]](list)
    for index in reversed(by_id.values()):
        by_text[before[index].text].append(index)
    for place, cell in enumerate(mine):
        if found[place] is None and (same := by_text[_text(cell)]):
            found[place] = same.pop()
    return found


def _follow(before: Sequence[Text], book: Sequence[Text]) -> dict[int, int]:
    """Map indices of `before` to those of the same cells in `book`, in ascending order."""
    found: dict[int, int] = {}
    matcher = SequenceMatcher(None, before, book, autojunk=False)
    for tag, old, old_end, new, new_end in matcher.get_opcodes():
        if tag == "equal":
            found.update(zip(range(old, old_end), range(new, new_end), strict=True))
        for index in range(old, old_end) if tag == "replace" else ():
            same = (n for n in range(new, new_end) if _is_similar(before[index], book[n]))
            if (place := next(same, None)) is not None:
                found[index], new = place, place + 1
    return found


def _is_similar(one: Text, other: Text) -> bool:
    matcher = SequenceMatcher(None, one.source, other.source, autojunk=False)
    ratios = (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio)  # the fast ones first
    return one.kind == other.kind and all(ratio() > SIMILAR for ratio in ratios)


def _insert_new(
    merged: list[tuple[int | None, Cell]], book: Sequence[Cell], followed: set[int]
) -> None:
    """Insert each new cell after its predecessor in the book and the reader's cells behind that."""
    for place in sorted(set(range(len(book))) - followed):
        earlier = [
            (other, index)
            for index, (other, _) in enumerate(merged)
            if other is not None and other < place
        ]
        index = max(earlier)[1] + 1 if earlier else 0
        while earlier and index < len(merged) and merged[index][0] is None:
            index += 1
        merged.insert(index, (place, dict(book[place])))


def _name(merged: list[tuple[int | None, Cell]], book: Sequence[Cell]) -> None:
    """Give the book's cells their ids in the book, and make the ids of all other cells unique."""
    taken = {"", *(str(cell["id"]) for cell in book)}
    for place, cell in merged:
        if place is not None:
            cell["id"] = book[place]["id"]
        elif not isinstance(cell.get("id"), str) or cell["id"] in taken:
            cell["id"] = uuid4().hex[:8]
        taken.add(cell["id"])
